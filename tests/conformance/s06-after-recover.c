/* SPDX-License-Identifier: MIT */
/* s06-after-recover.c - S57 to S62: what follows a successful recover. */

#include <errno.h>

#include "layers.h"

FUNCTION(inner,
	DEFER(say, "inner");
	panic("p");
);

FUNCTION(middle,
	DEFER(say, "middle");
	CALL(inner, NULL);
	note("not reached");
);

FUNCTION(outer,
	DEFER(say, "oldest");
	DEFER(catch, "older");
	DEFER(catch, "r");
	CALL(middle, NULL);
	note("not reached");
);

FUNCTION(caller,
	DEFER(say, "caller");
	CALL(outer, NULL);
	note("goes-on");
);

START_TEST(S57_control_returns_to_the_caller_of_the_deferring_function)
{
	LAYERS();
	CALL(caller, NULL);
	expect("inner middle r=p older=nil oldest goes-on caller");
}
END_TEST

START_TEST(S58_older_calls_run_as_ordinary_ones)
{
	LAYERS();
	CALL(outer, NULL);
	expect("inner middle r=p older=nil oldest");
}
END_TEST

START_TEST(S60_the_calls_of_the_frames_between_have_run_once)
{
	LAYERS();
	CALL(outer, NULL);
	CALL(outer, NULL);
	expect("inner middle r=p older=nil oldest "
		"inner middle r=p older=nil oldest");
}
END_TEST

static void catchunder(void *name)
{
	const struct panic *p = recover();

	tell(name, p);
	if (p)
		tell("under", panic_under(p));
}

FUNCTION(panicsagain,
	DEFER(say, "oldest");
	DEFER(raise_text, "new");
	DEFER(catch, "r");
	panic("p");
);

FUNCTION(stopsagain,
	DEFER(catchunder, "r");
	CALL(panicsagain, NULL);
);

START_TEST(S59_a_panic_of_an_older_call_is_independent)
{
	LAYERS();
	CALL(stopsagain, NULL);
	expect("r=p oldest r=new under=nil");
}
END_TEST

/* Go's interpreter of #37664: level n recovers, and panics again with the
 * same value until its own level is reached. */
static int wanted;

static void reraise(int level)
{
	const struct panic *p = recover();

	if (!p)
		return;
	note("%d", level);
	if (level != wanted)
		repanic(p);
	note("%s", panic_message(p));
	BARRIER();
}

#define LEVELS_ARG(n) ((void *)(intptr_t)(n))

static void level(void *n);

FUNCTION(levels,
	DEFER(reraise, (int)(intptr_t)arg);
	if ((intptr_t)arg < 5)
		level(LEVELS_ARG((intptr_t)arg + 1));
	panic("deep");
);

static void level(void *n)
{
	CALL(levels, n);
	note("back-in-%d", (int)(intptr_t)n - 1);
	panic("lost");
}

START_TEST(S61_recover_and_repanic_through_six_levels)
{
	LAYERS();
	wanted = 0;
	CALL(levels, LEVELS_ARG(0));
	expect("5 4 3 2 1 0 deep");
	CALL(stopsagain, NULL);
	expect("r=p oldest r=new under=nil");
}
END_TEST

static int here;

static void raiseserrno(void)
{
	errno = ENOENT;
	here = __LINE__ + 1;
	panic_errno("open");
}

static void catchkept(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	ck_assert_int_eq(panic_errnum(p), ENOENT);
	ck_assert_int_eq(panic_line(p), here);
	ck_assert_str_eq(panic_function(p), "raiseserrno");
	note("%s", panic_message(p));
}

static void repanics(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	if (p)
		repanic(p);
}

FUNCTION(keeps,
	DEFER(catchkept, NULL);
	DEFER(repanics, NULL);
	DEFER(repanics, NULL);
	raiseserrno();
);

START_TEST(S61_a_repanic_keeps_origin_message_and_errno)
{
	LAYERS();
	CALL(keeps, NULL);
	expect("open: No such file or directory");
}
END_TEST

static int released;

static void release(void *data)
{
	(void)data;
	released++;
}

static const struct panic_type type = { "counted", NULL, release };
static const struct panic_type othertype = { "other", NULL, NULL };

static void raisestyped(void)
{
	panic_value(&type, &released);
}

static void catchtyped(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	ck_assert_ptr_eq(panic_typeof(p), &type);
	ck_assert_ptr_eq(panic_data(p, &type), &released);
	ck_assert_ptr_eq(panic_data(p, &othertype), NULL);
	note("%d", released);
}

