/* SPDX-License-Identifier: MIT */
/* test-ways.c - ways out of a frame that end or replace the process, or go on
 * in another: what runs, as panic(7), WAYS OUT OF A FRAME, has it. */

#include "check.h"

#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>

extern char **environ;

static void (*way)(void);

static void by_defer_frame(void)
{
	defer_frame();
	defer(shout, "deferred");
	way();
}

static void by_recover_frame(void)
{
	recover_frame(return);
	defer(shout, "deferred");
	way();
}

static void by_deferproc(void)
{
	if (deferproc(shout, "deferred"))
		goto epilogue;
	way();
epilogue:
	deferreturn();
}

/* Whether fn ends the process so from each kind of frame, and no deferred call
 * runs; or each runs once. */
static void check_way(void (*fn)(void), const char *status, const char *all)
{
	void (*const frames[])(void) =
		{ by_defer_frame, by_recover_frame, by_deferproc };

	way = fn;
	for (int i = 0; i < 3; i++) {
		assert_dies(frames[i], status);
		ck_assert_str_eq(death, all);
	}
}

static void exits(void)
{
	exit(5);
}

static void exits_quickly(void)
{
	quick_exit(5);
}

static void exits_at_once(void)
{
	_exit(5);
}

START_TEST(no_exit_runs_deferred_calls)
{
	check_way(exits, "exit 5\n", "");
	check_way(exits_quickly, "exit 5\n", "");
	check_way(exits_at_once, "exit 5\n", "");
}
END_TEST

START_TEST(abort_runs_no_deferred_calls)
{
	check_way(abort, "SIGABRT\n", "");
}
END_TEST

static void executes(void)
{
	execl("/bin/sh", "sh", "-c", "exit 6", (char *)NULL);
}

START_TEST(exec_runs_no_deferred_calls)
{
	check_way(executes, "exit 6\n", "");
}
END_TEST

static void spawns(void)
{
	char *const argv[] = { "sh", "-c", "echo spawned >&2", NULL };
	pid_t pid;

	if (posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environ))
		abort();
	waitpid(pid, NULL, 0);
}

START_TEST(posix_spawn_leaves_no_frame)
{
	check_way(spawns, "exit 0\n", "spawned\ndeferred\n");
}
END_TEST

static void forks_to_execute(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", "echo executed >&2",
			(char *)NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

START_TEST(vfork_leaves_no_frame)
{
	check_way(forks_to_execute, "exit 0\n", "executed\ndeferred\n");
}
END_TEST

int main(void)
{
	return RUN_TESTS("ways",
		no_exit_runs_deferred_calls,
		abort_runs_no_deferred_calls,
		exec_runs_no_deferred_calls,
		posix_spawn_leaves_no_frame,
		vfork_leaves_no_frame);
}
