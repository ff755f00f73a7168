/* SPDX-License-Identifier: MIT */
/* test-guest.c - faults in a process that is not ours alone: others have
 * handlers, timers, limits and small stacks. */

#include "fault.h"

#include <limits.h>
#include <setjmp.h>
#include <sys/mman.h>
#include <sys/time.h>

static volatile sig_atomic_t calls;

static void handle(void (*fn)(int, siginfo_t *, void *), int flags,
	struct sigaction *former)
{
	struct sigaction sa = { .sa_sigaction = fn,
		.sa_flags = SA_SIGINFO | flags };

	sigemptyset(&sa.sa_mask);
	ck_assert_int_eq(sigaction(SIGSEGV, &sa, former), 0);
}

/* An address that is a fault, but no panic. */
NOINLINE static void fault_wild(void)
{
	*(int *volatile)0x100000 = 1;
}

static void count_call(int sig, siginfo_t *info, void *context)
{
	(void)sig, (void)info, (void)context;
	shout("called");
	if (++calls == 3)
		_exit(77);
}

static void die_with_resethand(void)
{
	handle(count_call, SA_ONSTACK | SA_NODEFER | SA_RESETHAND, NULL);
	start(0);
	fault_wild();
}

/* SA_RESETHAND: then the default is back, and that is the signal's death. */
START_TEST(a_handler_for_once_is_called_once)
{
	assert_dies(die_with_resethand, "signal 11\n");
	ck_assert_str_eq(death, "called\n");
}
END_TEST

static sigjmp_buf back;

/* Far more than an alternate stack has. */
static int use_bytes(int n, volatile char *above)
{
	volatile char block[512];

	block[0] = above[0];
	return n > 0 ? use_bytes(n - (int)sizeof block, block) + block[0] : 0;
}

static void use_stack(int sig, siginfo_t *info, void *context)
{
	volatile char c = 1;

	(void)sig, (void)info, (void)context;
	use_bytes(200 * 1024, &c);
	if (++calls == 3)
		_exit(77);
	siglongjmp(back, 1);
}

START_TEST(a_handler_without_an_alternate_stack_has_room)
{
	handle(use_stack, 0, NULL);
	start(0);
	if (!sigsetjmp(back, 1))
		fault_wild();
	if (!sigsetjmp(back, 1))
		fault_wild();
	ck_assert_int_eq(calls, 2);
}
END_TEST

static int endless(volatile char *above)
{
	volatile char block[512];

	block[0] = above[0];
	return endless(block) + block[0];
}

NOINLINE static void fault_stack(void)
{
	volatile char c = 1;

	endless(&c);
}

static void use_too_much(int sig, siginfo_t *info, void *context)
{
	(void)sig, (void)info, (void)context;
	if (++calls == 3)
		_exit(77);
	fault_stack();
}

static void die_in_handler(void)
{
	handle(use_too_much, SA_ONSTACK, NULL);
	start(0);
	fault_wild();
}

START_TEST(a_handler_that_fills_its_stack_ends_the_process)
{
	assert_dies(die_in_handler, "SIGABRT\nfatal error: stack overflow\n");
}
END_TEST

static struct sigaction former;

/* At -O2 a tail call. */
static void call_former(int sig, siginfo_t *info, void *context)
{
	calls++;
	former.sa_sigaction(sig, info, context);
}

START_TEST(a_handler_may_call_ours_last)
{
	sigset_t mask;

	start(0);
	handle(call_former, SA_ONSTACK, &former);
	attempt(fault_nil);
	sigprocmask(SIG_SETMASK, NULL, &mask);
	ck_assert_int_eq(sigismember(&mask, SIGSEGV), 0);
	attempt(fault_nil);
	ck_assert_int_eq(calls, 2);
	ck_assert_str_eq(trace, NIL " " NIL);
}
END_TEST

static void attempt_nil(void)
{
	attempt(fault_nil);
}

static void in_small_thread(void (*fn)(void))
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	ck_assert_int_eq(pthread_attr_setstacksize(&attr,
		PTHREAD_STACK_MIN + 32 * 1024), 0);
	ck_assert_int_eq(pthread_create(&thread, &attr, call_in_thread, &fn),
		0);
	pthread_join(thread, NULL);
	pthread_attr_destroy(&attr);
}

