/* SPDX-License-Identifier: MIT */
/* log-recovered.c - a daemon that logs what it has recovered, with a limit. */

/*
 * Each recovered panic is one entry, message and stack.  A stack costs some
 * microseconds and has no files and lines: `panic-symbolize LOG` adds them when
 * somebody reads the log.  Who can make requests can make panics; so at most
 * LIMIT entries a second are written, and how many were left out.
 */

#include <panic.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { LIMIT = 10 /* entries a second */ };

static struct limit {
	pthread_mutex_t lock;
	time_t second;
	unsigned logged, dropped;
} limit = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* Whether an entry may be written now.  Stores how many were not, if a new
 * second has begun since. */
static int allowed(unsigned *dropped)
{
	time_t now = time(NULL);
	int ok;

	*dropped = 0;
	pthread_mutex_lock(&limit.lock);
	if (now != limit.second) {
		*dropped = limit.dropped;
		limit.second = now;
		limit.logged = limit.dropped = 0;
	}
	ok = limit.logged < LIMIT;
	if (ok)
		limit.logged++;
	else
		limit.dropped++;
	pthread_mutex_unlock(&limit.lock);
	return ok;
}

static void log_recovered(void *unused)
{
	const struct panic *p = recover();
	char stack[8192];
	unsigned dropped;

	(void)unused;
	if (!p || !allowed(&dropped))
		return;
	if (dropped)
		fprintf(stderr, "%u panics were not logged\n", dropped);
	panic_format_stack(p, stack, sizeof stack);
	fprintf(stderr, "panic in %s: %s\n%s", panic_function(p),
		panic_message(p), stack);
}

static void parse(int request)
{
	if (request % 2)
		panic("request %d is odd", request);
}

static void handle(int request)
{
	recover_frame(return);
	defer(log_recovered, NULL);
	parse(request);
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 50;

	for (int request = 0; request < n; request++)
		handle(request);
	return 0;
}
