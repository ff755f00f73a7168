/* SPDX-License-Identifier: MIT */
/* panic/try.h - the protected call, and threads that run under it: a panic as a
 * result. */
#ifndef PANIC_TRY_H
#define PANIC_TRY_H

#ifndef PANIC_H
#error "include <panic.h>, not <panic/try.h>"
#endif

#include <pthread.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * panic_try(fn, arg): calls fn(arg).  Returns NULL if that returned, or the
 * panic that it raised and did not recover, as panic_take() returns it: the
 * caller ends it by panic_free() or repanic().  The deferred calls of fn and
 * of what it called have run.  fn must not be NULL.
 *
 * goexit(), pthread_exit() and a cancellation in fn end the thread through
 * the call: it does not return.  A panic that cannot be kept, because there is
 * no memory or its type's text function panics, is not stopped: it, or that of
 * the text function, goes on in the caller, and nothing is lost.
 *
 * It does what a recover_frame() with one deferred call does.  C++ may call it.
 * Lua: lua_pcall; Rust: catch_unwind.
 */
PANIC_EXPORT PANIC_MUST_USE
struct panic *panic_try(void (*fn)(void *arg), void *arg);

/*
 * A thread whose panic is a result, not the end of the process.  It stands in
 * the program's memory and must stay there until the thread is joined.  id is
 * for pthread_kill(), pthread_cancel() and the like, once
 * panic_thread_create() has returned; the rest is the library's.
 */
struct panic_thread {
	pthread_t id;
	void *(*fn)(void *arg);
	void *arg;		/* and then what fn returned */
	struct panic *panic;
};

/*
 * Makes a thread as pthread_create() does, prepared for panics, in which
 * fn(arg) runs under panic_try().  attr may be NULL.  Returns 0 or an error
 * number, as pthread_create() does, and EINVAL for a detached thread: nobody
 * would be told of its panic.  Each must be joined once; one that shall not be
 * is a pthread_create() with a panic_try() and a report of one's own.
 */
PANIC_EXPORT int panic_thread_create(struct panic_thread *t,
	const pthread_attr_t *attr, void *(*fn)(void *arg), void *arg);

/*
 * Waits for the thread's end as pthread_join() does.  *p is then its panic,
 * for panic_free() or repanic(), or NULL if it had none; *result what fn
 * returned, NULL after a panic, and what pthread_exit() or a cancellation say.
 * result may be NULL.  If p is NULL, the panic goes on in the caller, as by
 * repanic().  Returns 0 or an error number, as pthread_join() does; then *p is
 * as it was, and the thread is not joined.
 */
PANIC_EXPORT int panic_thread_join(struct panic_thread *t, void **result,
	struct panic **p);

#ifdef __cplusplus
}
#endif

#endif
