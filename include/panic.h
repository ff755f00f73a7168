/* SPDX-License-Identifier: MIT */
/* panic.h - Go's defer, panic, recover and Goexit for C. */
#ifndef PANIC_H
#define PANIC_H

/*
 *	int handle(struct conn *c)
 *	{
 *		volatile int status = -1;
 *
 *		recover_frame(return status);
 *		defer(report, c);
 *		defer(close, c->fd);
 *
 *		parse(c);
 *		return status = 0;
 *	}
 *
 * parse() calls panic("...") on bad input.  The deferred calls run on every
 * way out, the newest first; report() calls recover() and so stops the panic,
 * and handle() returns what the statement in recover_frame() returns.
 *
 * Rules
 *   - A local that changes after recover_frame() or deferproc() and is read
 *     after a recovered panic must be volatile (C11 7.13.2.1).
 *   - recover() counts only in the deferred function itself, not in a function
 *     that it calls; and that function must not end in a tail call of one that
 *     calls recover().
 *   - Leave a frame by return, break, continue, goto, falling out of the
 *     block, panic(), goexit() or panic_longjmp().  A longjmp() over it is
 *     fatal if it forgets a deferred call: that is found when a call is
 *     deferred in another frame, an older frame left, at the next panic or at
 *     the thread's end.
 *   - A deferred call runs on top of the panicking stack: everything the
 *     panicking functions own is still there.
 *
 * Every function may be called from any thread.  "Signals: yes" in a comment
 * means that a signal handler may call it; where nothing is said, it may not,
 * except inside frames that the handler itself opened.
 *
 * Not offered: closures (pass a pointer to a struct), and stopping a panic of
 * another thread.
 */

#include <stddef.h>
#include <stdint.h>

#if !defined __cplusplus && \
	(!defined __STDC_VERSION__ || __STDC_VERSION__ < 201112L)
#error "panic.h needs C11 or later (-std=c11)"
#endif

#define PANIC_VERSION_MAJOR 0
#define PANIC_VERSION_MINOR 1
#define PANIC_VERSION_PATCH 0

/* Attributes, empty where the compiler has none of them. */
#if defined __GNUC__
#define PANIC_EXPORT __attribute__((visibility("default")))
#define PANIC_NORETURN __attribute__((noreturn))
#ifndef PANIC_COLD	/* the library itself wants its code quick, not small */
#define PANIC_COLD __attribute__((cold))
#endif
#define PANIC_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define PANIC_RETURNS_TWICE __attribute__((returns_twice))
#define PANIC_UNUSED __attribute__((unused))
#define PANIC_MUST_USE __attribute__((warn_unused_result))
#elif defined __cplusplus
#define PANIC_EXPORT
#define PANIC_NORETURN [[noreturn]]
#define PANIC_COLD
#define PANIC_PRINTF(fmt, args)
#define PANIC_RETURNS_TWICE
#define PANIC_UNUSED
#define PANIC_MUST_USE
#else
#define PANIC_EXPORT
#define PANIC_NORETURN _Noreturn
#define PANIC_COLD
#define PANIC_PRINTF(fmt, args)
#define PANIC_RETURNS_TWICE
#define PANIC_UNUSED
#define PANIC_MUST_USE
#endif

/* The call goes through no stub of the linker's. */
#if defined __has_attribute
#if __has_attribute(noplt)
#define PANIC_NOPLT __attribute__((noplt))
#endif
#endif
#ifndef PANIC_NOPLT
#define PANIC_NOPLT
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* A panic: Go's _panic.  Seen through the functions below. */
struct panic;

/* A place in the source, and for a deferred call whether it is for a panic
 * only, how to call it (NULL: it takes a pointer and returns nothing), and its
 * function, where that was given by its name (else NULL).  Made by the
 * macros. */
struct panic_site {
	const char *file;
	const char *function;
	int line;
	int onpanic;
	void (*call)(void (*fn)(void), void *arg);
	void (*fn)(void);
};

/*
 * The type of a panic value: what an interface's type word is in Go.
 * name is printed when there is no text function, and must outlive every
 * panic of the type.  text writes what an operator should read into buf, at
 * most size bytes with the terminating NUL, and returns the length as
 * snprintf() does; it runs in the panicking thread and may itself use defer
 * and recover.  release frees data when the panic is over: after the
 * recovering function has returned, or in panic_free().  text and release may
 * be NULL.
 */
struct panic_type {
	const char *name;
	int (*text)(const void *data, char *buf, size_t size);
	void (*release)(void *data);
};

