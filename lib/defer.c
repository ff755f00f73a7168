/* SPDX-License-Identifier: MIT */
/* defer.c - deferproc, deferreturn, and what frames do out of line (Go:
 * panic.go). */

#include "config.h"

#include "runtime.h"

#include <errno.h>
#include <pthread.h>
#ifdef HAVE_VALGRIND_VALGRIND_H
#include <valgrind/valgrind.h>
#else
#define VALGRIND_DISABLE_ERROR_REPORTING ((void)0)
#define VALGRIND_ENABLE_ERROR_REPORTING ((void)0)
#endif

/* The call that could not be registered is made at once, so that nothing is
 * leaked; if it panics, its panic goes on instead. */
static PANIC_NORETURN void outofmemory(struct panic__slot s)
{
	panic__call(&s);
	panic__nomem(s.site);
}

/* A NULL function panics when its call is due, not here. */
static struct panic__slot newcall(void (*fn)(void), void *arg,
	const struct panic_site *site)
{
#define NIL(n) \
	{ "(nil)", "(nil)", 0, n, NULL, (void (*)(void))panic__nilcall }
	static const struct panic_site nil[] = { NIL(0), NIL(1) };

	if (fn || site->fn)
		return (struct panic__slot){ fn, arg, site };
	return (struct panic__slot){ NULL, NULL, &nil[site->onpanic] };
}

static void calibrate(void);

/* The newest record.  What stands at f, if that is not NULL, is none. */
static inline struct panic__defer *checkchain(const struct panic__frame *f,
	void *fp, void *ra, const char *where, const struct panic_site *site)
{
	bool first = panic__g._defer == &panic__first;
	struct panic__defer *t = panic__getchain();

	if (PANIC__UNLIKELY(first))
		calibrate();
	if (t && ((f && t == &f->d) || panic__isdead(t, fp, ra)))
		panic__dead(t, fp, where, site);
	return t;
}

PANIC__ONCE void panic__open_slow(struct panic__frame *f, void *fp)
{
	struct panic__slot *s = &f->slot[0];
	const struct panic_site *site = s->site;
	struct panic__defer *t;

	if (panic__g._defer == &f->d)	/* dead: its first call was there */
		s->site = NULL;
	t = checkchain(f, fp, __builtin_return_address(0),
		"a call was deferred", site);
	*s = newcall(site->fn ? NULL : s->fn, s->arg, site);
	panic__link(f, t, fp, site);
}

PANIC__ONCE
void panic__defer_first(struct panic__frame *f, void *fp, void (*fn)(void),
	void *arg, const struct panic_site *site, enum panic__landing landing)
{
	struct panic__defer *t = checkchain(f, fp, __builtin_return_address(0),
		"a call was deferred", site);

	f->slot[0] = newcall(fn, arg, site);
	panic__begin(f, landing);
	panic__link(f, t, fp, site);
}

uint32_t panic__defer_slow(struct panic__frame *f, void (*fn)(void), void *arg,
	const struct panic_site *site)
{
	struct panic__slot s = newcall(fn, arg, site);

	if (f->d.n < PANIC__SLOTS) {
		f->slot[f->d.n] = s;
		PANIC__KEEP(f);
		f->d.n++;
	} else if (!panic__pushheap(&f->d, &s)) {
		outofmemory(s);
	}
	return f->d.n;
}

static void unwound(struct panic__frame **linked)
{
	if (*linked)
		panic__run(*linked, 0);
}

void panic__run(struct panic__frame *f, int onpanic)
{
	struct panic__frame *linked __attribute__((cleanup(unwound))) = f;
	struct panic__slot s;

	panic__unwoundto(f);
	do {
		bool popped = panic__popcall(&f->d, &s);

		if (f->d.n == 0) {
			panic__unlinkframe(f);
			linked = NULL;
		}
		if (popped && (onpanic || !s.site->onpanic))
			panic__call(&s);
	} while (linked);
}

void panic__fell_through(const struct panic_site *site)
{
	panic__throw("the statement of recover_frame() at %s:%d in %s() "
		"does not leave its block: write return, break, continue or "
		"goto", site->file, site->line, site->function);
}

