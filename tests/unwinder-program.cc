// SPDX-License-Identifier: MIT
// unwinder-program.cc - a program of C++ that uses libpanic; without it if
// PLAIN.

#include "unwinder-where.h"

#include <cstdio>
#include <pthread.h>

#ifndef PLAIN
#include <panic.h>
#endif

static int destroyed;

struct object {
	~object() { destroyed++; }
};

static void through(void (*thrower)(void))
{
	object o;

	thrower();
}

static void *cancelled(void *unused)
{
	object o;

	pthread_cancel(pthread_self());
	pthread_testcancel();
	return unused;
}

int main()
{
	pthread_t t;

#ifndef PLAIN
	if (!panic_version())
		return 1;
#endif
	where();
	std::printf("caught %d\n", thrown_through(through));
	cancel();
	pthread_create(&t, NULL, cancelled, NULL);
	pthread_join(t, NULL);
	std::printf("destroyed %d\n", destroyed);
	return 0;
}
