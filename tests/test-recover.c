/* SPDX-License-Identifier: MIT */
/* test-recover.c - which recover() counts (D3, S40 to S56), and what comes
 * after it (D12, D21, S57 to S62). */

#include "check.h"

#include <alloca.h>

/* Runs fn(NULL) deferred, for the panic "boom", over a call that recovers
 * what is left. */
static void under_boom(void (*fn)(void *))
{
	recover_frame(return);
	defer(rescue, NULL);
	defer(fn, NULL);
	panic("boom");
}

START_TEST(recover_without_a_panic_returns_null)	/* S51 */
{
	note("%s", recover() ? "stopped" : "null");
	rescue(NULL);
	{
		recover_frame(goto end);
		defer(rescue, NULL);
		rescue(NULL);
	}
end:
	ck_assert_str_eq(trace, "null [null] [null] [null]");
}
END_TEST

START_TEST(recover_in_the_deferred_function_stops_the_panic)	/* S40 */
{
	under_boom(rescue);
	ck_assert_str_eq(trace, "[boom] [null]");
}
END_TEST

static void rescue_twice(void *unused)
{
	const struct panic *p = recover(), *q = recover();

	(void)unused;
	note("[%s] %s", panic_message(p), q ? "again" : "null");
}

START_TEST(a_second_recover_returns_null)	/* S50 */
{
	under_boom(rescue_twice);
	ck_assert_str_eq(trace, "[boom] null [null]");
}
END_TEST

/* Nothing keeps a compiler from inlining it but what recover() itself does:
 * no NOINLINE here. */
static void helper(void)
{
	note("[%s]", recover() ? "helped" : "null");
}

static void asks_a_helper(void *unused)
{
	(void)unused;
	helper();
	note("asked");
}

START_TEST(recover_in_a_helper_returns_null)	/* D3, S42, S54 */
{
	under_boom(asks_a_helper);
	ck_assert_str_eq(trace, "[null] asked [boom]");
}
END_TEST

static inline const struct panic *inline_helper(void)
{
	return recover();
}

static void asks_an_inline_helper(void *unused)
{
	const struct panic *p = inline_helper();

	(void)unused;
	note("[%s]", p ? "helped" : "null");
}

START_TEST(recover_in_an_inline_helper_returns_null)	/* D3, S55 */
{
	under_boom(asks_an_inline_helper);
	ck_assert_str_eq(trace, "[null] [boom]");
}
END_TEST

/* Only its library's attribute keeps this from being a tail call. */
static void only_recovers(void *unused)
{
	(void)unused;
	recover();
}

START_TEST(recover_may_be_all_that_a_function_does)	/* S50 */
{
	under_boom(only_recovers);
	ck_assert_str_eq(trace, "[null]");
}
END_TEST

static void defers_rescue(void *unused)
{
	(void)unused;
	defer_frame();
	defer(rescue, NULL);
	note("deferring");
}

START_TEST(recover_in_a_nested_defer_returns_null)	/* S43 */
{
	under_boom(defers_rescue);
	ck_assert_str_eq(trace, "deferring [null] [boom]");
}
END_TEST

static void calls_one_that_defers(void *unused)
{
	defers_rescue(unused);
	note("called");
}

START_TEST(recover_in_a_callees_defer_returns_null)	/* S44 */
{
	under_boom(calls_one_that_defers);
	ck_assert_str_eq(trace, "deferring [null] called [boom]");
}
END_TEST

static void rescue_at_depth(void *depth)
{
	intptr_t n = (intptr_t)depth;

	if (n > 0)
		rescue_at_depth((void *)(n - 1));
	note("%d[%s]", (int)n, recover() ? "stopped" : "null");
}

static void recurse_under_boom(void)
{
	recover_frame(return);
	defer(rescue, NULL);
	defer(rescue_at_depth, (void *)2);
	panic("boom");
}

START_TEST(recover_counts_in_the_call_not_in_the_function)	/* S45 */
{
	recurse_under_boom();
	ck_assert_str_eq(trace, "0[null] 1[null] 2[stopped] [null]");
}
END_TEST

static void has_a_landing_itself(void *unused)
{
	(void)unused;
	recover_frame(return);
	defer(say, "own");
	note("[%s]", panic_message(recover()));
}

START_TEST(a_deferred_function_with_a_frame_may_recover)
{
	under_boom(has_a_landing_itself);
	ck_assert_str_eq(trace, "[boom] own [null]");
}
END_TEST

