/* SPDX-License-Identifier: MIT */
/* test-stack.c - frames on other stacks: signal handlers (D20) and coroutines
 * with a panic_g. */

#include "check.h"
#include "coroutine.h"

static void whole_frame(int sig)
{
	(void)sig;
	recover_frame(return);
	defer(rescue, NULL);
	{
		defer_frame();
		defer(say, "handler");
		panic("in handler");
	}
}

static void handle(int sig, void (*fn)(int), int flags)
{
	struct sigaction sa = { .sa_handler = fn, .sa_flags = flags };

	sigemptyset(&sa.sa_mask);
	sigaction(sig, &sa, NULL);
}

static char alternate[1 << 16];

static void use_alternate_stack(int on)
{
	stack_t ss = { .ss_sp = alternate, .ss_size = sizeof alternate,
		.ss_flags = on ? 0 : SS_DISABLE };

	sigaltstack(&ss, NULL);
}

/* Takes the signal in a frame, in a deferred call of a panic, and after it. */
static void raise_signal(void *unused)
{
	(void)unused;
	raise(SIGUSR1);
}

static void signalled_everywhere(void)
{
	recover_frame(return);
	defer(raise_signal, NULL);
	defer(rescue, NULL);
	defer(raise_signal, NULL);
	raise(SIGUSR1);
	note(".");
	panic("boom");
}

#define EVERYWHERE "handler [in handler] . handler [in handler] [boom] " \
	"handler [in handler]"

START_TEST(a_handler_may_use_whole_frames)	/* D20 */
{
	handle(SIGUSR1, whole_frame, 0);
	signalled_everywhere();
	handle(SIGUSR1, SIG_DFL, 0);
	ck_assert_str_eq(trace, EVERYWHERE);
}
END_TEST

START_TEST(a_handler_on_an_alternate_stack_may_too)	/* D20 */
{
	use_alternate_stack(1);
	handle(SIGUSR1, whole_frame, SA_ONSTACK);
	signalled_everywhere();
	handle(SIGUSR1, SIG_DFL, 0);
	use_alternate_stack(0);
	ck_assert_str_eq(trace, EVERYWHERE);
}
END_TEST

static void proc_in_handler(int sig)
{
	(void)sig;
	if (deferproc(rescue, NULL))
		goto epilogue;
	panic("proc");
epilogue:
	deferreturn();
}

START_TEST(a_handler_on_an_alternate_stack_may_use_deferproc)	/* D20 */
{
	use_alternate_stack(1);
	handle(SIGUSR1, proc_in_handler, SA_ONSTACK);
	{
		defer_frame();
		defer(say, "frame");
		raise(SIGUSR1);
	}
	handle(SIGUSR1, SIG_DFL, 0);
	use_alternate_stack(0);
	ck_assert_str_eq(trace, "[proc] frame");
}
END_TEST

static char thread_stack[1 << 16];

/* The handler's frame is the first that the thread opens. */
static void signalled_first(void)
{
	stack_t ss = { .ss_sp = thread_stack, .ss_size = sizeof thread_stack };

	sigaltstack(&ss, NULL);
	raise(SIGUSR1);
	{
		defer_frame();
		defer(say, "frame");
		raise(SIGUSR1);
	}
	ss.ss_flags = SS_DISABLE;
	sigaltstack(&ss, NULL);
}

START_TEST(a_threads_first_frame_may_be_a_handlers)	/* D20 */
{
	handle(SIGUSR1, whole_frame, SA_ONSTACK);
	in_thread(signalled_first);
	handle(SIGUSR1, SIG_DFL, 0);
	ck_assert_str_eq(trace, "handler [in handler] "
		"handler [in handler] frame returned");
}
END_TEST

static void panic_out(int sig)
{
	defer_frame();
	defer(shout, "handler");
	panic("signal %d", sig == SIGUSR1);
}

static void panics_out_of_a_handler(void)
{
	use_alternate_stack(1);
	handle(SIGUSR1, panic_out, SA_ONSTACK);
	recover_frame(return);
	defer(shout, "interrupted");
	raise(SIGUSR1);
}

START_TEST(a_panic_that_leaves_an_alternate_stack_is_fatal)	/* D20 */
{
	assert_dies(panics_out_of_a_handler, "SIGABRT\npanic: signal 1\n"
		"fatal error: panic on signal stack\n");
	assert_told("handler\n");
	assert_not_told("interrupted\n");
}
END_TEST

/* Coroutines. */

static void coroutine(void)
{
	{
		recover_frame(goto end);
		defer(say, "c1");
		defer(rescue, NULL);
		yield();
		defer(say, "c2");
		yield();
		panic("in coroutine");
	}
end:
	note("coroutine ends");
	yield();
}

START_TEST(each_stack_has_its_own_chain)
{
	start_coroutine(coroutine);
	{
		defer_frame();
		defer(say, "m1");
		resume();
		{
			defer_frame();
			defer(say, "m2");
			resume();
		}
		resume();
		note("back");
	}
	panic_g_free(other);
	ck_assert_str_eq(trace, "m2 c2 [in coroutine] c1 coroutine ends "
		"back m1");
}
END_TEST

static void resume_in_a_call(void *unused)
{
	(void)unused;
	resume();
	note("resumed");
}

static void lone_coroutine(void)
{
	rescue(NULL);
	{
		recover_frame(goto end);
		defer(rescue, NULL);
		panic("in coroutine");
	}
end:
	yield();
}

