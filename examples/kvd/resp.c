/* SPDX-License-Identifier: MIT */
/* resp.c - requests and replies, as Redis has them. */

#include "kvd.h"

#include <stdio.h>
#include <string.h>

const struct panic_type client_error = { "client error", NULL, NULL };
const struct panic_type protocol_error = { "protocol error", NULL, NULL };

/* Takes a line, without its end. */
static bool take_line(struct str *in, struct str *line)
{
	const char *end = memchr(in->p, '\n', in->n < LINE ? in->n : LINE);

	if (!end && in->n >= LINE)
		protocol_error("too big a line");
	if (!end)
		return false;
	*line = (struct str){ in->p, (size_t)(end - in->p) };
	in->p += line->n + 1;
	in->n -= line->n + 1;
	if (line->n && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}

/* The number in a line that begins with the letter kind. */
static size_t number(struct str line, char kind, size_t max)
{
	size_t n = 0, i = 1;

	if (line.n == 0 || line.p[0] != kind)
		protocol_error("expected '%c'", kind);
	for (; i < line.n && line.p[i] >= '0' && line.p[i] <= '9'; i++) {
		n = n * 10 + (size_t)(line.p[i] - '0');
		if (n > max)
			protocol_error("too large a number after '%c'", kind);
	}
	if (i == 1 || i < line.n)
		protocol_error("no number after '%c'", kind);
	return n;
}

/* Takes an argument: its length in a line, its bytes, the end of a line. */
static bool take_bulk(struct str *in, struct str *arg)
{
	struct str line;
	size_t n;

	if (!take_line(in, &line))
		return false;
	n = number(line, '$', BULK);
	if (in->n < n + 2)
		return false;
	if (memcmp(in->p + n, "\r\n", 2) != 0)
		protocol_error("no end of line after %zu bytes", n);
	*arg = (struct str){ in->p, n };
	in->p += n + 2;
	in->n -= n + 2;
	return true;
}

/* A request that is typed by hand: words in a line. */
static void split(struct request *r, struct str line)
{
	const char *p = line.p, *end = p + line.n, *word;

	while (p < end) {
		for (word = p; p < end && *p != ' '; p++)
			;
		if (r->argc == ARGS)
			protocol_error("too many words");
		if (p > word)
			r->argv[r->argc++] =
				(struct str){ word, (size_t)(p - word) };
		p += p < end;
	}
}

bool request_take(struct request *r, struct str *in)
{
	struct str rest = *in, line;

	if (!take_line(&rest, &line))
		return false;
	r->argc = 0;
	if (line.n == 0 || line.p[0] != '*') {
		split(r, line);
	} else {
		int n = (int)number(line, '*', ARGS);

		for (; r->argc < n; r->argc++)
			if (!take_bulk(&rest, &r->argv[r->argc]))
				return false;
	}
	*in = rest;
	return true;
}

/* A line of a letter and a text. */
static void reply_line(struct buf *out, char kind, const char *text)
{
	buf_add(out, &kind, 1);
	buf_add(out, text, strcspn(text, "\r\n"));
	buf_add(out, "\r\n", 2);
}

void reply_status(struct buf *out, const char *text)
{
	reply_line(out, '+', text);
}

void reply_error(struct buf *out, const char *text)
{
	buf_add(out, "-ERR ", 5);
	buf_add(out, text, strcspn(text, "\r\n"));
	buf_add(out, "\r\n", 2);
}

static void reply_digits(struct buf *out, char kind, long long n)
{
	char text[32];

	snprintf(text, sizeof text, "%lld", n);
	reply_line(out, kind, text);
}

void reply_number(struct buf *out, long long n)
{
	reply_digits(out, ':', n);
}

void reply_array(struct buf *out, int n)
{
	reply_digits(out, '*', n);
}

void reply_bulk(struct buf *out, struct str s)
{
	reply_digits(out, '$', (long long)s.n);
	buf_add(out, s.p, s.n);
	buf_add(out, "\r\n", 2);
}

void reply_nothing(struct buf *out)
{
	reply_line(out, '$', "-1");
}
