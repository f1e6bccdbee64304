/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OBJECT -> ELF relocatable (elf_form.h). Programs of the same section name share a section;
 * subprograms, of which every program in memory has its own copy, are written once to .text.
 */
#include "bpf/elf_form.h"
#include "btf/btf.h"

#include <errno.h>
#include <fcntl.h>
#include <libelf.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Section {
	const char *name;
	uint32_t type, flags, link, info, align, entry_size;
	StrBuf data;
	uint64_t size;             /* SHT_NOBITS */
	StrBuf rel;                /* Elf64_Rel */
	VEC(BtfExtFunc) funcs;
	VEC(BtfExtLine) lines;
	uint32_t symbol;           /* of the section itself; 0: none yet */
} Section;

typedef struct Placed {
	uint32_t btf_id;
	uint32_t at;               /* instruction of .text */
} Placed;

typedef struct Writer {
	Arena *arena;
	const BpfObject *o;
	const Btf *btf;
	VEC(Section *) sections;   /* index in the file - 1 */
	StrBuf strings;
	VEC(Elf64_Sym) locals, globals;
	Section *text, *maps;
	VEC(Placed) placed;        /* subprograms in .text */
	int *map_symbol;           /* index in globals */
	int first_program;         /* the same, of the programs */
} Writer;

static Section *add_section(Writer *w, const char *name, uint32_t type, uint32_t flags,
			    uint32_t align)
{
	Section *s = NEW(w->arena, Section);

	s->name = name;
	s->type = type;
	s->flags = flags;
	s->align = align;
	vec_push(w->arena, &w->sections, s);
	return s;
}

static Section *find_section(Writer *w, const char *name)
{
	for (int k = 0; k < w->sections.n; k++)
		if (!strcmp(w->sections.v[k]->name, name))
			return w->sections.v[k];
	return NULL;
}

static uint16_t section_index(const Writer *w, const Section *s)
{
	for (int k = 0; k < w->sections.n; k++)
		if (w->sections.v[k] == s)
			return (uint16_t)(k + 1);
	return 0;
}

static uint32_t add_string(Writer *w, const char *s)
{
	uint32_t at = (uint32_t)w->strings.n;

	sb_add(&w->strings, s, strlen(s) + 1);
	return at;
}

static Elf64_Sym symbol(Writer *w, const char *name, int bind, int type, uint16_t section,
			uint64_t value, uint64_t size)
{
	return (Elf64_Sym){ .st_name = *name ? add_string(w, name) : 0,
			    .st_info = ELF64_ST_INFO(bind, type), .st_shndx = section,
			    .st_value = value, .st_size = size };
}

/* Number of the section's symbol. All locals are made before any relocation needs a global's number. */
static uint32_t section_symbol(Writer *w, Section *s)
{
	if (!s->symbol) {
		s->symbol = (uint32_t)w->locals.n;
		vec_push(w->arena, &w->locals,
			 symbol(w, "", STB_LOCAL, STT_SECTION, section_index(w, s), 0, 0));
	}
	return s->symbol;
}

static const char *function_name(const Writer *w, const BpfProgram *p, int function)
{
	const struct btf_type *t = w->btf ? btf_type(w->btf, p->funcs.v[function].btf_id) : NULL;

	return t ? btf_type_name(w->btf, t) : "";
}

static uint64_t struct_size(const Writer *w, const BpfMap *m)
{
	const struct btf_type *var = w->btf && m->btf_var ? btf_type(w->btf, m->btf_var) : NULL;
	uint64_t size = 0;

	if (var && btf_kind(var) == BTF_KIND_VAR)
		btf_size_of(w->btf, var->type, &size);
	return size;
}

/* Bytes that the map's variable has in .maps: the struct, and a word for each entry. */
static uint64_t definition_size(const Writer *w, const BpfMap *m)
{
	uint64_t words = 0;

	for (int k = 0; k < m->entries.n; k++)
		if (m->entries.v[k].index >= words)
			words = m->entries.v[k].index + 1;
	return struct_size(w, m) + words * 8;
}

