/* SPDX-License-Identifier: Apache-2.0 */
/* A copy of an OBJECT in an arena of its own, so that the compilation it came from can be freed. */
#include "bpf/object.h"

static const char *copy_text(Arena *a, const char *text)
{
	return text ? arena_strdup(a, text) : NULL;
}

#define COPY_VEC(a, vec) \
	((vec).v = (vec).n ? arena_copy(a, (vec).v, sizeof(*(vec).v) * (size_t)(vec).n) : NULL, \
	 (vec).cap = (vec).n)

static void copy_program(Arena *a, BpfProgram *p)
{
	p->name = copy_text(a, p->name);
	p->kernel_name = copy_text(a, p->kernel_name);
	p->section = copy_text(a, p->section);
	p->attach_target = copy_text(a, p->attach_target);
	COPY_VEC(a, p->insns);
	COPY_VEC(a, p->relocs);
	COPY_VEC(a, p->funcs);
	COPY_VEC(a, p->lines);
}

static void copy_map(Arena *a, BpfMap *m)
{
	m->name = copy_text(a, m->name);
	m->pin_path = copy_text(a, m->pin_path);
}

static void copy_data(Arena *a, BpfData *d)
{
	d->name = copy_text(a, d->name);
	d->bytes = d->bytes ? arena_copy(a, d->bytes, d->size) : NULL;
}

BpfObject *bpf_object_copy(Arena *a, const BpfObject *from)
{
	BpfObject *o = arena_copy(a, from, sizeof(*from));

	o->arena = a;
	o->name = copy_text(a, from->name);
	o->license = copy_text(a, from->license);
	o->btf = from->btf ? arena_copy(a, from->btf, from->btf_size) : NULL;
	COPY_VEC(a, o->programs);
	COPY_VEC(a, o->maps);
	COPY_VEC(a, o->data);
	for (int i = 0; i < o->programs.n; i++)
		copy_program(a, &o->programs.v[i]);
	for (int i = 0; i < o->maps.n; i++)
		copy_map(a, &o->maps.v[i]);
	for (int i = 0; i < o->data.n; i++)
		copy_data(a, &o->data.v[i]);
	return o;
}
