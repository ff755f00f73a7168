/* SPDX-License-Identifier: MIT */
/* arch/powerpc64.S - see sigtramp.S. */

	.p2align 4
	.type panic__sigtramp, @function
panic__sigtramp:
	.cfi_startproc
	.cfi_signal_frame
	.cfi_return_column 67
	/* CFA = *r1; pc (67) at r1 + 32, lr (65) at r1 + 40, r2 at r1 + 48 */
	.cfi_escape 0x0f, 3, 0x71, 0, 0x06
	.cfi_escape 0x10, 67, 2, 0x71, 32
	.cfi_escape 0x10, 65, 2, 0x71, 40
	.cfi_escape 0x10, 2, 2, 0x71, 48
	addis 2, 12, .TOC.-panic__sigtramp@ha
	addi 2, 2, .TOC.-panic__sigtramp@l
	.localentry panic__sigtramp, .-panic__sigtramp
	mr 3, 1
	bl panic__sigpanic
	nop
	trap
	.cfi_endproc
