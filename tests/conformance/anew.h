/* SPDX-License-Identifier: MIT */
/* anew.h - programs that die in a process that was started anew, because the
 * library reads its environment at the start. */
#ifndef ANEW_H
#define ANEW_H

#include "dying.h"
#include "../machine.h"

struct program {
	const char *name;
	void (*run)(void *);
};

/* The program to run instead of the suite: the variable's value names it. */
#define ANEW "CONFORM_PROGRAM"

struct anew {
	const char *name;
	const char *variable, *value;	/* NULL: none is set */
};

HELPER void reexec(void *arg)
{
	const struct anew *a = arg;

	setenv(ANEW, a->name, 1);
	if (a->variable)
		setenv(a->variable, a->value, 1);
	run_anew("");
}

HELPER struct death *diesanew(const char *name, const char *variable,
	const char *value)
{
	struct anew a = { name, variable, value };

	return dies(reexec, &a);
}

HELPER bool canreexec(void)
{
	return access("/proc/self/exe", X_OK) == 0;
}

/* Runs the program that the environment names, if it does. */
HELPER void runanew(const struct program *p)
{
	const char *name = getenv(ANEW);

	if (!name)
		return;
	for (; p->name; p++) {
		if (strcmp(p->name, name))
			continue;
		p->run(NULL);
		exit(0);
	}
	exit(97);
}

#endif
