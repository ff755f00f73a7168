/* SPDX-License-Identifier: MIT */
/* arch/context.h - what a signal handler must read and write of the context
 * that it interrupted. */
#ifndef PANIC_ARCH_CONTEXT_H
#define PANIC_ARCH_CONTEXT_H

#include <panic.h>

#include <signal.h>
#include <stdint.h>
#include <ucontext.h>

/* Bytes below sp that a leaf function may use. */
#if defined __x86_64__ || (defined __aarch64__ && defined __APPLE__)
#define REDZONE 128
#else
#define REDZONE 0
#endif

#if defined __linux__ && defined __x86_64__
#define HAVE_CONTEXT 1
#define CONTEXT_PC(uc) \
	(*(unsigned long long *)&(uc)->uc_mcontext.gregs[REG_RIP])
#define CONTEXT_SP(uc) \
	(*(unsigned long long *)&(uc)->uc_mcontext.gregs[REG_RSP])
#define CONTEXT_BP(uc) ((uc)->uc_mcontext.gregs[REG_RBP])
/* The ABI wants the direction flag clear at a call. */
#define CONTEXT_CLEAN(uc) ((uc)->uc_mcontext.gregs[REG_EFL] &= ~0x400ll)
#elif defined __linux__ && defined __aarch64__
#define HAVE_CONTEXT 1
#define CONTEXT_PC(uc) ((uc)->uc_mcontext.pc)
#define CONTEXT_SP(uc) ((uc)->uc_mcontext.sp)
#define CONTEXT_LR(uc) ((uc)->uc_mcontext.regs[30])
#define CONTEXT_CLEAN(uc) ((void)0)
#elif defined __APPLE__ && defined __x86_64__
#define HAVE_CONTEXT 1
#define CONTEXT_PC(uc) ((uc)->uc_mcontext->__ss.__rip)
#define CONTEXT_SP(uc) ((uc)->uc_mcontext->__ss.__rsp)
#define CONTEXT_BP(uc) ((uc)->uc_mcontext->__ss.__rbp)
#define CONTEXT_CLEAN(uc) ((uc)->uc_mcontext->__ss.__rflags &= ~0x400ull)
#elif defined __APPLE__ && defined __aarch64__
#define HAVE_CONTEXT 1
#define CONTEXT_PC(uc) ((uc)->uc_mcontext->__ss.__pc)
#define CONTEXT_SP(uc) ((uc)->uc_mcontext->__ss.__sp)
#define CONTEXT_LR(uc) ((uc)->uc_mcontext->__ss.__lr)
#define CONTEXT_CLEAN(uc) ((void)0)
#endif

#ifdef HAVE_CONTEXT
#define SETCONTEXT(uc, pc, sp) \
	(CONTEXT_PC(uc) = (pc), CONTEXT_SP(uc) = (sp))

/*
 * What the trampoline finds at its sp: how to unwind to the fault.  On x86-64
 * the registers lie as in Linux's ucontext_t: unw_backtrace() asks no unwind
 * rules but takes each signal frame for one.
 */
struct sigframe {
	struct panic_fault fault;
#if defined __x86_64__
	char unused[120 - sizeof(struct panic_fault)];
	uintptr_t bp;
	uintptr_t unused2[4];
	uintptr_t sp;		/* as it was at the faulting instruction */
	uintptr_t pc;		/* of that */
#else
	uintptr_t pc, sp, lr;
#endif
};

/* Entered by the end of the handler, never called: calls panic__sigpanic(). */
extern void panic__sigtramp(void);

/* Makes the interrupted code seem to have called the trampoline from its
 * faulting instruction, on the stack that ends below top. */
static inline void inject(ucontext_t *uc, uintptr_t top,
	const struct panic_fault *fault)
{
	uintptr_t at = (top - REDZONE - sizeof(struct sigframe)) &
		~(uintptr_t)15;
	struct sigframe *f = (struct sigframe *)at;

	f->pc = (uintptr_t)CONTEXT_PC(uc);
	f->sp = (uintptr_t)CONTEXT_SP(uc);
#if defined __x86_64__
	f->bp = (uintptr_t)CONTEXT_BP(uc);
#else
	f->lr = (uintptr_t)CONTEXT_LR(uc);
#endif
	f->fault = *fault;
	CONTEXT_SP(uc) = at;
	CONTEXT_PC(uc) = (uintptr_t)panic__sigtramp;
	CONTEXT_CLEAN(uc);
}

/*
 * Goes on where uc says, if that can be had without the system call that
 * follows a handler's return: it is a third of what a fault costs.  cfa is
 * that of the handler, which the kernel must have called itself: its record of
 * the context then begins there.  Another handler that called it may have a
 * signal mask of its own to restore, or more to do.  And only the kernel can
 * give back an alternate stack that it disarmed.
 */
static inline void leavehandler(const ucontext_t *uc, const void *cfa)
{
#if defined __linux__ && defined __x86_64__
	extern PANIC_NORETURN void panic__sigreturn(const ucontext_t *uc);

	if (cfa == uc && !(uc->uc_stack.ss_flags & ~(SS_ONSTACK | SS_DISABLE)))
		panic__sigreturn(uc);
#else
	(void)uc;
	(void)cfa;
#endif
}

/* A call through a null or wild pointer faults at that address: the caller is
 * to blame, so go back to it. */
static inline void uncall(ucontext_t *uc)
{
#if defined __x86_64__
	CONTEXT_PC(uc) = *(uintptr_t *)CONTEXT_SP(uc) - 1;
	CONTEXT_SP(uc) += sizeof(uintptr_t);
#else
	CONTEXT_PC(uc) = CONTEXT_LR(uc) - 4;
#endif
}
#endif

#endif
