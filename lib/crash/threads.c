/* SPDX-License-Identifier: MIT */
/* threads.c - the other threads, stopped for a report (Go: freezetheworld,
 * tracebackothers). */

#include "config.h"

#include "crash/crash.h"

#include <signal.h>
#include <unistd.h>

#ifdef __linux__

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

enum { PATIENCE = 500 };	/* milliseconds */

static struct panic__report *report;	/* where stacks are wanted, or NULL */
static _Atomic size_t first, answers;	/* in report */
static int stopsignal;
static size_t stopped;

/* The kernel's struct linux_dirent64. */
struct entry {
	uint64_t ino;
	int64_t off;
	unsigned short reclen;
	unsigned char type;
	char name[];
};

static long number(const char *s)
{
	long n = 0;

	for (; *s >= '0' && *s <= '9'; s++)
		n = n * 10 + (*s - '0');
	return n;
}

/* Calls fn for each other thread.  opendir() would need the heap. */
static void eachthread(void (*fn)(long tid))
{
	_Alignas(struct entry) char buf[2048];
	long self = syscall(SYS_gettid), tid, n;
	int fd = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct entry *e;

	if (fd < 0)
		return;
	while ((n = syscall(SYS_getdents64, fd, buf, sizeof buf)) > 0)
		for (long at = 0; at < n; at += e->reclen) {
			e = (struct entry *)(buf + at);
			tid = number(e->name);
			if (tid > 0 && tid != self)
				fn(tid);
		}
	close(fd);
}

static _Atomic size_t counted;

static void count(long tid)
{
	(void)tid;
	counted++;
}

size_t panic__countthreads(void)
{
	counted = 0;
	eachthread(count);
	return counted;
}

/* The name that the kernel has for the thread: /proc/self/task/TID/comm. */
static void readname(struct panic__stack *s)
{
	char path[64] = "/proc/self/task/", digits[24];
	size_t i = sizeof digits - 1;
	long n = s->tid, got;
	int fd;

	digits[i] = '\0';
	do
		digits[--i] = (char)('0' + n % 10);
	while ((n /= 10) != 0);
	strcat(strcat(path, digits + i), "/comm");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	got = read(fd, s->name, sizeof s->name - 1);
	if (got > 0)
		s->name[got - 1] = '\0';	/* the newline */
	close(fd);
}

static void add(long tid)
{
	struct panic__stack *s = panic__addstack(report);

	if (!s)
		return;
	s->tid = tid;
	s->state = "no answer in 500 ms";
	readname(s);
}

/* In each other thread.  Nothing here goes on. */
static void onstop(int sig)
{
	long tid = syscall(SYS_gettid);
	size_t i = first;

	(void)sig;
	while (report && i < report->n && report->s[i].tid != tid)
		i++;
	if (report && i < report->n) {
		panic__walksignal(&report->s[i]);
		report->s[i].state = "stopped";
	}
	answers++;
	for (;;)
		pause();
}

static void stop(long tid)
{
	if (!syscall(SYS_tgkill, getpid(), tid, stopsignal))
		stopped++;
}

int panic__freesignal(void)
{
	struct sigaction sa;

	for (int sig = SIGRTMAX; sig >= SIGRTMIN; sig--)
		if (!sigaction(sig, NULL, &sa) && !(sa.sa_flags & SA_SIGINFO) &&
		    sa.sa_handler == SIG_DFL)
			return sig;
	return 0;
}

static void await(size_t n)
{
	static const struct timespec ms = { 0, 1000000 };

	for (int i = 0; i < PATIENCE && answers < n; i++)
		nanosleep(&ms, NULL);
}

void panic__freezetheworld(struct panic__report *r)
{
	struct sigaction sa = { .sa_handler = onstop, .sa_flags = SA_ONSTACK };

	/* A debugger would stop at the signals. */
	if (!r && panic__istraced())
		return;
	report = r;
	if (r) {
		first = r->n;
		eachthread(add);
	}
	stopsignal = panic__freesignal();
	sigfillset(&sa.sa_mask);
	if (!stopsignal || sigaction(stopsignal, &sa, NULL))
		return;
	eachthread(stop);
	if (r)
		await(stopped);
}

#else

size_t panic__countthreads(void)
{
	return 0;
}

void panic__freezetheworld(struct panic__report *r)
{
	(void)r;
}

#endif
