/* SPDX-License-Identifier: MIT */
/* kvd.c - a store that speaks Redis's protocol: kvd [PORT [FILE]]. */

/*
 * One thread, a loop around poll().  Two frames keep it alive.  answer() has
 * one for each request: what goes wrong in one is its answer.  ready() has one
 * for each connection: what goes wrong where there is no answer ends it.
 */

#include "kvd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	CONNS = 500,
	CHUNK = 16 * 1024,
	UNREAD = 1024 * 1024	/* replies that a client may leave unread */
};

struct conn {
	int fd;
	struct buf in, out;
	struct str rest;	/* of in, not yet answered */
	size_t whole;		/* bytes of whole replies in out */
	bool last;		/* nothing more is read */
};

struct server {
	struct store store;
	struct request request;
	int listener;
	struct conn *conn[CONNS];
	int conns;
};

static int stop_pipe[2];

static void on_signal(int sig)
{
	int errnum = errno;

	(void)sig;
	if (write(stop_pipe[1], "", 1) < 0)
		errno = 0;	/* full: the news is there already */
	errno = errnum;
}

static void log_panic(const struct panic *p)
{
	fprintf(stderr, "kvd: panic in %s: %s\n", panic_function(p),
		panic_message(p));
	panic_print_stack(p, STDERR_FILENO);
}

/* Deferred for each request. */
static void answer_panic(struct conn *c)
{
	const struct panic *p = recover();

	if (!p)
		return;
	c->out.n = c->whole;
	c->last = panic_typeof(p) == &protocol_error;
	if (c->last || panic_typeof(p) == &client_error) {
		reply_error(&c->out, panic_message(p));
		return;
	}
	log_panic(p);
	reply_error(&c->out, "internal error");
}

/* Answers one request.  Whether there may be another. */
static bool answer(struct server *s, struct conn *c)
{
	recover_frame(return true);
	defer(answer_panic, c);
	c->whole = c->out.n;
	if (!request_take(&s->request, &c->rest))
		return false;
	command(&s->store, &s->request, &c->out);
	return true;
}

/* Answers what is there.  Whether more may be, but out is full. */
static bool answer_all(struct server *s, struct conn *c)
{
	c->rest = (struct str){ c->in.p, c->in.n };
	while (!c->last && c->out.n < UNREAD && answer(s, c))
		;
	buf_drop(&c->in, c->last ? c->in.n : c->in.n - c->rest.n);
	return !c->last && c->out.n >= UNREAD;
}

