/* SPDX-License-Identifier: MIT */
/* walk.c - stacks (Go: traceback.go, callers). */

#include "config.h"

#define UNW_LOCAL_ONLY
#include <libunwind.h>

#include "crash/crash.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

#include "arch/cfa.h"

/* Return addresses, innermost first, from where its caller goes on. */
#ifdef HAVE_UNW_BACKTRACE
#define callers unw_backtrace
#define step unw_step
#else
/* LLVM's libunwind takes where a signal has interrupted for a return address,
 * and at a function's first instruction that is of the function before, or of
 * none.  A pc that is set it takes for what it is. */
static int step(unw_cursor_t *c)
{
	unw_word_t was = 0, pc = 0;
	int more;

	unw_get_reg(c, UNW_REG_IP, &was);
	more = unw_step(c);
	if (more < 0 || unw_is_signal_frame(c) <= 0 ||
	    unw_get_reg(c, UNW_REG_IP, &pc) || pc == was)
		return more;
	unw_set_reg(c, UNW_REG_IP, pc);
	return 1;
}

static PANIC__ONCE int callers(void **pcs, int n)
{
	unw_context_t uc;
	unw_cursor_t c;
	unw_word_t pc;
	int got = 0;

	if (unw_getcontext(&uc) || unw_init_local(&c, &uc))
		return 0;
	while (got < n && step(&c) > 0 &&
	    unw_get_reg(&c, UNW_REG_IP, &pc) == 0 && pc != 0)
		pcs[got++] = (void *)pc;
	return got;
}
#endif

/* The second half of s is a ring for the outermost lines. */
enum { HALF = PANIC__LINES / 2 };

static void addline(struct panic__stack *s, uintptr_t pc,
	const struct panic *p)
{
	size_t i = s->total < HALF ? s->total :
		HALF + (s->total - HALF) % HALF;

	s->line[i].pc = pc;
	s->line[i].p = p;
	s->total++;
}

size_t panic__nlines(const struct panic__stack *s)
{
	return s->total < PANIC__LINES ? s->total : PANIC__LINES;
}

const struct panic__pc *panic__line(const struct panic__stack *s, size_t i)
{
	if (s->total > PANIC__LINES && i >= HALF)
		i = HALF + (s->total + i) % HALF;
	return &s->line[i];
}

/*
 * A walk.  A panic lies in the frame of the library's function that raised
 * it, and the frame of panic__gopanic() has its sp where the panic says that
 * its deferred calls have their CFA.  So what lies between is the library's,
 * wherever it was linked; one line stands for it.  A goexit() lies in the very
 * frame that calls them.
 */
struct walk {
	struct panic__stack *s;
	uintptr_t limit;	/* frames up to there are the library's */
	bool insignal;		/* and all up to the signal frame */
	bool all;		/* but show them */
	bool exact;		/* the next pc is not a return address */
	int still;		/* frames in a row without a stack of theirs */
};

struct frame {
	uintptr_t sp, pc;
	uintptr_t above;	/* its caller's sp */
	bool marked;		/* libunwind says: a signal's */
	bool sigreturn;		/* its caller was interrupted by a signal */
};

/* Whether f is the frame that runs deferred calls for p. */
static bool runs(const struct frame *f, const struct panic *p)
{
	if (!p->goexit)
		return (uintptr_t)p->argp == f->sp;
	return p->d && f->sp <= (uintptr_t)p && (uintptr_t)p < f->above;
}

/* The panic for which f runs deferred calls; not the one that began the walk,
 * whose calls are over. */
static const struct panic *runsfor(const struct frame *f, uintptr_t limit)
{
	const struct panic *p = panic__g._panic;

	while (p && ((uintptr_t)p == limit || !runs(f, p)))
		p = p->link;
	return p;
}

static bool shown(struct walk *w, const struct frame *f)
{
	const struct panic *p = runsfor(f, w->limit);
	bool hidden = w->insignal;

	if (f->sigreturn)
		w->insignal = false;
	if (p) {
		addline(w->s, 0, p);
		w->limit = (uintptr_t)p;
	} else if (f->sp > w->limit) {
		w->limit = 0;
	}
	return !hidden && (w->all || !(w->limit || f->sigreturn));
}

static void visit(struct walk *w, const struct frame *f)
{
	bool exact = w->exact;

	w->exact = f->sigreturn;
	if (shown(w, f))
		addline(w->s, f->pc + exact, NULL);
}

static bool get(unw_cursor_t *c, struct frame *f)
{
	unw_word_t sp, pc;

	if (unw_get_reg(c, UNW_REG_SP, &sp) ||
	    unw_get_reg(c, UNW_REG_IP, &pc) || pc == 0)
		return false;
	f->sp = panic__cfa((uintptr_t)sp);
	f->pc = panic__pc((uintptr_t)pc);
	f->above = 0;
	f->sigreturn = false;
	f->marked = unw_is_signal_frame(c) > 0;
	return true;
}

