/* SPDX-License-Identifier: MIT */
/* test-memory.c - when there is no memory, and how much is used (D6, D19).
 *
 * Linked with the static library and -Wl,--wrap=malloc and the like, so that
 * the library's calls and this file's come by here.  Compilers turn malloc()
 * and clearing into calloc().
 */

#include "check.h"

#include <errno.h>
#include <stdbool.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void __real_free(void *p);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void __wrap_free(void *p);

/* Check is linked statically too, and must have its memory: only a thread
 * that has called fail_from() is watched, until it calls relent(). */
static __thread volatile int watched;
/* The compiler takes malloc() for a function that looks at none of these. */
static volatile long fail_at;	/* the call that fails, from 1; 0: none */
static volatile int fail_on;	/* and all that follow it */
static volatile long calls;	/* for memory, since fail_from() */
static volatile long live;	/* what it returned and nobody has freed */

/* Counts a call; whether it must fail. */
static bool refused(void)
{
	calls++;
	if (!fail_at || calls < fail_at || (calls > fail_at && !fail_on))
		return false;
	errno = ENOMEM;
	return true;
}

static void *given(void *p)
{
	live += p != NULL;
	return p;
}

void *__wrap_malloc(size_t size)
{
	if (!watched)
		return __real_malloc(size);
	return refused() ? NULL : given(__real_malloc(size));
}

void *__wrap_calloc(size_t n, size_t size)
{
	if (!watched)
		return __real_calloc(n, size);
	return refused() ? NULL : given(__real_calloc(n, size));
}

void __wrap_free(void *p)
{
	if (watched && p)
		live--;
	__real_free(p);
}

static void relent(void)
{
	watched = 0;
}

static void fail_from(long n, int on)
{
	watched = 1;
	calls = live = 0;
	fail_at = n;
	fail_on = on;
}

static void say_error(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	if (!p)
		note("[null]");
	else
		note("[%d %s]", panic_errnum(p) == ENOMEM,
			strstr(panic_message(p), strerror(ENOMEM)) ?
			"no memory" : panic_message(p));
}

/* Each runs in a thread of its own, whose pools are empty. */

static void defers_nine(void)
{
	recover_frame(return);
	defer(say_error, NULL);
	for (int i = 0; i < 7; i++)
		defer(say, "-");
	fail_from(1, 1);
	defer(say, "at once");
	note("not reached");
}

START_TEST(a_ninth_defer_without_memory_runs_at_once)	/* D6, D19 */
{
	in_thread(defers_nine);
	ck_assert_str_eq(trace,
		"at once - - - - - - - [1 no memory] returned");
}
END_TEST

static int unwound;

static void unwind_without_memory(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	fail_from(1, 1);
	unwound = panic_unwind(p);
	note("%d", errno == ENOMEM);
	relent();
}

static void asks_for_cleanups(void)
{
	recover_frame(return);
	defer(unwind_without_memory, NULL);
	panic("p");
}

START_TEST(without_memory_no_cleanup_is_run)
{
	in_thread(asks_for_cleanups);
	ck_assert_int_eq(unwound, -1);
	ck_assert_str_eq(trace, "1 returned");
}
END_TEST

static void defers_a_ninth_that_panics(void)
{
	recover_frame(return);
	defer(say_error, NULL);
	for (int i = 0; i < 7; i++)
		defer(say, "-");
	fail_from(1, 1);
	defer(raise_text, "its own");
	note("not reached");
}

START_TEST(a_panic_of_the_call_made_at_once_goes_on_instead)	/* D19 */
{
	in_thread(defers_a_ninth_that_panics);
	ck_assert_str_eq(trace, "- - - - - - - [0 its own] returned");
}
END_TEST

static void calls_deferproc(void)
{
	recover_frame(return);
	defer(say_error, NULL);
	fail_from(1, 1);
	if (deferproc(say, "at once"))
		note("landed");
	note("not reached");
}

START_TEST(deferproc_without_memory_runs_at_once)	/* D6, D19 */
{
	in_thread(calls_deferproc);
	ck_assert_str_eq(trace, "at once [1 no memory] returned");
}
END_TEST

static void check_cut(void *prefix)
{
	const char *s = panic_message(recover());
	size_t n = strlen(s);

	note("%d %d %d", !strncmp(s, prefix, strlen(prefix)), n > 100,
		!strcmp(s + n - 3, "..."));
}

