/* SPDX-License-Identifier: MIT */
/* bench-report.c - how long a report takes, and a log of what was recovered:
 * make bench-report. */

/*
 * Each process that dies says when it panics, and the time to the last byte
 * of its report counts: the kernel's work on what is left of it does not.  The
 * figure is the least of some runs.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <panic.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FRAME __attribute__((noinline))

struct work {
	const char *name;
	int frames, threads;
	size_t memory;		/* bytes that are touched */
	int busy;		/* threads in malloc() */
};

static const struct work works[] = {
	{ "10 frames", 10, 0, 0, 0 },
	{ "100 frames", 100, 0, 0, 0 },
	{ "10000 frames", 10000, 0, 0, 0 },
	{ "10 frames, 100 threads", 10, 100, 0, 0 },
	{ "100 frames, 100 threads", 100, 100, 0, 0 },
	{ "10000 frames, 100 threads", 10000, 100, 0, 0 },
	{ "10 frames, 1 GB", 10, 0, (size_t)1 << 30, 0 },
	{ "10 frames, 8 threads in malloc()", 10, 0, 0, 8 },
};

static double *started;		/* shared with what dies */
static volatile int depth;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

FRAME static void deep(int n)
{
	if (n == 0) {
		*started = now();
		panic("bench");
	}
	deep(n - 1);
	depth++;
}

static void *waits(void *barrier)
{
	pthread_barrier_wait(barrier);
	while (pause())
		;
	return NULL;
}

static void *allocates(void *barrier)
{
	void *p[64] = { NULL };

	pthread_barrier_wait(barrier);
	for (unsigned i = 1; i; i = (i * 1103515245 + 12345) | 1) {
		free(p[i % 64]);
		p[i % 64] = malloc(2000 + (i >> 8) % 20000);
	}
	return NULL;
}

static void run(const struct work *w)
{
	static pthread_barrier_t barrier;
	static const struct rlimit none = { 0, 0 };
	pthread_t t;

	setrlimit(RLIMIT_CORE, &none);
	pthread_barrier_init(&barrier, NULL,
		(unsigned)(w->threads + w->busy + 1));
	for (int i = 0; i < w->threads + w->busy; i++)
		if (pthread_create(&t, NULL, i < w->threads ? waits : allocates,
		    &barrier))
			_exit(1);
	if (w->memory)
		memset(malloc(w->memory), 1, w->memory);
	pthread_barrier_wait(&barrier);
	panic_set_traceback(w->threads ? "all" : "single");
	deep(w->frames);
}

/* Milliseconds, and whether there were lines. */
static double once(const struct work *w, int *lines)
{
	static char text[1 << 20];
	double last = 0;
	size_t n = 0;
	ssize_t got;
	int fd[2];
	pid_t pid;

	if (pipe(fd))
		abort();
	pid = fork();
	if (pid == 0) {
		dup2(fd[1], 2);
		close(fd[0]);
		close(fd[1]);
		run(w);
	}
	close(fd[1]);
	while ((got = read(fd[0], text + n, sizeof text - 1 - n)) > 0) {
		last = now();
		n += (size_t)got;
	}
	text[n] = '\0';
	*lines = strstr(text, "bench-report.c:") && strstr(text, "\ndeep+") &&
		!strstr(text, "no files and lines");
	close(fd[0]);
	waitpid(pid, NULL, 0);
	return last - *started;
}

static void report(const struct work *w, int runs)
{
	double least = 1e9, ms;
	int lines, all = 1;

	for (int i = 0; i < runs; i++) {
		ms = once(w, &lines);
		least = ms < least ? ms : least;
		all = all && lines;
	}
	printf("%-36s %9.1f ms%s\n", w->name, least,
		all ? "" : "  without files and lines");
}

/* Recovered panics. */

static int fd;
static enum { TAKE, FORMAT, LOG } what;

static void handle(void *unused)
{
	static char text[8192];
	const struct panic *p = recover();

	(void)unused;
	if (what == TAKE)
		panic_free(panic_take(p));
	else if (what == FORMAT)
		panic_format_stack(p, text, sizeof text);
	else
		panic_print_stack(p, fd);
}

FRAME static void raise_deep(int n)
{
	if (n == 0)
		panic("a request");
	raise_deep(n - 1);
	depth++;
}

FRAME static void request(void)
{
	recover_frame(return);
	defer(handle, NULL);
	raise_deep(4);
}

static void recovered(const char *name)
{
	enum { N = 100000 };
	struct timespec a, b;
	double start = now(), s;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
	for (int i = 0; i < N; i++)
		request();
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
	s = (double)(b.tv_sec - a.tv_sec) +
		(double)(b.tv_nsec - a.tv_nsec) / 1e9;
	printf("%-36s %9.2f s, %.2f s of the processor's\n", name,
		(now() - start) / 1e3, s);
}

int main(int argc, char **argv)
{
	char name[] = "/tmp/bench-report-XXXXXX";
	int runs = argc > 1 ? atoi(argv[1]) : 5;

	started = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (size_t i = 0; i < sizeof works / sizeof *works; i++)
		report(&works[i], runs);
	fd = mkstemp(name);
	unlink(name);
	printf("\n100000 panics over 10 frames, recovered:\n");
	what = TAKE;
	recovered("panic_take()");
	what = FORMAT;
	recovered("panic_format_stack()");
	what = LOG;
	recovered("panic_print_stack() to a file");
	return 0;
}
