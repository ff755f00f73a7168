/* SPDX-License-Identifier: MIT */
/* signal.c - faults as panics (Go: signal_unix.go). */

/*
 * The handler panics nothing itself.  It rewrites the context so that the
 * faulting instruction seems to have called panic__sigpanic(), and goes there
 * as by returning: the deferred calls run on the thread's own stack like those
 * of any panic.  After a stack overflow there is no room on it, so they run on
 * another, until a landing takes the thread back.
 *
 * abort() is no panic, but its end is reported like that of one.
 */

#include "config.h"

#include "runtime.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "arch/context.h"
#include "arch/divisor.h"

static struct sigaction former[PANIC__FAULTS];
static unsigned options;

enum {
	NULLPAGE = 4096,	/* faults below are null dereferences */
	ROOM = 64 * 1024,	/* of the end of a stack: little is left */
	LEAST = 2048		/* with less a fault is an overflow */
};

/* What a signal means. */
enum verdict {
	SENT,		/* by a process: not a fault */
	FATAL,		/* by abort() and the like: never a panic */
	OURS,		/* a panic of the thread */
	FOREIGN,	/* in code that may hold a lock */
	WILD,		/* at an address that nothing explains */
	STACKFULL,
	HANDLERFULL	/* the stack of signal handlers */
};

static void divide(struct panic_fault *f, const ucontext_t *uc)
{
	switch (panic__divisor(uc)) {
	case DIVISOR_ZERO:
		f->kind = PANIC_FAULT_DIVIDE;
		break;
	case DIVISOR_NONZERO:
		f->kind = PANIC_FAULT_OVERFLOW;
		break;
	case DIVISOR_UNKNOWN:
		f->kind = PANIC_FAULT_QUOTIENT;
		break;
	}
}

static void arithmetic(struct panic_fault *f, const ucontext_t *uc)
{
	if (f->code == FPE_INTDIV)
		divide(f, uc);
	else if (f->code == FPE_INTOVF)
		f->kind = PANIC_FAULT_OVERFLOW;
	else
		f->kind = PANIC_FAULT_FLOAT;
}

/* Whether an access near sp hit the end of a stack. */
static bool near(uintptr_t address, uintptr_t lo)
{
	return address - (lo - 2 * PANIC__GUARD) < 3 * (uintptr_t)PANIC__GUARD;
}

static bool bothnear(uintptr_t address, uintptr_t sp, uintptr_t lo)
{
	return near(address, lo) && near(sp, lo);
}

/* OURS if it is none. */
static enum verdict overflow(uintptr_t address, uintptr_t sp)
{
	if (bothnear(address, sp, panic__g.lo) || (panic__m.overflow.hi &&
	    bothnear(address, sp, panic__m.overflow.lo)))
		return STACKFULL;
	if (panic__m.sigstack &&
	    bothnear(address, sp, (uintptr_t)panic__m.map + PANIC__GUARD))
		return HANDLERFULL;
	return OURS;
}

static enum verdict memory(struct panic_fault *f, uintptr_t sp)
{
	uintptr_t address = (uintptr_t)f->address;
	enum verdict v = overflow(address, sp);

	if (v != OURS) {
		f->kind = PANIC_FAULT_STACK;
		return v;
	}
	f->kind = address < NULLPAGE ? PANIC_FAULT_NIL : PANIC_FAULT_ADDRESS;
#ifdef SI_KERNEL
	/* The address is not canonical: si_addr says nothing. */
	if (f->code == SI_KERNEL)
		return WILD;
#endif
	if (f->kind == PANIC_FAULT_ADDRESS && !panic__m.onfault &&
	    !(options & PANIC_ON_FAULT))
		return WILD;
	return OURS;
}

/* Whether what stands at pc may hold a lock. */
static bool maylock(uintptr_t pc)
{
	return panic__m.critical || panic__isown(pc) ||
		(!(options & PANIC_FOREIGN_FAULTS) && panic__isforeign(pc));
}

/* Whether the signal can be a panic: not SIGABRT, SIGILL and the like. */
static bool ispanics(int sig)
{
	return sig == SIGSEGV || sig == SIGBUS || sig == SIGFPE;
}

/* Whether a frame that is larger than the guard of its stack has stepped over
 * it: there is no memory at sp.  Of the two stacks it is from the one that ends
 * next above. */
static bool overstepped(uintptr_t sp)
{
	return sp - panic__g.lo >= panic__g.hi - panic__g.lo &&
		panic__g.hi - sp < panic__m.overflow.hi - sp &&
		!panic__readable((void *)(sp - LEAST), LEAST);
}

