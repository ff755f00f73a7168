/* SPDX-License-Identifier: MIT */
/* test-frame.c - the statement of recover_frame, and frames as blocks (D4,
 * D12). */

#include "check.h"

static int lands_by_return(void)
{
	recover_frame(return 5);
	defer(rescue, NULL);
	panic("boom");
}

START_TEST(the_statement_may_return)	/* D12 */
{
	note("%d", lands_by_return());
	ck_assert_str_eq(trace, "[boom] 5");
}
END_TEST

START_TEST(the_statement_may_continue_a_loop)	/* D12 */
{
	for (volatile int i = 0; i < 4; i++) {
		recover_frame(continue);
		defer(rescue, NULL);
		if (i % 2)
			panic("%d", i);
		note("%d", i);
	}
	ck_assert_str_eq(trace, "0 [null] [1] 2 [null] [3]");
}
END_TEST

START_TEST(the_statement_may_break_a_loop)	/* D12 */
{
	for (volatile int i = 0; i < 4; i++) {
		recover_frame(break);
		defer(rescue, NULL);
		if (i == 2)
			panic("%d", i);
		note("%d", i);
	}
	note("after");
	ck_assert_str_eq(trace, "0 [null] 1 [null] [2] after");
}
END_TEST

START_TEST(the_statement_may_go_out_of_the_block)	/* D12 */
{
	{
		recover_frame(goto out);
		defer(say, "older");
		defer(rescue, NULL);
		panic("boom");
	}
out:
	note("out");
	ck_assert_str_eq(trace, "[boom] older out");
}
END_TEST

START_TEST(the_statement_may_hold_commas)	/* D12 */
{
	{
		recover_frame(note("%d, %d", 1, 2); goto out);
		defer(rescue, NULL);
		panic("boom");
	}
out:
	ck_assert_str_eq(trace, "[boom] 1, 2");
}
END_TEST

/* gcc 12 at -O2 lost the argument and the place of the second round's calls
 * when the landing was its own __builtin_setjmp. */
static void lands_within(void)
{
	volatile int landings = 0;

	recover_frame(goto out);
	defer(rescue, NULL);
	panic("first");
out:
	note("out");
	if (++landings < 4) {
		defer(say, "older");
		defer(rescue, NULL);
		panic("%d", landings);
	}
	defer(say, "open again");
	note("end");
}

START_TEST(after_a_goto_within_the_block_the_frame_is_open)	/* D12 */
{
	lands_within();
	ck_assert_str_eq(trace, "[first] out [1] older out [2] older out "
		"[3] older out end open again");
}
END_TEST

static void lands_within_with_many(void)
{
	volatile int landings = 0;
	static int runs;

	runs = 0;
	recover_frame(goto out);
out:
	if (landings++ < 3) {
		for (int i = 0; i < 50; i++)
			defer(count, &runs);
		defer(rescue, NULL);
		for (int i = 0; i < 50; i++)
			defer(count, &runs);
		panic("boom");
	}
	note("%d", runs);
}

START_TEST(a_landed_frame_is_empty_also_beyond_the_slots)	/* D12 */
{
	lands_within_with_many();
	ck_assert_str_eq(trace, "[boom] [boom] [boom] 300");
}
END_TEST

static void falls_through(void)
{
	recover_frame(note("landed"));
	defer(rescue, NULL);
	shout("body");
	panic("boom");
}

START_TEST(a_statement_that_falls_through_is_fatal)	/* D4 */
{
	const char *words = last_words(falls_through);

	ck_assert_msg(!strncmp(words, "SIGABRT\nfatal error: ", 21), "%s",
		words);
	assert_told("test-frame.c");
	assert_told("falls_through");
	ck_assert_int_eq(strncmp(death, "body\n", 5), 0);
	ck_assert_msg(!strstr(death + 5, "body\n"), "the body ran twice");
}
END_TEST

