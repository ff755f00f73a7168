/* SPDX-License-Identifier: MIT */
/* test-early.c - frames and panics before the library's own constructors: in a
 * static program, whose come first, and without memory (D19); and, as
 * test-preinit, before all constructors. */

#include "check.h"

static void early(void);

#ifdef PREINIT
__attribute__((section(".preinit_array"), used))
static void (*const first)(void) = early;

static void relent(void)
{
}
#else
__attribute__((constructor(101), used)) static void (first)(void)
{
	early();
}

/* -Wl,--wrap=malloc */
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

static volatile int refused = 1;	/* from the start */

void *__wrap_malloc(size_t size)
{
	return refused ? NULL : __real_malloc(size);
}

static void relent(void)
{
	refused = 0;
}
#endif

static void boom(void)
{
	panic("boom");
}

static void frame(void)
{
	recover_frame(note("landed"); return);
	defer(say, "older");
	defer(rescue, NULL);
	boom();
}

static void near(void)
{
	recover_frame(note("landed"); return);
	defer(rescue, NULL);
	panic("near");
}

static void proc(void)
{
	if (deferproc(rescue, NULL))
		goto epilogue;
	boom();
epilogue:
	deferreturn();
}

static char before[4096];

static void early(void)
{
	frame();
	near();
	relent();
	proc();
	strcpy(before, trace);
}

/* Whether nothing runs so early. */
static int no_preinit(void)
{
#if defined PREINIT && !defined __GLIBC__
	LEFT_OUT("musl runs no .preinit_array");
	return 1;
#else
	return 0;
#endif
}

START_TEST(a_panic_before_the_library_began_is_recovered)
{
	if (no_preinit())
		return;
	ck_assert_str_eq(before,
		"[boom] older landed [near] landed [boom]");
}
END_TEST

START_TEST(and_so_is_one_after_it)
{
	if (no_preinit())
		return;
	frame();
	near();
	proc();
	ck_assert_str_eq(trace, before);
}
END_TEST

int main(void)
{
	return RUN_TESTS("early",
		a_panic_before_the_library_began_is_recovered,
		and_so_is_one_after_it);
}
