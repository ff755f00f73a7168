/* SPDX-License-Identifier: MIT */
/* test-unwinding.c - what a cleanup that panic_unwind() runs may do itself.
 * Compiled with -fexceptions. */

#include "config.h"

#include "coroutine.h"
#include "unwind.h"

#include <setjmp.h>

/* To Clang a cleanup that runs in an unwinding and is itself unwound is a
 * reason to call abort(). */
#ifdef __clang__
#define UNWINDS_CLEANUPS 0
#else
#define UNWINDS_CLEANUPS 1
#endif

static void raise_in_cleanup(const char **name)
{
	note("~%s", *name);
	panic("of a cleanup");
}

static NOINLINE void raises_then_cleanup_panics(void)
{
	CLEANED_BY(raise_in_cleanup, bad);
	panic("boom");
}

static NOINLINE void lands_outside(void)
{
	recover_frame(note("outside"); return);
	defer(rescue, NULL);
	lands(raises_then_cleanup_panics);
}

/* The frame's older call is run by it; "late" and "early" are not, since the
 * one that recovers it does not ask. */
START_TEST(a_panic_in_a_cleanup_goes_on_instead)
{
	lands_outside();
	ck_assert_str_eq(trace, "second first [boom] ~bad older [of a cleanup] "
		"outside");
	forget();
	lands(raises);
	ck_assert_str_eq(trace, UNWOUND);
}
END_TEST

static NOINLINE void lands_twice(void)
{
	recover_frame(note("landed"); return);
	defer(unwind, NULL);
	defer(unwind, NULL);
	plain(raises_then_cleanup_panics);
}

START_TEST(a_panic_in_a_cleanup_may_land_there_itself)
{
	if (!UNWINDS_CLEANUPS)
		return;
	lands_twice();
	ck_assert_str_eq(trace, "second first [boom] ~bad [of a cleanup] "
		"~late ~early landed");
}
END_TEST

static void raise_cleaned(const char **name)
{
	note("~%s", *name);
	raise_again(NULL);
}

static NOINLINE void lands_in_its_own_cleanup(void)
{
	recover_frame(note("landed"); return);
	CLEANED_BY(raise_cleaned, bad);
	defer(rescue, NULL);
	defer(unwind, NULL);
	raises();
}

START_TEST(a_panic_in_a_cleanup_does_not_ask_by_itself)
{
	lands_in_its_own_cleanup();
	ck_assert_str_eq(trace, "[boom] ~raiser ~bad [again] landed");
}
END_TEST

static void job_in_cleanup(const char **name)
{
	note("~%s(", *name);
	lands(raises);
	note(")");
}

static NOINLINE void raises_then_cleanup_works(void)
{
	CLEANED_BY(job_in_cleanup, job);
	panic("boom");
}

START_TEST(a_cleanup_may_do_all_of_it_itself)
{
	lands(raises_then_cleanup_works);
	ck_assert_str_eq(trace, "second first [boom] ~job( " UNWOUND
		" ) ~late ~early older landed ~own");
}
END_TEST

static void yield_in_cleanup(const char **name)
{
	note("~%s(", *name);
	yield();
	note(")");
}

static void resume_in_cleanup(const char **name)
{
	note("~%s(", *name);
	resume();
	note(")");
}

static NOINLINE void raises_then_yields(void)
{
	CLEANED_BY(yield_in_cleanup, yield);
	panic("boom");
}

static NOINLINE void raises_then_resumes(void)
{
	CLEANED_BY(resume_in_cleanup, resume);
	panic("boom");
}

static void coroutine(void)
{
	lands(raises_then_yields);
	yield();
}

/* Each stack has its own way to its own landing. */
START_TEST(cleanups_may_switch_stacks)
{
	if (PANIC__WATCHED)
		return;
	start_coroutine(coroutine);
	lands(raises_then_resumes);
	resume();
	panic_g_free(other);
	ck_assert_str_eq(trace, "second first [boom] ~resume( second first "
		"[boom] ~yield( ) ~late ~early older landed ~own ) ~late "
		"~early older landed ~own");
}
END_TEST

static NOINLINE void exits_in_cleanup(const char **name)
{
	note("~%s", *name);
	pthread_exit(NULL);
}

static NOINLINE void raises_then_exits(void)
{
	CLEANED_BY(exits_in_cleanup, exit);
	panic("boom");
}

static void exits_on_the_way(void)
{
	lands(raises_then_exits);
}

/* The thread's end takes over: it runs what the landing's frame has, too. */
START_TEST(a_cleanup_may_end_the_thread)
{
	if (!UNWINDS_CLEANUPS)
		return;
	in_thread(exits_on_the_way);
	ck_assert_str_eq(trace, "second first [boom] ~exit ~late ~early older "
		"~own");
}
END_TEST

static jmp_buf env;

static void jump_in_cleanup(const char **name)
{
	note("~%s", *name);
	longjmp(env, 1);
}

static NOINLINE void raises_then_jumps(void)
{
	CLEANED_BY(jump_in_cleanup, jump);
	panic("boom");
}

static NOINLINE void lands_never(void)
{
	recover_frame(return);
	defer(unwind, NULL);
	plain(raises_then_jumps);
}

/* Over no frame that has calls left. */
START_TEST(a_cleanup_may_jump_away)
{
	for (volatile int i = 0; i < 3; i++)
		if (setjmp(env) == 0)
			lands_never();
	forget();
	lands(raises);
	ck_assert_str_eq(trace, UNWOUND);
}
END_TEST

int main(void)
{
	return RUN_TESTS("unwinding",
		a_panic_in_a_cleanup_goes_on_instead,
		a_panic_in_a_cleanup_may_land_there_itself,
		a_panic_in_a_cleanup_does_not_ask_by_itself,
		a_cleanup_may_do_all_of_it_itself,
		cleanups_may_switch_stacks,
		a_cleanup_may_end_the_thread,
		a_cleanup_may_jump_away);
}
