/* SPDX-License-Identifier: MIT */
/* bench-setjmp.c - the works with nothing but setjmp: the floors. */

/*
 * Built three times, with FLOOR as:
 *	SETJMP	_setjmp() in each region, a chain of regions, a reraise where a
 *		region only cleans up
 *	BUILTIN	the same with __builtin_setjmp()
 *	LIST	a list of deferred calls on the stack, with no check of
 *		anything, and __builtin_setjmp() only where a panic is stopped
 * None could be offered as a library: no values, no origin, no second panic,
 * no checks.  They tell what the machine can do.
 */

#define UNW_LOCAL_ONLY
#include <libunwind.h>
#include <alloca.h>
#include <setjmp.h>

#include "bench.h"

#define SETJMP 1
#define BUILTIN 2
#define LIST 3

#if defined __GNUC__ && !defined __clang__ && __GNUC__ >= 12
#pragma GCC diagnostic ignored "-Winfinite-recursion"
#endif
#if defined __GNUC__ && !defined __clang__
#pragma GCC diagnostic ignored "-Wclobbered"
#endif

#if FLOOR == SETJMP
#define SET(env) _setjmp(env)
#define JUMP(env) _longjmp(env, 1)
typedef jmp_buf environment;
#else
#define SET(env) __builtin_setjmp(env)
#define JUMP(env) __builtin_longjmp(env, 1)
typedef void *environment[5];
#endif

#define C (&bench_count)

RUN(empty, body(C))

static OPAQUE void rescue(void *c)
{
	++*(long *)c;
}

#if FLOOR == LIST

struct cell {
	struct cell *link;
	void (*fn)(void *);
	void *arg;
	void *env;	/* not NULL: a landing */
};

static __thread struct cell *top;

static inline __attribute__((always_inline))
void push(struct cell *x, void (*fn)(void *), void *arg)
{
	x->link = top;
	x->fn = fn;
	x->arg = arg;
	x->env = NULL;
	__asm__ volatile ("" : : "m" (*x));
	top = x;
}

static inline __attribute__((always_inline)) void pop(void)
{
	struct cell *x = top;

	top = x->link;
	x->fn(x->arg);
}

static __attribute__((noinline, noreturn)) void raise_(void)
{
	for (;;) {
		struct cell *x = top;

		top = x->link;
		x->fn(x->arg);
		if (x->env)
			__builtin_longjmp(x->env, 1);
	}
}

#define DEFER(x) push(&x, bump, c)

static OPAQUE void frame1(long *c)
{
	struct cell a;

	DEFER(a);
	body(c);
	pop();
}

static OPAQUE void leaf1(long *c)
{
	struct cell a;

	DEFER(a);
	pop();
}

static OPAQUE void frame3(long *c)
{
	struct cell a[3];

	DEFER(a[0]), DEFER(a[1]), DEFER(a[2]);
	body(c);
	pop(), pop(), pop();
}

static OPAQUE void frame8(long *c)
{
	struct cell a[8];

	DEFER(a[0]), DEFER(a[1]), DEFER(a[2]), DEFER(a[3]);
	DEFER(a[4]), DEFER(a[5]), DEFER(a[6]), DEFER(a[7]);
	body(c);
	pop(), pop(), pop(), pop(), pop(), pop(), pop(), pop();
}

static OPAQUE void loop(long *c, int n)
{
	for (int i = 0; i < n; i++) {
		struct cell *x = (struct cell *)alloca(sizeof *x);

		push(x, bump, c);
	}
	body(c);
	while (n--)
		pop();
}

RUN(loops, loop(C, number))

#define LAND(x, env) do { \
	push(&x, rescue, c); \
	x.env = env; \
} while (0)

static OPAQUE int landing1(long *c)
{
	struct cell a;
	environment env;

	push(&a, bump, c);
	a.env = env;
	if (SET(env))
		return 1;
	body(c);
	pop();
	return 0;
}

static OPAQUE int landing2(long *c)
{
	struct cell a, b;
	environment env;

	LAND(a, env);
	if (SET(env))
		return 1;
	DEFER(b);
	body(c);
	pop();
	pop();
	return 0;
}

#define CLEANUP struct cell a; DEFER(a);
#define DONE pop();
#define REGION(name, ...) \
static OPAQUE int name(long *c, int depth) \
{ \
	struct cell a; \
	environment env; \
 \
	(void)depth; \
	LAND(a, env); \
	if (SET(env)) \
		return 1; \
	__VA_ARGS__; \
	pop(); \
	return 0; \
}

#else

static __thread void *top;

static __attribute__((noinline, noreturn)) void raise_(void)
{
	JUMP(top);
}

/* A region that calls cleanup on both ways out. */
#define PROTECT(inside, cleanup) do { \
	environment env; \
	void *volatile older = top; \
 \
	if (!SET(env)) { \
		top = env; \
		inside; \
		top = older; \
		cleanup; \
	} else { \
		top = older; \
		cleanup; \
		raise_(); \
	} \
} while (0)

