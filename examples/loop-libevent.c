/* SPDX-License-Identifier: MIT */
/* loop-libevent.c - a panic in a callback of libevent. */

/*
 * A panic must not pass through libevent: its loop would be left half done, and
 * is dead afterwards.  So each callback runs under panic_try().  A panic ends
 * the loop in libevent's own way, and goes on behind it, where the loop has
 * returned and everything is in order.
 */

#include <panic.h>

#include <event2/event.h>
#include <stdio.h>

PANIC_DEFERRABLE(base, void, struct event_base *)
PANIC_DEFERRABLE(event, void, struct event *)
#undef PANIC_DEFER_TYPES
#define PANIC_DEFER_TYPES \
	PANIC_DEFER_AS(base, void, struct event_base *) \
	PANIC_DEFER_AS(event, void, struct event *)

struct loop {
	struct event_base *base;
	struct panic *panic;	/* that ended it, or NULL */
	int ticks;
};

/* What the program does at each tick. */
static void tick(void *arg)
{
	struct loop *loop = arg;

	printf("tick %d\n", ++loop->ticks);
	if (loop->ticks == 3)
		panic("no more than %d ticks", loop->ticks);
	if (loop->ticks > 10)
		event_base_loopbreak(loop->base);
}

/* The callback: nothing but the boundary. */
static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct loop *loop = arg;

	(void)fd, (void)what;
	loop->panic = panic_try(tick, loop);
	if (loop->panic)
		event_base_loopbreak(loop->base);
}

/* Runs until nothing is left to do, or a callback panics: that panic goes on
 * here. */
static void run(struct loop *loop)
{
	struct panic *p;

	event_base_dispatch(loop->base);
	p = loop->panic;
	loop->panic = NULL;
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

static void serve(struct loop *loop)
{
	recover_frame(return);
	defer(report, NULL);
	run(loop);
}

int main(void)
{
	static const struct timeval soon = { 0, 1000 };
	struct loop loop = { event_base_new(), NULL, 0 };
	struct event *timer;

	defer_frame();
	defer(event_base_free, loop.base);
	timer = event_new(loop.base, -1, EV_PERSIST, on_tick, &loop);
	defer(event_free, timer);
	event_add(timer, &soon);
	serve(&loop);		/* ends by a panic */
	loop.ticks = 10;
	serve(&loop);		/* and the loop still works */
	puts("end");
	return 0;
}
