/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What clang leaves to the loader as relocations is decided here, against the BTF in use: layout of
 * structs that the program defines only in part, and questions about fields, types and enumerators.
 *
 * A struct with preserve_access_index gets the kernel's offsets member by member, by name; what
 * follows "___" in a name is a flavour and does not count. A member that the kernel does not have,
 * or has as something else, is marked: the program may ask whether it exists, and only an access
 * that can be reached is an error (src/ir/passes.c).
 */
#include "lang/dialect.h"

enum { DEEPEST_NESTING = 16 };

enum { FIELD_OFFSET, FIELD_SIZE, FIELD_EXISTS, FIELD_SIGNED, FIELD_LSHIFT, FIELD_RSHIFT };
enum { TYPE_EXISTS, TYPE_BYTES, TYPE_MATCHES, TYPE_KERNEL_ID };

/* Names ---------------------------------------------------------------------------------------- */

static Atom *without_flavour(Lang *l, Atom *name)
{
	const char *mark = strstr(name->text, "___");

	if (!mark || mark == name->text)
		return name;
	return atom_intern(l, name->text, (size_t)(mark - name->text));
}

/* The kernel's type of that name; NULL if it has none. */
static Type *kernel_type(Lang *l, Type *t)
{
	t = type_strip(t);
	if (t->from_btf || (t->kind == TYPE_ENUM && t->btf))
		return t;
	return t->name ? import_btf_tag(l, t->kind, without_flavour(l, t->name)) : NULL;
}

/* Members -------------------------------------------------------------------------------------- */

/* Fields of one name are the same if they are both numbers, both pointers, both structs, ... */
static bool agree(Type *a, Type *b)
{
	for (int i = 0; i < DEEPEST_NESTING; i++) {
		a = type_strip(a);
		b = type_strip(b);
		if (type_is_integer(a) || type_is_integer(b))
			return type_is_integer(a) && type_is_integer(b);
		if (type_is_record(a) || type_is_record(b))
			return type_is_record(a) && type_is_record(b);
		if (a->kind != TYPE_ARRAY || b->kind != TYPE_ARRAY)
			return a->kind == b->kind;
		a = a->base;
		b = b->base;
	}
	return true;
}

/* Gives `m` the place that the field of its name has in the kernel's struct. */
static void place_member(Lang *l, Type *kernel, Member *m, const Member **found)
{
	uint64_t offset;
	const Member *k = type_find_member(l->unit, kernel, without_flavour(l, m->name), &offset);

	*found = k;
	m->is_missing = !k || !agree(m->type, k->type);
	if (m->is_missing)
		return;
	m->offset = offset;
	m->bit_offset = (uint32_t)(offset - k->offset) * 8 +
			(k->is_bitfield ? k->bit_offset : (uint32_t)k->offset * 8);
	m->is_bitfield = k->is_bitfield;
	m->bit_width = k->bit_width;
	if (type_is_integer(m->type) &&
	    (k->is_bitfield || type_size(l, m->type) != type_size(l, k->type)))
		m->type = k->type;
}

static void place_members(Lang *l, Type *kernel, Type *t, int depth)
{
	for (int i = 0; i < t->members.n && depth < DEEPEST_NESTING; i++) {
		Member *m = &t->members.v[i];
		Type *inner = type_strip(m->type);
		const Member *found;

		if (m->name) {
			place_member(l, kernel, m, &found);
			if (!m->is_missing && type_is_record(inner) && !inner->name &&
			    type_complete(l->unit, type_strip(found->type)))
				place_members(l, type_strip(found->type), inner, depth + 1);
		} else if (type_is_record(inner) && !inner->name) {
			/* what it holds is found by name, wherever the kernel has it */
			m->offset = m->bit_offset = 0;
			place_members(l, kernel, inner, depth + 1);
		}
	}
	t->size = kernel->size;
	t->align = kernel->align;
}

void core_relocate_record(Lang *l, Type *t)
{
	Type *kernel;

	if (!t->name || !dialect_btf(l))
		return;
	kernel = kernel_type(l, t);
	if (kernel && kernel != t && type_complete(l->unit, kernel)) {
		place_members(l, kernel, t, 0);
		return;
	}
	for (int i = 0; i < t->members.n; i++)
		t->members.v[i].is_missing = true;
}

/* One access `base.member` of a struct that has the program's own layout. */
static void relocate_member_access(Lang *l, Expr *e)
{
	Type *t = type_strip(e->a->type), *kernel;
	const Member *found;
	Member *m;

	if (t->from_btf || t->preserve_access_index || !t->name || !e->member->name ||
	    e->member->is_missing)
		return;
	kernel = kernel_type(l, t);
	if (!kernel || kernel == t || !type_complete(l->unit, kernel))
		return;
	m = NEW(l->arena, Member);
	*m = *e->member;
	place_member(l, kernel, m, &found);
	e->member = m;
	e->offset = m->offset;
	if (m->type != e->type && type_is_integer(m->type) && type_is_integer(e->type))
		e->type = type_qualified(l, m->type, type_quals(e->type), TYPE_SPACE_NONE);
}

