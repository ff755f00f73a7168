/* SPDX-License-Identifier: MIT */
/* arch/i386.h - see context.h. */
#ifndef PANIC_ARCH_I386_H
#define PANIC_ARCH_I386_H

#define REDZONE 0
#define CONTEXT_PC(uc) (*(uintptr_t *)&(uc)->uc_mcontext.gregs[REG_EIP])
#define CONTEXT_SP(uc) (*(uintptr_t *)&(uc)->uc_mcontext.gregs[REG_ESP])
#define REGISTERS(uc) ((uc)->uc_mcontext.gregs)
#define REGISTER_NAMES \
	"gs", "fs", "es", "ds", "edi", "esi", "ebp", "esp", "ebx", "edx", \
	"ecx", "eax", "trapno", "err", "eip", "cs", "eflags", "uesp", "ss"

struct sigframe {
	struct sigframe *self;	/* the argument of panic__sigpanic() */
	uintptr_t pc, sp;
	struct panic_fault fault;
};

_Static_assert(offsetof(struct sigframe, pc) == 4, "i386.S knows it");

static inline void keep(struct sigframe *f, const ucontext_t *uc)
{
	f->self = f;
	f->pc = CONTEXT_PC(uc);
	f->sp = CONTEXT_SP(uc);
}

/* The ABI wants the direction flag, bit 10, clear at a call. */
static inline void callable(ucontext_t *uc)
{
	uc->uc_mcontext.gregs[REG_EFL] &= ~0x400;
}

static inline void uncall(ucontext_t *uc)
{
	CONTEXT_PC(uc) = *(uintptr_t *)CONTEXT_SP(uc) - 1;
	CONTEXT_SP(uc) += sizeof(uintptr_t);
}

#endif
