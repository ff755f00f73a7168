/* SPDX-License-Identifier: MIT */
/* dying.h - programs that die: run in a child, with what they print. */
#ifndef DYING_H
#define DYING_H

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conform.h"

struct death {
	int status;		/* as waitpid() gives it */
	char out[4096];		/* stdout */
	char err[32768];	/* stderr */
};

HELPER FILE *capture(void)
{
	FILE *f = tmpfile();

	if (!f || fflush(NULL))
		abort();
	return f;
}

HELPER void collect(FILE *f, char *buf, size_t size)
{
	size_t n;

	rewind(f);
	n = fread(buf, 1, size - 1, f);
	buf[n] = '\0';
	fclose(f);
}

HELPER void nocore(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	signal(SIGABRT, SIG_DFL);
}

/* Runs fn(arg) in a child; exit status 0 if it returns. */
HELPER struct death *dies(void (*fn)(void *), void *arg)
{
	static struct death d;
	FILE *out = capture(), *err = capture();
	pid_t pid = fork();

	if (pid == 0) {
		LEAKS_ARE_NO_MATTER();
		nocore();
		if (dup2(fileno(out), 1) < 0 || dup2(fileno(err), 2) < 0)
			_exit(99);
		setvbuf(stdout, NULL, _IONBF, 0);	/* abort() loses it */
		fn(arg);
		exit(0);
	}
	if (pid < 0 || waitpid(pid, &d.status, 0) != pid)
		abort();
	collect(out, d.out, sizeof d.out);
	collect(err, d.err, sizeof d.err);
	return &d;
}

HELPER bool aborted(const struct death *d)
{
	return WIFSIGNALED(d->status) && WTERMSIG(d->status) == SIGABRT;
}

HELPER bool exited(const struct death *d, int status)
{
	return WIFEXITED(d->status) && WEXITSTATUS(d->status) == status;
}

/* The first lines of the report, up to the blank one. */
HELPER const char *panics(const struct death *d)
{
	static char lines[4096];
	const char *end = strstr(d->err, "\n\n");
	size_t n = end ? (size_t)(end + 1 - d->err) : strlen(d->err);

	if (n >= sizeof lines)
		n = sizeof lines - 1;
	memcpy(lines, d->err, n);
	lines[n] = '\0';
	return lines;
}

/* fn(arg) dies of an uncaught panic: its panic lines. */
#define expectdeath(fn, arg, want) do { \
	struct death *d__ = dies(fn, arg); \
\
	ck_assert_str_eq(panics(d__), want); \
	ck_assert(aborted(d__)); \
} while (0)

/* fn(arg) dies of a fatal error; before it, the pending panics' lines. */
#define expectfatal(fn, arg, pending, want) do { \
	struct death *d__ = dies(fn, arg); \
\
	if (*(pending)) \
		ck_assert_str_eq(panics(d__), pending); \
	else \
		ck_assert_ptr_eq(strstr(d__->err, "panic: "), NULL); \
	ck_assert_msg(strstr(d__->err, "fatal error: " want) != NULL, \
		"no \"fatal error: " want "\" in:\n%s", d__->err); \
	ck_assert(aborted(d__)); \
} while (0)

#endif
