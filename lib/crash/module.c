/* SPDX-License-Identifier: MIT */
/* module.c - which function and which module an address is in (Go:
 * symtab.go). */

#include "config.h"

#include "crash/crash.h"

#include <dlfcn.h>
#include <string.h>
#include <unistd.h>
#ifdef HAVE_GETAUXVAL
#include <sys/auxv.h>
#endif
#ifdef __ELF__
#include <elf.h>
#include <link.h>
#endif

struct module {
	const char *name;
	uintptr_t bias;		/* what the loader added to its addresses */
	const void *start;	/* where it begins in memory */
};

/* The loader has no name for the program itself.  Linux adds a word to that of
 * a file that was removed or replaced since. */
static const char *programname(void)
{
	static const char deleted[] = " (deleted)";
	static char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
	char *end = path + n - (sizeof deleted - 1);

	if (n <= 0)
		return "program";
	path[n] = '\0';
	if (end > path && !strcmp(end, deleted))
		*end = '\0';
	return path;
}

/* Where the program's file begins in memory.  In a static one the loader
 * tells where its code begins. */
#ifdef HAVE_GETAUXVAL
static const void *programstart(void)
{
	const ElfW(Phdr) *ph = (const void *)getauxval(AT_PHDR);

	return (const char *)ph - sizeof(ElfW(Ehdr));
}
#endif

#ifdef HAVE__DL_FIND_OBJECT

/* Takes no lock, unlike dladdr(). */
static bool findmodule(uintptr_t addr, struct module *m)
{
	struct dl_find_object o;

	if (_dl_find_object((void *)addr, &o))
		return false;
	m->name = o.dlfo_link_map->l_name;
	m->bias = o.dlfo_link_map->l_addr;
	m->start = *m->name ? o.dlfo_map_start : programstart();
	return true;
}

#else

#ifdef __ELF__

/* A static program, of which not every loader knows: from the linker. */
static bool findprogram(uintptr_t addr, struct module *m)
{
	extern const char __ehdr_start[], etext[]
		__attribute__((weak, visibility("hidden")));
	uintptr_t start = (uintptr_t)__ehdr_start;

	if (!start || addr - start >= (uintptr_t)etext - start)
		return false;
	*m = (struct module){ "", start, __ehdr_start };
	return true;
}

#else

static bool findprogram(uintptr_t addr, struct module *m)
{
	(void)addr, (void)m;
	return false;
}

#endif

static bool findmodule(uintptr_t addr, struct module *m)
{
	Dl_info info;

	if (!dladdr((void *)addr, &info))
		return findprogram(addr, m);
	m->name = info.dli_fname;
	m->bias = (uintptr_t)info.dli_fbase;
	m->start = info.dli_fbase;
	return true;
}

#endif

#ifdef __ELF__

static void putid(struct panic__out *o, const unsigned char *id, size_t n)
{
	panic__puts(o, " (build-id ");
	for (size_t i = 0; i < n; i++) {
		panic__putn(o, id[i] >> 4, 16);
		panic__putn(o, id[i] & 15, 16);
	}
	panic__putc(o, ')');
}

/* Finds the build ID among the notes of a segment. */
static bool findnote(const char *at, size_t size, struct panic__buildid *id)
{
	const char *end = at + size;

	while (at + sizeof(ElfW(Nhdr)) <= end) {
		const ElfW(Nhdr) *note = (const void *)at;
		const char *name = at + sizeof *note;
		const char *desc = name + ((note->n_namesz + 3) & ~3U);

		if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 &&
		    !memcmp(name, "GNU", 4)) {
			id->at = (const void *)desc;
			id->n = note->n_descsz;
			return true;
		}
		at = desc + ((note->n_descsz + 3) & ~3U);
	}
	return false;
}

/* A program that is linked to a fixed address has no bias; dladdr() cannot
 * tell. */
static uintptr_t bias(const struct module *m)
{
	const ElfW(Ehdr) *e = m->start;

	if (panic__readable(e, sizeof *e) &&
	    !memcmp(e->e_ident, ELFMAG, SELFMAG) && e->e_type == ET_EXEC)
		return 0;
	return m->bias;
}

