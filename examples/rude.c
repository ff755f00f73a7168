/* SPDX-License-Identifier: MIT */
/* rude.c - clients that do not behave, one function each. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load.h"

static unsigned short server;

/* The next answer must be this. */
static bool answers(int fd, const char *expected)
{
	char line[EXPECTED_MAX];

	if (!read_line(fd, line, sizeof line)) {
		fprintf(stderr, "calcload: expected %s, got no line\n",
			expected);
		return false;
	}
	if (strcmp(line, expected) == 0)
		return true;
	fprintf(stderr, "calcload: expected %s, got %s\n", expected, line);
	return false;
}

static bool closed(int fd)
{
	char c;

	return read(fd, &c, 1) == 0;
}

static bool says(int fd, const char *text)
{
	return send_all(fd, text, strlen(text));
}

/* A client goes away in mid-line; others must not notice. */
static bool midline(int connections)
{
	int fd;

	for (int i = 0; i < connections; i++) {
		fd = dial(server);
		says(fd, "x = 1 + ");
		close(fd);
	}
	return true;
}

/* Goes away with a reset while answers are due. */
static bool reset(int connections)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };
	int fd;

	for (int i = 0; i < connections; i++) {
		fd = dial(server);
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
		for (int k = 0; k < 100; k++)
			says(fd, "1 + 1\n(2\n");
		close(fd);
	}
	return true;
}

static bool half(int connections)
{
	int fd = dial(server);

	(void)connections;
	return says(fd, "1 + 2") && shutdown(fd, SHUT_WR) == 0 &&
		answers(fd, "! column 6: unfinished line") && closed(fd);
}

static bool nul(int connections)
{
	int fd = dial(server);

	(void)connections;
	return send_all(fd, "1 +\0 2\n\0\n1\0\n2\n", 14) &&
		answers(fd, "! column 4: NUL byte") &&
		answers(fd, "! column 1: NUL byte") &&
		answers(fd, "! column 2: NUL byte") && answers(fd, "= 2");
}

/* 1 MB without a newline, and then it goes on as if nothing were. */
static bool long_line(int connections)
{
	int fd = dial(server);
	char text[1024];

	(void)connections;
	memset(text, '7', sizeof text);
	for (int i = 0; i < 1024; i++)
		if (!send_all(fd, text, sizeof text))
			return false;
	return says(fd, "\n1+1\n") &&
		answers(fd, "! column 4097: line too long") &&
		answers(fd, "= 2");
}

/* The longest line that is allowed, and the shortest that is not. */
static bool limit(int connections)
{
	char text[LINE_MAX_BYTES + 3];
	int fd = dial(server);

	(void)connections;
	memset(text, ' ', sizeof text);
	text[0] = '8';
	text[LINE_MAX_BYTES] = '\n';
	if (!send_all(fd, text, LINE_MAX_BYTES + 1) || !answers(fd, "= 8"))
		return false;
	text[LINE_MAX_BYTES] = ' ';
	text[LINE_MAX_BYTES + 1] = '\n';
	return send_all(fd, text, LINE_MAX_BYTES + 2) &&
		answers(fd, "! column 4097: line too long") &&
		says(fd, "9\r\n") && answers(fd, "= 9");
}

static int *dial_many(int connections)
{
	int *fd = calloc((size_t)connections, sizeof *fd);

	if (!fd)
		exit(1);
	for (int i = 0; i < connections; i++)
		fd[i] = dial(server);
	return fd;
}

static void close_many(int *fd, int connections)
{
	for (int i = 0; i < connections; i++)
		close(fd[i]);
	free(fd);
}

/* All are there at once, and each has its own variable. */
static bool many(int connections)
{
	int *fd = dial_many(connections);
	char text[64];
	bool fine = true;

	for (int i = 0; i < connections; i++) {
		snprintf(text, sizeof text, "x = %d\nx * 2\n", i);
		fine = says(fd[i], text) && fine;
	}
	for (int i = 0; i < connections; i++) {
		snprintf(text, sizeof text, "= %d", i);
		fine = answers(fd[i], text) && fine;
		snprintf(text, sizeof text, "= %d", i * 2);
		fine = answers(fd[i], text) && fine;
	}
	close_many(fd, connections);
	return fine;
}

