/* SPDX-License-Identifier: MIT */
/* runtime.h - the library's own records and what its parts offer each other
 * (Go: runtime2.go).  Not installed. */
#ifndef PANIC_RUNTIME_H
#define PANIC_RUNTIME_H

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What is cold for a program is the library's main path. */
#define PANIC_COLD
#define PANIC_NO_KEYWORDS
#include <panic.h>

/* Nothing that is declared here leaves the library. */
#pragma GCC visibility push(hidden)

/* A function that is compiled once, by itself: it knows its own frame, or asks
 * where it returns to. */
#ifdef __clang__
#define PANIC__ONCE __attribute__((noinline))
#else
#define PANIC__ONCE __attribute__((noinline, noclone))
#endif

/* An address in the frame of the function that it stands in, which is no longer
 * in its caller's: where a walk shall begin. */
#define PANIC__INFRAME() ((uintptr_t)PANIC__CFA() - 1)

/* What few panics have; of the others it is 0, and not stored. */
struct panic__rare {
	const struct panic_site *vain;	/* a recover() without a landing */
	struct panic *repanicked;	/* the newer one that has its value */
	struct panic *from;	/* the older one that gave its value */
	struct panic *taken;	/* the copy that gave its value */
	struct panic__unwinding *unwinding;	/* by panic_unwind() */
	char *heap;		/* message, when it did not fit buf */
	int errnum;
};

/*
 * Go's _panic.  It lives in the frame of the function that panicked; one that
 * panic_take() returned lives on the heap.  What panic__init() leaves out is
 * written before it is read, not when the panic begins.
 */
struct panic {
	struct panic *link;	/* the panic under it */
	bool recovered;		/* recover() has returned it */
	bool aborted;		/* a newer one has passed its deferred call */
	bool goexit;		/* not a panic: a goexit(), or a jump, see
				   to */
	bool hasrare;		/* rare is valid; also where there is a value to
				   be released */
	const struct panic_site *site;	/* where it was raised first */
	const struct panic_type *type;
	void *data;
	const char *message;	/* NULL until a typed value is asked for it */
	void *cfa;		/* of the function that raised it: the frames
				   of living callers are at or above; NULL of
				   a copy made by panic_take() */
	void *argp;		/* CFA of the deferred calls that it runs */
	struct panic__defer *d;	/* whose call runs now, or ran last; NULL
				   before the first */
	struct panic__defer *first;	/* newest record when it began: for a
					   debugger, it may be freed */
	const struct panic__slot *call;	/* that call */
	struct panic__rare rare;	/* by the functions below */
	const struct panic_jump *to;	/* of a panic_longjmp(), else NULL;
					   valid of a goexit */
	struct panic__slot popped;	/* it, if its record did not keep it */
	struct panic_site at;	/* its site, if its record did not keep it */
	char buf[200];
};

/* To read what is rare. */
extern const struct panic__rare panic__norare;

static inline const struct panic__rare *panic__rare(const struct panic *p)
{
	return p->hasrare ? &p->rare : &panic__norare;
}

/* To set some of it. */
struct panic__rare *panic__setrare(struct panic *p);

/* Whether panic_take() made p. */
static inline bool panic__istaken(const struct panic *p)
{
	return !p->cfa;
}

/* Records that wait to be used again. */
struct panic__pool {
	void *head;
	unsigned n;
};

/* The text of a fatal error, and of the one during which it came up. */
struct panic__fatal {
	const char *before;	/* a line before everything, or NULL */
	const char *text;
	const struct panic__fatal *under;
};

/* A thread that dies. */
struct panic__dying {
	int stage;		/* how far it is: crash/throw.c */
	pid_t process;		/* where: its child by fork() does not die */
	int watchdog;		/* the signal of the timer, or 0 */
	int ticks;		/* of the timer */
	uintptr_t limit;	/* where the trace begins, while the hook
				   runs */
	bool textfailed;	/* the panics have no texts */
	sigjmp_buf *guard;	/* where a fault goes on, or NULL */
	struct panic *panics;	/* those to print, while the program's code */
	struct panic__defer *defers;	/* runs; and its frames */
	const struct panic__fatal *fatal;
};

