/* SPDX-License-Identifier: MIT */
/* layers.h - a scenario that is written once and run through both layers, and
 * through a mix of them. */
#ifndef LAYERS_H
#define LAYERS_H

#include "conform.h"

/*
 * FUNCTION(name, body) defines a void function of one argument, arg, that may
 * defer, twice: name_frame() opens a recover_frame(return), name_proc() uses
 * deferproc and deferreturn.  In its body DEFER(fn, arg) and RETURN are
 * written.  CALL(name, arg) calls one of the two and PICK(name) is one of the
 * two, to be deferred itself; which, the mode of the test tells: a test added
 * by LAYERED() is run in every mode, and begins with LAYERS().
 */
enum { FRAME, PROC };

enum mode {
	FRAMES,		/* recover_frame everywhere */
	PROCS,		/* deferproc everywhere */
	FRAMEPROC,	/* in turn, a recover_frame first */
	PROCFRAME,	/* in turn, a deferproc first */
	MODES
};

HELPER enum mode mode;
HELPER unsigned turn;

HELPER int picklayer(void)
{
	switch (mode) {
	case FRAMES:
		return FRAME;
	case PROCS:
		return PROC;
	case FRAMEPROC:
		return turn++ % 2 ? PROC : FRAME;
	default:
		return turn++ % 2 ? FRAME : PROC;
	}
}

#define LAYERS() (mode = (enum mode)_i, turn = 0)
#define LAYERED(tc, test) tcase_add_loop_test(tc, test, 0, MODES)

/* isproc__ is a constant, so only one branch of DEFER() is compiled. */
#define FUNCTION(name, ...) \
HELPER void name##_frame(void *arg) \
{ \
	enum { isproc__ = 0 }; \
	(void)arg; \
	recover_frame(return); \
	__VA_ARGS__ \
epilogue__: UNUSED; \
} \
HELPER void name##_proc(void *arg) \
{ \
	enum { isproc__ = 1 }; \
	struct panic__scope panic__frame UNUSED; \
	(void)arg; \
	__VA_ARGS__ \
epilogue__: UNUSED; \
	deferreturn(); \
} \
_Static_assert(1, "a semicolon may follow")

#define DEFER(fn, arg) do { \
	if (!isproc__) \
		defer(fn, arg); \
	else if (deferproc(fn, arg)) \
		goto epilogue__; \
} while (0)

#define RETURN goto epilogue__

#define PICK(name) (picklayer() == FRAME ? name##_frame : name##_proc)
#define CALL(name, arg) PICK(name)(arg)

#endif
