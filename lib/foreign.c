/* SPDX-License-Identifier: MIT */
/* foreign.c - code that may hold a lock: where it faults nothing can be
 * recovered. */

#include "config.h"

#include "runtime.h"

#include <string.h>

static struct range { uintptr_t lo, hi; } foreign[16], own;
static size_t nforeign;

static bool in(const struct range *r, uintptr_t pc)
{
	return pc - r->lo < r->hi - r->lo;
}

bool panic__isown(uintptr_t pc)
{
	return in(&own, pc);
}

bool panic__isforeign(uintptr_t pc)
{
	for (size_t i = 0; i < nforeign; i++)
		if (in(&foreign[i], pc))
			return true;
	return false;
}

#if defined HAVE_DL_ITERATE_PHDR
#include <link.h>

/* The parts of the C implementation, and libunwind. */
static bool isimplementation(const char *path)
{
	static const char *const names[] = { "libc.", "libc-", "ld-", "ld.",
		"ld64", "libpthread", "libunwind", "libgcc_s" };
	const char *name = strrchr(path, '/');

	name = name ? name + 1 : path;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strncmp(name, names[i], strlen(names[i])))
			return true;
	return false;
}

static int addobject(struct dl_phdr_info *info, size_t size, void *mainseen)
{
	bool *seen = mainseen, ismain = !*seen;

	(void)size;
	*seen = true;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *h = &info->dlpi_phdr[i];
		struct range r = { info->dlpi_addr + h->p_vaddr,
			info->dlpi_addr + h->p_vaddr + h->p_memsz };

		/* A static program is one object: it cannot be told apart. */
		if (ismain || h->p_type != PT_LOAD || !(h->p_flags & PF_X))
			continue;
		if (in(&r, (uintptr_t)addobject))
			own = r;
		else if (isimplementation(info->dlpi_name) &&
		    nforeign < sizeof foreign / sizeof *foreign)
			foreign[nforeign++] = r;
	}
	return 0;
}

void panic__findforeign(void)
{
	bool seen = false;

	dl_iterate_phdr(addobject, &seen);
}
#else
void panic__findforeign(void)
{
}
#endif
