/* SPDX-License-Identifier: MIT */
/* report-target.c - dies in the way that its argument names, for
 * tests/report.sh. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <panic.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define BARRIER() __asm__ volatile ("" : : : "memory")
/* Not aligned: the byte before a function is the end of another. */
#define FRAME __attribute__((noinline, aligned(1)))

static volatile int n;
static int *volatile null;
static void (*volatile nocode)(void);
static char **arguments;

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* As gcc names the part of a function that it splits off. */
FRAME static void part(void) __asm__("whole.cold");

#line 1 "place.c"
FRAME static int before(int a) { BARRIER(); return a; }
FRAME void first(int *p) { *(volatile int *)p = 1; }
ALWAYS_INLINE void inner(int *p) { *(volatile int *)p = 2; }
FRAME static void outer(int *p) { n++;
	inner(p); n++; }
FRAME static void dispatch(void) { n++;
	nocode();
	n++; }
FRAME static void calls(void) { n++;
	dispatch();
	n++; }
FRAME static void raises(void) { panic("bad"); }
FRAME static void raiser(void) { n++;
	raises();
	n++; }
FRAME static void wild(void) { n++;
	*(volatile int *)0x123456789a = n;
	n++; }
FRAME static void part(void) { n++;
	raises();
	n++; }
#line 52 "report-target.c"

static void die_first(void)
{
	panic_signals(0);
	first(null);
	BARRIER();
}

static void die_inlined(void)
{
	panic_signals(0);
	outer(null);
	BARRIER();
}

static void die_nullcall(void)
{
	panic_signals(0);
	calls();
	BARRIER();
}

static void die_wild(void)
{
	panic_signals(0);
	wild();
	BARRIER();
}

/* Ends in peace where faults are panics. */
static void has_faults(void)
{
	exit(panic_signals(0) ? EXIT_FAILURE : EXIT_SUCCESS);
}

static void die_deleted(void)
{
	unlink(arguments[0]);
	raiser();
}

/* With no descriptor left. */
static void die_fds(void)
{
	static const struct rlimit few = { 32, 32 };

	setrlimit(RLIMIT_NOFILE, &few);
	while (open("/dev/null", O_RDONLY) >= 0)
		;
	raiser();
}

static void *allocate(void *unused)
{
	void *p[64] = { NULL };

	(void)unused;
	for (unsigned i = 1;; i = i * 1103515245 + 12345) {
		free(p[i % 64]);
		p[i % 64] = malloc(2000 + (i >> 8) % 20000);
	}
}

/* While others hold the heap's locks. */
static void die_arena(void)
{
	pthread_t t;

	for (int i = 0; i < 3; i++)
		pthread_create(&t, NULL, allocate, NULL);
	usleep(10000);
	raiser();
}

static volatile sig_atomic_t children;

static void on_child(int sig)
{
	(void)sig;
	children++;
}

/* Lives, and tells whether it saw the child that reads symbols. */
static void see_children(void)
{
	signal(SIGCHLD, on_child);
	for (int i = 0; i < 20; i++)
		panic_symbolize_stack(NULL, 2);
	fprintf(stderr, "%d signals, %s\n", (int)children,
		waitpid(-1, NULL, 0) == -1 && errno == ECHILD ?
		"no child" : "a child");
}

static void *live(void *started)
{
	char c;

	sem_post(started);
	if (read(0, &c, 1) >= 0)
		write(2, "alive\n", 6);
	return NULL;
}

/* While another thread waits for standard input. */
static void die_watched(void)
{
	static sem_t started;
	pthread_t t;

	sem_init(&started, 0, 0);
	pthread_create(&t, NULL, live, &started);
	sem_wait(&started);
	raiser();
}

/* On a stack whose saved frames lead nowhere. */
FRAME static void damage(void)
{
	void *volatile *at = __builtin_frame_address(0);

	for (int i = 0; i < 40; i++)
		at[i] = (void *)(at + i % 3);
	raises();
}

static const struct { const char *name; void (*die)(void); } ways[] = {
	{ "first", die_first }, { "inlined", die_inlined },
	{ "nullcall", die_nullcall }, { "wild", die_wild },
	{ "faults", has_faults },
	{ "part", part }, { "panic", raiser },
	{ "deleted", die_deleted }, { "fds", die_fds },
	{ "arena", die_arena }, { "damage", damage },
	{ "children", see_children }, { "watched", die_watched },
};

int main(int argc, char **argv)
{
	static const struct rlimit none = { 0, 0 };

	arguments = argv;
	setrlimit(RLIMIT_CORE, &none);
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
		if (argc > 1 && !strcmp(ways[i].name, argv[1]))
			ways[i].die();
	return before(0);
}
