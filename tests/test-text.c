/* SPDX-License-Identifier: MIT */
/* test-text.c - what a report prints of texts that come from elsewhere. */

#include "report.h"

#include <sys/prctl.h>

static const char *text;

FRAME static void raise_text_there(void)
{
	panic("%s", text);
}

FRAME static void fatal_text(void)
{
	panic_fatal("%s", text);
}

static void in_a_thread_with_a_name(void)
{
	prctl(PR_SET_NAME, "a\"\n\033[2J\r");
	panic("a");
}

static const char *said(void (*fn)(void), const char *what)
{
	text = what;
	assert_ends(fn, "SIGABRT");
	return heading();
}

START_TEST(what_is_not_printable_is_escaped)
{
	static const char bad[] = "\033[31m\a\b\r\vx\177\t.\n\nthread 1";

	ck_assert_ptr_nonnull(strstr(said(raise_text_there, bad),
		"panic: \\x1b[31m\\x07\\x08\\x0d\\x0bx\\x7f\t.\n\t\n"
		"\tthread 1\n"));
	ck_assert_ptr_nonnull(strstr(said(fatal_text, bad),
		"fatal error: \\x1b[31m\\x07\\x08\\x0d\\x0bx\\x7f\t.\n\t\n"
		"\tthread 1\n"));
}
END_TEST

START_TEST(utf_8_is_printed_but_its_control_characters)
{
	static const char good[] = "\302\240 \303\244 \342\202\254 "
		"\360\237\230\200";

	ck_assert_ptr_nonnull(strstr(said(raise_text_there, good), good));
	ck_assert_ptr_nonnull(strstr(said(raise_text_there,
		"\302\233 \233 \300\200 \303 \342\202"),
		"panic: \\xc2\\x9b \\x9b \\xc0\\x80 \\xc3 \\xe2\\x82\n"));
}
END_TEST

START_TEST(a_name_of_a_thread_forges_no_lines)
{
	assert_ends(in_a_thread_with_a_name, "SIGABRT");
	assert_told(" \"a\"\\x0a\\x1b[2J\\x0d\" [running]:\n");
}
END_TEST

enum { KEPT = 65536 };

static void raise_a_long_message(void)
{
	static char much[KEPT + 3];

	memset(much, 'x', KEPT + 2);
	panic("%s", much);
}

/* death holds less. */
START_TEST(a_long_text_is_cut)
{
	static char all[2 * KEPT];
	int fd = -1;
	pid_t pid = fork_mortal(&fd);
	size_t n = 0;
	ssize_t got;

	if (pid == 0)
		raise_a_long_message();
	while ((got = read(fd, all + n, sizeof all - 1 - n)) > 0)
		n += (size_t)got;
	close(fd);
	waitpid(pid, NULL, 0);
	ck_assert_msg(!strncmp(all + 7 + KEPT, "... (2 bytes more)\n", 19),
		"%.40s", all + 7 + KEPT);
}
END_TEST

int main(void)
{
	return RUN_TESTS("text",
		what_is_not_printable_is_escaped,
		utf_8_is_printed_but_its_control_characters,
		a_name_of_a_thread_forges_no_lines,
		a_long_text_is_cut);
}
