/* SPDX-License-Identifier: MIT */
/* stacks.c - the stacks of a report, and how they are printed (Go:
 * printframes). */

#include "config.h"

#include "crash/crash.h"

#include <sys/mman.h>

#ifndef MAP_ANONYMOUS
#define MAP_ANONYMOUS MAP_ANON
#endif

void *panic__map(size_t size, int flags)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		MAP_ANONYMOUS | flags, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

struct panic__report *panic__newreport(size_t max)
{
	size_t size = sizeof(struct panic__report) +
		max * sizeof(struct panic__stack);
	struct panic__report *r = panic__map(size, MAP_SHARED);

	if (r) {
		r->size = size;
		r->max = max;
	}
	return r;
}

void panic__freereport(struct panic__report *r)
{
	munmap(r, r->size);
}

struct panic__stack *panic__addstack(struct panic__report *r)
{
	return r->n < r->max ? &r->s[r->n++] : NULL;
}

/* thread 7 "worker-3" */
void panic__putthread(struct panic__out *o, const struct panic__stack *s)
{
	panic__puts(o, "thread ");
	panic__putn(o, (uintmax_t)s->tid, 10);
	if (s->name[0]) {
		panic__puts(o, " \"");
		panic__puttext(o, s->name);
		panic__putc(o, '"');
	}
}

/* thread 7 "worker-3" [running]: */
static void puttitle(struct panic__out *o, const struct panic__stack *s)
{
	panic__putthread(o, s);
	if (s->state) {
		panic__puts(o, " [");
		panic__puts(o, s->state);
		panic__putc(o, ']');
	}
	panic__puts(o, ":\n");
}

/* The line that stands for the library's frames, between a deferred function
 * and the one that panicked. */
static void putpanic(struct panic__out *o, const struct panic *p)
{
	panic__puts(o, !p || !p->goexit ? "panic(...)" :
		p->to ? "panic_longjmp()" : "goexit()");
	if (p && p->site && p->site->line > 0) {
		panic__puts(o, " at ");
		panic__putsite(o, p->site);
	}
	panic__putc(o, '\n');
	if (p && p->d && p->call->site->line > 0) {
		panic__puts(o, "\trunning the call deferred at ");
		panic__putsite(o, p->call->site);
		panic__putc(o, '\n');
	}
}

static void putelided(struct panic__out *o, const struct panic__stack *s)
{
	panic__puts(o, "...");
	panic__putn(o, s->total - PANIC__LINES, 10);
	panic__puts(o, " frames elided...\n");
}

/* A frame, by panic-symbolize or with what can be had without it. */
static void putframe(struct panic__out *o, struct panic__report *r,
	uintptr_t pc)
{
	if (!r->all && panic__islibrary(pc - 1))
		return;
	if (!panic__symbolize(o, &r->symbolizer, pc, r->all))
		panic__printpc(o, pc);
}

/* r is NULL for a frame without files and lines. */
static void putline(struct panic__out *o, struct panic__report *r,
	const struct panic__stack *s, size_t i)
{
	const struct panic__pc *line = panic__line(s, i);

	if (i == PANIC__LINES / 2 && s->total > PANIC__LINES)
		putelided(o, s);
	if (!line->pc)
		putpanic(o, line->p);
	else if (r)
		putframe(o, r, line->pc);
	else
		panic__putname(o, line->pc);
}

static void putabove(struct panic__out *o, const struct panic__stack *s)
{
	if (s->tid)
		puttitle(o, s);
	if (s->total == 0)
		panic__puts(o, "\tstack trace unavailable\n");
}

void panic__putraw(struct panic__out *o, const struct panic__stack *s)
{
	putabove(o, s);
	for (size_t i = 0; i < panic__nlines(s); i++)
		putline(o, NULL, s, i);
}

static void putstack(struct panic__out *o, struct panic__report *r)
{
	const struct panic__stack *s = &r->s[r->stack];

	if (r->line == 0) {
		if (r->stack > 0)
			panic__putc(o, '\n');
		putabove(o, s);
		panic__flush(o);
	}
	for (; r->line < panic__nlines(s); r->line++) {
		putline(o, r, s, r->line);
		panic__flush(o);
	}
}

void panic__putrest(struct panic__report *r, int fd)
{
	struct panic__out o = { .fd = fd };

	panic__startsymbolizer(&r->symbolizer);
	for (; r->stack < r->n; r->stack++) {
		putstack(&o, r);
		r->line = 0;
	}
	panic__endsymbolizer(&o, &r->symbolizer);
	panic__flush(&o);
}
