/* SPDX-License-Identifier: MIT */
/* test-take.c - panic_take, panic_free, and repanic of what was taken (D5,
 * D18). */

#include "check.h"

#include <errno.h>
#include <sys/mman.h>

static int text_of(const void *data, char *buf, size_t size)
{
	return snprintf(buf, size, "number %d", *(const int *)data);
}

static void released(void *data)
{
	note("released %d", *(int *)data);
}

static const struct panic_type number = { "number", text_of, released };

static int one = 1;
static struct panic *kept;

static void take(void *unused)
{
	(void)unused;
	kept = panic_take(recover());
	note("taken");
}

static void raise_and_take(void)
{
	recover_frame(return);
	defer(say, "older");
	defer(take, NULL);
	panic_value(&number, &one);
}

START_TEST(a_taken_panic_outlives_its_call)	/* D5, D18 */
{
	raise_and_take();
	note("[%s] %s", panic_message(kept), panic_function(kept));
	note("%d", panic_data(kept, &number) == &one);
	panic_free(kept);
	ck_assert_str_eq(trace,
		"taken older [number 1] raise_and_take 1 released 1");
}
END_TEST

START_TEST(panic_free_of_null_does_nothing)	/* D18 */
{
	panic_free(NULL);
	ck_assert_str_eq(trace, "");
}
END_TEST

static char file[32], function[32];

static void overwrite(void)
{
	memset(file, 'x', sizeof file - 1);
	memset(function, 'x', sizeof function - 1);
}

/* What a module that is unloaded later would do. */
static void raise_from_a_module(void)
{
	static struct panic_site site = { .file = file,
		.function = function, .line = 77 };

	strcpy(file, "module.c");
	strcpy(function, "entry");
	recover_frame(return);
	defer(take, NULL);
	errno = EPERM;
	panic_errnof(&site, "long %0250d", 5);
}

START_TEST(a_taken_panic_owns_its_strings)	/* D18 */
{
	char want[512];

	snprintf(want, sizeof want, "taken long %0250d: %s module.c entry 77 "
		"%d", 5, strerror(EPERM), EPERM);
	raise_from_a_module();
	overwrite();
	note("%s", panic_message(kept));
	note("%s %s %d", panic_file(kept), panic_function(kept),
		panic_line(kept));
	note("%d", panic_errnum(kept));
	panic_free(kept);
	ck_assert_str_eq(trace, want);
}
END_TEST

static void raise_kept(void)
{
	recover_frame(return);
	defer(say, "older");
	defer(rescue, NULL);
	repanic(kept);
}

START_TEST(a_repanicked_take_belongs_to_the_library_again)	/* D18 */
{
	raise_and_take();
	raise_kept();
	ck_assert_str_eq(trace, "taken older [number 1] released 1 older");
}
END_TEST

static void raise_kept_and_take(void)
{
	recover_frame(return);
	defer(take, NULL);
	repanic(kept);
}

START_TEST(a_panic_may_be_taken_and_raised_many_times)	/* D18 */
{
	raise_and_take();
	for (int i = 0; i < 3; i++)
		raise_kept_and_take();
	note("[%s] %s %d", panic_message(kept), panic_function(kept),
		panic_data(kept, &number) == &one);
	panic_free(kept);
	ck_assert_str_eq(trace, "taken older taken taken taken "
		"[number 1] raise_and_take 1 released 1");
}
END_TEST

static void take_and_repanic(void *unused)
{
	(void)unused;
	kept = panic_take(recover());
	note("taken");
	repanic(kept);
}

static void raise_take_and_repanic(void)
{
	recover_frame(return);
	defer(rescue, NULL);
	defer(take_and_repanic, NULL);
	panic_value(&number, &one);
}

START_TEST(a_take_raised_in_the_same_call_is_released_once)	/* D18 */
{
	raise_take_and_repanic();
	ck_assert_str_eq(trace, "taken [number 1] released 1");
}
END_TEST

START_TEST(a_panic_taken_in_one_thread_is_raised_in_another)	/* D18 */
{
	in_thread(raise_and_take);
	note("[%s]", panic_message(kept));
	raise_kept();
	ck_assert_str_eq(trace, "taken older returned [number 1] "
		"[number 1] released 1 older");
}
END_TEST

static void take_message(void)
{
	recover_frame(return);
	defer(take, NULL);
	panic("%s", "boom");
}

START_TEST(a_message_can_be_taken)
{
	take_message();
	note("[%s] %s", panic_message(kept),
		panic_typeof(kept) ? "typed" : "plain");
	panic_free(kept);
	ck_assert_str_eq(trace, "taken [boom] plain");
}
END_TEST

static struct panic_type *modules;

static void raise_modules_type(void)
{
	recover_frame(return);
	defer(take, NULL);
	panic_value(modules, &one);
}

/* Where the module was nothing is mapped; release is another's. */
static void take_and_unmap(void)
{
	enum { SIZE = 4096 };

	modules = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	*modules = number;
	modules->name = strcpy((char *)(modules + 1), "of a module");
	raise_modules_type();
	mprotect(modules, SIZE, PROT_NONE);
}

START_TEST(a_taken_panic_outlives_its_type)	/* D18 */
{
	take_and_unmap();
	raise_kept_and_take();
	note("[%s] %d %d", panic_message(kept), panic_typeof(kept) == modules,
		panic_data(kept, modules) == &one);
	panic_free(kept);
	ck_assert_str_eq(trace,
		"taken taken [number 1] 1 1 released 1");
}
END_TEST

static void die_of_kept(void)
{
	take_and_unmap();
	repanic(kept);
}

START_TEST(who_dies_of_a_taken_panic_reads_no_type)
{
	assert_dies(die_of_kept, "SIGABRT\npanic: number 1\n");
}
END_TEST

int main(void)
{
	return RUN_TESTS("take",
		a_taken_panic_outlives_its_call,
		panic_free_of_null_does_nothing,
		a_taken_panic_owns_its_strings,
		a_repanicked_take_belongs_to_the_library_again,
		a_panic_may_be_taken_and_raised_many_times,
		a_take_raised_in_the_same_call_is_released_once,
		a_panic_taken_in_one_thread_is_raised_in_another,
		a_message_can_be_taken,
		a_taken_panic_outlives_its_type,
		who_dies_of_a_taken_panic_reads_no_type);
}
