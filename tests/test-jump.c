/* SPDX-License-Identifier: MIT */
/* test-jump.c - panic_setjmp and panic_longjmp. */

#include "check.h"

static panic_jmp_buf there;

static void jump(void *unused)
{
	(void)unused;
	panic_longjmp(there, 7);
}

static void inner(void)
{
	recover_frame(note("landed"); return);
	defer(say, "b");
	defer(rescue, NULL);
	defer_on_panic(say, "a");
	jump(NULL);
	note("not reached");
}

static void middle(void)
{
	if (deferproc(say, "d"))
		note("landed");
	{
		defer_frame();
		defer(say, "c");
		inner();
	}
	deferreturn();
}

static void outer(void (*fn)(void))
{
	int val;

	defer_frame();
	defer(say, "outer");
	val = panic_setjmp(there);
	note("%d", val);
	if (val == 0)
		fn();
}

START_TEST(the_calls_between_run_and_no_recover_stops_it)
{
	outer(middle);
	ck_assert_str_eq(trace, "0 a [null] b c d 7 outer");
	check_chains();
}
END_TEST

static void jump_with_zero(void)
{
	panic_longjmp(there, 0);
}

START_TEST(zero_becomes_one)
{
	outer(jump_with_zero);
	ck_assert_str_eq(trace, "0 1 outer");
}
END_TEST

START_TEST(without_any_frame_it_is_a_longjmp)
{
	if (panic_setjmp(there) == 0)
		jump(NULL);
	else
		note("back");
	ck_assert_str_eq(trace, "back");
	check_chains();
}
END_TEST

/* The compiler knows how many calls there are, and must forget it. */
static void defers_on(int more)
{
	defer_frame();
	defer(say, "1");
	if (panic_setjmp(there)) {
		defer(say, "4");
		note("back");
		return;
	}
	defer(say, "2");
	if (more)
		defer(say, "3");
	jump(NULL);
}

START_TEST(a_frame_that_was_open_keeps_all_its_calls)
{
	defers_on(0);
	ck_assert_str_eq(trace, "back 4 2 1");
	forget();
	defers_on(1);
	ck_assert_str_eq(trace, "back 4 3 2 1");
	check_chains();
}
END_TEST

static void defers_many(void)
{
	defer_frame();
	defer(say, "1");
	if (panic_setjmp(there))
		return;
	for (int i = 0; i < 20; i++)
		defer(say, "x");
	jump(NULL);
}

START_TEST(also_those_beyond_the_slots)
{
	defers_many();
	ck_assert_str_eq(trace,
		"x x x x x x x x x x x x x x x x x x x x 1");
	check_chains();
}
END_TEST

static void opens_later(void)
{
	defer_frame();
	if (panic_setjmp(there)) {
		note("back");
		defer(say, "anew");
		return;
	}
	defer(say, "opened");
	jump(NULL);
}

START_TEST(a_frame_that_was_empty_is_empty_again)
{
	opens_later();
	ck_assert_str_eq(trace, "opened back anew");
	check_chains();
}
END_TEST

static void stops_it(void)
{
	recover_frame(note("landed"); return);
	defer(say, "older");
	defer(rescue, NULL);
	defer(raise_text, "boom");
	jump(NULL);
}

static void above_stops_it(void)
{
	defer_frame();
	defer(say, "left");
	stops_it();
	note("not reached");
}

START_TEST(it_goes_on_when_a_frame_that_it_leaves_recovers)
{
	outer(above_stops_it);
	ck_assert_str_eq(trace, "0 [boom] older left 7 outer");
	check_chains();
}
END_TEST

static void raises(void)
{
	defer_frame();
	defer(say, "left");
	defer(raise_text, "boom");
	jump(NULL);
}

static void oldest(void)
{
	recover_frame(note("landed"); return);
	defer(rescue, NULL);
	outer(raises);
}

START_TEST(it_is_over_when_an_older_frame_recovers)
{
	oldest();
	ck_assert_str_eq(trace, "0 left outer [boom] landed");
	check_chains();
}
END_TEST

/* The frame that was the newest at panic_setjmp() is an older one, too. */
static void recovers_itself(void)
{
	recover_frame(note("landed"); return);
	defer(say, "oldest");
	defer(rescue, NULL);
	if (panic_setjmp(there)) {
		note("back");
		return;
	}
	raises();
}

START_TEST(it_is_over_when_the_marked_frame_recovers)
{
	recovers_itself();
	ck_assert_str_eq(trace, "left [boom] oldest landed");
	check_chains();
}
END_TEST

static void panics(void)
{
	defer_frame();
	defer(say, "left");
	defer(jump, NULL);
	defer(say, "newer");
	panic("boom");
}

static void tells_panics(void *unused)
{
	(void)unused;
	note(panic_current() ? "panicking" : "calm");
}

static void calm(void)
{
	defer_frame();
	defer(tells_panics, NULL);
	outer(panics);
}

START_TEST(a_jump_out_of_a_panics_call_ends_the_panic)
{
	calm();
	ck_assert_str_eq(trace, "0 newer left 7 outer calm");
	check_chains();
}
END_TEST

/* A call of the marked frame itself jumps: that frame is usable again. */
static void jumps_from_its_own_call(void)
{
	recover_frame(note("landed"); return);
	defer(rescue, NULL);
	defer(say, "1");
	defer(jump, NULL);
	if (panic_setjmp(there)) {
		note("started %d", panic__g._defer->started);
		defer(say, "2");
		panic("another");
	}
	panic("boom");
}