/* Whether so little is left that even the panic could not begin. */
static bool cramped(uintptr_t sp)
{
	return (!panic__m.overflow.hi && sp - panic__g.lo < LEAST) ||
		overstepped(sp);
}

/* What the fault is, whatever code it interrupted. */
static enum verdict meaning(struct panic_fault *f, ucontext_t *uc)
{
	if (f->signal == SIGFPE) {
		arithmetic(f, uc);
		return OURS;
	}
	if (f->address == f->pc && CONTEXT_SP(uc) != 0)
		uncall(uc);
	return memory(f, (uintptr_t)CONTEXT_SP(uc));
}

/* Go: sighandler, canpanic. */
static enum verdict judge(struct panic_fault *f, ucontext_t *uc)
{
	enum verdict v;

	if (f->code <= 0 && f->signal != SIGABRT)
		return SENT;
	if (!ispanics(f->signal))
		return FATAL;
	v = meaning(f, uc);
	if (v == STACKFULL || v == HANDLERFULL)
		return v;
	if (maylock((uintptr_t)CONTEXT_PC(uc)))
		return FOREIGN;
	if (!cramped((uintptr_t)CONTEXT_SP(uc)))
		return v;
	f->kind = PANIC_FAULT_STACK;
	return STACKFULL;
}

/* Ends the process as the signal would have done without us. */
static void resend(int sig)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };

	sigaction(sig, &dfl, NULL);
	raise(sig);
}

/* Hands the signal to the handler that was there before; false if there was
 * none.  The kernel ignores no real fault. */
static bool chain(int sig, siginfo_t *info, void *uc)
{
	static atomic_bool spent[PANIC__FAULTS];
	ptrdiff_t i = panic__faultsignal(sig) - panic__faultsignals;
	const struct sigaction *to = &former[i];

	if ((to->sa_flags & (int)SA_RESETHAND) &&
	    atomic_exchange(&spent[i], true))
		resend(sig);
	else if (to->sa_flags & SA_SIGINFO)
		to->sa_sigaction(sig, info, uc);
	else if (to->sa_handler == SIG_DFL)
		return false;
	else if (to->sa_handler != SIG_IGN)
		to->sa_handler(sig);
	else
		return info->si_code <= 0;
	return true;
}

/* The words of Go's runtime. */
static PANIC_NORETURN void fatal(enum verdict v, const struct panic_fault *f,
	const void *registers)
{
	char line[80];

	panic__m.fatalfault = panic__m.registersof = f;
	panic__m.registers = registers;
	if (v == STACKFULL) {
		snprintf(line, sizeof line, "runtime: thread stack exceeds "
			"%zu-byte limit", (size_t)(panic__g.hi - panic__g.lo));
		panic__throwafter(line, "stack overflow");
	}
	if (v == HANDLERFULL)
		panic__throwafter("runtime: a signal handler has used up the "
			"alternate stack", "stack overflow");
	if (v == WILD) {
		if (panic__hasaddress(f))
			snprintf(line, sizeof line, "unexpected fault "
				"address %p", f->address);
		else
			strcpy(line, "unexpected fault: an address that is "
				"not canonical, or not aligned");
		panic__throwafter(line, "fault");
	}
	if (v == FATAL)
		panic__throw("%s", panic__faultsignal(f->signal)->meaning);
	panic__throw("unexpected signal during runtime execution");
}

/* Where the deferred calls will run: below the interrupted code, or on the
 * other stack if there is no room. */
static uintptr_t newtop(const ucontext_t *uc)
{
	uintptr_t sp = (uintptr_t)CONTEXT_SP(uc);

	if (panic__m.overflow.hi && (overstepped(sp) ||
	    sp - (panic__g.lo - ROOM) < 2 * (uintptr_t)ROOM))
		return panic__m.overflow.hi;
	return sp;
}

static bool canpanic(enum verdict v, const ucontext_t *uc)
{
	if (panic__dying())
		return false;
	if (v == STACKFULL)
		return panic__m.overflow.hi && !panic__m.critical &&
			newtop(uc) == panic__m.overflow.hi;
	return v == OURS;
}

static bool onalternate(const ucontext_t *uc, uintptr_t at)
{
	return at - (uintptr_t)uc->uc_stack.ss_sp < uc->uc_stack.ss_size;
}

/* Whether the kernel's record uc lies right below top, on the same stack. */
static bool hasrecord(const ucontext_t *uc, uintptr_t top)
{
	return top == (uintptr_t)CONTEXT_SP(uc) &&
		onalternate(uc, top) == onalternate(uc, (uintptr_t)uc);
}

