/* SPDX-License-Identifier: MIT */
/* test-panic.c - panic, panic_errno and repanic: what runs, in which order
 * (S19, S30 to S34, S63 to S74). */

#include "check.h"

#include <errno.h>

static void inner(void)
{
	defer_frame();
	defer(say, "i1");
	defer(say, "i2");
	panic("boom");
}

static void middle(void)
{
	defer_frame();
	defer(say, "m1");
	inner();
	note("not reached");
}

static void outer(void)
{
	recover_frame(return);
	defer(say, "o1");
	defer(rescue, NULL);
	defer(say, "o2");
	middle();
	note("not reached");
}

/* S31 */
START_TEST(a_panic_runs_the_calls_of_all_frames_innermost_first)
{
	outer();
	ck_assert_str_eq(trace, "i2 i1 m1 o2 [boom] o1");
}
END_TEST

static void reads_a_local(void *local)
{
	char here;

	note("%d %s", *(int *)local,
		(uintptr_t)&here < (uintptr_t)local ? "below" : "above");
}

static void panics_with_a_local(void)
{
	volatile int local = 42;

	defer_frame();
	defer(reads_a_local, (void *)&local);
	panic("boom");
}

static void panics_above(void)
{
	recover_frame(return);
	defer(rescue, NULL);
	panics_with_a_local();
}

START_TEST(deferred_calls_run_on_top_of_the_panicking_stack)	/* S32 */
{
	panics_above();
	ck_assert_str_eq(trace, "42 below [boom]");
}
END_TEST

#define RESCUED(...) do { \
	recover_frame(break); \
	defer(rescue, NULL); \
	__VA_ARGS__; \
} while (0)

START_TEST(the_message_is_formatted)
{
	RESCUED(panic("%s is %d", "six", 6));
	RESCUED(panic("plain"));
	RESCUED(panic("100 %%"));
	ck_assert_str_eq(trace, "[six is 6] [plain] [100 %]");
}
END_TEST

START_TEST(a_null_format_panics_with_its_own_message)	/* D2, S36 */
{
	RESCUED(panic(NULL));
	ck_assert_str_eq(trace, "[panic called with nil argument]");
}
END_TEST

static void check_length(void *n)
{
	const char *s = panic_message(recover());
	int len = *(int *)n;

	note(strspn(s, "x") == (size_t)len && s[len] == '\0' ? "whole" :
		"broken");
}

/* About the end of the panic's own buffer, and far beyond it. */
START_TEST(a_message_of_any_length_arrives_whole)
{
	static char text[5000];
	static int lengths[] = { 0, 1, 198, 199, 200, 201, 4999 };

	for (int i = 0; i < 7; i++) {
		memset(text, 'x', sizeof text);
		text[lengths[i]] = '\0';
		for (int format = 0; format < 2; format++) {
			recover_frame(continue);
			defer(check_length, &lengths[i]);
			if (format)
				panic("%s", text);
			PANIC(text, 0);
		}
	}
	ck_assert_str_eq(trace, "whole whole whole whole whole whole whole "
		"whole whole whole whole whole whole whole");
}
END_TEST

static void say_errno(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	note("%s (%d)", panic_message(p), panic_errnum(p) == ENOENT);
}

START_TEST(panic_errno_adds_the_text_and_keeps_the_number)
{
	{
		recover_frame(goto end);
		defer(say_errno, NULL);
		errno = ENOENT;
		panic_errno("open %s", "/x");
	}
end:
	ck_assert_str_eq(trace, "open /x: No such file or directory (1)");
}
END_TEST

START_TEST(panic_errno_of_a_long_message_arrives_whole)
{
	char want[600];

	snprintf(want, sizeof want, "[%0300d: %s] [%0190d: %s]", 7,
		strerror(ENOENT), 7, strerror(ENOENT));
	RESCUED(errno = ENOENT; panic_errno("%0300d", 7));
	RESCUED(errno = ENOENT; panic_errno("%0190d", 7));
	ck_assert_str_eq(trace, want);
}
END_TEST

static int origin_line;

static void say_origin(void *unused)
{
	const struct panic *p = recover();
	const char *slash = strrchr(panic_file(p), '/');

	(void)unused;
	note("%s %s %s", slash ? slash + 1 : panic_file(p), panic_function(p),
		panic_line(p) == origin_line ? "here" : "elsewhere");
}