static OPAQUE void frame1(long *c)
{
	PROTECT(body(c), bump(c));
}

static OPAQUE void leaf1(long *c)
{
	PROTECT(, bump(c));
}

static OPAQUE void frame3(long *c)
{
	PROTECT(body(c), bump(c); bump(c); bump(c));
}

static OPAQUE void frame8(long *c)
{
	PROTECT(body(c), bump(c); bump(c); bump(c); bump(c);
		bump(c); bump(c); bump(c); bump(c));
}

#define CATCH(inside, caught) do { \
	environment env; \
	void *volatile older = top; \
 \
	if (!SET(env)) { \
		top = env; \
		inside; \
		top = older; \
	} else { \
		top = older; \
		caught; \
	} \
} while (0)

static OPAQUE int landing1(long *c)
{
	CATCH(body(c); bump(c), bump(c); return 1);
	return 0;
}

static OPAQUE int landing2(long *c)
{
	CATCH(body(c); bump(c); rescue(c), bump(c); rescue(c); return 1);
	return 0;
}

#define CLEANUP PROTECT(
#define DONE , bump(c));
#define REGION(name, ...) \
static OPAQUE int name(long *c, int depth) \
{ \
	(void)depth; \
	CATCH(__VA_ARGS__, rescue(c); return 1); \
	return 0; \
}

#endif

RUN(frame1, frame1(C))
RUN(leaf1, leaf1(C))
RUN(frame3, frame3(C))
RUN(frame8, frame8(C))
RUN(landing1, landing1(C))
RUN(landing2, landing2(C))

static OPAQUE void value_down(long *c, int depth)
{
	if (depth == 1)
		raise_();
	value_down(c, depth - 1);
	body(c);
}

#if FLOOR == LIST
static OPAQUE void value_down_defer(long *c, int depth)
{
	CLEANUP
	if (depth == 1)
		raise_();
	value_down_defer(c, depth - 1);
	body(c);
	DONE
}
#else
static OPAQUE void value_down_defer(long *c, int depth)
{
	PROTECT(
		if (depth == 1)
			raise_();
		value_down_defer(c, depth - 1);
		body(c),
		bump(c));
}
#endif

REGION(value_here, raise_())
REGION(value, value_down(c, depth))
REGION(value_defer, value_down_defer(c, depth))

/* With what unw_backtrace() takes. */
static OPAQUE void trace_down(long *c, int depth)
{
	static void *pc[64];

	if (depth == 1) {
		unw_backtrace(pc, 64);
		raise_();
	}
	trace_down(c, depth - 1);
	body(c);
}

REGION(trace, trace_down(c, depth))

RUN(value0, value_here(C, 0))
RUN(values, value(C, number))
RUN(dvalues, value_defer(C, number))
RUN(traces, trace(C, number))

static void *ends(void *c)
{
	bump(c);
	return NULL;
}

static void *exits(void *c)
{
	bump(c);
	pthread_exit(NULL);
}

static void inthread(void *(*f)(void *))
{
	pthread_t t;

	if (pthread_create(&t, NULL, f, C) == 0)
		pthread_join(t, NULL);
}

RUN(thread, inthread(ends))
RUN(goexit, inthread(exits))

static double threads1(void)
{
	return bench_threads(run_value0, 1);
}

static double threads2(void)
{
	return bench_threads(run_value0, 2);
}

static OPAQUE void none(int depth)
{
	mark(depth);
	if (depth)
		none(depth - 1);
	body(C);
}

static OPAQUE void withframe1(int depth)
{
	long *c = C;
#if FLOOR == LIST
	struct cell a;

	DEFER(a);
	mark(depth);
	if (depth)
		withframe1(depth - 1);
	body(c);
	pop();
#else
	PROTECT(
		mark(depth);
		if (depth)
			withframe1(depth - 1);
		body(c),
		bump(c));
#endif
}

static double stack_none(void)
{
	return bench_stack(none);
}

static double stack_frame1(void)
{
	return bench_stack(withframe1);
}

#define W(name) { #name, run_##name, NULL }
#define N(name) { #name "#", run_##name##s, NULL }

static const struct work works[] = {
	W(empty), W(frame1), W(leaf1), W(frame3), W(frame8),
#if FLOOR == LIST
	N(loop),
#endif
	W(landing1), W(landing2),
	W(value0), N(value),
	N(dvalue),
	N(trace), W(thread), W(goexit),
	{ "threads1", NULL, threads1 },
	{ "threads2", NULL, threads2 },
	{ "stack:none", NULL, stack_none },
	{ "stack:frame1", NULL, stack_frame1 },
	{ NULL, NULL, NULL }
};

int main(int argc, char **argv)
{
	return bench_main(argc, argv, works);
}
