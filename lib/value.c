/* SPDX-License-Identifier: MIT */
/* value.c - what a panic carries: making it, reading it, keeping it. */

#include "config.h"

#include "runtime.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct panic__rare panic__norare;

struct panic__rare *panic__setrare(struct panic *p)
{
	if (!p->israre)
		p->rare = panic__norare;
	p->israre = true;
	return &p->rare;
}

/* Marks a message that had to be cut. */
static void cut(struct panic *p)
{
	memcpy(p->buf + sizeof p->buf - 4, "...", 4);
}

/* Where len bytes and a NUL go: buf, or the heap if they do not fit.  NULL if
 * there is no memory; then buf holds the beginning. */
static char *room(struct panic *p, size_t len)
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
	char *to = room(p, len);

	if (!to) {
		memcpy(p->buf, text, sizeof p->buf - 4);
		cut(p);
		return;
	}
	memcpy(to, text, len);
	to[len] = '\0';
}

static void setnil(struct panic *p)
{
	static const char text[] = "panic called with nil argument";

	setmessage(p, text, sizeof text - 1);
}

static void format(struct panic *p, const char *fmt, va_list ap)
{
	va_list again;
	int len;
	char *to;

	if (!fmt) {
		setnil(p);
		return;
	}
	if (!strchr(fmt, '%')) {	/* vsnprintf() is not for nothing */
		setmessage(p, fmt, strlen(fmt));
		return;
	}
	va_copy(again, ap);
	len = vsnprintf(p->buf, sizeof p->buf, fmt, ap);
	if (len < 0) {
		setmessage(p, fmt, strlen(fmt));
	} else if ((size_t)len >= sizeof p->buf) {
		to = room(p, (size_t)len);
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

/* Sets errnum, and appends ": " and its text. */
static void adderror(struct panic *p, int errnum)
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

/* A panic with a formatted message. */
static inline __attribute__((always_inline)) void raisef(
	struct panic__frame *near, const struct panic_site *site,
	bool witherrno, const char *fmt, va_list ap)
{
	struct panic p;
	int errnum = errno;

	panic__init(&p, site);
	format(&p, fmt, ap);
	if (witherrno)
		adderror(&p, errnum);
	errno = errnum;
	panic__gopanic(&p, near);
}

/* panic__printf() and the like return when near has recovered; the others end
 * in that they do not. */
#define RAISE(name, witherrno, end) \
void name(struct panic__frame *near, const struct panic_site *site, \
	const char *fmt, ...) \
{ \
	va_list ap; \
\
	va_start(ap, fmt); \
	raisef(near, site, witherrno, fmt, ap); \
	va_end(ap); \
	end; \
}

RAISE(panic__printf, false, return)
RAISE(panic__errnof, true, return)
RAISE(panic_printf, false, __builtin_unreachable())
RAISE(panic_errnof, true, __builtin_unreachable())

void panic__nilpanic(struct panic__frame *near, const struct panic_site *site)
{
	const char *nil = NULL;

	panic__printf(near, site, nil);
}

void panic__nilcall(void *unused)
{
	(void)unused;
	static const struct panic_site site =
		{ "(nil)", "(nil)", 0, NULL, NULL };

	panic_printf(NULL, &site, "runtime error: invalid memory address or "
		"nil pointer dereference");
}

void panic__raisefault(struct panic_fault *fault, const char *message)
{
	static const struct panic_site site =
		{ "(fault)", "(fault)", 0, NULL, NULL };
	struct panic p;

	panic__init(&p, &site);
	p.type = &panic_fault_type;
	p.data = fault;
	p.message = message;
	panic__gopanic(&p, NULL);
	__builtin_unreachable();
}

void panic__nomem(const struct panic_site *site)
{
	errno = ENOMEM;
	panic_errnof(NULL, site, "defer");
}

/* p gets what from carries.  Only one of the two releases it. */
static void copyvalue(struct panic *p, const struct panic *from)
{
	p->type = from->type;
	p->data = from->data;
	p->site = from->site;
	p->message = from->message;
	panic__setrare(p)->errnum = panic__rare(from)->errnum;
	p->rare.heap = panic__rare(from)->heap;
}

void panic_repanic(const struct panic_site *site, const struct panic *r)
{
	struct panic *from = (struct panic *)(uintptr_t)r;
	struct panic p;

	panic__init(&p, site);
	if (!from) {
		setnil(&p);
	} else {
		copyvalue(&p, from);
		if (panic__istaken(from)) {
			p.rare.taken = from;
		} else {
			p.rare.from = from;
			panic__setrare(from)->repanicked = &p;
		}
	}
	panic__gopanic(&p, NULL);
	__builtin_unreachable();
}

/* p is over, but the panic under it that gave its value is not yet: a message
 * that was made in p meanwhile goes back too. */
static void giveback(struct panic *p)
{
	struct panic *from = p->rare.from;

	copyvalue(from, p);
	from->rare.repanicked = NULL;
	if (p->message == p->buf) {
		memcpy(from->buf, p->buf, sizeof from->buf);
		from->message = from->buf;
	}
}

void panic__release(struct panic *p)
{
	if (!p->israre)
		return;
	if (p->rare.from) {
		giveback(p);
		return;
	}
	panic__mfree(p->rare.heap);
	p->rare.heap = NULL;
	panic__mfree(p->rare.taken);
	p->rare.taken = NULL;
	if (p->type && p->type->release && p->data) {
		void *data = p->data;

		p->data = NULL;
		p->type->release(data);
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
	to = room(p, len < 0 ? 0 : (size_t)len);
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
	return p->type;
}

void *panic_data(const struct panic *p, const struct panic_type *type)
{
	return p->type == type ? p->data : NULL;
}

int panic_errnum(const struct panic *p)
{
	return panic__rare(p)->errnum;
}

const char *panic_file(const struct panic *p)
{
	return p->site->file;
}

const char *panic_function(const struct panic *p)
{
	return p->site->function;
}

int panic_line(const struct panic *p)
{
	return p->site->line;
}

const struct panic *panic_under(const struct panic *p)
{
	do
		p = p->link;
	while (p && p->goexit);
	return p;
}

/* Appends s to what stands at to; returns where it was put. */
static char *add(char **to, const char *s)
{
	char *at = *to;
	size_t size = strlen(s) + 1;

	memcpy(at, s, size);
	*to += size;
	return at;
}

const struct panic__taken *panic__takenof(const struct panic *p)
{
	while (panic__rare(p)->from)
		p = p->rare.from;
	return (const struct panic__taken *)panic__rare(p)->taken;
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
	panic__walk(s, limit, false);
	for (size_t i = 0; i < panic__nlines(s); i++)
		s->line[i].p = NULL;	/* it will be gone */
}

/* One block holds the copy, its stacks and its strings. */
struct panic *panic_take(const struct panic *p)
{
	int errnum = errno;
	const char *text = panic_message(p);
	struct panic *copied = (struct panic *)(uintptr_t)p;
	const struct panic__taken *old = panic__takenof(p);
	size_t stacks = older(old) + 1;
	size_t size = strlen(text) + strlen(p->site->file) +
		strlen(p->site->function) + 3;
	struct panic__taken *t = panic__malloc(sizeof *t +
		stacks * sizeof t->s[0] + size);
	char *to;

	if (!t) {
		errno = ENOMEM;
		return NULL;
	}
	to = (char *)(t->s + stacks);
	panic__init(&t->p, &t->site);
	t->p.cfa = NULL;
	t->p.type = p->type;
	t->p.data = p->data;
	panic__setrare(&t->p)->errnum = panic_errnum(p);
	t->p.message = add(&to, text);
	t->site.file = add(&to, p->site->file);
	t->site.function = add(&to, p->site->function);
	t->site.line = p->site->line;
	t->site.call = NULL;
	addstacks(t, old, (uintptr_t)__builtin_frame_address(0));
	if (p->type == &panic_fault_type && p->data) {
		t->fault = *(const struct panic_fault *)p->data;
		t->p.data = &t->fault;	/* the old one is on the stack */
	}
	copied->data = NULL;
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

#define STRING_(x) #x
#define STRING(x) STRING_(x)

const char *panic_version(void)
{
	return STRING(PANIC_VERSION_MAJOR) "." STRING(PANIC_VERSION_MINOR) "."
		STRING(PANIC_VERSION_PATCH);
}
