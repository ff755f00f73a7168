/* SPDX-License-Identifier: MIT */
/* test-near.c - panics raised where their landing is seen (panic/landing.h). */

#include "check.h"

#include <alloca.h>
#include <errno.h>

static void raise_value(const struct panic_type *type, void *data)
{
	panic_value(type, data);
}

static const struct panic_type plain = { "plain", NULL, NULL };

static int lands_three_ways(int way)
{
	volatile int changed = 0;

	recover_frame(return changed);
	defer(rescue, NULL);
	changed = way + 1;
	errno = ENOENT;
	if (way == 0)
		panic_value(&plain, NULL);
	if (way == 1)
		panic_errno("errno");
	/* Enough arguments for some to lie on the stack. */
	panic("%d%d%d%d%d%d%d%d%d", 1, 2, 3, 4, 5, 6, 7, 8, way);
}

START_TEST(each_kind_of_panic_lands)
{
	for (int way = 0; way < 3; way++)
		note("%d", lands_three_ways(way));
	ck_assert_str_eq(trace, "[(plain) 0x0] 1 "
		"[errno: No such file or directory] 2 [123456782] 3");
}
END_TEST

static int stops_in_an_older_call(void)
{
	recover_frame(return 1);
	defer(say, "oldest");
	defer(rescue, NULL);
	defer(say, "newer");
	defer(say, "newest");
	panic_value(&plain, NULL);
}

START_TEST(calls_that_do_not_recover_run_before_the_one_that_does)
{
	note("%d", stops_in_an_older_call());
	ck_assert_str_eq(trace, "newest newer [(plain) 0x0] oldest 1");
}
END_TEST

/* More calls than there are slots: the newest are in the heap. */
static int stops_beyond_the_slots(void)
{
	recover_frame(return 1);
	defer(rescue, NULL);
	for (int i = 0; i < 9; i++)
		defer(say, "x");
	panic_value(&plain, NULL);
}

START_TEST(calls_beyond_the_slots_run_too)
{
	note("%d", stops_beyond_the_slots());
	ck_assert_str_eq(trace, "x x x x x x x x x [(plain) 0x0] 1");
}
END_TEST

static int passes_on(void)
{
	recover_frame(return 1);
	defer(say, "inner");
	panic_value(&plain, NULL);
}

static int catches(void)
{
	recover_frame(return 2);
	defer(rescue, NULL);
	return passes_on();
}

START_TEST(a_frame_that_does_not_recover_is_passed)
{
	note("%d", catches());
	ck_assert_str_eq(trace, "inner [(plain) 0x0] 2");
}
END_TEST

static int stops_in_the_outer_block(int in)
{
	recover_frame(return 1);
	defer(rescue, NULL);
	for (;;) {
		recover_frame(return 2);
		defer(say, "inner");
		if (in)
			panic_value(&plain, NULL);
		break;
	}
	note("between");
	panic_value(&plain, NULL);
}

START_TEST(the_landing_is_the_outer_blocks_if_its_call_recovers)
{
	note("%d", stops_in_the_outer_block(1));
	note("%d", stops_in_the_outer_block(0));
	ck_assert_str_eq(trace,
		"inner [(plain) 0x0] 1 inner between [(plain) 0x0] 1");
}
END_TEST

static int crosses_a_defer_frame(void)
{
	recover_frame(return 1);
	defer(rescue, NULL);
	{
		defer_frame();
		defer(say, "within");
		panic("boom");
	}
}

START_TEST(a_defer_frame_in_the_block_runs_its_calls_first)
{
	note("%d", crosses_a_defer_frame());
	ck_assert_str_eq(trace, "within [boom] 1");
}
END_TEST

static int lands_empty(void)
{
	recover_frame(goto again);
	defer(rescue, NULL);
	panic("first");
again:
	panic("second");	/* the frame is open, and empty */
}

/* The second time the memory of the frame is as the first time left it. */
static int has_no_call(int calls)
{
	recover_frame(return 1);
	if (calls) {
		defer(say, "call");
		return 0;
	}
	panic_value(&plain, NULL);
}

static int around_that(void)
{
	recover_frame(return 2);
	defer(rescue, NULL);
	return has_no_call(1) + has_no_call(0);
}

