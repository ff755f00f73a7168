/* SPDX-License-Identifier: MIT */
/* s02-deferreturn.c - S16 to S21: running deferred calls at normal exit. */

#include "layers.h"

FUNCTION(innerframe,
	DEFER(say, "i1");
	DEFER(say, "i2");
);

FUNCTION(outerframe,
	DEFER(say, "o1");
	CALL(innerframe, NULL);
	note("between");
	DEFER(say, "o2");
	CALL(innerframe, NULL);
);

START_TEST(S16_a_return_runs_its_own_frames_calls_only)
{
	LAYERS();
	CALL(outerframe, NULL);
	expect("i2 i1 between i2 i1 o2 o1");
}
END_TEST

static void blocks(void)
{
	defer_frame();
	defer(say, "function");
	for (int i = 0; i < 2; i++) {
		recover_frame(continue);
		defer(say, "turn");
		note("body");
	}
	note("behind");
}

START_TEST(S16_a_frame_belongs_to_its_block)
{
	blocks();
	expect("body turn body turn behind function");
}
END_TEST

/* Two deferproc() in one function and an inline frame in a block of it. */
static void mixedblock(bool panics)
{
	if (deferproc(say, "proc1"))
		goto epilogue;
	{
		recover_frame(goto out);
		defer(catch, "r");
		defer(say, "frame");
		if (panics)
			panic("p");
	}
out:
	note("behind");
	if (deferproc(say, "proc2"))
		goto epilogue;
epilogue:
	deferreturn();
}

START_TEST(S16_layers_mix_by_block_within_a_function)
{
	mixedblock(false);
	expect("frame r=nil behind proc2 proc1");
	mixedblock(true);
	expect("frame r=p behind proc2 proc1");
}
END_TEST

static void panicsonce(void *text)
{
	note("D");
	panic("%s", (const char *)text);
}

FUNCTION(panicsatreturn,
	DEFER(say, "1");
	DEFER(panicsonce, "p");
	DEFER(say, "3");
);

FUNCTION(stops,
	DEFER(catch, "r");
	CALL(panicsatreturn, NULL);
	note("not reached");
);

START_TEST(S17_a_call_that_panics_at_return_is_not_run_again)
{
	LAYERS();
	CALL(stops, NULL);
	expect("3 D 1 r=p");
}
END_TEST

/* Frames whose calls the compiler knows. */
static void exclaim(const void *word)
{
	note("%s!", (const char *)word);
}

static void knowncalls(void *unused)
{
	(void)unused;
	defer_frame();
	defer(say, "1");
	defer(exclaim, (const void *)"2");
	defer(say, "3");
	defer(exclaim, (const void *)"4");
}

static void knownpanic(void *unused)
{
	(void)unused;
	defer_frame();
	defer(say, "1");
	defer(panicsonce, "p");
	defer(say, "3");
}

FUNCTION(stopsknown,
	DEFER(catch, "r");
	knownpanic(NULL);
);

START_TEST(S16_calls_that_the_compiler_knows_run_in_order)
{
	knowncalls(NULL);
	expect("4! 3 2! 1");
}
END_TEST

START_TEST(S17_a_known_call_that_panics_at_return_is_not_run_again)
{
	LAYERS();
	CALL(stopsknown, NULL);
	expect("3 D 1 r=p");
}
END_TEST

START_TEST(S19_the_calls_left_run_under_a_panic_of_a_deferred_call)
{
	LAYERS();
	CALL(stops, NULL);
	expect("3 D 1 r=p");
}
END_TEST

/* What the record of the call that runs now is. */
static void state(void *unused)
{
	struct panic__defer *d = panic__g._defer;

	(void)unused;
	note("%s", !d ? "unlinked" : !d->started ? "open" :
		d->_panic == panic__g._panic ? "started" : "bad");
}

static void none(void *unused)
{
	(void)unused;
}

FUNCTION(oncall,
	DEFER(state, NULL);
	if (arg)
		panic("p");
);

FUNCTION(oncalls,
	DEFER(none, NULL);
	DEFER(state, NULL);
);

FUNCTION(stopsoncall,
	DEFER(catch, "r");
	CALL(oncall, trace);
);

