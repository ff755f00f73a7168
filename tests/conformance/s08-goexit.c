/* SPDX-License-Identifier: MIT */
/* s08-goexit.c - S75 to S89: Goexit. */

#include "dying.h"
#include "layers.h"

FUNCTION(inner,
	DEFER(say, "inner");
	goexit();
);

FUNCTION(outer,
	DEFER(say, "oldest");
	DEFER(catch, "r");
	CALL(inner, NULL);
	note("not reached");
);

START_TEST(S75_goexit_runs_all_calls_and_ends_the_thread)
{
	LAYERS();
	inthread(PICK(outer), NULL);
	expect("inner r=nil oldest gone");
}
END_TEST

static void nothingdeferred(void *unused)
{
	(void)unused;
	goexit();
}

START_TEST(S75_goexit_without_a_deferred_call_ends_the_thread)
{
	inthread(nothingdeferred, NULL);
	expect("gone");
}
END_TEST

static pthread_t mainthread;

static void *lastthread(void *unused)
{
	pthread_join(mainthread, NULL);
	puts("last");
	return unused;
}

FUNCTION(exitsmain,
	pthread_t id;
	mainthread = pthread_self();
	if (pthread_create(&id, NULL, lastthread, NULL))
		abort();
	DEFER(puts, "deferred");
	goexit();
);

/* Go ends with a deadlock error, exit 2, when nothing is left: a C library
 * cannot see the other threads (design.md, 15). */
START_TEST(S76_goexit_in_main_lets_the_other_threads_go_on)
{
	struct death *d;

	LAYERS();
	if (MAIN_MUST_STAY) {
		LEFT_OUT("the sanitizer does not know a main thread that ends");
		return;
	}
	d = dies(PICK(exitsmain), NULL);
	ck_assert_str_eq(d->out, "deferred\nlast\n");
	ck_assert_str_eq(d->err, "");
	ck_assert(exited(d, 0));
}
END_TEST

FUNCTION(exitsatreturn,
	DEFER(say, "oldest");
	DEFER(exits, NULL);
	DEFER(say, "newest");
);

FUNCTION(callsthat,
	DEFER(say, "caller");
	CALL(exitsatreturn, NULL);
	note("not reached");
);

START_TEST(S78_goexit_in_a_deferred_call_at_return_runs_the_rest)
{
	LAYERS();
	inthread(PICK(callsthat), NULL);
	expect("newest oldest caller gone");
}
END_TEST

FUNCTION(exitstwice,
	DEFER(say, "oldest");
	DEFER(exits, NULL);
	DEFER(say, "middle");
	DEFER(exits, NULL);
	goexit();
);

START_TEST(S79_a_nested_goexit_goes_on_with_the_calls_left)
{
	LAYERS();
	inthread(PICK(exitstwice), NULL);
	expect("middle oldest gone");
}
END_TEST

FUNCTION(exitsinpanic,
	DEFER(catch, "r");
	DEFER(exits, NULL);
	panic("p");
);

START_TEST(S80_goexit_during_a_panic_cancels_it)
{
	LAYERS();
	inthread(PICK(exitsinpanic), NULL);
	expect("r=nil gone");
}
END_TEST

FUNCTION(resurfaces,
	DEFER(raise_text, "p3");
	DEFER(exits, NULL);
	panic("p1");
);

START_TEST(S81_the_cancelled_panic_resurfaces_in_a_later_report)
{
	LAYERS();
	expectdeath(PICK(resurfaces), NULL, "panic: p1\n\tpanic: p3\n");
}
END_TEST

static void recoversandexits(void *name)
{
	tell(name, recover());
	goexit();
}

FUNCTION(recoverexit,
	DEFER(catch, "later");
	DEFER(recoversandexits, "r");
	panic("p");
);

START_TEST(S82_recover_then_goexit_in_one_deferred_call)
{
	LAYERS();
	for (int i = 0; i < 10; i++) {
		inthread(PICK(recoverexit), NULL);
		expect("r=p later=nil gone");
	}
}
END_TEST

