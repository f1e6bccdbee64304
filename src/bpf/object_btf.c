/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BTF of the OBJECT: types of map keys and values, variables of global data, functions, and the
 * tags of all of them.
 *
 * A map is a variable of its name in the section .maps, whose struct type says what the map is in
 * libbpf's way: numbers are pointers to arrays of so many elements, types are pointers to them. The
 * same BTF serves the kernel, bpftool, libbpf and our toolkit; the map's tags hang on the variable.
 * Tags of the tool as a whole hang on the variable __bcc_tool.
 */
#include "bpf/assemble.h"

enum { STATIC_LINKAGE = 0, GLOBAL_LINKAGE = 1 };

/* An integer for the element and index types of arrays; of one byte so that none gets too large. */
static uint32_t byte_type(Assembler *a)
{
	return btf_add_int(a->btf, "unsigned char", 1, 0, 8);
}

static void add_tags(Assembler *a, uint32_t id, const char *const *tags, int n)
{
	for (int k = 0; k < n; k++)
		btf_add_decl_tag(a->btf, tags[k], id, -1);
}

void btf_describe_unit(Assembler *a)
{
	uint32_t var;

	if (!a->unit->tags.n)
		return;
	var = btf_add_var(a->btf, "__bcc_tool", byte_type(a), STATIC_LINKAGE);
	add_tags(a, var, a->unit->tags.v, a->unit->tags.n);
}

/* Maps --------------------------------------------------------------------------------------- */

typedef struct MapFields {
	struct { const char *name; uint32_t type; } v[10];
	int n;
} MapFields;

static void add_number(Assembler *a, MapFields *f, const char *name, uint32_t value)
{
	uint32_t byte = byte_type(a), array = btf_add_array(a->btf, byte, byte, value);

	f->v[f->n].name = name;
	f->v[f->n++].type = btf_add_ref(a->btf, BTF_KIND_PTR, NULL, array);
}

static void add_type(Assembler *a, MapFields *f, const char *name, uint32_t type)
{
	f->v[f->n].name = name;
	f->v[f->n++].type = btf_add_ref(a->btf, BTF_KIND_PTR, NULL, type);
}

static uint32_t type_of(Assembler *a, Type *t)
{
	return t ? lang_emit_type(a->unit, a->btf, t) : 0;
}

/* As LIBBPF_PIN_BY_NAME has it. */
static bool pinned_by_name(const BpfMap *m)
{
	return m->pin_path && starts_with(m->pin_path, "/sys/fs/bpf/") &&
	       !strcmp(m->pin_path + strlen("/sys/fs/bpf/"), m->name);
}

/* `inner`: id of the inner map's struct, 0: none. */
static uint32_t map_struct(Assembler *a, const BpfMap *m, uint32_t inner, bool has_entries)
{
	MapFields f = { .n = 0 };
	uint32_t values = 0, byte = byte_type(a), id;

	add_number(a, &f, "type", (uint32_t)m->type);
	if (m->btf_key)
		add_type(a, &f, "key", m->btf_key);
	else if (m->key_size)
		add_number(a, &f, "key_size", m->key_size);
	if (m->btf_value)
		add_type(a, &f, "value", m->btf_value);
	else if (m->value_size)
		add_number(a, &f, "value_size", m->value_size);
	if (m->max_entries && !m->entries_are_cpus)
		add_number(a, &f, "max_entries", m->max_entries);
	if (m->flags)
		add_number(a, &f, "map_flags", m->flags);
	if (pinned_by_name(m))
		add_number(a, &f, "pinning", 1);
	if (!inner && has_entries)      /* of programs */
		inner = btf_begin_func_proto(a->btf, 0);
	if (inner)
		values = btf_add_array(a->btf, btf_add_ref(a->btf, BTF_KIND_PTR, NULL, inner),
				       byte, 0);
	id = btf_begin_struct(a->btf, BTF_KIND_STRUCT, "", (uint32_t)f.n * 8);
	for (int k = 0; k < f.n; k++)
		btf_add_member(a->btf, f.v[k].name, f.v[k].type, (uint32_t)k * 64, 0);
	if (inner)
		btf_add_member(a->btf, "values", values, (uint32_t)f.n * 64, 0);
	return id;
}

static uint32_t map_struct_size(const BpfMap *m)
{
	return 8u * (1 + (m->btf_key || m->key_size) + (m->btf_value || m->value_size) +
		     (m->max_entries && !m->entries_are_cpus) + (m->flags != 0) +
		     pinned_by_name(m));
}

/* Words of the initialised `values` behind the struct. */
static uint32_t entry_count(const MapDecl *d)
{
	uint32_t n = 0;

	for (int k = 0; k < d->values.n; k++)
		if (d->values.v[k].index >= n)
			n = d->values.v[k].index + 1;
	return n;
}

