/* SPDX-License-Identifier: MIT */
/* load.h - what the parts of calcload offer each other. */
#ifndef LOAD_H
#define LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol.h"

/* generate.c: requests whose answers are known without calcd. */

enum kind {
	KIND_VALUE,
	KIND_SYNTAX,
	KIND_DIVIDE,
	KIND_OVERFLOW,
	KIND_UNKNOWN,
	KIND_DEPTH,
	KIND_LONG,
	KIND_PANIC,
	KIND_CRASH,		/* asked for on its own */
	KINDS
};

/* xorshift64*: the same numbers on every system. */
struct random {
	uint64_t state;
};

void random_seed(struct random *r, uint64_t seed);
/* A number below n. */
uint64_t random_below(struct random *r, uint64_t n);

enum {
	VARIABLES = 26,		/* a to z */
	TEXT_MAX = 2 * LINE_MAX_BYTES,
	EXPECTED_MAX = 512
};

/* Whoever asks: what it has assigned so far, and its request. */
struct asker {
	struct random random;
	bool known[VARIABLES];
	int64_t value[VARIABLES];
	enum kind kind;
	size_t n;			/* bytes in text */
	char text[TEXT_MAX];		/* ends in a newline, then NUL */
	char expected[EXPECTED_MAX];	/* without a newline */
};

/* Makes the next request: a crash in crashing of 100 cases, and of the others
 * a faulty one in faulty of 100 cases. */
void generate(struct asker *a, unsigned crashing, unsigned faulty);

/* For faults.c: an expression at the end of the text, and its value. */
int64_t generate_sum(struct asker *a, int depth);
__attribute__((format(printf, 2, 3)))
void generate_text(struct asker *a, const char *fmt, ...);
/* faults.c: a request that must fail with kind. */
void generate_fault(struct asker *a, enum kind kind);

/* socket.c: blocking conversation with calcd. */

int dial(unsigned short port);
/* False if the server has closed the connection. */
bool send_all(int fd, const char *text, size_t n);
/* Reads a line without its newline into buf; false at the end of file, after
 * an error and after ten seconds. */
bool read_line(int fd, char *buf, size_t size);

/* ask.c: sends the line and prints the answer, again and again for ten
 * seconds until it holds wanted, unless that is NULL.  Returns the status. */
int ask(unsigned short port, const char *line, const char *wanted);

/* rude.c: behaves as mode says.  Returns the status. */
int rude(unsigned short port, const char *mode, int connections);

/* load.c */

struct load {
	unsigned short port;
	int connections;
	uint64_t requests;
	unsigned crashing, faulty;	/* of 100 */
	uint64_t seed;
};

/* Counted while the load runs. */
struct result {
	uint64_t asked[KINDS], wrong[KINDS];
	uint64_t answered;
	uint32_t *microseconds;		/* of each answer */
	double seconds;
};

void load_run(const struct load *l, struct result *r);

/* report.c */

/* On a terminal only. */
void report_progress(const struct result *r);
/* Tells of the first few. */
void report_wrong(const struct asker *a, const char *answer);
/* Prints the table.  Returns the status. */
int report(const struct load *l, struct result *r);

#endif
