/* SPDX-License-Identifier: MIT */
/* take.c - panic_take: a panic that outlives the function that recovered it,
 * with its stack. */

#include "config.h"

#include "runtime.h"

#include <errno.h>
#include <string.h>

/* Appends s to what stands at to; returns where it was put. */
static char *add(char **to, const char *s)
{
	char *at = *to;
	size_t size = strlen(s) + 1;

	memcpy(at, s, size);
	*to += size;
	return at;
}

/* How many stacks a new copy inherits.  If there are too many, the first stay:
 * they tell the origin. */
static size_t older(const struct panic__taken *old)
{
	enum { MAX = 3 };

	return !old ? 0 : old->n < MAX ? old->n : MAX;
}

/* The stacks of t: those that the value was taken on before, and the
 * caller's. */
static void addstacks(struct panic__taken *t, const struct panic__taken *old,
	uintptr_t limit)
{
	struct panic__stack *s;

	t->n = older(old);
	if (old)
		memcpy(t->s, old->s, t->n * sizeof t->s[0]);
	s = &t->s[t->n++];
	memset(s, 0, offsetof(struct panic__stack, line));
	panic__identify(s);
	s->state = "panic taken";
	panic__walkquick(s, limit);
	for (size_t i = 0; i < panic__nlines(s); i++)
		s->line[i].p = NULL;	/* it will be gone */
}

/* The type of p may be gone before t is, with the module that it stands in. */
static void copytype(struct panic__taken *t, const struct panic *p, char **to)
{
	if (!p->type || p->type == &panic_fault_type)
		return;
	t->type = (struct panic_type){ .name = add(to, p->type->name),
		.release = p->type->release };
	t->original = panic_typeof(p);
	t->p.type = &t->type;
}

/* One block holds the copy, its stacks and its strings. */
struct panic *panic_take(const struct panic *p)
{
	int errnum = errno;
	const char *text = panic_message(p), *file = panic_file(p);
	const char *function = panic_function(p);
	struct panic *original = (struct panic *)(uintptr_t)p;
	const struct panic__taken *old = panic__takenof(p);
	size_t stacks = older(old) + 1;
	size_t size = strlen(text) + strlen(file) + strlen(function) + 3 +
		(p->type ? strlen(p->type->name) + 1 : 0);
	struct panic__taken *t = panic__malloc(sizeof *t +
		stacks * sizeof t->s[0] + size);
	char *to;

	if (!t) {
		errno = ENOMEM;
		return NULL;
	}
	to = (char *)(t->s + stacks);
	panic__init(&t->p, &t->site, p->type, p->data);
	t->p.cfa = NULL;
	panic__setrare(&t->p)->errnum = panic_errnum(p);
	t->p.message = add(&to, text);
	t->site.file = add(&to, file);
	t->site.function = add(&to, function);
	t->site.line = p->site->line;
	t->site.call = NULL;
	copytype(t, p, &to);
	addstacks(t, old, PANIC__INFRAME());
	if (p->type == &panic_fault_type && p->data) {
		t->fault = *(const struct panic_fault *)p->data;
		t->p.data = &t->fault;	/* the old one is on the stack */
	}
	original->data = NULL;
	errno = errnum;		/* libunwind may have looked for files */
	return &t->p;
}

void panic_free(struct panic *p)
{
	if (!p)
		return;
	panic__release(p);
	panic__mfree(p);
}
