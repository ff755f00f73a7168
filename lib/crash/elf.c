/* SPDX-License-Identifier: MIT */
/* elf.c - names of functions from a file's symbol table, with system calls
 * alone: no heap, no lock, no loader (Go: symtab.go). */

#include "config.h"

#include "crash/crash.h"

#ifdef __ELF__

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define ST_TYPE(info) ((info) & 15)	/* the same in both classes */

struct image {
	const char *start;
	size_t size;
};

static bool mapfile(const char *path, struct image *m)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	void *p = MAP_FAILED;

	if (fd < 0)
		return false;
	if (!fstat(fd, &st) && (size_t)st.st_size > sizeof(ElfW(Ehdr)))
		p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd,
			0);
	close(fd);
	if (p == MAP_FAILED)
		return false;
	m->start = p;
	m->size = (size_t)st.st_size;
	return true;
}

/* What lies at the offset, if all of it is in the file. */
static const void *at(const struct image *m, size_t offset, size_t size)
{
	return offset <= m->size && size <= m->size - offset ?
		m->start + offset : NULL;
}

/* The table of symbols, the full one if there is one. */
static const ElfW(Shdr) *findtable(const struct image *m,
	const ElfW(Ehdr) *e, const ElfW(Shdr) *sections)
{
	const ElfW(Shdr) *found = NULL, *s;

	for (s = sections; s < sections + e->e_shnum; s++)
		if ((s->sh_type == SHT_SYMTAB ||
		    (s->sh_type == SHT_DYNSYM && !found)) &&
		    s->sh_link < e->e_shnum &&
		    at(m, s->sh_offset, s->sh_size) &&
		    at(m, sections[s->sh_link].sh_offset,
			sections[s->sh_link].sh_size))
			found = s;
	return found;
}

static bool covers(const ElfW(Sym) *s, uintptr_t addr)
{
	return ST_TYPE(s->st_info) == STT_FUNC && s->st_shndx != SHN_UNDEF &&
		addr - s->st_value < (s->st_size ? s->st_size : 1);
}

/* A function's name, without what a compiler adds to that of a part or a copy
 * of it, as in f.cold and f.constprop.0.isra.0. */
static void putfunction(struct panic__out *o, const char *symbol)
{
	static const char *const added[] = { ".cold", ".part.", ".constprop.",
		".isra.", ".lto_priv." };
	char name[256];
	char *at;

	strncpy(name, symbol, sizeof name - 1);
	name[sizeof name - 1] = '\0';
	for (size_t i = 0; i < sizeof added / sizeof *added; i++)
		if ((at = strstr(name, added[i])) != NULL && at > name)
			*at = '\0';
	panic__puttext(o, name);
}

static bool putname(struct panic__out *o, const struct image *m,
	uintptr_t addr)
{
	const ElfW(Ehdr) *e = (const void *)m->start;
	const ElfW(Shdr) *sections = at(m, e->e_shoff,
		e->e_shnum * sizeof *sections), *table, *strings;
	const ElfW(Sym) *s, *end;

	table = sections ? findtable(m, e, sections) : NULL;
	if (!table)
		return false;
	strings = &sections[table->sh_link];
	s = at(m, table->sh_offset, table->sh_size);
	end = s + table->sh_size / sizeof *s;
	while (s < end && !covers(s, addr))
		s++;
	if (s == end || s->st_name >= strings->sh_size)
		return false;
	putfunction(o, m->start + strings->sh_offset + s->st_name);
	panic__puts(o, "+0x");
	panic__putn(o, addr - s->st_value, 16);
	return true;
}

bool panic__putsymbol(struct panic__out *o, const char *path,
	const void *header, uintptr_t addr)
{
	struct image m;
	bool found;

	if (!mapfile(path, &m))
		return false;
	/* The file may have been replaced since it was loaded. */
	found = !memcmp(m.start, ELFMAG, SELFMAG) &&
		!memcmp(m.start, header, sizeof(ElfW(Ehdr))) &&
		putname(o, &m, addr);
	munmap((void *)(uintptr_t)m.start, m.size);
	return found;
}

#else

bool panic__putsymbol(struct panic__out *o, const char *path,
	const void *header, uintptr_t addr)
{
	(void)o, (void)path, (void)header, (void)addr;
	return false;
}

#endif
