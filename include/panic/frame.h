/* SPDX-License-Identifier: MIT */
/* panic/frame.h - defer_frame, recover_frame and defer, for GCC and Clang. */
#ifndef PANIC_FRAME_H
#define PANIC_FRAME_H

#ifndef PANIC_H
#error "include <panic.h>, not <panic/frame.h>"
#endif

/*
 * Everything here that begins with panic__ is compiled into programs and so
 * part of the ABI, but none of it is for programs to use: it may change with
 * the library's soname.
 *
 * Names that the macros declare end in two underscores, so that an argument
 * such as defer(f, frame) cannot mean the macro's own variable.
 */

#include <panic/landing.h>

/* Go's _defer.  A frame has one for all its deferred calls. */
struct panic__defer {
	struct panic__defer *link;	/* the next older record */
	void *fp;			/* frame address of its function */
	void *token;			/* the saved return address beside fp */
	uint8_t landing;		/* enum panic__landing */
	uint8_t started;		/* _panic is running one of its calls */
	uint16_t openDefer;		/* an inline frame, not a deferproc */
	uint32_t n;			/* low half: calls in the slots, not yet
					   run; one more than there are slots:
					   in chunk too.  High half: those that
					   a panic has run, for a debugger */
	struct panic *_panic;		/* valid if started */
};

/* A deferred call. */
struct panic__slot {
	void (*fn)(void);		/* valid if site->fn is NULL */
	void *arg;
	const struct panic_site *site;
};

enum { PANIC__SLOTS = 8 };

struct panic__frame {
	struct panic__defer d;
	struct panic__slot slot[PANIC__SLOTS];
	struct panic__chunk *chunk;	/* valid if n is over the slots */
};

/* A frame with each kind of landing.  Which of them is a panic__recover_frame
 * here, landing tells the library.  env may want more alignment than a frame
 * has: on armhf there are four bytes between. */
struct panic__builtin_frame {
	struct panic__frame frame;
	void *env[5];
};

struct panic__setjmp_frame {
	struct panic__frame frame;
	jmp_buf env;
};

/*
 * What a block knows of its frame, kept where the compiler can follow it from
 * defer to defer: how many calls there are, and the first of them.  With that
 * it calls the deferred functions directly, without a loop.  If the frame has
 * another number of calls, it is right: a goexit() may have run them already.
 *
 * The frame is on the chain from its first call to the moment before its last
 * one runs: one that defers nothing costs nothing.
 */
struct panic__scope {
	struct panic__frame *frame;
	enum panic__landing landing;
	uint32_t n;
#ifdef __OPTIMIZE__
	struct panic__slot s0, s1, s2, s3, s4, s5, s6, s7;
#endif
};

/* Go's g: the chain of one stack. */
struct panic_g {
	struct panic__defer *_defer;	/* newest record */
	const struct panic_site *site;	/* of the call that opened a frame
					   last */
	uintptr_t hi;			/* end of the stack */
	uintptr_t lo;			/* its lowest address */
	struct panic *_panic;		/* newest panic */
};

#if defined __APPLE__ && defined __MACH__
#define PANIC__TLS
#else
#define PANIC__TLS __attribute__((tls_model("initial-exec")))
#endif

extern PANIC_EXPORT __thread struct panic_g panic__g PANIC__TLS;

/*
 * Reads the saved return address of the activation whose frame address is fp.
 * On ppc64el and s390x it is saved in the caller's frame.  On armhf a variadic
 * function saves its arguments there, and the address elsewhere: they do not
 * change either, but tell less.
 */
#if defined __x86_64__ || defined __i386__ || defined __arm__ || \
	defined __riscv
#define PANIC__TOKEN(fp) (((void **)(fp))[-1])
#elif defined __aarch64__
#define PANIC__TOKEN(fp) (((void **)(fp))[1])
#elif defined __powerpc64__ && _CALL_ELF == 2
#define PANIC__TOKEN(fp) (((void **)(fp))[2])
#elif defined __s390x__
#define PANIC__TOKEN(fp) (((void **)(fp))[-6])
#else
#define PANIC__TOKEN(fp) ((void *)NULL)
#endif

/* Where a call leaves the return address in a register: has it saved by now.  A
 * compiler may save it on some ways through a function only. */
#if defined __arm__ || defined __powerpc64__
#define PANIC__SAVE() __asm__ volatile ("" : : : "lr")
#elif defined __riscv
#define PANIC__SAVE() __asm__ volatile ("" : : : "ra")
#elif defined __s390x__
#define PANIC__SAVE() __asm__ volatile ("" : : : "r14")
#else
#define PANIC__SAVE() ((void)0)
#endif

