/* SPDX-License-Identifier: MIT */
/* test-fatal.c - what an uncaught panic and a fatal error print, and how they
 * end the process (D3, D7, D8, D16; S81, S83, S107 to S126). */

#include "check.h"

#include <errno.h>

static void uncaught(void)
{
	defer_frame();
	defer(shout, "deferred");
	panic("boom");
}

START_TEST(an_uncaught_panic_prints_its_line_and_aborts)	/* D7, S111 */
{
	assert_dies(uncaught, "SIGABRT\npanic: boom\n");
	ck_assert_int_eq(strncmp(death, "deferred\npanic: boom\n\n", 22), 0);
	assert_told("raised at ");
	assert_told("test-fatal.c:");
	assert_told("uncaught");
}
END_TEST

static void without_frames(void)
{
	panic("%s", "alone");
}

START_TEST(a_panic_without_frames_is_uncaught)	/* D7 */
{
	assert_dies(without_frames, "SIGABRT\npanic: alone\n");
}
END_TEST

static void three_deep(void)
{
	defer_frame();
	defer(raise_text, "p3");
	defer(raise_text, "p2");
	panic("p1");
}

START_TEST(panics_print_oldest_first_each_behind_a_tab)	/* S120 */
{
	assert_dies(three_deep,
		"SIGABRT\npanic: p1\n\tpanic: p2\n\tpanic: p3\n");
}
END_TEST

static void rescue_and_raise(void *text)
{
	if (recover())
		panic("%s", (char *)text);
}

static void recovered_and_raised(void)
{
	recover_frame(return);
	defer(rescue_and_raise, "p2");
	panic("p1");
}

START_TEST(a_recovered_panic_prints_as_recovered)	/* D7, S69, S120 */
{
	assert_dies(recovered_and_raised,
		"SIGABRT\npanic: p1 [recovered]\n\tpanic: p2\n");
}
END_TEST

static void again(void *unused)
{
	(void)unused;
	repanic(recover());
}

static void repanicked(void)
{
	recover_frame(return);
	defer(again, NULL);
	panic("same");
}

START_TEST(a_repanicked_panic_prints_one_line)	/* D8, S122 */
{
	assert_dies(repanicked,
		"SIGABRT\npanic: same [recovered, repanicked]\n");
	assert_told("repanicked");
}
END_TEST

static void raise_equal(void *unused)
{
	(void)unused;
	if (recover())
		panic("same");
}

static void equal_but_raised_anew(void)
{
	recover_frame(return);
	defer(raise_equal, NULL);
	panic("same");
}

START_TEST(an_equal_panic_is_not_taken_for_a_repanic)	/* D8 */
{
	assert_dies(equal_but_raised_anew,
		"SIGABRT\npanic: same [recovered]\n\tpanic: same\n");
}
END_TEST

static void multi_line(void)
{
	panic("one\ntwo\nthree");
}

START_TEST(a_message_of_many_lines_is_indented)	/* D8, S126 */
{
	assert_dies(multi_line, "SIGABRT\npanic: one\n\ttwo\n\tthree\n");
}
END_TEST

static int text_of(const void *data, char *buf, size_t size)
{
	return snprintf(buf, size, "text of %d", *(const int *)data);
}

static const struct panic_type type_with_text = { "number", text_of, NULL };
static const struct panic_type type_without = { "struct plain", NULL, NULL };
static int five = 5;

static void typed(void)
{
	panic_value(&type_with_text, &five);
}

static void typed_without_text(void)
{
	panic_value(&type_without, (void *)0x1234);
}

START_TEST(a_typed_value_prints_its_text_or_its_name)	/* D18, S113 */
{
	assert_dies(typed, "SIGABRT\npanic: text of 5\n");
	assert_dies(typed_without_text,
		"SIGABRT\npanic: (struct plain) 0x1234\n");
}
END_TEST

static int text_that_panics(const void *data, char *buf, size_t size)
{
	(void)data;
	(void)buf;
	(void)size;
	panic("in text");
}

static const struct panic_type bad_text = { "bad", text_that_panics, NULL };

static void panics_while_printing(void)
{
	panic_value(&bad_text, &five);
}

START_TEST(a_text_function_that_panics_is_fatal)	/* S115 */
{
	assert_dies(panics_while_printing, "SIGABRT\nfatal error: "
		"panic while printing panic value: in text\n");
}
END_TEST

static void panics_by_errno(void)
{
	errno = ENOENT;
	panic_errno("open %s", "/x");
}

