/* SPDX-License-Identifier: MIT */
/* system.c - what the level system adds to a report: the registers of a fault
 * and the memory map (Go: dumpregs). */

#include "config.h"

#include "crash/crash.h"

#include "arch/context.h"

#include <fcntl.h>
#include <unistd.h>

#ifdef HAVE_CONTEXT

static bool isofthefault(const struct panic *p)
{
	return p && p->type == &panic_fault_type &&
		p->data == (const void *)panic__m.registersof;
}

/* As Go does: "rax     0x0". */
static void putregister(struct panic__out *o, const char *name, uintptr_t value)
{
	panic__puts(o, name);
	for (size_t n = strlen(name); n < 7; n++)
		panic__putc(o, ' ');
	panic__puts(o, " 0x");
	panic__putn(o, value, 16);
	panic__putc(o, '\n');
}

void panic__putregisters(struct panic__out *o)
{
	uintptr_t r[NREGISTERS];

	if (!panic__m.registersof ||
	    (panic__m.fatalfault != panic__m.registersof &&
	    !isofthefault(panic__g._panic)))
		return;
	memcpy(r, panic__m.registers, sizeof r);
	panic__puts(o, "\nregisters:\n");
	for (size_t i = 0; i < NREGISTERS; i++)
		putregister(o, registernames[i], r[i]);
}

#else

void panic__putregisters(struct panic__out *o)
{
	(void)o;
}

#endif

void panic__putmap(int fd)
{
	static const char title[] = "\nmemory map:\n";
	int map = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	char text[4096];
	ssize_t n;

	if (map < 0)
		return;
	panic__write(fd, title, sizeof title - 1);
	while ((n = read(map, text, sizeof text)) > 0)
		panic__write(fd, text, (size_t)n);
	close(map);
}
