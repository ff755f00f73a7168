/* SPDX-License-Identifier: MIT */
/* pool.c - a pool of threads that survives its jobs. */

/*
 * Each job runs under panic_try(): its panic is a result that the pool stores
 * with the job, and the worker takes the next one.  The workers hold the lock
 * by a deferred call, so no way out of a function forgets it.
 */

#include <panic.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { WORKERS = 4, JOBS = 12 };

struct job {
	int number;
	int result;
	struct panic *panic;	/* why there is no result, or NULL */
};

static struct pool {
	pthread_mutex_t lock;
	struct job jobs[JOBS];
	int next;
} pool = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* What a job does; some cannot. */
static void work(void *arg)
{
	struct job *job = arg;
	int *copy = panic_must(malloc(sizeof *copy));

	defer_frame();
	defer(free, copy);
	*copy = job->number;
	if (*copy % 4 == 3)
		panic("job %d cannot be done", *copy);
	job->result = *copy * *copy;
}

/* The next job, or NULL. */
static struct job *take(void)
{
	defer_frame();
	pthread_mutex_lock(&pool.lock);
	defer(pthread_mutex_unlock, &pool.lock);
	return pool.next < JOBS ? &pool.jobs[pool.next++] : NULL;
}

static void *worker(void *unused)
{
	struct job *job;

	while ((job = take()) != NULL)
		job->panic = panic_try(work, job);
	return unused;
}

int main(void)
{
	pthread_t workers[WORKERS];

	for (int i = 0; i < JOBS; i++)
		pool.jobs[i].number = i;
	for (int i = 0; i < WORKERS; i++)
		if (pthread_create(&workers[i], NULL, worker, NULL))
			panic("no threads");
	for (int i = 0; i < WORKERS; i++)
		pthread_join(workers[i], NULL);
	for (int i = 0; i < JOBS; i++) {
		struct job *job = &pool.jobs[i];

		if (job->panic)
			printf("%d: %s\n", i, panic_message(job->panic));
		else
			printf("%d: %d\n", i, job->result);
		panic_free(job->panic);
	}
	return 0;
}
