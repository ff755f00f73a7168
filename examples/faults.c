/* SPDX-License-Identifier: MIT */
/* faults.c - requests that must fail, and the column where.
 *
 * Most begin with a correct expression, so that the fault is met in the
 * middle of the work.  A fault in an assignment must leave the variable as it
 * was; the generator goes on with the old value, and so finds out.
 */
#include <stdio.h>
#include <string.h>

#include "load.h"

/* What must come back, for a fault at the next byte of the text. */
static void expect(struct asker *a, const char *text)
{
	snprintf(a->expected, sizeof a->expected, "! column %zu: %s",
		a->n + 1, text);
}

static void perhaps_assign(struct asker *a)
{
	if (random_below(&a->random, 4) == 0)
		generate_text(a, "%c =",
			'a' + (int)random_below(&a->random, VARIABLES));
}

/* A correct beginning. */
static void begin(struct asker *a)
{
	perhaps_assign(a);
	generate_sum(a, 2);
	generate_text(a, " ");
}

/* One that is zero, so that anything may be added to it. */
static void begin_zero(struct asker *a)
{
	perhaps_assign(a);
	generate_text(a, "0 * (");
	generate_sum(a, 2);
	generate_text(a, ") + ");
}

static void syntax(struct asker *a)
{
	static const struct {
		const char *before, *fault, *expected;
	} cases[] = {
		{ "", ")", "unexpected ')'" },
		{ "", "12", "unexpected '1'" },
		{ "+ 1 ", "= 3", "unexpected '='" },
		{ "", "$", "unexpected '$'" },
		{ "", "\001", "unexpected byte 0x01" },
		{ "", "\303\244", "unexpected byte 0xc3" },
		{ "", "name", "unexpected 'n'" },
		{ "+ ", "", "expression missing" },
		{ "- - ", "", "expression missing" },
		{ "* ", "/ 3", "unexpected '/'" },
		{ "% (", ")", "unexpected ')'" },
		{ "+ (1", "", "missing ')'" },
		{ "+ ((1) ", "2)", "missing ')'" },
		{ "+ (2 * ", "", "expression missing" },
	};
	size_t i = random_below(&a->random, sizeof cases / sizeof *cases);

	begin(a);
	generate_text(a, "%s", cases[i].before);
	expect(a, cases[i].expected);
	generate_text(a, "%s", cases[i].fault);
}

static void command(struct asker *a)
{
	expect(a, "unknown command");
	generate_text(a, ".nonsense 1 + 1");
}

static void empty(struct asker *a)
{
	expect(a, "expression missing");
}

static void divide(struct asker *a)
{
	static const char *const zero[] = { "0", "-0", "(7-7)", "(0*5) + 1" };
	char op = random_below(&a->random, 2) ? '/' : '%';

	begin(a);
	expect(a, "division by zero");
	generate_text(a, "%c %s", op, zero[random_below(&a->random, 4)]);
}

static void overflow(struct asker *a)
{
	static const struct {
		const char *before, *fault, *expected;
	} cases[] = {
		{ "9223372036854775807 ", "+ 1", "overflow" },
		{ "-9223372036854775807 - 1 ", "- 1", "overflow" },
		{ "9223372036854775807 ", "* 2", "overflow" },
		{ "-9223372036854775808 ", "* -1", "overflow" },
		{ "-9223372036854775808 ", "/ -1", "overflow" },
		{ "", "-(-9223372036854775808)", "overflow" },
		{ "", "9223372036854775808", "number too big" },
		{ "-", "9223372036854775809 + 1", "number too big" },
		{ "", "99999999999999999999999999 ", "number too big" },
	};
	size_t i = random_below(&a->random, sizeof cases / sizeof *cases);

	begin_zero(a);
	generate_text(a, "%s", cases[i].before);
	expect(a, cases[i].expected);
	generate_text(a, "%s", cases[i].fault);
}

static void unknown(struct asker *a)
{
	begin_zero(a);
	expect(a, "unknown variable");
	generate_text(a, "no_such_%d + 1", (int)random_below(&a->random, 100));
}

/* Parentheses, or signs, or both. */
static void depth(struct asker *a)
{
	static const char *const pattern[] = { "(", "-", "-(" };
	const char *s = pattern[random_below(&a->random, 3)];

	begin_zero(a);
	for (size_t i = 0; i < NESTING_MAX; i++)
		generate_text(a, "%c", s[i % strlen(s)]);
	expect(a, "nested too deep");
	for (uint64_t i = random_below(&a->random, 50) + 1; i > 0; i--)
		generate_text(a, "(");
}

static void too_long(struct asker *a)
{
	size_t n = LINE_MAX_BYTES + 1 + random_below(&a->random, 3000);

	begin(a);
	while (a->n < n)
		generate_text(a, "+ 1 ");
	a->n = n;
	snprintf(a->expected, sizeof a->expected, "! column %d: line too long",
		LINE_MAX_BYTES + 1);
}

static void panicking(struct asker *a)
{
	int n = (int)random_below(&a->random, 300) + 1;

	generate_text(a, ".panic case %0*d", n, n);
	snprintf(a->expected, sizeof a->expected, "! panic: %s", a->text + 7);
}

static void crash(struct asker *a)
{
	static const char nil[] =
		"invalid memory address or nil pointer dereference";
	static const struct {
		const char *how, *expected;
	} cases[] = {
		{ "null", nil },
		{ "jump", nil },
		{ "div", "integer divide by zero" },
		{ "stack", "stack overflow" },
		{ "bus", "memory that is not there, as behind the end of a "
			"mapped file" },
	};
	size_t i = random_below(&a->random, sizeof cases / sizeof *cases);

	generate_text(a, ".crash %s", cases[i].how);
	snprintf(a->expected, sizeof a->expected, "! panic: runtime error: %s",
		cases[i].expected);
}

static void any_syntax(struct asker *a)
{
	switch (random_below(&a->random, 10)) {
	case 0:
		empty(a);
		break;
	case 1:
		command(a);
		break;
	default:
		syntax(a);
	}
}

void generate_fault(struct asker *a, enum kind kind)
{
	static void (*const make[KINDS])(struct asker *) = {
		[KIND_SYNTAX] = any_syntax,
		[KIND_DIVIDE] = divide,
		[KIND_OVERFLOW] = overflow,
		[KIND_UNKNOWN] = unknown,
		[KIND_DEPTH] = depth,
		[KIND_LONG] = too_long,
		[KIND_PANIC] = panicking,
		[KIND_CRASH] = crash,
	};

	make[kind](a);
}
