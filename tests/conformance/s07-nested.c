/* SPDX-License-Identifier: MIT */
/* s07-nested.c - S63 to S74: panics in deferred calls that a panic runs. */

#include "dying.h"
#include "layers.h"

/* The panics from the newest down, as recover() finds them. */
static void catchall(void *name)
{
	const struct panic *p = recover();

	tell(name, p);
	while (p && (p = panic_under(p)))
		note("<%s", panic_message(p));
}

FUNCTION(nested63,
	DEFER(say, "its-oldest");
	DEFER(catchall, "its");
	panic("p2");
);

FUNCTION(outer63,
	DEFER(catchall, "r");
	DEFER(PICK(nested63), NULL);
	panic("p1");
);

START_TEST(S63_a_panic_in_a_deferred_call_runs_that_calls_defers_first)
{
	LAYERS();
	CALL(outer63, NULL);
	expect("its=p2 <p1 its-oldest r=p1");
}
END_TEST

START_TEST(S64_a_nested_panic_recovered_inside_leaves_the_older_one)
{
	LAYERS();
	CALL(outer63, NULL);
	expect("its=p2 <p1 its-oldest r=p1");
}
END_TEST

static void callsnested(void *unused)
{
	(void)unused;
	CALL(nested63, NULL);
	tell("then", recover());
	BARRIER();
}

FUNCTION(outer65,
	DEFER(catchall, "r");
	DEFER(callsnested, NULL);
	panic("p1");
);

START_TEST(S65_after_that_the_deferred_call_can_recover_the_older_one)
{
	LAYERS();
	CALL(outer65, NULL);
	expect("its=p2 <p1 its-oldest then=p1 r=nil");
}
END_TEST

static int timesrun;

static void panicsonce(void *text)
{
	timesrun++;
	note("D%d", timesrun);
	panic("%s", (const char *)text);
}

FUNCTION(outer66,
	DEFER(catchall, "later");
	DEFER(catchall, "r");
	DEFER(say, "kept");
	DEFER(panicsonce, "p2");
	DEFER(say, "newest");
	panic("p1");
);

START_TEST(S66_aborted_panic_never_resumes)
{
	LAYERS();
	timesrun = 0;
	CALL(outer66, NULL);
	expect("newest D1 kept r=p2 <p1 later=nil");
}
END_TEST

START_TEST(S67_a_recover_at_that_frame_removes_the_aborted_panics)
{
	LAYERS();
	timesrun = 0;
	CALL(outer66, NULL);
	expect("newest D1 kept r=p2 <p1 later=nil");
}
END_TEST

FUNCTION(inner67,
	DEFER(say, "kept");
	DEFER(panicsonce, "p2");
	panic("p1");
);

FUNCTION(outer67,
	DEFER(catchall, "later");
	DEFER(catchall, "r");
	CALL(inner67, NULL);
);

START_TEST(S67_a_recover_beyond_that_frame_removes_them_too)
{
	LAYERS();
	timesrun = 0;
	CALL(outer67, NULL);
	expect("D1 kept r=p2 <p1 later=nil");
}
END_TEST

START_TEST(S68_the_frames_other_calls_run_once_under_the_newer_panic)
{
	LAYERS();
	timesrun = 0;
	CALL(outer67, NULL);
	CALL(outer66, NULL);
	expect("D1 kept r=p2 <p1 later=nil newest D2 kept r=p2 <p1 later=nil");
}
END_TEST

FUNCTION(many68,
	for (volatile int i = 0; i < 12; i++)
		DEFER(say, i % 2 ? "o" : "e");
	DEFER(raise_text, "p2");
	for (volatile int i = 0; i < 3; i++)
		DEFER(say, "n");
	panic("p1");
);

FUNCTION(stops68,
	DEFER(catchall, "r");
	CALL(many68, NULL);
);

START_TEST(S68_calls_in_slots_and_beyond_them_run_once)
{
	LAYERS();
	CALL(stops68, NULL);
	expect("n n n o e o e o e o e o e o e r=p2 <p1");
}
END_TEST

static void recoversandpanics(void *text)
{
	tell("d", recover());
	panic("%s", (const char *)text);
}

FUNCTION(inner69,
	DEFER(recoversandpanics, "p2");
	panic("p1");
);

FUNCTION(outer69,
	DEFER(catch, "later");
	DEFER(catch, "r");
	CALL(inner69, NULL);
);

START_TEST(S69_after_recover_and_panic_only_the_new_one_goes_on)
{
	LAYERS();
	CALL(outer69, NULL);
	expect("d=p1 r=p2 later=nil");
}
END_TEST

START_TEST(S69_the_recovered_one_is_printed_as_recovered)
{
	LAYERS();
	expectdeath(PICK(inner69), NULL,
		"panic: p1 [recovered]\n\tpanic: p2\n");
}
END_TEST

