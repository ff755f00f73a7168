/* SPDX-License-Identifier: MIT */
/* cleanup.c - the handlers of pthread_cleanup_push() in frames that a landing
 * leaves. */

/*
 * Where the compiler does not unwind (no -fexceptions), a C library keeps them
 * in a chain of buffers, newest first, each in the frame of its function.  A
 * thread that ends goes by that chain.  Nobody offers its head, but a buffer
 * that is pushed holds it, and one that is popped sets it.
 */

#include "config.h"

#include "runtime.h"

#include <pthread.h>

#if defined HAVE___PTHREAD_REGISTER_CANCEL	/* glibc */

/* pthread.h declares them for such code only. */
extern PANIC_NOPLT void __pthread_register_cancel(__pthread_unwind_buf_t *)
	__cleanup_fct_attribute;
extern PANIC_NOPLT void __pthread_unregister_cancel(__pthread_unwind_buf_t *)
	__cleanup_fct_attribute;

typedef __pthread_unwind_buf_t buffer;

static inline buffer *next(const buffer *b)
{
	return b->__pad[0];
}

static buffer *newest(void)
{
	buffer mine;

	__pthread_register_cancel(&mine);
	__pthread_unregister_cancel(&mine);
	return next(&mine);
}

static void setnewest(buffer *b)
{
	buffer mine = { .__pad = { b } };

	__pthread_unregister_cancel(&mine);
}

#elif defined HAVE_STRUCT___PTCB			/* musl */

typedef struct __ptcb buffer;

static inline buffer *next(const buffer *b)
{
	return b->__next;
}

static void nothing(void *unused)
{
	(void)unused;
}

static buffer *newest(void)
{
	buffer mine;

	_pthread_cleanup_push(&mine, nothing, NULL);
	_pthread_cleanup_pop(&mine, 0);
	return next(&mine);
}

static void setnewest(buffer *b)
{
	buffer mine = { .__next = b };

	_pthread_cleanup_pop(&mine, 0);
}

#endif

#if defined HAVE___PTHREAD_REGISTER_CANCEL || defined HAVE_STRUCT___PTCB

/* Whether the buffer b lies below sp, on the same stack, or on the one for
 * after an overflow, which a jump to sp leaves. */
static bool isbelow(const buffer *b, uintptr_t sp)
{
	const void *to = (const void *)sp;

	if (panic__onownstack(to))
		return panic__onownstack(b) ? (uintptr_t)b < sp :
			panic__onoverflowstack(b);
	if ((uintptr_t)b >= sp)
		return false;
	return panic__onoverflowstack(to) ? panic__onoverflowstack(b) :
		panic__onsigstack(to) && panic__onsigstack(b);
}

void panic__dropcleanups(uintptr_t sp)
{
	buffer *b = newest();

	while (b && isbelow(b, sp))
		b = next(b);
	setnewest(b);
}

/* b is the newest.  If it is not below fp, libunwind need not be asked. */
static __attribute__((noinline)) void dropbelow(const buffer *b,
	const void *fp)
{
	if (isbelow(b, (uintptr_t)fp))
		panic__dropcleanups(panic__calledcfa(fp));
}

void panic__landcleanups(const void *fp)
{
	const buffer *b = newest();

	/* Most often there is none, or it is of an older function, on the same
	 * stack. */
	if (b && PANIC__UNLIKELY((uintptr_t)b - (uintptr_t)fp >=
	    panic__g.hi - (uintptr_t)fp))
		dropbelow(b, fp);
}

#else

void panic__dropcleanups(uintptr_t sp)
{
	(void)sp;
}

void panic__landcleanups(const void *fp)
{
	(void)fp;
}

#endif
