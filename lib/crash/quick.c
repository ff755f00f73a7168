/* SPDX-License-Identifier: MIT */
/* quick.c - the stack of a panic that is recovered, for a daemon that logs
 * each. */

/*
 * unw_backtrace() has a cache of how frames are left and takes a tenth of what
 * a walk by unw_step() does, but tells return addresses alone.  Where those
 * lie on the stack, right below the CFA, the panics tell the rest: a panic
 * knows the CFA of what raised it and that of the calls that it runs.  So
 * the addresses between the two are the library's.  Whatever does not fit,
 * signals among it, is left to the walk.
 */

#include "config.h"

#if defined HAVE_UNW_BACKTRACE && defined __x86_64__ && defined __linux__
#define UNW_LOCAL_ONLY
#include <libunwind.h>
#define QUICK 1
#endif

#include "crash/crash.h"

#ifdef QUICK

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Where signal handlers return to: the C library has one place for all, and
 * gives it to the kernel with any action that is set. */
static void *restorer;

__attribute__((constructor)) static void findrestorer(void)
{
	struct { void *handler; unsigned long flags; void *restorer, *mask; }
		kernels = { 0 };
	struct sigaction sa;

	if (!sigaction(SIGURG, NULL, &sa) && !sigaction(SIGURG, &sa, NULL) &&
	    !syscall(SYS_rt_sigaction, SIGURG, NULL, &kernels, 8))
		restorer = kernels.restorer;
}

/* Addresses, up to where the stack ends. */
struct list {
	void *pc[PANIC__LINES];
	int n, at;
};

/* Whether a signal has led to what is called from there. */
static bool issignal(const void *pc)
{
	return pc == restorer ||
		(uintptr_t)pc - panic__sigtrampat < 32;
}

/* Goes on to where the function with that CFA returns to. */
static bool seek(struct list *l, const void *cfa, int within)
{
	const void *ra = ((void *const *)cfa)[-1];

	for (int i = l->at; i < l->n && i < l->at + within; i++)
		if (l->pc[i] == ra) {
			l->at = i;
			return true;
		}
	return false;
}

static void addpc(struct panic__stack *s, const void *pc,
	const struct panic *p)
{
	s->line[s->total++] = (struct panic__pc){ (uintptr_t)pc, p };
}

/* What lies above the frames that run deferred calls for p, and p. */
static bool addpanic(struct panic__stack *s, struct list *l,
	const struct panic *p)
{
	enum { OURS = 8 };	/* frames at most, of a panic */
	int from = l->at;

	if (p->goexit || !p->d || !p->argp || !seek(l, p->argp, l->n))
		return false;
	while (from < l->at)
		addpc(s, l->pc[from++], NULL);
	addpc(s, NULL, p);
	return seek(l, p->cfa, OURS);
}

/* Finds the caller's frames among all. */
static bool list(struct list *l, uintptr_t limit)
{
	l->n = unw_backtrace(l->pc, PANIC__LINES);
	l->at = 0;
	if (l->n <= 0 || l->n == PANIC__LINES)
		return false;
	for (int i = 0; i < l->n; i++)
		if (issignal(l->pc[i]))
			return false;
	return seek(l, (void *)(limit + 1), l->n);
}

/* A thread that ends locks a mutex to free libunwind's cache, after
 * ThreadSanitizer has forgotten it. */
extern void __tsan_init(void) __attribute__((weak));

static bool quick(struct panic__stack *s, uintptr_t limit)
{
	struct list l;

	s->total = 0;
	if (!restorer || __tsan_init || !list(&l, limit))
		return false;
	for (const struct panic *p = panic__g._panic; p; p = p->link)
		if (s->total + 1 >= PANIC__LINES || !addpanic(s, &l, p))
			return false;
	while (l.at < l.n && s->total < PANIC__LINES)
		addpc(s, l.pc[l.at++], NULL);
	return true;
}

#else

static bool quick(struct panic__stack *s, uintptr_t limit)
{
	(void)s, (void)limit;
	return false;
}

#endif

void panic__walkquick(struct panic__stack *s, uintptr_t limit)
{
	if (!quick(s, limit))
		panic__walk(s, limit, false);
}
