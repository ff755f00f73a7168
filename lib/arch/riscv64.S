/* SPDX-License-Identifier: MIT */
/* arch/riscv64.S - see sigtramp.S. */

	.p2align 2
panic__sigtramp:
	.cfi_startproc
	.cfi_signal_frame
	.cfi_return_column 64
	/* CFA = *(sp + 40); pc (64) at sp + 32, ra (1) at sp + 48 */
	.cfi_escape 0x0f, 3, 0x72, 40, 0x06
	.cfi_escape 0x10, 64, 2, 0x72, 32
	.cfi_escape 0x10, 1, 2, 0x72, 48
	mv a0, sp
	call panic__sigpanic
	unimp
	.cfi_endproc
