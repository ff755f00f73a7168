/* SPDX-License-Identifier: MIT */
/* s03-results.c - S23 to S29: results.  Each scenario is written for each
 * layer by hand, because how a function returns is what differs. */

#include "layers.h"

static void add1(void *n)
{
	++*(volatile int *)n;
}

static void times2(void *n)
{
	*(volatile int *)n *= 2;
}

static void stop(void *unused)
{
	(void)unused;
	(void)recover();
}

static int named_proc(void)
{
	volatile int rc = 0;

	if (deferproc(times2, (void *)&rc))
		goto epilogue;
	if (deferproc(add1, (void *)&rc))
		goto epilogue;
	rc = 6;
epilogue:
	deferreturn();
	return rc;
}

static int plain_frame(void)
{
	volatile int rc = 0;

	defer_frame();
	defer(times2, (void *)&rc);
	return rc = 6;
}

static int outer_frame(void)
{
	volatile int rc = 0;

	{
		defer_frame();
		defer(times2, (void *)&rc);
		defer(add1, (void *)&rc);
		rc = 6;
	}
	return rc;
}

START_TEST(S23_deferred_calls_may_change_the_result)
{
	ck_assert_int_eq(named_proc(), 14);
	ck_assert_int_eq(outer_frame(), 14);
	/* C has evaluated a plain return's operand before (design.md, 12). */
	ck_assert_int_eq(plain_frame(), 6);
}
END_TEST

static int keeps_frame(void)
{
	volatile int rc = 0;

	recover_frame(return rc);
	defer(stop, NULL);
	rc = 7;
	panic("p");
}

static int keeps_proc(void)
{
	volatile int rc = 0;

	if (deferproc(stop, NULL))
		goto epilogue;
	rc = 7;
	panic("p");
epilogue:
	deferreturn();
	return rc;
}

static int older_frame(void)
{
	volatile int rc = 0;

	recover_frame(return rc);
	defer(times2, (void *)&rc);
	defer(add1, (void *)&rc);
	defer(stop, NULL);
	rc = 7;
	panic("p");
}

static int older_proc(void)
{
	volatile int rc = 0;

	if (deferproc(times2, (void *)&rc))
		goto epilogue;
	if (deferproc(add1, (void *)&rc))
		goto epilogue;
	if (deferproc(stop, NULL))
		goto epilogue;
	rc = 7;
	panic("p");
epilogue:
	deferreturn();
	return rc;
}

START_TEST(S24_after_a_recover_the_result_is_what_was_assigned_last)
{
	ck_assert_int_eq(keeps_frame(), 7);
	ck_assert_int_eq(keeps_proc(), 7);
}
END_TEST

START_TEST(S24_older_calls_change_the_result_before_the_landing_returns_it)
{
	ck_assert_int_eq(older_frame(), 16);
	ck_assert_int_eq(older_proc(), 16);
}
END_TEST

static int returned_frame(bool returns)
{
	volatile int rc = 0;

	recover_frame(return rc);
	defer(stop, NULL);
	defer(raise_text, "p");
	if (returns)
		return rc = 5;
	panic("p1");
}

static int returned_proc(bool returns)
{
	volatile int rc = 0;

	if (deferproc(stop, NULL))
		goto epilogue;
	if (deferproc(raise_text, "p"))
		goto epilogue;
	if (!returns)
		panic("p1");
	rc = 5;
epilogue:
	deferreturn();
	return rc;
}

START_TEST(S25_zero_without_a_return_and_5_if_a_deferred_call_panics_after_it)
{
	ck_assert_int_eq(returned_frame(true), 5);
	ck_assert_int_eq(returned_proc(true), 5);
	ck_assert_int_eq(returned_frame(false), 0);
	ck_assert_int_eq(returned_proc(false), 0);
}
END_TEST

static int fails(void)
{
	panic("p");
}

static int partial_frame(void)
{
	volatile int rc = 0;

	recover_frame(return rc);
	defer(stop, NULL);
	return rc = 1 + fails();
}