FUNCTION(panicafter,
	DEFER(raise_text, "p");
	goexit();
);

START_TEST(S83_an_uncaught_panic_during_goexit_crashes)
{
	LAYERS();
	expectdeath(PICK(panicafter), NULL, "panic: p\n");
}
END_TEST

static void catchunder(void *name)
{
	const struct panic *p = recover();

	tell(name, p);
	tell("under", panic_under(p));
}

FUNCTION(underit,
	DEFER(catchunder, "r");
	DEFER(raise_text, "p");
	goexit();
);

START_TEST(S83_a_goexit_is_no_panic_under_another)
{
	LAYERS();
	inthread(PICK(underit), NULL);
	expect("r=p under=nil gone");
}
END_TEST

FUNCTION(nested,
	DEFER(catch, "r");
	panic("p");
);

FUNCTION(recoveredinside,
	DEFER(catch, "later");
	DEFER(PICK(nested), NULL);
	goexit();
);

START_TEST(S84_a_panic_recovered_inside_the_call_leaves_the_goexit)
{
	LAYERS();
	inthread(PICK(recoveredinside), NULL);
	expect("r=p later=nil gone");
}
END_TEST

FUNCTION(recoveredolder,
	DEFER(say, "oldest");
	DEFER(catch, "r");
	DEFER(raise_text, "p");
	goexit();
);

FUNCTION(callsolder,
	DEFER(catch, "caller");
	CALL(recoveredolder, NULL);
	note("not reached");
);

START_TEST(S85_a_panic_recovered_by_an_older_call_resumes_the_goexit)
{
	LAYERS();
	inthread(PICK(callsolder), NULL);
	expect("r=p oldest caller=nil gone");
}
END_TEST

static void landing(void *unused)
{
	(void)unused;
	recover_frame(note("landed"); return);
	defer(catch, "r");
	defer(raise_text, "p");
	goexit();
}

static void returnsagain(void *unused)
{
	(void)unused;
	if (deferproc(catch, "r")) {
		note("landed");
		goto epilogue;
	}
	if (deferproc(raise_text, "p"))
		goto epilogue;
	goexit();
epilogue:
	deferreturn();
}

START_TEST(S85_the_landing_is_not_taken_while_a_goexit_is_pending)
{
	inthread(landing, NULL);
	expect("r=p gone");
	inthread(returnsagain, NULL);
	expect("r=p gone");
}
END_TEST

static void nestsandgoeson(void *unused)
{
	(void)unused;
	CALL(nested, NULL);
	note("rest");
}

FUNCTION(nestsafter,
	DEFER(nestsandgoeson, NULL);
	DEFER(catch, "r");
	DEFER(raise_text, "p");
	goexit();
);

START_TEST(S85_a_panic_recovered_inside_a_call_after_that_returns_to_it)
{
	LAYERS();
	inthread(PICK(nestsafter), NULL);
	expect("r=p r=p rest gone");
}
END_TEST

FUNCTION(stacked,
	DEFER(say, "oldest");
	DEFER(catch, "r");
	DEFER(raise_text, "b");
	DEFER(raise_text, "a");
	goexit();
);

FUNCTION(callsstacked,
	DEFER(catch, "caller");
	CALL(stacked, NULL);
	note("not reached");
);

/* Decision 1 of design.md: Go up to 1.21 loses the Goexit here. */
START_TEST(S86_goexit_survives_two_stacked_panics)
{
	LAYERS();
	inthread(PICK(callsstacked), NULL);
	expect("r=b oldest caller=nil gone");
}
END_TEST

FUNCTION(fourpanics,
	DEFER(catch, "r");
	for (volatile int i = 0; i < 10; i++)
		DEFER(raise_text, "n");
	goexit();
);

FUNCTION(callsfour,
	DEFER(catch, "caller");
	DEFER(raise_text, "again");
	CALL(fourpanics, NULL);
	note("not reached");
);

START_TEST(S87_goexit_survives_any_number_of_skipped_panics)
{
	LAYERS();
	inthread(PICK(callsfour), NULL);
	expect("r=n caller=again gone");
}
END_TEST

