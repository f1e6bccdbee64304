/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BTF types -> C types, as little as a program needs. A struct is made with its size only; its
 * members follow when somebody asks for them (import_btf_members), and what they point to is made
 * the same way. Layout is never computed: offsets and sizes are the kernel's own.
 *
 * A pointer to a named struct that the program itself defines leads to the program's struct;
 * a struct embedded by value is always BTF's, because its size counts. Macros of the program cannot
 * change anything here, since no text is read. BTF may be corrupt: recursion is bounded.
 */
#include "lang/dialect.h"

enum { DEEPEST_IMPORT = 64 };

/* Cache ---------------------------------------------------------------------------------------- */

static ImportedType *slot_of(Dialect *d, const Btf *btf, uint32_t id)
{
	uint32_t mask = d->cap_imported - 1;
	uint32_t i = (id * 0x9e3779b1u ^ (uint32_t)((uintptr_t)btf >> 4)) & mask;

	while (d->imported[i].type && (d->imported[i].btf != btf || d->imported[i].id != id))
		i = (i + 1) & mask;
	return &d->imported[i];
}

static void grow_cache(Lang *l, Dialect *d)
{
	ImportedType *old = d->imported;
	uint32_t n = d->cap_imported;

	d->cap_imported = n ? n * 2 : 64;
	d->imported = NEW_ARRAY(l->arena, ImportedType, d->cap_imported);
	for (uint32_t i = 0; i < n; i++)
		if (old[i].type)
			*slot_of(d, old[i].btf, old[i].id) = old[i];
}

static void remember(Lang *l, const Btf *btf, uint32_t id, Type *t)
{
	Dialect *d = l->dialect;

	if (d->n_imported * 2 >= d->cap_imported)
		grow_cache(l, d);
	d->n_imported++;
	*slot_of(d, btf, id) = (ImportedType){ btf, id, t };
}

static Type *recall(Lang *l, const Btf *btf, uint32_t id)
{
	return l->dialect->cap_imported ? slot_of(l->dialect, btf, id)->type : NULL;
}

/* Alignment, from sizes of scalars, without making types --------------------------------------- */

/* `budget` bounds the work: a corrupt struct may contain itself many times. */
static uint32_t align_of(const Btf *btf, uint32_t id, int *budget);

static uint32_t align_of_members(const Btf *btf, const struct btf_type *t, int *budget)
{
	uint32_t align = 1;

	for (int i = 0; i < btf_vlen(t) && align < 8; i++) {
		const struct btf_member *m = btf_member_at(btf, t, i);
		uint32_t bits, a;

		if (!m)
			break;
		bits = btf_member_bit_offset(t, m);
		a = align_of(btf, m->type, budget);
		if (!btf_member_bit_width(t, m) && bits % (a * 8))
			return 1; /* a misplaced member: the struct is packed */
		if (a > align)
			align = a;
	}
	return t->size % align ? 1 : align;
}

static uint32_t align_of(const Btf *btf, uint32_t id, int *budget)
{
	const struct btf_type *t = btf_type(btf, id = btf_skip(btf, id));
	const struct btf_array *array;
	uint64_t size;

	if (!t || --*budget < 0)
		return 1;
	switch (btf_kind(t)) {
	case BTF_KIND_PTR: return 8;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION: return align_of_members(btf, t, budget);
	case BTF_KIND_ARRAY:
		array = btf_array_of(btf, t);
		return array ? align_of(btf, array->type, budget) : 1;
	default:
		if (!btf_size_of(btf, id, &size) || !size || size > 16 || (size & (size - 1)))
			return 1;
		return (uint32_t)size;
	}
}

/* Types ---------------------------------------------------------------------------------------- */

