/* SPDX-License-Identifier: MIT */
/* interp.c - runs programs through the library. */

/*
 * There is one C function for each shape, because recover() must stand in the
 * deferred function itself, and a frame in the function that it belongs to.
 * What they share is the loop over the operations, a macro for the same
 * reason: OPS, with blocks in it, with blocks in those.
 */
#include <pthread.h>
#include <stdlib.h>

#include "prog.h"
#include "trace.h"

/* A call under way.  What is not const changes after landings are set.  Level
 * 0 is the function's body, level n a block in one of level n - 1. */
struct activation {
	volatile uint8_t at[MAX_BLOCKS + 1];
	volatile uint8_t end[MAX_BLOCKS + 1];
	volatile uint8_t turn[MAX_BLOCKS + 1];
	const struct panic *volatile got;
};

static const struct prog *prog;

static void run_plain(void *arg);
static void run_recover(void *arg);
static void run_proc(void *arg);
static void run_defer(void *arg);
static void run_goto(void *arg);

static void (*const run[SHAPES])(void *) = {
	[SHAPE_PLAIN] = run_plain,
	[SHAPE_RECOVER] = run_recover,
	[SHAPE_PROC] = run_proc,
	[SHAPE_DEFER] = run_defer,
	[SHAPE_GOTO] = run_goto,
};

static void enter(struct activation *a, const struct op *op, int level)
{
	a->at[level] = (uint8_t)(op - prog->op + 1);
	a->end[level] = (uint8_t)(op - prog->op + op->size);
}

static void enter_function(struct activation *a, const void *op)
{
	enter(a, op, 0);
	event('(', a->at[0] - 1);
}

/* Steps over the operation before it is done: a landing goes on behind it.
 * Inlined, its variable would bring gcc's -Wclobbered. */
__attribute__((noinline))
static const struct op *next(struct activation *a, int level)
{
	const struct op *op = &prog->op[a->at[level]];

	if (a->at[level] >= a->end[level])
		return NULL;
	a->at[level] = (uint8_t)(a->at[level] + op->size);
	return op;
}

static void raise_number(int how)
{
	int n = raised();

	switch (how) {
	case RAISE_VALUE:
		panic_value(&trace_type, boxed(n));
	case RAISE_ERRNO:
		errno = EIO;
		panic_errno("%d", n);
	default:
		panic("%d", n);
	}
}

/* What need not stand in the function of the shape itself. */
static void step(struct activation *a, const struct op *op)
{
	switch (op->kind) {
	case OP_CALL:
		run[op->shape]((void *)op);
		event('.', -1);
		break;
	case OP_PANIC:
		raise_number(op->arg);
		break;
	case OP_HELPER:
		a->got = got('h', helper(), a->got);
		break;
	case OP_REPANIC:
		if (a->got) {
			event('!', number(a->got));
			repanic(a->got);
		}
		break;
	case OP_GOEXIT:
		event('X', -1);
		goexit();
	default:
		abort();
	}
}

