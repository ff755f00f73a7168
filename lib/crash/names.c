/* SPDX-License-Identifier: MIT */
/* names.c - the text of frames that were printed before. */

/*
 * A daemon that logs each panic it has recovered prints the same few frames
 * again and again.  To find a function in a file's symbol table takes a
 * hundred times as long as the rest.  So the text of a frame is kept with the
 * build ID of its module: another module may have been loaded at that address
 * since.  An entry in use is not waited for, so that no signal handler, no
 * fork's child and no other thread is held up.
 */

#include "config.h"

#include "crash/crash.h"

#include <stdatomic.h>
#include <string.h>

enum { SETS = 128, WAYS = 4, IDSIZE = 20 };

static struct entry {
	atomic_flag busy;
	_Atomic uintptr_t pc;	/* 0: none */
	unsigned char id[IDSIZE];
	char text[216];
} entries[SETS][WAYS];

static bool knows(const struct entry *e, uintptr_t pc,
	const struct panic__buildid *id)
{
	return e->pc == pc && id->n >= IDSIZE &&
		!memcmp(e->id, id->at, IDSIZE);
}

/* Whether the text has fit. */
static bool learn(struct entry *e, uintptr_t pc,
	const struct panic__buildid *id)
{
	struct panic__out o = { .to = e->text, .size = sizeof e->text - 1 };

	e->pc = 0;
	panic__printpc(&o, pc);
	if (o.n > o.size || id->n < IDSIZE)
		return false;
	e->text[o.n] = '\0';
	if (panic__isours(e->text))
		e->text[0] = '\0';
	memcpy(e->id, id->at, IDSIZE);
	e->pc = pc;
	return true;
}

/* The entry of pc, or the next one to be used anew. */
static struct entry *find(uintptr_t pc)
{
	static _Atomic unsigned turn;
	struct entry *set = entries[(pc ^ pc >> 7) % SETS];

	for (int i = 0; i < WAYS; i++)
		if (set[i].pc == pc)
			return &set[i];
	return &set[turn++ % WAYS];
}

void panic__putname(struct panic__out *o, uintptr_t pc)
{
	struct panic__buildid id = { NULL, 0 };
	struct entry *e = find(pc);
	bool known;

	if (panic__islibrary(pc - 1))
		return;
	if (!panic__findid(pc - 1, &id) || atomic_flag_test_and_set(&e->busy)) {
		panic__printpc(o, pc);
		return;
	}
	known = knows(e, pc, &id) || learn(e, pc, &id);
	if (known)
		panic__puts(o, e->text);
	atomic_flag_clear(&e->busy);
	if (!known)
		panic__printpc(o, pc);
}
