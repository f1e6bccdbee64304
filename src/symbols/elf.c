/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of an ELF file: .symtab (absent in stripped files) and .dynsym, read through libelf,
 * which checks what a damaged file says. Addresses become offsets in the file by the program headers.
 * Names of .symtab may carry a version ("memcpy@@GLIBC_2.14"), those of .dynsym have it in the table
 * of versions beside; a version that is not the default yields to the one that is.
 */
#include "symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <unistd.h>

enum { HIDDEN_VERSION = 0x8000 };

struct SymbolFile {
	char *path;                /* for messages */
	int fd;
	Elf *elf;
	Elf_Scn *symtab, *dynsym;
	Elf_Data *versions;        /* of dynsym */
	bool is_go;
	Arena *arena;              /* names without their version */
};

/* Opening -------------------------------------------------------------------------------------- */

static void look_at_section(SymbolFile *f, Elf_Scn *section, const GElf_Shdr *header, const char *name)
{
	if (header->sh_type == SHT_SYMTAB)
		f->symtab = section;
	else if (header->sh_type == SHT_DYNSYM)
		f->dynsym = section;
	else if (header->sh_type == SHT_GNU_versym)
		f->versions = elf_getdata(section, NULL);
	if (name && (!strcmp(name, ".gopclntab") || !strcmp(name, ".go.buildinfo") ||
		     !strcmp(name, ".note.go.buildid")))
		f->is_go = true;
}

static void read_sections(SymbolFile *f)
{
	Elf_Scn *section = NULL;
	GElf_Shdr header;
	size_t names;

	if (elf_getshdrstrndx(f->elf, &names))
		return;
	while ((section = elf_nextscn(f->elf, section)))
		if (gelf_getshdr(section, &header))
			look_at_section(f, section, &header, elf_strptr(f->elf, names, header.sh_name));
}

static int open_elf(SymbolFile *f, const char *path, Error *err)
{
	f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (f->fd < 0)
		return error_errno(err, errno, "cannot open %s", f->path);
	elf_version(EV_CURRENT);
	f->elf = elf_begin(f->fd, ELF_C_READ_MMAP, NULL);
	if (!f->elf || elf_kind(f->elf) != ELF_K_ELF)
		return error_set(err, ENOEXEC, "%s is not a program or library (ELF)", f->path);
	read_sections(f);
	return 0;
}

SymbolFile *symbols_open(const char *path, const char *shown_path, Error *err)
{
	SymbolFile *f = calloc(1, sizeof(*f));

	if (!f) {
		error_set(err, ENOMEM, "no memory to read %s", path);
		return NULL;
	}
	f->fd = -1;
	f->path = strdup(shown_path ? shown_path : path);
	f->arena = arena_new();
	if (f->path && !open_elf(f, path, err))
		return f;
	symbols_close(f);
	return NULL;
}

void symbols_close(SymbolFile *f)
{
	if (!f)
		return;
	elf_end(f->elf);
	if (f->fd >= 0)
		close(f->fd);
	arena_free(f->arena);
	free(f->path);
	free(f);
}

bool symbols_is_go(const SymbolFile *f)
{
	return f->is_go;
}

bool symbols_file_offset(const SymbolFile *f, uint64_t address, uint64_t *offset)
{
	GElf_Phdr p;
	size_t n;

	if (elf_getphdrnum(f->elf, &n))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!gelf_getphdr(f->elf, (int)i, &p) || p.p_type != PT_LOAD)
			continue;
		if (address < p.p_vaddr || address - p.p_vaddr >= p.p_filesz)
			continue;
		*offset = address - p.p_vaddr + p.p_offset;
		return true;
	}
	return false;
}

/* Walking -------------------------------------------------------------------------------------- */

typedef struct Walk {
	FileSymbolFn *each;
	void *self;
	bool hidden;               /* of the symbol at hand: not the default version */
	int seen;
} Walk;

static bool is_function(const GElf_Sym *s)
{
	int type = GELF_ST_TYPE(s->st_info);

	return (type == STT_FUNC || type == STT_GNU_IFUNC) && s->st_shndx != SHN_UNDEF && s->st_value;
}

static bool has_hidden_version(const SymbolFile *f, const Elf_Scn *table, int i)
{
	const uint16_t *v;

	if (table != f->dynsym || !f->versions || ((size_t)i + 1) * 2 > f->versions->d_size)
		return false;
	v = f->versions->d_buf;
	return v[i] & HIDDEN_VERSION;
}

