/* SPDX-License-Identifier: MIT */
/* dwarf.c - functions, files and lines at an address. */

/*
 * libdw finds the unit of an address by .debug_aranges, which clang does not
 * write and strip may drop.  So here all units are asked once what they cover,
 * and the unit's functions are looked through by hand: in its other half, if
 * it is split.
 */

#include "symbolize.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

/* What a unit covers. */
struct range {
	Dwarf_Addr lo, hi;
	size_t unit;
};

struct unit {
	Dwarf_Die die;		/* has the lines */
	Dwarf_Die split;	/* has the functions: die, or its other half */
};

struct units {
	struct range *range;
	size_t nranges;
	struct unit *unit;
	size_t nunits;
	Dwarf_Addr bias;	/* libdwfl's address less that in the file */
};

/* Room for one more behind n elements. */
static void *grow(void *p, size_t n, size_t size)
{
	if (n & (n - 1))	/* it doubles at each power of 2 */
		return p;
	p = realloc(p, (n ? 2 * n : 1) * size);
	if (!p) {
		fputs("panic-symbolize: out of memory\n", stderr);
		exit(1);
	}
	return p;
}

static void addranges(struct units *u, Dwarf_Die *die, size_t unit)
{
	Dwarf_Addr base, lo, hi;
	ptrdiff_t at = 0;

	while ((at = dwarf_ranges(die, at, &base, &lo, &hi)) > 0) {
		u->range = grow(u->range, u->nranges, sizeof *u->range);
		u->range[u->nranges++] = (struct range){ lo, hi, unit };
	}
}

static void addunit(struct units *u, Dwarf_Die *die, Dwarf_Die *split)
{
	u->unit = grow(u->unit, u->nunits, sizeof *u->unit);
	u->unit[u->nunits].die = *die;
	u->unit[u->nunits].split = split->addr ? *split : *die;
	addranges(u, die, u->nunits++);
}

static struct units *readunits(struct module *m)
{
	struct units *u = calloc(1, sizeof *u);
	Dwarf *dwarf = u ? dwfl_module_getdwarf(dwflmodule(m), &u->bias) : NULL;
	Dwarf_CU *cu = NULL;
	Dwarf_Die die, split;
	uint8_t type;

	while (dwarf && dwarf_get_units(dwarf, cu, &cu, NULL, &type, &die,
	    &split) == 0)
		if (type == DW_UT_compile || type == DW_UT_skeleton)
			addunit(u, &die, &split);
	return u;
}

/* The chain of functions at an address, outermost first. */
struct chain {
	Dwarf_Addr addr;
	bool nested;		/* look into functions that do not cover it */
	size_t n;
	Dwarf_Die die[MAXCALLS];
};

static bool isfunction(int tag)
{
	return tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine;
}

static bool descend(struct chain *c, Dwarf_Die *parent);

/* Whether the address is in the function or block, and then what is there. */
static bool enter(struct chain *c, Dwarf_Die *die, int tag)
{
	if (dwarf_haspc(die, c->addr) <= 0)
		return c->nested && tag == DW_TAG_subprogram &&
			descend(c, die);
	if (isfunction(tag) && c->n < MAXCALLS)
		c->die[c->n++] = *die;
	descend(c, die);
	return true;
}

/* Looks among the children of parent. */
static bool descend(struct chain *c, Dwarf_Die *parent)
{
	Dwarf_Die die;
	bool more = dwarf_child(parent, &die) == 0;

	for (; more; more = dwarf_siblingof(&die, &die) == 0)
		switch (dwarf_tag(&die)) {
		case DW_TAG_subprogram:
		case DW_TAG_inlined_subroutine:
		case DW_TAG_lexical_block:
		case DW_TAG_try_block:
		case DW_TAG_catch_block:
			if (enter(c, &die, dwarf_tag(&die)))
				return true;
			break;
		case DW_TAG_namespace:
		case DW_TAG_module:
		case DW_TAG_class_type:
		case DW_TAG_structure_type:
			if (descend(c, &die))
				return true;
			break;
		}
	return false;
}

