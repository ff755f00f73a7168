/* SPDX-License-Identifier: MIT */
/* arch/powerpc64.h - see context.h.  For the second version of the ABI. */
#ifndef PANIC_ARCH_POWERPC64_H
#define PANIC_ARCH_POWERPC64_H

#define REDZONE 512		/* as the kernel has it; the ABI says 288 */
#define CONTEXT_GPR(uc, n) ((uc)->uc_mcontext.gp_regs[n])
#define CONTEXT_PC(uc) CONTEXT_GPR(uc, 32)
#define CONTEXT_SP(uc) CONTEXT_GPR(uc, 1)
#define CONTEXT_LR(uc) CONTEXT_GPR(uc, 36)
#define REGISTERS(uc) ((uc)->uc_mcontext.gp_regs)
#define REGISTER_NAMES \
	"r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9", "r10", \
	"r11", "r12", "r13", "r14", "r15", "r16", "r17", "r18", "r19", \
	"r20", "r21", "r22", "r23", "r24", "r25", "r26", "r27", "r28", \
	"r29", "r30", "r31", "nip", "msr", "orig_r3", "ctr", "lr", "xer", \
	"ccr", "softe", "trap", "dar", "dsisr", "result"

struct sigframe {
	uintptr_t sp;		/* the back chain */
	uintptr_t cr, link, toc;	/* panic__sigpanic() saves its own */
	uintptr_t pc, lr, r2;
	struct panic_fault fault;
};

_Static_assert(offsetof(struct sigframe, pc) == 32, "powerpc64.S knows it");

static inline void keep(struct sigframe *f, const ucontext_t *uc)
{
	f->sp = CONTEXT_SP(uc);
	f->pc = CONTEXT_PC(uc);
	f->lr = CONTEXT_LR(uc);
	f->r2 = CONTEXT_GPR(uc, 2);
}

/* A function finds its TOC from r12, its own address. */
static inline void callable(ucontext_t *uc)
{
	CONTEXT_GPR(uc, 12) = CONTEXT_PC(uc);
}

static inline void uncall(ucontext_t *uc)
{
	CONTEXT_PC(uc) = CONTEXT_LR(uc) - 4;
}

#endif
