/* SPDX-License-Identifier: MIT */
/* test-value.c - panic_value, what is released when, panic_take (D2, D5,
 * D18, S37). */

#include "check.h"

#include <errno.h>

static int text_of(const void *data, char *buf, size_t size)
{
	return snprintf(buf, size, "number %d", *(const int *)data);
}

static void released(void *data)
{
	note("released %d", *(int *)data);
}

static const struct panic_type number = { "number", text_of, released };
static const struct panic_type plain = { "plain", NULL, NULL };

static int one = 1, two = 2;

static void say_value(void *data)
{
	const struct panic *p = recover();

	note("[%s] %s %s", panic_message(p),
		panic_typeof(p) == &number ? "number" : "other",
		panic_data(p, &number) == data ? "same" : "different");
}

START_TEST(a_value_keeps_its_type_and_identity)	/* S37 */
{
	{
		recover_frame(goto end);
		defer(say, "older");
		defer(say_value, &one);
		panic_value(&number, &one);
	}
end:
	ck_assert_str_eq(trace, "[number 1] number same released 1 older");
}
END_TEST

static void ask_for_another_type(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	note("%s %s", panic_data(p, &plain) ? "data" : "null",
		panic_data(p, NULL) ? "data" : "null");
}

START_TEST(data_is_given_only_for_its_own_type)
{
	{
		recover_frame(goto end);
		defer(ask_for_another_type, NULL);
		panic_value(&number, &one);
	}
end:
	ck_assert_str_eq(trace, "null null released 1");
}
END_TEST

static void ask_a_message(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	note("%s %s %d", panic_typeof(p) ? "type" : "null",
		panic_data(p, NULL) ? "data" : "null", panic_errnum(p));
}

START_TEST(a_message_has_neither_type_nor_data_nor_errno)
{
	errno = EBADF;
	{
		recover_frame(goto end);
		defer(ask_a_message, NULL);
		panic("boom");
	}
end:
	ck_assert_str_eq(trace, "null null 0");
}
END_TEST

START_TEST(null_data_is_an_ordinary_value)	/* D2 */
{
	{
		recover_frame(goto end);
		defer(rescue, NULL);
		panic_value(&plain, NULL);
	}
end:
	ck_assert_str_eq(trace, "[(plain) 0x0]");
}
END_TEST

START_TEST(a_null_type_is_a_nil_panic)	/* D2 */
{
	{
		recover_frame(goto end);
		defer(rescue, NULL);
		panic_value(NULL, &one);
	}
end:
	ck_assert_str_eq(trace, "[panic called with nil argument]");
}
END_TEST

START_TEST(a_type_without_text_prints_name_and_address)	/* D18, S125 */
{
	char want[64];

	snprintf(want, sizeof want, "[(plain) %p]", (void *)&one);
	{
		recover_frame(goto end);
		defer(rescue, NULL);
		panic_value(&plain, &one);
	}
end:
	ck_assert_str_eq(trace, want);
}
END_TEST

static int xs(const void *data, char *buf, size_t size)
{
	static char text[2000];
	int len = *(const int *)data;

	if (len < 0)
		return -1;
	memset(text, 'x', sizeof text);
	return snprintf(buf, size, "%.*s", len, text);
}

static void check_xs(void *data)
{
	int len = *(int *)data;
	const char *s = panic_message(recover());

	note(strspn(s, "x") == (size_t)len && !s[len] ? "whole" : "broken");
}

START_TEST(a_text_of_any_length_arrives_whole)
{
	static const struct panic_type type = { "xs", xs, NULL };
	static int lengths[] = { 0, 198, 199, 200, 201, 1999 };

	for (int i = 0; i < 6; i++) {
		recover_frame(continue);
		defer(check_xs, &lengths[i]);
		panic_value(&type, &lengths[i]);
	}
	ck_assert_str_eq(trace, "whole whole whole whole whole whole");
}
END_TEST

START_TEST(a_text_function_that_fails_leaves_the_name)
{
	static const struct panic_type type = { "xs", xs, NULL };
	static int negative = -1;

	{
		recover_frame(goto end);
		defer(rescue, NULL);
		panic_value(&type, &negative);
	}
end:
	ck_assert_str_eq(trace, "[(xs)]");
}
END_TEST

