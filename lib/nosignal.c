/* SPDX-License-Identifier: MIT */
/* nosignal.c - signal.c where nobody has told how to rewrite the context that
 * a signal interrupted (lib/arch/context.h): faults stay fatal. */

#include "config.h"

#include "runtime.h"

#include <errno.h>

int panic_signals(unsigned flags)
{
	(void)flags;
	errno = ENOTSUP;
	return -1;
}

int panic_set_overflow_stack(size_t size)
{
	(void)size;
	errno = ENOTSUP;
	return -1;
}

int panic_on_fault(int on)
{
	(void)on;
	return 0;
}

void panic_critical_begin(void)
{
}

void panic_critical_end(void)
{
}
