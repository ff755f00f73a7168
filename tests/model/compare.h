/* SPDX-License-Identifier: MIT */
/* compare.h - comparing programs in child processes. */
#ifndef MODEL_COMPARE_H
#define MODEL_COMPARE_H

#include "prog.h"

/* What is to be compared. */
struct task {
	uint64_t count;			/* random programs */
	uint64_t seed;
	enum dialect dialect;
	int size, depth;		/* all programs up to these, if size */
	const char *go;			/* path of Go's interpreter, or NULL */
	enum rules gorules;		/* those of its version */
	int workers;
};

/* What a worker shares with the process that watches it. */
struct progress {
	volatile uint64_t programs;	/* compared, each once */
	volatile uint64_t lost;		/* of these, with a Goexit lost in Go */
	volatile bool differs;		/* prog's trace does, it is got */
	volatile bool in_go;		/* Go's */
	struct prog prog;		/* the one under way */
	char got[8192];
};

/* worker.c: does a worker's share, in this process. */
void work(const struct task *t, int worker, struct progress *out);
/* Compares one program in a child process; whether it was as predicted.
 * quiet keeps the child from writing to stderr. */
bool try_program(const struct task *t, const struct prog *p,
	struct progress *out, bool quiet);

/* watch.c: all workers; whether there was no difference.  Else *bad. */
bool watch(const struct task *t, struct progress *sum, struct prog *bad);
/* Memory that children share. */
void *shared(size_t size);

/* report.c: shrinks a program that differs and prints all about it. */
void report(const struct task *t, struct prog *bad);
/* Writes count programs as source to files in dir. */
int write_sources(const struct task *t, const char *dir);

#endif
