/* SPDX-License-Identifier: MIT */
/* test-report.c - the text of a crash (S111 to S132). */

#include "report.h"

static volatile char text[2];

/* The functions that end up in reports, each on the line that it says. */
#line 1 "frames.c"
FRAME static void raise_a(void) { panic("a"); }
FRAME static void raise_b(void *unused) { (void)unused; panic("b"); }
FRAME static void b_over_a(void) { defer_frame(); defer(raise_b, NULL);
	raise_a(); }
FRAME static void raise_c(void *unused) { (void)unused; recover();
	panic("c"); }
FRAME static void c_over_a(void) { recover_frame(return); defer(raise_c, NULL);
	raise_a(); }
FRAME static void again(void *unused) { (void)unused; repanic(recover()); }
FRAME static void repanics(void) { recover_frame(return); defer(again, NULL);
	raise_a(); }
FRAME static void raise_lines(void) { panic("one\ntwo\n\nthree\n"); }
FRAME static void raise_errno(void) { errno = EPERM; panic_errno("open"); }
FRAME static void vain(void *unused) { (void)unused; recover(); BARRIER(); }
FRAME static void recovers_in_vain(void) { defer_frame(); defer(vain, NULL);
	raise_a(); }
FRAME static void by_proc(void) { if (deferproc(raise_b, NULL)) goto out;
	raise_a();
out:	deferreturn(); }
FRAME static void leave_b(void) { if (deferproc(raise_b, NULL)) goto out;
	note("left");
out:	deferreturn(); }
FRAME static void chain_of_four(void) { recover_frame(return);
	defer(raise_b, NULL); defer(again, NULL); defer(raise_c, NULL);
	raise_a(); }
FRAME static void fatal(void) { panic_fatal("it is %d", 3); }
FRAME static void fatal_over(void *unused) { (void)unused; fatal(); }
FRAME static void fatal_over_a(void) { defer_frame(); defer(fatal_over, NULL);
	raise_a(); }
FRAME static void exits(void) { defer_frame(); defer(raise_b, NULL);
	goexit(); }
FRAME static int recurse(int n) { if (n <= 0) { raise_a(); return 0; }
	return recurse(n - 1) + text[n % 2]; }
#line 44 "test-report.c"

static void named(void)
{
	pthread_setname_np(pthread_self(), "worker-3");
	raise_a();
}

START_TEST(a_report_has_the_panic_its_place_and_the_stack)	/* S127 */
{
	assert_report(raise_a,
		"panic: a\n"
		"\n"
		"raised at frames.c:1 in raise_a\n"
		"\n"
		"thread N \"test-report\" [running]:\n"
		"raise_a\n\tframes.c:1\n");
	assert_ends(named, "SIGABRT");
	assert_told(" \"worker-3\" [running]:\n");
}
END_TEST

/* S128 */
START_TEST(a_deferred_function_the_panic_and_its_cause_are_in_order)
{
	assert_report(b_over_a,
		"panic: a\n"
		"\tpanic: b\n"
		"\n"
		"raised at frames.c:1 in raise_a\n"
		"raised at frames.c:2 in raise_b\n"
		"\n"
		"thread N \"test-report\" [running]:\n"
		"raise_b\n\tframes.c:2\n"
		"panic(...) at frames.c:1 in raise_a\n"
		"\trunning the call deferred at frames.c:3 in b_over_a\n"
		"raise_a\n\tframes.c:1\n"
		"b_over_a\n\tframes.c:4\n");
}
END_TEST

START_TEST(the_calls_of_deferproc_are_shown_alike)
{
	assert_report(by_proc,
		"panic: a\n"
		"\tpanic: b\n"
		"\n"
		"raised at frames.c:1 in raise_a\n"
		"raised at frames.c:2 in raise_b\n"
		"\n"
		"thread N \"test-report\" [running]:\n"
		"raise_b\n\tframes.c:2\n"
		"panic(...) at frames.c:1 in raise_a\n"
		"\trunning the call deferred at frames.c:17 in by_proc\n"
		"raise_a\n\tframes.c:1\n"
		"by_proc\n\tframes.c:18\n");
}
END_TEST

START_TEST(deferreturn_is_hidden)
{
	assert_report(leave_b,
		"panic: b\n"
		"\n"
		"raised at frames.c:2 in raise_b\n"
		"\n"
		"thread N \"test-report\" [running]:\n"
		"raise_b\n\tframes.c:2\n"
		"leave_b\n\tframes.c:22\n");
}
END_TEST

