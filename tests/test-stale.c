/* SPDX-License-Identifier: MIT */
/* test-stale.c - frames left by longjmp, by a thread's exit that does not
 * unwind, and by a return without deferreturn (D9).  Compiled with
 * -fno-exceptions. */

#include "config.h"

#include "check.h"

#include <sys/mman.h>

#include <setjmp.h>

static jmp_buf env;

/* Two ways to leave a frame without its calls.  No function that opens one
 * may be inlined: the frame must die. */

static NOINLINE void left_by_longjmp(void)
{
	defer_frame();
	defer(shout, "lost");
	longjmp(env, 1);
}

static NOINLINE void leave_by_longjmp(void)
{
	if (!setjmp(env))
		left_by_longjmp();
}

static NOINLINE void leave_by_return(void)
{
	if (deferproc(shout, "lost"))
		deferreturn();
}

static NOINLINE void opens_a_frame(void)
{
	volatile char elsewhere[64];

	elsewhere[0] = 0;
	defer_frame();
	defer(shout, "ran");
	(void)elsewhere;
}

static NOINLINE void raises(void)
{
	panic("boom");
}

static NOINLINE void calls_deferproc(void)
{
	if (deferproc(shout, "ran"))
		shout("landed");
	deferreturn();
}

/* The library must end the process for a dead frame, and tell what found
 * it. */
static const char *assert_found(void (*fn)(void), const char *where)
{
	const char *words = last_words(fn);
	const char *error = strstr(words, "fatal error: a frame was left "
		"without running its deferred calls\n");

	ck_assert_msg(!strncmp(words, "SIGABRT\n", 8) && error, "%s:%s",
		words, death);
	ck_assert_msg(strstr(error, where) != NULL, "%s", words);
	assert_not_told("lost\n");
	assert_not_told("ran\n");
	return error;
}

/* And it names the function that opened the frame, and its file. */
static void assert_named(void (*fn)(void), const char *opened,
	const char *where)
{
	const char *error = assert_found(fn, where);

	ck_assert_msg(strstr(error, opened) != NULL, "%s", error);
	ck_assert_msg(strstr(error, "test-stale.c:") != NULL, "%s", error);
}

static void longjmp_then_frame(void)
{
	leave_by_longjmp();
	opens_a_frame();
}

START_TEST(a_longjmp_is_found_by_the_next_frame)	/* D9 */
{
	assert_found(longjmp_then_frame, "opens_a_frame");
}
END_TEST

static void longjmp_then_panic(void)
{
	leave_by_longjmp();
	raises();
}

START_TEST(a_longjmp_is_found_by_the_next_panic)	/* D9 */
{
	assert_found(longjmp_then_panic, "raises");
	assert_told("panic: boom\n");
}
END_TEST

static void longjmp_in_an_older_frame(void)
{
	defer_frame();
	defer(shout, "older");
	leave_by_longjmp();
}

START_TEST(a_longjmp_is_found_when_the_older_frame_is_left)	/* D9 */
{
	assert_found(longjmp_in_an_older_frame, "longjmp_in_an_older_frame");
}
END_TEST

static void longjmp_then_deferproc(void)
{
	leave_by_longjmp();
	calls_deferproc();
}

START_TEST(a_longjmp_is_found_by_the_next_deferproc)	/* D9 */
{
	assert_found(longjmp_then_deferproc, "calls_deferproc");
}
END_TEST

static void longjmp_in_deferproc(void)
{
	if (deferproc(shout, "ran"))
		shout("landed");
	leave_by_longjmp();
	deferreturn();
}

START_TEST(a_longjmp_is_found_by_deferreturn)	/* D9 */
{
	assert_found(longjmp_in_deferproc, "longjmp_in_deferproc");
}
END_TEST

static void longjmp_in_a_thread(void)
{
	in_thread(leave_by_longjmp);
}

START_TEST(a_longjmp_is_found_at_the_threads_end)	/* D9 */
{
	assert_found(longjmp_in_a_thread, "the thread ended");
}
END_TEST

static void longjmp_again_and_again(void)
{
	for (volatile int i = 0; i < 2; i++)
		leave_by_longjmp();
}

START_TEST(a_longjmp_is_found_by_the_same_frame_again)	/* D9 */
{
	assert_found(longjmp_again_and_again, "left_by_longjmp");
}
END_TEST

/* Its frame is where that of left_by_longjmp() was. */
static NOINLINE void opens_a_like_frame(void)
{
	defer_frame();
	defer(shout, "ran");
	longjmp(env, 1);
}

/* Both from the same place. */
static NOINLINE void in_turn(void (*first)(void), void (*second)(void))
{
	void (*const functions[])(void) = { first, second };

	for (volatile int i = 0; i < 2; i++)
		if (!setjmp(env))
			functions[i]();
}

