/* SPDX-License-Identifier: MIT */
/* bench-panic.c - the works, with the library. */

#include <panic.h>

#include "bench.h"

static const struct panic_type type = { "bench", NULL, NULL };

#define C (&bench_count)

RUN(empty, body(C))

/* Frames that nothing happens in. */

static OPAQUE void frame1(long *c)
{
	defer_frame();
	defer(bump, c);
	body(c);
}

/* The compiler sees the whole life of the frame. */
static OPAQUE void leaf1(long *c)
{
	defer_frame();
	defer(bump, c);
}

static OPAQUE void frame3(long *c)
{
	defer_frame();
	defer(bump, c);
	defer(bump, c);
	defer(bump, c);
	body(c);
}

static OPAQUE void frame8(long *c)
{
	defer_frame();
	defer(bump, c);
	defer(bump, c);
	defer(bump, c);
	defer(bump, c);
	defer(bump, c);
	defer(bump, c);
	defer(bump, c);
	defer(bump, c);
	body(c);
}

static OPAQUE void loop(long *c, int n)
{
	defer_frame();
	for (int i = 0; i < n; i++)
		defer(bump, c);
	body(c);
}

static OPAQUE void rescue(void *c)
{
	if (recover())
		++*(long *)c;
}

static OPAQUE int landing1(long *c)
{
	recover_frame(return 1);
	defer(bump, c);
	body(c);
	return 0;
}

static OPAQUE int landing2(long *c)
{
	recover_frame(return 1);
	defer(rescue, c);
	defer(bump, c);
	body(c);
	return 0;
}

static OPAQUE int proc1(long *c)
{
	if (deferproc(bump, c))
		goto out;
	body(c);
out:
	deferreturn();
	return 0;
}

RUN(frame1, frame1(C))
RUN(leaf1, leaf1(C))
RUN(frame3, frame3(C))
RUN(frame8, frame8(C))
RUN(loops, loop(C, number))
RUN(landing1, landing1(C))
RUN(landing2, landing2(C))
RUN(proc1, proc1(C))

/* Panics. */

/* The only way back from the recursion below is a panic. */
#if defined __GNUC__ && !defined __clang__ && __GNUC__ >= 12
#pragma GCC diagnostic ignored "-Winfinite-recursion"
#endif

#define VALUE panic_value(&type, c)
#define FORMAT panic("item %d of %s", 42, "list")

#define DOWN(name, opened, raise) \
static OPAQUE void name(long *c, int depth) \
{ \
	opened \
	if (depth == 1) \
		raise; \
	name(c, depth - 1); \
	body(c); \
}
#define CLEANUP defer_frame(); defer(bump, c);

DOWN(value_down, , VALUE)
DOWN(format_down, , FORMAT)
DOWN(value_down_defer, CLEANUP, VALUE)
DOWN(format_down_defer, CLEANUP, FORMAT)

#define REGION(name, call, ...) \
static OPAQUE int name(long *c, int depth) \
{ \
	recover_frame(return 1); \
	defer(call, c); \
	(void)depth; \
	__VA_ARGS__; \
	return 0; \
}

static OPAQUE void again(void *c)
{
	VALUE;
}

static OPAQUE void rescue_tracing(void *c)
{
	void *pc[64];

	panic_backtrace(recover(), pc, 64);
	++*(long *)c;
}

static OPAQUE void rescue_taking(void *c)
{
	panic_free(panic_take(recover()));
	++*(long *)c;
}

REGION(value_here, rescue, VALUE)
REGION(format_here, rescue, FORMAT)
REGION(value, rescue, value_down(c, depth))
REGION(format, rescue, format_down(c, depth))
REGION(value_defer, rescue, value_down_defer(c, depth))
REGION(format_defer, rescue, format_down_defer(c, depth))
REGION(nested, rescue, defer(again, c); VALUE)
REGION(trace, rescue_tracing, value_down(c, depth))
REGION(take, rescue_taking, value_down(c, depth))

RUN(value0, value_here(C, 0))
RUN(values, value(C, number))
RUN(format0, format_here(C, 0))
RUN(formats, format(C, number))
RUN(dvalues, value_defer(C, number))
RUN(dformats, format_defer(C, number))
RUN(nested, nested(C, 0))
RUN(traces, trace(C, number))
RUN(takes, take(C, number))

/* The protected call, and the same by hand. */

static OPAQUE void keep(void *taken)
{
	const struct panic *p = recover();

	if (p)
		*(struct panic *volatile *)taken = panic_take(p);
}

static OPAQUE struct panic *byhand(void (*fn)(void *), void *arg)
{
	struct panic *volatile taken = NULL;

	recover_frame(return taken);
	defer(keep, (void *)(uintptr_t)&taken);
	fn(arg);
	return NULL;
}

static OPAQUE void fails(void *c)
{
	VALUE;
}

RUN(try1, panic_free(panic_try(bump, C)))
RUN(hand1, panic_free(byhand(bump, C)))
RUN(try0, panic_free(panic_try(fails, C)))
RUN(hand0, panic_free(byhand(fails, C)))

/* Threads. */

static void *ends(void *c)
{
	defer_frame();
	defer(bump, c);
	body((long *)c);
	return NULL;
}

static void *exits(void *c)
{
	defer_frame();
	defer(bump, c);
	body((long *)c);
	goexit();
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

/* Stack. */

#define RECURSE(name, ...) \
static OPAQUE void name(int depth) \
{ \
	__VA_ARGS__ \
	mark(depth); \
	if (depth) \
		name(depth - 1); \
	body(C); \
} \
static double stack_##name(void) \
{ \
	return bench_stack(name); \
}

RECURSE(none)
RECURSE(withframe1, defer_frame(); defer(bump, C);)
RECURSE(withlanding1, recover_frame(return); defer(bump, C);)

static OPAQUE void withproc1(int depth)
{
	if (deferproc(bump, C))
		goto out;
	mark(depth);
	if (depth)
		withproc1(depth - 1);
	body(C);
out:
	deferreturn();
}

static double stack_withproc1(void)
{
	return bench_stack(withproc1);
}

#define W(name) { #name, run_##name, NULL }
#define N(name) { #name "#", run_##name##s, NULL }

static const struct work works[] = {
	W(empty), W(frame1), W(leaf1), W(frame3), W(frame8), N(loop),
	W(landing1), W(landing2), W(proc1),
	W(value0), N(value),
	W(format0), N(format),
	N(dvalue),
	N(dformat),
	W(nested), N(trace), N(take),
	W(try1), W(hand1), W(try0), W(hand0), W(thread), W(goexit),
	{ "threads1", NULL, threads1 },
	{ "threads2", NULL, threads2 },
	{ "stack:none", NULL, stack_none },
	{ "stack:frame1", NULL, stack_withframe1 },
	{ "stack:landing1", NULL, stack_withlanding1 },
	{ "stack:proc1", NULL, stack_withproc1 },
	{ NULL, NULL, NULL }
};

int main(int argc, char **argv)
{
	long older = 0;

	defer_frame();	/* an older frame, as any program has */
	defer(bump, &older);
	return bench_main(argc, argv, works);
}
