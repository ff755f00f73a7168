/* SPDX-License-Identifier: MIT */
/* hook-json.c - a crash as one line of JSON, for a log collector. */

/*
 * {"panic":"divide 1 by 0","file":"hook-json.c","line":98,"function":"divide",
 *  "under":{...},"stack":["0x55d0...",...]}
 *
 * goes to the descriptor that the hook was given, by one write(), so that
 * lines of several processes do not mix.
 */

#include <panic.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* What does not fit is left out. */
struct line {
	char text[8192];
	size_t n;
};

static void putch(struct line *l, char c)
{
	if (l->n < sizeof l->text)
		l->text[l->n++] = c;
}

static void puttext(struct line *l, const char *s)
{
	while (*s)
		putch(l, *s++);
}

PANIC_PRINTF(2, 3) static void putf(struct line *l, const char *fmt, ...)
{
	char text[64];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	puttext(l, text);
}

static void putstring(struct line *l, const char *s)
{
	putch(l, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			putch(l, '\\');
		if ((unsigned char)*s < ' ')
			putf(l, "\\u%04x", (unsigned)(unsigned char)*s);
		else
			putch(l, *s);
	}
	putch(l, '"');
}

static void putpanic(struct line *l, const struct panic *p)
{
	puttext(l, "{\"panic\":");
	putstring(l, panic_message(p));
	puttext(l, ",\"file\":");
	putstring(l, panic_file(p));
	putf(l, ",\"line\":%lu,\"function\":",
		(unsigned long)panic_line(p));
	putstring(l, panic_function(p));
	if (panic_under(p)) {
		puttext(l, ",\"under\":");
		putpanic(l, panic_under(p));
		putch(l, '}');
	}
}

static void putstack(struct line *l, const struct panic *p)
{
	void *pcs[32];
	int n = panic_backtrace(p, pcs, 32);

	puttext(l, ",\"stack\":[");
	for (int i = 0; i < n; i++)
		putf(l, i ? ",\"0x%lx\"" : "\"0x%lx\"",
			(unsigned long)(uintptr_t)pcs[i]);
	puttext(l, "]}\n");
}

static void hook(const struct panic *p, const char *fatal, void *fd)
{
	struct line l = { .n = 0 };

	if (p) {
		putpanic(&l, p);
	} else {
		puttext(&l, "{\"fatal\":");
		putstring(&l, fatal);
	}
	putstack(&l, p);
	if (write(*(int *)fd, l.text, l.n) < 0)
		return;		/* the report itself is still to come */
}

static int divide(int a, int b)
{
	if (b == 0)
		panic("divide %d by \"%d\"", a, b);
	return a / b;
}

/* hook-json [FD] */
int main(int argc, char **argv)
{
	static int fd = 1;

	if (argc > 1)
		fd = atoi(argv[1]);
	panic_set_hook(hook, &fd);
	return divide(argc, argc - 1 - (argc > 1));
}
