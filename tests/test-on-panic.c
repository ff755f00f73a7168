/* SPDX-License-Identifier: MIT */
/* test-on-panic.c - defer_on_panic: calls that run only when a panic or a
 * goexit leaves the block. */

#include "check.h"

/* What a function does at its end. */
enum end { RETURN, PANIC_OUT, EXIT };

static enum end ending;

static void end(void)
{
	if (ending == PANIC_OUT)
		panic("x");
	if (ending == EXIT)
		goexit();
}

static void few(void)
{
	recover_frame(return);
	defer(say, "oldest");
	defer_on_panic(say, "undo1");
	defer(rescue, NULL);
	defer_on_panic(say, "undo2");
	defer(say, "newest");
	end();
}

/* The compiler does not know which calls there are. */
static void some(void)
{
	recover_frame(return);
	for (int i = 0; i < 2; i++) {
		defer_on_panic(say, "undo");
		defer(i ? rescue : say, "call");
	}
	end();
}

/* Beyond the slots. */
static void many(void)
{
	recover_frame(return);
	defer_on_panic(say, "undo");
	defer(rescue, NULL);
	for (int i = 0; i < 6; i++)
		defer(say, "o");
	defer_on_panic(say, "undo9");
	defer_on_panic(say, "undo10");
	defer(say, "eleventh");
	end();
}

static void only(void)
{
	defer_frame();
	defer_on_panic(say, "undo");
	end();
}

static void only_recovered(void)
{
	recover_frame(return);
	defer(rescue, NULL);
	only();
}

static const char *traced(void (*fn)(void), enum end how)
{
	forget();
	ending = how;
	in_thread(fn);
	return trace;
}

START_TEST(without_a_panic_they_do_not_run)
{
	ck_assert_str_eq(traced(few, RETURN),
		"newest [null] oldest returned");
	ck_assert_str_eq(traced(some, RETURN), "[null] call returned");
	ck_assert_str_eq(traced(many, RETURN),
		"eleventh o o o o o o [null] returned");
	ck_assert_str_eq(traced(only_recovered, RETURN), "[null] returned");
}
END_TEST

/* Those that are older than the call that recovers, too. */
START_TEST(a_panic_runs_them_recovered_or_not)
{
	ck_assert_str_eq(traced(few, PANIC_OUT),
		"newest undo2 [x] undo1 oldest returned");
	ck_assert_str_eq(traced(some, PANIC_OUT),
		"[x] undo call undo returned");
	ck_assert_str_eq(traced(many, PANIC_OUT), "eleventh undo10 undo9 "
		"o o o o o o [x] undo returned");
	ck_assert_str_eq(traced(only_recovered, PANIC_OUT),
		"undo [x] returned");
}
END_TEST

START_TEST(a_goexit_runs_them)
{
	ck_assert_str_eq(traced(few, EXIT),
		"newest undo2 [null] undo1 oldest");
	ck_assert_str_eq(traced(many, EXIT),
		"eleventh undo10 undo9 o o o o o o [null] undo");
	ck_assert_str_eq(traced(only_recovered, EXIT), "undo [null]");
}
END_TEST

static void panic_in_a_call(void *unused)
{
	(void)unused;
	panic("call");
}

/* The block has come to its end, but is left by the panic of its last call. */
static void fails_late(void)
{
	recover_frame(return);
	defer(rescue, NULL);
	defer_on_panic(say, "undo");
	defer(panic_in_a_call, NULL);
}

START_TEST(a_panic_of_a_deferred_call_runs_the_older_ones)
{
	ck_assert_str_eq(traced(fails_late, RETURN), "undo [call] returned");
}
END_TEST

/* Open and empty again. */
static void retries(void)
{
	volatile int tries = 0;

	recover_frame(goto again);
again:
	defer(rescue, NULL);
	defer_on_panic(say, "undo");
	if (tries++ == 0)
		panic("x");
}

START_TEST(a_frame_that_is_open_again_forgets_the_panic)
{
	ck_assert_str_eq(traced(retries, RETURN), "undo [x] [null] returned");
}
END_TEST

static void null_function(void)
{
	recover_frame(return);
	defer(rescue, NULL);
	defer_on_panic((void (*)(void *))NULL, NULL);
	end();
}

START_TEST(a_null_function_is_due_with_a_panic_only)
{
	ck_assert_str_eq(traced(null_function, RETURN), "[null] returned");
	traced(null_function, PANIC_OUT);
	ck_assert_ptr_nonnull(strstr(trace, "nil pointer dereference"));
}
END_TEST

int main(void)
{
	return RUN_TESTS("on-panic",
		without_a_panic_they_do_not_run,
		a_panic_runs_them_recovered_or_not,
		a_goexit_runs_them,
		a_panic_of_a_deferred_call_runs_the_older_ones,
		a_frame_that_is_open_again_forgets_the_panic,
		a_null_function_is_due_with_a_panic_only);
}
