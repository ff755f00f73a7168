/* SPDX-License-Identifier: MIT */
/* go.c - asks a process that runs interp.go for traces. */

/*
 * A batch goes there as a count of 32 bits, then for each program one byte
 * with the number of its operations and these as they are in memory.  Back
 * come as many traces, each after its length of 16 bits; all little endian.
 * The other side answers when it has read the whole batch, so neither waits
 * for the other with its pipe full.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "prog.h"

enum { BATCH = 256 };

struct go {
	const char *path;
	pid_t pid;
	FILE *to, *from;
	int n;
	struct prog prog[BATCH];
	char want[BATCH][MAX_TRACE];
};

static void fail(const char *what)
{
	perror(what);
	exit(2);
}

static void become_go(const char *path, const int *to, const int *from)
{
	dup2(to[0], STDIN_FILENO);
	dup2(from[1], STDOUT_FILENO);
	close(to[1]);
	close(from[0]);
	setenv("GODEBUG", "gcshrinkstackoff=1", 1);	/* see trace.go */
	execl(path, path, (char *)NULL);
	perror(path);
	_exit(127);
}

static void start(struct go *g)
{
	int to[2], from[2];

	if (pipe(to) || pipe(from))
		fail("pipe");
	g->pid = fork();
	if (g->pid < 0)
		fail("fork");
	if (g->pid == 0)
		become_go(g->path, to, from);
	close(to[0]);
	close(from[1]);
	g->to = fdopen(to[1], "w");
	g->from = fdopen(from[0], "r");
	if (!g->to || !g->from)
		fail("fdopen");
}

static void stop(struct go *g)
{
	int status;

	fclose(g->to);
	fclose(g->from);
	waitpid(g->pid, &status, 0);
}

struct go *go_start(const char *path)
{
	struct go *g = calloc(1, sizeof *g);

	if (!g)
		fail("go_start");
	signal(SIGPIPE, SIG_IGN);
	g->path = path;
	start(g);
	return g;
}

void go_stop(struct go *g)
{
	stop(g);
	free(g);
}

/* An error in writing shows when the answer is read. */
static void put_number(struct go *g, uint32_t n, size_t bytes)
{
	unsigned char b[4] = {
		(unsigned char)n, (unsigned char)(n >> 8),
		(unsigned char)(n >> 16), (unsigned char)(n >> 24)
	};

	fwrite(b, 1, bytes, g->to);
}

static void send_programs(struct go *g, int first, int end)
{
	put_number(g, (uint32_t)(end - first), 4);
	for (int i = first; i < end; i++) {
		const struct prog *p = &g->prog[i];

		put_number(g, (uint32_t)p->n, 1);
		fwrite(p->op, sizeof p->op[0], (size_t)p->n, g->to);
	}
	fflush(g->to);
}

/* Reads a trace; false if Go has died. */
static bool read_trace(struct go *g, char *text)
{
	unsigned char b[2];
	size_t len;

	if (fread(b, 1, 2, g->from) != 2)
		return false;
	len = (size_t)(b[0] | b[1] << 8);
	if (fread(text, 1, len, g->from) != len)
		return false;
	text[len] = '\0';
	return true;
}

enum answer { SAME, DIFFERENT, DEAD };

/* Every trace is read, so that the next batch finds the pipe empty. */
static enum answer ask(struct go *g, int first, int end, struct prog *bad,
	char *got)
{
	static char text[65536];
	enum answer answer = SAME;

	send_programs(g, first, end);
	for (int i = first; i < end; i++) {
		if (!read_trace(g, text)) {
			strcpy(got, "(died)");
			*bad = g->prog[i];
			return DEAD;
		}
		if (answer != SAME || strcmp(text, g->want[i]) == 0)
			continue;
		answer = DIFFERENT;
		*bad = g->prog[i];
		text[MAX_TRACE - 1] = '\0';
		strcpy(got, text);
	}
	return answer;
}

/* Which program did Go die of?  It had not answered any of the batch. */
static bool ask_each(struct go *g, struct prog *bad, char *got)
{
	stop(g);
	start(g);
	for (int i = 0; i < g->n; i++)
		if (ask(g, i, i + 1, bad, got) != SAME)
			return false;
	return false;
}

bool go_check(struct go *g, const struct prog *p, const char *want,
	struct prog *bad, char *got)
{
	enum answer answer;

	if (p) {
		g->prog[g->n] = *p;
		strcpy(g->want[g->n++], want);
	}
	if (g->n == 0 || (p && g->n < BATCH))
		return true;
	answer = ask(g, 0, g->n, bad, got);
	if (answer == DEAD)
		return ask_each(g, bad, got);
	g->n = 0;
	return answer == SAME;
}
