/* SPDX-License-Identifier: MIT */
/* unwind.h - functions with cleanups on the way from a panic to a landing whose
 * deferred call asks for them by panic_unwind(). */
#ifndef TESTS_UNWIND_H
#define TESTS_UNWIND_H

#include "check.h"

HELPER void leave_name(const char **name)
{
	note("~%s", *name);
}

/* A variable with a cleanup, leave_name() or another. */
#define CLEANED_BY(fn, name) \
	const char *cleaned_##name __attribute__((cleanup(fn), unused)) = #name
#define CLEANED(name) CLEANED_BY(leave_name, name)

HELPER int asked;

HELPER void unwind(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	note("[%s]", p ? panic_message(p) : "null");
	asked = panic_unwind(p);
}

/* Three functions: one with a cleanup of its own, one with deferred calls
 * before and behind it, one with nothing. */

NOINLINE HELPER void raises(void)
{
	CLEANED(raiser);
	panic("boom");
}

NOINLINE HELPER void with_calls(void (*fn)(void))
{
	CLEANED(early);
	defer_frame();
	defer(say, "first");
	CLEANED(late);
	defer(say, "second");
	fn();
}

NOINLINE HELPER void plain(void (*fn)(void))
{
	with_calls(fn);
	note("not reached");
}

NOINLINE HELPER void lands(void (*fn)(void))
{
	CLEANED(own);
	recover_frame(note("landed"); return);
	defer(say, "older");
	defer(unwind, NULL);
	plain(fn);
}

/* The older call runs behind the landing, before its statement. */
#define UNWOUND "second first [boom] ~raiser ~late ~early older landed ~own"

HELPER void raise_again(void *unused)
{
	CLEANED(deferred);

	(void)unused;
	panic("again");
}

#endif
