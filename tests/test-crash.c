/* SPDX-License-Identifier: MIT */
/* test-crash.c - the report comes out, whatever is broken: the hook, many
 * threads, the heap, the loader. */

#include "config.h"

#include "report.h"

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>

FRAME static void raise_a(void)
{
	panic("a");
}

/* The hook. */

static struct panic_hook former;

static void tell(const struct panic *p, const char *text, void *arg)
{
	dprintf(2, "%s: %s %s\n", (const char *)arg,
		p ? panic_message(p) : "no panic", text ? text : "uncaught");
	if (former.fn)
		former.fn(p, text, former.arg);
}

static void first(const struct panic *p, const char *text, void *arg)
{
	(void)p, (void)text;
	dprintf(2, "%s\n", (const char *)arg);
}

static void hook_that_panics(const struct panic *p, const char *text, void *arg)
{
	(void)p, (void)text, (void)arg;
	panic("from the hook");
}

static void swallow(void *unused)
{
	(void)unused;
	if (recover())
		shout((void *)(uintptr_t)"recovered in the hook");
	BARRIER();
}

static void hook_that_recovers(const struct panic *p, const char *text,
	void *arg)
{
	recover_frame(return);
	defer(swallow, NULL);
	hook_that_panics(p, text, arg);
}

static void hook_that_faults(const struct panic *p, const char *text, void *arg)
{
	(void)p, (void)text, (void)arg;
	raise(SIGSEGV);
}

static void hook_that_exits(const struct panic *p, const char *text, void *arg)
{
	(void)p, (void)text, (void)arg;
	goexit();
}

static void with_two_hooks(void)
{
	panic_set_hook(first, (void *)(uintptr_t)"the first");
	former = panic_set_hook(tell, (void *)(uintptr_t)"hook");
	raise_a();
}

static void with_a_fatal_hook(void)
{
	panic_set_hook(tell, (void *)(uintptr_t)"hook");
	panic_fatal("over");
}

#define WITH(hook) \
static void with_##hook(void) \
{ \
	panic_set_hook(hook, NULL); \
	raise_a(); \
}
WITH(hook_that_panics)
WITH(hook_that_recovers)
WITH(hook_that_faults)
WITH(hook_that_exits)

/* In frames of the program that would stop a panic of the hook. */
static void fatal_with_hook_that_panics(void)
{
	recover_frame(shout((void *)(uintptr_t)"stopped"); return);
	defer(swallow, NULL);
	panic_set_hook(hook_that_panics, NULL);
	panic_fatal("over");
}

START_TEST(the_hook_is_called_first_and_may_chain)
{
	assert_ends(with_two_hooks, "SIGABRT");
	ck_assert_msg(!strncmp(death, "hook: a uncaught\nthe first\npanic: a\n",
		36), "%s", death);
	assert_ends(with_a_fatal_hook, "SIGABRT");
	ck_assert_msg(!strncmp(death, "hook: no panic over\n"
		"fatal error: over\n", 38), "%s", death);
}
END_TEST

START_TEST(a_panic_in_the_hook_is_reported_along)
{
	assert_ends(with_hook_that_panics, "SIGABRT");
	ck_assert_msg(!strncmp(death, "panic: a\n\tpanic: from the hook\n\n",
		32), "%s", death);
	assert_told("hook_that_panics+");
	assert_told("\nraise_a+");
	assert_ends(with_hook_that_recovers, "SIGABRT");
	ck_assert_msg(!strncmp(death, "recovered in the hook\npanic: a\n\n",
		32), "%s", death);
	assert_ends(fatal_with_hook_that_panics, "SIGABRT");
	assert_not_told("stopped");
	assert_told("panic: from the hook\n\n");
	assert_told("fatal error: over\n");
}
END_TEST

START_TEST(a_hook_that_faults_or_exits_does_not_stop_the_report)
{
	assert_ends(with_hook_that_faults, "SIGABRT");
	ck_assert_msg(!strncmp(death, "the hook was left: SIGSEGV\npanic: a\n",
		36), "%s", death);
	assert_ends(with_hook_that_exits, "SIGABRT");
	ck_assert_msg(strstr(death, "panic: a\n") != NULL, "%s", death);
}
END_TEST

/* Threads. */

enum { THREADS = 8 };

static pthread_barrier_t barrier;

static void *raise_together(void *name)
{
	pthread_barrier_wait(&barrier);
	panic("%s", (const char *)name);
}

static void eight_at_once(void)
{
	pthread_t t;

	pthread_barrier_init(&barrier, NULL, THREADS);
	for (int i = 0; i < THREADS; i++)
		pthread_create(&t, NULL, raise_together,
			(void *)(uintptr_t)"together");
	for (;;)
		pause();
}

START_TEST(of_eight_threads_one_reports)	/* S117 */
{
	for (int i = 0; i < 5; i++) {
		assert_ends(eight_at_once, "SIGABRT");
		ck_assert_int_eq(occurrences("panic: together\n"), 1);
		ck_assert_int_eq(occurrences("[running]:\n"), 1);
		ck_assert_int_eq(occurrences("\nraise_together+"), 1);
	}
}
END_TEST

