/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ELF relocatable -> OBJECT (elf_form.h): our own, completely, and those that clang makes for
 * libbpf, as far as maps are defined by BTF and relocations are to maps, data and functions of the
 * file. The file may be anything: every offset, index and name is checked.
 */
#include "bpf/elf_form.h"
#include "btf/btf.h"

#include <errno.h>
#include <fcntl.h>
#include <libelf.h>
#include <stdlib.h>
#include <unistd.h>

/* A map's definition is a struct of pointers. */
enum { MAX_DEFINITION = 4096 };

typedef struct Section {
	const char *name;
	uint32_t type, flags, info;
	const uint8_t *data;       /* NULL for SHT_NOBITS */
	uint64_t size;
	const Elf64_Rel *rels;     /* that apply to it */
	uint64_t n_rels;
	int data_index;            /* in object.data, -1 */
} Section;

typedef struct Reader {
	Arena *arena;
	const char *path;
	Error *err;
	BpfObject *o;
	Section *sections;
	int n_sections;
	const Elf64_Sym *symbols;
	uint64_t n_symbols;
	const char *strings;       /* of the symbols */
	uint64_t strings_size;
	int text;                  /* section index, -1 */
	Btf *btf;
	const uint8_t *ext;        /* .BTF.ext */
	uint64_t ext_size;
	VEC(uint32_t) map_offsets; /* in .maps, by map */
	int maps_section;
} Reader;

static int wrong(Reader *r, const char *what)
{
	return error_set(r->err, EINVAL, "'%s' is no BPF object: %s", r->path, what);
}

/* Sections and symbols ----------------------------------------------------------------------- */

static const char *string_at(const char *strings, uint64_t size, uint64_t at)
{
	if (at >= size || !memchr(strings + at, 0, size - at))
		return "";
	return strings + at;
}

static const char *symbol_name(const Reader *r, const Elf64_Sym *s)
{
	return string_at(r->strings, r->strings_size, s->st_name);
}

/* A copy in the arena: the file is closed afterwards. */
static int read_section(Reader *r, Elf *elf, size_t names, int index)
{
	Elf_Scn *scn = elf_getscn(elf, (size_t)index);
	Elf64_Shdr *sh = scn ? elf64_getshdr(scn) : NULL;
	Section *s = &r->sections[index];
	const char *name;
	Elf_Data *d;

	if (!sh)
		return wrong(r, "a section header cannot be read");
	name = elf_strptr(elf, names, sh->sh_name);
	*s = (Section){ .name = arena_strdup(r->arena, name ? name : ""), .type = sh->sh_type,
			.flags = (uint32_t)sh->sh_flags, .info = sh->sh_info, .size = sh->sh_size,
			.data_index = -1 };
	if (sh->sh_type == SHT_NOBITS)
		return s->size > UINT32_MAX ? wrong(r, "a section is too large") : 0;
	s->size = 0;
	d = elf_rawdata(scn, NULL);
	if (d && d->d_buf && d->d_size) {
		s->data = arena_copy(r->arena, d->d_buf, d->d_size);
		s->size = d->d_size;
	}
	if (sh->sh_type == SHT_SYMTAB) {
		Elf_Data *strings = elf_rawdata(elf_getscn(elf, sh->sh_link), NULL);

		r->symbols = (const Elf64_Sym *)s->data;
		r->n_symbols = s->size / sizeof(Elf64_Sym);
		if (strings && strings->d_buf) {
			r->strings = arena_copy(r->arena, strings->d_buf, strings->d_size);
			r->strings_size = strings->d_size;
		}
	}
	return 0;
}

