/* SPDX-License-Identifier: MIT */
/* arch/aarch64.h - see context.h. */
#ifndef PANIC_ARCH_AARCH64_H
#define PANIC_ARCH_AARCH64_H

#if defined __APPLE__
#define REDZONE 128
#define CONTEXT_PC(uc) ((uc)->uc_mcontext->__ss.__pc)
#define CONTEXT_SP(uc) ((uc)->uc_mcontext->__ss.__sp)
#define CONTEXT_LR(uc) ((uc)->uc_mcontext->__ss.__lr)
#else
#define REDZONE 0
#define CONTEXT_PC(uc) ((uc)->uc_mcontext.pc)
#define CONTEXT_SP(uc) ((uc)->uc_mcontext.sp)
#define CONTEXT_LR(uc) ((uc)->uc_mcontext.regs[30])
#endif

struct sigframe {
	struct panic_fault fault;
	uintptr_t pc, sp, lr;
};

_Static_assert(offsetof(struct sigframe, pc) == 32, "aarch64.S knows it");

static inline void keep(struct sigframe *f, const ucontext_t *uc)
{
	f->pc = (uintptr_t)CONTEXT_PC(uc);
	f->sp = (uintptr_t)CONTEXT_SP(uc);
	f->lr = (uintptr_t)CONTEXT_LR(uc);
}

static inline void callable(ucontext_t *uc)
{
	(void)uc;
}

static inline void uncall(ucontext_t *uc)
{
	CONTEXT_PC(uc) = CONTEXT_LR(uc) - 4;
}

#endif
