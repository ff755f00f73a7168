/* SPDX-License-Identifier: MIT */
/* panic.c - deferproc, deferreturn, gopanic, gorecover, recovery and Goexit,
 * as Go's runtime/panic.go. */

/*
 * Each thread, or each coroutine with a panic_g, has a chain of records,
 * newest first, and a chain of panics, newest first.
 *
 * A record is in one of these states:
 *   open      its function runs; calls may be registered
 *   started   a panic or goexit (_panic) runs one of its calls, which has been
 *             popped; the record stays linked for those that are left
 * It leaves the chain before its last call where its function runs the calls
 * (deferreturn, panic__leave), and after it where a panic does, which so finds
 * the records whose calls an older panic was running.
 *
 * A panic is in one of these states:
 *   running   argp is the CFA of the deferred call that it runs
 *   recovered recover() has returned it; its call has yet to return
 *   aborted   a newer panic or goexit has met the record whose call it was
 *             running: that call will never return
 * It leaves the chain when it was recovered and its call has returned, or
 * when one is that aborted it.
 *
 * Nothing is unwound before that: deferred calls run on top of the panicking
 * stack.  Then one jump goes to the landing of the frame that registered the
 * recovering call; or, if the function that panicked sees that landing, the
 * call that raised the panic returns, and the function goes there by itself
 * (panic/landing.h).
 */

/* The checked longjmp of _FORTIFY_SOURCE kills a jump between the stacks of
 * coroutines or from an alternate stack. */
#undef _FORTIFY_SOURCE

#include "config.h"

#include "runtime.h"

#include <string.h>

/* p has met the record d of a function that is gone.  What lies below p's
 * raiser went with it, older panics too. */
static PANIC_NORETURN void dead(const struct panic__defer *d, struct panic *p)
{
	if (p->link && panic__onownstack(p->link) &&
	    (uintptr_t)p->link < (uintptr_t)p->cfa)
		p->link = NULL;
	panic__dead(d, p, "a panic was raised", p->site);
}

/*
 * Ends the process if d is not a record of a living caller of p's raiser.  A
 * handler on an alternate stack must not panic into the code that it
 * interrupted: that may be anywhere.
 */
static void checkrecord(const struct panic__defer *d, struct panic *p)
{
	const void *fp = p->cfa;
	bool own = panic__onownstack(fp);

	if (own ? panic__stale(d, fp) : !panic__living(d, fp))
		dead(d, p);
	if (!own && panic__onsigstack(fp) && !panic__onsigstack(d->fp))
		panic__throw("panic on signal stack");
}

/* An older panic was running a call of d when the panic that runs now was
 * raised: it will never go on. */
static void abortolder(struct panic__defer *d)
{
	d->_panic->aborted = true;
	d->started = 0;
}

/* Whether a panic_longjmp() goes no further than to d. */
static inline bool isend(const struct panic *p, const struct panic__defer *d)
{
	return p->goexit && p->to && d == p->to->link;
}

/* The newest record with a call left; that call is then p->call.  NULL if
 * there is none.  Every record on the way is checked. */
static struct panic__defer *nextslow(struct panic *p)
{
	struct panic__defer *d;

	for (;;) {
		d = panic__g._defer;
		if (!d || d == &panic__first || isend(p, d))
			return NULL;
		checkrecord(d, p);
		if (d->started)
			abortolder(d);
		if (panic__popcall(d, &p->popped))
			break;
		panic__unlink(d);
	}
	p->d = d;
	p->call = &p->popped;
	if (!d->openDefer) {	/* its site ends with it, p's copy does not */
		p->at = *p->popped.site;
		p->popped.site = &p->at;
	}
	return d;
}

/* Takes the newest call of d for p, if nothing is out of the ordinary: an
 * inline frame whose calls nobody has started, and with one left that is not
 * beyond the slots. */
static inline bool pop(struct panic *p, struct panic__defer *d)
{
	uint32_t i = d->n - 1u;

	if (PANIC__UNLIKELY(d->openDefer != 1 || d->started != 0) ||
	    PANIC__UNLIKELY(i >= PANIC__SLOTS))
		return false;
	d->n = (uint8_t)i;
	d->ran++;
	p->d = d;
	p->call = &((struct panic__frame *)d)->slot[i];
	return true;
}

/* nextslow(), but quick where d, the newest record, is of the thread's own
 * stack and pop() takes it.  reach is how far above p's raiser that stack
 * reaches, 0 if it is not on it. */
