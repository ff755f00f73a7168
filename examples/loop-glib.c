/* SPDX-License-Identifier: MIT */
/* loop-glib.c - a panic in a callback of GLib. */

/*
 * A panic must not pass through GLib: its main context would stay owned by a
 * loop that is gone, and the next run would hang.  So each callback runs under
 * panic_try(); a panic quits the loop, and goes on behind it.
 */

#include <panic.h>

#include <glib.h>
#include <stdio.h>

PANIC_DEFERRABLE(main_loop, void, GMainLoop *)
#undef PANIC_DEFER_TYPES
#define PANIC_DEFER_TYPES PANIC_DEFER_AS(main_loop, void, GMainLoop *)

struct app {
	GMainLoop *loop;
	struct panic *panic;	/* that ended the loop, or NULL */
	int ticks;
};

/* What the program does at each tick. */
static void tick(void *arg)
{
	struct app *app = arg;

	printf("tick %d\n", ++app->ticks);
	if (app->ticks == 3)
		panic("no more than %d ticks", app->ticks);
	if (app->ticks > 10)
		g_main_loop_quit(app->loop);
}

/* The callback: nothing but the boundary. */
static gboolean on_tick(gpointer arg)
{
	struct app *app = arg;

	app->panic = panic_try(tick, app);
	if (!app->panic)
		return G_SOURCE_CONTINUE;
	g_main_loop_quit(app->loop);
	return G_SOURCE_REMOVE;
}

/* Runs until somebody quits or a callback panics: that panic goes on here. */
static void run(struct app *app)
{
	struct panic *p;

	g_timeout_add(1, on_tick, app);
	g_main_loop_run(app->loop);
	p = app->panic;
	app->panic = NULL;
	if (p)
		repanic(p);
}

static void report(void *unused)
{
	const struct panic *p = recover();

	(void)unused;
	if (p)
		printf("recovered: %s, raised in %s()\n", panic_message(p),
			panic_function(p));
}

static void serve(struct app *app)
{
	recover_frame(return);
	defer(report, NULL);
	run(app);
}

int main(void)
{
	struct app app = { g_main_loop_new(NULL, FALSE), NULL, 0 };

	defer_frame();
	defer(g_main_loop_unref, app.loop);
	serve(&app);		/* ends by a panic */
	app.ticks = 10;
	serve(&app);		/* and the loop still works */
	puts("end");
	return 0;
}
