/* SPDX-License-Identifier: MIT */
/* test-overflow.c - the stack is full (S104). */

#include "fault.h"
#include "coroutine.h"

#include <sys/mman.h>

static int endless(volatile char *above, int n)
{
	volatile char block[512];

	block[0] = (char)n;
	if (n < 0)
		return 0;
	return endless(block, n + 1) + block[0] + above[0];
}

NOINLINE static void fault_stack(void)
{
	volatile char c = 0;

	endless(&c, 0);
}

START_TEST(a_stack_overflow_is_a_panic_if_asked_for)
{
	int i;

	start(PANIC_STACK_OVERFLOW);
	for (i = 0; i < 3; i++) {
		forget();
		attempt(fault_stack);
		ck_assert_str_eq(trace, "[6 runtime error: stack overflow]");
	}
}
END_TEST

static void overflow_thread(void)
{
	attempt(fault_stack);
	attempt(fault_stack);
}

START_TEST(a_stack_overflow_of_another_thread_too)
{
	start(PANIC_STACK_OVERFLOW);
	in_thread(overflow_thread);
	ck_assert_str_eq(trace, "[6 runtime error: stack overflow] "
		"[6 runtime error: stack overflow] returned");
}
END_TEST

static void nested_on_overflow_stack(void *unused)
{
	(void)unused;
	attempt(fault_nil);
	{
		recover_frame(goto out);
		defer(rescue_fault, NULL);
		defer(say, "deeper");
		panic("second");
	}
out:
	note("out");
}

static void overflow_with_nested(void)
{
	recover_frame(return);
	defer(rescue_fault, NULL);
	defer(nested_on_overflow_stack, NULL);
	fault_stack();
}

START_TEST(deferred_calls_after_an_overflow_may_do_it_all)
{
	start(PANIC_STACK_OVERFLOW);
	overflow_with_nested();
	ck_assert_str_eq(trace, NIL " deeper [second] out "
		"[6 runtime error: stack overflow]");
}
END_TEST

static void unwind_overflow(void *unused)
{
	int status = panic_unwind(recover());

	(void)unused;
	note("%d %d", status, errno == ENOTSUP);
}

static void overflow_and_unwind(void)
{
	recover_frame(return);
	defer(unwind_overflow, NULL);
	fault_stack();
}

START_TEST(no_cleanup_has_room_after_an_overflow)
{
	start(PANIC_STACK_OVERFLOW);
	overflow_and_unwind();
	ck_assert_str_eq(trace, "-1 1");
}
END_TEST

static void *overflow_below(void *unused)
{
	(void)unused;
	overflow_with_nested();
	return NULL;
}

static char *map(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(p, MAP_FAILED);
	return p;
}

static void overflows(void)
{
	attempt(fault_stack);
	attempt(fault_stack);
	yield();
}

START_TEST(a_stack_overflow_of_a_coroutine_too)
{
	enum { GUARD = 4096, SIZE = 1 << 17 };
	char *low = map(GUARD + SIZE);

	start(PANIC_STACK_OVERFLOW);
	ck_assert(!mprotect(low, GUARD, PROT_NONE));
	other = panic_g_new(low + GUARD, SIZE);
	make_coroutine(overflows, low + GUARD, SIZE);
	resume();
	panic_g_free(other);
	ck_assert_str_eq(trace, "[6 runtime error: stack overflow] "
		"[6 runtime error: stack overflow]");
}
END_TEST

/* Mappings go downwards: there is room for the other stack above this one. */
START_TEST(the_other_stack_may_lie_above_the_threads_own)
{
	enum { SIZE = 1 << 20 };
	char *above = map(SIZE), *stack = map(SIZE);
	pthread_attr_t attr;
	pthread_t thread;

	start(PANIC_STACK_OVERFLOW);
	mprotect(stack, 4096, PROT_NONE);
	munmap(above, SIZE);
	pthread_attr_init(&attr);
	ck_assert_int_eq(pthread_attr_setstack(&attr, stack + 4096,
		SIZE - 4096), 0);
	ck_assert_int_eq(pthread_create(&thread, &attr, overflow_below, NULL),
		0);
	pthread_join(thread, NULL);
	pthread_attr_destroy(&attr);
	munmap(stack, SIZE);
	ck_assert_str_eq(trace, NIL " deeper [second] out "
		"[6 runtime error: stack overflow]");
}
END_TEST

