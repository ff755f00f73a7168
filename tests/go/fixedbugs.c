/* SPDX-License-Identifier: MIT */
/* fixedbugs.c - what the programs of Go's test/fixedbugs about defer, panic,
 * recover and Goexit show.  What they do with a fault, an explicit panic does
 * here; faults are in the signal tests. */

#include "../conformance/dying.h"
#include "../conformance/layers.h"

static void squelch(void *unused)
{
	(void)unused;
	(void)recover();
}

static void where(void *line)
{
	const struct panic *p = recover();

	ck_assert_ptr_ne(p, NULL);
	ck_assert_str_eq(panic_function(p), "panicshere");
	ck_assert_ptr_ne(strstr(panic_file(p), "fixedbugs.c"), NULL);
	ck_assert_int_eq(panic_line(p), *(int *)line);
}

static int line;

static void panicshere(void)
{
	line = __LINE__; panic("here");
}

FUNCTION(locates,
	DEFER(where, &line);
	panicshere();
);

START_TEST(bug348)
{
	LAYERS();
	CALL(locates, NULL);
	expect("");
}
END_TEST

static void setsone(void *x)
{
	(void)recover();
	*(volatile int *)x = 1;
}

static void raisesnil(void)
{
	panic_value(NULL, NULL);
}

FUNCTION(f1_14725,
	for (;;) {
		DEFER(setsone, arg);
		raisesnil();
	}
);

FUNCTION(f3_14725,
	DEFER(setsone, arg);
	if (*(volatile int *)arg == 2)
		raisesnil();
);

START_TEST(issue14725)
{
	LAYERS();
	for (volatile int first = 2; first < 4; first++) {
		volatile int x = first;

		CALL(f1_14725, (void *)&x);
		ck_assert_int_eq(x, 1);
		x = first;
		CALL(f3_14725, (void *)&x);
		ck_assert_int_eq(x, 1);
	}
	expect("");
}
END_TEST

/* Go: the method of a nil interface.  The argument cannot be evaluated. */
static void *cannot(void)
{
	panic("nil interface");
}

FUNCTION(nilinterface,
	DEFER(say, "traceback");
	DEFER(say, cannot());
	note("fail");
);

FUNCTION(shouldpanic,
	DEFER(catch, "r");
	CALL(nilinterface, NULL);
);

START_TEST(issue15975_6055)
{
	LAYERS();
	CALL(shouldpanic, NULL);
	expect("traceback r=nil interface");
}
END_TEST

NOINLINE static int stackit(int n)
{
	volatile int m = n;

	return n == 0 ? m : stackit(n - 1) + m;
}

FUNCTION(f8047,
	DEFER(catch, "r");
	DEFER(nothing, NULL);
	stackit(1000);
);

START_TEST(issue8047)
{
	LAYERS();
	CALL(f8047, NULL);
	expect("r=" NILCALL);
}
END_TEST

FUNCTION(g8047b,
	DEFER(nothing, NULL);
	panic("1");
);

FUNCTION(f8047b,
	DEFER(catch, "r");
	CALL(g8047b, NULL);
);

START_TEST(issue8047b)
{
	LAYERS();
	CALL(f8047b, NULL);
	expect("r=" NILCALL);
}
END_TEST

static void recoversexits(void *name)
{
	tell(name, recover());
	goexit();
}

FUNCTION(f8158,
	DEFER(recoversexits, "r");
	panic("p");
);

START_TEST(issue8158)
{
	LAYERS();
	inthread(PICK(f8158), NULL);
	inthread(PICK(f8158), NULL);
	expect("r=p gone r=p gone");
}
END_TEST

FUNCTION(third48898,
	DEFER(squelch, NULL);
	DEFER(raise_text, "3");
	panic("2");
);

FUNCTION(second48898,
	DEFER(PICK(third48898), NULL);
	DEFER(squelch, NULL);
	panic("1");
);

FUNCTION(first48898,
	CALL(second48898, NULL);
	DEFER(say, "nop");
);

FUNCTION(inner48898,
	DEFER(say, "nop");
	panic("4");
);

FUNCTION(last48898,
	DEFER(say, "123");
	CALL(inner48898, NULL);
);

