/* SPDX-License-Identifier: MIT */
/* arch/sigpanic.c - where the trampoline of faults leads to. */

#include "config.h"

#include "runtime.h"

#include "context.h"

/* Go: sigpanic.  Called by the trampoline, as if by the instruction. */
void panic__sigpanic(struct sigframe *f);

void panic__sigpanic(struct sigframe *f)
{
	panic__m.registersof = &f->fault;
	panic__m.registers = f + 1;
	panic__raisefault(&f->fault);
}