static void findchain(struct chain *c, struct unit *unit)
{
	c->n = 0;
	c->nested = false;
	descend(c, &unit->split);
	if (c->n > 0)
		return;
	c->nested = true;	/* GNU C has functions in functions */
	descend(c, &unit->split);
}

static void putline(struct call *call, struct unit *unit, Dwarf_Addr addr)
{
	Dwarf_Line *line = dwarf_getsrc_die(&unit->die, addr);

	call->file = NULL;
	if (line && !dwarf_lineno(line, &call->line) && call->line > 0)
		call->file = dwarf_linesrc(line, NULL, NULL);
}

static Dwarf_Word attribute(Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute attr;
	Dwarf_Word n = 0;

	if (dwarf_attr(die, name, &attr))
		dwarf_formudata(&attr, &n);
	return n;
}

/* Where an inlined function is called. */
static void putcallsite(struct call *call, struct unit *unit, Dwarf_Die *die)
{
	Dwarf_Files *files;
	size_t n;

	call->file = NULL;
	call->line = (int)attribute(die, DW_AT_call_line);
	if (call->line > 0 && !dwarf_getsrcfiles(&unit->split, &files, &n))
		call->file = dwarf_filesrc(files,
			attribute(die, DW_AT_call_file), NULL, NULL);
}

/* Turns the chain round: innermost first. */
static size_t putchain(struct chain *c, struct unit *unit,
	struct call *calls)
{
	putline(&calls[0], unit, c->addr);
	for (size_t i = 0; i < c->n; i++) {
		Dwarf_Die *die = &c->die[c->n - 1 - i];

		calls[i].function = dwarf_diename(die);
		calls[i].inlined =
			dwarf_tag(die) == DW_TAG_inlined_subroutine;
		calls[i].offset = -1;
		if (i + 1 < c->n)
			putcallsite(&calls[i + 1], unit, die);
	}
	return c->n;
}

/* Looks in each unit that covers the address: what a linker has dropped may
 * seem to lie there, too. */
static size_t search(struct units *u, Dwarf_Addr addr, struct call *calls)
{
	struct chain c = { .addr = addr };

	for (size_t i = 0; i < u->nranges; i++) {
		const struct range *r = &u->range[i];

		if (addr < r->lo || addr >= r->hi)
			continue;
		findchain(&c, &u->unit[r->unit]);
		if (c.n > 0)
			return putchain(&c, &u->unit[r->unit], calls);
	}
	return 0;
}

/* The name of the function, without what a compiler adds to that of a part or a
 * copy of it, as in f.cold and f.constprop.0.isra.0. */
static const char *ofwhole(const char *symbol)
{
	static const char *const added[] = { ".cold", ".part.", ".constprop.",
		".isra.", ".lto_priv." };
	static char name[1024];
	char *at;

	if (!symbol)
		return NULL;
	snprintf(name, sizeof name, "%s", symbol);
	for (size_t i = 0; i < sizeof added / sizeof *added; i++)
		if ((at = strstr(name, added[i])) != NULL && at > name)
			*at = '\0';
	return name;
}

size_t findcalls(struct module *m, uint64_t offset, struct call *calls)
{
	struct units **u = unitsof(m);
	const char *symbol;
	GElf_Off into = 0;
	GElf_Sym sym;
	size_t n = 0;

	if (!*u)
		*u = readunits(m);
	if (*u)
		n = search(*u, offset - (*u)->bias, calls);
	symbol = ofwhole(dwfl_module_addrinfo(dwflmodule(m), offset, &into,
		&sym, NULL, NULL, NULL));
	if (n == 0 && symbol) {
		calls[0] = (struct call){ symbol, false, -1, NULL, 0 };
		n = 1;
	}
	if (n > 0 && symbol)
		calls[n - 1].offset = (int64_t)into;
	if (n > 0 && !calls[n - 1].function)
		calls[n - 1].function = symbol ? symbol : "?";
	return n;
}