/* f is not the newest record.  That is right only where a goexit() or a panic
 * has taken it off the chain already, and what unwinds the thread behind that
 * comes by here again. */
void panic__leave_slow(struct panic__frame *f)
{
	if ((panic__exiting() && !panic__g._defer) || panic__isunwound(f))
		return;
	panic__dead(panic__g._defer, f, "a frame was left", f->slot[0].site);
}

PANIC__ONCE
struct panic_proc *panic_deferproc(void *fp, void (*fn)(void), void *arg,
	const struct panic_site *site)
{
	struct panic__proc *r;

	if (!fp)
		fp = panic__callerfp(__builtin_return_address(0));
	struct panic__defer *t = checkchain(NULL, fp,
		__builtin_return_address(0), "deferproc() was called", site);

	r = panic__newdefer();
	if (!r)
		outofmemory(newcall(fn, arg, site));
	r->d = (struct panic__defer){ .link = t, .fp = fp,
		.token = PANIC__TOKEN(fp), .landing = PANIC__BYSETJMP, .n = 1 };
	r->sp = panic__getcallersp(__builtin_frame_address(0));
	r->pc = (uintptr_t)__builtin_return_address(0);
	r->site = *site;
	r->slot = newcall(fn, arg, &r->site);
	PANIC__KEEP(r);
	panic__g._defer = &r->d;
	return &r->landing;
	/* No code can go here: the caller's setjmp() comes next. */
}

PANIC__ONCE void panic_deferreturn(void *fp, const struct panic_site *site)
{
	struct panic__defer *d;
	struct panic__slot s;
	struct panic_site at;

	if (!fp)
		fp = panic__callerfp(__builtin_return_address(0));
	for (;;) {
		d = panic__g._defer;
		if (!d || d == &panic__first)
			break;
		if (panic__isdead(d, fp, __builtin_return_address(0)))
			panic__dead(d, fp, "deferreturn() was called",
				site);
		if (d->openDefer || d->fp != fp)
			break;
		/* Freed before the call: a panic in it must not run it
		 * again. */
		s = ((struct panic__proc *)d)->slot;
		at = *s.site;
		s.site = &at;
		panic__unlink(d);
		panic__call(&s);
	}
	if (PANIC__UNLIKELY(panic__m.ended))
		panic__freepools();
}

/*
 * Each of these learns a distance (callersp.c), the first two by raising a
 * panic.
 */

static void calibratenear(void)
{
	static const struct panic_type type = { "calibration", NULL, NULL };

	PANIC_DEFER_FRAME();
	PANIC_DEFER(panic__measure, &panic__neardistance);
	panic__raise(&panic__one_frame_a_block, PANIC__HERE(), &type, NULL);
	panic__landed(&panic__frame, &panic__one_frame_a_block, panic__known);
}

static void calibratefar(void)
{
	PANIC_RECOVER_FRAME(return);
	PANIC_DEFER(panic__measure, &panic__argdistance);
	panic_printf(PANIC__HERE(), "calibration");
}

static void nothing(void *unused)
{
	(void)unused;
}

/* If there is memory for a record, which stays in the pool. */
static void calibrateproc(void)
{
	struct panic__proc *r = panic__newdefer();

	if (!r)
		return;
	panic__freedefer(r);
	if (!PANIC_DEFERPROC(nothing, NULL))
		PANIC_DEFERRETURN();
}

static void calibrateall(void)
{
	(void)panic__getchain();	/* or its own frames would come here */
	/* libunwind asks the kernel whether a page of the stack can be read by
	 * having it read the page's first byte, whatever that is. */
	VALGRIND_DISABLE_ERROR_REPORTING;
	calibratenear();
	calibratefar();
	calibrateproc();
	VALGRIND_ENABLE_ERROR_REPORTING;
	panic__calibrated = true;
}

/* Before main(), because by the time of the first panic the heap or the loader
 * may be broken; earlier if somebody opens a frame earlier.  Here, because
 * every program that defers a call links this file, a static one too. */
__attribute__((constructor)) static void calibrate(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	int errnum = errno;

	pthread_once(&once, calibrateall);
	errno = errnum;
}