/* Code --------------------------------------------------------------------------------------- */

static void add_rel(Section *s, uint32_t insn, uint32_t sym, uint32_t type)
{
	Elf64_Rel r = { (uint64_t)insn * INSN_BYTES, ELF64_R_INFO(sym, type) };

	sb_add(&s->rel, (const char *)&r, sizeof(r));
}

static uint32_t function_end(const BpfProgram *p, int function)
{
	return function + 1 < p->funcs.n ? p->funcs.v[function + 1].insn : (uint32_t)p->insns.n;
}

static int function_at(const BpfProgram *p, uint32_t insn)
{
	for (int k = 0; k < p->funcs.n; k++)
		if (p->funcs.v[k].insn == insn)
			return k;
	return -1;
}

/* Position in .text of a program's subprogram. */
static uint32_t place_in_text(const Writer *w, const BpfProgram *p, uint32_t insn)
{
	int function = function_at(p, insn);

	for (int k = 0; function >= 0 && k < w->placed.n; k++)
		if (w->placed.v[k].btf_id == p->funcs.v[function].btf_id)
			return w->placed.v[k].at;
	return 0;
}

static struct bpf_insn *insn_at(Section *s, uint32_t insn)
{
	return (struct bpf_insn *)s->data.p + insn;
}

static void write_reloc(Writer *w, Section *s, uint32_t at, const BpfProgram *p, const BpfReloc *r)
{
	struct bpf_insn *i = insn_at(s, at);

	switch (r->kind) {
	case RELOC_MAP:
		add_rel(s, at, (uint32_t)(w->locals.n + w->map_symbol[r->index]), R_BPF_64_64);
		break;
	case RELOC_DATA:
		i->imm = (int32_t)r->addend;
		add_rel(s, at, section_symbol(w, find_section(w, w->o->data.v[r->index].name)),
			R_BPF_64_64);
		break;
	case RELOC_CALLBACK:
		i->imm = (int32_t)(place_in_text(w, p, (uint32_t)r->addend) * INSN_BYTES);
		add_rel(s, at, section_symbol(w, w->text), R_BPF_64_64);
		break;
	case RELOC_KFUNC:
		i->imm = (int32_t)r->addend;
		break;
	case RELOC_KSYM:
		i->src_reg = BPF_PSEUDO_BTF_ID;
		i->imm = (int32_t)r->addend;
		break;
	}
}

/* Code of one function of a program to the end of a section. */
static void write_code(Section *s, const BpfProgram *p, int function, Arena *arena)
{
	uint32_t start = p->funcs.v[function].insn, end = function_end(p, function);
	uint32_t at = (uint32_t)(s->data.n / INSN_BYTES);

	sb_add(&s->data, (const char *)&p->insns.v[start], (end - start) * INSN_BYTES);
	vec_push(arena, &s->funcs, (BtfExtFunc){ at * INSN_BYTES, p->funcs.v[function].btf_id });
	for (int k = 0; k < p->lines.n; k++) {
		const BpfLineInfo *l = &p->lines.v[k];

		if (l->insn >= start && l->insn < end)
			vec_push(arena, &s->lines, (BtfExtLine){ (at + l->insn - start) * INSN_BYTES,
				 l->file_name_off, l->line_off, l->line << 10 | (l->column & 1023) });
	}
}

