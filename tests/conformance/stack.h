/* SPDX-License-Identifier: MIT */
/* stack.h - where the stack is and who is on it, without libunwind. */
#ifndef STACK_H
#define STACK_H

#include <stdint.h>
#include <unwind.h>

#include "conform.h"

/* An address in the frame of the function that it stands in. */
#define HERE() ((uintptr_t)__builtin_frame_address(0))

struct onstack {
	uintptr_t pc;
	int found;
};

HELPER _Unwind_Reason_Code compare(struct _Unwind_Context *c, void *arg)
{
	struct onstack *o = arg;

	/* The lowest bit may tell the instruction set. */
	if ((_Unwind_GetIP(c) | 1) == (o->pc | 1))
		o->found++;
	return _URC_NO_REASON;
}

/* How many frames of the calling thread will go on at pc. */
HELPER NOINLINE int onstack(void *pc)
{
	struct onstack o = { (uintptr_t)pc, 0 };

	_Unwind_Backtrace(compare, &o);
	return o.found;
}

/* Where the function that it stands in returns to. */
#define RETURNS_TO() __builtin_extract_return_addr(__builtin_return_address(0))

#endif
