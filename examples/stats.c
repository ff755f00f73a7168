/* SPDX-License-Identifier: MIT */
/* stats.c - counters behind one mutex. */
#include <stdio.h>

#include "daemon.h"

static struct {
	pthread_mutex_t mutex;	/* guards what follows */
	unsigned long requests, errors[CALC_KINDS];
	unsigned long accepted, refused;
	long connections;
} stats = { .mutex = PTHREAD_MUTEX_INITIALIZER };

void stats_request(enum calc_kind kind)
{
	defer_frame();
	pthread_mutex_lock(&stats.mutex);
	defer(pthread_mutex_unlock, &stats.mutex);
	stats.requests++;
	if (kind != CALC_FINE)
		stats.errors[kind]++;
}

void stats_connection(int change)
{
	defer_frame();
	pthread_mutex_lock(&stats.mutex);
	defer(pthread_mutex_unlock, &stats.mutex);
	stats.connections += change;
	if (change > 0)
		stats.accepted++;
}

void stats_refused(void)
{
	defer_frame();
	pthread_mutex_lock(&stats.mutex);
	defer(pthread_mutex_unlock, &stats.mutex);
	stats.refused++;
}

static unsigned long all_errors(void)
{
	unsigned long n = 0;

	for (int i = 0; i < CALC_KINDS; i++)
		n += stats.errors[i];
	return n;
}

int stats_print(char *buf, size_t size)
{
	const unsigned long *e = stats.errors;

	defer_frame();
	pthread_mutex_lock(&stats.mutex);
	defer(pthread_mutex_unlock, &stats.mutex);
	return snprintf(buf, size, "requests %lu errors %lu syntax %lu "
		"divide %lu overflow %lu unknown %lu depth %lu long %lu "
		"full %lu crash %lu panic %lu accepted %lu refused %lu "
		"connections %ld allocations %ld",
		stats.requests, all_errors(), e[CALC_SYNTAX], e[CALC_DIVIDE],
		e[CALC_OVERFLOW], e[CALC_UNKNOWN], e[CALC_DEPTH], e[CALC_LONG],
		e[CALC_FULL], e[CALC_CRASH], e[CALC_PANIC], stats.accepted,
		stats.refused, stats.connections, calc_live());
}
