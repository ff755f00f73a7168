/* SPDX-License-Identifier: MIT */
/* where.c - where a panic was raised.  Of a fault the symbol table tells the
 * function, once somebody asks. */

#include "config.h"

#include "crash/crash.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

const char panic__infault[] = "(fault)";

/* Ends text before the last c in it, if there is one. */
static bool cut(char *text, char c)
{
	char *at = strrchr(text, c);

	if (at)
		*at = '\0';
	return at != NULL;
}

/* What stands in text: "FUNCTION+0xOFFSET\n\tMODULE+0xOFFSET (build-id ID)\n".
 * What is not known has no offset. */
static void split(struct panic__place *place)
{
	char *function = place->text, *module = strchr(function, '\n');
	char *id;

	if (!module)
		return;
	*module = '\0';
	module += strlen("\n\t");
	id = strstr(module, " (build-id ");
	if (id)
		*id = '\0';
	if (cut(function, '+'))
		place->site.function = function;
	if (cut(module, '+'))
		place->site.file = module;
}

/* It opens a file, which a cancel must not interrupt. */
static void look(struct panic__place *place)
{
	struct panic__out o = { .to = place->text,
		.size = sizeof place->text - 1 };
	int errnum = errno, old;

	place->asked = true;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
	panic__putname(&o, (uintptr_t)place->pc + 1);
	pthread_setcancelstate(old, &old);
	place->text[o.n < o.size ? o.n : o.size] = '\0';
	split(place);
	errno = errnum;
}

static const struct panic_site *site(const struct panic *p)
{
	/* Each place is an object of the library's that is not const. */
	struct panic__place *place = (struct panic__place *)(uintptr_t)p->site;

	if (p->site->file == panic__infault && !place->asked)
		look(place);
	return p->site;
}

const char *panic_file(const struct panic *p)
{
	return site(p)->file;
}

const char *panic_function(const struct panic *p)
{
	return site(p)->function;
}

int panic_line(const struct panic *p)
{
	return p->site->line;
}