static pthread_mutex_t locked = PTHREAD_MUTEX_INITIALIZER;
static int ready[2];

FRAME static void *waits(void *deaf)
{
	sigset_t set;

	sigfillset(&set);
	if (deaf)
		pthread_sigmask(SIG_SETMASK, &set, NULL);
	pthread_setname_np(pthread_self(), deaf ? "deaf" : "waiting");
	if (write(ready[1], "", 1) == 1)
		pthread_mutex_lock(&locked);
	return deaf;
}

static void among_others(void)
{
	pthread_t t;
	char c;

	panic_set_traceback("all");
	pthread_mutex_lock(&locked);
	if (pipe(ready))
		abort();
	pthread_create(&t, NULL, waits, NULL);
	pthread_create(&t, NULL, waits, &ready);
	for (int i = 0; i < 2; i++)
		if (read(ready[0], &c, 1) != 1)
			abort();
	raise_a();
}

START_TEST(all_threads_are_shown_and_the_deaf_are_named)	/* S130 */
{
#if UNDER_TSAN
	LEFT_OUT("ThreadSanitizer holds the signals back");
#else
	assert_ends(among_others, "SIGABRT");
	assert_told("\nraise_a+");
	assert_told(" \"waiting\" [stopped]:\n");
	ck_assert_int_eq(occurrences("\nwaits+"), 1);
	assert_told(" \"deaf\" [no answer in 500 ms]:\n");
#endif
}
END_TEST

/* What is broken. */

static void with_a_broken_heap(void)
{
	char *p[64];

	for (size_t i = 0; i < 64; i++)
		p[i] = malloc(4000);
#if !UNDER_ASAN		/* it would find this first */
	size_t n = malloc_usable_size(p[0]) + sizeof n;

	for (size_t i = 0; i < 64; i++)	/* and the size of what follows */
		memset(p[i], 0x5a, n);
#endif
	BARRIER();
	raise_a();
}

static int iterate(struct dl_phdr_info *info, size_t size, void *fn)
{
	(void)info, (void)size;
	(*(void (**)(void))fn)();
	return 1;
}

static void holding_the_loader(void)
{
	void (*fn)(void) = raise_a;

	dl_iterate_phdr(iterate, &fn);
}

static void hold_for_ever(void)
{
	if (write(ready[1], "", 1) != 1)
		abort();
	for (;;)
		pause();
}

static void *hold(void *unused)
{
	void (*fn)(void) = hold_for_ever;

	dl_iterate_phdr(iterate, &fn);
	return unused;
}

static void while_another_holds_the_loader(void)
{
	pthread_t t;
	char c;

	if (pipe(ready) || pthread_create(&t, NULL, hold, NULL) ||
	    read(ready[0], &c, 1) != 1)
		abort();
	raise_a();
}

static void without_memory(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_AS, &none);
	raise_a();
}

static void without_a_place(void)
{
	struct panic_site *site = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	site->call = NULL;
	munmap(site, 4096);
	panic_printf(site, "a");
}

START_TEST(a_broken_heap_does_not_stop_the_report)
{
	assert_ends(with_a_broken_heap, "SIGABRT");
	assert_told("panic: a\n\nraised at ");
	assert_told("[running]:\nraise_a+");
	assert_told("test-crash+0x");	/* the child came to nothing */
}
END_TEST

START_TEST(a_loader_that_is_locked_does_not_stop_it)
{
#ifdef PANIC_UNWIND_CHECKS
	return;		/* libunwind, which waits for the lock, is asked */
#endif
	assert_ends(holding_the_loader, "SIGABRT");
	assert_told("\nraise_a+");
	assert_ends(while_another_holds_the_loader, "SIGABRT");
	assert_told("panic: a\n\nraised at ");
	assert_told("[running]:\n");
}
END_TEST

START_TEST(no_memory_does_not_stop_it)
{
	assert_ends(without_memory, "SIGABRT");
	assert_told("panic: a\n\nraised at ");
	assert_told("stack trace unavailable\n");
}
END_TEST

START_TEST(a_fault_while_printing_is_told)	/* S116 */
{
	assert_ends(without_a_place, "SIGABRT");
	assert_told("panic: a\n");
	assert_told("panic during panic: SIGSEGV\n");
}
END_TEST

int main(void)
{
	return RUN_TESTS("crash",
		the_hook_is_called_first_and_may_chain,
		a_panic_in_the_hook_is_reported_along,
		a_hook_that_faults_or_exits_does_not_stop_the_report,
		of_eight_threads_one_reports,
		all_threads_are_shown_and_the_deaf_are_named,
		a_broken_heap_does_not_stop_the_report,
		a_loader_that_is_locked_does_not_stop_it,
		no_memory_does_not_stop_it,
		a_fault_while_printing_is_told);
}
