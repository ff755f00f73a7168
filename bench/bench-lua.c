/* SPDX-License-Identifier: MIT */
/* bench-lua.c - the works, with lua_pcall() and lua_error() of Lua 5.4. */

/* All functions are C functions; Lua is here as a C library that has regions
 * and errors. */

#include <lauxlib.h>
#include <lua.h>

#include "bench.h"

#if defined __GNUC__ && !defined __clang__ && __GNUC__ >= 12
#pragma GCC diagnostic ignored "-Winfinite-recursion"
#endif

#define C (&bench_count)

static __thread lua_State *L;

RUN(empty, body(C))

static int inside(lua_State *l)
{
	body((long *)lua_touserdata(l, 1));
	return 0;
}

static int call(lua_CFunction f, long *c)
{
	lua_pushcfunction(L, f);
	lua_pushlightuserdata(L, c);
	return lua_pcall(L, 1, 0, 0);
}

/* cleanup on both ways out. */
static OPAQUE void frame1(long *c)
{
	int status = call(inside, c);

	bump(c);
	if (status)
		lua_error(L);
}

static OPAQUE void frame3(long *c)
{
	int status = call(inside, c);

	bump(c), bump(c), bump(c);
	if (status)
		lua_error(L);
}

static OPAQUE void frame8(long *c)
{
	int status = call(inside, c);

	bump(c), bump(c), bump(c), bump(c);
	bump(c), bump(c), bump(c), bump(c);
	if (status)
		lua_error(L);
}

static OPAQUE int landing1(long *c)
{
	int status = call(inside, c);

	if (status)
		lua_pop(L, 1);
	bump(c);
	return status;
}

static OPAQUE int landing2(long *c)
{
	int status = call(inside, c);

	if (status)
		lua_pop(L, 1);
	bump(c);
	bump(c);
	return status;
}

static void throw_value(lua_State *l)
{
	lua_pushlightuserdata(l, C);
	lua_error(l);
}

static void throw_format(lua_State *l)
{
	lua_pushfstring(l, "item %d of %s", 42, "list");
	lua_error(l);
}

static __thread int depths;

#define DOWN(name, raise) \
static OPAQUE void name##_down(long *c, int depth) \
{ \
	if (depth == 1) \
		raise(L); \
	name##_down(c, depth - 1); \
	body(c); \
} \
static int name##_here(lua_State *l) \
{ \
	raise(l); \
	return 0; \
} \
static int name(lua_State *l) \
{ \
	name##_down((long *)lua_touserdata(l, 1), depths); \
	return 0; \
} \
/* A region in each frame, and an error on from each. */ \
static int name##_defer(lua_State *l) \
{ \
	long *c = (long *)lua_touserdata(l, 1); \
	int status; \
 \
	if (depths-- == 0) \
		raise(l); \
	status = call(name##_defer, c); \
	bump(c); \
	if (status) \
		lua_error(l); \
	return 0; \
}

DOWN(value, throw_value)
DOWN(format, throw_format)

static int twice(lua_State *l)
{
	if (call(value_here, C))
		throw_value(l);
	return 0;
}

static OPAQUE int region(lua_CFunction f, long *c, int depth)
{
	depths = depth;
	if (!call(f, c))
		return 0;
	lua_pop(L, 1);
	bump(c);
	return 1;
}

RUN(frame1, frame1(C))
RUN(frame3, frame3(C))
RUN(frame8, frame8(C))
RUN(landing1, landing1(C))
RUN(landing2, landing2(C))
RUN(value0, region(value_here, C, 0))
RUN(values, region(value, C, number))
RUN(format0, region(format_here, C, 0))
RUN(formats, region(format, C, number))
RUN(dvalues, region(value_defer, C, number))
RUN(dformats, region(format_defer, C, number))
RUN(nested, region(twice, C, 0))

#define W(name) { #name, run_##name, NULL }
#define N(name) { #name "#", run_##name##s, NULL }

/* No work is over 190 regions deep: Lua allows 200. */
static const struct work works[] = {
	W(empty), W(frame1), W(frame3), W(frame8), W(landing1), W(landing2),
	W(value0), N(value),
	W(format0), N(format),
	N(dvalue), N(dformat), W(nested),
	{ NULL, NULL, NULL }
};

int main(int argc, char **argv)
{
	L = luaL_newstate();
	if (argc > 1 && argv[argc - 1][0] == 'd' &&
	    atoi(argv[argc - 1] + strcspn(argv[argc - 1], "0123456789")) > 190)
		return puts("-") < 0;
	return bench_main(argc, argv, works);
}