#define PANIC__LIKELY(x) __builtin_expect(!!(x), 1)
#define PANIC__UNLIKELY(x) __builtin_expect(!!(x), 0)

/* A fault or a signal handler may look at the record between any two
 * instructions, so its stores must happen, and in order.  The record is only
 * read here, as far as the compiler knows: what it knows of it stays true. */
#define PANIC__KEEP(record) \
	__asm__ volatile ("" : : "m" (*(record)), "m" (panic__g._defer))

#define PANIC__INLINE static inline __attribute__((always_inline, unused))

/* AddressSanitizer must not watch who looks at a record that may be dead: newer
 * frames, with their red zones, may be where it was.  Inlined into a function
 * that is watched, it would be watched too. */
#if defined __SANITIZE_ADDRESS__
#define PANIC__ASAN
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define PANIC__ASAN
#endif
#endif
#ifdef PANIC__ASAN
#define PANIC__UNWATCHED __attribute__((noinline, no_sanitize_address, unused))
#define PANIC__LOOK PANIC__UNWATCHED static
#else
#define PANIC__UNWATCHED
#define PANIC__LOOK PANIC__INLINE
#endif

/* Out of line: opens the frame f of the function at fp by its first call.  It
 * is the thread's first, or on another stack; or a dead record is on the chain,
 * and the process ends. */
PANIC_EXPORT PANIC_COLD void panic__open_slow(struct panic__frame *f,
	void *fp, void (*fn)(void), void *arg, const struct panic_site *site,
	enum panic__landing landing);
/* Out of line: registers a call that is NULL, or beyond the inline slots, or of
 * which the compiler does not know whether it is the first.  Returns the
 * frame's n. */
PANIC_EXPORT uint32_t panic__defer_slow(struct panic__frame *f, void *fp,
	void (*fn)(void), void *arg, const struct panic_site *site,
	enum panic__landing landing);
/* Out of line: f is not the newest record. */
PANIC_EXPORT PANIC_COLD void panic__leave_slow(struct panic__frame *f);
/* Out of line: runs the calls that are left, and with onpanic those of
 * defer_on_panic() too, and takes f off the chain. */
PANIC_EXPORT PANIC_COLD void panic__run(struct panic__frame *f, int onpanic);
/* The statement of the recover_frame() at site did not leave the block. */
PANIC_EXPORT PANIC_NORETURN PANIC_COLD
void panic__fell_through(const struct panic_site *site);

/* Whether the record t does not belong to a caller of the function at fp, or
 * to that function itself.  The end of the thread's stack counts only below
 * it: fp may be on another stack, above. */
PANIC__LOOK int panic__stale(const struct panic__defer *t, const void *fp)
{
	return (uintptr_t)t->fp - (uintptr_t)fp >=
		panic__g.hi - (uintptr_t)fp ||
		PANIC__TOKEN(t->fp) != t->token;
}

/*
 * What the address of the record t must not be below, if the function at fp is
 * to be its own or one that its function called.  GCC puts the frame address
 * of AArch64 at the bottom of the frame: one between it and the frame's top
 * was a dead function's, and the return address beside it may outlive it.
 * Clang puts it at the top, below saved registers only.
 */
#if defined __aarch64__ && !defined __clang__
#define PANIC__FLOOR(t, fp) \
	((t)->fp == (fp) ? (fp) : __builtin_dwarf_cfa())
#else
#define PANIC__FLOOR(t, fp) (fp)
#endif

/* f, for GCC to compute anew: it would keep the address in a register over the
 * calls of the function, or in memory, and both cost more. */
PANIC__INLINE struct panic__frame *panic__here(struct panic__frame *f)
{
#if defined __x86_64__ && !defined __clang__
	__asm__ ("lea {%1, %0|%0, %1}" : "=r" (f) : "m" (*f));
#endif
	return f;
}

/* Makes f the newest record, with a call in its first slot; t is the newest
 * until now. */
