/* SPDX-License-Identifier: MIT */
/* report.c - programs in source form: one that differs, or many to compile. */
#include <stdlib.h>
#include <sys/mman.h>

#include "compare.h"

enum { FILES = 4 };			/* of C, to compile side by side */

struct trial {
	const struct task *task;
	struct progress *progress;
};

static bool fails(void *arg, const struct prog *p)
{
	struct trial *t = arg;

	return !try_program(t->task, p, t->progress, true);
}

static void write_c_end(FILE *out, int first, int count)
{
	fprintf(out, "\nenum { FIRST = %d };\n\n", first);
	fputs("static void (*const programs[])(void *) = {\n", out);
	for (int i = first; i < first + count; i++)
		fprintf(out, "\tp%d_0,\n", i);
	fputs("};\n\n#include \"replay.h\"\n", out);
}

static void print_source(const struct prog *p, const struct prediction *want)
{
	printf("\n/* Expected: %s */\n#include \"trace.h\"\n", want->text);
	source_c(stdout, p, "p0_");
	write_c_end(stdout, 0, 1);
}

static void print_bytes(const struct prog *p)
{
	fputs("bytes:   ", stdout);
	for (int i = 0; i < p->n; i++)
		printf(" %d,%d,%d,%d", p->op[i].kind, p->op[i].arg,
			p->op[i].shape, p->op[i].size);
	putchar('\n');
}

void report(const struct task *t, struct prog *bad)
{
	struct trial trial = { t, shared(sizeof *trial.progress) };
	enum rules rules = t->go ? RULES_PLAIN : RULES_FULL;
	struct prediction want;

	if (!fails(&trial, bad))
		puts("It does not fail alone: not shrunk.");
	else
		shrink(bad, fails, &trial);
	try_program(t, bad, trial.progress, false);
	model_run(bad, trial.progress->in_go ? t->gorules : rules, &want);
	print_bytes(bad);
	printf("model:    %s\n", want.text);
	printf("%s %s\n", trial.progress->in_go ? "Go:      " : "library: ",
		trial.progress->differs ? trial.progress->got :
		"(crashed, hung or ended the process)");
	print_source(bad, &want);
	munmap(trial.progress, sizeof *trial.progress);
}

static FILE *create(const char *dir, const char *name)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", dir, name);
	f = fopen(path, "w");
	if (!f) {
		perror(path);
		exit(2);
	}
	return f;
}

struct sources {
	FILE *go, *expected, *expected_go;
	uint64_t next;			/* index of the next random program */
};

static void random_program(struct sources *s, const struct task *t,
	struct prog *p, struct prediction *want)
{
	bool overflow;

	do {
		gen_random(p, t->dialect, t->seed, s->next++);
		model_run(p, RULES_FULL, want);
		overflow = want->overflow;
		model_run(p, t->gorules, want);
		overflow |= want->overflow;
	} while (overflow);
	model_run(p, RULES_FULL, want);
}

static void write_program(struct sources *s, const struct task *t, FILE *c,
	int number)
{
	struct prediction want;
	struct prog p;
	char prefix[32];

	snprintf(prefix, sizeof prefix, "p%d_", number);
	random_program(s, t, &p, &want);
	source_c(c, &p, prefix);
	fprintf(s->expected, "%d: %s\n", number, want.text);
	if (t->dialect != DIALECT_GO)
		return;
	model_run(&p, t->gorules, &want);
	source_go(s->go, &p, prefix, want.resumed);
	fprintf(s->expected_go, "%d: %s\n", number, want.text);
}

static void write_c_file(struct sources *s, const struct task *t,
	const char *dir, int file)
{
	int count = (int)t->count;
	int first = count * file / FILES, end = count * (file + 1) / FILES;
	char name[16];
	FILE *out;

	snprintf(name, sizeof name, "c%d.c", file);
	out = create(dir, name);
	fputs("#include \"trace.h\"\n", out);
	for (int i = first; i < end; i++)
		write_program(s, t, out, i);
	write_c_end(out, first, end - first);
	fclose(out);
}

static void write_go_end(FILE *go, int count)
{
	fputs("\nvar programs = []func(){\n", go);
	for (int i = 0; i < count; i++)
		fprintf(go, "\tp%d_0,\n", i);
	fputs("}\n", go);
}

int write_sources(const struct task *t, const char *dir)
{
	struct sources s = {
		.go = create(dir, "programs.go"),
		.expected = create(dir, "expected.c.txt"),
		.expected_go = create(dir, "expected.go.txt"),
	};

	fputs("package main\n\nimport \"runtime\"\n\n"
		"var _ = runtime.Goexit\n", s.go);
	for (int i = 0; i < FILES; i++)
		write_c_file(&s, t, dir, i);
	write_go_end(s.go, t->dialect == DIALECT_GO ? (int)t->count : 0);
	fclose(s.go);
	fclose(s.expected);
	fclose(s.expected_go);
	return 0;
}
