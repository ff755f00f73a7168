/* SPDX-License-Identifier: MIT */
/* callers_test.c - what the panics of Go's src/runtime/callers_test.go and
 * stack_test.go show: who is on the stack when, and what becomes of it. */

#include <alloca.h>

#include "../conformance/layers.h"
#include "../conformance/stack.h"

/* Where f2() and body2() return to: on the stack, they are running. */
static void *f2pc, *body2pc;

NOINLINE static void f3(void)
{
	panic("f3");
}

NOINLINE static void f2(void)
{
	f2pc = RETURNS_TO();
	f3();
	BARRIER();
}

NOINLINE static void f1(void)
{
	f2();
	BARRIER();
}

/* Which of the two are on the stack. */
static void who(void)
{
	note("%d%d", f2pc ? onstack(f2pc) : 0, body2pc ? onstack(body2pc) : 0);
}

static void whodeferred(void *unused)
{
	(void)unused;
	who();
	BARRIER();
}

static void recoverswho(void *unused)
{
	(void)unused;
	tell("r", recover());
	who();
	BARRIER();
}

FUNCTION(callerspanic,
	DEFER(recoverswho, NULL);
	f1();
);

START_TEST(TestCallersPanic)
{
	LAYERS();
	CALL(callerspanic, NULL);
	expect("r=f3 10");
}
END_TEST

NOINLINE static void body2(void)
{
	body2pc = RETURNS_TO();
	panic("2");
}

NOINLINE static void callsbody2(void *unused)
{
	(void)unused;
	body2();
	BARRIER();
}

static void nested(void *unused)
{
	(void)unused;
	tell("r", recover());
	recover_frame(return);
	defer(recoverswho, NULL);
	callsbody2(NULL);
}

FUNCTION(doublepanic,
	DEFER(whodeferred, NULL);
	DEFER(nested, NULL);
	f1();
);

START_TEST(TestCallersDoublePanic)
{
	LAYERS();
	CALL(doublepanic, NULL);
	expect("r=f3 r=2 11 00");
}
END_TEST

FUNCTION(afterrecovery,
	DEFER(whodeferred, NULL);
	DEFER(recoverswho, NULL);
	f1();
);

START_TEST(TestCallersAfterRecovery)
{
	LAYERS();
	CALL(afterrecovery, NULL);
	expect("r=f3 10 00");
}
END_TEST

FUNCTION(abortedpanic,
	DEFER(catch, "r");
	DEFER(whodeferred, NULL);
	DEFER(recoverswho, NULL);
	DEFER(callsbody2, NULL);
	f1();
);

START_TEST(TestCallersAbortedPanic)
{
	LAYERS();
	CALL(abortedpanic, NULL);
	expect("r=2 11 00 r=nil");
}
END_TEST

FUNCTION(raisesboth,
	DEFER(callsbody2, NULL);
	f1();
);

FUNCTION(stopsboth,
	DEFER(recoverswho, NULL);
	CALL(raisesboth, NULL);
);

FUNCTION(abortedpanic2,
	DEFER(catch, "r");
	DEFER(whodeferred, NULL);
	CALL(stopsboth, NULL);
);

START_TEST(TestCallersAbortedPanic2)
{
	LAYERS();
	CALL(abortedpanic2, NULL);
	expect("r=2 11 00 r=nil");
}
END_TEST

static volatile int *state;

static void checkstate(void *unused)
{
	(void)unused;
	tell("r", recover());
	note("state=%d", *state);
	BARRIER();
}

FUNCTION(nilfunc,
	volatile int n = 1;
	state = &n;
	DEFER(checkstate, NULL);
	if (arg)
		for (volatile int i = 0; i < 9; i++)
			DEFER(say, "n");
	DEFER(nothing, NULL);
	n = 2;
);

START_TEST(TestCallersDeferNilFuncPanic)
{
	LAYERS();
	CALL(nilfunc, NULL);
	expect("r=" NILCALL " state=2");
}
END_TEST

START_TEST(TestCallersDeferNilFuncPanicWithLoop)
{
	LAYERS();
	CALL(nilfunc, trace);
	expect("n n n n n n n n n r=" NILCALL " state=2");
}
END_TEST

