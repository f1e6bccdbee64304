/* SPDX-License-Identifier: Apache-2.0 */
/* bcc dump FILE: what the compiler makes of a program, stage by stage. */
#include "cmd.h"

#include "btf/btf.h"

#include <stdlib.h>

typedef enum Stage { STAGE_ASM, STAGE_IR, STAGE_PREPROCESSED, STAGE_TREE, STAGE_BTF } Stage;

typedef struct Dump {
	SourceArguments a;
	Stage stage;
	const char *after;
	bool unoptimised;
} Dump;

static void dump_map(const BpfMap *m, StrBuf *out)
{
	const MapTypeInfo *type = map_type_info(m->type);

	sb_printf(out, "map %s: %s, key %u, value %u, entries %u", m->name,
		  type ? type->name : "?", m->key_size, m->value_size, m->max_entries);
	if (m->flags)
		sb_printf(out, ", flags %#x", m->flags);
	sb_putc(out, '\n');
}

static void dump_asm(const BpfObject *o, const Sources *sources, StrBuf *out)
{
	for (int i = 0; i < o->maps.n; i++)
		dump_map(&o->maps.v[i], out);
	for (int i = 0; i < o->data.n; i++)
		sb_printf(out, "data %s: %u bytes\n", o->data.v[i].name, o->data.v[i].size);
	for (int i = 0; i < o->programs.n; i++) {
		const BpfProgram *p = &o->programs.v[i];

		sb_printf(out, "\nprogram %s: %s, %d instructions, stack %u bytes\n", p->name,
			  p->section ? p->section : "?", p->insns.n, p->stack_bytes);
		bpf_disassemble(o, p, sources, out);
	}
}

typedef struct TagPrinter { StrBuf *out; const char *what; } TagPrinter;

static void print_tag(void *self, const char *tag)
{
	TagPrinter *p = self;

	sb_printf(p->out, "\t%s tag %s\n", p->what, tag);
}

static void dump_members(Arena *arena, const Btf *b, uint32_t id, StrBuf *out)
{
	const struct btf_type *t = btf_type(b, id);

	for (int i = 0; i < btf_vlen(t); i++) {
		const struct btf_member *m = btf_member_at(b, t, i);
		TagPrinter p = { out, btf_string(b, m->name_off) };

		sb_printf(out, "\t%s at bit %u\n",
			  btf_type_text(arena, b, m->type, btf_string(b, m->name_off)),
			  btf_member_bit_offset(t, m));
		btf_each_tag(b, id, i, print_tag, &p);
	}
}

static int dump_btf(Arena *arena, const BpfObject *o, StrBuf *out)
{
	Error err = { 0 };
	Btf *b = btf_open(arena, o->btf, o->btf_size, NULL, &err);

	if (!b) {
		print_error("bcc dump", &err);
		return STATUS_FAILED;
	}
	for (uint32_t id = 1; id <= btf_type_count(b); id++) {
		const struct btf_type *t = btf_type(b, id);
		TagPrinter p = { out, btf_type_name(b, t) };
		int kind = btf_kind(t);

		if (kind == BTF_KIND_DECL_TAG)
			continue;
		if (kind == BTF_KIND_VAR)
			sb_printf(out, "[%u] var %s\n", id,
				  btf_type_text(arena, b, t->type, btf_type_name(b, t)));
		else
			sb_printf(out, "[%u] %s%s%s\n", id,
				  kind == BTF_KIND_FUNC ? "func " : kind == BTF_KIND_DATASEC ?
				  "section " : kind == BTF_KIND_TYPEDEF ? "typedef " : "",
				  btf_type_text(arena, b, id, NULL), "");
		if (kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION)
			dump_members(arena, b, id, out);
		btf_each_tag(b, id, -1, print_tag, &p);
	}
	return STATUS_OK;
}

/* What needs the front end only: the text after preprocessing, or the typed tree. */
static int dump_front_end(Dump *d, const char *file, const char *text, size_t size,
			  const Host *host)
{
	BpfCompileOptions options;
	Sources sources = { .arena = d->a.arena, .next = 1 };
	StrBuf out = { 0 };
	Diags diags;

	compile_options(&d->a, file, &options);
	diags_init(&diags, d->a.arena, &sources);
	if (d->stage == STAGE_TREE)
		lang_print_unit(lang_parse(d->a.arena, text, size, &options.lang, host, &sources,
					   &diags), &out);
	else
		lang_preprocess(d->a.arena, text, size, &options.lang, host, &sources, &diags,
				&out);
	print_buffer(stdout, &out);
	print_diags(&diags);
	return diags.errors ? STATUS_FAILED : STATUS_OK;
}

