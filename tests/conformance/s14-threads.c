/* SPDX-License-Identifier: MIT */
/* s14-threads.c - S136 to S138: threads. */

#include "dying.h"
#include "layers.h"

static void *panicking(void *unused)
{
	(void)unused;
	panic("in the thread");
}

FUNCTION(mainwaits,
	pthread_t id;
	DEFER(puts, "not run");
	DEFER(catch, "r");
	pthread_create(&id, NULL, panicking, NULL);
	pthread_join(id, NULL);
);

START_TEST(S136_an_uncaught_panic_in_any_thread_ends_the_process)
{
	LAYERS();
	expectdeath(PICK(mainwaits), NULL, "panic: in the thread\n");
	ck_assert_str_eq(dies(PICK(mainwaits), NULL)->out, "");
}
END_TEST

static pthread_barrier_t both;

/* Each thread is between its own panic and the recover when the other is. */
static void meets(void *name)
{
	const struct panic *p;

	pthread_barrier_wait(&both);
	p = recover();
	pthread_barrier_wait(&both);
	*(bool *)name = p && !strcmp(panic_message(p), "mine") &&
		!panic_under(p);
}

FUNCTION(meetsother,
	DEFER(meets, arg);
	panic("mine");
);

static void *other(void *ok)
{
	meetsother_proc(ok);
	return NULL;
}

START_TEST(S136_each_thread_has_its_own_panics)
{
	pthread_t id;
	bool ok[2] = { false, false };

	LAYERS();
	pthread_barrier_init(&both, NULL, 2);
	pthread_create(&id, NULL, other, &ok[0]);
	CALL(meetsother, &ok[1]);
	pthread_join(id, NULL);
	ck_assert(ok[0]);
	ck_assert(ok[1]);
	ck_assert(nothing_left());
}
END_TEST

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

FUNCTION(locks,
	DEFER(catch, "r");
	if (arg)
		DEFER(pthread_mutex_unlock, &mutex);
	pthread_mutex_lock(&mutex);
	panic("p");
);

START_TEST(S137_only_a_deferred_unlock_unlocks)
{
	LAYERS();
	CALL(locks, trace);
	expect("r=p");
	ck_assert_int_eq(pthread_mutex_trylock(&mutex), 0);
	pthread_mutex_unlock(&mutex);
	CALL(locks, NULL);
	expect("r=p");
	ck_assert_int_ne(pthread_mutex_trylock(&mutex), 0);
}
END_TEST

FUNCTION(child,
	DEFER(catch, "child");
	note("runs");
);

static void runschild(void *unused)
{
	inthread(PICK(child), unused);
	tell("parent", recover());
	BARRIER();
}

FUNCTION(parent,
	DEFER(runschild, NULL);
	panic("p");
);

START_TEST(S138_a_child_thread_cannot_see_its_parents_panic)
{
	LAYERS();
	CALL(parent, NULL);
	expect("runs child=nil end parent=p");
}
END_TEST

static void add(TCase *tc)
{
	LAYERED(tc, S136_an_uncaught_panic_in_any_thread_ends_the_process);
	LAYERED(tc, S136_each_thread_has_its_own_panics);
	LAYERED(tc, S137_only_a_deferred_unlock_unlocks);
	LAYERED(tc, S138_a_child_thread_cannot_see_its_parents_panic);
}

CONFORM_MAIN("threads", add)
