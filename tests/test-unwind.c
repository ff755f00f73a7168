/* SPDX-License-Identifier: MIT */
/* test-unwind.c - panic_unwind(): the cleanups of others on the way to a
 * landing.  Compiled with -fexceptions. */

#include "config.h"

#include "unwind.h"

#include <errno.h>

START_TEST(cleanups_run_before_the_landing)
{
	lands(raises);
	ck_assert_int_eq(asked, 0);
	ck_assert_str_eq(trace, UNWOUND);
}
END_TEST

static NOINLINE void lands_unasked(void)
{
	recover_frame(return);
	defer(rescue, NULL);
	plain(raises);
}

START_TEST(without_it_none_runs)
{
	lands_unasked();
	ck_assert_str_eq(trace, "second first [boom]");
	forget();
	lands(raises);
	lands_unasked();
	ck_assert_str_eq(trace, UNWOUND " second first [boom]");
}
END_TEST

static NOINLINE void lands_by_deferproc(void)
{
	CLEANED(own);
	if (deferproc(say, "older"))
		goto epilogue;
	if (deferproc(unwind, NULL))
		goto epilogue;
	plain(raises);
epilogue:
	note("landed");
	deferreturn();
}

START_TEST(deferproc_lands_behind_them_too)
{
	for (int i = 0; i < 2; i++) {
		forget();
		lands_by_deferproc();
		ck_assert_str_eq(trace, "second first [boom] ~raiser ~late "
			"~early landed older ~own");
	}
}
END_TEST

static NOINLINE void panics_on_its_way(void)
{
	CLEANED(outer);
	defer_frame();
	defer(raise_again, NULL);
	raises();
}

/* The older panic's functions lie below the deferred call. */
START_TEST(an_aborted_panic_is_passed)
{
	lands(panics_on_its_way);
	ck_assert_str_eq(trace, "second first [again] ~deferred ~raiser ~outer "
		"~late ~early older landed ~own");
}
END_TEST

static void land_in_a_deferred_call(void *unused)
{
	(void)unused;
	lands(panics_on_its_way);
}

static NOINLINE void lands_under_a_panic(void)
{
	recover_frame(return);
	defer(rescue, NULL);
	defer(land_in_a_deferred_call, NULL);
	panic("oldest");
}

START_TEST(an_older_panic_goes_on)
{
	lands_under_a_panic();
	ck_assert_str_eq(trace, "second first [again] ~deferred ~raiser ~outer "
		"~late ~early older landed ~own [oldest]");
}
END_TEST

static NOINLINE void ends_its_frame(void)
{
	defer_frame();
	defer(say, "last");
	defer(raise_again, NULL);
	defer(say, "run");
}

START_TEST(a_frame_that_was_being_left_is_passed)
{
	lands(ends_its_frame);
	ck_assert_str_eq(trace, "run last second first [again] ~deferred "
		"~late ~early older landed ~own");
}
END_TEST

static NOINLINE void raises_under_a_handler(void)
{
	pthread_cleanup_push(say, "handler");
	panic("boom");
	pthread_cleanup_pop(0);
}

START_TEST(handlers_of_pthread_cleanup_push_run)
{
	lands(raises_under_a_handler);
	ck_assert_str_eq(trace, "second first [boom] handler ~late ~early "
		"older landed ~own");
}
END_TEST

static inline __attribute__((always_inline)) void inlined(void)
{
	CLEANED(inside);
	raises();
}

static NOINLINE void lands_itself(int near)
{
	CLEANED(own);
	recover_frame(note("landed"); return);
	CLEANED(behind);
	defer(say, "older");
	defer(unwind, NULL);
	{
		defer_frame();
		CLEANED(between);
		defer(say, "inner");
		if (near)
			panic("boom");
		inlined();
	}
}

