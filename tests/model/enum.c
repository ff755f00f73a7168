/* SPDX-License-Identifier: MIT */
/* enum.c - all programs up to a size and depth. */

/*
 * Left out is only what cannot make a difference: operations behind one that
 * never goes on, a repanic where nothing can have been recovered, a return at
 * the end of a body (and anywhere else it makes what follows dead).
 */
#include "prog.h"

struct all {
	struct prog p;
	int left, depth, max_depth;
	int open[16];			/* operations whose bodies are open */
	void (*each)(void *arg, struct prog *p);
	void *arg;
};

static void extend(struct all *a);

static void leaf(struct all *a, int kind)
{
	a->p.op[a->p.n++] = (struct op){ .kind = (uint8_t)kind, .size = 1 };
	a->left--;
	extend(a);
	a->left++;
	a->p.n--;
}

static void open_body(struct all *a, int kind, int arg)
{
	a->open[++a->depth] = a->p.n;
	a->p.op[a->p.n++] = (struct op){ .kind = (uint8_t)kind,
		.arg = (uint8_t)arg, .size = 1 };
	a->left--;
	extend(a);
	a->left++;
	a->p.n--;
	a->depth--;
}

static void close_body(struct all *a)
{
	int at = a->open[a->depth], n = a->p.n;

	a->p.op[at].size = (uint8_t)(n - at);
	if (a->depth == 0) {
		/* gen_shapes() in each() writes to shapes only. */
		a->each(a->arg, &a->p);
		return;
	}
	a->depth--;
	extend(a);
	a->open[++a->depth] = at;
	a->p.n = n;
}

/* Whether the open body ends in an operation that never goes on. */
static bool closed(const struct all *a)
{
	int at = a->open[a->depth], kind = OP_CALL;

	for (int i = at + 1; i < a->p.n; i += a->p.op[i].size)
		kind = a->p.op[i].kind;
	return kind == OP_PANIC || kind == OP_GOEXIT;
}

static bool recovers(const struct all *a)
{
	for (int i = a->open[a->depth] + 1; i < a->p.n; i += a->p.op[i].size)
		if (a->p.op[i].kind == OP_RECOVER)
			return true;
	return false;
}

static void extend(struct all *a)
{
	close_body(a);
	if (a->left == 0 || closed(a))
		return;
	leaf(a, OP_PANIC);
	leaf(a, OP_GOEXIT);
	leaf(a, OP_RECOVER);
	leaf(a, OP_HELPER);
	leaf(a, OP_NIL);
	if (recovers(a))
		leaf(a, OP_REPANIC);
	if (a->depth == a->max_depth)
		return;
	open_body(a, OP_CALL, 0);
	open_body(a, OP_DEFER, 1);
	open_body(a, OP_DEFER, 2);
}

void gen_all(int size, int depth, void (*each)(void *arg, struct prog *p),
	void *arg)
{
	struct all a = {
		.left = size, .max_depth = depth, .each = each, .arg = arg
	};

	a.p.n = 1;
	a.p.op[0] = (struct op){ .kind = OP_CALL, .size = 1 };
	extend(&a);
}
