/* SPDX-License-Identifier: MIT */
/* try.c - panic_try: the frame that stands at the boundary of a job, a plugin
 * or an interpreter, ready-made. */

#include "config.h"

#include "runtime.h"

#include <errno.h>

static struct panic *take(const struct panic *p)
{
	int errnum = errno;
	struct panic *copy = panic_take(p);

	errno = errnum;
	return copy;
}

/* The copy comes first: without memory for it the panic must go on. */
static void keep(void *result)
{
	struct panic *volatile *taken = result;
	const struct panic *p = panic_current();

	if (p && (*taken = take(p)))
		(void)PANIC_RECOVER();
}

struct panic *panic_try(void (*fn)(void *arg), void *arg)
{
	struct panic *volatile taken = NULL;

	PANIC_RECOVER_FRAME(return taken);
	PANIC_DEFER(keep, (void *)(uintptr_t)&taken);
	fn(arg);
	return NULL;
}
