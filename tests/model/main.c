/* SPDX-License-Identifier: MIT */
/* main.c - model: the library against the model, and both against Go. */
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "compare.h"

static const char usage[] =
	"usage: model [-n COUNT] [-s SEED|random] [-j JOBS] [-g INTERP [-o]]\n"
	"       model -x SIZE,DEPTH [-j JOBS] [-g INTERP [-o]]\n"
	"       model -source COUNT [-s SEED] [-all | -o] DIR\n"
	"\n"
	"Runs COUNT random programs (200000), or all up to SIZE operations\n"
	"and functions DEPTH deep, through the library and compares their\n"
	"traces with the model's; with -g also with Go's: INTERP is\n"
	"interp.go, built, with -o by a Go before 1.22, which loses a Goexit\n"
	"(S86).\n"
	"A program that differs is shrunk and printed as C.  -source writes\n"
	"random programs as C and Go; with -all in all shapes, as C only.\n";

struct options {
	struct task task;
	bool source, all;
};

static void die(void)
{
	fputs(usage, stderr);
	exit(2);
}

static uint64_t number(const char *text)
{
	char *end;
	uint64_t n = strtoull(text, &end, 0);

	if (end == text || *end)
		die();
	return n;
}

static uint64_t seed(const char *text)
{
	if (text[0] == 'r')
		return (uint64_t)time(NULL) * 1000 +
			(uint64_t)getpid() % 1000;
	return number(text);
}

static void size_and_depth(struct task *t, const char *text)
{
	if (sscanf(text, "%d,%d", &t->size, &t->depth) != 2 || t->size < 1 ||
		t->size > 12 || t->depth < 1 || t->depth > 12)
		die();
}

static void take_option(struct options *o, int c)
{
	switch (c) {
	case 'S':
		o->source = true;
		/* fall through */
	case 'n':
		o->task.count = number(optarg);
		break;
	case 's':
		o->task.seed = seed(optarg);
		break;
	case 'j':
		o->task.workers = (int)number(optarg);
		break;
	case 'g':
		o->task.go = optarg;
		break;
	case 'x':
		size_and_depth(&o->task, optarg);
		break;
	case 'o':
		o->task.gorules = RULES_GO121;
		break;
	case 'a':
		o->all = true;
		break;
	default:
		die();
	}
}

static void take_options(struct options *o, int argc, char **argv)
{
	static const struct option words[] = {
		{ "source", required_argument, NULL, 'S' },
		{ "all", no_argument, NULL, 'a' },
		{ 0 }
	};
	int c;

	while ((c = getopt_long_only(argc, argv, "n:s:j:g:ox:", words,
		NULL)) != -1)
		take_option(o, c);
	if (argc - optind != (o->source ? 1 : 0) || o->task.workers < 1)
		die();
	if (o->task.go || (o->source && !o->all))
		o->task.dialect = DIALECT_GO;
}

static void print_task(const struct task *t)
{
	if (t->size)
		printf("all programs up to size %d, depth %d", t->size,
			t->depth);
	else
		printf("seed %" PRIu64, t->seed);
	puts(t->go ? ", against Go" : "");
	fflush(stdout);
}

/* The closing line is that of a Check test program. */
static int compare(const struct task *t)
{
	struct progress *sum = shared(sizeof *sum);
	struct prog bad;
	bool same;

	print_task(t);
	same = watch(t, sum, &bad);
	if (!same) {
		sum->programs++;
		report(t, &bad);
	}
	if (t->go && t->gorules == RULES_GO121)
		printf("%" PRIu64 " programs lose a Goexit in Go\n",
			sum->lost);
	printf("%d%%: Checks: %" PRIu64 ", Failures: %d, Errors: 0\n",
		same ? 100 : 99, sum->programs, !same);
	return !same;
}

int main(int argc, char **argv)
{
	struct options o = {
		.task = { .count = 200000, .seed = 1,
			.gorules = RULES_PLAIN },
	};
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	o.task.workers = cpus < 1 ? 1 : cpus > 8 ? 8 : (int)cpus;
	take_options(&o, argc, argv);
	if (o.source)
		return write_sources(&o.task, argv[optind]);
	return compare(&o.task);
}