START_TEST(a_frame_without_calls_stops_nothing)
{
	note("%d", around_that());
	ck_assert_str_eq(trace, "call [(plain) 0x0] 2");
}
END_TEST

static int around_it(void)
{
	recover_frame(return 3);
	defer(rescue, NULL);
	return lands_empty();
}

START_TEST(an_empty_frame_stops_nothing)
{
	note("%d", around_it());
	ck_assert_str_eq(trace, "[first] [second] 3");
}
END_TEST

static int lands_twice(void)
{
	volatile int landings = 0;

	recover_frame(goto again);
again:
	if (landings == 2)
		return landings;
	landings++;
	defer(rescue, NULL);
	panic("%d", landings);
}

START_TEST(a_frame_may_land_again)
{
	note("%d", lands_twice());
	ck_assert_str_eq(trace, "[1] [2] 2");
}
END_TEST

/* 300 MB, if a round's were not given back. */
START_TEST(the_stack_is_given_back)
{
	volatile int landings = 0;

	for (volatile int i = 1; i <= 3000; i++) {
		recover_frame(landings++; continue);
		defer(free, NULL);
		defer(rescue, NULL);
		char *volatile p = alloca(100000);

		p[0] = 1;
		forget();
		panic_value(&plain, NULL);
	}
	ck_assert_int_eq(landings, 3000);
}
END_TEST

static int released;

static void count_release(void *data)
{
	ck_assert_ptr_eq(data, &released);
	released++;
}

static const struct panic_type owned = { "owned", NULL, count_release };

static int lands_with_an_owned_value(void)
{
	recover_frame(return released);
	defer(rescue, NULL);
	panic_value(&owned, &released);
}

START_TEST(the_value_is_released_once_before_the_statement)
{
	released = 0;
	ck_assert_int_eq(lands_with_an_owned_value(), 1);
	ck_assert_int_eq(released, 1);
}
END_TEST

static void panic_in_release(void *data)
{
	(void)data;
	panic("release");
}

static int text(const void *data, char *buf, size_t size)
{
	(void)data;
	return snprintf(buf, size, "value");
}

static const struct panic_type bad = { "bad", text, panic_in_release };

static int lands_with_a_bad_value(void)
{
	recover_frame(return 1);
	defer(rescue, NULL);
	defer(rescue, NULL);
	panic_value(&bad, &released);
}

START_TEST(a_release_that_panics_finds_the_chains_in_order)
{
	note("%d", lands_with_a_bad_value());
	note("%d", panic__g._panic == NULL);
	ck_assert_str_eq(trace, "[value] [release] 1 1");
}
END_TEST

static int lands_without_a_type(void)
{
	recover_frame(return 1);
	defer(rescue, NULL);
	panic_value(NULL, &released);
}

START_TEST(a_null_type_lands)
{
	note("%d", lands_without_a_type());
	ck_assert_str_eq(trace, "[panic called with nil argument] 1");
}
END_TEST

static void raise_and_land(void *unused)
{
	(void)unused;
	recover_frame(note("landed"); return);
	defer(rescue, NULL);
	panic_value(&plain, NULL);
}

static void raise_and_pass(void *unused)
{
	(void)unused;
	recover_frame(note("landed"); return);
	defer(say, "passed");
	panic_value(&plain, NULL);
}

static int nests(void (*within)(void *))
{
	recover_frame(return 1);
	defer(rescue, NULL);
	defer(within, NULL);
	panic("outer");
}

START_TEST(a_panic_within_a_deferred_call_of_a_panic_lands_there)
{
	note("%d", nests(raise_and_land));
	ck_assert_str_eq(trace, "[(plain) 0x0] landed [outer] 1");
}
END_TEST

START_TEST(or_aborts_the_panic_that_made_the_call)
{
	note("%d", nests(raise_and_pass));
	note("%d", panic__g._panic == NULL);
	ck_assert_str_eq(trace, "passed [(plain) 0x0] 1 1");
}
END_TEST

static void *exits(void *unused)
{
	(void)unused;
	defer_frame();
	defer(say, "older");
	defer(raise_and_land, NULL);
	goexit();
}

static void *exits_from_a_landing_frame(void *unused)
{
	(void)unused;
	recover_frame(note("not here"); return NULL);
	defer(say, "older");
	defer(rescue, NULL);
	defer(raise_and_pass, NULL);
	goexit();
}

