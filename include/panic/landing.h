/* SPDX-License-Identifier: MIT */
/* panic/landing.h - where a recovered panic goes on, and how it gets there. */
#ifndef PANIC_LANDING_H
#define PANIC_LANDING_H

#ifndef PANIC_H
#error "include <panic.h>, not <panic/landing.h>"
#endif

enum panic__landing {
	PANIC__NONE,			/* the frame cannot stop a panic */
	PANIC__BUILTIN,			/* __builtin_setjmp */
	PANIC__SETJMP,			/* setjmp */
	PANIC__OPEN			/* for panic__defer_slow(): the frame is
					   linked already */
};

/* Goes on where __builtin_setjmp(env) stands, in this function or a caller:
 * __builtin_longjmp(), without its own idea of env's layout, and for the
 * function that has the landing too.  There sp has most often not moved since,
 * and then nothing should wait for it. */
#if defined __x86_64__ && !defined __ILP32__
#define PANIC__JUMP(env) \
	__asm__ volatile ("mov {(%0), %%rbp|rbp, [%0]}\n\t" \
		"cmp {16(%0), %%rsp|rsp, [%0 + 16]}\n\t" \
		"je 1f\n\t" \
		"mov {16(%0), %%rsp|rsp, [%0 + 16]}\n" \
		"1:\t" \
		"jmp {*8(%0)|[QWORD PTR [%0 + 8]]}" : : "a" (env) : "memory")
#endif

/*
 * __builtin_setjmp is a third of setjmp's cost, and GCC sees its second
 * return in the flow graph.  Clang does not (a variable that the code behind
 * the landing needs may lose its place in memory to another), the sanitizers
 * follow only the libc's jumps, and a shadow stack has another layout of env
 * and is the libc's concern.
 */
#if defined PANIC__JUMP && !defined __clang__ && \
	!defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__ && \
	!(defined __CET__ && (__CET__ & 2))
#define PANIC__LANDING PANIC__BUILTIN
#define PANIC__NEARLANDING

/* The asm hides from GCC which return of the two this is.  Otherwise the code
 * behind the landing is reached by no other way than the landing's edge, and
 * GCC 12 moves code onto that edge, where it is lost.  Nor does it learn that
 * the variable is 0 from here on, and keep it for where a 0 is needed. */
#define PANIC__SETJMP_(env) (__extension__ ({ \
	int panic_landed__ = __builtin_setjmp(env); \
	__asm__ volatile ("" : "+r" (panic_landed__)); \
	panic_landed__ > 0; \
}))
#define panic__recover_frame panic__builtin_frame
#else
#define PANIC__LANDING PANIC__SETJMP
#define PANIC__SETJMP_(env) PANIC_SETJMP_(env)
#define panic__recover_frame panic__setjmp_frame
#endif

/*
 * A panic that is raised where its landing can be seen: in the block of a
 * recover_frame().  The call that raises it returns when the frame has
 * recovered, and the function jumps to the landing itself.  So the processor
 * has foreseen every return.
 */

/* These return when near has recovered; else as those of panic.h. */
PANIC_EXPORT PANIC_NOPLT PANIC_PRINTF(3, 4)
void panic__printf(struct panic__frame *near, const struct panic_site *site,
	const char *fmt, ...);
PANIC_EXPORT PANIC_NOPLT PANIC_PRINTF(3, 4)
void panic__errnof(struct panic__frame *near, const struct panic_site *site,
	const char *fmt, ...);
PANIC_EXPORT PANIC_NOPLT
void panic__raise(struct panic__frame *near, const struct panic_site *site,
	const struct panic_type *type, void *data);

#ifdef PANIC__NEARLANDING

/* Stands in a recover_frame(): the innermost landing from here on.  A nested
 * function, as GCC has them, sees it too and may jump there.  To GCC the call
 * before is what jumps. */
#define PANIC__SEE \
	struct panic__recover_frame *const panic_near__ \
		__attribute__((unused)) = &panic_storage__;

/* Never defined: what panic_near__ means where no landing can be seen. */
void panic_near__(void);

#define PANIC__ISNEAR __builtin_types_compatible_p( \
	__typeof__(panic_near__), struct panic__recover_frame *const)
#define PANIC__NEAR __builtin_choose_expr(PANIC__ISNEAR, panic_near__, \
	(struct panic__recover_frame *)NULL)

/* raise is printf, errnof or raise. */
#define PANIC__RAISE(raise, ...) (__extension__ ({ \
	__builtin_choose_expr(PANIC__ISNEAR, panic__ ## raise, \
		panic_ ## raise)(__builtin_choose_expr(PANIC__ISNEAR, \
			panic__here(&PANIC__NEAR->frame), NULL), \
		PANIC_HERE_(), __VA_ARGS__); \
	__builtin_choose_expr(PANIC__ISNEAR, \
		({ PANIC__JUMP(PANIC__NEAR->env); }), (void)0); \
	__builtin_unreachable(); \
}))
#undef PANIC
#define PANIC(...) PANIC__RAISE(printf, __VA_ARGS__)
#undef panic_errno
#define panic_errno(...) PANIC__RAISE(errnof, __VA_ARGS__)
#undef panic_value
#define panic_value(type, data) PANIC__RAISE(raise, type, data)

#else
#define PANIC__SEE
#endif

#endif
