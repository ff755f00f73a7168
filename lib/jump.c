/* SPDX-License-Identifier: MIT */
/* jump.c - panic_setjmp, panic_longjmp: a jump that runs the deferred calls on
 * its way. */

/* The checked longjmp of _FORTIFY_SOURCE kills a jump between the stacks of
 * coroutines or from an alternate stack. */
#undef _FORTIFY_SOURCE

#include "config.h"

#include "runtime.h"

/* What names the stack in use: the thread's own, or a coroutine's. */
static struct panic_g *current(void)
{
	return panic__m.g ? panic__m.g : &panic__g;
}

struct panic_jump *panic_jmp_mark(struct panic_jump *env, void *fp)
{
	env->link = panic__getchain();
	env->panic = panic__g._panic;
	env->g = current();
	env->fp = fp;
	env->token = fp ? PANIC__TOKEN(fp) : NULL;
	return env;
}

/* Whether the function that set env goes on at fp, or in a caller of that. */
static bool isliving(const struct panic_jump *env, const void *fp)
{
	const struct panic__defer d = { .fp = env->fp, .token = env->token };

	return !env->fp || panic__living(&d, fp);
}

/* Whether the record that was the newest when env was set still stands on the
 * chain.  Every record on the way is checked. */
static bool ismarked(const struct panic_jump *env, const void *fp)
{
	const struct panic__defer *d;

	for (d = panic__g._defer; d != env->link; d = d->link) {
		if (!d)
			return false;
		if (!panic__living(d, fp))
			panic__dead(d, fp, "panic_longjmp() was called", NULL);
	}
	return true;
}

void panic_longjmp(struct panic_jump *env, int val)
{
	void *fp = PANIC__CFA();

	if (env->g != current())
		panic__throw("panic_longjmp: its panic_setjmp() was called on "
			"another stack, by another thread or coroutine");
	if (!isliving(env, fp) || !ismarked(env, fp))
		panic__throw("panic_longjmp: the block that called "
			"panic_setjmp() has been left");
	panic__leaveto(env);
	longjmp(env->env, val ? val : 1);
}
