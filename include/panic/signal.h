/* SPDX-License-Identifier: MIT */
/* panic/signal.h - faults as panics: SIGSEGV, SIGBUS, SIGFPE; and those that
 * are told only: SIGABRT, SIGILL, SIGTRAP, SIGSYS. */
#ifndef PANIC_SIGNAL_H
#define PANIC_SIGNAL_H

#ifndef PANIC_H
#error "include <panic.h>, not <panic/signal.h>"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Nothing here happens unasked: without panic_signals() a fault ends the
 * process as ever.
 *
 * After it, a fault in the program's own code is a panic of the thread, as if
 * the faulting instruction had called panic_value().  A fault below address
 * 4096 is a null dereference.  These stay fatal, with a report, or go to the
 * handler that was installed before:
 *   - signals sent by kill(), raise() and the like;
 *   - higher and non-canonical addresses, unless panic_on_fault() allows them
 *     (non-canonical ones always: the kernel does not tell the address);
 *   - faults inside libc, the loader, libunwind or this library, and between
 *     panic_critical_begin() and panic_critical_end(): a lock may be held;
 *   - the overflow of a stack, without PANIC_STACK_OVERFLOW.
 * abort(), and a SIGABRT that is sent, still end the process, but with a
 * report, unless the signal has a handler of the program's own.  So do SIGILL,
 * SIGTRAP and SIGSYS, of an illegal instruction, a trap, and a system call that
 * a filter traps.
 * Each thread has these signals unblocked when it is prepared: by its first
 * deferred call after panic_signals(), or by panic_thread_init().  One that
 * blocks them later is killed by its fault: no handler is called then.
 * A static program cannot tell libc from its own code, so there a fault in
 * libc is a panic like any other.
 * C promises no fault for an invalid access: a compiler may assume that there
 * is none.  And a local in the faulting function must be volatile to be read
 * after the recovery.
 */
enum panic_signal_flags {
	/* Recover faults at any canonical address, in every thread. */
	PANIC_ON_FAULT = 1,
	/* Make a stack overflow a panic.  Its deferred calls run on a stack
	 * of their own until one recovers. */
	PANIC_STACK_OVERFLOW = 2,
	/* Recover faults inside libc and the other libraries named above,
	 * this one excepted, whatever they hold. */
	PANIC_FOREIGN_FAULTS = 4
};

/*
 * Installs the handlers, once, early: before other threads open their first
 * frame.  flags are of enum panic_signal_flags, 0 for none.  Handlers that
 * were there are kept and called for what is not a panic; an alternate stack
 * that a thread has is kept.  Returns 0, or -1 with errno EINVAL (unknown
 * flags), EBUSY (called before), ENOMEM, or ENOTSUP (not on this
 * architecture).  Go: what the runtime does at its start.
 */
PANIC_EXPORT int panic_signals(unsigned flags);

/* Prepares the calling thread as its first deferred call does: it gets its
 * stacks, and the signals of panic_signals() are unblocked.  For a thread that
 * defers nothing in time, or did so before panic_signals().  Returns 0, or -1
 * with errno ENOMEM.  Go: minitSignals. */
PANIC_EXPORT int panic_thread_init(void);

/* The size in bytes of the stack on which deferred calls run after a stack
 * overflow, for threads that get it from now on; 256 KiB at first.  Returns
 * 0, or -1 with errno EINVAL if it is under 64 KiB. */
PANIC_EXPORT int panic_set_overflow_stack(size_t size);

/* Whether faults at any canonical address are panics in this thread; returns
 * what it was before.  Go: debug.SetPanicOnFault. */
PANIC_EXPORT int panic_on_fault(int on);

/* Between these, which may be nested, a fault is fatal in this thread: for
 * code that holds a lock no deferred call releases, or is between two halves
 * of a change.  A panic() between them leaves the count as it is.  Signals:
 * yes. */
PANIC_EXPORT void panic_critical_begin(void);
PANIC_EXPORT void panic_critical_end(void);

/* What a fault was. */
enum panic_fault_kind {
	PANIC_FAULT_NIL,	/* a null pointer, or nearly */
	PANIC_FAULT_ADDRESS,	/* any other address */
	PANIC_FAULT_DIVIDE,	/* an integer division by zero */
	PANIC_FAULT_OVERFLOW,	/* a quotient that does not fit: INT_MIN / -1 */
	PANIC_FAULT_QUOTIENT,	/* one of the two, and nothing tells which */
	PANIC_FAULT_FLOAT,	/* a floating-point trap */
	PANIC_FAULT_STACK	/* the stack is full */
};

struct panic_fault {
	enum panic_fault_kind kind;
	int signal;		/* SIGSEGV, SIGBUS or SIGFPE */
	int code;		/* si_code */
	void *address;		/* si_addr */
	void *pc;		/* of the faulting instruction */
};

/* The type of such a panic: panic_data(p, &panic_fault_type) is a const
 * struct panic_fault *, valid as long as p.  Go: runtime.Error. */
extern PANIC_EXPORT const struct panic_type panic_fault_type;

#ifdef __cplusplus
}
#endif

#endif
