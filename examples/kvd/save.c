/* SPDX-License-Identifier: MIT */
/* save.c - writes what is stored to a file. */

#include "kvd.h"

#include <stdio.h>
#include <unistd.h>

/* Puts it into the stream; an error shows at the end. */
static void put(FILE *f, struct str s)
{
	fprintf(f, "$%zu\r\n", s.n);
	fwrite(s.p, 1, s.n, f);
	fputs("\r\n", f);
}

static void put_all(FILE *f, const struct table *t)
{
	const struct entry *e = NULL;

	while ((e = table_next(t, e)) != NULL) {
		fputs("*3\r\n$3\r\nSET\r\n", f);
		put(f, e->key);
		put(f, e->value);
	}
	panic_must(fflush(f));
	if (ferror(f))		/* of a write before the last */
		panic("cannot write");
}

void save(const struct table *t, const char *path)
{
	char temp[4096];
	FILE *f;

	if (snprintf(temp, sizeof temp, "%s.new", path) >= (int)sizeof temp)
		panic("too long a path");
	defer_frame();
	f = panic_must(fopen(temp, "w"));
	defer_on_panic(unlink, temp);
	defer(fclose, f);
	put_all(f, t);
	panic_must(fsync(fileno(f)));
	panic_must(rename(temp, path));
}