static void longjmp_then_like_frame(void)
{
	in_turn(left_by_longjmp, opens_a_like_frame);
}

START_TEST(a_frame_over_a_dead_one_is_not_taken_for_it)	/* D9 */
{
	assert_named(longjmp_then_like_frame, "left_by_longjmp",
		"opens_a_like_frame");
}
END_TEST

/* The new frame is a sibling's: same depth, same caller, same call. */
static void siblings(void)
{
	in_turn(leave_by_longjmp, opens_a_frame);
}

START_TEST(a_longjmp_is_found_by_a_sibling_in_its_place)	/* D9 */
{
	assert_found(siblings, "opens_a_frame");
}
END_TEST

static NOINLINE void overwrite_stack(void)
{
	volatile char room[4096];

	for (size_t i = 0; i < sizeof room; i++)
		room[i] = 0x5a;
}

static void longjmp_overwritten(void)
{
	leave_by_longjmp();
	overwrite_stack();
	opens_a_frame();
}

/* The record is whole, and the stack above it, where its function returned to,
 * is another function's.  A jump over nothing else does that. */
static void **returned_to;

static NOINLINE void left_and_told(void)
{
	defer_frame();
	defer(shout, "lost");
	returned_to = &PANIC__TOKEN(PANIC__FP());
	longjmp(env, 1);
}

/* Further down than the one that comes after. */
static NOINLINE void left_further_down(volatile int frames)
{
	if (frames > 0)
		left_further_down(frames - 1);
	else
		left_and_told();
	frames++;
}

static NOINLINE void overwrites_one_word(void)
{
	enum { ROOM = 4096 };
	void *volatile *room = __builtin_alloca(ROOM * sizeof *room);

	if ((uintptr_t)returned_to - (uintptr_t)room < ROOM * sizeof *room)
		room[returned_to - (void **)room] = NULL;
	else
		_exit(1);
	raises();
}

static void longjmp_overwritten_in_one_word(void)
{
	if (!setjmp(env))
		left_further_down(30);
	overwrites_one_word();
}

START_TEST(a_record_is_known_by_its_return_address)	/* D9 */
{
	assert_found(longjmp_overwritten_in_one_word, "raises");
}
END_TEST

START_TEST(an_overwritten_record_is_found_too)	/* D9 */
{
	const char *words = last_words(longjmp_overwritten);

	ck_assert_msg(strstr(words, "SIGABRT\nfatal error: a frame was left "
		"without running its deferred calls\n") == words, "%s", death);
	ck_assert_msg(strstr(words, "opens_a_frame") != NULL, "%s", words);
	assert_not_told("ran\n");
}
END_TEST

static struct panic_site *forgotten_site;

/* The module with the place of the last frame is not loaded any more. */
static void longjmp_from_a_module(void)
{
	leave_by_longjmp();
	overwrite_stack();
	panic__g.site = forgotten_site;
	opens_a_frame();
}