/* A stack pointer that moves, and a frame that is realigned (section 4 of the
 * design: the frame address plus a constant is not the CFA here). */
static void rescue_with_a_large_frame(void *unused)
{
	_Alignas(64) volatile char aligned[256];
	volatile size_t n = 1000;
	char vla[n];
	char *more = alloca(n);

	(void)unused;
	memset(vla, 1, n);
	memset(more, 2, n);
	aligned[0] = 3;
	const struct panic *p = recover();

	note("[%s] %d", p ? panic_message(p) : "null",
		aligned[0] + vla[n - 1] + more[0]);
}

START_TEST(recover_works_in_a_frame_of_any_form)	/* S52 */
{
	under_boom(rescue_with_a_large_frame);
	ck_assert_str_eq(trace, "[boom] 6 [null]");
}
END_TEST

static NOINLINE void helper_with_a_large_frame(void)
{
	_Alignas(64) volatile char aligned[256];
	volatile size_t n = 1000;
	char *more = alloca(n);

	more[n - 1] = aligned[0] = 1;
	note("[%s] %d", recover() ? "helped" : "null", aligned[0]);
}

static void asks_a_large_helper(void *unused)
{
	_Alignas(64) volatile char aligned[64];

	(void)unused;
	aligned[0] = 1;
	helper_with_a_large_frame();
	note("%d", aligned[0]);
}

START_TEST(recover_in_a_helper_of_any_form_returns_null)	/* S42 */
{
	under_boom(asks_a_large_helper);
	ck_assert_str_eq(trace, "[null] 1 1 [boom]");
}
END_TEST

static void rescue_and_say(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	note("[%s]", panic_message(p));
	defer_frame();
	defer(say, "deferred");
	note("still here");
}

START_TEST(recover_only_marks_until_its_function_returns)	/* S53 */
{
	under_boom(rescue_and_say);
	ck_assert_str_eq(trace, "[boom] still here deferred [null]");
}
END_TEST

static void panics(void)
{
	defer_frame();
	defer(say, "p");
	panic("boom");
}

static void registers(void)
{
	recover_frame(return);
	defer(rescue, NULL);
	panics();
	note("not reached");
}

static void calls(void)
{
	defer_frame();
	defer(say, "c");
	registers();
	note("goes on");
}

START_TEST(control_returns_to_the_caller_of_the_deferring_one)	/* S57, S60 */
{
	calls();
	ck_assert_str_eq(trace, "p [boom] goes on c");
}
END_TEST

START_TEST(older_calls_run_after_the_recovery_as_ordinary_ones)	/* D12, S58 */
{
	{
		recover_frame(goto landed);
		defer(say, "oldest");
		defer(rescue, NULL);
		defer(rescue, NULL);
		panic("boom");
	}
landed:
	note("landed");
	ck_assert_str_eq(trace, "[boom] [null] oldest landed");
}
END_TEST

static void set_seven(void *n)
{
	*(volatile int *)n = 7;
}

static int returns_a_status(void)
{
	volatile int status = -1;

	recover_frame(return status);
	defer(set_seven, (void *)&status);
	defer(rescue, NULL);
	status = 3;
	panic("boom");
}

START_TEST(the_statement_sees_what_the_older_calls_left)	/* D12, S24 */
{
	ck_assert_int_eq(returns_a_status(), 7);
}
END_TEST

static void panics_while_landing(void)
{
	recover_frame(return);
	defer(rescue, NULL);
	defer(raise_text, "second");
	defer(rescue, NULL);
	panic("first");
}

START_TEST(a_panic_in_an_older_call_is_a_new_one)	/* S59 */
{
	panics_while_landing();
	ck_assert_str_eq(trace, "[first] [second]");
}
END_TEST

START_TEST(a_thread_may_recover_any_number_of_times)	/* S61 */
{
	volatile int n = 0;

	for (int i = 0; i < 10000; i++) {
		recover_frame(continue);
		defer(only_recovers, NULL);
		n++;
		panic("%d", i);
	}
	ck_assert_int_eq(n, 10000);
}
END_TEST

static void rescue_and_repanic(void *level)
{
	note("%d", (int)(intptr_t)level);
	repanic(recover());
}

static void six_levels(intptr_t level)
{
	recover_frame(return);
	defer(rescue_and_repanic, (void *)level);
	if (level == 6)
		panic("boom");
	six_levels(level + 1);
}