static void relocate_access(Lang *l, Expr *e)
{
	for (int i = 0; e && i < 1000; i++) {
		switch (e->kind) {
		case EXPR_MEMBER:
			relocate_member_access(l, e);
			break;
		case EXPR_ADDRESS: case EXPR_DEREF: case EXPR_CONVERT: case EXPR_POINTER_ADD:
			break;
		default:
			return;
		}
		e = e->a;
	}
}

/* __builtin_preserve_access_index(value) */
Expr *core_parse_access(Lang *l, Symbol *s, Loc loc)
{
	Expr *e = parse_initial_value(l);

	(void)s, (void)loc;
	if (dialect_btf(l))
		relocate_access(l, e);
	e = expr_rvalue(l, e);
	if (accept(l, TOK_COMMA))
		parse_assignment(l);
	expect(l, TOK_RPAREN);
	return e;
}

/* Fields --------------------------------------------------------------------------------------- */

static const Expr *field_of(const Expr *e)
{
	while ((e->kind == EXPR_CONVERT || e->kind == EXPR_ADDRESS) && e->a)
		e = e->a;
	return e;
}

static bool is_missing(const Expr *e)
{
	for (int i = 0; e && i < 1000; i++, e = e->a)
		if (e->kind == EXPR_MEMBER && e->member->is_missing)
			return true;
	return false;
}

/* Bytes from the start of the object that the last pointer leads to. */
static uint64_t offset_of(const Expr *e)
{
	uint64_t offset = 0;
	const Expr *pointer;

	for (; e->kind == EXPR_MEMBER || e->kind == EXPR_DEREF; e = e->a) {
		if (e->kind == EXPR_MEMBER) {
			offset += e->offset;
			continue;
		}
		/* array elements: *(array + index) */
		pointer = e->a;
		if (pointer->kind != EXPR_POINTER_ADD || pointer->a->kind != EXPR_ADDRESS ||
		    pointer->b->kind != EXPR_INT)
			break;
		offset += (uint64_t)pointer->b->i * pointer->scale;
		e = pointer->a;
	}
	return offset;
}

static int64_t field_info(Lang *l, const Expr *e, int64_t kind)
{
	const Member *m = e->kind == EXPR_MEMBER ? e->member : NULL;
	int64_t size = (int64_t)type_size(l, e->type);
	int64_t bits = m && m->is_bitfield ? m->bit_width : size * 8;
	int64_t shift = m && m->is_bitfield ? m->bit_offset % (size ? size * 8 : 8) : 0;

	switch (kind) {
	case FIELD_OFFSET:
		if (!m || !m->is_bitfield || !size)
			return (int64_t)offset_of(e);
		return (int64_t)(offset_of(e->a) + (e->offset - m->offset) +
				 m->bit_offset / (size * 8) * size);
	case FIELD_SIZE: return size;
	case FIELD_SIGNED: return type_is_integer(e->type) && type_is_signed(e->type);
	case FIELD_LSHIFT: return 64 - bits - shift;
	case FIELD_RSHIFT: return 64 - bits;
	default: return 1;
	}
}

/* __builtin_preserve_field_info(field, kind); the field may be one that does not exist. */
Expr *core_parse_field_info(Lang *l, Symbol *s, Loc loc)
{
	int64_t kind = FIELD_EXISTS;
	const Expr *field;
	Expr *e;

	(void)s;
	l->unevaluated++;
	l->asks_for_field++;
	e = parse_initial_value(l);
	l->asks_for_field--;
	l->unevaluated--;
	if (expect(l, TOK_COMMA))
		parse_constant(l, &kind);
	expect(l, TOK_RPAREN);
	if (expr_is_error(l, e))
		return expr_error(l, loc);
	if (dialect_btf(l))
		relocate_access(l, e);
	field = field_of(e);
	if (is_missing(field))
		return expr_int(l, 0, l->t_uint, loc);
	return expr_int(l, field_info(l, field, kind), l->t_uint, loc);
}

/* Stands for a member that nobody has, while a program asks for it. */
Expr *core_missing_field(Lang *l, Expr *base, Atom *name, Loc loc)
{
	Member *m = NEW(l->arena, Member);
	Expr *e = expr_new(l, EXPR_MEMBER, l->t_int, loc);

	m->name = name;
	m->type = l->t_int;
	m->is_missing = true;
	e->a = base;
	e->member = m;
	e->is_lvalue = true;
	return e;
}

/* Types ---------------------------------------------------------------------------------------- */