/*
 * Raising a panic.  These never return.  They run the deferred calls of the
 * thread, newest first, on top of the stack as it is, until one of them
 * recovers; when none does, they report and end the process.  None needs the
 * heap.  They are called by the macros, which add the place.
 */

/* panic(fmt, ...): the message is formatted as by printf() and copied; fmt
 * NULL gives "panic called with nil argument".  One that is longer than the
 * panic's own buffer goes to the heap, and is cut and ends in "..." if there
 * is no memory.  Go: panic(fmt.Sprintf(...)). */
PANIC_EXPORT PANIC_NORETURN PANIC_COLD PANIC_PRINTF(2, 3)
void panic_printf(const struct panic_site *site, const char *fmt, ...);

/* panic_errno(fmt, ...): the message, ": " and the text of errno, whose number
 * panic_errnum() tells.  Go: panic(err). */
PANIC_EXPORT PANIC_NORETURN PANIC_COLD PANIC_PRINTF(2, 3)
void panic_errnof(const struct panic_site *site, const char *fmt, ...);

/* panic_value(type, data): a typed value.  The library owns data from here on
 * and calls type->release on it when the panic is over.  data may be NULL; a
 * NULL type gives "panic called with nil argument", and data stays the
 * caller's.  Go: panic(v). */
PANIC_EXPORT PANIC_NORETURN PANIC_COLD
void panic_raise(const struct panic_site *site, const struct panic_type *type,
	void *data);

/* panic_valuef(type, data, fmt, ...): the same with a message, as that of
 * panic(), in place of the type's text.  Go: panic(fmt.Errorf(...)). */
PANIC_EXPORT PANIC_NORETURN PANIC_COLD PANIC_PRINTF(4, 5)
void panic_raisef(const struct panic_site *site, const struct panic_type *type,
	void *data, const char *fmt, ...);

/*
 * repanic(p): raises the same value again, with its origin, message and
 * errno.  p comes from recover(), or from panic_take(), and then it belongs
 * to the library again.  NULL panics with "panic called with nil argument".
 * Go: panic(r), for r from recover().
 */
PANIC_EXPORT PANIC_NORETURN PANIC_COLD
void panic_repanic(const struct panic_site *site, const struct panic *p);

/*
 * goexit(): runs all deferred calls of the thread, then ends it by
 * pthread_exit(NULL).  recover() in them returns NULL.  In the main thread the
 * others go on, and the process ends with status 0 after the last.  Not for
 * the stack of a coroutine: the frames of the thread's own would be left.
 * Go: runtime.Goexit.
 */
PANIC_EXPORT PANIC_NORETURN PANIC_COLD
void panic_goexit(void);

/*
 * recover(): in a deferred function called for a panic, stops the panic and
 * returns it; anywhere else, and a second time, NULL.  What is returned stays
 * valid until the deferred function returns; panic_take() keeps it longer.
 * In a frame without a landing (defer_frame) it returns NULL, and the crash
 * report will name the place.  cfa is what PANIC__CFA() yields in the caller.
 * The attribute keeps compilers from inlining a function that recovers.
 * Go: recover.
 */
PANIC_EXPORT PANIC_RETURNS_TWICE PANIC_NOPLT
const struct panic *panic_recover(void *cfa, const struct panic_site *site);

/*
 * recover_if(type): recover(), but only of a panic with a value of that type;
 * of another NULL, and it goes on, its stack as it is.  type NULL: only of
 * one without a value, by panic() or panic_errno().
 */
PANIC_EXPORT PANIC_RETURNS_TWICE PANIC_NOPLT
const struct panic *panic_recover_if(void *cfa, const struct panic_site *site,
	const struct panic_type *type);

/*
 * panic_current(): what recover() would return, without stopping it: the
 * deferred function looks at the panic and then calls recover() or does not.
 * In a frame without a landing it tells the panic too.  What it returns stays
 * valid until the deferred function returns; panic_take() keeps it, and leaves
 * the one that goes on without its data.  A function called by the deferred one
 * gets NULL, as from recover(): what it opens and leaves in good order has not
 * failed only because something else has.  Go has no such function.
 */
PANIC_EXPORT PANIC_RETURNS_TWICE PANIC_NOPLT
const struct panic *panic_running(void *cfa);

/*
 * What a panic is.  p comes from recover(), panic_current() or panic_take().
 * The strings belong to p.
 */

/* The message; of a typed value, its type's text, else "(name) 0x...". */
PANIC_EXPORT const char *panic_message(const struct panic *p);
/* The type given to panic_value(), else NULL. */
PANIC_EXPORT const struct panic_type *panic_typeof(const struct panic *p);
/* The data given to panic_value() if type is its type, else NULL; NULL too
 * after panic_take(), which gives it to the copy. */
