/* SPDX-License-Identifier: MIT */
/* throw.c - the end of a process (Go: fatalpanic, preprintpanics, startpanic,
 * dopanic, throw). */

/*
 * A thread that dies goes through these stages, and never back:
 *   LIVE       it does not die
 *   PREPARING  the types' text functions run: the program's code
 *   HOOKING    no other thread prints now; the hook runs: the program's code
 *   PRINTING   only the library's code, without the heap and without stdio,
 *              because either may be what is broken
 *   ENDING     abort(), and so perhaps the program's SIGABRT handler
 * A panic, a fatal error or a fault in one of them goes on with what is left.
 */

#include "config.h"

#include "crash/crash.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum stage { LIVE, PREPARING, HOOKING, PRINTING, ENDING };

/* The end. */

/* What coverage counted would be lost. */
static void dumpcoverage(void)
{
#ifdef PANIC_COVERAGE
	extern void __gcov_dump(void);

	__gcov_dump();
#endif
}

static PANIC_NORETURN void die(void)
{
	int status = panic__exitstatus();

	panic__m.dying.stage = ENDING;
	dumpcoverage();
	if (status && panic__gotraceback() != PANIC__CRASH)
		_exit(status);
	panic__releaseabort();
	abort();
}

/* A tick of the watchdog. */
static void overdue(int sig)
{
	struct panic__dying *d = &panic__m.dying;

	if (d->ticks++ == 0 && d->stage < PRINTING && d->guard)
		siglongjmp(*d->guard, sig);
	if (d->ticks > 1 && (d->stage == HOOKING || d->stage == PRINTING))
		die();
}

/* The thread dies from now on, in this process, in bounded time. */
static void begin(int stage)
{
	panic__m.dying.stage = stage;
	panic__m.dying.process = getpid();
	if (!panic__m.dying.watchdog)
		panic__m.dying.watchdog = panic__startwatchdog(overdue);
}

/* The stack may have been used up. */
static void newsigstack(void)
{
	static char stack[65536];
	stack_t ss;

	if (!sigaltstack(NULL, &ss) && (ss.ss_flags & SS_DISABLE)) {
		ss = (stack_t){ .ss_sp = stack, .ss_size = sizeof stack };
		sigaltstack(&ss, NULL);
	}
}

/* Held by the thread that prints. */
static _Atomic int printing;

/* Only one thread prints.  Another that dies meanwhile waits for the end. */
static void startpanic(void)
{
	sigset_t set;
	int old;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
	while (!panic__trylock(&printing))
		pause();
	sigfillset(&set);
	if (panic__m.dying.watchdog)
		sigdelset(&set, panic__m.dying.watchdog);
	for (int i = 0; i < PANIC__FAULTS; i++)
		sigdelset(&set, panic__faultsignals[i].sig);
	pthread_sigmask(SIG_SETMASK, &set, NULL);
	newsigstack();
}

/* Why the program's code was left. */
static const char *failure(int sig)
{
	return sig == panic__m.dying.watchdog ? "it has taken more than 5 s" :
		panic__faultsignal(sig)->name;
}

/* A line of its own in the report. */
static void putline(const char *text, const char *more)
{
	struct panic__out o = { .fd = panic__crashfd() };

	panic__puts(&o, text);
	panic__puts(&o, more);
	panic__putc(&o, '\n');
	panic__flush(&o);
}

static void printfatal(struct panic__out *o, const struct panic__fatal *f)
{
	if (!f)
		return;
	printfatal(o, f->under);
	panic__puts(o, "fatal error: ");
	panic__putindented(o, f->text);
	panic__putc(o, '\n');
}

static void printlines(void *unused)
{
	struct panic__out o = { .fd = panic__crashfd() };

	(void)unused;
	if (panic__m.dying.fatal && panic__m.dying.fatal->before) {
		panic__puts(&o, panic__m.dying.fatal->before);
		panic__putc(&o, '\n');
	}
	panic__printpanics(&o, !panic__m.dying.textfailed);
	printfatal(&o, panic__m.dying.fatal);
	panic__putc(&o, '\n');
	panic__puthead(&o);
	if (panic__gotraceback() > PANIC__NOTRACE)
		panic__putc(&o, '\n');
	panic__flush(&o);
}

