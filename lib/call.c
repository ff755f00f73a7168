/* SPDX-License-Identifier: MIT */
/* call.c - how deferred functions of the types in <panic/defer.h> are called,
 * for all programs. */

#include "config.h"

#include "runtime.h"

/* GCC would make one of those that are alike call the other, and then two
 * functions stand between the deferred one and who runs it. */
#if !defined __clang__ && defined __has_attribute
#if __has_attribute(no_icf)
#define ALONE(name, result, parameter) \
	__typeof__(panic__call_##name) panic__call_##name \
		__attribute__((no_icf));
PANIC__DEFERRABLES(ALONE)
#endif
#endif
PANIC__DEFERRABLES(PANIC__CALLER)

/* A program that is loaded at a fixed address may have an address of its own
 * for each, and then the library sees that one, too.  A second name has none
 * but its own. */
#ifdef __ELF__
#define OWN(name, result, parameter) \
	static __typeof__(panic__call_##name) own_##name \
		__attribute__((alias("panic__call_" #name)));
PANIC__DEFERRABLES(OWN)
#define IS(name, result, parameter) start == (uintptr_t)own_##name ||
#else
#define IS(name, result, parameter) start == (uintptr_t)panic__call_##name ||
#endif

bool panic__isshared(uintptr_t start)
{
	return PANIC__DEFERRABLES(IS) false;
}
