/* SPDX-License-Identifier: MIT */
/* test-cancel.c - threads that end by pthread_cancel, pthread_exit and goexit
 * in code that they unwind (D9, D15).  Compiled with -fexceptions. */

#include "config.h"

#include "check.h"

/* Makes the thread's own cancellation due, and meets a point of it. */
static void cancel_self(void *unused)
{
	(void)unused;
	pthread_cancel(pthread_self());
	pthread_testcancel();
	note("not reached");
}

static void inner(void)
{
	defer_frame();
	defer(say, "inner");
	cancel_self(NULL);
}

static void outer(void)
{
	recover_frame(note("landed"); return);
	defer(say, "outer");
	defer(rescue, NULL);
	for (int i = 0; i < 10; i++)
		defer(say, "o");
	inner();
}

START_TEST(pthread_cancel_runs_the_deferred_calls)	/* D9 */
{
	in_thread(outer);
	ck_assert_str_eq(trace, "inner o o o o o o o o o o [null] outer");
}
END_TEST

static void *cancelled(void *unused)
{
	(void)unused;
	outer();
	return NULL;
}

START_TEST(a_thread_with_deferred_calls_ends_as_cancelled)
{
	pthread_t t;
	void *result;

	ck_assert_int_eq(pthread_create(&t, NULL, cancelled, NULL), 0);
	ck_assert_int_eq(pthread_join(t, &result), 0);
	ck_assert(result == PTHREAD_CANCELED);
}
END_TEST

static void exits_its_thread(void)
{
	recover_frame(note("landed"); return);
	defer(say, "outer");
	{
		defer_frame();
		defer(say, "inner");
		pthread_exit(NULL);
	}
}

START_TEST(pthread_exit_runs_the_deferred_calls)	/* D9 */
{
	in_thread(exits_its_thread);
	ck_assert_str_eq(trace, "inner outer");
}
END_TEST

static void goexits(void)
{
	defer_frame();
	defer(say, "outer");
	{
		defer_frame();
		defer(say, "inner");
		goexit();
	}
}

static void exits_again(void *word)
{
	note("%s", (const char *)word);
	pthread_exit(NULL);
}

static void exits_thrice(void)
{
	defer_frame();
	defer(say, "oldest");
	defer(exits_again, "older");
	{
		defer_frame();
		defer(say, "newer");
		defer(exits_again, "newest");
		pthread_exit(NULL);
	}
}

#if defined __clang__ && !defined EXIT_KEEPS_FRAMES
static void exit_thrice_in_a_thread(void)
{
	in_thread(exits_thrice);
}
#endif

/* Clang ends a program whose cleanup is unwound while it runs. */
START_TEST(a_call_run_by_an_exit_may_exit)	/* D9 */
{
#if defined __clang__ && !defined EXIT_KEEPS_FRAMES
	ck_assert_str_eq(last_words(exit_thrice_in_a_thread), "SIGABRT\n");
	return;
#endif
	in_thread(exits_thrice);
	ck_assert_str_eq(trace, "newest newer older oldest");
}
END_TEST

START_TEST(goexit_does_not_run_finished_frames_again)	/* D15 */
{
	in_thread(goexits);
	ck_assert_str_eq(trace, "inner outer");
}
END_TEST

static void cleanup(void *word)
{
	defer_frame();
	defer(say, word);
}

static void goexits_with_a_handler(void)
{
	defer_frame();
	defer(say, "frame");
	pthread_cleanup_push(cleanup, "handler");
	goexit();
	pthread_cleanup_pop(0);
}

START_TEST(a_cleanup_handler_may_defer_after_goexit)	/* D15 */
{
	in_thread(goexits_with_a_handler);
	ck_assert_str_eq(trace, "frame handler");
}
END_TEST

static void cancelled_between_handlers(void)
{
	pthread_cleanup_push(say, "handler1");
	{
		defer_frame();
		defer(say, "frame");
		pthread_cleanup_push(say, "handler2");
		cancel_self(NULL);
		pthread_cleanup_pop(0);
	}
	pthread_cleanup_pop(0);
}