static Type *import_int(Lang *l, const Btf *btf, const struct btf_type *t)
{
	uint32_t word = btf_int_bits(btf, t);
	bool is_signed = BTF_INT_ENCODING(word) & BTF_INT_SIGNED;
	const char *name = btf_type_name(btf, t);

	if ((BTF_INT_ENCODING(word) & BTF_INT_BOOL) || !strcmp(name, "_Bool"))
		return l->t_bool;
	switch (t->size) {
	case 1:
		/* the kernel's plain char is signed or not, as its compiler was told */
		return strcmp(name, "char") == 0 ? l->t_char : is_signed ? l->t_schar : l->t_uchar;
	case 2: return is_signed ? l->t_short : l->t_ushort;
	case 4: return is_signed ? l->t_int : l->t_uint;
	case 16: return is_signed ? l->t_int128 : l->t_uint128;
	default:
		if (strstr(name, "long long"))
			return is_signed ? l->t_llong : l->t_ullong;
		return is_signed ? l->t_long : l->t_ulong;
	}
}

static Type *new_tagged(Lang *l, TypeKind kind, const Btf *btf, uint32_t id, const char *name)
{
	Type *t = NEW(l->arena, Type);

	t->kind = kind;
	t->btf = btf;
	t->btf_id = id;
	t->align = 1;
	if (*name)
		t->name = dialect_atom(l, name);
	return t;
}

static Type *import_record(Lang *l, const Btf *btf, uint32_t id, const struct btf_type *t)
{
	TypeKind kind = btf_kind(t) == BTF_KIND_UNION ? TYPE_UNION : TYPE_STRUCT;
	Type *type = new_tagged(l, kind, btf, id, btf_type_name(btf, t));

	type->size = t->size;
	type->from_btf = true;
	return type;
}

static Type *enum_base(Lang *l, uint32_t size, bool is_signed)
{
	switch (size) {
	case 1: return is_signed ? l->t_schar : l->t_uchar;
	case 2: return is_signed ? l->t_short : l->t_ushort;
	case 8: return is_signed ? l->t_long : l->t_ulong;
	default: return is_signed ? l->t_int : l->t_uint;
	}
}

static Type *import_enum(Lang *l, const Btf *btf, uint32_t id, const struct btf_type *t)
{
	Type *type = new_tagged(l, TYPE_ENUM, btf, id, btf_type_name(btf, t));
	bool negative = btf_kflag(t);

	for (int i = 0; i < btf_vlen(t); i++) {
		Enumerator e = { 0 };
		const char *name;

		if (!btf_enum_at(btf, t, i, &name, &e.value))
			break;
		e.name = dialect_atom(l, name);
		negative |= e.value < 0;
		vec_push(l->arena, &type->enumerators, e);
	}
	type->base = enum_base(l, t->size, negative);
	type->size = type->base->size;
	type->align = type->base->align;
	type->complete = true;
	return type;
}

/* Something that is contained, not pointed to: a const on it says nothing that a reader needs. */
static Type *import_value(Lang *l, const Btf *btf, uint32_t id)
{
	const struct btf_type *t = btf_type(btf, id);

	for (int i = 0; t && i < 8; i++) {
		int kind = btf_kind(t);

		if (kind != BTF_KIND_CONST && kind != BTF_KIND_VOLATILE &&
		    kind != BTF_KIND_TYPE_TAG)
			break;
		id = t->type;
		t = btf_type(btf, id);
	}
	return import_btf_type(l, btf, id);
}

static Type *import_array(Lang *l, const Btf *btf, const struct btf_type *t)
{
	const struct btf_array *a = btf_array_of(btf, t);
	Type *array = NEW(l->arena, Type), *element;

	array->kind = TYPE_ARRAY;
	array->align = 1;
	array->complete = true;
	array->base = element = a ? import_value(l, btf, a->type) : l->t_char;
	array->count = a ? a->nelems : 0;
	if (__builtin_mul_overflow(array->count, type_strip(element)->size, &array->size))
		array->size = 0;
	return array;
}