/* Relocations of the function whose code was written at `at`, in order of instructions. */
static void write_references(Writer *w, Section *s, uint32_t at, const BpfProgram *p, int function)
{
	uint32_t start = p->funcs.v[function].insn, end = function_end(p, function);
	int next = 0;

	for (uint32_t k = start; k < end; k++) {
		const struct bpf_insn *i = &p->insns.v[k];

		while (next < p->relocs.n && p->relocs.v[next].insn < k)
			next++;
		if (next < p->relocs.n && p->relocs.v[next].insn == k)
			write_reloc(w, s, at + k - start, p, &p->relocs.v[next]);
		if (is_local_call(i)) {
			insn_at(s, at + k - start)->imm =
				(int32_t)place_in_text(w, p, (uint32_t)((int)k + 1 + i->imm)) - 1;
			add_rel(s, at + k - start, section_symbol(w, w->text), R_BPF_64_32);
		}
		k += is_wide_insn(i);
	}
}

static void place_subprograms(Writer *w)
{
	for (int k = 0; k < w->o->programs.n; k++) {
		const BpfProgram *p = &w->o->programs.v[k];

		for (int f = 1; f < p->funcs.n; f++) {
			uint32_t id = p->funcs.v[f].btf_id;
			bool known = false;

			for (int n = 0; n < w->placed.n; n++)
				known |= w->placed.v[n].btf_id == id;
			if (known)
				continue;
			if (!w->text)
				w->text = add_section(w, ".text", SHT_PROGBITS,
						      SHF_ALLOC | SHF_EXECINSTR, 8);
			vec_push(w->arena, &w->placed,
				 (Placed){ id, (uint32_t)(w->text->data.n / INSN_BYTES) });
			write_code(w->text, p, f, w->arena);
		}
	}
}

static void place_programs(Writer *w, Section **section_of, uint32_t *at)
{
	for (int k = 0; k < w->o->programs.n; k++) {
		const BpfProgram *p = &w->o->programs.v[k];
		Section *s = find_section(w, p->section);

		if (!s)
			s = add_section(w, p->section, SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 8);
		section_of[k] = s;
		at[k] = (uint32_t)(s->data.n / INSN_BYTES);
		write_code(s, p, 0, w->arena);
	}
}

static void write_subprogram_references(Writer *w)
{
	VEC(uint32_t) done = { 0 };

	for (int k = 0; k < w->o->programs.n; k++) {
		const BpfProgram *p = &w->o->programs.v[k];

		for (int f = 1; f < p->funcs.n; f++) {
			bool known = false;

			for (int n = 0; n < done.n; n++)
				known |= done.v[n] == p->funcs.v[f].btf_id;
			if (known)
				continue;
			vec_push(w->arena, &done, p->funcs.v[f].btf_id);
			write_references(w, w->text, place_in_text(w, p, p->funcs.v[f].insn), p, f);
		}
	}
}

/* Symbols ------------------------------------------------------------------------------------ */

/* The variables of a data section, those of one linkage: libbpf wants a symbol for each. */
static void add_variables(Writer *w, const BpfData *d, bool global)
{
	const struct btf_type *t = w->btf ? btf_type(w->btf, d->btf_datasec) : NULL;
	uint16_t section = section_index(w, find_section(w, d->name));

	for (int i = 0; t && i < btf_vlen(t); i++) {
		const struct btf_var_secinfo *at = btf_secinfo_at(w->btf, t, i);
		const struct btf_type *v = at ? btf_type(w->btf, at->type) : NULL;
		Elf64_Sym s;

		if (!v || btf_kind(v) != BTF_KIND_VAR ||
		    (((const struct btf_var *)(v + 1))->linkage != BTF_VAR_STATIC) != global)
			continue;
		s = symbol(w, btf_type_name(w->btf, v), global ? STB_GLOBAL : STB_LOCAL,
			   STT_OBJECT, section, at->offset, at->size);
		if (global)
			vec_push(w->arena, &w->globals, s);
		else
			vec_push(w->arena, &w->locals, s);
	}
}

