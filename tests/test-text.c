/* SPDX-License-Identifier: MIT */
/* test-text.c - what a report prints of texts that come from elsewhere. */

#include "report.h"

#include <regex.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>

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

static void *fatal_in_a_thread(void *unused)
{
	fatal_text();
	return unused;
}

/* The thread's stack is where a 32-bit address space of Linux ends, if that is
 * free; a 64-bit one has no such address, and gives another.  The sanitizers
 * need most of a MiB for themselves. */
static void fatal_at_the_highest_address(void)
{
	enum { SIZE = 1024 * 1024 };
	void *stack = mmap((void *)(UINTPTR_MAX - 0x1fff - SIZE), SIZE,
		PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_attr_t attr;
	pthread_t thread;

	if (stack == MAP_FAILED || pthread_attr_init(&attr) ||
	    pthread_attr_setstack(&attr, stack, SIZE) ||
	    pthread_create(&thread, &attr, fatal_in_a_thread, NULL))
		_exit(1);
	pthread_join(thread, NULL);
}

START_TEST(a_text_near_the_end_of_memory_is_not_cut)
{
	ck_assert_msg(!strncmp(said(fatal_at_the_highest_address, "all of it"),
		"fatal error: all of it\n", 23), "%s", death);
}
END_TEST

/* The line that tells what has died, where and when. */

static const char *version;

static void raise_in_version(void)
{
	panic_set_version(version);
	panic_set_traceback("none");
	raise_text_there();
}

/* The line, with n for each digit. */
static const char *head(void)
{
	static char line[4096];
	const char *at = strstr(death, "\nprogram ");

	ck_assert_msg(at != NULL, "%s", death);
	snprintf(line, sizeof line, "%.*s", (int)strcspn(at + 1, "\n"),
		at + 1);
	for (char *c = line; *c; c++)
		if (isdigit(*c))
			*c = 'n';
	return line;
}

#define assert_head(want) do { \
	regex_t re__; \
 \
	ck_assert_int_eq(regcomp(&re__, want, REG_EXTENDED | REG_NOSUB), 0); \
	ck_assert_msg(!regexec(&re__, head(), 0, NULL, 0), "%s", head()); \
	regfree(&re__); \
} while (0)

START_TEST(the_head_tells_program_version_process_thread_and_time)
{
	version = "food-1.2~rc\n";
	said(raise_in_version, "a");
	assert_head("^program /[^ ]*test-text food-n.n~rc\\\\xna, pid n+, "
		"thread n+ \"test-text\", nnnn-nn-nnTnn:nn:nnZ$");
	version = NULL;
	said(raise_in_version, "a");
	assert_head("^program /[^ ]*test-text( .build-id [nabcdef]+.)?, pid ");
	said(fatal_text, "a");
	assert_head("^program /");
}
END_TEST

START_TEST(a_version_is_short)
{
	char long64[65] = "";

	memset(long64, '1', 63);
	ck_assert_int_eq(panic_set_version(long64), 0);
	long64[63] = '1';
	ck_assert_int_eq(panic_set_version(long64), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_int_eq(panic_set_version(NULL), -1);
}
END_TEST

/* time() may be late by a tick: it would tell the second before. */
static time_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec;
}

/* The report's time against the C library's. */
START_TEST(the_time_is_that_of_the_clock)
{
	time_t before = now(), told;
	struct tm tm = { 0 };
	const char *at;

	said(raise_in_version, "a");
	at = strstr(death, "Z\n");
	ck_assert_ptr_nonnull(at);
	ck_assert_ptr_nonnull(strptime(at - 19, "%Y-%m-%dT%H:%M:%SZ", &tm));
	told = timegm(&tm);
	ck_assert(before <= told && told <= now());
}
END_TEST

int main(void)
{
	return RUN_TESTS("text",
		what_is_not_printable_is_escaped,
		utf_8_is_printed_but_its_control_characters,
		a_name_of_a_thread_forges_no_lines,
		a_long_text_is_cut,
		a_text_near_the_end_of_memory_is_not_cut,
		the_head_tells_program_version_process_thread_and_time,
		a_version_is_short,
		the_time_is_that_of_the_clock);
}
