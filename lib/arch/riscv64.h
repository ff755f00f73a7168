/* SPDX-License-Identifier: MIT */
/* arch/riscv64.h - see context.h. */
#ifndef PANIC_ARCH_RISCV64_H
#define PANIC_ARCH_RISCV64_H

#define REDZONE 0
#define CONTEXT_PC(uc) ((uc)->uc_mcontext.__gregs[REG_PC])
#define CONTEXT_SP(uc) ((uc)->uc_mcontext.__gregs[REG_SP])
#define CONTEXT_RA(uc) ((uc)->uc_mcontext.__gregs[REG_RA])
#define REGISTERS(uc) ((uc)->uc_mcontext.__gregs)
#define REGISTER_NAMES \
	"pc", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", \
	"a1", "a2", "a3", "a4", "a5", "a6", "a7", "s2", "s3", "s4", "s5", \
	"s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"

struct sigframe {
	struct panic_fault fault;
	uintptr_t pc, sp, ra;
};

_Static_assert(offsetof(struct sigframe, pc) == 32, "riscv64.S knows it");

static inline void keep(struct sigframe *f, const ucontext_t *uc)
{
	f->pc = CONTEXT_PC(uc);
	f->sp = CONTEXT_SP(uc);
	f->ra = CONTEXT_RA(uc);
}

static inline void callable(ucontext_t *uc)
{
	(void)uc;
}

/* A call is an instruction of two bytes or four. */
static inline void uncall(ucontext_t *uc)
{
	CONTEXT_PC(uc) = CONTEXT_RA(uc) - 2;
}

#endif
