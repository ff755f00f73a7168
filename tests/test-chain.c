/* SPDX-License-Identifier: MIT */
/* test-chain.c - the two layers on one chain (D13), and long chains of
 * panics. */

#include "check.h"

static void raise_boom(void)
{
	note("raising");
	panic("boom");
}

static void proc_over_boom(void (*next)(void))
{
	if (deferproc(say, "proc"))
		goto epilogue;
	next();
	note("after proc");
epilogue:
	deferreturn();
}

static void frame_over_proc(void)
{
	defer_frame();
	defer(say, "frame");
	proc_over_boom(raise_boom);
}

START_TEST(a_panic_crosses_both_layers_in_one_order)	/* D13 */
{
	{
		recover_frame(goto end);
		defer(rescue, NULL);
		proc_over_boom(frame_over_proc);
	}
end:
	ck_assert_str_eq(trace, "raising proc frame proc [boom]");
}
END_TEST

static void returns(void)
{
	note("returning");
}

static void frame_over_return(void)
{
	defer_frame();
	defer(say, "frame");
	proc_over_boom(returns);
}

START_TEST(normal_exits_cross_both_layers_in_one_order)	/* D13 */
{
	proc_over_boom(frame_over_return);
	ck_assert_str_eq(trace,
		"returning after proc proc frame after proc proc");
}
END_TEST

static void proc_lands(void)
{
	if (deferproc(rescue, NULL)) {
		note("landed");
		goto epilogue;
	}
	frame_over_proc();
epilogue:
	deferreturn();
}

static void frame_over_landing(void)
{
	defer_frame();
	defer(say, "outer");
	proc_lands();
	note("goes on");
}

START_TEST(a_deferproc_stops_the_panic_of_a_frame_inside)
{
	frame_over_landing();
	ck_assert_str_eq(trace,
		"raising proc frame [boom] landed goes on outer");
}
END_TEST

/* Within one function, by block. */
static void frame_within_proc(int panics)
{
	if (deferproc(rescue, NULL)) {
		note("landed");
		goto epilogue;
	}
	{
		defer_frame();
		defer(say, "frame");
		if (panics)
			panic("boom");
	}
	note("after the block");
epilogue:
	deferreturn();
}

/* D13 */
START_TEST(a_frame_may_stand_in_a_block_of_a_deferproc_function)
{
	frame_within_proc(0);
	frame_within_proc(1);
	ck_assert_str_eq(trace, "frame after the block [null] "
		"frame [boom] landed");
}
END_TEST

static void landing_within_proc(void)
{
	if (deferproc(say, "proc"))
		goto epilogue;
	{
		recover_frame(goto epilogue);
		defer(rescue, NULL);
		panic("boom");
	}
epilogue:
	note("epilogue");
	deferreturn();
}

START_TEST(a_landing_in_a_block_leaves_the_deferproc_records)	/* D13 */
{
	landing_within_proc();
	ck_assert_str_eq(trace, "[boom] epilogue proc");
}
END_TEST

static void deferreturn_within_a_frame(void)
{
	defer_frame();
	defer(say, "frame");
	{
		if (deferproc(say, "proc"))
			note("landed");
		deferreturn();
	}
	note("after the block");
}

START_TEST(deferreturn_in_a_block_leaves_the_frame_around_it)	/* D13 */
{
	deferreturn_within_a_frame();
	ck_assert_str_eq(trace, "proc after the block frame");
}
END_TEST

/* A ladder of functions of both layers; each recovers and raises again. */
static void again(void *step)
{
	const struct panic *p = recover();

	note("%s", (char *)step);
	repanic(p);
}

static void ladder(int depth);

static void ladder_of_frames(int depth)
{
	recover_frame(return);
	defer(again, "f");
	ladder(depth - 1);
}

static void ladder_of_procs(int depth)
{
	if (deferproc(again, "p"))
		goto epilogue;
	ladder(depth - 1);
epilogue:
	deferreturn();
}

static volatile int at_the_top = 1;

static void ladder(int depth)
{
	if (depth == 0 && at_the_top)
		panic("top");
	if (depth % 2)
		ladder_of_procs(depth);
	else if (depth)
		ladder_of_frames(depth);
}

START_TEST(a_panic_raised_again_climbs_down_both_layers)
{
	{
		recover_frame(goto end);
		defer(rescue, NULL);
		ladder(6);
	}
end:
	ck_assert_str_eq(trace, "p f p f p f [top]");
}
END_TEST

/* p3 aborts p2 and p1; the landing far below takes all of them away. */
static void three_panics(void)
{
	defer_frame();
	defer(say, "a");
	defer(raise_text, "p3");
	{
		defer_frame();
		defer(raise_text, "p2");
		panic("p1");
	}
}

START_TEST(a_landing_takes_all_aborted_panics_away)	/* S67 */
{
	{
		recover_frame(goto end);
		defer(rescue, NULL);
		defer(rescue, NULL);
		three_panics();
	}
end:
	ck_assert_ptr_null(panic__g._panic);
	ck_assert_str_eq(trace, "a [p3] [null]");
}
END_TEST

/* golang.org/issue/43920: a panic between two calls of one frame, whose
 * deferred functions have frames that panic and recover. */
static void inside(void *text)
{
	recover_frame(return);
	defer(rescue, NULL);
	defer(raise_text, text);
	panic("inside");
}

START_TEST(panics_within_calls_do_not_repeat_or_lose_calls)	/* S68 */
{
	{
		recover_frame(goto end);
		defer(say, "1");
		defer(rescue, NULL);
		defer(say, "3");
		defer(inside, "i4");
		defer(raise_text, "p5");
		defer(inside, "i6");
		defer(say, "7");
		panic("p");
	}
end:
	ck_assert_str_eq(trace, "7 [i6] [i4] 3 [p5] 1");
}
END_TEST

static void nest(intptr_t depth)
{
	recover_frame(return);
	defer(rescue, NULL);
	if (depth > 0)
		defer((void (*)(void *))raise_text, "below");
	panic("%d", (int)depth);
}

static void nest_in_calls(void *depth)
{
	intptr_t n = (intptr_t)depth;

	recover_frame(return);
	defer(rescue, NULL);
	if (n > 0)
		defer(nest_in_calls, (void *)(n - 1));
	nest(0);
	panic("%d", (int)n);
}

START_TEST(panics_nest_in_calls_and_end_in_order)	/* S72 */
{
	nest(1);
	nest_in_calls((void *)3);
	ck_assert_str_eq(trace, "[below] "
		"[0] [0] [0] [0] [0] [1] [2] [3]");
}
END_TEST

int main(void)
{
	return RUN_TESTS("chain",
		a_panic_crosses_both_layers_in_one_order,
		normal_exits_cross_both_layers_in_one_order,
		a_deferproc_stops_the_panic_of_a_frame_inside,
		a_frame_may_stand_in_a_block_of_a_deferproc_function,
		a_landing_in_a_block_leaves_the_deferproc_records,
		deferreturn_in_a_block_leaves_the_frame_around_it,
		a_panic_raised_again_climbs_down_both_layers,
		a_landing_takes_all_aborted_panics_away,
		panics_within_calls_do_not_repeat_or_lose_calls,
		panics_nest_in_calls_and_end_in_order);
}
