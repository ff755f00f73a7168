/* SPDX-License-Identifier: MIT */
/* child.c - prints stacks, from a child process (Go: dopanic, printframes). */

/*
 * Walking a stack and reading debug information takes the loader's lock and
 * the heap, which may be locked for ever or broken.  So a child process does
 * it, on a stack of its own, in its copy of the memory, and prints.  In a page
 * that both share it says how far it has come.  When it dies or gets nowhere,
 * the parent prints what is left, with what can be had without locks.
 */

#include "config.h"

#define UNW_LOCAL_ONLY
#include <libunwind.h>

#include "runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#include <sys/prctl.h>
#endif

enum { IDLE = 2000, CHILDSTACK = 1 << 20 };

#ifdef __linux__

/* What the child starts with. */
struct child {
	struct panic__report *r;
	unw_context_t *uc;
	int fd;
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
static void leavehome(struct child *c)
{
	int null = open("/dev/null", O_RDWR);

	for (int i = 0; i < PANIC__FAULTS; i++)
		signal(panic__faultsignals[i].sig, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	forbidcore();
	if (c->fd == 2)
		c->fd = dup(2);
	if (null >= 0)
		dup2(null, 2);
}

static void printframe(struct panic__out *o, uintptr_t pc, bool all)
{
	if (!all && panic__islibrary(pc - 1))
		return;
	if (!panic__printsource(o, pc, all))
		panic__printpc(o, pc, all);
}

static int child(void *arg)
{
	struct child *c = arg;

	leavehome(c);
	if (!c->r->walked)
		panic__walkfrom(&c->r->s[0], c->uc, c->r->limit, c->r->all);
	c->r->walked = true;
	panic__putrest(c->r, c->fd, printframe);
	_exit(0);
}

/* How far the child is. */
static size_t progress(const struct panic__report *r)
{
	return r->stack + r->line + r->walked + r->s[0].total;
}

/* Waits for the child, which is killed if it gets nowhere for two seconds. */
static void await(pid_t pid, const struct panic__report *r)
{
	static const struct timespec ms = { 0, 1000000 };
	size_t last = 0, now;
	int idle = 0;

	while (waitpid(pid, NULL, WNOHANG | __WALL) == 0) {
		now = progress(r);
		idle = now == last ? idle + 1 : 0;
		last = now;
		if (idle == IDLE)
			kill(pid, SIGKILL);
		if (idle == IDLE + 100)
			break;
		nanosleep(&ms, NULL);
	}
}

/* Whether a debugger looks on. */
static bool istraced(void)
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
 * leaves its breakpoints in it, and an emulator may know SIGCHLD only. */
static bool byproxy(struct panic__report *r, unw_context_t *uc, int fd)
{
	struct child c = { r, uc, fd };
	char *stack = panic__map(CHILDSTACK, MAP_PRIVATE | MAP_NORESERVE);
	pid_t pid;

	if (!stack)
		return false;
	pid = istraced() ? -1 : clone(child, stack + CHILDSTACK, 0, &c);
	if (pid < 0)
		pid = clone(child, stack + CHILDSTACK, SIGCHLD, &c);
	if (pid > 0)
		await(pid, r);
	munmap(stack, CHILDSTACK);
	return pid > 0;
}

#else

static bool byproxy(struct panic__report *r, unw_context_t *uc, int fd)
{
	(void)r, (void)uc, (void)fd;
	return false;
}

#endif

/* With no child, the parent must walk: it has been asked, or the crash has
 * nothing to lose. */
static void printreport(struct panic__report *r, unw_context_t *uc, int fd)
{
	if (!byproxy(r, uc, fd) && !r->walked)
		panic__walkfrom(&r->s[0], uc, r->limit, r->all);
	r->walked = true;
	panic__putrest(r, fd, panic__printpc);
}

void panic__printreport(struct panic__report *r, int fd)
{
	int errnum = errno;
	unw_context_t uc;

	if (unw_getcontext(&uc) == 0)
		printreport(r, &uc, fd);
	errno = errnum;
}

void panic_print_stack(const struct panic *p, int fd)
{
	struct panic__report *r = panic__newreport(1);
	const struct panic__taken *t = (const struct panic__taken *)p;
	struct panic__stack *s;

	if (!r)
		return;
	s = panic__addstack(r);
	if (p && panic__istaken(p) && t->n > 0) {
		*s = t->s[t->n - 1];
		r->walked = true;
	} else {
		panic__identify(s);
		s->state = "running";
		r->limit = PANIC__INFRAME();
	}
	panic__printreport(r, fd);
	panic__freereport(r);
}
