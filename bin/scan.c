/* SPDX-License-Identifier: MIT */
/* scan.c - frames in a line of a log. */

/*
 * A frame is a word MODULE+0xOFFSET.  One that has no build ID behind it must
 * begin with a '/': else FUNCTION+0xOFFSET would be taken for one.  Logs
 * write a tab as "\t", JSON does, or "#011", as syslog does; a module that
 * has spaces in its name is found behind a tab.
 */

#include "symbolize.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char plus[] = "+0x", note[] = " (build-id ";

/* The last end of the text in [from, to), or from. */
static const char *after(const char *from, const char *to, const char *text)
{
	size_t n = strlen(text);

	for (const char *at = to - n; at >= from; at--)
		if (!memcmp(at, text, n))
			return at + n;
	return from;
}

/* Where the word that ends at to begins. */
static const char *wordstart(const char *from, const char *to)
{
	static const char *const marks[] = { "\\t", "\\n", "#011", "#012" };
	const char *start = to, *tab = after(from, to, "\t");

	if (tab > from && *tab == '/')
		return tab;
	while (start > from && !isspace((unsigned char)start[-1]) &&
	    !strchr("\"'[](),;", start[-1]))
		start--;
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		start = after(start, to, marks[i]);
	return start;
}

/* Reads the build ID that may follow; returns what comes after. */
static const char *readid(const char *at, struct found *f)
{
	size_t n;

	f->id[0] = '\0';
	if (strncmp(at, note, sizeof note - 1))
		return at;
	n = strspn(at + sizeof note - 1, "0123456789abcdef");
	if (n == 0 || n >= sizeof f->id || at[sizeof note - 1 + n] != ')')
		return at;
	memcpy(f->id, at + sizeof note - 1, n);
	f->id[n] = '\0';
	return at + sizeof note + n;
}

const char *findframe(const char *from, struct found *f)
{
	const char *at = from, *end;
	char *digits;

	while ((at = strstr(at, plus)) != NULL) {
		f->offset = strtoull(at + sizeof plus - 1, &digits, 16);
		end = readid(digits, f);
		f->module = wordstart(from, at);
		f->length = (size_t)(at - f->module);
		if (digits > at + sizeof plus - 1 && f->length > 0 &&
		    (f->id[0] || *f->module == '/'))
			return end;
		at = digits;
	}
	return NULL;
}
