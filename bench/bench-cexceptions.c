/* SPDX-License-Identifier: MIT */
/* bench-cexceptions.c - the works, with Debian's libcexceptions. */

/* It passes a pointer to the innermost region from function to function,
 * where the others have a variable of the thread. */

#include <cexceptions.h>

#include "bench.h"

#if defined __GNUC__ && !defined __clang__ && __GNUC__ >= 12
#pragma GCC diagnostic ignored "-Winfinite-recursion"
#pragma GCC diagnostic ignored "-Wclobbered"
#endif

#define C (&bench_count)

RUN(empty, body(C))

static OPAQUE void rescue(long *c)
{
	++*c;
}

#define PROTECT(inside, cleanup) do { \
	cexception_t inner; \
 \
	cexception_guard (inner) { \
		inside; \
	} cexception_catch { \
		cleanup; \
		cexception_reraise(inner, ex); \
	} \
	cleanup; \
} while (0)

static OPAQUE void frame1(long *c, cexception_t *ex)
{
	PROTECT(body(c), bump(c));
}

static OPAQUE void leaf1(long *c, cexception_t *ex)
{
	PROTECT(, bump(c));
}

static OPAQUE void frame3(long *c, cexception_t *ex)
{
	PROTECT(body(c), bump(c); bump(c); bump(c));
}

static OPAQUE void frame8(long *c, cexception_t *ex)
{
	PROTECT(body(c), bump(c); bump(c); bump(c); bump(c);
		bump(c); bump(c); bump(c); bump(c));
}

static OPAQUE int landing1(long *c)
{
	cexception_t inner;

	cexception_guard (inner) {
		body(c);
	} cexception_catch {
		bump(c);
		return 1;
	}
	bump(c);
	return 0;
}

static OPAQUE int landing2(long *c)
{
	cexception_t inner;

	cexception_guard (inner) {
		body(c);
	} cexception_catch {
		bump(c);
		rescue(c);
		return 1;
	}
	bump(c);
	rescue(c);
	return 0;
}

RUN(frame1, frame1(C, NULL))
RUN(leaf1, leaf1(C, NULL))
RUN(frame3, frame3(C, NULL))
RUN(frame8, frame8(C, NULL))
RUN(landing1, landing1(C))
RUN(landing2, landing2(C))

#define RAISE(to) cexception_raise(to, 42, "bench")

static OPAQUE void format_and_raise(cexception_t *ex)
{
	static __thread char text[200];

	snprintf(text, sizeof text, "item %d of %s", 42, "list");
	cexception_raise(ex, 42, text);
}

#define DOWN(name, raise) \
static OPAQUE void name(long *c, int depth, cexception_t *ex) \
{ \
	if (depth == 1) \
		raise(ex); \
	name(c, depth - 1, ex); \
	body(c); \
} \
static OPAQUE void name##_defer(long *c, int depth, cexception_t *ex) \
{ \
	PROTECT( \
		if (depth == 1) \
			raise(&inner); \
		name##_defer(c, depth - 1, &inner); \
		body(c), \
		bump(c)); \
}

DOWN(value_down, RAISE)
DOWN(format_down, format_and_raise)

#define REGION(name, ...) \
static OPAQUE int name(long *c, int depth) \
{ \
	cexception_t inner; \
 \
	(void)depth; \
	cexception_guard (inner) { \
		__VA_ARGS__; \
	} cexception_catch { \
		rescue(c); \
		return 1; \
	} \
	return 0; \
}

REGION(value_here, RAISE(&inner))
REGION(format_here, format_and_raise(&inner))
REGION(value, value_down(c, depth, &inner))
REGION(format, format_down(c, depth, &inner))
REGION(value_defer, value_down_defer(c, depth, &inner))
REGION(format_defer, format_down_defer(c, depth, &inner))

static OPAQUE void twice(cexception_t *ex)
{
	cexception_t inner;

	cexception_guard (inner) {
		RAISE(&inner);
	} cexception_catch {
		RAISE(ex);
	}
}

REGION(nested, twice(&inner))

RUN(value0, value_here(C, 0))
RUN(values, value(C, number))
RUN(format0, format_here(C, 0))
RUN(formats, format(C, number))
RUN(dvalues, value_defer(C, number))
RUN(dformats, format_defer(C, number))
RUN(nested, nested(C, 0))

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

static OPAQUE void withframe(int depth, long *c, cexception_t *ex)
{
	PROTECT(
		mark(depth);
		if (depth)
			withframe(depth - 1, c, &inner);
		body(c),
		bump(c));
}

static void withframe1(int depth)
{
	withframe(depth, C, NULL);
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
	W(landing1), W(landing2),
	W(value0), N(value),
	W(format0), N(format),
	N(dvalue),
	N(dformat),
	W(nested),
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
