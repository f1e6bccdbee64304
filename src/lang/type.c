/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Types: construction, the questions asked about them, and C's conversion rules between them.
 *
 * Typedefs and qualifiers are nodes of their own in front of a type ("sugar"); type_strip goes
 * past them. Structs and unions are the same type only if they are the same object or have the
 * same tag: a tag can be met both in the program and in BTF. The members of a kernel struct are
 * read from BTF when somebody asks for them first, in type_complete.
 */
#include "internal.h"

static Type *new_type(Lang *l, TypeKind kind, uint64_t size, uint32_t align)
{
	Type *t = NEW(l->arena, Type);

	t->kind = kind;
	t->size = size;
	t->align = align;
	t->complete = true;
	return t;
}

static Type *new_integer(Lang *l, uint64_t size, bool is_signed)
{
	Type *t = new_type(l, TYPE_INT, size, (uint32_t)size);

	t->is_signed = is_signed;
	return t;
}

void types_init(Lang *l)
{
	l->t_void = new_type(l, TYPE_VOID, 0, 1);
	l->t_void->complete = false;
	l->t_bool = new_type(l, TYPE_BOOL, 1, 1);
	l->t_char = new_integer(l, 1, true);
	l->t_schar = new_integer(l, 1, true);
	l->t_uchar = new_integer(l, 1, false);
	l->t_char->is_char = true;
	l->t_short = new_integer(l, 2, true);
	l->t_ushort = new_integer(l, 2, false);
	l->t_int = new_integer(l, 4, true);
	l->t_uint = new_integer(l, 4, false);
	l->t_long = new_integer(l, 8, true);
	l->t_ulong = new_integer(l, 8, false);
	l->t_llong = new_integer(l, 8, true);
	l->t_ullong = new_integer(l, 8, false);
	l->t_int128 = new_integer(l, 16, true);
	l->t_uint128 = new_integer(l, 16, false);
	l->t_float = new_type(l, TYPE_FLOAT, 4, 4);
	l->t_double = new_type(l, TYPE_FLOAT, 8, 8);
	l->t_error = new_integer(l, 4, true);
	l->t_llong->name = l->t_ullong->name = atom_intern(l, "long long", 9);
	l->t_void_ptr = type_pointer(l, l->t_void);
	l->t_char_ptr = type_pointer(l, l->t_char);
}

Type *type_pointer(Lang *l, Type *base)
{
	if (!base->pointer_to) {
		base->pointer_to = new_type(l, TYPE_POINTER, 8, 8);
		base->pointer_to->base = base;
	}
	return base->pointer_to;
}

Type *type_array(Lang *l, Type *element, uint64_t count, bool complete)
{
	Type *t = new_type(l, TYPE_ARRAY, 0, 1);

	t->base = element;
	t->count = complete ? count : 0;
	t->complete = complete;
	t->align = type_align(l, element);
	if (complete && __builtin_mul_overflow(count, type_strip(element)->size, &t->size))
		t->size = 0;
	return t;
}

Type *type_function(Lang *l, Type *result)
{
	Type *t = new_type(l, TYPE_FUNC, 1, 1);

	t->base = result;
	return t;
}

Type *type_qualified(Lang *l, Type *base, unsigned quals, TypeSpace space)
{
	Type *t;

	if (base->kind == TYPE_QUALIFIED) {
		if ((base->quals & quals) == quals && (!space || base->space == space))
			return base;
		quals |= base->quals;
		space = space ? space : base->space;
		base = base->base;
	}
	if (!quals && !space)
		return base;
	t = new_type(l, TYPE_QUALIFIED, base->size, base->align);
	t->complete = base->complete;
	t->base = base;
	t->quals = (uint8_t)quals;
	t->space = space;
	return t;
}

Type *type_typedef(Lang *l, Atom *name, Type *base, Loc loc)
{
	Type *t = new_type(l, TYPE_TYPEDEF, base->size, 0);

	t->complete = base->complete;
	t->name = name;
	t->base = base;
	t->loc = loc;
	return t;
}

