/* SPDX-License-Identifier: MIT */
/* s01-registering.c - S1 to S15: registering a deferred call. */

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "layers.h"

FUNCTION(three,
	DEFER(say, "1");
	DEFER(say, "2");
	DEFER(say, "3");
	note("body");
);

START_TEST(S1_deferred_calls_run_last_in_first_out)
{
	LAYERS();
	CALL(three, NULL);
	expect("body 3 2 1");
}
END_TEST

FUNCTION(conditional,
	if (arg) {
		DEFER(say, "if");
		note("in-if");
	}
	{
		DEFER(say, "block");
	}
	note("behind-them");
);

START_TEST(S2_a_defer_in_a_block_waits_for_the_frame)
{
	LAYERS();
	CALL(conditional, trace);
	expect("in-if behind-them block if");
	CALL(conditional, NULL);
	expect("behind-them block");
}
END_TEST

static void number(int n)
{
	note("%d", n);
}

FUNCTION(loop,
	for (volatile int i = 0; i < (int)(intptr_t)arg; i++)
		DEFER(number, i);
	note("body");
);

FUNCTION(panickingloop,
	for (volatile int i = 0; i < (int)(intptr_t)arg; i++)
		DEFER(number, i);
	panic("p");
);

FUNCTION(gotoloop,
	volatile int i = 0;
again:
	DEFER(number, i);
	if (++i < 12)
		goto again;
);

FUNCTION(stops,
	DEFER(catch, "r");
	PICK(panickingloop)(arg);
);

/* What n deferred numbers leave behind "first": n-1 ... 0. */
static const char *downto0(const char *first, int n, const char *last)
{
	static char want[8192];
	int len = sprintf(want, "%s", first);

	while (n-- > 0)
		len += sprintf(want + len, "%s%d", len ? " " : "", n);
	sprintf(want + len, "%s", last);
	return want;
}

START_TEST(S3_a_loop_pushes_one_call_an_iteration)
{
	LAYERS();
	CALL(loop, (void *)10);
	expect(downto0("body", 10, ""));
	CALL(gotoloop, NULL);
	expect(downto0("", 12, ""));
}
END_TEST

/* Calls beyond the inline slots, and beyond one chunk of them. */
START_TEST(S3_any_number_of_calls_at_return_and_in_a_panic)
{
	static const int sizes[] = { 0, 1, 7, 8, 9, 10, 39, 40, 41, 72, 73,
		500 };

	LAYERS();
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		CALL(loop, (void *)(intptr_t)sizes[i]);
		expect(downto0("body", sizes[i], ""));
		CALL(stops, (void *)(intptr_t)sizes[i]);
		expect(downto0("", sizes[i], sizes[i] ? " r=p" : "r=p"));
	}
}
END_TEST

static int evaluated;

static void *argument(const char *word)
{
	evaluated++;
	note("arg");
	return (void *)(uintptr_t)word;
}

static void (*callee(void))(void *)
{
	evaluated++;
	note("callee");
	return say;
}

FUNCTION(evaluates,
	DEFER(callee(), argument("called"));
	note("body%d", evaluated);
);

START_TEST(S4_callee_and_argument_are_evaluated_once_at_the_defer)
{
	LAYERS();
	evaluated = 0;
	CALL(evaluates, NULL);
	/* C fixes no order between the two. */
	ck_assert(!strcmp(trace, "callee arg body2 called") ||
		!strcmp(trace, "arg callee body2 called"));
	ck_assert_int_eq(evaluated, 2);
	ck_assert(nothing_left());
}
END_TEST

static void pointee(void *n)
{
	note("*%d", *(int *)n);
}

static int shared;

FUNCTION(copies,
	int n = 1;
	DEFER(number, n);
	DEFER(pointee, &shared);
	n = 2;
	shared = n;
);

START_TEST(S5_an_argument_is_copied_what_it_points_to_is_not)
{
	LAYERS();
	CALL(copies, NULL);
	expect("*2 1");
}
END_TEST

FUNCTION(defersaresult,
	DEFER(callee(), "its-result");
	note("body");
);

START_TEST(S6_a_function_that_makes_the_callee_runs_at_the_defer)
{
	LAYERS();
	CALL(defersaresult, NULL);
	expect("callee body its-result");
}
END_TEST

static void *panickingargument(void)
{
	panic("in the argument");
}

FUNCTION(badargument,
	DEFER(say, "older");
	DEFER(say, panickingargument());
	note("not reached");
);

FUNCTION(stopsbadargument,
	DEFER(catch, "r");
	CALL(badargument, NULL);
);

START_TEST(S7_an_argument_that_panics_registers_nothing)
{
	LAYERS();
	CALL(stopsbadargument, NULL);
	expect("older r=in the argument");
}
END_TEST

FUNCTION(defersnull,
	DEFER(say, "older");
	DEFER(nothing, NULL);
	note("registered");
	if (arg)
		panic("p1");
);

FUNCTION(stopsnull,
	DEFER(catch, "r");
	CALL(defersnull, arg);
);

START_TEST(S8_a_null_function_panics_when_it_is_due)
{
	LAYERS();
	CALL(stopsnull, NULL);
	expect("registered older r=" NILCALL);
}
END_TEST

