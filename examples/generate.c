/* SPDX-License-Identifier: MIT */
/* generate.c - random expressions, with their values.
 *
 * The value is worked out while the text is written, and an operator is chosen
 * only when both its operands are known: so it can be one whose result fits.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "load.h"

enum { DEPTH = 4 };

void random_seed(struct random *r, uint64_t seed)
{
	r->state = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15) | 1;
	for (int i = 0; i < 8; i++)
		random_below(r, 1);
}

uint64_t random_below(struct random *r, uint64_t n)
{
	r->state ^= r->state >> 12;
	r->state ^= r->state << 25;
	r->state ^= r->state >> 27;
	return (r->state * UINT64_C(0x2545f4914f6cdd1d) >> 16) % n;
}

void generate_text(struct asker *a, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	a->n += (size_t)vsnprintf(a->text + a->n, TEXT_MAX - a->n, fmt, ap);
	va_end(ap);
}

/* Perhaps a blank. */
static void blank(struct asker *a)
{
	if (random_below(&a->random, 4) == 0)
		generate_text(a, random_below(&a->random, 8) ? " " : "\t");
}

static int64_t number(struct asker *a)
{
	uint64_t bits = random_below(&a->random, 8) ? 10 : 63;
	int64_t n = (int64_t)random_below(&a->random, UINT64_C(1) << 48);

	if (bits == 63)
		n = n << 15 | (int64_t)random_below(&a->random, 1 << 15);
	else
		n %= 1 << bits;
	generate_text(a, "%" PRId64, n);
	return n;
}

static int64_t lowest(struct asker *a)
{
	generate_text(a, "-9223372036854775808");
	return INT64_MIN;
}

static int64_t variable(struct asker *a)
{
	int i = (int)random_below(&a->random, VARIABLES);

	if (!a->known[i])
		return number(a);
	generate_text(a, "%c", 'a' + i);
	return a->value[i];
}

static int64_t group(struct asker *a, int depth)
{
	int64_t n;

	generate_text(a, "(");
	n = generate_sum(a, depth - 1);
	blank(a);
	generate_text(a, ")");
	return n;
}

static int64_t operand(struct asker *a, int depth)
{
	blank(a);
	switch (random_below(&a->random, depth > 0 ? 8 : 4)) {
	case 0:
		return variable(a);
	case 1:
		return random_below(&a->random, 32) ? number(a) : lowest(a);
	case 2:
	case 3:
		return number(a);
	default:
		return group(a, depth);
	}
}

/* The sign's place is a blank until it is known that the sign is possible. */
static int64_t sign(struct asker *a, int depth)
{
	size_t at = a->n;
	int64_t n;

	if (random_below(&a->random, 6) != 0)
		return operand(a, depth);
	generate_text(a, " ");
	n = operand(a, depth);
	if (n == INT64_MIN)
		return n;
	a->text[at] = '-';
	return -n;
}

/* One of * / % with a result that fits: if x * y does not, y is not 0, and if
 * x / y does not either, x % y does. */
static int64_t multiply(struct asker *a, size_t at, int64_t x, int64_t y)
{
	uint64_t choice = random_below(&a->random, 3);
	int64_t n;

	a->text[at] = '*';
	if (!__builtin_mul_overflow(x, y, &n) && (choice == 0 || y == 0))
		return n;
	a->text[at] = '/';
	if (choice == 1 && !(x == INT64_MIN && y == -1))
		return x / y;
	a->text[at] = '%';
	return y == -1 ? 0 : x % y;
}

/* Of x + y and x - y, one always fits. */
static int64_t add(struct asker *a, size_t at, int64_t x, int64_t y)
{
	bool plus = random_below(&a->random, 2);
	int64_t sum, difference;

	if (__builtin_add_overflow(x, y, &sum))
		plus = false;
	if (__builtin_sub_overflow(x, y, &difference))
		plus = true;
	a->text[at] = plus ? '+' : '-';
	return plus ? sum : difference;
}

static int64_t product(struct asker *a, int depth)
{
	int64_t n = sign(a, depth);
	size_t at;

	while (random_below(&a->random, 3) == 0) {
		blank(a);
		at = a->n;
		generate_text(a, "*");
		n = multiply(a, at, n, sign(a, depth));
	}
	return n;
}

int64_t generate_sum(struct asker *a, int depth)
{
	int64_t n = product(a, depth);
	size_t at;

	/* A bound on the text, far above what is usual. */
	while (a->n < LINE_MAX_BYTES / 8 && random_below(&a->random, 3) != 0) {
		blank(a);
		at = a->n;
		generate_text(a, "+");
		n = add(a, at, n, product(a, depth));
	}
	return n;
}

static void good(struct asker *a)
{
	int i = (int)random_below(&a->random, VARIABLES);
	bool assign = random_below(&a->random, 5) == 0;
	int64_t n;

	blank(a);
	if (assign)
		generate_text(a, "%c =", 'a' + i);
	n = generate_sum(a, (int)random_below(&a->random, DEPTH));
	blank(a);
	if (assign) {
		a->known[i] = true;
		a->value[i] = n;
	}
	snprintf(a->expected, sizeof a->expected, "= %" PRId64, n);
}

/* Without crashes the numbers drawn are those that they have always been. */
static enum kind choose(struct random *r, unsigned crashing, unsigned faulty)
{
	if (crashing && random_below(r, 100) < crashing)
		return KIND_CRASH;
	if (random_below(r, 100) < faulty)
		return 1 + (enum kind)random_below(r, KIND_CRASH - 1);
	return KIND_VALUE;
}

void generate(struct asker *a, unsigned crashing, unsigned faulty)
{
	a->n = 0;
	a->kind = choose(&a->random, crashing, faulty);
	if (a->kind == KIND_VALUE)
		good(a);
	else
		generate_fault(a, a->kind);
	generate_text(a, "\n");
}