Type *type_strip(Type *t)
{
	while (t->kind == TYPE_TYPEDEF || t->kind == TYPE_QUALIFIED)
		t = t->base;
	return t;
}

Type *type_enum_base(Type *t)
{
	t = type_strip(t);
	return t->kind == TYPE_ENUM && t->base ? type_strip(t->base) : t;
}

/* Qualifiers; those of an array are those of its elements. */
unsigned type_quals(Type *t)
{
	unsigned quals = 0;

	for (;; t = t->base) {
		if (t->kind == TYPE_QUALIFIED)
			quals |= t->quals;
		else if (t->kind != TYPE_TYPEDEF && t->kind != TYPE_ARRAY)
			return quals;
	}
}

static bool has_qualifier(Type *t)
{
	while (t->kind == TYPE_TYPEDEF)
		t = t->base;
	return t->kind == TYPE_QUALIFIED;
}

Type *type_unqualified(Type *t)
{
	while (has_qualifier(t))
		t = t->base;
	return t;
}

TypeSpace type_space(Type *t)
{
	t = type_strip(t);
	if (t->kind != TYPE_POINTER)
		return TYPE_SPACE_NONE;
	for (t = t->base; t->kind == TYPE_QUALIFIED || t->kind == TYPE_TYPEDEF; t = t->base) {
		if (t->kind == TYPE_QUALIFIED && t->space)
			return t->space;
	}
	return TYPE_SPACE_NONE;
}

bool type_is_integer(Type *t)
{
	t = type_strip(t);
	return t->kind == TYPE_INT || t->kind == TYPE_BOOL || t->kind == TYPE_ENUM;
}

bool type_is_pointer(Type *t)
{
	return type_strip(t)->kind == TYPE_POINTER;
}

bool type_is_float(Type *t)
{
	return type_strip(t)->kind == TYPE_FLOAT;
}

bool type_is_scalar(Type *t)
{
	return type_is_integer(t) || type_is_pointer(t) || type_is_float(t);
}

bool type_is_record(Type *t)
{
	t = type_strip(t);
	return t->kind == TYPE_STRUCT || t->kind == TYPE_UNION;
}

bool type_is_aggregate(Type *t)
{
	t = type_strip(t);
	return t->kind == TYPE_STRUCT || t->kind == TYPE_UNION || t->kind == TYPE_ARRAY ||
	       (t->kind == TYPE_INT && t->size == 16);
}

bool type_is_signed(Type *t)
{
	t = type_enum_base(t);
	return t->kind == TYPE_INT && t->is_signed;
}

/* Completion ---------------------------------------------------------------------------------- */

/* A tag that was only mentioned so far: the pool or the kernel may know its members. */
static void complete_tag(Lang *l, Type *t)
{
	Type *found;

	/* align 0: the program is just defining it */
	if (!t->name || t->resolve_tried || !t->align)
		return;
	t->resolve_tried = true;
	found = resolve_tag(l, t->kind, t->name, t->loc);
	if (!found || found == t || t->complete || type_strip(found)->kind != t->kind)
		return;
	found = type_strip(found);
	if (!type_complete(l->unit, found))
		return;
	t->members.v = found->members.v;
	t->members.n = t->members.cap = found->members.n;
	t->size = found->size;
	t->align = found->align;
	t->btf = found->btf;
	t->btf_id = found->btf_id;
	t->from_btf = found->from_btf;
	t->is_packed = found->is_packed;
	t->is_packet_header = found->is_packet_header;
	t->complete = true;
}

static bool complete_array(Unit *u, Type *t)
{
	Type *element = type_strip(t->base);

	if (!t->complete || !type_complete(u, element))
		return false;
	if (__builtin_mul_overflow(t->count, element->size, &t->size))
		t->size = 0;
	t->align = type_align(u->lang, t->base);
	return true;
}

