/* SPDX-License-Identifier: MIT */
/* table.c - a hash table of keys and values. */

#include "kvd.h"

#include <stdlib.h>
#include <string.h>

/* FNV-1a.  A server for the world would want one that nobody can foresee. */
static size_t hash_of(struct str s)
{
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 1099511628211u;
	return (size_t)(h ^ h >> 32);
}

/* What points to the entry of that key, or to the NULL where one belongs.
 * There must be buckets. */
static struct entry **find(const struct table *t, struct str key, size_t hash)
{
	struct entry **e = &t->bucket[hash % t->buckets];

	while (*e && ((*e)->hash != hash || (*e)->key.n != key.n ||
	    memcmp((*e)->key.p, key.p, key.n) != 0))
		e = &(*e)->next;
	return e;
}

const struct entry *table_get(const struct table *t, struct str key)
{
	return t->buckets ? *find(t, key, hash_of(key)) : NULL;
}

/* Twice as many buckets.  A table that stays small without memory is slow, and
 * that is all; only one without any cannot be used. */
static void grow(struct table *t)
{
	struct table old = *t;
	size_t n = old.buckets ? old.buckets * 2 : 64;
	struct entry **bucket = calloc(n, sizeof *bucket), *e, *next;

	if (!bucket && old.buckets)
		return;
	if (!bucket)
		panic_errno("calloc");
	t->bucket = bucket;
	t->buckets = n;
	for (size_t i = 0; i < old.buckets; i++)
		for (e = old.bucket[i]; e; e = next) {
			next = e->next;
			e->next = bucket[e->hash % n];
			bucket[e->hash % n] = e;
		}
	free(old.bucket);
}

static struct entry *new_entry(struct str key, struct str value)
{
	struct entry *e = panic_must(malloc(sizeof *e + key.n + value.n));
	char *p = (char *)(e + 1);

	memcpy(p, key.p, key.n);
	memcpy(p + key.n, value.p, value.n);
	e->key = (struct str){ p, key.n };
	e->value = (struct str){ p + key.n, value.n };
	return e;
}

void table_set(struct table *t, struct str key, struct str value)
{
	struct entry *e, *old, **place;

	if (t->count >= t->buckets)
		grow(t);
	e = new_entry(key, value);
	e->hash = hash_of(key);
	place = find(t, key, e->hash);
	old = *place;
	e->next = old ? old->next : NULL;
	*place = e;
	t->count += !old;
	free(old);
}

bool table_delete(struct table *t, struct str key)
{
	struct entry **place, *e;

	if (!table_get(t, key))
		return false;
	place = find(t, key, hash_of(key));
	e = *place;
	*place = e->next;
	t->count--;
	free(e);
	return true;
}

void table_clear(struct table *t)
{
	struct entry *e, *next;

	for (size_t i = 0; i < t->buckets; i++)
		for (e = t->bucket[i]; e; e = next) {
			next = e->next;
			free(e);
		}
	free(t->bucket);
	*t = (struct table){ NULL, 0, 0 };
}

const struct entry *table_next(const struct table *t, const struct entry *e)
{
	size_t i = 0;

	if (e && e->next)
		return e->next;
	if (e)
		i = e->hash % t->buckets + 1;
	for (; i < t->buckets; i++)
		if (t->bucket[i])
			return t->bucket[i];
	return NULL;
}