START_TEST(a_panic_is_raised_again_through_six_levels)	/* S61 */
{
	for (int i = 0; i < 3; i++) {
		recover_frame(continue);
		defer(rescue, NULL);
		six_levels(1);
	}
	ck_assert_str_eq(trace, "6 5 4 3 2 1 [boom] 6 5 4 3 2 1 [boom] "
		"6 5 4 3 2 1 [boom]");
}
END_TEST

static void no_landing(void)
{
	defer_frame();
	defer(say, "older");
	defer(rescue, NULL);
	panic("boom");
}

static void with_landing(void)
{
	recover_frame(return);
	defer(rescue, NULL);
	no_landing();
	note("not reached");
}

START_TEST(recover_in_a_frame_without_a_landing_returns_null)	/* D3 */
{
	with_landing();
	ck_assert_str_eq(trace, "[null] older [boom]");
}
END_TEST

/* Two frames of one function: which one lands is decided by the defer. */
static void two_landings(int inside)
{
	recover_frame(note("outer"); return);
	if (!inside)
		defer(rescue, NULL);
	{
		recover_frame(note("inner"); return);
		if (inside)
			defer(rescue, NULL);
		defer(say, "deferred inside");
		panic("boom");
	}
}

START_TEST(the_frame_that_registered_the_call_lands)	/* D21 */
{
	two_landings(1);
	two_landings(0);
	ck_assert_str_eq(trace, "deferred inside [boom] inner "
		"deferred inside [boom] outer");
}
END_TEST

static void no_landing_inside(void)
{
	recover_frame(note("outer"); return);
	defer(rescue, NULL);
	{
		defer_frame();
		defer(rescue, NULL);
		panic("boom");
	}
}

START_TEST(an_outer_landing_does_not_serve_an_inner_frame)	/* D3, D21 */
{
	no_landing_inside();
	ck_assert_str_eq(trace, "[null] [boom] outer");
}
END_TEST

static void many_arguments(int a, int b, int c, int d, int e, int f, int g,
	int h, void *unused)
{
	recover_frame(return);
	defer(rescue, unused);
	panic("%d", a + b + c + d + e + f + g + h);
}

START_TEST(a_function_with_stack_arguments_lands)	/* S52 */
{
	many_arguments(1, 2, 3, 4, 5, 6, 7, 8, NULL);
	ck_assert_str_eq(trace, "[36]");
}
END_TEST

/* What C11 7.13.2.1 promises, and no more: a volatile local, and one that
 * does not change. */
static int keeps_locals(int argument)
{
	volatile int changed = 1;
	const int constant = argument * 2;

	recover_frame(return changed * 100 + constant);
	defer(only_recovers, NULL);
	for (int i = 0; i < 5; i++)
		changed++;
	panic("boom");
}

START_TEST(volatile_and_unmodified_locals_survive_a_landing)	/* S27 */
{
	ck_assert_int_eq(keeps_locals(21), 642);	/* 6 and 42 */
}
END_TEST

int main(void)
{
	return RUN_TESTS("recover",
		recover_without_a_panic_returns_null,
		recover_in_the_deferred_function_stops_the_panic,
		a_second_recover_returns_null,
		recover_in_a_helper_returns_null,
		recover_in_an_inline_helper_returns_null,
		recover_may_be_all_that_a_function_does,
		recover_in_a_nested_defer_returns_null,
		recover_in_a_callees_defer_returns_null,
		recover_counts_in_the_call_not_in_the_function,
		a_deferred_function_with_a_frame_may_recover,
		recover_works_in_a_frame_of_any_form,
		recover_in_a_helper_of_any_form_returns_null,
		recover_only_marks_until_its_function_returns,
		control_returns_to_the_caller_of_the_deferring_one,
		older_calls_run_after_the_recovery_as_ordinary_ones,
		the_statement_sees_what_the_older_calls_left,
		a_panic_in_an_older_call_is_a_new_one,
		a_thread_may_recover_any_number_of_times,
		a_panic_is_raised_again_through_six_levels,
		recover_in_a_frame_without_a_landing_returns_null,
		the_frame_that_registered_the_call_lands,
		an_outer_landing_does_not_serve_an_inner_frame,
		a_function_with_stack_arguments_lands,
		volatile_and_unmodified_locals_survive_a_landing);
}