bool type_complete(Unit *u, Type *t)
{
	t = type_strip(t);
	if (t->kind == TYPE_ARRAY)
		return t->size ? true : complete_array(u, t);
	if (t->complete)
		return true;
	if (t->kind != TYPE_STRUCT && t->kind != TYPE_UNION)
		return false;
	if (t->from_btf)
		return import_btf_members(u->lang, t) && t->complete;
	complete_tag(u->lang, t);
	return t->complete;
}

uint64_t type_size(Lang *l, Type *t)
{
	return type_complete(l->unit, t) ? type_strip(t)->size : 0;
}

uint32_t type_align(Lang *l, Type *t)
{
	for (;; t = t->base) {
		if (t->kind == TYPE_TYPEDEF && t->align)
			return t->align;
		if (t->kind != TYPE_TYPEDEF && t->kind != TYPE_QUALIFIED && t->kind != TYPE_ARRAY)
			break;
	}
	if (!t->complete)
		type_complete(l->unit, t);
	return t->align ? t->align : 1;
}

static const Member *find_in(Unit *u, Type *t, const Atom *name, uint64_t *offset, int depth)
{
	t = type_strip(t);
	if (depth > 32 || !type_is_record(t) || (!t->being_defined && !type_complete(u, t)))
		return NULL;
	for (int i = 0; i < t->members.n; i++) {
		const Member *m = &t->members.v[i], *inner;
		uint64_t at = 0;

		if (m->name == name && name) {
			*offset = m->offset;
			return m;
		}
		if (m->name || m->is_bitfield)
			continue;
		inner = find_in(u, m->type, name, &at, depth + 1);
		if (inner) {
			*offset = m->offset + at;
			return inner;
		}
	}
	return NULL;
}

const Member *type_find_member(Unit *u, Type *t, const Atom *name, uint64_t *offset)
{
	uint64_t at = 0;
	const Member *m = find_in(u, t, name, &at, 0);

	if (offset)
		*offset = at;
	return m;
}

/* Compatibility and arithmetic conversions ---------------------------------------------------- */

static bool same_function(Type *a, Type *b)
{
	if (!type_equal(a->base, b->base) || a->params.n != b->params.n ||
	    a->variadic != b->variadic)
		return false;
	for (int i = 0; i < a->params.n; i++) {
		if (!type_equal(a->params.v[i].type, b->params.v[i].type))
			return false;
	}
	return true;
}

bool type_equal(Type *a, Type *b)
{
	a = type_strip(a);
	b = type_strip(b);
	if (a == b)
		return true;
	if (a->kind != b->kind) {
		a = type_enum_base(a);
		b = type_enum_base(b);
		return a->kind == TYPE_INT && b->kind == TYPE_INT && a->size == b->size &&
		       a->is_signed == b->is_signed;
	}
	switch (a->kind) {
	case TYPE_INT:
		return a->size == b->size && a->is_signed == b->is_signed;
	case TYPE_FLOAT:
		return a->size == b->size;
	case TYPE_POINTER:
		return type_equal(a->base, b->base);
	case TYPE_ARRAY:
		return type_equal(a->base, b->base) &&
		       (!a->complete || !b->complete || a->count == b->count);
	case TYPE_FUNC:
		return same_function(a, b);
	case TYPE_STRUCT:
	case TYPE_UNION:
	case TYPE_ENUM:
		return a->name && a->name == b->name;
	default:
		return true;
	}
}

Type *type_promoted(Lang *l, Type *t)
{
	Type *s = type_enum_base(t);

	if (s == l->t_error)
		return s;
	if (s->kind == TYPE_BOOL || (s->kind == TYPE_INT && s->size < 4))
		return l->t_int;
	if (s->kind == TYPE_INT && s->size == 4)
		return s->is_signed ? l->t_int : l->t_uint;
	return s;
}

Type *type_usual(Lang *l, Type *a, Type *b)
{
	a = type_promoted(l, a);
	b = type_promoted(l, b);
	if (a == l->t_error || b == l->t_error)
		return l->t_error;
	if (a->kind == TYPE_FLOAT || b->kind == TYPE_FLOAT)
		return l->t_double;
	if (a->size != b->size)
		return a->size > b->size ? a : b;
	return a->is_signed ? b : a;
}
