/* SPDX-License-Identifier: MIT */
/* symbolize.c - asks panic-symbolize for files and lines. */

/*
 * The program is started as by vfork() and exec: the child runs in the memory
 * of the parent, which waits, and makes system calls only.  So neither needs
 * the heap, a lock, or a copy of what is broken.  Frames go to it over a
 * socket, one at a time, as a report without it would have them, and the
 * lines of the report come back.  When it is late, dies or cannot be started,
 * the rest of the frames stay as they are, and one line says why.
 */

#include "config.h"

#include "crash/crash.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#include <sys/syscall.h>
#endif

enum { PATIENCE = 2000 /* milliseconds, for all frames */,
	EXE = 3 /* the program's file, in the child */ };

static int64_t now(void)
{
	struct timespec t = { 0, 0 };

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * (int64_t)1000 + t.tv_nsec / 1000000;
}

/* The start. */

struct start {
	const char *path;
	int socket, exe;
	volatile pid_t pid;
	volatile int errnum;
};

/* Of a child that has this stack and never returns: its marks for
 * AddressSanitizer would stay on it. */
#define UNMARKED __attribute__((no_sanitize("address")))

UNMARKED static int child(void *arg)
{
	static const char *const environment[] = { NULL };
	struct start *s = arg;
	const char *argv[] = { "panic-symbolize", "--frames",
		s->exe < 0 ? "-1" : "3", NULL };

	if (dup2(s->socket, 0) == 0 && dup2(s->socket, 1) == 1 &&
	    (s->exe < 0 || dup2(s->exe, EXE) == EXE)) {
#ifdef SYS_close_range
		syscall(SYS_close_range, s->exe < 0 ? EXE : EXE + 1, ~0U, 0);
#endif
		execve(s->path, (char **)(uintptr_t)argv,
			(char **)(uintptr_t)environment);
	}
	s->errnum = errno;
	_exit(127);
}

#ifdef __linux__

enum { STACK = 8192 };

/* An exec makes any child one that the program sees when it ends.  So the
 * program gets another parent, by the end of its own. */
UNMARKED static int between(void *arg)
{
	_Alignas(16) char stack[STACK];
	struct start *s = arg;

	s->pid = clone(child, stack + sizeof stack,
		CLONE_VM | CLONE_VFORK | SIGCHLD, s);
	if (s->pid < 0)
		s->errnum = errno;
	_exit(0);
}

static void spawn(struct start *s)
{
	_Alignas(16) char stack[2 * STACK];
	pid_t pid = panic__clone(between, stack + sizeof stack,
		CLONE_VM | CLONE_VFORK, s);

	if (pid < 0)
		s->errnum = errno;
	else
		while (waitpid(pid, NULL, __WALL) < 0 && errno == EINTR)
			;
}

#else

static void spawn(struct start *s)
{
	sigset_t all, old;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	s->pid = vfork();
	if (s->pid == 0)
		child(s);
	if (s->pid < 0)
		s->errnum = errno;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

#endif

/* The program's file, whatever has become of its name; not where dup2() in
 * the child would close it. */
static int openexe(void)
{
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), high;

	if (fd < 0 || fd > EXE)
		return fd;
	high = fcntl(fd, F_DUPFD_CLOEXEC, EXE + 1);
	close(fd);
	return high;
}

/* Without strerror(), which may need the heap. */
static const char *errortext(int errnum)
{
	switch (errnum) {
	case ENOENT:
		return "No such file or directory";
	case EACCES:
		return "Permission denied";
	case EPERM:
		return "Operation not permitted";
	case EMFILE:
	case ENFILE:
		return "Too many open files";
	case EAGAIN:
		return "Resource temporarily unavailable";
	case ENOMEM:
		return "Cannot allocate memory";
	case ENOSYS:
		return "Function not implemented";
	}
	return "it cannot be started";
}

static bool start(struct panic__symbolizer *sym, const int fd[2])
{
	struct start s = { panic__symbolizerpath(), fd[1], openexe(), -1, 0 };

	spawn(&s);
	sym->pid = s.pid;
	if (s.exe >= 0)
		close(s.exe);
	if (s.errnum)
		sym->why = errortext(s.errnum);
	return !s.errnum;
}

