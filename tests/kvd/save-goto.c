/* SPDX-License-Identifier: MIT */
/* save-goto.c - save() of kvd, and the same by goto: what both write and leave
 * behind.  kvd.sh compares how long they are. */

#include "kvd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void put(FILE *f, struct str s)
{
	fprintf(f, "$%zu\r\n", s.n);
	fwrite(s.p, 1, s.n, f);
	fputs("\r\n", f);
}

static int put_all(FILE *f, const struct table *t)
{
	const struct entry *e = NULL;

	while ((e = table_next(t, e)) != NULL) {
		fputs("*3\r\n$3\r\nSET\r\n", f);
		put(f, e->key);
		put(f, e->value);
	}
	if (fflush(f) != 0)
		return -1;
	if (ferror(f)) {
		errno = EIO;
		return -1;
	}
	return 0;
}

static int save_goto(const struct table *t, const char *path)
{
	char temp[4096];
	int errnum;
	FILE *f;

	if (snprintf(temp, sizeof temp, "%s.new", path) >= (int)sizeof temp) {
		errno = ENAMETOOLONG;
		return -1;
	}
	f = fopen(temp, "w");
	if (!f)
		return -1;
	if (put_all(f, t) != 0)
		goto failed;
	if (fsync(fileno(f)) != 0)
		goto failed;
	if (rename(temp, path) != 0)
		goto failed;
	fclose(f);
	return 0;
failed:
	errnum = errno;
	fclose(f);
	unlink(temp);
	errno = errnum;
	return -1;
}

/* The tests. */

static int failures;

static void check(const char *what, bool ok)
{
	if (ok)
		return;
	printf("save-goto: %s\n", what);
	failures++;
}

struct job {
	const struct table *table;
	const char *path;
};

static void save_job(void *arg)
{
	const struct job *j = arg;

	save(j->table, j->path);
}

/* The errno of the failure, or 0. */
static int save_panic(const struct table *t, const char *path)
{
	struct job j = { t, path };
	struct panic *p = panic_try(save_job, &j);
	int errnum = p ? panic_errnum(p) : 0;

	panic_free(p);
	return errnum;
}

static bool is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

static void fails(const struct table *t, const char *path, int errnum)
{
	char temp[100];

	snprintf(temp, sizeof temp, "%s.new", path);
	check("no error by panics", save_panic(t, path) == errnum);
	check("something is left by panics", !is_there(temp));
	check("no error by goto",
		save_goto(t, path) == -1 && errno == errnum);
	check("something is left by goto", !is_there(temp));
}

static void fill(struct table *t)
{
	char key[32], value[64];

	for (int i = 0; i < 1000; i++) {
		int n = snprintf(key, sizeof key, "key %d", i);

		memset(value, i % 256, sizeof value);
		table_set(t, (struct str){ key, (size_t)n },
			(struct str){ value, (size_t)i % sizeof value });
	}
}

/* In a folder of its own. */
int main(void)
{
	struct table t = { NULL, 0, 0 };

	fill(&t);
	check("by panics", save_panic(&t, "by-panics") == 0);
	check("by goto", save_goto(&t, "by-goto") == 0);
	check("another file than by goto",
		system("cmp by-panics by-goto") == 0);
	check("by-panics.new is left", !is_there("by-panics.new"));
	fails(&t, "nowhere/file", ENOENT);
	mkdir("folder", 0777);
	fails(&t, "folder", EISDIR);
	table_clear(&t);
	return failures != 0;
}
