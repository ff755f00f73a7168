/* SPDX-License-Identifier: MIT */
/* arch/context.h - what a signal handler must read and write of the context
 * that it interrupted. */
#ifndef PANIC_ARCH_CONTEXT_H
#define PANIC_ARCH_CONTEXT_H

#include <panic.h>

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>

/*
 * Each processor's header defines:
 *	REDZONE		bytes below sp that a leaf function may use
 *	CONTEXT_PC(uc), CONTEXT_SP(uc)	the two, to read and to write
 *	REGISTERS(uc)	where uc has them, one behind the other
 *	REGISTER_NAMES	their names in that order
 *	struct sigframe	what the trampoline finds at its sp: the fault, and how
 *			to unwind to it
 *	keep(f, uc)	stores in f what the unwinder will want
 *	callable(uc)	makes the rest of uc fit for the trampoline's first
 *			instruction, as the ABI wants it at a call
 *	uncall(uc)	goes back to the caller of the address where uc stands
 */
#if defined __linux__ || defined __APPLE__
#if defined __x86_64__ && !defined __ILP32__
#include "x86_64.h"
#define HAVE_CONTEXT 1
#elif defined __aarch64__
#include "aarch64.h"
#define HAVE_CONTEXT 1
#endif
#endif
#if defined __linux__
#if defined __i386__
#include "i386.h"
#define HAVE_CONTEXT 1
#elif defined __arm__
#include "arm.h"
#define HAVE_CONTEXT 1
#elif defined __powerpc64__ && _CALL_ELF == 2
#include "powerpc64.h"
#define HAVE_CONTEXT 1
#elif defined __riscv && __riscv_xlen == 64
#include "riscv64.h"
#define HAVE_CONTEXT 1
#elif defined __s390x__
#include "s390x.h"
#define HAVE_CONTEXT 1
#endif
#endif

#ifdef HAVE_CONTEXT
#ifndef HAVE_SIGRETURN
#define ownrestorer(sig, fn) ((void)0)
#define panic__sigreturn(uc) ((void)(uc))
#endif

#define SETCONTEXT(uc, pc, sp) \
	(CONTEXT_PC(uc) = (pc), CONTEXT_SP(uc) = (sp))

/* Entered by the end of the handler, never called: calls panic__sigpanic(). */
extern void panic__sigtramp(void);

/* All registers stand behind a sigframe, for a report. */
static const char *const registernames[] = { REGISTER_NAMES };
enum { NREGISTERS = sizeof registernames / sizeof *registernames,
	REGISTERBYTES = NREGISTERS * sizeof(uintptr_t) };

static inline void keepregisters(struct sigframe *f, const ucontext_t *uc)
{
	memcpy(f + 1, REGISTERS(uc), REGISTERBYTES);
}

/* The bytes that inject() may use below top. */
enum { INJECTED = REDZONE + sizeof(struct sigframe) + REGISTERBYTES + 15 };

/* Makes the interrupted code seem to have called the trampoline from its
 * faulting instruction, on the stack that ends below top. */
static inline void inject(ucontext_t *uc, uintptr_t top,
	const struct panic_fault *fault)
{
	uintptr_t at = (top - INJECTED + 15) & ~(uintptr_t)15;
	struct sigframe *f = (struct sigframe *)at;

	keep(f, uc);
	keepregisters(f, uc);
	f->fault = *fault;
	SETCONTEXT(uc, (uintptr_t)panic__sigtramp, at);
	callable(uc);
}

/*
 * Whether panic__sigreturn() can go on where uc says, without the system call
 * that follows a handler's return: it is a third of what a fault costs.  The
 * kernel must have called the handler itself: another handler that called it,
 * even as its last act, may have a signal mask to restore, or more to do.  And
 * only the kernel can give back an alternate stack that it disarmed.
 */
static inline bool leavesatonce(const ucontext_t *uc)
{
#ifdef HAVE_SIGRETURN
	return bykernel(uc) &&
		!(uc->uc_stack.ss_flags & ~(SS_ONSTACK | SS_DISABLE));
#else
	(void)uc;
	return false;
#endif
}
#endif

#endif
