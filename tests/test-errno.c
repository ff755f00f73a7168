/* SPDX-License-Identifier: MIT */
/* test-errno.c - errno, the signal mask and the floating-point environment
 * are left as they were (D17). */

#include "check.h"

#include <errno.h>
#include <fenv.h>

static int seen;

static void look(void *unused)
{
	(void)unused;
	seen = errno;
}

static void look_and_recover(void *unused)
{
	(void)unused;
	seen = errno;
	recover();
	seen = seen * 1000 + errno;
}

START_TEST(a_frame_keeps_errno)
{
	errno = 101;
	{
		defer_frame();
		for (int i = 0; i < 100; i++)
			defer(look, NULL);
	}
	ck_assert_int_eq(errno, 101);
	ck_assert_int_eq(seen, 101);
}
END_TEST

static void first_frame_of_a_thread(void)
{
	errno = 102;
	{
		defer_frame();
		defer(look, NULL);
	}
	seen = seen * 1000 + errno;
}

START_TEST(the_first_frame_of_a_thread_keeps_errno)
{
	in_thread(first_frame_of_a_thread);
	ck_assert_int_eq(seen, 102102);
}
END_TEST

static void proc(void)
{
	errno = 103;
	if (deferproc(look_and_recover, NULL))
		goto epilogue;
	panic("boom");
epilogue:
	deferreturn();
}

START_TEST(deferproc_and_its_landing_keep_errno)
{
	proc();
	ck_assert_int_eq(errno, 103);
	ck_assert_int_eq(seen, 103103);
}
END_TEST

static void frame(int length)
{
	recover_frame(return);
	defer(look_and_recover, NULL);
	errno = 104;
	panic("%0*d", length, 7);
}

START_TEST(a_panic_and_its_recovery_keep_errno)
{
	frame(1);
	ck_assert_int_eq(errno, 104);
	ck_assert_int_eq(seen, 104104);
	frame(1000);	/* on the heap */
	ck_assert_int_eq(errno, 104);
	ck_assert_int_eq(seen, 104104);
}
END_TEST

static void frame_of_errno(void)
{
	recover_frame(return);
	defer(look_and_recover, NULL);
	errno = EXDEV;
	panic_errno("link");
}

START_TEST(panic_errno_keeps_errno)
{
	frame_of_errno();
	ck_assert_int_eq(errno, EXDEV);
	ck_assert_int_eq(seen, EXDEV * 1001);
}
END_TEST

static int helped;

/* Asks libunwind, because it is not the deferred function itself. */
static NOINLINE void helper(void)
{
	errno = 105;
	helped = recover() != NULL;
	seen = errno;
}

static void ask(void *unused)
{
	(void)unused;
	helper();
	helped++;
}

static void frame_with_helper(void)
{
	recover_frame(return);
	defer(look_and_recover, NULL);
	defer(ask, NULL);
	panic("boom");
}

START_TEST(a_recover_that_asks_the_unwinder_keeps_errno)
{
	frame_with_helper();
	ck_assert_int_eq(helped, 1);
	ck_assert_int_eq(errno, 105);
}
END_TEST

static struct panic *kept;

static void take(void *unused)
{
	(void)unused;
	errno = 106;
	kept = panic_take(recover());
	seen = errno;
}

static void take_one(void)
{
	recover_frame(return);
	defer(take, NULL);
	panic("boom");
}

START_TEST(panic_take_and_panic_free_keep_errno)
{
	take_one();
	ck_assert_int_eq(seen, 106);
	errno = 107;
	panic_free(kept);
	ck_assert_int_eq(errno, 107);
}
END_TEST

static void set_errno(void *n)
{
	errno = *(int *)n;
}

START_TEST(what_a_deferred_function_does_to_errno_stays)
{
	int n = 108;

	errno = 1;
	{
		defer_frame();
		defer(set_errno, &n);
	}
	ck_assert_int_eq(errno, 108);
}
END_TEST

static int masked(int sig)
{
	sigset_t set;

	pthread_sigmask(SIG_SETMASK, NULL, &set);
	return sigismember(&set, sig);
}

static void mask(int how, int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	pthread_sigmask(how, &set, NULL);
}

static void note_mask(void *unused)
{
	(void)unused;
	note("%d%d", masked(SIGUSR1), masked(SIGUSR2));
	recover();
}

static void frame_with_mask(void)
{
	recover_frame(return);
	defer(note_mask, NULL);
	mask(SIG_BLOCK, SIGUSR1);
	mask(SIG_UNBLOCK, SIGUSR2);
	panic("boom");
}

START_TEST(a_landing_leaves_the_signal_mask_alone)
{
	mask(SIG_UNBLOCK, SIGUSR1);
	mask(SIG_BLOCK, SIGUSR2);
	frame_with_mask();
	note("%d%d", masked(SIGUSR1), masked(SIGUSR2));
	mask(SIG_UNBLOCK, SIGUSR1);
	ck_assert_str_eq(trace, "10 10");
}
END_TEST

static void note_rounding(void *unused)
{
	(void)unused;
	note("%s", fegetround() == FE_UPWARD ? "up" : "other");
	recover();
}

static void frame_with_rounding(void)
{
	recover_frame(return);
	defer(note_rounding, NULL);
	fesetround(FE_UPWARD);
	feraiseexcept(FE_DIVBYZERO);
	panic("boom");
}

START_TEST(a_landing_leaves_the_floating_point_environment)
{
	feclearexcept(FE_ALL_EXCEPT);
	frame_with_rounding();
	note("%s", fegetround() == FE_UPWARD ? "up" : "other");
	note("%s", fetestexcept(FE_ALL_EXCEPT) == FE_DIVBYZERO ? "divbyzero" :
		"other");
	fesetround(FE_TONEAREST);
	feclearexcept(FE_ALL_EXCEPT);
	ck_assert_str_eq(trace, "up up divbyzero");
}
END_TEST

int main(void)
{
	return RUN_TESTS("errno",
		a_frame_keeps_errno,
		the_first_frame_of_a_thread_keeps_errno,
		deferproc_and_its_landing_keep_errno,
		a_panic_and_its_recovery_keep_errno,
		panic_errno_keeps_errno,
		a_recover_that_asks_the_unwinder_keeps_errno,
		panic_take_and_panic_free_keep_errno,
		what_a_deferred_function_does_to_errno_stays,
		a_landing_leaves_the_signal_mask_alone,
		a_landing_leaves_the_floating_point_environment);
}
