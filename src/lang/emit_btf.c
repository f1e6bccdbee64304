/* SPDX-License-Identifier: Apache-2.0 */
/*
 * C types -> BTF of the object, each type once (Type.out_id).
 *
 * A struct is written after the types of its members. Pointers are written before what they lead
 * to, so a chain of structs that point to each other ends: a reference to a struct that is being
 * written is patched as soon as the struct has its id. Kernel structs that are only pointed to
 * become forward declarations, so that one `struct task_struct *` does not drag in the kernel.
 */
#include "lang/dialect.h"

static const uint32_t BEING_WRITTEN = UINT32_MAX;

static uint32_t emit(Lang *l, BtfWriter *w, Type *t);

/* Gives the reference `id` its target, now or when the target has been written. */
static void link_reference(Lang *l, BtfWriter *w, uint32_t id, Type *target)
{
	uint32_t to = emit(l, w, target);

	if (to == BEING_WRITTEN) {
		BtfFixup fixup = { id, target };
		vec_push(l->arena, &l->dialect->fixups, fixup);
		return;
	}
	btf_patch_ref(w, id, to);
}

static void apply_fixups(Lang *l, BtfWriter *w, Type *t, uint32_t id)
{
	int kept = 0;
	BtfFixup *v = l->dialect->fixups.v;

	for (int i = 0; i < l->dialect->fixups.n; i++) {
		if (v[i].target == t)
			btf_patch_ref(w, v[i].id, id);
		else
			v[kept++] = v[i];
	}
	l->dialect->fixups.n = kept;
}

/* For places that hold an id for good: what is being written reads as void there. */
static uint32_t emit_now(Lang *l, BtfWriter *w, Type *t)
{
	uint32_t id = emit(l, w, t);

	return id == BEING_WRITTEN ? 0 : id;
}

static uint32_t emit_int(Lang *l, BtfWriter *w, Type *t)
{
	int encoding = t->kind == TYPE_BOOL ? BTF_INT_BOOL : t->is_signed ? BTF_INT_SIGNED : 0;

	return btf_add_int(w, type_name(l->arena, t), (uint32_t)t->size, encoding,
			   (uint32_t)t->size * 8);
}

static uint32_t emit_forward(Lang *l, BtfWriter *w, Type *t)
{
	if (!t->name)
		return 0;
	if (!t->out_forward_id) {
		t->out_forward_id = btf_add_ref(w, BTF_KIND_FWD, t->name->text, 0);
		if (!t->out_id)
			vec_push(l->arena, &l->dialect->written, t);
	}
	return t->out_forward_id;
}

/* The struct of the kernel, or unknown struct, that a pointer leads to through typedefs and
 * qualifiers; NULL if it leads to something else. */
static Type *kernel_record(Type *t)
{
	t = type_strip(t);
	return type_is_record(t) && (t->btf || !t->complete) && t->name && !t->out_id ? t : NULL;
}

static uint32_t emit_pointer(Lang *l, BtfWriter *w, Type *t)
{
	Type *record = kernel_record(t->base);

	if (record)
		return t->out_id = btf_add_ref(w, BTF_KIND_PTR, NULL, emit_forward(l, w, record));
	t->out_id = btf_add_ref(w, BTF_KIND_PTR, NULL, 0);
	link_reference(l, w, t->out_id, t->base);
	return t->out_id;
}

static uint32_t emit_sugar(Lang *l, BtfWriter *w, Type *t)
{
	static const struct {
		unsigned qual;
		int kind;
	} kinds[] = {
		{ QUAL_CONST, BTF_KIND_CONST },
		{ QUAL_VOLATILE, BTF_KIND_VOLATILE },
		{ QUAL_RESTRICT, BTF_KIND_RESTRICT },
	};
	uint32_t last = 0;

	if (t->kind == TYPE_TYPEDEF) {
		t->out_id = last = btf_add_ref(w, BTF_KIND_TYPEDEF, t->name->text, 0);
	} else {
		for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
			uint32_t id;

			if (!(t->quals & kinds[i].qual))
				continue;
			id = btf_add_ref(w, kinds[i].kind, NULL, 0);
			if (last)
				btf_patch_ref(w, last, id);
			else
				t->out_id = id;
			last = id;
		}
	}
	if (!last)
		return emit(l, w, t->base);
	link_reference(l, w, last, t->base);
	return t->out_id;
}

