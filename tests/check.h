/* SPDX-License-Identifier: MIT */
/* check.h - what the tests of the library share, over Check. */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

/*
 * A test notes words as it runs and compares them, at its end, with the one
 * trace that it expects:
 *
 *	ck_assert_str_eq(trace, "b a [boom]");
 *
 * Check's own assertions end a test by a jump or by exit(), so they stand
 * outside frames.  In the folder of this file #include "check.h" means this,
 * and <check.h> means Check's: do not put the folder on the include path.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <check.h>
#include <panic.h>

#include "sanitizer.h"

#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define UNUSED __attribute__((unused))
#define HELPER UNUSED static

/* A function that must keep a frame of its own: says so where it counts. */
#define NOINLINE __attribute__((noinline))

static char trace[65536];

HELPER void forget(void)
{
	trace[0] = '\0';
}

/* Adds a word to the trace. */
__attribute__((format(printf, 1, 2)))
HELPER void note(const char *fmt, ...)
{
	size_t n = strlen(trace);
	va_list ap;

	if (n && n + 1 < sizeof trace)
		trace[n++] = ' ';
	va_start(ap, fmt);
	n += (size_t)vsnprintf(trace + n, sizeof trace - n, fmt, ap);
	va_end(ap);
	if (n >= sizeof trace)
		abort();
}

/* Deferred calls that most tests need. */

HELPER void say(void *word)
{
	note("%s", (const char *)word);
}

/* Recovers and notes the message, or "null". */
HELPER void rescue(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	note("[%s]", p ? panic_message(p) : "null");
}

HELPER void raise_text(void *text)
{
	panic("%s", (const char *)text);
}

HELPER void count(void *n)
{
	++*(int *)n;
}

/* What the chain of the tests' thread begins with: a mark of the library's, if
 * the program is static and none of its tests defers. */
static struct panic__defer *first_record;

HELPER int no_record(void)
{
	return !panic__g._defer || panic__g._defer == first_record;
}

/* Whether no record and no panic of this thread is left behind. */
HELPER int nothing_left(void)
{
	return no_record() && !panic__g._panic;
}

/* A test that left something on the thread's chains has failed. */
HELPER void check_chains(void)
{
	ck_assert_msg(no_record(), "a record was left on the chain");
	ck_assert_msg(!panic__g._panic, "a panic was left on the chain");
}

/* Threads. */

static void *call_in_thread(void *fn)
{
	(*(void (**)(void))fn)();
	note("returned");
	return fn;
}

/* Runs fn in a thread of its own until that has ended.  What it notes last,
 * "returned", goodbyes like goexit() leave out. */
HELPER void in_thread(void (*fn)(void))
{
	pthread_t t;
	void *result;

	ck_assert_int_eq(pthread_create(&t, NULL, call_in_thread, &fn), 0);
	ck_assert_int_eq(pthread_join(t, &result), 0);
}

/* Processes that must die. */

static char death[32768];		/* all that the last one wrote */

static void read_death(int fd)
{
	size_t n = 0;
	ssize_t got;

	while (n < sizeof death - 1) {
		got = read(fd, death + n, sizeof death - 1 - n);
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	death[n] = '\0';
	close(fd);
}

/* Appends to words the lines of panics and fatal errors in the death. */
static void add_last_words(char *words, size_t size)
{
	const char *line, *end;
	int keep = 0;
	size_t n;

	for (line = death; *line; line = end) {
		end = strchr(line, '\n');
		end = end ? end + 1 : line + strlen(line);
		if (!strncmp(line, "panic: ", 7) ||
		    !strncmp(line, "fatal error: ", 13))
			keep = 1;
		else if (line[0] != '\t')
			keep = 0;
		n = strlen(words);
		if (keep && n + (size_t)(end - line) < size) {
			memcpy(words + n, line, (size_t)(end - line));
			words[n + (size_t)(end - line)] = '\0';
		}
	}
}

/* How the child pid ended, as "SIGABRT" or "exit 3", and on the lines below
 * its panics and its fatal error, without places and traces: these stand in
 * death. */
static const char *last_words_of(pid_t pid, int fd)
{
	static char words[sizeof death];
	int status;

	read_death(fd);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status))
		snprintf(words, sizeof words, "exit %d\n", WEXITSTATUS(status));
	else
		snprintf(words, sizeof words, "%s%.0d\n",
			WTERMSIG(status) == SIGABRT ? "SIGABRT" : "signal ",
			WTERMSIG(status) == SIGABRT ? 0 : WTERMSIG(status));
	add_last_words(words, sizeof words);
	return words;
}

