/* SPDX-License-Identifier: MIT */
/* arch/i386.S - see sigtramp.S. */

	.p2align 4
panic__sigtramp:
	.cfi_startproc
	.cfi_signal_frame
	/* CFA = *(esp + 8); eip (8) at esp + 4 */
	.cfi_escape 0x0f, 3, 0x74, 8, 0x06
	.cfi_escape 0x10, 8, 2, 0x74, 4
	call panic__sigpanic
	ud2
	.cfi_endproc