static int read_sections(Reader *r, Elf *elf)
{
	size_t n, names;
	Elf64_Ehdr *eh = elf64_getehdr(elf);
	int status = 0;

	if (!eh || eh->e_machine != EM_BPF || eh->e_type != ET_REL ||
	    eh->e_ident[EI_DATA] != ELFDATA2LSB)
		return wrong(r, "not an ELF relocatable for little-endian BPF");
	if (elf_getshdrnum(elf, &n) || elf_getshdrstrndx(elf, &names) || n > 65000)
		return wrong(r, "no section headers");
	r->sections = NEW_ARRAY(r->arena, Section, n);
	r->n_sections = (int)n;
	for (int k = 1; k < r->n_sections && !status; k++)
		status = read_section(r, elf, names, k);
	for (int k = 1; k < r->n_sections && !status; k++) {
		const Section *s = &r->sections[k];

		if (!strcmp(s->name, ".text"))
			r->text = k;
		if (s->type != SHT_REL || !s->info || s->info >= n)
			continue;
		r->sections[s->info].rels = (const Elf64_Rel *)s->data;
		r->sections[s->info].n_rels = s->size / sizeof(Elf64_Rel);
	}
	return status;
}

static int find_section(const Reader *r, const char *name)
{
	for (int k = 1; k < r->n_sections; k++)
		if (!strcmp(r->sections[k].name, name))
			return k;
	return -1;
}

static bool is_code(const Section *s)
{
	return s->type == SHT_PROGBITS && s->flags & SHF_EXECINSTR && s->data;
}

/* BTF.ext ------------------------------------------------------------------------------------ */

/* Records of a section of .BTF.ext (`lines`: the line part); calls back with each; false if broken. */
typedef void ExtFn(Reader *r, BpfProgram *p, const void *record, uint32_t base, uint32_t start);

static void each_record(Reader *r, bool lines, const char *section, BpfProgram *p, uint32_t base,
			uint32_t start, uint32_t end, ExtFn *each)
{
	BtfExtHeader h = { 0 };
	uint64_t at, stop, size;
	uint32_t record;

	if (!r->ext || r->ext_size < 24)
		return;
	memcpy(&h, r->ext, r->ext_size < sizeof(h) ? r->ext_size : sizeof(h));
	at = (uint64_t)h.hdr_len + (lines ? h.line_off : h.func_off);
	stop = at + (lines ? h.line_len : h.func_len);
	if (h.magic != BTF_EXT_MAGIC || stop > r->ext_size || at + 4 > stop)
		return;
	memcpy(&record, r->ext + at, 4);
	size = lines ? sizeof(BtfExtLine) : sizeof(BtfExtFunc);
	if (record < size || record > 256)
		return;
	for (at += 4; at + sizeof(BtfExtSection) <= stop;) {
		BtfExtSection s;

		memcpy(&s, r->ext + at, sizeof(s));
		at += sizeof(s);
		if ((uint64_t)s.n * record > stop - at)
			return;
		if (!strcmp(btf_string(r->btf, s.name_off), section))
			for (uint32_t k = 0; k < s.n; k++) {
				const uint8_t *rec = r->ext + at + (uint64_t)k * record;
				uint32_t off;

				memcpy(&off, rec, 4);
				if (off >= start && off < end)
					each(r, p, rec, base, start);
			}
		at += (uint64_t)s.n * record;
	}
}

static void take_func(Reader *r, BpfProgram *p, const void *record, uint32_t base, uint32_t start)
{
	BtfExtFunc f;

	memcpy(&f, record, sizeof(f));
	if (f.insn_off == start)
		vec_push(r->arena, &p->funcs, (BpfFuncInfo){ base, f.type_id });
}

static void take_line(Reader *r, BpfProgram *p, const void *record, uint32_t base, uint32_t start)
{
	BtfExtLine l;

	memcpy(&l, record, sizeof(l));
	vec_push(r->arena, &p->lines, (BpfLineInfo){
		.insn = base + (l.insn_off - start) / INSN_BYTES,
		.file_name_off = l.file_name_off, .line_off = l.line_off,
		.line = l.line_col >> 10, .column = l.line_col & 1023 });
}

/* Maps and data ------------------------------------------------------------------------------ */

/* A number is written as a pointer to an array of so many elements. */
static uint32_t number_of(const Btf *b, const struct btf_member *m)
{
	const struct btf_type *t = btf_type(b, btf_skip(b, m->type));
	const struct btf_array *array;

	if (!t || btf_kind(t) != BTF_KIND_PTR)
		return 0;
	t = btf_type(b, btf_skip(b, t->type));
	array = t && btf_kind(t) == BTF_KIND_ARRAY ? btf_array_of(b, t) : NULL;
	return array ? array->nelems : 0;
}