/* What belongs to a thread, whatever stack it is on.  Go: m. */
struct panic__m {
	struct panic_g *g;	/* the one in use; NULL: the thread's own */
	struct panic_g own;	/* the thread's own, while another is in use */
	struct panic__pool procs, chunks;
	struct { uintptr_t lo, hi; } overflow;	/* the stack for after one */
	uintptr_t top;		/* of the main thread's stack, else 0 */
	void *map;		/* what was mapped for stacks, and its size */
	size_t mapsize;
	bool sigstack;		/* the alternate stack is ours */
	bool exiting;		/* by goexit() */
	bool ended;		/* nobody will free what it keeps from now on */
	bool onfault;		/* panic_on_fault() */
	bool handling;		/* the handler of faults runs */
	volatile sig_atomic_t critical;
	const struct panic_fault *fatalfault;	/* because of which it ends */
	const struct panic_fault *registersof;	/* the fault that has these */
	const void *registers;	/* as they were; see arch/context.h */
	struct panic__dying dying;
};

struct panic__taken;

/* A record of deferproc(). */
struct panic__proc {
	struct panic__defer d;	/* first: it is what the chain holds */
	struct panic__slot slot;
	uintptr_t sp, pc;	/* of the caller, at the call of deferproc() */
	struct panic_site site;	/* a copy: in plain C11 the caller's dies */
	struct panic_proc landing;
};

/* Deferred calls of a frame beyond its inline slots. */
enum { PANIC__CHUNK = 32 };

struct panic__chunk {
	struct panic__chunk *link;
	uint32_t n;
	struct panic__slot slot[PANIC__CHUNK];
};

/* g.c */

extern __thread struct panic__m panic__m PANIC__TLS;
/* The chain of a thread that has never opened a frame. */
extern struct panic__defer panic__first;
/* Whether fp is on the stack of the thread itself. */
static inline bool panic__onownstack(const void *fp)
{
	return (uintptr_t)fp - panic__g.lo < panic__g.hi - panic__g.lo;
}
/* Whether the address is on the stack for after an overflow. */
static inline bool panic__onoverflowstack(const void *addr)
{
	return (uintptr_t)addr - panic__m.overflow.lo <
		panic__m.overflow.hi - panic__m.overflow.lo;
}
/* Whether the address is on the alternate stack that a handler runs on. */
bool panic__onsigstack(const void *addr);
/* malloc() and free() that leave errno alone. */
void *panic__malloc(size_t size);
void panic__mfree(void *p);

/* panic.c */

/* Runs deferred calls for the panic p, which is filled in.  Returns only when
 * near, if it is not NULL, has recovered it.  Go: gopanic. */
void panic__gopanic(struct panic *p, struct panic__frame *near);
/* Runs all deferred calls as a goexit() does, and returns. */
void panic__leaveall(void);

/* Runs the deferred calls between, and ends the panics, as panic_longjmp(to)
 * promises. */
void panic__leaveto(const struct panic_jump *to);

/* chain.c */

/* A record of deferproc(), or NULL. */
struct panic__proc *panic__newdefer(void);
void panic__freedefer(struct panic__proc *r);
/* Registers a call of d, which has no slot left; false if there is no
 * memory. */
bool panic__pushheap(struct panic__defer *d, const struct panic__slot *s);
/* Takes the newest call of d into s; false if there is none left. */
bool panic__popcall(struct panic__defer *d, struct panic__slot *s);
/* Takes the finished record d, the newest, off the chain. */
static inline void panic__unlink(struct panic__defer *d)
{
	panic__g._defer = d->link;
	if (!d->openDefer)
		panic__freedefer((struct panic__proc *)d);
}
/* Frees the pools of the calling thread, which jumps to no record of
 * deferproc() now. */
void panic__freepools(void);

/* call.c */

/* Whether one of the calls that programs share begins there. */
bool panic__isshared(uintptr_t start);

/* callersp.c */

/* The caller's sp, of the function whose frame address is fp; for
 * panic_deferproc() only. */
uintptr_t panic__getcallersp(void *fp);
/* The CFA that a function called by panic__gopanic() has, less the frame
 * address of that; the same of panic__raise(), less that of its panic. */
extern uintptr_t panic__argdistance, panic__neardistance;
/* Whether they were measured; either may be 0. */
extern bool panic__calibrated;
/* Sets one of these: a deferred call of a panic, which it stops. */
void panic__measure(void *distance);
/* Asks libunwind whether argp is right, in builds with unwind checks. */
#ifdef PANIC_UNWIND_CHECKS
void panic__checkargp(const void *argp);
#else
#define panic__checkargp(argp) ((void)0)
#endif
/* Whether the caller of panic_recover(), where it returns to ra, is the
 * deferred call that p runs.  Asks libunwind. */
bool panic__callsrecover(const struct panic *p, void *ra);
/* The CFA of what the function whose frame address is fp, a caller, has called:
 * what lies below belongs to others.  Asks libunwind. */
uintptr_t panic__calledcfa(const void *fp);
/* The frame address that a compiler with no builtin for it did not pass: of
 * the function that the caller of this returns to at ra. */
