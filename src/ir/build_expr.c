/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expressions -> Insts: values, conditions, and aggregates built into memory.
 *
 * A value of a type narrower than 32 bits is an I32 that is already extended as its type says; so
 * widening costs nothing and narrowing is one mask or sign extension. Conditions are built as
 * control flow (build_condition), so `a && b` in an `if` makes no value.
 */
#include "ir/internal.h"

/* Conversions --------------------------------------------------------------------------------- */

static bool fits(Type *from, Type *to)
{
	if (!from || (!type_is_integer(from)))
		return false;
	from = type_strip(from);
	if (from->size < to->size)
		return !type_is_signed(from) || type_is_signed(to);
	return from->size == to->size && type_is_signed(from) == type_is_signed(to);
}

static Inst *narrow(Builder *b, Inst *i, Type *to)
{
	Inst *ext;

	if (to->size >= 4)
		return i;
	if (!type_is_signed(to))
		return emit2(b, IR_AND, IR_I32, i,
			     emit_const(b, IR_I32, to->size == 1 ? 0xff : 0xffff));
	if (i->op == IR_CONST)
		return emit_const(b, IR_I32, to->size == 1 ? (int8_t)i->imm : (int16_t)i->imm);
	ext = emit1(b, IR_SEXT, IR_I32, i);
	ext->width = (uint8_t)(to->size * 8);
	return ext;
}

static Inst *to_pointer(Builder *b, Inst *i, Type *from, Type *to)
{
	bool was_pointer = i->type == IR_PTR;

	if (was_pointer && (type_space(to) != TYPE_SPACE_USER ||
			    (from && type_is_pointer(from) && type_space(from) == TYPE_SPACE_USER)))
		return i;
	i = emit1(b, IR_BITCAST, IR_PTR, emit_wide(b, i, from && type_is_signed(from)));
	if (i->op == IR_BITCAST)
		i->ctype = to;
	return i;
}

Inst *build_convert(Builder *b, Inst *i, Type *from, Type *to)
{
	Type *t = type_strip(to);

	if (!i || t->kind == TYPE_VOID)
		return NULL;
	if (t->kind == TYPE_BOOL)
		return from && type_strip(from)->kind == TYPE_BOOL ? i : emit_is_nonzero(b, i);
	if (!type_is_integer(t))
		return to_pointer(b, i, from, to);
	if (t->size > 4) {
		if (i->type == IR_PTR)
			return emit1(b, IR_BITCAST, IR_I64, i);
		return emit_wide(b, i, from && type_is_signed(from));
	}
	if (i->type != IR_I32)
		i = emit1(b, IR_TRUNC, IR_I32, i);
	return fits(from, t) ? i : narrow(b, i, t);
}

static Inst *value_convert(Builder *b, Expr *e)
{
	Inst *i;

	if (type_is_wide(e->a->type) && !type_is_wide(e->type))
		return wide_to_scalar(b, build_wide(b, e->a), e->type);
	if (type_strip(e->type)->kind == TYPE_VOID || type_is_aggregate(e->a->type)) {
		build_effects(b, e->a);
		return type_strip(e->type)->kind == TYPE_VOID
			       ? NULL
			       : emit_const(b, build_type(e->type), 0);
	}
	i = build_value(b, e->a);
	b->loc = e->loc;
	return build_convert(b, i, e->a->type, e->type);
}

/* Values -------------------------------------------------------------------------------------- */

static Inst *value_of_place(Builder *b, Expr *e)
{
	Inst *constant;

	if (e->kind == EXPR_VAR && (e->var->is_global || e->var->is_static || e->var->is_extern) &&
	    global_constant(b, e->var, &constant))
		return constant;
	return load_place(b, build_place(b, e));
}

static Inst *value_unary(Builder *b, Expr *e)
{
	Inst *x;
	Wide w;

	if (type_is_wide(e->a->type)) {            /* only ! gives a scalar */
		w = build_wide(b, e->a);
		x = emit2(b, IR_OR, IR_I64, w.low, w.high);
	} else {
		x = build_value(b, e->a);
	}
	b->loc = e->loc;
	switch (e->op) {
	case OP_NEG: return emit1(b, IR_NEG, x->type, x);
	case OP_BITNOT: return emit2(b, IR_XOR, x->type, x, emit_const(b, x->type, -1));
	default: return emit2(b, IR_EQ, IR_I32, x, emit_const(b, x->type, 0));
	}
}

