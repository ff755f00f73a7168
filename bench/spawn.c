/* SPDX-License-Identifier: MIT */
/* spawn.c - how long a program takes to start and end: the least of COUNT. */

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* spawn COUNT PROGRAM ARGUMENT... */
int main(int argc, char **argv)
{
	double best = 1e30;

	for (int i = argc > 2 ? atoi(argv[1]) : 0; i > 0; i--) {
		double start = now();
		int status;
		pid_t pid;

		if (posix_spawn(&pid, argv[2], NULL, NULL, argv + 2, environ))
			return 1;
		waitpid(pid, &status, 0);
		if (now() - start < best)
			best = now() - start;
	}
	printf("%.0f\n", best);
	return 0;
}