START_TEST(the_report_does_not_read_what_is_unmapped)
{
	forgotten_site = mmap(NULL, 4096, PROT_NONE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	last_words(longjmp_from_a_module);
	assert_told("its record is overwritten\n\tand found dead when");
}
END_TEST

static void return_then_frame(void)
{
	leave_by_return();
	opens_a_frame();
}

START_TEST(a_forgotten_deferreturn_is_found_by_the_next_frame)	/* D9 */
{
	assert_named(return_then_frame, "leave_by_return", "opens_a_frame");
}
END_TEST

static void return_then_panic(void)
{
	leave_by_return();
	raises();
}

START_TEST(a_forgotten_deferreturn_is_found_by_the_next_panic)	/* D9 */
{
	assert_named(return_then_panic, "leave_by_return", "raises");
}
END_TEST

static void return_in_an_older_frame(void)
{
	defer_frame();
	defer(shout, "older");
	leave_by_return();
}

START_TEST(a_forgotten_deferreturn_is_found_by_the_older_frame)	/* D9 */
{
	assert_named(return_in_an_older_frame, "leave_by_return",
		"return_in_an_older_frame");
}
END_TEST

static void return_in_a_thread(void)
{
	in_thread(leave_by_return);
}

START_TEST(a_forgotten_deferreturn_is_found_at_the_threads_end)	/* D9 */
{
	assert_named(return_in_a_thread, "leave_by_return",
		"the thread ended");
}
END_TEST

static void exits_its_thread(void)
{
	defer_frame();
	defer(shout, "lost");
	pthread_exit(NULL);
}

static void exit_in_a_thread(void)
{
	in_thread(exits_its_thread);
}

START_TEST(a_pthread_exit_without_unwinding_is_found)	/* D9 */
{
	/* CFLAGS come last; and where the frame is whole nothing unwinds it. */
#if defined __EXCEPTIONS || defined EXIT_KEEPS_FRAMES
	last_words(exit_in_a_thread);
	assert_told("lost\n");
	return;
#endif
	assert_found(exit_in_a_thread, "the thread ended");
}
END_TEST

static void leave_in_a_deferred_call(void *unused)
{
	(void)unused;
	leave_by_longjmp();
}

static void longjmp_in_a_deferred_call(void)
{
	defer_frame();
	defer(leave_in_a_deferred_call, NULL);
	panic("boom");
}

START_TEST(a_longjmp_within_a_deferred_call_is_found)	/* D9 */
{
	assert_found(longjmp_in_a_deferred_call, "longjmp_in_a_deferred_call");
	assert_told("panic: boom\n");
}
END_TEST

static void jump_out_of_a_panic(void *unused)
{
	(void)unused;
	longjmp(env, 1);
}

static NOINLINE void left_while_panicking(void)
{
	defer_frame();
	defer(jump_out_of_a_panic, NULL);
	panic("boom");
}

static void longjmp_over_a_panic(void)
{
	if (!setjmp(env))
		left_while_panicking();
	opens_a_frame();
}

START_TEST(a_longjmp_out_of_a_panicking_frame_is_found)	/* D9 */
{
	assert_found(longjmp_over_a_panic, "opens_a_frame");
}
END_TEST

/* With nothing but the library between the fault and its finding, the dead
 * record can still be read: both places are told. */
START_TEST(both_places_are_named_by_the_next_frame)	/* D9 */
{
	assert_named(longjmp_then_frame, "left_by_longjmp", "opens_a_frame");
}
END_TEST

START_TEST(both_places_are_named_by_the_next_panic)	/* D9 */
{
	assert_named(longjmp_then_panic, "left_by_longjmp", "raises");
}
END_TEST

START_TEST(both_places_are_named_when_the_older_frame_is_left)	/* D9 */
{
	assert_named(longjmp_in_an_older_frame, "left_by_longjmp",
		"longjmp_in_an_older_frame");
}
END_TEST

START_TEST(both_places_are_named_at_the_threads_end)	/* D9 */
{
	assert_named(longjmp_in_a_thread, "left_by_longjmp",
		"the thread ended");
}
END_TEST

/* What is no fault: frames that live, whatever their addresses. */
static void longjmp_within_a_frame(void)
{
	defer_frame();
	defer(say, "frame");
	if (!setjmp(env)) {
		note("jumping");
		longjmp(env, 1);
	}
	note("jumped");
}

START_TEST(a_longjmp_that_leaves_no_frame_is_no_fault)	/* D9 */
{
	longjmp_within_a_frame();
	opens_a_frame();
	ck_assert_str_eq(trace, "jumping jumped frame");
}
END_TEST

static NOINLINE void left_without_a_call(int calls)
{
	recover_frame(return);
	while (calls--)
		defer(shout, "lost");
	longjmp(env, 1);
}

START_TEST(a_longjmp_over_a_frame_without_calls_forgets_nothing)	/* D9 */
{
	if (!setjmp(env))
		left_without_a_call(0);
	opens_a_frame();
	ck_assert_str_eq(trace, "");
}
END_TEST

int main(void)
{
	return RUN_TESTS("stale",
		a_longjmp_is_found_by_the_next_frame,
		a_longjmp_is_found_by_the_next_panic,
		a_longjmp_is_found_when_the_older_frame_is_left,
		a_longjmp_is_found_by_the_next_deferproc,
		a_longjmp_is_found_by_deferreturn,
		a_longjmp_is_found_at_the_threads_end,
		a_longjmp_is_found_by_the_same_frame_again,
		a_frame_over_a_dead_one_is_not_taken_for_it,
		a_longjmp_is_found_by_a_sibling_in_its_place,
		a_record_is_known_by_its_return_address,
		an_overwritten_record_is_found_too,
		the_report_does_not_read_what_is_unmapped,
		a_forgotten_deferreturn_is_found_by_the_next_frame,
		a_forgotten_deferreturn_is_found_by_the_next_panic,
		a_forgotten_deferreturn_is_found_by_the_older_frame,
		a_forgotten_deferreturn_is_found_at_the_threads_end,
		a_pthread_exit_without_unwinding_is_found,
		a_longjmp_within_a_deferred_call_is_found,
		a_longjmp_out_of_a_panicking_frame_is_found,
		both_places_are_named_by_the_next_frame,
		both_places_are_named_by_the_next_panic,
		both_places_are_named_when_the_older_frame_is_left,
		both_places_are_named_at_the_threads_end,
		a_longjmp_that_leaves_no_frame_is_no_fault,
		a_longjmp_over_a_frame_without_calls_forgets_nothing);
}
