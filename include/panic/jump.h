/* SPDX-License-Identifier: MIT */
/* panic/jump.h - setjmp() and longjmp() that run the deferred calls between. */
#ifndef PANIC_JUMP_H
#define PANIC_JUMP_H

#ifndef PANIC_H
#error "include <panic.h>, not <panic/jump.h>"
#endif

/* A place to jump to.  It belongs to the program; nothing of it need be freed.
 * What it holds is the library's. */
struct panic_jump {
	jmp_buf env;
	struct panic__defer *link;	/* the newest record then */
	struct panic *panic;		/* the newest panic then */
	struct panic_g *g;		/* whose stack it is */
	void *fp, *token;		/* of its function, as of a record's;
					   NULL: not known */
};
typedef struct panic_jump panic_jmp_buf[1];

/*
 * panic_setjmp(env): 0 now, as setjmp(); panic_longjmp(env, val) comes back
 * here with val.  Write it where C allows setjmp(): as the whole condition of
 * an if, or compared with a constant.  A local that changes afterwards and is
 * read behind the jump must be volatile.  env holds until the block it was
 * called in is left.  The signal mask stays as it is.
 */
#define panic_setjmp(env) PANIC__MARKJUMP(env, PANIC__FP())

/*
 * panic_longjmp(env, val): for interpreters, and libraries whose errors must
 * jump.  Runs the deferred calls that were registered since panic_setjmp(env),
 * but for those of blocks that were open then; those of defer_on_panic() too.
 * Then it goes on there, with val, or 1 if that is 0.
 *
 * As in a goexit(), recover() is NULL in these calls.  A panic of one of them
 * goes on in the jump's place.  If a frame that the jump leaves recovers it,
 * the jump goes on; if it is an older one, the jump is over.  Panics that the
 * jump leaves are over, but a goexit() goes on instead of the jump: it is never
 * lost.  It is a fatal error if env is of another thread or coroutine, or its
 * block is left.  Signals: as longjmp().  POSIX: longjmp.
 */
PANIC_EXPORT PANIC_NORETURN
void panic_longjmp(struct panic_jump *env, int val);

PANIC_EXPORT
struct panic_jump *panic_jmp_mark(struct panic_jump *env, void *fp);

#if defined __GNUC__

/* Behind a jump the block's frame, if there is one, has the calls that it has:
 * the compiler must not know better. */
PANIC__INLINE void panic__jumped(struct panic__scope *scope)
{
	if (!scope)
		return;
	scope->n = panic__g._defer == &scope->frame->d ?
		scope->frame->d.n : 0;
	__asm__ ("" : "+r" (scope->n));
}

#define PANIC__MARKJUMP(jump, fp) (__extension__ ({ \
	int panic__val = PANIC__SETJMP(panic_jmp_mark(jump, fp)->env); \
	if (panic__val) \
		panic__jumped(__builtin_choose_expr( \
			__builtin_types_compatible_p(struct panic__scope, \
				__typeof__(panic__frame)), \
			&panic__frame, (struct panic__scope *)NULL)); \
	panic__val; \
}))
#else
#define PANIC__MARKJUMP(jump, fp) PANIC__SETJMP(panic_jmp_mark(jump, fp)->env)
#endif

#endif
