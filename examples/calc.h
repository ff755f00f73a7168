/* SPDX-License-Identifier: MIT */
/* calc.h - the calculator: an expression gives a value or a panic. */
#ifndef CALC_H
#define CALC_H

#include <stddef.h>
#include <stdint.h>

#include <panic.h>

/* Why a request failed.  All but the last two are the client's errors, raised
 * as a struct calc_error; CALC_CRASH stands for a fault and CALC_PANIC for any
 * other panic. */
enum calc_kind {
	CALC_SYNTAX,
	CALC_DIVIDE,
	CALC_OVERFLOW,
	CALC_UNKNOWN,
	CALC_DEPTH,
	CALC_LONG,
	CALC_FULL,
	CALC_CRASH,
	CALC_PANIC,
	CALC_KINDS,
	CALC_FINE = CALC_KINDS
};

/* The data of a panic whose type is calc_error_type.  Its message is
 * "column 7: missing ')'". */
struct calc_error {
	enum calc_kind kind;
	size_t column;		/* the first is 1 */
	char text[48];
};

extern const struct panic_type calc_error_type;

/* Panics with a struct calc_error. */
PANIC_NORETURN PANIC_PRINTF(3, 4)
void calc_fail(enum calc_kind kind, size_t column, const char *fmt, ...);

/* The variables of one connection.  All zero, there are none. */
struct calc_vars {
	struct calc_var *first;
	unsigned n;
};

/* The value of the variable whose name is the n bytes at name, or NULL. */
const int64_t *calc_get(const struct calc_vars *vars, const char *name,
	size_t n);
/* Sets it.  Returns 0, or -1 if there are too many; panics with ENOMEM. */
int calc_set(struct calc_vars *vars, const char *name, size_t n,
	int64_t value);
/* Forgets them all. */
void calc_clear(struct calc_vars *vars);

/* The value of the expression or assignment in line.  Panics if it has none;
 * then no variable has changed. */
int64_t calc_eval(struct calc_vars *vars, const char *line);

/*
 * The one way to memory, so that the living allocations can be counted.
 * calc_malloc() returns NULL with errno ENOMEM; calc_alloc() panics instead.
 */
void *calc_malloc(size_t size);
void *calc_alloc(size_t size);
void calc_free(void *p);
long calc_live(void);

#endif
