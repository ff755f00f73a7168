/* SPDX-License-Identifier: MIT */
/* broken.c - sends kvd at a port what is no request: broken PORT.  Nothing that
 * a client sends may keep it from answering the next one. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static uint16_t port;
static int failures;

static int dial(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_port = htons(port);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (struct sockaddr *)&a, sizeof a) != 0) {
		perror("broken: connect");
		exit(1);
	}
	return fd;
}

/* Sends it as the last there is, and reads what is answered, to the end. */
static void ask(const char *p, size_t n, char *reply, size_t size)
{
	int fd = dial();
	size_t got = 0;
	ssize_t r;

	while (n && (r = send(fd, p, n, MSG_NOSIGNAL)) > 0) {
		p += r;
		n -= (size_t)r;
	}
	shutdown(fd, SHUT_WR);
	while (got < size - 1 &&
	    (r = read(fd, reply + got, size - 1 - got)) > 0)
		got += (size_t)r;
	reply[got] = '\0';
	close(fd);
}

/* A request of n bytes that has an answer. */
static void answers_bytes(const char *request, size_t n, const char *want)
{
	char reply[512];

	ask(request, n, reply, sizeof reply);
	if (strncmp(reply, want, strlen(want)) == 0)
		return;
	printf("broken: \"%s\" is answered \"%s\", not \"%s\"\n", request,
		reply, want);
	failures++;
}

static void answers(const char *request, const char *want)
{
	answers_bytes(request, strlen(request), want);
}

/* A command's name with a NUL in it, and behind it more than the table has. */
static void name_with_nul(void)
{
	static const char request[] = "*2\r\n$40\r\nGET\0"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n$1\r\nx\r\n";

	answers_bytes(request, sizeof request - 1, "-ERR unknown command 'GET");
}

static const char good[] = "*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$5\r\nhello\r\n"
	"*2\r\n$3\r\nGET\r\n$1\r\nx\r\n*1\r\n$4\r\nPING\r\nGET x\r\n";

static uint32_t seed = 1;

static uint32_t random_below(uint32_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

/* Good requests with some bytes changed, and cut somewhere. */
static void mutilated(void)
{
	char text[sizeof good], reply[4096];
	size_t n = 1 + random_below(sizeof good - 1);

	memcpy(text, good, sizeof good);
	for (uint32_t i = random_below(4); i-- > 0; )
		text[random_below(sizeof good - 1)] =
			random_below(2) ? "*$-+:0919\r\n"[random_below(11)] :
			(char)random_below(256);
	ask(text, n, reply, sizeof reply);
}

static void too_long(void)
{
	static char text[70000];
	char reply[512];

	memset(text, 'x', sizeof text);
	ask(text, sizeof text, reply, sizeof reply);
}

int main(int argc, char **argv)
{
	port = (uint16_t)(argc > 1 ? atoi(argv[1]) : 0);
	answers("PING\r\n", "+PONG\r\n");
	answers("\r\n*0\r\nPING\r\n", "+PONG\r\n");
	answers("*x\r\nPING\r\n", "-ERR Protocol error: no number after '*'");
	answers("*-1\r\n", "-ERR Protocol error: no number after '*'");
	answers("*9999999\r\n",
		"-ERR Protocol error: too large a number after '*'");
	answers("*99999999999999999999999\r\n",
		"-ERR Protocol error: too large a number after '*'");
	answers("*1\r\nPING\r\n", "-ERR Protocol error: expected '$'");
	answers("*1\r\n$99999999\r\n",
		"-ERR Protocol error: too large a number after '$'");
	answers("*1\r\n$3\r\nPING\r\n",
		"-ERR Protocol error: no end of line after 3 bytes");
	answers("*1\r\n$4\r\nPI", "");
	answers("GET\r\nPING\r\n",
		"-ERR wrong number of arguments for 'get'\r\n+PONG\r\n");
	answers("FOO \r\nPING\r\n", "-ERR unknown command 'FOO'\r\n+PONG\r\n");
	answers("SET n x\r\nINCR n\r\nPING\r\n", "+OK\r\n-ERR value is not an "
		"integer or out of range\r\n+PONG\r\n");
	answers("SET n 9223372036854775807\r\nINCR n\r\nGET n\r\n", "+OK\r\n"
		"-ERR increment or decrement would overflow\r\n"
		"$19\r\n9223372036854775807\r\n");
	answers("DEBUG PANIC\r\nDEBUG PANIC\r\nPING\r\n",
		"-ERR internal error\r\n-ERR internal error\r\n+PONG\r\n");
	name_with_nul();
	too_long();
	for (int i = 0; i < 2000; i++)
		mutilated();
	answers("PING\r\n", "+PONG\r\n");
	return failures != 0;
}
