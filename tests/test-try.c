/* SPDX-License-Identifier: MIT */
/* test-try.c - panic_try, the protected call, and threads under it.  Compiled
 * with -fexceptions, for the exits that unwind. */

#include "check.h"

#include <errno.h>

static int bad_text(const void *data, char *buf, size_t size)
{
	(void)data;
	(void)buf;
	(void)size;
	panic("no text");
}

static void release(void *data)
{
	note("released %d", *(int *)data);
}

static const struct panic_type number = { "number", NULL, release };
static const struct panic_type textless = { "textless", bad_text, NULL };

static int seven = 7;

/* Notes what panic_try() returned, and ends it. */
static void result(struct panic *p)
{
	note("[%s]", p ? panic_message(p) : "null");
	panic_free(p);
}

static void returns(void *word)
{
	defer_frame();
	defer(say, "deferred");
	note("%s", (const char *)word);
}

START_TEST(try_returns_null_after_a_return)
{
	result(panic_try(returns, "word"));
	ck_assert_str_eq(trace, "word deferred [null]");
}
END_TEST

static void fails(void *word)
{
	defer_frame();
	defer(say, "deferred");
	errno = ENOENT;
	panic_errno("%s", (const char *)word);
}

START_TEST(try_returns_the_panic)
{
	struct panic *p = panic_try(fails, "word");

	note("%s %d %s %d", panic_message(p), panic_errnum(p) == ENOENT,
		panic_function(p), panic_current() == NULL);
	panic_free(p);
	ck_assert_str_eq(trace,
		"deferred word: No such file or directory 1 fails 1");
}
END_TEST

static void recovers(void *unused)
{
	recover_frame(note("landed"); return);
	defer(rescue, unused);
	panic("inner");
}

START_TEST(a_panic_that_was_recovered_is_none)
{
	result(panic_try(recovers, NULL));
	ck_assert_str_eq(trace, "[inner] landed [null]");
}
END_TEST

static void raise_number(void *unused)
{
	(void)unused;
	panic_value(&number, &seven);
}

START_TEST(the_value_is_the_callers)
{
	struct panic *p = panic_try(raise_number, NULL);

	note("%d", panic_data(p, &number) == &seven);
	panic_free(p);
	ck_assert_str_eq(trace, "1 released 7");
}
END_TEST

static void tries_and_repanics(void *unused)
{
	(void)unused;
	repanic(panic_try(raise_number, NULL));
}

START_TEST(what_was_caught_may_go_on)
{
	struct panic *p = panic_try(tries_and_repanics, NULL);

	note("%s %d", panic_function(p), panic_data(p, &number) == &seven);
	panic_free(p);
	ck_assert_str_eq(trace, "raise_number 1 released 7");
}
END_TEST

static void tries_in_a_deferred_call(void *unused)
{
	(void)unused;
	result(panic_try(returns, "good"));
	result(panic_try(raise_text, "inner"));
}

static void cleans_up(void *unused)
{
	(void)unused;
	defer_frame();
	defer(tries_in_a_deferred_call, NULL);
	panic("outer");
}

START_TEST(a_try_in_a_deferred_call_leaves_the_older_panic)
{
	result(panic_try(cleans_up, NULL));
	ck_assert_str_eq(trace, "good deferred [null] [inner] [outer]");
}
END_TEST

static void goexits(void *unused)
{
	(void)unused;
	goexit();
}

static void exits(void *unused)
{
	(void)unused;
	pthread_exit(NULL);
}

static void is_cancelled(void *unused)
{
	(void)unused;
	pthread_cancel(pthread_self());
	pthread_testcancel();
}

/* What ends its thread. */
static void (*last)(void *);

static void tries_it(void)
{
	defer_frame();
	defer(say, "older");
	result(panic_try(last, NULL));
}

START_TEST(the_end_of_the_thread_goes_through)
{
	static void (*const ends[])(void *) = { goexits, exits, is_cancelled };

	for (int i = 0; i < 3; i++) {
		last = ends[i];
		in_thread(tries_it);
	}
	ck_assert_str_eq(trace, "older older older");
}
END_TEST

static void raise_textless(void *unused)
{
	(void)unused;
	panic_value(&textless, NULL);
}

static void tries_textless(void *unused)
{
	(void)unused;
	result(panic_try(raise_textless, NULL));
	note("not reached");
}

START_TEST(a_panic_of_the_text_goes_on)
{
	result(panic_try(tries_textless, NULL));
	ck_assert_str_eq(trace, "[no text]");
}
END_TEST

static void fail_silently(void *unused)
{
	(void)unused;
	panic("boom");
}

START_TEST(tries_may_follow_one_another)
{
	int caught = 0;

	for (int i = 0; i < 1000; i++) {
		struct panic *p = panic_try(i % 2 ? count : fail_silently,
			&caught);

		caught += p != NULL;
		panic_free(p);
	}
	ck_assert_int_eq(caught, 1000);
}
END_TEST

