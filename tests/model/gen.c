/* SPDX-License-Identifier: MIT */
/* gen.c - random programs. */
#include <string.h>

#include "prog.h"

/* splitmix64: any seed will do, and program i does not depend on i - 1. */
struct random {
	uint64_t state;
};

static uint64_t random64(struct random *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static int below(struct random *r, int n)
{
	return (int)(random64(r) >> 33) % n;
}

static bool percent(struct random *r, int p)
{
	return below(r, 100) < p;
}

struct gen {
	struct random random;
	struct prog *p;
	enum dialect dialect;
	int left;			/* operations that may still be added */
	int goexits;			/* percent; most programs have none */
};

/* Where a body stands. */
struct place {
	int depth;			/* of functions */
	int before;			/* operations before, in this body */
	int blocks;			/* around it, in its function */
	bool deferred;			/* its function is deferred */
};

static const uint8_t weights[OP_KINDS] = {
	[OP_CALL] = 16, [OP_DEFER] = 30, [OP_BLOCK] = 6, [OP_NIL] = 1,
	[OP_PANIC] = 16, [OP_RECOVER] = 9, [OP_HELPER] = 3, [OP_REPANIC] = 2,
	[OP_RETURN] = 2,
};

static int weight(const struct gen *g, int kind, const struct place *at)
{
	bool last = g->left < 1 || at->depth >= 7;

	switch (kind) {
	case OP_GOEXIT:
		return g->goexits;
	case OP_CALL:
	case OP_DEFER:
		return last ? 0 : weights[kind];
	case OP_BLOCK:
		return last || g->dialect == DIALECT_GO ||
			at->blocks == MAX_BLOCKS ? 0 : weights[kind];
	case OP_RECOVER:
	case OP_REPANIC:
		return at->deferred ? 3 * weights[kind] : weights[kind] / 3;
	case OP_PANIC:
		/* A root that panics at once is not much of a program. */
		return at->depth == 0 && at->before < 2 ? 1 : weights[kind];
	default:
		return weights[kind];
	}
}

static int pick_kind(struct gen *g, const struct place *at)
{
	int sum = 0, n;

	for (int k = 0; k < OP_KINDS; k++)
		sum += weight(g, k, at);
	n = below(&g->random, sum);
	for (int k = 0; k < OP_KINDS; k++) {
		n -= weight(g, k, at);
		if (n < 0)
			return k;
	}
	return OP_RETURN;
}

static int pick_times(struct gen *g)
{
	int n = below(&g->random, 100);

	if (n < 85)
		return 1;
	/* Beyond eight calls a frame needs heap; beyond that, chunks. */
	return n < 98 ? 2 + below(&g->random, 3) : 9 + below(&g->random, 40);
}

static int pick_arg(struct gen *g, int kind)
{
	switch (kind) {
	case OP_DEFER:
		return pick_times(g);
	case OP_BLOCK:
		return 1 + below(&g->random, 3);
	case OP_PANIC:
		return below(&g->random, RAISES);
	default:
		return 0;
	}
}

/* Whether the body of the function at has calls to defer itself. */
static bool defers(const struct prog *p, int at)
{
	int end = at + p->op[at].size;

	for (int i = at + 1; i < end; i += p->op[i].size)
		if (p->op[i].kind == OP_DEFER || p->op[i].kind == OP_NIL)
			return true;
	return false;
}

static int pick_shape(struct gen *g, int at)
{
	static const uint8_t likely[] = {
		SHAPE_RECOVER, SHAPE_RECOVER, SHAPE_RECOVER, SHAPE_PROC,
		SHAPE_PROC, SHAPE_DEFER, SHAPE_GOTO
	};

	if (g->p->op[at].kind == OP_BLOCK)
		return BLOCK_CONTINUE + below(&g->random,
			BLOCK_SHAPES_END - BLOCK_CONTINUE);
	if (!defers(g->p, at) && percent(&g->random, 80))
		return SHAPE_PLAIN;
	return likely[below(&g->random, g->dialect == DIALECT_GO ? 5 : 7)];
}

static void body(struct gen *g, struct place *at);

static int add_leaf(struct gen *g, int kind)
{
	g->p->op[g->p->n] = (struct op){ .kind = (uint8_t)kind, .size = 1,
		.arg = (uint8_t)pick_arg(g, kind) };
	g->left--;
	return g->p->n++;
}

/* Chance alone rarely has a panic stopped where that matters: a deferred call
 * that begins with recover(), and a call that panics under such a one. */
static void add_stop(struct gen *g)
{
	int self = add_leaf(g, OP_DEFER);

	add_leaf(g, OP_RECOVER);
	g->p->op[self].arg = 1;
	g->p->op[self].size = 2;
	g->p->op[self].shape = (uint8_t)pick_shape(g, self);
}

static void add_stopped_call(struct gen *g)
{
	int self = add_leaf(g, OP_CALL);

	add_stop(g);
	add_leaf(g, OP_PANIC);
	g->p->op[self].size = 4;
	g->p->op[self].shape = (uint8_t)pick_shape(g, self);
}

static void begin(struct gen *g, const struct place *at)
{
	if (at->blocks == 0 && at->deferred && percent(&g->random, 30))
		add_leaf(g, OP_RECOVER);
	if (at->depth < 6 && g->left > 4 && percent(&g->random, 8))
		add_stopped_call(g);
	if (at->depth < 6 && g->left > 4 && percent(&g->random, 8))
		add_stop(g);
}

static void add_op(struct gen *g, int kind, const struct place *at)
{
	int self = g->p->n++;
	struct op *op = &g->p->op[self];
	struct place inner = *at;

	*op = (struct op){ .kind = (uint8_t)kind, .size = 1,
		.arg = (uint8_t)pick_arg(g, kind) };
	if (!has_body(op))
		return;
	if (kind == OP_BLOCK) {
		inner.blocks++;
	} else {
		inner.depth++;
		inner.blocks = 0;
		inner.deferred = kind == OP_DEFER;
	}
	body(g, &inner);
	op->size = (uint8_t)(g->p->n - self);
	op->shape = (uint8_t)pick_shape(g, self);
}

static bool ends_body(int kind)
{
	return kind == OP_PANIC || kind == OP_GOEXIT || kind == OP_RETURN;
}

static void body(struct gen *g, struct place *at)
{
	int n = 1 + below(&g->random, at->depth < 2 ? 6 : 4);

	begin(g, at);
	for (at->before = 0; at->before < n && g->left > 0; at->before++) {
		int kind;

		g->left--;
		kind = pick_kind(g, at);
		add_op(g, kind, at);
		/* What stands behind matters only where a goto lands. */
		if (ends_body(kind) && percent(&g->random, 80))
			return;
	}
}

void gen_random(struct prog *p, enum dialect dialect, uint64_t seed,
	uint64_t index)
{
	struct gen g = { .p = p, .dialect = dialect };
	struct random r = { seed };

	g.random.state = random64(&r) + index * 0x9e3779b97f4a7c15;
	g.random.state = random64(&g.random);	/* not a shift of index + 1's */
	g.left = 3 + below(&g.random, percent(&g.random, 90) ? 24 : 80);
	g.goexits = percent(&g.random, 20) ? 10 : 0;
	p->n = 0;
	add_op(&g, OP_CALL, &(struct place){ .depth = -1 });
}

/* The shapes with a landing in turn, or one of them everywhere. */
void gen_shapes(struct prog *p, int variant)
{
	static const uint8_t shapes[GEN_VARIANTS][4] = {
		{ SHAPE_RECOVER, SHAPE_RECOVER, SHAPE_RECOVER, SHAPE_RECOVER },
		{ SHAPE_PROC, SHAPE_PROC, SHAPE_PROC, SHAPE_PROC },
		{ SHAPE_RECOVER, SHAPE_PROC, SHAPE_PROC, SHAPE_RECOVER },
		{ SHAPE_DEFER, SHAPE_RECOVER, SHAPE_GOTO, SHAPE_PROC },
	};

	for (int i = 0, functions = 0; i < p->n; i++)
		if (is_function(&p->op[i]))
			p->op[i].shape = shapes[variant][functions++ % 4];
}