/* A stack below which there is nothing for a long way, as below a guard. */
static void on_a_small_stack(void *(*fn)(void *))
{
	enum { SIZE = 4 << 20, STACK = 256 << 10 };
	char *all = map(SIZE);
	pthread_attr_t attr;
	pthread_t thread;

	mprotect(all, SIZE - STACK, PROT_NONE);
	pthread_attr_init(&attr);
	ck_assert_int_eq(pthread_attr_setstack(&attr, all + SIZE - STACK,
		STACK), 0);
	ck_assert_int_eq(pthread_create(&thread, &attr, fn, NULL), 0);
	pthread_join(thread, NULL);
	pthread_attr_destroy(&attr);
	munmap(all, SIZE);
}

NOINLINE static void step_over(void)
{
	volatile char block[2 << 20];

	block[0] = 1;
	__asm__ volatile ("" : : "r" (block) : "memory");
}

static void *stepping_over(void *unused)
{
	attempt(step_over);
	return unused;
}

START_TEST(a_frame_that_steps_over_the_guard_is_one_too)
{
	start(PANIC_STACK_OVERFLOW | PANIC_ON_FAULT);
	on_a_small_stack(stepping_over);
	ck_assert_str_eq(trace, "[6 runtime error: stack overflow]");
}
END_TEST

static void die_stepping_over(void)
{
	start(PANIC_ON_FAULT);
	on_a_small_stack(stepping_over);
}

START_TEST(it_is_fatal_otherwise)
{
	assert_dies(die_stepping_over,
		"SIGABRT\nfatal error: stack overflow\n");
}
END_TEST

static void overflow_again(void *unused)
{
	(void)unused;
	fault_stack();
}

static void die_twice_full(void)
{
	start(PANIC_STACK_OVERFLOW);
	recover_frame(return);
	defer(rescue_fault, NULL);
	defer(overflow_again, NULL);
	fault_stack();
}

START_TEST(an_overflow_of_the_other_stack_is_fatal)
{
	last_words(die_twice_full);
	assert_told("fatal error: stack overflow");
	assert_told("panic: runtime error: stack overflow");
}
END_TEST

static void die_full(void)
{
	start(0);
	attempt(fault_stack);
}

START_TEST(S104_a_stack_overflow_is_fatal_otherwise)
{
	assert_dies(die_full, "SIGABRT\nfatal error: stack overflow\n");
	assert_told("-byte limit");
}
END_TEST

START_TEST(an_alternate_stack_that_was_there_is_kept)
{
	static char mine[65536];
	stack_t ss = { .ss_sp = mine, .ss_size = sizeof mine }, now;

	sigaltstack(&ss, NULL);
	start(PANIC_STACK_OVERFLOW);
	attempt(fault_stack);
	sigaltstack(NULL, &now);
	ck_assert_ptr_eq(now.ss_sp, mine);
	ck_assert_str_eq(trace, "[6 runtime error: stack overflow]");
}
END_TEST

int main(void)
{
	return RUN_TESTS("overflow",
		no_cleanup_has_room_after_an_overflow,
		a_stack_overflow_is_a_panic_if_asked_for,
		a_stack_overflow_of_another_thread_too,
		deferred_calls_after_an_overflow_may_do_it_all,
		a_stack_overflow_of_a_coroutine_too,
		the_other_stack_may_lie_above_the_threads_own,
		a_frame_that_steps_over_the_guard_is_one_too,
		it_is_fatal_otherwise,
		an_overflow_of_the_other_stack_is_fatal,
		S104_a_stack_overflow_is_fatal_otherwise,
		an_alternate_stack_that_was_there_is_kept);
}