/* What lies behind recover_frame(), in its block, is left as well. */
START_TEST(the_landings_own_function_is_unwound_to_its_frame)
{
	for (int i = 0; i < 2; i++) {
		forget();
		lands_itself(1);
		ck_assert_int_eq(asked, 0);
		ck_assert_str_eq(trace, "inner [boom] ~between ~behind older "
			"landed ~own");
		forget();
		lands_itself(0);
		ck_assert_str_eq(trace, "inner [boom] ~raiser ~inside ~between "
			"~behind older landed ~own");
	}
	forget();
	lands_unasked();
	ck_assert_str_eq(trace, "second first [boom]");
}
END_TEST

static void ask_twice(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	ck_assert_int_eq(panic_unwind(p), 0);
	ck_assert_int_eq(panic_unwind(p), 0);
}

static NOINLINE void lands_asked_twice(void)
{
	recover_frame(note("landed"); return);
	defer(ask_twice, NULL);
	plain(raises);
}

START_TEST(asked_twice_it_is_done_once)
{
	lands_asked_twice();
	ck_assert_str_eq(trace, "second first ~raiser ~late ~early landed");
}
END_TEST

static const struct panic *kept;

static void ask_before(void *unused)
{
	struct panic *copy;
	const struct panic *p = panic_current();

	(void)unused;
	ck_assert_int_eq(panic_unwind(p), -1);
	ck_assert_int_eq(errno, EINVAL);
	copy = panic_take(p);
	(void)recover();
	ck_assert_int_eq(panic_unwind(copy), -1);
	ck_assert_int_eq(errno, EINVAL);
	panic_free(copy);
	kept = p;
}

static NOINLINE void lands_unasked_for(void)
{
	recover_frame(return);
	defer(ask_before, NULL);
	plain(raises);
}

START_TEST(what_was_not_recovered_is_refused)
{
	ck_assert_int_eq(panic_unwind(NULL), -1);
	ck_assert_int_eq(errno, EINVAL);
	lands_unasked_for();
	ck_assert_str_eq(trace, "second first");
	ck_assert_int_eq(panic_unwind(kept), -1);
	ck_assert_int_eq(errno, EINVAL);
}
END_TEST

static int *volatile nowhere;

static NOINLINE void faults(void)
{
	CLEANED(faulty);
	*nowhere = 1;
}

/* The faulting function has no cleanup for an instruction that may fault, but
 * its callers have. */
START_TEST(callers_of_a_fault_are_unwound)
{
	if (PANIC__WATCHED)	/* it takes the fault for itself */
		return;
	ck_assert(panic_signals(0) == 0 || errno == EBUSY);
	lands(faults);
#ifdef __aarch64__
	ck_assert_int_eq(asked, -1);
	ck_assert_str_eq(trace, "second first [runtime error: invalid memory "
		"address or nil pointer dereference] older landed ~own");
#else
	ck_assert_str_eq(trace, "second first [runtime error: invalid memory "
		"address or nil pointer dereference] ~late ~early older landed "
		"~own");
#endif
}
END_TEST

#if defined __x86_64__ && defined __linux__
/* Calls fn() and has no unwind table. */
void call_untold(void (*fn)(void));
__asm__ (".text\ncall_untold:\n\tsub $8, %rsp\n\tcall *%rdi\n\t"
	"add $8, %rsp\n\tret");

static void untold(void)
{
	call_untold(raises);
}

START_TEST(behind_a_function_without_a_table_none_runs)
{
	lands(untold);
	ck_assert_int_eq(asked, 0);
	ck_assert_str_eq(trace, "second first [boom] older landed ~own");
}
END_TEST
#else
START_TEST(behind_a_function_without_a_table_none_runs)
{
}
END_TEST
#endif

int main(void)
{
	return RUN_TESTS("unwind",
		cleanups_run_before_the_landing,
		without_it_none_runs,
		deferproc_lands_behind_them_too,
		an_aborted_panic_is_passed,
		an_older_panic_goes_on,
		a_frame_that_was_being_left_is_passed,
		handlers_of_pthread_cleanup_push_run,
		the_landings_own_function_is_unwound_to_its_frame,
		asked_twice_it_is_done_once,
		what_was_not_recovered_is_refused,
		callers_of_a_fault_are_unwound,
		behind_a_function_without_a_table_none_runs);
}
