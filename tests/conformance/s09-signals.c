/* SPDX-License-Identifier: MIT */
/* s09-signals.c - S90 to S102, S104, S26, S27 and S62: faults as panics. */

/* C promises no fault (go-semantics.md, 16.8): what faults here goes through
 * volatile objects. */

#include <errno.h>
#include <limits.h>
#include <sys/mman.h>

#include "dying.h"
#include "layers.h"
#include "../machine.h"

static volatile int *volatile nowhere;
static volatile char *volatile wild = WILD;
static volatile int zero, minusone = -1, quotient;

/* Whether faults can be panics here; they are from now on. */
static bool faults(void)
{
	return panic_signals(0) == 0 || errno == EBUSY;
}

NOINLINE FAULTS static int nil(void *unused)
{
	(void)unused;
	return *nowhere;
}

NOINLINE FAULTS static int divides(void *unused)
{
	(void)unused;
	return quotient = 7 / zero;
}

NOINLINE FAULTS static int overflows(void *unused)
{
	(void)unused;
	return quotient = INT_MIN / minusone;
}

NOINLINE FAULTS static int strays(void *unused)
{
	(void)unused;
	*wild = 1;
	return 0;
}

/* The kind is noted where the value is a fault's. */
static void catchfault(void *unused)
{
	const struct panic *p = recover();
	const struct panic_fault *f =
		p ? panic_data(p, &panic_fault_type) : NULL;

	(void)unused;
	if (f)
		note("%d:", (int)f->kind);
	tell("r", p);
	BARRIER();
}

FUNCTION(stopsfault,
	DEFER(say, "older");
	DEFER(catchfault, NULL);
	(*(int (**)(void *))arg)(NULL);
	note("no fault");
);

static void stops(int (*fn)(void *))
{
	CALL(stopsfault, &fn);
}

START_TEST(S90_a_runtime_error_is_an_ordinary_panic_with_a_fault_as_value)
{
	LAYERS();
	if (!faults())
		return;
	for (int i = 0; i < 3; i++) {
		stops(nil);
		expect("0: r=" NILCALL " older");
	}
}
END_TEST

START_TEST(S93_a_fault_below_4096_is_a_nil_dereference)
{
	LAYERS();
	if (!faults())
		return;
	nowhere = (volatile int *)4092;
	stops(nil);
	nowhere = NULL;
	expect("0: r=" NILCALL " older");
}
END_TEST

static void straysin(void *fn)
{
	if (!faults())
		exit(77);
	CALL(stopsfault, fn);
}

START_TEST(S94_a_fault_at_a_higher_address_is_fatal)
{
	int (*fn)(void *) = strays;
	struct death *d;

	LAYERS();
	d = dies(straysin, &fn);
	if (exited(d, 77))
		return;
	ck_assert_ptr_ne(strstr(d->err, "fatal error: fault\n"), NULL);
	ck_assert_ptr_ne(strstr(d->err, "unexpected fault address"), NULL);
	ck_assert(aborted(d));
}
END_TEST

START_TEST(S95_panic_on_fault_makes_it_a_panic)
{
	LAYERS();
	if (!faults())
		return;
	panic_on_fault(1);
	stops(strays);
	expect("1: r=" NILCALL " older");
	panic_on_fault(0);
}
END_TEST

START_TEST(S96_an_integer_division_by_zero)
{
	LAYERS();
	if (!faults() || !DIVISION_FAULTS)
		return;
	stops(divides);
	expect(DIVIDE_KIND ": r=" DIVIDE_TEXT " older");
}
END_TEST

START_TEST(S97_the_least_integer_by_minus_one_is_an_overflow)
{
	LAYERS();
	if (!faults() || !OVERFLOW_FAULTS)
		return;
	stops(overflows);
	expect("3: r=runtime error: integer overflow older");
}
END_TEST

static void killsitself(void *unused)
{
	(void)unused;
	if (!faults())
		exit(77);
	recover_frame(return);
	defer(catchfault, NULL);
	raise(SIGSEGV);
}

START_TEST(S98_a_signal_that_was_sent_is_no_panic)
{
	struct death *d = dies(killsitself, NULL);

	if (exited(d, 77))
		return;
	ck_assert(WIFSIGNALED(d->status));
	ck_assert_int_eq(WTERMSIG(d->status), SIGSEGV);
	ck_assert_ptr_eq(strstr(d->err, "panic: "), NULL);
}
END_TEST

/* The handler returns; its mask and its stack are not those of the deferred
 * calls. */
static uintptr_t faultedat;

static void looks(void *unused)
{
	sigset_t set;

	pthread_sigmask(SIG_SETMASK, NULL, &set);
	note("blocked=%d", sigismember(&set, SIGSEGV));
	note("below=%d", (uintptr_t)__builtin_frame_address(0) < faultedat &&
		faultedat - (uintptr_t)__builtin_frame_address(0) < 65536);
	catchfault(unused);
	tell("r", recover());
	BARRIER();
}

FUNCTION(looksat,
	DEFER(looks, NULL);
	faultedat = (uintptr_t)__builtin_frame_address(0);
	nil(NULL);
);

START_TEST(S99_the_deferred_calls_run_on_the_faulting_stack_unmasked)
{
	LAYERS();
	if (!faults())
		return;
	CALL(looksat, NULL);
	expect("blocked=0 below=1 r=nil r=" NILCALL);
}
END_TEST

