/* SPDX-License-Identifier: MIT */
/* panics.c - the lines of the panics that a thread dies of (Go:
 * printpanics). */

#include "config.h"

#include "crash/crash.h"

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
		panic__puttext(o, p->type->name);
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
	if (panic__hasaddress(f)) {
		panic__puts(o, " addr=0x");
		panic__putn(o, (uintptr_t)f->address, 16);
	}
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
