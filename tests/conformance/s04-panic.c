/* SPDX-License-Identifier: MIT */
/* s04-panic.c - S30 to S39: panic. */

#include <semaphore.h>

#include "dying.h"
#include "layers.h"
#include "stack.h"

static const char *badtext(void)
{
	panic("inner");
}

FUNCTION(evaluatesbad,
	DEFER(catch, "r");
	panic("outer %s", badtext());
);

START_TEST(S30_a_panic_in_the_argument_of_panic_wins)
{
	LAYERS();
	CALL(evaluatesbad, NULL);
	expect("r=inner");
}
END_TEST

FUNCTION(f3,
	DEFER(say, "3a");
	DEFER(say, "3b");
	panic("p");
);
FUNCTION(f2,
	DEFER(say, "2");
	CALL(f3, NULL);
	note("not reached");
);
FUNCTION(f1,
	DEFER(say, "1");
	DEFER(catch, "r");
	CALL(f2, NULL);
	note("not reached");
);

START_TEST(S31_the_calls_of_all_frames_run_innermost_first)
{
	LAYERS();
	CALL(f1, NULL);
	expect("3b 3a 2 r=p 1");
}
END_TEST

static sem_t go, done;

FUNCTION(waits,
	DEFER(say, "other-thread");
	sem_post(&done);
	sem_wait(&go);
);

static void *waitsinthread(void *unused)
{
	CALL(waits, NULL);
	return unused;
}

START_TEST(S31_only_this_threads_calls_run)
{
	pthread_t id;

	LAYERS();
	sem_init(&go, 0, 0);
	sem_init(&done, 0, 0);
	pthread_create(&id, NULL, waitsinthread, NULL);
	sem_wait(&done);
	CALL(f1, NULL);
	expect("3b 3a 2 r=p 1");
	sem_post(&go);
	pthread_join(id, NULL);
	expect("other-thread");
}
END_TEST

/* Addresses in the frames of raiser() and of deferred calls. */
static uintptr_t raised_at, first_at, second_at;
static volatile int *raisers_local;
static void *caller_pc;

NOINLINE static void raiser(void)
{
	volatile int local = 42;

	raised_at = HERE();
	raisers_local = &local;
	caller_pc = RETURNS_TO();
	panic("p");
}

NOINLINE static void callsraiser(void)
{
	raiser();
	BARRIER();
}

NOINLINE static void first(void *unused)
{
	(void)unused;
	first_at = HERE();
	note("local=%d on=%d", *raisers_local, onstack(caller_pc));
	tell("r", recover());
	note("on=%d", onstack(caller_pc));
	BARRIER();
}

NOINLINE static void second(void *unused)
{
	(void)unused;
	second_at = HERE();
	note("on=%d", onstack(caller_pc));
	BARRIER();
}

FUNCTION(ontop,
	DEFER(second, NULL);
	DEFER(first, NULL);
	callsraiser();
);

START_TEST(S32_deferred_calls_run_on_top_of_the_panicking_stack)
{
	LAYERS();
	CALL(ontop, NULL);
	expect("local=42 on=1 r=p on=1 on=0");
	ck_assert_uint_lt(first_at, raised_at);
}
END_TEST

START_TEST(S33_a_backtrace_shows_the_panic_even_after_recover)
{
	LAYERS();
	CALL(ontop, NULL);
	expect("local=42 on=1 r=p on=1 on=0");
}
END_TEST

START_TEST(S34_older_calls_see_a_shallow_stack_after_the_recover)
{
	LAYERS();
	CALL(ontop, NULL);
	expect("local=42 on=1 r=p on=1 on=0");
	ck_assert_uint_gt(second_at, first_at);
}
END_TEST

static const char *volatile nullformat;

static void raisesnull(int how)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-security"
	if (how == 0)
		panic(nullformat);
#pragma GCC diagnostic pop
	if (how == 1)
		panic_value(NULL, NULL);
	repanic(NULL);
}

FUNCTION(stopsnull,
	DEFER(catch, "r");
	raisesnull((int)(intptr_t)arg);
);