static void recoversandnests(void *unused)
{
	(void)unused;
	tell("d", recover());
	CALL(nested63, NULL);
	note("back");
}

FUNCTION(outer70,
	DEFER(catch, "later");
	DEFER(recoversandnests, NULL);
	panic("p1");
);

START_TEST(S70_a_nested_recovered_panic_does_not_disturb_a_recovery)
{
	LAYERS();
	CALL(outer70, NULL);
	expect("d=p1 its=p2 <p1 its-oldest back later=nil");
}
END_TEST

static void next(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	if (p)
		panic("%d", atoi(panic_message(p)) + 1);
}

FUNCTION(five,
	DEFER(catch, "r");
	for (volatile int i = 0; i < 5; i++)
		DEFER(next, NULL);
	panic("0");
);

START_TEST(S71_five_calls_recover_n_and_panic_with_n_plus_1)
{
	LAYERS();
	CALL(five, NULL);
	expect("r=5");
}
END_TEST

FUNCTION(third,
	DEFER(catchall, "3");
	panic("p3");
);

FUNCTION(second,
	DEFER(catchall, "2");
	DEFER(PICK(third), NULL);
	panic("p2");
);

FUNCTION(first,
	DEFER(catchall, "1");
	DEFER(PICK(second), NULL);
	panic("p1");
);

START_TEST(S72_three_deep_each_is_recovered_at_its_own_level)
{
	LAYERS();
	CALL(first, NULL);
	expect("3=p3 <p2 <p1 2=p2 <p1 1=p1");
}
END_TEST

FUNCTION(threeaborted,
	DEFER(raise_text, "p3");
	DEFER(raise_text, "p2");
	panic("p1");
);

START_TEST(S73_aborted_panics_are_still_printed)
{
	LAYERS();
	expectdeath(PICK(threeaborted), NULL,
		"panic: p1\n\tpanic: p2\n\tpanic: p3\n");
}
END_TEST

static void *badargument(void)
{
	panic("p2");
}

FUNCTION(deferpanics,
	DEFER(say, "its");
	DEFER(say, badargument());
);

FUNCTION(outer74,
	DEFER(catchall, "r");
	DEFER(PICK(deferpanics), NULL);
	panic("p1");
);

START_TEST(S74_a_panic_in_an_argument_of_a_defer_supersedes_too)
{
	LAYERS();
	CALL(outer74, NULL);
	expect("its r=p2 <p1");
}
END_TEST

/* The values of all that are dropped are released, newest first. */
static void release(void *word)
{
	note("~%s", (const char *)word);
}

static const struct panic_type type = { "word", NULL, release };

static void raisesword(void *word)
{
	panic_value(&type, word);
}

static void catchword(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	note("%s", (const char *)panic_data(p, &type));
}

FUNCTION(words,
	DEFER(say, "older");
	DEFER(catchword, NULL);
	DEFER(raisesword, "c");
	DEFER(raisesword, "b");
	raisesword("a");
);

START_TEST(S67_the_values_of_aborted_panics_are_released_once)
{
	LAYERS();
	CALL(words, NULL);
	expect("c ~c ~b ~a older");
}
END_TEST

static void add(TCase *tc)
{
	LAYERED(tc,
		S63_a_panic_in_a_deferred_call_runs_that_calls_defers_first);
	LAYERED(tc,
		S64_a_nested_panic_recovered_inside_leaves_the_older_one);
	LAYERED(tc,
		S65_after_that_the_deferred_call_can_recover_the_older_one);
	LAYERED(tc, S66_aborted_panic_never_resumes);
	LAYERED(tc, S67_a_recover_at_that_frame_removes_the_aborted_panics);
	LAYERED(tc, S67_a_recover_beyond_that_frame_removes_them_too);
	LAYERED(tc, S67_the_values_of_aborted_panics_are_released_once);
	LAYERED(tc,
		S68_the_frames_other_calls_run_once_under_the_newer_panic);
	LAYERED(tc, S68_calls_in_slots_and_beyond_them_run_once);
	LAYERED(tc, S69_after_recover_and_panic_only_the_new_one_goes_on);
	LAYERED(tc, S69_the_recovered_one_is_printed_as_recovered);
	LAYERED(tc,
		S70_a_nested_recovered_panic_does_not_disturb_a_recovery);
	LAYERED(tc, S71_five_calls_recover_n_and_panic_with_n_plus_1);
	LAYERED(tc, S72_three_deep_each_is_recovered_at_its_own_level);
	LAYERED(tc, S73_aborted_panics_are_still_printed);
	LAYERED(tc, S74_a_panic_in_an_argument_of_a_defer_supersedes_too);
}

CONFORM_MAIN("nested", add)