/* Adds the stacks that panics were taken on before another thread got them. */
static void addtaken(struct panic__report *r)
{
	const struct panic__taken *t;
	struct panic__stack *s;

	for (const struct panic *p = panic__g._panic; p; p = p->link) {
		t = panic__rare(p)->from ? NULL : panic__takenof(p);
		for (size_t i = 0; t && i < t->n; i++)
			if ((s = panic__addstack(r)) != NULL)
				*s = t->s[i];
	}
}

/* Prints the stacks.  arg is the address above which the first one begins.
 * Go: dopanic, tracebackothers. */
static void printstacks(void *arg)
{
	enum panic__level level = panic__gotraceback();
	bool others = level >= PANIC__ALL;
	struct panic__report *r;

	if (level == PANIC__NOTRACE)
		return;
	r = panic__newreport(16 + (others ? panic__countthreads() : 0));
	if (!r) {
		putline("stack trace unavailable", "");
		return;
	}
	panic__addstack(r)->state = "running";
	panic__identify(&r->s[0]);
	r->limit = (uintptr_t)arg;
	r->all = level >= PANIC__SYSTEM;
	addtaken(r);
	panic__freezetheworld(others ? r : NULL);
	panic__printreport(r, panic__crashfd());
}

static void printsystem(void *unused)
{
	struct panic__out o = { .fd = panic__crashfd() };

	(void)unused;
	panic__putregisters(&o);
	panic__flush(&o);
	panic__putmap(o.fd);
}

bool panic__dying(void)
{
	return panic__m.dying.stage >= PRINTING;
}

void panic__diequietly(void)
{
	putline("panic during panic", "");
	_exit(4);	/* abort() may be what led here */
}

/* Puts what the hook must not touch under what it has left behind. */
static void restorechains(void)
{
	struct panic **p = &panic__g._panic;

	while (*p)
		p = &(*p)->link;
	*p = panic__m.dying.panics;
	if (panic__m.dying.defers)
		panic__g._defer = panic__m.dying.defers;
	panic__m.dying.panics = NULL;
}

/* Prints and dies.  limit is an address in the frame whose caller panicked, or
 * 0: the frame of the newest panic. */
static PANIC_NORETURN void dopanic(uintptr_t limit)
{
	int sig;

	if (panic__dying())
		panic__diequietly();
	if (panic__m.dying.stage == HOOKING)
		restorechains();
	if (!limit)
		limit = (uintptr_t)panic__g._panic;
	panic__m.dying.stage = PRINTING;
	panic__catchfaults(true);
	sig = panic__guarded(printlines, NULL);
	if (sig)
		putline("\npanic during panic: ", failure(sig));
	sig = panic__guarded(printstacks, (void *)limit);
	if (sig)
		putline("stack trace unavailable: ", failure(sig));
	if (panic__gotraceback() >= PANIC__SYSTEM)
		(void)panic__guarded(printsystem, NULL);
	die();
}

/* The hook. */

/* The hook was left by pthread_exit() or the like. */
static void lefthook(const int *unused)
{
	(void)unused;
	if (panic__m.dying.stage == HOOKING)
		dopanic(panic__m.dying.limit);
}

static void runhook(void *hook)
{
	const struct panic_hook *h = hook;

	const struct panic__fatal *fatal = panic__m.dying.fatal;

	h->fn(panic__m.dying.panics, fatal ? fatal->text : NULL, h->arg);
}

/* The program's frames and panics are put aside: a panic in the hook must not
 * run their calls nor be recovered by one of them, and a goexit() must not end
 * them. */