static void origin(void)
{
	recover_frame(return);
	defer(say_origin, NULL);
	origin_line = __LINE__ + 1;
	panic("boom");
}

START_TEST(a_panic_knows_where_it_was_raised)
{
	origin();
	ck_assert_str_eq(trace, "test-panic.c origin here");
}
END_TEST

static void repanic_it(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	note("again");
	repanic(p);
}

static void repanics(void)
{
	defer_frame();
	defer(say, "older");
	{
		recover_frame(return);
		defer(repanic_it, NULL);
		origin_line = __LINE__ + 1;
		panic("boom");
	}
}

static void rescue_origin(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	note("[%s] %s %d", panic_message(p), panic_function(p),
		panic_line(p) == origin_line);
}

START_TEST(a_repanic_keeps_message_and_origin)
{
	{
		recover_frame(goto end);
		defer(rescue_origin, NULL);
		repanics();
	}
end:
	ck_assert_str_eq(trace, "again older [boom] repanics 1");
}
END_TEST

START_TEST(a_repanic_of_null_is_a_panic_of_its_own)	/* D2 */
{
	RESCUED(repanic(NULL));
	ck_assert_str_eq(trace, "[panic called with nil argument]");
}
END_TEST

static const char *raises_an_argument(void)
{
	panic("argument");
}

START_TEST(a_panic_in_the_argument_wins)	/* S30 */
{
	RESCUED(panic("%s", raises_an_argument()));
	ck_assert_str_eq(trace, "[argument]");
}
END_TEST

static void say_and_raise(void *text)
{
	note("raising");
	panic("%s", (char *)text);
}

static void returns_into_a_panic(void)
{
	recover_frame(return);
	defer(say, "oldest");
	defer(rescue, NULL);
	defer(say, "older");
	defer(say_and_raise, "late");
	defer(say, "newest");
	note("body");
}

START_TEST(a_panic_at_a_normal_exit_runs_the_calls_left)	/* S19 */
{
	returns_into_a_panic();
	ck_assert_str_eq(trace, "body newest raising older [late] oldest");
}
END_TEST

/* The block does not know how many calls it has. */
static void returns_from_a_loop_into_a_panic(void)
{
	recover_frame(return);
	defer(rescue, NULL);
	for (volatile int i = 0; i < 3; i++)
		defer(i == 1 ? say_and_raise : say, "late");
}

START_TEST(and_of_calls_deferred_in_a_loop)	/* S19 */
{
	returns_from_a_loop_into_a_panic();
	ck_assert_str_eq(trace, "late raising late [late]");
}
END_TEST

static void raises_and_defers(void *text)
{
	defer_frame();
	defer(say, "own");
	panic("%s", (char *)text);
}

START_TEST(a_panic_in_a_deferred_call_supersedes)	/* S63, S66, S68 */
{
	RESCUED(defer(say, "older"); defer(raises_and_defers, "p2");
		defer(say, "newer"); panic("p1"));
	ck_assert_str_eq(trace, "newer own older [p2]");
}
END_TEST

static void stops_its_own(void *text)
{
	recover_frame(return);
	defer(rescue, NULL);
	panic("%s", (char *)text);
}

START_TEST(a_panic_stopped_in_a_deferred_call_leaves_the_first)	/* S64 */
{
	RESCUED(defer(stops_its_own, "p2"); panic("p1"));
	ck_assert_str_eq(trace, "[p2] [p1]");
}
END_TEST

static void stops_its_own_and_then_the_first(void *text)
{
	stops_its_own(text);
	rescue(NULL);	/* a helper: stops nothing */
	note("[%s]", panic_message(recover()));
}

/* S65 */
START_TEST(a_deferred_call_can_stop_its_own_panic_and_the_first)
{
	RESCUED(defer(stops_its_own_and_then_the_first, "p2"); panic("p1"));
	ck_assert_str_eq(trace, "[p2] [null] [p1] [null]");
}
END_TEST

static void raise_two(void *unused)
{
	(void)unused;
	recover_frame(return);
	defer(rescue, NULL);
	defer(raise_text, "p3");
	panic("p2");
}

