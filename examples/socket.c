/* SPDX-License-Identifier: MIT */
/* socket.c - a plain, blocking client. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "load.h"

int dial(unsigned short port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET };
	struct timeval limit = { .tv_sec = 10 };
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	addr.sin_port = htons(port);
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || connect(fd, (struct sockaddr *)&addr, sizeof addr) != 0) {
		perror("calcload: connect");
		exit(1);
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
	return fd;
}

bool send_all(int fd, const char *text, size_t n)
{
	ssize_t sent;

	for (; n; text += sent, n -= (size_t)sent)
		if ((sent = write(fd, text, n)) < 0)
			return false;
	return true;
}

/* A byte at a time: what follows the line stays in the socket. */
bool read_line(int fd, char *buf, size_t size)
{
	size_t n = 0;

	while (n < size - 1 && read(fd, buf + n, 1) == 1)
		if (buf[n++] == '\n') {
			buf[n - 1] = '\0';
			return true;
		}
	buf[n] = '\0';
	return false;
}