static void add_local_symbols(Writer *w)
{
	if (w->o->name)
		vec_push(w->arena, &w->locals,
			 symbol(w, w->o->name, STB_LOCAL, STT_FILE, SHN_ABS, 0, 0));
	if (w->text)
		section_symbol(w, w->text);
	for (int k = 0; k < w->o->data.n; k++)
		section_symbol(w, find_section(w, w->o->data.v[k].name));
	for (int k = 0; k < w->o->data.n; k++)
		add_variables(w, &w->o->data.v[k], false);
	for (int n = 0; n < w->placed.n; n++) {
		uint32_t end = n + 1 < w->placed.n ? w->placed.v[n + 1].at :
			       (uint32_t)(w->text->data.n / INSN_BYTES);
		const char *name = "";

		for (int k = 0; k < w->o->programs.n && !*name; k++) {
			const BpfProgram *p = &w->o->programs.v[k];

			for (int f = 1; f < p->funcs.n; f++)
				if (p->funcs.v[f].btf_id == w->placed.v[n].btf_id)
					name = function_name(w, p, f);
		}
		vec_push(w->arena, &w->locals,
			 symbol(w, name, STB_LOCAL, STT_FUNC, section_index(w, w->text),
				(uint64_t)w->placed.v[n].at * INSN_BYTES,
				(uint64_t)(end - w->placed.v[n].at) * INSN_BYTES));
	}
}

static void add_global_symbols(Writer *w, Section **section_of, const uint32_t *at)
{
	uint64_t offset = 0;

	for (int k = 0; k < w->o->data.n; k++)
		add_variables(w, &w->o->data.v[k], true);
	w->first_program = w->globals.n;
	for (int k = 0; k < w->o->programs.n; k++) {
		const BpfProgram *p = &w->o->programs.v[k];

		vec_push(w->arena, &w->globals,
			 symbol(w, p->name, STB_GLOBAL, STT_FUNC, section_index(w, section_of[k]),
				(uint64_t)at[k] * INSN_BYTES,
				(uint64_t)function_end(p, 0) * INSN_BYTES));
	}
	for (int k = 0; k < w->o->maps.n; k++) {
		const BpfMap *m = &w->o->maps.v[k];
		uint64_t size = definition_size(w, m);

		w->map_symbol[k] = w->globals.n;
		vec_push(w->arena, &w->globals,
			 symbol(w, m->name, STB_GLOBAL, STT_OBJECT, section_index(w, w->maps),
				offset, size));
		offset += size;
	}
}

/* One for each variable: libbpf looks its place up by the symbol's name. */
static void add_variable_symbols(Writer *w)
{
	Btf *btf = w->o->btf ? btf_open(w->arena, w->o->btf, w->o->btf_size, NULL, NULL) : NULL;

	for (int k = 0; btf && k < w->o->data.n; k++) {
		const BpfData *d = &w->o->data.v[k];
		const struct btf_type *t = btf_type(btf, d->btf_datasec);
		uint16_t section = section_index(w, find_section(w, d->name));

		for (int i = 0; t && i < btf_vlen(t); i++) {
			const struct btf_var_secinfo *at = btf_secinfo_at(btf, t, i);
			const struct btf_type *var = at ? btf_type(btf, at->type) : NULL;
			int bind;
			Elf64_Sym s;

			if (!var || btf_kind(var) != BTF_KIND_VAR)
				continue;
			bind = ((const struct btf_var *)(var + 1))->linkage ? STB_GLOBAL : STB_LOCAL;
			s = symbol(w, btf_type_name(btf, var), bind, STT_OBJECT, section,
				   at->offset, at->size);
			if (bind == STB_LOCAL)
				vec_push(w->arena, &w->locals, s);
			else
				vec_push(w->arena, &w->globals, s);
		}
	}
}

