/* SPDX-License-Identifier: MIT */
/* arch/context.h - what a signal handler must read and write of the context
 * that it interrupted. */
#ifndef PANIC_ARCH_CONTEXT_H
#define PANIC_ARCH_CONTEXT_H

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
#define CONTEXT_LR(uc) 0
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
#define CONTEXT_LR(uc) 0
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

/* What the trampoline finds at its sp: how to unwind to the fault. */
struct sigframe {
	uintptr_t pc;		/* of the faulting instruction */
	uintptr_t sp;		/* as it was there */
	uintptr_t lr;		/* likewise, where there is one */
	uintptr_t unused;
};

/* Entered by the end of the handler, never called: calls panic__sigpanic(). */
extern void panic__sigtramp(void);

/* Makes the interrupted code seem to have called the trampoline from its
 * faulting instruction, on the stack that ends below top. */
static inline void inject(ucontext_t *uc, uintptr_t top)
{
	uintptr_t at = ((top - REDZONE) & ~(uintptr_t)15) -
		sizeof(struct sigframe);
	struct sigframe *f = (struct sigframe *)at;

	f->pc = (uintptr_t)CONTEXT_PC(uc);
	f->sp = (uintptr_t)CONTEXT_SP(uc);
	f->lr = (uintptr_t)CONTEXT_LR(uc);
	CONTEXT_SP(uc) = at;
	CONTEXT_PC(uc) = (uintptr_t)panic__sigtramp;
	CONTEXT_CLEAN(uc);
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
