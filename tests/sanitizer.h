/* SPDX-License-Identifier: MIT */
/* sanitizer.h - what the tests must know of the sanitizers. */
#ifndef TESTS_SANITIZER_H
#define TESTS_SANITIZER_H

#include <stdio.h>

#if defined __has_feature
#if __has_feature(address_sanitizer)
#define UNDER_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define UNDER_TSAN 1
#endif
#endif
#if !defined UNDER_ASAN && defined __SANITIZE_ADDRESS__
#define UNDER_ASAN 1
#endif
#if !defined UNDER_TSAN && defined __SANITIZE_THREAD__
#define UNDER_TSAN 1
#endif
#ifndef UNDER_ASAN
#define UNDER_ASAN 0
#endif
#ifndef UNDER_TSAN
#define UNDER_TSAN 0
#endif

/* Neither of them knows a main thread that ends before another joins it. */
#if UNDER_TSAN || (UNDER_ASAN && defined __clang__)
#define MAIN_MUST_STAY 1
#else
#define MAIN_MUST_STAY 0
#endif

/* A function that faults: a sanitizer would find it first. */
#if UNDER_ASAN
#define FAULTS __attribute__((no_sanitize("address", "undefined")))
#elif UNDER_TSAN
#define FAULTS __attribute__((no_sanitize("thread")))
#elif defined __clang__
#define FAULTS __attribute__((no_sanitize("undefined")))
#else
#define FAULTS __attribute__((no_sanitize_undefined))
#endif

/* Tells why a test, or a part of one, is not run. */
#define LEFT_OUT(why) printf("%s: left out: %s\n", __func__, why)

/* Faults are for the library and its tests.  So are the signals that a test
 * raises itself: they interrupt nothing, and what it calls is safe. */
#define SIGNALS_ARE_OURS "handle_segv=0:handle_sigbus=0:handle_sigfpe=0:" \
	"handle_abort=0:handle_sigill=0:use_sigaltstack=0"
#if UNDER_ASAN
/* In a child whose main thread may end, nobody can find what that has left on
 * its stack: LeakSanitizer is not asked. */
static int is_child;
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
	return is_child;
}
#define LEAKS_ARE_NO_MATTER() ((void)(is_child = 1))

const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	/* Panics must stand on the stack for stale.c to tell which are dead. */
	return SIGNALS_ARE_OURS ":detect_stack_use_after_return=0";
}
#else
#define LEAKS_ARE_NO_MATTER() ((void)0)
#endif
#if UNDER_TSAN
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
	return SIGNALS_ARE_OURS ":report_signal_unsafe=0";
}
#endif

#endif