PANIC__PEEK struct panic__defer *next(struct panic *p, uintptr_t reach,
	struct panic__defer *d)
{
	if (PANIC__UNLIKELY(!d ||
	    (uintptr_t)d->fp - (uintptr_t)p->cfa >= reach ||
	    PANIC__TOKEN(d->fp) != d->token || !pop(p, d)))
		return nextslow(p);
	return d;
}

static uintptr_t reach(const struct panic *p)
{
	return panic__onownstack(p->cfa) ?
		panic__g.hi - (uintptr_t)p->cfa : 0;
}

/*
 * Runs the call of d that p has popped.  Part of its caller, so that argp is
 * the same for all the calls that one function runs for a panic.
 */
static inline __attribute__((always_inline)) void run(struct panic *p,
	struct panic__defer *d)
{
	struct panic__defer *same = d;
	const struct panic__slot *call = p->call;

	d->_panic = p;
	d->started = 1;
	/* Or the compiler computes its address again and again. */
	__asm__ ("" : "+r" (call));
	panic__call(call);
	/* Or the compiler goes on with panic__g._defer for d, and waits. */
	__asm__ ("" : "+r" (same));
	if (PANIC__UNLIKELY(panic__g._defer != same))
		panic__dead(panic__g._defer, p,
			"a deferred call returned", p->call->site);
	d->started = 0;
}

/* The same; then takes d off the chain if it is an inline frame without calls.
 * Returns the newest record. */
static inline __attribute__((always_inline)) struct panic__defer *
rundefer(struct panic *p, struct panic__defer *d)
{
	run(p, d);
	if (PANIC__LIKELY(d->n == 0) && PANIC__LIKELY(d->openDefer))
		panic__g._defer = d = d->link;	/* as panic__unlink() would */
	return d;
}

/* Takes p, the newest panic, off the chain and ends its value. */
static inline void droppanic(struct panic *p)
{
	panic__g._panic = p->link;
	if (PANIC__UNLIKELY(p->hasrare))
		panic__release(p);
}

static bool ispending(const struct panic *p)
{
	const struct panic *q = panic__g._panic;

	while (q && q != p)
		q = q->link;
	return q != NULL;
}

/* The deferred calls that p runs were left by pthread_exit(), by a
 * cancellation or by an exception of C++: p is over, as after a goexit(). */
static void dropabandoned(struct panic *p)
{
	if (!ispending(p))	/* panic_unwind() comes by */
		return;
	if (p->d && p->d->_panic == p)
		p->d->started = 0;
	while (panic__g._panic && panic__g._panic != p)
		droppanic(panic__g._panic);
	if (panic__g._panic == p)
		droppanic(p);
}

static inline __attribute__((always_inline)) void ifabandoned(struct panic **p)
{
	if (*p)
		dropabandoned(*p);
}
#define IFABANDONED __attribute__((cleanup(ifabandoned), unused))

/* Goes on behind the landing of d, the newest record, whose call has
 * recovered.  Go: recovery. */
static PANIC_NORETURN void recovery(struct panic__defer *d)
{
	panic__landcleanups(d->fp);
#ifdef PANIC__JUMP
	if (d->landing == PANIC__BYBUILTIN) {
		PANIC__JUMP(((struct panic__builtin_frame *)d)->env);
		__builtin_unreachable();
	}
	if (d->landing == PANIC__BYMARK) {
		PANIC__RETURN((char *)d +
			offsetof(struct panic__marked_frame, env));
		__builtin_unreachable();
	}
#endif
	if (d->landing & PANIC__UNWINDS) {	/* a cleanup there panicked */
		d->landing &= (uint8_t)~PANIC__UNWINDS;
		recovery(d);
	}
	if (!d->openDefer) {
		struct panic__proc *r = (struct panic__proc *)d;

		panic__unlink(d);	/* the pool keeps it whole for now */
		longjmp(r->landing.env, 1);
	}
	/* By its offset: GCC takes the env of one kind of frame, at the same
	 * place, for that of the other, which is smaller. */
	longjmp(*(jmp_buf *)((char *)d +
		offsetof(struct panic__setjmp_frame, env)), 1);
}

static bool ischained(const struct panic__defer *from,
	const struct panic__defer *d)
{
	while (from && from != d)
		from = from->link;
	return from == d;
}

/* Whether p, whose call was left by a panic that the frame d has recovered, is
 * not over: a goexit(), or a panic_longjmp() that leaves d, too. */
