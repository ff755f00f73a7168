/* SPDX-License-Identifier: MIT */
/* panic/frame.h - defer_frame, recover_frame and defer, for GCC and Clang. */
#ifndef PANIC_FRAME_H
#define PANIC_FRAME_H

#ifndef PANIC_H
#error "include <panic.h>, not <panic/frame.h>"
#endif

#include <panic/machine.h>
#include <panic/record.h>
#include <panic/landing.h>

/*
 * What a block knows of its frame, kept where the compiler can follow it from
 * defer to defer: how many calls there are, and which.  With that it calls the
 * deferred functions directly, without a loop.  If the frame has another number
 * of calls, it is right: a goexit() may have run them already.
 */
struct panic__scope {
	struct panic__frame *frame;
	struct panic__slot *known;	/* its slots, but for the arguments, if
					   the compiler knows n */
	enum panic__landing landing;
	uint32_t n;
};

/* Whether the compiler knows the number n of calls. */
#define PANIC__KNOWN(n) (PANIC__INLINES && __builtin_constant_p(n))

/* Makes f, whose first slot has its call, a record that is not linked yet. */
PANIC__INLINE void panic__begin(struct panic__frame *f,
	enum panic__landing landing)
{
	f->d.landing = (uint8_t)landing;
	f->d.started = 0;
	f->d.openDefer = 1;
	f->d.n = 1;
	f->d.ran = 0;
}

/* Makes it the newest; t is that until now. */
PANIC__INLINE void panic__link(struct panic__frame *f, struct panic__defer *t,
	void *fp, const struct panic_site *site)
{
	f->d.link = t;
	/* Kept a separate store: merged with that of fp into one of a vector,
	 * it stalls the load of link on leaving. */
	PANIC__KEEP(&f->d.link);
	f->d.fp = fp;
	PANIC__SAVE();
	f->d.token = PANIC__TOKEN(fp);
	PANIC__KEEP(f);
	panic__g._defer = &panic__here(f)->d;
	PANIC__KEEP(f);		/* separate, too: the next frame loads _defer */
	panic__g.site = site;
	PANIC__KEEP(f);
}

/* Takes f off the chain. */
PANIC__INLINE void panic__unlinkframe(struct panic__frame *f)
{
	if (PANIC__UNLIKELY(panic__g._defer != &panic__here(f)->d))
		panic__leave_slow(f);
	else
		panic__g._defer = f->d.link;
	PANIC__KEEP(f);
}

/* Runs call number i of f, the newest; call is that, but for the argument.  It
 * is popped first, so that a panic in it never runs it again.  The frame stays
 * linked for the calls that are older; with the last one it has done its work,
 * and linked becomes NULL. */
PANIC__INLINE void panic__runcall(struct panic__frame *f, uint32_t i,
	struct panic__slot call, struct panic__frame **linked)
{
	if (i == 0) {
		panic__unlinkframe(f);
		*linked = NULL;
	} else {
		f->d.n = (uint8_t)i;
	}
	call.arg = f->slot[i].arg;
	if (PANIC__LIKELY(!call.site->onpanic))
		panic__call(&call);
}

#define PANIC__RUNKNOWN(i) \
	if (n > i) \
		panic__runcall(f, i, scope->known[i], linked)

/* Runs all calls of the frame, which has as many as the block knows. */
PANIC__INLINE void panic__runall(const struct panic__scope *scope,
	struct panic__frame **linked)
{
	struct panic__frame *f = scope->frame;
	uint32_t n = scope->n;

	if (PANIC__KNOWN(n)) {
		PANIC__RUNKNOWN(7);
		PANIC__RUNKNOWN(6);
		PANIC__RUNKNOWN(5);
		PANIC__RUNKNOWN(4);
		PANIC__RUNKNOWN(3);
		PANIC__RUNKNOWN(2);
		PANIC__RUNKNOWN(1);
		PANIC__RUNKNOWN(0);
	} else {
		for (; n; n--)
			panic__runcall(f, n - 1, f->slot[n - 1], linked);
	}
}

/*
 * Whether the frame has the calls that the block knows of.  It has fewer only
 * where goexit() ran them and ends the thread by unwinding it, and nothing
 * but -fexceptions brings that here.
 */
