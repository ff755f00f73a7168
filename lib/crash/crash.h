/* SPDX-License-Identifier: MIT */
/* crash.h - what the parts of crash/ offer each other: the report of a process
 * that ends, and what it is made of.  Not installed. */
#ifndef PANIC_CRASH_H
#define PANIC_CRASH_H

#include "runtime.h"

#pragma GCC visibility push(hidden)

/* out.c: output without stdio and heap */

/* A buffer before a descriptor, or one that the caller reads. */
struct panic__out {
	int fd;
	bool lost;		/* nobody reads: drop what follows */
	size_t n;		/* in buf; in to, if there were room */
	char *to;		/* NULL: to fd */
	size_t size;		/* of that */
	char buf[512];
};
void panic__putc(struct panic__out *o, char c);
void panic__puts(struct panic__out *o, const char *s);
void panic__putn(struct panic__out *o, uintmax_t n, unsigned base);
/* "FILE:LINE in FUNCTION" */
void panic__putsite(struct panic__out *o, const struct panic_site *site);
/* A text on one line: what is not printable is escaped, newlines too. */
void panic__puttext(struct panic__out *o, const char *s);
/* A text in which lines after the first begin with a TAB; cut where it is
 * longer than 64 KiB. */
void panic__putindented(struct panic__out *o, const char *s);
/* Waits half a second at most for the reader. */
void panic__flush(struct panic__out *o);
/* The same, of n bytes at text. */
void panic__write(int fd, const char *text, size_t n);

/* panics.c */

/* The lines of the thread's panics, if texts is set, and where they were
 * raised. */
void panic__printpanics(struct panic__out *o, bool texts);

/* settings.c: what the environment and the program have set */

enum panic__level { PANIC__NOTRACE, PANIC__SINGLE, PANIC__ALL, PANIC__SYSTEM,
	PANIC__CRASH };
enum panic__level panic__gotraceback(void);
int panic__exitstatus(void);	/* 0: abort() */
int panic__crashfd(void);	/* -1: nowhere */
const char *panic__symbolizerpath(void);
const char *panic__programversion(void);	/* "": not known */
struct panic_hook panic__gethook(void);

/* lock.c */

/* Locks that are open, 0, in a fork's child if another thread had them. */
bool panic__trylock(_Atomic int *lock);
void panic__lock(_Atomic int *lock);

/* watchdog.c */

/* Calls tick() in this thread after 5 s and after each 5 more, in a signal's
 * handler.  Returns the signal, which is unblocked, or 0. */
int panic__startwatchdog(void (*tick)(int sig));

/* guard.c */

/* Catches faults, but leaves alone what has a handler of the program's unless
 * all is set: its own code may live by them. */
void panic__catchfaults(bool all);
/* Lets abort() find the program's handler, and a core not ours. */
void panic__releaseabort(void);
/* Calls fn(arg).  Returns 0, or the signal of a fault in it. */
int panic__guarded(void (*fn)(void *), void *arg);

/* walk.c */

/* The stack of the caller, without what lies at or below the address limit;
 * with the library's own functions if all is set. */
void panic__walk(struct panic__stack *s, uintptr_t limit, bool all);
/* The same, of the code in which unw_getcontext() stored the context. */
void panic__walkfrom(struct panic__stack *s, void *context, uintptr_t limit,
	bool all);
/* In a signal handler: the stack of the code that was interrupted. */
void panic__walksignal(struct panic__stack *s);

/* clone.c */

#ifdef __linux__
/* Whether a debugger looks on. */
bool panic__istraced(void);
/* clone(2), such that the program does not see the child. */
pid_t panic__clone(int (*fn)(void *), void *stack, int flags, void *arg);
#endif

/* symbolize.c */

/* panic-symbolize at the other end of a socket. */
struct panic__symbolizer {
	int fd;			/* -1: it is not there */
	pid_t pid;
	int64_t deadline;	/* for all frames, in ms */
	const char *why;	/* it is not there any more; or NULL */
	size_t n;		/* in answer */
	char answer[16384];
};

