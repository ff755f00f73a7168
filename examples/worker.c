/* SPDX-License-Identifier: MIT */
/* worker.c - a thread that serves many connections with poll(2).
 *
 * Each connection belongs to one worker from its first byte to its last, so
 * nothing about it needs a lock.  The accepting thread writes new descriptors
 * into the worker's pipe; the end of that pipe tells it to finish.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon.h"

/* Time for clients to take their last answers. */
enum { FINISH_MS = 1000 };

static void drop(struct worker *w, int i)
{
	conn_free(w->conn[i]);
	w->conn[i] = w->conn[--w->n];
	atomic_fetch_sub(&w->load, 1);
}

/* Runs when the worker ends, however it does. */
static void end(void *arg)
{
	struct worker *w = arg;

	while (w->n)
		drop(w, w->n - 1);
}

static void adopt(struct worker *w, int fd)
{
	struct conn *c = conn_new(fd, fd);

	if (!c) {
		close(fd);
		stats_refused();
		atomic_fetch_sub(&w->load, 1);
		return;
	}
	w->conn[w->n++] = c;
}

/* From the last to the first, since drop() moves the last one down. */
static void serve(struct worker *w)
{
	for (int i = w->n; i-- > 0;)
		if (w->poll[i].revents && !conn_serve(w->conn[i]))
			drop(w, i);
}

static int wait_conns(struct worker *w, int extra, int timeout)
{
	for (int i = 0; i < w->n; i++) {
		w->poll[i].fd = conn_fd(w->conn[i]);
		w->poll[i].events = conn_events(w->conn[i]);
		w->poll[i].revents = 0;
	}
	return poll(w->poll, (nfds_t)(w->n + extra), timeout);
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Answers what has arrived, then takes nothing more. */
PANIC_NORETURN
static void finish(struct worker *w)
{
	long until = now_ms() + FINISH_MS, left;

	for (int i = w->n; i-- > 0;)
		if (conn_serve(w->conn[i]))
			conn_finish(w->conn[i]);
		else
			drop(w, i);
	while (w->n && (left = until - now_ms()) > 0) {
		/* Those with nothing to write are over now. */
		for (int i = w->n; i-- > 0;)
			if (conn_events(w->conn[i]) == POLLIN)
				drop(w, i);
		wait_conns(w, 0, (int)left);
		serve(w);
	}
	goexit();
}

static void wake(struct worker *w)
{
	int fd[64];
	ssize_t n = read(w->wake[0], fd, sizeof fd);

	if (n == 0)
		finish(w);
	for (int i = 0; i < n / (ssize_t)sizeof *fd; i++)
		adopt(w, fd[i]);
}

static void turn(struct worker *w)
{
	int n = w->n;

	w->poll[n].fd = w->wake[0];
	w->poll[n].events = POLLIN;
	w->poll[n].revents = 0;
	if (wait_conns(w, 1, -1) < 0)
		return;		/* EINTR or ENOMEM: nothing is lost */
	serve(w);
	if (w->poll[n].revents)
		wake(w);
}

static void *work(void *arg)
{
	struct worker *w = arg;

	defer_frame();
	defer(close, w->wake[0]);
	defer(end, w);
	for (;;)
		turn(w);
	return NULL;	/* never; a static function must say so to gcc */
}

static void unblock(void *arg)
{
	pthread_sigmask(SIG_SETMASK, arg, NULL);
}

/* Signals are the accepting thread's: the worker is born with all blocked.  Its
 * first deferred call unblocks those of faults. */
static int create(struct worker *w)
{
	sigset_t all, old;

	defer_frame();
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	defer(unblock, &old);
	return pthread_create(&w->thread, NULL, work, w);
}

int worker_start(struct worker *w)
{
	int error;

	w->n = 0;
	atomic_init(&w->load, 0);
	if (pipe(w->wake) != 0)
		return -1;
	error = create(w);
	if (error == 0)
		return 0;
	close(w->wake[0]);
	close(w->wake[1]);
	errno = error;
	return -1;
}

bool worker_give(struct worker *w, int fd)
{
	if (atomic_fetch_add(&w->load, 1) < WORKER_CONNS &&
	    write(w->wake[1], &fd, sizeof fd) == (ssize_t)sizeof fd)
		return true;
	atomic_fetch_sub(&w->load, 1);
	return false;
}

void worker_stop(struct worker *w)
{
	close(w->wake[1]);
	pthread_join(w->thread, NULL);
}