PANIC_EXPORT void *panic_data(const struct panic *p,
	const struct panic_type *type);
/* The errno that panic_errno() found, ENOMEM of a failed defer, else 0. */
PANIC_EXPORT int panic_errnum(const struct panic *p);
/* Where it was raised first; a repanic does not change it.  Of a fault: line 0,
 * the function by the symbol table, the file of its module; "(fault)" where
 * that is not known. */
PANIC_EXPORT const char *panic_file(const struct panic *p);
PANIC_EXPORT const char *panic_function(const struct panic *p);
PANIC_EXPORT int panic_line(const struct panic *p);
/* The panic during whose deferred call p was raised, else NULL. */
PANIC_EXPORT const struct panic *panic_under(const struct panic *p);

/*
 * panic_take() copies p so that it outlives the deferred function, the stack
 * and the module it came from, and moves the ownership of its data to the
 * copy: the type itself may go, but not its release function.  Returns the
 * copy, to be ended by panic_free() or given back by repanic(), in any thread;
 * or NULL with errno ENOMEM, and then p is as it was.  panic_free(NULL) does
 * nothing.
 */
PANIC_EXPORT struct panic *panic_take(const struct panic *p);
PANIC_EXPORT void panic_free(struct panic *p);

/*
 * panic_unwind(p): for a deferred function that has recovered p, which asks for
 * the cleanups of others in the frames that p leaves.  Behind the deferred
 * calls, before the landing, each function on the way that was compiled with
 * -fexceptions runs, once, what pthread_exit() would run there: the cleanup
 * attribute, pthread_cleanup_push(), destructors of C++.  Of the landing's own
 * function these are what stands behind recover_frame() in its block, and none
 * with deferproc().  Others are left as without it.  If one of them has no
 * unwind table, none runs.  A panic in a cleanup goes on instead of the
 * landing.  A catch (...) must end by throw; and a noexcept function ends the
 * process.
 *
 * Returns 0; or -1 with errno EINVAL if p is not the panic that the running
 * call has recovered, ENOMEM, or ENOTSUP after a stack overflow, where there is
 * no room to run them, and on arm64 after any fault; then the landing comes
 * without.  POSIX: pthread_exit.
 */
PANIC_EXPORT int panic_unwind(const struct panic *p);

/*
 * Ends the process because an invariant is broken: prints the pending panics,
 * "fatal error: ", the message and a trace, then ends as an uncaught panic
 * does.  Runs no deferred calls.  Signals: yes, if what fmt formats is not
 * floating-point.  Go: throw.
 */
PANIC_EXPORT PANIC_NORETURN PANIC_COLD PANIC_PRINTF(1, 2)
void panic_fatal(const char *fmt, ...);

/* The version of the library that is linked, as "0.1.0". */
PANIC_EXPORT const char *panic_version(void);

/*
 * Coroutines.  Each stack has its own chain of frames and panics.  A program
 * that switches stacks makes a panic_g for each new one, of the size bytes at
 * stack, and calls panic_g_switch() right before it switches; that returns the
 * panic_g in use until then.  panic_g_new() returns NULL with errno ENOMEM.
 * panic_g_free() is fatal if frames are still open on g.  A panic that no
 * frame of its stack stops is uncaught: it never crosses to another stack.
 *
 * goexit() on such a stack runs its deferred calls and then end(arg), which
 * must switch away for good, as the coroutine's own end does.  It is a fatal
 * error if panic_g_on_goexit(g, end, arg) has not told that before.
 */
struct panic_g;
PANIC_EXPORT struct panic_g *panic_g_new(void *stack, size_t size);
PANIC_EXPORT struct panic_g *panic_g_switch(struct panic_g *to);
PANIC_EXPORT void panic_g_on_goexit(struct panic_g *g,
	void (*end)(void *arg), void *arg);
PANIC_EXPORT void panic_g_free(struct panic_g *g);

#ifdef __cplusplus
}
#endif

/* The place where it stands, as a const struct panic_site *, with the members
 * of a deferred call. */
#if defined __GNUC__
#define PANIC__SITE(onpanic, call, fn) (__extension__ ({ \
	static const struct panic_site panic__site = \
		{ __FILE__, __func__, __LINE__, onpanic, call, fn }; \
	&panic__site; \
}))
#else
#define PANIC__SITE(onpanic, call, fn) \
	(&(const struct panic_site){ __FILE__, __func__, __LINE__, onpanic, \
		call, fn })
