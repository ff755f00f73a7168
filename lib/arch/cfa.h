/* SPDX-License-Identifier: MIT */
/* arch/cfa.h - what libunwind calls sp and pc, as a CFA and an address. */
#ifndef PANIC_ARCH_CFA_H
#define PANIC_ARCH_CFA_H

#include <stdbool.h>
#include <stdint.h>

/* The CFA of a function whose caller has that sp: the same address, but on
 * s390x, where it is above the area that a caller keeps for the callee to save
 * registers in. */
static inline uintptr_t panic__cfa(uintptr_t sp)
{
#if defined __s390x__
	return sp + 160;
#else
	return sp;
#endif
}

/* On armhf the lowest bit of a pc tells the instruction set. */
static inline uintptr_t panic__pc(uintptr_t pc)
{
#if defined __arm__
	return pc & ~(uintptr_t)1;
#else
	return pc;
#endif
}

/* Whether the function with that CFA may have the frame address fp. */
static inline bool panic__isabove(uintptr_t cfa, const void *fp)
{
#if defined __aarch64__		/* fp is in the frame, not where it ends */
	return cfa > (uintptr_t)fp;
#else
	return cfa >= (uintptr_t)fp;
#endif
}

#endif
