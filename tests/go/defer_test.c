/* SPDX-License-Identifier: MIT */
/* defer_test.c - what Go's src/runtime/defer_test.go shows. */

#include "../conformance/layers.h"

/* Recovers and must find want; NULL: nothing. */
static void must(void *want)
{
	const struct panic *p = recover();

	if (want)
		ck_assert_ptr_ne(p, NULL);
	else
		ck_assert_ptr_eq(p, NULL);
	if (p)
		ck_assert_str_eq(panic_message(p), (const char *)want);
	note("%s", want ? (const char *)want : "nil");
}

static int number(const struct panic *p)
{
	return p ? atoi(panic_message(p)) : 0;
}

static void mustbe(int want)
{
	ck_assert_int_eq(number(recover()), want);
	BARRIER();
}

static void panics(int n)
{
	panic("%d", n);
}

static void nop(void *unused)
{
	(void)unused;
}

FUNCTION(unconditional,
	DEFER(must, "testUnconditional");
	panic("testUnconditional");
);

START_TEST(TestUnconditionalPanic)
{
	LAYERS();
	CALL(unconditional, NULL);
	expect("testUnconditional");
}
END_TEST

/* Beside inline slots a call on the heap: the ninth. */
FUNCTION(testopen,
	DEFER(must, "testOpenDefer");
	panic("testOpenDefer");
);

FUNCTION(openandnonopen,
	for (volatile int i = 0; i < 9; i++)
		DEFER(nop, NULL);
	DEFER(must, "testNonOpenDefer");
	CALL(testopen, NULL);
	panic("testNonOpenDefer");
);

FUNCTION(nonopenandopen,
	CALL(testopen, NULL);
	for (volatile int i = 0; i < 9; i++)
		DEFER(nop, NULL);
	DEFER(must, "testNonOpenDefer");
	panic("testNonOpenDefer");
);

START_TEST(TestOpenAndNonOpenDefers)
{
	LAYERS();
	CALL(openandnonopen, NULL);
	expect("testOpenDefer testNonOpenDefer");
}
END_TEST

START_TEST(TestNonOpenAndOpenDefers)
{
	LAYERS();
	CALL(nonopenandopen, NULL);
	expect("testOpenDefer testNonOpenDefer");
}
END_TEST

FUNCTION(testconditional,
	DEFER(say, "1");
	if ((intptr_t)arg > 5) {
		DEFER(say, "2");
		if ((intptr_t)arg > 8)
			DEFER(say, "3");
		else
			DEFER(say, "4");
	}
	panic("testConditional");
);

FUNCTION(conditional,
	DEFER(must, "testConditional");
	CALL(testconditional, (void *)8);
);

START_TEST(TestConditionalDefers)
{
	LAYERS();
	CALL(conditional, NULL);
	expect("4 2 1 testConditional");
}
END_TEST

FUNCTION(disappearing,
	if (sizeof(int) == 1)
		DEFER(say, "should not run");
);

START_TEST(TestDisappearingDefer)
{
	LAYERS();
	CALL(disappearing, NULL);
	expect("");
}
END_TEST

FUNCTION(abortedpanic,
	DEFER(must, NULL);
	DEFER(must, "panic2");
	DEFER(raise_text, "panic2");
	panic("panic1");
);

START_TEST(TestAbortedPanic)
{
	LAYERS();
	CALL(abortedpanic, NULL);
	expect("panic2 nil");
}
END_TEST

FUNCTION(defersmust,
	DEFER(must, NULL);
);

FUNCTION(matching,
	DEFER(must, "panic1");
	DEFER(PICK(defersmust), NULL);
	panic("panic1");
);

START_TEST(TestRecoverMatching)
{
	LAYERS();
	CALL(matching, NULL);
	expect("nil panic1");
}
END_TEST

/* Go: large arguments by value.  Here what a pointer points to, which each
 * deferred call copies. */
struct big {
	long x, y, z, w, p, q;
};

static int made;
static long saved[4];

static struct big *mk(struct big *b)
{
	made++;
	return b;
}

static void save(void *b)
{
	saved[0] = ((struct big *)b)->y;
}

static void savez(void *b)
{
	saved[1] = ((struct big *)b)->z;
}

static struct big bigs[2] = { { 1, 2, 3, 4, 5, 6 }, { 0, 0, 4, 0, 0, 0 } };

FUNCTION(nonssaable,
	DEFER(save, mk(&bigs[0]));
	DEFER(savez, mk(&bigs[1]));
);

START_TEST(TestNonSSAableArgs)
{
	LAYERS();
	made = 0;
	CALL(nonssaable, NULL);
	ck_assert_int_eq(made, 2);
	ck_assert_int_eq(saved[0], 2);
	ck_assert_int_eq(saved[1], 4);
}
END_TEST

static volatile int *condition;

static void checkcondition(void *unused)
{
	(void)unused;
	ck_assert_int_eq(*condition, 2);
	ck_assert_str_eq(panic_message(recover()), "Test panic");
}

NOINLINE static void dopanic(void)
{
	panic("Test panic");
}

FUNCTION(noexit,
	volatile int cond = 1;
	condition = &cond;
	DEFER(checkcondition, NULL);
	cond = 2;
	for (;;)
		dopanic();
);

START_TEST(TestDeferForFuncWithNoExit)
{
	LAYERS();
	CALL(noexit, NULL);
	expect("");
}
END_TEST

/* #37664: an interpreter that recovers and panics again at each level. */
struct level {
	int level, max, rec;
};

