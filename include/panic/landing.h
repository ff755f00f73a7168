/* SPDX-License-Identifier: MIT */
/* panic/landing.h - where a recovered panic goes on, and how it gets there. */
#ifndef PANIC_LANDING_H
#define PANIC_LANDING_H

#ifndef PANIC_H
#error "include <panic.h>, not <panic/landing.h>"
#endif

/* As panic_printf() and the like; but they return when near, if that is not
 * NULL, has recovered. */
PANIC_EXPORT PANIC_NOPLT PANIC_PRINTF(3, 4)
void panic__printf(struct panic__frame *near, const struct panic_site *site,
	const char *fmt, ...);
PANIC_EXPORT PANIC_NOPLT PANIC_PRINTF(3, 4)
void panic__errnof(struct panic__frame *near, const struct panic_site *site,
	const char *fmt, ...);
PANIC_EXPORT PANIC_NOPLT
void panic__raise(struct panic__frame *near, const struct panic_site *site,
	const struct panic_type *type, void *data);

/*
 * __builtin_setjmp is a third of setjmp's cost, and GCC sees its second
 * return in the flow graph.  Clang does not (a variable that the code behind
 * the landing needs may lose its place in memory to another), but knows what a
 * function that returns twice may do.
 */
#if defined PANIC__JUMP && !defined __clang__ && \
	!PANIC__WATCHED && !PANIC__SHADOWED
#define panic__recover_frame panic__builtin_frame
#define PANIC__LANDING PANIC__BYBUILTIN

/* The landing: not 0 when a recovered panic arrives.  The asm hides from GCC
 * which return of the two this is.  Otherwise the code behind the landing is
 * reached by no other way than the landing's edge, and GCC 12 moves code onto
 * that edge, where it is lost.  Nor does it learn that the variable is 0 from
 * here on, and keep it for where a 0 is needed. */
#define PANIC__MARK(env) (__extension__ ({ \
	int panic__again = __builtin_setjmp(env); \
	__asm__ volatile ("" : "+r" (panic__again)); \
	panic__again > 0; \
}))

/*
 * A panic that is raised where its landing can be seen: in the block of a
 * recover_frame().  The call that raises it returns when the frame has
 * recovered, and the function jumps to the landing itself.  So the processor
 * has foreseen every return.
 */

/* Stands in a recover_frame(): the innermost landing from here on.  A nested
 * function, as GCC has them, sees it too and may jump there.  To GCC the call
 * before is what jumps. */
#define PANIC__SEE \
	struct panic__recover_frame *const panic__near \
		__attribute__((unused)) = &panic__one_frame_a_block;

/* Never defined: what panic__near means where no landing can be seen. */
void panic__near(void);

#define PANIC__ISNEAR __builtin_types_compatible_p( \
	__typeof__(panic__near), struct panic__recover_frame *const)
#define PANIC__NEAR __builtin_choose_expr(PANIC__ISNEAR, panic__near, \
	(struct panic__recover_frame *)NULL)

/* raise is panic__printf, panic__errnof or panic__raise. */
#define PANIC__RAISE(raise, ...) (__extension__ ({ \
	raise(__builtin_choose_expr(PANIC__ISNEAR, \
			panic__here(&PANIC__NEAR->frame), NULL), \
		PANIC__HERE(), __VA_ARGS__); \
	__builtin_choose_expr(PANIC__ISNEAR, \
		({ PANIC__JUMP(PANIC__NEAR->env); }), (void)0); \
	__builtin_unreachable(); \
}))
#undef PANIC
#define PANIC(...) PANIC__RAISE(panic__printf, __VA_ARGS__)
#undef panic_errno
#define panic_errno(...) PANIC__RAISE(panic__errnof, __VA_ARGS__)
#undef panic_value
#define panic_value(type, data) PANIC__RAISE(panic__raise, type, data)

#elif defined PANIC__HASMARK
#define panic__recover_frame panic__marked_frame
#define PANIC__LANDING PANIC__BYMARK
#define PANIC__MARK(env) (panic__mark(env) != NULL)
#define PANIC__SEE

#else
#define panic__recover_frame panic__setjmp_frame
#define PANIC__LANDING PANIC__BYSETJMP
#define PANIC__MARK(env) PANIC__SETJMP(env)
#define PANIC__SEE
#endif

#endif
