/* SPDX-License-Identifier: MIT */
/* arch/s390x.h - see context.h. */
#ifndef PANIC_ARCH_S390X_H
#define PANIC_ARCH_S390X_H

#define REDZONE 0
#define CONTEXT_PC(uc) ((uc)->uc_mcontext.psw.addr)
#define CONTEXT_SP(uc) ((uc)->uc_mcontext.gregs[15])
#define CONTEXT_LR(uc) ((uc)->uc_mcontext.gregs[14])
#define REGISTERS(uc) (&(uc)->uc_mcontext.psw)
#define REGISTER_NAMES \
	"mask", "addr", "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", \
	"r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"

struct sigframe {
	char area[160];		/* panic__sigpanic() saves registers there */
	uintptr_t pc, sp, lr;
	struct panic_fault fault;
};

_Static_assert(offsetof(struct sigframe, pc) == 160, "s390x.S knows it");

static inline void keep(struct sigframe *f, const ucontext_t *uc)
{
	f->pc = CONTEXT_PC(uc);
	f->sp = CONTEXT_SP(uc);
	f->lr = CONTEXT_LR(uc);
}

static inline void callable(ucontext_t *uc)
{
	(void)uc;
}

/* A call is an instruction of two bytes or more. */
static inline void uncall(ucontext_t *uc)
{
	CONTEXT_PC(uc) = CONTEXT_LR(uc) - 2;
}

#endif