static void nested_landings(int level)
{
	recover_frame(note("1"); return);
	if (level == 1)
		defer(rescue, NULL);
	defer(say, "a");
	{
		recover_frame(note("2"); goto inner);
		if (level == 2)
			defer(rescue, NULL);
		defer(say, "b");
		{
			recover_frame(note("3"); goto middle);
			if (level == 3)
				defer(rescue, NULL);
			defer(say, "c");
			panic("boom");
		}
	middle:
		note("middle");
	}
inner:
	note("inner");
}

START_TEST(nested_blocks_land_where_the_call_was_registered)	/* D21 */
{
	nested_landings(3);
	note(".");
	nested_landings(2);
	note(".");
	nested_landings(1);
	ck_assert_str_eq(trace, "c [boom] 3 middle b inner a . "
		"c b [boom] 2 inner a . c b a [boom] 1");
}
END_TEST

static void leaves_outer_from_inner(void)
{
	recover_frame(return);
	defer(say, "outer");
	for (;;) {
		recover_frame(return);
		defer(say, "inner older");
		defer(rescue, NULL);
		panic("boom");
	}
}

START_TEST(a_return_at_an_inner_landing_leaves_the_outer_frame)	/* D12 */
{
	leaves_outer_from_inner();
	ck_assert_str_eq(trace, "[boom] inner older outer");
}
END_TEST

static int never_returns(void)
{
	recover_frame(return 3);
	defer(rescue, NULL);
	for (volatile int i = 0;; i++)
		if (i == 5)
			panic("%d", i);
}

START_TEST(a_function_without_an_end_lands_too)	/* S28 */
{
	note("%d", never_returns());
	ck_assert_str_eq(trace, "[5] 3");
}
END_TEST

static void panics_at_the_landing(void)
{
	recover_frame(panic("at the landing"));
	defer(rescue, NULL);
	panic("boom");
}

START_TEST(the_statement_may_panic)
{
	{
		recover_frame(goto end);
		defer(rescue, NULL);
		panics_at_the_landing();
	}
end:
	ck_assert_str_eq(trace, "[boom] [at the landing]");
}
END_TEST

START_TEST(a_landing_needs_no_deferred_call_of_its_own)
{
	for (int i = 0; i < 2; i++) {
		recover_frame(continue);
		defer(rescue, NULL);
		{
			defer_frame();
			defer(say, "inner");
			if (i)
				continue;
			panic("%d", i);
		}
	}
	ck_assert_str_eq(trace, "inner [0] inner [null]");
}
END_TEST

static void switches(int n)
{
	switch (n) {
	case 0: {
		recover_frame(break);
		defer(rescue, NULL);
		panic("case");
	}
	default:
		note("default");
	}
	note("after");
}

START_TEST(the_statement_may_break_a_switch)	/* D12 */
{
	switches(0);
	switches(1);
	ck_assert_str_eq(trace, "[case] after default after");
}
END_TEST

static void (*volatile none)(void *);

/* A null function takes another way into the frame than others. */
static void lands_and_defers_null(void)
{
	recover_frame(goto landed);
	defer(rescue, NULL);
	defer(say, "first");
	panic("boom");
landed:
	defer(none, NULL);
}

START_TEST(a_frame_that_was_landed_in_takes_a_null_function)
{
	{
		recover_frame(goto out);
		defer(rescue, NULL);
		lands_and_defers_null();
	}
out:
	ck_assert_str_eq(trace, "first [boom] [runtime error: invalid memory "
		"address or nil pointer dereference]");
}
END_TEST

int main(void)
{
	return RUN_TESTS("frame",
		a_frame_that_was_landed_in_takes_a_null_function,
		the_statement_may_return,
		the_statement_may_continue_a_loop,
		the_statement_may_break_a_loop,
		the_statement_may_go_out_of_the_block,
		the_statement_may_hold_commas,
		after_a_goto_within_the_block_the_frame_is_open,
		a_landed_frame_is_empty_also_beyond_the_slots,
		a_statement_that_falls_through_is_fatal,
		nested_blocks_land_where_the_call_was_registered,
		a_return_at_an_inner_landing_leaves_the_outer_frame,
		a_function_without_an_end_lands_too,
		the_statement_may_panic,
		a_landing_needs_no_deferred_call_of_its_own,
		the_statement_may_break_a_switch);
}
