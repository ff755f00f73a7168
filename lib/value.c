/* SPDX-License-Identifier: MIT */
/* value.c - what a panic carries: its text, its end, and how it is read. */

#include "config.h"

#include "runtime.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct panic__rare panic__norare;

struct panic__rare *panic__setrare(struct panic *p)
{
	if (!p->hasrare)
		p->rare = panic__norare;
	p->hasrare = true;
	return &p->rare;
}

/* Marks a message that had to be cut. */
static void cut(struct panic *p)
{
	memcpy(p->buf + sizeof p->buf - 4, "...", 4);
}

/* Where len bytes and a NUL go: buf, or the heap if they do not fit.  NULL if
 * there is no memory; then buf holds the beginning. */
static char *buffer(struct panic *p, size_t len)
{
	p->message = p->buf;
	if (len < sizeof p->buf)
		return p->buf;
	char *heap = panic__malloc(len + 1);

	if (!heap)
		return NULL;
	p->message = panic__setrare(p)->heap = heap;
	return heap;
}

static void setmessage(struct panic *p, const char *text, size_t len)
{
	char *to = buffer(p, len);

	if (!to) {
		memcpy(p->buf, text, sizeof p->buf - 4);
		cut(p);
		return;
	}
	memcpy(to, text, len);
	to[len] = '\0';
}

void panic__setnil(struct panic *p)
{
	static const char text[] = "panic called with nil argument";

	setmessage(p, text, sizeof text - 1);
}

void panic__format(struct panic *p, const char *fmt, va_list ap)
{
	va_list again;
	int len;
	char *to;

	if (!fmt) {
		panic__setnil(p);
		return;
	}
	/* Nothing to format: skip vsnprintf(). */
	if (!strchr(fmt, '%')) {
		setmessage(p, fmt, strlen(fmt));
		return;
	}
	va_copy(again, ap);
	len = vsnprintf(p->buf, sizeof p->buf, fmt, ap);
	if (len < 0) {
		setmessage(p, fmt, strlen(fmt));
	} else if ((size_t)len >= sizeof p->buf) {
		to = buffer(p, (size_t)len);
		if (to)
			vsnprintf(to, (size_t)len + 1, fmt, again);
		else
			cut(p);
	} else {
		p->message = p->buf;
	}
	va_end(again);
}

/* What errnum means.  strerror_r() is GNU's or that of POSIX. */
static const char *errortext(int errnum, char *buf, size_t size)
{
#ifdef STRERROR_R_CHAR_P
	return strerror_r(errnum, buf, size);
#else
	if (strerror_r(errnum, buf, size) != 0)
		snprintf(buf, size, "error %d", errnum);
	return buf;
#endif
}

void panic__adderror(struct panic *p, int errnum)
{
	char buf[128];
	const char *text = errortext(errnum, buf, sizeof buf);
	size_t len = strlen(p->message), n;
	struct panic__rare *rare = panic__setrare(p);
	char *old = rare->heap, *to;

	rare->errnum = errnum;

	n = strlen(text);
	if (!old && len + 2 + n < sizeof p->buf) {
		to = p->buf;
	} else {
		to = panic__malloc(len + 2 + n + 1);
		if (!to)
			return;
		memcpy(to, p->message, len);
		p->message = rare->heap = to;
		panic__mfree(old);
	}
	memcpy(to + len, ": ", 2);
	memcpy(to + len + 2, text, n + 1);
}

void panic__copyvalue(struct panic *p, const struct panic *from)
{
	p->type = from->type;
	p->data = from->data;
	p->site = from->site;
	p->message = from->message;
	panic__setrare(p)->errnum = panic__rare(from)->errnum;
	p->rare.heap = panic__rare(from)->heap;
}

/* p is over, but the panic under it that gave its value is not yet: a message
 * that was made in p meanwhile goes back too. */
static void giveback(struct panic *p)
{
	struct panic *from = p->rare.from;

	panic__copyvalue(from, p);
	from->rare.repanicked = NULL;
	if (p->message == p->buf) {
		memcpy(from->buf, p->buf, sizeof from->buf);
		from->message = from->buf;
	}
}

void panic__release(struct panic *p)
{
	void (*release)(void *) = NULL;

	if (!p->hasrare)
		return;
	panic__mfree(p->rare.unwinding);
	p->rare.unwinding = NULL;
	if (p->rare.from) {
		giveback(p);
		return;
	}
	if (p->type && p->data)
		release = p->type->release;
	panic__mfree(p->rare.heap);
	p->rare.heap = NULL;
	panic__mfree(p->rare.taken);	/* the type may stand there */
	p->rare.taken = NULL;
	if (release) {
		void *data = p->data;

		p->data = NULL;
		release(data);
	}
}

/* A typed value gets its message when somebody asks. */
static void maketext(struct panic *p)
{
	const struct panic_type *type = p->type;
	int len;
	char *to;

	if (type->text)
		len = type->text(p->data, p->buf, sizeof p->buf);
	else
		len = snprintf(p->buf, sizeof p->buf, "(%s) 0x%" PRIxPTR,
			type->name, (uintptr_t)p->data);
	if (len < 0)
		snprintf(p->buf, sizeof p->buf, "(%s)", type->name);
	to = buffer(p, len < 0 ? 0 : (size_t)len);
	if (!to)
		cut(p);
	else if (to != p->buf && type->text)
		type->text(p->data, to, (size_t)len + 1);
	else if (to != p->buf)
		snprintf(to, (size_t)len + 1, "(%s) 0x%" PRIxPTR, type->name,
			(uintptr_t)p->data);
}

const char *panic_message(const struct panic *p)
{
	/* Every panic is an object of the library's that is not const. */
	if (!p->message)
		maketext((struct panic *)(uintptr_t)p);
	return p->message;
}

const struct panic_type *panic_typeof(const struct panic *p)
{
	const struct panic__taken *t = panic__istaken(p) ?
		(const struct panic__taken *)p : panic__takenof(p);

	return t && p->type == &t->type ? t->original : p->type;
}

void *panic_data(const struct panic *p, const struct panic_type *type)
{
	return panic_typeof(p) == type ? p->data : NULL;
}

int panic_errnum(const struct panic *p)
{
	return panic__rare(p)->errnum;
}

const struct panic *panic_under(const struct panic *p)
{
	do
		p = p->link;
	while (p && p->goexit);
	return p;
}

const struct panic__taken *panic__takenof(const struct panic *p)
{
	while (panic__rare(p)->from)
		p = p->rare.from;
	return (const struct panic__taken *)panic__rare(p)->taken;
}