PANIC__INLINE void panic__link(struct panic__frame *f, struct panic__defer *t,
	void *fp, const struct panic_site *site, enum panic__landing landing)
{
	f->d.link = t;
	/* Not one store with fp: who leaves the frame waits for link. */
	PANIC__KEEP(&f->d.link);
	f->d.fp = fp;
	PANIC__SAVE();
	f->d.token = PANIC__TOKEN(fp);
	f->d.landing = (uint8_t)landing;
	f->d.started = 0;
	f->d.openDefer = 1;
	f->d.n = 1;
	PANIC__KEEP(f);
	panic__g._defer = &panic__here(f)->d;
	PANIC__KEEP(f);	/* nor here: the next frame waits for _defer */
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

PANIC__INLINE void panic__call(const struct panic__slot *s)
{
	void (*fn)(void) = s->site->fn ? s->site->fn : s->fn;

	if (s->site->call)
		s->site->call(fn, s->arg);
	else
		((void (*)(void *))(uintptr_t)fn)(s->arg);
}

/* Pops call number i of f before it is run, so that a panic in it never runs it
 * again.  The frame stays linked for the calls that are left; with the last one
 * it has done its work, and left is who still has to leave it. */
PANIC__INLINE void panic__pop(struct panic__frame *f, uint32_t i,
	struct panic__frame **left)
{
	if (i == 0) {
		panic__unlinkframe(f);
		*left = NULL;
	} else {
		f->d.n = i;
	}
}

PANIC__INLINE void panic__runslot(struct panic__frame *f, uint32_t i,
	struct panic__frame **left)
{
	const struct panic__slot call = f->slot[i];

	panic__pop(f, i, left);
	if (PANIC__LIKELY(!call.site->onpanic))
		panic__call(&call);
}

#ifdef __OPTIMIZE__
/* The same where known tells what f->slot[i] holds. */
PANIC__INLINE void panic__runknown(struct panic__frame *f, uint32_t i,
	struct panic__slot known, struct panic__frame **left)
{
	panic__pop(f, i, left);
	known.arg = f->slot[i].arg;
	if (!known.site->onpanic)
		panic__call(&known);
}

#define PANIC__RUNKNOWN(i) \
	if (n > i) \
		panic__runknown(f, i, scope->s ## i, left)

/* Runs the n calls of f. */
PANIC__INLINE void panic__runall(struct panic__frame *f,
	const struct panic__scope *scope, struct panic__frame **left)
{
	uint32_t n = scope->n;

	if (__builtin_constant_p(n) && n <= PANIC__SLOTS) {
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
			panic__runslot(f, n - 1, left);
	}
}

#define PANIC__KNOW(i) \
	case i: \
		scope->s ## i = s; \
		break

PANIC__INLINE void panic__know(struct panic__scope *scope,
	struct panic__slot s)
{
	switch (scope->n) {
	PANIC__KNOW(0);
	PANIC__KNOW(1);
	PANIC__KNOW(2);
	PANIC__KNOW(3);
	PANIC__KNOW(4);
	PANIC__KNOW(5);
	PANIC__KNOW(6);
	PANIC__KNOW(7);
	}
}
#else
PANIC__INLINE void panic__runall(struct panic__frame *f,
	const struct panic__scope *scope, struct panic__frame **left)
{
	for (uint32_t n = scope->n; n; n--)
		panic__runslot(f, n - 1, left);
}

PANIC__INLINE void panic__know(struct panic__scope *scope,
	struct panic__slot s)
{
	(void)scope;
	(void)s;
}
#endif

/*
 * Whether the frame has the calls that the block knows of.  It has fewer only
 * where goexit() ran them and ends the thread by unwinding it, and nothing
 * but -fexceptions brings that here.
 */
PANIC__INLINE int panic__asknown(const struct panic__scope *scope)
{
#if defined __EXCEPTIONS || !defined __OPTIMIZE__
	return scope->frame->d.n == scope->n && scope->n <= PANIC__SLOTS;
#else
	return scope->n <= PANIC__SLOTS;
#endif
}

/* A deferred call at a frame's end may be left by an exit of the thread that
 * unwinds, or by an exception of C++: those after it run then. */
#ifdef __EXCEPTIONS
PANIC__INLINE void panic__unwound(struct panic__frame *const *left)
{
	if (*left)
		panic__run(*left, 0);
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
	struct panic__frame *left PANIC__IFUNWOUND = scope->frame;

	if (PANIC__LIKELY(panic__asknown(scope))) {
		panic__runall(scope->frame, scope, &left);
	} else {
		left = NULL;
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
	PANIC__KEEP(f);
}

/* The slow way tells how many calls there are, and the compiler must not find
 * out by itself (link-time optimization): it would take the scope's word for
 * which they are. */
PANIC__INLINE uint32_t panic__push_slow(struct panic__frame *f, void *fp,
	const struct panic__slot *s, enum panic__landing landing)
{
	uint32_t n = panic__defer_slow(f, fp, s->fn, s->arg, s->site, landing);

	__asm__ ("" : "+r" (n));
	return n;
}

PANIC__INLINE void panic__push(struct panic__scope *scope, void *fp,
	void (*fn)(void), void *arg, const struct panic_site *site)
{
	struct panic__frame *f = scope->frame;
	struct panic__slot s = { fn, arg, site };
	uint32_t n = scope->n;

	if (__builtin_constant_p(n) && n == 0) {
		struct panic__defer *t = panic__g._defer;

		if (PANIC__UNLIKELY(!fn)) {
			scope->n = panic__push_slow(f, fp, &s, scope->landing);
			return;
		}
		panic__know(scope, s);
		if (PANIC__LIKELY(t) &&
		    PANIC__UNLIKELY(t == &panic__here(f)->d ||
		    panic__stale(t, PANIC__FLOOR(t, fp)))) {
			panic__open_slow(f, fp, fn, arg, site, scope->landing);
		} else {
			panic__store(f, 0, &s);
			panic__link(f, t, fp, site, scope->landing);
		}
		scope->n = 1;
	} else if (PANIC__UNLIKELY(!fn || n == 0 || n >= PANIC__SLOTS)) {
		scope->n = panic__push_slow(f, fp, &s,
			n == 0 ? scope->landing : PANIC__OPEN);
	} else {
		panic__know(scope, s);
		panic__store(f, n, &s);
		f->d.n = scope->n = n + 1;
		PANIC__KEEP(f);
	}
}

/* A frame that is not on the chain. */
PANIC__INLINE struct panic__scope panic__scope(struct panic__frame *f,
	enum panic__landing landing)
{
	return (struct panic__scope){ .frame = f, .landing = landing, .n = 0 };
}

/* After a recovered panic: runs the frame's older calls.  Without any it is off
 * the chain already. */
PANIC__INLINE void panic__landed(struct panic__scope *scope,
	struct panic__frame *f)
{
	*scope = panic__scope(f, PANIC__LANDING);
	if (PANIC__UNLIKELY((uint16_t)f->d.n))
		panic__run(f, 1);
}

/* recover() and the like, where most often there is no panic. */
#define PANIC__IFPANIC(call) (PANIC__UNLIKELY(panic__g._panic) ? \
	(call) : (const struct panic *)NULL)
#undef PANIC_RECOVER
#define PANIC_RECOVER() \
	PANIC__IFPANIC(panic_recover(PANIC_CFA_(), PANIC_HERE_()))
#undef PANIC_RECOVER_IF
#define PANIC_RECOVER_IF(type) PANIC__IFPANIC( \
	panic_recover_if(PANIC_CFA_(), PANIC_HERE_(), type))
#undef panic_current
#define panic_current() PANIC__IFPANIC(panic_running(PANIC_CFA_()))

/* Frames may be nested, and each has the same names: the innermost counts. */
#define PANIC__SHADOWS(...) \
	_Pragma("GCC diagnostic push") \
	_Pragma("GCC diagnostic ignored \"-Wshadow\"") \
	__VA_ARGS__ \
	_Pragma("GCC diagnostic pop")

/*
 * defer_frame(): makes a frame for the block it stands in.  Its deferred calls
 * run on every way out of the block.  It cannot stop a panic.
 */
#define PANIC_DEFER_FRAME() PANIC__SHADOWS( \
	struct panic__frame panic_storage__; \
	struct panic__scope panic_frame__ \
		__attribute__((cleanup(panic__leave), unused)) = \
		panic__scope(&panic_storage__, PANIC__NONE);) (void)0

