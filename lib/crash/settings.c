/* SPDX-License-Identifier: MIT */
/* settings.c - what the environment and the program set for the end (Go:
 * runtime/debug, parsedebugvars). */

#include "config.h"

#include "crash/crash.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum panic__level envlevel = PANIC__SINGLE;
static atomic_int level = PANIC__SINGLE;
static atomic_int exitstatus;
static atomic_int crashfd = 2;
static struct stat stderrfile;		/* descriptor 2 at the start */
static char symbolizer[512] = PANIC_SYMBOLIZE;
static char version[64];
static struct panic_hook hook;
static atomic_int hooklock;

int panic_set_exit(int status)
{
	if (status < 0 || status > 255) {
		errno = EINVAL;
		return -1;
	}
	exitstatus = status;
	return 0;
}

/* The level of a word, or -1. */
static int parselevel(const char *s)
{
	static const struct {
		const char *word;
		enum panic__level level;
	} words[] = {
		{ "none", PANIC__NOTRACE }, { "0", PANIC__NOTRACE },
		{ "single", PANIC__SINGLE },
		{ "all", PANIC__ALL }, { "1", PANIC__ALL },
		{ "system", PANIC__SYSTEM }, { "2", PANIC__SYSTEM },
		{ "crash", PANIC__CRASH },
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (!strcmp(s, words[i].word))
			return (int)words[i].level;
	return -1;
}

int panic_set_traceback(const char *word)
{
	int new = word ? parselevel(word) : -1;

	if (new < 0) {
		errno = EINVAL;
		return -1;
	}
	level = new > (int)envlevel ? new : (int)envlevel;
	return 0;
}

int panic_set_version(const char *new)
{
	size_t n = new ? strlen(new) : sizeof version;

	if (n >= sizeof version) {
		errno = EINVAL;
		return -1;
	}
	memcpy(version, new, n + 1);
	return 0;
}

int panic_set_crash_fd(int fd)
{
	if (fcntl(fd, F_GETFD) < 0)
		return -1;
	crashfd = fd;
	return 0;
}

/* The lock is held for a few instructions; a thread that dies in one of them
 * does not wait for itself. */
static bool lock(void)
{
	for (int tries = 0; tries < 1000; tries++) {
		if (panic__trylock(&hooklock))
			return true;
		sched_yield();
	}
	return false;
}

struct panic_hook panic_set_hook(
	void (*fn)(const struct panic *p, const char *fatal, void *arg),
	void *arg)
{
	struct panic_hook old;

	panic__lock(&hooklock);
	old = hook;
	hook.fn = fn;
	hook.arg = arg;
	hooklock = 0;
	return old;
}

struct panic_hook panic__gethook(void)
{
	struct panic_hook h = { NULL, NULL };

	if (lock()) {
		h = hook;
		hooklock = 0;
	}
	return h;
}

enum panic__level panic__gotraceback(void)
{
	return (enum panic__level)level;
}

int panic__exitstatus(void)
{
	return exitstatus;
}

/* 2, or -1 if the program has closed it and a data file has got the number: one
 * that can be read, too, was not there at the start, and is not at its end, as
 * a log would be. */
static int standarderror(void)
{
	struct stat st;
	int flags = fcntl(2, F_GETFL);

	if (flags < 0 || fstat(2, &st))
		return 2;	/* a sandbox may not tell */
	if ((!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode)) ||
	    (st.st_ino == stderrfile.st_ino && st.st_dev == stderrfile.st_dev))
		return 2;
	if ((flags & O_ACCMODE) == O_WRONLY || (flags & O_APPEND))
		return 2;
	return lseek(2, 0, SEEK_CUR) == st.st_size ? 2 : -1;
}

int panic__crashfd(void)
{
	return crashfd == 2 ? standarderror() : crashfd;
}

const char *panic__programversion(void)
{
	return version;
}

const char *panic__symbolizerpath(void)
{
	return symbolizer;
}

/* A variable, unless the process has more rights than who started it. */
static const char *get(const char *name)
{
#if defined HAVE_SECURE_GETENV
	return secure_getenv(name);
#elif defined HAVE_ISSETUGID
	return issetugid() ? NULL : getenv(name);
#else
	return getenv(name);
#endif
}

static void getexit(const char *s)
{
	char *end;
	long status = strtol(s, &end, 10);

	if (*s && !*end && status >= 1 && status <= 255)
		exitstatus = (int)status;
}

void panic__getsettings(void)
{
	const char *s = get("PANIC_TRACEBACK");
	int i = s ? parselevel(s) : -1;

	(void)fstat(2, &stderrfile);
	if (i >= 0) {
		envlevel = (enum panic__level)i;
		level = i;
	}
	s = get("PANIC_EXIT");
	if (s)
		getexit(s);
	s = get("PANIC_SYMBOLIZE");
	if (s && strlen(s) < sizeof symbolizer)
		strcpy(symbolizer, s);
}
