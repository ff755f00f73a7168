/* SPDX-License-Identifier: MIT */
/* s13-foreign.c - S133 to S135: frames of code that knows nothing of this
 * library, here the C library's qsort() and bsearch(). */

#include "layers.h"

static int order(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

FUNCTION(compares,
	DEFER(say, "callback");
	if (!strcmp(arg, "panic"))
		panic("p");
	if (!strcmp(arg, "goexit"))
		goexit();
);

static const char *what;

static int callback(const void *a, const void *b)
{
	CALL(compares, (void *)(uintptr_t)what);
	return order(a, b);
}

static void sort(const char *how)
{
	int v[] = { 2, 1 };

	what = how;
	qsort(v, 2, sizeof *v, callback);
	note("sorted-%d%d", v[0], v[1]);
}

FUNCTION(outer,
	DEFER(say, "oldest");
	DEFER(catch, "r");
	sort(arg);
);

START_TEST(S133_a_panic_recovered_beyond_foreign_frames_drops_them)
{
	LAYERS();
	CALL(outer, "panic");
	expect("callback r=p oldest");
}
END_TEST

START_TEST(S134_goexit_across_foreign_frames)
{
	LAYERS();
	inthread(PICK(outer), "goexit");
	expect("callback r=nil oldest gone");
}
END_TEST

FUNCTION(stops,
	DEFER(catch, "in");
	panic("p");
);

static int stopping(const void *a, const void *b)
{
	CALL(stops, NULL);
	return order(a, b);
}

FUNCTION(searches,
	DEFER(catch, "r");
	static const int v[] = { 1 };
	int key = 1;
	const int *at = bsearch(&key, v, 1, sizeof *v, stopping);
	note("found-%d", at == v);
);

START_TEST(S135_a_panic_recovered_in_the_callback_lets_foreign_code_go_on)
{
	LAYERS();
	CALL(searches, NULL);
	expect("in=p found-1 r=nil");
}
END_TEST

static void add(TCase *tc)
{
	LAYERED(tc, S133_a_panic_recovered_beyond_foreign_frames_drops_them);
	LAYERED(tc, S134_goexit_across_foreign_frames);
	LAYERED(tc,
	S135_a_panic_recovered_in_the_callback_lets_foreign_code_go_on);
}

CONFORM_MAIN("foreign frames", add)
