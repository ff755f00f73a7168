/* SPDX-License-Identifier: MIT */
/* s22-scale.c - S22: many deferred calls, deep stacks and long chains of
 * panics work and leave nothing behind. */

#include "layers.h"

#if defined __GLIBC__
#include <malloc.h>
#if __GLIBC_PREREQ(2, 33)
#define INUSE() ((size_t)mallinfo2().uordblks)
#endif
#endif
#ifndef INUSE
#define INUSE() ((size_t)0)
#endif

/* A pool keeps some records and chunks: at most so many bytes. */
enum { POOLS = 64 * 2048 };

enum { DEFERS = 1000000, DEPTH = 100000, PANICS = 10000 };

static long called, last;
static long long sum;

static void counts(long n)
{
	if (n >= last)
		abort();		/* not last in, first out */
	last = n;
	called++;
	sum += n;
}

static void callcounts(void (*fn)(void), void *arg)
{
	(void)fn;
	counts((long)(intptr_t)arg);
}

static void bynumber(void *n)
{
	callcounts(NULL, n);
}

FUNCTION(million,
	for (volatile intptr_t i = 0; i < DEFERS; i++)
		DEFER(bynumber, (void *)i);
	if (arg)
		panic("p");
);

FUNCTION(stopsmillion,
	DEFER(catch, "r");
	CALL(million, arg);
);

static void start(void)
{
	called = sum = 0;
	last = DEFERS;
}

static void finish(long n, const char *want)
{
	ck_assert_int_eq(called, n);
	ck_assert_int_eq(sum, (long long)n * (n - 1) / 2);
	expect(want);
}

START_TEST(S22_a_million_deferred_calls_in_one_frame)
{
	size_t inuse;

	LAYERS();
	inuse = INUSE();
	start();
	CALL(stopsmillion, NULL);
	finish(DEFERS, "r=nil");
	start();
	CALL(stopsmillion, trace);
	finish(DEFERS, "r=p");
	ck_assert_uint_lt(INUSE(), inuse + POOLS);
}
END_TEST

static void descend(intptr_t n);

FUNCTION(deep,
	DEFER(bynumber, arg);
	descend((intptr_t)arg + 1);
);

static void descend(intptr_t n)
{
	if (n == DEPTH)
		panic("bottom");
	CALL(deep, (void *)n);
}

FUNCTION(stopsdeep,
	DEFER(catch, "r");
	descend(0);
);

/* Runs fn in a thread with a stack that is big enough for anything. */
static void *bigmain(void *fn)
{
	(*(void (**)(void *))fn)(NULL);
	if (!nothing_left())
		note("left");
	return NULL;
}

static void onbigstack(void (*fn)(void *))
{
	pthread_attr_t attr;
	pthread_t id;

	pthread_attr_init(&attr);
	ck_assert_int_eq(pthread_attr_setstacksize(&attr,
		(size_t)1 << 30), 0);
	ck_assert_int_eq(pthread_create(&id, &attr, bigmain, &fn), 0);
	pthread_join(id, NULL);
	pthread_attr_destroy(&attr);
}

START_TEST(S22_a_hundred_thousand_frames)
{
	LAYERS();
	if (UNDER_TSAN) {
		LEFT_OUT("ThreadSanitizer has no room for so many calls");
		return;
	}
	start();
	onbigstack(PICK(stopsdeep));
	finish(DEPTH, "r=bottom");
}
END_TEST

static int raisedpanics;

static void raisesnext(void *unused)
{
	(void)unused;
	panic("%d", ++raisedpanics);
}

/* How many panics are under the one that is recovered. */
static void countunder(void *unused)
{
	const struct panic *p = recover();
	int n = 0;

	(void)unused;
	tell("r", p);
	while ((p = panic_under(p)) != NULL)
		n++;
	note("under=%d", n);
}

FUNCTION(supersedes,
	DEFER(countunder, NULL);
	for (volatile int i = 0; i < PANICS; i++)
		DEFER(raisesnext, NULL);
	panic("first");
);

START_TEST(S22_ten_thousand_superseding_panics)
{
	LAYERS();
	raisedpanics = 0;
	onbigstack(PICK(supersedes));
	expect("r=10000 under=10000");
}
END_TEST

static void *unused_release;

static void release(void *data)
{
	(void)data;
	called++;
}

static const struct panic_type type = { "counted", NULL, release };

static void raisestyped(void *unused)
{
	(void)unused;
	panic_value(&type, &unused_release);
}

static void catchtyped(void *unused)
{
	(void)unused;
	note("%d", recover() != NULL);
}

FUNCTION(typed,
	DEFER(catchtyped, NULL);
	for (volatile int i = 0; i < PANICS; i++)
		DEFER(raisestyped, NULL);
	raisestyped(NULL);
);

START_TEST(S22_every_superseded_value_is_released)
{
	LAYERS();
	called = 0;
	onbigstack(PICK(typed));
	ck_assert_int_eq(called, PANICS + 1);
	expect("1");
}
END_TEST

static void longmessage(void *unused)
{
	(void)unused;
	panic("%01000d", 1);
}

FUNCTION(stopslong,
	DEFER(catch, "r");
	DEFER(longmessage, NULL);
	longmessage(NULL);
);

START_TEST(S22_long_messages_are_freed)
{
	size_t inuse;

	LAYERS();
	CALL(stopslong, NULL);
	inuse = INUSE();
	for (int i = 0; i < 1000; i++) {
		forget();
		CALL(stopslong, NULL);
	}
	ck_assert_uint_lt(INUSE(), inuse + 10000);
}
END_TEST

FUNCTION(fillspools,
	for (volatile int i = 0; i < 200; i++)
		DEFER(free, NULL);
);

START_TEST(S22_a_thread_leaves_nothing_behind)
{
	size_t inuse = 0;

	LAYERS();
	for (int i = 0; i < 210; i++) {
		inthread(PICK(fillspools), NULL);
		expect("end");
		if (i == 9)
			inuse = INUSE();
	}
	ck_assert_uint_lt(INUSE(), inuse + 65536);
}
END_TEST

static void add(TCase *tc)
{
	LAYERED(tc, S22_a_million_deferred_calls_in_one_frame);
	LAYERED(tc, S22_a_hundred_thousand_frames);
	LAYERED(tc, S22_ten_thousand_superseding_panics);
	LAYERED(tc, S22_every_superseded_value_is_released);
	LAYERED(tc, S22_long_messages_are_freed);
	LAYERED(tc, S22_a_thread_leaves_nothing_behind);
}

CONFORM_MAIN("scale", add)
