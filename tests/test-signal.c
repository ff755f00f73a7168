/* SPDX-License-Identifier: MIT */
/* test-signal.c - faults as panics (S90 to S102, decision 20). */

/* C promises no fault: what faults here goes through volatile objects, and a
 * quotient has a divisor that the compiler cannot see. */

#include "fault.h"
#include "machine.h"

#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <sys/mman.h>

static void (*volatile nocode)(void);
static volatile int zero, minusone = -1;
static volatile char *volatile wild = WILD;
static volatile char *volatile noncanonical =
	(volatile char *)((uintptr_t)1 << (sizeof(void *) * 8 - 1));

NOINLINE static void fault_call(void)
{
	nocode();
	note("back");
}

NOINLINE static void fault_divide(void)
{
	zero = 7 / zero;
}

NOINLINE static void fault_overflow(void)
{
	zero = INT_MIN / minusone;
}

NOINLINE static void fault_wild(void)
{
	*wild = 1;
}

NOINLINE static void fault_noncanonical(void)
{
	*noncanonical = 1;
}

START_TEST(S90_a_null_dereference_is_a_panic)
{
	start(0);
	attempt(fault_nil);
	ck_assert_str_eq(trace, NIL);
}
END_TEST

START_TEST(a_call_through_a_null_pointer_is_a_panic_of_its_caller)
{
	start(0);
	attempt(fault_call);
	ck_assert_str_eq(trace, NIL);
}
END_TEST

START_TEST(S96_a_division_by_zero_is_a_panic)
{
	start(0);
	if (!DIVISION_FAULTS)
		return;
	attempt(fault_divide);
	ck_assert_str_eq(trace, "[" DIVIDE_KIND " " DIVIDE_TEXT "]");
}
END_TEST

START_TEST(S97_int_min_by_minus_one_is_called_an_overflow)
{
	start(0);
	if (!OVERFLOW_FAULTS)
		return;
	attempt(fault_overflow);
	ck_assert_str_eq(trace, "[3 runtime error: integer overflow]");
}
END_TEST

START_TEST(S95_on_fault_recovers_any_address_in_this_thread)
{
	start(0);
	ck_assert_int_eq(panic_on_fault(1), 0);
	attempt(fault_wild);
	ck_assert_int_eq(panic_on_fault(0), 1);
	ck_assert_str_eq(trace, "[1 runtime error: invalid memory address or "
		"nil pointer dereference]");
}
END_TEST

static void die_wild(void)
{
	start(0);
	attempt(fault_wild);
}

START_TEST(S94_a_higher_address_is_fatal)
{
	char told[64];

	assert_dies(die_wild, "SIGABRT\nfatal error: fault\n");
	snprintf(told, sizeof told, "unexpected fault address %p",
		(void *)(uintptr_t)WILD);
	assert_told(told);
}
END_TEST

static void die_noncanonical(void)
{
	start(PANIC_ON_FAULT);
	attempt(fault_noncanonical);
}

START_TEST(a_non_canonical_address_is_fatal_whatever_the_flags)
{
#if defined __x86_64__
	assert_dies(die_noncanonical, "SIGABRT\nfatal error: fault\n");
#else
	die_noncanonical();	/* here the kernel tells the address */
#endif
}
END_TEST

static void die_sent(void)
{
	start(PANIC_ON_FAULT);
	recover_frame(return);
	defer(rescue_fault, NULL);
	kill(getpid(), SIGSEGV);
}

START_TEST(S98_a_signal_that_was_sent_is_no_panic)
{
	char expected[32];

	snprintf(expected, sizeof expected, "signal %d\n", SIGSEGV);
	assert_dies(die_sent, expected);
}
END_TEST

static void die_in_libc(void)
{
	/* A compiler may put strlen() here. */
	size_t (*volatile length)(const char *) = strlen;

	start(0);
	recover_frame(return);
	defer(rescue_fault, NULL);
	note("%zu", length((const char *)nowhere));
}

START_TEST(S100_a_fault_inside_libc_is_fatal)
{
	assert_dies(die_in_libc, "SIGABRT\nfatal error: unexpected signal "
		"during runtime execution\n");
}
END_TEST

static void die_critical(void)
{
	start(0);
	panic_critical_begin();
	attempt(fault_nil);
	panic_critical_end();
}

START_TEST(a_fault_in_a_critical_section_is_fatal)
{
	assert_dies(die_critical, "SIGABRT\nfatal error: unexpected signal "
		"during runtime execution\n");
}
END_TEST

static void die_uncaught(void)
{
	start(0);
	fault_nil();
}

START_TEST(an_uncaught_fault_is_reported_as_a_panic)
{
	assert_dies(die_uncaught, "SIGABRT\npanic: runtime error: invalid "
		"memory address or nil pointer dereference\n");
	assert_told("[signal SIGSEGV: segmentation violation code=0x1 "
		"addr=0x0 pc=0x");
	assert_told("fault_nil");
}
END_TEST

