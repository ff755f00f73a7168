/* SPDX-License-Identifier: MIT */
/* fixedbugs_results.c - what the programs of Go's test/fixedbugs about
 * results show.  What they do with a fault, an explicit panic does here. */

#include "../conformance/layers.h"

static void squelch(void *unused)
{
	(void)unused;
	(void)recover();
}

static int fails(void)
{
	panic("nil deref");
}

static int zero_frame(void)
{
	volatile int rc = 0;

	recover_frame(return rc);
	defer(squelch, NULL);
	panic("oops");
}

static int zero_proc(void)
{
	volatile int rc = 0;

	if (deferproc(squelch, NULL))
		goto epilogue;
	panic("oops");
epilogue:
	deferreturn();
	return rc;
}

NOINLINE static int leaves12345(void)
{
	return 12345;
}

/* No garbage in the result register. */
START_TEST(bug266)
{
	leaves12345();
	ck_assert_int_eq(zero_frame(), 0);
	leaves12345();
	ck_assert_int_eq(zero_proc(), 0);
}
END_TEST

static void is42(void *x)
{
	ck_assert_int_eq(*(volatile int *)x, 42);
}

static int f9738_proc(void)
{
	volatile int rc = 0;

	if (deferproc(is42, (void *)&rc))
		goto epilogue;
	rc = 42;
epilogue:
	deferreturn();
	return rc;
}

static int f9738_frame(void)
{
	volatile int rc = 0;

	defer_frame();
	defer(is42, (void *)&rc);
	return rc = 42;
}

START_TEST(issue9738)
{
	ck_assert_int_eq(f9738_proc(), 42);
	ck_assert_int_eq(f9738_frame(), 42);
}
END_TEST

static int f4066_frame(void)
{
	volatile int val = 0;

	recover_frame(return val);
	defer(squelch, NULL);
	for (;;) {
		val = 2;
		fails();
	}
}

static int f4066_proc(void)
{
	volatile int val = 0;

	if (deferproc(squelch, NULL))
		goto epilogue;
	for (;;) {
		val = 2;
		fails();
	}
epilogue:
	deferreturn();
	return val;
}

START_TEST(issue4066)
{
	ck_assert_int_eq(f4066_frame(), 2);
	ck_assert_int_eq(f4066_proc(), 2);
}
END_TEST

struct pair {
	bool bad;
	int n;
};

static struct pair f43835(void)
{
	static struct pair r;

	recover_frame(return r);
	defer(squelch, NULL);
	return r = (struct pair){ true, fails() };
}

START_TEST(issue43835)
{
	ck_assert(!f43835().bad);
	expect("");
}
END_TEST

static void add(TCase *tc)
{
	tcase_add_test(tc, bug266);
	tcase_add_test(tc, issue9738);
	tcase_add_test(tc, issue4066);
	tcase_add_test(tc, issue43835);
}

CONFORM_MAIN("fixedbugs results", add)