static uint32_t target_of(const Btf *b, const struct btf_member *m, uint32_t *size)
{
	const struct btf_type *t = btf_type(b, btf_skip(b, m->type));
	uint64_t bytes = 0;

	if (!t || btf_kind(t) != BTF_KIND_PTR)
		return 0;
	btf_size_of(b, t->type, &bytes);
	*size = (uint32_t)bytes;
	return t->type;
}

static void read_map(Reader *r, uint32_t var_id, const struct btf_var_secinfo *at)
{
	const struct btf_type *var = btf_type(r->btf, var_id), *t;
	BpfMap m = { .btf_var = var_id, .inner = -1 };

	t = var && btf_kind(var) == BTF_KIND_VAR ?
	    btf_type(r->btf, btf_skip(r->btf, var->type)) : NULL;
	if (!t || btf_kind(t) != BTF_KIND_STRUCT || t->size > MAX_DEFINITION)
		return;
	m.name = btf_type_name(r->btf, var);
	for (int k = 0; k < btf_vlen(t); k++) {
		const struct btf_member *member = btf_member_at(r->btf, t, k);
		const char *name = member ? btf_string(r->btf, member->name_off) : "";

		if (!strcmp(name, "type"))
			m.type = (int)number_of(r->btf, member);
		else if (!strcmp(name, "key"))
			m.btf_key = target_of(r->btf, member, &m.key_size);
		else if (!strcmp(name, "value"))
			m.btf_value = target_of(r->btf, member, &m.value_size);
		else if (!strcmp(name, "key_size"))
			m.key_size = number_of(r->btf, member);
		else if (!strcmp(name, "value_size"))
			m.value_size = number_of(r->btf, member);
		else if (!strcmp(name, "max_entries"))
			m.max_entries = number_of(r->btf, member);
		else if (!strcmp(name, "map_flags"))
			m.flags = number_of(r->btf, member);
	}
	if (m.type == BPF_MAP_TYPE_PERF_EVENT_ARRAY && !m.max_entries)
		m.entries_are_cpus = true;
	vec_push(r->arena, &r->o->maps, m);
	vec_push(r->arena, &r->map_offsets, at->offset);
}

static void read_maps(Reader *r)
{
	uint32_t id = r->btf ? btf_find(r->btf, ".maps", BTF_KIND_DATASEC) : 0;
	const struct btf_type *t = id ? btf_type(r->btf, id) : NULL;

	r->maps_section = find_section(r, ".maps");
	for (int k = 0; t && k < btf_vlen(t); k++) {
		const struct btf_var_secinfo *at = btf_secinfo_at(r->btf, t, k);

		if (at)
			read_map(r, at->type, at);
	}
}

static bool is_data(const Section *s)
{
	return (s->type == SHT_PROGBITS || s->type == SHT_NOBITS) && s->size &&
	       (starts_with(s->name, ".rodata") || starts_with(s->name, ".data") ||
		starts_with(s->name, ".bss"));
}

static void read_data(Reader *r)
{
	for (int k = 1; k < r->n_sections; k++) {
		Section *s = &r->sections[k];
		BpfData d = { .name = s->name, .size = (uint32_t)s->size,
			      .read_only = starts_with(s->name, ".rodata") };

		if (!is_data(s) || s->size > 64 << 20)
			continue;
		d.bytes = s->data ? arena_copy(r->arena, s->data, s->size) :
			  arena_alloc(r->arena, s->size);
		d.btf_datasec = r->btf ? btf_find(r->btf, s->name, BTF_KIND_DATASEC) : 0;
		s->data_index = r->o->data.n;
		vec_push(r->arena, &r->o->data, d);
	}
}

/* Programs ----------------------------------------------------------------------------------- */

/* A function in .text, in bytes of it, and where it stands in the program. */
typedef struct Part {
	uint32_t start, end;
	uint32_t at;
} Part;

typedef struct Loader {
	Reader *r;
	BpfProgram *p;
	VEC(Part) parts;           /* the first one stands for the main function */
} Loader;