START_TEST(cleanup_handlers_and_frames_run_innermost_first)	/* D9 */
{
	in_thread(cancelled_between_handlers);
#ifdef EXIT_KEEPS_FRAMES	/* the C library's come first */
	ck_assert_str_eq(trace, "handler2 handler1 frame");
	return;
#endif
	ck_assert_str_eq(trace, "handler2 frame handler1");
}
END_TEST

static void cancelled_while_panicking(void)
{
	recover_frame(note("landed"); return);
	defer(say, "older");
	defer(rescue, NULL);
	defer(cancel_self, NULL);
	panic("boom");
}

START_TEST(a_cancel_in_a_call_of_a_panic_ends_the_panic)	/* D9 */
{
	in_thread(cancelled_while_panicking);
	ck_assert_str_eq(trace, "[null] older");
}
END_TEST

static void cancelled_while_returning(void)
{
	defer_frame();
	defer(say, "older");
	defer(cancel_self, NULL);
	defer(say, "newer");
}

START_TEST(a_cancel_in_a_call_at_return_runs_the_calls_left)	/* D9 */
{
	in_thread(cancelled_while_returning);
	ck_assert_str_eq(trace, "newer older");
}
END_TEST

static void panics_when_cancelled(void)
{
	defer_frame();
	defer(say, "oldest");
	{
		recover_frame(goto landed);
		defer(rescue, NULL);
		panic("before");
	}
landed:
	cancel_self(NULL);
}

START_TEST(a_landed_frame_is_unwound_like_any_other)	/* D9 */
{
	in_thread(panics_when_cancelled);
	ck_assert_str_eq(trace, "[before] oldest");
}
END_TEST

static void stops_its_own(void *text)
{
	recover_frame(return);
	defer(rescue, NULL);
	panic("%s", (char *)text);
}

static void cancelled_over_a_panicking_call(void)
{
	defer_frame();
	defer(say, "older");
	defer(stops_its_own, "while cancelled");
	cancel_self(NULL);
}

START_TEST(a_call_run_by_a_cancel_may_panic_and_recover)	/* D9 */
{
	in_thread(cancelled_over_a_panicking_call);
	ck_assert_str_eq(trace, "[while cancelled] older");
}
END_TEST

static void cancelled_in_deferproc(void)
{
	if (deferproc(shout, "lost"))
		goto epilogue;
	cancel_self(NULL);
epilogue:
	deferreturn();
}

static void cancel_deferproc_in_a_thread(void)
{
	in_thread(cancelled_in_deferproc);
}

START_TEST(a_cancelled_deferproc_is_fatal)	/* D9 */
{
	const char *words = last_words(cancel_deferproc_in_a_thread);

#ifdef EXIT_KEEPS_FRAMES	/* it needs no unwinding */
	ck_assert_str_eq(words, "exit 0\n");
	assert_told("lost\n");
	return;
#endif
	ck_assert_msg(strstr(words, "SIGABRT\nfatal error: a frame was left "
		"without running its deferred calls\n") == words, "%s", death);
	assert_told("cancelled_in_deferproc");
	assert_not_told("lost\n");
}
END_TEST

int main(void)
{
	return RUN_TESTS("cancel",
		pthread_cancel_runs_the_deferred_calls,
		a_thread_with_deferred_calls_ends_as_cancelled,
		pthread_exit_runs_the_deferred_calls,
		a_call_run_by_an_exit_may_exit,
		goexit_does_not_run_finished_frames_again,
		a_cleanup_handler_may_defer_after_goexit,
		cleanup_handlers_and_frames_run_innermost_first,
		a_cancel_in_a_call_of_a_panic_ends_the_panic,
		a_cancel_in_a_call_at_return_runs_the_calls_left,
		a_landed_frame_is_unwound_like_any_other,
		a_call_run_by_a_cancel_may_panic_and_recover,
		a_cancelled_deferproc_is_fatal);
}
