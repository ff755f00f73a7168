/* SPDX-License-Identifier: MIT */
/* test-cleanup.c - handlers of pthread_cleanup_push() around landings, in code
 * that nothing unwinds.  Compiled without -fexceptions. */

#include "check.h"

/* What was there is gone. */
NOINLINE static void overwrite(void)
{
	char much[8192];

	memset(much, 0x5a, sizeof much);
	__asm__ volatile ("" : : "r" (much) : "memory");
}

NOINLINE static void panics_under_a_handler(void)
{
	pthread_cleanup_push(say, "dropped");
	panic("x");
	pthread_cleanup_pop(0);
}

NOINLINE static void recovers(void)
{
	recover_frame(return);
	defer(rescue, NULL);
	panics_under_a_handler();
}

NOINLINE static void recovers_by_deferproc(void)
{
	if (deferproc(rescue, NULL))
		goto epilogue;
	panics_under_a_handler();
epilogue:
	deferreturn();
}

static void leave_name(const char **name)
{
	note("~%s", *name);
}

NOINLINE static void panics_with_a_cleanup(void)
{
	const char *name __attribute__((cleanup(leave_name))) = "left out";

	(void)name;
	panics_under_a_handler();
}

static void rescue_and_unwind(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	ck_assert_int_eq(panic_unwind(p), 0);
	note("[%s]", panic_message(p));
}

NOINLINE static void recovers_and_unwinds(void)
{
	recover_frame(return);
	defer(rescue_and_unwind, NULL);
	panics_with_a_cleanup();
}

START_TEST(panic_unwind_finds_nothing_here)
{
	recovers_and_unwinds();
	ck_assert_str_eq(trace, "[x]");
}
END_TEST

static void cancel(void)
{
	pthread_cancel(pthread_self());
	pthread_testcancel();
}

static void leave(void)
{
	pthread_exit(NULL);
}

static void (*land)(void) = recovers;
static void (*end)(void) = panic_goexit;

static void lands_and_ends(void)
{
	land();
	overwrite();
	end();
}

static void lands_under_a_handler(void)
{
	pthread_cleanup_push(say, "live");
	lands_and_ends();
	pthread_cleanup_pop(0);
}

static void with_each_end(void (*fn)(void), const char *expected)
{
	void (*const ends[])(void) = { panic_goexit, leave, cancel };
	void (*const lands[])(void) = { recovers, recovers_by_deferproc };

	for (int i = 0; i < 6; i++) {
		forget();
		land = lands[i % 2];
		end = ends[i / 2];
		in_thread(fn);
		ck_assert_str_eq(trace, expected);
	}
}

START_TEST(a_thread_ends_after_a_landing_dropped_handlers)
{
	with_each_end(lands_and_ends, "[x]");
}
END_TEST

START_TEST(a_live_handler_runs_after_a_landing)
{
	with_each_end(lands_under_a_handler, "[x] live");
}
END_TEST

/* The handler's buffer and the frame are in one function. */
static void lands_beside_a_handler(void)
{
	pthread_cleanup_push(say, "live");
	{
		recover_frame(goto landed);
		defer(rescue, NULL);
		panics_under_a_handler();
	}
landed:
	overwrite();
	end();
	pthread_cleanup_pop(0);
}

START_TEST(a_live_handler_of_the_landings_function_runs)
{
	with_each_end(lands_beside_a_handler, "[x] live");
}
END_TEST

static void panics_in_a_call(void *unused)
{
	(void)unused;
	panics_under_a_handler();
}

static void goexits(void)
{
	defer_frame();
	defer(say, "older");
	{
		recover_frame(return);
		defer(rescue, NULL);
		defer(panics_in_a_call, NULL);
		goexit();
	}
}

START_TEST(a_goexit_that_goes_on_drops_handlers)
{
	in_thread(goexits);
	ck_assert_str_eq(trace, "[x] older");
}
END_TEST

int main(void)
{
	return RUN_TESTS("cleanup",
		panic_unwind_finds_nothing_here,
		a_thread_ends_after_a_landing_dropped_handlers,
		a_live_handler_runs_after_a_landing,
		a_live_handler_of_the_landings_function_runs,
		a_goexit_that_goes_on_drops_handlers);
}