void panic__startsymbolizer(struct panic__symbolizer *sym);
/* Prints the frame that goes on at pc, with the functions that are inlined
 * there; with those of the library if all is set.  False, and nothing printed,
 * if nothing is known of it. */
bool panic__symbolize(struct panic__out *o, struct panic__symbolizer *sym,
	uintptr_t pc, bool all);
/* Ends it, and says why it did not answer, if so. */
void panic__endsymbolizer(struct panic__out *o, struct panic__symbolizer *sym);

/* stacks.c */

/* The stacks of a report, in memory that a child process shares. */
struct panic__report {
	size_t size;		/* of the whole */
	size_t max;		/* stacks there is room for */
	_Atomic size_t n;	/* stacks there are */
	_Atomic size_t stack;	/* printed so far: stacks, and of the next */
	_Atomic size_t line;	/* lines */
	_Atomic bool walked;	/* the first stack is there */
	uintptr_t limit;	/* for the walk of the first */
	bool all;		/* with the library's own functions */
	struct panic__symbolizer symbolizer;
	struct panic__stack s[];
};

/* "thread 7 "worker-3"", of s. */
void panic__putthread(struct panic__out *o, const struct panic__stack *s);
/* Room for that many stacks; NULL if there is none. */
struct panic__report *panic__newreport(size_t max);
void panic__freereport(struct panic__report *r);
/* A stack more, or NULL if there is no room. */
struct panic__stack *panic__addstack(struct panic__report *r);
/* Prints a stack, without files and lines. */
void panic__putraw(struct panic__out *o, const struct panic__stack *s);
/* Prints what is not yet printed. */
void panic__putrest(struct panic__report *r, int fd);
/* Memory from mmap(); NULL if there is none. */
void *panic__map(size_t size, int flags);

/* names.c */

/* panic__printpc() from memory, where it has been called before; nothing for
 * the library's own frames. */
void panic__putname(struct panic__out *o, uintptr_t pc);

/* head.c */

/* A line: the program, its version, process and thread, and the time. */
void panic__puthead(struct panic__out *o);

/* system.c: what the level system adds */

/* The registers of the fault that the thread dies of; nothing if it dies of
 * something else. */
void panic__putregisters(struct panic__out *o);
/* The memory map, where the system has it in a file. */
void panic__putmap(int fd);

/* child.c */

/* Prints all stacks. */
void panic__printreport(struct panic__report *r, int fd);

/* threads.c */

/* Stops the other threads; if r is not NULL, adds their stacks.  They stay
 * stopped.  Go: freezetheworld, tracebackothers. */
void panic__freezetheworld(struct panic__report *r);
/* A real-time signal that the program does not use, or 0. */
int panic__freesignal(void);
/* How many threads there are; 0 if nobody knows. */
size_t panic__countthreads(void);

/* module.c */

/* "MODULE+0xOFFSET (build-id HEX)" for the address; takes no lock where the
 * loader allows it. */
void panic__putmodule(struct panic__out *o, uintptr_t addr);
/* The program's path, with its build ID if that is asked for. */
void panic__putprogram(struct panic__out *o, bool id);
/* The build ID of the module that the address is in; false if there is none. */
struct panic__buildid {
	const unsigned char *at;
	size_t n;
};
bool panic__findid(uintptr_t addr, struct panic__buildid *id);
/* Whether the address is in the library, and the library a shared one. */
bool panic__islibrary(uintptr_t addr);
/* Prints the frame that goes on at pc, without locks and heap. */
void panic__printpc(struct panic__out *o, uintptr_t pc);
/* Whether a function of that name, which ends in '+', ' ' or a newline, is the
 * library's. */
bool panic__isours(const char *name);

/* elf.c */

/* "FUNCTION+0xOFFSET" for the address as it is in the file, which must begin
 * with the ELF header given.  False, and nothing printed, if it has no name. */
bool panic__putsymbol(struct panic__out *o, const char *path,
	const void *header, uintptr_t addr);

#pragma GCC visibility pop

#endif