FAULTS static void faultsinlibc(void *unused)
{
	static volatile char *volatile text;

	(void)unused;
	if (!faults())
		exit(77);
	recover_frame(return);
	defer(catchfault, NULL);
	panic_critical_begin();
	note("%c", *text);
}

START_TEST(S100_a_fault_where_a_lock_may_be_held_is_fatal)
{
	struct death *d = dies(faultsinlibc, NULL);

	if (exited(d, 77))
		return;
	ck_assert_ptr_ne(strstr(d->err, "fatal error: unexpected signal"),
		NULL);
	ck_assert(aborted(d));
}
END_TEST

static void *nilthen(void *text)
{
	if (!faults())
		exit(77);
	if (text)
		return text;
	nil(NULL);
	return NULL;
}

FUNCTION(nilthenpanic,
	DEFER(raise_text, "explicit");
	nilthen(NULL);
);

START_TEST(S101_the_signal_line_comes_after_all_panic_lines)
{
	struct death *d;

	LAYERS();
	d = dies(PICK(nilthenpanic), NULL);
	if (exited(d, 77))
		return;
	ck_assert_msg(!strncmp(d->err, "panic: " NILCALL
		"\n\tpanic: explicit\n[signal SIGSEGV: segmentation violation "
		"code=0x1 addr=0x0 pc=0x", 140), "%s", d->err);
}
END_TEST

FUNCTION(nilthenplain,
	stops(nil);
	DEFER(say, "d");
	panic("plain");
);

static void recoversthenpanics(void *unused)
{
	(void)nilthen((char *)"");
	CALL(nilthenplain, unused);
}

START_TEST(S62_a_plain_panic_after_a_recovered_fault_has_no_signal_line)
{
	struct death *d;

	LAYERS();
	d = dies(recoversthenpanics, NULL);
	if (exited(d, 77))
		return;
	ck_assert_str_eq(panics(d), "panic: plain\n");
}
END_TEST

static void overflowstack(void *unused)
{
	volatile char room[4096] = { 0 };

	if (!room[1])
		overflowstack(unused);
	room[0]++;
}

static void overflowing(void *unused)
{
	(void)nilthen((char *)"");
	recover_frame(return);
	defer(catch, "r");
	overflowstack(unused);
}

START_TEST(S104_a_stack_overflow_is_fatal_unless_asked_for)
{
	struct death *d = dies(overflowing, NULL);

	if (exited(d, 77))
		return;
	ck_assert_ptr_ne(strstr(d->err, "stack exceeds "), NULL);
	ck_assert_ptr_ne(strstr(d->err, "fatal error: stack overflow\n"),
		NULL);
	ck_assert(aborted(d));
}
END_TEST

/* Go's test/recover4.go: a copy that runs into a hole says how far it got. */
static long copy_frame(volatile char *to, volatile const char *from, long n)
{
	volatile long done = 0;

	recover_frame(return done);
	defer(catchfault, NULL);
	for (long i = 0; i < n; i++) {
		to[i] = from[i];
		done++;
	}
	return -1;
}

static long copy_proc(volatile char *to, volatile const char *from, long n)
{
	volatile long done = 0;

	if (deferproc(catchfault, NULL))
		goto epilogue;
	for (volatile long i = 0; i < n; i++) {
		to[i] = from[i];
		done++;
	}
	done = -1;
epilogue:
	deferreturn();
	return done;
}

START_TEST(S27_a_copy_into_a_hole_tells_how_much_it_copied)
{
	long size = sysconf(_SC_PAGESIZE);
	static char from[65536];
	char *map;

	if (!faults())
		return;
	map = mmap(NULL, (size_t)(4 * size), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ck_assert_int_eq(mprotect(map + 2 * size, (size_t)size, PROT_NONE), 0);
	panic_on_fault(1);
	ck_assert_int_eq(copy_frame(map + 5, from, 4 * size), 2 * size - 5);
	ck_assert_int_eq(copy_proc(map + 7, from, 4 * size), 2 * size - 7);
	panic_on_fault(0);
	expect("1: r=" NILCALL " 1: r=" NILCALL);
}
END_TEST

static void add(TCase *tc)
{
	LAYERED(tc,
	S90_a_runtime_error_is_an_ordinary_panic_with_a_fault_as_value);
	LAYERED(tc, S96_an_integer_division_by_zero);
	LAYERED(tc, S93_a_fault_below_4096_is_a_nil_dereference);
	LAYERED(tc, S94_a_fault_at_a_higher_address_is_fatal);
	LAYERED(tc, S95_panic_on_fault_makes_it_a_panic);
	LAYERED(tc, S97_the_least_integer_by_minus_one_is_an_overflow);
	tcase_add_test(tc, S98_a_signal_that_was_sent_is_no_panic);
	LAYERED(tc, S99_the_deferred_calls_run_on_the_faulting_stack_unmasked);
	tcase_add_test(tc, S100_a_fault_where_a_lock_may_be_held_is_fatal);
	LAYERED(tc, S101_the_signal_line_comes_after_all_panic_lines);
	LAYERED(tc,
	S62_a_plain_panic_after_a_recovered_fault_has_no_signal_line);
	tcase_add_test(tc, S104_a_stack_overflow_is_fatal_unless_asked_for);
	tcase_add_test(tc, S27_a_copy_into_a_hole_tells_how_much_it_copied);
}

CONFORM_MAIN("signals", add)
