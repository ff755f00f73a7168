/* SPDX-License-Identifier: MIT */
/* daemon.h - what the parts of calcd offer each other. */
#ifndef DAEMON_H
#define DAEMON_H

#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "calc.h"
#include "protocol.h"

/* stats.c: what was served, shared by all threads. */

void stats_request(enum calc_kind kind);
void stats_connection(int change);
void stats_refused(void);
/* Writes them as one line without its newline, as snprintf() does. */
int stats_print(char *buf, size_t size);

/* request.c */

/* Room that an answer may need: `.panic TEXT' gives TEXT back. */
enum { ANSWER_MAX = LINE_MAX_BYTES + 64 };

enum request_end {
	END_NEWLINE,
	END_TOO_FAR,		/* a line that is too long: text is empty */
	END_OF_FILE		/* the client went away in mid-line */
};

struct request {
	const char *text;	/* without its newline */
	size_t len;
	enum request_end end;
	struct calc_vars *vars;
	char *answer;		/* ANSWER_MAX bytes */
	/* What has come of it. */
	size_t n;		/* bytes in answer */
	enum calc_kind kind;
	bool quit;
	bool fatal;		/* no panic of it is recovered */
};

/* Reports panics that are not a client's error, with their origin. */
extern bool request_verbose;

/* Answers the request.  Never panics, unless the request is `.die'. */
void request_run(struct request *r);

/* conn.c: a client, and its bytes on the way in and out. */

struct conn;

/* Takes over the descriptors, which may be one.  NULL if there is no memory,
 * and then they are still the caller's. */
struct conn *conn_new(int in, int out);
/* Closes it.  void *, so that it can be deferred. */
void conn_free(void *conn);
int conn_fd(const struct conn *c);
/* What to poll for. */
short conn_events(const struct conn *c);
/* Reads, answers and writes as much as can be without waiting.  False if the
 * connection is over. */
bool conn_serve(struct conn *c);
/* Takes no more requests: conn_serve() only writes what is due. */
void conn_finish(struct conn *c);

/* worker.c: a thread that serves many connections. */

enum { WORKER_CONNS = 1024 };

struct worker {
	pthread_t thread;
	int wake[2];		/* a pipe of descriptors to serve */
	atomic_int load;	/* connections given to it and not yet closed */
	int n;
	struct conn *conn[WORKER_CONNS];
	struct pollfd poll[WORKER_CONNS + 1];
};

/* Returns 0, or -1 with errno. */
int worker_start(struct worker *w);
/* Gives it a connected socket.  False if it has too many, and then the socket
 * is still the caller's.  For one thread only. */
bool worker_give(struct worker *w, int fd);
/* Waits until it has finished its running requests and ended. */
void worker_stop(struct worker *w);

/* crash.c */

/* Makes faults panics from here on. */
void crash_init(void);
/* Faults as the word says. */
void crash_run(const char *how);

/* server.c */

/* Serves on 127.0.0.1 until SIGTERM or SIGINT.  Port 0 lets the system choose
 * one.  Ends the process with a message if it cannot start. */
void server_run(unsigned short port, int threads);

#endif
