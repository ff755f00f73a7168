/* SPDX-License-Identifier: MIT */
/* arch/aarch64.S - see sigtramp.S. */

	.p2align 2
SYMBOL(panic__sigtramp):
	.cfi_startproc
	.cfi_signal_frame
	.cfi_return_column 32
	/* CFA = *(sp + 40); pc (32) at sp + 32, lr (30) at sp + 48 */
	.cfi_escape 0x0f, 3, 0x8f, 40, 0x06
	.cfi_escape 0x10, 32, 2, 0x8f, 32
	.cfi_escape 0x10, 30, 2, 0x8f, 48
	mov x0, sp
	bl SYMBOL(panic__sigpanic)
	brk #1
	.cfi_endproc
