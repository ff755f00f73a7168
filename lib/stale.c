/* SPDX-License-Identifier: MIT */
/* stale.c - frames whose function is gone, and the end when one is found. */

#include "config.h"

#include "runtime.h"

#include <stdio.h>

PANIC__UNWATCHED
bool panic__living(const struct panic__defer *t, const void *fp)
{
	if (panic__onownstack(fp) || panic__onoverflowstack(t->fp) ||
	    panic__onsigstack(t->fp))
		return !panic__stale(t, fp);
	if (!panic__onoverflowstack(fp) && !panic__onsigstack(fp))
		return !panic__stale(t, fp);
	/* fp is on another stack than the thread's own, and t is not. */
	return (panic__g.hi == UINTPTR_MAX || panic__onownstack(t->fp)) &&
		PANIC__TOKEN(t->fp) == t->token;
}

/* Whether that is a name, of a file or a function. */
PANIC__UNWATCHED static bool isname(const char *s)
{
	for (int i = 0; i < 500; i++) {
		if (!panic__readable(s + i, 1))
			return false;
		if (!s[i])
			return i > 0;
		if (s[i] < ' ' || s[i] > '~')
			return false;
	}
	return false;
}

/* Whether that is a place and not what was left of a record. */
PANIC__UNWATCHED static bool isplace(const struct panic_site *site)
{
	return site && (uintptr_t)site % _Alignof(struct panic_site) == 0 &&
		panic__readable(site, sizeof *site) && site->line > 0 &&
		isname(site->file) && isname(site->function);
}

/* The place of the oldest call of the record t. */
PANIC__UNWATCHED
static const struct panic_site *place(const struct panic__defer *t)
{
	const struct panic__slot *s = t->openDefer ?
		((const struct panic__frame *)t)->slot :
		&((const struct panic__proc *)t)->slot;

	return panic__readable(s, sizeof *s) ? s->site : NULL;
}

/* Which calls are forgotten.  Dead records may be overwritten; then the frame
 * opened last is named, which most often is the one. */
PANIC__UNWATCHED
static void describe(char *buf, size_t size, const struct panic__defer *t)
{
	const struct panic_site *site = NULL, *last = panic__g.site;

	if (panic__readable(t, sizeof *t))
		site = place(t);
	if (isplace(site))
		snprintf(buf, size, "its first was deferred at %.100s:%d in "
			"%.100s()", site->file, site->line, site->function);
	else if (isplace(last))	/* its module may be gone */
		snprintf(buf, size, "its record is overwritten; the last frame "
			"was opened at %.100s:%d in %.100s()", last->file,
			last->line, last->function);
	else
		snprintf(buf, size, "its record is overwritten");
}

/* Panics below fp on the thread's stack went with the functions that raised
 * them. */
static void dropdead(const void *fp)
{
	struct panic **p = &panic__g._panic;

	while (*p && (!panic__onownstack(*p) ||
	    (uintptr_t)*p >= (uintptr_t)fp))
		p = &(*p)->link;
	*p = NULL;
}

void panic__dead(const struct panic__defer *t, const void *fp,
	const char *where, const struct panic_site *site)
{
	char opened[300], found[256] = "";

	dropdead(fp);
	describe(opened, sizeof opened, t);
	if (site)
		snprintf(found, sizeof found, " at %.100s:%d in %.100s()",
			site->file, site->line, site->function);
	panic__throw("a frame was left without running its deferred calls\n"
		"%s\n"
		"and found dead when %s%s\n"
		"(longjmp, a thread's exit without -fexceptions, a return "
		"without deferreturn(), or stacks switched without "
		"panic_g_switch())", opened, where, found);
}