static Inst *value_binary(Builder *b, Expr *e)
{
	Inst *x, *y;

	if (type_is_wide(e->a->type)) {
		Wide wx = build_wide(b, e->a), wy = build_wide(b, e->b);

		return wide_compare(b, e->op, e->a->type, wx, wy);
	}
	x = build_value(b, e->a);
	y = build_value(b, e->b);
	b->loc = e->loc;
	return build_operator(b, e->op, e->a->type, x, y);
}

/* Joins the values of two branches; a branch that does not come to its end has no part in it. */
typedef struct Join {
	Block *after;
	Inst *values[2];
	int n;
} Join;

static void join_from(Builder *b, Join *j, Inst *value)
{
	if (b->block)
		j->values[j->n++] = value;
	emit_branch(b, j->after);
}

static Inst *join_value(Builder *b, Join *j, Type *type)
{
	IrType t = build_type(type);

	start_block(b, j->after);
	if (t == IR_VOID)
		return NULL;
	if (j->n == 2 && j->values[0] && j->values[1] && j->values[0] != j->values[1]) {
		Inst *phi = emit_phi(b, t, 2, j->values[0], j->values[1]);

		phi->ctype = type;
		return phi;
	}
	return j->n && j->values[0] ? j->values[0] : emit_const(b, t, 0);
}

static Inst *value_logical(Builder *b, Expr *e)
{
	Block *yes = new_block(b), *no = new_block(b);
	Join j = { .after = new_block(b) };

	build_condition(b, e, yes, no);
	start_block(b, yes);
	join_from(b, &j, emit_const(b, IR_I32, 1));
	start_block(b, no);
	join_from(b, &j, emit_const(b, IR_I32, 0));
	return join_value(b, &j, e->type);
}

/* a ?: c */
static Inst *value_or_else(Builder *b, Expr *e)
{
	Block *yes = new_block(b), *no = new_block(b);
	Join j = { .after = new_block(b) };
	Inst *x = build_value(b, e->a);

	if (!x)
		x = emit_const(b, IR_I32, 0);
	emit_branch_if(b, emit_is_nonzero(b, x), yes, no);
	start_block(b, yes);
	join_from(b, &j, build_convert(b, x, e->a->type, e->type));
	start_block(b, no);
	join_from(b, &j, build_value(b, e->c));
	return join_value(b, &j, e->type);
}

static Inst *value_conditional(Builder *b, Expr *e)
{
	Block *yes, *no;
	Join j = { 0 };
	int64_t n;

	if (!e->b)
		return value_or_else(b, e);
	if (expr_constant(e->a, &n))
		return build_value(b, n ? e->b : e->c);
	yes = new_block(b);
	no = new_block(b);
	j.after = new_block(b);
	build_condition(b, e->a, yes, no);
	start_block(b, yes);
	join_from(b, &j, build_value(b, e->b));
	start_block(b, no);
	join_from(b, &j, build_value(b, e->c));
	return join_value(b, &j, e->type);
}

/* The value that was stored, as it reads back: a bit-field keeps only its bits. */
static Inst *cut_to_bits(Builder *b, Inst *i, Place p)
{
	int unused = (i->type == IR_I32 ? 32 : 64) - p.bit_width;
	bool is_signed = type_is_signed(p.type);

	if (!p.bit_width || unused <= 0)
		return i;
	i = emit2(b, IR_SHL, i->type, i, emit_const(b, i->type, unused));
	return emit2(b, is_signed ? IR_ASHR : IR_LSHR, i->type, i, emit_const(b, i->type, unused));
}

static Inst *value_assign(Builder *b, Expr *e)
{
	Inst *value = build_value(b, e->b);
	Place p = build_place(b, e->a);

	b->loc = e->loc;
	if (!value)
		value = emit_const(b, build_type(p.type), 0);
	store_place(b, p, value);
	return cut_to_bits(b, value, p);
}

static Inst *value_statement(Builder *b, Expr *e)
{
	Expr *last = build_until_last(b, e->stmt);
	Inst *i = last ? build_value(b, last) : NULL;

	if (!i && build_type(e->type) != IR_VOID)
		i = emit_const(b, build_type(e->type), 0);
	return i;
}

