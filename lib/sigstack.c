/* SPDX-License-Identifier: MIT */
/* sigstack.c - what faults need of a thread: its signals are not blocked, and
 * it has a stack for handlers, and one for the deferred calls after an
 * overflow. */

#include "config.h"

#include "runtime.h"

#include <signal.h>
#include <sys/mman.h>

enum { GUARD = PANIC__GUARD };

struct panic__sigstacks panic__sigstacks = { .size = 64 * 1024,
	.overflowsize = 256 * 1024 };

/* Maps, upwards: a guard, the alternate stack, a guard, the other stack. */
static int mapstacks(void)
{
	size_t lower = GUARD + panic__sigstacks.size, size = lower;
	char *map;

	if (panic__sigstacks.overflow)
		size += GUARD + panic__sigstacks.overflowsize;
	map = mmap(NULL, size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (map == MAP_FAILED)
		return -1;
	if (mprotect(map, GUARD, PROT_NONE) ||
	    (size > lower && mprotect(map + lower, GUARD, PROT_NONE))) {
		munmap(map, size);
		return -1;
	}
	if (size > lower) {
		panic__m.overflow.lo = (uintptr_t)map + lower + GUARD;
		panic__m.overflow.hi = (uintptr_t)map + size;
	}
	panic__m.map = map;
	panic__m.mapsize = size;
	return 0;
}

static int initsigstack(void)
{
	stack_t ss;

	if (panic__m.map)
		return 0;
	if (mapstacks())
		return -1;
	if (!sigaltstack(NULL, &ss) && !(ss.ss_flags & SS_DISABLE))
		return 0;
	ss = (stack_t){ .ss_sp = (char *)panic__m.map + GUARD,
		.ss_size = panic__sigstacks.size };
	panic__m.sigstack = !sigaltstack(&ss, NULL);
	return 0;
}

/* Go: minitSignalMask.  Daemons make their threads with all signals blocked;
 * but a fault that is blocked calls no handler, nor does abort() everywhere. */
static void unblock(void)
{
	sigset_t set;

	sigemptyset(&set);
	for (int i = 0; i < PANIC__FAULTS; i++)
		sigaddset(&set, panic__faultsignals[i].sig);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

/* Go: minitSignals. */
int panic__initsignals(void)
{
	int status;

	if (!panic__sigstacks.wanted || panic__m.ended)
		return 0;
	status = initsigstack();
	unblock();
	return status;
}

void panic__freesigstack(void)
{
	stack_t off = { .ss_flags = SS_DISABLE };
	void *map = panic__m.map;

	if (!map)
		return;
	if (panic__m.sigstack)
		sigaltstack(&off, NULL);
	panic__m.map = NULL;
	panic__m.overflow.lo = panic__m.overflow.hi = 0;
	panic__m.sigstack = false;
	munmap(map, panic__m.mapsize);
}
