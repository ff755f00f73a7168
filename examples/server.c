/* SPDX-License-Identifier: MIT */
/* server.c - accepts clients and hands them to the workers. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon.h"

enum {
	BACKLOG = 512,
	PAUSE_MS = 100		/* when the system has nothing to give */
};

struct server {
	int listener;
	int spare;		/* given up to turn a client away, or -1 */
	struct worker *worker;
	int workers;
};

/* What a signal handler needs must be known without an argument. */
static int stop_pipe[2];

/* A daemon that cannot start has nobody to save: no panic, one line. */
PANIC_NORETURN
static void die(const char *what)
{
	fprintf(stderr, "calcd: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void on_signal(int sig)
{
	int saved = errno;

	(void)sig;
	if (write(stop_pipe[1], "", 1) < 0)
		errno = 0;	/* full: the news is there already */
	errno = saved;
}

static void nonblocking(int fd)
{
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static void catch_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	sa.sa_flags = SA_RESTART;
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
}

static void ignore_signals(void *arg)
{
	(void)arg;
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
}

static int open_listener(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	if (fd < 0)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	nonblocking(fd);
	return fd;
}

static void announce(int fd, unsigned short port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	socklen_t n = sizeof addr;

	addr.sin_port = htons(port);
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, (struct sockaddr *)&addr, n) != 0)
		die("bind");
	if (listen(fd, BACKLOG) != 0)
		die("listen");
	getsockname(fd, (struct sockaddr *)&addr, &n);
	printf("calcd: listening on 127.0.0.1:%d\n", ntohs(addr.sin_port));
	fflush(stdout);
}

static int open_spare(void)
{
	return open("/dev/null", O_RDONLY);
}

static void close_spare(void *arg)
{
	struct server *s = arg;

	if (s->spare >= 0)
		close(s->spare);
	s->spare = -1;
}

static void turn_away(int fd)
{
	static const char text[] = "! too many connections\n";

	if (write(fd, text, sizeof text - 1) < 0)
		errno = 0;	/* it is gone: as well */
	close(fd);
	stats_refused();
}

/* No descriptor is left, and the client would wake us until it gets one: the
 * spare one lets it in, to be told.  False if there is not even that. */
static bool no_descriptor(struct server *s)
{
	int fd;

	if (s->spare < 0 && (s->spare = open_spare()) < 0)
		return false;
	close_spare(s);
	fd = accept(s->listener, NULL, NULL);
	if (fd >= 0)
		turn_away(fd);
	s->spare = open_spare();
	return true;
}

static struct worker *least_loaded(struct server *s)
{
	struct worker *best = s->worker;

	for (int i = 1; i < s->workers; i++)
		if (atomic_load(&s->worker[i].load) < atomic_load(&best->load))
			best = &s->worker[i];
	return best;
}

static void welcome(struct server *s, int fd)
{
	int on = 1;

	nonblocking(fd);
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (!worker_give(least_loaded(s), fd))
		turn_away(fd);
}

/* Accepts who is waiting.  False if it is no use to try again at once. */
static bool accept_all(struct server *s)
{
	int fd;

	do {
		fd = accept(s->listener, NULL, NULL);
		if (fd >= 0)
			welcome(s, fd);
	} while (fd >= 0 || errno == EINTR || errno == ECONNABORTED);
	if (errno == EMFILE || errno == ENFILE)
		return no_descriptor(s);
	return errno == EAGAIN || errno == EWOULDBLOCK;
}

static void accept_until_stopped(struct server *s)
{
	struct pollfd p[2] = {
		{ .fd = stop_pipe[0], .events = POLLIN },
		{ .fd = s->listener, .events = POLLIN }
	};
	bool paused = false;

	while (!p[0].revents) {
		p[1].fd = paused ? -1 : s->listener;
		if (poll(p, 2, paused ? PAUSE_MS : -1) < 0)
			p[0].revents = 0;
		else
			paused = p[1].revents && !accept_all(s);
	}
}

static void stop_workers(void *arg)
{
	struct server *s = arg;

	while (s->workers)
		worker_stop(&s->worker[--s->workers]);
}

static void start_workers(struct server *s, int threads)
{
	for (; s->workers < threads; s->workers++)
		if (worker_start(&s->worker[s->workers]) != 0)
			die("worker");
}

/* Every line that acquires something is followed by the one that gives it
 * back; they run from the last to the first. */
void server_run(unsigned short port, int threads)
{
	struct server s = { .workers = 0 };

	defer_frame();
	if (pipe(stop_pipe) != 0)
		die("pipe");
	defer(close, stop_pipe[0]);
	defer(close, stop_pipe[1]);
	nonblocking(stop_pipe[1]);
	catch_signals();
	defer(ignore_signals, NULL);
	s.spare = open_spare();
	defer(close_spare, &s);
	s.worker = calc_alloc((size_t)threads * sizeof *s.worker);
	defer(calc_free, s.worker);
	defer(stop_workers, &s);
	start_workers(&s, threads);
	s.listener = open_listener();
	defer(close, s.listener);
	announce(s.listener, port);
	accept_until_stopped(&s);
}
