/* SPDX-License-Identifier: MIT */
/* trace.h - what a program notes down, for interp.c and written-out programs.
 *
 * Everything is static: a written-out program is one file with this in it.
 * Only one thread at a time runs programs.
 */
#ifndef MODEL_TRACE_H
#define MODEL_TRACE_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <panic.h>

#define TRACE_FN __attribute__((unused)) static

static char trace_text[8192];
static size_t trace_len;
static int trace_number;		/* of the newest panic */
static bool trace_full = true;		/* with what Go cannot tell */

/* A program that does not end must not run on: its trace is wrong already. */
TRACE_FN void trace_put(char c)
{
	if (trace_len + 1 >= sizeof trace_text) {
		fprintf(stderr, "trace too long: %.200s...\n", trace_text);
		_exit(3);
	}
	trace_text[trace_len++] = c;
	trace_text[trace_len] = '\0';
}

TRACE_FN void trace_reset(void)
{
	trace_len = 0;
	trace_text[0] = '\0';
	trace_number = 0;
}

/* Notes c, and n unless it is negative. */
TRACE_FN void event(char c, int n)
{
	trace_put(c);
	if (n >= 10000)
		trace_put((char)('0' + n / 10000 % 10));
	if (n >= 1000)
		trace_put((char)('0' + n / 1000 % 10));
	if (n >= 100)
		trace_put((char)('0' + n / 100 % 10));
	if (n >= 10)
		trace_put((char)('0' + n / 10 % 10));
	if (n >= 0)
		trace_put((char)('0' + n % 10));
}

TRACE_FN int trace_print(const void *data, char *buf, size_t size)
{
	return snprintf(buf, size, "%d", *(const int *)data);
}

TRACE_FN void trace_release(void *data)
{
	if (trace_full)
		event('~', *(int *)data);
	*(int *)data = 9999;		/* whoever reads it later shows */
	free(data);
}

__attribute__((unused))
static const struct panic_type trace_type = {
	"number", trace_print, trace_release
};

/* The number of the panic that is about to be raised. */
TRACE_FN int raised(void)
{
	event('!', ++trace_number);
	return trace_number;
}

TRACE_FN void *boxed(int n)
{
	int *box = malloc(sizeof *box);

	if (box)
		*box = n;
	return box;
}

/* A null function's panic has a text of the library's own: number 0. */
TRACE_FN int number(const struct panic *p)
{
	const int *box = panic_data(p, &trace_type);

	return box ? *box : atoi(panic_message(p));
}

/* Notes what recover() returned.  Returns p, else the one before. */
TRACE_FN const struct panic *got(char c, const struct panic *p,
	const struct panic *before)
{
	if (!p) {
		event(c, -1);
		return before;
	}
	event(c, number(p));
	for (const struct panic *u = panic_under(p); trace_full && u;
		u = panic_under(u))
		event('<', number(u));
	return p;
}

TRACE_FN const struct panic *helper(void)
{
	return recover();
}

TRACE_FN void landed(void)
{
	if (trace_full)
		event('^', -1);
}

/* Volatile, so that no compiler sees that it is null. */
__attribute__((unused)) static void (*volatile nothing)(void *);

TRACE_FN void outermost_deferred(void *arg)
{
	(void)arg;
	got('U', recover(), NULL);
}

/* What is left of a program's panics ends here. */
TRACE_FN void outermost(void (*root)(void *), void *arg)
{
	recover_frame(return);
	defer(outermost_deferred, NULL);
	root(arg);
}

#endif
