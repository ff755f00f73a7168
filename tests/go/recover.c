/* SPDX-License-Identifier: MIT */
/* recover.c - what Go's test/recover.go shows, test by test.  Methods,
 * interfaces and reflection have no counterpart; what their wrappers are to
 * Go, the functions that know a deferred function's type are here. */

#include <alloca.h>

#include "../conformance/layers.h"

static int value(const struct panic *p)
{
	return p ? atoi(panic_message(p)) : -1;
}

static void mustnotrecover(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	ck_assert_ptr_eq(p, NULL);
}

/* The first is what a helper got, the next two what recover() returned. */
static void body(const struct panic *v1, const struct panic *v2,
	const struct panic *v3, int want)
{
	ck_assert_ptr_eq(v1, NULL);
	ck_assert_ptr_ne(v2, NULL);
	ck_assert_int_eq(value(v2), want);
	ck_assert_ptr_eq(v3, NULL);
}

/* In the function that recovers; C fixes no order among arguments. */
#define MUST_RECOVER(want) do { \
	const struct panic *volatile v1__ = helper(); \
	const struct panic *volatile v2__ = recover(); \
	const struct panic *volatile v3__ = recover(); \
\
	body(v1__, v2__, v3__, want); \
	BARRIER(); \
} while (0)

static void mustrecover(int want)
{
	MUST_RECOVER(want);
	note("recovered");
}

static void withoutrecover(void *unused)
{
	mustnotrecover(unused);
	BARRIER();
}

static void withoutrecoverrecursive(int n)
{
	if (n == 0)
		withoutrecoverrecursive(1);
	else
		ck_assert_ptr_eq(recover(), NULL);
	BARRIER();
}

FUNCTION(test1,
	DEFER(mustnotrecover, NULL);
	DEFER(mustrecover, 1);
	DEFER(withoutrecover, NULL);
	DEFER(withoutrecoverrecursive, 0);
	panic("1");
);

START_TEST(recover_test1)
{
	LAYERS();
	CALL(test1, NULL);
	expect("recovered");
}
END_TEST

/* test2: C has no defer recover(); a deferred helper of the body's level is
 * what comes nearest. */
static void toolate(void *unused)
{
	(void)unused;
	(void)helper();
	BARRIER();
}

FUNCTION(test2,
	DEFER(mustrecover, 2);
	DEFER(toolate, NULL);
	panic("2");
);

START_TEST(recover_test2)
{
	LAYERS();
	CALL(test2, NULL);
	expect("recovered");
}
END_TEST

static void squelch(void *unused)
{
	(void)unused;
	(void)recover();
}

FUNCTION(test3,
	DEFER(mustnotrecover, NULL);
	DEFER(squelch, NULL);
	panic("3");
);

START_TEST(recover_test3)
{
	LAYERS();
	CALL(test3, NULL);
	expect("");
}
END_TEST

/* test4 defers recover itself within the deferred function, which C cannot:
 * a deferred function's own deferred call never recovers for it. */
FUNCTION(deferssquelch,
	DEFER(squelch, NULL);
);

FUNCTION(test4,
	DEFER(mustrecover, 4);
	DEFER(PICK(deferssquelch), NULL);
	panic("4");
);

START_TEST(recover_test4)
{
	LAYERS();
	CALL(test4, NULL);
	expect("recovered");
}
END_TEST

/* test5: run g(); if it panics, the result is its value, else the default. */
struct attempt {
	void (*g)(void *);
	int result;
};

static void setresult(void *arg)
{
	struct attempt *a = arg;
	const struct panic *p = recover();

	if (p)
		a->result = value(p);
}

FUNCTION(try,
	DEFER(setresult, arg);
	DEFER(((struct attempt *)arg)->g, "5");
	((struct attempt *)arg)->result = 55;
);

START_TEST(recover_test5)
{
	struct attempt panics = { raise_text, 0 }, returns = { squelch, 0 };

	LAYERS();
	CALL(try, &panics);
	ck_assert_int_eq(panics.result, 5);
	CALL(try, &returns);
	ck_assert_int_eq(returns.result, 55);
	expect("");
}
END_TEST

static void big(int mustrecover)
{
	volatile int x[100000];
	const struct panic *p;

	x[0] = 1;
	x[99999] = 1;
	p = recover();
	ck_assert_int_eq(p != NULL, mustrecover);
	x[1] = x[0];
}