static Inst *value_func(Builder *b, Expr *e)
{
	Function *f;
	Inst *i;

	if (!e->func || !e->func->body)
		return emit_const(b, IR_PTR, 0);
	f = build_function_of(b, e->func);
	f->is_subprogram = !f->is_program;         /* somebody needs its address */
	i = emit(b, IR_FUNC, IR_PTR, 0);
	i->callee = f;
	return i;
}

static Inst *value_map(Builder *b, Expr *e)
{
	Inst *i = emit(b, IR_MAP, IR_PTR, 0);

	i->map = e->map;
	return i;
}

static Inst *value_address(Builder *b, Expr *e)
{
	Inst *i;

	if (e->a->kind == EXPR_FUNC)
		return value_func(b, e->a);
	i = build_address(b, build_place(b, e->a));
	if (!i->ctype && (i->op == IR_PTROFF || i->op == IR_GLOBAL))
		i->ctype = e->type;
	return i;
}

/* An aggregate where a value is wanted: only its effects count. */
static Inst *value_aggregate(Builder *b, Expr *e)
{
	build_into(b, e, build_temporary(b, e->type));
	return NULL;
}

Inst *build_value(Builder *b, Expr *e)
{
	b->loc = e->loc;
	if (type_is_aggregate(e->type) && e->kind != EXPR_STATEMENT && e->kind != EXPR_ADDRESS)
		return value_aggregate(b, e);
	switch (e->kind) {
	case EXPR_INT: return emit_const(b, build_type(e->type), e->i);
	case EXPR_FLOAT: return emit_const(b, IR_I64, (int64_t)e->f);
	case EXPR_VAR: case EXPR_DEREF: case EXPR_MEMBER: case EXPR_COMPOUND: case EXPR_STRING:
		return value_of_place(b, e);
	case EXPR_FUNC: return value_func(b, e);
	case EXPR_MAP: return value_map(b, e);
	case EXPR_ADDRESS: return value_address(b, e);
	case EXPR_UNARY: return value_unary(b, e);
	case EXPR_BINARY: return value_binary(b, e);
	case EXPR_POINTER_ADD:
		return build_pointer_add(b, build_value(b, e->a), e->b, e->scale, e->type);
	case EXPR_POINTER_DIFF: return build_pointer_diff(b, e);
	case EXPR_LOGICAL_AND: case EXPR_LOGICAL_OR: return value_logical(b, e);
	case EXPR_CONDITIONAL: return value_conditional(b, e);
	case EXPR_COMMA:
		build_effects(b, e->a);
		return build_value(b, e->b);
	case EXPR_CONVERT: return value_convert(b, e);
	case EXPR_ASSIGN: return value_assign(b, e);
	case EXPR_ASSIGN_OP: return build_assign_op(b, e);
	case EXPR_INCREMENT: return build_increment(b, e);
	case EXPR_STATEMENT: return value_statement(b, e);
	case EXPR_CALL: return build_call(b, e, NULL);
	case EXPR_HELPER: case EXPR_KFUNC: return build_helper(b, e);
	case EXPR_BUILTIN: return build_builtin(b, e);
	}
	return emit_const(b, IR_I32, 0);
}

/* Effects only -------------------------------------------------------------------------------- */

static void effects_conditional(Builder *b, Expr *e)
{
	Block *yes = new_block(b), *no = new_block(b), *after = new_block(b);

	build_condition(b, e->a, yes, no);
	start_block(b, yes);
	build_effects(b, e->b);
	emit_branch(b, after);
	start_block(b, no);
	build_effects(b, e->c);
	emit_branch(b, after);
	start_block(b, after);
}

void build_effects(Builder *b, Expr *e)
{
	Expr *last;

	b->loc = e->loc;
	switch (e->kind) {
	case EXPR_CONVERT:
		if (!type_is_wide(e->type))
			build_effects(b, e->a);
		return;
	case EXPR_COMMA:
		build_effects(b, e->a);
		build_effects(b, e->b);
		return;
	case EXPR_CONDITIONAL:
		if (!e->b)
			break;
		effects_conditional(b, e);
		return;
	case EXPR_STATEMENT:
		last = build_until_last(b, e->stmt);
		if (last)
			build_effects(b, last);
		return;
	case EXPR_ASSIGN:
		if (type_is_aggregate(e->type)) {
			build_into(b, e->b, build_place(b, e->a));
			return;
		}
		break;
	case EXPR_MEMBER:
		if (type_is_aggregate(e->type)) {
			build_effects(b, e->a);
			return;
		}
		break;
	case EXPR_VAR: case EXPR_COMPOUND: case EXPR_STRING: case EXPR_DEREF:
		if (type_is_aggregate(e->type)) {
			build_place(b, e);
			return;
		}
		break;
	default:
		break;
	}
	if (type_is_wide(e->type))
		build_wide(b, e);
	else
		build_value(b, e);
}

