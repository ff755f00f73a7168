/* SPDX-License-Identifier: MIT */
/* conform.h - what the conformance programs have beside ../check.h: functions
 * to defer, threads, and the main program. */
#ifndef CONFORM_H
#define CONFORM_H

#include "../check.h"

#include <stdbool.h>

/* Most deferred calls get a string literal, through a void *. */
#if defined __clang__
#pragma GCC diagnostic ignored \
	"-Wincompatible-pointer-types-discards-qualifiers"
#else
#pragma GCC diagnostic ignored "-Wdiscarded-qualifiers"
#endif

/* Hides from the compiler that nothing follows, or what a value is. */
#define BARRIER() __asm__ volatile ("" : : : "memory")

/* What has happened until now, and that it left nothing behind. */
#define expect(want) do { \
	ck_assert_str_eq(trace, want); \
	ck_assert(nothing_left()); \
	forget(); \
} while (0)

/* Functions to defer.  catch("r") notes r=MESSAGE, or r=nil if recover()
 * returned NULL. */

HELPER void tell(const void *name, const struct panic *p)
{
	note("%s=%s", (const char *)name, p ? panic_message(p) : "nil");
}

HELPER void catch(void *name)
{
	tell(name, recover());
	BARRIER();
}

HELPER const struct panic *helper(void)
{
	const struct panic *p = recover();

	BARRIER();
	return p;
}

HELPER void catchbyhelper(void *name)
{
	tell(name, helper());
	BARRIER();
}

HELPER void exits(void *unused)
{
	(void)unused;
	goexit();
}

/* A null function that no compiler sees through. */
HELPER void (*volatile nothing)(void *);

#define NILCALL "runtime error: invalid memory address or nil pointer " \
	"dereference"

/*
 * Runs run(arg) in a thread of its own until it has ended, by return ("end"
 * in the trace), or by goexit() ("gone").  No panic may be left in it.
 */
struct thread {
	void (*run)(void *);
	void *arg;
	pthread_key_t key;
};

HELPER void threadends(void *unused)
{
	(void)unused;
	if (panic__g._panic)
		note("panics-left");
}

HELPER void *threadmain(void *arg)
{
	struct thread *t = arg;
	struct panic__defer *unused = panic__g._defer;

	pthread_setspecific(t->key, t);
	t->run(t->arg);
	if (!nothing_left() && panic__g._defer != unused)
		note("records-left");
	return t;
}

HELPER void inthread(void (*run)(void *), void *arg)
{
	struct thread t = { run, arg, 0 };
	pthread_t id;
	void *result;

	if (pthread_key_create(&t.key, threadends) ||
	    pthread_create(&id, NULL, threadmain, &t) ||
	    pthread_join(id, &result))
		abort();
	pthread_key_delete(t.key);
	note(result ? "end" : "gone");
}

/* Runs the suite of one test case that add() fills. */
HELPER int runsuite(const char *name, void (*add)(TCase *))
{
	TCase *tc = new_case(name);

	add(tc);
	return run_case(name, tc);
}

#define CONFORM_MAIN(name, add) \
int main(void) \
{ \
	return runsuite(name, add); \
}

#endif
