/* SPDX-License-Identifier: MIT */
/* ask.c - one request from the command line. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "load.h"

static bool ask_once(unsigned short port, const char *line, char *answer,
	size_t size)
{
	int fd = dial(port);
	bool fine = send_all(fd, line, strlen(line)) && send_all(fd, "\n", 1) &&
		read_line(fd, answer, size);

	close(fd);
	return fine;
}

int ask(unsigned short port, const char *line, const char *wanted)
{
	const struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };
	time_t until = time(NULL) + 10;
	char answer[TEXT_MAX];
	bool found;

	for (;;) {
		found = ask_once(port, line, answer, sizeof answer) &&
			(!wanted || strstr(answer, wanted));
		if (found || !wanted || time(NULL) >= until)
			break;
		nanosleep(&pause, NULL);
	}
	puts(answer);
	return !found;
}