static void raises_long(int how)
{
	static char text[1000];

	memset(text, 'x', sizeof text - 1);
	recover_frame(return);
	defer(check_cut, how == 2 ? "0000" : "xxxx");
	fail_from(1, 1);
	if (how == 0)
		panic("%s", text);
	if (how == 1)
		PANIC(text, 0);
	panic("%0999d", 7);
}

START_TEST(a_long_message_without_memory_is_cut_and_marked)	/* D6 */
{
	for (int how = 0; how < 3; how++)
		raises_long(how);
	relent();
	ck_assert_str_eq(trace, "1 1 1 1 1 1 1 1 1");
}
END_TEST

static int errno_seen;

static void see_errno(void *unused)
{
	(void)unused;
	errno_seen = errno;
	recover();
}

static void raises_long_with_errno(void)
{
	recover_frame(return);
	defer(see_errno, NULL);
	fail_from(1, 1);
	errno = 109;
	panic("%0999d", 7);
}

START_TEST(a_failed_allocation_keeps_errno)	/* D17 */
{
	raises_long_with_errno();
	relent();
	ck_assert_int_eq(calls, 1);
	ck_assert_int_eq(errno_seen, 109);
}
END_TEST

static int long_text(const void *data, char *buf, size_t size)
{
	return snprintf(buf, size, "%0999d", *(const int *)data);
}

static const struct panic_type verbose = { "verbose", long_text, NULL };

static void raises_verbose(void)
{
	static int seven = 7;

	recover_frame(return);
	defer(check_cut, "0000");
	fail_from(1, 1);
	panic_value(&verbose, &seven);
}

START_TEST(a_long_text_without_memory_is_cut_and_marked)	/* D6 */
{
	raises_verbose();
	relent();
	ck_assert_str_eq(trace, "1 1 1");
}
END_TEST

static void raises_errno(int length)
{
	recover_frame(return);
	defer(say_error, NULL);
	fail_from(1, 1);
	errno = ENOMEM;
	panic_errno("%0*d", length, 7);
}

START_TEST(panic_errno_needs_no_memory)	/* D6 */
{
	raises_errno(10);
	relent();
	ck_assert_str_eq(trace, "[1 no memory]");
}
END_TEST

static struct panic *kept;

static void take(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	fail_from(1, 1);
	kept = panic_take(p);
	note("%s %d [%s]", kept ? "taken" : "null", errno == ENOMEM,
		panic_message(p));
}

static void released(void *data)
{
	(void)data;
	note("released");
}

static const struct panic_type plain = { "plain", NULL, released };

static void raises_and_takes(void)
{
	recover_frame(return);
	defer(take, NULL);
	panic_value(&plain, (void *)0x10);
}

START_TEST(panic_take_without_memory_changes_nothing)	/* D18 */
{
	raises_and_takes();
	relent();
	ck_assert_str_eq(trace, "null 1 [(plain) 0x10] released");
}
END_TEST

static void fails(void *unused)
{
	(void)unused;
	defer_frame();
	defer(say, "deferred");
	errno = EPERM;
	fail_from(1, 1);
	panic_value(&plain, (void *)0x10);
}

static void errno_and_rescue(void *unused)
{
	(void)unused;
	note("%d", errno == EPERM);
	note("[%s]", panic_message(recover()));
}

static void tries(void)
{
	recover_frame(return);
	defer(errno_and_rescue, NULL);
	panic_free(panic_try(fails, NULL));
	note("not reached");
}

START_TEST(panic_try_without_memory_lets_the_panic_go_on)
{
	tries();
	relent();
	ck_assert_str_eq(trace, "deferred 1 [(plain) 0x10] released");
}
END_TEST

START_TEST(panic_g_new_without_memory_returns_null)
{
	char stack[64];
	struct panic_g *g;

	fail_from(1, 1);
	errno = 0;
	g = panic_g_new(stack, sizeof stack);
	relent();
	ck_assert_ptr_null(g);
	ck_assert_int_eq(errno, ENOMEM);
}
END_TEST

static void eight_defers(const char *message)
{
	int n[7] = { 0 };

	recover_frame(return);
	for (int i = 0; i < 7; i++)
		defer(count, &n[i]);
	defer(rescue, NULL);
	if (message)
		panic("%s", message);
}

