/* SPDX-License-Identifier: MIT */
/* load.c - many clients at once, each with one request under way. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

/* No answer for so long, and the rest is missing. */
enum { PATIENCE_MS = 10000 };

struct client {
	int fd;
	uint64_t left;			/* requests, with the one under way */
	size_t sent;			/* bytes of it */
	size_t got;			/* bytes of its answer */
	uint64_t start;			/* ns */
	char answer[EXPECTED_MAX];
	struct asker asker;
};

struct run {
	const struct load *load;
	struct result *result;
	struct client *client;
	struct pollfd *poll;
	int open;
};

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void *zeroed(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	if (!p) {
		perror("calcload");
		exit(1);
	}
	return p;
}

static void hang_up(struct run *run, int i)
{
	close(run->client[i].fd);
	run->poll[i].fd = -1;
	run->open--;
}

/* Sends what can be sent.  False if the server has gone. */
static bool push(struct run *run, int i)
{
	struct client *c = &run->client[i];
	ssize_t n = write(c->fd, c->asker.text + c->sent, c->asker.n - c->sent);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	c->sent += (size_t)n;
	run->poll[i].events = c->sent < c->asker.n ? POLLOUT : POLLIN;
	return true;
}

static bool start(struct run *run, int i)
{
	struct client *c = &run->client[i];

	if (c->left == 0)
		return false;
	generate(&c->asker, run->load->crashing, run->load->faulty);
	c->sent = 0;
	c->got = 0;
	c->start = now();
	return push(run, i);
}

static void judge(struct result *r, struct client *c)
{
	enum kind kind = c->asker.kind;

	c->left--;
	r->microseconds[r->answered++] = (uint32_t)((now() - c->start) / 1000);
	r->asked[kind]++;
	if (strcmp(c->answer, c->asker.expected) != 0) {
		r->wrong[kind]++;
		report_wrong(&c->asker, c->answer);
	}
	if (r->answered % 4096 == 0)
		report_progress(r);
}

/* Reads what is there; false if the connection is of no more use.  There is
 * one request under way, so nothing may follow its answer. */
static bool pull(struct run *run, int i)
{
	struct client *c = &run->client[i];
	ssize_t n = read(c->fd, c->answer + c->got, sizeof c->answer - c->got);

	if (n <= 0)
		return n < 0 && (errno == EAGAIN || errno == EINTR);
	c->got += (size_t)n;
	if (c->answer[c->got - 1] != '\n')
		return c->got < sizeof c->answer;
	c->answer[c->got - 1] = '\0';
	judge(run->result, c);
	return start(run, i);
}

static void connect_all(struct run *run)
{
	const struct load *l = run->load;
	uint64_t k = (uint64_t)l->connections;

	for (int i = 0; i < l->connections; i++) {
		struct client *c = &run->client[i];

		c->fd = dial(l->port);
		fcntl(c->fd, F_SETFL, fcntl(c->fd, F_GETFL) | O_NONBLOCK);
		c->left = l->requests / k + ((uint64_t)i < l->requests % k);
		random_seed(&c->asker.random, l->seed * 65537 + (uint64_t)i);
		run->poll[i].fd = c->fd;
	}
	run->open = l->connections;
}

/* A line that is too long may be answered before it has gone out: it goes
 * first, or the next request would begin within it. */
static void turn(struct run *run, int i)
{
	bool sending = run->poll[i].events == POLLOUT;

	if (!(sending ? push(run, i) : pull(run, i)))
		hang_up(run, i);
}

static void converse(struct run *run)
{
	int n = run->load->connections;

	for (int i = 0; i < n; i++)
		if (!start(run, i))
			hang_up(run, i);
	while (run->open && poll(run->poll, (nfds_t)n, PATIENCE_MS) > 0)
		for (int i = 0; i < n; i++)
			if (run->poll[i].revents)
				turn(run, i);
}

void load_run(const struct load *l, struct result *r)
{
	struct run run = { l, r, NULL, NULL, 0 };
	uint64_t begin;

	run.client = zeroed((size_t)l->connections, sizeof *run.client);
	run.poll = zeroed((size_t)l->connections, sizeof *run.poll);
	r->microseconds = zeroed(l->requests, sizeof *r->microseconds);
	connect_all(&run);
	begin = now();
	converse(&run);
	r->seconds = (double)(now() - begin) / 1e9;
	report_progress(r);
	free(run.poll);
	free(run.client);
}