static void maybestop(void *arg)
{
	const struct level *l = arg;
	const struct panic *p = recover();

	if (!p)
		return;
	note("%d", l->level);
	if (number(p) != l->level)
		panic("%d", number(p));
}

static void nextlevel(const struct level *l);

FUNCTION(interpreter,
	DEFER(maybestop, arg);
	nextlevel(arg);
);

static void nextlevel(const struct level *l)
{
	struct level next = { l->level + 1, l->max, l->rec };

	if (next.level >= l->max)
		panic("%d", l->rec);
	CALL(interpreter, &next);
}

static void squelch(void *unused)
{
	(void)unused;
	(void)recover();
}

NOINLINE static void recurse(int level, int max)
{
	volatile unsigned a[40];

	for (int i = 0; i < 40; i++)
		a[i] = 0xffffffff;
	if (level + 1 < max)
		recurse(level + 1, max);
	else if (a[4])
		panic("recurseFn panic");
	a[4] = a[5];
}

FUNCTION(recursepanic,
	DEFER(squelch, NULL);
	recurse(0, 10);
);

START_TEST(TestDeferWithRepeatedRepanics)
{
	static struct level levels[] =
		{ { 0, 6, 2 }, { 0, 5, 1 }, { 0, 6, 3 } };

	LAYERS();
	for (int i = 0; i < 3; i++) {
		CALL(interpreter, &levels[i]);
		CALL(recursepanic, NULL);
	}
	expect("5 4 3 2 4 3 2 1 5 4 3");
}
END_TEST

FUNCTION(ff1,
	DEFER(nop, NULL);
	DEFER(squelch, NULL);
	panic("ff1 panic");
);

NOINLINE static int rec1(int max)
{
	volatile int n = max;

	return n > 0 ? rec1(n - 1) + n : 0;
}

FUNCTION(g2,
	for (volatile int i = 0; i < 10; i++)
		DEFER(nop, NULL);
	CALL(ff1, NULL);
	rec1(2000);
);

START_TEST(TestIssue37688)
{
	LAYERS();
	for (int i = 0; i < 10; i++)
		CALL(g2, NULL);
	expect("");
}
END_TEST

FUNCTION(inner43921,
	DEFER(mustbe, 4);
	panic("4");
);

FUNCTION(middle43921,
	DEFER(nop, NULL);
	DEFER(PICK(inner43921), NULL);
	panic("1");
);

FUNCTION(outer43921,
	DEFER(mustbe, 1);
	CALL(middle43921, NULL);
);

START_TEST(TestIssue43921)
{
	LAYERS();
	CALL(outer43921, NULL);
	expect("");
}
END_TEST

static int steps;

static void step(int want)
{
	ck_assert_int_eq(++steps, want);
}

FUNCTION(third43920,
	DEFER(mustbe, 5);
	DEFER(panics, 5);
	panics(4);
);

FUNCTION(second43920,
	DEFER(PICK(third43920), NULL);
	DEFER(mustbe, 3);
	DEFER(panics, 3);
);

FUNCTION(body43920,
	DEFER(step, 1);
	panic("1");
);

FUNCTION(outer43920,
	DEFER(mustbe, 1);
	DEFER(PICK(second43920), NULL);
	CALL(body43920, NULL);
);

START_TEST(TestIssue43920)
{
	LAYERS();
	steps = 0;
	CALL(outer43920, NULL);
	ck_assert_int_eq(steps, 1);
	expect("");
}
END_TEST

FUNCTION(inner43941,
	DEFER(mustbe, 3);
	DEFER(panics, 3);
	panic("2");
);

FUNCTION(first43941,
	DEFER(PICK(inner43941), NULL);
	DEFER(mustbe, 1);
	DEFER(panics, 1);
);

FUNCTION(second43941,
	CALL(first43941, NULL);
	DEFER(nop, NULL);
	DEFER(nop, NULL);
	DEFER(step, 10);
	DEFER(step, 9);
	step(8);
);

FUNCTION(eleventh43941,
	DEFER(step, 11);
	panic("4");
);

FUNCTION(third43941,
	DEFER(step, 13);
	DEFER(step, 12);
	CALL(eleventh43941, NULL);
	DEFER(panics, -1);
	DEFER(step, -1);
);

static void last43941(int want)
{
	step(want);
	ck_assert_int_eq(number(recover()), 4);
	BARRIER();
}

FUNCTION(outer43941,
	DEFER(last43941, 14);
	CALL(second43941, NULL);
	CALL(third43941, NULL);
);

START_TEST(TestIssue43941)
{
	LAYERS();
	steps = 7;
	CALL(outer43941, NULL);
	ck_assert_int_eq(steps, 14);
	expect("");
}
END_TEST

static void add(TCase *tc)
{
	LAYERED(tc, TestUnconditionalPanic);
	LAYERED(tc, TestOpenAndNonOpenDefers);
	LAYERED(tc, TestNonOpenAndOpenDefers);
	LAYERED(tc, TestConditionalDefers);
	LAYERED(tc, TestDisappearingDefer);
	LAYERED(tc, TestAbortedPanic);
	LAYERED(tc, TestRecoverMatching);
	LAYERED(tc, TestNonSSAableArgs);
	LAYERED(tc, TestDeferForFuncWithNoExit);
	LAYERED(tc, TestDeferWithRepeatedRepanics);
	LAYERED(tc, TestIssue37688);
	LAYERED(tc, TestIssue43921);
	LAYERED(tc, TestIssue43920);
	LAYERED(tc, TestIssue43941);
}

CONFORM_MAIN("defer_test.go", add)