START_TEST(a_goexit_stands_in_the_trace_and_has_no_line)	/* S83, S128 */
{
	assert_report(exits,
		"panic: b\n"
		"\n"
		"raised at frames.c:2 in raise_b\n"
		"\n"
		"thread N \"test-report\" [running]:\n"
		"raise_b\n\tframes.c:2\n"
		"goexit()\n"
		"\trunning the call deferred at frames.c:30 in exits\n"
		"exits\n\tframes.c:31\n");
}
END_TEST

START_TEST(a_recovered_panic_says_so)	/* S120 */
{
	assert_heading(c_over_a,
		"panic: a [recovered]\n"
		"\tpanic: c\n"
		"\n"
		"raised at frames.c:1 in raise_a\n"
		"raised at frames.c:6 in raise_c\n");
}
END_TEST

START_TEST(a_repanicked_value_has_one_line)	/* S121, S122 */
{
	assert_heading(repanics,
		"panic: a [recovered, repanicked]\n"
		"\n"
		"raised at frames.c:1 in raise_a\n");
}
END_TEST

START_TEST(a_chain_of_four_is_printed_oldest_first)	/* S112, S120 */
{
	assert_heading(chain_of_four,
		"panic: a [recovered]\n"
		"\tpanic: c [recovered, repanicked]\n"
		"\tpanic: b\n"
		"\n"
		"raised at frames.c:1 in raise_a\n"
		"raised at frames.c:6 in raise_c\n"
		"raised at frames.c:2 in raise_b\n");
}
END_TEST

START_TEST(lines_after_the_first_are_indented)	/* S126 */
{
	assert_heading(raise_lines,
		"panic: one\n\ttwo\n\t\n\tthree\n\n"
		"\n"
		"raised at frames.c:12 in raise_lines\n");
}
END_TEST

START_TEST(an_errno_is_told_in_words)	/* S123 */
{
	assert_heading(raise_errno,
		"panic: open: Operation not permitted\n"
		"\n"
		"raised at frames.c:13 in raise_errno\n");
}
END_TEST

START_TEST(a_recover_in_vain_is_named)
{
	assert_heading(recovers_in_vain,
		"panic: a\n"
		"\n"
		"raised at frames.c:1 in raise_a\n"
		"recover() was called in vain at frames.c:14 in vain: its "
		"frame has no landing, open it with recover_frame()\n");
}
END_TEST

START_TEST(a_fatal_error_has_a_trace)	/* S132 */
{
	assert_report(fatal,
		"fatal error: it is 3\n"
		"\n"
		"thread N \"test-report\" [running]:\n"
		"fatal\n\tframes.c:26\n");
}
END_TEST

START_TEST(a_fatal_error_does_not_hide_the_panic)	/* S107, S108 */
{
	assert_report(fatal_over_a,
		"panic: a\n"
		"\n"
		"raised at frames.c:1 in raise_a\n"
		"fatal error: it is 3\n"
		"\n"
		"thread N \"test-report\" [running]:\n"
		"fatal\n\tframes.c:26\n"
		"fatal_over\n\tframes.c:27\n"
		"panic(...) at frames.c:1 in raise_a\n"
		"\trunning the call deferred at frames.c:28 in fatal_over_a\n"
		"raise_a\n\tframes.c:1\n"
		"fatal_over_a\n\tframes.c:29\n");
}
END_TEST

/* Values and their texts. */

static int text_of_t(const void *data, char *buf, size_t size)
{
	return snprintf(buf, size, "t %d", *(const int *)data);
}

static int text_that_panics(const void *data, char *buf, size_t size)
{
	(void)data, (void)buf, (void)size;
	panic("in the text");
}

static int text_that_raises_a_value(const void *data, char *buf, size_t size)
{
	static const struct panic_type inner = { "inner", NULL, NULL };

	(void)data, (void)buf, (void)size;
	panic_value(&inner, NULL);
}

static int text_that_faults(const void *data, char *buf, size_t size)
{
	(void)data, (void)buf, (void)size;
	raise(SIGSEGV);
	return 0;
}

static void swallow(void *unused)
{
	(void)unused;
	recover();
	BARRIER();
}

static int text_that_recovers(const void *data, char *buf, size_t size)
{
	int n = snprintf(buf, size, "recovered");

	(void)data;
	recover_frame(return n);
	defer(swallow, NULL);
	raise_a();
	return 0;
}

