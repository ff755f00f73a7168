/* SPDX-License-Identifier: MIT */
/* unwinder-where.c - which unwinder a program gets, and whether it does what
 * pthread_cancel needs.  Compiled with -fexceptions. */

#define _GNU_SOURCE

#include "unwinder-where.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

void where(void)
{
	static const char *const names[] = { "_Unwind_RaiseException",
		"_Unwind_ForcedUnwind", "_Unwind_Resume", "_Unwind_GetIP" };
	Dl_info info;

	for (int i = 0; i < 4; i++) {
		void *at = dlsym(RTLD_DEFAULT, names[i]);
		const char *file = "nowhere", *slash;

		if (at && dladdr(at, &info))
			file = info.dli_fname;
		slash = strrchr(file, '/');
		printf("%s %s\n", names[i], slash ? slash + 1 : file);
	}
}

static int handlers;

static void handler(void *unused)
{
	(void)unused;
	handlers++;
}

static void two_more(void)
{
	pthread_cleanup_push(handler, NULL);
	pthread_cleanup_push(handler, NULL);
	pthread_cancel(pthread_self());
	pthread_testcancel();
	pthread_cleanup_pop(0);
	pthread_cleanup_pop(0);
}

static void *cancelled(void *unused)
{
	pthread_cleanup_push(handler, NULL);
	two_more();
	pthread_cleanup_pop(0);
	return unused;
}

void cancel(void)
{
	pthread_t t;
	void *result = NULL;

	pthread_create(&t, NULL, cancelled, NULL);
	pthread_join(t, &result);
	printf("cancelled %d, handlers %d\n", result == PTHREAD_CANCELED,
		handlers);
}