static void callhook(struct panic_hook *hook, uintptr_t limit)
{
	int left __attribute__((cleanup(lefthook), unused)) = 0;
	int sig;

	panic__m.dying.limit = limit;
	panic__m.dying.defers = panic__g._defer;
	panic__m.dying.panics = panic__g._panic;
	panic__g._defer = NULL;
	panic__g._panic = NULL;
	sig = panic__guarded(runhook, hook);
	if (sig)
		putline("the hook was left: ", failure(sig));
	dopanic(limit);
}

/* Ends the process.  limit is as above. */
static PANIC_NORETURN void crash(uintptr_t limit)
{
	struct panic_hook hook;

	if (panic__m.dying.stage < HOOKING) {
		begin(panic__m.dying.stage);
		startpanic();
		panic__catchfaults(false);
		panic__m.dying.stage = HOOKING;
		panic__m.dying.panics = NULL;
		hook = panic__gethook();
		if (hook.fn)
			callhook(&hook, limit);
	}
	dopanic(limit);
}

static PANIC_NORETURN void throwtext(const char *before, const char *text,
	uintptr_t limit)
{
	struct panic__fatal f = { before, text, panic__m.dying.fatal };

	panic__m.dying.fatal = &f;
	crash(limit);
}

void panic__throwafter(const char *before, const char *text)
{
	throwtext(before, text, PANIC__INFRAME());
}

#define THROW(fmt) do { \
	char text[512]; \
	va_list ap; \
 \
	va_start(ap, fmt); \
	vsnprintf(text, sizeof text, fmt, ap); \
	va_end(ap); \
	throwtext(NULL, text, PANIC__INFRAME()); \
} while (0)

void panic__throw(const char *fmt, ...)
{
	THROW(fmt);
}

void panic_fatal(const char *fmt, ...)
{
	THROW(fmt);
}

/* Texts. */

/* A text function has panicked, or faulted (S115). */
static PANIC_NORETURN void textfailed(const char *kind, const char *what)
{
	panic__m.dying.textfailed = true;
	panic__g._panic = panic__m.dying.panics;
	panic__throw("panic while printing panic value: %s%s", kind, what);
}

static void asktexts(void *unused)
{
	const struct panic *p;

	(void)unused;
	for (p = panic__g._panic; p; p = p->link)
		if (!p->goexit)
			(void)panic_message(p);
}

/* A text function may end the thread, and then the panic is over (S89). */
static void leftprepare(const int *unused)
{
	(void)unused;
	if (panic__m.dying.stage == PREPARING) {
		panic__m.dying.stage = LIVE;
		panic__m.dying.guard = NULL;
	}
}

/* Text functions of all panics run, newest first.  Go: preprintpanics. */
static void prepare(void)
{
	int left __attribute__((cleanup(leftprepare), unused)) = 0;
	int sig;

	begin(PREPARING);
	panic__m.dying.panics = panic__g._panic;
	panic__catchfaults(false);
	sig = panic__guarded(asktexts, NULL);
	if (sig)
		textfailed("", failure(sig));
}

void panic__fatalpanic(void)
{
	const struct panic *p = panic__g._panic;

	/* p is the text function's. */
	if (panic__m.dying.stage == PREPARING) {
		if (p->type)
			textfailed("type ", p->type->name);
		textfailed("", panic_message(p));
	}
	if (panic__m.dying.stage == LIVE)
		prepare();
	crash(0);
}

/* exit(). */

/* Also when main() returns.  A report that has begun is finished, and its end
 * is that of the process: who exits meanwhile waits, and a hook or a text
 * function that exits is left.  Go: main waits for panicking. */
__attribute__((destructor)) static void onexit(void)
{
	bool ours = panic__m.dying.process == getpid();
	int old;

	if (ours && panic__m.dying.stage == PREPARING)
		textfailed("", "exit()");
	if (ours && panic__m.dying.stage == HOOKING)
		dopanic(panic__m.dying.limit);
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
	while (printing == getpid() && panic__m.dying.stage < HOOKING)
		pause();
}
