/* SPDX-License-Identifier: MIT */
/* test-deferproc.c - deferproc and deferreturn (D13, S15 to S19). */

#include "check.h"

static void three_calls(void)
{
	if (deferproc(say, "a"))
		goto epilogue;
	if (deferproc(say, "b"))
		goto epilogue;
	if (deferproc(say, "c"))
		goto epilogue;
	note("body");
epilogue:
	deferreturn();
	note("end");
}

START_TEST(deferreturn_runs_the_calls_in_reverse_order)	/* S1, S15 */
{
	three_calls();
	ck_assert_str_eq(trace, "body c b a end");
}
END_TEST

START_TEST(deferreturn_without_calls_does_nothing)
{
	deferreturn();
	note("end");
	ck_assert_str_eq(trace, "end");
}
END_TEST

/* A function that calls setjmp() is not inlined: the frame stays its own. */
static void callee(void)
{
	if (deferproc(say, "callee"))
		note("landed");
	deferreturn();
}

static void caller(void)
{
	if (deferproc(say, "caller"))
		note("landed");
	callee();
	note("back");
	deferreturn();
}

START_TEST(deferreturn_runs_only_its_own_functions_calls)	/* S16 */
{
	caller();
	ck_assert_str_eq(trace, "callee back caller");
}
END_TEST

static void recurse(int depth)
{
	if (deferproc(say, depth ? "deep" : "deepest"))
		note("landed");
	if (depth)
		recurse(depth - 1);
	note("%d", depth);
	deferreturn();
}

START_TEST(each_activation_of_a_function_has_its_own_calls)	/* S16 */
{
	recurse(2);
	ck_assert_str_eq(trace, "0 deepest 1 deep 2 deep");
}
END_TEST

static int returns_twice(void)
{
	volatile int rc = -1;

	if (deferproc(say, "older"))
		goto epilogue;
	if (deferproc(rescue, NULL)) {
		note("again");
		rc = 7;
		goto epilogue;
	}
	if (deferproc(say, "newer"))
		goto epilogue;
	panic("boom");
epilogue:
	deferreturn();
	return rc;
}

START_TEST(deferproc_returns_one_after_a_recovered_panic)	/* S15 */
{
	ck_assert_int_eq(returns_twice(), 7);
	ck_assert_str_eq(trace, "newer [boom] again older");
}
END_TEST

static void which_one(int n)
{
	if (deferproc(n == 1 ? rescue : say, "-")) {
		note("first");
		goto epilogue;
	}
	if (deferproc(n == 2 ? rescue : say, "-")) {
		note("second");
		goto epilogue;
	}
	if (deferproc(n == 3 ? rescue : say, "-")) {
		note("third");
		goto epilogue;
	}
	panic("%d", n);
epilogue:
	deferreturn();
}

START_TEST(the_deferproc_whose_call_recovered_returns_one)	/* D13 */
{
	which_one(1);
	which_one(2);
	which_one(3);
	ck_assert_str_eq(trace,
		"- - [1] first - [2] second - [3] third - -");
}
END_TEST

static void loops(int n, int *sum)
{
	for (volatile int i = 0; i < n; i++)
		if (deferproc(count, sum))
			break;
	deferreturn();
}

START_TEST(a_deferproc_in_a_loop_pushes_one_call_a_turn)	/* S3, S22 */
{
	int sum = 0;

	loops(100000, &sum);
	ck_assert_int_eq(sum, 100000);
}
END_TEST

static void say_and_raise(void *text)
{
	note("raising");
	panic("%s", (char *)text);
}

static void panics_in_deferreturn(void)
{
	if (deferproc(say, "oldest"))
		goto epilogue;
	if (deferproc(rescue, NULL)) {
		note("landed");
		goto epilogue;
	}
	if (deferproc(say_and_raise, "late"))
		goto epilogue;
	if (deferproc(say, "newest"))
		goto epilogue;
epilogue:
	deferreturn();
}

START_TEST(a_record_is_freed_before_its_call)	/* S17, S19 */
{
	panics_in_deferreturn();
	ck_assert_str_eq(trace, "newest raising [late] landed oldest");
}
END_TEST

static void defers_null(void)
{
	if (deferproc(rescue, NULL))
		goto epilogue;
	if (deferproc((void (*)(void *))NULL, NULL))
		goto epilogue;
	note("body");
epilogue:
	deferreturn();
}

