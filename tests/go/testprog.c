/* SPDX-License-Identifier: MIT */
/* testprog.c - what the panic, Goexit and crash programs of Go's
 * src/runtime/testdata/testprog show: deadlock.go, crash.go, panicprint.go. */

#include "../conformance/dying.h"
#include "../conformance/layers.h"

/* Go's programs print what they recover on stdout. */
static void print(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	puts(p ? panic_message(p) : "<nil>");
	fflush(stdout);
}

static void squelch(void *unused)
{
	(void)unused;
	(void)recover();
}

static void badrecover(void *unused)
{
	(void)unused;
	if (!recover())
		panic("bad recover");
	BARRIER();
}

static void nop(void *unused)
{
	(void)unused;
}

/* fn dies: its stdout, and its panic lines. */
#define expectoutput(fn, stdout_, lines) do { \
	struct death *d__ = dies(fn, NULL); \
\
	ck_assert_str_eq(d__->out, stdout_); \
	ck_assert_str_eq(panics(d__), lines); \
	ck_assert(aborted(d__)); \
} while (0)

static void wraps(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	if (p)
		panic("wrap: %s", panic_message(p));
}

FUNCTION(bad,
	volatile char x[8192] = { 0 };
	DEFER(wraps, NULL);
	x[0]++;
	panic("bad");
);

FUNCTION(printsbad,
	DEFER(print, NULL);
	CALL(bad, NULL);
);

FUNCTION(recursive,
	DEFER(nop, NULL);
	CALL(printsbad, NULL);
	panic("again");
);

START_TEST(RecursivePanic)
{
	LAYERS();
	expectoutput(PICK(recursive), "wrap: bad\n", "panic: again\n");
}
END_TEST

FUNCTION(firstsecond,
	DEFER(raise_text, "second panic");
	DEFER(print, NULL);
	panic("first panic");
);

FUNCTION(printssecond,
	DEFER(print, NULL);
	CALL(firstsecond, NULL);
);

FUNCTION(recursive2,
	DEFER(nop, NULL);
	CALL(printssecond, NULL);
	panic("third panic");
);

START_TEST(RecursivePanic2)
{
	LAYERS();
	expectoutput(PICK(recursive2), "first panic\nsecond panic\n",
		"panic: third panic\n");
}
END_TEST

FUNCTION(secondstopped,
	DEFER(squelch, NULL);
	panic("second panic");
);

FUNCTION(recursive3,
	DEFER(PICK(secondstopped), NULL);
	panic("first panic");
);

START_TEST(RecursivePanic3)
{
	LAYERS();
	expectoutput(PICK(recursive3), "", "panic: first panic\n");
}
END_TEST

static void recoverspanics(void *unused)
{
	(void)unused;
	(void)recover();
	panic("second panic");
}

FUNCTION(recursive4,
	DEFER(recoverspanics, NULL);
	panic("first panic");
);

START_TEST(RecursivePanic4)
{
	LAYERS();
	expectoutput(PICK(recursive4), "",
		"panic: first panic [recovered]\n\tpanic: second panic\n");
}
END_TEST

static void printspanics(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	puts(p ? panic_message(p) : "<nil>");
	panic("second panic");
}

FUNCTION(three,
	DEFER(nop, NULL);
	DEFER(print, NULL);
	DEFER(printspanics, NULL);
	panic("first panic");
);

FUNCTION(two,
	DEFER(nop, NULL);
	CALL(three, NULL);
);

FUNCTION(recursive5,
	DEFER(nop, NULL);
	CALL(two, NULL);
	panic("third panic");
);

START_TEST(RecursivePanic5)
{
	LAYERS();
	expectoutput(PICK(recursive5), "first panic\nsecond panic\n",
		"panic: third panic\n");
}
END_TEST

/* Go reports a deadlock when main has gone and nothing is left; here the
 * process ends with status 0 (design.md, 15). */
static void expectgone(void (*fn)(void *))
{
	struct death *d;

	if (UNDER_TSAN) {
		LEFT_OUT("ThreadSanitizer knows no main thread that ends");
		return;
	}
	d = dies(fn, NULL);
	ck_assert_str_eq(d->err, "");
	ck_assert(exited(d, 0));
}

static void *shortthread(void *unused)
{
	return unused;
}

static void goexitdeadlock(void *unused)
{
	pthread_t id;

	pthread_create(&id, NULL, shortthread, unused);
	pthread_detach(id);
	goexit();
}

START_TEST(GoexitDeadlock)
{
	expectgone(goexitdeadlock);
}
END_TEST

FUNCTION(exitsinpanic,
	DEFER(exits, NULL);
	panic("hello");
);

static void goexitinpanic(void *unused)
{
	inthread(PICK(exitsinpanic), unused);
	goexit();
}

/* #8774: it used to recurse without end. */
START_TEST(GoexitInPanic)
{
	LAYERS();
	expectgone(goexitinpanic);
}
END_TEST

FUNCTION(panicaftergoexit,
	DEFER(raise_text, "hello");
	goexit();
);

START_TEST(PanicAfterGoexit)
{
	LAYERS();
	expectoutput(PICK(panicaftergoexit), "", "panic: hello\n");
}
END_TEST

FUNCTION(hellostopped,
	DEFER(badrecover, NULL);
	panic("hello");
);

FUNCTION(recoveredaftergoexit,
	DEFER(PICK(hellostopped), NULL);
	goexit();
);

START_TEST(RecoveredPanicAfterGoexit)
{
	LAYERS();
	expectgone(PICK(recoveredaftergoexit));
}
END_TEST