START_TEST(a_small_stack_has_room_for_a_fault)
{
	start(0);
	in_small_thread(attempt_nil);
	ck_assert_str_eq(trace, NIL " returned");
}
END_TEST

/* Goes down until almost nothing is left, and faults there. */
NOINLINE static int down(uintptr_t end)
{
	volatile char block[64];

	block[0] = 1;
	if ((uintptr_t)block < end)
		fault_nil();
	else
		block[0] += (char)down(end);
	return block[0];
}

static void fault_at_the_end(void)
{
	down(panic__g.lo + 250);
}

static void die_at_the_end(void)
{
	start(0);
	defer_frame();
	defer(shout, "deferred");
	fault_at_the_end();
}

static void die_small(void)
{
	in_small_thread(die_at_the_end);
}

START_TEST(a_fault_where_no_stack_is_left_is_told_as_an_overflow)
{
	assert_dies(die_small, "SIGABRT\nfatal error: stack overflow\n");
}
END_TEST

static void fault_in_timer(int sig)
{
	(void)sig;
	attempt(fault_nil);
	forget();
	calls++;
}

/* The timer strikes everywhere, also where a fault is handled. */
START_TEST(a_timers_handler_may_fault_and_recover_anywhere)
{
	static const struct itimerval often = { { 0, 50 }, { 0, 50 } };
	static const struct itimerval never;
	struct sigaction sa = { .sa_handler = fault_in_timer,
		.sa_flags = SA_RESTART };

	start(0);
	sigemptyset(&sa.sa_mask);
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (int i = 0; i < 20000 || calls < 100; i++)
		attempt_nil();
	setitimer(ITIMER_REAL, &never, NULL);
}
END_TEST

#if defined PKEY_DISABLE_WRITE && defined __x86_64__
static int protection;

static void fault_with_keys(int sig)
{
	(void)sig;
	pkey_set(protection, PKEY_DISABLE_WRITE);
	attempt(fault_nil);
	note("%d", pkey_get(protection));
	pkey_set(protection, 0);
}

static void raise_with(int flags)
{
	struct sigaction sa = { .sa_handler = fault_with_keys,
		.sa_flags = flags };

	sigemptyset(&sa.sa_mask);
	sigaction(SIGUSR1, &sa, NULL);
	forget();
	raise(SIGUSR1);
	ck_assert_str_eq(trace, NIL " 2");
}

/* The kernel's record of the interrupted code, with its protection keys, may
 * lie right below that. */
START_TEST(a_fault_keeps_the_protection_keys)
{
	stack_t none = { .ss_flags = SS_DISABLE };

	start(0);
	protection = pkey_alloc(0, 0);
	if (protection < 0)	/* the machine has none */
		return;
	raise_with(0);
	raise_with(SA_ONSTACK);
	sigaltstack(&none, NULL);
	raise_with(0);
	pkey_free(protection);
}
END_TEST
#else
START_TEST(a_fault_keeps_the_protection_keys)
{
}
END_TEST
#endif

static void overflow_within(rlim_t limit)
{
	struct rlimit r;

	getrlimit(RLIMIT_STACK, &r);
	r.rlim_cur = limit;
	ck_assert_int_eq(setrlimit(RLIMIT_STACK, &r), 0);
	attempt(fault_stack);
}

START_TEST(the_main_threads_stack_has_the_limit_of_the_moment)
{
	start(PANIC_STACK_OVERFLOW);
	overflow_within(3 << 20);
	overflow_within(6 << 20);
	ck_assert_str_eq(trace, "[6 runtime error: stack overflow] "
		"[6 runtime error: stack overflow]");
}
END_TEST

int main(void)
{
	return RUN_TESTS("guest",
		a_handler_for_once_is_called_once,
		a_handler_without_an_alternate_stack_has_room,
		a_handler_that_fills_its_stack_ends_the_process,
		a_handler_may_call_ours_last,
		a_small_stack_has_room_for_a_fault,
		a_fault_where_no_stack_is_left_is_told_as_an_overflow,
		a_timers_handler_may_fault_and_recover_anywhere,
		a_fault_keeps_the_protection_keys,
		the_main_threads_stack_has_the_limit_of_the_moment);
}
