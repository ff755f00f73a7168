/* SPDX-License-Identifier: MIT */
/* race.c - the processor time of two programs with the same arguments: the
 * least of some rounds, in each of which both run. */

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

/* The time that the program takes; fewer seconds than none if it fails. */
static double run(const char *program, char **argv)
{
	struct rusage used;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		argv[0] = (char *)(size_t)program;
		execv(program, argv);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &used) < 0 || status != 0)
		return -1;
	return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/* race ROUNDS PROGRAM OTHER ARGUMENT...: prints PROGRAM's time in
 * milliseconds, OTHER's, and OTHER's in parts of PROGRAM's. */
int main(int argc, char **argv)
{
	double best[2] = { 1e9, 1e9 };

	if (argc < 4)
		return 2;
	for (int round = 0; round < 2 * atoi(argv[1]); round++) {
		int which = (round + round / 2) % 2;	/* A B B A A B ... */
		double time = run(argv[2 + which], argv + 3);

		if (time < 0) {
			fprintf(stderr, "race: %s failed\n", argv[2 + which]);
			return 1;
		}
		if (time < best[which])
			best[which] = time;
	}
	printf("%.0f %.0f %.2f\n", best[0] * 1e3, best[1] * 1e3,
		best[1] / best[0]);
	return 0;
}
