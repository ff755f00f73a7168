/* SPDX-License-Identifier: MIT */
/* kvd.h - the parts of kvd, a store that speaks Redis's protocol. */
#ifndef KVD_H
#define KVD_H

#include <panic.h>

#include <stdbool.h>
#include <stddef.h>

/* Bytes that belong to somebody else, without a NUL. */
struct str {
	const char *p;
	size_t n;
};

/* Bytes that are collected. */
struct buf {
	char *p;
	size_t n, room;
};

/* Makes room for n bytes more, which begin at b->p + b->n.  Panics with ENOMEM,
 * and then b is as it was. */
void buf_reserve(struct buf *b, size_t n);
void buf_add(struct buf *b, const char *p, size_t n);
/* Forgets the first n bytes. */
void buf_drop(struct buf *b, size_t n);
void buf_free(struct buf *b);

/* What the parts defer. */
struct conn;
PANIC_DEFERRABLE(buf, void, struct buf *)
PANIC_DEFERRABLE(conn, void, struct conn *)
#undef PANIC_DEFER_TYPES
#define PANIC_DEFER_TYPES \
	PANIC_DEFER_AS(buf, void, struct buf *) \
	PANIC_DEFER_AS(conn, void, struct conn *)

/*
 * Two types of panics.  After a client_error the connection goes on; after a
 * protocol_error nobody knows where the next request begins, and it ends.  Both
 * are answered by their message.  Any other panic is a fault of the server's.
 */
extern const struct panic_type client_error, protocol_error;
#define client_error(...) panic_valuef(&client_error, NULL, __VA_ARGS__)
#define protocol_error(...) panic_valuef(&protocol_error, NULL, \
	"Protocol error: " __VA_ARGS__)

/* What a client asks, and how it is answered (resp.c). */

enum {
	ARGS = 1024,			/* the most that a request has */
	BULK = 1024 * 1024,		/* the longest argument */
	LINE = 64 * 1024		/* the longest line */
};

struct request {
	int argc;
	struct str argv[ARGS];
};

/* Takes one request off the front of in; its arguments point into that.
 * Returns false if it is not whole yet, and raises a protocol_error. */
bool request_take(struct request *r, struct str *in);

void reply_status(struct buf *out, const char *text);
void reply_error(struct buf *out, const char *text);
void reply_number(struct buf *out, long long n);
void reply_array(struct buf *out, int n);
void reply_bulk(struct buf *out, struct str s);
void reply_nothing(struct buf *out);

/* What is stored (table.c). */

struct entry {
	struct entry *next;
	size_t hash;
	struct str key, value;		/* in the same block */
};

struct table {
	struct entry **bucket;
	size_t buckets, count;
};

const struct entry *table_get(const struct table *t, struct str key);
/* Panics with ENOMEM, and then t is as it was. */
void table_set(struct table *t, struct str key, struct str value);
bool table_delete(struct table *t, struct str key);
void table_clear(struct table *t);
/* The entry behind e, in any order; the first if e is NULL; NULL at the end. */
const struct entry *table_next(const struct table *t, const struct entry *e);

/* Writes t to a file, as the requests that fill it; or panics, and then the
 * file is as it was (save.c). */
void save(const struct table *t, const char *path);

/* The commands (command.c). */

struct store {
	struct table table;
	const char *path;		/* where SAVE writes */
	bool done;			/* by SHUTDOWN */
};

/* Does what r asks and adds the reply to out.  Panics, and then out may have a
 * part of the reply. */
void command(struct store *s, const struct request *r, struct buf *out);
/* Does the requests of the file, if there is one, in another store. */
void load(struct store *s);

#endif