/* Whether f leads to code that a signal has interrupted.  LLVM's libunwind, and
 * of nongnu's that for x86-64, mark the frame of that code; the others mark
 * what returns to it, if it is the kernel's and not ours. */
static bool issigreturn(const struct frame *f, const struct frame *caller)
{
#if defined UNW_TARGET_X86_64 || !defined HAVE_UNW_BACKTRACE
	(void)f;
	return caller->marked;
#else
	(void)caller;
	return f->marked || f->pc - panic__sigtrampat < 32;
#endif
}

/* Whether the walk gets on: a stack that is damaged may lead round and round,
 * and only a signal leads to another.  Leaf functions may have no frame. */
static bool advances(struct walk *w, const struct frame *f,
	const struct frame *caller)
{
	if (f->sigreturn || caller->sp > f->sp) {
		w->still = 0;
		return true;
	}
	return caller->sp == f->sp && caller->pc != f->pc && ++w->still < 3;
}

static void walk(struct walk *w, unw_context_t *uc)
{
	struct frame f, caller;
	unw_cursor_t c;

	w->s->total = 0;
	if (unw_init_local(&c, uc) || !get(&c, &f))
		return;
	while (step(&c) > 0 && get(&c, &caller)) {
		f.sigreturn = issigreturn(&f, &caller);
		if (!advances(w, &f, &caller))
			break;
		f.above = caller.sp;
		visit(w, &f);
		f = caller;
	}
	visit(w, &f);
}

void panic__walkfrom(struct panic__stack *s, void *context, uintptr_t limit,
	bool all)
{
	struct walk w = { .s = s, .limit = limit, .all = all };

	/* A fatal fault lies under its handler, unless no way leads there. */
	w.insignal = panic__m.fatalfault && !all;
	walk(&w, context);
	if (s->total == 0 && w.insignal) {
		w.insignal = false;
		walk(&w, context);
	}
}

void panic__walk(struct panic__stack *s, uintptr_t limit, bool all)
{
	unw_context_t uc;

	s->total = 0;
	if (unw_getcontext(&uc) == 0)
		panic__walkfrom(s, &uc, limit, all);
}

void panic__walksignal(struct panic__stack *s)
{
	struct walk w = { .s = s, .insignal = true };
	unw_context_t uc;

	s->total = 0;
	if (unw_getcontext(&uc) == 0)
		walk(&w, &uc);
}

void panic__identify(struct panic__stack *s)
{
#ifdef __linux__
	s->tid = syscall(SYS_gettid);
	prctl(PR_GET_NAME, s->name);
#else
	s->tid = (long)getpid();
#endif
}

/* A taken panic's stack is the last that was added. */
static const struct panic__stack *laststack(const struct panic *p)
{
	const struct panic__taken *t = (const struct panic__taken *)p;

	return p && panic__istaken(p) && t->n ? &t->s[t->n - 1] : NULL;
}

static int copypcs(const struct panic__stack *s, void **pcs, int n)
{
	int count = 0;

	for (size_t i = 0; i < panic__nlines(s) && count < n; i++) {
		uintptr_t pc = panic__line(s, i)->pc;

		if (pc)
			pcs[count++] = (void *)pc;
	}
	return count;
}

/* A frame of its own, also with link-time optimization: it is left out. */
__attribute__((noinline))
int panic_backtrace(const struct panic *p, void **pcs, int n)
{
	const struct panic__stack *s = laststack(p);
	int got;

	if (n <= 0)
		return 0;
	if (s)
		return copypcs(s, pcs, n);
	/* The first is this function's own. */
	got = callers(pcs, n);
	if (got > 0)
		memmove(pcs, pcs + 1, (size_t)--got * sizeof *pcs);
	return got;
}

/* The kernel knows.  Linux copies the mask before it looks at the rest, and
 * needs no descriptor: there may be none left.  Elsewhere a pipe must do. */
static bool wordreadable(uintptr_t at)
{
#ifdef SYS_rt_sigprocmask
	return syscall(SYS_rt_sigprocmask, -1, at, NULL, 8) != 0 &&
		errno != EFAULT;
#else
	int fd[2];
	bool ok;

	if (pipe(fd))
		return false;
	ok = write(fd[1], (void *)at, 8) == 8;
	close(fd[0]);
	close(fd[1]);
	return ok;
#endif
}

bool panic__readable(const void *p, size_t n)
{
	enum { PAGE = 4096 };	/* or more */
	uintptr_t first = (uintptr_t)p, last = first + n - 1;
	int errnum = errno;
	bool ok = last >= first;

	for (uintptr_t at = first; ok && at <= last; at += PAGE - at % PAGE)
		ok = wordreadable(at & ~(uintptr_t)7);
	errno = errnum;
	return ok;
}
