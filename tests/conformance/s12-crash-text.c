/* SPDX-License-Identifier: MIT */
/* s12-crash-text.c - S120 to S132: what an uncaught panic prints. */

#include <errno.h>

#include "anew.h"
#include "layers.h"

static void recoversandraises(void *text)
{
	if (recover())
		panic("%s", (const char *)text);
}

static void reraises(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	if (p)
		repanic(p);
}

FUNCTION(four,
	DEFER(raise_text, "p4");
	DEFER(recoversandraises, "p3");
	DEFER(raise_text, "p2");
	panic("p1");
);

START_TEST(S120_the_chain_is_printed_oldest_first_with_tabs)
{
	LAYERS();
	expectdeath(PICK(four), NULL, "panic: p1\n"
		"\tpanic: p2 [recovered]\n\tpanic: p3\n\tpanic: p4\n");
}
END_TEST

FUNCTION(one,
	DEFER(say, "d");
	panic("V");
);

START_TEST(S120_one_panic_is_one_line)
{
	LAYERS();
	expectdeath(PICK(one), NULL, "panic: V\n");
}
END_TEST

FUNCTION(same,
	DEFER(recoversandraises, "same");
	panic("same");
);

/* Told by repanic(), not by comparing values (design.md, 8). */
START_TEST(S121_a_new_panic_with_an_equal_message_is_two_lines)
{
	LAYERS();
	expectdeath(PICK(same), NULL,
		"panic: same [recovered]\n\tpanic: same\n");
}
END_TEST

FUNCTION(repanics,
	DEFER(reraises, NULL);
	panic("same");
);

FUNCTION(repanicsthrice,
	DEFER(raise_text, "last");
	DEFER(reraises, NULL);
	DEFER(reraises, NULL);
	CALL(repanics, NULL);
);

START_TEST(S122_a_repanic_is_one_line)
{
	LAYERS();
	expectdeath(PICK(repanics), NULL,
		"panic: same [recovered, repanicked]\n");
}
END_TEST

START_TEST(S122_a_repanic_of_a_repanic_is_still_one_line)
{
	LAYERS();
	expectdeath(PICK(repanicsthrice), NULL,
		"panic: same [recovered, repanicked]\n\tpanic: last\n");
}
END_TEST

FUNCTION(nestedrepanic,
	DEFER(catch, "r");
	repanic(arg);
);

static void repanicsinside(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	if (!p)
		return;
	CALL(nestedrepanic, (void *)(uintptr_t)p);
	panic("%s", trace);
}

FUNCTION(forgotten,
	DEFER(repanicsinside, NULL);
	panic("p1");
);

START_TEST(S122_a_repanic_that_was_recovered_inside_is_forgotten)
{
	LAYERS();
	expectdeath(PICK(forgotten), NULL,
		"panic: p1 [recovered]\n\tpanic: r=p1\n");
}
END_TEST

static void formatted(void *unused)
{
	(void)unused;
	panic("%s %d %c %+e %s", "s", -93, 'c', 1.5, "true");
}

static void fromerrno(void *unused)
{
	(void)unused;
	errno = ENOENT;
	panic_errno("open %s", "file");
}

START_TEST(S123_values_are_formatted_as_by_printf)
{
	expectdeath(formatted, NULL, "panic: s -93 c +1.500000e+00 true\n");
	expectdeath(fromerrno, NULL,
		"panic: open file: No such file or directory\n");
}
END_TEST

static int texttext(const void *data, char *buf, size_t size)
{
	return snprintf(buf, size, "main.MyInt(%d)", *(const int *)data);
}

static const struct panic_type texttype = { "main.MyInt", texttext, NULL };
static const struct panic_type plaintype = { "main.T", NULL, NULL };
static int ninetythree = 93;

static void raisestyped(void *type)
{
	panic_value(type, &ninetythree);
}

START_TEST(S124_a_type_with_a_text_function_prints_its_text)
{
	expectdeath(raisestyped, (void *)(uintptr_t)&texttype,
		"panic: main.MyInt(93)\n");
}
END_TEST

START_TEST(S125_a_type_without_one_prints_name_and_address)
{
	char want[100];

	snprintf(want, sizeof want, "panic: (main.T) %#lx\n",
		(unsigned long)(uintptr_t)&ninetythree);
	expectdeath(raisestyped, (void *)(uintptr_t)&plaintype, want);
}
END_TEST

static int longtext(const void *data, char *buf, size_t size)
{
	return snprintf(buf, size, "%0500d", *(const int *)data);
}

static const struct panic_type longtype = { "long", longtext, NULL };

START_TEST(S125_texts_longer_than_the_inline_buffer_are_whole)
{
	char want[600];

	snprintf(want, sizeof want, "panic: %0500d\n", 93);
	expectdeath(raisestyped, (void *)(uintptr_t)&longtype, want);
	for (int n = 195; n < 205; n++) {
		snprintf(want, sizeof want, "%0*d", n, 7);
		ck_assert_str_eq(panics(dies(raise_text, want)) + 7,
			strcat(want, "\n"));
	}
}
END_TEST

START_TEST(S126_the_lines_of_a_message_after_the_first_get_a_tab)
{
	expectdeath(raise_text, "a\nb\nc", "panic: a\n\tb\n\tc\n");
}
END_TEST

/* The report behind the panic lines is for people and grows; it is tested
 * loosely here. */
