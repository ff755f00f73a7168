/* SPDX-License-Identifier: MIT */
/* unwind.c - panic_unwind: what compilers clean up in the frames between a
 * panic and its landing. */

/*
 * The unwinder is that of the program's own cleanups: its functions call it by
 * name, as this file does.  On its way it goes through the frames of the
 * program, and what they run overwrites those below.  So all that it needs is
 * on the heap.
 *
 * The function of the landing, if it was compiled with -fexceptions, runs its
 * cleanups until it leaves the landing's block, and there the way ends, in
 * panic__run().  Else stop() ends it: before the caller of that function, or
 * before that function, if it has called deferproc().
 */

#include "config.h"

#include "runtime.h"

#include <errno.h>
#include <string.h>
#include <unwind.h>

#include "arch/cfa.h"

/* The frames that are left have red zones still. */
#ifdef PANIC__ASAN
#include <sanitizer/asan_interface.h>
#define UNPOISON() __asan_handle_no_return()
#else
#define UNPOISON() ((void)0)
#endif

/* Where a function goes on, its sp.  ARM's _Unwind_GetCFA() tells that of its
 * caller, and only while it unwinds. */
#ifdef __arm__
#define SP(context) ((uintptr_t)_Unwind_GetGR(context, 13))
#else
#define SP(context) ((uintptr_t)_Unwind_GetCFA(context))
#endif

struct panic__unwinding {
	struct _Unwind_Exception exception;	/* first */
	struct panic__unwinding *link;	/* one that is not over: a cleanup of
					   its runs, or was left by a jump */
	struct panic__defer *d;		/* the landing's record */
	void (*land)(struct panic__defer *d);
	uintptr_t sp, callersp;		/* of the landing's function, and of its
					   caller */
};

/* Looks for the function of the landing: the last one on the way whose callers
 * all lie above. */
static _Unwind_Reason_Code look(struct _Unwind_Context *context,
	void *unwinding)
{
	struct panic__unwinding *u = unwinding;
	uintptr_t sp = SP(context);

	if (panic__isabove(sp, u->d->fp)) {
		u->callersp = sp;
		return _URC_END_OF_STACK;
	}
	u->sp = sp;
	return _URC_NO_REASON;
}

/* Takes the newest off the list of g. */
static void drop(struct panic_g *g)
{
	struct panic__unwinding *u = g->unwinding;

	g->unwinding = u->link;
	panic__mfree(u);
}

void panic__freeunwindings(struct panic_g *g)
{
	while (g->unwinding)
		drop(g);
}

/* u is over: goes to the landing.  What is newer was left by a jump. */
static PANIC_NORETURN void land(struct panic__unwinding *u)
{
	void (*go)(struct panic__defer *) = u->land;
	struct panic__defer *d = u->d;

	d->landing &= (uint8_t)~PANIC__UNWINDS;
	while (panic__g.unwinding != u)
		drop(&panic__g);
	drop(&panic__g);
	go(d);
	__builtin_unreachable();
}

static _Unwind_Reason_Code stop(int version, _Unwind_Action actions,
	_Unwind_Exception_Class class, struct _Unwind_Exception *exception,
	struct _Unwind_Context *context, void *unwinding)
{
	struct panic__unwinding *u = unwinding;
	uintptr_t sp = SP(context);

	(void)version, (void)class, (void)exception;
	if ((actions & _UA_END_OF_STACK) || sp >= u->callersp)
		land(u);
	if (sp >= u->sp) {
		if (!u->d->openDefer)
			land(u);
		u->d->landing |= PANIC__UNWINDS;
	}
	return _URC_NO_REASON;
}

/* C++ has caught it, and the catch has ended. */
static void caught(_Unwind_Reason_Code code,
	struct _Unwind_Exception *exception)
{
	(void)code, (void)exception;
	panic__throw("panic_unwind: a catch (...) of C++ has ended without "
		"throw;");
}

/* Whether the way is barred: the stack is full, or libgcc would have to go
 * through the trampoline of a fault on arm64, which tells its pc in a register
 * that libgcc does not know. */
static bool isbarred(const struct panic *p)
{
#ifdef __aarch64__
	for (const struct panic *q = p; q; q = q->link)
		if (q->type == &panic_fault_type)
			return true;
#else
	(void)p;
#endif
	return panic__onoverflowstack(PANIC__CFA());
}

int panic_unwind(const struct panic *p)
{
	struct panic *newest = panic__g._panic;
	struct panic__unwinding *u;

	if (!p || p != newest || !p->recovered) {
		errno = EINVAL;
		return -1;
	}
	if (isbarred(p)) {
		errno = ENOTSUP;
		return -1;
	}
	if (panic__rare(p)->unwinding)
		return 0;
	u = panic__malloc(sizeof *u);
	if (!u) {
		errno = ENOMEM;
		return -1;
	}
	memset(u, 0, sizeof *u);
	memcpy(&u->exception.exception_class, "libpanic",
		sizeof u->exception.exception_class);
	u->exception.exception_cleanup = caught;
	panic__setrare(newest)->unwinding = u;
	return 0;
}

struct panic__unwinding *panic__takeunwinding(struct panic *p)
{
	struct panic__unwinding *u = panic__rare(p)->unwinding;

	if (!u)
		return NULL;
	p->rare.unwinding = NULL;
	u->d = p->d;
	u->link = panic__g.unwinding;
	panic__g.unwinding = u;
	return u;
}

void panic__unwind(struct panic__unwinding *u,
	void (*go)(struct panic__defer *d))
{
	panic__landcleanups(u->d->fp);
	u->land = go;
	_Unwind_Backtrace(look, u);
	UNPOISON();
	if (u->callersp)
		_Unwind_ForcedUnwind(&u->exception, stop, u);
	land(u);	/* no way leads there */
}

void panic__unwoundto(struct panic__frame *f)
{
	struct panic__unwinding *u = panic__g.unwinding;

	if (PANIC__LIKELY(!(f->d.landing & PANIC__UNWINDS)))
		return;
	while (u->d != &f->d)
		u = u->link;
	land(u);
}

bool panic__isunwound(const struct panic__frame *f)
{
	const struct panic__unwinding *u = panic__g.unwinding;

	if (f->d.n > 0 || f->d.ran == 0)
		return false;
	while (u && (uintptr_t)f >= u->callersp)
		u = u->link;
	return u != NULL;
}