/* More than the server has descriptors for: some are served, and the others
 * told or closed. */
static bool crowd(int connections)
{
	int *fd = dial_many(connections);
	int served = 0, told = 0;
	char line[EXPECTED_MAX];
	bool wrong = false;

	for (int i = 0; i < connections; i++) {
		says(fd[i], "1 + 1\n");
		if (!read_line(fd[i], line, sizeof line))
			wrong |= errno == EAGAIN;
		else if (strcmp(line, "= 2") == 0)
			served++;
		else if (strcmp(line, "! too many connections") == 0)
			told++;
		else
			wrong = true;
		errno = 0;
	}
	close_many(fd, connections);
	printf("served %d, told %d, of %d\n", served, told, connections);
	return !wrong && served > 0 && served < connections;
}

/* Asks and never listens, until nothing has moved for half a second: the
 * server must stop reading. */
static bool choke(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	size_t limit = 64 << 20, sent = 0;
	char text[4096];
	ssize_t n;

	for (size_t i = 0; i < sizeof text; i++)
		text[i] = i % 2 ? '\n' : '1';
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	for (; sent < limit && poll(&p, 1, 500) == 1; sent += (size_t)n)
		if ((n = write(fd, text, sizeof text)) < 0)
			return false;
	return sent < limit;
}

static bool deaf(int connections)
{
	(void)connections;
	return choke(dial(server));
}

/* The same, says so, and stays until the server has had enough. */
static bool stubborn(int connections)
{
	struct pollfd p = { .fd = dial(server) };
	bool stuck = choke(p.fd);

	(void)connections;
	puts(stuck ? "stuck" : "not stuck");
	fflush(stdout);
	return stuck && poll(&p, 1, 20000) == 1;
}

/* Many lines in one write, of which a read gets any part. */
static bool pipelined(int connections)
{
	enum { LINES = 1000 };
	int fd = dial(server);
	char text[64];

	(void)connections;
	for (int i = 0; i < LINES; i++) {
		snprintf(text, sizeof text, "%d * 3\n.panic %d\n", i, i);
		if (!says(fd, text))
			return false;
	}
	shutdown(fd, SHUT_WR);
	for (int i = 0; i < LINES; i++) {
		snprintf(text, sizeof text, "= %d", i * 3);
		if (!answers(fd, text))
			return false;
		snprintf(text, sizeof text, "! panic: %d", i);
		if (!answers(fd, text))
			return false;
	}
	return closed(fd);
}

/* `.quit' ends the connection, after the answers before it. */
static bool quit(int connections)
{
	int fd = dial(server);

	(void)connections;
	return says(fd, "1\n.quit\n") && answers(fd, "= 1") && closed(fd);
}

static bool variables(int connections)
{
	int fd = dial(server);
	char text[64];

	(void)connections;
	for (int i = 0; i < VARIABLES_MAX; i++) {
		snprintf(text, sizeof text, "v%d = %d\n", i, i);
		if (!says(fd, text))
			return false;
		snprintf(text, sizeof text, "= %d", i);
		if (!answers(fd, text))
			return false;
	}
	return says(fd, "v7 = 8\n  w = 1\nv7\n") && answers(fd, "= 8") &&
		answers(fd, "! column 3: too many variables") &&
		answers(fd, "= 8");
}

int rude(unsigned short port, const char *mode, int connections)
{
	static const struct {
		const char *name;
		bool (*act)(int connections);
	} modes[] = {
		{ "midline", midline }, { "reset", reset }, { "half", half },
		{ "nul", nul }, { "long", long_line }, { "limit", limit },
		{ "many", many }, { "crowd", crowd }, { "deaf", deaf },
		{ "stubborn", stubborn }, { "pipelined", pipelined },
		{ "quit", quit }, { "variables", variables },
	};

	server = port;
	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
		if (strcmp(modes[i].name, mode) == 0)
			return !modes[i].act(connections);
	fprintf(stderr, "calcload: no mode %s\n", mode);
	return 2;
}
