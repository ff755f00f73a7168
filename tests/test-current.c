/* SPDX-License-Identifier: MIT */
/* test-current.c - panic_current and recover_if: a deferred call looks at the
 * panic before it stops it, or does not. */

#include "check.h"

static void release(void *data)
{
	note("released %d", *(int *)data);
}

static const struct panic_type mine = { "mine", NULL, release };
static const struct panic_type other = { "other", NULL, NULL };

static int seven = 7;

static const char *message(const struct panic *p)
{
	return p ? panic_message(p) : "null";
}

static void look(void *unused)
{
	(void)unused;
	note("<%s>", message(panic_current()));
}

static void raise_mine(void *unused)
{
	(void)unused;
	panic_value(&mine, &seven);
}

static void raise_other(void *unused)
{
	(void)unused;
	panic_value(&other, NULL);
}

static void raise_boom(void *unused)
{
	(void)unused;
	panic("boom");
}

/* Defers fn for what raise panics with, and rescue() below it. */
static void under(void (*raise)(void *), void (*fn)(void *))
{
	recover_frame(return);
	defer(rescue, NULL);
	defer(fn, NULL);
	raise(NULL);
}

START_TEST(without_a_panic_there_is_none)
{
	look(NULL);
	{
		defer_frame();
		defer(look, NULL);
	}
	ck_assert_str_eq(trace, "<null> <null>");
}
END_TEST

START_TEST(a_panic_that_is_looked_at_goes_on)
{
	under(raise_boom, look);
	ck_assert_str_eq(trace, "<boom> [boom]");
}
END_TEST

static void looks_and_recovers(void *unused)
{
	const struct panic *p = panic_current(), *q = recover();

	(void)unused;
	note("%d <%s> <%s>", p == q, message(q), message(panic_current()));
}

START_TEST(recover_stops_what_was_looked_at)
{
	under(raise_boom, looks_and_recovers);
	ck_assert_str_eq(trace, "1 <boom> <null> [null]");
}
END_TEST

static void asks_a_helper(void *unused)
{
	look(unused);
	note("asked");
}

static void leaves_a_frame(void *unused)
{
	(void)unused;
	defer_frame();
	defer(look, NULL);
	note("opened");
}

START_TEST(a_frame_of_the_deferred_call_has_not_failed)
{
	under(raise_boom, asks_a_helper);
	under(raise_boom, leaves_a_frame);
	ck_assert_str_eq(trace,
		"<null> asked [boom] opened <null> [boom]");
}
END_TEST

static void fails_in_a_call(void *unused)
{
	(void)unused;
	under(raise_mine, look);
	note("<%s>", message(panic_current()));
}

START_TEST(the_newest_panic_counts_and_then_the_older)
{
	under(raise_boom, fails_in_a_call);
	note("%d", strncmp(trace, "<(mine) 0x", 10));
	ck_assert_str_eq(strstr(trace, "released"),
		"released 7 <boom> [boom] 0");
}
END_TEST

static void no_landing(void)
{
	defer_frame();
	defer(look, NULL);
	panic("boom");
}

static void call_no_landing(void *unused)
{
	(void)unused;
	no_landing();
}

START_TEST(a_frame_without_a_landing_sees_it_too)
{
	under(call_no_landing, look);
	ck_assert_str_eq(trace, "<boom> <boom> [boom]");
}
END_TEST

static void goexits(void)
{
	defer_frame();
	defer(look, NULL);
	goexit();
}

START_TEST(a_goexit_is_no_panic)
{
	in_thread(goexits);
	ck_assert_str_eq(trace, "<null>");
}
END_TEST

/* A deferproc() and a type of function that is called by way of another. */
static int close_looking(int fd)
{
	note("%d<%s>", fd, message(panic_current()));
	return 0;
}

static void by_proc(void)
{
	if (deferproc(close_looking, 3))
		goto out;
	panic("boom");
out:
	deferreturn();
}

static void call_by_proc(void *unused)
{
	(void)unused;
	by_proc();
}

START_TEST(a_call_of_any_type_and_layer_sees_it)
{
	under(call_by_proc, look);
	ck_assert_str_eq(trace, "3<boom> <boom> [boom]");
}
END_TEST

static void only_mine(void *unused)
{
	const struct panic *p = recover_if(&mine);

	(void)unused;
	note(p ? "mine %d" : "not mine", p ? *(int *)panic_data(p, &mine) : 0);
}

START_TEST(recover_if_stops_its_type)
{
	under(raise_mine, only_mine);
	ck_assert_str_eq(trace, "mine 7 released 7 [null]");
}
END_TEST

static void rescue_type(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	note("[%s]", !p ? "null" : panic_typeof(p) ? panic_typeof(p)->name :
		panic_message(p));
}

static void both(void (*raise)(void *))
{
	recover_frame(return);
	defer(rescue_type, NULL);
	defer(only_mine, NULL);
	raise(NULL);
}

START_TEST(recover_if_lets_others_pass)
{
	both(raise_other);
	both(raise_boom);
	ck_assert_str_eq(trace, "not mine [other] not mine [boom]");
}
END_TEST

static void only_messages(void *unused)
{
	const struct panic *p = recover_if(NULL);

	(void)unused;
	note("<%s>", message(p));
}

static void messages(void (*raise)(void *))
{
	recover_frame(return);
	defer(rescue_type, NULL);
	defer(only_messages, NULL);
	raise(NULL);
}

START_TEST(recover_if_null_stops_messages)
{
	messages(raise_other);
	messages(raise_boom);
	ck_assert_str_eq(trace, "<null> [other] <boom> [null]");
}
END_TEST

static void asks_for_mine(void *unused)
{
	only_mine(unused);
	note("asked");
}

START_TEST(recover_if_in_a_helper_returns_null)
{
	under(raise_mine, asks_for_mine);
	ck_assert_ptr_nonnull(strstr(trace, "not mine asked [(mine) 0x"));
}
END_TEST

static void in_vain(void)
{
	defer_frame();
	defer(only_mine, NULL);
	panic_value(&mine, &seven);
}

START_TEST(recover_if_without_a_landing_is_in_vain)
{
	ck_assert_ptr_nonnull(strstr(last_words(in_vain), "panic: (mine) 0x"));
	assert_told("recover() was called in vain at");
}
END_TEST

int main(void)
{
	return RUN_TESTS("current",
		without_a_panic_there_is_none,
		a_panic_that_is_looked_at_goes_on,
		recover_stops_what_was_looked_at,
		a_frame_of_the_deferred_call_has_not_failed,
		the_newest_panic_counts_and_then_the_older,
		a_frame_without_a_landing_sees_it_too,
		a_goexit_is_no_panic,
		a_call_of_any_type_and_layer_sees_it,
		recover_if_stops_its_type,
		recover_if_lets_others_pass,
		recover_if_null_stops_messages,
		recover_if_in_a_helper_returns_null,
		recover_if_without_a_landing_is_in_vain);
}
