/* SPDX-License-Identifier: MIT */
/* defer.c - what Go's test/defer.go, deferprint.go, defernil.go and
 * abi/defer_aggregate.go, defer_recover_results.go show. */

#include "../conformance/dying.h"
#include "../conformance/layers.h"

static char result[16];

static void addint(int i)
{
	size_t n = strlen(result);

	snprintf(result + n, sizeof result - n, "%d", i);
}

static void addpointer(void *i)
{
	addint(*(int *)i);
}

FUNCTION(test1helper,
	for (volatile int i = 0; i < 10; i++)
		DEFER(addint, i);
);

static int numbers[10] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };

FUNCTION(test2helper,
	for (volatile int i = 0; i < 10; i++)
		DEFER(addpointer, &numbers[i]);
);

START_TEST(defer_test1)
{
	LAYERS();
	result[0] = '\0';
	CALL(test1helper, NULL);
	ck_assert_str_eq(result, "9876543210");
}
END_TEST

START_TEST(defer_test2)
{
	LAYERS();
	result[0] = '\0';
	CALL(test2helper, NULL);
	ck_assert_str_eq(result, "9876543210");
}
END_TEST

FUNCTION(prints,
	DEFER(puts, "42 true false true");
	DEFER(puts, "1 2 3");
	DEFER(puts, "printing:");
);

START_TEST(deferprint)
{
	LAYERS();
	ck_assert_str_eq(dies(PICK(prints), NULL)->out,
		"printing:\n1 2 3\n42 true false true\n");
}
END_TEST

static int x;

FUNCTION(defersnil,
	DEFER(nothing, NULL);
	x = 1;
);

static void checknil(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	ck_assert_ptr_ne(p, NULL);
	ck_assert_int_eq(x, 1);
}

FUNCTION(stopsnil,
	DEFER(checknil, NULL);
	CALL(defersnil, NULL);
);

START_TEST(defernil)
{
	LAYERS();
	x = 0;
	CALL(stopsnil, NULL);
	expect("");
}
END_TEST

struct result {
	int a;
	const char *b;
	struct { unsigned char x; unsigned short y; double w; } c;
	int d[2];
};

static void squelch(void *unused)
{
	(void)unused;
	(void)recover();
}

static struct result results_frame(void)
{
	static struct result r;

	recover_frame(return r);
	defer(squelch, NULL);
	r = (struct result){ 10, "hello", { 1, 2, 4 }, { 111, 222 } };
	panic("XXX");
}

static struct result results_proc(void)
{
	static struct result r;

	if (deferproc(squelch, NULL))
		goto epilogue;
	r = (struct result){ 10, "hello", { 1, 2, 4 }, { 111, 222 } };
	panic("XXX");
epilogue:
	deferreturn();
	return r;
}

static void checkresult(struct result r)
{
	ck_assert_int_eq(r.a, 10);
	ck_assert_str_eq(r.b, "hello");
	ck_assert_int_eq(r.c.x, 1);
	ck_assert_int_eq(r.c.y, 2);
	ck_assert(r.c.w == 4);
	ck_assert_int_eq(r.d[0], 111);
	ck_assert_int_eq(r.d[1], 222);
}

START_TEST(defer_recover_results)
{
	checkresult(results_frame());
	checkresult(results_proc());
	expect("");
}
END_TEST

/* Arguments in registers survive the landing. */
static long callee_frame(long a, long b, long c, long d, double e)
{
	recover_frame(return a + b + c + d + (long)e);
	defer(squelch, NULL);
	panic("XXX");
}

static long callee_proc(long a, long b, long c, long d, double e)
{
	if (deferproc(squelch, NULL))
		goto epilogue;
	panic("XXX");
epilogue:
	deferreturn();
	return a + b + c + d + (long)e;
}

START_TEST(defer_aggregate)
{
	ck_assert_int_eq(callee_frame(1, 20, 300, 4000, 50000.5), 54321);
	ck_assert_int_eq(callee_proc(1, 20, 300, 4000, 50000.5), 54321);
	expect("");
}
END_TEST

static void add(TCase *tc)
{
	LAYERED(tc, defer_test1);
	LAYERED(tc, defer_test2);
	LAYERED(tc, deferprint);
	LAYERED(tc, defernil);
	tcase_add_test(tc, defer_recover_results);
	tcase_add_test(tc, defer_aggregate);
}

CONFORM_MAIN("defer.go", add)
