/* SPDX-License-Identifier: MIT */
/* test-mask.c - threads that are born with all signals blocked, as daemons
 * make them (decision 22). */

#include "fault.h"

#include <stdbool.h>

/* The mask of the last such thread at its end. */
static sigset_t left;

static void *runs_blocked(void *fn)
{
	(*(void (**)(void))fn)();
	pthread_sigmask(SIG_BLOCK, NULL, &left);
	return NULL;
}

static void in_blocked_thread(void (*fn)(void))
{
	sigset_t all, old;
	pthread_t t;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ck_assert_int_eq(pthread_create(&t, NULL, runs_blocked, &fn), 0);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	ck_assert_int_eq(pthread_join(t, NULL), 0);
}

static void attempts(void)
{
	attempt(fault_nil);
}

static void defers(void)
{
	defer_frame();
	defer(say, "deferred");
}

NOINLINE static void gives_up(void)
{
	defer_frame();
	defer(say, "deferred");
	abort();
}

START_TEST(a_fault_in_a_thread_that_blocks_all_is_a_panic)
{
	start(0);
	in_blocked_thread(attempts);
	ck_assert_str_eq(trace, NIL);
}
END_TEST

static void die_by_abort(void)
{
	start(0);
	in_blocked_thread(gives_up);
}

START_TEST(abort_in_a_thread_that_blocks_all_is_reported)
{
	assert_dies(die_by_abort, "SIGABRT\nfatal error: abort\n");
	assert_told("gives_up");
}
END_TEST

/* Asks for what its first deferred call would do, and makes none. */
static void prepares_and_aborts(void)
{
	panic_thread_init();
	abort();
}

static void die_prepared(void)
{
	start(0);
	in_blocked_thread(prepares_and_aborts);
}

START_TEST(panic_thread_init_does_it_too)
{
	assert_dies(die_prepared, "SIGABRT\nfatal error: abort\n");
}
END_TEST

/* Its first frame was too early. */
static void defers_before(void)
{
	defers();
	start(0);
	attempts();
}

START_TEST(the_thread_that_calls_panic_signals_is_prepared_anew)
{
	in_blocked_thread(defers_before);
	ck_assert_str_eq(trace, "deferred " NIL);
}
END_TEST

/* Blocked and sent before there was a handler, it finds ours. */
static void die_of_a_pending_abort(void)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
	kill(getpid(), SIGABRT);
	start(0);
}

START_TEST(a_sigabrt_that_was_pending_is_reported)
{
	assert_dies(die_of_a_pending_abort, "SIGABRT\nfatal error: abort\n");
}
END_TEST

static bool is_synchronous(int sig)
{
	return sig == SIGSEGV || sig == SIGBUS || sig == SIGFPE ||
		sig == SIGABRT || sig == SIGILL || sig == SIGTRAP ||
		sig == SIGSYS;
}

/* Notes those that are not as they should be; nobody can block some. */
static void note_odd_ones(void)
{
	for (int sig = 1; sig <= SIGRTMAX; sig++)
		if (sig != SIGKILL && sig != SIGSTOP &&
		    (sig < 32 || sig >= SIGRTMIN) &&
		    is_synchronous(sig) == sigismember(&left, sig))
			note("%d", sig);
}

START_TEST(no_other_signal_is_unblocked)
{
	start(0);
	in_blocked_thread(defers);
	note_odd_ones();
	ck_assert_str_eq(trace, "deferred");
}
END_TEST

START_TEST(without_panic_signals_the_mask_is_left_alone)
{
	if (panic_signals(~0u) && errno == EINVAL)
		in_blocked_thread(defers);
	for (int sig = 1; sig < 32; sig++)
		if (sig != SIGKILL && sig != SIGSTOP)
			ck_assert_int_eq(sigismember(&left, sig), 1);
}
END_TEST

/* What the program blocks later is its own business. */
static void blocks_again(void)
{
	sigset_t faults;

	defers();
	sigemptyset(&faults);
	sigaddset(&faults, SIGFPE);
	pthread_sigmask(SIG_BLOCK, &faults, NULL);
	defers();
}

START_TEST(a_signal_that_is_blocked_later_stays_so)
{
	start(0);
	in_blocked_thread(blocks_again);
	ck_assert_int_eq(sigismember(&left, SIGFPE), 1);
	ck_assert_int_eq(sigismember(&left, SIGSEGV), 0);
}
END_TEST

int main(void)
{
	return RUN_TESTS("mask",
		without_panic_signals_the_mask_is_left_alone,
		the_thread_that_calls_panic_signals_is_prepared_anew,
		a_fault_in_a_thread_that_blocks_all_is_a_panic,
		abort_in_a_thread_that_blocks_all_is_reported,
		panic_thread_init_does_it_too,
		a_sigabrt_that_was_pending_is_reported,
		no_other_signal_is_unblocked,
		a_signal_that_is_blocked_later_stays_so);
}