START_TEST(a_null_function_panics_when_deferreturn_calls_it)	/* D14, S8 */
{
	defers_null();
	ck_assert_str_eq(trace, "body [runtime error: invalid memory address "
		"or nil pointer dereference]");
}
END_TEST

static void null_under_a_panic(void)
{
	if (deferproc(rescue, NULL))
		goto epilogue;
	if (deferproc((void (*)(void *))NULL, NULL))
		goto epilogue;
	panic("boom");
epilogue:
	deferreturn();
}

START_TEST(a_null_function_supersedes_the_panic_that_calls_it)	/* D14, S9 */
{
	null_under_a_panic();
	ck_assert_str_eq(trace, "[runtime error: invalid memory address "
		"or nil pointer dereference]");
}
END_TEST

static void helper(void)
{
	note("%s", recover() ? "helped" : "null");
}

static void asks_a_helper(void *unused)
{
	(void)unused;
	helper();
	note("asked");
}

static void helper_under_deferproc(void)
{
	if (deferproc(rescue, NULL))
		goto epilogue;
	if (deferproc(asks_a_helper, NULL))
		goto epilogue;
	panic("boom");
epilogue:
	deferreturn();
}

START_TEST(recover_in_a_helper_of_deferprocs_call_is_null)	/* D3 */
{
	helper_under_deferproc();
	ck_assert_str_eq(trace, "null asked [boom]");
}
END_TEST

static void lands_and_defers_again(void)
{
	if (deferproc(rescue, NULL)) {
		if (deferproc(say, "after"))
			goto epilogue;
		goto epilogue;
	}
	panic("boom");
epilogue:
	deferreturn();
}

START_TEST(deferproc_works_again_after_a_landing)
{
	for (int i = 0; i < 3; i++)
		lands_and_defers_again();
	ck_assert_str_eq(trace, "[boom] after [boom] after [boom] after");
}
END_TEST

static void panics_in_the_epilogue(void)
{
	if (deferproc(rescue, NULL))
		goto epilogue;
	if (deferproc(raise_text, "second"))
		goto epilogue;
	if (deferproc(rescue, NULL))
		goto epilogue;
	panic("first");
epilogue:
	deferreturn();
}

START_TEST(a_panic_in_the_epilogue_is_a_new_one)	/* S59 */
{
	panics_in_the_epilogue();
	ck_assert_str_eq(trace, "[first] [second]");
}
END_TEST

static void panics_in_a_loop(void)
{
	volatile int rounds = 0;

	while (rounds < 10000) {
		if (deferproc(rescue, NULL)) {
			forget();
			continue;
		}
		rounds++;
		panic("%d", rounds);
	}
	deferreturn();
	note("%d", rounds);
}

START_TEST(ten_thousand_landings_leave_nothing)	/* S61 */
{
	panics_in_a_loop();
	ck_assert_str_eq(trace, "10000");
}
END_TEST

/* Small enough to be inlined, if anything were. */
static void helper_with_deferreturn(void)
{
	note("helper");
	deferreturn();
}

static void calls_a_helper(void)
{
	if (deferproc(say, "deferred"))
		goto epilogue;
	helper_with_deferreturn();
	note("end");
epilogue:
	deferreturn();
}

START_TEST(deferreturn_in_a_helper_runs_no_call_of_its_caller)	/* S16 */
{
	calls_a_helper();
	ck_assert_str_eq(trace, "helper end deferred");
}
END_TEST

int main(void)
{
	return RUN_TESTS("deferproc",
		deferreturn_runs_the_calls_in_reverse_order,
		deferreturn_without_calls_does_nothing,
		deferreturn_runs_only_its_own_functions_calls,
		each_activation_of_a_function_has_its_own_calls,
		deferproc_returns_one_after_a_recovered_panic,
		the_deferproc_whose_call_recovered_returns_one,
		a_deferproc_in_a_loop_pushes_one_call_a_turn,
		a_record_is_freed_before_its_call,
		a_null_function_panics_when_deferreturn_calls_it,
		a_null_function_supersedes_the_panic_that_calls_it,
		recover_in_a_helper_of_deferprocs_call_is_null,
		deferproc_works_again_after_a_landing,
		a_panic_in_the_epilogue_is_a_new_one,
		ten_thousand_landings_leave_nothing,
		deferreturn_in_a_helper_runs_no_call_of_its_caller);
}
