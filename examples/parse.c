/* SPDX-License-Identifier: MIT */
/* parse.c - a recursive-descent parser that calculates as it goes.
 *
 *	line    = [name "="] sum
 *	sum     = product {("+" | "-") product}
 *	product = sign {("*" | "/" | "%") sign}
 *	sign    = "-" sign | operand
 *	operand = number | name | "(" sum ")"
 *
 * No function here returns an error and none looks for one: what is wrong is
 * raised where it is seen, by fail(), and ends the whole request.
 */
#include <ctype.h>
#include <stdbool.h>

#include "calc.h"
#include "protocol.h"

struct parser {
	const char *line;	/* ends in NUL and holds no other */
	const char *at;		/* the next byte to read */
	struct calc_vars *vars;
	int depth;
};

PANIC_NORETURN
static void fail(const struct parser *p, enum calc_kind kind, const char *at,
	const char *text)
{
	calc_fail(kind, (size_t)(at - p->line) + 1, "%s", text);
}

/* The next byte that is not blank; it is not yet read. */
static char peek(struct parser *p)
{
	while (*p->at == ' ' || *p->at == '\t')
		p->at++;
	return *p->at;
}

PANIC_NORETURN
static void unexpected(struct parser *p)
{
	unsigned char c = (unsigned char)peek(p);
	size_t column = (size_t)(p->at - p->line) + 1;

	if (!c)
		calc_fail(CALC_SYNTAX, column, "expression missing");
	if (!isgraph(c))
		calc_fail(CALC_SYNTAX, column, "unexpected byte 0x%02x", c);
	calc_fail(CALC_SYNTAX, column, "unexpected '%c'", c);
}

/* A hostile line must not exhaust the stack. */
static void enter(struct parser *p)
{
	if (++p->depth > NESTING_MAX)
		fail(p, CALC_DEPTH, p->at, "nested too deep");
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool letter(char c)
{
	return isalpha((unsigned char)c) || c == '_';
}

static size_t name(struct parser *p)
{
	const char *start = p->at;

	while (letter(*p->at) || digit(*p->at))
		p->at++;
	return (size_t)(p->at - start);
}

/* The sign is part of the number, since -9223372036854775808 fits and
 * 9223372036854775808 does not. */
static int64_t number(struct parser *p, int sign)
{
	const char *start = p->at;
	int64_t n = 0;

	for (; digit(*p->at); p->at++)
		if (__builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, sign * (*p->at - '0'), &n))
			fail(p, CALC_OVERFLOW, start, "number too big");
	return n;
}

static int64_t variable(struct parser *p)
{
	const char *start = p->at;
	const int64_t *value = calc_get(p->vars, start, name(p));

	if (!value)
		fail(p, CALC_UNKNOWN, start, "unknown variable");
	return *value;
}

static int64_t divide(const struct parser *p, const char *op, int64_t a,
	int64_t b)
{
	if (b == 0)
		fail(p, CALC_DIVIDE, op, "division by zero");
	if (*op == '%')
		return b == -1 ? 0 : a % b;	/* INT64_MIN % -1 traps */
	if (a == INT64_MIN && b == -1)
		fail(p, CALC_OVERFLOW, op, "overflow");
	return a / b;
}

static int64_t calculate(const struct parser *p, const char *op, int64_t a,
	int64_t b)
{
	bool over;
	int64_t n;

	switch (*op) {
	case '+':
		over = __builtin_add_overflow(a, b, &n);
		break;
	case '-':
		over = __builtin_sub_overflow(a, b, &n);
		break;
	case '*':
		over = __builtin_mul_overflow(a, b, &n);
		break;
	default:
		return divide(p, op, a, b);
	}
	if (over)
		fail(p, CALC_OVERFLOW, op, "overflow");
	return n;
}

static int64_t sum(struct parser *p);

static int64_t group(struct parser *p)
{
	int64_t n;

	enter(p);
	p->at++;
	n = sum(p);
	if (peek(p) != ')')
		fail(p, CALC_SYNTAX, p->at, "missing ')'");
	p->at++;
	p->depth--;
	return n;
}

static int64_t operand(struct parser *p)
{
	char c = peek(p);

	if (c == '(')
		return group(p);
	if (digit(c))
		return number(p, 1);
	if (letter(c))
		return variable(p);
	unexpected(p);
}

static int64_t sign(struct parser *p)
{
	const char *op;
	int64_t n;

	if (peek(p) != '-')
		return operand(p);
	enter(p);
	op = p->at++;
	n = digit(peek(p)) ? number(p, -1) : calculate(p, op, 0, sign(p));
	p->depth--;
	return n;
}

static int64_t product(struct parser *p)
{
	int64_t n = sign(p);
	const char *op;
	char c;

	while ((c = peek(p)) == '*' || c == '/' || c == '%') {
		op = p->at++;
		n = calculate(p, op, n, sign(p));
	}
	return n;
}

static int64_t sum(struct parser *p)
{
	int64_t n = product(p);
	const char *op;
	char c;

	while ((c = peek(p)) == '+' || c == '-') {
		op = p->at++;
		n = calculate(p, op, n, product(p));
	}
	return n;
}

static int64_t expression(struct parser *p)
{
	int64_t n = sum(p);

	if (peek(p))
		unexpected(p);
	return n;
}

/* Reads `name =' and returns the length of the name, or reads nothing and
 * returns 0. */
static size_t target(struct parser *p)
{
	const char *start = p->at;
	size_t n = letter(*start) ? name(p) : 0;

	if (n && peek(p) == '=') {
		p->at++;
		return n;
	}
	p->at = start;
	return 0;
}

int64_t calc_eval(struct calc_vars *vars, const char *line)
{
	struct parser p = { line, line, vars, 0 };
	const char *start;
	int64_t value;
	size_t n;

	peek(&p);
	start = p.at;
	n = target(&p);
	value = expression(&p);
	if (n && calc_set(vars, start, n, value) != 0)
		fail(&p, CALC_FULL, start, "too many variables");
	return value;
}