static bool goeson(const struct panic *p, const struct panic__defer *d)
{
	return p->goexit && (!p->to ||
		(d != p->to->link && ischained(d, p->to->link)));
}

/* Drops the panics that were aborted by one that the frame d has recovered, up
 * to one that goes on, which is returned. */
static __attribute__((noinline)) struct panic *dropaborted(
	const struct panic__defer *d)
{
	struct panic *p;

	while ((p = panic__g._panic) && p->aborted) {
		if (goeson(p, d))
			return p;
		droppanic(p);
	}
	return NULL;
}

/* The landing of a goexit() or a panic_longjmp(): its panic, first, and where
 * its loop is. */
struct goexit {
	struct panic p;
	jmp_buf env;
};

/* Goes on with the calls that are left to exit, the newest panic. */
static PANIC_NORETURN void resume(struct panic *exit)
{
	exit->aborted = false;
	panic__dropcleanups((uintptr_t)exit);
	longjmp(((struct goexit *)exit)->env, 1);
}

/* Ends the panics that were aborted by one that d has recovered.  A goexit()
 * among them is not lost: it goes on with the calls that are left, and this
 * does not return (Go does so from 1.22 on; until then only if it is right
 * under the recovered one). */
static inline void endaborted(const struct panic__defer *d)
{
	struct panic *p = panic__g._panic;

	if (PANIC__LIKELY(!p || !p->aborted))
		return;
	p = dropaborted(d);
	if (p)
		resume(p);
}

/* recovered() of a panic with a value that may have to be released, or with an
 * unwinding: then this goes on with that, and does not return.  A release that
 * panics finds the chains in order. */
static __attribute__((noinline)) void recoveredrare(struct panic *p,
	struct panic__defer *d)
{
	struct panic__unwinding *u = panic__takeunwinding(p);

	droppanic(p);
	endaborted(d);
	if (u)
		panic__unwind(u, recovery);
}

/* p, the newest panic, was recovered, and the call of d that did so has
 * returned.  Drops it and the panics that it aborted. */
static inline void recovered(struct panic *p, struct panic__defer *d)
{
	if (PANIC__UNLIKELY(p->hasrare)) {
		recoveredrare(p, d);
		return;
	}
	panic__g._panic = p->link;
	endaborted(d);
}

static inline void addpanic(struct panic *p)
{
	p->first = panic__g._defer;
	p->link = panic__g._panic;
	PANIC__KEEP(p);
	panic__g._panic = p;
}

/* Go: gopanic.  The distance between its frame address and the CFA of what it
 * calls is measured once, so there must be one of it only. */
PANIC__ONCE void panic__gopanic(struct panic *p, struct panic__frame *near)
{
	void *fp = __builtin_frame_address(0);
	struct panic *running IFABANDONED = p;
	struct panic__defer *d, *t = panic__g._defer;
	uintptr_t above = reach(p);

	p->argp = (void *)((uintptr_t)fp + panic__argdistance);
	panic__checkargp(p->argp);
	if (!p->d)
		addpanic(p);
	while (PANIC__LIKELY((d = next(p, above, t)) != NULL)) {
		t = rundefer(p, d);
		if (PANIC__LIKELY(!p->recovered))
			continue;
		recovered(p, d);
		if (!near || d != &near->d)
			recovery(d);
		running = NULL;
		return;
	}
	p->argp = NULL;		/* it runs no call any more */
	panic__fatalpanic();
}

/* Runs the call of d that p has popped.  Whether it has recovered p, and
 * nothing is left to do for that. */
static inline __attribute__((always_inline)) bool recovers(
	struct panic__defer *d, struct panic *p)
{
	addpanic(p);
	run(p, d);
	if (d->n == 0)
		panic__g._defer = d->link;
	if (PANIC__UNLIKELY(!p->recovered))
		return false;
	recovered(p, d);
	return true;
}

/* A frame that the raiser sees is not dead, and most often stops the panic by
 * its newest call.  That needs no look at the chain, and no loop. */
PANIC__ONCE void panic__raise(struct panic__frame *near,
	const struct panic_site *site, const struct panic_type *type,
	void *data)
{
	struct panic p;
	struct panic *running IFABANDONED = NULL;

	panic__inittyped(&p, site, type, data);
	if (PANIC__LIKELY(near && panic__g._defer == &near->d &&
	    pop(&p, &near->d))) {
		p.argp = (void *)((uintptr_t)&p + panic__neardistance);
		panic__checkargp(p.argp);
		running = &p;
		bool over = recovers(&near->d, &p);

		running = NULL;
		if (PANIC__LIKELY(over))
			return;
	}
	panic__gopanic(&p, near);
}

