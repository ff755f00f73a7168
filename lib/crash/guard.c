/* SPDX-License-Identifier: MIT */
/* guard.c - faults in what a dying thread calls. */

#include "config.h"

#include "crash/crash.h"

#include <setjmp.h>
#include <signal.h>

static struct sigaction former[PANIC__FAULTS];

/* A fault of a thread that does not die is none of ours. */
static void passon(const struct sigaction *to, int sig, siginfo_t *info,
	void *context)
{
	if (to->sa_flags & SA_SIGINFO) {
		to->sa_sigaction(sig, info, context);
	} else if (to->sa_handler == SIG_DFL || to->sa_handler == SIG_IGN) {
		sigaction(sig, to, NULL);
		raise(sig);
	} else {
		to->sa_handler(sig);
	}
}

static int indexof(int sig)
{
	return (int)(panic__faultsignal(sig) - panic__faultsignals);
}

static void onfault(int sig, siginfo_t *info, void *context)
{
	if (panic__m.dying.guard)
		siglongjmp(*panic__m.dying.guard, sig);
	passon(&former[indexof(sig)], sig, info, context);
}

static bool isguard(const struct sigaction *sa)
{
	return (sa->sa_flags & SA_SIGINFO) && sa->sa_sigaction == onfault;
}

static bool isdefault(const struct sigaction *sa)
{
	return !(sa->sa_flags & SA_SIGINFO) && sa->sa_handler == SIG_DFL;
}

void panic__catchfaults(bool all)
{
	static _Atomic int busy;
	struct sigaction old, new = { .sa_sigaction = onfault,
		.sa_flags = SA_SIGINFO | SA_ONSTACK };

	sigemptyset(&new.sa_mask);
	panic__lock(&busy);	/* two threads may die */
	for (int i = 0; i < PANIC__FAULTS; i++) {
		int sig = panic__faultsignals[i].sig;

		if (sigaction(sig, NULL, &old) || isguard(&old) ||
		    !(all || isdefault(&old)))
			continue;
		former[i] = old;
		sigaction(sig, &new, NULL);
	}
	busy = 0;
}

void panic__releaseabort(void)
{
	struct sigaction sa;

	if (!sigaction(SIGABRT, NULL, &sa) && isguard(&sa))
		sigaction(SIGABRT, &former[indexof(SIGABRT)], NULL);
}

int panic__guarded(void (*fn)(void *), void *arg)
{
	struct panic_g g = panic__g;
	sigjmp_buf env;
	int sig;

	sig = sigsetjmp(env, 1);
	if (sig == 0) {
		panic__m.dying.guard = &env;
		fn(arg);
		panic__m.dying.guard = NULL;
		return 0;
	}
	panic__m.dying.guard = NULL;
	panic__g = g;
	return sig;
}
