/* SPDX-License-Identifier: MIT */
/* recover1.c - what Go's test/recover1.go shows: recover during recursive
 * panics. */

#include "../conformance/layers.h"

static void mustnotrecover(void *unused)
{
	(void)unused;
	ck_assert_ptr_eq(recover(), NULL);
	BARRIER();
}

static void mustrecover(int want)
{
	const struct panic *p;

	mustnotrecover(NULL);
	p = recover();
	ck_assert_ptr_ne(p, NULL);
	ck_assert_int_eq(atoi(panic_message(p)), want);
	ck_assert_ptr_eq(recover(), NULL);
	note("%d", want);
}

FUNCTION(inner1,
	DEFER(mustrecover, 2);
	panic("2");
);

FUNCTION(test1,
	DEFER(mustrecover, 1);
	DEFER(PICK(inner1), NULL);
	panic("1");
);

START_TEST(recover1_test1)
{
	LAYERS();
	CALL(test1, NULL);
	expect("2 1");
}
END_TEST

FUNCTION(inner3,
	DEFER(mustrecover, 3);
	panic("3");
);

static void recovers2(void *picky)
{
	const struct panic *p = recover();

	if (picky)
		ck_assert_str_eq(panic_message(p), "2");
	CALL(inner3, NULL);
}

FUNCTION(test2,
	DEFER(mustnotrecover, NULL);
	DEFER(recovers2, arg);
	panic("2");
);

START_TEST(recover1_test2)
{
	LAYERS();
	CALL(test2, trace);
	expect("3");
}
END_TEST

START_TEST(recover1_test3)
{
	LAYERS();
	CALL(test2, NULL);
	expect("3");
}
END_TEST

static void squelch(void *unused)
{
	(void)unused;
	(void)recover();
}

FUNCTION(test4,
	DEFER(mustnotrecover, NULL);
	DEFER(squelch, NULL);
	panic("4");
);

START_TEST(recover1_test4)
{
	LAYERS();
	CALL(test4, NULL);
	expect("");
}
END_TEST

/* test5 to test7 defer recover itself, which C cannot; a deferred function
 * that recovers in its stead is called by deferreturn, so it gets NULL. */
FUNCTION(inner5,
	DEFER(squelch, NULL);
);

FUNCTION(test5,
	DEFER(mustrecover, 5);
	DEFER(PICK(inner5), NULL);
	panic("5");
);

START_TEST(recover1_test5)
{
	LAYERS();
	CALL(test5, NULL);
	expect("5");
}
END_TEST

FUNCTION(inner6,
	DEFER(mustnotrecover, NULL);
	DEFER(mustrecover, 3);
	panic("3");
);

FUNCTION(test6,
	DEFER(mustrecover, 2);
	DEFER(PICK(inner6), NULL);
	panic("2");
);

START_TEST(recover1_test6)
{
	LAYERS();
	CALL(test6, NULL);
	expect("3 2");
}
END_TEST

FUNCTION(inner7,
	DEFER(mustrecover, 3);
	DEFER(PICK(inner5), NULL);
	panic("3");
);

FUNCTION(test7,
	DEFER(mustrecover, 2);
	DEFER(PICK(inner7), NULL);
	panic("2");
);

START_TEST(recover1_test7)
{
	LAYERS();
	CALL(test7, NULL);
	expect("3 2");
}
END_TEST

static void add(TCase *tc)
{
	LAYERED(tc, recover1_test1);
	LAYERED(tc, recover1_test2);
	LAYERED(tc, recover1_test3);
	LAYERED(tc, recover1_test4);
	LAYERED(tc, recover1_test5);
	LAYERED(tc, recover1_test6);
	LAYERED(tc, recover1_test7);
}

CONFORM_MAIN("recover1.go", add)
