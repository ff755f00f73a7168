/* SPDX-License-Identifier: MIT */
/* cleanup-glib.c - a panic through functions that clean up by g_autoptr and
 * g_autofree.  Compile it with -fexceptions. */

/*
 * Code that lives with GLib's automatic cleanup need not be rewritten for
 * defer(): the deferred function that recovers asks for it by panic_unwind().
 * GLib itself is not in between, see loop-glib.c.
 */

#include <panic.h>

#include <glib.h>
#include <stdio.h>

typedef struct item {
	gchar *name;
} item;

static int items;

static item *item_new(const char *name)
{
	item *i = g_new(item, 1);

	i->name = g_strdup(name);
	items++;
	return i;
}

static void item_free(item *i)
{
	printf("freed: %s\n", i->name);
	g_free(i->name);
	g_free(i);
	items--;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(item, item_free)

static void check(const item *i)
{
	g_autofree gchar *shout = g_ascii_strup(i->name, -1);

	if (*shout == 'B')
		panic("%s is bad", shout);
	printf("%s is good\n", shout);
}

static void work(const char *one, const char *other)
{
	g_autoptr(item) first = item_new(one);
	g_autoptr(item) second = item_new(other);

	check(first);
	check(second);
}

static void recover_all(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	if (!p)
		return;
	printf("recovered: %s\n", panic_message(p));
	if (panic_unwind(p))
		perror("panic_unwind");
}

static void serve(const char *one, const char *other)
{
	recover_frame(return);
	defer(recover_all, NULL);
	work(one, other);
}

int main(void)
{
	serve("apple", "cherry");
	serve("apple", "banana");
	printf("%d items are left\n", items);
	return items;
}