/*
 * recover_frame(statement): the same, and when one of its deferred calls has
 * recovered a panic, the frame's older calls run and then the statement,
 * which must leave the block or go to a label in it: return, break, continue,
 * goto.  After such a goto the frame is open and empty.
 */
#define PANIC_RECOVER_FRAME(...) \
	PANIC__SHADOWS(struct panic__recover_frame panic_storage__; \
	struct panic__scope panic_frame__ \
		__attribute__((cleanup(panic__leave), unused));) \
	if (PANIC__SETJMP_(panic_storage__.env)) { \
		panic__landed(&panic_frame__, &panic_storage__.frame); \
		__VA_ARGS__; \
		panic__fell_through(PANIC_HERE_()); \
	} \
	PANIC__SHADOWS(PANIC__SEE) \
	panic_frame__ = panic__scope(&panic_storage__.frame, PANIC__LANDING)

/* fn as a constant, if it is the name of a function; else NULL. */
#define PANIC__NAMED(fn) __builtin_choose_expr( \
	__builtin_types_compatible_p(__typeof__(fn), __typeof__(*(fn))), \
	PANIC_FN_(fn), NULL)

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
	PANIC_CHECK_(fn, arg); \
	panic__push(&panic_frame__, PANIC_FP_(), PANIC_FN_(fn), \
		PANIC_ARG_(arg), \
		PANIC_SITE_(onpanic, PANIC_CALL_(fn), PANIC__NAMED(fn))); \
} while (0)

#endif
