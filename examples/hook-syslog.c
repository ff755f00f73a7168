/* SPDX-License-Identifier: MIT */
/* hook-syslog.c - a crash that also reaches syslog and systemd's journal. */

/*
 * The hook runs once, before the report is printed to standard error.  It
 * writes the panics, the oldest first, to the journal's socket with fields of
 * their own, or to syslog where there is no journal, and then calls the hook
 * that was there before.
 */

#include <panic.h>

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

static struct panic_hook former;

/* One datagram of lines KEY=VALUE; in a VALUE no newline may stand.  As
 * sd_journal_send() would do it, but without a library and without the heap,
 * which may be what is broken. */
static int journal(const struct panic *p, const char *text)
{
	static const struct sockaddr_un to = { .sun_family = AF_UNIX,
		.sun_path = "/run/systemd/journal/socket" };
	char entry[1024];
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ssize_t sent;

	if (fd < 0)
		return -1;
	snprintf(entry, sizeof entry, "PRIORITY=2\nMESSAGE=%.*s\n"
		"CODE_FILE=%s\nCODE_LINE=%d\nCODE_FUNC=%s\n",
		(int)strcspn(text, "\n"), text, p ? panic_file(p) : "",
		p ? panic_line(p) : 0, p ? panic_function(p) : "");
	sent = sendto(fd, entry, strlen(entry), MSG_NOSIGNAL | MSG_DONTWAIT,
		(const struct sockaddr *)&to, sizeof to);
	close(fd);
	return sent < 0 ? -1 : 0;
}

static void tell(const struct panic *p, const char *text)
{
	if (journal(p, text))
		syslog(LOG_CRIT, "%s", text);
}

/* The oldest first: it is what began. */
static void tellchain(const struct panic *p)
{
	char text[512];

	if (!p)
		return;
	tellchain(panic_under(p));
	snprintf(text, sizeof text, "panic: %s", panic_message(p));
	tell(p, text);
}

static void hook(const struct panic *p, const char *fatal, void *unused)
{
	(void)unused;
	tellchain(p);
	if (fatal)
		tell(p, fatal);
	if (former.fn)
		former.fn(p, fatal, former.arg);
}

int main(void)
{
	openlog("hook-syslog", LOG_PID, LOG_DAEMON);	/* not in the hook */
	former = panic_set_hook(hook, NULL);
	panic("the queue is corrupted");
}