PANIC__INLINE int panic__asknown(const struct panic__scope *scope)
{
#ifdef __EXCEPTIONS
	if (scope->frame->d.n != scope->n)
		return 0;
#endif
	return PANIC__INLINES && scope->n <= PANIC__SLOTS;
}

/* A deferred call at a frame's end may be left by an exit of the thread that
 * unwinds, or by an exception of C++: those after it run then. */
#ifdef __EXCEPTIONS
PANIC__INLINE void panic__unwound(struct panic__frame *const *linked)
{
	if (*linked)
		panic__run(*linked, 0);
}
#define PANIC__IFUNWOUND __attribute__((cleanup(panic__unwound)))
#else
#define PANIC__IFUNWOUND __attribute__((unused))
#endif

/* Go's deferreturn, for an inline frame. */
PANIC__INLINE void panic__leave(const struct panic__scope *scope)
{
	if (scope->n == 0)
		return;
	struct panic__frame *linked PANIC__IFUNWOUND = scope->frame;

	if (PANIC__LIKELY(panic__asknown(scope))) {
		panic__runall(scope, &linked);
	} else {
		linked = NULL;
		panic__run(scope->frame, 0);
	}
}

PANIC__INLINE void panic__store(struct panic__frame *f, uint32_t n,
	const struct panic__slot *s)
{
	if (!s->site->fn)
		f->slot[n].fn = s->fn;
	f->slot[n].arg = s->arg;
	f->slot[n].site = s->site;
}

/* The frame's first call opens it. */
PANIC__INLINE void panic__open(struct panic__scope *scope, void *fp,
	const struct panic__slot *s)
{
	struct panic__frame *f = scope->frame;
	struct panic__defer *t = panic__g._defer;

	if (!PANIC__INLINES) {
		panic__defer_first(f, fp, s->site->fn ? NULL : s->fn, s->arg,
			s->site, scope->landing);
	} else {
		panic__store(f, 0, s);
		panic__begin(f, scope->landing);
		if (PANIC__UNLIKELY(!PANIC__KNOWN(scope->n) || !s->fn) ||
		    panic__hasdead(f, t, fp))
			panic__open_slow(f, fp);
		else
			panic__link(f, t, fp, s->site);
	}
	scope->n = 1;
	scope->known[0] = s->fn ? *s : f->slot[0];
}

PANIC__INLINE void panic__push(struct panic__scope *scope, void *fp,
	void (*fn)(void), void *arg, const struct panic_site *site)
{
	struct panic__frame *f = scope->frame;
	struct panic__slot s = { fn, arg, site };
	uint32_t n = scope->n;

	if (n == 0) {
		panic__open(scope, fp, &s);
	} else if (!PANIC__INLINES || !fn || n >= PANIC__SLOTS) {
		n = panic__defer_slow(f, site->fn ? NULL : fn, arg, site);
		/* The compiler must not find out by itself (link-time
		 * optimization) how many there are now: it would take the
		 * scope's word for which they are. */
		__asm__ ("" : "+r" (n));
		scope->n = n;
	} else {
		scope->known[n] = s;
		panic__store(f, n, &s);
		PANIC__KEEP(f);
		scope->n = n + 1;
		f->d.n = (uint8_t)scope->n;
		PANIC__KEEP(f);
	}
}

/* A frame that is not on the chain. */
PANIC__INLINE struct panic__scope panic__scope(struct panic__frame *f,
	struct panic__slot *known, enum panic__landing landing)
{
	return (struct panic__scope){ f, known, landing, 0 };
}

/* After a recovered panic: runs the frame's older calls.  Without any it is off
 * the chain already. */
PANIC__INLINE void panic__landed(struct panic__scope *scope,
	struct panic__frame *f, struct panic__slot *known)
{
	*scope = panic__scope(f, known, PANIC__LANDING);
	if (PANIC__UNLIKELY(f->d.n))
		panic__run(f, 1);
}

/* recover() and the like, where most often there is no panic. */
#define PANIC__IFPANIC(call) (PANIC__UNLIKELY(panic__g._panic) ? \
	(call) : (const struct panic *)NULL)
#undef PANIC_RECOVER
#define PANIC_RECOVER() \
	PANIC__IFPANIC(panic_recover(PANIC__CFA(), PANIC__HERE()))
