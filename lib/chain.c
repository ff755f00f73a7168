/* SPDX-License-Identifier: MIT */
/* chain.c - records, the calls in them, and the pools that they come from
 * (Go: newdefer, freedefer). */

#include "config.h"

#include "runtime.h"

/*
 * The pool of a thread (Go: the P's).  Records go back to it, and from it to
 * the heap when it is full.  The record freed last is never given to the heap
 * at once: recovery() still jumps through it.  A thread that has ended keeps
 * that one only, until deferreturn() comes.
 */
enum { POOLMAX = 32 };

/* A free record begins with the link to the next one. */
static void *take(struct panic__pool *pool, size_t size)
{
	void **r = pool->head;

	if (!r)
		return panic__malloc(size);
	pool->head = *r;
	pool->n--;
	return r;
}

static void give(struct panic__pool *pool, void *r)
{
	if (pool->n >= (panic__m.ended ? 1 : POOLMAX)) {
		void **old = pool->head;

		pool->head = *old;
		pool->n--;
		panic__mfree(old);
	}
	*(void **)r = pool->head;
	pool->head = r;
	pool->n++;
}

static void empty(struct panic__pool *pool)
{
	while (pool->head) {
		void **r = pool->head;

		pool->head = *r;
		panic__mfree(r);
	}
	pool->n = 0;
}

void panic__freepools(void)
{
	empty(&panic__m.procs);
	empty(&panic__m.chunks);
}

struct panic__proc *panic__newdefer(void)
{
	return take(&panic__m.procs, sizeof(struct panic__proc));
}

void panic__freedefer(struct panic__proc *r)
{
	give(&panic__m.procs, r);
}

/* Calls beyond the inline slots. */

static bool inheap(const struct panic__defer *d)
{
	return d->n > PANIC__SLOTS;
}

static struct panic__chunk *chunk(const struct panic__defer *d)
{
	return ((const struct panic__frame *)d)->chunk;
}

static void setchunk(struct panic__defer *d, struct panic__chunk *c)
{
	((struct panic__frame *)d)->chunk = c;
}

static void popheap(struct panic__defer *d, struct panic__slot *s)
{
	struct panic__chunk *c = chunk(d);

	*s = c->slot[--c->n];
	if (c->n == 0) {
		setchunk(d, c->link);
		if (!c->link)
			d->n = PANIC__SLOTS;
		if (PANIC__UNLIKELY(panic__m.ended))
			panic__mfree(c);
		else
			give(&panic__m.chunks, c);
	}
}

static struct panic__chunk *pushchunk(struct panic__defer *d)
{
	struct panic__chunk *c = take(&panic__m.chunks, sizeof *c);

	if (!c)
		return NULL;
	c->link = inheap(d) ? chunk(d) : NULL;
	c->n = 0;
	setchunk(d, c);
	return c;
}

bool panic__pushheap(struct panic__defer *d, const struct panic__slot *s)
{
	struct panic__chunk *c = inheap(d) ? chunk(d) : NULL;

	if (!c || c->n == PANIC__CHUNK)
		c = pushchunk(d);
	if (!c)
		return false;
	c->slot[c->n++] = *s;
	PANIC__KEEP(c);
	d->n = PANIC__SLOTS + 1;
	return true;
}

bool panic__popcall(struct panic__defer *d, struct panic__slot *s)
{
	if (d->n == 0)
		return false;
	if (inheap(d))
		popheap(d, s);
	else if (d->openDefer)
		d->ran++, *s = ((struct panic__frame *)d)->slot[--d->n];
	else
		*s = ((struct panic__proc *)d)->slot, d->n = 0;
	return true;
}
