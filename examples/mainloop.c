/* SPDX-License-Identifier: MIT */
/* mainloop.c - a loop that goes on after a panic. */

/*
 * The frame stands in the function that handles one line, not in the loop: so
 * each line has a frame of its own, nothing is carried from one to the next,
 * and no local of the loop need be volatile.
 */

#include <panic.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct panic_type stop = { "stop", NULL, NULL };

static long number(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end)
		panic("\"%s\" is no number", text);
	return n;
}

static void calculate(char *line)
{
	char *slash = strchr(line, '/');
	long divisor;

	if (!strcmp(line, "stop"))
		panic_value(&stop, NULL);
	if (!slash)
		panic("\"%s\" is no division", line);
	*slash = '\0';
	divisor = number(slash + 1);
	if (divisor == 0)
		panic("division by zero");
	printf("%ld\n", number(line) / divisor);
}

/* Stops what is a bad line; another panic, such as stop, goes on. */
static void complain(void *unused)
{
	const struct panic *p = recover_if(NULL);

	(void)unused;
	if (p)
		printf("error: %s\n", panic_message(p));
}

static void handle(char *line)
{
	recover_frame(return);
	defer(complain, NULL);
	calculate(line);
}

static void loop(void *in)
{
	char line[80];

	while (fgets(line, sizeof line, in)) {
		line[strcspn(line, "\n")] = '\0';
		handle(line);
	}
}

int main(void)
{
	struct panic *p = panic_try(loop, stdin);

	if (p && panic_typeof(p) != &stop)
		repanic(p);
	panic_free(p);
	puts("end");
	return 0;
}
