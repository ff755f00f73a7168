/* SPDX-License-Identifier: MIT */
/* s10-fatal.c - S103 to S110: what is fatal, and never recoverable. */

#include <setjmp.h>

#include "dying.h"
#include "layers.h"

static void panics_in_handler(int sig)
{
	(void)sig;
	panic("p");
}

static void onsigstack(void)
{
	static char stack[65536];
	stack_t ss = { .ss_size = sizeof stack, .ss_sp = stack };
	struct sigaction sa = { .sa_handler = panics_in_handler,
		.sa_flags = SA_ONSTACK };

	if (sigaltstack(&ss, NULL) || sigaction(SIGUSR1, &sa, NULL))
		abort();
}

FUNCTION(leaveshandler,
	DEFER(puts, "not run");
	DEFER(catch, "r");
	onsigstack();
	raise(SIGUSR1);
);

START_TEST(S103_a_panic_that_would_leave_the_signal_stack_is_fatal)
{
	LAYERS();
	expectfatal(PICK(leaveshandler), NULL, "panic: p\n",
		"panic on signal stack\n");
}
END_TEST

FUNCTION(fatal,
	DEFER(puts, "not run");
	DEFER(catch, "r");
	if (arg)
		panic_set_exit(2);
	panic_fatal("broken %s %d", "invariant", 7);
);

START_TEST(S105_a_fatal_error_runs_no_deferred_calls)
{
	struct death *d;

	LAYERS();
	expectfatal(PICK(fatal), NULL, "", "broken invariant 7\n");
	d = dies(PICK(fatal), NULL);
	ck_assert_str_eq(d->out, "");
	d = dies(PICK(fatal), trace);
	ck_assert(exited(d, 2));
}
END_TEST

static void fatalnow(void *unused)
{
	(void)unused;
	panic_fatal("broken");
}

static void recoversfatal(void *unused)
{
	(void)unused;
	if (recover())
		panic_fatal("broken");
}

FUNCTION(fatalindefer,
	DEFER(fatalnow, NULL);
	DEFER(raise_text, "p2");
	panic("p1");
);

FUNCTION(fatalinrecover,
	DEFER(recoversfatal, NULL);
	panic("p1");
);

/* Go up to 1.20 hides the panics, S107; newer Go and this library do not. */
START_TEST(S107_a_fatal_error_in_a_deferred_call_does_not_hide_the_panics)
{
	LAYERS();
	expectfatal(PICK(fatalindefer), NULL, "panic: p1\n\tpanic: p2\n",
		"broken\n");
}
END_TEST

START_TEST(S108_pending_panics_are_printed_before_the_fatal_error)
{
	struct death *d;

	LAYERS();
	expectfatal(PICK(fatalinrecover), NULL, "panic: p1 [recovered]\n",
		"broken\n");
	d = dies(PICK(fatalinrecover), NULL);
	ck_assert(strstr(d->err, "panic: p1") <
		strstr(d->err, "fatal error: broken"));
}
END_TEST

static void fallsthrough(void *unused)
{
	recover_frame(trace[0] = '\0');
	defer(catch, unused);
	panic("p");
}

START_TEST(S110_a_landing_that_falls_through_is_fatal)
{
	expectfatal(fallsthrough, "r", "",
		"the statement of recover_frame() at ");
}
END_TEST

/* Frames that were left without running their calls: found at the next frame
 * opened, an older frame left, a panic, the thread's end; never forgotten. */

static jmp_buf env;

NOINLINE static void jumps(void)
{
	recover_frame(return);
	defer(puts, "not run");
	longjmp(env, 1);
}

NOINLINE static void noreturn(void)
{
	if (deferproc(puts, "not run"))
		BARRIER();
}

NOINLINE static void leavesdead(void *proc)
{
	if (proc) {
		noreturn();
		return;
	}
	if (setjmp(env) == 0)
		jumps();
	BARRIER();
}

static void nop(void *unused)
{
	(void)unused;
}

FUNCTION(opens,
	DEFER(puts, "not run");
);

/* The room takes care that the dead frame is not where a new one will be. */
NOINLINE static void opensbelow(void *unused)
{
	volatile char room[2000] = { 0 };

	CALL(opens, unused);
	room[0]++;
}

static void opensframe(void *proc)
{
	leavesdead(proc);
	mode = FRAMES;
	opensbelow(NULL);
}

