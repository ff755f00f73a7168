/* SPDX-License-Identifier: MIT */
/* arch/aarch64.h - see context.h. */
#ifndef PANIC_ARCH_AARCH64_H
#define PANIC_ARCH_AARCH64_H

#if defined __APPLE__
#define REDZONE 128
#define CONTEXT_PC(uc) ((uc)->uc_mcontext->__ss.__pc)
#define CONTEXT_SP(uc) ((uc)->uc_mcontext->__ss.__sp)
#define CONTEXT_LR(uc) ((uc)->uc_mcontext->__ss.__lr)
#define REGISTERS(uc) (&(uc)->uc_mcontext->__ss)
#define REGISTER_NAMES \
	"x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", \
	"x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", \
	"x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "fp", \
	"lr", "sp", "pc"
#else
#define REDZONE 0
#define CONTEXT_PC(uc) ((uc)->uc_mcontext.pc)
#define CONTEXT_SP(uc) ((uc)->uc_mcontext.sp)
#define CONTEXT_LR(uc) ((uc)->uc_mcontext.regs[30])
#define REGISTERS(uc) ((uc)->uc_mcontext.regs)
#define REGISTER_NAMES \
	"x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", \
	"x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", \
	"x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", \
	"x29", "x30", "sp", "pc", "pstate"
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
