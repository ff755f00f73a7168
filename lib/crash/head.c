/* SPDX-License-Identifier: MIT */
/* head.c - which program died, and when. */

#include "config.h"

#include "crash/crash.h"

#include <time.h>
#include <unistd.h>

static void putdigits(struct panic__out *o, unsigned n, unsigned width)
{
	for (unsigned unit = 1; width > 1; width--, unit *= 10)
		if (n < unit * 10)
			panic__putc(o, '0');
	panic__putn(o, n, 10);
}

/* The civil date of a day since 1970, counted from the 1st of March of the
 * year 0, so that a leap day is the last of its year.  gmtime_r() takes a
 * lock. */
static void putdate(struct panic__out *o, unsigned day)
{
	unsigned era, year, month;

	day += 719468;
	era = day / 146097;
	day %= 146097;
	year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	day -= 365 * year + year / 4 - year / 100;
	month = (5 * day + 2) / 153;
	day -= (153 * month + 2) / 5;
	putdigits(o, era * 400 + year + (month >= 10), 4);
	panic__putc(o, '-');
	putdigits(o, month < 10 ? month + 3 : month - 9, 2);
	panic__putc(o, '-');
	putdigits(o, day + 1, 2);
}

static void puttime(struct panic__out *o)
{
	enum { DAY = 24 * 60 * 60 };
	struct timespec t = { 0, 0 };
	unsigned second;

	clock_gettime(CLOCK_REALTIME, &t);
	putdate(o, (unsigned)(t.tv_sec / DAY));
	second = (unsigned)(t.tv_sec % DAY);
	panic__putc(o, 'T');
	putdigits(o, second / 3600, 2);
	panic__putc(o, ':');
	putdigits(o, second / 60 % 60, 2);
	panic__putc(o, ':');
	putdigits(o, second % 60, 2);
	panic__putc(o, 'Z');
}

/* program /usr/sbin/food 1.2, pid 35, thread 37 "reader",
 * 2026-01-31T09:05:00Z */
void panic__puthead(struct panic__out *o)
{
	static struct panic__stack self;	/* one thread prints */
	const char *version = panic__programversion();

	panic__puts(o, "program ");
	panic__putprogram(o, !*version);
	if (*version) {
		panic__putc(o, ' ');
		panic__puttext(o, version);
	}
	panic__puts(o, ", pid ");
	panic__putn(o, (uintmax_t)getpid(), 10);
	panic__puts(o, ", ");
	panic__identify(&self);
	panic__putthread(o, &self);
	panic__puts(o, ", ");
	puttime(o);
	panic__putc(o, '\n');
}