/* The function of .text that starts there; its size from its symbol. Index of the part, -1. */
static int include_function(Loader *l, uint64_t start)
{
	const Reader *r = l->r;

	for (int k = 0; k < l->parts.n; k++)
		if (l->parts.v[k].start == start && k > 0)
			return k;
	for (uint64_t k = 0; r->text > 0 && k < r->n_symbols; k++) {
		const Elf64_Sym *s = &r->symbols[k];

		if (ELF64_ST_TYPE(s->st_info) != STT_FUNC || s->st_shndx != r->text ||
		    s->st_value != start || s->st_value + s->st_size > r->sections[r->text].size ||
		    s->st_size % INSN_BYTES || !s->st_size)
			continue;
		vec_push(l->r->arena, &l->parts, (Part){ (uint32_t)start,
			 (uint32_t)(start + s->st_size), 0 });
		return l->parts.n - 1;
	}
	return -1;
}

static int map_at(const Reader *r, const Elf64_Sym *s)
{
	if (s->st_shndx != r->maps_section)
		return -1;
	for (int k = 0; k < r->map_offsets.n; k++)
		if (r->map_offsets.v[k] == s->st_value)
			return k;
	return -1;
}

static void add_reloc(Loader *l, BpfRelocKind kind, uint32_t insn, int index, int64_t addend)
{
	vec_push(l->r->arena, &l->p->relocs, (BpfReloc){ kind, insn, index, addend });
}

/* One relocation of the instruction at `insn`. */
static int take_relocation(Loader *l, const Elf64_Rel *rel, uint32_t insn)
{
	Reader *r = l->r;
	uint64_t number = ELF64_R_SYM(rel->r_info);
	struct bpf_insn *i = &l->p->insns.v[insn];
	const Elf64_Sym *s = number < r->n_symbols ? &r->symbols[number] : NULL;
	int part, map;

	if (!s)
		return wrong(r, "a relocation names no symbol");
	if (is_local_call(i)) {
		part = include_function(l, s->st_value +
					(uint64_t)((int64_t)i->imm + 1) * INSN_BYTES);
		if (s->st_shndx != r->text || part < 0)
			return wrong(r, "a call leads nowhere");
		i->imm = part;
		return 0;
	}
	if (!is_wide_insn(i) || insn + 1 >= (uint32_t)l->p->insns.n)
		return wrong(r, "a relocation at an instruction that has none");
	map = map_at(r, s);
	if (map >= 0) {
		add_reloc(l, RELOC_MAP, insn, map, 0);
	} else if (r->text > 0 && s->st_shndx == r->text) {
		part = include_function(l, s->st_value + (uint32_t)i->imm);
		if (part < 0)
			return wrong(r, "a callback is no function");
		add_reloc(l, RELOC_CALLBACK, insn, -1, part);
	} else if (s->st_shndx < r->n_sections && r->sections[s->st_shndx].data_index >= 0) {
		add_reloc(l, RELOC_DATA, insn, r->sections[s->st_shndx].data_index,
			  (int64_t)s->st_value + i->imm);
	} else {
		return error_set(r->err, EINVAL, "'%s': a reference to '%s' cannot be resolved",
				 r->path, symbol_name(r, s));
	}
	i[0].imm = i[1].imm = 0;
	i->src_reg = 0;
	return 0;
}

static const Elf64_Rel *relocation_at(const Section *s, uint64_t offset)
{
	for (uint64_t k = 0; k < s->n_rels; k++)
		if (s->rels[k].r_offset == offset)
			return &s->rels[k];
	return NULL;
}

/* A call within .text that the assembler has resolved: relative to the instruction after it. */
static int take_near_call(Loader *l, int section, struct bpf_insn *i, uint32_t start, uint32_t at)
{
	int64_t to = (int64_t)start + ((int64_t)at + 1 + i->imm) * INSN_BYTES;
	int part = section == l->r->text && to >= 0 ? include_function(l, (uint64_t)to) : -1;

	if (part < 0)
		return wrong(l->r, "a call leads nowhere");
	i->imm = part;
	return 0;
}