START_TEST(eight_defers_and_a_message_that_fits_need_no_heap)
{
	fail_from(1, 1);
	eight_defers(NULL);
	eight_defers("boom");
	relent();
	ck_assert_int_eq(calls, 0);
	ck_assert_str_eq(trace, "[null] [boom]");
}
END_TEST

/* Everything that takes memory.  Each started counter must be ended. */
static int begun, ended;

static void end(void *unused)
{
	(void)unused;
	ended++;
}

static void procs(void)
{
	for (volatile int i = 0; i < 3; i++) {
		begun++;
		if (deferproc(end, NULL))
			break;
	}
	deferreturn();
}

static void many_defers(void)
{
	defer_frame();
	for (int i = 0; i < 100; i++) {
		begun++;
		defer(end, NULL);
	}
	procs();
	panic("%0500d", 7);
}

static void keep(void *unused)
{
	struct panic *p = panic_take(recover());

	(void)unused;
	panic_free(p);
}

static void everything(void)
{
	for (volatile int i = 0; i < 2; i++) {
		recover_frame(continue);
		defer(keep, NULL);
		many_defers();
	}
}

static long plan_n;
static int plan_on;

static void everything_planned(void)
{
	fail_from(plan_n, plan_on);
	everything();
}

static void try_plan(long n, int on)
{
	begun = ended = 0;
	plan_n = n;
	plan_on = on;
	in_thread(everything_planned);
	ck_assert_int_gt(begun, 0);
	ck_assert_int_eq(begun, ended);
	ck_assert_int_eq(live, 0);
	forget();
}

START_TEST(each_allocation_may_fail_and_nothing_is_lost)	/* D6, D19 */
{
	long total;

	try_plan(0, 0);
	total = calls;
	ck_assert_int_ge(total, 5);
	for (long n = 1; n <= total; n++) {
		try_plan(n, 0);
		try_plan(n, 1);
	}
}
END_TEST

static void same_again(void)
{
	static long first;

	fail_from(0, 0);
	everything();
	first = calls;
	fail_from(0, 0);
	everything();
	/* Two long messages and two takes; records come from the pools. */
	note("%s", calls == 4 && first > 4 ? "pooled" : "not pooled");
	relent();
}

START_TEST(records_come_from_the_pool_the_second_time)
{
	in_thread(same_again);
	ck_assert_str_eq(trace, "pooled returned");
}
END_TEST

static pthread_key_t key;

static void recover_far(void)
{
	recover_frame(return);
	for (int i = 0; i < 50; i++)
		defer(rescue, NULL);
	raise_text("far");
}

static void recover_proc(void)
{
	if (deferproc(rescue, NULL))
		goto epilogue;
	raise_text("proc");
epilogue:
	deferreturn();
}

/* As long as the C library calls it again. */
static void use_frames(void *value)
{
	recover_far();
	recover_proc();
	pthread_setspecific(key, value);
}

static void ends_with_frames(void)
{
	fail_from(0, 0);
	use_frames(&key);
}

START_TEST(destructors_that_use_frames_leave_nothing)
{
#if UNDER_TSAN
	LEFT_OUT("TSan's own destructor has ended the thread by then");
#else
	/* The library's own destructor comes first. */
	recover_far();
	ck_assert(!pthread_key_create(&key, use_frames));
	in_thread(ends_with_frames);
	ck_assert_int_gt(calls, 0);
	ck_assert_int_eq(live, 0);
#endif
}
END_TEST

int main(void)
{
	return RUN_TESTS("memory",
		without_memory_no_cleanup_is_run,
		a_ninth_defer_without_memory_runs_at_once,
		a_panic_of_the_call_made_at_once_goes_on_instead,
		deferproc_without_memory_runs_at_once,
		a_long_message_without_memory_is_cut_and_marked,
		a_failed_allocation_keeps_errno,
		a_long_text_without_memory_is_cut_and_marked,
		panic_errno_needs_no_memory,
		panic_take_without_memory_changes_nothing,
		panic_try_without_memory_lets_the_panic_go_on,
		panic_g_new_without_memory_returns_null,
		eight_defers_and_a_message_that_fits_need_no_heap,
		each_allocation_may_fail_and_nothing_is_lost,
		records_come_from_the_pool_the_second_time,
		destructors_that_use_frames_leave_nothing);
}
