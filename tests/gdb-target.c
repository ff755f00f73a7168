/* SPDX-License-Identifier: MIT */
/* gdb-target.c - stops inside a deferred function, for tests/gdb.sh. */

#include <panic.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

__attribute__((noinline)) static void stop(void *how)
{
	if (*(const char *)how == 'a')
		abort();
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}

static void again(void *unused)
{
	(void)unused;
	recover();
	panic("again\nand again");
}

static void keep(void *unused)
{
	(void)unused;
}

static void *idle(void *fd)
{
	recover_frame(return NULL);
	for (int i = 0; i < 10; i++)
		defer(keep, (void *)(uintptr_t)i);
	defer(close, 77);
	if (write(*(int *)fd, "", 1) == 1)
		pause();
	return fd;
}

__attribute__((noinline)) static void work(char *how)
{
	recover_frame(return);
	defer(free, malloc(1));
	defer(stop, how);
	defer(again, NULL);
	panic("the first");
}

/* Nobody recovers this one. */
__attribute__((noinline)) static void fail(void)
{
	defer_frame();
	defer(keep, NULL);
	panic("the last");
}

__attribute__((noinline)) static void die(void)
{
	defer_frame();
	defer(free, NULL);
	defer(keep, NULL);
	fail();
}

/* The arguments "abort" and "die" leave a core, another waits for gdb. */
int main(int argc, char **argv)
{
	pthread_t t;
	int fd[2];
	char c;

	if (argc < 2 || pipe(fd) || pthread_create(&t, NULL, idle, &fd[1]) ||
	    read(fd[0], &c, 1) != 1)
		return 1;
	defer_frame();
	defer(keep, NULL);
	if (deferproc(keep, argv))
		goto out;
	if (argv[1][0] == 'd')
		die();
	work(argv[1]);
out:
	deferreturn();
	return 0;
}