/* Appends the code [start, end) of a section, with what belongs to it. */
static int take_code(Loader *l, int section, uint32_t start, uint32_t end)
{
	Reader *r = l->r;
	const Section *s = &r->sections[section];
	uint32_t base = (uint32_t)l->p->insns.n;

	for (uint32_t at = start; at < end; at += INSN_BYTES) {
		struct bpf_insn i;

		memcpy(&i, s->data + at, sizeof(i));
		vec_push(r->arena, &l->p->insns, i);
	}
	for (uint32_t k = base; k < (uint32_t)l->p->insns.n; k++) {
		struct bpf_insn *i = &l->p->insns.v[k];
		const Elf64_Rel *rel = relocation_at(s, start + (uint64_t)(k - base) * INSN_BYTES);

		if (rel && take_relocation(l, rel, k))
			return -EINVAL;
		if (!rel && is_local_call(i) && take_near_call(l, section, i, start, k - base))
			return -EINVAL;
		if (i->code == (BPF_JMP | BPF_CALL) && i->src_reg == BPF_PSEUDO_KFUNC_CALL)
			add_reloc(l, RELOC_KFUNC, k, -1, i->imm);
		if (!rel && is_wide_insn(i) && i->src_reg == BPF_PSEUDO_BTF_ID) {
			add_reloc(l, RELOC_KSYM, k, -1, i->imm);
			i->src_reg = 0;
			i->imm = 0;
		}
		k += is_wide_insn(i);
	}
	each_record(r, false, s->name, l->p, base, start, end, take_func);
	if (!l->p->funcs.n || vec_last(&l->p->funcs).insn != base)
		vec_push(r->arena, &l->p->funcs, (BpfFuncInfo){ base, 0 });
	each_record(r, true, s->name, l->p, base, start, end, take_line);
	return 0;
}

static void resolve_calls(Loader *l)
{
	for (int k = 0; k < l->p->insns.n; k++) {
		struct bpf_insn *i = &l->p->insns.v[k];

		if (is_local_call(i))
			i->imm = (int32_t)l->parts.v[i->imm].at - k - 1;
		k += is_wide_insn(i);
	}
	for (int k = 0; k < l->p->relocs.n; k++)
		if (l->p->relocs.v[k].kind == RELOC_CALLBACK)
			l->p->relocs.v[k].addend = l->parts.v[l->p->relocs.v[k].addend].at;
}

/* What the section's name says; the private section may say more later. */
static void classify(Reader *r, BpfProgram *p)
{
	const ProbeKindInfo *kind = probe_kind_by_section(p->section);
	const char *slash = strchr(p->section, '/'), *dot = strstr(p->section, ".s");
	char *target, *second;
	size_t n;

	p->expected_attach_type = -1;
	p->kernel_name = arena_printf(r->arena, "%.15s", p->name);
	p->sleepable = dot && (!dot[2] || dot[2] == '/');
	if (!kind)
		return;
	p->type = kind->program_type;
	p->expected_attach_type = kind->attach_type;
	p->attach = kind->attach;
	n = kind->section ? strlen(kind->section) : 0;
	if (!slash || !slash[1] || !n || kind->section[n - 1] != '/')
		return;
	target = arena_strdup(r->arena, slash + 1);
	second = strchr(target, '/');
	if (p->attach == ATTACH_TRACEPOINT && second)
		*second = ':';
	p->attach_target = target;
	p->attached_by_name = kind->attached_by_name;
}

static int read_program(Reader *r, const Elf64_Sym *s)
{
	const Section *section = &r->sections[s->st_shndx];
	Loader l = { .r = r };
	uint64_t end = s->st_value + s->st_size;

	if (s->st_value % INSN_BYTES || s->st_size % INSN_BYTES || !s->st_size ||
	    end > section->size || end < s->st_value)
		return wrong(r, "a program lies outside of its section");
	vec_push(r->arena, &r->o->programs, (BpfProgram){ .name = symbol_name(r, s),
							  .section = section->name });
	l.p = &vec_last(&r->o->programs);
	classify(r, l.p);
	vec_push(r->arena, &l.parts, (Part){ 0 });
	if (take_code(&l, s->st_shndx, (uint32_t)s->st_value, (uint32_t)end))
		return -EINVAL;
	for (int k = 1; k < l.parts.n; k++) {
		l.parts.v[k].at = (uint32_t)l.p->insns.n;
		if (take_code(&l, r->text, l.parts.v[k].start, l.parts.v[k].end))
			return -EINVAL;
	}
	resolve_calls(&l);
	return 0;
}

