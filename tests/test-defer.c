/* SPDX-License-Identifier: MIT */
/* test-defer.c - defer and defer_frame, where nothing panics (S1 to S22). */

#include "check.h"

#include <alloca.h>

START_TEST(deferred_calls_run_in_reverse_order)	/* S1 */
{
	{
		defer_frame();
		defer(say, "a");
		defer(say, "b");
		defer(say, "c");
		note("body");
	}
	ck_assert_str_eq(trace, "body c b a");
}
END_TEST

START_TEST(an_empty_frame_runs_nothing)
{
	{
		defer_frame();
		note("body");
	}
	ck_assert_str_eq(trace, "body");
}
END_TEST

START_TEST(a_defer_in_a_plain_block_waits_for_the_frame)	/* S2 */
{
	{
		defer_frame();
		if (trace[0] == '\0') {
			defer(say, "inner");
			note("in");
		}
		note("out");
	}
	ck_assert_str_eq(trace, "in out inner");
}
END_TEST

START_TEST(a_defer_is_one_statement_after_an_if)
{
	{
		defer_frame();
		if (trace[0])
			defer(say, "then");
		else
			defer(say, "else");
	}
	ck_assert_str_eq(trace, "else");
}
END_TEST

START_TEST(a_defer_that_is_not_reached_never_runs)	/* S10 */
{
	{
		defer_frame();
		defer(say, "reached");
		if (trace[0])
			defer(say, "unreached");
	}
	ck_assert_str_eq(trace, "reached");
}
END_TEST

static void say_number(void *n)
{
	note("%d", (int)(intptr_t)n);
}

START_TEST(a_defer_in_a_loop_pushes_one_call_a_turn)	/* S3 */
{
	{
		defer_frame();
		for (int i = 0; i < 12; i++)
			defer(say_number, (void *)(intptr_t)i);
	}
	ck_assert_str_eq(trace, "11 10 9 8 7 6 5 4 3 2 1 0");
}
END_TEST

START_TEST(a_defer_in_a_goto_loop_pushes_one_call_a_turn)	/* S3 */
{
	{
		int i = 0;

		defer_frame();
	again:
		defer(say_number, (void *)(intptr_t)i);
		if (++i < 10)
			goto again;
	}
	ck_assert_str_eq(trace, "9 8 7 6 5 4 3 2 1 0");
}
END_TEST

static intptr_t expected, wrong;

static void count_down(void *n)
{
	if ((intptr_t)n != --expected)
		wrong++;
}

/* Every length about the inline slots and the blocks beyond them. */
START_TEST(any_number_of_calls_runs_in_reverse_order)
{
	wrong = 0;
	for (int n = 0; n < 150; n++) {
		expected = n;
		{
			defer_frame();
			for (intptr_t i = 0; i < n; i++)
				defer(count_down, (void *)i);
		}
		wrong += expected != 0;
	}
	ck_assert_int_eq(wrong, 0);
}
END_TEST

START_TEST(a_frame_holds_a_million_calls)	/* S22 */
{
	wrong = 0;
	expected = 1000000;
	{
		defer_frame();
		for (intptr_t i = 0; i < 1000000; i++)
			defer(count_down, (void *)i);
	}
	ck_assert_int_eq(wrong, 0);
	ck_assert_int_eq(expected, 0);
}
END_TEST

static int *evaluated(int *n)
{
	note("evaluated");
	++*n;
	return n;
}

static void say_int(void *n)
{
	note("%d", *(int *)n);
}

START_TEST(the_argument_is_evaluated_once_at_the_defer)	/* S4 */
{
	int n = 0;

	{
		defer_frame();
		defer(say_int, evaluated(&n));
		note("body");
	}
	ck_assert_str_eq(trace, "evaluated body 1");
}
END_TEST

static void (*chosen(void))(void *)
{
	note("chosen");
	return say;
}

