/* SPDX-License-Identifier: MIT */
/* test-outlast.c - a report that has begun is finished, and ends the process:
 * exit(), fork() and what hangs on the way. */

#include "report.h"

#include <sys/syscall.h>

static int begun[2], exiting[2];

static void open_pipes(void)
{
	if (pipe(begun) || pipe(exiting))
		abort();
}

static void await(const int fd[2])
{
	char c;

	while (read(fd[0], &c, 1) < 0)
		;
}

static void tell(const int fd[2])
{
	if (write(fd[1], "", 1) != 1)
		abort();
}

/* In the thread that dies: its report begins, and ends after exit() has begun
 * in another one. */
static void hook_that_meets_exit(const struct panic *p, const char *fatal,
	void *arg)
{
	(void)p, (void)fatal, (void)arg;
	tell(begun);
	await(exiting);
}

FRAME static void *dies(void *unused)
{
	(void)unused;
	panic("a");
}

static void tell_exiting(void)
{
	tell(exiting);
}

static void exits_meanwhile(void)
{
	pthread_t t;

	open_pipes();
	atexit(tell_exiting);
	panic_set_hook(hook_that_meets_exit, NULL);
	pthread_create(&t, NULL, dies, NULL);
	await(begun);
	exit(0);
}

static void exits_meanwhile_with_3(void)
{
	panic_set_exit(3);
	exits_meanwhile();
}

START_TEST(exit_waits_for_a_report)
{
	assert_ends(exits_meanwhile, "SIGABRT");
	assert_told("panic: a\n");
	assert_told("[running]:\ndies+");
	assert_ends(exits_meanwhile_with_3, "exit 3");
	assert_told("[running]:\ndies+");
}
END_TEST

/* What runs in a dying thread exits. */

static void hook_that_calls_exit(const struct panic *p, const char *fatal,
	void *arg)
{
	(void)p, (void)fatal, (void)arg;
	exit(7);
}

static int text_that_calls_exit(const void *data, char *buf, size_t size)
{
	(void)data, (void)buf, (void)size;
	exit(7);
}

FRAME static void raise_a(void)
{
	panic("a");
}

static void with_a_hook_that_exits(void)
{
	panic_set_hook(hook_that_calls_exit, NULL);
	raise_a();
}

static void with_a_text_that_exits(void)
{
	static const struct panic_type type =
		{ "struct t", text_that_calls_exit, NULL };

	panic_value(&type, &begun);
}

START_TEST(exit_in_a_hook_or_a_text_loses_no_report)
{
	assert_ends(with_a_hook_that_exits, "SIGABRT");
	assert_told("panic: a\n");
	assert_told("[running]:\nraise_a+");
	assert_ends(with_a_text_that_exits, "SIGABRT");
	assert_told("fatal error: panic while printing panic value: exit()\n");
}
END_TEST

static void hook_with_a_child(const struct panic *p, const char *fatal,
	void *arg)
{
	pid_t pid = fork();

	(void)p, (void)fatal, (void)arg;
	if (pid == 0)
		exit(0);	/* it has nothing to report */
	waitpid(pid, NULL, 0);
}

static void with_a_hook_that_forks(void)
{
	panic_set_hook(hook_with_a_child, NULL);
	raise_a();
}

START_TEST(a_child_of_the_hook_exits_in_peace)
{
	assert_ends(with_a_hook_that_forks, "SIGABRT");
	ck_assert_int_eq(occurrences("panic: a\n"), 1);
}
END_TEST

/* A fork while another thread's report has begun. */

static void forks_meanwhile(void)
{
	pthread_t t;
	int status;
	pid_t pid;

	open_pipes();
	panic_set_hook(hook_that_meets_exit, NULL);
	pthread_create(&t, NULL, dies, NULL);
	await(begun);
	pid = fork();
	if (pid == 0) {
		panic_set_hook(NULL, NULL);
		panic("in the child");
	}
	waitpid(pid, &status, 0);
	dprintf(2, "child: %d\n", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
	tell(exiting);
	for (;;)
		pause();
}

START_TEST(a_child_dies_of_its_own_panic)
{
	assert_ends(forks_meanwhile, "SIGABRT");
	assert_told("panic: in the child\n");
	assert_told("forks_meanwhile+");
	assert_told("child: 6\n");
	assert_told("panic: a\n");
}
END_TEST

/* What hangs. */

static void hook_that_hangs(const struct panic *p, const char *fatal, void *arg)
{
	(void)p, (void)fatal, (void)arg;
	for (;;)
		pause();
}

static int text_that_hangs(const void *data, char *buf, size_t size)
{
	(void)data, (void)buf, (void)size;
	for (;;)
		pause();
}

static void with_a_hook_that_hangs(void)
{
	panic_set_hook(hook_that_hangs, NULL);
	raise_a();
}

static void with_a_text_that_hangs(void)
{
	static const struct panic_type type =
		{ "struct t", text_that_hangs, NULL };

	panic_value(&type, &begun);
}

static volatile bool stuck;

/* In the place of the C library's, for the library as well. */
ssize_t write(int fd, const void *buf, size_t n)
{
	while (stuck)
		pause();
	return syscall(SYS_write, fd, buf, n);
}

static void with_a_write_that_hangs(void)
{
	stuck = true;
	raise_a();
}

/* Of several at once, for each takes five seconds or ten. */
struct child { pid_t pid; int fd; };

static void start(struct child *c, void (*fn)(void))
{
	c->pid = fork_mortal(&c->fd);
	if (c->pid == 0) {
		bottom(fn);
		_exit(0);
	}
}

static void assert_aborts(struct child *c)
{
	const char *words = last_words_of(c->pid, c->fd);

	ck_assert_msg(!strncmp(words, "SIGABRT\n", 8), "%s", words);
}

START_TEST(what_hangs_is_left)
{
#ifndef __linux__
	LEFT_OUT("no timer that signals one thread");
#else
	struct child hook, text, output;

	start(&hook, with_a_hook_that_hangs);
	start(&text, with_a_text_that_hangs);
	start(&output, with_a_write_that_hangs);
	assert_aborts(&hook);
	assert_told("the hook was left: it has taken more than 5 s\n"
		"panic: a\n");
	assert_told("[running]:\nraise_a+");
	assert_aborts(&text);
	assert_told("panic while printing panic value: "
		"it has taken more than 5 s\n");
	assert_aborts(&output);
#endif
}
END_TEST

int main(void)
{
	return RUN_TESTS("outlast",
		exit_waits_for_a_report,
		exit_in_a_hook_or_a_text_loses_no_report,
		a_child_of_the_hook_exits_in_peace,
		a_child_dies_of_its_own_panic,
		what_hangs_is_left);
}