static int dump_compiled(Dump *d, const char *file, const char *text, size_t size, const Host *host)
{
	BpfCompileOptions options;
	StrBuf out = { 0 };
	const BpfObject *object;
	BpfCompilation *c;
	int status = STATUS_OK;

	compile_options(&d->a, file, &options);
	options.optimise = d->unoptimised ? 0 : 2;
	if (d->stage == STAGE_IR) {
		options.dump = &out;
		options.print_after = d->after ? d->after : "end";
	}
	c = bpf_compile_begin(text, size, &options, host);
	object = bpf_compile_diags(c)->errors ? NULL : bpf_compile_finish(c);
	if (object && d->stage == STAGE_ASM)
		dump_asm(object, bpf_compile_sources(c), &out);
	else if (object && d->stage == STAGE_BTF)
		status = dump_btf(d->a.arena, object, &out);
	print_buffer(stdout, &out);
	print_diags(bpf_compile_diags(c));
	if (!object || bpf_compile_diags(c)->errors)
		status = STATUS_FAILED;
	bpf_compile_free(c);
	return status;
}

static int dump_object(Dump *d, const char *file)
{
	Error err = { 0 };
	BpfObject *object = bpf_object_read(d->a.arena, file, &err);
	StrBuf out = { 0 };
	int status = STATUS_OK;

	if (!object) {
		print_error("bcc dump", &err);
		return STATUS_FAILED;
	}
	if (d->stage == STAGE_BTF)
		status = dump_btf(d->a.arena, object, &out);
	else
		dump_asm(object, NULL, &out);
	print_buffer(stdout, &out);
	return status;
}

static int dump_file(Dump *d, const char *file)
{
	const EmbeddedTool *tool = embedded_tool(file);
	const Host *host = source_host(&d->a);
	char *text = NULL;
	size_t size;
	int status;

	if (!host)
		return STATUS_FAILED;
	if (tool) {
		text = strdup(tool->source);
		size = tool->size;
		file = tool->file;
	} else {
		text = read_source("dump", file, &size);
	}
	if (!text)
		return STATUS_FAILED;
	if (size > 4 && !memcmp(text, "\177ELF", 4))
		status = dump_object(d, file);
	else if (d->stage == STAGE_PREPROCESSED || d->stage == STAGE_TREE)
		status = dump_front_end(d, file, text, size, host);
	else
		status = dump_compiled(d, file, text, size, host);
	free(text);
	return status;
}

static int take_stage(Dump *d, int argc, char **argv, int *i)
{
	const char *word = argv[*i];

	if (!strcmp(word, "--asm"))
		d->stage = STAGE_ASM;
	else if (!strcmp(word, "--ir"))
		d->stage = STAGE_IR;
	else if (!strcmp(word, "--preprocessed") || !strcmp(word, "-E"))
		d->stage = STAGE_PREPROCESSED;
	else if (!strcmp(word, "--tree"))
		d->stage = STAGE_TREE;
	else if (!strcmp(word, "--btf"))
		d->stage = STAGE_BTF;
	else if (!strcmp(word, "-O0"))
		d->unoptimised = true;
	else if (!strcmp(word, "--after") && *i + 1 < argc)
		d->stage = STAGE_IR, d->after = argv[++*i];
	else
		return 0;
	return 1;
}

int cmd_dump(int argc, char **argv)
{
	Dump d = { .a = { .command = "dump", .arena = arena_new() } };
	int status = STATUS_OK;

	for (int i = 1; i < argc && !status; i++) {
		int taken = take_stage(&d, argc, argv, &i);

		if (!taken)
			taken = take_source_argument(&d.a, argc, argv, &i);
		if (taken < 0)
			status = STATUS_USAGE;
		else if (!taken && argv[i][0] == '-' && argv[i][1])
			status = usage_failure("dump", "unknown option %s", argv[i]);
		else if (!taken)
			vec_push(d.a.arena, &d.a.files, argv[i]);
	}
	if (!status && d.a.files.n != 1)
		status = usage_failure("dump", d.a.files.n ? "one file at a time" : "which file?");
	if (!status)
		status = dump_file(&d, d.a.files.v[0]);
	arena_free(d.a.arena);
	return status;
}
