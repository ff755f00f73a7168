/* SPDX-License-Identifier: MIT */
/* fault.c - the signals of faults, and the value of the panics that are made
 * of them, in Go's words. */

#include "config.h"

#include "runtime.h"

#include <signal.h>
#include <stdio.h>

const struct panic__faultsignal panic__faultsignals[PANIC__FAULTS] = {
	{ SIGSEGV, "SIGSEGV", "segmentation violation" },
	{ SIGBUS, "SIGBUS", "bus error" },
	{ SIGFPE, "SIGFPE", "floating-point exception" },
	{ SIGABRT, "SIGABRT", "abort" },
	{ SIGILL, "SIGILL", "illegal instruction" },
	{ SIGTRAP, "SIGTRAP", "trace trap" },
	{ SIGSYS, "SIGSYS", "bad system call" },
};

uintptr_t panic__sigtrampat;

const struct panic__faultsignal *panic__faultsignal(int sig)
{
	static const struct panic__faultsignal other = { 0, "a signal", "" };

	for (int i = 0; i < PANIC__FAULTS; i++)
		if (panic__faultsignals[i].sig == sig)
			return &panic__faultsignals[i];
	return &other;
}

bool panic__hasaddress(const struct panic_fault *f)
{
#ifdef SI_KERNEL
	if (f->code == SI_KERNEL && f->signal == SIGSEGV)
		return false;
#endif
	return f->code > 0 && f->signal != SIGABRT;
}

const char *panic__faultmessage(const struct panic_fault *f)
{
	if (f->signal == SIGBUS)
		return f->code == BUS_ADRALN ?
			"runtime error: misaligned memory access" :
			"runtime error: memory that is not there, as behind "
			"the end of a mapped file";
	switch (f->kind) {
	case PANIC_FAULT_DIVIDE:
		return "runtime error: integer divide by zero";
	case PANIC_FAULT_QUOTIENT:
		return "runtime error: integer divide by zero or overflow";
	case PANIC_FAULT_OVERFLOW:
		return "runtime error: integer overflow";
	case PANIC_FAULT_FLOAT:
		return "runtime error: floating point error";
	case PANIC_FAULT_STACK:
		return "runtime error: stack overflow";
	case PANIC_FAULT_NIL:
	case PANIC_FAULT_ADDRESS:
		break;
	}
	return "runtime error: invalid memory address or nil pointer "
		"dereference";
}

static int text(const void *data, char *buf, size_t size)
{
	return snprintf(buf, size, "%s", panic__faultmessage(data));
}

const struct panic_type panic_fault_type = { "panic_fault", text, NULL };
