/* SPDX-License-Identifier: MIT */
/* arch/x86_64.h - see context.h. */
#ifndef PANIC_ARCH_X86_64_H
#define PANIC_ARCH_X86_64_H

#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

#define REDZONE 128

/* The ABI wants the direction flag, bit 10, clear at a call. */
#if defined __APPLE__
#define CONTEXT_PC(uc) ((uc)->uc_mcontext->__ss.__rip)
#define CONTEXT_SP(uc) ((uc)->uc_mcontext->__ss.__rsp)
#define CONTEXT_BP(uc) ((uc)->uc_mcontext->__ss.__rbp)
#define CONTEXT_FLAGS(uc) ((uc)->uc_mcontext->__ss.__rflags)
#define REGISTERS(uc) (&(uc)->uc_mcontext->__ss)
#define REGISTER_NAMES \
	"rax", "rbx", "rcx", "rdx", "rdi", "rsi", "rbp", "rsp", "r8", "r9", \
	"r10", "r11", "r12", "r13", "r14", "r15", "rip", "rflags", "cs", \
	"fs", "gs"
#else
#define CONTEXT_PC(uc) \
	(*(unsigned long long *)&(uc)->uc_mcontext.gregs[REG_RIP])
#define CONTEXT_SP(uc) \
	(*(unsigned long long *)&(uc)->uc_mcontext.gregs[REG_RSP])
#define CONTEXT_BP(uc) ((uc)->uc_mcontext.gregs[REG_RBP])
#define CONTEXT_FLAGS(uc) \
	(*(unsigned long long *)&(uc)->uc_mcontext.gregs[REG_EFL])

#define REGISTERS(uc) ((uc)->uc_mcontext.gregs)
#define REGISTER_NAMES \
	"r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "rdi", "rsi", \
	"rbp", "rbx", "rdx", "rax", "rcx", "rsp", "rip", "rflags", "csgsfs", \
	"err", "trapno", "oldmask", "cr2"

/* Goes on where uc says, which is the trampoline. */
#define HAVE_SIGRETURN 1
extern PANIC_NORETURN void panic__sigreturn(const ucontext_t *uc);
/* Makes the system call that returns from a handler. */
extern void panic__restorer(void);

/* The kernel's, without the libc's wrapping. */
struct kernelaction {
	void (*handler)(int, siginfo_t *, void *);
	unsigned long flags;
	void (*restorer)(void);
	unsigned long mask;
};

/* From now on fn, the handler of sig, returns to panic__restorer().  Nothing
 * happens where a sanitizer has put its own in its place. */
static inline void ownrestorer(int sig,
	void (*fn)(int, siginfo_t *, void *))
{
	struct kernelaction a;

	if (syscall(SYS_rt_sigaction, sig, NULL, &a, sizeof a.mask) == 0 &&
	    a.handler == fn) {
		a.restorer = panic__restorer;
		syscall(SYS_rt_sigaction, sig, &a, NULL, sizeof a.mask);
	}
}

/* Whether the kernel called the handler because of that: its record of the
 * context lies right behind the return address. */
static inline bool bykernel(const ucontext_t *uc)
{
	return ((void (*const *)(void))uc)[-1] == panic__restorer;
}
#endif

/* The registers lie as in Linux's ucontext_t: unw_backtrace() asks no unwind
 * rules but takes each signal frame for one. */
struct sigframe {
	struct panic_fault fault;
	char unused[120 - sizeof(struct panic_fault)];
	uintptr_t bp;
	uintptr_t unused2[4];
	uintptr_t sp;		/* as it was at the faulting instruction */
	uintptr_t pc;		/* of that */
};

_Static_assert(offsetof(struct sigframe, bp) == 120 &&
	offsetof(struct sigframe, sp) == 160 &&
	offsetof(struct sigframe, pc) == 168, "x86_64.S knows them");

static inline void keep(struct sigframe *f, const ucontext_t *uc)
{
	f->pc = (uintptr_t)CONTEXT_PC(uc);
	f->sp = (uintptr_t)CONTEXT_SP(uc);
	f->bp = (uintptr_t)CONTEXT_BP(uc);
}

static inline void callable(ucontext_t *uc)
{
	CONTEXT_FLAGS(uc) &= ~0x400ull;
}

static inline void uncall(ucontext_t *uc)
{
	CONTEXT_PC(uc) = *(uintptr_t *)CONTEXT_SP(uc) - 1;
	CONTEXT_SP(uc) += sizeof(uintptr_t);
}

#endif