/* Entries of maps that libbpf fills in: relocations behind the struct of the map. */
static void write_entries(Writer *w)
{
	for (int k = 0; k < w->o->maps.n; k++) {
		const BpfMap *m = &w->o->maps.v[k];
		const Elf64_Sym *sym = &w->globals.v[w->map_symbol[k]];
		uint64_t start;

		if (!m->entries.n)
			continue;
		start = sym->st_value + struct_size(w, m);
		for (int e = 0; e < m->entries.n; e++) {
			int target = m->entries.v[e].map >= 0 ? w->map_symbol[m->entries.v[e].map] :
				     w->first_program + m->entries.v[e].program;
			Elf64_Rel r = { start + m->entries.v[e].index * 8ull,
					ELF64_R_INFO((uint64_t)(w->locals.n + target),
						     R_BPF_64_64) };

			sb_add(&w->maps->rel, (const char *)&r, sizeof(r));
		}
	}
}

static void write_symbols(Writer *w, Section *strings)
{
	Section *s = add_section(w, ".symtab", SHT_SYMTAB, 0, 8);

	sb_add(&s->data, (const char *)w->locals.v, sizeof(Elf64_Sym) * (size_t)w->locals.n);
	if (w->globals.n)
		sb_add(&s->data, (const char *)w->globals.v,
		       sizeof(Elf64_Sym) * (size_t)w->globals.n);
	s->link = section_index(w, strings);
	s->info = (uint32_t)w->locals.n;
	s->entry_size = sizeof(Elf64_Sym);
}

static void write_relocations(Writer *w)
{
	int n = w->sections.n;
	uint32_t symtab = section_index(w, find_section(w, ".symtab"));

	for (int k = 0; k < n; k++) {
		Section *s = w->sections.v[k], *r;

		if (!s->rel.n)
			continue;
		r = add_section(w, arena_printf(w->arena, ".rel%s", s->name), SHT_REL, 0, 8);
		r->data = s->rel;
		s->rel = (StrBuf){ 0 };
		r->link = symtab;
		r->info = (uint32_t)k + 1;
		r->entry_size = sizeof(Elf64_Rel);
	}
}

/* The other sections ------------------------------------------------------------------------- */

static void write_data(Writer *w)
{
	const BpfObject *o = w->o;
	uint64_t size = 0;
	Section *s;

	for (int k = 0; k < o->maps.n; k++)
		size += definition_size(w, &o->maps.v[k]);
	if (o->maps.n) {
		w->maps = add_section(w, ".maps", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 8);
		for (uint64_t k = 0; k < size; k++)
			sb_putc(&w->maps->data, 0);
	}
	for (int k = 0; k < o->data.n; k++) {
		const BpfData *d = &o->data.v[k];
		bool bss = starts_with(d->name, ".bss");

		s = add_section(w, d->name, bss ? SHT_NOBITS : SHT_PROGBITS,
				SHF_ALLOC | (d->read_only ? 0 : SHF_WRITE), 8);
		s->size = d->size;
		if (!bss)
			sb_add(&s->data, (const char *)d->bytes, d->size);
	}
	if (o->license) {
		s = add_section(w, "license", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 1);
		sb_add(&s->data, o->license, strlen(o->license) + 1);
	}
	if (o->kernel_version) {
		s = add_section(w, "version", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 4);
		sb_add(&s->data, (const char *)&o->kernel_version, sizeof(o->kernel_version));
	}
}

/* Section names of .BTF.ext are strings of .BTF; 0 if it does not have them. */
static uint32_t btf_string_offset(const BpfObject *o, const char *name)
{
	const struct btf_header *h = (const void *)o->btf;
	uint64_t start = (uint64_t)h->hdr_len + h->str_off;
	const char *strings = (const char *)o->btf + start;
	size_t n = strlen(name) + 1;

	if (start + h->str_len > o->btf_size || !h->str_len || strings[h->str_len - 1])
		return 0;
	for (uint32_t at = 0; at + n <= h->str_len; at += (uint32_t)strlen(strings + at) + 1)
		if (!memcmp(strings + at, name, n))
			return at;
	return 0;
}