/* A leaf keeps its locals below its sp, where a handler must not write. */
NOINLINE static int leaf(volatile int *sum)
{
	volatile int block[24];
	int i;

	for (i = 0; i < 24; i++)
		block[i] = i;
	*sum = 0;
	for (i = 0; i < 24; i++)
		*sum += block[i];
	*nowhere = 1;
	return block[0];
}

static int call_leaf(volatile int *sum)
{
	volatile int mine[24];
	volatile int i, ok = 0;

	for (i = 0; i < 24; i++)
		mine[i] = 1000 + i;
	recover_frame(goto check);
	defer(rescue_fault, NULL);
	leaf(sum);
check:
	for (i = 0; i < 24; i++)
		ok += mine[i] == 1000 + i;
	return ok;
}

START_TEST(the_red_zone_of_a_leaf_and_its_callers_data_stay_intact)
{
	volatile int sum = 0;

	start(0);
	ck_assert_int_eq(call_leaf(&sum), 24);
	ck_assert_int_eq(sum, 276);
}
END_TEST

static void fault_again(void *unused)
{
	(void)unused;
	fault_nil();
}

START_TEST(a_fault_in_a_deferred_call_supersedes_the_panic)
{
	start(0);
	{
		recover_frame(goto done);
		defer(rescue_fault, NULL);
		defer(fault_again, NULL);
		panic("first");
	}
done:
	ck_assert_str_eq(trace, NIL);
}
END_TEST

START_TEST(faults_are_recovered_one_after_the_other)
{
	int i;

	start(0);
	for (i = 0; i < 1000; i++) {
		forget();
		attempt(fault_nil);
		ck_assert_str_eq(trace, NIL);
	}
}
END_TEST

static sigset_t during;

static void see_mask(void *unused)
{
	(void)unused;
	pthread_sigmask(SIG_BLOCK, NULL, &during);
}

