/* SPDX-License-Identifier: MIT */
/* out.c - output without stdio and heap (Go: print.go). */

#include "config.h"

#include "crash/crash.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE = 500,	/* milliseconds for a reader that lags */
	TEXTMAX = 65536	/* bytes of a message */ };

/* Waits until o can be written to.  A pipe that nobody empties must not keep
 * the process from dying, and making it nonblocking would change it for those
 * who share it. */
static bool writable(struct panic__out *o)
{
	struct pollfd p = { .fd = o->fd, .events = POLLOUT };
	int n;

	do
		n = poll(&p, 1, PATIENCE);
	while (n < 0 && errno == EINTR);
	return n != 0;
}

/* Whether the write that has just failed is worth another one. */
static bool again(struct panic__out *o)
{
	if (errno == EINTR || errno == EAGAIN)
		return true;
	if (o->fd == 2 || o->fd != panic__crashfd() || panic_set_crash_fd(2))
		return false;
	o->fd = panic__crashfd();
	return o->fd == 2;
}

static void writeall(struct panic__out *o, const char *at, size_t n)
{
	int tries = 0;
	ssize_t got;

	o->lost = o->lost || o->fd < 0;
	while (n > 0 && !o->lost) {
		got = -1;
		if (writable(o))
			got = write(o->fd, at, n);
		else
			errno = ETIMEDOUT;
		if (got > 0) {
			at += got;
			n -= (size_t)got;
		} else if (!again(o) || ++tries == 100) {
			o->lost = true;
		}
	}
}

void panic__flush(struct panic__out *o)
{
	int errnum = errno;

	if (o->to)
		return;
	writeall(o, o->buf, o->n);
	o->n = 0;
	errno = errnum;
}

void panic__write(int fd, const char *text, size_t n)
{
	struct panic__out o = { .fd = fd };

	writeall(&o, text, n);
}

void panic__putc(struct panic__out *o, char c)
{
	if (o->to) {
		if (o->n++ < o->size)
			o->to[o->n - 1] = c;
		return;
	}
	if (o->n == sizeof o->buf)
		panic__flush(o);
	o->buf[o->n++] = c;
}

void panic__puts(struct panic__out *o, const char *s)
{
	size_t n = strlen(s), left = o->size - o->n;

	if (!o->to) {
		while (*s)
			panic__putc(o, *s++);
		return;
	}
	if (o->n < o->size)
		memcpy(o->to + o->n, s, n < left ? n : left);
	o->n += n;
}

void panic__putn(struct panic__out *o, uintmax_t n, unsigned base)
{
	char digits[24];
	size_t i = sizeof digits;

	digits[--i] = '\0';
	do
		digits[--i] = "0123456789abcdef"[n % base];
	while ((n /= base) != 0);
	panic__puts(o, digits + i);
}

/* How many bytes a character of UTF-8 has that begins with c; 0 if none
 * does. */
static size_t length(unsigned char c)
{
	if (c < 0x80)
		return 1;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	return c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* Whether a terminal takes the character at s for a control: one of ASCII, or
 * U+0080 to U+009F. */
static bool control(const char *s)
{
	unsigned char c = (unsigned char)*s;

	return (c < ' ' && c != '\t') || c == 127 ||
		(c == 0xc2 && (s[1] & 0xe0) == 0x80);
}

/* How many bytes the printable character at s has; 0 if there is none. */
static size_t printable(const char *s)
{
	size_t n = length((unsigned char)*s);

	if (n == 0 || control(s))
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

/* Prints a character, or the byte that is none as \x1b; returns what
 * follows. */
static const char *putone(struct panic__out *o, const char *s)
{
	size_t n = printable(s);

	if (n == 0) {
		panic__puts(o, "\\x");
		panic__putn(o, (unsigned char)*s >> 4, 16);
		panic__putn(o, *s++ & 15, 16);
	}
	while (n-- > 0)
		panic__putc(o, *s++);
	return s;
}

void panic__puttext(struct panic__out *o, const char *s)
{
	while (*s)
		s = putone(o, s);
}

void panic__putindented(struct panic__out *o, const char *s)
{
	const char *start = s;

	/* Memory may end before TEXTMAX bytes do. */
	while (*s && s - start < TEXTMAX) {
		if (*s != '\n') {
			s = putone(o, s);
			continue;
		}
		panic__putc(o, *s++);
		if (*s)
			panic__putc(o, '\t');
	}
	if (!*s)
		return;
	panic__puts(o, "... (");
	panic__putn(o, strlen(s), 10);
	panic__puts(o, " bytes more)");
}

void panic__putsite(struct panic__out *o, const struct panic_site *site)
{
	panic__puts(o, site->file);
	panic__putc(o, ':');
	panic__putn(o, (uintmax_t)site->line, 10);
	panic__puts(o, " in ");
	panic__puts(o, site->function);
}