/* DEFER registers a call; BLOCKS runs a block; RETURN leaves the function. */
#define OPS(L, DEFER, BLOCKS, RETURN) \
	for (const struct op *op##L; (op##L = next(&a, L)) != NULL; ) { \
		switch (op##L->kind) { \
		case OP_RECOVER: \
			a.got = got('=', recover(), a.got); \
			break; \
		case OP_DEFER: \
			for (volatile int i = 0; i < op##L->arg; i++) \
				DEFER(run[op##L->shape], (void *)op##L); \
			break; \
		case OP_NIL: \
			DEFER(nothing, NULL); \
			break; \
		case OP_BLOCK: \
			BLOCKS \
			break; \
		case OP_RETURN: \
			event(')', -1); \
			RETURN; \
		default: \
			step(&a, op##L); \
		} \
	}

#define TURNS(L, OUTER) \
	for (a.turn[L] = 0; a.turn[L] < op##OUTER->arg; a.turn[L]++)

#define RECOVER_BLOCK(L, OUTER, BLOCKS, RETURN) \
	TURNS(L, OUTER) { \
		recover_frame( \
			landed(); \
			if (op##OUTER->shape == BLOCK_CONTINUE) \
				continue; \
			if (op##OUTER->shape == BLOCK_BREAK) \
				break; \
			RETURN); \
		enter(&a, op##OUTER, L); \
		OPS(L, defer, BLOCKS, RETURN) \
	}

#define DEFER_BLOCK(L, OUTER, BLOCKS, RETURN) \
	TURNS(L, OUTER) { \
		defer_frame(); \
		enter(&a, op##OUTER, L); \
		OPS(L, defer, BLOCKS, RETURN) \
	}

#define BLOCK(L, OUTER, BLOCKS, RETURN) \
	if (op##OUTER->shape == BLOCK_DEFER) { \
		DEFER_BLOCK(L, OUTER, BLOCKS, RETURN) \
	} else { \
		RECOVER_BLOCK(L, OUTER, BLOCKS, RETURN) \
	}

/* BLOCK in BLOCK: a macro is not expanded in itself. */
#define INNER_BLOCK(RETURN) \
	if (op1->shape == BLOCK_DEFER) { \
		DEFER_BLOCK(2, 1, abort();, RETURN) \
	} else { \
		RECOVER_BLOCK(2, 1, abort();, RETURN) \
	}
#define BLOCKS(RETURN) BLOCK(1, 0, INNER_BLOCK(RETURN), RETURN)

#define NO_DEFER(fn, arg) ((void)(fn), (void)(arg), abort())

static void run_plain(void *arg)
{
	struct activation a = { .got = NULL };

	enter_function(&a, arg);
	OPS(0, NO_DEFER, BLOCKS(return), return)
	event(')', -1);
}

static void run_defer(void *arg)
{
	struct activation a = { .got = NULL };

	defer_frame();
	enter_function(&a, arg);
	OPS(0, defer, BLOCKS(return), return)
	event(')', -1);
}

static void run_recover(void *arg)
{
	struct activation a = { .got = NULL };

	recover_frame(landed(); return);
	enter_function(&a, arg);
	OPS(0, defer, BLOCKS(return), return)
	event(')', -1);
}

static void run_goto(void *arg)
{
	struct activation a = { .got = NULL };

	recover_frame(landed(); goto again);
	enter_function(&a, arg);
again:
	OPS(0, defer, BLOCKS(return), return)
	event(')', -1);
}

#define PROC(fn, arg) if (deferproc(fn, arg)) goto landing

static void run_proc(void *arg)
{
	struct activation a = { .got = NULL };

	enter_function(&a, arg);
	OPS(0, PROC, BLOCKS(goto epilogue), goto epilogue)
	event(')', -1);
	goto epilogue;
landing:
	landed();
epilogue:
	deferreturn();
}

/* Programs run in one thread after the other: a goexit ends it, and then the
 * one program that it was in is over. */
struct state {
	const struct runner *runner;
	bool running;
};

static void finish(struct state *s, char how)
{
	s->running = false;
	event(how, -1);
	s->runner->done(s->runner->arg, trace_text);
}

static void *run_programs(void *arg)
{
	struct state *s = arg;

	while ((prog = s->runner->next(s->runner->arg)) != NULL) {
		trace_reset();
		s->running = true;
		outermost(run[prog->op[0].shape], (void *)&prog->op[0]);
		finish(s, 'E');
	}
	return s;
}

void interp_run(const struct runner *r)
{
	struct state s = { .runner = r };
	void *done = NULL;

	trace_full = r->full;
	while (!done) {
		pthread_t t;

		if (pthread_create(&t, NULL, run_programs, &s) ||
			pthread_join(t, &done)) {
			perror("pthread");
			exit(2);
		}
		if (s.running)
			finish(&s, 'G');
	}
}
