/* SPDX-License-Identifier: MIT */
/* report.h - what a dying child wrote, made comparable. */
#ifndef TESTS_REPORT_H
#define TESTS_REPORT_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "check.h"

#include <stdbool.h>

#include <ctype.h>
#include <errno.h>

/* Frames that must stay as they are written. */
#if defined __has_attribute
#if __has_attribute(noclone)
#define FRAME __attribute__((noinline, noclone))
#endif
#endif
#ifndef FRAME
#define FRAME __attribute__((noinline))
#endif
#define BARRIER() __asm__ volatile ("" : : : "memory")

/* Traces end above this function. */
FRAME HELPER void bottom(void (*fn)(void))
{
	fn();
	BARRIER();
}

static void (*to_run)(void);

HELPER void run_from_bottom(void)
{
	bottom(to_run);
}

/* Appends n bytes without the folders of the paths in them. */
static char *copy_words(char *to, const char *line, size_t n)
{
	char *word = to;

	for (; n > 0; line++, n--) {
		if (*line == '/') {
			to = word;
			continue;
		}
		*to++ = *line;
		if (*line == ' ' || *line == '\t')
			word = to;
	}
	return to;
}

/* Copies a line of a report: a thread's number becomes N, a function loses its
 * offset and a compiler's suffix, a path its folders, and a place without a
 * line becomes MODULE. */
static char *copy_line(char *to, const char *line, size_t n)
{
	const char *dot, *plus = memmem(line, n, "+0x", 3);

	if (n > 7 && !strncmp(line, "thread ", 7) && isdigit(line[7])) {
		to = stpcpy(to, "thread N");
		for (line += 7, n -= 7; isdigit(*line); line++)
			n--;
	} else if (plus && line[0] == '\t') {
		return stpcpy(to, "\tMODULE\n");
	} else if (plus) {
		dot = memchr(line, '.', n);
		n = (size_t)((dot && dot < plus ? dot : plus) - line);
	}
	to = copy_words(to, line, n);
	return stpcpy(to, "\n");
}

/* What follows the line that tells the program and the time, and its blank
 * one. */
static const char *skip_head(const char *line)
{
	const char *end = strchr(line, '\n');

	return strncmp(line, "program ", 8) || !end ? line :
		end[1] == '\n' ? end + 2 : end + 1;
}

/* The last death, with the thread's trace up to bottom(). */
HELPER const char *report(void)
{
	static char text[2 * sizeof death];
	const char *line = death, *end;
	char *to = text;

	text[0] = '\0';
	for (; (end = strchr(line, '\n')) != NULL;
	    line = skip_head(end + 1)) {
		if (!strncmp(line, "bottom", 6) ||
		    !strncmp(line, "run_from_bottom", 15))
			break;
		to = copy_line(to, line, (size_t)(end - line));
	}
	return text;
}

/* The report's beginning, up to the trace. */
HELPER const char *heading(void)
{
	static char text[sizeof death];
	const char *all = report(), *end = strstr(all, "\nthread ");
	size_t n = end ? (size_t)(end - all) : strlen(all);

	memcpy(text, all, n);
	text[n] = '\0';
	return text;
}

HELPER int occurrences(const char *text)
{
	const char *at = death;
	int n = 0;

	for (; (at = strstr(at, text)) != NULL; at++)
		n++;
	return n;
}

/* fn must end the process as how tells, "SIGABRT" or "exit 3". */
#define assert_ends(fn, how) do { \
	const char *words__; \
 \
	to_run = fn; \
	words__ = last_words(run_from_bottom); \
	ck_assert_msg(!strncmp(words__, how "\n", sizeof how), \
		"ended otherwise: %s\n%s", words__, death); \
} while (0)

/* The report must read so, with lines from debug information if the library
 * reads it. */
#define assert_report(fn, text) do { \
	char want__[4096] = text; \
 \
	assert_ends(fn, "SIGABRT"); \
	if (strstr(report(), "MODULE")) \
		without_lines(want__); \
	ck_assert_str_eq(report(), want__); \
} while (0)

/* The same, up to the trace. */
#define assert_heading(fn, text) do { \
	assert_ends(fn, "SIGABRT"); \
	ck_assert_str_eq(heading(), text); \
} while (0)

/* "\tx.c:12" becomes "\tMODULE" in the traces. */
HELPER void without_lines(char *text)
{
	char old[4096], *to = strstr(text, "\nthread ");
	const char *line, *end;

	if (!to)
		return;
	strcpy(old, to);
	for (line = old; *line; line = end + 1) {
		end = strchr(line, '\n');
		if (!end)
			break;
		if (line[0] == '\t' && strncmp(line, "\trunning", 8))
			to = stpcpy(to, "\tMODULE\n");
		else
			to = stpncpy(to, line, (size_t)(end + 1 - line));
	}
	*to = '\0';
}

#endif