static void add_ext_section(Writer *w, StrBuf *to, const Section *s, uint32_t n, const void *records,
			    size_t size)
{
	BtfExtSection head = { btf_string_offset(w->o, s->name), n };

	if (!n || !head.name_off)
		return;
	sb_add(to, (const char *)&head, sizeof(head));
	sb_add(to, records, size);
}

static void write_btf(Writer *w)
{
	BtfExtHeader h = { .magic = BTF_EXT_MAGIC, .version = 1, .hdr_len = sizeof(h) };
	uint32_t func_size = sizeof(BtfExtFunc), line_size = sizeof(BtfExtLine);
	StrBuf funcs = { 0 }, lines = { 0 };
	Section *s;

	if (!w->btf)
		return;
	s = add_section(w, ".BTF", SHT_PROGBITS, 0, 8);
	sb_add(&s->data, (const char *)w->o->btf, w->o->btf_size);
	sb_add(&funcs, (const char *)&func_size, 4);
	sb_add(&lines, (const char *)&line_size, 4);
	for (int k = 0; k < w->sections.n; k++) {
		s = w->sections.v[k];
		add_ext_section(w, &funcs, s, (uint32_t)s->funcs.n, s->funcs.v,
				sizeof(BtfExtFunc) * (size_t)s->funcs.n);
		add_ext_section(w, &lines, s, (uint32_t)s->lines.n, s->lines.v,
				sizeof(BtfExtLine) * (size_t)s->lines.n);
	}
	h.func_len = (uint32_t)funcs.n;
	h.line_off = h.func_len;
	h.line_len = (uint32_t)lines.n;
	h.core_off = h.line_off + h.line_len;
	s = add_section(w, ".BTF.ext", SHT_PROGBITS, 0, 8);
	sb_add(&s->data, (const char *)&h, sizeof(h));
	sb_add(&s->data, funcs.p, funcs.n);
	sb_add(&s->data, lines.p, lines.n);
	sb_free(&funcs);
	sb_free(&lines);
}

static void write_private(Writer *w)
{
	/* of a type that libbpf passes over without a word */
	Section *s = add_section(w, ELF_PRIVATE_SECTION, SHT_STRTAB, 0, 1);

	for (int k = 0; k < w->o->programs.n; k++) {
		const BpfProgram *p = &w->o->programs.v[k];

		sb_printf(&s->data, "program %s name %s type %d expected %d attach %d by_name %d "
			  "sleepable %d stack %u", p->name, p->kernel_name, p->type,
			  p->expected_attach_type, p->attach, p->attached_by_name, p->sleepable,
			  p->stack_bytes);
		if (p->attach_target)
			sb_printf(&s->data, " target %s", p->attach_target);
		sb_putc(&s->data, '\n');
	}
	for (int k = 0; k < w->o->maps.n; k++) {
		const BpfMap *m = &w->o->maps.v[k];

		sb_printf(&s->data, "map %s entries %u cpus %d event %u inner %d", m->name,
			  m->max_entries, m->entries_are_cpus, m->btf_event, m->inner);
		if (m->pin_path)
			sb_printf(&s->data, " pin %s", m->pin_path);
		for (int e = 0; e < m->entries.n; e++)
			sb_printf(&s->data, " at %u %s %d", m->entries.v[e].index,
				  m->entries.v[e].map >= 0 ? "map" : "program",
				  m->entries.v[e].map >= 0 ? m->entries.v[e].map :
							     m->entries.v[e].program);
		sb_putc(&s->data, '\n');
	}
}

/* The file ----------------------------------------------------------------------------------- */

