/* SPDX-License-Identifier: MIT */
/* bench.h - what the benchmark programs in C and C++ share. */
#ifndef BENCH_H
#define BENCH_H

/*
 * A program is called as
 *
 *	bench-PEER [-t MS | -n COUNT | -a] WORK
 *
 * and prints one number: nanoseconds per operation of WORK, the least of many
 * short batches in MS milliseconds; with -a the heap calls per operation; with
 * -n nothing, after COUNT operations.  A work that it does not know prints "-",
 * the work "startup" nothing.  "value#" in a table of works stands for value1,
 * value2 and so on.  bench/run does the rest.
 *
 * Batches are short (50 us) because the machine is shared: in a long one
 * something always interferes.
 */

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The number at the end of the work's name. */
static int number;

/* Nothing may be known of the function at its call, as of one in another
 * file. */
#if defined __clang__
#define OPAQUE __attribute__((noinline))
#else
#define OPAQUE __attribute__((noipa))
#endif

/* Either run, which does n operations, or value, which measures by itself. */
struct work {
	const char *name;
	void (*run)(long n);
	double (*value)(void);
};

#define RUN(work, ...) \
static void run_##work(long n) \
{ \
	while (n--) { \
		__VA_ARGS__; \
	} \
}

/* What the works count: one for each thread, so that two do not share it. */
static __thread long bench_count;

/* The body of a function that does nothing, and the deferred call. */
static OPAQUE void body(long *c)
{
	__asm__ volatile ("" : : "r" (c) : "memory");
}

static OPAQUE void bump(void *c)
{
	++*(long *)c;
}

/* Heap calls.  The C library lets a program have its own malloc(). */
static __thread long bench_allocs;

#ifdef __GLIBC__
#ifdef __cplusplus
#define BENCH_C extern "C"
#define BENCH_NOTHROW noexcept
#else
#define BENCH_C
#define BENCH_NOTHROW
#endif
BENCH_C void *__libc_malloc(size_t size);
BENCH_C void *__libc_calloc(size_t n, size_t size);
BENCH_C void *__libc_realloc(void *p, size_t size);

BENCH_C void *malloc(size_t size) BENCH_NOTHROW
{
	bench_allocs++;
	return __libc_malloc(size);
}

BENCH_C void *calloc(size_t n, size_t size) BENCH_NOTHROW
{
	bench_allocs++;
	return __libc_calloc(n, size);
}

BENCH_C void *realloc(void *p, size_t size) BENCH_NOTHROW
{
	bench_allocs++;
	return __libc_realloc(p, size);
}
#endif

static double bench_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double bench_batch(void (*run)(long), long n)
{
	double start = bench_now();

	run(n);
	return bench_now() - start;
}

/* How many operations take at least 50 us. */
static long bench_size(void (*run)(long))
{
	long n = 1;

	run(1);
	while (n < 1L << 40 && bench_batch(run, n) < 50e3)
		n *= 2;
	return n;
}

static double bench_measure(void (*run)(long), double ms)
{
	long n = bench_size(run);
	double end = bench_now() + ms * 1e6, best = 1e30, t;

	do {
		t = bench_batch(run, n);
		if (t < best)
			best = t;
	} while (bench_now() < end);
	return best / (double)n;
}

/*
 * The same work on several threads at once.  What counts is the time from the
 * first start to the last end of a round, over the operations of one thread.
 */
enum { BENCH_ROUNDS = 400 };

struct bench_thread {
	pthread_t id;
	void (*run)(long);
	long n;
	int threads;
	double start[BENCH_ROUNDS], end[BENCH_ROUNDS];
	char apart[128];
};

static int bench_arrived[BENCH_ROUNDS];

static void bench_meet(int round, int threads)
{
	__atomic_add_fetch(&bench_arrived[round], 1, __ATOMIC_ACQ_REL);
	for (int i = 0; __atomic_load_n(&bench_arrived[round],
	    __ATOMIC_ACQUIRE) < threads; i++)
		if (i > 2000)
			sched_yield();
}

static void *bench_rounds(void *arg)
{
	struct bench_thread *t = (struct bench_thread *)arg;

	t->run(t->n);
	for (int r = 0; r < BENCH_ROUNDS; r++) {
		bench_meet(r, t->threads);
		t->start[r] = bench_now();
		t->run(t->n);
		t->end[r] = bench_now();
	}
	return NULL;
}

__attribute__((unused))
static double bench_threads(void (*run)(long), int threads)
{
	static struct bench_thread t[2];
	long n = bench_size(run);
	double best = 1e30;

	for (int i = 0; i < threads; i++) {
		t[i].run = run;
		t[i].n = n;
		t[i].threads = threads;
		pthread_create(&t[i].id, NULL, bench_rounds, &t[i]);
	}
	for (int i = 0; i < threads; i++)
		pthread_join(t[i].id, NULL);
	for (int r = 0; r < BENCH_ROUNDS; r++) {
		double start = t[0].start[r], end = t[0].end[r];

		if (threads == 2 && t[1].start[r] < start)
			start = t[1].start[r];
		if (threads == 2 && t[1].end[r] > end)
			end = t[1].end[r];
		if (end - start < best)
			best = end - start;
	}
	return best / (double)n;
}

/* Stack bytes: each frame of a recursion calls this with its depth. */
enum { BENCH_DEPTH = 64 };
static char *bench_mark[BENCH_DEPTH + 1];

__attribute__((unused))
static OPAQUE void mark(int depth)
{
	bench_mark[depth] = (char *)__builtin_frame_address(0);
}

__attribute__((unused))
static double bench_stack(void (*recurse)(int))
{
	recurse(BENCH_DEPTH);
	return (double)(bench_mark[0] > bench_mark[BENCH_DEPTH] ?
		bench_mark[0] - bench_mark[BENCH_DEPTH] :
		bench_mark[BENCH_DEPTH] - bench_mark[0]) / BENCH_DEPTH;
}

static double bench_heap(void (*run)(long))
{
	long before;

	run(100);
	before = bench_allocs;
	run(1000);
	return (double)(bench_allocs - before) / 1000;
}

/* Whether name, which may end in "#", stands for work. */
static int bench_is(const char *name, const char *work)
{
	size_t n = strcspn(work, "0123456789");

	if (strcmp(name, work) == 0)
		return 1;
	number = atoi(work + n);
	return number > 0 && strncmp(name, work, n) == 0 &&
		strcmp(name + n, "#") == 0;
}

static int bench_main(int argc, char **argv, const struct work *w)
{
	double ms = 5;
	long count = 0;
	int heap = 0, c;

	while ((c = getopt(argc, argv, "an:t:")) != -1)
		if (c == 'a')
			heap = 1;
		else if (c == 'n')
			count = atol(optarg);
		else if (c == 't')
			ms = atof(optarg);
		else
			return 2;
	if (optind >= argc || strcmp(argv[optind], "startup") == 0)
		return 0;
	while (w->name && !bench_is(w->name, argv[optind]))
		w++;
	if (!w->name || (heap && !w->run))
		puts("-");
	else if (count)
		w->run(count);
	else if (heap)
		printf("%.3f\n", bench_heap(w->run));
	else if (w->value)
		printf("%.3f\n", w->value());
	else
		printf("%.3f\n", bench_measure(w->run, ms));
	return 0;
}

#endif
