/* SPDX-License-Identifier: MIT */
/* test-goexit.c - goexit (D1, D15, S75 to S88). */

#include "check.h"

static void exits(void *unused)
{
	(void)unused;
	goexit();
}

static void inner(void)
{
	defer_frame();
	defer(say, "inner");
	goexit();
}

static void outer(void)
{
	recover_frame(note("landed"); return);
	defer(say, "outer");
	defer(rescue, NULL);
	inner();
	note("not reached");
}

START_TEST(goexit_runs_all_calls_and_no_recover_stops_it)	/* S75 */
{
	in_thread(outer);
	ck_assert_str_eq(trace, "inner [null] outer");
}
END_TEST

START_TEST(goexit_without_frames_ends_the_thread)
{
	in_thread(panic_goexit);
	ck_assert_str_eq(trace, "");
}
END_TEST

static void *thread_main(void *unused)
{
	defer_frame();
	(void)unused;
	goexit();
	return thread_main;
}

START_TEST(a_thread_that_goexited_joins_with_null)
{
	pthread_t t;
	void *result = &t;

	ck_assert_int_eq(pthread_create(&t, NULL, thread_main, NULL), 0);
	ck_assert_int_eq(pthread_join(t, &result), 0);
	ck_assert_ptr_null(result);
}
END_TEST

static void exits_at_return(void)
{
	defer_frame();
	defer(say, "older");
	defer(exits, NULL);
	defer(say, "newer");
	note("body");
}

START_TEST(goexit_at_a_normal_exit_runs_the_calls_left)	/* S78 */
{
	in_thread(exits_at_return);
	ck_assert_str_eq(trace, "body newer older");
}
END_TEST

static void exits_thrice(void)
{
	defer_frame();
	defer(say, "oldest");
	defer(exits, NULL);
	defer(say, "older");
	defer(exits, NULL);
	goexit();
}

START_TEST(goexit_in_a_call_of_goexit_goes_on_with_the_rest)	/* S79 */
{
	in_thread(exits_thrice);
	ck_assert_str_eq(trace, "older oldest");
}
END_TEST

static void exits_while_panicking(void)
{
	recover_frame(note("landed"); return);
	defer(rescue, NULL);
	defer(exits, NULL);
	panic("boom");
}

START_TEST(goexit_in_a_call_of_a_panic_cancels_the_panic)	/* S80 */
{
	in_thread(exits_while_panicking);
	ck_assert_str_eq(trace, "[null]");
}
END_TEST

static void rescue_and_exit(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	note("[%s]", panic_message(p));
	goexit();
}

static void exits_when_rescued(void)
{
	recover_frame(note("landed"); return);
	defer(rescue, NULL);
	defer(rescue_and_exit, NULL);
	panic("boom");
}

START_TEST(goexit_after_recover_leaves_no_panic)	/* S82 */
{
	in_thread(exits_when_rescued);
	ck_assert_str_eq(trace, "[boom] [null]");
}
END_TEST

static void stops_its_own(void *text)
{
	recover_frame(return);
	defer(rescue, NULL);
	panic("%s", (char *)text);
}

static void exits_over_a_panic_inside(void)
{
	defer_frame();
	defer(say, "older");
	defer(stops_its_own, "p");
	goexit();
}

START_TEST(a_panic_stopped_within_a_call_leaves_goexit_alone)	/* S84 */
{
	in_thread(exits_over_a_panic_inside);
	ck_assert_str_eq(trace, "[p] older");
}
END_TEST

static void panics_during_goexit(void)
{
	recover_frame(note("landed"); return);
	defer(say, "older");
	defer(rescue, NULL);
	defer(raise_text, "p");
	goexit();
}

START_TEST(a_recovered_panic_gives_way_to_the_goexit_under_it)	/* D1, S85 */
{
	in_thread(panics_during_goexit);
	ck_assert_str_eq(trace, "[p] older");
}
END_TEST

static void two_panics_during_goexit(void)
{
	recover_frame(note("landed"); return);
	defer(say, "older");
	defer(rescue, NULL);
	defer(raise_text, "p2");
	defer(raise_text, "p1");
	goexit();
}

START_TEST(two_panics_during_goexit_do_not_lose_it)	/* D1, S86, S87 */
{
	in_thread(two_panics_during_goexit);
	ck_assert_str_eq(trace, "[p2] older");
}
END_TEST

static void exits_below(void)
{
	defer_frame();
	for (int i = 0; i < 10; i++)
		defer(raise_text, "more");
	goexit();
}