static const char *plain_name(SymbolFile *f, const char *name, bool *hidden)
{
	const char *at = strchr(name, '@');

	if (!at || at == name)
		return name;
	*hidden = at[1] != '@';
	return arena_strndup(f->arena, name, (size_t)(at - name));
}

/* False if it was told to stop. */
static bool walk_table(SymbolFile *f, Elf_Scn *table, Walk *w)
{
	Elf_Data *data = table ? elf_getdata(table, NULL) : NULL;
	GElf_Shdr header;
	GElf_Sym s;

	if (!data || !gelf_getshdr(table, &header))
		return true;
	for (int i = 1; gelf_getsym(data, i, &s); i++) {
		FileSymbol out = { .address = s.st_value, .size = s.st_size };
		const char *name;

		if (!is_function(&s) || !symbols_file_offset(f, s.st_value, &out.offset))
			continue;
		name = elf_strptr(f->elf, header.sh_link, s.st_name);
		if (!name || !*name)
			continue;
		w->hidden = has_hidden_version(f, table, i);
		out.name = plain_name(f, name, &w->hidden);
		out.is_resolver = GELF_ST_TYPE(s.st_info) == STT_GNU_IFUNC;
		w->seen++;
		if (!w->each(w->self, &out))
			return false;
	}
	return true;
}

static int walk(SymbolFile *f, Walk *w)
{
	if (walk_table(f, f->symtab, w))
		walk_table(f, f->dynsym, w);
	return w->seen;
}

void symbols_each(SymbolFile *f, FileSymbolFn *each, void *self)
{
	Walk w = { .each = each, .self = self };

	walk(f, &w);
}

/* Finding -------------------------------------------------------------------------------------- */

typedef struct Search {
	const char *name;
	Walk walk;
	FileSymbol best;
	bool found;
} Search;

static bool match(void *self, const FileSymbol *s)
{
	Search *search = self;

	if (s->name[0] != search->name[0] || strcmp(s->name, search->name))
		return true;
	if (!search->found || !search->walk.hidden)
		search->best = *s;
	search->found = true;
	return search->walk.hidden;
}

enum { NEAR = 4 };

typedef struct Near {
	const char *name;
	size_t length;
	const char *found[NEAR];
	int n;
} Near;

/* Names that contain the one asked for, or differ by a letter or two. */
static bool look_near(void *self, const FileSymbol *s)
{
	Near *near = self;
	size_t n = strlen(s->name);
	bool close = near->length >= 3 && n <= near->length + 12 && strstr(s->name, near->name);

	if (!close && n + 2 >= near->length && n <= near->length + 2 && s->name[0] == near->name[0])
		close = closest_name(near->name, &s->name, 1);
	if (!close)
		return true;
	for (int i = 0; i < near->n; i++)
		if (!strcmp(near->found[i], s->name))
			return true;
	near->found[near->n++] = s->name;
	return near->n < NEAR;
}

static int explain_missing(SymbolFile *f, const char *name, int functions, Error *err)
{
	Near near = { .name = name, .length = strlen(name) };
	StrBuf text = { 0 };

	symbols_each(f, look_near, &near);
	for (int i = 0; i < near.n; i++)
		sb_printf(&text, "%s%s", i ? ", " : "", near.found[i]);
	error_set(err, ENOENT, "%s has no function %s%s", f->path, name,
		  f->symtab ? "" : functions ? " among those it exports, and is stripped of others" :
		  ": it is stripped of all symbols");
	if (near.n)
		error_remedy(err, "There are: %s", text.p);
	else if (!f->symtab)
		error_remedy(err, "Give an offset in the file (%s:0xOFFSET), or use a binary that is not "
			     "stripped.", f->path);
	else
		error_remedy(err, "It may be inlined, or in another file: nm shows what there is.");
	sb_free(&text);
	return -ENOENT;
}

int symbols_find(SymbolFile *f, const char *name, FileSymbol *out, Error *err)
{
	Search search = { .name = name };
	int functions;

	search.walk = (Walk){ .each = match, .self = &search };
	functions = walk(f, &search.walk);
	if (!search.found)
		return explain_missing(f, name, functions, err);
	*out = search.best;
	return 0;
}
