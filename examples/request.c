/* SPDX-License-Identifier: MIT */
/* request.c - one line in, one answer out: where panics stop. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "daemon.h"

bool request_verbose;

PANIC_PRINTF(2, 3)
static void say(struct request *r, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(r->answer, ANSWER_MAX - 1, fmt, ap);
	va_end(ap);
	r->n = n < ANSWER_MAX - 2 ? (size_t)n : ANSWER_MAX - 2;
	r->answer[r->n++] = '\n';
}

static void count(void *arg)
{
	const struct request *r = arg;

	stats_request(r->kind);
}

static enum calc_kind kind_of(const struct panic *p)
{
	const struct calc_error *e = panic_data(p, &calc_error_type);

	if (e)
		return e->kind;
	return panic_data(p, &panic_fault_type) ? CALC_CRASH : CALC_PANIC;
}

/* The only recover() of the daemon. */
static void answer_panic(void *arg)
{
	struct request *r = arg;
	const struct panic *p = r->fatal ? NULL : recover();
	bool client;		/* it is the client's error */

	if (!p)
		return;
	r->kind = kind_of(p);
	client = r->kind < CALC_CRASH;
	say(r, "! %s%s", client ? "" : "panic: ", panic_message(p));
	if (!client && request_verbose)
		fprintf(stderr, "calcd: panic: %s, in %s, %s:%d\n",
			panic_message(p), panic_function(p), panic_file(p),
			panic_line(p));
}

static void command(struct request *r, const char *line)
{
	char text[512];

	if (strcmp(line, ".stats") == 0) {
		stats_print(text, sizeof text);
		say(r, "= %s", text);
	} else if (strcmp(line, ".quit") == 0) {
		r->quit = true;
	} else if (strncmp(line, ".panic ", 7) == 0) {
		panic("%s", line + 7);
	} else if (strncmp(line, ".crash ", 7) == 0) {
		crash_run(line + 7);
	} else if (strncmp(line, ".die", 4) == 0 &&
	    (line[4] == '\0' || line[4] == ' ')) {
		r->fatal = true;
		say(r, "= %" PRId64, calc_eval(r->vars, line + 4));
	} else {
		calc_fail(CALC_SYNTAX, 1, "unknown command");
	}
}

static void check(const struct request *r)
{
	const char *nul = memchr(r->text, '\0', r->len);

	if (r->end == END_TOO_FAR)
		calc_fail(CALC_LONG, LINE_MAX_BYTES + 1, "line too long");
	if (r->end == END_OF_FILE)
		calc_fail(CALC_SYNTAX, r->len + 1, "unfinished line");
	if (nul)
		calc_fail(CALC_SYNTAX, (size_t)(nul - r->text) + 1,
			"NUL byte");
}

void request_run(struct request *r)
{
	char *line;

	recover_frame(return);
	defer(count, r);		/* the last to run: it sees the kind */
	defer(answer_panic, r);

	r->n = 0;
	r->quit = false;
	r->fatal = false;
	r->kind = CALC_FINE;
	check(r);
	line = calc_alloc(r->len + 1);
	defer(calc_free, line);
	memcpy(line, r->text, r->len);
	line[r->len] = '\0';
	if (*line == '.')
		command(r, line);
	else
		say(r, "= %" PRId64, calc_eval(r->vars, line));
}