/* Goes on as if the faulting instruction had called the trampoline, at once or
 * when the handler returns.  Right below the interrupted code may lie the
 * kernel's record of it, with the vector registers and the protection keys at
 * its top: then the trampoline's frame is here, which is below.  Who returns
 * leaves this place to others, so then it still overwrites them. */
static void leave(ucontext_t *uc, const struct panic_fault *f)
{
	char below[INJECTED];
	bool atonce = leavesatonce(uc);
	uintptr_t top = newtop(uc);

	if (atonce && hasrecord(uc, top))
		top = (uintptr_t)below + sizeof below;
	inject(uc, top, f);
	if (atonce)
		panic__sigreturn(uc);
}

static void notours(enum verdict v, const struct panic_fault *f,
	siginfo_t *info, void *context)
{
	if (v != HANDLERFULL && chain(f->signal, info, context))
		return;
	/* The report of a panic ends by abort(), too. */
	if (v != SENT && !(v == FATAL && panic__dying()))
		fatal(v, f, REGISTERS((ucontext_t *)context));
	resend(f->signal);
}

static void handler(int sig, siginfo_t *info, void *context)
{
	int errnum = errno;
	ucontext_t *uc = context;
	struct panic_fault f = { .signal = sig, .code = info->si_code,
		.address = info->si_addr, .pc = (void *)CONTEXT_PC(uc) };
	uintptr_t sp = (uintptr_t)CONTEXT_SP(uc);
	bool nested = panic__m.handling;
	enum verdict v;

	/* Another handler may interrupt this one, and fault. */
	if (nested && panic__isown((uintptr_t)f.pc))
		panic__diequietly();
	panic__m.handling = true;
	panic__stacklimit();
	v = judge(&f, uc);
	if (canpanic(v, uc)) {
		panic__m.handling = nested;
		errno = errnum;
		leave(uc, &f);
		return;
	}
	/* As it was, for the handler that was there before; and that may
	 * leave by a jump. */
	SETCONTEXT(uc, (uintptr_t)f.pc, sp);
	panic__m.handling = nested || panic__dying();
	notours(v, &f, info, context);
	errno = errnum;
}

/* What programs call. */

static int install(void)
{
	struct sigaction sa = { .sa_sigaction = handler,
		.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };

	sigemptyset(&sa.sa_mask);
	for (int i = 0; i < PANIC__FAULTS; i++) {
		if (sigaction(panic__faultsignals[i].sig, &sa, NULL))
			return -1;
		ownrestorer(panic__faultsignals[i].sig, handler);
	}
	return 0;
}

static void uninstall(void)
{
	for (int i = 0; i < PANIC__FAULTS; i++)
		sigaction(panic__faultsignals[i].sig, &former[i], NULL);
}

/* A handler that was there and was to run on the thread's own stack will run on
 * the alternate one, and must have room there. */
static void lookback(void)
{
	for (int i = 0; i < PANIC__FAULTS; i++) {
		sigaction(panic__faultsignals[i].sig, NULL, &former[i]);
		if (former[i].sa_handler != SIG_DFL &&
		    former[i].sa_handler != SIG_IGN &&
		    !(former[i].sa_flags & SA_ONSTACK))
			panic__sigstacks.size = PANIC__LARGE;
	}
}

int panic_signals(unsigned flags)
{
	static atomic_flag called = ATOMIC_FLAG_INIT;

	if (flags & ~(unsigned)(PANIC_ON_FAULT | PANIC_STACK_OVERFLOW |
	    PANIC_FOREIGN_FAULTS)) {
		errno = EINVAL;
		return -1;
	}
	if (atomic_flag_test_and_set(&called)) {
		errno = EBUSY;
		return -1;
	}
	options = flags;
	panic__findforeign();
	panic__sigtrampat = (uintptr_t)panic__sigtramp;
	lookback();
	panic__sigstacks.overflow = (flags & PANIC_STACK_OVERFLOW) != 0;
	if (install())	/* first: a signal that is pending shall find them */
		return -1;
	panic__sigstacks.wanted = true;
	if (panic_thread_init()) {
		panic__sigstacks.wanted = false;
		uninstall();
		atomic_flag_clear(&called);
		errno = ENOMEM;
		return -1;
	}
	return 0;
}

int panic_set_overflow_stack(size_t size)
{
	if (size < 64 * 1024) {
		errno = EINVAL;
		return -1;
	}
	panic__sigstacks.overflowsize = (size + PANIC__GUARD - 1) &
		~(size_t)(PANIC__GUARD - 1);
	return 0;
}

int panic_on_fault(int on)
{
	bool before = panic__m.onfault;

	panic__m.onfault = on != 0;
	return before;
}

void panic_critical_begin(void)
{
	panic__m.critical++;
}

void panic_critical_end(void)
{
	panic__m.critical--;
}