static void ten_panics_during_goexit(void)
{
	defer_frame();
	defer(say, "oldest");
	{
		recover_frame(note("landed"); return);
		defer(rescue, NULL);
		exits_below();
	}
}

START_TEST(ten_panics_during_goexit_do_not_lose_it)	/* D1 */
{
	in_thread(ten_panics_during_goexit);
	ck_assert_str_eq(trace, "[more] oldest");
}
END_TEST

static void two_recoveries_during_goexit(void)
{
	recover_frame(note("landed"); return);
	defer(say, "oldest");
	defer(rescue, NULL);
	defer(raise_text, "p2");
	defer(rescue, NULL);
	defer(raise_text, "p1");
	goexit();
}

START_TEST(two_panics_recovered_one_by_one_leave_goexit)	/* S88 */
{
	in_thread(two_recoveries_during_goexit);
	ck_assert_str_eq(trace, "[p1] [p2] oldest");
}
END_TEST

static void panic_exit_panic(void)
{
	recover_frame(note("landed"); return);
	defer(say, "oldest");
	defer(rescue, NULL);
	defer(raise_text, "p2");
	defer(exits, NULL);
	panic("p1");
}

START_TEST(a_panic_over_a_goexit_over_a_panic_is_recovered)	/* S88 */
{
	in_thread(panic_exit_panic);
	ck_assert_str_eq(trace, "[p2] oldest");
}
END_TEST

static void goexit_in_deferproc(void)
{
	if (deferproc(rescue, NULL)) {
		note("landed");
		goto epilogue;
	}
	if (deferproc(say, "newer"))
		goto epilogue;
	goexit();
epilogue:
	deferreturn();
}

START_TEST(goexit_runs_the_calls_of_deferproc)
{
	in_thread(goexit_in_deferproc);
	ck_assert_str_eq(trace, "newer [null]");
}
END_TEST

static pthread_key_t key;

static void destructor(void *word)
{
	recover_frame(return);
	defer(rescue, NULL);
	defer(say, word);
	panic("destroyed");
}

static void exits_with_a_key(void)
{
	pthread_setspecific(key, "key");
	defer_frame();
	defer(say, "frame");
	goexit();
}

START_TEST(a_key_destructor_may_defer_and_panic_after_goexit)
{
	ck_assert_int_eq(pthread_key_create(&key, destructor), 0);
	in_thread(exits_with_a_key);
	pthread_key_delete(key);
	ck_assert_str_eq(trace, "frame key [destroyed]");
}
END_TEST

static pthread_t main_thread;

static void *outlives_main(void *unused)
{
	(void)unused;
	pthread_join(main_thread, NULL);
	shout("main is gone");
	return NULL;
}

static void goexit_in_main(void)
{
	pthread_t t;

	main_thread = pthread_self();
	if (pthread_create(&t, NULL, outlives_main, NULL))
		_exit(9);
	defer_frame();
	defer(shout, "main exits");
	goexit();
}

START_TEST(goexit_in_the_main_thread_leaves_the_others)	/* D15, S76 */
{
	if (MAIN_MUST_STAY) {
		LEFT_OUT("the sanitizer does not know a main thread that ends");
		return;
	}
	assert_dies(goexit_in_main, "exit 0\n");
	ck_assert_str_eq(death, "main exits\nmain is gone\n");
}
END_TEST

int main(void)
{
	return RUN_TESTS("goexit",
		goexit_runs_all_calls_and_no_recover_stops_it,
		goexit_without_frames_ends_the_thread,
		a_thread_that_goexited_joins_with_null,
		goexit_at_a_normal_exit_runs_the_calls_left,
		goexit_in_a_call_of_goexit_goes_on_with_the_rest,
		goexit_in_a_call_of_a_panic_cancels_the_panic,
		goexit_after_recover_leaves_no_panic,
		a_panic_stopped_within_a_call_leaves_goexit_alone,
		a_recovered_panic_gives_way_to_the_goexit_under_it,
		two_panics_during_goexit_do_not_lose_it,
		ten_panics_during_goexit_do_not_lose_it,
		two_panics_recovered_one_by_one_leave_goexit,
		a_panic_over_a_goexit_over_a_panic_is_recovered,
		goexit_runs_the_calls_of_deferproc,
		a_key_destructor_may_defer_and_panic_after_goexit,
		goexit_in_the_main_thread_leaves_the_others);
}