/* Forks; in the child, standard error goes to the parent. */
static pid_t fork_mortal(int *fd)
{
	static const struct rlimit none = { 0, 0 };
	int pipefd[2];
	pid_t pid;

	ck_assert_int_eq(pipe(pipefd), 0);
	fflush(stdout);
	pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		LEAKS_ARE_NO_MATTER();
		setrlimit(RLIMIT_CORE, &none);
		dup2(pipefd[1], 2);
		close(pipefd[0]);
		close(pipefd[1]);
	} else {
		close(pipefd[1]);
		*fd = pipefd[0];
	}
	return pid;
}

/* Calls fn in a child and returns its last_words_of(); a child whose fn
 * returns ends with status 0. */
HELPER const char *last_words(void (*fn)(void))
{
	int fd = -1;
	pid_t pid = fork_mortal(&fd);

	if (pid == 0) {
		fn();
		_exit(0);
	}
	return last_words_of(pid, fd);
}

/* Writes to standard error at once: what a child says before it dies. */
HELPER void shout(void *word)
{
	dprintf(2, "%s\n", (const char *)word);
}

#define assert_dies(fn, words) ck_assert_str_eq(last_words(fn), words)

/* The last child's death must tell this. */
#define assert_told(text) \
	ck_assert_msg(strstr(death, text) != NULL, \
		"\"%s\" is not in:\n%s", text, death)
#define assert_not_told(text) \
	ck_assert_msg(strstr(death, text) == NULL, \
		"\"%s\" is in:\n%s", text, death)

/* Which tests run. */

/* Whether name is among the words of the environment's variable. */
static int listed(const char *variable, const char *name)
{
	const char *list = getenv(variable), *found;
	size_t n = strlen(name);

	for (found = list; found && (found = strstr(found, name)); found += n)
		if ((found == list || found[-1] == ' ') &&
		    (found[n] == ' ' || !found[n]))
			return 1;
	return 0;
}

/* ONLY names the tests that are wanted, all if it is not set; LEFT_OUT those
 * that an emulator or a C library cannot do. */
HELPER int is_wanted(const TTest *test)
{
	if (getenv("ONLY"))
		return listed("ONLY", test->name);
	if (!listed("LEFT_OUT", test->name))
		return 1;
	printf("left out: %s\n", test->name);
	return 0;
}

#undef tcase_add_test
#define tcase_add_test(tcase, test) tcase_add_loop_test(tcase, test, 0, 1)
#undef tcase_add_loop_test
#define tcase_add_loop_test(tcase, test, start, end) do { \
	if (is_wanted(test)) \
		_tcase_add_test(tcase, test, 0, 0, start, end); \
} while (0)

HELPER TCase *new_case(const char *name)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, forget, check_chains);
	tcase_set_timeout(tcase, 120);
	return tcase;
}

/* What main() returns. */
HELPER int run_case(const char *name, TCase *tcase)
{
	Suite *suite = suite_create(name);
	SRunner *runner;
	int failed;

	first_record = panic__g._defer;
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	if (getenv("ONLY") && srunner_ntests_run(runner) == 0)
		failed = puts("no test has the name that ONLY tells");
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* Runs the tests, a list that ends in NULL; what main() returns. */
HELPER int run_tests(const char *name, const TTest *const *tests)
{
	TCase *tcase = new_case(name);

	for (; *tests; tests++)
		tcase_add_test(tcase, *tests);
	return run_case(name, tcase);
}

#define RUN_TESTS(name, ...) \
	run_tests(name, (const TTest *const[]){ __VA_ARGS__, NULL })

#endif
