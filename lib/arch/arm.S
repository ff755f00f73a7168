/* SPDX-License-Identifier: MIT */
/* arch/arm.S - see sigtramp.S. */

	.syntax unified
	.arm
	.p2align 2
	.type panic__sigtramp, %function
	.fnstart
panic__sigtramp:
	.unwind_raw 0, 0x8e, 0x00	/* pops sp, lr and pc */
	mov r0, sp
	bl panic__sigpanic
	udf #0
	.fnend