FUNCTION(keepstyped,
	DEFER(catchtyped, NULL);
	DEFER(repanics, NULL);
	DEFER(repanics, NULL);
	raisestyped();
);

START_TEST(S61_the_data_of_a_repanic_is_released_once)
{
	LAYERS();
	released = 0;
	CALL(keepstyped, NULL);
	expect("0");
	ck_assert_int_eq(released, 1);
}
END_TEST

static struct panic *taken;

static void takes(void *unused)
{
	(void)unused;
	taken = panic_take(recover());
}

FUNCTION(takestyped,
	DEFER(takes, NULL);
	raisestyped();
);

FUNCTION(givesback,
	DEFER(catchtyped, NULL);
	repanic(taken);
);

START_TEST(S61_a_taken_panic_keeps_its_data_until_it_is_given_back_or_freed)
{
	LAYERS();
	released = 0;
	CALL(takestyped, NULL);
	ck_assert_int_eq(released, 0);
	CALL(givesback, NULL);
	expect("0");
	ck_assert_int_eq(released, 1);
	CALL(takestyped, NULL);
	ck_assert_int_eq(released, 1);
	panic_free(taken);
	ck_assert_int_eq(released, 2);
	expect("");
}
END_TEST

FUNCTION(quiet,
	DEFER(catch, "r");
	panic("%d", (int)(intptr_t)arg);
);

START_TEST(S61_any_number_of_panics_one_after_the_other)
{
	LAYERS();
	for (intptr_t i = 0; i < 1000; i++) {
		CALL(quiet, (void *)i);
		forget();
	}
	CALL(quiet, (void *)1000);
	expect("r=1000");
}
END_TEST

/* Decision 12 of design.md: after goto the frame is open, empty, and may
 * land again. */
static void lands(void)
{
	volatile int turns = 0;

	recover_frame(goto again);
again:
	if (turns++ == 3)
		return;
	defer(say, "older");
	defer(catch, "r");
	panic("%d", turns);
}

START_TEST(S58_after_goto_the_frame_may_defer_and_land_again)
{
	lands();
	expect("r=1 older r=2 older r=3 older");
}
END_TEST

static void breaks(void)
{
	for (int i = 0; i < 3; i++) {
		recover_frame(break);
		defer(catch, "r");
		if (i == 1)
			panic("%d", i);
	}
	note("behind");
}

static void continues(void)
{
	for (volatile int i = 0; i < 3; i++) {
		recover_frame(continue);
		defer(catch, "r");
		panic("%d", i);
	}
	note("behind");
}

START_TEST(S57_the_landing_may_break_or_continue_a_loop)
{
	breaks();
	expect("r=nil r=1 behind");
	continues();
	expect("r=0 r=1 r=2 behind");
}
END_TEST

/* Decision 13: of several deferproc() the one that recovered returns 1. */
static void several(void)
{
	if (deferproc(catch, "a")) {
		note("1st");
		goto epilogue;
	}
	if (deferproc(catch, "b")) {
		note("2nd");
		goto epilogue;
	}
	if (deferproc(say, "c"))
		goto epilogue;
	panic("p");
epilogue:
	deferreturn();
}

START_TEST(S57_the_deferproc_whose_call_recovered_returns_1)
{
	several();
	expect("c b=p 2nd a=nil");
}
END_TEST

static void add(TCase *tc)
{
	LAYERED(tc,
		S57_control_returns_to_the_caller_of_the_deferring_function);
	tcase_add_test(tc, S57_the_landing_may_break_or_continue_a_loop);
	tcase_add_test(tc, S57_the_deferproc_whose_call_recovered_returns_1);
	LAYERED(tc, S58_older_calls_run_as_ordinary_ones);
	tcase_add_test(tc,
		S58_after_goto_the_frame_may_defer_and_land_again);
	LAYERED(tc, S59_a_panic_of_an_older_call_is_independent);
	LAYERED(tc, S60_the_calls_of_the_frames_between_have_run_once);
	LAYERED(tc, S61_recover_and_repanic_through_six_levels);
	LAYERED(tc, S61_a_repanic_keeps_origin_message_and_errno);
	LAYERED(tc, S61_the_data_of_a_repanic_is_released_once);
	LAYERED(tc,
	S61_a_taken_panic_keeps_its_data_until_it_is_given_back_or_freed);
	LAYERED(tc, S61_any_number_of_panics_one_after_the_other);
}

CONFORM_MAIN("after recover", add)