static int read_programs(Reader *r)
{
	for (uint64_t k = 0; k < r->n_symbols; k++) {
		const Elf64_Sym *s = &r->symbols[k];

		if (ELF64_ST_TYPE(s->st_info) == STT_FILE)
			r->o->name = symbol_name(r, s);
		if (ELF64_ST_TYPE(s->st_info) != STT_FUNC ||
		    ELF64_ST_BIND(s->st_info) == STB_LOCAL || !s->st_shndx ||
		    s->st_shndx >= r->n_sections || s->st_shndx == r->text ||
		    !is_code(&r->sections[s->st_shndx]))
			continue;
		if (read_program(r, s))
			return -EINVAL;
	}
	return 0;
}

/* The private section ------------------------------------------------------------------------ */

typedef struct Words {
	char *next;
} Words;

static const char *next_word(Words *w)
{
	char *word = w->next;

	if (!*word)
		return NULL;
	w->next += strcspn(word, " ");
	if (*w->next)
		*w->next++ = 0;
	return word;
}

static void take_program_line(Reader *r, Words *w)
{
	const char *name = next_word(w), *key, *value;
	BpfProgram *p = NULL;

	for (int k = 0; name && k < r->o->programs.n; k++)
		if (!strcmp(r->o->programs.v[k].name, name))
			p = &r->o->programs.v[k];
	if (!p)
		return;
	p->attach_target = NULL;
	while ((key = next_word(w)) && (value = next_word(w))) {
		if (!strcmp(key, "name"))
			p->kernel_name = value;
		else if (!strcmp(key, "type"))
			p->type = atoi(value);
		else if (!strcmp(key, "expected"))
			p->expected_attach_type = atoi(value);
		else if (!strcmp(key, "attach"))
			p->attach = (unsigned)atoi(value) < ATTACH_KIND_COUNT ?
				    (AttachKind)atoi(value) : ATTACH_NONE;
		else if (!strcmp(key, "by_name"))
			p->attached_by_name = atoi(value);
		else if (!strcmp(key, "sleepable"))
			p->sleepable = atoi(value);
		else if (!strcmp(key, "stack"))
			p->stack_bytes = (uint32_t)atoi(value);
		else if (!strcmp(key, "target"))
			p->attach_target = value;
	}
}

static void take_map_line(Reader *r, Words *w)
{
	const char *name = next_word(w), *key, *value;
	uint32_t index = 0;
	BpfMap *m = NULL;

	for (int k = 0; name && k < r->o->maps.n; k++)
		if (!strcmp(r->o->maps.v[k].name, name))
			m = &r->o->maps.v[k];
	while (m && (key = next_word(w)) && (value = next_word(w))) {
		if (!strcmp(key, "entries"))
			m->max_entries = (uint32_t)strtoul(value, NULL, 10);
		else if (!strcmp(key, "cpus"))
			m->entries_are_cpus = atoi(value);
		else if (!strcmp(key, "event"))
			m->btf_event = (uint32_t)strtoul(value, NULL, 10);
		else if (!strcmp(key, "inner"))
			m->inner = atoi(value) < r->o->maps.n ? atoi(value) : -1;
		else if (!strcmp(key, "pin"))
			m->pin_path = value;
		else if (!strcmp(key, "at"))
			index = (uint32_t)strtoul(value, NULL, 10);
		else if (!strcmp(key, "map") && atoi(value) < r->o->maps.n)
			vec_push(r->arena, &m->entries, (BpfEntry){ index, atoi(value), -1 });
		else if (!strcmp(key, "program") && atoi(value) < r->o->programs.n)
			vec_push(r->arena, &m->entries, (BpfEntry){ index, -1, atoi(value) });
	}
}

