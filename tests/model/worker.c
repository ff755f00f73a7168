/* SPDX-License-Identifier: MIT */
/* worker.c - compares a share of the programs. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "compare.h"

enum { BATCH = 512 };

struct worker {
	const struct task *task;
	struct progress *out;
	struct go *go;
	int number;
	uint64_t seen;			/* of all programs, by every worker */
	int n, next, done;
	struct prog batch[BATCH];
	bool ask_go[BATCH];
	struct prediction want;
};

static void differs(struct worker *w, const struct prog *p, const char *got,
	bool in_go)
{
	struct progress *out = w->out;

	if (p != &out->prog)
		out->prog = *p;
	snprintf(out->got, sizeof out->got, "%s", got);
	out->in_go = in_go;
	out->differs = true;
	_exit(1);
}

static void ask_go(struct worker *w, const struct prog *p)
{
	struct prog bad;
	char got[MAX_TRACE];

	if (p)
		model_run(p, w->task->gorules, &w->want);
	if (!go_check(w->go, p, w->want.text, &bad, got))
		differs(w, &bad, got, true);
}

static const struct prog *next_program(void *arg)
{
	struct worker *w = arg;

	if (w->next == w->n)
		return NULL;
	w->out->prog = w->batch[w->next];
	return &w->batch[w->next++];
}

static enum rules rules(const struct task *t)
{
	return t->go ? RULES_PLAIN : RULES_FULL;
}

static void program_done(void *arg, const char *trace)
{
	struct worker *w = arg;
	const struct prog *p = &w->batch[w->done];

	model_run(p, rules(w->task), &w->want);
	if (strcmp(trace, w->want.text) != 0)
		differs(w, p, trace, false);
	w->out->lost += w->want.lost;
	w->out->programs++;
	if (w->ask_go[w->done])
		ask_go(w, p);
	w->done++;
}

static void run_batch(struct worker *w)
{
	struct runner r = {
		.next = next_program, .done = program_done, .arg = w,
		.full = rules(w->task) == RULES_FULL
	};

	w->next = w->done = 0;
	interp_run(&r);
	w->n = 0;
}

/* Some programs run for very long, perhaps only after Go has lost a Goexit:
 * those nobody compares. */
static bool too_long(const struct task *t, const struct prog *p)
{
	struct prediction want;

	model_run(p, rules(t), &want);
	if (t->go && !want.overflow)
		model_run(p, t->gorules, &want);
	return want.overflow;
}

static void add(struct worker *w, const struct prog *p, bool to_go)
{
	w->ask_go[w->n] = to_go && w->go;
	w->batch[w->n++] = *p;
	if (w->n == BATCH)
		run_batch(w);
}

static void add_shapes(struct worker *w, struct prog *p, int variant)
{
	gen_shapes(p, variant);
	add(w, p, variant == 0);
}

/* Every program in several shapes.  For Go they are all the same, and there
 * are many: the first and one of the others. */
static void add_variants(void *arg, struct prog *p)
{
	struct worker *w = arg;
	uint64_t workers = (uint64_t)w->task->workers, n = w->seen++;

	if (n % workers != (uint64_t)w->number)
		return;
	add_shapes(w, p, 0);
	if (w->task->go) {
		add_shapes(w, p, 1 + (int)(n / workers % GEN_VARIANTS_GO_MORE));
		return;
	}
	for (int i = 1; i < GEN_VARIANTS; i++)
		add_shapes(w, p, i);
}

static void add_random(struct worker *w)
{
	const struct task *t = w->task;
	uint64_t step = (uint64_t)t->workers, left;
	struct prog p;

	left = t->count / step + ((uint64_t)w->number < t->count % step);
	for (uint64_t i = (uint64_t)w->number; left > 0; i += step) {
		gen_random(&p, t->dialect, t->seed, i);
		if (too_long(t, &p))
			continue;
		add(w, &p, true);
		left--;
	}
}

static void start(struct worker *w, const struct task *t, int number,
	struct progress *out)
{
	w->task = t;
	w->number = number;
	w->out = out;
	if (t->go)
		w->go = go_start(t->go);
}

static void finish(struct worker *w)
{
	run_batch(w);
	if (w->go) {
		ask_go(w, NULL);
		go_stop(w->go);
	}
}

void work(const struct task *t, int number, struct progress *out)
{
	static struct worker w;

	start(&w, t, number, out);
	if (t->size)
		gen_all(t->size, t->depth, add_variants, &w);
	else
		add_random(&w);
	finish(&w);
}

static void try_in_child(const struct task *t, const struct prog *p,
	struct progress *out, bool quiet)
{
	static struct worker w;

	if (quiet) {
		int null = open("/dev/null", O_WRONLY);

		if (null >= 0)
			dup2(null, STDERR_FILENO);
	}
	alarm(5);			/* it may also hang */
	start(&w, t, 0, out);
	add(&w, p, true);
	finish(&w);
	_exit(0);
}

bool try_program(const struct task *t, const struct prog *p,
	struct progress *out, bool quiet)
{
	int status = 0;
	pid_t pid;

	if (too_long(t, p))
		return true;
	out->differs = out->in_go = false;
	out->got[0] = '\0';
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		try_in_child(t, p, out, quiet);
	if (pid < 0 || waitpid(pid, &status, 0) < 0) {
		perror("fork");
		exit(2);
	}
	return status == 0;
}
