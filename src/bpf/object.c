/* SPDX-License-Identifier: Apache-2.0 */
/* Maps and global data of the OBJECT, and the order in which it is put together. */
#include "bpf/assemble.h"

static void add_map(Assembler *a, const MapDecl *d)
{
	BpfMap m = {
		.name = d->name->text, .type = d->type, .key_size = d->key_size,
		.value_size = d->value_size, .max_entries = d->max_entries, .flags = d->flags,
		.entries_are_cpus = d->entries_are_cpus, .pin_path = d->pin_path, .inner = -1,
	};

	for (int k = 0; d->inner && k < a->unit->maps.n; k++)
		if (!strcmp(a->unit->maps.v[k]->name->text, d->inner))
			m.inner = k;
	vec_push(a->arena, &a->o->maps, m);
}

static int program_index(const Assembler *a, const Func *f)
{
	for (int k = 0; k < a->o->programs.n; k++)
		if (!strcmp(a->o->programs.v[k].name, f->name->text))
			return k;
	return -1;
}

/* Programs are known only when all is assembled. */
static void add_entries(Assembler *a, BpfMap *m, const MapDecl *d)
{
	for (int k = 0; k < d->values.n; k++) {
		const MapValue *v = &d->values.v[k];
		BpfEntry e = { v->index, v->map ? v->map->index : -1,
			       v->func ? program_index(a, v->func) : -1 };

		if (e.map >= 0 || e.program >= 0)
			vec_push(a->arena, &m->entries, e);
	}
}

static void add_data(Assembler *a, const char *section)
{
	BpfData d = { .name = section, .read_only = !strcmp(section, ".rodata") };
	Module *m = a->module;

	for (int k = 0; k < m->globals.n; k++) {
		const Global *g = m->globals.v[k];
		uint32_t room = !g->var && g->size < 16 ? 16 : g->size;
		uint32_t end = g->offset + (room ? room : 1);  /* an address even if of nothing */

		if (!strcmp(g->section, section) && end > d.size)
			d.size = end;
	}
	if (!d.size)
		return;
	d.size = (d.size + 7) & ~7u;
	d.bytes = arena_alloc(a->arena, d.size);
	for (int k = 0; k < m->globals.n; k++) {
		const Global *g = m->globals.v[k];

		if (g->bytes && !strcmp(g->section, section))
			memcpy(d.bytes + g->offset, g->bytes, g->size);
	}
	vec_push(a->arena, &a->o->data, d);
}

int assemble_data_index(const Assembler *a, const char *section)
{
	for (int k = 0; k < a->o->data.n; k++)
		if (!strcmp(a->o->data.v[k].name, section))
			return k;
	return -1;
}

BpfObject *assemble_object(Arena *arena, Unit *unit, Module *module, const char *name)
{
	BpfObject *o = NEW(arena, BpfObject);
	Assembler a = { .arena = arena, .unit = unit, .module = module, .sources = unit->sources,
			.diags = unit->diags, .o = o, .btf = btf_writer_new(arena) };

	o->arena = arena;
	o->name = name;
	o->license = unit->license;
	o->kernel_version = unit->host ? unit->host->kernel_version : 0;
	for (int k = 0; k < unit->maps.n; k++)
		add_map(&a, unit->maps.v[k]);
	add_data(&a, ".rodata");
	add_data(&a, ".data");
	add_data(&a, ".bss");
	btf_describe_unit(&a);
	btf_describe_maps(&a);
	btf_describe_data(&a);
	if (!assemble_programs(&a))
		return NULL;
	for (int k = 0; k < o->maps.n; k++)
		add_entries(&a, &o->maps.v[k], unit->maps.v[k]);
	o->btf = btf_finish(a.btf, &o->btf_size);
	return o;
}
