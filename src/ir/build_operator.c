/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operators on scalars: arithmetic, comparison, pointer arithmetic, compound assignment, ++ and --.
 * Signedness comes from the operand type; operands have been converted by the parser, but for shift
 * counts, which keep their own type.
 */
#include "ir/internal.h"

static Inst *same_type(Builder *b, Inst *i, IrType type)
{
	if (i->type == type || (i->type != IR_I32 && type != IR_I32))
		return i;
	return type == IR_I32 ? emit1(b, IR_TRUNC, IR_I32, i) : emit_extend(b, i, false);
}

Inst *build_operator(Builder *b, Operator op, Type *type, Inst *x, Inst *y)
{
	static const IrOp ops[][2] = {
		[OP_ADD] = { IR_ADD, IR_ADD }, [OP_SUB] = { IR_SUB, IR_SUB },
		[OP_MUL] = { IR_MUL, IR_MUL }, [OP_DIV] = { IR_UDIV, IR_SDIV },
		[OP_MOD] = { IR_UMOD, IR_SMOD }, [OP_AND] = { IR_AND, IR_AND },
		[OP_OR] = { IR_OR, IR_OR }, [OP_XOR] = { IR_XOR, IR_XOR },
		[OP_SHL] = { IR_SHL, IR_SHL }, [OP_SHR] = { IR_LSHR, IR_ASHR },
		[OP_EQ] = { IR_EQ, IR_EQ }, [OP_NE] = { IR_NE, IR_NE },
		[OP_LT] = { IR_ULT, IR_SLT }, [OP_LE] = { IR_ULE, IR_SLE },
		[OP_GT] = { IR_UGT, IR_SGT }, [OP_GE] = { IR_UGE, IR_SGE },
	};
	bool is_signed = type_is_integer(type) && type_is_signed(type);
	Inst *i;

	if (!x || !y || op > OP_GE)
		return emit_const(b, IR_I32, 0);
	y = same_type(b, y, x->type);
	i = emit2(b, ops[op][is_signed], op >= OP_EQ ? IR_I32 : x->type, x, y);
	if (is_signed && (i->op == IR_ADD || i->op == IR_SUB || i->op == IR_MUL))
		i->is_signed = true;
	return i;
}

static Inst *scaled(Builder *b, Inst *index, uint64_t scale)
{
	if (scale == 1)
		return index;
	return emit2(b, IR_MUL, IR_I64, index, emit_const(b, IR_I64, (int64_t)scale));
}

Inst *build_pointer_add(Builder *b, Inst *pointer, Expr *index, uint64_t scale, Type *type)
{
	Inst *i, *by;
	int64_t n;

	if (!pointer)
		return emit_const(b, IR_PTR, 0);
	if (expr_constant(index, &n))
		return emit_offset(b, pointer, n * (int64_t)scale);
	by = build_value(b, index);
	if (!by)
		return pointer;
	by = scaled(b, emit_wide(b, by, type_is_signed(index->type)), scale);
	if (by->op == IR_CONST)
		return emit_offset(b, pointer, by->imm);
	i = emit(b, IR_PTRADD, IR_PTR, 2);
	i->args[0] = pointer;
	i->args[1] = by;
	i->ctype = type;
	return i;
}

/* x / d for odd d when the division leaves no remainder: x times the inverse of d modulo 2^64. */
static uint64_t inverse_of(uint64_t d)
{
	uint64_t x = d;

	for (int k = 0; k < 6; k++)
		x *= 2 - d * x;
	return x;
}

Inst *build_pointer_diff(Builder *b, Expr *e)
{
	Inst *x = build_value(b, e->a), *y = build_value(b, e->b), *i;
	uint64_t scale = e->scale ? e->scale : 1;
	int shift = __builtin_ctzll(scale);

	if (!x || !y)
		return emit_const(b, IR_I64, 0);
	b->loc = e->loc;
	i = emit2(b, IR_SUB, IR_I64, x, y);
	if (shift)
		i = emit2(b, IR_ASHR, IR_I64, i, emit_const(b, IR_I64, shift));
	if (scale >> shift != 1)
		i = emit2(b, IR_MUL, IR_I64, i,
			  emit_const(b, IR_I64, (int64_t)inverse_of(scale >> shift)));
	return i;
}

/* Compound assignment ------------------------------------------------------------------------- */

static Inst *pointer_step(Builder *b, Inst *pointer, Inst *by, Type *type)
{
	Inst *i;

	if (by->op == IR_CONST)
		return emit_offset(b, pointer, by->imm);
	i = emit(b, IR_PTRADD, IR_PTR, 2);
	i->args[0] = pointer;
	i->args[1] = by;
	i->ctype = type;
	return i;
}

static Inst *assign_op_pointer(Builder *b, Expr *e)
{
	Inst *by = build_value(b, e->b), *value;
	Place p = build_place(b, e->a);

	b->loc = e->loc;
	by = scaled(b, emit_wide(b, by, type_is_signed(e->b->type)), e->scale ? e->scale : 1);
	if (e->op == OP_SUB)
		by = emit1(b, IR_NEG, IR_I64, by);
	value = pointer_step(b, load_place(b, p), by, e->type);
	store_place(b, p, value);
	return value;
}

Inst *build_assign_op(Builder *b, Expr *e)
{
	Type *type = e->compute_type ? e->compute_type : e->type;
	bool is_shift = e->op == OP_SHL || e->op == OP_SHR;
	Inst *x, *y;
	Place p;

	if (type_is_pointer(e->a->type))
		return assign_op_pointer(b, e);
	if (type_is_wide(type))
		return wide_to_scalar(b, wide_assign_op(b, e), e->a->type);
	y = build_value(b, e->b);
	if (!y)
		y = emit_const(b, IR_I32, 0);
	p = build_place(b, e->a);
	b->loc = e->loc;
	if (!is_shift)
		y = build_convert(b, y, e->b->type, type);
	x = build_convert(b, load_place(b, p), e->a->type, type);
	x = build_operator(b, e->op, type, x, y);
	x = build_convert(b, x, type, e->a->type);
	store_place(b, p, x);
	return x;
}

static Inst *next_value(Builder *b, Expr *e, Inst *old)
{
	Type *t = type_strip(e->a->type);
	Inst *i, *step = emit_const(b, old->type, e->step);

	if (t->kind == TYPE_POINTER)
		return emit_offset(b, old, e->step * (int64_t)(e->scale ? e->scale : 1));
	if (t->kind == TYPE_BOOL)
		return e->step > 0 ? emit_const(b, IR_I32, 1)
				   : emit2(b, IR_XOR, IR_I32, old, emit_const(b, IR_I32, 1));
	i = emit2(b, IR_ADD, old->type, old, step);
	if (i->op == IR_ADD)
		i->is_signed = type_is_signed(t) || t->size < 4;
	return t->size < 4 ? build_convert(b, i, NULL, e->a->type) : i;
}

Inst *build_increment(Builder *b, Expr *e)
{
	Place p = build_place(b, e->a);
	Inst *old, *value;

	old = load_place(b, p);
	b->loc = e->loc;
	value = next_value(b, e, old);
	store_place(b, p, value);
	return e->is_postfix ? old : value;
}
