/* SPDX-License-Identifier: MIT */
/* vars.c - the variables of a connection. */
#include <string.h>

#include "calc.h"
#include "protocol.h"

struct calc_var {
	struct calc_var *next;
	int64_t value;
	size_t n;
	char name[];
};

static struct calc_var *find(const struct calc_vars *vars, const char *name,
	size_t n)
{
	struct calc_var *v = vars->first;

	while (v && (v->n != n || memcmp(v->name, name, n) != 0))
		v = v->next;
	return v;
}

const int64_t *calc_get(const struct calc_vars *vars, const char *name,
	size_t n)
{
	const struct calc_var *v = find(vars, name, n);

	return v ? &v->value : NULL;
}

static struct calc_var *add(struct calc_vars *vars, const char *name, size_t n)
{
	struct calc_var *v = calc_alloc(sizeof *v + n);

	memcpy(v->name, name, n);
	v->n = n;
	v->next = vars->first;
	vars->first = v;
	vars->n++;
	return v;
}

int calc_set(struct calc_vars *vars, const char *name, size_t n, int64_t value)
{
	struct calc_var *v = find(vars, name, n);

	if (!v && vars->n == VARIABLES_MAX)
		return -1;
	if (!v)
		v = add(vars, name, n);
	v->value = value;
	return 0;
}

void calc_clear(struct calc_vars *vars)
{
	struct calc_var *v, *next;

	for (v = vars->first; v; v = next) {
		next = v->next;
		calc_free(v);
	}
	vars->first = NULL;
	vars->n = 0;
}
