/* SPDX-License-Identifier: MIT */
/* test-try.c - panic_try: the protected call.  Compiled with -fexceptions, for
 * the exits that unwind. */

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
		struct panic *p = panic_try(i % 2 ? count : fail_silently, &caught);

		caught += p != NULL;
		panic_free(p);
	}
	ck_assert_int_eq(caught, 1000);
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
		tries_may_follow_one_another);
}
