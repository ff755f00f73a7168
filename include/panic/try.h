/* SPDX-License-Identifier: MIT */
/* panic/try.h - the protected call: a panic as a result. */
#ifndef PANIC_TRY_H
#define PANIC_TRY_H

#ifndef PANIC_H
#error "include <panic.h>, not <panic/try.h>"
#endif

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

#ifdef __cplusplus
}
#endif

#endif
