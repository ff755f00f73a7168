/* SPDX-License-Identifier: MIT */
/* s05-recover.c - S40 to S51, S53: when recover() is valid. */

#include "dying.h"
#include "layers.h"

FUNCTION(stops,
	DEFER(say, "older");
	DEFER(catch, "r");
	panic("p");
);

START_TEST(S40_recover_in_the_deferred_function_stops_the_panic)
{
	LAYERS();
	CALL(stops, NULL);
	expect("r=p older");
}
END_TEST

FUNCTION(exitsnow,
	DEFER(catch, "r");
	goexit();
);

START_TEST(S40_recover_does_not_stop_a_goexit)
{
	LAYERS();
	inthread(PICK(exitsnow), NULL);
	expect("r=nil gone");
}
END_TEST

/* Decision 3 of design.md: a frame without a landing cannot stop it. */
static void nolanding(void)
{
	defer_frame();
	defer(say, "older");
	defer(catch, "vain");
	panic("p");
}

FUNCTION(stopsnolanding,
	DEFER(catch, "r");
	nolanding();
);

START_TEST(S40_recover_in_a_frame_without_a_landing_is_in_vain)
{
	LAYERS();
	CALL(stopsnolanding, NULL);
	expect("vain=nil older r=p");
}
END_TEST

static void diesnolanding(void *unused)
{
	(void)unused;
	nolanding();
}

START_TEST(S40_the_report_names_the_recover_in_vain)
{
	struct death *d = dies(diesnolanding, NULL);

	ck_assert_str_eq(panics(d), "panic: p\n");
	ck_assert_ptr_ne(strstr(d->err, "recover() was called in vain at "),
		NULL);
}
END_TEST

FUNCTION(inner41,
	DEFER(catch, "again");
	DEFER(catch, "p2");
	panic("p2");
);

static void nested41(void *unused)
{
	(void)unused;
	CALL(inner41, NULL);
	tell("p1", recover());
	BARRIER();
}

FUNCTION(outer41,
	DEFER(nested41, NULL);
	panic("p1");
);

/* While p2 is the top, p1 cannot be had; when p2 is over, it can. */
START_TEST(S41_only_the_top_panic_is_examined)
{
	LAYERS();
	CALL(outer41, NULL);
	expect("p2=p2 again=nil p1=p1");
}
END_TEST

static void twohelpers(void *name)
{
	tell(name, helper());
	tell(name, helper());
	BARRIER();
}

FUNCTION(byhelper,
	DEFER(catch, "r");
	DEFER(catchbyhelper, "h");
	DEFER(twohelpers, "hh");
	panic("p");
);

START_TEST(S42_recover_in_a_helper_is_null)
{
	LAYERS();
	CALL(byhelper, NULL);
	expect("hh=nil hh=nil h=nil r=p");
}
END_TEST

FUNCTION(defersrecover,
	DEFER(catch, "normal");
	note("deferred");
);

FUNCTION(outer43,
	DEFER(catch, "r");
	DEFER(PICK(defersrecover), NULL);
	panic("p");
);

START_TEST(S43_recover_in_a_deferred_functions_own_deferred_call_is_null)
{
	LAYERS();
	CALL(outer43, NULL);
	expect("deferred normal=nil r=p");
}
END_TEST

static void callsone(void *unused)
{
	CALL(defersrecover, unused);
	tell("own", recover());
	BARRIER();
}

FUNCTION(outer44,
	DEFER(catch, "r");
	DEFER(callsone, NULL);
	panic("p");
);

START_TEST(S44_recover_at_a_callees_normal_return_is_null)
{
	LAYERS();
	CALL(outer44, NULL);
	expect("deferred normal=nil own=p r=nil");
}
END_TEST

static void recursive(int depth)
{
	if (depth > 0) {
		recursive(depth - 1);
		BARRIER();
		return;
	}
	tell("inner", recover());
	BARRIER();
}

FUNCTION(outer45,
	DEFER(catch, "r");
	DEFER(recursive, 2);
	DEFER(recursive, 1);
	panic("p");
);

START_TEST(S45_the_rule_is_about_the_frame_not_the_function)
{
	LAYERS();
	CALL(outer45, NULL);
	expect("inner=nil inner=nil r=p");
}
END_TEST

FUNCTION(outer45b,
	DEFER(catch, "r");
	DEFER(recursive, 0);
	panic("p");
);

START_TEST(S45_at_depth_0_the_same_function_recovers)
{
	LAYERS();
	CALL(outer45b, NULL);
	expect("inner=p r=nil");
}
END_TEST

static void catchtwice(void *unused)
{
	(void)unused;
	tell("1", recover());
	tell("2", recover());
	BARRIER();
}

FUNCTION(twice,
	DEFER(catch, "older");
	DEFER(catchtwice, NULL);
	panic("p");
);

START_TEST(S50_the_second_recover_is_null)
{
	LAYERS();
	CALL(twice, NULL);
	expect("1=p 2=nil older=nil");
}
END_TEST

FUNCTION(nopanic,
	DEFER(catch, "deferred");
	tell("body", recover());
);

static void inotherthread(void *unused)
{
	catch("direct");
	CALL(nopanic, unused);
}

static void startsthread(void *unused)
{
	inthread(inotherthread, unused);
	tell("r", recover());
	BARRIER();
}

FUNCTION(duringpanic,
	DEFER(startsthread, NULL);
	panic("p");
);

START_TEST(S51_without_a_panic_and_in_another_thread_recover_is_null)
{
	LAYERS();
	CALL(nopanic, NULL);
	expect("body=nil deferred=nil");
	CALL(duringpanic, NULL);
	expect("direct=nil body=nil deferred=nil end r=p");
}
END_TEST

static volatile int *panickers;

static void marks(void *unused)
{
	(void)unused;
	tell("r", recover());
	note("still-%d", *panickers);
	BARRIER();
}

FUNCTION(outer53,
	volatile int local = 42;
	panickers = &local;
	DEFER(marks, NULL);
	panic("p");
);

START_TEST(S53_recover_only_marks_until_its_function_returns)
{
	LAYERS();
	CALL(outer53, NULL);
	expect("r=p still-42");
}
END_TEST

static void add(TCase *tc)
{
	LAYERED(tc, S40_recover_in_the_deferred_function_stops_the_panic);
	LAYERED(tc, S40_recover_does_not_stop_a_goexit);
	LAYERED(tc, S40_recover_in_a_frame_without_a_landing_is_in_vain);
	tcase_add_test(tc, S40_the_report_names_the_recover_in_vain);
	LAYERED(tc, S41_only_the_top_panic_is_examined);
	LAYERED(tc, S42_recover_in_a_helper_is_null);
	LAYERED(tc,
	S43_recover_in_a_deferred_functions_own_deferred_call_is_null);
	LAYERED(tc, S44_recover_at_a_callees_normal_return_is_null);
	LAYERED(tc, S45_the_rule_is_about_the_frame_not_the_function);
	LAYERED(tc, S45_at_depth_0_the_same_function_recovers);
	LAYERED(tc, S50_the_second_recover_is_null);
	LAYERED(tc, S51_without_a_panic_and_in_another_thread_recover_is_null);
	LAYERED(tc, S53_recover_only_marks_until_its_function_returns);
}

CONFORM_MAIN("recover", add)
