/* SPDX-License-Identifier: MIT */
/* arch/arm.h - see context.h. */
#ifndef PANIC_ARCH_ARM_H
#define PANIC_ARCH_ARM_H

#define REDZONE 0
#define CONTEXT_PC(uc) ((uc)->uc_mcontext.arm_pc)
#define CONTEXT_SP(uc) ((uc)->uc_mcontext.arm_sp)
#define CONTEXT_LR(uc) ((uc)->uc_mcontext.arm_lr)
#define REGISTERS(uc) (&(uc)->uc_mcontext.arm_r0)
#define REGISTER_NAMES \
	"r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", \
	"fp", "ip", "sp", "lr", "pc", "cpsr", "fault"

/* Of the status register: the instruction set is Thumb; and all that must be
 * clear in an instruction of the other set: that, J, the state of an IT block,
 * and the wrong byte order. */
enum { CPSR_T = 0x20, CPSR_UNCLEAN = 0x0700fe20 };

/* sp, lr and pc, in this order, are what one unwind instruction pops. */
struct sigframe {
	uintptr_t sp, lr, pc;
	struct panic_fault fault;
};

/* The tables know no signal frame: everybody looks for the instruction before
 * a pc, and the lowest bit tells the instruction set. */
static inline void keep(struct sigframe *f, const ucontext_t *uc)
{
	f->sp = CONTEXT_SP(uc);
	f->lr = CONTEXT_LR(uc);
	f->pc = uc->uc_mcontext.arm_cpsr & CPSR_T ?
		(CONTEXT_PC(uc) + 2) | 1 : CONTEXT_PC(uc) + 4;
}

static inline void callable(ucontext_t *uc)
{
	uc->uc_mcontext.arm_cpsr &= ~(unsigned long)CPSR_UNCLEAN;
}

static inline void uncall(ucontext_t *uc)
{
	if (CONTEXT_LR(uc) & 1) {
		CONTEXT_PC(uc) = CONTEXT_LR(uc) - 1 - 2;
		uc->uc_mcontext.arm_cpsr |= CPSR_T;
	} else {
		CONTEXT_PC(uc) = CONTEXT_LR(uc) - 4;
		uc->uc_mcontext.arm_cpsr &= ~(unsigned long)CPSR_T;
	}
}

#endif
