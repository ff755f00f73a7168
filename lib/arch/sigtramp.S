/* SPDX-License-Identifier: MIT */
/* arch/sigtramp.S - where a fault that becomes a panic goes on.
 *
 * Go's sighandler makes the faulting instruction seem to have called
 * sigpanic.  Here a few instructions stand between, because only their unwind
 * rules can say three things: that the faulting instruction itself is to be
 * looked up, not the one before it; where the interrupted stack is, which may
 * be another one; and, where a call leaves its return address in a register,
 * what that held.  At sp is a struct sigframe.
 *
 * The rules are written as bytes, for the assembler's own words have no such
 * rule: 0x0f, length, expression for the CFA; 0x10, register, length,
 * expression for the address where a register was saved.  An expression begins
 * with 0x70 + sp's number and an offset.
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
#if defined __x86_64__ && !defined __ILP32__
#include "x86_64.S"
#elif defined __aarch64__
#include "aarch64.S"
#elif defined __i386__
#include "i386.S"
#elif defined __arm__
#include "arm.S"
#elif defined __powerpc64__ && _CALL_ELF == 2
#include "powerpc64.S"
#elif defined __riscv && __riscv_xlen == 64
#include "riscv64.S"
#elif defined __s390x__
#include "s390x.S"
#endif

#if defined __ELF__
	.section .note.GNU-stack, "", %progbits
#endif
