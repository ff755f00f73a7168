/* SPDX-License-Identifier: MIT */
/* alloc.c - memory, counted. */
#include <stdatomic.h>
#include <stdlib.h>

#include "calc.h"

static atomic_long live;

void *calc_malloc(size_t size)
{
	void *p = malloc(size);

	if (p)
		atomic_fetch_add(&live, 1);
	return p;
}

void *calc_alloc(size_t size)
{
	void *p = calc_malloc(size);

	if (!p)
		panic_errno("%zu bytes", size);
	return p;
}

void calc_free(void *p)
{
	if (p)
		atomic_fetch_sub(&live, 1);
	free(p);
}

long calc_live(void)
{
	return atomic_load(&live);
}
