/* SPDX-License-Identifier: MIT */
/* boundary.c - panics inside a library, error codes outside. */

/*
 * The library's own functions panic: no call of theirs checks the other's
 * result.  Its callers know nothing of that: what they call turns a panic into
 * a code and a text, as C libraries have them.  A panic that is not the
 * library's, say of a callback of the caller's, is not its to stop.
 */

#include <panic.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The library: what its header would have. */

enum conf_status { CONF_OK, CONF_SYNTAX, CONF_SYSTEM };

struct conf {
	int port;
	char name[64];
	char error[128];	/* the text of what went wrong */
};

enum conf_status conf_read(struct conf *c, const char *path);

/* The library, inside. */

static const struct panic_type syntax = { "conf_syntax", NULL, NULL };

static void set(struct conf *c, int line, const char *key, const char *value)
{
	if (!strcmp(key, "port")) {
		if (sscanf(value, "%d", &c->port) != 1)
			panic_valuef(&syntax, NULL, "line %d: port is \"%s\"",
				line, value);
	} else if (!strcmp(key, "name")) {
		snprintf(c->name, sizeof c->name, "%s", value);
	} else {
		panic_valuef(&syntax, NULL, "line %d: unknown key \"%s\"",
			line, key);
	}
}

static void parse(struct conf *c, FILE *f)
{
	char line[128], key[32], value[64];

	for (int n = 1; fgets(line, sizeof line, f); n++) {
		if (sscanf(line, " %31[a-z] = %63s", key, value) != 2)
			panic_valuef(&syntax, NULL, "line %d: no \"=\"", n);
		set(c, n, key, value);
	}
}

/* The boundary. */

struct call {
	struct conf *conf;
	volatile enum conf_status status;	/* read after a landing */
};

static void status_of(void *arg)
{
	struct call *call = arg;
	const struct panic *p = panic_current();

	if (!p || (panic_typeof(p) != &syntax && !panic_errnum(p)))
		return;		/* not ours */
	p = recover();
	call->status = panic_errnum(p) ? CONF_SYSTEM : CONF_SYNTAX;
	snprintf(call->conf->error, sizeof call->conf->error, "%s",
		panic_message(p));
}

enum conf_status conf_read(struct conf *c, const char *path)
{
	struct call call = { c, CONF_OK };
	FILE *f;

	recover_frame(return call.status);
	defer(status_of, &call);
	f = fopen(path, "r");
	if (!f)
		panic_errno("%s", path);
	defer(fclose, f);
	parse(c, f);
	return CONF_OK;
}

/* A program that uses it. */

int main(int argc, char **argv)
{
	struct conf c = { .port = 80 };

	for (int i = 1; i < argc; i++)
		if (conf_read(&c, argv[i]) == CONF_OK)
			printf("%s at %d\n", c.name, c.port);
		else
			printf("error: %s\n", c.error);
	return 0;
}
