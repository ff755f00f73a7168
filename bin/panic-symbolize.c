/* SPDX-License-Identifier: MIT */
/* panic-symbolize.c - functions, files and lines for the frames of crash
 * reports. */

/*
 * As a filter it copies its input and adds to each frame what is there.  The
 * library starts it with --frames: then each line is a frame, and the answer
 * is its lines in the report, ended by an empty one.  It is started by a
 * process that dies, so it trusts nothing that it inherits but its two
 * descriptors and the program's file.
 */

#include "config.h"

#include "symbolize.h"

#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Prints what may come from a file that an attacker wrote. */
static void putsafe(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 127)
			printf("\\x%02x", (unsigned char)*s);
		else
			putchar(*s);
}

/* The functions of the frame; 0 if nothing is known. */
static size_t look(const struct found *f, struct call *calls)
{
	char *name = strndup(f->module, f->length);
	struct module *m = name ? openmodule(name, f->id) : NULL;

	free(name);
	return m ? findcalls(m, f->offset, calls) : 0;
}

/* The filter: FILE:LINE in FUNCTION, inlined at FILE:LINE in FUNCTION. */

static void addcall(const struct call *c)
{
	if (c->file) {
		putsafe(c->file);
		printf(":%d ", c->line);
	}
	fputs("in ", stdout);
	putsafe(c->function ? c->function : "?");
	if (!c->file && c->offset >= 0)
		printf("+0x%llx", (unsigned long long)c->offset);
}

static void addcalls(const struct found *f)
{
	struct call calls[MAXCALLS];
	size_t n = look(f, calls);

	for (size_t i = 0; i < n; i++) {
		fputs(i == 0 ? " " : ", inlined at ", stdout);
		addcall(&calls[i]);
	}
}

static void filterline(const char *line)
{
	const char *from = line, *end;
	struct found f;

	while ((end = findframe(from, &f)) != NULL) {
		fwrite(from, 1, (size_t)(end - from), stdout);
		addcalls(&f);
		from = end;
	}
	fputs(from, stdout);
}

/* The library's frames, as they stand in a report. */

static void answercall(const struct call *c, const char *place)
{
	putsafe(c->function ? c->function : "?");
	if (c->inlined)
		fputs(" (inlined)", stdout);
	else if (c->offset >= 0)
		printf("+0x%llx", (unsigned long long)c->offset);
	fputs("\n\t", stdout);
	if (c->file) {
		putsafe(c->file);
		printf(":%d\n", c->line);
	} else {
		puts(place);
	}
}

static void answer(const char *line)
{
	struct call calls[MAXCALLS];
	struct found f;
	size_t n = findframe(line, &f) ? look(&f, calls) : 0;

	for (size_t i = 0; i < n; i++)
		answercall(&calls[i], line);
	putchar('\n');
}

/* A crash leaves one core at most, and blocks all signals. */
static void begin(int fd)
{
	static const struct rlimit none = { 0, 0 };
	sigset_t set;

	sigemptyset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	setrlimit(RLIMIT_CORE, &none);
	if (fcntl(fd, F_GETFD) >= 0)
		programat(fd);
}

/* Lines. */

static void eachline(FILE *in, void (*fn)(const char *line), bool chomp)
{
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, in) > 0) {
		if (chomp)
			line[strcspn(line, "\n")] = '\0';
		fn(line);
		fflush(stdout);
	}
	free(line);
}

/* The exit status. */
static int filter(char **files)
{
	int status = 0;
	FILE *in;

	if (!*files)
		eachline(stdin, filterline, false);
	for (; *files; files++) {
		in = fopen(*files, "r");
		if (!in) {
			perror(*files);
			status = 1;
			continue;
		}
		eachline(in, filterline, false);
		fclose(in);
	}
	return ferror(stdout) ? 1 : status;
}

static void usage(FILE *to)
{
	fputs("usage: panic-symbolize [--debug-dir DIR]... [--debuginfod] "
		"[FILE]...\n"
		"Copies logs and adds functions, files and lines to the "
		"frames of crash reports,\n"
		"which read MODULE+0xOFFSET (build-id HEX).\n", to);
}

/* Takes one option; returns false if it ends the program, with *status. */
static bool option(int c, bool *frames, int *status)
{
	switch (c) {
	case 'd':
		adddebugdir(optarg);
		return true;
	case 'D':
		usedebuginfod();
		return true;
	case 'f':
		*frames = true;
		begin(atoi(optarg));
		return true;
	case 'h':
		usage(stdout);
		return false;
	case 'v':
		puts("panic-symbolize " PACKAGE_VERSION);
		return false;
	}
	usage(stderr);
	*status = 2;
	return false;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "debug-dir", required_argument, NULL, 'd' },
		{ "debuginfod", no_argument, NULL, 'D' },
		{ "frames", required_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 }
	};
	bool frames = false;
	int c, status = 0;

	while ((c = getopt_long(argc, argv, "d:h", options, NULL)) != -1)
		if (!option(c, &frames, &status))
			return status;
	if (!frames)
		return filter(argv + optind);
	eachline(stdin, answer, true);
	return 0;
}
