/* SPDX-License-Identifier: MIT */
/* try.c - panic_try: the frame that stands at the boundary of a job, a plugin
 * or an interpreter, ready-made; and threads that run under it. */

#include "config.h"

#include "runtime.h"

#include <errno.h>

static struct panic *take(const struct panic *p)
{
	int errnum = errno;
	struct panic *copy = panic_take(p);

	errno = errnum;
	return copy;
}

/* The copy comes first: without memory for it the panic must go on. */
static void keep(void *result)
{
	struct panic *volatile *taken = result;
	const struct panic *p = panic_current();

	if (p && (*taken = take(p)))
		(void)PANIC_RECOVER();
}

struct panic *panic_try(void (*fn)(void *arg), void *arg)
{
	struct panic *volatile taken = NULL;

	PANIC_RECOVER_FRAME(return taken);
	PANIC_DEFER(keep, (void *)(uintptr_t)&taken);
	fn(arg);
	return NULL;
}

static void work(void *thread)
{
	struct panic_thread *t = thread;
	void *arg = t->arg;

	t->arg = NULL;		/* what a panic returns */
	t->arg = t->fn(arg);
}

static void *run(void *thread)
{
	struct panic_thread *t = thread;

	t->panic = panic_try(work, t);
	return t->arg;
}

static bool detached(const pthread_attr_t *attr)
{
	int state;

	return attr && pthread_attr_getdetachstate(attr, &state) == 0 &&
		state == PTHREAD_CREATE_DETACHED;
}

int panic_thread_create(struct panic_thread *t, const pthread_attr_t *attr,
	void *(*fn)(void *arg), void *arg)
{
	if (detached(attr))
		return EINVAL;
	t->fn = fn;
	t->arg = arg;
	t->panic = NULL;
	return pthread_create(&t->id, attr, run, t);
}

int panic_thread_join(struct panic_thread *t, void **result,
	struct panic **p)
{
	int error = pthread_join(t->id, result);

	if (error)
		return error;
	if (p)
		*p = t->panic;
	else if (t->panic)
		PANIC_REPANIC(t->panic);
	return 0;
}