START_TEST(S18_a_record_stays_linked_and_started_while_a_panic_runs_it)
{
	LAYERS();
	CALL(stopsoncall, NULL);
	expect("started r=p");
}
END_TEST

FUNCTION(recoversstate,
	DEFER(none, NULL);
	DEFER(state, NULL);
	DEFER(catch, "r");
	panic("p");
);

START_TEST(S18_after_the_recover_the_record_is_open_again)
{
	recoversstate_frame(NULL);
	expect("r=p open");
	recoversstate_proc(NULL);
	expect("r=p open");
}
END_TEST

FUNCTION(recoversaslast,
	DEFER(state, NULL);
	DEFER(catch, "r");
	panic("p");
);

START_TEST(S18_after_the_recover_the_last_call_has_no_record)
{
	LAYERS();
	CALL(recoversaslast, NULL);
	expect("r=p unlinked");
}
END_TEST

/* At a normal return a deferproc record is unlinked first; a frame when no
 * other calls are in it. */
START_TEST(S17_a_record_is_unlinked_before_its_last_call)
{
	LAYERS();
	CALL(oncall, NULL);
	expect("unlinked");
}
END_TEST

START_TEST(S17_the_records_of_older_calls_are_open)
{
	LAYERS();
	CALL(oncalls, NULL);
	expect("open");
}
END_TEST

static int released;

static void release(void *data)
{
	(void)data;
	released++;
	note("released");
}

static const struct panic_type type = { "thing", NULL, release };

static void raisesthing(void *thing)
{
	panic_value(&type, thing);
}

static void catchthing(void *thing)
{
	const struct panic *p = recover();

	note("%s", p && panic_data(p, &type) == thing ? "thing" : "bad");
}

FUNCTION(stopsthing,
	DEFER(say, "older");
	DEFER(catchthing, trace);
	raisesthing(arg);
);

/* Go: a finished record must not keep what it points to alive. */
START_TEST(S20_a_value_is_released_when_the_recovering_call_has_returned)
{
	LAYERS();
	CALL(stopsthing, trace);
	expect("thing released older");
	ck_assert_int_eq(released, 1);
}
END_TEST

FUNCTION(defersitself,
	DEFER(say, arg);
	DEFER(say, "newest");
	note("deferred");
);

FUNCTION(outerofthem,
	DEFER(say, "older");
	DEFER(PICK(defersitself), "its-own");
	if (arg)
		panic("p");
);

FUNCTION(stopsouter,
	DEFER(catch, "r");
	CALL(outerofthem, arg);
);

START_TEST(S21_what_a_deferred_function_defers_runs_when_it_returns)
{
	LAYERS();
	CALL(stopsouter, NULL);
	expect("deferred newest its-own older r=nil");
	CALL(stopsouter, trace);
	expect("deferred newest its-own older r=p");
}
END_TEST

static void add(TCase *tc)
{
	LAYERED(tc, S16_a_return_runs_its_own_frames_calls_only);
	tcase_add_test(tc, S16_a_frame_belongs_to_its_block);
	tcase_add_test(tc, S16_layers_mix_by_block_within_a_function);
	LAYERED(tc, S17_a_call_that_panics_at_return_is_not_run_again);
	tcase_add_test(tc, S16_calls_that_the_compiler_knows_run_in_order);
	LAYERED(tc, S17_a_known_call_that_panics_at_return_is_not_run_again);
	LAYERED(tc, S17_a_record_is_unlinked_before_its_last_call);
	LAYERED(tc, S17_the_records_of_older_calls_are_open);
	LAYERED(tc,
		S18_a_record_stays_linked_and_started_while_a_panic_runs_it);
	tcase_add_test(tc, S18_after_the_recover_the_record_is_open_again);
	LAYERED(tc, S18_after_the_recover_the_last_call_has_no_record);
	LAYERED(tc, S19_the_calls_left_run_under_a_panic_of_a_deferred_call);
	LAYERED(tc,
		S20_a_value_is_released_when_the_recovering_call_has_returned);
	LAYERED(tc, S21_what_a_deferred_function_defers_runs_when_it_returns);
}

CONFORM_MAIN("deferreturn", add)