/* Whether the call that failed is to be made again. */
static bool again(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

static void read_some(struct conn *c)
{
	ssize_t n;

	if (c->last || c->out.n >= UNREAD)
		return;
	buf_reserve(&c->in, CHUNK);
	n = read(c->fd, c->in.p + c->in.n, CHUNK);
	if (n > 0)
		c->in.n += (size_t)n;
	else if (n == 0)
		c->last = true;
	else if (!again())
		panic_errno("read");
}

static void write_some(struct conn *c)
{
	ssize_t n;

	if (c->out.n == 0)
		return;
	n = write(c->fd, c->out.p, c->out.n);
	if (n > 0)
		buf_drop(&c->out, (size_t)n);
	else if (!again())
		panic_errno("write");
}

/* Deferred for each connection: the client is gone, or there is no memory for
 * an answer. */
static void log_lost(struct conn *c)
{
	const struct panic *p = recover();

	if (p)
		fprintf(stderr, "kvd: connection %d: %s\n", c->fd,
			panic_message(p));
}

/* Something can be read or written.  Whether the connection goes on. */
static bool ready(struct server *s, struct conn *c)
{
	bool full;

	recover_frame(return false);
	defer(log_lost, c);
	read_some(c);
	do {
		full = answer_all(s, c);
		write_some(c);
	} while (full && c->out.n == 0);
	return !c->last || c->out.n;
}

static void conn_free(struct conn *c)
{
	close(c->fd);
	buf_free(&c->in);
	buf_free(&c->out);
	free(c);
}

static void log_refused(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	if (p)
		fprintf(stderr, "kvd: refused: %s\n", panic_message(p));
}

/* Takes a client in, or closes its descriptor. */
static void admit(struct server *s, int fd)
{
	struct conn *c;

	recover_frame(return);
	defer(log_refused, NULL);
	defer_on_panic(close, fd);
	if (s->conns == CONNS)
		panic("there are %d connections", CONNS);
	panic_must(fcntl(fd, F_SETFL, O_NONBLOCK));
	c = panic_must(calloc(1, sizeof *c));
	c->fd = fd;
	s->conn[s->conns++] = c;
}

static void admit_all(struct server *s)
{
	int fd, on = 1;

	while ((fd = accept(s->listener, NULL, NULL)) >= 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		admit(s, fd);
	}
}

/* What poll() shall wait for.  Returns how many there are. */
static nfds_t wanted(const struct server *s, struct pollfd *f)
{
	f[0] = (struct pollfd){ .fd = stop_pipe[0], .events = POLLIN };
	f[1] = (struct pollfd){ .fd = s->listener, .events = POLLIN };
	for (int i = 0; i < s->conns; i++) {
		const struct conn *c = s->conn[i];

		f[2 + i] = (struct pollfd){ .fd = c->fd };
		if (!c->last && c->out.n < UNREAD)
			f[2 + i].events |= POLLIN;
		if (c->out.n)
			f[2 + i].events |= POLLOUT;
	}
	return 2 + (nfds_t)s->conns;
}

static void serve(struct server *s)
{
	struct pollfd f[2 + CONNS];

	while (!s->store.done) {
		if (poll(f, wanted(s, f), -1) < 0 && !again())
			panic_errno("poll");
		s->store.done = f[0].revents != 0;
		/* From the end: the last one takes the place of one that
		 * goes. */
		for (int i = s->conns; i-- > 0; )
			if (f[2 + i].revents && !ready(s, s->conn[i])) {
				conn_free(s->conn[i]);
				s->conn[i] = s->conn[--s->conns];
			}
		if (f[1].revents)
			admit_all(s);
	}
}

static void listen_at(int fd, uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t n = sizeof a;
	int on = 1;

	a.sin_port = htons(port);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	panic_must(fcntl(fd, F_SETFL, O_NONBLOCK));
	panic_must(bind(fd, (struct sockaddr *)&a, n));
	panic_must(listen(fd, 128));
	panic_must(getsockname(fd, (struct sockaddr *)&a, &n));
	printf("kvd: ready at 127.0.0.1:%d\n", ntohs(a.sin_port));
	fflush(stdout);
}

static void catch_signals(void)
{
	panic_must(pipe(stop_pipe));
	panic_must(fcntl(stop_pipe[1], F_SETFL, O_NONBLOCK));
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	signal(SIGPIPE, SIG_IGN);
	panic_must(panic_signals(0));
}

static void free_all(void *arg)
{
	struct server *s = arg;

	while (s->conns)
		conn_free(s->conn[--s->conns]);
	table_clear(&s->store.table);
}

struct arguments {
	uint16_t port;
	const char *path;
};

static void run(void *arg)
{
	const struct arguments *a = arg;
	static struct server s;

	defer_frame();
	defer(free_all, &s);
	s.store.path = a->path;
	load(&s.store);
	catch_signals();
	s.listener = panic_must(socket(AF_INET, SOCK_STREAM, 0));
	defer(close, s.listener);
	listen_at(s.listener, a->port);
	serve(&s);
	save(&s.store.table, a->path);
}

int main(int argc, char **argv)
{
	struct arguments a = {
		.port = (uint16_t)(argc > 1 ? atoi(argv[1]) : 6379),
		.path = argc > 2 ? argv[2] : "kvd.dump"
	};
	struct panic *p = panic_try(run, &a);

	if (!p)
		return 0;
	fprintf(stderr, "kvd: %s\n", panic_message(p));
	panic_free(p);
	return 1;
}
