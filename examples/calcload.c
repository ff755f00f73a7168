/* SPDX-License-Identifier: MIT */
/* calcload.c - asks calcd many things and checks every answer. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "load.h"

static const char usage[] =
	"usage: calcload -p PORT [-c CONNECTIONS] [-n REQUESTS]\n"
	"                [-C CRASHING_PERCENT] [-f FAULTY_PERCENT] [-s SEED]\n"
	"       calcload -p PORT -q LINE [-u TEXT_OF_THE_ANSWER]\n"
	"       calcload -p PORT -x MODE [-c CONNECTIONS]\n";

struct options {
	struct load load;
	const char *line, *wanted, *mode;
};

__attribute__((noreturn))
static void wrong_usage(void)
{
	fputs(usage, stderr);
	exit(2);
}

static unsigned long number(unsigned long min, unsigned long max)
{
	char *end;
	unsigned long n = strtoul(optarg, &end, 10);

	if (end == optarg || *end || n < min || n > max)
		wrong_usage();
	return n;
}

static void option(struct options *o, int c)
{
	switch (c) {
	case 'p':
		o->load.port = (unsigned short)number(1, 65535);
		break;
	case 'c':
		o->load.connections = (int)number(1, 10000);
		break;
	case 'n':
		o->load.requests = number(0, 100000000);
		break;
	case 'f':
		o->load.faulty = (unsigned)number(0, 100);
		break;
	case 'C':
		o->load.crashing = (unsigned)number(0, 100);
		break;
	case 's':
		o->load.seed = number(0, 1000000000);
		break;
	case 'q':
		o->line = optarg;
		break;
	case 'u':
		o->wanted = optarg;
		break;
	case 'x':
		o->mode = optarg;
		break;
	default:
		wrong_usage();
	}
}

static int put_load(const struct load *l)
{
	struct result result = { .answered = 0 };
	int status;

	load_run(l, &result);
	status = report(l, &result);
	free(result.microseconds);
	return status;
}

int main(int argc, char **argv)
{
	struct options o = { .load = {
		.connections = 50, .requests = 100000, .faulty = 10, .seed = 1
	} };
	int c;

	while ((c = getopt(argc, argv, "p:c:n:C:f:s:q:u:x:")) != -1)
		option(&o, c);
	if (optind != argc || o.load.port == 0)
		wrong_usage();
	signal(SIGPIPE, SIG_IGN);
	if (o.line)
		return ask(o.load.port, o.line, o.wanted);
	if (o.mode)
		return rude(o.load.port, o.mode, o.load.connections);
	return put_load(&o.load);
}
