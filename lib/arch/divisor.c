/* SPDX-License-Identifier: MIT */
/* arch/divisor.c - what a trapped division divided by. */

/*
 * x86 raises the same trap for a division by zero and for a quotient that
 * does not fit (INT_MIN / -1), and the kernel calls both FPE_INTDIV.  Only the
 * instruction tells: DIV and IDIV are F6 or F7 with 6 or 7 in the middle of
 * the byte after.
 */

#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "context.h"
#include "divisor.h"

#if defined __linux__ && (defined __x86_64__ || defined __i386__)

static int64_t reg(const ucontext_t *uc, unsigned n)
{
#ifdef __i386__
	static const int order[8] = { REG_EAX, REG_ECX, REG_EDX, REG_EBX,
		REG_ESP, REG_EBP, REG_ESI, REG_EDI };
#else
	static const int order[16] = { REG_RAX, REG_RCX, REG_RDX, REG_RBX,
		REG_RSP, REG_RBP, REG_RSI, REG_RDI, REG_R8, REG_R9, REG_R10,
		REG_R11, REG_R12, REG_R13, REG_R14, REG_R15 };
#endif

	return uc->uc_mcontext.gregs[order[n]];
}

/* Of 32 bits there is no prefix for the upper registers, and no address that
 * counts from the instruction. */
#ifdef __i386__
#define IS64 0
#else
#define IS64 1
#endif

struct instruction {
	unsigned char rex, modrm;
	unsigned size;			/* of the operand, in bytes */
	const unsigned char *rest;	/* behind modrm */
};

/* Whether the byte is a prefix: of the operand's size, or of a segment. */
static bool isprefix(unsigned char byte)
{
	return byte == 0x66 || byte == 0x2e || byte == 0x3e || byte == 0x26 ||
		byte == 0x36;
}

static bool decode(const unsigned char *pc, struct instruction *i)
{
	bool narrow = false;

	while (isprefix(*pc))
		narrow |= *pc++ == 0x66;
	i->rex = IS64 && (*pc & 0xf0) == 0x40 ? *pc++ : 0;
	if (*pc != 0xf6 && *pc != 0xf7)
		return false;
	i->size = *pc == 0xf6 ? 1 : i->rex & 8 ? 8 : narrow ? 2 : 4;
	i->modrm = pc[1];
	i->rest = pc + 2;
	return (i->modrm & 0x30) == 0x30;	/* /6 or /7 */
}

static int32_t load32(const unsigned char *p)
{
	int32_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

/* The address of a memory operand: base + index * scale + displacement. */
static const void *address(const ucontext_t *uc, const struct instruction *i)
{
	unsigned mod = i->modrm >> 6, rm = i->modrm & 7;
	const unsigned char *p = i->rest;
	int64_t at = 0;

	if (rm == 4) {
		unsigned sib = *p++;
		unsigned index = ((sib >> 3) & 7) | (i->rex & 2u) << 2;

		rm = sib & 7;
		if (index != 4)
			at += reg(uc, index) * (1 << (sib >> 6));
		if (rm == 5 && mod == 0)
			return (const void *)(uintptr_t)(at + load32(p));
	} else if (rm == 5 && mod == 0) {	/* relative to the next one */
		return (IS64 ? p + 4 : NULL) + load32(p);
	}
	at += reg(uc, rm | (i->rex & 1u) << 3);
	if (mod == 1)
		at += (signed char)*p;
	else if (mod == 2)
		at += load32(p);
	return (const void *)(uintptr_t)at;
}

enum divisor panic__divisor(const ucontext_t *uc)
{
	struct instruction i;
	uint64_t v = 0;

	if (!decode((const unsigned char *)CONTEXT_PC(uc), &i))
		return DIVISOR_UNKNOWN;
	if (i.modrm >> 6 != 3) {
		memcpy(&v, address(uc, &i), i.size);
	} else {
		unsigned n = (i.modrm & 7) | (i.rex & 1u) << 3;

		if (i.size == 1 && !i.rex && n >= 4)	/* AH CH DH BH */
			v = (uint64_t)reg(uc, n - 4) >> 8;
		else
			v = (uint64_t)reg(uc, n);
		if (i.size < 8)
			v &= ((uint64_t)1 << 8 * i.size) - 1;
	}
	if (i.size == 1)
		v &= 0xff;
	return v ? DIVISOR_NONZERO : DIVISOR_ZERO;
}

#else

enum divisor panic__divisor(const ucontext_t *uc)
{
	(void)uc;
	return DIVISOR_UNKNOWN;
}

#endif
