/* SPDX-License-Identifier: MIT */
/* error.c - the client's errors as a typed panic value. */
#include <stdarg.h>
#include <stdio.h>

#include "calc.h"

static int error_text(const void *data, char *buf, size_t size)
{
	const struct calc_error *e = data;

	return snprintf(buf, size, "column %zu: %s", e->column, e->text);
}

/* The library frees the value when the panic is over, so whoever recovers has
 * nothing to remember. */
const struct panic_type calc_error_type = {
	.name = "struct calc_error",
	.text = error_text,
	.release = calc_free
};

void calc_fail(enum calc_kind kind, size_t column, const char *fmt, ...)
{
	struct calc_error *e = calc_alloc(sizeof *e);
	va_list ap;

	e->kind = kind;
	e->column = column;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	panic_value(&calc_error_type, e);
}
