/* SPDX-License-Identifier: MIT */
/* fault.h - for tests of faults: faults of their own, and who recovers them. */
#ifndef TESTS_FAULT_H
#define TESTS_FAULT_H

#include "check.h"

#include <errno.h>

/* Recovers; notes the kind and the words, or "null". */
HELPER void rescue_fault(void *unused)
{
	const struct panic *p = recover();
	const struct panic_fault *f = p ? panic_data(p, &panic_fault_type) :
		NULL;

	(void)unused;
	if (f)
		note("[%d %s]", (int)f->kind, panic_message(p));
	else
		note("[%s]", p ? panic_message(p) : "null");
}

HELPER int *volatile nowhere;			/* a null pointer */

NOINLINE HELPER void fault_nil(void)
{
	*nowhere = 1;
}

HELPER void attempt(void (*fn)(void))
{
	recover_frame(return);
	defer(rescue_fault, NULL);
	fn();
	note("no fault");
}

/* Each test has a process of its own only in Check's forked mode. */
HELPER void start(unsigned flags)
{
	if (panic_signals(flags))
		ck_assert_int_eq(errno, EBUSY);
}

#define NIL "[0 runtime error: invalid memory address or nil pointer " \
	"dereference]"

#endif