static void read_private(Reader *r)
{
	int index = find_section(r, ELF_PRIVATE_SECTION);
	char *text, *end;

	if (index < 0 || !r->sections[index].data)
		return;
	text = arena_strndup(r->arena, (const char *)r->sections[index].data,
			     r->sections[index].size);
	for (; *text; text = end) {
		Words w = { text };
		const char *first;

		end = text + strcspn(text, "\n");
		if (*end)
			*end++ = 0;
		first = next_word(&w);
		if (first && !strcmp(first, "program"))
			take_program_line(r, &w);
		else if (first && !strcmp(first, "map"))
			take_map_line(r, &w);
	}
}

/* All of it ---------------------------------------------------------------------------------- */

static int read_btf(Reader *r)
{
	int btf = find_section(r, ".BTF"), ext = find_section(r, ".BTF.ext");
	Error reason = { 0 };

	if (btf < 0 || !r->sections[btf].data)
		return 0;
	r->o->btf = r->sections[btf].data;
	r->o->btf_size = (uint32_t)r->sections[btf].size;
	r->btf = btf_open(r->arena, r->o->btf, r->o->btf_size, NULL, &reason);
	if (!r->btf)
		return wrong(r, reason.message);
	if (ext >= 0 && r->sections[ext].data) {
		r->ext = r->sections[ext].data;
		r->ext_size = r->sections[ext].size;
	}
	return 0;
}

/* clang leaves sizes and offsets of data sections to be filled in from the symbols. The types are in
 * our own copy of the section. */
static void fix_datasec(Reader *r, struct btf_type *t)
{
	int section = find_section(r, btf_type_name(r->btf, t));

	if (t->size || section < 0)
		return;
	t->size = (uint32_t)r->sections[section].size;
	for (int k = 0; k < btf_vlen(t); k++) {
		struct btf_var_secinfo *at = (struct btf_var_secinfo *)btf_secinfo_at(r->btf, t, k);
		const struct btf_type *var = at ? btf_type(r->btf, at->type) : NULL;

		for (uint64_t n = 0; var && n < r->n_symbols; n++)
			if (r->symbols[n].st_shndx == section &&
			    !strcmp(symbol_name(r, &r->symbols[n]), btf_type_name(r->btf, var)))
				at->offset = (uint32_t)r->symbols[n].st_value;
	}
}

static void fix_datasecs(Reader *r)
{
	uint32_t n = r->btf ? btf_type_count(r->btf) : 0;

	for (uint32_t id = 1; id <= n; id++) {
		const struct btf_type *t = btf_type(r->btf, id);

		if (t && btf_kind(t) == BTF_KIND_DATASEC)
			fix_datasec(r, (struct btf_type *)t);
	}
}

static void read_texts(Reader *r)
{
	int license = find_section(r, "license"), version = find_section(r, "version");

	r->o->license = license > 0 && r->sections[license].data ?
		arena_strndup(r->arena, (const char *)r->sections[license].data,
			      strnlen((const char *)r->sections[license].data,
				      r->sections[license].size)) : NULL;
	if (version > 0 && r->sections[version].size >= 4 && r->sections[version].data)
		memcpy(&r->o->kernel_version, r->sections[version].data, 4);
}

static int read_object(Reader *r, Elf *elf)
{
	int status = read_sections(r, elf);

	if (!status)
		status = read_btf(r);
	if (status)
		return status;
	fix_datasecs(r);
	read_texts(r);
	read_maps(r);
	read_data(r);
	status = read_programs(r);
	if (!status)
		read_private(r);
	return status;
}

BpfObject *bpf_object_read(Arena *arena, const char *path, Error *err)
{
	Reader r = { .arena = arena, .path = path, .err = err, .text = -1, .maps_section = -1 };
	int fd = open(path, O_RDONLY | O_CLOEXEC), status;
	Elf *elf;

	if (fd < 0) {
		error_errno(err, errno, "cannot read '%s'", path);
		return NULL;
	}
	r.o = NEW(arena, BpfObject);
	r.o->arena = arena;
	r.o->name = arena_strdup(arena, path);
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	if (!elf || elf_kind(elf) != ELF_K_ELF || !elf64_getehdr(elf))
		status = wrong(&r, "not an ELF file of 64 bits");
	else
		status = read_object(&r, elf);
	if (elf)
		elf_end(elf);
	close(fd);
	return status ? NULL : r.o;
}
