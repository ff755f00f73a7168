/* SPDX-License-Identifier: MIT */
/* unwinder-main.c - a program of C that uses libpanic, and a library of C++
 * behind it; without libpanic if PLAIN.  With -fexceptions, an exception of
 * C++ passes one of its frames, and runs the deferred calls. */

#include "unwinder-where.h"

#include <stdio.h>

#ifdef PLAIN
static void through(void (*thrower)(void))
{
	thrower();
}

static void use_panic(void)
{
}
#else
#include <panic.h>

static int deferred;

static void defer_it(void *unused)
{
	(void)unused;
	deferred++;
	recover();
}

static void through(void (*thrower)(void))
{
#ifdef __EXCEPTIONS
	recover_frame(return);
	defer(defer_it, NULL);
	thrower();
#else
	deferred++;
	thrower();
#endif
}

static void use_panic(void)
{
	recover_frame(return);
	defer(defer_it, NULL);
	panic("%s", panic_version());
}
#endif

int main(void)
{
	use_panic();
	where();
	printf("caught %d\n", thrown_through(through));
	cancel();
	use_panic();
	printf("caught %d\n", thrown_through(through));
#ifndef PLAIN
	if (deferred != 4)
		printf("deferred %d\n", deferred);
#endif
	return 0;
}
