/* SPDX-License-Identifier: MIT */
/* arch/s390x.S - see sigtramp.S. */

	.p2align 4
panic__sigtramp:
	.cfi_startproc
	.cfi_signal_frame
	.cfi_return_column 32
	/* CFA = *(r15 + 168) + 160; pc (32) at r15 + 160, r15 at r15 + 168,
	 * r14 at r15 + 176 */
	.cfi_escape 0x0f, 7, 0x7f, 0xa8, 0x01, 0x06, 0x23, 0xa0, 0x01
	.cfi_escape 0x10, 32, 3, 0x7f, 0xa0, 0x01
	.cfi_escape 0x10, 15, 3, 0x7f, 0xa8, 0x01
	.cfi_escape 0x10, 14, 3, 0x7f, 0xb0, 0x01
	lgr %r2, %r15
	brasl %r14, panic__sigpanic
	.short 0			/* no instruction */
	.cfi_endproc
