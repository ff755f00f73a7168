/* SPDX-License-Identifier: MIT */
/* storm.c - a storm of recovered faults, and what one costs.
 *
 *	storm [COUNT]	COUNT null dereferences in 4 threads, 100000 unless
 *			told: memory and signal masks must stay as they were
 *	storm -t MS	what a recovered one costs, against a bare handler that
 *			leaves by siglongjmp() without a saved mask: the least
 *			of many short batches of each, in turn, over MS
 */
#include <panic.h>

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { THREADS = 4, BATCH = 50,
	SLACK = 256		/* KiB that memory may have grown */ };

static int *volatile nowhere;		/* a null pointer */

static void count(void *n)
{
	if (recover())
		++*(long *)n;
}

__attribute__((noinline))
static void fault(long *n)
{
	recover_frame(return);
	defer(count, n);
	*nowhere = 1;
}

/* The storm. */

static pthread_barrier_t barrier;

/* What a thread has seen. */
struct thread {
	pthread_t id;
	long todo, recovered;
	int same;		/* the mask is what it was */
};

static void mask_of(struct thread *t, sigset_t *before)
{
	sigset_t now;

	pthread_sigmask(SIG_SETMASK, NULL, &now);
	t->same = 1;
	for (int sig = 1; sig < NSIG; sig++)
		if (sigismember(&now, sig) != sigismember(before, sig))
			t->same = 0;
}

/* All threads are warm before memory is read, and all are there when it is
 * read again. */
static void *storm(void *arg)
{
	struct thread *t = arg;
	sigset_t mask;
	long warm = 0;

	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR1);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	for (int i = 0; i < 100; i++)
		fault(&warm);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	for (long i = 0; i < t->todo; i++)
		fault(&t->recovered);
	mask_of(t, &mask);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	return NULL;
}

/* KiB; 0 where there is no such file. */
static long resident(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[256];
	long n = 0;

	if (!f)
		return 0;
	while (fgets(line, sizeof line, f))
		if (sscanf(line, "VmRSS: %ld", &n) == 1)
			break;
	fclose(f);
	return n;
}

static int report(const struct thread *t, long total, long before, long after)
{
	long recovered = 0, same = 0;

	for (int i = 0; i < THREADS; i++) {
		recovered += t[i].recovered;
		same += t[i].same;
	}
	printf("recovered %ld of %ld, signal masks unchanged in %ld of %d "
		"threads, VmRSS %ld KiB before and %ld KiB after\n", recovered,
		total, same, THREADS, before, after);
	return recovered != total || same != THREADS || after > before + SLACK;
}

static int run_storm(long total)
{
	static struct thread t[THREADS];
	long before, after;

	pthread_barrier_init(&barrier, NULL, THREADS + 1);
	for (int i = 0; i < THREADS; i++) {
		t[i].todo = total / THREADS + (i < total % THREADS);
		if (pthread_create(&t[i].id, NULL, storm, &t[i]))
			return 99;
	}
	pthread_barrier_wait(&barrier);
	before = resident();
	before = resident();	/* now with stdio's own */
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	after = resident();
	pthread_barrier_wait(&barrier);
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i].id, NULL);
	return report(t, total, before, after);
}

/* The cost. */

static sigjmp_buf back;

static void leave(int sig)
{
	(void)sig;
	siglongjmp(back, 1);
}

__attribute__((noinline))
static void bare(long *n)
{
	if (sigsetjmp(back, 0) == 0)
		*nowhere = 1;
	++*n;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Under the handler that is given; returns the least of best and this. */
static double batch(void (*fn)(long *), const struct sigaction *sa,
	double best)
{
	long n = 0;
	double start;

	sigaction(SIGSEGV, sa, NULL);
	start = now();
	for (int i = 0; i < BATCH; i++)
		fn(&n);
	start = (now() - start) / BATCH;
	return start < best ? start : best;
}

static int run_cost(double ms)
{
	struct sigaction ours, other = { .sa_handler = leave,
		.sa_flags = SA_NODEFER | SA_ONSTACK };
	double end = now() + ms * 1e6, a = 1e30, b = 1e30;

	sigaction(SIGSEGV, NULL, &ours);
	do {
		a = batch(fault, &ours, a);
		b = batch(bare, &other, b);
	} while (now() < end);
	printf("recovered null dereference %.0f ns, siglongjmp %.0f ns, "
		"ratio %.3f\n", a, b, a / b);
	return 0;
}

int main(int argc, char **argv)
{
	if (panic_signals(0)) {
		perror("storm");
		return 77;
	}
	if (argc == 3 && strcmp(argv[1], "-t") == 0)
		return run_cost(atof(argv[2]));
	return run_storm(argc > 1 ? atol(argv[1]) : 100000);
}