START_TEST(S9_a_null_function_due_during_a_panic_supersedes_it)
{
	LAYERS();
	CALL(stopsnull, trace);
	expect("registered older r=" NILCALL);
}
END_TEST

FUNCTION(skips,
	DEFER(say, "first");
	if (arg)
		RETURN;
	DEFER(say, "second");
);

START_TEST(S10_a_defer_that_is_not_reached_is_never_run)
{
	LAYERS();
	CALL(skips, trace);
	expect("first");
	CALL(skips, NULL);
	expect("second first");
}
END_TEST

static int seven(int n)
{
	note("%d", n);
	return 7;
}

FUNCTION(discards,
	DEFER(seven, 3);
	DEFER(seven, -4);
);

START_TEST(S11_the_result_of_a_deferred_call_is_discarded)
{
	LAYERS();
	CALL(discards, NULL);
	expect("-4 3");
}
END_TEST

FUNCTION(closesandpanics,
	DEFER(close, (int)(intptr_t)arg);
	DEFER(free, malloc(10));
	DEFER(raise_text, "deferred");
);

FUNCTION(stopsdeferred,
	DEFER(catch, "r");
	CALL(closesandpanics, arg);
);

START_TEST(S12_panic_close_and_free_may_be_deferred)
{
	int fd = open("/dev/null", O_RDONLY);

	LAYERS();
	CALL(stopsdeferred, (void *)(intptr_t)fd);
	expect("r=deferred");
	ck_assert_int_eq(close(fd), -1);
}
END_TEST

/* A signal handler on its own stack is what Go calls the system stack; here
 * it may use whole frames, and stop its own panics (design.md, 20). */
static void handler(int sig)
{
	(void)sig;
	CALL(three, NULL);
	CALL(stopsnull, trace);
}

FUNCTION(interrupted,
	DEFER(say, "interrupted");
	raise(SIGUSR1);
	note("goes-on");
);

START_TEST(S13_a_handler_on_its_own_stack_may_defer)
{
	static char room[65536];
	stack_t ss = { .ss_size = sizeof room, .ss_sp = room };
	struct sigaction sa = { .sa_handler = handler,
		.sa_flags = SA_ONSTACK };

	LAYERS();
	ck_assert_int_eq(sigaltstack(&ss, NULL), 0);
	ck_assert_int_eq(sigaction(SIGUSR1, &sa, NULL), 0);
	CALL(interrupted, NULL);
	expect("body 3 2 1 registered older r=" NILCALL
		" goes-on interrupted");
}
END_TEST

FUNCTION(manyinside,
	DEFER(say, "a");
	for (volatile int i = 0; i < 10; i++)
		DEFER(number, i);
	if (arg)
		panic("p");
);

FUNCTION(manyoutside,
	DEFER(catch, "r");
	for (volatile int i = 20; i < 30; i++)
		DEFER(number, i);
	CALL(manyinside, arg);
	DEFER(say, "z");
);

START_TEST(S14_inline_heap_and_deferproc_records_keep_one_order)
{
	LAYERS();
	CALL(manyoutside, NULL);
	expect("9 8 7 6 5 4 3 2 1 0 a z "
		"29 28 27 26 25 24 23 22 21 20 r=nil");
	CALL(manyoutside, trace);
	expect("9 8 7 6 5 4 3 2 1 0 a "
		"29 28 27 26 25 24 23 22 21 20 r=p");
}
END_TEST

static void twice(void)
{
	if (deferproc(say, "older")) {
		note("older-returned-1");
		goto epilogue;
	}
	note("0");
	if (deferproc(catch, "r")) {
		note("1");
		goto epilogue;
	}
	note("0");
	panic("p");
epilogue:
	deferreturn();
}

START_TEST(S15_deferproc_returns_0_and_again_1_after_a_recover)
{
	twice();
	expect("0 0 r=p 1 older");
}
END_TEST

static void add(TCase *tc)
{
	LAYERED(tc, S1_deferred_calls_run_last_in_first_out);
	LAYERED(tc, S2_a_defer_in_a_block_waits_for_the_frame);
	LAYERED(tc, S3_a_loop_pushes_one_call_an_iteration);
	LAYERED(tc, S3_any_number_of_calls_at_return_and_in_a_panic);
	LAYERED(tc, S4_callee_and_argument_are_evaluated_once_at_the_defer);
	LAYERED(tc, S5_an_argument_is_copied_what_it_points_to_is_not);
	LAYERED(tc, S6_a_function_that_makes_the_callee_runs_at_the_defer);
	LAYERED(tc, S7_an_argument_that_panics_registers_nothing);
	LAYERED(tc, S8_a_null_function_panics_when_it_is_due);
	LAYERED(tc, S9_a_null_function_due_during_a_panic_supersedes_it);
	LAYERED(tc, S10_a_defer_that_is_not_reached_is_never_run);
	LAYERED(tc, S11_the_result_of_a_deferred_call_is_discarded);
	LAYERED(tc, S12_panic_close_and_free_may_be_deferred);
	LAYERED(tc, S13_a_handler_on_its_own_stack_may_defer);
	LAYERED(tc, S14_inline_heap_and_deferproc_records_keep_one_order);
	tcase_add_test(tc, S15_deferproc_returns_0_and_again_1_after_a_recover);
}

CONFORM_MAIN("registering", add)
