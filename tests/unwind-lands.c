/* SPDX-License-Identifier: MIT */
/* unwind-lands.c - for unwind.sh: recovers what a function of C++ panics, and
 * asks for the cleanups on the way. */

#include <panic.h>
#include <stdio.h>

void lands(void (*fn)(void));

static void unwind(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	if (p)
		printf("recovered: %s\n", panic_message(p));
	if (panic_unwind(p))
		perror("panic_unwind");
}

void lands(void (*fn)(void))
{
	recover_frame(puts("landed"); return);
	defer(unwind, NULL);
	fn();
}