static Type *import_function(Lang *l, const Btf *btf, const struct btf_type *t)
{
	Type *fn = type_function(l, import_btf_type(l, btf, t->type));

	for (int i = 0; i < btf_vlen(t); i++) {
		const struct btf_param *p = btf_param_at(btf, t, i);
		Param param = { 0 };
		const char *name;

		if (!p)
			break;
		if (!p->type) {
			fn->variadic = true;
			break;
		}
		name = btf_string(btf, p->name_off);
		param.name = *name ? dialect_atom(l, name) : NULL;
		param.type = import_btf_type(l, btf, p->type);
		vec_push(l->arena, &fn->params, param);
	}
	return fn;
}

/* The program's own definition of a tag, at file scope. */
static Type *programs_tag(Lang *l, Atom *name, TypeKind kind)
{
	Symbol *s = name->tag;

	while (s && s->scope != l->file_scope)
		s = s->shadowed;
	return s && !s->is_external && s->type->kind == kind ? s->type : NULL;
}

/* What a pointer leads to: a struct of the program's, if it has one of that name. */
static Type *import_target(Lang *l, const Btf *btf, uint32_t id)
{
	const struct btf_type *t = btf_type(btf, id);
	int kind = t ? btf_kind(t) : BTF_KIND_UNKN;
	const char *name = t ? btf_type_name(btf, t) : "";
	Type *own = NULL;

	if (*name && kind == BTF_KIND_STRUCT)
		own = programs_tag(l, dialect_atom(l, name), TYPE_STRUCT);
	else if (*name && kind == BTF_KIND_UNION)
		own = programs_tag(l, dialect_atom(l, name), TYPE_UNION);
	return own ? own : import_btf_type(l, btf, id);
}

static Type *import_forward(Lang *l, const Btf *btf, const struct btf_type *t)
{
	TypeKind kind = btf_kflag(t) ? TYPE_UNION : TYPE_STRUCT;
	const char *name = btf_type_name(btf, t);
	Type *own = *name ? programs_tag(l, dialect_atom(l, name), kind) : NULL;

	/* no members here; type_complete asks for them elsewhere by name */
	return own ? own : new_tagged(l, kind, NULL, 0, name);
}

static TypeSpace space_of_tag(const char *tag)
{
	if (strcmp(tag, "user") == 0)
		return TYPE_SPACE_USER;
	if (strcmp(tag, "percpu") == 0)
		return TYPE_SPACE_PERCPU;
	return strcmp(tag, "rcu") == 0 ? TYPE_SPACE_RCU : TYPE_SPACE_NONE;
}

static Type *import_sugar(Lang *l, const Btf *btf, const struct btf_type *t)
{
	const char *name = btf_type_name(btf, t);
	Type *base = btf_kind(t) == BTF_KIND_TYPEDEF ? import_btf_type(l, btf, t->type)
						     : import_target(l, btf, t->type);

	switch (btf_kind(t)) {
	case BTF_KIND_TYPEDEF: return type_typedef(l, dialect_atom(l, name), base, 0);
	case BTF_KIND_CONST: return type_qualified(l, base, QUAL_CONST, TYPE_SPACE_NONE);
	case BTF_KIND_VOLATILE: return type_qualified(l, base, QUAL_VOLATILE, TYPE_SPACE_NONE);
	case BTF_KIND_TYPE_TAG: return type_qualified(l, base, 0, space_of_tag(name));
	default: return base; /* restrict */
	}
}