START_TEST(S127_the_report_says_where_the_panic_was_raised)
{
	struct death *d;

	LAYERS();
	d = dies(PICK(one), NULL);
	ck_assert_ptr_ne(strstr(d->err, "\n\n"), NULL);
	ck_assert_ptr_ne(strstr(strstr(d->err, "\n\n"), "s12-crash-text.c:"),
		NULL);
	ck_assert_ptr_ne(strstr(strstr(d->err, "\n\n"), "[running]:\n"),
		NULL);
}
END_TEST

static volatile int bottom = 2000;

NOINLINE static void deep(int n)
{
	if (n == bottom)
		panic("deep");
	if (n < bottom)
		deep(n + 1);
	BARRIER();
}

static void deepest(void *unused)
{
	(void)unused;
	deep(0);
}

START_TEST(S129_the_trace_is_bounded)
{
	struct death *d = dies(deepest, NULL);

	ck_assert_str_eq(panics(d), "panic: deep\n");
	ck_assert_uint_lt(strlen(d->err), sizeof d->err - 1);
	ck_assert(aborted(d));
}
END_TEST

static void raisesp(void *unused)
{
	(void)unused;
	panic_set_exit(2);
	panic("p");
}

/* Whether a report has a trace. */
static bool traced(const struct death *d)
{
	return strstr(d->err, "[running]:\n") != NULL;
}

START_TEST(S130_the_environment_sets_how_much_is_printed)
{
	static const struct { const char *word; bool trace; } cases[] = {
		{ "none", false }, { "0", false }, { "single", true },
		{ "all", true }, { "1", true }, { "system", true },
		{ "2", true }, { "crash", true }, { "foo", true },
		{ "", true }
	};

	if (!canreexec())
		return;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct death *d = diesanew("p", "PANIC_TRACEBACK",
			cases[i].word);

		ck_assert_str_eq(panics(d), "panic: p\n");
		ck_assert_msg(traced(d) == cases[i].trace,
			"PANIC_TRACEBACK=\"%s\":\n%s", cases[i].word, d->err);
		if (!strcmp(cases[i].word, "crash"))
			ck_assert(aborted(d));
		else
			ck_assert(exited(d, 2));
	}
}
END_TEST

START_TEST(S130_none_prints_the_panic_lines_and_their_origin)
{
	struct death *d;

	if (!canreexec())
		return;
	d = diesanew("p", "PANIC_TRACEBACK", "none");
	ck_assert_ptr_ne(strstr(d->err, "s12-crash-text.c:"), NULL);
}
END_TEST

static void raised(void *word)
{
	if (panic_set_traceback(word) != 0)
		abort();
	raisesp(NULL);
}

static void raisessingle(void *unused)
{
	(void)unused;
	raised((char *)(uintptr_t)"single");
}

START_TEST(S131_set_traceback_raises_the_level_and_never_lowers_it)
{
	ck_assert(traced(dies(raised, "none")));
	ck_assert(exited(dies(raised, "all"), 2));
	ck_assert(aborted(dies(raised, "crash")));
	ck_assert_int_eq(panic_set_traceback("foo"), -1);
	ck_assert_int_eq(errno, EINVAL);
	if (canreexec())
		ck_assert(traced(diesanew("single", "PANIC_TRACEBACK",
			"none")));
}
END_TEST

static void fatal(void *unused)
{
	(void)unused;
	panic_fatal("broken");
}

START_TEST(S132_a_fatal_error_prints_a_trace)
{
	ck_assert(traced(dies(fatal, NULL)));
	if (canreexec())
		ck_assert(!traced(diesanew("fatal", "PANIC_TRACEBACK",
			"none")));
}
END_TEST

static void add(TCase *tc)
{
	LAYERED(tc, S120_the_chain_is_printed_oldest_first_with_tabs);
	LAYERED(tc, S120_one_panic_is_one_line);
	LAYERED(tc, S121_a_new_panic_with_an_equal_message_is_two_lines);
	LAYERED(tc, S122_a_repanic_is_one_line);
	LAYERED(tc, S122_a_repanic_of_a_repanic_is_still_one_line);
	LAYERED(tc, S122_a_repanic_that_was_recovered_inside_is_forgotten);
	tcase_add_test(tc, S123_values_are_formatted_as_by_printf);
	tcase_add_test(tc, S124_a_type_with_a_text_function_prints_its_text);
	tcase_add_test(tc, S125_a_type_without_one_prints_name_and_address);
	tcase_add_test(tc,
		S125_texts_longer_than_the_inline_buffer_are_whole);
	tcase_add_test(tc,
		S126_the_lines_of_a_message_after_the_first_get_a_tab);
	LAYERED(tc, S127_the_report_says_where_the_panic_was_raised);
	tcase_add_test(tc, S129_the_trace_is_bounded);
	tcase_add_test(tc, S130_the_environment_sets_how_much_is_printed);
	tcase_add_test(tc,
		S130_none_prints_the_panic_lines_and_their_origin);
	tcase_add_test(tc,
		S131_set_traceback_raises_the_level_and_never_lowers_it);
	tcase_add_test(tc, S132_a_fatal_error_prints_a_trace);
}

int main(void)
{
	static const struct program programs[] = {
		{ "p", raisesp }, { "single", raisessingle },
		{ "fatal", fatal }, { NULL, NULL }
	};

	runanew(programs);
	return runsuite("crash text", add);
}