static void emit_tags(BtfWriter *w, Type *t, uint32_t id)
{
	for (int i = 0; i < t->tags.n; i++)
		btf_add_decl_tag(w, t->tags.v[i], id, -1);
	for (int i = 0; i < t->members.n; i++) {
		const Member *m = &t->members.v[i];

		for (int j = 0; j < m->tags.n; j++)
			btf_add_decl_tag(w, m->tags.v[j], id, i);
	}
}

static uint32_t emit_record(Lang *l, BtfWriter *w, Type *t)
{
	int kind = t->kind == TYPE_UNION ? BTF_KIND_UNION : BTF_KIND_STRUCT;
	const Member *m;
	uint32_t id;

	if (!type_complete(l->unit, t))
		return emit_forward(l, w, t);
	t->out_id = BEING_WRITTEN;
	for (int i = 0; i < t->members.n; i++)
		emit(l, w, t->members.v[i].type);
	id = btf_begin_struct(w, kind, t->name ? t->name->text : "", (uint32_t)t->size);
	for (int i = 0; i < t->members.n; i++) {
		m = &t->members.v[i];
		btf_add_member(w, m->name ? m->name->text : "", emit_now(l, w, m->type),
			       m->is_bitfield ? m->bit_offset : (uint32_t)m->offset * 8,
			       m->bit_width);
	}
	t->out_id = id;
	apply_fixups(l, w, t, id);
	emit_tags(w, t, id);
	return id;
}

static uint32_t emit_enum(BtfWriter *w, Type *t)
{
	Type *base = type_enum_base(t);
	uint32_t id = btf_begin_enum(w, t->name ? t->name->text : "", (uint32_t)base->size,
				     base->is_signed);

	for (int i = 0; i < t->enumerators.n; i++)
		btf_add_enumerator(w, t->enumerators.v[i].name->text, t->enumerators.v[i].value);
	return id;
}

static uint32_t emit_function(Lang *l, BtfWriter *w, Type *t)
{
	uint32_t id, result;

	/* a function type that leads back to itself would never end */
	t->out_id = BEING_WRITTEN;
	result = emit_now(l, w, t->base);
	for (int i = 0; i < t->params.n; i++)
		emit(l, w, t->params.v[i].type);
	id = btf_begin_func_proto(w, result);
	for (int i = 0; i < t->params.n; i++) {
		const Param *p = &t->params.v[i];

		btf_add_param(w, p->name ? p->name->text : "", emit_now(l, w, p->type));
	}
	if (t->variadic)
		btf_add_param(w, "", 0);
	t->out_id = id;
	apply_fixups(l, w, t, id);
	return id;
}

static uint32_t emit_new(Lang *l, BtfWriter *w, Type *t)
{
	uint32_t element;

	switch (t->kind) {
	case TYPE_BOOL:
	case TYPE_INT: return emit_int(l, w, t);
	case TYPE_FLOAT: return emit_int(l, w, l->t_ullong);
	case TYPE_POINTER: return emit_pointer(l, w, t);
	case TYPE_ARRAY:
		element = emit_now(l, w, t->base);
		return btf_add_array(w, element, emit_now(l, w, l->t_uint), (uint32_t)t->count);
	case TYPE_FUNC: return emit_function(l, w, t);
	case TYPE_STRUCT:
	case TYPE_UNION: return emit_record(l, w, t);
	case TYPE_ENUM:
		return t->enumerators.n ? emit_enum(w, t) : emit_now(l, w, type_enum_base(t));
	case TYPE_TYPEDEF:
	case TYPE_QUALIFIED: return emit_sugar(l, w, t);
	default: return 0;
	}
}

static uint32_t emit(Lang *l, BtfWriter *w, Type *t)
{
	uint32_t id;

	if (t->out_id)
		return t->out_id;
	vec_push(l->arena, &l->dialect->written, t);
	id = emit_new(l, w, t);
	if (id != BEING_WRITTEN)
		t->out_id = id;
	return id;
}

/* Another writer begins with nothing: a compilation can make more than one object. */
static void begin_writer(Dialect *d, BtfWriter *w)
{
	for (int i = 0; i < d->written.n; i++)
		d->written.v[i]->out_id = d->written.v[i]->out_forward_id = 0;
	d->written.n = 0;
	d->fixups.n = 0;
	d->writer = w;
}

uint32_t lang_emit_type(Unit *u, BtfWriter *w, Type *t)
{
	if (u->lang->dialect->writer != w)
		begin_writer(u->lang->dialect, w);
	return emit_now(u->lang, w, t);
}