static Type *convert(Lang *l, const Btf *btf, uint32_t id, const struct btf_type *t)
{
	switch (btf_kind(t)) {
	case BTF_KIND_INT: return import_int(l, btf, t);
	case BTF_KIND_PTR: return type_pointer(l, import_target(l, btf, t->type));
	case BTF_KIND_ARRAY: return import_array(l, btf, t);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION: return import_record(l, btf, id, t);
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64: return import_enum(l, btf, id, t);
	case BTF_KIND_FWD: return import_forward(l, btf, t);
	case BTF_KIND_FUNC_PROTO: return import_function(l, btf, t);
	case BTF_KIND_FUNC: return import_btf_type(l, btf, t->type);
	case BTF_KIND_FLOAT: return t->size == 4 ? l->t_float : l->t_double;
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_CONST:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_TYPE_TAG: return import_sugar(l, btf, t);
	default: return l->t_void;
	}
}

/* Qualified types depend on how they are reached (import_target); the rest is made once. */
static bool is_shared(const struct btf_type *t)
{
	switch (btf_kind(t)) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_PTR:
	case BTF_KIND_ARRAY: return true;
	default: return false;
	}
}

Type *import_btf_type(Lang *l, const Btf *btf, uint32_t id)
{
	const struct btf_type *t = btf_type(btf, id);
	Type *type;

	if (!t)
		return l->t_void;
	type = recall(l, btf, id);
	if (type)
		return type;
	if (l->dialect->import_depth >= DEEPEST_IMPORT)
		return l->t_int;
	l->dialect->import_depth++;
	type = convert(l, btf, id, t);
	l->dialect->import_depth--;
	if (is_shared(t) && !recall(l, btf, id))
		remember(l, btf, id, type);
	return type;
}

/* Members -------------------------------------------------------------------------------------- */

static void import_member(Lang *l, Type *type, const struct btf_type *t, const struct btf_member *m)
{
	const Btf *btf = type->btf;
	const char *name = btf_string(btf, m->name_off);
	Member member = { .type = import_value(l, btf, m->type) };

	member.name = *name ? dialect_atom(l, name) : NULL;
	member.bit_offset = btf_member_bit_offset(t, m);
	member.bit_width = (uint16_t)btf_member_bit_width(t, m);
	member.is_bitfield = member.bit_width != 0;
	member.offset = member.bit_offset / 8;
	vec_push(l->arena, &type->members, member);
}

/* Types by value must have a size; a corrupt or recursive one is left out. */
static bool is_embeddable(Type *type, Type *member)
{
	member = type_strip(member);
	while (member->kind == TYPE_ARRAY)
		member = type_strip(member->base);
	return member != type && member->kind != TYPE_VOID && member->kind != TYPE_FUNC;
}

bool import_btf_members(Lang *l, Type *type)
{
	const struct btf_type *t = type->btf ? btf_type(type->btf, type->btf_id) : NULL;
	int budget = 500;

	if (!t || type->complete)
		return type->complete;
	if (l->dialect->import_depth >= DEEPEST_IMPORT)
		return false;
	l->dialect->import_depth++;
	type->complete = true;
	type->size = t->size;
	type->align = align_of(type->btf, type->btf_id, &budget);
	for (int i = 0; i < btf_vlen(t); i++) {
		const struct btf_member *m = btf_member_at(type->btf, t, i);

		if (!m)
			break;
		import_member(l, type, t, m);
		if (!is_embeddable(type, vec_last(&type->members).type))
			type->members.n--;
	}
	l->dialect->import_depth--;
	return true;
}

/* By name -------------------------------------------------------------------------------------- */

Type *import_btf_tag(Lang *l, TypeKind kind, Atom *name)
{
	static const struct {
		TypeKind type;
		int btf;
	} kinds[] = {
		{ TYPE_STRUCT, BTF_KIND_STRUCT },
		{ TYPE_UNION, BTF_KIND_UNION },
		{ TYPE_ENUM, BTF_KIND_ENUM },
	};
	const Btf *btf = dialect_btf(l);

	for (size_t i = 0; btf && i < ARRAY_LEN(kinds); i++) {
		uint32_t id = kinds[i].type == kind ? btf_find(btf, name->text, kinds[i].btf) : 0;

		if (id)
			return import_btf_type(l, btf, id);
	}
	return NULL;
}