#endif
#define PANIC__HERE() PANIC__SITE(0, NULL, NULL)

/* The canonical frame address of the function it stands in; NULL lets the
 * library ask libunwind. */
#if defined __GNUC__
#define PANIC__CFA() __builtin_dwarf_cfa()
#else
#define PANIC__CFA() NULL
#endif

#define PANIC(...) panic_printf(PANIC__HERE(), __VA_ARGS__)
#define panic_errno(...) panic_errnof(PANIC__HERE(), __VA_ARGS__)
#define panic_value(type, data) panic_raise(PANIC__HERE(), type, data)
#define panic_valuef(type, data, ...) \
	panic_raisef(PANIC__HERE(), type, data, __VA_ARGS__)

/*
 * For a function that panics on behalf of its caller: panic_here() in the
 * caller is its place, as a const struct panic_site *, valid while that runs;
 * panic_at(site, fmt, ...) and panic_errno_at(site, fmt, ...) panic there.
 *
 *	#define xmalloc(size) xmalloc_at(panic_here(), size)
 */
#define panic_here() PANIC__HERE()
#define panic_at(site, ...) panic_printf(site, __VA_ARGS__)
#define panic_errno_at(site, ...) panic_errnof(site, __VA_ARGS__)

/*
 * panic_must(call): what the call yields, or if that is -1, a null pointer or
 * MAP_FAILED, panic_errno() with the call as message:
 *
 *	int fd = panic_must(open(path, O_RDONLY));
 *
 * Not for functions that return an error's number, as those of pthreads do.
 * Needs GCC or Clang.  Go: template.Must and its like.
 */
#if defined __GNUC__
#define panic_must(call) (__extension__ ({ \
	__typeof__(call) panic__result = (call); \
	if (PANIC__FAILED(panic__result)) \
		panic_errno_at(PANIC__HERE(), "%s", #call); \
	panic__result; \
}))
/* The class is 5 for pointers. */
#define PANIC__FAILED(result) \
	((result) == (__typeof__(result))-1 || \
	(__builtin_classify_type(result) == 5 && !(result)))
#endif
#define PANIC_REPANIC(p) panic_repanic(PANIC__HERE(), p)
#define PANIC_RECOVER() panic_recover(PANIC__CFA(), PANIC__HERE())
#define PANIC_RECOVER_IF(type) \
	panic_recover_if(PANIC__CFA(), PANIC__HERE(), type)
#define panic_current() panic_running(PANIC__CFA())
#define PANIC_GOEXIT() panic_goexit()

#include <panic/report.h>
#include <panic/signal.h>
#include <panic/try.h>
#ifndef __cplusplus
#include <panic/defer.h>
#include <panic/jump.h>
#endif

/*
 * The short names.  Define PANIC_NO_KEYWORDS before the include to leave them
 * out and write the long ones.  C2y's <stddefer.h> makes defer a keyword: it
 * must not come to mean something else without a word, so its definition is
 * taken first where the compiler has it, and ours then counts in this file.
 */
#ifndef PANIC_NO_KEYWORDS
#ifdef defer
#error "defer is defined already (by <stddefer.h>?): define PANIC_NO_KEYWORDS before #include <panic.h> and write PANIC_DEFER"
#endif
#ifdef __STDC_DEFER_TS25755__
#include <stddefer.h>
#undef defer
#endif
/* What a compiler names first where one of the two is no statement, but a
 * member or a function of the program's. */
PANIC_UNUSED static inline void panic__keyword_unless_PANIC_NO_KEYWORDS(
	int never)
{
	(void)never;
}
#define panic(...) \
	panic__keyword_unless_PANIC_NO_KEYWORDS((PANIC(__VA_ARGS__), 0))
#define repanic(p) \
	panic__keyword_unless_PANIC_NO_KEYWORDS((PANIC_REPANIC(p), 0))
#define recover() PANIC_RECOVER()
#define recover_if(type) PANIC_RECOVER_IF(type)
#define goexit() PANIC_GOEXIT()
#ifndef __cplusplus
#define deferproc(fn, arg) PANIC_DEFERPROC(fn, arg)
#define deferreturn() PANIC_DEFERRETURN()
#if defined __GNUC__
#define defer(fn, arg) PANIC_DEFER(fn, arg)
#define defer_on_panic(fn, arg) PANIC_DEFER_ON_PANIC(fn, arg)
#define defer_frame() PANIC_DEFER_FRAME()
#define recover_frame(...) PANIC_RECOVER_FRAME(__VA_ARGS__)
#endif
#endif
#endif

#endif
