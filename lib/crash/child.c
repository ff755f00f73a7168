/* SPDX-License-Identifier: MIT */
/* child.c - a child process walks the stack of a report (Go: dopanic). */

/*
 * Walking a stack takes the loader's lock and may take the heap's, which may
 * be locked for ever, and it meets what is broken.  So a child process does
 * it, on a stack of its own, in its copy of the memory.  The lines are in
 * pages that both share; when it dies or gets nowhere, those that it has found
 * count.  Files and lines come from a program (symbolize.c).
 */

#include "config.h"

#define UNW_LOCAL_ONLY
#include <libunwind.h>

#include "crash/crash.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

enum { PATIENCE = 2 * 1000 * 1000, STEP = 200 /* microseconds */,
	 CHILDSTACK = 1 << 20 };

#ifdef __linux__

/* What the child starts with. */
struct child {
	struct panic__report *r;
	unw_context_t *uc;
};

/* No core: not in a file, which needs a page, and not for a program either,
 * for which Linux takes the limit 1 as a word. */
static void forbidcore(void)
{
	struct rlimit core;

	if (getrlimit(RLIMIT_CORE, &core))
		return;
	core.rlim_cur = core.rlim_max < 1 ? 0 : 1;
	setrlimit(RLIMIT_CORE, &core);
}

/* What is the program's is not for the child: its signal handlers, a core
 * dump.  What the libraries have to say of a broken heap goes nowhere. */
static void becomechild(void)
{
	int null = open("/dev/null", O_RDWR);

	for (int i = 0; i < PANIC__FAULTS; i++)
		signal(panic__faultsignals[i].sig, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	forbidcore();
	if (null >= 0)
		dup2(null, 2);
}

static int child(void *arg)
{
	struct child *c = arg;

	becomechild();
	panic__walkfrom(&c->r->s[0], c->uc, c->r->limit, c->r->all);
	_exit(0);
}

/* Waits for the child, which is killed if that takes two seconds. */
static void await(pid_t pid)
{
	static const struct timespec step = { 0, STEP * 1000 };

	for (int us = 0; waitpid(pid, NULL, WNOHANG | __WALL) == 0;
	    us += STEP) {
		if (us == PATIENCE)
			kill(pid, SIGKILL);
		if (us == PATIENCE + 100 * 1000)
			break;
		nanosleep(&step, NULL);
	}
}

static bool walkinchild(struct panic__report *r, unw_context_t *uc)
{
	struct child c = { r, uc };
	char *stack = panic__map(CHILDSTACK, MAP_PRIVATE | MAP_NORESERVE);
	pid_t pid;

	if (!stack)
		return false;
	pid = panic__clone(child, stack + CHILDSTACK, 0, &c);
	if (pid > 0)
		await(pid);
	munmap(stack, CHILDSTACK);
	return pid > 0;
}

#else

static bool walkinchild(struct panic__report *r, unw_context_t *uc)
{
	(void)r, (void)uc;
	return false;
}

#endif

/* With no child, the parent must walk: it has been asked, or the crash has
 * nothing to lose. */
static void printreport(struct panic__report *r, unw_context_t *uc, int fd)
{
	if (!r->walked && !walkinchild(r, uc))
		panic__walkfrom(&r->s[0], uc, r->limit, r->all);
	r->walked = true;
	panic__putrest(r, fd);
}

void panic__printreport(struct panic__report *r, int fd)
{
	int errnum = errno;
	unw_context_t uc;

	if (unw_getcontext(&uc) == 0)
		printreport(r, &uc, fd);
	errno = errnum;
}