/* Conditions ---------------------------------------------------------------------------------- */

/* Whether converting keeps zero zero and others not. */
static bool keeps_truth(Expr *e)
{
	Type *to = type_strip(e->type), *from = type_strip(e->a->type);

	if (to->kind == TYPE_BOOL)
		return from->kind != TYPE_VOID && !type_is_aggregate(from);
	return type_is_integer(to) && !type_is_aggregate(to) && type_is_integer(from) &&
	       !type_is_aggregate(from) && to->size >= from->size;
}

void build_condition(Builder *b, Expr *e, Block *yes, Block *no)
{
	Block *middle;
	int64_t n;
	Inst *x;

	b->loc = e->loc;
	if (expr_constant(e, &n)) {
		emit_branch(b, n ? yes : no);
		return;
	}
	switch (e->kind) {
	case EXPR_LOGICAL_AND: case EXPR_LOGICAL_OR:
		middle = new_block(b);
		if (e->kind == EXPR_LOGICAL_AND)
			build_condition(b, e->a, middle, no);
		else
			build_condition(b, e->a, yes, middle);
		start_block(b, middle);
		build_condition(b, e->b, yes, no);
		return;
	case EXPR_UNARY:
		if (e->op != OP_LOGNOT || type_is_aggregate(e->a->type))
			break;
		build_condition(b, e->a, no, yes);
		return;
	case EXPR_CONVERT:
		if (!keeps_truth(e))
			break;
		build_condition(b, e->a, yes, no);
		return;
	case EXPR_COMMA:
		build_effects(b, e->a);
		build_condition(b, e->b, yes, no);
		return;
	default:
		break;
	}
	if (type_is_wide(e->type)) {
		Wide w = build_wide(b, e);

		x = emit2(b, IR_OR, IR_I64, w.low, w.high);
	} else {
		x = build_value(b, e);
	}
	b->loc = e->loc;
	if (!b->block)
		return;
	emit_branch_if(b, x ? emit_is_nonzero(b, x) : emit_const(b, IR_I32, 0), yes, no);
}

/* Aggregates ---------------------------------------------------------------------------------- */

static void conditional_into(Builder *b, Expr *e, Place to)
{
	Block *yes = new_block(b), *no = new_block(b), *after = new_block(b);

	build_condition(b, e->a, yes, no);
	start_block(b, yes);
	build_into(b, e->b, to);
	emit_branch(b, after);
	start_block(b, no);
	build_into(b, e->c, to);
	emit_branch(b, after);
	start_block(b, after);
}

static void aggregate_into(Builder *b, Expr *e, Place to)
{
	Place p;
	Expr *last;

	switch (e->kind) {
	case EXPR_CALL:
		build_call(b, e, &to);
		return;
	case EXPR_CONDITIONAL:
		if (e->b) {
			conditional_into(b, e, to);
			return;
		}
		break;
	case EXPR_COMMA:
		build_effects(b, e->a);
		build_into(b, e->b, to);
		return;
	case EXPR_STATEMENT:
		last = build_until_last(b, e->stmt);
		if (last && type_is_aggregate(last->type))
			build_into(b, last, to);
		return;
	case EXPR_ASSIGN:
		p = build_place(b, e->a);
		build_into(b, e->b, p);
		copy_place(b, to, p);
		return;
	case EXPR_CONVERT:
		if (type_is_aggregate(e->a->type))
			build_into(b, e->a, to);
		return;
	case EXPR_VAR: case EXPR_DEREF: case EXPR_MEMBER: case EXPR_COMPOUND: case EXPR_STRING:
		copy_place(b, to, build_place(b, e));
		return;
	default:
		break;
	}
	build_effects(b, e);
}

void build_into(Builder *b, Expr *e, Place to)
{
	Inst *value;

	b->loc = e->loc;
	if (type_is_wide(to.type)) {
		store_wide(b, to, build_wide(b, e));
	} else if (type_is_aggregate(e->type)) {
		aggregate_into(b, e, to);
	} else {
		value = build_value(b, e);
		if (value)
			store_place(b, to, value);
	}
}
