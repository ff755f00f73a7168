/* SPDX-License-Identifier: MIT */
/* report.c - what calcload tells. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "load.h"

static const char *const names[KINDS] = {
	[KIND_VALUE] = "value",
	[KIND_SYNTAX] = "syntax",
	[KIND_DIVIDE] = "divide",
	[KIND_OVERFLOW] = "overflow",
	[KIND_UNKNOWN] = "unknown",
	[KIND_DEPTH] = "depth",
	[KIND_LONG] = "long",
	[KIND_PANIC] = "panic",
	[KIND_CRASH] = "crash",
};

void report_progress(const struct result *r)
{
	if (isatty(STDERR_FILENO))
		fprintf(stderr, "\r%" PRIu64 " answers\r", r->answered);
}

void report_wrong(const struct asker *a, const char *answer)
{
	static int told;

	if (told++ < 10)
		fprintf(stderr, "calcload: wrong answer\n  asked    %.200s"
			"  expected %s\n  got      %.300s\n",
			a->text, a->expected, answer);
}

static int compare(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void latency(struct result *r)
{
	const uint32_t *t = r->microseconds;
	size_t n = r->answered;

	if (n == 0)
		return;
	qsort(r->microseconds, n, sizeof *t, compare);
	printf("median            %9.3f ms\n", t[n / 2] / 1e3);
	printf("99th percentile   %9.3f ms\n", t[n - 1 - n / 100] / 1e3);
}

int report(const struct load *l, struct result *r)
{
	uint64_t wrong = 0;

	printf("%-12s %12s %8s\n", "request", "answered", "wrong");
	for (int k = 0; k < KINDS; k++) {
		wrong += r->wrong[k];
		printf("%-12s %12" PRIu64 " %8" PRIu64 "\n", names[k],
			r->asked[k], r->wrong[k]);
	}
	printf("%-12s %12" PRIu64 " %8" PRIu64 "\n\n", "all", r->answered,
		wrong);
	printf("missing           %9" PRIu64 "\n", l->requests - r->answered);
	printf("connections       %9d\n", l->connections);
	printf("requests a second %9.0f\n", (double)r->answered / r->seconds);
	latency(r);
	return wrong || r->answered != l->requests;
}