FUNCTION(main48898,
	DEFER(catch, "r");
	CALL(first48898, NULL);
	CALL(last48898, NULL);
);

/* A deferred call was lost: the one that notes 123. */
START_TEST(issue48898)
{
	LAYERS();
	CALL(main48898, NULL);
	expect("nop nop 123 r=4");
}
END_TEST

static void exits0(void *unused)
{
	(void)unused;
	exit(0);
}

FUNCTION(f5856,
	DEFER(exits0, NULL);
	panic("panic");
);

START_TEST(issue5856)
{
	LAYERS();
	ck_assert(exited(dies(PICK(f5856), NULL), 0));
}
END_TEST

static pthread_t mainthread;

static void *exits7(void *unused)
{
	(void)unused;
	pthread_join(mainthread, NULL);
	exit(7);
}

FUNCTION(f5963,
	pthread_t id;
	DEFER(say, "d");
	mainthread = pthread_self();
	pthread_create(&id, NULL, exits7, NULL);
	goexit();
);

/* Another thread ends the process after main has gone. */
START_TEST(issue5963)
{
	LAYERS();
	if (MAIN_MUST_STAY)
		LEFT_OUT("the sanitizer does not know a main thread that ends");
	else
		ck_assert(exited(dies(PICK(f5963), NULL), 7));
}
END_TEST

static void recoverspanics(void *unused)
{
	(void)unused;
	if (recover())
		panic("again");
}

FUNCTION(inner8132,
	volatile char x[8192] = { 0 };
	DEFER(recoverspanics, NULL);
	x[0]++;
	panic("first");
);

FUNCTION(f8132,
	DEFER(catch, "r");
	CALL(inner8132, NULL);
);

START_TEST(issue8132)
{
	LAYERS();
	CALL(f8132, NULL);
	expect("r=again");
}
END_TEST

enum { N = 40 };

static void uncorrupted(void *arg)
{
	volatile int *x = arg;

	(void)recover();
	for (int i = 0; i < N; i++)
		ck_assert_int_eq(x[i], 0x999);
}

static void usesstack(void *unused)
{
	(void)unused;
	stackit(1000);
}

static void usesitinthread(void *unused)
{
	inthread(usesstack, unused);
}

FUNCTION(f40629,
	volatile int x[N];
	for (int i = 0; i < N; i++)
		x[i] = 0x999;
	DEFER(uncorrupted, (void *)x);
	DEFER(usesitinthread, NULL);
	DEFER(usesstack, NULL);
	for (;;)
		raisesnil();
);

START_TEST(issue40629)
{
	LAYERS();
	CALL(f40629, NULL);
	expect("end");
}
END_TEST

enum { THREADS = 100 };

static pthread_barrier_t barrier;

static int waits(void *unused)
{
	(void)unused;
	pthread_barrier_wait(&barrier);
	return 0;
}

static void *f16016(void *unused)
{
	recover_frame(return unused);
	defer(squelch, NULL);
	defer(waits, NULL);
	panic("p");
}

/* Many threads in deferred calls at once. */
START_TEST(issue16016)
{
	pthread_t id[THREADS];

	pthread_barrier_init(&barrier, NULL, THREADS);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&id[i], NULL, f16016, NULL),
			0);
	for (int i = 0; i < THREADS; i++)
		pthread_join(id[i], NULL);
}
END_TEST

FUNCTION(f19658,
	DEFER(say, "d");
	panic("%g", *(double *)arg);
);

START_TEST(issue19658)
{
	double d = 8;

	LAYERS();
	expectdeath(PICK(f19658), &d, "panic: 8\n");
}
END_TEST

static void add(TCase *tc)
{
	LAYERED(tc, bug348);
	LAYERED(tc, issue14725);
	LAYERED(tc, issue15975_6055);
	LAYERED(tc, issue8047);
	LAYERED(tc, issue8047b);
	LAYERED(tc, issue8158);
	LAYERED(tc, issue48898);
	LAYERED(tc, issue5856);
	LAYERED(tc, issue5963);
	LAYERED(tc, issue8132);
	LAYERED(tc, issue40629);
	tcase_add_test(tc, issue16016);
	LAYERED(tc, issue19658);
}

CONFORM_MAIN("fixedbugs", add)
