/* SPDX-License-Identifier: MIT */
/* symbolize.h - what the parts of panic-symbolize offer each other. */
#ifndef PANIC_SYMBOLIZE_H
#define PANIC_SYMBOLIZE_H

#include <elfutils/libdwfl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A function that is active there. */
struct call {
	const char *function;
	bool inlined;		/* in the next one */
	int64_t offset;		/* of the place in it; -1: unknown */
	const char *file;	/* NULL: unknown */
	int line;
};

/* scan.c */

/* Where a frame is in a line; module is not terminated. */
struct found {
	const char *module;
	size_t length;
	uint64_t offset;
	char id[129];
};

/* Finds the first frame in the text.  Returns where it ends, or NULL if there
 * is none. */
const char *findframe(const char *text, struct found *f);

/* module.c */

/* A module's file, open, and where its functions are. */
struct module;

/* The module of that name and build ID; NULL if its file is not found. */
struct module *openmodule(const char *name, const char *id);
Dwfl_Module *dwflmodule(const struct module *m);
/* Where dwarf.c keeps what it knows of the module. */
struct units **unitsof(struct module *m);
/* A folder to look in, before /usr/lib/debug. */
void adddebugdir(const char *dir);
/* Ask debuginfod for what is not found. */
void usedebuginfod(void);
/* The file of the program is open at fd, whatever has become of its name. */
void programat(int fd);

/* dwarf.c */

enum { MAXCALLS = 64 };

/* The functions at the offset, innermost first; at most MAXCALLS.  The strings
 * stay.  Returns how many there are, 0 if nothing is known. */
size_t findcalls(struct module *m, uint64_t offset, struct call *calls);

#endif
