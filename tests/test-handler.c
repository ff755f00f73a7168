/* SPDX-License-Identifier: MIT */
/* test-handler.c - how the handler of a fault is left: with all that the
 * interrupted code had.  And abort(), which is reported. */

#include "check.h"

#include <errno.h>
#include <fenv.h>
#include <sys/mman.h>

#ifndef SS_AUTODISARM
#define SS_AUTODISARM (1u << 31)	/* Linux; in <linux/signal.h> */
#endif

static int *volatile nowhere;			/* a null pointer */

/* Each test has a process of its own only in Check's forked mode. */
static void start(unsigned flags)
{
	if (panic_signals(flags))
		ck_assert_int_eq(errno, EBUSY);
}

static void rescues(void *unused)
{
	(void)unused;
	note(recover() ? "rescued" : "null");
}

NOINLINE static void fault(void)
{
	*nowhere = 1;
}

static void attempt(void (*seen)(void *), void *arg)
{
	recover_frame(return);
	defer(rescues, NULL);
	defer(seen, arg);
	fault();
}

static void nothing(void *unused)
{
	(void)unused;
}

/* Rounding, of both units where there are two.  What is divided and what comes
 * out is volatile: compilers move a division past fesetround(). */

static volatile double one = 1, three = 3;
static volatile long double lone = 1, lthree = 3;

struct rounding {
	int mode;
	volatile double d;
	volatile long double ld;
};

static void see_rounding(void *arg)
{
	struct rounding *r = arg;

	r->mode = fegetround();
	r->d = one / three;
	r->ld = lone / lthree;
}

START_TEST(the_deferred_call_rounds_as_the_code_did)
{
	struct rounding before, during, after;

	start(0);
	if (fesetround(FE_UPWARD))
		return;
	see_rounding(&before);
	attempt(see_rounding, &during);
	see_rounding(&after);
	fesetround(FE_TONEAREST);
	ck_assert_int_eq(during.mode, FE_UPWARD);
	ck_assert_int_eq(after.mode, FE_UPWARD);
	ck_assert(during.d == before.d && during.ld == before.ld);
	ck_assert(after.d == before.d && after.ld == before.ld);
	ck_assert_str_eq(trace, "rescued");
}
END_TEST

START_TEST(the_exceptions_raised_before_are_kept)
{
	start(0);
	feclearexcept(FE_ALL_EXCEPT);
	one = three / one;	/* exact */
	if (feraiseexcept(FE_DIVBYZERO))
		return;
	attempt(nothing, NULL);
	ck_assert_int_eq(fetestexcept(FE_ALL_EXCEPT), FE_DIVBYZERO);
}
END_TEST

/* The registers of the faulting function, which an unwinder goes by: its frame
 * has no constant size, so its caller is found by the frame pointer only. */

static void *callers[2];
static void *seen[64];
static volatile size_t size = 100;

NOINLINE static void fault_in_a_growing_frame(void)
{
	volatile char room[size];

	room[0] = 0;
	callers[0] = __builtin_return_address(0);
	fault();
	room[0]++;
}

NOINLINE static void calls_it(void)
{
	callers[1] = __builtin_return_address(0);
	fault_in_a_growing_frame();
	note("back");
}

static void trace_back(void *unused)
{
	const struct panic *p = recover();
	int n = panic_backtrace(p, seen, 64);

	(void)unused;
	for (int i = 0; i < 2; i++) {
		int k = 0;

		while (k < n && seen[k] != callers[i])
			k++;
		note(k < n ? "found" : "lost");
	}
}

START_TEST(an_unwinder_goes_through_the_faulting_frame)
{
	start(0);
	{
		recover_frame(goto done);
		defer(trace_back, NULL);
		calls_it();
		note("back");
	}
done:
	ck_assert_str_eq(trace, "found found");
}
END_TEST

/* A handler that came later, has ours called, and a mask of its own. */

static struct sigaction ours;
static volatile int around;

static void calls_ours(int sig, siginfo_t *info, void *context)
{
	around++;
	ours.sa_sigaction(sig, info, context);
	around++;
}

START_TEST(a_handler_that_calls_ours_is_left_by_its_own_end)
{
	struct sigaction sa = { .sa_sigaction = calls_ours,
		.sa_flags = SA_SIGINFO | SA_ONSTACK };
	sigset_t now;

	start(0);
	sigfillset(&sa.sa_mask);
	sigaction(SIGSEGV, &sa, &ours);
	attempt(nothing, NULL);
	attempt(nothing, NULL);
	sigprocmask(SIG_SETMASK, NULL, &now);
	for (int sig = 1; sig < 32; sig++)
		ck_assert_int_eq(sigismember(&now, sig), 0);
	ck_assert_int_eq(around, 4);
	ck_assert_str_eq(trace, "rescued rescued");
}
END_TEST

START_TEST(a_stack_that_disarms_itself_is_armed_again)
{
	static char mine[65536];
	stack_t ss = { .ss_sp = mine, .ss_size = sizeof mine,
		.ss_flags = (int)SS_AUTODISARM }, now;

	if (sigaltstack(&ss, NULL))
		return;		/* no such thing here */
	start(0);
	attempt(nothing, NULL);
	attempt(nothing, NULL);
	sigaltstack(NULL, &now);
	ck_assert_ptr_eq(now.ss_sp, mine);
	ck_assert_int_eq(now.ss_flags, (int)SS_AUTODISARM);
	ck_assert_str_eq(trace, "rescued rescued");
}
END_TEST

/* abort() */

NOINLINE static void gives_up(void)
{
	defer_frame();
	defer(say, "deferred");
	abort();
}

static void die_by_abort(void)
{
	start(0);
	gives_up();
}

START_TEST(abort_ends_with_a_report)
{
	assert_dies(die_by_abort, "SIGABRT\nfatal error: abort\n");
	assert_told("[signal SIGABRT: abort ");
	assert_told("gives_up");
	assert_not_told("deferred");
}
END_TEST

static void die_by_kill(void)
{
	start(0);
	kill(getpid(), SIGABRT);
}

START_TEST(a_sigabrt_that_was_sent_too)
{
	assert_dies(die_by_kill, "SIGABRT\nfatal error: abort\n");
}
END_TEST

static void die_with_a_panic(void)
{
	start(0);
	panic("boom");
}

START_TEST(the_abort_of_a_report_is_not_reported)
{
	last_words(die_with_a_panic);
	assert_told("panic: boom\n");
	assert_not_told("fatal error");
}
END_TEST

static void own_handler(int sig)
{
	_exit(sig == SIGABRT ? 7 : 8);
}

static void die_with_a_handler(void)
{
	signal(SIGABRT, own_handler);
	start(0);
	abort();
}

START_TEST(a_handler_of_sigabrt_that_was_there_is_called)
{
	assert_dies(die_with_a_handler, "exit 7\n");
}
END_TEST

int main(void)
{
	return RUN_TESTS("handler",
		the_deferred_call_rounds_as_the_code_did,
		the_exceptions_raised_before_are_kept,
		an_unwinder_goes_through_the_faulting_frame,
		a_handler_that_calls_ours_is_left_by_its_own_end,
		a_stack_that_disarms_itself_is_armed_again,
		abort_ends_with_a_report,
		a_sigabrt_that_was_sent_too,
		the_abort_of_a_report_is_not_reported,
		a_handler_of_sigabrt_that_was_there_is_called);
}
