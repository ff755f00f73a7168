/* SPDX-License-Identifier: MIT */
/* test-callersp.c - what the library takes from libunwind is what the compiler
 * says. */

#include "check.h"

#define UNW_LOCAL_ONLY
#include <libunwind.h>

#include "../lib/arch/cfa.h"

/* A function's own CFA, by libunwind: from its caller's sp. */
#define CFA_BY_UNWINDING(cfa) do { \
	unw_context_t uc; \
	unw_cursor_t c; \
	unw_word_t sp = 0; \
	\
	ck_assert_int_eq(unw_getcontext(&uc), 0); \
	ck_assert_int_eq(unw_init_local(&c, &uc), 0); \
	ck_assert_int_gt(unw_step(&c), 0); \
	ck_assert_int_eq(unw_get_reg(&c, UNW_REG_SP, &sp), 0); \
	*(cfa) = panic__cfa((uintptr_t)sp); \
} while (0)

NOINLINE static void few_locals(void)
{
	uintptr_t cfa;

	CFA_BY_UNWINDING(&cfa);
	ck_assert_uint_eq(cfa, (uintptr_t)__builtin_dwarf_cfa());
}

NOINLINE static void many_arguments(int a, int b, int c, int d, int e, int f,
	int g, int h, int i, int j)
{
	volatile int sum = a + b + c + d + e + f + g + h + i + j;
	volatile char room[1000];
	uintptr_t cfa;

	room[0] = room[999] = (char)sum;
	CFA_BY_UNWINDING(&cfa);
	ck_assert_uint_eq(cfa, (uintptr_t)__builtin_dwarf_cfa());
}

START_TEST(the_sp_of_the_caller_gives_the_cfa)
{
	few_locals();
	many_arguments(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
}
END_TEST

/* deferproc() of a compiler that has no builtin for the frame address. */
#define PLAIN_DEFERPROC(fn, arg) \
	PANIC__SETJMP(panic_deferproc(NULL, PANIC__FN(fn), PANIC__ARG(arg), \
		PANIC__SITE(0, PANIC__CALL(fn), NULL))->env)

static void changes_its_locals(void)
{
	volatile uintptr_t local[8] = { 0 };

	if (PLAIN_DEFERPROC(say, "b"))
		note("landed");
	for (size_t i = 0; i < 8; i++)
		local[i] = i + 1;
	if (PLAIN_DEFERPROC(say, "a"))
		note("landed");
	for (size_t i = 0; i < 8; i++)
		local[i] = ~local[i];
	panic_deferreturn(NULL, PANIC__HERE());
}

START_TEST(a_frame_found_by_libunwind_is_not_told_by_its_locals)
{
	changes_its_locals();
	ck_assert_str_eq(trace, "a b");
}
END_TEST

static void plain_recovers(void)
{
	if (PLAIN_DEFERPROC(rescue, NULL)) {
		panic_deferreturn(NULL, PANIC__HERE());
		note("landed");
		return;
	}
	panic("boom");
}

START_TEST(a_frame_found_by_libunwind_lands)
{
	plain_recovers();
	ck_assert_str_eq(trace, "[boom] landed");
}
END_TEST

int main(void)
{
	return RUN_TESTS("callersp",
		the_sp_of_the_caller_gives_the_cfa,
		a_frame_found_by_libunwind_is_not_told_by_its_locals,
		a_frame_found_by_libunwind_lands);
}