static uint32_t kernel_id(Lang *l, Type *t)
{
	const Btf *btf = dialect_btf(l);
	Type *kernel;

	while (t->kind == TYPE_QUALIFIED)
		t = t->base;
	if (!btf)
		return 0;
	if (t->kind == TYPE_TYPEDEF)
		return btf_find(btf, without_flavour(l, t->name)->text, BTF_KIND_TYPEDEF);
	if (t->kind == TYPE_STRUCT || t->kind == TYPE_UNION || t->kind == TYPE_ENUM) {
		kernel = kernel_type(l, t);
		return kernel ? kernel->btf_id : 0;
	}
	if (t->kind != TYPE_INT)
		return 0;
	return btf_find(btf, t == l->t_char ? "char" : type_name(l->arena, t), BTF_KIND_INT);
}

static int64_t type_info(Lang *l, Type *t, int64_t kind)
{
	uint32_t id = kernel_id(l, t);
	Type *s = type_strip(t);
	uint64_t size = 0;

	if (kind == TYPE_KERNEL_ID)
		return id;
	/* pointers and other types without a name are the same everywhere */
	if (!id && s->kind != TYPE_POINTER && s->kind != TYPE_ARRAY)
		return 0;
	if (kind != TYPE_BYTES)
		return 1;
	if (id && btf_size_of(dialect_btf(l), id, &size))
		return (int64_t)size;
	return (int64_t)type_size(l, t);
}

/* __builtin_bcc_type_info(type, kind) */
Expr *core_parse_type_info(Lang *l, Symbol *s, Loc loc)
{
	Type *t = parse_type_name(l);
	int64_t kind = 0;

	(void)s;
	if (expect(l, TOK_COMMA))
		parse_constant(l, &kind);
	expect(l, TOK_RPAREN);
	return expr_int(l, type_info(l, t, kind), l->t_uint, loc);
}

/* clang's __builtin_preserve_type_info(*(T *)0, kind), __builtin_btf_type_id(*(T *)0, kind) */
Expr *core_parse_type_of_value(Lang *l, Symbol *s, Loc loc)
{
	int64_t kind = 0;
	Expr *e;

	l->unevaluated++;
	e = parse_initial_value(l);
	l->unevaluated--;
	if (expect(l, TOK_COMMA))
		parse_constant(l, &kind);
	expect(l, TOK_RPAREN);
	return expr_int(l, type_info(l, e->type, s->value ? TYPE_KERNEL_ID : kind), l->t_uint, loc);
}

/* Enumerators ---------------------------------------------------------------------------------- */

static bool kernel_enumerator(Lang *l, Type *t, Atom *name, int64_t *value)
{
	const Btf *btf = dialect_btf(l);
	Type *kernel = kernel_type(l, t);
	uint32_t id;

	name = without_flavour(l, name);
	for (int i = 0; kernel && i < kernel->enumerators.n; i++) {
		if (kernel->enumerators.v[i].name != name)
			continue;
		*value = kernel->enumerators.v[i].value;
		return true;
	}
	return !type_strip(t)->name && btf && btf_find_enumerator(btf, name->text, value, &id);
}

/* (type, NAME, kind), or as clang has it: (*(type *)NAME, kind). */
Expr *core_parse_enum_value(Lang *l, Symbol *s, Loc loc)
{
	bool by_cast = accept(l, TOK_STAR);
	int64_t value = 0, kind = 0;
	bool found = false;
	Type *t;

	(void)s;
	if (by_cast)
		expect(l, TOK_LPAREN);
	t = parse_type_name(l);
	if (by_cast && type_is_pointer(t))
		t = type_strip(t)->base;
	expect(l, by_cast ? TOK_RPAREN : TOK_COMMA);
	if (l->token.kind == TOK_IDENT) {
		found = kernel_enumerator(l, t, l->token.atom, &value);
		next_token(l);
	} else {
		expected(l, "the name of an enumerator");
	}
	if (expect(l, TOK_COMMA))
		parse_constant(l, &kind);
	expect(l, TOK_RPAREN);
	return expr_int(l, kind ? value : found, l->t_ulong, loc);
}

/* Kernel symbols ------------------------------------------------------------------------------- */

/* __builtin_bcc_ksym_exists(name) */
Expr *core_parse_ksym_exists(Lang *l, Symbol *s, Loc loc)
{
	const Btf *btf = dialect_btf(l);
	const char *name = l->token.atom ? l->token.atom->text : "";
	bool exists;

	(void)s;
	if (l->token.kind != TOK_IDENT) {
		expected(l, "the name of a function or variable of the kernel");
		return expr_error(l, loc);
	}
	next_token(l);
	expect(l, TOK_RPAREN);
	exists = btf && (btf_find(btf, name, BTF_KIND_FUNC) || btf_find(btf, name, BTF_KIND_VAR));
	return expr_int(l, exists, l->t_int, loc);
}
