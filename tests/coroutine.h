/* SPDX-License-Identifier: MIT */
/* coroutine.h - one coroutine: makecontext(), or where the C library has none
 * (musl), what Engelschall's "Portable Multithreading" makes of a signal. */
#ifndef TESTS_COROUTINE_H
#define TESTS_COROUTINE_H

#include "config.h"

#include "check.h"

#ifdef HAVE_MAKECONTEXT
#include <ucontext.h>

static ucontext_t here, there;

/* Goes to the coroutine; and from it. */
static void switch_to(void)
{
	swapcontext(&here, &there);
}

static void switch_back(void)
{
	swapcontext(&there, &here);
}

/* The first switch_to() calls fn, which must not return. */
static void make_coroutine(void (*fn)(void), void *stack, size_t size)
{
	getcontext(&there);
	there.uc_stack.ss_sp = stack;
	there.uc_stack.ss_size = size;
	there.uc_link = NULL;
	makecontext(&there, fn, 0);
}
#else
#include <setjmp.h>
#include <signal.h>

static jmp_buf here, there;
static void (*volatile entry)(void);

static void switch_to(void)
{
	if (!setjmp(here))
		longjmp(there, 1);
}

static void switch_back(void)
{
	if (!setjmp(there))
		longjmp(here, 1);
}

/* Returns once; the second time it is on the stack that it left. */
static void on_signal(int sig)
{
	(void)sig;
	if (setjmp(there))
		entry();
}

static void make_coroutine(void (*fn)(void), void *stack, size_t size)
{
	struct sigaction sa = { .sa_handler = on_signal,
		.sa_flags = SA_ONSTACK }, old;
	stack_t ss = { .ss_sp = stack, .ss_size = size }, before;

	entry = fn;
	sigemptyset(&sa.sa_mask);
	sigaltstack(&ss, &before);
	sigaction(SIGUSR2, &sa, &old);
	raise(SIGUSR2);
	sigaction(SIGUSR2, &old, NULL);
	sigaltstack(&before, NULL);
}
#endif

/* The coroutine with a panic_g of its own. */

static char stack[1 << 18] UNUSED;
static struct panic_g *mine, *other UNUSED;

HELPER void start_coroutine(void (*fn)(void))
{
	other = panic_g_new(stack, sizeof stack);
	make_coroutine(fn, stack, sizeof stack);
}

HELPER void resume(void)
{
	mine = panic_g_switch(other);
	switch_to();
}

HELPER void yield(void)
{
	other = panic_g_switch(mine);
	switch_back();
}

#endif