#undef PANIC_RECOVER_IF
#define PANIC_RECOVER_IF(type) PANIC__IFPANIC( \
	panic_recover_if(PANIC__CFA(), PANIC__HERE(), type))
#undef panic_current
#define panic_current() PANIC__IFPANIC(panic_running(PANIC__CFA()))

/* Frames may be nested, and each has the same names: the innermost counts. */
#define PANIC__SHADOWS(...) \
	_Pragma("GCC diagnostic push") \
	_Pragma("GCC diagnostic ignored \"-Wshadow\"") \
	__VA_ARGS__ \
	_Pragma("GCC diagnostic pop")

/* Never defined: what panic__frame means where there is no frame. */
void panic__frame(void);

/*
 * defer_frame(): makes a frame for the block it stands in.  Its deferred calls
 * run on every way out of the block.  It cannot stop a panic.
 */
#define PANIC_DEFER_FRAME() PANIC__SHADOWS( \
	struct panic__frame panic__one_frame_a_block; \
	struct panic__slot panic__known[PANIC__SLOTS]; \
	struct panic__scope panic__frame \
		__attribute__((cleanup(panic__leave), unused)) = \
		panic__scope(&panic__one_frame_a_block, panic__known, \
			PANIC__NOLANDING);) (void)0

/*
 * recover_frame(statement): the same, and when one of its deferred calls has
 * recovered a panic, the frame's older calls run and then the statement,
 * which must leave the block or go to a label in it: return, break, continue,
 * goto.  After such a goto the frame is open and empty.  A declaration that is
 * no statement comes first: from C2y on a static assertion is one.
 */
#define PANIC_RECOVER_FRAME(...) \
	PANIC__SHADOWS(struct panic__recover_frame panic__one_frame_a_block; \
	struct panic__slot panic__known[PANIC__SLOTS]; \
	struct panic__scope panic__frame \
		__attribute__((cleanup(panic__leave), unused));) \
	_Static_assert(sizeof #__VA_ARGS__ > 1, "recover_frame() wants the " \
		"statement that leaves its block after a recovered panic: " \
		"return, break, continue or goto"); \
	if (PANIC__MARK(panic__one_frame_a_block.env)) { \
		panic__landed(&panic__frame, \
			&panic__one_frame_a_block.frame, panic__known); \
		__VA_ARGS__; \
		panic__fell_through(PANIC__HERE()); \
	} \
	PANIC__SHADOWS(PANIC__SEE) \
	panic__frame = panic__scope(&panic__one_frame_a_block.frame, \
		panic__known, PANIC__LANDING)

/* fn as a constant, if it is the name of a function; else NULL. */
#define PANIC__NAMED(fn) __builtin_choose_expr( \
	__builtin_types_compatible_p(__typeof__(fn), __typeof__(*(fn))), \
	PANIC__FN(fn), NULL)

/*
 * defer(fn, arg): registers fn(arg) for the exit of the innermost frame.  Both
 * are evaluated here, once.  If there is no memory for it (only beyond eight
 * calls), fn(arg) is called at once and a panic with ENOMEM raised.  A NULL fn
 * panics when its call is due.  Of a pointer p to a function write p, not *p.
 */
#define PANIC_DEFER(fn, arg) PANIC__DEFER(0, fn, arg)

/*
 * defer_on_panic(fn, arg): the same, and the call runs only if a panic or a
 * goexit() leaves the block, recovered or not: to undo what the caller keeps if
 * the function returns.  A cancel, pthread_exit() and an exception of C++ leave
 * as a return does.  Zig: errdefer.
 */
#define PANIC_DEFER_ON_PANIC(fn, arg) PANIC__DEFER(1, fn, arg)

#define PANIC__DEFER(onpanic, fn, arg) do { \
	_Static_assert(__builtin_types_compatible_p( \
		__typeof__(panic__frame), struct panic__scope), \
		"defer() wants a frame: write defer_frame(); or " \
		"recover_frame(return ...); before it, in the same block or " \
		"one around it"); \
	PANIC__CHECK(fn, arg); \
	panic__push(&panic__frame, PANIC__FP(), PANIC__FN(fn), \
		PANIC__ARG(arg), \
		PANIC__SITE(onpanic, PANIC__CALL(fn), PANIC__NAMED(fn))); \
} while (0)

#endif