START_TEST(the_function_is_evaluated_once_at_the_defer)	/* S4, S6 */
{
	{
		defer_frame();
		defer(chosen(), "called");
		note("body");
	}
	ck_assert_str_eq(trace, "chosen body called");
}
END_TEST

START_TEST(the_argument_keeps_its_value_of_the_defer)	/* S5 */
{
	const char *word = "old";

	{
		defer_frame();
		defer(say, (void *)word);
		word = "new";
		note("%s", word);
	}
	ck_assert_str_eq(trace, "new old");
}
END_TEST

START_TEST(what_the_argument_points_to_is_not_copied)	/* S5 */
{
	int n = 1;

	{
		defer_frame();
		defer(say_int, &n);
		n = 2;
	}
	ck_assert_str_eq(trace, "2");
}
END_TEST

static void registers_its_own(void *word)
{
	defer_frame();
	defer(say, word);
	note("deferring");
}

START_TEST(defers_of_a_deferred_function_run_when_it_returns)	/* S21 */
{
	{
		defer_frame();
		defer(say, "older");
		defer(registers_its_own, "own");
	}
	ck_assert_str_eq(trace, "deferring own older");
}
END_TEST

/* Names that a macro of the library could take for its own. */
START_TEST(the_macros_hide_no_name_of_the_caller)
{
	const char *f = "f", *n = "n", *s = "s", *d = "d", *frame = "frame",
		*fn = "fn", *arg = "arg", *t = "t", *site = "site";

	{
		defer_frame();
		defer(say, (void *)f);
		defer(say, (void *)n);
		defer(say, (void *)s);
		defer(say, (void *)d);
		defer(say, (void *)frame);
		defer(say, (void *)fn);
		defer(say, (void *)arg);
		defer(say, (void *)t);
		defer(say, (void *)site);
	}
	ck_assert_str_eq(trace, "site t arg fn frame d s n f");
}
END_TEST

static int returns_what_it_had(void)
{
	int n = 1;

	defer_frame();
	defer(count, &n);
	return n;
}

START_TEST(a_return_value_is_evaluated_before_the_calls)	/* D12 */
{
	ck_assert_int_eq(returns_what_it_had(), 1);
}
END_TEST

static void leave_by(int way)
{
	for (int turn = 0; turn < 2; turn++) {
		defer_frame();
		defer(say, "deferred");
		if (way == 0)
			continue;
		if (way == 1)
			break;
		if (way == 2)
			goto out;
		if (way == 3)
			return;
		note("end");
	}
	note("after");
	return;
out:
	note("out");
}

START_TEST(every_way_out_of_the_block_runs_the_calls)
{
	for (int way = 0; way < 5; way++) {
		note("%d:", way);
		leave_by(way);
	}
	ck_assert_str_eq(trace, "0: deferred deferred after "
		"1: deferred after 2: deferred out 3: deferred "
		"4: end deferred end deferred after");
}
END_TEST

static void return_from_the_innermost(void)
{
	defer_frame();
	defer(say, "outer");
	{
		defer_frame();
		defer(say, "middle");
		{
			defer_frame();
			defer(say, "inner");
			return;
		}
	}
}

START_TEST(a_return_leaves_all_blocks_innermost_first)
{
	return_from_the_innermost();
	ck_assert_str_eq(trace, "inner middle outer");
}
END_TEST

START_TEST(a_defer_belongs_to_the_innermost_frame)
{
	{
		defer_frame();
		defer(say, "outer1");
		{
			defer_frame();
			defer(say, "inner");
			note("in");
		}
		defer(say, "outer2");
		note("out");
	}
	ck_assert_str_eq(trace, "in inner out outer2 outer1");
}
END_TEST

static void descend(int depth, int *sum)
{
	defer_frame();
	defer(count, sum);
	if (depth > 1)
		descend(depth - 1, sum);
	++*sum;
}

static void *descends(void *sum)
{
	descend(10000, sum);
	return NULL;
}