/* Threads. */

static void *adds_one(void *n)
{
	return (void *)((intptr_t)n + 1);
}

static void *raises(void *unused)
{
	raise_number(unused);
	return unused;
}

/* Joins a thread of fn and notes what it says. */
static void join(void *(*fn)(void *), void *arg)
{
	struct panic *p = NULL;
	struct panic_thread t;
	void *result = &t;

	ck_assert_int_eq(panic_thread_create(&t, NULL, fn, arg), 0);
	ck_assert_int_eq(panic_thread_join(&t, &result, &p), 0);
	note("%d %s", (int)(intptr_t)result, p ? panic_function(p) : "null");
	panic_free(p);
}

START_TEST(a_thread_returns_its_result)
{
	join(adds_one, (void *)4);
	ck_assert_str_eq(trace, "5 null");
}
END_TEST

START_TEST(a_threads_panic_is_a_result)
{
	join(raises, (void *)4);
	ck_assert_str_eq(trace, "0 raise_number released 7");
}
END_TEST

static void *exits_with_six(void *unused)
{
	(void)unused;
	pthread_exit((void *)6);
}

static void *cancels_itself(void *unused)
{
	is_cancelled(unused);
	return unused;
}

static void *goes(void *unused)
{
	goexits(unused);
	return unused;
}

START_TEST(a_thread_may_end_otherwise)
{
	char cancelled[64];

	snprintf(cancelled, sizeof cancelled, "6 null 0 null %d null",
		(int)(intptr_t)PTHREAD_CANCELED);
	join(exits_with_six, NULL);
	join(goes, (void *)4);
	join(cancels_itself, NULL);
	ck_assert_str_eq(trace, cancelled);
}
END_TEST

static void joins_without_a_place(void *unused)
{
	struct panic_thread t;

	(void)unused;
	if (panic_thread_create(&t, NULL, raises, NULL) == 0)
		panic_thread_join(&t, NULL, NULL);
	note("not reached");
}

START_TEST(without_a_place_the_panic_goes_on_in_who_joins)
{
	struct panic *p = panic_try(joins_without_a_place, NULL);

	note("%s %d", panic_function(p), panic_data(p, &number) == &seven);
	panic_free(p);
	ck_assert_str_eq(trace, "raise_number 1 released 7");
}
END_TEST

START_TEST(a_detached_thread_is_refused)
{
	struct panic_thread t;
	pthread_attr_t attr;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	ck_assert_int_eq(panic_thread_create(&t, &attr, raises, NULL), EINVAL);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_JOINABLE);
	ck_assert_int_eq(panic_thread_create(&t, &attr, adds_one, NULL), 0);
	ck_assert_int_eq(panic_thread_join(&t, NULL, NULL), 0);
	pthread_attr_destroy(&attr);
}
END_TEST

/* In the thread's own record id may not be there yet. */
static void *joins_itself(void *unused)
{
	struct panic_thread self = { .id = pthread_self() };

	(void)unused;
	return (void *)(intptr_t)panic_thread_join(&self, NULL, NULL);
}

START_TEST(what_pthread_join_says_is_returned)
{
	struct panic_thread t;
	void *result;

	if (UNDER_TSAN) {
		LEFT_OUT("TSan ends who joins itself");
		return;
	}
	ck_assert_int_eq(panic_thread_create(&t, NULL, joins_itself, NULL), 0);
	ck_assert_int_eq(panic_thread_join(&t, &result, NULL), 0);
	ck_assert_int_eq((int)(intptr_t)result, EDEADLK);
}
END_TEST

enum { POOL = 8 };

START_TEST(a_pool_survives_its_jobs)
{
	struct panic_thread t[POOL];
	int panics = 0;

	for (int i = 0; i < POOL; i++)
		ck_assert_int_eq(panic_thread_create(&t[i], NULL,
			i % 2 ? adds_one : raises, NULL), 0);
	for (int i = 0; i < POOL; i++) {
		struct panic *p;

		ck_assert_int_eq(panic_thread_join(&t[i], NULL, &p), 0);
		panics += p != NULL;
		panic_free(p);
	}
	ck_assert_int_eq(panics, POOL / 2);
}
END_TEST

int main(void)
{
	return RUN_TESTS("try",
		try_returns_null_after_a_return,
		try_returns_the_panic,
		a_panic_that_was_recovered_is_none,
		the_value_is_the_callers,
		what_was_caught_may_go_on,
		a_try_in_a_deferred_call_leaves_the_older_panic,
		the_end_of_the_thread_goes_through,
		a_panic_of_the_text_goes_on,
		tries_may_follow_one_another,
		a_thread_returns_its_result,
		a_threads_panic_is_a_result,
		a_thread_may_end_otherwise,
		without_a_place_the_panic_goes_on_in_who_joins,
		a_detached_thread_is_refused,
		what_pthread_join_says_is_returned,
		a_pool_survives_its_jobs);
}
