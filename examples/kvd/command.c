/* SPDX-License-Identifier: MIT */
/* command.c - what a client may ask. */

#include "kvd.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What a command works on: it takes the arguments and adds its reply. */
struct call {
	struct store *s;
	const struct str *arg;		/* behind the command's name */
	int args;
	struct buf *out;
};

static void do_ping(const struct call *c)
{
	if (c->args)
		reply_bulk(c->out, c->arg[0]);
	else
		reply_status(c->out, "PONG");
}

static void do_get(const struct call *c)
{
	const struct entry *e = table_get(&c->s->table, c->arg[0]);

	if (e)
		reply_bulk(c->out, e->value);
	else
		reply_nothing(c->out);
}

static void do_set(const struct call *c)
{
	table_set(&c->s->table, c->arg[0], c->arg[1]);
	reply_status(c->out, "OK");
}

static void do_mset(const struct call *c)
{
	if (c->args % 2)
		client_error("wrong number of arguments for 'mset'");
	for (int i = 0; i < c->args; i += 2)
		table_set(&c->s->table, c->arg[i], c->arg[i + 1]);
	reply_status(c->out, "OK");
}

static void do_mget(const struct call *c)
{
	struct call one = *c;

	reply_array(c->out, c->args);
	for (; one.arg < c->arg + c->args; one.arg++)
		do_get(&one);
}

static void do_del(const struct call *c)
{
	int n = 0;

	for (int i = 0; i < c->args; i++)
		n += table_delete(&c->s->table, c->arg[i]);
	reply_number(c->out, n);
}

static void do_exists(const struct call *c)
{
	int n = 0;

	for (int i = 0; i < c->args; i++)
		n += table_get(&c->s->table, c->arg[i]) != NULL;
	reply_number(c->out, n);
}

static long long integer(struct str s)
{
	char text[32], *end;
	long long n;

	snprintf(text, sizeof text, "%.*s", (int)s.n, s.p);
	errno = 0;
	n = strtoll(text, &end, 10);
	if (s.n == 0 || s.n >= sizeof text || end != text + s.n || errno)
		client_error("value is not an integer or out of range");
	return n;
}

static void add(const struct call *c, long long by)
{
	const struct entry *e = table_get(&c->s->table, c->arg[0]);
	long long n = e ? integer(e->value) : 0;
	char text[32];

	if (by > 0 ? n > LLONG_MAX - by : n < LLONG_MIN - by)
		client_error("increment or decrement would overflow");
	snprintf(text, sizeof text, "%lld", n + by);
	table_set(&c->s->table, c->arg[0], (struct str){ text, strlen(text) });
	reply_number(c->out, n + by);
}

static void do_incr(const struct call *c)
{
	add(c, 1);
}

static void do_decr(const struct call *c)
{
	add(c, -1);
}

static void do_incrby(const struct call *c)
{
	add(c, integer(c->arg[1]));
}

static void do_append(const struct call *c)
{
	const struct entry *e = table_get(&c->s->table, c->arg[0]);
	struct buf b = { NULL, 0, 0 };

	defer_frame();
	defer(buf_free, &b);
	if (e)
		buf_add(&b, e->value.p, e->value.n);
	buf_add(&b, c->arg[1].p, c->arg[1].n);
	if (b.n > BULK)
		client_error("string exceeds maximum allowed size");
	table_set(&c->s->table, c->arg[0], (struct str){ b.p, b.n });
	reply_number(c->out, (long long)b.n);
}

static void do_dbsize(const struct call *c)
{
	reply_number(c->out, (long long)c->s->table.count);
}

static void do_flushall(const struct call *c)
{
	table_clear(&c->s->table);
	reply_status(c->out, "OK");
}

static void do_save(const struct call *c)
{
	save(&c->s->table, c->s->path);
	reply_status(c->out, "OK");
}

static void do_shutdown(const struct call *c)
{
	c->s->done = true;	/* and then it saves */
}

/* redis-benchmark asks for some settings: there are none. */
static void do_config(const struct call *c)
{
	reply_array(c->out, 2);
	reply_bulk(c->out, c->arg[1]);
	reply_bulk(c->out, (struct str){ "", 0 });
}

/* Whether s, which may have a NUL, is that word. */
static bool is(struct str s, const char *word)
{
	return s.n == strlen(word) && strncasecmp(s.p, word, s.n) == 0;
}

/* DEBUG SEGFAULT and DEBUG PANIC: a fault of the server's, on request. */
static void do_debug(const struct call *c)
{
	volatile int *volatile nowhere = NULL;

	reply_array(c->out, 100);	/* of which nobody will see anything */
	if (is(c->arg[0], "segfault"))
		*nowhere = 1;
	panic("on request");
}

static const struct command {
	const char *name;
	int min, max;			/* arguments */
	void (*run)(const struct call *);
} commands[] = {
	{ "get", 1, 1, do_get },
	{ "set", 2, 2, do_set },
	{ "ping", 0, 1, do_ping },
	{ "incr", 1, 1, do_incr },
	{ "mset", 2, ARGS, do_mset },
	{ "mget", 1, ARGS, do_mget },
	{ "del", 1, ARGS, do_del },
	{ "exists", 1, ARGS, do_exists },
	{ "decr", 1, 1, do_decr },
	{ "incrby", 2, 2, do_incrby },
	{ "append", 2, 2, do_append },
	{ "dbsize", 0, 0, do_dbsize },
	{ "flushall", 0, 0, do_flushall },
	{ "save", 0, 0, do_save },
	{ "shutdown", 0, 0, do_shutdown },
	{ "config", 2, 2, do_config },
	{ "debug", 1, 1, do_debug },
};

static const struct command *named(struct str name)
{
	size_t n = sizeof commands / sizeof commands[0];

	for (const struct command *c = commands; c < commands + n; c++)
		if (is(name, c->name))
			return c;
	client_error("unknown command '%.*s'",
		(int)(name.n < 40 ? name.n : 40), name.p);
}

void command(struct store *s, const struct request *r, struct buf *out)
{
	struct call c = { s, r->argv + 1, r->argc - 1, out };
	const struct command *cmd;

	if (r->argc == 0)
		return;
	cmd = named(r->argv[0]);
	if (c.args < cmd->min || c.args > cmd->max)
		client_error("wrong number of arguments for '%s'", cmd->name);
	cmd->run(&c);
}

/* What is in the file; nothing if there is none. */
static void read_file(struct buf *b, const char *path)
{
	FILE *f = fopen(path, "r");
	size_t n;

	if (!f && errno == ENOENT)
		return;
	if (!f)
		panic_errno("%s", path);
	defer_frame();
	defer(fclose, f);
	do {
		buf_reserve(b, 64 * 1024);
		n = fread(b->p + b->n, 1, 64 * 1024, f);
		b->n += n;
	} while (n);
	if (ferror(f))
		panic_errno("%s", path);
}

void load(struct store *s)
{
	static struct request r;
	struct buf file = { NULL, 0, 0 }, out = file;
	struct str rest;

	defer_frame();
	defer(buf_free, &out);
	defer(buf_free, &file);
	read_file(&file, s->path);
	for (rest = (struct str){ file.p, file.n }; rest.n; out.n = 0) {
		if (!request_take(&r, &rest))
			panic("%s: its end is missing", s->path);
		command(s, &r, &out);
	}
}
