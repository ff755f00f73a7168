/* SPDX-License-Identifier: MIT */
/* calcd.c - a calculator daemon, to show how one uses libpanic.
 *
 *	parse.c    panics on bad input, and checks no error codes
 *	request.c  stops those panics, and any other, at the request
 *	worker.c   threads, each ended by goexit()
 *	server.c   what is acquired, each followed by the defer that releases
 *	crash.c    faults that are panics, too
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon.h"

enum { THREADS = 4, THREADS_MAX = 64 };

static const char usage[] =
	"usage: calcd [-v] [-p PORT] [-t THREADS]\n"
	"       calcd [-v] -\n";

PANIC_NORETURN
static void wrong_usage(void)
{
	fputs(usage, stderr);
	exit(2);
}

static int number(const char *text, int min, int max)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end || n < min || n > max)
		wrong_usage();
	return (int)n;
}

/* Answers standard input on standard output. */
static void serve_stdin(void)
{
	struct conn *c = conn_new(STDIN_FILENO, STDOUT_FILENO);

	defer_frame();
	if (!c)
		panic_errno("no connection");
	defer(conn_free, c);
	while (conn_serve(c))
		;
}

static void report(void)
{
	char text[512];

	stats_print(text, sizeof text);
	fprintf(stderr, "calcd: served %s\n", text);
}

int main(int argc, char **argv)
{
	int option, port = 0, threads = THREADS;

	while ((option = getopt(argc, argv, "p:t:v")) != -1)
		if (option == 'p')
			port = number(optarg, 0, 65535);
		else if (option == 't')
			threads = number(optarg, 1, THREADS_MAX);
		else if (option == 'v')
			request_verbose = true;
		else
			wrong_usage();
	signal(SIGPIPE, SIG_IGN);
	crash_init();
	if (optind == argc) {
		server_run((unsigned short)port, threads);
		report();
	} else if (optind + 1 == argc && strcmp(argv[optind], "-") == 0) {
		serve_stdin();
	} else {
		wrong_usage();
	}
	return 0;
}