static void callsdeferproc(void *proc)
{
	leavesdead(proc);
	mode = PROCS;
	opensbelow(NULL);
}

static void findsreopening(void *unused)
{
	for (volatile int i = 0; i < 2; i++)
		leavesdead(unused);
}

static void findspanicking(void *proc)
{
	leavesdead(proc);
	panic("p");
}

/* Of an inline frame that is left, the calls run first. */
FUNCTION(findsleaving,
	DEFER(nop, NULL);
	leavesdead(arg);
);

static void threadleaves(void *proc)
{
	leavesdead(proc);
	pthread_exit(NULL);
}

static void findsending(void *proc)
{
	inthread(threadleaves, proc);
}

#define DEADFRAME "a frame was left without running its deferred calls\n"

/* where: what found it. */
static void expectdead(void (*fn)(void *), const char *pending,
	const char *where)
{
	static char how[] = "deferproc";

	for (char *proc = NULL; ; proc = how) {
		struct death *d = dies(fn, proc);

		ck_assert_str_eq(d->out, "");
		ck_assert_ptr_ne(strstr(d->err, where), NULL);
		expectfatal(fn, proc, pending, DEADFRAME);
		if (proc)
			break;
	}
}

START_TEST(S110_a_dead_frame_is_found_when_a_frame_is_opened)
{
	expectdead(opensframe, "", "a call was deferred");
	expectdead(callsdeferproc, "", "deferproc() was called");
}
END_TEST

START_TEST(S110_a_dead_frame_is_found_where_it_was_itself)
{
	expectfatal(findsreopening, NULL, "", DEADFRAME);
}
END_TEST

START_TEST(S110_a_dead_frame_is_found_by_a_panic)
{
	expectdead(findspanicking, "panic: p\n", "a panic was raised");
}
END_TEST

START_TEST(S110_a_dead_frame_is_found_when_an_older_one_is_left)
{
	expectdead(findsleaving_frame, "", "a frame was left");
	expectdead(findsleaving_proc, "", "deferreturn() was called");
}
END_TEST

START_TEST(S110_a_dead_frame_is_found_when_the_thread_ends)
{
	expectdead(findsending, "", "the thread ended");
}
END_TEST

/* A deferred call that is left open when its frame's next one is due. */
static void leavesone(void *proc)
{
	leavesdead(proc);
}

FUNCTION(indeferred,
	DEFER(leavesone, arg);
	panic("p");
);

START_TEST(S110_a_dead_frame_is_found_when_a_deferred_call_returns)
{
	LAYERS();
	expectdead(PICK(indeferred), "panic: p\n",
		"a deferred call returned");
}
END_TEST

NOINLINE static void jumpsout(void *unused)
{
	recover_frame(return);
	defer(puts, unused);
	longjmp(env, 1);
}

static void leavesouter(void *unused)
{
	recover_frame(return);
	defer(nop, NULL);
	if (setjmp(env) == 0)
		jumpsout(unused);
}

START_TEST(S110_the_block_that_is_left_finds_the_dead_one)
{
	struct death *d = dies(leavesouter, "not run");

	ck_assert_str_eq(d->out, "");
	ck_assert(aborted(d));
}
END_TEST

static void add(TCase *tc)
{
	LAYERED(tc,
		S103_a_panic_that_would_leave_the_signal_stack_is_fatal);
	LAYERED(tc, S105_a_fatal_error_runs_no_deferred_calls);
	LAYERED(tc,
	S107_a_fatal_error_in_a_deferred_call_does_not_hide_the_panics);
	LAYERED(tc, S108_pending_panics_are_printed_before_the_fatal_error);
	tcase_add_test(tc, S110_a_landing_that_falls_through_is_fatal);
	tcase_add_test(tc,
		S110_a_dead_frame_is_found_when_a_frame_is_opened);
	tcase_add_test(tc, S110_a_dead_frame_is_found_where_it_was_itself);
	tcase_add_test(tc, S110_a_dead_frame_is_found_by_a_panic);
	tcase_add_test(tc,
		S110_a_dead_frame_is_found_when_an_older_one_is_left);
	tcase_add_test(tc, S110_a_dead_frame_is_found_when_the_thread_ends);
	LAYERED(tc, S110_a_dead_frame_is_found_when_a_deferred_call_returns);
	tcase_add_test(tc, S110_the_block_that_is_left_finds_the_dead_one);
}

CONFORM_MAIN("fatal", add)