void btf_describe_maps(Assembler *a)
{
	uint32_t offset = 0, *structs = NEW_ARRAY(a->arena, uint32_t, a->o->maps.n);

	for (int k = 0; k < a->o->maps.n; k++) {
		BpfMap *m = &a->o->maps.v[k];
		const MapDecl *d = a->unit->maps.v[k];

		m->btf_key = type_of(a, d->key);
		m->btf_value = type_of(a, d->leaf);
		m->btf_event = type_of(a, d->event);
	}
	for (int pass = 0; pass < 2; pass++)   /* inner maps first */
		for (int k = 0; k < a->o->maps.n; k++) {
			const BpfMap *m = &a->o->maps.v[k];
			bool outer = m->inner >= 0 && m->inner != k;

			if (outer == (pass == 1))
				structs[k] = map_struct(a, m, outer ? structs[m->inner] : 0,
							a->unit->maps.v[k]->values.n > 0);
		}
	for (int k = 0; k < a->o->maps.n; k++) {
		BpfMap *m = &a->o->maps.v[k];
		const MapDecl *d = a->unit->maps.v[k];

		m->btf_var = btf_add_var(a->btf, m->name, structs[k], GLOBAL_LINKAGE);
		add_tags(a, m->btf_var, d->tags.v, d->tags.n);
		offset += map_struct_size(m) + 8 * entry_count(d);
	}
	if (!offset)
		return;
	btf_begin_datasec(a->btf, ".maps", offset);
	offset = 0;
	for (int k = 0; k < a->o->maps.n; k++) {
		uint32_t size = map_struct_size(&a->o->maps.v[k]) +
				8 * entry_count(a->unit->maps.v[k]);

		btf_add_secinfo(a->btf, a->o->maps.v[k].btf_var, offset, size);
		offset += size;
	}
}

/* Data --------------------------------------------------------------------------------------- */

static void describe_section(Assembler *a, BpfData *d)
{
	VEC(struct Placed { const Global *g; uint32_t var; }) placed = { 0 };

	for (int k = 0; k < a->module->globals.n; k++) {
		const Global *g = a->module->globals.v[k];
		uint32_t type, var;

		if (!g->var || strcmp(g->section, d->name) || !g->size)
			continue;
		type = type_of(a, g->var->type);
		if (!type)
			continue;
		var = btf_add_var(a->btf, g->name, type,
				  g->var->is_static ? STATIC_LINKAGE : GLOBAL_LINKAGE);
		add_tags(a, var, g->var->tags.v, g->var->tags.n);
		vec_push(a->arena, &placed, (struct Placed){ g, var });
	}
	if (!placed.n)
		return;
	d->btf_datasec = btf_begin_datasec(a->btf, d->name, d->size);
	for (int k = 0; k < placed.n; k++)
		btf_add_secinfo(a->btf, placed.v[k].var, placed.v[k].g->offset, placed.v[k].g->size);
}

void btf_describe_data(Assembler *a)
{
	for (int k = 0; k < a->o->data.n; k++)
		describe_section(a, &a->o->data.v[k]);
}

/* Functions ---------------------------------------------------------------------------------- */

/* A program has the context alone, whatever its C function declares beside it. */
static uint32_t program_proto(Assembler *a, const Func *f)
{
	uint32_t result = btf_add_int(a->btf, "int", 4, BTF_INT_SIGNED, 32), context = 0, proto;

	if (f->params.n && type_is_pointer(f->params.v[0]->type))
		context = type_of(a, f->params.v[0]->type);
	if (!context)
		context = btf_add_ref(a->btf, BTF_KIND_PTR, NULL, 0);
	proto = btf_begin_func_proto(a->btf, result);
	btf_add_param(a->btf, "ctx", context);
	return proto;
}

static uint32_t function_proto(Assembler *a, const Func *f)
{
	uint32_t result = type_of(a, type_strip(f->type)->base), proto;
	uint32_t *types = NEW_ARRAY(a->arena, uint32_t, f->params.n);

	for (int k = 0; k < f->params.n; k++)
		types[k] = type_of(a, f->params.v[k]->type);
	proto = btf_begin_func_proto(a->btf, result);
	for (int k = 0; k < f->params.n; k++)
		btf_add_param(a->btf, f->params.v[k]->name ? f->params.v[k]->name->text :
			      arena_printf(a->arena, "arg%d", k), types[k]);
	return proto;
}

uint32_t btf_describe_function(Assembler *a, const Function *f)
{
	const Func *source = f->source;
	uint32_t id;

	if (!source)
		return 0;
	if (f->is_program) {
		id = btf_add_func(a->btf, f->name, program_proto(a, source), GLOBAL_LINKAGE);
		add_tags(a, id, source->tags.v, source->tags.n);
		return id;
	}
	return btf_add_func(a->btf, f->name, function_proto(a, source), STATIC_LINKAGE);
}