static int partial_proc(void)
{
	volatile int rc = 0;

	if (deferproc(stop, NULL))
		goto epilogue;
	rc = 1 + fails();
epilogue:
	deferreturn();
	return rc;
}

START_TEST(S26_a_panic_in_the_returned_expression_stores_nothing)
{
	ck_assert_int_eq(partial_frame(), 0);
	ck_assert_int_eq(partial_proc(), 0);
}
END_TEST

static void failsat(int i, int n)
{
	if (i == n)
		panic("at %d", i);
}

static int counts_frame(int n)
{
	volatile int done = 0;

	recover_frame(return done);
	defer(stop, NULL);
	for (;;) {
		failsat(done, n);
		done++;
	}
}

static int counts_proc(int n)
{
	volatile int done = 0;

	if (deferproc(stop, NULL))
		goto epilogue;
	for (;;) {
		failsat(done, n);
		done++;
	}
epilogue:
	deferreturn();
	return done;
}

START_TEST(S27_a_volatile_counter_is_exact_after_a_panic)
{
	ck_assert_int_eq(counts_frame(5), 5);
	ck_assert_int_eq(counts_proc(5), 5);
}
END_TEST

/* What did not change after the landing needs no volatile. */
static int unmodified_frame(int a, int b)
{
	const int sum = a + b;

	recover_frame(return sum + a);
	defer(stop, NULL);
	panic("p");
}

static int unmodified_proc(int a, int b)
{
	const int sum = a + b;

	if (deferproc(stop, NULL))
		goto epilogue;
	panic("p");
epilogue:
	deferreturn();
	return sum + a;
}

START_TEST(S27_unmodified_locals_and_parameters_keep_their_values)
{
	ck_assert_int_eq(unmodified_frame(3, 4), 10);
	ck_assert_int_eq(unmodified_proc(3, 4), 10);
}
END_TEST

static int forever_frame(void)
{
	recover_frame(return 3);
	defer(stop, NULL);
	for (;;)
		fails();
}

static int forever_proc(void)
{
	if (deferproc(stop, NULL))
		goto epilogue;
	for (;;)
		fails();
epilogue:
	deferreturn();
	return 3;
}

START_TEST(S28_a_function_without_a_return_returns_after_a_recover)
{
	ck_assert_int_eq(forever_frame(), 3);
	ck_assert_int_eq(forever_proc(), 3);
}
END_TEST

static int ranbefore_frame(void)
{
	volatile int rc = 1;

	recover_frame(return rc);
	defer(stop, NULL);
	defer(add1, (void *)&rc);
	rc = 10;
	panic("p");
}

static int ranbefore_proc(void)
{
	volatile int rc = 1;

	if (deferproc(stop, NULL))
		goto epilogue;
	if (deferproc(add1, (void *)&rc))
		goto epilogue;
	rc = 10;
	panic("p");
epilogue:
	deferreturn();
	return rc;
}

START_TEST(S29_what_ran_before_the_recover_has_changed_the_result)
{
	ck_assert_int_eq(ranbefore_frame(), 11);
	ck_assert_int_eq(ranbefore_proc(), 11);
}
END_TEST

static void add(TCase *tc)
{
	tcase_add_test(tc, S23_deferred_calls_may_change_the_result);
	tcase_add_test(tc,
		S24_after_a_recover_the_result_is_what_was_assigned_last);
	tcase_add_test(tc,
	S24_older_calls_change_the_result_before_the_landing_returns_it);
	tcase_add_test(tc,
	S25_zero_without_a_return_and_5_if_a_deferred_call_panics_after_it);
	tcase_add_test(tc,
		S26_a_panic_in_the_returned_expression_stores_nothing);
	tcase_add_test(tc, S27_a_volatile_counter_is_exact_after_a_panic);
	tcase_add_test(tc,
		S27_unmodified_locals_and_parameters_keep_their_values);
	tcase_add_test(tc,
		S28_a_function_without_a_return_returns_after_a_recover);
	tcase_add_test(tc,
		S29_what_ran_before_the_recover_has_changed_the_result);
}

CONFORM_MAIN("results", add)