FUNCTION(recoverbefore,
	if (arg)
		for (volatile int i = 0; i < 9; i++)
			DEFER(nop, NULL);
	DEFER(badrecover, NULL);
	DEFER(raise_text, "hello");
	goexit();
);

static void recoverbefore2(void *unused)
{
	(void)unused;
	CALL(recoverbefore, trace);
}

START_TEST(RecoverBeforePanicAfterGoexit)
{
	LAYERS();
	expectgone(PICK(recoverbefore));
}
END_TEST

START_TEST(RecoverBeforePanicAfterGoexit2)
{
	LAYERS();
	expectgone(recoverbefore2);
}
END_TEST

FUNCTION(pt2,
	DEFER(raise_text, "panic pt2");
	panic("hello");
);

FUNCTION(pt1,
	DEFER(raise_text, "panic pt1");
	CALL(pt2, NULL);
);

START_TEST(PanicTraceback)
{
	LAYERS();
	expectoutput(PICK(pt1), "",
		"panic: hello\n\tpanic: panic pt2\n\tpanic: panic pt1\n");
}
END_TEST

static int printingtext(const void *data, char *buf, size_t size)
{
	(void)data;
	puts("1\n2");
	fflush(stdout);
	return snprintf(buf, size, "3");
}

static const struct panic_type printing = { "printing", printingtext, NULL };

static void syscallinpanic(void *unused)
{
	panic_value(&printing, unused);
}

/* #14432: the text function may do what it likes. */
START_TEST(SyscallInPanic)
{
	expectoutput(syscallinpanic, "1\n2\n", "panic: 3\n");
}
END_TEST

static int panicstext(const void *data, char *buf, size_t size);

static const struct panic_type panicserror =
	{ "panicError", panicstext, NULL };

static int panicstext(const void *data, char *buf, size_t size)
{
	(void)buf;
	(void)size;
	if (data)
		panic_value(&panicserror, (void *)(uintptr_t)data);
	panic("important error message");
}

static void raiseserror(void *circular)
{
	panic_value(&panicserror, circular);
}

START_TEST(ErrorPanic)
{
	expectfatal(raiseserror, NULL, "", "panic while printing panic value:"
		" important error message\n");
}
END_TEST

START_TEST(CircularPanic)
{
	expectfatal(raiseserror, trace, "",
		"panic while printing panic value: type panicError\n");
}
END_TEST

START_TEST(PanicLoop)
{
	expectfatal(raiseserror, NULL, "",
		"panic while printing panic value: ");
}
END_TEST

/* #30150: the first message must not be clobbered by the second. */
static char xxx[] = "XXX", yyy[] = "YYY";

static int copiestext(const void *data, char *buf, size_t size)
{
	return snprintf(buf, size, "%s", (const char *)data);
}

static const struct panic_type copies = { "P", copiestext, NULL };

static void raisesyyy(void *unused)
{
	(void)unused;
	panic_value(&copies, yyy);
}

FUNCTION(doublepanic,
	DEFER(raisesyyy, NULL);
	panic_value(&copies, xxx);
);

START_TEST(DoublePanic)
{
	LAYERS();
	expectoutput(PICK(doublepanic), "",
		"panic: XXX\n\tpanic: YYY\n");
}
END_TEST

START_TEST(StringPanic)
{
	expectdeath(raise_text, "important string message",
		"panic: important string message\n");
}
END_TEST

static void nilpanic(void *unused)
{
	panic_value(NULL, unused);
}

START_TEST(NilPanic)
{
	expectdeath(nilpanic, NULL,
		"panic: panic called with nil argument\n");
}
END_TEST

START_TEST(MainGoroutineID)
{
	struct death *d = dies(raise_text, "test");

	ck_assert_str_eq(panics(d), "panic: test\n");
	ck_assert_ptr_ne(strstr(d->err, "[running]:\n"), NULL);
}
END_TEST

static int customtext(const void *data, char *buf, size_t size)
{
	return snprintf(buf, size, "main.MyFloat64(%+e)",
		*(const double *)data);
}

static const struct panic_type custom = { "MyFloat64", customtext, NULL };

static void paniccustom(void *unused)
{
	static double d = -93.70;

	(void)unused;
	panic_value(&custom, &d);
}

START_TEST(panicCustomFloat64)
{
	expectdeath(paniccustom, NULL,
		"panic: main.MyFloat64(-9.370000e+01)\n");
}
END_TEST

static void add(TCase *tc)
{
	LAYERED(tc, RecursivePanic);
	LAYERED(tc, RecursivePanic2);
	LAYERED(tc, RecursivePanic3);
	LAYERED(tc, RecursivePanic4);
	LAYERED(tc, RecursivePanic5);
	tcase_add_test(tc, GoexitDeadlock);
	LAYERED(tc, GoexitInPanic);
	LAYERED(tc, PanicAfterGoexit);
	LAYERED(tc, RecoveredPanicAfterGoexit);
	LAYERED(tc, RecoverBeforePanicAfterGoexit);
	LAYERED(tc, RecoverBeforePanicAfterGoexit2);
	LAYERED(tc, PanicTraceback);
	tcase_add_test(tc, SyscallInPanic);
	tcase_add_test(tc, ErrorPanic);
	tcase_add_test(tc, CircularPanic);
	tcase_add_test(tc, PanicLoop);
	LAYERED(tc, DoublePanic);
	tcase_add_test(tc, StringPanic);
	tcase_add_test(tc, NilPanic);
	tcase_add_test(tc, MainGoroutineID);
	tcase_add_test(tc, panicCustomFloat64);
}

CONFORM_MAIN("testprog", add)
