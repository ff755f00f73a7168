/* SPDX-License-Identifier: MIT */
/* prog.h - the programs that the model, the library and Go run alike. */
#ifndef MODEL_PROG_H
#define MODEL_PROG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * A program is a tree of operations in preorder, four bytes each.  size counts
 * the operation and all below it, so op[i]'s body is op[i + 1] up to, not
 * including, op[i + size], where its next sibling stands.  op[0] is an OP_CALL,
 * the root function.  The bytes are also what interp.go reads: the numbers
 * below stand there again.
 */
enum kind {
	OP_CALL,			/* calls a function of its shape */
	OP_DEFER,			/* defers it arg times */
	OP_BLOCK,			/* arg turns of a block with a frame */
	OP_NIL,				/* defers a null function */
	OP_PANIC,			/* panics with the next number */
	OP_RECOVER,			/* recovers in this very function */
	OP_HELPER,			/* recovers in a function called */
	OP_REPANIC,			/* repanics what this call recovered */
	OP_GOEXIT,
	OP_RETURN,
	OP_KINDS
};

/* How a function opens its frame, and what happens after a landing. */
enum shape {
	SHAPE_PLAIN,			/* no frame: cannot hold OP_DEFER */
	SHAPE_RECOVER,			/* recover_frame(return) */
	SHAPE_PROC,			/* deferproc and deferreturn */
	SHAPE_DEFER,			/* defer_frame: no landing */
	SHAPE_GOTO,			/* recover_frame(goto the next op) */
	SHAPES,
	/* The shapes of an OP_BLOCK. */
	BLOCK_CONTINUE = SHAPES,
	BLOCK_BREAK,
	BLOCK_RETURN,
	BLOCK_DEFER,
	BLOCK_SHAPES_END
};

/* The arg of an OP_PANIC. */
enum raise { RAISE_TEXT, RAISE_VALUE, RAISE_ERRNO, RAISES };

struct op {
	uint8_t kind, arg, shape, size;
};

enum {
	MAX_OPS = 96,
	MAX_BLOCKS = 2,			/* blocks in blocks in a function */
	MAX_TRACE = 4096		/* a longer trace is not compared */
};

struct prog {
	int n;
	struct op op[MAX_OPS];
};

static inline bool has_body(const struct op *op)
{
	return op->kind <= OP_BLOCK;
}

static inline bool is_function(const struct op *op)
{
	return op->kind <= OP_DEFER;
}

/*
 * A trace, one line of text.  (3 function op[3] entered, ) its body left,
 * . a call returned, !4 panic 4 raised, X goexit, =4 recover() gave 4, = gave
 * NULL, h the same in a helper, U at the outermost frame, E the end, G the
 * end by goexit.  A full trace, which Go cannot give, has also ^ a landing,
 * ~4 the data of 4 released, and after a recovered value the panics under it,
 * each with a <.  The panic of a null function is number 0.
 */

/* model.c: what the specification says that p does. */
struct prediction {
	char text[MAX_TRACE];
	bool overflow;			/* the trace is too long to compare */
	bool lost;			/* Go before 1.22 loses a Goexit: S86 */
	bool resumed;			/* a recover resumed a Goexit: S85 */
};

enum rules {
	RULES_FULL,			/* everything, for the library */
	RULES_PLAIN,			/* what Go can show, too */
	RULES_GO121			/* the same, S86 as up to Go 1.21 */
};

void model_run(const struct prog *p, enum rules rules, struct prediction *out);

/* gen.c: program number index of a seed; all programs, by size and depth. */
enum dialect { DIALECT_ALL, DIALECT_GO };

void gen_random(struct prog *p, enum dialect dialect, uint64_t seed,
	uint64_t index);
/* Fills in p's shapes as the n-th of GEN_VARIANTS ways.  After the first there
 * are GEN_VARIANTS_GO_MORE that can be compared with Go. */
enum { GEN_VARIANTS = 4, GEN_VARIANTS_GO_MORE = 2 };
void gen_shapes(struct prog *p, int variant);

/* enum.c: calls each(arg, p) for every program of at most size operations
 * beside the root, functions nested at most depth deep in the root. */
void gen_all(int size, int depth, void (*each)(void *arg, struct prog *p),
	void *arg);

/* interp.c: runs programs through the library.  next gives a program or NULL,
 * done its trace.  They are called in some thread, one at a time. */
struct runner {
	const struct prog *(*next)(void *arg);
	void (*done)(void *arg, const char *trace);
	void *arg;
	bool full;
};

void interp_run(const struct runner *r);

/* shrink.c: makes p smaller as long as fails(arg, p). */
void shrink(struct prog *p, bool (*fails)(void *arg, const struct prog *p),
	void *arg);
bool prog_valid(const struct prog *p);

/* source.c, gosource.c: writes p's functions, their names after prefix.  With
 * heap, Go finds no defer that it could code inline. */
void source_c(FILE *out, const struct prog *p, const char *prefix);
void source_go(FILE *out, const struct prog *p, const char *prefix,
	bool heap);
bool uses_repanic(const struct prog *p, int at);

/* go.c: a process that runs interp.go. */
struct go;
struct go *go_start(const char *path);
/* Adds p, which must give the trace want; at the batch's end, or with p NULL,
 * asks Go.  Returns whether all was as wanted, else the first that was not
 * and its trace. */
bool go_check(struct go *g, const struct prog *p, const char *want,
	struct prog *bad, char *got);
void go_stop(struct go *g);

#endif