void panic__startsymbolizer(struct panic__symbolizer *sym)
{
	int fd[2];

	sym->fd = -1;
	sym->pid = -1;
	sym->why = NULL;
	sym->deadline = now() + PATIENCE;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd)) {
		sym->why = errortext(errno);
		return;
	}
	fcntl(fd[0], F_SETFD, FD_CLOEXEC);
	fcntl(fd[1], F_SETFD, FD_CLOEXEC);
	if (start(sym, fd))
		sym->fd = fd[0];
	else
		close(fd[0]);
	close(fd[1]);
}

/* The end. */

/* It ends when the socket is closed, or does not listen and is killed. */
static void stop(struct panic__symbolizer *sym, bool deaf)
{
	if (sym->fd >= 0)
		close(sym->fd);
	sym->fd = -1;
	if (deaf && sym->pid > 0)
		kill(sym->pid, SIGKILL);
#ifndef __linux__
	if (sym->pid > 0)
		waitpid(sym->pid, NULL, 0);
#endif
	sym->pid = -1;
}

void panic__endsymbolizer(struct panic__out *o, struct panic__symbolizer *sym)
{
	stop(sym, false);
	if (!sym->why)
		return;
	panic__puts(o, "\nno files and lines: ");
	panic__puts(o, panic__symbolizerpath());
	panic__puts(o, ": ");
	panic__puts(o, sym->why);
	panic__putc(o, '\n');
}

static bool fail(struct panic__symbolizer *sym, const char *why)
{
	sym->why = why;
	stop(sym, true);
	return false;
}

static bool end(struct panic__symbolizer *sym)
{
	sym->why = "it has ended early";
	stop(sym, false);
	return false;
}

/* Frames. */

/* A process that has ended must not raise SIGPIPE. */
static bool sendall(int fd, const char *at, size_t n)
{
#ifdef MSG_NOSIGNAL
	enum { FLAGS = MSG_NOSIGNAL };
#else
	enum { FLAGS = 0 };
#endif
	ssize_t sent;

	while (n > 0) {
		sent = send(fd, at, n, FLAGS);
		if (sent < 0 && errno != EINTR)
			return false;
		if (sent > 0) {
			at += sent;
			n -= (size_t)sent;
		}
	}
	return true;
}

/* Whether the answer is there: it ends in an empty line. */
static bool complete(const struct panic__symbolizer *sym)
{
	const char *end = sym->answer + sym->n;

	return sym->n > 0 && end[-1] == '\n' &&
		(sym->n == 1 || end[-2] == '\n');
}

/* Reads once; false if there will be no more. */
static bool receive(struct panic__symbolizer *sym)
{
	int64_t left = sym->deadline - now();
	struct pollfd p = { .fd = sym->fd, .events = POLLIN };
	ssize_t got;

	if (sym->n == sizeof sym->answer)
		return fail(sym, "its answer is too long");
	if (left <= 0 || poll(&p, 1, (int)left) == 0)
		return fail(sym, "it has taken more than 2 s");
	got = read(sym->fd, sym->answer + sym->n, sizeof sym->answer - sym->n);
	if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN))
		return end(sym);
	if (got > 0)
		sym->n += (size_t)got;
	return true;
}

/* Gets the answer to what stands in sym->answer. */
static bool ask(struct panic__symbolizer *sym)
{
	if (!sendall(sym->fd, sym->answer, sym->n))
		return end(sym);
	sym->n = 0;
	while (!complete(sym))
		if (!receive(sym))
			return false;
	return true;
}

/* Prints the answer, which is a line for each function and one, with a tab,
 * for its place; without what is the library's. */
static void putanswer(struct panic__out *o, struct panic__symbolizer *sym,
	bool all)
{
	const char *at = sym->answer, *end = at + sym->n - 1;
	bool hidden = false;

	for (; at < end; at++) {
		if (at == sym->answer || (at[-1] == '\n' && *at != '\t'))
			hidden = !all && panic__isours(at);
		if (!hidden)
			panic__putc(o, *at);
	}
}

bool panic__symbolize(struct panic__out *o, struct panic__symbolizer *sym,
	uintptr_t pc, bool all)
{
	struct panic__out frame = { .to = sym->answer,
		.size = sizeof sym->answer };

	if (sym->fd < 0)
		return false;
	panic__putmodule(&frame, pc - 1);
	panic__putc(&frame, '\n');
	sym->n = frame.n;
	if (frame.n > frame.size || !ask(sym) || sym->n == 1)
		return false;
	putanswer(o, sym, all);
	return true;
}