START_TEST(a_frame_whose_call_jumped_goes_on)
{
	jumps_from_its_own_call();
	ck_assert_str_eq(trace, "started 0 2 1 [another] landed");
	check_chains();
}
END_TEST

static void jumps_within(void *unused)
{
	(void)unused;
	outer(middle);
}

static void panics_over_jump(void)
{
	recover_frame(note("landed"); return);
	defer(rescue, NULL);
	defer(jumps_within, NULL);
	panic("boom");
}

START_TEST(a_jump_within_a_panics_call_leaves_the_panic)
{
	panics_over_jump();
	ck_assert_str_eq(trace, "0 a [null] b c d 7 outer [boom] landed");
	check_chains();
}
END_TEST

static void exits(void)
{
	defer_frame();
	defer(say, "left");
	defer(jump, NULL);
	goexit();
}

static void exits_in_thread(void)
{
	outer(exits);
	note("not reached");
}

START_TEST(a_goexit_is_not_lost)
{
	in_thread(exits_in_thread);
	ck_assert_str_eq(trace, "0 left outer");
}
END_TEST

static void jumps_in_exit(void)
{
	defer_frame();
	defer(say, "last");
	defer(jumps_within, NULL);
	goexit();
}

START_TEST(a_jump_within_a_call_of_goexit)
{
	in_thread(jumps_in_exit);
	ck_assert_str_eq(trace, "0 a [null] b c d 7 outer last");
}
END_TEST

static panic_jmp_buf further;

static void jump_further(void *unused)
{
	(void)unused;
	panic_longjmp(further, 1);
}

static void jumps_twice(void)
{
	defer_frame();
	defer(say, "left");
	defer(jump_further, NULL);
	jump(NULL);
}

START_TEST(a_jump_in_a_call_of_a_jump_takes_its_place)
{
	if (panic_setjmp(further))
		note("further");
	else
		outer(jumps_twice);
	ck_assert_str_eq(trace, "0 left outer further");
	check_chains();
}
END_TEST

START_TEST(a_thousand_jumps_leave_nothing)
{
	for (int i = 0; i < 1000; i++) {
		forget();
		outer(middle);
	}
	ck_assert_str_eq(trace, "0 a [null] b c d 7 outer");
	check_chains();
}
END_TEST

/* What must not be. */

static void only_marks(void)
{
	defer_frame();
	defer(say, "x");
	(void)panic_setjmp(there);
}

NOINLINE static void overwrite(void)
{
	volatile char block[4096];

	memset((char *)block, 0, sizeof block);
}

static void jump_to_the_dead(void)
{
	only_marks();
	overwrite();
	jump(NULL);
}

#define LEFT "SIGABRT\nfatal error: panic_longjmp: the block that called " \
	"panic_setjmp() has been left\n"

START_TEST(a_function_that_has_returned_is_no_target)
{
	assert_dies(jump_to_the_dead, LEFT);
}
END_TEST

/* Without a frame, only the return address tells. */
static void marks_without_a_frame(void)
{
	(void)panic_setjmp(there);
}

NOINLINE static void call_it(void (*fn)(void))
{
	fn();
	note("back");
}

static void jump_to_the_frameless(void)
{
	call_it(marks_without_a_frame);
	overwrite();
	jump(NULL);
}

START_TEST(nor_is_one_without_a_frame)
{
	assert_dies(jump_to_the_frameless, LEFT);
}
END_TEST

static void jump_to_a_dead_block(void)
{
	{
		defer_frame();
		defer(say, "x");
		if (panic_setjmp(there))
			shout("back");
	}
	jump(NULL);
}

START_TEST(nor_is_a_block_that_was_left)
{
	assert_dies(jump_to_a_dead_block, LEFT);
}
END_TEST

static void jump_in_thread(void)
{
	if (panic_setjmp(there) == 0)
		in_thread(inner);
}

#define ELSEWHERE "SIGABRT\nfatal error: panic_longjmp: its panic_setjmp() " \
	"was called on another stack, by another thread or coroutine\n"

START_TEST(another_thread_is_no_target)
{
	assert_dies(jump_in_thread, ELSEWHERE);
}
END_TEST

static void raise_uncaught(void)
{
	outer(raises);
}

START_TEST(an_uncaught_panic_of_a_call_tells_of_the_jump)
{
	assert_dies(raise_uncaught, "SIGABRT\npanic: boom\n");
	assert_told("panic_longjmp()\n");
}
END_TEST

int main(void)
{
	return RUN_TESTS("jump",
		the_calls_between_run_and_no_recover_stops_it,
		zero_becomes_one,
		without_any_frame_it_is_a_longjmp,
		a_frame_that_was_open_keeps_all_its_calls,
		also_those_beyond_the_slots,
		a_frame_that_was_empty_is_empty_again,
		it_goes_on_when_a_frame_that_it_leaves_recovers,
		it_is_over_when_an_older_frame_recovers,
		it_is_over_when_the_marked_frame_recovers,
		a_jump_out_of_a_panics_call_ends_the_panic,
		a_frame_whose_call_jumped_goes_on,
		a_jump_within_a_panics_call_leaves_the_panic,
		a_goexit_is_not_lost,
		a_jump_within_a_call_of_goexit,
		a_jump_in_a_call_of_a_jump_takes_its_place,
		a_thousand_jumps_leave_nothing,
		a_function_that_has_returned_is_no_target,
		nor_is_one_without_a_frame,
		nor_is_a_block_that_was_left,
		another_thread_is_no_target,
		an_uncaught_panic_of_a_call_tells_of_the_jump);
}
