/* SPDX-License-Identifier: MIT */
/* ask.c - stacks when asked for (Go: debug.PrintStack, debug.Stack). */

#include "config.h"

#include "crash/crash.h"

#include <errno.h>

/* That on which p was taken, or else the caller's, from limit on. */
static const struct panic__stack *stackof(const struct panic *p,
	struct panic__stack *own, uintptr_t limit)
{
	const struct panic__taken *t = (const struct panic__taken *)p;

	if (p && panic__istaken(p) && t->n > 0)
		return &t->s[t->n - 1];
	panic__identify(own);
	own->state = "running";
	panic__walkquick(own, limit);
	return own;
}

size_t panic_format_stack(const struct panic *p, char *buf, size_t size)
{
	char none;
	struct panic__out o = { .to = size > 0 ? buf : &none,
		.size = size > 0 ? size - 1 : 0 };
	struct panic__stack own;
	int errnum = errno;

	panic__putraw(&o, stackof(p, &own, PANIC__INFRAME()));
	if (size > 0)
		buf[o.n < size ? o.n : size - 1] = '\0';
	errno = errnum;
	return o.n;
}

/* By one write() if it is not very long, so that lines of several threads do
 * not mix. */
void panic_print_stack(const struct panic *p, int fd)
{
	char text[8192];
	struct panic__out o = { .to = text, .size = sizeof text };
	struct panic__stack own;
	int errnum = errno;
	const struct panic__stack *s = stackof(p, &own, PANIC__INFRAME());

	panic__putraw(&o, s);
	if (o.n <= o.size) {
		panic__write(fd, text, o.n);
	} else {
		o = (struct panic__out){ .fd = fd };
		panic__putraw(&o, s);
		panic__flush(&o);
	}
	errno = errnum;
}

void panic_symbolize_stack(const struct panic *p, int fd)
{
	struct panic__report *r = panic__newreport(1);
	const struct panic__taken *t = (const struct panic__taken *)p;
	struct panic__stack *s;

	if (!r)
		return;
	s = panic__addstack(r);
	if (p && panic__istaken(p) && t->n > 0) {
		*s = t->s[t->n - 1];
		r->walked = true;
	} else {
		panic__identify(s);
		s->state = "running";
		r->limit = PANIC__INFRAME();
	}
	panic__printreport(r, fd);
	panic__freereport(r);
}
