/* SPDX-License-Identifier: MIT */
/* buf.c - bytes that are collected. */

#include "kvd.h"

#include <stdlib.h>
#include <string.h>

void buf_reserve(struct buf *b, size_t n)
{
	size_t room = b->room ? b->room : 4096;

	while (room - b->n < n)
		room *= 2;
	if (room == b->room)
		return;
	b->p = panic_must(realloc(b->p, room));
	b->room = room;
}

void buf_add(struct buf *b, const char *p, size_t n)
{
	buf_reserve(b, n);
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

void buf_drop(struct buf *b, size_t n)
{
	b->n -= n;
	if (b->n)
		memmove(b->p, b->p + n, b->n);
}

void buf_free(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ NULL, 0, 0 };
}
