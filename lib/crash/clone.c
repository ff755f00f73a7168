/* SPDX-License-Identifier: MIT */
/* clone.c - child processes that the program does not notice. */

#include "config.h"

#include "crash/crash.h"

#ifdef __linux__

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

bool panic__istraced(void)
{
	static const char key[] = "\nTracerPid:\t";
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	char text[1024];
	const char *at;
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, text, sizeof text - 1);
	close(fd);
	text[n < 0 ? 0 : n] = '\0';
	at = strstr(text, key);
	return at && at[sizeof key - 1] != '0';
}

/* Not fork(): that runs the program's handlers and waits for the heap's
 * locks.  The exit signal 0 hides the child from the program's waitpid() and
 * its SIGCHLD handler.  But a debugger takes such a child for a thread, and
 * leaves its breakpoints in it, and an emulator may know SIGCHLD only.  The
 * child blocks all signals: it has the program's handlers, and perhaps its
 * memory too. */
pid_t panic__clone(int (*fn)(void *), void *stack, int flags, void *arg)
{
	sigset_t all, old;
	pid_t pid;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pid = panic__istraced() ? -1 : clone(fn, stack, flags, arg);
	if (pid < 0)
		pid = clone(fn, stack, flags | SIGCHLD, arg);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return pid;
}

#endif
