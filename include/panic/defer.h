/* SPDX-License-Identifier: MIT */
/* panic/defer.h - what may be deferred, deferproc and deferreturn. */
#ifndef PANIC_DEFER_H
#define PANIC_DEFER_H

#ifndef PANIC_H
#error "include <panic.h>, not <panic/defer.h>"
#endif

#include <dirent.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>

struct addrinfo;

/*
 * A deferred call is kept as a function and one argument, an integer or a
 * pointer, and is called through its own type, never another.  For that the
 * type must be known: those below are.  A header adds a type of its own so:
 *
 *	PANIC_DEFERRABLE(conn, void, struct conn *)
 *	#define CONN_TYPES PANIC_DEFER_AS(conn, void, struct conn *)
 *
 * and a program that includes such headers names what they have, once:
 *
 *	#undef PANIC_DEFER_TYPES
 *	#define PANIC_DEFER_TYPES CONN_TYPES POOL_TYPES
 *
 * Then defer(conn_free, c) compiles for void conn_free(struct conn *).  The
 * parameter must be an integer no wider than a pointer, or a pointer.
 */
#define PANIC_DEFERRABLE(name, result, parameter) \
	PANIC_UNUSED static inline PANIC__CALLER(name, result, parameter)
#define PANIC__CALLER(name, result, parameter) \
	void panic__call_##name(void (*fn)(void), void *arg) \
	{ \
		_Static_assert(sizeof(parameter) <= sizeof(void *), \
			PANIC__TOOWIDE); \
		((result (*)(parameter))(uintptr_t)fn)( \
			(parameter)(uintptr_t)arg); \
	}
#define PANIC__TOOWIDE "a deferred call's argument is kept in a pointer, and " \
	"this one is wider: pass the address of where it stands"
#define PANIC_DEFER_AS(name, result, parameter) \
	result (*)(parameter): panic__call_##name,

#ifndef PANIC_DEFER_TYPES
#define PANIC_DEFER_TYPES
#endif

#define PANIC__DEFERRABLES(X) \
	X(int, int, int) \
	X(void_int, void, int) \
	X(pointer, int, void *) \
	X(const, void, const void *) \
	X(string, void, char *) \
	X(path, int, const char *) \
	X(FILE, int, FILE *) \
	X(DIR, int, DIR *) \
	X(mutex, int, pthread_mutex_t *) \
	PANIC__RWLOCK(X) \
	X(cond, int, pthread_cond_t *) \
	X(attr, int, pthread_attr_t *) \
	X(addrinfo, void, struct addrinfo *)
#ifdef PTHREAD_RWLOCK_INITIALIZER	/* not with gcc -std=c11 */
#define PANIC__RWLOCK(X) X(rwlock, int, pthread_rwlock_t *)
#else
#define PANIC__RWLOCK(X)
#endif

/* The library has these once for all programs: where such a call is not
 * inlined, a program names the library's. */
#if defined __GNUC__
#define PANIC__SHARED(name, result, parameter) \
	PANIC_EXPORT void panic__call_##name(void (*fn)(void), void *arg); \
	extern inline __attribute__((gnu_inline)) \
	PANIC__CALLER(name, result, parameter)
#else
#define PANIC__SHARED PANIC_DEFERRABLE
#endif
PANIC__DEFERRABLES(PANIC__SHARED)

/* How to call fn: NULL for a void (*)(void *). */
#define PANIC__CALL(fn) _Generic((fn), \
	void (*)(void *): (void (*)(void (*)(void), void *))NULL, \
	PANIC__DEFERRABLES(PANIC_DEFER_AS) \
	PANIC_DEFER_TYPES \
	default: (struct panic_unknown *)NULL)

/* Does not compile, with the reason, unless fn is of a type above and takes
 * arg. */
#define PANIC__CHECK(fn, arg) ((void)sizeof(struct { \
	_Static_assert(_Generic(PANIC__CALL(fn), \
		struct panic_unknown *: 0, default: 1), \
		"deferred functions take a void * and return nothing; for " \
		"another type see PANIC_DEFERRABLE in <panic/defer.h>"); \
	_Static_assert(sizeof(1 ? (arg) : (arg)) <= sizeof(void *), \
		PANIC__TOOWIDE); \
	int member; \
}), (void)sizeof(((fn)(arg)), 0))

/* By way of an integer, or Clang warns of casts between function types. */
#define PANIC__FN(fn) ((void (*)(void))(uintptr_t)(fn))
#define PANIC__ARG(arg) ((void *)(uintptr_t)(arg))

/* What an inline frame and the library must agree on: an address that is the
 * same through one activation of a function and higher in its callers, and
 * beside it on the stack the saved return address, which tells whether that
 * activation is still there.  Most often the CFA is that, also where the stack
 * is realigned, and needs no frame pointer. */
#if !defined __GNUC__
#define PANIC__FP() NULL
#elif defined __aarch64__ || defined __riscv
#define PANIC__FP() __builtin_frame_address(0)
#else
#define PANIC__FP() __builtin_dwarf_cfa()
#endif

/* setjmp() without the signal mask, which is 28 times dearer. */
#if defined __APPLE__ && defined __MACH__
#define PANIC__SETJMP(env) _setjmp(env)
#else
#define PANIC__SETJMP(env) setjmp(env)
#endif

/* A record pushed by deferproc(), as far as the macro must see it. */
struct panic_proc {
	jmp_buf env;
};

/*
 * deferproc(fn, arg): registers fn(arg) for the calling function, which must
 * call deferreturn() on every way out.  Must be the whole condition of an if:
 *
 *	if (deferproc(unlock, &m))
 *		goto epilogue;
 *
 * It is 0 now, and 1 when the call registered here has recovered a panic; the
 * function must then go to its deferreturn() and return.  If there is no
 * memory for the record, fn(arg) is called at once and a panic with ENOMEM
 * raised.  A NULL fn panics when its call is due.  Go: deferproc, return0.
 */
#define PANIC_DEFERPROC(fn, arg) \
	PANIC__SETJMP(panic_deferproc(PANIC__FP(), PANIC__FN(fn), \
		(PANIC__CHECK(fn, arg), PANIC__ARG(arg)), \
		PANIC__SITE(0, PANIC__CALL(fn), NULL))->env)

PANIC_EXPORT struct panic_proc *panic_deferproc(void *fp, void (*fn)(void),
	void *arg, const struct panic_site *site);

/* deferreturn(): runs the calling function's deferred calls, newest first.
 * Go: deferreturn. */
#define PANIC_DEFERRETURN() \
	panic_deferreturn(PANIC__FP(), PANIC__HERE())

/* The attribute keeps the function from being inlined: it would run the calls
 * of the function that it becomes a part of. */
PANIC_EXPORT PANIC_RETURNS_TWICE
void panic_deferreturn(void *fp, const struct panic_site *site);

#if defined __GNUC__
#include <panic/frame.h>
#endif

#endif
