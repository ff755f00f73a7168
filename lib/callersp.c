/* SPDX-License-Identifier: MIT */
/* callersp.c - sp, pc and argp, from libunwind (Go: getcallersp). */

/*
 * Asking libunwind takes 60 ns for the sp of a frame and most of a
 * microsecond for that of its caller.  But in one compiled function the
 * distance between its frame address and its caller's sp, or the CFA of what
 * it calls, is a constant.  It is measured once, when the library starts; from
 * then on getting them is one addition.
 */

#include "config.h"

#define UNW_LOCAL_ONLY
#include <libunwind.h>

#include "runtime.h"

#include <errno.h>

#include "arch/cfa.h"

/* panic_deferproc(): caller's sp - fp */
static uintptr_t spdistance;
uintptr_t panic__argdistance, panic__neardistance;
bool panic__calibrated;

/* Sets the cursor to the caller of the function in which it stands. */
#define CALLER(cursor, context) \
	(unw_getcontext(context) == 0 && \
	unw_init_local(cursor, context) == 0 && unw_step(cursor) > 0)

static uintptr_t reg(unw_cursor_t *c, int which)
{
	unw_word_t w = 0;

	unw_get_reg(c, which, &w);
	return (uintptr_t)w;
}

/* The CFA of the function that the cursor came from by its last step. */
static uintptr_t cfa(unw_cursor_t *c)
{
	return panic__cfa(reg(c, UNW_REG_SP));
}

/* Sets the cursor to the frame that goes on at ra. */
static bool stepto(unw_cursor_t *c, const void *ra)
{
	do {
		if (reg(c, UNW_REG_IP) == (uintptr_t)ra)
			return true;
	} while (unw_step(c) > 0);
	return false;
}

/* Its CFA is the sp of its caller at the call.  The distance is still 0, so
 * argp is what it is to be measured from. */
PANIC__ONCE void panic__measure(void *distance)
{
	struct panic *p = panic__g._panic;
	unw_context_t uc;
	unw_cursor_t c;

	if (!CALLER(&c, &uc))
		panic__throw("libunwind cannot walk the library's own frames");
	*(uintptr_t *)distance = cfa(&c) - (uintptr_t)p->argp;
	p->recovered = true;
}

PANIC__ONCE uintptr_t panic__getcallersp(void *fp)
{
	unw_context_t uc;
	unw_cursor_t c;

#ifndef PANIC_UNWIND_CHECKS
	if (spdistance)
		return (uintptr_t)fp + spdistance;
#endif
	if (!CALLER(&c, &uc) || unw_step(&c) <= 0)
		return 0;
	uintptr_t sp = cfa(&c);

	if (spdistance && sp != (uintptr_t)fp + spdistance)
		panic__throw("getcallersp: %#lx, but libunwind says %#lx",
			(unsigned long)((uintptr_t)fp + spdistance),
			(unsigned long)sp);
	spdistance = sp - (uintptr_t)fp;
	return sp;
}

#ifdef PANIC_UNWIND_CHECKS
PANIC__ONCE void panic__checkargp(const void *argp)
{
	unw_context_t uc;
	unw_cursor_t c;

	if (panic__calibrated && CALLER(&c, &uc) && cfa(&c) != (uintptr_t)argp)
		panic__throw("getargp: %p, but libunwind says %#lx", argp,
			(unsigned long)cfa(&c));
}
#endif

static bool callsrecover(const struct panic *p, const void *ra)
{
	void (*call)(void (*)(void), void *) = p->call->site->call;
	uintptr_t argp = (uintptr_t)p->argp;
	unw_proc_info_t info;
	unw_context_t uc;
	unw_cursor_t c;

	if (!CALLER(&c, &uc) || !stepto(&c, ra) || unw_step(&c) <= 0)
		return false;
	if (cfa(&c) == argp)
		return true;
	/* The function that knows the type of the deferred one may stand
	 * between. */
	return call && unw_get_proc_info(&c, &info) == 0 &&
		(info.start_ip == (uintptr_t)call ||
		panic__isshared(info.start_ip)) && unw_step(&c) > 0 &&
		cfa(&c) == argp;
}

bool panic__callsrecover(const struct panic *p, void *ra)
{
	int errnum = errno;	/* libunwind may look for files */
	bool yes = callsrecover(p, ra);

	errno = errnum;
	return yes;
}

static uintptr_t calledby(unw_cursor_t *c, const void *fp)
{
	uintptr_t called;

	do
		called = cfa(c);
	while (unw_step(c) > 0 && !panic__isabove(cfa(c), fp));
	return called;
}

static uintptr_t calledcfa(const void *fp)
{
	unw_context_t uc;
	unw_cursor_t c;

	return CALLER(&c, &uc) ? calledby(&c, fp) : 0;
}

uintptr_t panic__calledcfa(const void *fp)
{
	int errnum = errno;	/* libunwind may look for files */
	uintptr_t called = calledcfa(fp);

	errno = errnum;
	return called;
}

void *panic__callerfp(void *ra)
{
	unw_context_t uc;
	unw_cursor_t c;

	if (!CALLER(&c, &uc) || !stepto(&c, ra))
		panic__throw("libunwind cannot find the caller of deferproc(): "
			"compile it with -funwind-tables");
#if defined __aarch64__
	return (void *)reg(&c, UNW_AARCH64_X29);
#else
	if (unw_step(&c) <= 0)
		panic__throw("libunwind cannot find the caller's frame: "
			"compile it with -funwind-tables");
	return (void *)cfa(&c);
#endif
}

#ifdef __aarch64__
/* Its CFA; fp if libunwind does not know it. */
static void *callercfa(void *fp, const void *ra)
{
	unw_context_t uc;
	unw_cursor_t c;

	if (!CALLER(&c, &uc) || !stepto(&c, ra) || unw_step(&c) <= 0)
		return fp;
	return (void *)cfa(&c);
}

void *panic__floor(const struct panic__defer *t, void *fp, void *ra)
{
	uintptr_t up = *(uintptr_t *)fp;
	int errnum = errno;	/* libunwind may look for files */

	/* Most often its caller's frame address is saved at fp, and then
	 * nobody need be asked whether t is a caller's. */
	if (t->fp == fp || (up > (uintptr_t)fp && (uintptr_t)t->fp >= up))
		return fp;
	fp = callercfa(fp, ra);
	errno = errnum;
	return fp;
}
#endif
