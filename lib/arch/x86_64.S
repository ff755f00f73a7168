/* SPDX-License-Identifier: MIT */
/* arch/x86_64.S - see sigtramp.S. */

	.p2align 4
SYMBOL(panic__sigtramp):
	.cfi_startproc
	.cfi_signal_frame
	/* CFA = *(rsp + 160); rbp (6) at rsp + 120, rip (16) at rsp + 168 */
	.cfi_escape 0x0f, 4, 0x77, 0xa0, 0x01, 0x06
	.cfi_escape 0x10, 6, 3, 0x77, 0xf8, 0x00
	.cfi_escape 0x10, 16, 3, 0x77, 0xa8, 0x01
	mov %rsp, %rdi
	call SYMBOL(panic__sigpanic)
	ud2
	.cfi_endproc

#if defined __linux__
/*
 * void panic__sigreturn(const ucontext_t *uc): sigreturn(2) to the trampoline
 * above, without the signal mask, which the handler has not changed.  All of
 * the processor's state is taken back, as the kernel would do it: a deferred
 * call may look at the rounding mode, an unwinder at any register.  The stack
 * comes last: from there on a signal may overwrite uc.
 */
	.globl panic__sigreturn
	.hidden panic__sigreturn
	.p2align 4
panic__sigreturn:
	.cfi_startproc
	mov 224(%rdi), %rcx		/* uc_mcontext.fpregs */
	test %rcx, %rcx
	jz 2f
	cmpl $0x46505853, 464(%rcx)	/* FP_XSTATE_MAGIC1: more than FXSAVE */
	jne 1f
	mov 472(%rcx), %eax		/* xfeatures */
	mov 476(%rcx), %edx
	xrstor64 (%rcx)
	jmp 2f
1:	fxrstor64 (%rcx)
2:	mov 40(%rdi), %r8
	mov 48(%rdi), %r9
	mov 56(%rdi), %r10
	mov 64(%rdi), %r11
	mov 72(%rdi), %r12
	mov 80(%rdi), %r13
	mov 88(%rdi), %r14
	mov 96(%rdi), %r15
	mov 112(%rdi), %rsi
	mov 120(%rdi), %rbp
	mov 128(%rdi), %rbx
	mov 136(%rdi), %rdx
	mov 144(%rdi), %rax
	mov 152(%rdi), %rcx
	cld
	mov 160(%rdi), %rsp
	jmp panic__sigtramp
	.cfi_endproc

/*
 * Where our handler returns to: so it knows that the kernel called it, and by
 * no other's action.  At rsp is the ucontext_t.  Unwinders look one byte before
 * a return address, so the rules begin there.
 */
	.macro SAVED reg, at
	.cfi_escape 0x10, \reg, 3, 0x77, (\at & 0x7f) | 0x80, \at >> 7
	.endm

	.globl panic__restorer
	.hidden panic__restorer
	.p2align 4
	.cfi_startproc
	.cfi_signal_frame
	/* CFA = *(rsp + 160) */
	.cfi_escape 0x0f, 4, 0x77, 0xa0, 0x01, 0x06
	SAVED 8, 40
	SAVED 9, 48
	SAVED 10, 56
	SAVED 11, 64
	SAVED 12, 72
	SAVED 13, 80
	SAVED 14, 88
	SAVED 15, 96
	SAVED 5, 104			/* rdi */
	SAVED 4, 112			/* rsi */
	SAVED 6, 120			/* rbp */
	SAVED 3, 128			/* rbx */
	SAVED 1, 136			/* rdx */
	SAVED 0, 144			/* rax */
	SAVED 2, 152			/* rcx */
	SAVED 7, 160			/* rsp */
	SAVED 16, 168			/* rip */
	nop
panic__restorer:
	mov $15, %rax			/* rt_sigreturn */
	syscall
	.cfi_endproc
#endif
