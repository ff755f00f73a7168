/* SPDX-License-Identifier: MIT */
/* g.c - what belongs to a thread, its stacks, and its memory (Go: g, m). */

#include "config.h"

#include "runtime.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

/* A record that no thread may link to: it only makes the first frame of a
 * thread go the slow way, so that the quick way need not ask. */
struct panic__defer panic__first;

__thread struct panic_g panic__g PANIC__TLS = { ._defer = &panic__first };
__thread struct panic__m panic__m PANIC__TLS;

bool panic__onsigstack(const void *addr)
{
	stack_t ss;

	return !sigaltstack(NULL, &ss) && (ss.ss_flags & SS_ONSTACK) &&
		(uintptr_t)addr - (uintptr_t)ss.ss_sp < ss.ss_size;
}

/* All of the library's memory comes and goes here. */

void *panic__malloc(size_t size)
{
	int errnum = errno;
	void *p = malloc(size);

	errno = errnum;
	return p;
}

void panic__mfree(void *p)
{
	int errnum = errno;

	free(p);
	errno = errnum;
}