static int text_with_frames(const void *data, char *buf, size_t size)
{
	(void)data;
	recover_frame(return snprintf(buf, size, "text recovered"));
	defer(rescue, NULL);
	panic("in text");
}

START_TEST(a_text_function_may_defer_and_recover)
{
	static const struct panic_type type = { "t", text_with_frames, NULL };

	{
		recover_frame(goto end);
		defer(rescue, NULL);
		panic_value(&type, &one);
	}
end:
	ck_assert_str_eq(trace, "[in text] [text recovered]");
}
END_TEST

static void rescue_long(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	defer_frame();
	defer(say, "still in the call");
	note("[%s]", panic_message(p));
}

START_TEST(data_is_released_when_the_call_has_returned)	/* D5, D18 */
{
	{
		recover_frame(goto end);
		defer(say, "older");
		defer(rescue_long, NULL);
		panic_value(&number, &one);
	}
end:
	note("landed");
	ck_assert_str_eq(trace, "[number 1] still in the call released 1 "
		"older landed");
}
END_TEST

static void raise_number(void *n)
{
	panic_value(&number, n);
}

START_TEST(an_aborted_panics_data_is_released_when_dropped)	/* D18 */
{
	{
		recover_frame(goto end);
		defer(say, "oldest");
		defer(rescue, NULL);
		defer(say, "older");
		defer(raise_number, &two);
		panic_value(&number, &one);
	}
end:
	ck_assert_str_eq(trace,
		"older [number 2] released 2 released 1 oldest");
}
END_TEST

static void exits(void *unused)
{
	(void)unused;
	goexit();
}

static void value_cancelled_by_goexit(void)
{
	recover_frame(return);
	defer(say, "older");
	defer(exits, NULL);
	panic_value(&number, &one);
}

START_TEST(a_value_that_goexit_cancels_is_released)	/* D5 */
{
	in_thread(value_cancelled_by_goexit);
	ck_assert_str_eq(trace, "older released 1");
}
END_TEST

static void repanics(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	note("[%s]", panic_message(p));
	repanic(p);
}

START_TEST(a_repanicked_value_is_the_same_and_released_once)	/* D18 */
{
	{
		recover_frame(goto end);
		defer(say_value, &one);
		defer(repanics, NULL);
		panic_value(&number, &one);
	}
end:
	ck_assert_str_eq(trace,
		"[number 1] [number 1] number same released 1");
}
END_TEST

static void repanics_inside(void *unused)
{
	const struct panic *const volatile p = recover();

	(void)unused;
	{
		recover_frame(goto stopped);
		defer(rescue, NULL);
		repanic(p);
	}
stopped:
	note("stopped [%s]", panic_message(p));
}

/* D18 */
START_TEST(a_repanic_stopped_within_the_call_gives_the_value_back)
{
	{
		recover_frame(goto end);
		defer(repanics_inside, NULL);
		panic_value(&number, &one);
	}
end:
	ck_assert_str_eq(trace,
		"[number 1] stopped [number 1] released 1");
}
END_TEST

static void raise_release(void *data)
{
	note("released %d", *(int *)data);
	panic("release");
}

START_TEST(a_release_that_panics_finds_the_chains_in_order)
{
	static const struct panic_type type = { "r", text_of, raise_release };

	{
		recover_frame(goto end);
		defer(say, "oldest");
		defer(rescue, NULL);
		defer(rescue, NULL);
		panic_value(&type, &one);
	}
end:
	ck_assert_str_eq(trace, "[number 1] released 1 [release] oldest");
}
END_TEST

int main(void)
{
	return RUN_TESTS("value",
		a_value_keeps_its_type_and_identity,
		data_is_given_only_for_its_own_type,
		a_message_has_neither_type_nor_data_nor_errno,
		null_data_is_an_ordinary_value,
		a_null_type_is_a_nil_panic,
		a_type_without_text_prints_name_and_address,
		a_text_of_any_length_arrives_whole,
		a_text_function_that_fails_leaves_the_name,
		a_text_function_may_defer_and_recover,
		data_is_released_when_the_call_has_returned,
		an_aborted_panics_data_is_released_when_dropped,
		a_value_that_goexit_cancels_is_released,
		a_repanicked_value_is_the_same_and_released_once,
		a_repanic_stopped_within_the_call_gives_the_value_back,
		a_release_that_panics_finds_the_chains_in_order);
}
