/* SPDX-License-Identifier: MIT */
/* raise.c - the ways to raise a panic: printf, errno, value, repanic, and those
 * of the runtime itself. */

#include "config.h"

#include "runtime.h"

#include <errno.h>

/* A panic with a formatted message. */
PANIC_PRINTF(4, 0)
static inline __attribute__((always_inline)) void raisef(
	struct panic__frame *near, const struct panic_site *site,
	bool witherrno, const char *fmt, va_list ap)
{
	struct panic p;
	int errnum = errno;

	panic__init(&p, site, NULL, NULL);
	panic__format(&p, fmt, ap);
	if (witherrno)
		panic__adderror(&p, errnum);
	errno = errnum;
	panic__gopanic(&p, near);
}

/* panic__printf() and the like return when near has recovered; the others end
 * in that they do not. */
#define RAISE(witherrno, near, end) \
{ \
	va_list ap; \
\
	va_start(ap, fmt); \
	raisef(near, site, witherrno, fmt, ap); \
	va_end(ap); \
	end; \
}

void panic_printf(const struct panic_site *site, const char *fmt, ...)
RAISE(false, NULL, __builtin_unreachable())

void panic_errnof(const struct panic_site *site, const char *fmt, ...)
RAISE(true, NULL, __builtin_unreachable())

void panic__printf(struct panic__frame *near, const struct panic_site *site,
	const char *fmt, ...)
RAISE(false, near, return)

void panic__errnof(struct panic__frame *near, const struct panic_site *site,
	const char *fmt, ...)
RAISE(true, near, return)

void panic_raise(const struct panic_site *site, const struct panic_type *type,
	void *data)
{
	struct panic p;

	panic__inittyped(&p, site, type, data);
	panic__gopanic(&p, NULL);
	__builtin_unreachable();
}

void panic_raisef(const struct panic_site *site, const struct panic_type *type,
	void *data, const char *fmt, ...)
{
	struct panic p;
	int errnum = errno;
	va_list ap;

	panic__inittyped(&p, site, type, data);
	if (type) {
		va_start(ap, fmt);
		panic__format(&p, fmt, ap);
		va_end(ap);
	}
	errno = errnum;
	panic__gopanic(&p, NULL);
	__builtin_unreachable();
}

void panic_repanic(const struct panic_site *site, const struct panic *r)
{
	struct panic *from = (struct panic *)(uintptr_t)r;
	struct panic p;

	panic__init(&p, site, NULL, NULL);
	if (!from) {
		panic__setnil(&p);
	} else {
		panic__copyvalue(&p, from);
		if (panic__istaken(from)) {
			p.rare.taken = from;
		} else {
			p.rare.from = from;
			panic__setrare(from)->repanicked = &p;
		}
	}
	panic__gopanic(&p, NULL);
	__builtin_unreachable();
}

void panic__nilcall(void *unused)
{
	(void)unused;
	static const struct panic_site site =
		{ .file = "(nil)", .function = "(nil)" };

	panic_printf(&site, "runtime error: invalid memory address or "
		"nil pointer dereference");
}

void panic__raisefault(struct panic_fault *fault)
{
	struct panic__place place;
	struct panic p;

	place.site = (struct panic_site){ .file = panic__infault,
		.function = panic__infault };
	place.pc = fault->pc;
	place.asked = false;
	panic__init(&p, &place.site, &panic_fault_type, fault);
	p.message = panic__faultmessage(fault);
	panic__gopanic(&p, NULL);
	__builtin_unreachable();
}

void panic__nomem(const struct panic_site *site)
{
	errno = ENOMEM;
	panic_errnof(site, "defer");
}
