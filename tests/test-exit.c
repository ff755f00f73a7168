/* SPDX-License-Identifier: MIT */
/* test-exit.c - the end's status and how much it prints: panic_set_exit,
 * PANIC_EXIT, panic_set_traceback, PANIC_TRACEBACK (D7, D16). */

#include "check.h"
#include "machine.h"

#include <errno.h>

/* The library reads its environment when it starts, so the child is a new
 * run of this program: "test-exit die" panics. */
static const char *last_words_in(const char *name, const char *value,
	const char *action)
{
	int fd = -1;
	pid_t pid = fork_mortal(&fd);

	if (pid == 0) {
		unsetenv("PANIC_EXIT");
		unsetenv("PANIC_TRACEBACK");
		setenv(name, value, 1);
		run_anew(action);
	}
	return last_words_of(pid, fd);
}

static void die(void)
{
	panic("boom");
}

static void set_exit_and_die(void)
{
	if (panic_set_exit(3))
		shout("refused");
	die();
}

START_TEST(panic_set_exit_replaces_the_abort)	/* D7 */
{
	assert_dies(set_exit_and_die, "exit 3\npanic: boom\n");
}
END_TEST

static void set_exit_twice_and_die(void)
{
	panic_set_exit(3);
	panic_set_exit(0);
	die();
}

START_TEST(panic_set_exit_of_zero_means_abort_again)	/* D7 */
{
	assert_dies(set_exit_twice_and_die, "SIGABRT\npanic: boom\n");
}
END_TEST

START_TEST(panic_set_exit_refuses_what_is_no_status)	/* D7 */
{
	errno = 0;
	ck_assert_int_eq(panic_set_exit(256), -1);
	ck_assert_int_eq(errno, EINVAL);
	errno = 0;
	ck_assert_int_eq(panic_set_exit(-1), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_int_eq(panic_set_exit(255), 0);
	ck_assert_int_eq(panic_set_exit(0), 0);
}
END_TEST

static void set_exit_and_fail(void)
{
	panic_set_exit(4);
	panic_fatal("broken");
}

START_TEST(a_fatal_error_ends_as_an_uncaught_panic_does)	/* D16 */
{
	assert_dies(set_exit_and_fail, "exit 4\nfatal error: broken\n");
}
END_TEST

START_TEST(the_environment_sets_the_status)	/* D7, D16 */
{
	ck_assert_str_eq(last_words_in("PANIC_EXIT", "2", "die"),
		"exit 2\npanic: boom\n");
	ck_assert_str_eq(last_words_in("PANIC_EXIT", "255", "die"),
		"exit 255\npanic: boom\n");
}
END_TEST

START_TEST(a_status_that_is_none_is_ignored)	/* D16 */
{
	static const char *const bad[] =
		{ "", "0", "256", "-1", "x", "2x", "99999999999999999999" };

	for (int i = 0; i < 7; i++)
		ck_assert_str_eq(last_words_in("PANIC_EXIT", bad[i], "die"),
			"SIGABRT\npanic: boom\n");
}
END_TEST

/* A trace names the functions of the stack; the lines of the panics do not. */
static int has_trace(void)
{
	return strstr(death, "[running]") != NULL;
}

START_TEST(traceback_none_prints_the_lines_with_their_origin)	/* D16 */
{
	ck_assert_str_eq(last_words_in("PANIC_TRACEBACK", "none", "die"),
		"SIGABRT\npanic: boom\n");
	ck_assert(!has_trace());
	assert_told("test-exit.c:");
	last_words_in("PANIC_TRACEBACK", "0", "die");
	ck_assert(!has_trace());
}
END_TEST

START_TEST(traceback_words_and_numbers_print_a_trace)	/* D16 */
{
	static const char *const words[] =
		{ "single", "all", "system", "1", "2", "unknown", "3", "" };

	for (int i = 0; i < 8; i++) {
		ck_assert_str_eq(last_words_in("PANIC_TRACEBACK", words[i],
			"die"), "SIGABRT\npanic: boom\n");
		ck_assert_msg(has_trace(), "%s: %s", words[i], death);
	}
}
END_TEST

START_TEST(traceback_crash_aborts_whatever_the_status)	/* D16 */
{
	ck_assert_str_eq(last_words_in("PANIC_TRACEBACK", "crash",
		"exit and die"), "SIGABRT\npanic: boom\n");
	ck_assert_str_eq(last_words_in("PANIC_TRACEBACK", "all",
		"exit and die"), "exit 3\npanic: boom\n");
}
END_TEST

START_TEST(panic_set_traceback_raises_the_level_only)	/* D7, S131 */
{
	last_words_in("PANIC_TRACEBACK", "none", "raise and die");
	ck_assert(has_trace());
	last_words_in("PANIC_TRACEBACK", "single", "lower and die");
	ck_assert(has_trace());
}
END_TEST

START_TEST(panic_set_traceback_refuses_an_unknown_word)
{
	errno = 0;
	ck_assert_int_eq(panic_set_traceback("much"), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_int_eq(panic_set_traceback("single"), 0);
}
END_TEST

START_TEST(the_version_is_that_of_the_header)
{
	char version[32];

	snprintf(version, sizeof version, "%d.%d.%d", PANIC_VERSION_MAJOR,
		PANIC_VERSION_MINOR, PANIC_VERSION_PATCH);
	ck_assert_str_eq(panic_version(), version);
}
END_TEST

/* What a child does. */
static int act(const char *action)
{
	if (!strcmp(action, "exit and die"))
		panic_set_exit(3);
	if (!strcmp(action, "raise and die") && panic_set_traceback("all"))
		return 125;
	if (!strcmp(action, "lower and die") && panic_set_traceback("none"))
		return 125;
	die();
	return 125;
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return act(argv[1]);
	return RUN_TESTS("exit",
		panic_set_exit_replaces_the_abort,
		panic_set_exit_of_zero_means_abort_again,
		panic_set_exit_refuses_what_is_no_status,
		a_fatal_error_ends_as_an_uncaught_panic_does,
		the_environment_sets_the_status,
		a_status_that_is_none_is_ignored,
		traceback_none_prints_the_lines_with_their_origin,
		traceback_words_and_numbers_print_a_trace,
		traceback_crash_aborts_whatever_the_status,
		panic_set_traceback_raises_the_level_only,
		panic_set_traceback_refuses_an_unknown_word,
		the_version_is_that_of_the_header);
}
