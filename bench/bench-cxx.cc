// SPDX-License-Identifier: MIT
// bench-cxx.cc - the works, with C++ exceptions.

#include <execinfo.h>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "bench.h"

#if defined __GNUC__ && !defined __clang__ && __GNUC__ >= 12
#pragma GCC diagnostic ignored "-Winfinite-recursion"
#endif

#define C (&bench_count)

namespace {

struct Value {
	int n;
};

struct Guard {
	long *c;
	explicit Guard(long *c) : c(c) {}
	~Guard() { bump(c); }
};

// Calls registered in a loop.
struct Guards {
	std::vector<std::pair<void (*)(void *), void *>> calls;
	~Guards()
	{
		for (auto i = calls.rbegin(); i != calls.rend(); ++i)
			i->first(i->second);
	}
};

RUN(empty, body(C))

OPAQUE void rescue(long *c)
{
	++*c;
}

OPAQUE void frame1(long *c)
{
	Guard a(c);
	body(c);
}

OPAQUE void leaf1(long *c)
{
	Guard a(c);
}

OPAQUE void frame3(long *c)
{
	Guard a1(c), a2(c), a3(c);
	body(c);
}

OPAQUE void frame8(long *c)
{
	Guard a1(c), a2(c), a3(c), a4(c), a5(c), a6(c), a7(c), a8(c);
	body(c);
}

OPAQUE void loop(long *c, int n)
{
	Guards g;
	for (int i = 0; i < n; i++)
		g.calls.emplace_back(bump, c);
	body(c);
}

OPAQUE int landing1(long *c)
{
	try {
		Guard a(c);
		body(c);
		return 0;
	} catch (...) {
		return 1;
	}
}

OPAQUE int landing2(long *c)
{
	try {
		Guard a(c);
		body(c);
	} catch (...) {
		rescue(c);
		return 1;
	}
	rescue(c);
	return 0;
}

OPAQUE void throw_value()
{
	throw Value{42};
}

OPAQUE void throw_format()
{
	char text[200];

	snprintf(text, sizeof text, "item %d of %s", 42, "list");
	throw std::runtime_error(text);
}

#define DOWN(name, opened, raise) \
OPAQUE void name(long *c, int depth) \
{ \
	opened \
	if (depth == 1) \
		raise; \
	name(c, depth - 1); \
	body(c); \
}

DOWN(value_down, , throw_value())
DOWN(format_down, , throw_format())
DOWN(value_down_defer, Guard a(c);, throw_value())
DOWN(format_down_defer, Guard a(c);, throw_format())

#define REGION(name, type, ...) \
OPAQUE int name(long *c, int depth) \
{ \
	(void)depth; \
	try { \
		__VA_ARGS__; \
	} catch (const type &) { \
		rescue(c); \
		return 1; \
	} \
	return 0; \
}

OPAQUE void twice()
{
	try {
		throw Value{1};
	} catch (const Value &) {
		throw Value{2};
	}
}

// What libraries do whose exceptions have a trace.
struct Traced {
	void *pc[64];
	int n;
	Traced() { n = backtrace(pc, 64); }
};

OPAQUE void throw_traced()
{
	throw Traced();
}

DOWN(traced_down, , throw_traced())

REGION(value_here, Value, throw Value{42})
REGION(format_here, std::runtime_error, throw_format())
REGION(value, Value, value_down(c, depth))
REGION(format, std::runtime_error, format_down(c, depth))
REGION(value_defer, Value, value_down_defer(c, depth))
REGION(format_defer, std::runtime_error, format_down_defer(c, depth))
REGION(nested, Value, twice())
REGION(trace, Traced, traced_down(c, depth))

RUN(frame1, frame1(C))
RUN(leaf1, leaf1(C))
RUN(frame3, frame3(C))
RUN(frame8, frame8(C))
RUN(loops, loop(C, number))
RUN(landing1, landing1(C))
RUN(landing2, landing2(C))
RUN(value0, value_here(C, 0))
RUN(values, value(C, number))
RUN(format0, format_here(C, 0))
RUN(formats, format(C, number))
RUN(dvalues, value_defer(C, number))
RUN(dformats, format_defer(C, number))
RUN(nested, nested(C, 0))
RUN(traces, trace(C, number))

double threads1()
{
	return bench_threads(run_value0, 1);
}

double threads2()
{
	return bench_threads(run_value0, 2);
}

OPAQUE void none(int depth)
{
	mark(depth);
	if (depth)
		none(depth - 1);
	body(C);
}

OPAQUE void withframe1(int depth)
{
	Guard a(C);
	mark(depth);
	if (depth)
		withframe1(depth - 1);
	body(C);
}

OPAQUE void withlanding1(int depth)
{
	try {
		Guard a(C);
		mark(depth);
		if (depth)
			withlanding1(depth - 1);
		body(C);
	} catch (...) {
	}
}

double stack_none()
{
	return bench_stack(none);
}

double stack_frame1()
{
	return bench_stack(withframe1);
}

double stack_landing1()
{
	return bench_stack(withlanding1);
}

#define W(name) { #name, run_##name, NULL }
#define N(name) { #name "#", run_##name##s, NULL }

const struct work works[] = {
	W(empty), W(frame1), W(leaf1), W(frame3), W(frame8), N(loop), W(landing1), W(landing2),
	W(value0), N(value),
	W(format0), N(format),
	N(dvalue),
	N(dformat),
	W(nested), N(trace),
	{ "threads1", NULL, threads1 },
	{ "threads2", NULL, threads2 },
	{ "stack:none", NULL, stack_none },
	{ "stack:frame1", NULL, stack_frame1 },
	{ "stack:landing1", NULL, stack_landing1 },
	{ NULL, NULL, NULL }
};

}

int main(int argc, char **argv)
{
	return bench_main(argc, argv, works);
}