void *panic__callerfp(void *ra);
/* PANIC__FLOOR(t, fp), where fp is the frame address of the function that the
 * caller of this returns to at ra. */
#ifdef __aarch64__
void *panic__floor(const struct panic__defer *t, void *fp, void *ra);
#else
static inline void *panic__floor(const struct panic__defer *t, void *fp,
	void *ra)
{
	(void)t;
	(void)ra;
	return fp;
}
#endif

/* cleanup.c */

/* Takes the handlers of pthread_cleanup_push() that lie below sp off their
 * chain. */
void panic__dropcleanups(uintptr_t sp);
/* The same below what the function whose frame address is fp, a caller, holds
 * itself. */
void panic__landcleanups(const void *fp);

/* stale.c */

/* Whether the record t belongs to the code that runs at fp, or to a caller of
 * it, also where a signal or an overflow has led to another stack. */
bool panic__living(const struct panic__defer *t, const void *fp);
/* Whether t is neither of the function that has fp as its frame address, and
 * goes on at ra, nor of a caller. */
static inline bool panic__isdead(const struct panic__defer *t, void *fp,
	void *ra)
{
	const void *floor = panic__floor(t, fp, ra);

	return panic__stale(t, floor) && !panic__living(t, floor);
}
/* Ends the process because the record t is dead: its function is gone and its
 * calls were not run.  where tells what found it, at the place site, which
 * may be NULL, in the function with the frame address fp. */
PANIC_NORETURN void panic__dead(const struct panic__defer *t, const void *fp,
	const char *where, const struct panic_site *site);

/* proc.c */

/* Makes the calling thread known; returns the newest record. */
struct panic__defer *panic__getchain(void);
/* The main thread's stack has the limit of the moment, not that of its start
 * (setrlimit).  Signals: yes. */
void panic__stacklimit(void);
/* Fatal if nobody has told how the coroutine that runs here ends. */
void panic__checkgoexit(void);
/* Ends what runs here, the thread or a coroutine, after its deferred calls.
 * Go: goexit0. */
PANIC_NORETURN void panic__goexit0(void);
bool panic__exiting(void);

/* unwind.c */

/* In a record's landing: its function is being unwound, by an unwinding that
 * ends there. */
enum { PANIC__UNWINDS = 0x80 };
/* p is over, and p->d is the landing.  The unwinding that is to come before it
 * by panic__unwind(), or NULL. */
struct panic__unwinding *panic__takeunwinding(struct panic *p);
/* Does it, and then go() with the record, which does not return. */
PANIC_NORETURN void panic__unwind(struct panic__unwinding *u,
	void (*go)(struct panic__defer *d));
/* f is left.  Does not return if an unwinding has come to it by that. */
void panic__unwoundto(struct panic__frame *f);
/* Whether f, which is not on the chain, is left by an unwinding. */
bool panic__isunwound(const struct panic__frame *f);
/* The stack of g ends. */
void panic__freeunwindings(struct panic_g *g);

/* fault.c */

/* A signal that a fault raises. */
struct panic__faultsignal {
	int sig;
	const char *name, *meaning;
};

/* All are taken by panic_signals(), and caught while a process dies. */
enum { PANIC__FAULTS = 7 };
extern const struct panic__faultsignal panic__faultsignals[PANIC__FAULTS];
/* Where the panic of a fault returns to, a few instructions; 0 until
 * panic_signals() is called. */
extern uintptr_t panic__sigtrampat;
/* That of the signal; "a signal" if it is none of them. */
const struct panic__faultsignal *panic__faultsignal(int sig);
/* Whether the kernel has told an address: not of what is no memory access to
 * it, such as one that is not canonical. */
bool panic__hasaddress(const struct panic_fault *f);
/* What is wrong. */
const char *panic__faultmessage(const struct panic_fault *f);

/* value.c */

/* All of a new panic that is not of its kind.  Field by field: a call of
 * memset() would cost as much as the rest of a panic's start. */
static inline __attribute__((always_inline)) void panic__init(struct panic *p,
	const struct panic_site *site, const struct panic_type *type,
	void *data)
{
	p->cfa = PANIC__CFA();
	p->recovered = p->aborted = p->goexit = p->hasrare = false;
	p->site = site;
	p->type = type;
	p->data = data;
	p->message = NULL;
	p->d = NULL;
}
/* The text of a formatted message. */
PANIC_PRINTF(2, 0)
void panic__format(struct panic *p, const char *fmt, va_list ap);
/* That of a NULL argument. */
void panic__setnil(struct panic *p);
/* Sets errnum, and appends ": " and its text. */
void panic__adderror(struct panic *p, int errnum);
/* A panic with a value; type may be NULL. */
static inline __attribute__((always_inline)) void panic__inittyped(
	struct panic *p, const struct panic_site *site,
	const struct panic_type *type, void *data)
{
	panic__init(p, site, type, data);
	if (PANIC__UNLIKELY(!type))
		panic__setnil(p);
	else if (PANIC__UNLIKELY(type->release))
		(void)panic__setrare(p);
}
/* p gets what from carries.  Only one of the two releases it. */
void panic__copyvalue(struct panic *p, const struct panic *from);
/* Ends the value of p, which has left the chain: gives it back to the panic
 * that it came from, or releases it. */