START_TEST(an_errno_panic_prints_its_text)
{
	assert_dies(panics_by_errno,
		"SIGABRT\npanic: open /x: No such file or directory\n");
}
END_TEST

static void fatal(void *unused)
{
	(void)unused;
	panic_fatal("broken: %d", 7);
}

static void fatal_alone(void)
{
	defer_frame();
	defer(shout, "deferred");
	fatal(NULL);
}

START_TEST(a_fatal_error_runs_no_deferred_calls)	/* D16 */
{
	assert_dies(fatal_alone, "SIGABRT\nfatal error: broken: 7\n");
	assert_not_told("deferred\n");
}
END_TEST

static void fatal_in_a_deferred_call(void)
{
	defer_frame();
	defer(fatal, NULL);
	defer(raise_text, "p2");
	panic("p1");
}

START_TEST(a_fatal_error_prints_the_pending_panics_first)	/* D8, S107 */
{
	assert_dies(fatal_in_a_deferred_call, "SIGABRT\n"
		"panic: p1\n\tpanic: p2\nfatal error: broken: 7\n");
}
END_TEST

static void typed_pending(void)
{
	defer_frame();
	defer(fatal, NULL);
	panic_value(&type_with_text, &five);
}

START_TEST(a_fatal_error_names_a_pending_typed_value)	/* D8 */
{
	const char *words = last_words(typed_pending);

	ck_assert_msg(!strncmp(words, "SIGABRT\npanic: ", 15) &&
		strstr(words, "\nfatal error: broken: 7\n"), "%s", words);
}
END_TEST

static void recovers_in_vain(void)
{
	defer_frame();
	defer(rescue, NULL);
	panic("boom");
}

START_TEST(the_report_tells_of_a_recover_in_vain)	/* D3 */
{
	assert_dies(recovers_in_vain, "SIGABRT\npanic: boom\n");
	assert_told("recover() was called in vain at ");
	assert_told("check.h:");
	assert_told("recover_frame");
}
END_TEST

static void exit_thread(void *unused)
{
	(void)unused;
	goexit();
}

static void cancelled_resurfaces(void)
{
	defer_frame();
	defer(raise_text, "p3");
	defer(exit_thread, NULL);
	panic("p1");
}

START_TEST(a_panic_that_goexit_cancelled_resurfaces)	/* S81 */
{
	assert_dies(cancelled_resurfaces,
		"SIGABRT\npanic: p1\n\tpanic: p3\n");
}
END_TEST

static void panic_over_goexit(void)
{
	defer_frame();
	defer(raise_text, "p");
	goexit();
}

START_TEST(a_goexit_prints_no_line_and_gives_no_tab)	/* S83 */
{
	assert_dies(panic_over_goexit, "SIGABRT\npanic: p\n");
}
END_TEST

static void in_another_thread(void)
{
	in_thread(uncaught);
	shout("not reached");
}

START_TEST(a_panic_in_any_thread_ends_the_process)	/* S136 */
{
	assert_dies(in_another_thread, "SIGABRT\npanic: boom\n");
	assert_not_told("not reached");
}
END_TEST

static void exits(void *unused)
{
	(void)unused;
	_exit(9);
}

static void exits_while_panicking(void)
{
	defer_frame();
	defer(exits, NULL);
	panic("boom");
}

START_TEST(an_exit_in_a_deferred_call_prints_nothing)	/* S39 */
{
	assert_dies(exits_while_panicking, "exit 9\n");
	ck_assert_str_eq(death, "");
}
END_TEST

int main(void)
{
	return RUN_TESTS("fatal",
		an_uncaught_panic_prints_its_line_and_aborts,
		a_panic_without_frames_is_uncaught,
		panics_print_oldest_first_each_behind_a_tab,
		a_recovered_panic_prints_as_recovered,
		a_repanicked_panic_prints_one_line,
		an_equal_panic_is_not_taken_for_a_repanic,
		a_message_of_many_lines_is_indented,
		a_typed_value_prints_its_text_or_its_name,
		a_text_function_that_panics_is_fatal,
		an_errno_panic_prints_its_text,
		a_fatal_error_runs_no_deferred_calls,
		a_fatal_error_prints_the_pending_panics_first,
		a_fatal_error_names_a_pending_typed_value,
		the_report_tells_of_a_recover_in_vain,
		a_panic_that_goexit_cancelled_resurfaces,
		a_goexit_prints_no_line_and_gives_no_tab,
		a_panic_in_any_thread_ends_the_process,
		an_exit_in_a_deferred_call_prints_nothing);
}
