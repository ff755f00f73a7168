/* SPDX-License-Identifier: MIT */
/* machine.h - how processors differ in what a test can see. */
#ifndef TESTS_MACHINE_H
#define TESTS_MACHINE_H

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

/* Whether an integer division by zero is a fault, and INT_MIN / -1 is one; and
 * what the first is called: not all tell the two apart.  The others give some
 * number; armhf, where a function divides, kills itself. */
#if defined __x86_64__ || defined __i386__
#define DIVISION_FAULTS 1
#define OVERFLOW_FAULTS 1
#define DIVIDE_KIND "2"
#define DIVIDE_TEXT "runtime error: integer divide by zero"
#elif defined __s390x__
#define DIVISION_FAULTS 1
#define OVERFLOW_FAULTS 0
#define DIVIDE_KIND "4"
#define DIVIDE_TEXT "runtime error: integer divide by zero or overflow"
#else
#define DIVISION_FAULTS 0
#define OVERFLOW_FAULTS 0
#define DIVIDE_KIND ""
#define DIVIDE_TEXT ""
#endif

/* An address where nothing is, not even something of a sanitizer's. */
#if UINTPTR_MAX > 0xffffffff
#define WILD ((volatile char *)0x456789012000)
#else
#define WILD ((volatile char *)0x12345000)
#endif

/* Runs this program anew, with one argument.  EMULATOR is the command that runs
 * it if the kernel cannot do so by itself. */
__attribute__((unused, noreturn)) static void run_anew(const char *arg)
{
	char self[PATH_MAX] = "";

	if (!getenv("EMULATOR"))
		execl("/proc/self/exe", "anew", arg, (char *)NULL);
	else if (readlink("/proc/self/exe", self, sizeof self - 1) > 0)
		execl("/bin/sh", "sh", "-c", "exec $EMULATOR \"$0\" \"$1\"",
			self, arg, (char *)NULL);
	_exit(98);
}

#endif