static void collect(Writer *w)
{
	int n = w->o->programs.n;
	Section **section_of = NEW_ARRAY(w->arena, Section *, n), *strings;
	uint32_t *at = NEW_ARRAY(w->arena, uint32_t, n);

	w->map_symbol = NEW_ARRAY(w->arena, int, w->o->maps.n);
	vec_push(w->arena, &w->locals, (Elf64_Sym){ 0 });
	sb_putc(&w->strings, 0);
	strings = add_section(w, ".strtab", SHT_STRTAB, 0, 1);
	place_subprograms(w);
	place_programs(w, section_of, at);
	write_data(w);
	add_local_symbols(w);
	add_variable_symbols(w);
	add_global_symbols(w, section_of, at);
	if (w->text)
		write_subprogram_references(w);
	for (int k = 0; k < n; k++)
		write_references(w, section_of[k], at[k], &w->o->programs.v[k], 0);
	write_entries(w);
	write_btf(w);
	write_private(w);
	write_symbols(w, strings);
	write_relocations(w);
}

static bool put_section(Writer *w, Elf *elf, Section *s)
{
	Elf_Scn *scn = elf_newscn(elf);
	Elf64_Shdr *sh = scn ? elf64_getshdr(scn) : NULL;
	Elf_Data *d = sh ? elf_newdata(scn) : NULL;

	if (!d)
		return false;
	sh->sh_name = add_string(w, s->name);
	sh->sh_type = s->type;
	sh->sh_flags = s->flags;
	sh->sh_link = s->link;
	sh->sh_info = s->info;
	sh->sh_entsize = s->entry_size;
	d->d_align = s->align;
	d->d_type = s->type == SHT_SYMTAB ? ELF_T_SYM : s->type == SHT_REL ? ELF_T_REL : ELF_T_BYTE;
	d->d_version = EV_CURRENT;
	d->d_size = s->type == SHT_NOBITS ? s->size : s->data.n;
	d->d_buf = s->type == SHT_NOBITS ? NULL : s->data.p;
	return true;
}

static bool put_file(Writer *w, int fd)
{
	Elf *elf = elf_begin(fd, ELF_C_WRITE, NULL);
	Elf64_Ehdr *eh = elf ? elf64_newehdr(elf) : NULL;
	bool fine = eh;

	if (fine) {
		eh->e_ident[EI_DATA] = ELFDATA2LSB;
		eh->e_type = ET_REL;
		eh->e_machine = EM_BPF;
		eh->e_version = EV_CURRENT;
		eh->e_shstrndx = 1;
	}
	for (int k = 0; fine && k < w->sections.n; k++)
		fine = put_section(w, elf, w->sections.v[k]);
	if (fine) {                            /* the strings are complete only now */
		Elf_Data *d = elf_getdata(elf_getscn(elf, 1), NULL);

		d->d_buf = w->strings.p;
		d->d_size = w->strings.n;
		fine = elf_update(elf, ELF_C_WRITE) >= 0;
	}
	if (elf)
		elf_end(elf);
	return fine;
}

static void free_writer(Writer *w)
{
	for (int k = 0; k < w->sections.n; k++) {
		sb_free(&w->sections.v[k]->data);
		sb_free(&w->sections.v[k]->rel);
	}
	sb_free(&w->strings);
	arena_free(w->arena);
}

int bpf_object_write(const BpfObject *o, const char *path, Error *err)
{
	Writer w = { .arena = arena_new(), .o = o };
	struct stat what;
	int fd, status = 0;

	if (o->btf)
		w.btf = btf_open(w.arena, o->btf, o->btf_size, NULL, NULL);

	elf_version(EV_CURRENT);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0) {
		status = error_errno(err, errno, "cannot write '%s'", path);
	} else {
		bool is_file = fstat(fd, &what) == 0 && S_ISREG(what.st_mode);

		collect(&w);
		if (!put_file(&w, fd))
			status = error_set(err, EIO, "cannot write '%s': %s", path, elf_errmsg(-1));
		if (close(fd) && !status)
			status = error_errno(err, errno, "cannot write '%s'", path);
		if (status && is_file)             /* half a file is of no use; a device stays */
			unlink(path);
	}
	free_writer(&w);
	return status;
}
