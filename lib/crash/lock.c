/* SPDX-License-Identifier: MIT */
/* lock.c - locks that a dying thread may want. */

/*
 * A lock holds the process of its owner.  So a fork's child takes over what a
 * thread that it does not have has locked: nobody would ever open it there.
 */

#include "config.h"

#include "crash/crash.h"

#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

bool panic__trylock(_Atomic int *lock)
{
	int self = (int)getpid(), owner = *lock;

	return owner != self &&
		atomic_compare_exchange_strong(lock, &owner, self);
}

void panic__lock(_Atomic int *lock)
{
	while (!panic__trylock(lock))
		sched_yield();
}
