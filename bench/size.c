/* SPDX-License-Identifier: MIT */
/* size.c - two functions with one and three deferred calls: bench/instructions
 * tells how much code they are. */

#include <panic.h>

#include <stdlib.h>
#include <unistd.h>

int work(FILE *f, void *p, pthread_mutex_t *m);
int with1(int fd);
int with3(const char *path, pthread_mutex_t *m);

int with1(int fd)
{
	defer_frame();
	defer(close, fd);
	return work(NULL, NULL, NULL);
}

int with3(const char *path, pthread_mutex_t *m)
{
	FILE *f = fopen(path, "r");
	void *p;

	if (!f)
		return -1;
	defer_frame();
	defer(fclose, f);
	p = malloc(100);
	defer(free, p);
	pthread_mutex_lock(m);
	defer(pthread_mutex_unlock, m);
	return work(f, p, m);
}
