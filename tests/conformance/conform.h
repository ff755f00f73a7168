/* SPDX-License-Identifier: MIT */
/* conform.h - what the conformance programs share: the trace, deferred
 * functions that write it, threads, and the main program. */
#ifndef CONFORM_H
#define CONFORM_H

#include <check.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <panic.h>

#include "../sanitizer.h"

#define UNUSED __attribute__((unused))
#define NOINLINE __attribute__((noinline))

/* Most deferred calls get a string literal, through a void *. */
#if defined __clang__
#pragma GCC diagnostic ignored \
	"-Wincompatible-pointer-types-discards-qualifiers"
#else
#pragma GCC diagnostic ignored "-Wdiscarded-qualifiers"
#endif

/* Hides from the compiler that nothing follows, or what a value is. */
#define BARRIER() __asm__ volatile ("" : : : "memory")

/*
 * The trace: words with a space between them.  A deferred call of catch("r")
 * writes r=MESSAGE, or r=nil if recover() returned NULL.
 */
UNUSED static char trace[65536];
UNUSED static size_t tracelen;

UNUSED static void say(const char *fmt, ...) PANIC_PRINTF(1, 2);
UNUSED static void say(const char *fmt, ...)
{
	va_list ap;

	if (tracelen > 0 && tracelen < sizeof trace - 1)
		trace[tracelen++] = ' ';
	va_start(ap, fmt);
	tracelen += (size_t)vsnprintf(trace + tracelen,
		sizeof trace - tracelen, fmt, ap);
	va_end(ap);
	if (tracelen >= sizeof trace)
		abort();
}

UNUSED static void forget(void)
{
	tracelen = 0;
	trace[0] = '\0';
}

/* Whether no record and no panic of this thread is left behind. */
UNUSED static bool nothingleft(void)
{
	return !panic__g._defer && !panic__g._panic;
}

/* What has happened until now, and that it left nothing behind. */
#define expect(want) do { \
	ck_assert_str_eq(trace, want); \
	ck_assert(nothingleft()); \
	forget(); \
} while (0)

/* Functions to defer. */

UNUSED static void note(void *word)
{
	say("%s", (const char *)word);
}

UNUSED static void raises(void *text)
{
	panic("%s", (const char *)text);
}

UNUSED static void tell(const void *name, const struct panic *p)
{
	say("%s=%s", (const char *)name, p ? panic_message(p) : "nil");
}

UNUSED static void catch(void *name)
{
	tell(name, recover());
	BARRIER();
}

UNUSED static const struct panic *helper(void)
{
	const struct panic *p = recover();

	BARRIER();
	return p;
}

UNUSED static void catchbyhelper(void *name)
{
	tell(name, helper());
	BARRIER();
}

UNUSED static void exits(void *unused)
{
	(void)unused;
	goexit();
}

/* A null function that no compiler sees through. */
UNUSED static void (*volatile nothing)(void *);

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

UNUSED static void threadends(void *unused)
{
	(void)unused;
	if (panic__g._panic)
		say("panics-left");
}

UNUSED static void *threadmain(void *arg)
{
	struct thread *t = arg;
	struct panic__defer *unused = panic__g._defer;

	pthread_setspecific(t->key, t);
	t->run(t->arg);
	if (!nothingleft() && panic__g._defer != unused)
		say("records-left");
	return t;
}

UNUSED static void inthread(void (*run)(void *), void *arg)
{
	struct thread t = { run, arg, 0 };
	pthread_t id;
	void *result;

	if (pthread_key_create(&t.key, threadends) ||
	    pthread_create(&id, NULL, threadmain, &t) ||
	    pthread_join(id, &result))
		abort();
	pthread_key_delete(t.key);
	say(result ? "end" : "gone");
}

/* Runs the suite of one test case that add() fills. */
UNUSED static int runsuite(const char *name, void (*add)(TCase *))
{
	Suite *s = suite_create(name);
	TCase *tc = tcase_create(name);
	SRunner *sr;
	int failed;

	tcase_set_timeout(tc, 60);
	add(tc);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#define CONFORM_MAIN(name, add) \
int main(void) \
{ \
	return runsuite(name, add); \
}

#endif
