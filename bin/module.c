/* SPDX-License-Identifier: MIT */
/* module.c - the files that belong to a module: itself, on this machine or as
 * somebody has kept it, and its debug information. */

/*
 * A file counts only if it has the build ID that the report gives.  The places
 * are, in this order: the program that the library has opened, the module's
 * own name, the folders of --debug-dir, /usr/lib/debug, and debuginfod.  What
 * a file with that ID has put elsewhere (.gnu_debuglink, .gnu_debugaltlink,
 * split units) libdwfl finds.
 */

#include "symbolize.h"

#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct module {
	struct module *link;
	char *name, *id;
	Dwfl *dwfl;
	Dwfl_Module *m;		/* NULL: there is no file */
	struct units *units;
};

static struct module *modules;
static const char *dirs[32] = { "/usr/lib/debug" };
static size_t ndirs = 1;
static bool ask;
static int program = -1;

/* Where libdwfl looks for what belongs to a file, "+" for: check its CRC. */
static char *searchpath;

void adddebugdir(const char *dir)
{
	if (ndirs == sizeof dirs / sizeof *dirs)
		return;
	memmove(dirs + 1, dirs, ndirs++ * sizeof *dirs);
	dirs[0] = dir;
}

void usedebuginfod(void)
{
	ask = true;
}

/* libdwfl asks as soon as its variable is set. */
static void askornot(void)
{
	if (!ask)
		unsetenv("DEBUGINFOD_URLS");
}

void programat(int fd)
{
	program = fd;
}

static void *must(void *p)
{
	if (!p) {
		fputs("panic-symbolize: out of memory\n", stderr);
		exit(1);
	}
	return p;
}

static char *makesearchpath(void)
{
	size_t size = sizeof "+:.debug";
	char *path;

	for (size_t i = 0; i < ndirs; i++)
		size += strlen(dirs[i]) + 1;
	path = strcpy(must(malloc(size)), "+:.debug");
	for (size_t i = 0; i < ndirs; i++)
		strcat(strcat(path, ":"), dirs[i]);
	return path;
}

/* A module of libdwfl's own has its debug information looked for by name and
 * build ID; the file itself is there. */
static int findelf(Dwfl_Module *m, void **data, const char *name,
	Dwarf_Addr base, char **file, Elf **elf)
{
	(void)m, (void)data, (void)name, (void)base, (void)file, (void)elf;
	return -1;
}

static void closemodule(struct module *m)
{
	if (m->dwfl)
		dwfl_end(m->dwfl);
	m->dwfl = NULL;
	m->m = NULL;
}

/* Whether m's file has that build ID. */
static bool hasid(const struct module *m, const char *id)
{
	const unsigned char *bits;
	GElf_Addr at;
	int n = dwfl_module_build_id(m->m, &bits, &at);

	if (n <= 0 || strlen(id) != 2 * (size_t)n)
		return false;
	for (int i = 0; i < n; i++) {
		char hex[3];

		snprintf(hex, sizeof hex, "%02x", bits[i]);
		if (memcmp(hex, id + 2 * i, 2))
			return false;
	}
	return true;
}

/* Takes the file, which is open at fd, for m if it is the right one.  Closes
 * fd. */
static bool takefd(struct module *m, const char *path, int fd)
{
	static Dwfl_Callbacks callbacks = { .find_elf = findelf,
		.find_debuginfo = dwfl_standard_find_debuginfo,
		.debuginfo_path = &searchpath };

	if (fd < 0)
		return false;
	if (!searchpath) {
		searchpath = makesearchpath();
		askornot();
	}
	m->dwfl = dwfl_begin(&callbacks);
	if (m->dwfl)	/* at address 0, so that addresses are the file's */
		m->m = dwfl_report_elf(m->dwfl, m->name, path, fd, 0, true);
	if (!m->m) {
		close(fd);
		closemodule(m);
		return false;
	}
	dwfl_report_end(m->dwfl, NULL, NULL);
	if (!*m->id || hasid(m, m->id))
		return true;
	closemodule(m);
	return false;
}

static bool take(struct module *m, const char *path)
{
	return takefd(m, path, open(path, O_RDONLY | O_CLOEXEC));
}

/* Takes DIR/.build-id/NN/NNN.debug, or what lies flat in DIR. */
static bool takefrom(struct module *m, const char *dir)
{
	const char *base = strrchr(m->name, '/');
	char path[4096];

	if (!*m->id)
		return false;
	snprintf(path, sizeof path, "%s/.build-id/%.2s/%s.debug", dir, m->id,
		strlen(m->id) > 2 ? m->id + 2 : "");
	if (take(m, path))
		return true;
	base = base ? base + 1 : m->name;
	snprintf(path, sizeof path, "%s/%s.debug", dir, base);
	if (take(m, path))
		return true;
	snprintf(path, sizeof path, "%s/%s", dir, base);
	return take(m, path);
}

/* debuginfod's own client prints where it has put the file. */
static bool download(struct module *m)
{
	char command[256], path[4096];
	FILE *answer;
	bool got;

	snprintf(command, sizeof command,
		"debuginfod-find debuginfo %.128s 2>/dev/null", m->id);
	answer = popen(command, "r");
	if (!answer)
		return false;
	got = fgets(path, sizeof path, answer) != NULL;
	if (pclose(answer) != 0 || !got)
		return false;
	path[strcspn(path, "\n")] = '\0';
	return take(m, path);
}

static void find(struct module *m)
{
	if (program >= 0 && *m->id && takefd(m, m->name,
	    fcntl(program, F_DUPFD_CLOEXEC, 3)))
		return;
	if (strchr(m->name, '/') && take(m, m->name))
		return;
	for (size_t i = 0; i < ndirs; i++)
		if (takefrom(m, dirs[i]))
			return;
	if (ask && *m->id)
		download(m);
}

struct module *openmodule(const char *name, const char *id)
{
	struct module *m;

	for (m = modules; m; m = m->link)
		if (!strcmp(m->name, name) && !strcmp(m->id, id))
			return m->m ? m : NULL;
	m = must(calloc(1, sizeof *m));
	m->name = must(strdup(name));
	m->id = must(strdup(id));
	m->link = modules;
	modules = m;
	find(m);
	return m->m ? m : NULL;
}

Dwfl_Module *dwflmodule(const struct module *m)
{
	return m->m;
}

struct units **unitsof(struct module *m)
{
	return &m->units;
}