START_TEST(a_coroutine_does_not_see_the_panic_that_resumed_it)
{
	start_coroutine(lone_coroutine);
	{
		recover_frame(goto end);
		defer(rescue, NULL);
		defer(resume_in_a_call, NULL);
		panic("main");
	}
end:
	panic_g_free(other);
	ck_assert_str_eq(trace, "[null] [in coroutine] resumed [main]");
}
END_TEST

static void panicking_coroutine(void)
{
	defer_frame();
	defer(shout, "coroutine");
	panic("not stopped");
}

static void panic_in_a_coroutine(void)
{
	start_coroutine(panicking_coroutine);
	recover_frame(return);
	defer(shout, "main");
	resume();
}

START_TEST(a_panic_never_crosses_to_another_stack)
{
	assert_dies(panic_in_a_coroutine, "SIGABRT\npanic: not stopped\n");
	assert_told("coroutine\n");
	assert_not_told("main\n");
}
END_TEST

static void *resume_in_a_frame(void *unused)
{
	start_coroutine(coroutine);
	{
		defer_frame();
		defer(say, "t1");
		resume();
		resume();
		resume();
	}
	panic_g_free(other);
	return unused;
}

START_TEST(a_thread_that_had_coroutines_ends_as_others)
{
	pthread_t thread;

	ck_assert(!pthread_create(&thread, NULL, resume_in_a_frame, NULL));
	ck_assert(!pthread_join(thread, NULL));
	ck_assert_str_eq(trace, "c2 [in coroutine] c1 coroutine ends t1");
}
END_TEST

static void end_by_yield(void *word)
{
	note("%s", (char *)word);
	yield();
}

static void leaving_coroutine(void)
{
	defer_frame();
	defer(say, "c1");
	defer(rescue, NULL);
	defer(say, "c2");
	goexit();
}

START_TEST(a_goexit_ends_the_coroutine)
{
	static char word[] = "ends";

	for (int i = 0; i < 3; i++) {
		forget();
		start_coroutine(leaving_coroutine);
		panic_g_on_goexit(other, end_by_yield, word);
		{
			defer_frame();
			defer(say, "m1");
			resume();
			note("back");
		}
		panic_g_free(other);
		ck_assert_str_eq(trace, "c2 [null] c1 ends back m1");
	}
}
END_TEST

static void leave_without_an_end(void)
{
	start_coroutine(leaving_coroutine);
	resume();
}

static void leave_by_a_wrong_end(void)
{
	static char word[] = "returns";

	start_coroutine(leaving_coroutine);
	panic_g_on_goexit(other, shout, word);
	resume();
}

START_TEST(a_goexit_that_ends_nothing_is_fatal)
{
	assert_dies(leave_without_an_end, "SIGABRT\nfatal error: goexit() on a "
		"coroutine, and panic_g_on_goexit() has not told how it "
		"ends\n");
	assert_dies(leave_by_a_wrong_end, "SIGABRT\nfatal error: the function "
		"given to panic_g_on_goexit() has returned\n");
	assert_told("returns\n");
}
END_TEST

#ifdef __x86_64__
static void *resume_there(void *unused)
{
	defer_frame();
	defer(say, "t");
	resume();
	return unused;
}

/* Each part of it is resumed by a thread of its own. */
START_TEST(a_coroutine_may_move_to_another_thread)
{
	if (PANIC__WATCHED)	/* ThreadSanitizer wants to be told */
		return;
	start_coroutine(coroutine);
	for (int i = 0; i < 3; i++) {
		pthread_t thread;

		ck_assert(!pthread_create(&thread, NULL, resume_there, NULL));
		ck_assert(!pthread_join(thread, NULL));
	}
	panic_g_free(other);
	ck_assert_str_eq(trace, "t t c2 [in coroutine] c1 coroutine ends t");
}
END_TEST
#else
START_TEST(a_coroutine_may_move_to_another_thread)
{
}
END_TEST
#endif

static void free_with_frames(void)
{
	start_coroutine(coroutine);
	resume();
	panic_g_free(other);
}

START_TEST(freeing_a_panic_g_with_open_frames_is_fatal)
{
	const char *words = last_words(free_with_frames);

	ck_assert_msg(strstr(words, "SIGABRT\nfatal error: a frame was left "
		"without running its deferred calls\n") == words, "%s", death);
	assert_told("coroutine");
}
END_TEST

static void free_in_use(void)
{
	other = panic_g_new(stack, sizeof stack);
	panic_g_switch(other);
	panic_g_free(other);
}

START_TEST(freeing_the_panic_g_in_use_is_fatal)
{
	const char *words = last_words(free_in_use);

	ck_assert_msg(strstr(words, "SIGABRT\nfatal error: ") == words, "%s",
		words);
}
END_TEST

START_TEST(panic_g_free_of_null_does_nothing)
{
	panic_g_free(NULL);
}
END_TEST

int main(void)
{
	return RUN_TESTS("stack",
		a_handler_may_use_whole_frames,
		a_handler_on_an_alternate_stack_may_too,
		a_handler_on_an_alternate_stack_may_use_deferproc,
		a_threads_first_frame_may_be_a_handlers,
		a_panic_that_leaves_an_alternate_stack_is_fatal,
		each_stack_has_its_own_chain,
		a_coroutine_does_not_see_the_panic_that_resumed_it,
		a_panic_never_crosses_to_another_stack,
		a_thread_that_had_coroutines_ends_as_others,
		a_goexit_ends_the_coroutine,
		a_goexit_that_ends_nothing_is_fatal,
		a_coroutine_may_move_to_another_thread,
		freeing_a_panic_g_with_open_frames_is_fatal,
		freeing_the_panic_g_in_use_is_fatal,
		panic_g_free_of_null_does_nothing);
}