START_TEST(the_signal_mask_is_that_of_the_code)
{
	sigset_t set, after;
	int sig;

	start(0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	{
		recover_frame(goto done);
		defer(rescue_fault, NULL);
		defer(see_mask, NULL);
		fault_nil();
	}
done:
	pthread_sigmask(SIG_UNBLOCK, &set, &after);
	for (sig = 1; sig < 32; sig++) {
		ck_assert_int_eq(sigismember(&during, sig), sig == SIGUSR1);
		ck_assert_int_eq(sigismember(&after, sig), sig == SIGUSR1);
	}
}
END_TEST

static sigjmp_buf out;

static void former_handler(int sig)
{
	note("former %d", sig == SIGSEGV);
	siglongjmp(out, 1);
}

START_TEST(a_handler_that_was_there_gets_what_is_no_panic)
{
	struct sigaction sa = { .sa_handler = former_handler };
	int i;

	sigaction(SIGSEGV, &sa, NULL);
	start(0);
	for (i = 0; i < 2; i++)
		if (!sigsetjmp(out, 1))
			*wild = 1;
	attempt(fault_nil);
	ck_assert_str_eq(trace, "former 1 former 1 " NIL);
}
END_TEST

static struct panic *kept;

static void keep(void *unused)
{
	(void)unused;
	kept = panic_take(recover());
}

START_TEST(a_taken_fault_keeps_its_data)
{
	const struct panic_fault *f;

	start(0);
	{
		recover_frame(goto done);
		defer(keep, NULL);
		fault_nil();
	}
done:
	f = panic_data(kept, &panic_fault_type);
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(f->signal, SIGSEGV);
	ck_assert_ptr_null(f->address);
	panic_free(kept);
}
END_TEST

static char where[4200];

static void tell_where(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	errno = EPIPE;
	snprintf(where, sizeof where, "%s in %s:%d", panic_function(p),
		panic_file(p), panic_line(p));
	ck_assert_int_eq(errno, EPIPE);
	kept = panic_take(p);
}

static void attempt_where(void (*fn)(void))
{
	recover_frame(return);
	defer(tell_where, NULL);
	fn();
}

START_TEST(a_fault_tells_its_function_and_module)
{
	char self[4096], expected[4200];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

	ck_assert_int_gt(n, 0);
	self[n] = '\0';
	snprintf(expected, sizeof expected, "fault_nil in %s:0", self);
	start(0);
	for (int i = 0; i < 2; i++) {
		attempt_where(fault_nil);
		ck_assert_str_eq(where, expected);
		ck_assert_str_eq(panic_function(kept), "fault_nil");
		ck_assert_str_eq(panic_file(kept), self);
		panic_free(kept);
	}
}
END_TEST

START_TEST(a_fault_without_code_tells_no_function)
{
	start(0);
	attempt_where(fault_call);
	ck_assert_str_eq(where, "(fault) in (fault):0");
	ck_assert_str_eq(panic_function(kept), "(fault)");
	panic_free(kept);
}
END_TEST

START_TEST(S93_a_bus_error_behind_the_end_of_a_file)
{
	char name[] = "/tmp/panic-test-XXXXXX";
	int fd = mkstemp(name);

	ck_assert_int_ge(fd, 0);
	unlink(name);
	wild = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ck_assert_ptr_ne((void *)(uintptr_t)wild, MAP_FAILED);
	start(0);
	panic_on_fault(1);
	attempt(fault_wild);
	panic_on_fault(0);
	ck_assert_str_eq(trace, "[1 runtime error: memory that is not there, "
		"as behind the end of a mapped file]");
	munmap((void *)(uintptr_t)wild, 4096);
	close(fd);
}
END_TEST

static void drop(void *unused)
{
	(void)unused;
	(void)recover();
}

static void *faulting(void *n)
{
	volatile int i;

	for (i = 0; i < *(int *)n; i++) {
		recover_frame(continue);
		defer(drop, NULL);
		fault_nil();
	}
	return n;
}

START_TEST(four_threads_fault_at_once)
{
	pthread_t t[4];
	int i, n = 20000;

	start(0);
	for (i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&t[i], NULL, faulting, &n), 0);
	for (i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
}
END_TEST

START_TEST(the_arguments_are_checked)
{
	errno = 0;
	ck_assert_int_eq(panic_signals(128), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_int_eq(panic_set_overflow_stack(1), -1);
	ck_assert_int_eq(panic_set_overflow_stack(100000), 0);
	start(0);
	ck_assert_int_eq(panic_signals(0), -1);
	ck_assert_int_eq(errno, EBUSY);
	ck_assert_int_eq(panic_thread_init(), 0);
}
END_TEST

/* What the level system adds. */

/* With a value in a register where the test knows the processor's words. */
NOINLINE static void faults_with_a_register(void)
{
#if defined __x86_64__ || defined __i386__
	__asm__ volatile ("movl $0x5ca1ab1e, %%eax\n\tmovl %%eax, 0" : : :
		"eax", "memory");
#else
	fault_nil();
#endif
}

static void assert_system(void)
{
	assert_told("\nregisters:\n");
#if defined __x86_64__
	assert_told("\nrax     0x5ca1ab1e\n");
	assert_told("\nrip     0x");
#elif defined __i386__
	assert_told("\neax     0x5ca1ab1e\n");
#endif
	assert_told("\nmemory map:\n");
	assert_told("/test-signal");
}

static void panics_of_a_fault(void)
{
	start(0);
	panic_set_traceback("system");
	faults_with_a_register();
}

static void dies_of_a_fault(void)
{
	start(0);
	panic_set_traceback("system");
	panic_critical_begin();
	faults_with_a_register();
}

static void recovers_one_and_panics(void)
{
	start(0);
	panic_set_traceback("system");
	attempt(fault_nil);
	panic("a");
}

START_TEST(the_level_system_tells_registers_and_the_map)
{
	last_words(panics_of_a_fault);
	assert_system();
	last_words(dies_of_a_fault);
	assert_system();
	last_words(recovers_one_and_panics);
	assert_not_told("\nregisters:\n");
	assert_told("\nmemory map:\n");
}
END_TEST

int main(void)
{
	return RUN_TESTS("signal",
		S90_a_null_dereference_is_a_panic,
		a_call_through_a_null_pointer_is_a_panic_of_its_caller,
		S96_a_division_by_zero_is_a_panic,
		S97_int_min_by_minus_one_is_called_an_overflow,
		S95_on_fault_recovers_any_address_in_this_thread,
		S94_a_higher_address_is_fatal,
		a_non_canonical_address_is_fatal_whatever_the_flags,
		S98_a_signal_that_was_sent_is_no_panic,
		S100_a_fault_inside_libc_is_fatal,
		a_fault_in_a_critical_section_is_fatal,
		an_uncaught_fault_is_reported_as_a_panic,
		the_red_zone_of_a_leaf_and_its_callers_data_stay_intact,
		a_fault_in_a_deferred_call_supersedes_the_panic,
		faults_are_recovered_one_after_the_other,
		the_signal_mask_is_that_of_the_code,
		a_handler_that_was_there_gets_what_is_no_panic,
		a_taken_fault_keeps_its_data,
		a_fault_tells_its_function_and_module,
		a_fault_without_code_tells_no_function,
		S93_a_bus_error_behind_the_end_of_a_file,
		four_threads_fault_at_once,
		the_arguments_are_checked,
		the_level_system_tells_registers_and_the_map);
}
