/* SPDX-License-Identifier: MIT */
/* out.c - output without stdio and heap, and the lines of panics (Go:
 * print.go, printpanics). */

#include "config.h"

#include "runtime.h"

#include <errno.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE = 500 };	/* milliseconds for a reader that lags */

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
	o->fd = 2;
	return true;
}

void panic__flush(struct panic__out *o)
{
	int errnum = errno, tries = 0;
	size_t done = 0;
	ssize_t n;

	while (done < o->n && !o->lost) {
		n = -1;
		if (writable(o))
			n = write(o->fd, o->buf + done, o->n - done);
		else
			errno = ETIMEDOUT;
		if (n > 0)
			done += (size_t)n;
		else if (!again(o) || ++tries == 100)
			o->lost = true;
	}
	o->n = 0;
	errno = errnum;
}

void panic__putc(struct panic__out *o, char c)
{
	if (o->n == sizeof o->buf)
		panic__flush(o);
	o->buf[o->n++] = c;
}

void panic__puts(struct panic__out *o, const char *s)
{
	while (*s)
		panic__putc(o, *s++);
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

void panic__putindented(struct panic__out *o, const char *s)
{
	for (; *s; s++) {
		panic__putc(o, *s);
		if (*s == '\n' && s[1])
			panic__putc(o, '\t');
	}
}

void panic__putsite(struct panic__out *o, const struct panic_site *site)
{
	panic__puts(o, site->file);
	panic__putc(o, ':');
	panic__putn(o, (uintmax_t)site->line, 10);
	panic__puts(o, " in ");
	panic__puts(o, site->function);
}

/* A value whose text nobody has made, as "(T) 0x...".  Go: printanycustomtype
 * and the like. */
static void putvalue(struct panic__out *o, const struct panic *p)
{
	const struct panic *newer = panic__rare(p)->repanicked;

	if (newer && newer->message) {
		panic__putindented(o, newer->message);
	} else if (p->message) {
		panic__putindented(o, p->message);
	} else {
		panic__putc(o, '(');
		panic__puts(o, p->type->name);
		panic__puts(o, ") 0x");
		panic__putn(o, (uintptr_t)p->data, 16);
	}
}

/* Whether p has lines of its own: not a goexit(), nor a panic raised again,
 * which the older one stands for. */
static bool hasline(const struct panic *p)
{
	return !p->goexit && !panic__rare(p)->from;
}

/* One line of the chain.  Go: printpanics. */
static void printpanic(struct panic__out *o, const struct panic *p)
{
	if (panic_under(p))
		panic__putc(o, '\t');
	panic__puts(o, "panic: ");
	putvalue(o, p);
	if (panic__rare(p)->repanicked)
		panic__puts(o, " [recovered, repanicked]");
	else if (p->recovered)
		panic__puts(o, " [recovered]");
	panic__putc(o, '\n');
}

/* The fault because of which the thread ends, or which is still under it. */
static const struct panic_fault *findfault(void)
{
	const struct panic *p = panic__g._panic;

	if (panic__m.fatalfault)
		return panic__m.fatalfault;
	while (p && !(p->type == &panic_fault_type && p->data))
		p = p->link;
	return p ? p->data : NULL;
}

/* [signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x55...] */
static void printsignal(struct panic__out *o)
{
	const struct panic_fault *f = findfault();

	if (!f)
		return;
	panic__puts(o, "[signal ");
	panic__puts(o, panic__faultsignal(f->signal)->name);
	panic__puts(o, ": ");
	panic__puts(o, panic__faultsignal(f->signal)->meaning);
	panic__puts(o, " code=0x");
	panic__putn(o, (unsigned)f->code, 16);
	panic__puts(o, " addr=0x");
	panic__putn(o, (uintptr_t)f->address, 16);
	panic__puts(o, " pc=0x");
	panic__putn(o, (uintptr_t)f->pc, 16);
	panic__puts(o, "]\n");
}

/* Where a panic was raised, and a recover() that could not stop it. */
static void printorigin(struct panic__out *o, const struct panic *p)
{
	if (p->site->line > 0) {
		panic__puts(o, "raised at ");
		panic__putsite(o, p->site);
	} else {
		panic__puts(o, p->type == &panic_fault_type ?
			"raised by a fault" :
			"raised by a deferred call of a null function");
	}
	panic__putc(o, '\n');
	if (!panic__rare(p)->vain)
		return;
	panic__puts(o, "recover() was called in vain at ");
	panic__putsite(o, p->rare.vain);
	panic__puts(o, ": its frame has no landing, open it with "
		"recover_frame()\n");
}

/* Prints the chain, oldest first. */
static void printchain(struct panic__out *o, const struct panic *p,
	void (*print)(struct panic__out *, const struct panic *))
{
	if (!p)
		return;
	printchain(o, p->link, print);
	if (hasline(p))
		print(o, p);
}

void panic__printpanics(struct panic__out *o, bool texts)
{
	const struct panic *p = panic__g._panic;

	if (texts)
		printchain(o, p, printpanic);
	panic__flush(o);	/* before anything else can go wrong */
	printsignal(o);
	if ((p && texts) || panic__m.fatalfault)
		panic__putc(o, '\n');
	printchain(o, p, printorigin);
	panic__flush(o);
}