static bool findid(const struct module *m, struct panic__buildid *id)
{
	const ElfW(Ehdr) *e = m->start;
	const ElfW(Phdr) *ph;

	if (!panic__readable(e, sizeof *e) ||
	    memcmp(e->e_ident, ELFMAG, SELFMAG))
		return false;
	ph = (const void *)((const char *)m->start + e->e_phoff);
	for (int i = 0; i < e->e_phnum; i++)
		if (ph[i].p_type == PT_NOTE && findnote(
				(const char *)bias(m) + ph[i].p_vaddr,
				ph[i].p_memsz, id))
			return true;
	return false;
}

static void putbuildid(struct panic__out *o, const struct module *m)
{
	struct panic__buildid id;

	if (findid(m, &id))
		putid(o, id.at, id.n);
}

bool panic__findid(uintptr_t addr, struct panic__buildid *id)
{
	struct module m;

	return findmodule(addr, &m) && findid(&m, id);
}

#else

static void putbuildid(struct panic__out *o, const struct module *m)
{
	(void)o, (void)m;
}

bool panic__findid(uintptr_t addr, struct panic__buildid *id)
{
	(void)addr, (void)id;
	return false;
}

static uintptr_t bias(const struct module *m)
{
	return m->bias;
}

#endif

void panic__putmodule(struct panic__out *o, uintptr_t addr)
{
	struct module m;

	if (!findmodule(addr, &m)) {
		panic__puts(o, "0x");
		panic__putn(o, addr, 16);
		return;
	}
	panic__puttext(o, m.name && *m.name ? m.name : programname());
	panic__puts(o, "+0x");
	panic__putn(o, addr - bias(&m), 16);
	putbuildid(o, &m);
}

void panic__putprogram(struct panic__out *o, bool id)
{
	struct module m = { NULL, 0, NULL };

	panic__puttext(o, programname());
#ifdef HAVE_GETAUXVAL
	m.start = programstart();
	m.bias = (uintptr_t)m.start;
	m.bias = bias(&m);
#endif
	if (id && m.start)
		putbuildid(o, &m);
}

bool panic__islibrary(uintptr_t addr)
{
	static const char name[] = "libpanic.";
	struct module m;
	const char *base;

	if (!findmodule(addr, &m) || !m.name)
		return false;
	base = strrchr(m.name, '/');
	return !strncmp(base ? base + 1 : m.name, name, sizeof name - 1);
}

bool panic__isours(const char *name)
{
	static const char *const names[] = { "panic_deferreturn",
		"panic_message", "panic_take", "panic_free" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t n = strlen(names[i]);

		if (!strncmp(name, names[i], n) && strchr("+ \n", name[n]))
			return true;
	}
	return !strncmp(name, "panic__", 7);
}

#ifdef __ELF__

/* "FUNCTION+0xOFFSET" */
static bool putfunction(struct panic__out *o, uintptr_t addr)
{
	struct module m;

	return findmodule(addr, &m) &&
		panic__readable(m.start, sizeof(ElfW(Ehdr))) &&
		panic__putsymbol(o, m.name && *m.name ? m.name :
			"/proc/self/exe", m.start, addr - bias(&m));
}

#else

static bool putfunction(struct panic__out *o, uintptr_t addr)
{
	Dl_info info;

	if (!dladdr((void *)addr, &info) || !info.dli_sname)
		return false;
	panic__puts(o, info.dli_sname);
	panic__puts(o, "+0x");
	panic__putn(o, addr - (uintptr_t)info.dli_saddr, 16);
	return true;
}

#endif

/* A return address may be the first one of the next function, so what is
 * looked up is one less. */
void panic__printpc(struct panic__out *o, uintptr_t pc)
{
	if (!putfunction(o, pc - 1)) {
		panic__puts(o, "0x");
		panic__putn(o, pc - 1, 16);
	}
	panic__puts(o, "\n\t");
	panic__putmodule(o, pc - 1);
	panic__putc(o, '\n');
}