/* The parts of a goexit(), before and after its landing.  Parts of their
 * caller: a walk finds the panic in the frame that runs the calls. */
static inline __attribute__((always_inline)) struct panic *begin(
	struct goexit *e, const struct panic_jump *to)
{
	memset(&e->p, 0, offsetof(struct panic, buf));
	e->p.goexit = true;
	e->p.to = to;
	e->p.cfa = PANIC__CFA();
	(void)panic__getchain();
	addpanic(&e->p);
	return &e->p;
}

static inline __attribute__((always_inline)) void runcalls(struct panic *p)
{
	for (struct panic__defer *d; (d = nextslow(p)); )
		rundefer(p, d);
}

static inline __attribute__((always_inline)) void runall(struct panic *p)
{
	runcalls(p);
	/* The records are freed by now, and the exit unwinds dropabandoned() of
	 * each panic that stands below, this one and older. */
	for (; panic__g._panic; droppanic(panic__g._panic))
		panic__g._panic->d = NULL;
}

void panic_goexit(void)
{
	struct goexit e;

	panic__checkgoexit();
	struct panic *running IFABANDONED = begin(&e, NULL);

	/* A panic that skips this, and is recovered, comes back here. */
	(void)PANIC__SETJMP(e.env);
	runall(&e.p);
	panic__goexit0();
}

void panic__leaveall(void)
{
	struct goexit e;
	struct panic *running IFABANDONED = begin(&e, NULL);

	(void)PANIC__SETJMP(e.env);
	runall(&e.p);
	running = NULL;
}

/* Drops the panics that a jump to to leaves.  A goexit() among them goes on
 * instead. */
static void dropleft(const struct panic_jump *to)
{
	struct panic *p;

	while ((p = panic__g._panic) && p != to->panic) {
		if (p->d && ischained(panic__g._defer, p->d) &&
		    p->d->_panic == p)
			p->d->started = 0;
		if (p->goexit && !p->to)
			resume(p);
		droppanic(p);
	}
}

void panic__leaveto(const struct panic_jump *to)
{
	struct goexit e;
	struct panic *running IFABANDONED = begin(&e, to);

	(void)PANIC__SETJMP(e.env);
	runcalls(&e.p);
	running = NULL;
	dropleft(to);
}

static __attribute__((noinline)) const struct panic *vain(struct panic *p,
	const struct panic_site *site)
{
	panic__setrare(p)->vain = site;
	return NULL;
}

/* recover() was called by the deferred call of p. */
static inline const struct panic *stop(struct panic *p,
	const struct panic_site *site)
{
	if (PANIC__UNLIKELY(p->d->landing == PANIC__NOLANDING))
		return vain(p, site);
	p->recovered = true;
	return p;
}

/* Where argp alone does not tell whether p runs the function that the caller
 * of this returns to, at ra. */
static __attribute__((noinline)) struct panic *ifcalled(struct panic *p,
	void *ra)
{
	return panic__callsrecover(p, ra) ? p : NULL;
}

/* The panic that runs the function with this CFA, and is not recovered; ra is
 * where it goes on. */
static inline __attribute__((always_inline)) struct panic *current(void *cfa,
	void *ra)
{
	struct panic *p = panic__g._panic;

	if (!p || p->goexit || p->recovered || !p->d)
		return NULL;
	if (PANIC__UNLIKELY(cfa != p->argp))
		return ifcalled(p, ra);
	return p;
}

/* These three ask where they return to, so they must not become a part of
 * their callers (link-time optimization). */

/* Go: gorecover. */
PANIC__ONCE const struct panic *panic_recover(void *cfa,
	const struct panic_site *site)
{
	struct panic *p = current(cfa, __builtin_return_address(0));

	return p ? stop(p, site) : NULL;
}

PANIC__ONCE const struct panic *panic_recover_if(void *cfa,
	const struct panic_site *site, const struct panic_type *type)
{
	struct panic *p = current(cfa, __builtin_return_address(0));

	return p && p->type == type ? stop(p, site) : NULL;
}

PANIC__ONCE const struct panic *panic_running(void *cfa)
{
	return current(cfa, __builtin_return_address(0));
}