/* A stack of their own: clang -O0 fills the usual 8 MB. */
START_TEST(frames_nest_ten_thousand_deep)	/* S22 */
{
	pthread_attr_t attr;
	pthread_t t;
	int sum = 0;

	ck_assert_int_eq(pthread_attr_init(&attr), 0);
	ck_assert_int_eq(pthread_attr_setstacksize(&attr, 64 << 20), 0);
	ck_assert_int_eq(pthread_create(&t, &attr, descends, &sum), 0);
	ck_assert_int_eq(pthread_join(t, NULL), 0);
	ck_assert_int_eq(sum, 20000);
	pthread_attr_destroy(&attr);
}
END_TEST

/* Stack pointer and frame address have no fixed distance here. */
static void with_moving_stack(size_t n)
{
	_Alignas(64) char aligned[64];
	char vla[n];

	defer_frame();
	memset(vla, 0, n);
	memset(aligned, 0, sizeof aligned);
	defer(say, "vla");
	char *more = alloca(n);

	memset(more, 0, n);
	defer(say, "alloca");
	note("%d", (int)((uintptr_t)aligned % 64) + vla[n - 1] + more[0]);
}

START_TEST(alloca_and_aligned_locals_do_not_disturb_a_frame)
{
	with_moving_stack(100);
	with_moving_stack(1000);
	ck_assert_str_eq(trace, "0 alloca vla 0 alloca vla");
}
END_TEST

static void raise_nothing(void)
{
	recover_frame(return);
	defer(rescue, NULL);
	defer(say, "before");
	defer((void (*)(void *))NULL, NULL);
	note("body");
}

START_TEST(a_null_function_panics_when_it_is_due)	/* D14, S8 */
{
	raise_nothing();
	ck_assert_str_eq(trace, "body before [runtime error: invalid memory "
		"address or nil pointer dereference]");
}
END_TEST

static void raise_nothing_behind_eight(int *n)
{
	recover_frame(return);
	defer(rescue, NULL);
	for (int i = 0; i < 10; i++)
		defer(count, n);
	defer((void (*)(void *))NULL, NULL);
	for (int i = 0; i < 10; i++)
		defer(count, n);
}

START_TEST(a_null_function_beyond_the_slots_panics_when_due)	/* D14 */
{
	int n = 0;

	raise_nothing_behind_eight(&n);
	ck_assert_int_eq(n, 20);
	ck_assert_str_eq(trace, "[runtime error: invalid memory address or "
		"nil pointer dereference]");
}
END_TEST

int main(void)
{
	return RUN_TESTS("defer",
		deferred_calls_run_in_reverse_order,
		an_empty_frame_runs_nothing,
		a_defer_in_a_plain_block_waits_for_the_frame,
		a_defer_is_one_statement_after_an_if,
		a_defer_that_is_not_reached_never_runs,
		a_defer_in_a_loop_pushes_one_call_a_turn,
		a_defer_in_a_goto_loop_pushes_one_call_a_turn,
		any_number_of_calls_runs_in_reverse_order,
		a_frame_holds_a_million_calls,
		the_argument_is_evaluated_once_at_the_defer,
		the_function_is_evaluated_once_at_the_defer,
		the_argument_keeps_its_value_of_the_defer,
		what_the_argument_points_to_is_not_copied,
		defers_of_a_deferred_function_run_when_it_returns,
		the_macros_hide_no_name_of_the_caller,
		a_return_value_is_evaluated_before_the_calls,
		every_way_out_of_the_block_runs_the_calls,
		a_return_leaves_all_blocks_innermost_first,
		a_defer_belongs_to_the_innermost_frame,
		frames_nest_ten_thousand_deep,
		alloca_and_aligned_locals_do_not_disturb_a_frame,
		a_null_function_panics_when_it_is_due,
		a_null_function_beyond_the_slots_panics_when_due);
}
