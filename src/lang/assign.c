/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Assignments, compound assignments, increments. Packet fields are written by the dialect; for
 * them `p->f op= v` is spelled out as p->f = p->f op v.
 */
#include "internal.h"

static bool is_packet_field(const Expr *e)
{
	if (e->kind != EXPR_MEMBER)
		return false;
	while (e->kind == EXPR_MEMBER)
		e = e->a;
	return e->kind == EXPR_DEREF && type_strip(e->type)->is_packet_header;
}

static void complain(Lang *l, Expr *e, Loc loc)
{
	Diag *d = diag_report(l->diags, loc, DIAG_not_assignable,
			      "this is a value, not an object; it cannot be "
			      "changed");

	if (e->kind == EXPR_BINARY && e->op == OP_EQ)
		diag_hint(l->diags, d, "a comparison binds tighter than '='; use parentheses");
}

/* Is `e` an object that may be changed? Reports if not. */
static bool modifiable(Lang *l, Expr *e, Loc loc)
{
	Type *t = type_strip(e->type);

	if (expr_is_error(l, e))
		return false;
	if (!e->is_lvalue || e->kind == EXPR_MAP) {
		complain(l, e, loc);
		return false;
	}
	if (t->kind == TYPE_ARRAY) {
		Diag *d = diag_report(l->diags, loc, DIAG_not_assignable,
				      "an array cannot be assigned to");

		diag_hint(l->diags, d, "copy it with __builtin_memcpy");
		return false;
	}
	if (type_quals(e->type) & QUAL_CONST)
		diag_report(l->diags, loc, DIAG_const_assignment,
			    "this is of type '%s' and cannot be changed", type_text(l, e->type));
	if (t->kind == TYPE_FLOAT) {
		diag_report(l->diags, loc, DIAG_floating_point,
			    "floating point does not exist in BPF programs");
		return false;
	}
	return true;
}

Expr *expr_assign(Lang *l, Expr *to, Expr *value, Loc loc)
{
	Expr *e;

	value = expr_rvalue(l, value);
	if (!modifiable(l, to, loc))
		return expr_error(l, loc);
	value = expr_convert(l, value, type_unqualified(to->type), value->loc);
	mark_written(l, to);
	if (is_packet_field(to))
		return dialect_packet_assign(l, to, value, loc);
	e = expr_new(l, EXPR_ASSIGN, type_unqualified(to->type), loc);
	e->a = to;
	e->b = value;
	return e;
}

static Expr *new_assign_op(Lang *l, Operator op, Expr *to, Expr *value, Type *compute, Loc loc)
{
	Expr *e = expr_new(l, EXPR_ASSIGN_OP, type_unqualified(to->type), loc);

	e->op = op;
	e->a = to;
	e->b = value;
	e->compute_type = compute;
	mark_written(l, to);
	return e;
}

static Expr *move_pointer(Lang *l, Operator op, Expr *to, Expr *value, Loc loc)
{
	Expr *e;

	if ((op != OP_ADD && op != OP_SUB) || !type_is_integer(value->type)) {
		diag_report(l->diags, loc, DIAG_invalid_operands,
			    "only integers can be added to '%s'", type_text(l, to->type));
		return expr_error(l, loc);
	}
	value = expr_cast(l, expr_promote(l, value), l->t_long, value->loc);
	e = new_assign_op(l, op, to, value, type_unqualified(to->type), loc);
	e->scale = pointer_scale(l, to->type, loc);
	return e;
}

Expr *expr_assign_op(Lang *l, Operator op, Expr *to, Expr *value, Loc loc)
{
	bool shift = op == OP_SHL || op == OP_SHR;
	Expr *result, *promoted;
	Type *compute;

	value = expr_rvalue(l, value);
	if (!modifiable(l, to, loc) || expr_is_error(l, value))
		return expr_error(l, loc);
	if (is_packet_field(to))
		return expr_assign(l, to, expr_binary(l, op, to, value, loc), loc);
	if (type_is_pointer(to->type))
		return move_pointer(l, op, to, value, loc);
	/* For its checks and its type: what `to op value` would be. */
	result = expr_binary(l, op, to, value, loc);
	if (expr_is_error(l, result))
		return result;
	if (type_is_pointer(value->type) || !type_is_integer(to->type)) {
		diag_report(l->diags, loc, DIAG_invalid_operands,
			    "'%s' cannot be combined with '%s'", type_text(l, to->type),
			    type_text(l, value->type));
		return expr_error(l, loc);
	}
	promoted = expr_promote(l, to);
	value = expr_promote(l, value);
	compute = shift ? type_promoted(l, promoted->type)
			: type_usual(l, promoted->type, value->type);
	return new_assign_op(l, op, to, expr_convert(l, value, compute, value->loc), compute, loc);
}

Expr *expr_increment(Lang *l, Expr *to, int step, bool is_postfix, Loc loc)
{
	Expr *e;

	if (!modifiable(l, to, loc))
		return expr_error(l, loc);
	if (is_packet_field(to))
		return expr_assign(
			l, to, expr_binary(l, OP_ADD, to, expr_int(l, step, l->t_int, loc), loc),
			loc);
	if (!type_is_integer(to->type) && !type_is_pointer(to->type)) {
		diag_report(l->diags, loc, DIAG_invalid_operands,
			    "'%s' cannot be counted up or down", type_text(l, to->type));
		return expr_error(l, loc);
	}
	e = expr_new(l, EXPR_INCREMENT, type_unqualified(to->type), loc);
	e->a = to;
	e->step = step;
	e->is_postfix = is_postfix;
	e->scale = type_is_pointer(to->type) ? pointer_scale(l, to->type, loc) : 1;
	mark_written(l, to);
	return e;
}