/* Calls fn at the bottom of a stack of n kilobytes. */
NOINLINE static void usestackandcall(int n, void (*fn)(void *), void *arg)
{
	volatile char room[1024] = { 0 };

	if (n == 0)
		fn(arg);
	else
		usestackandcall(n - 1, fn, arg);
	room[0]++;
}

static void growstack(void)
{
	usestackandcall(200, say, "bottom");
}

static void set42(void *y)
{
	volatile char room[4096] = { 0 };

	*(volatile int *)y = 42 + room[9];
}

static void check42(void *y)
{
	note("%d", *(volatile int *)y);
}

FUNCTION(deferptrs,
	static volatile int y;	/* the calls come after the block */
	y = 0;
	DEFER(check42, (void *)&y);
	DEFER(set42, (void *)&y);
	growstack();
	if (arg)
		usestackandcall(*(int *)arg, exits, NULL);
);

START_TEST(TestDeferPtrs)
{
	LAYERS();
	CALL(deferptrs, NULL);
	expect("bottom 42");
}
END_TEST

START_TEST(TestDeferPtrsGoexit)
{
	LAYERS();
	for (int i = 0; i < 100; i++) {
		inthread(PICK(deferptrs), &i);
		expect("bottom 42 gone");
	}
}
END_TEST

static void stops42(void *y)
{
	tell("r", recover());
	note("%d", *(volatile int *)y);
	BARRIER();
}

FUNCTION(deferptrspanic,
	volatile int y = 0;
	DEFER(stops42, (void *)&y);
	DEFER(set42, (void *)&y);
	usestackandcall(*(int *)arg, raise_text, "1");
);

START_TEST(TestDeferPtrsPanic)
{
	LAYERS();
	for (int i = 0; i < 100; i++) {
		inthread(PICK(deferptrspanic), &i);
		expect("r=1 42 end");
	}
}
END_TEST

/* Three panics, each in a deferred call of the one before, deeper and deeper;
 * all are recovered before. */
static void usestack2(void *depth);

FUNCTION(usestack1,
	DEFER(usestack2, arg);
	panic("%d", (int)(intptr_t)arg);
);

static void usestack2(void *depth)
{
	intptr_t n = (intptr_t)depth;

	tell("r", recover());
	if (n < 3)
		usestackandcall((int)n * 100, PICK(usestack1),
			(void *)(n + 1));
	BARRIER();
}

START_TEST(TestPanicUseStack)
{
	LAYERS();
	CALL(usestack1, (void *)1);
	expect("r=1 r=2 r=3");
}
END_TEST

FUNCTION(stopsfar,
	DEFER(catch, "r");
	usestackandcall((int)(intptr_t)arg, raise_text, "far");
);

START_TEST(TestPanicFar)
{
	LAYERS();
	CALL(stopsfar, (void *)2000);
	expect("r=far");
}
END_TEST

/* Calls in the slots and in the heap, over a stack that grows between. */
FUNCTION(heapandstack,
	for (volatile int i = 0; i < 12; i++) {
		DEFER(say, "d");
		if (i % 4 == 0)
			growstack();
	}
	panic("p");
);

FUNCTION(stopsheap,
	DEFER(catch, "r");
	CALL(heapandstack, NULL);
);

START_TEST(TestDeferHeapAndStack)
{
	LAYERS();
	CALL(stopsheap, NULL);
	expect("bottom bottom bottom d d d d d d d d d d d d r=p");
}
END_TEST

static void add(TCase *tc)
{
	LAYERED(tc, TestCallersPanic);
	LAYERED(tc, TestCallersDoublePanic);
	LAYERED(tc, TestCallersAfterRecovery);
	LAYERED(tc, TestCallersAbortedPanic);
	LAYERED(tc, TestCallersAbortedPanic2);
	LAYERED(tc, TestCallersDeferNilFuncPanic);
	LAYERED(tc, TestCallersDeferNilFuncPanicWithLoop);
	LAYERED(tc, TestDeferPtrs);
	LAYERED(tc, TestDeferPtrsGoexit);
	LAYERED(tc, TestDeferPtrsPanic);
	LAYERED(tc, TestPanicUseStack);
	LAYERED(tc, TestPanicFar);
	LAYERED(tc, TestDeferHeapAndStack);
}

CONFORM_MAIN("callers_test.go and stack_test.go", add)
