/* SPDX-License-Identifier: MIT */
/* crash.c - faults on request, to show that the daemon lives on.
 *
 * After panic_signals() a fault is a panic like any other, with
 * panic_fault_type.  C promises none: so what faults here goes through
 * volatile objects.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon.h"

static int *volatile nowhere;		/* a null pointer */
static void (*volatile nocode)(void);
static volatile int zero;

static void null(void)
{
	*nowhere = 1;
}

static void jump(void)
{
	nocode();
}

/* Most processors divide by zero without a word: the same panic without the
 * fault. */
static void divide(void)
{
	static struct panic_fault fault = {
		.kind = PANIC_FAULT_DIVIDE,
		.signal = SIGFPE,
		.code = FPE_INTDIV
	};

#if defined __x86_64__ || defined __i386__
	zero = 7 / zero;
#endif
	panic_value(&panic_fault_type, &fault);
}

/* What stands behind the call keeps a compiler from making it a loop. */
static int endless(volatile char *above, int n)
{
	volatile char block[512];

	block[0] = (char)n;
	if (n < 0)
		return 0;
	return endless(block, n + 1) + block[0] + above[0];
}

static void stack(void)
{
	volatile char c = 0;

	endless(&c, 0);
}

struct mapping {
	volatile char *start;
	size_t size;
};

static void unmap(void *arg)
{
	struct mapping *m = arg;

	munmap((void *)m->start, m->size);
}

/* Returns a descriptor of a new file without a name. */
static int temporary(void)
{
	char name[] = "/tmp/calcd-XXXXXX";
	int fd = mkstemp(name);

	if (fd < 0)
		panic_errno("mkstemp");
	unlink(name);
	return fd;
}

/* A page of a file that has become shorter is still there, but not to read. */
static void bus(void)
{
	struct mapping m = { NULL, (size_t)sysconf(_SC_PAGESIZE) };
	int fd;

	defer_frame();
	fd = temporary();
	defer(close, fd);
	if (ftruncate(fd, (off_t)m.size) != 0)
		panic_errno("ftruncate");
	m.start = mmap(NULL, m.size, PROT_READ, MAP_SHARED, fd, 0);
	if (m.start == MAP_FAILED)
		panic_errno("mmap");
	defer(unmap, &m);
	if (ftruncate(fd, 0) != 0)
		panic_errno("ftruncate");
	(void)m.start[0];
}

void crash_run(const char *how)
{
	static const struct {
		const char *name;
		void (*fn)(void);
	} crashes[] = {
		{ "null", null }, { "jump", jump }, { "div", divide },
		{ "stack", stack }, { "bus", bus }, { "abort", abort }
	};

	for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
		if (strcmp(how, crashes[i].name) == 0)
			crashes[i].fn();
	calc_fail(CALC_SYNTAX, strlen(".crash ") + 1, "unknown crash");
}

/* At any address, since a mapping may be at any. */
void crash_init(void)
{
	if (panic_signals(PANIC_STACK_OVERFLOW | PANIC_ON_FAULT) != 0 &&
	    errno != ENOTSUP)
		perror("calcd: faults stay fatal");
}
