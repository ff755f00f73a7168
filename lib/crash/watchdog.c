/* SPDX-License-Identifier: MIT */
/* watchdog.c - the end of a process comes, whatever hangs on the way. */

/*
 * A timer signals the thread that dies, and nobody else.  At the first tick
 * what still runs of the program's code is left: the hook, or a type's text
 * function.  At the second one the process ends with what is printed by then.
 * Nothing is printed about it, for a write() may be what hangs.
 */

#include "config.h"

#include "crash/crash.h"

#include <signal.h>
#include <time.h>
#ifdef __linux__
#include <sys/syscall.h>
#include <unistd.h>
#endif

#if defined SYS_timer_create && defined SYS_timer_settime && \
	defined SIGEV_THREAD_ID

enum { TICK = 5 /* seconds */ };

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

static void (*_Atomic ontick)(int sig);

static void handler(int sig, siginfo_t *info, void *context)
{
	(void)context;
	if (info->si_code == SI_TIMER &&
	    info->si_value.sival_ptr == &panic__m)
		ontick(sig);
}

/* The signal comes to this thread, also if the program has blocked it. */
static bool takesignal(int sig)
{
	struct sigaction sa = { .sa_sigaction = handler,
		.sa_flags = SA_SIGINFO | SA_ONSTACK };
	sigset_t set;

	sigfillset(&sa.sa_mask);
	sigemptyset(&set);
	sigaddset(&set, sig);
	return !sigaction(sig, &sa, NULL) &&
		!pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

/* What the kernel takes, by its own calls: the C library's may want the
 * heap. */
int panic__startwatchdog(void (*tick)(int sig))
{
	static _Atomic int chosen;
	struct { long sec, nsec; } ticks[2] = { { TICK, 0 }, { TICK, 0 } };
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID };
	int timer;

	ontick = tick;
	if (!chosen)
		chosen = panic__freesignal();
	event.sigev_signo = chosen;
	event.sigev_value.sival_ptr = &panic__m;
	event.sigev_notify_thread_id = (int)syscall(SYS_gettid);
	if (!event.sigev_signo || !takesignal(event.sigev_signo) ||
	    syscall(SYS_timer_create, CLOCK_MONOTONIC, &event, &timer) ||
	    syscall(SYS_timer_settime, timer, 0, ticks, NULL))
		return 0;
	return event.sigev_signo;
}

#else

int panic__startwatchdog(void (*tick)(int sig))
{
	(void)tick;
	return 0;
}

#endif
