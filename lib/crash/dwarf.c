/* SPDX-License-Identifier: MIT */
/* dwarf.c - files and lines, from debug information, by elfutils' libdw. */

/*
 * libdw is loaded when the first frame is to be printed, and only in the child
 * process that prints: a program that never crashes never pays for it, and
 * one that has not got it crashes as well.
 */

#include "config.h"

#include "runtime.h"

#ifdef HAVE_LIBDW

#include <dlfcn.h>
#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is used of it, with the types that its headers give. */
#define FUNCTIONS(F) \
	F(dwfl_begin) F(dwfl_linux_proc_find_elf) \
	F(dwfl_standard_find_debuginfo) F(dwfl_linux_proc_report) \
	F(dwfl_report_end) F(dwfl_addrmodule) F(dwfl_module_addrinfo) \
	F(dwfl_module_getsrc) F(dwfl_module_addrdie) F(dwfl_lineinfo) \
	F(dwarf_getscopes) F(dwarf_getscopes_die) F(dwarf_tag) \
	F(dwarf_diename) F(dwarf_attr) F(dwarf_formudata) \
	F(dwarf_getsrcfiles) F(dwarf_filesrc)

#define DECLARE(name) __typeof__(name) *name;
#define LOAD(name) ok = ok && \
	(*(void **)&dw.name = dlsym(lib, #name)) != NULL;

static struct {
	FUNCTIONS(DECLARE)
} dw;

static Dwfl *dwfl;

static bool load(void)
{
	void *lib;
	bool ok = true;

	unsetenv("DEBUGINFOD_URLS");	/* a crash does not ask the network */
	lib = dlopen("libdw.so.1", RTLD_NOW | RTLD_LOCAL);
	if (!lib)
		return false;
	FUNCTIONS(LOAD)
	return ok;
}

static void begin(void)
{
	static char *path;
	static Dwfl_Callbacks callbacks = { .debuginfo_path = &path };

	if (!load())
		return;
	callbacks.find_elf = dw.dwfl_linux_proc_find_elf;
	callbacks.find_debuginfo = dw.dwfl_standard_find_debuginfo;
	dwfl = dw.dwfl_begin(&callbacks);
	if (dwfl && (dw.dwfl_linux_proc_report(dwfl, getpid()) ||
	    dw.dwfl_report_end(dwfl, NULL, NULL)))
		dwfl = NULL;
}

static Dwfl_Module *findmodule(uintptr_t addr)
{
	static bool begun;

	if (!begun) {
		begun = true;
		begin();
	}
	return dwfl ? dw.dwfl_addrmodule(dwfl, addr) : NULL;
}

/* A place as far as it is known: what stands below a function's name. */
struct place {
	const char *file;	/* NULL: unknown */
	int line;
	uintptr_t addr;		/* then this is told */
};

static void putplace(struct panic__out *o, const struct place *at)
{
	panic__puts(o, "\n\t");
	if (at->file) {
		panic__puts(o, at->file);
		panic__putc(o, ':');
		panic__putn(o, (uintmax_t)at->line, 10);
	} else {
		panic__putmodule(o, at->addr);
	}
	panic__putc(o, '\n');
}

static void findline(Dwfl_Module *m, struct place *at)
{
	Dwfl_Line *line = dw.dwfl_module_getsrc(m, at->addr);

	if (line)
		at->file = dw.dwfl_lineinfo(line, NULL, &at->line, NULL, NULL,
			NULL);
}

static Dwarf_Word attribute(Dwarf_Die *die, unsigned name)
{
	Dwarf_Attribute attr;
	Dwarf_Word n = 0;

	if (dw.dwarf_attr(die, name, &attr))
		dw.dwarf_formudata(&attr, &n);
	return n;
}

/* Where the inlined function is called. */
static void findcall(Dwarf_Die *cu, Dwarf_Die *inlined, struct place *at)
{
	Dwarf_Files *files;
	size_t n;

	at->file = NULL;
	at->line = (int)attribute(inlined, DW_AT_call_line);
	if (at->line && !dw.dwarf_getsrcfiles(cu, &files, &n))
		at->file = dw.dwarf_filesrc(files,
			attribute(inlined, DW_AT_call_file), NULL, NULL);
}

/* Prints the functions that are inlined at the address, and sets the place
 * to where the outermost of them is called. */
static void putinlined(struct panic__out *o, Dwfl_Module *m, struct place *at,
	bool all)
{
	Dwarf_Die *lexical, *scope, *cu;
	Dwarf_Addr bias;
	const char *name;
	int n;

	cu = dw.dwfl_module_addrdie(m, at->addr, &bias);
	if (!cu || dw.dwarf_getscopes(cu, at->addr - bias, &lexical) <= 0)
		return;
	n = dw.dwarf_getscopes_die(&lexical[0], &scope);
	for (int i = 0; i < n; i++) {
		if (dw.dwarf_tag(&scope[i]) == DW_TAG_subprogram)
			break;
		if (dw.dwarf_tag(&scope[i]) != DW_TAG_inlined_subroutine)
			continue;
		name = dw.dwarf_diename(&scope[i]);
		if (name && (all || !panic__isours(name))) {
			panic__puts(o, name);
			panic__puts(o, " (inlined)");
			putplace(o, at);
		}
		findcall(cu, &scope[i], at);
	}
}

bool panic__printsource(struct panic__out *o, uintptr_t pc, bool all)
{
	struct place at = { .addr = pc - 1 };
	Dwfl_Module *m = findmodule(at.addr);
	const char *name;
	GElf_Off offset;
	GElf_Sym sym;

	name = m ? dw.dwfl_module_addrinfo(m, at.addr, &offset, &sym, NULL,
		NULL, NULL) : NULL;
	if (!name)
		return false;
	if (!all && panic__isours(name))
		return true;
	findline(m, &at);
	if (at.file)
		putinlined(o, m, &at, all);
	panic__puts(o, name);
	panic__puts(o, "+0x");
	panic__putn(o, offset + 1, 16);
	putplace(o, &at);
	return true;
}

#else

bool panic__printsource(struct panic__out *o, uintptr_t pc, bool all)
{
	(void)o, (void)pc, (void)all;
	return false;
}

#endif