FUNCTION(test6,
	DEFER(big, 0);
	DEFER(big, 1);
	panic("6");
);

START_TEST(recover_test6)
{
	LAYERS();
	CALL(test6, NULL);
	expect("");
}
END_TEST

FUNCTION(test7,
	DEFER(say, "ok");
	DEFER(mustrecover, 7);
	panic("7");
);

START_TEST(recover_test7)
{
	LAYERS();
	CALL(test7, NULL);
	expect("recovered ok");
}
END_TEST

struct varargs {
	int n, a[3], sum;
};

static void varargs(void *arg)
{
	struct varargs *v = arg;
	int *copy = alloca((size_t)v->n * sizeof *copy);

	memcpy(copy, v->a, (size_t)v->n * sizeof *copy);
	v->sum = 0;
	for (int i = 0; i < v->n; i++)
		v->sum += copy[i];
	if (recover())
		v->sum += 100;
}

FUNCTION(test8,
	DEFER(varargs, arg);
	if (((struct varargs *)arg)->a[0] == 1)
		panic("0");
);

START_TEST(recover_test8)
{
	struct varargs a = { 3, { 1, 2, 3 }, 0 }, b = { 3, { 4, 5, 6 }, 0 };

	LAYERS();
	CALL(test8, &a);
	CALL(test8, &b);
	ck_assert_int_eq(a.sum, 106);
	ck_assert_int_eq(b.sum, 15);
	expect("");
}
END_TEST

/* test9 to test16: through a function that knows the type, which stands for
 * the wrapper of a method. */
static void throughconst(const void *want)
{
	MUST_RECOVER(*(const int *)want);
	note("recovered");
}

static int throughint(int want)
{
	MUST_RECOVER(want);
	note("recovered");
	return want;
}

static const int nine = 9;

FUNCTION(test9,
	DEFER(throughconst, (const void *)&nine);
	panic("9");
);

START_TEST(recover_test9)
{
	LAYERS();
	CALL(test9, NULL);
	expect("recovered");
}
END_TEST

FUNCTION(test10,
	DEFER(throughint, 10);
	panic("10");
);

START_TEST(recover_test10)
{
	LAYERS();
	CALL(test10, NULL);
	expect("recovered");
}
END_TEST

/* test111: a panic is raised and recovered on the way to the recover. */
static int tiny(int n)
{
	panic("%d", n + 1);
}

FUNCTION(badstate,
	DEFER(squelch, NULL);
	DEFER(tiny, 111);
);

static int deeper(int want)
{
	CALL(badstate, NULL);
	MUST_RECOVER(want);
	note("recovered");
	return 0;
}

FUNCTION(test111,
	DEFER(deeper, 111);
	panic("111");
);

START_TEST(recover_test111)
{
	LAYERS();
	CALL(test111, NULL);
	expect("recovered");
}
END_TEST

/* test14: a large frame in between; test16: a call within the typed call. */
static int large(int want)
{
	volatile char x[8192] = { 1, 2 };
	volatile int sum = 0;

	for (size_t i = 0; i < sizeof x; i++)
		sum += x[i];
	MUST_RECOVER(want);
	note("recovered-%d", sum);
	return sum;
}

FUNCTION(test14,
	DEFER(large, 14);
	panic("14");
);

START_TEST(recover_test14)
{
	LAYERS();
	CALL(test14, NULL);
	expect("recovered-3");
}
END_TEST

static int callsrecovering(int n)
{
	mustnotrecover(NULL);
	note("called");
	BARRIER();
	return n;
}

FUNCTION(test16,
	DEFER(mustrecover, 16);
	DEFER(callsrecovering, 3);
	panic("16");
);

START_TEST(recover_test16)
{
	LAYERS();
	CALL(test16, NULL);
	expect("called recovered");
}
END_TEST

static void add(TCase *tc)
{
	LAYERED(tc, recover_test1);
	LAYERED(tc, recover_test2);
	LAYERED(tc, recover_test3);
	LAYERED(tc, recover_test4);
	LAYERED(tc, recover_test5);
	LAYERED(tc, recover_test6);
	LAYERED(tc, recover_test7);
	LAYERED(tc, recover_test8);
	LAYERED(tc, recover_test9);
	LAYERED(tc, recover_test10);
	LAYERED(tc, recover_test111);
	LAYERED(tc, recover_test14);
	LAYERED(tc, recover_test16);
}

CONFORM_MAIN("recover.go", add)
