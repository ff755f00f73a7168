/* SPDX-License-Identifier: MIT */
/* shrink.c - makes a failing program small. */
#include <string.h>

#include "prog.h"

struct shrinking {
	struct prog *p;
	bool (*fails)(void *arg, const struct prog *p);
	void *arg;
};

/* How deep in blocks of its function op[at] stands. */
static int blocks_around(const struct prog *p, int at)
{
	int n = 0;

	for (int i = 0; i < at; i++) {
		if (i + p->op[i].size <= at)
			continue;
		n = p->op[i].kind == OP_BLOCK ? n + 1 : 0;
	}
	return n;
}

static bool body_defers(const struct prog *p, int at)
{
	for (int i = at + 1; i < at + p->op[at].size; i += p->op[i].size)
		if (p->op[i].kind == OP_DEFER || p->op[i].kind == OP_NIL)
			return true;
	return false;
}

bool prog_valid(const struct prog *p)
{
	for (int i = 0; i < p->n; i++) {
		const struct op *op = &p->op[i];

		if (op->kind == OP_BLOCK && blocks_around(p, i) >= MAX_BLOCKS)
			return false;
		if (is_function(op) && op->shape == SHAPE_PLAIN &&
			body_defers(p, i))
			return false;
	}
	return p->n > 0 && p->op[0].kind == OP_CALL;
}

/* Takes count operations at at out of whatever holds them. */
static void cut(struct prog *p, int at, int count)
{
	for (int i = 0; i < at; i++)
		if (i + p->op[i].size > at)
			p->op[i].size = (uint8_t)(p->op[i].size - count);
	memmove(&p->op[at], &p->op[at + count],
		(size_t)(p->n - at - count) * sizeof p->op[0]);
	p->n -= count;
}

static bool accept(struct shrinking *s, const struct prog *smaller)
{
	if (!prog_valid(smaller) || !s->fails(s->arg, smaller))
		return false;
	*s->p = *smaller;
	return true;
}

static bool cut_tree(struct shrinking *s, int at)
{
	struct prog p = *s->p;

	if (at == 0)
		return false;
	cut(&p, at, p.op[at].size);
	return accept(s, &p);
}

/* Its body takes the place of an operation. */
static bool hoist(struct shrinking *s, int at)
{
	struct prog p = *s->p;

	if (at == 0 || !has_body(&p.op[at]))
		return false;
	cut(&p, at, 1);
	return accept(s, &p);
}

static bool set_arg(struct shrinking *s, int at, int arg)
{
	struct prog p = *s->p;

	if (arg >= p.op[at].arg)
		return false;
	p.op[at].arg = (uint8_t)arg;
	return accept(s, &p);
}

static bool lower_arg(struct shrinking *s, int at)
{
	int arg = s->p->op[at].arg;

	if (s->p->op[at].kind == OP_PANIC)
		return set_arg(s, at, 0);
	return arg > 1 && (set_arg(s, at, 1) || set_arg(s, at, arg / 2) ||
		set_arg(s, at, arg - 1));
}

static bool lower_shape(struct shrinking *s, int at)
{
	struct prog p = *s->p;
	uint8_t lowest = BLOCK_CONTINUE;

	if (!has_body(&p.op[at]))
		return false;
	if (is_function(&p.op[at]))
		lowest = body_defers(&p, at) ? SHAPE_RECOVER : SHAPE_PLAIN;
	for (uint8_t shape = lowest; shape < p.op[at].shape; shape++) {
		struct prog simpler = p;

		simpler.op[at].shape = shape;
		if (accept(s, &simpler))
			return true;
	}
	return false;
}

void shrink(struct prog *p, bool (*fails)(void *arg, const struct prog *p),
	void *arg)
{
	struct shrinking s = { p, fails, arg };
	bool changed = true;

	while (changed) {
		changed = false;
		for (int at = p->n - 1; at >= 0; at--) {
			if (at >= p->n)
				continue;
			if (cut_tree(&s, at) || hoist(&s, at)) {
				changed = true;
				continue;
			}
			changed |= lower_arg(&s, at);
			changed |= lower_shape(&s, at);
		}
	}
}
