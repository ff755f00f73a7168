/* SPDX-License-Identifier: MIT */
/* test-thread.c - threads and fork (D9, S136 to S138). */

#include "check.h"

enum { THREADS = 8, ROUNDS = 2000 };

/* What one thread has seen; nothing is shared. */
struct witness {
	int id, calls, messages, strangers;
};

static void see(void *arg)
{
	struct witness *w = arg;
	const struct panic *p = recover();
	char want[32];

	w->calls++;
	if (!p)
		return;
	snprintf(want, sizeof want, "thread %d", w->id);
	if (!strcmp(panic_message(p), want))
		w->messages++;
	else
		w->strangers++;
}

static void one_round(struct witness *w, int layer)
{
	recover_frame(return);
	defer(see, w);
	defer(see, w);
	if (layer) {
		if (deferproc(see, w))
			goto epilogue;
		panic("thread %d", w->id);
	epilogue:
		deferreturn();
		return;
	}
	panic("thread %d", w->id);
}

static void *panic_often(void *arg)
{
	struct witness *w = arg;

	for (int i = 0; i < ROUNDS; i++)
		one_round(w, 0);
	return NULL;
}

START_TEST(threads_panic_at_once_each_on_its_own_chain)	/* S136, S138 */
{
	struct witness w[THREADS] = { { 0, 0, 0, 0 } };
	pthread_t t[THREADS];

	for (int i = 0; i < THREADS; i++) {
		w[i].id = i;
		pthread_create(&t[i], NULL, panic_often, &w[i]);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	for (int i = 0; i < THREADS; i++) {
		ck_assert_int_eq(w[i].calls, 2 * ROUNDS);
		ck_assert_int_eq(w[i].messages, ROUNDS);
		ck_assert_int_eq(w[i].strangers, 0);
	}
}
END_TEST

static void look(void)
{
	rescue(NULL);
	{
		defer_frame();
		defer(rescue, NULL);
	}
}

static void look_in_a_thread(void *unused)
{
	(void)unused;
	in_thread(look);
}

START_TEST(recover_in_another_thread_returns_null)	/* S51, S138 */
{
	{
		recover_frame(goto end);
		defer(rescue, NULL);
		defer(look_in_a_thread, NULL);
		panic("boom");
	}
end:
	ck_assert_str_eq(trace, "[null] [null] returned [boom]");
}
END_TEST

static void many_births(void)
{
	struct witness w = { 1, 0, 0, 0 };

	one_round(&w, 1);
	ck_assert_int_eq(w.messages, 1);
}

START_TEST(a_thousand_threads_come_and_go)
{
	for (int i = 0; i < 1000; i++)
		in_thread(many_births);
	forget();
}
END_TEST

/* fork: the child has a copy of the chain, and each runs its calls once. */
static void fork_in_a_frame(void)
{
	pid_t pid;

	{
		defer_frame();
		defer(shout, "deferred");
		pid = fork();
		if (pid)
			waitpid(pid, NULL, 0);
		shout(pid ? "parent" : "child");
	}
	shout(pid ? "parent left" : "child left");
}

START_TEST(a_forked_child_keeps_the_chain)	/* D9 */
{
	assert_dies(fork_in_a_frame, "exit 0\n");
	ck_assert_str_eq(death, "child\ndeferred\nchild left\n"
		"parent\ndeferred\nparent left\n");
}
END_TEST

static void shout_recovered(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	dprintf(2, "[%s]\n", p ? panic_message(p) : "null");
}

static void fork_and_panic(void)
{
	pid_t pid;

	recover_frame(return);
	defer(shout_recovered, NULL);
	pid = fork();
	if (pid == 0)
		panic("child");
	waitpid(pid, NULL, 0);
	panic("parent");
}

START_TEST(a_forked_child_recovers_its_own_panic)	/* D9 */
{
	assert_dies(fork_and_panic, "exit 0\n");
	ck_assert_str_eq(death, "[child]\n[parent]\n");
}
END_TEST

static void fork_in_a_call(void *unused)
{
	pid_t pid = fork();

	(void)unused;
	if (pid)
		waitpid(pid, NULL, 0);
	else
		shout("child");
}

static void fork_while_panicking(void)
{
	recover_frame(return);
	defer(shout_recovered, NULL);
	defer(fork_in_a_call, NULL);
	panic("boom");
}

START_TEST(a_fork_in_a_deferred_call_panics_on_in_both)	/* D9 */
{
	assert_dies(fork_while_panicking, "exit 0\n");
	ck_assert_str_eq(death, "child\n[boom]\n[boom]\n");
}
END_TEST

static void exits(void)
{
	defer_frame();
	defer(shout, "deferred");
	exit(5);
}

START_TEST(exit_runs_no_deferred_calls)	/* D9 */
{
	ck_assert_int_eq(strncmp(last_words(exits), "exit 5\n", 7), 0);
	assert_not_told("deferred");
}
END_TEST

int main(void)
{
	return RUN_TESTS("thread",
		threads_panic_at_once_each_on_its_own_chain,
		recover_in_another_thread_returns_null,
		a_thousand_threads_come_and_go,
		a_forked_child_keeps_the_chain,
		a_forked_child_recovers_its_own_panic,
		a_fork_in_a_deferred_call_panics_on_in_both,
		exit_runs_no_deferred_calls);
}
