/* SPDX-License-Identifier: MIT */
/* arch/sigtramp.S - where a fault that becomes a panic goes on.
 *
 * Go's sighandler makes the faulting instruction seem to have called
 * sigpanic.  Here a few instructions stand between, because only their unwind
 * rules can say three things: that the faulting instruction itself is to be
 * looked up, not the one before it; where the interrupted stack is, which may
 * be another one; and, on AArch64, what the link register held.
 * At sp is a struct sigframe: pc, sp, lr.
 */

#if defined __APPLE__
#define SYMBOL(name) _##name
#define HIDE(name) .private_extern name
#else
#define SYMBOL(name) name
#define HIDE(name) .hidden name
#endif

#if defined __CET__
#include <cet.h>
#endif

	.text
	.globl SYMBOL(panic__sigtramp)
	HIDE(SYMBOL(panic__sigtramp))

#if defined __x86_64__
	.p2align 4
SYMBOL(panic__sigtramp):
	.cfi_startproc
	.cfi_signal_frame
	/* CFA = *(rsp + 8) */
	.cfi_escape 0x0f, 3, 0x77, 8, 0x06
	/* rip (16) at rsp + 0 */
	.cfi_escape 0x10, 16, 2, 0x77, 0
	call SYMBOL(panic__sigpanic)
	ud2
	.cfi_endproc
#elif defined __aarch64__
	.p2align 2
SYMBOL(panic__sigtramp):
	.cfi_startproc
	.cfi_signal_frame
	.cfi_return_column 32
	/* CFA = *(sp + 8) */
	.cfi_escape 0x0f, 3, 0x8f, 8, 0x06
	/* pc (32) at sp + 0, lr (30) at sp + 16 */
	.cfi_escape 0x10, 32, 2, 0x8f, 0
	.cfi_escape 0x10, 30, 2, 0x8f, 16
	bl SYMBOL(panic__sigpanic)
	brk #1
	.cfi_endproc
#endif

#if defined __ELF__
	.section .note.GNU-stack, "", %progbits
#endif
