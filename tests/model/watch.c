/* SPDX-License-Identifier: MIT */
/* watch.c - runs the workers and sees to it that they get on. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "compare.h"

/*
 * A worker ends with status 0 when its share is done.  Else the program under
 * way, which it keeps in shared memory, differs or made it crash; and one that
 * gets nowhere for this long hangs.
 */
enum { POLL_MS = 20, HANG_MS = 60000 };

struct child {
	pid_t pid;			/* 0: it has ended */
	struct progress *progress;
	uint64_t before;		/* programs when it last got on */
	int idle_ms;
};

void *shared(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		perror("mmap");
		exit(2);
	}
	return p;
}

static void start(struct child *c, const struct task *t, int number)
{
	c->progress = shared(sizeof *c->progress);
	fflush(NULL);
	c->pid = fork();
	if (c->pid < 0) {
		perror("fork");
		exit(2);
	}
	if (c->pid == 0) {
		work(t, number, c->progress);
		_exit(0);
	}
}

static void stop(struct child *c)
{
	if (c->pid) {
		kill(c->pid, SIGKILL);
		waitpid(c->pid, NULL, 0);
	}
	c->pid = 0;
}

/* Whether the child is well, or has ended well. */
static bool look_at(struct child *c)
{
	int status;

	if (waitpid(c->pid, &status, WNOHANG) == c->pid) {
		c->pid = 0;
		if (WIFSIGNALED(status))
			fprintf(stderr, "model: a program ended by signal %d\n",
				WTERMSIG(status));
		return status == 0;
	}
	c->idle_ms += POLL_MS;
	if (c->progress->programs != c->before)
		c->idle_ms = 0;
	c->before = c->progress->programs;
	if (c->idle_ms < HANG_MS)
		return true;
	fputs("model: a program hangs\n", stderr);
	return false;
}

static struct child *look_at_all(struct child *c, int n, int *running)
{
	*running = 0;
	for (int i = 0; i < n; i++) {
		if (c[i].pid && !look_at(&c[i]))
			return &c[i];
		*running += c[i].pid != 0;
	}
	return NULL;
}

static void end_all(struct child *c, int n, struct progress *sum)
{
	for (int i = 0; i < n; i++) {
		stop(&c[i]);
		sum->programs += c[i].progress->programs;
		sum->lost += c[i].progress->lost;
		munmap(c[i].progress, sizeof *c[i].progress);
	}
}

bool watch(const struct task *t, struct progress *sum, struct prog *bad)
{
	const struct timespec nap = { .tv_nsec = POLL_MS * 1000000L };
	struct child *c = calloc((size_t)t->workers, sizeof *c);
	struct child *failed = NULL;
	int running = 1;

	if (!c)
		exit(2);
	for (int i = 0; i < t->workers; i++)
		start(&c[i], t, i);
	while (running && !failed) {
		nanosleep(&nap, NULL);
		failed = look_at_all(c, t->workers, &running);
	}
	if (failed)
		*bad = failed->progress->prog;
	end_all(c, t->workers, sum);
	free(c);
	return !failed;
}