void panic__release(struct panic *p);
/* The copy that gave p its value, or NULL. */
const struct panic__taken *panic__takenof(const struct panic *p);

/* where.c */

/* The site of a fault. */
struct panic__place {
	struct panic_site site;	/* its strings are panic__infault, or in text */
	const void *pc;
	bool asked;		/* what is known is in site */
	char text[320];
};
extern const char panic__infault[];

/* raise.c */

/* The runtime error that a NULL deferred function raises. */
void panic__nilcall(void *unused);
/* The panic of a fault. */
PANIC_NORETURN void panic__raisefault(struct panic_fault *fault);
/* The panic of a defer that got no memory. */
PANIC_NORETURN void panic__nomem(const struct panic_site *site);

/* sigstack.c */

enum {
	PANIC__GUARD = 64 * 1024,	/* bytes below each stack */
	PANIC__LARGE = 1024 * 1024	/* an alternate stack that must do for
					   what expects the thread's own */
};
/* What the threads get; by panic_signals() and the like. */
extern struct panic__sigstacks {
	_Atomic bool wanted;
	size_t size;		/* of the alternate stack */
	bool overflow;		/* the stack for after an overflow too */
	size_t overflowsize;
} panic__sigstacks;
/* If panic_signals() was called: gives the calling thread its stacks and
 * unblocks the signals of faults.  0, or -1 if there is no memory. */
int panic__initsignals(void);
void panic__freesigstack(void);

/* foreign.c */

/* Learns where the C library and the like are; before the other two. */
void panic__findforeign(void);
/* Whether the address is in this library, and in one of those. */
bool panic__isown(uintptr_t pc);
bool panic__isforeign(uintptr_t pc);

/* crash/: the end of the process.  What only its own files use of each other
 * stands in crash/crash.h. */

/* Reads the environment, and what descriptor 2 is. */
void panic__getsettings(void);
/* Go's throw, which prints the pending panics first. */
PANIC_NORETURN void panic__throw(const char *fmt, ...) PANIC_PRINTF(1, 2);
/* Reports the uncaught panics of the thread and ends the process. */
PANIC_NORETURN void panic__fatalpanic(void);
/* Whether this thread prints its end; the end with hardly a word more. */
bool panic__dying(void);
PANIC_NORETURN void panic__diequietly(void);
/* panic__throw() with a line before it all. */
PANIC_NORETURN void panic__throwafter(const char *before, const char *text);
/* Whether n bytes at p can be read. */
bool panic__readable(const void *p, size_t n);

/* crash/walk.c: traces */

/* A line of a trace: a return address; or, if that is 0, a panic, which is
 * NULL if it is over. */
struct panic__pc {
	uintptr_t pc;
	const struct panic *p;
};

/* A stack.  Of one with more lines than there is room for, the first half
 * and the last are kept. */
enum { PANIC__LINES = 100 };

struct panic__stack {
	long tid;
	char name[32];
	const char *state;	/* what stands in brackets behind the name */
	size_t total;		/* lines there were */
	struct panic__pc line[PANIC__LINES];
};

/* The stack of the caller, without what lies at or below the address limit and
 * without the library's own functions. */
void panic__walkquick(struct panic__stack *s, uintptr_t limit);
/* How many lines of s were kept, and the i-th of them. */
size_t panic__nlines(const struct panic__stack *s);
const struct panic__pc *panic__line(const struct panic__stack *s, size_t i);
/* Fills in tid and name of the calling thread. */
void panic__identify(struct panic__stack *s);

/* What panic_take() returns: the panic, its place, and the stacks it was taken
 * on, the oldest first. */
struct panic__taken {
	struct panic p;		/* first: it is what the caller holds */
	struct panic_site site;
	struct panic_fault fault;	/* what p.data points to, of a fault */
	struct panic_type type;	/* p.type, unless it is the library's */
	const struct panic_type *original;	/* its address tells which */
	size_t n;
	struct panic__stack s[];
};

#pragma GCC visibility pop

#endif
