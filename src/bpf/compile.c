/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compiler as one thing (compile.h): text -> Unit -> IR -> OBJECT. Everything of a compilation
 * lives in one arena. The declarations can be asked for before options are bound; code is made
 * after.
 */
#include "bpf/compile.h"
#include "bpf/assemble.h"

struct BpfCompilation {
	Arena *arena;
	const BpfCompileOptions *options;
	Sources sources;
	Diags diags;
	Unit *unit;
	BpfObject *declarations;
};

BpfCompilation *bpf_compile_begin(const char *text, size_t size, const BpfCompileOptions *options,
				  const Host *host)
{
	Arena *arena = arena_new();
	BpfCompilation *c = NEW(arena, BpfCompilation);

	c->arena = arena;
	c->options = arena_copy(arena, options, sizeof(*options));
	c->sources.arena = arena;
	c->sources.next = 1;                   /* 0 is nowhere */
	diags_init(&c->diags, arena, &c->sources);
	c->unit = lang_parse(arena, text, size, &c->options->lang, host, &c->sources, &c->diags);
	return c;
}

const Diags *bpf_compile_diags(const BpfCompilation *c)
{
	return &c->diags;
}

const Sources *bpf_compile_sources(const BpfCompilation *c)
{
	return &c->sources;
}

const BpfObject *bpf_compile_declarations(BpfCompilation *c)
{
	return c->diags.errors ? NULL : bpf_compile_outline(c);
}

const BpfObject *bpf_compile_outline(BpfCompilation *c)
{
	int errors = c->diags.errors;
	Module *m;

	if (c->declarations)
		return c->declarations;
	m = NEW(c->arena, Module);
	m->arena = c->arena;
	m->unit = c->unit;
	m->diags = &c->diags;
	for (int k = 0; k < c->unit->globals.n; k++)
		ir_global(m, c->unit->globals.v[k]);
	ir_layout_globals(m);
	if (c->diags.errors == errors)
		c->declarations = assemble_object(c->arena, c->unit, m, c->options->lang.name);
	return c->declarations;
}

bool bpf_compile_bind(BpfCompilation *c, const char *global, int64_t value)
{
	return lang_bind(c->unit, global, value);
}

static Func *find_entry(Unit *unit, const char *name)
{
	for (int k = 0; k < unit->funcs.n; k++)
		if (unit->funcs.v[k]->is_entry && !strcmp(unit->funcs.v[k]->name->text, name))
			return unit->funcs.v[k];
	return NULL;
}

/* Does the function's section or the prefix of its name say what it is? */
static bool is_named_kind(const Func *f)
{
	return f->section ? probe_kind_by_section(f->section) != NULL
			  : probe_kind_by_prefix(f->name->text) != NULL;
}

/* --program NAME=TYPE: overrules what follows from the context's type, but not the name. */
static void apply_program_types(BpfCompilation *c)
{
	const char *const *pairs = c->options->program_types;

	for (int k = 0; k < c->options->n_program_types; k++) {
		const char *name = pairs[2 * k], *type = pairs[2 * k + 1];
		const ProgramTypeInfo *info = program_type_by_name(str_of(type));
		Func *f = find_entry(c->unit, name);

		if (!f || !info) {
			diag_report(&c->diags, f ? f->loc : 0, DIAG_program_option,
				    f ? "'%s=%s' is asked for, but '%s' is no program type" :
				    "'%s=%s' is asked for, but there is no program '%s'",
				    name, type, f ? type : name);
			continue;
		}
		if (f->program_type == info->type || is_named_kind(f))
			continue;
		f->program_type = info->type;
		f->attach_type = -1;
		f->attach_kind = ATTACH_NONE;
	}
}

const BpfObject *bpf_compile_finish(BpfCompilation *c)
{
	const BpfObject *o;
	Module *m;

	if (c->diags.errors)
		return NULL;
	apply_program_types(c);
	if (c->diags.errors)
		return NULL;
	m = ir_build(c->unit, &c->diags);
	if (c->diags.errors)
		return NULL;
	m->optimise = c->options->optimise;
	m->check = c->options->check_ir;
	m->print_after = c->options->print_after;
	m->printed = c->options->dump;
	ir_optimise(m);
	if (c->diags.errors)
		return NULL;
	ir_layout_globals(m);
	o = assemble_object(c->arena, c->unit, m, c->options->lang.name);
	return c->diags.errors ? NULL : o;
}

void bpf_compile_free(BpfCompilation *c)
{
	if (c)
		arena_free(c->arena);
}
