/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conversions: decay of arrays and functions, integer promotions, what C converts implicitly
 * (with a compiler's errors and warnings) and casts. All of them become nodes; constants are
 * converted at once. Pointers to character types of either sign are interchangeable.
 */
#include "internal.h"

Expr *expr_new(Lang *l, ExprKind kind, Type *type, Loc loc)
{
	Expr *e = NEW(l->arena, Expr);

	e->kind = kind;
	e->type = type;
	e->loc = loc;
	return e;
}

/* Folded when used; looks like an int. */
Expr *expr_error(Lang *l, Loc loc)
{
	return expr_int(l, 0, l->t_error, loc);
}

bool expr_is_error(Lang *l, const Expr *e)
{
	return type_strip(e->type) == l->t_error;
}

bool expr_is_null(Expr *e)
{
	Type *t = type_strip(e->type);

	if (e->kind != EXPR_INT || e->i || e->i_hi)
		return false;
	return type_is_integer(t) ||
	       (t->kind == TYPE_POINTER && type_strip(t->base)->kind == TYPE_VOID);
}

/* Decay --------------------------------------------------------------------------------------- */

static bool is_packet_field(const Expr *e)
{
	if (e->kind != EXPR_MEMBER || !type_is_scalar(e->type))
		return false;
	while (e->kind == EXPR_MEMBER)
		e = e->a;
	return e->kind == EXPR_DEREF && type_strip(e->type)->is_packet_header;
}

/* The address of ((struct t *)0)->m and its like is a number: offsetof as it used to be written. */
static bool constant_address(const Expr *e, int64_t *address)
{
	uint64_t offset = 0;

	for (; e->kind == EXPR_MEMBER; e = e->a)
		offset += e->offset;
	if (e->kind != EXPR_DEREF || e->a->kind != EXPR_INT)
		return false;
	*address = (int64_t)((uint64_t)e->a->i + offset);
	return true;
}

static Expr *address_of(Lang *l, Expr *e, Type *pointee, Loc loc)
{
	Type *type = type_pointer(l, pointee);
	Expr *pointer;
	int64_t number;

	if (constant_address(e, &number))
		return expr_int(l, number, type, loc);
	pointer = expr_new(l, EXPR_ADDRESS, type, loc);
	pointer->a = e;
	return pointer;
}

Expr *expr_decay(Lang *l, Expr *e)
{
	Type *array = type_strip(e->type);

	return address_of(
		l, e, type_qualified(l, array->base, type_quals(e->type), TYPE_SPACE_NONE), e->loc);
}

Expr *expr_rvalue(Lang *l, Expr *e)
{
	Type *t = type_strip(e->type);
	Expr *function;

	if (t->kind == TYPE_ARRAY) {
		mark_address_taken(l, e);
		return expr_decay(l, e);
	}
	if (t->kind == TYPE_FUNC) {
		function = expr_new(l, EXPR_FUNC, type_pointer(l, t), e->loc);
		function->func = e->func;
		return function;
	}
	if (is_packet_field(e))
		return dialect_packet_field(l, e);
	return e;
}

static void check_addressable(Lang *l, Expr *e, Loc loc)
{
	if (!e->is_lvalue)
		diag_report(l->diags, loc, DIAG_not_assignable,
			    "this is a value, not an object; it has no address");
	else if (e->kind == EXPR_MEMBER && e->member->is_bitfield)
		diag_report(l->diags, loc, DIAG_bitfield_address,
			    "the bit-field '%s' has no address", e->member->name->text);
}

Expr *expr_address(Lang *l, Expr *e, Loc loc)
{
	if (expr_is_error(l, e) || e->kind == EXPR_MAP)
		return e;
	if (type_strip(e->type)->kind == TYPE_FUNC)
		return expr_rvalue(l, e);
	check_addressable(l, e, loc);
	mark_address_taken(l, e);
	if (e->kind == EXPR_DEREF)
		return e->a;
	return address_of(l, e, e->type, loc);
}

Expr *expr_condition(Lang *l, Expr *e, const char *of)
{
	e = expr_rvalue(l, e);
	if (type_is_scalar(e->type)) {
		if (e->kind == EXPR_FLOAT)
			return expr_int(l, e->f != 0, l->t_int, e->loc);
		return type_is_float(e->type)
			       ? fold_float(l, OP_NE, e, expr_int(l, 0, l->t_int, e->loc), e->loc)
			       : e;
	}
	diag_report(l->diags, e->loc, DIAG_invalid_operands,
		    "%s needs a number or pointer, not '%s'", of, type_text(l, e->type));
	return expr_error(l, e->loc);
}

/* Conversion without questions ---------------------------------------------------------------- */

static Expr *from_float(Lang *l, Expr *e, Type *to, Loc loc)
{
	Type *s = type_strip(to);

	if (e->kind == EXPR_FLOAT) {
		if (s->kind == TYPE_FLOAT)
			return expr_float(l, s->size == 4 ? (float)e->f : e->f, to, loc);
		if (s->kind == TYPE_BOOL)
			return expr_int(l, e->f != 0, to, loc);
		if (e->f >= 9223372036854775808.0 && e->f < 18446744073709551616.0)
			return expr_int(l, (int64_t)(uint64_t)e->f, to, loc);
		if (e->f > -9223372036854775808.0 && e->f < 9223372036854775808.0)
			return expr_int(l, (int64_t)e->f, to, loc);
		return expr_int(l, 0, to, loc);
	}
	if (e->kind == EXPR_INT && s->kind == TYPE_FLOAT)
		return expr_float(l,
				  type_is_signed(e->type) ? (double)e->i : (double)(uint64_t)e->i,
				  to, loc);
	diag_report(l->diags, loc, DIAG_floating_point,
		    "floating point does not exist in BPF programs");
	return expr_error(l, loc);
}

static bool same_representation(Type *a, Type *b)
{
	a = type_enum_base(a);
	b = type_enum_base(b);
	return a == b || (a->kind == TYPE_INT && b->kind == TYPE_INT && a->size == b->size &&
			  a->is_signed == b->is_signed);
}

static Expr *convert(Lang *l, Expr *e, Type *to, Loc loc)
{
	Expr *c;

	if (type_is_float(to) || type_is_float(e->type))
		return type_strip(to)->kind == TYPE_VOID ? expr_int(l, 0, l->t_int, loc)
							 : from_float(l, e, to, loc);
	c = expr_new(l, EXPR_CONVERT, to, loc);
	c->a = e;
	return fold_node(l, c);
}

Expr *expr_promote(Lang *l, Expr *e)
{
	Type *to;

	e = expr_rvalue(l, e);
	if (!type_is_integer(e->type) || expr_is_error(l, e))
		return e;
	to = type_promoted(l, e->type);
	if (e->kind == EXPR_MEMBER && e->member->bit_width &&
	    e->member->bit_width < 32 && to->size <= 4)
		to = l->t_int;
	return same_representation(e->type, to) ? e : convert(l, e, to, e->loc);
}

/* Implicit conversion ------------------------------------------------------------------------- */

static bool is_character(Type *t)
{
	t = type_strip(t);
	return t->kind == TYPE_INT && t->size == 1;
}

bool pointers_agree(Type *a, Type *b)
{
	a = type_strip(type_strip(a)->base);
	b = type_strip(type_strip(b)->base);
	if (a->kind == TYPE_VOID || b->kind == TYPE_VOID || type_equal(a, b))
		return true;
	if (type_is_integer(a) && type_is_integer(b))
		return type_enum_base(a)->size == type_enum_base(b)->size ||
		       (is_character(a) && is_character(b));
	if (a->kind == TYPE_POINTER && b->kind == TYPE_POINTER)
		return pointers_agree(a, b);
	return false;
}

static void check_pointer(Lang *l, Expr *e, Type *to, Loc loc)
{
	Diag *d;

	if (type_is_pointer(e->type)) {
		/* results of map methods convert to any pointer, as void * does */
		if (!pointers_agree(to, e->type) && !(e->kind == EXPR_HELPER && e->map)) {
			d = diag_report(l->diags, loc, DIAG_incompatible_pointer,
					"'%s' is used as '%s'", type_text(l, e->type),
					type_text(l, to));
			diag_hint(l->diags, d, "write a cast, (%s), if this is meant",
				  type_text(l, to));
		}
	} else if (!expr_is_null(e) && !l->int_conversion_ignored) {
		d = diag_report(l->diags, loc, DIAG_int_conversion,
				"the integer type '%s' is used as the pointer '%s'",
				type_text(l, e->type), type_text(l, to));
		diag_hint(l->diags, d, "write a cast, (%s), if this is meant", type_text(l, to));
	}
}

static Expr *cannot(Lang *l, Expr *e, Type *to, Loc loc)
{
	if (type_strip(e->type)->kind == TYPE_VOID)
		diag_report(l->diags, loc, DIAG_void_value,
			    "a value of type '%s' is needed and this has none", type_text(l, to));
	else
		diag_report(l->diags, loc, DIAG_incompatible_types, "'%s' cannot become '%s'",
			    type_text(l, e->type), type_text(l, to));
	return expr_error(l, loc);
}

Expr *expr_convert(Lang *l, Expr *e, Type *to, Loc loc)
{
	Type *from, *s = type_strip(to);

	e = expr_rvalue(l, e);
	from = type_strip(e->type);
	if (from == l->t_error || s == l->t_error || from == s)
		return e;
	if (s->kind == TYPE_VOID)
		return expr_cast(l, e, to, loc);
	if (type_is_record(s))
		return type_equal(from, s) ? e : cannot(l, e, to, loc);
	if (!type_is_scalar(from) || !type_is_scalar(s))
		return cannot(l, e, to, loc);
	if (s->kind == TYPE_POINTER) {
		if (from->kind == TYPE_FLOAT)
			return cannot(l, e, to, loc);
		check_pointer(l, e, to, loc);
	} else if (from->kind == TYPE_POINTER && s->kind != TYPE_BOOL &&
		   !l->int_conversion_ignored) {
		Diag *d = diag_report(l->diags, loc, DIAG_int_conversion,
				      "the pointer '%s' is used as the integer "
				      "type '%s'",
				      type_text(l, e->type), type_text(l, to));

		diag_hint(l->diags, d, "write a cast, (%s), if this is meant", type_text(l, to));
	}
	if (same_representation(from, s) && e->kind != EXPR_INT)
		return e;
	return convert(l, e, type_unqualified(to), loc);
}

/* Explicit conversion ------------------------------------------------------------------------- */

/* (union u)value: GNU C; the first member of the value's type is set. */
static Expr *cast_to_union(Lang *l, Expr *e, Type *to, Loc loc)
{
	Type *s = type_strip(to);

	for (int i = 0; i < s->members.n; i++) {
		const Member *m = &s->members.v[i];
		Expr *literal;

		if (!type_equal(m->type, e->type))
			continue;
		literal = expr_new(l, EXPR_COMPOUND, to, loc);
		literal->var = var_new(l, NULL, to, loc);
		literal->init = NEW(l->arena, Init);
		vec_push(l->arena, &literal->init->items,
			 (InitItem){ .type = m->type, .value = e });
		literal->is_lvalue = true;
		return literal;
	}
	return cannot(l, e, to, loc);
}

Expr *expr_cast(Lang *l, Expr *e, Type *to, Loc loc)
{
	Type *from, *s = type_strip(to);

	e = expr_rvalue(l, e);
	from = type_strip(e->type);
	if (s == l->t_error)
		return expr_error(l, loc);
	if (from == l->t_error)
		return e;
	if (s->kind == TYPE_VOID) {
		if (from->kind == TYPE_VOID)
			return e;
		return convert(l, e, l->t_void, loc);
	}
	if (type_is_record(s)) {
		if (type_equal(from, s))
			return e;
		return s->kind == TYPE_UNION && type_complete(l->unit, s)
			       ? cast_to_union(l, e, to, loc)
			       : cannot(l, e, to, loc);
	}
	if (!type_is_scalar(from) || !type_is_scalar(s) ||
	    (from->kind == TYPE_FLOAT && s->kind == TYPE_POINTER))
		return cannot(l, e, to, loc);
	if (!e->is_lvalue && e->kind != EXPR_INT && same_representation(from, s))
		return e;
	return convert(l, e, type_unqualified(to), loc);
}