static void raise_typed(int (*text)(const void *, char *, size_t))
{
	static int three = 3;
	static struct panic_type type = { "struct t", NULL, NULL };

	type.text = text;
	panic_value(&type, text ? &three : (void *)0x123);
}

static void typed(void)
{
	raise_typed(text_of_t);
}

static void untexted(void)
{
	raise_typed(NULL);
}

static void fails_by_panic(void)
{
	raise_typed(text_that_panics);
}

static void fails_by_value(void)
{
	raise_typed(text_that_raises_a_value);
}

static void fails_by_fault(void)
{
	raise_typed(text_that_faults);
}

static void succeeds(void)
{
	raise_typed(text_that_recovers);
}

START_TEST(a_typed_value_prints_its_text_or_its_type)	/* S123, S125 */
{
	assert_ends(typed, "SIGABRT");
	assert_told("panic: t 3\n\n");
	assert_ends(untexted, "SIGABRT");
	assert_told("panic: (struct t) 0x123\n\n");
}
END_TEST

START_TEST(a_text_that_fails_is_a_fatal_error)	/* S115 */
{
	assert_ends(fails_by_panic, "SIGABRT");
	assert_told("\nfatal error: panic while printing panic value: "
		"in the text\n");
	assert_told("text_that_panics+");
	assert_told("raised at");
	assert_ends(fails_by_value, "SIGABRT");
	assert_told("\nfatal error: panic while printing panic value: "
		"type inner\n");
	assert_ends(fails_by_fault, "SIGABRT");
	assert_told("\nfatal error: panic while printing panic value: "
		"SIGSEGV\n");
	assert_ends(succeeds, "SIGABRT");
	assert_told("panic: recovered\n\n");
}
END_TEST

/* What is shown. */

static void silent_none(void)
{
	panic_set_traceback("none");	/* cannot lower the level */
	raise_a();
}

static void system_level(void)
{
	panic_set_traceback("all");
	panic_set_traceback("system");
	b_over_a();
}

START_TEST(the_level_is_raised_never_lowered)	/* S131 */
{
	ck_assert_int_eq(panic_set_traceback("foo"), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_int_eq(panic_set_traceback(NULL), -1);
	assert_ends(silent_none, "SIGABRT");
	assert_told("[running]:\n");
	assert_not_told("panic__");
	assert_ends(system_level, "SIGABRT");
	assert_told("panic__gopanic+");
	assert_told("panic(...) at frames.c:1 in raise_a\n");
}
END_TEST

static void deep(void)
{
	recurse(300);
}

START_TEST(of_a_deep_stack_the_middle_is_elided)	/* S129 */
{
	int n;

	assert_ends(deep, "SIGABRT");
	n = occurrences("\nrecurse+");
	ck_assert_msg(n > 80 && n < 100, "%d frames", n);
	assert_told("\nraise_a+");
	assert_told(" frames elided...\n");
	assert_told("\nbottom");
}
END_TEST

static void dies_with_3(void)
{
	panic_set_exit(3);
	raise_a();
}

static void crashes(void)
{
	panic_set_exit(3);
	panic_set_traceback("crash");
	raise_a();
}

START_TEST(the_exit_status_is_the_programs_choice)	/* S130 */
{
	assert_ends(dies_with_3, "exit 3");
	assert_ends(crashes, "SIGABRT");
	ck_assert_int_eq(panic_set_exit(256), -1);
	ck_assert_int_eq(panic_set_exit(-1), -1);
}
END_TEST

int main(void)
{
	/* An emulator may have named it. */
	pthread_setname_np(pthread_self(), "test-report");
	return RUN_TESTS("report",
		a_report_has_the_panic_its_place_and_the_stack,
		a_deferred_function_the_panic_and_its_cause_are_in_order,
		the_calls_of_deferproc_are_shown_alike,
		deferreturn_is_hidden,
		a_goexit_stands_in_the_trace_and_has_no_line,
		a_recovered_panic_says_so,
		a_repanicked_value_has_one_line,
		a_chain_of_four_is_printed_oldest_first,
		lines_after_the_first_are_indented,
		an_errno_is_told_in_words,
		a_recover_in_vain_is_named,
		a_fatal_error_has_a_trace,
		a_fatal_error_does_not_hide_the_panic,
		a_typed_value_prints_its_text_or_its_type,
		a_text_that_fails_is_a_fatal_error,
		the_level_is_raised_never_lowered,
		of_a_deep_stack_the_middle_is_elided,
		the_exit_status_is_the_programs_choice);
}