FUNCTION(separately,
	DEFER(catch, "2nd");
	DEFER(raise_text, "b");
	DEFER(catch, "1st");
	DEFER(raise_text, "a");
	goexit();
);

FUNCTION(panicexitpanic,
	DEFER(say, "oldest");
	DEFER(catch, "r");
	DEFER(raise_text, "p2");
	DEFER(exits, NULL);
	panic("p1");
);

START_TEST(S88_panics_during_goexit_recovered_separately)
{
	LAYERS();
	inthread(PICK(separately), NULL);
	expect("1st=a 2nd=b gone");
}
END_TEST

START_TEST(S88_panic_goexit_panic_recover)
{
	LAYERS();
	inthread(PICK(panicexitpanic), NULL);
	expect("r=p2 oldest gone");
}
END_TEST

/* A goexit during a goexit, with panics between: the newest one goes on. */
FUNCTION(exitpanicexit,
	DEFER(catch, "later");
	DEFER(catch, "r");
	DEFER(raise_text, "p2");
	DEFER(exits, NULL);
	DEFER(raise_text, "p1");
	goexit();
);

START_TEST(S88_goexit_panic_goexit_panic_recover)
{
	LAYERS();
	inthread(PICK(exitpanicexit), NULL);
	expect("r=p2 later=nil gone");
}
END_TEST

static int exitingtext(const void *data, char *buf, size_t size)
{
	(void)data;
	(void)buf;
	(void)size;
	goexit();
}

static const struct panic_type exiting = { "exiting", exitingtext, NULL };

FUNCTION(swallowed,
	DEFER(puts, "deferred");
	panic_value(&exiting, NULL);
);

static void swallowedinthread(void *unused)
{
	inthread(PICK(swallowed), unused);
	puts(trace);
}

START_TEST(S89_goexit_in_a_text_function_swallows_the_panic)
{
	struct death *d;

	LAYERS();
	d = dies(swallowedinthread, NULL);
	ck_assert_str_eq(d->err, "");
	ck_assert_str_eq(d->out, "deferred\ngone\n");
	ck_assert(exited(d, 0));
}
END_TEST

static void add(TCase *tc)
{
	LAYERED(tc, S75_goexit_runs_all_calls_and_ends_the_thread);
	tcase_add_test(tc,
		S75_goexit_without_a_deferred_call_ends_the_thread);
	LAYERED(tc, S76_goexit_in_main_lets_the_other_threads_go_on);
	LAYERED(tc, S78_goexit_in_a_deferred_call_at_return_runs_the_rest);
	LAYERED(tc, S79_a_nested_goexit_goes_on_with_the_calls_left);
	LAYERED(tc, S80_goexit_during_a_panic_cancels_it);
	LAYERED(tc, S81_the_cancelled_panic_resurfaces_in_a_later_report);
	LAYERED(tc, S82_recover_then_goexit_in_one_deferred_call);
	LAYERED(tc, S83_an_uncaught_panic_during_goexit_crashes);
	LAYERED(tc, S83_a_goexit_is_no_panic_under_another);
	LAYERED(tc, S84_a_panic_recovered_inside_the_call_leaves_the_goexit);
	LAYERED(tc,
		S85_a_panic_recovered_by_an_older_call_resumes_the_goexit);
	tcase_add_test(tc,
		S85_the_landing_is_not_taken_while_a_goexit_is_pending);
	LAYERED(tc,
		S85_a_panic_recovered_inside_a_call_after_that_returns_to_it);
	LAYERED(tc, S86_goexit_survives_two_stacked_panics);
	LAYERED(tc, S87_goexit_survives_any_number_of_skipped_panics);
	LAYERED(tc, S88_panics_during_goexit_recovered_separately);
	LAYERED(tc, S88_panic_goexit_panic_recover);
	LAYERED(tc, S88_goexit_panic_goexit_panic_recover);
	LAYERED(tc, S89_goexit_in_a_text_function_swallows_the_panic);
}

CONFORM_MAIN("goexit", add)