START_TEST(three_panics_deep_only_the_newest_is_seen)	/* S41, S67 */
{
	RESCUED(defer(raise_two, NULL); panic("p1"));
	ck_assert_str_eq(trace, "[p3] [p1]");
}
END_TEST

START_TEST(an_aborted_panic_never_comes_back)	/* S66, S67 */
{
	RESCUED(defer(rescue, NULL); defer(raise_text, "p2"); panic("p1"));
	ck_assert_str_eq(trace, "[p2] [null]");
}
END_TEST

static void raise_next(void *n)
{
	const struct panic *p = recover();

	note("%s", panic_message(p));
	panic("%d", (int)(intptr_t)n);
}

START_TEST(each_call_recovers_one_and_raises_the_next)	/* S69, S71 */
{
	RESCUED(for (intptr_t i = 5; i > 0; i--)
			defer(raise_next, (void *)i);
		panic("0"));
	ck_assert_str_eq(trace, "0 1 2 3 4 [5]");
}
END_TEST

START_TEST(a_thousand_panics_supersede_one_another)	/* S22 */
{
	RESCUED(for (int i = 0; i < 1000; i++)
			defer(raise_text, i ? "more" : "last");
		panic("first"));
	ck_assert_str_eq(trace, "[last]");
}
END_TEST

static void say_chain(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	for (; p; p = panic_under(p))
		note("%s", panic_message(p));
}

static void raise_under(void *text)
{
	defer_frame();
	defer(raise_text, text);
	panic("p2");
}

START_TEST(panic_under_tells_the_panics_below)
{
	{
		recover_frame(goto end);
		defer(say_chain, NULL);
		defer(raise_under, "p3");
		panic("p1");
	}
end:
	ck_assert_str_eq(trace, "p3 p2 p1");
}
END_TEST

static int compare(const void *a, const void *b)
{
	(void)a;
	(void)b;
	panic("compared");
}

START_TEST(a_panic_crosses_frames_of_foreign_code)	/* S133 */
{
	int n[8] = { 8, 7, 6, 5, 4, 3, 2, 1 };

	RESCUED(qsort(n, 8, sizeof *n, compare));
	ck_assert_str_eq(trace, "[compared]");
}
END_TEST

/* The compiler must not know that all this ends in a panic. */
static volatile int panics_below = 1;

static NOINLINE int plain(int depth)
{
	if (depth == 0 && panics_below)
		panic("deep");
	if (depth == 0)
		return 0;
	return plain(depth - 1) + 1;
}

static int counted;

static NOINLINE int deferring(int depth)
{
	defer_frame();
	defer(count, &counted);
	if (depth == 0 && panics_below)
		panic("deep");
	if (depth == 0)
		return 0;
	return deferring(depth - 1) + 1;
}

START_TEST(a_panic_crosses_thousands_of_frames)	/* S22 */
{
	RESCUED(plain(5000));
	counted = 0;
	RESCUED(deferring(5000));
	ck_assert_str_eq(trace, "[deep] [deep]");
	ck_assert_int_eq(counted, 5001);
}
END_TEST

int main(void)
{
	return RUN_TESTS("panic",
		a_panic_runs_the_calls_of_all_frames_innermost_first,
		deferred_calls_run_on_top_of_the_panicking_stack,
		the_message_is_formatted,
		a_null_format_panics_with_its_own_message,
		a_message_of_any_length_arrives_whole,
		panic_errno_adds_the_text_and_keeps_the_number,
		panic_errno_of_a_long_message_arrives_whole,
		a_panic_knows_where_it_was_raised,
		a_repanic_keeps_message_and_origin,
		a_repanic_of_null_is_a_panic_of_its_own,
		a_panic_in_the_argument_wins,
		a_panic_at_a_normal_exit_runs_the_calls_left,
		and_of_calls_deferred_in_a_loop,
		a_panic_in_a_deferred_call_supersedes,
		a_panic_stopped_in_a_deferred_call_leaves_the_first,
		a_deferred_call_can_stop_its_own_panic_and_the_first,
		three_panics_deep_only_the_newest_is_seen,
		an_aborted_panic_never_comes_back,
		each_call_recovers_one_and_raises_the_next,
		a_thousand_panics_supersede_one_another,
		panic_under_tells_the_panics_below,
		a_panic_crosses_frames_of_foreign_code,
		a_panic_crosses_thousands_of_frames);
}