static void run_thread(void *(*f)(void *))
{
	pthread_t t;

	ck_assert_int_eq(pthread_create(&t, NULL, f, NULL), 0);
	ck_assert_int_eq(pthread_join(t, NULL), 0);
}

START_TEST(a_goexit_goes_on_after_it)	/* D1 */
{
	run_thread(exits);
	run_thread(exits_from_a_landing_frame);
	ck_assert_str_eq(trace, "[(plain) 0x0] landed older "
		"passed [(plain) 0x0] older");
}
END_TEST

static int its_call_panics(void)
{
	recover_frame(return 1);
	defer(rescue, NULL);
	defer(raise_text, "in the call");
	panic_value(&plain, NULL);
}

START_TEST(a_call_that_panics_is_superseded_by_its_panic)
{
	note("%d", its_call_panics());
	ck_assert_str_eq(trace, "[in the call] 1");
}
END_TEST

static void helper(void)
{
	rescue(NULL);	/* no deferred function */
}

static void calls_a_helper(void *unused)
{
	(void)unused;
	helper();
	note("helped");
}

static int helper_does_not_stop_it(void)
{
	recover_frame(return 1);
	defer(rescue, NULL);
	defer(calls_a_helper, NULL);
	panic_value(&plain, NULL);
}

START_TEST(recover_counts_in_the_deferred_function_only)	/* S42 */
{
	note("%d", helper_does_not_stop_it());
	ck_assert_str_eq(trace, "[null] helped [(plain) 0x0] 1");
}
END_TEST

#if defined __GNUC__ && !defined __clang__
/* It sees the frame, but jumps from another function's. */
static int nested_function(void)
{
	volatile int n = 0;

	recover_frame(return n);
	defer(rescue, NULL);

	__extension__ auto NOINLINE void inner(int i);
	__extension__ void inner(int i)
	{
		volatile char deep[300];

		deep[i] = 1;
		n = i + deep[i];
		panic("nested");
	}
	inner(6);
	return -1;
}

START_TEST(a_nested_function_sees_the_frame_but_is_another)
{
	note("%d", nested_function());
	ck_assert_str_eq(trace, "[nested] 7");
}
END_TEST
#define NESTED a_nested_function_sees_the_frame_but_is_another,
#else
#define NESTED
#endif

static int in_an_expression(int i)
{
	recover_frame(return -1);
	defer(rescue, NULL);
	return i ? i : (panic("%d", i), 1);
}

START_TEST(a_panic_is_an_expression)
{
	note("%d", in_an_expression(4));
	note("%d", in_an_expression(0));
	ck_assert_str_eq(trace, "[null] 4 [0] -1");
}
END_TEST

static int far(void)
{
	recover_frame(return 1);
	defer(say, "oldest");
	defer(rescue, NULL);
	defer(say, "newest");
	raise_value(&plain, NULL);
	return 2;
}

START_TEST(a_panic_from_a_function_called_does_the_same)
{
	note("%d", far());
	ck_assert_str_eq(trace, "newest [(plain) 0x0] oldest 1");
}
END_TEST

int main(void)
{
	return RUN_TESTS("near",
		NESTED
		each_kind_of_panic_lands,
		calls_that_do_not_recover_run_before_the_one_that_does,
		calls_beyond_the_slots_run_too,
		a_frame_that_does_not_recover_is_passed,
		the_landing_is_the_outer_blocks_if_its_call_recovers,
		a_defer_frame_in_the_block_runs_its_calls_first,
		an_empty_frame_stops_nothing,
		a_frame_without_calls_stops_nothing,
		a_frame_may_land_again,
		the_stack_is_given_back,
		the_value_is_released_once_before_the_statement,
		a_release_that_panics_finds_the_chains_in_order,
		a_null_type_lands,
		a_panic_within_a_deferred_call_of_a_panic_lands_there,
		or_aborts_the_panic_that_made_the_call,
		a_goexit_goes_on_after_it,
		a_call_that_panics_is_superseded_by_its_panic,
		recover_counts_in_the_deferred_function_only,
		a_panic_is_an_expression,
		a_panic_from_a_function_called_does_the_same);
}
