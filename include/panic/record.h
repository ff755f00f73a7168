/* SPDX-License-Identifier: MIT */
/* panic/record.h - what frames and the library share. */
#ifndef PANIC_RECORD_H
#define PANIC_RECORD_H

#ifndef PANIC_H
#error "include <panic.h>, not <panic/record.h>"
#endif

/*
 * Everything that begins with panic__ or PANIC__ is compiled into programs and
 * so part of the ABI, but none of it is for programs to use: it may change with
 * the library's soname.
 */

/* Go's _defer.  A frame has one for all its deferred calls. */
struct panic__defer {
	struct panic__defer *link;	/* the next older record */
	void *fp;			/* frame address of its function */
	void *token;			/* the saved return address beside fp */
	uint8_t landing;		/* enum panic__landing */
	uint8_t started;		/* _panic is running one of its calls */
	uint8_t openDefer;		/* an inline frame, not a deferproc */
	uint8_t n;			/* calls in the slots, not yet run; one
					   more than there are slots: in chunk
					   too */
	uint32_t ran;			/* calls in the slots that a panic has
					   run, for a debugger */
	struct panic *_panic;		/* valid if started */
};

/* A deferred call. */
struct panic__slot {
	void (*fn)(void);		/* valid if site->fn is NULL */
	void *arg;
	const struct panic_site *site;
};

enum { PANIC__SLOTS = 8 };

/*
 * A frame is on the chain from its first call to the moment before its last
 * one runs: one that defers nothing costs nothing.
 */
struct panic__frame {
	struct panic__defer d;
	struct panic__slot slot[PANIC__SLOTS];
	struct panic__chunk *chunk;	/* valid if n is over the slots */
};

/* Where a panic that the frame has recovered goes on. */
enum panic__landing {
	PANIC__NOLANDING,		/* it cannot stop one */
	PANIC__BYBUILTIN,		/* __builtin_setjmp(env) */
	PANIC__BYMARK,			/* panic__mark(env) */
	PANIC__BYSETJMP			/* setjmp(env) */
};

/* A frame with each kind of env, which may want more alignment than a frame
 * has. */
struct panic__builtin_frame {
	struct panic__frame frame;
	void *env[5];
};

struct panic__marked_frame {
	struct panic__frame frame;
	void *env[8];
};

struct panic__setjmp_frame {
	struct panic__frame frame;
	jmp_buf env;
};

/* Go's g: the chain of one stack. */
struct panic_g {
	struct panic__defer *_defer;	/* newest record */
	const struct panic_site *site;	/* of the call that opened a frame
					   last */
	uintptr_t hi;			/* end of the stack */
	uintptr_t lo;			/* its lowest address */
	struct panic *_panic;		/* newest panic */
	struct panic__unwinding *unwinding;	/* newest panic_unwind() */
};

extern PANIC_EXPORT __thread struct panic_g panic__g PANIC__TLS;

/* Out of line: links the frame f of the function at fp, with a call in its
 * first slot, whose fn may be NULL, though site->fn is too; or it is the
 * thread's first frame, or on another stack; or a dead record is on the chain,
 * and the process ends. */
PANIC_EXPORT PANIC_COLD void panic__open_slow(struct panic__frame *f,
	void *fp);
/* Out of line: makes that frame, too, by its first call.  fn is NULL if
 * site->fn is not, or is the program's. */
PANIC_EXPORT void panic__defer_first(struct panic__frame *f, void *fp,
	void (*fn)(void), void *arg, const struct panic_site *site,
	enum panic__landing landing);
/* Out of line: registers a call of a frame that is open, one with a fn that is
 * NULL, or beyond the slots.  Returns the frame's n. */
PANIC_EXPORT uint32_t panic__defer_slow(struct panic__frame *f,
	void (*fn)(void), void *arg, const struct panic_site *site);
/* Out of line: f is not the newest record. */
PANIC_EXPORT PANIC_COLD void panic__leave_slow(struct panic__frame *f);
/* Out of line: runs the calls that f still has, and with onpanic those of
 * defer_on_panic() too, and takes f off the chain. */
PANIC_EXPORT PANIC_COLD void panic__run(struct panic__frame *f, int onpanic);
/* The statement of the recover_frame() at site did not leave the block. */
PANIC_EXPORT PANIC_NORETURN PANIC_COLD
void panic__fell_through(const struct panic_site *site);

/* A fault or a signal handler may look at the record between any two
 * instructions, so its stores must happen, and in order.  The record is only
 * read here, as far as the compiler knows: what it knows of it stays true. */
#define PANIC__KEEP(record) \
	__asm__ volatile ("" : : "m" (*(record)), "m" (panic__g._defer))

PANIC__INLINE void panic__call(const struct panic__slot *s)
{
	void (*fn)(void) = s->site->fn ? s->site->fn : s->fn;

	if (s->site->call)
		s->site->call(fn, s->arg);
	else
		((void (*)(void *))(uintptr_t)fn)(s->arg);
}

PANIC__INLINE struct panic__frame *panic__here(struct panic__frame *f)
{
	PANIC__ANEW(f);
	return f;
}

/* Whether the record t does not belong to a caller of the function at fp, or
 * to that function itself.  The end of the thread's stack counts only below
 * it: fp may be on another stack, above. */
PANIC__PEEK int panic__stale(const struct panic__defer *t, const void *fp)
{
	return (uintptr_t)t->fp - (uintptr_t)fp >=
		panic__g.hi - (uintptr_t)fp ||
		PANIC__TOKEN(t->fp) != t->token;
}

/* Whether the newest record t cannot be the next older one of f, a new frame of
 * the function at fp. */
PANIC__INLINE int panic__hasdead(struct panic__frame *f,
	struct panic__defer *t, void *fp)
{
	return PANIC__LIKELY(t) && PANIC__UNLIKELY(t == &panic__here(f)->d ||
		panic__stale(t, PANIC__FLOOR(t, fp)));
}

#endif
