/* SPDX-License-Identifier: MIT */
/* conn.c - a client, and its bytes on the way in and out.
 *
 * Both buffers have a fixed size, so a client costs the same whatever it
 * sends: a line that does not fit is skipped, and a client that does not read
 * its answers is not read from.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "daemon.h"

enum {
	IN_MAX = 4 * LINE_MAX_BYTES,
	OUT_MAX = 4 * ANSWER_MAX
};

struct conn {
	int in, out;
	bool skipping;		/* the rest of a line that was too long */
	bool eof;
	bool quit;		/* no more requests are taken */
	struct calc_vars vars;
	size_t start, end;	/* unread bytes in inbuf */
	size_t sent, due;	/* unsent bytes in outbuf */
	char inbuf[IN_MAX];
	char outbuf[OUT_MAX];
};

struct conn *conn_new(int in, int out)
{
	struct conn *c = calc_malloc(sizeof *c);

	if (!c)
		return NULL;
	memset(c, 0, offsetof(struct conn, inbuf));
	c->in = in;
	c->out = out;
	stats_connection(1);
	return c;
}

void conn_free(void *conn)
{
	struct conn *c = conn;

	close(c->in);
	if (c->out != c->in)
		close(c->out);
	calc_clear(&c->vars);
	calc_free(c);
	stats_connection(-1);
}

int conn_fd(const struct conn *c)
{
	return c->in;
}

short conn_events(const struct conn *c)
{
	return c->sent < c->due ? POLLOUT : POLLIN;
}

void conn_finish(struct conn *c)
{
	c->quit = true;
}

static bool again(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* False if the client is gone. */
static bool fill(struct conn *c)
{
	ssize_t n;

	memmove(c->inbuf, c->inbuf + c->start, c->end - c->start);
	c->end -= c->start;
	c->start = 0;
	if (c->end == IN_MAX)
		return true;
	n = read(c->in, c->inbuf + c->end, IN_MAX - c->end);
	if (n < 0)
		return again();
	if (n == 0)
		c->eof = true;
	c->end += (size_t)n;
	return true;
}

/* False if the client is gone. */
static bool flush(struct conn *c)
{
	ssize_t n = write(c->out, c->outbuf + c->sent, c->due - c->sent);

	if (n < 0)
		return again();
	c->sent += (size_t)n;
	if (c->sent == c->due)
		c->sent = c->due = 0;
	return true;
}

/* Drops what has come of a line that was too long, up to its newline. */
static void skip(struct conn *c)
{
	char *nl = memchr(c->inbuf + c->start, '\n', c->end - c->start);

	c->start = nl ? (size_t)(nl - c->inbuf) + 1 : c->end;
	c->skipping = !nl;
}

/* A terminal or a file may end without a newline; a network client that does
 * so was cut off, and `x = 12' may have been meant to be 123. */
static enum request_end last_end(const struct conn *c)
{
	return c->in == c->out ? END_OF_FILE : END_NEWLINE;
}

/* Takes the next line from the buffer; false if there is no whole one. */
static bool next(struct conn *c, struct request *r)
{
	char *text = c->inbuf + c->start, *nl;
	size_t n = c->end - c->start;

	nl = memchr(text, '\n', n);
	r->text = text;
	r->len = nl ? (size_t)(nl - text) : n;
	r->end = END_NEWLINE;
	if (r->len > LINE_MAX_BYTES) {
		r->len = 0;
		r->end = END_TOO_FAR;
		skip(c);
		return true;
	}
	if (!nl && !(c->eof && n))
		return false;
	if (!nl)
		r->end = last_end(c);
	c->start += r->len + (nl != NULL);
	if (r->len && text[r->len - 1] == '\r')
		r->len--;		/* telnet's end of line */
	return true;
}

/* Answers the lines that are there while there is room for the answers. */
static void answer(struct conn *c)
{
	struct request r;

	if (c->skipping)
		skip(c);
	while (!c->quit && OUT_MAX - c->due >= ANSWER_MAX && next(c, &r)) {
		r.vars = &c->vars;
		r.answer = c->outbuf + c->due;
		request_run(&r);
		c->due += r.n;
		c->quit = r.quit;
	}
}

bool conn_serve(struct conn *c)
{
	if (c->due == 0 && !c->eof && !c->quit && !fill(c))
		return false;
	do {
		answer(c);
		if (c->due == 0)
			return !c->eof && !c->quit;
		if (!flush(c))
			return false;
	} while (c->due == 0);
	return true;
}