START_TEST(S36_panic_of_null_has_a_message)
{
	LAYERS();
	for (int how = 0; how < 3; how++) {
		CALL(stopsnull, (void *)(intptr_t)how);
		expect("r=panic called with nil argument");
	}
}
END_TEST

static const struct panic_type type = { "thing", NULL, NULL };
static void *given, *got;
static bool caught;

static void catchdata(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	caught = p != NULL;
	got = p ? panic_data(p, &type) : unused;
}

FUNCTION(givesdata,
	DEFER(catchdata, trace);
	panic_value(&type, given);
);

START_TEST(S37_recover_returns_the_very_data)
{
	LAYERS();
	given = &given;
	CALL(givesdata, NULL);
	ck_assert_ptr_eq(got, given);
}
END_TEST

/* Decision 2 of design.md: a null pointer is data like any other. */
START_TEST(S37_a_typed_null_is_an_ordinary_value)
{
	LAYERS();
	given = NULL;
	CALL(givesdata, NULL);
	ck_assert_ptr_eq(got, NULL);
	ck_assert(caught);
}
END_TEST

static void *steps(void *unused)
{
	sem_wait(&go);
	note("other-runs");
	sem_post(&done);
	return unused;
}

static void letsrun(void *unused)
{
	(void)unused;
	sem_post(&go);
	sem_wait(&done);
}

FUNCTION(panicswhile,
	DEFER(catch, "r");
	DEFER(letsrun, NULL);
	panic("p");
);

START_TEST(S38_other_threads_run_during_deferred_calls)
{
	pthread_t id;

	LAYERS();
	sem_init(&go, 0, 0);
	sem_init(&done, 0, 0);
	pthread_create(&id, NULL, steps, NULL);
	CALL(panicswhile, NULL);
	pthread_join(id, NULL);
	expect("other-runs r=p");
}
END_TEST

static int waitingtext(const void *data, char *buf, size_t size)
{
	(void)data;
	letsrun(NULL);
	return snprintf(buf, size, "%s", trace);
}

static const struct panic_type waiting = { "waiting", waitingtext, NULL };

static void diesprinting(void *unused)
{
	pthread_t id;

	sem_init(&go, 0, 0);
	sem_init(&done, 0, 0);
	pthread_create(&id, NULL, steps, NULL);
	panic_value(&waiting, unused);
}

START_TEST(S38_other_threads_run_during_text_functions)
{
	expectdeath(diesprinting, NULL, "panic: other-runs\n");
}
END_TEST

FUNCTION(exits9,
	DEFER(puts, "not run");
	DEFER(exit, 9);
	panic("p");
);

START_TEST(S39_exit_in_a_deferred_call_ends_at_once_and_silently)
{
	struct death *d;

	LAYERS();
	d = dies(PICK(exits9), NULL);
	ck_assert(exited(d, 9));
	ck_assert_str_eq(d->err, "");
	ck_assert_str_eq(d->out, "");
}
END_TEST

static void add(TCase *tc)
{
	LAYERED(tc, S30_a_panic_in_the_argument_of_panic_wins);
	LAYERED(tc, S31_the_calls_of_all_frames_run_innermost_first);
	LAYERED(tc, S31_only_this_threads_calls_run);
	LAYERED(tc, S32_deferred_calls_run_on_top_of_the_panicking_stack);
	LAYERED(tc, S33_a_backtrace_shows_the_panic_even_after_recover);
	LAYERED(tc, S34_older_calls_see_a_shallow_stack_after_the_recover);
	LAYERED(tc, S36_panic_of_null_has_a_message);
	LAYERED(tc, S37_recover_returns_the_very_data);
	LAYERED(tc, S37_a_typed_null_is_an_ordinary_value);
	LAYERED(tc, S38_other_threads_run_during_deferred_calls);
	tcase_add_test(tc, S38_other_threads_run_during_text_functions);
	LAYERED(tc, S39_exit_in_a_deferred_call_ends_at_once_and_silently);
}

CONFORM_MAIN("panic", add)
