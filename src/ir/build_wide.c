/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 128-bit integers as pairs of I64: what programs do with them (masks, shifts, sums, comparisons,
 * IPv6 addresses). Multiplication by more than 64 bits and division have no sensible form in BPF
 * and are refused.
 */
#include "ir/internal.h"

bool type_is_wide(Type *t)
{
	t = type_strip(t);
	return t->kind == TYPE_INT && t->size == 16;
}

static Inst *zero(Builder *b)
{
	return emit_const(b, IR_I64, 0);
}

static Inst *load_half(Builder *b, Place p, int64_t at)
{
	Inst *i = emit(b, IR_LOAD, IR_I64, 1);

	i->args[0] = p.base;
	i->imm = p.offset + at;
	i->width = 8;
	i->is_volatile = p.is_volatile;
	i->member = p.member;
	i->record = p.record;
	return i;
}

static void store_half(Builder *b, Place p, int64_t at, Inst *value)
{
	Inst *i = emit(b, IR_STORE, IR_VOID, 2);

	i->args[0] = p.base;
	i->args[1] = value;
	i->imm = p.offset + at;
	i->width = 8;
	i->is_volatile = p.is_volatile;
}

Wide load_wide(Builder *b, Place p)
{
	return (Wide){ load_half(b, p, 0), load_half(b, p, 8) };
}

void store_wide(Builder *b, Place p, Wide v)
{
	store_half(b, p, 0, v.low);
	store_half(b, p, 8, v.high);
}

Wide wide_of_scalar(Builder *b, Inst *value, Type *from)
{
	bool is_signed = type_is_integer(from) && type_is_signed(from);
	Wide w = { zero(b), zero(b) };

	if (!value)
		return w;
	w.low = emit_wide(b, value, is_signed);
	if (w.low->type == IR_PTR)
		w.low = emit1(b, IR_BITCAST, IR_I64, w.low);
	if (is_signed)
		w.high = emit2(b, IR_ASHR, IR_I64, w.low, emit_const(b, IR_I64, 63));
	return w;
}

Inst *wide_to_scalar(Builder *b, Wide v, Type *to)
{
	if (type_strip(to)->kind == TYPE_BOOL)
		return emit_is_nonzero(b, emit2(b, IR_OR, IR_I64, v.low, v.high));
	return build_convert(b, v.low, NULL, to);
}

/* Operators ----------------------------------------------------------------------------------- */

static Wide add(Builder *b, Wide x, Wide y)
{
	Inst *low = emit2(b, IR_ADD, IR_I64, x.low, y.low);
	Inst *carry = emit_extend(b, emit2(b, IR_ULT, IR_I32, low, x.low), false);
	Inst *high = emit2(b, IR_ADD, IR_I64, x.high, y.high);

	return (Wide){ low, emit2(b, IR_ADD, IR_I64, high, carry) };
}

static Wide subtract(Builder *b, Wide x, Wide y)
{
	Inst *borrow = emit_extend(b, emit2(b, IR_ULT, IR_I32, x.low, y.low), false);
	Inst *high = emit2(b, IR_SUB, IR_I64, x.high, y.high);

	return (Wide){ emit2(b, IR_SUB, IR_I64, x.low, y.low),
		       emit2(b, IR_SUB, IR_I64, high, borrow) };
}

static Wide bitwise(Builder *b, IrOp op, Wide x, Wide y)
{
	return (Wide){ emit2(b, op, IR_I64, x.low, y.low), emit2(b, op, IR_I64, x.high, y.high) };
}

static Inst *shifted(Builder *b, IrOp op, Inst *i, int n)
{
	return emit2(b, op, IR_I64, i, emit_const(b, IR_I64, n));
}

static Wide shift(Builder *b, Operator op, bool is_signed, Wide x, int n)
{
	IrOp right = is_signed ? IR_ASHR : IR_LSHR;
	Inst *fill = is_signed ? shifted(b, IR_ASHR, x.high, 63) : zero(b);

	n &= 127;
	if (!n)
		return x;
	if (op == OP_SHL && n >= 64)
		return (Wide){ zero(b), shifted(b, IR_SHL, x.low, n - 64) };
	if (op == OP_SHL)
		return (Wide){ shifted(b, IR_SHL, x.low, n),
			       emit2(b, IR_OR, IR_I64, shifted(b, IR_SHL, x.high, n),
				     shifted(b, IR_LSHR, x.low, 64 - n)) };
	if (n >= 64)
		return (Wide){ shifted(b, right, x.high, n - 64), fill };
	return (Wide){ emit2(b, IR_OR, IR_I64, shifted(b, IR_LSHR, x.low, n),
			     shifted(b, IR_SHL, x.high, 64 - n)),
		       shifted(b, right, x.high, n) };
}

/* The full product of two 64-bit halves, by 32-bit pieces. */
static Wide product(Builder *b, Inst *x, Inst *y)
{
	Inst *mask = emit_const(b, IR_I64, 0xffffffff);
	Inst *xl = emit2(b, IR_AND, IR_I64, x, mask), *xh = shifted(b, IR_LSHR, x, 32);
	Inst *yl = emit2(b, IR_AND, IR_I64, y, mask), *yh = shifted(b, IR_LSHR, y, 32);
	Inst *ll = emit2(b, IR_MUL, IR_I64, xl, yl), *hh = emit2(b, IR_MUL, IR_I64, xh, yh);
	Inst *mid = emit2(b, IR_ADD, IR_I64, emit2(b, IR_MUL, IR_I64, xh, yl),
			  shifted(b, IR_LSHR, ll, 32));
	Inst *mid2 = emit2(b, IR_ADD, IR_I64, emit2(b, IR_MUL, IR_I64, xl, yh),
			   emit2(b, IR_AND, IR_I64, mid, mask));
	Inst *high = emit2(b, IR_ADD, IR_I64, hh, shifted(b, IR_LSHR, mid, 32));

	return (Wide){ emit2(b, IR_MUL, IR_I64, x, y),
		       emit2(b, IR_ADD, IR_I64, high, shifted(b, IR_LSHR, mid2, 32)) };
}

static Wide multiply(Builder *b, Wide x, Wide y)
{
	Wide p = product(b, x.low, y.low);
	Inst *cross = emit2(b, IR_ADD, IR_I64, emit2(b, IR_MUL, IR_I64, x.low, y.high),
			    emit2(b, IR_MUL, IR_I64, x.high, y.low));

	p.high = emit2(b, IR_ADD, IR_I64, p.high, cross);
	return p;
}

Wide wide_operator(Builder *b, Operator op, Type *type, Wide x, Wide y, Expr *at)
{
	Diag *d;

	switch (op) {
	case OP_ADD: return add(b, x, y);
	case OP_SUB: return subtract(b, x, y);
	case OP_MUL: return multiply(b, x, y);
	case OP_AND: return bitwise(b, IR_AND, x, y);
	case OP_OR: return bitwise(b, IR_OR, x, y);
	case OP_XOR: return bitwise(b, IR_XOR, x, y);
	case OP_SHL: case OP_SHR:
		if (y.low->op == IR_CONST)
			return shift(b, op, type_is_signed(type), x, (int)(y.low->imm & 127));
		break;
	default: break;
	}
	d = diag_report(b->diags, at->loc, DIAG_wide_integer_operation,
			"128-bit integers cannot be %s here",
			op == OP_SHL || op == OP_SHR ? "shifted by a variable count" : "divided");
	diag_hint(b->diags, d, "convert to u64 first");
	return x;
}

Inst *wide_compare(Builder *b, Operator op, Type *type, Wide x, Wide y)
{
	Inst *differ, *above, *below, *equal;

	if (op == OP_EQ || op == OP_NE) {
		differ = emit2(b, IR_OR, IR_I64, emit2(b, IR_XOR, IR_I64, x.low, y.low),
			       emit2(b, IR_XOR, IR_I64, x.high, y.high));
		return emit2(b, op == OP_EQ ? IR_EQ : IR_NE, IR_I32, differ, zero(b));
	}
	/* x op y: the high halves decide; if they are equal, the low ones, unsigned */
	above = build_operator(b, op == OP_LE ? OP_LT : op == OP_GE ? OP_GT : op,
			       type, x.high, y.high);
	equal = emit2(b, IR_EQ, IR_I32, x.high, y.high);
	below = emit2(b,
		      op == OP_LT   ? IR_ULT
		      : op == OP_LE ? IR_ULE
		      : op == OP_GT ? IR_UGT
				    : IR_UGE,
		      IR_I32, x.low, y.low);
	return emit2(b, IR_OR, IR_I32, above, emit2(b, IR_AND, IR_I32, equal, below));
}

/* Expressions --------------------------------------------------------------------------------- */

static Wide wide_unary(Builder *b, Expr *e)
{
	Wide x = build_wide(b, e->a);

	if (e->op == OP_NEG)
		return subtract(b, (Wide){ zero(b), zero(b) }, x);
	x.low = emit2(b, IR_XOR, IR_I64, x.low, emit_const(b, IR_I64, -1));
	x.high = emit2(b, IR_XOR, IR_I64, x.high, emit_const(b, IR_I64, -1));
	return x;
}

static Wide wide_binary(Builder *b, Expr *e)
{
	Wide x = build_wide(b, e->a), y = build_wide(b, e->b);

	b->loc = e->loc;
	return wide_operator(b, e->op, e->type, x, y, e);
}

static Wide wide_through_memory(Builder *b, Expr *e)
{
	Place p = build_temporary(b, e->type);
	Block *yes, *no, *after;

	if (e->kind == EXPR_CALL) {
		build_call(b, e, &p);
	} else if (e->kind == EXPR_CONDITIONAL && e->b) {
		yes = new_block(b);
		no = new_block(b);
		after = new_block(b);
		build_condition(b, e->a, yes, no);
		start_block(b, yes);
		store_wide(b, p, build_wide(b, e->b));
		emit_branch(b, after);
		start_block(b, no);
		store_wide(b, p, build_wide(b, e->c));
		emit_branch(b, after);
		start_block(b, after);
	}
	return load_wide(b, p);
}

static Wide wide_assign(Builder *b, Expr *e)
{
	Wide w = build_wide(b, e->b);

	store_wide(b, build_place(b, e->a), w);
	return w;
}

/* a op= b, where a or the type computed in is wide. */
Wide wide_assign_op(Builder *b, Expr *e)
{
	Wide y = build_wide(b, e->b), x;
	Place p = build_place(b, e->a);

	b->loc = e->loc;
	x = type_is_wide(p.type) ? load_wide(b, p) : wide_of_scalar(b, load_place(b, p), p.type);
	x = wide_operator(b, e->op, e->compute_type, x, y, e);
	if (type_is_wide(p.type))
		store_wide(b, p, x);
	else
		store_place(b, p, wide_to_scalar(b, x, p.type));
	return x;
}

static Wide wide_increment(Builder *b, Expr *e)
{
	Place p = build_place(b, e->a);
	Wide step = { emit_const(b, IR_I64, e->step), emit_const(b, IR_I64, e->step < 0 ? -1 : 0) };
	Wide old = load_wide(b, p), value = wide_operator(b, OP_ADD, p.type, old, step, e);

	store_wide(b, p, value);
	return e->is_postfix ? old : value;
}

static Wide wide_statement(Builder *b, Expr *e)
{
	Expr *last = build_until_last(b, e->stmt);

	return last ? build_wide(b, last) : (Wide){ zero(b), zero(b) };
}

Wide build_wide(Builder *b, Expr *e)
{
	b->loc = e->loc;
	if (!type_is_wide(e->type))
		return wide_of_scalar(b, type_is_aggregate(e->type) ? NULL : build_value(b, e),
				      e->type);
	switch (e->kind) {
	case EXPR_INT:
		return (Wide){ emit_const(b, IR_I64, e->i), emit_const(b, IR_I64, e->i_hi) };
	case EXPR_CONVERT: return build_wide(b, e->a);
	case EXPR_UNARY: return wide_unary(b, e);
	case EXPR_BINARY: return wide_binary(b, e);
	case EXPR_ASSIGN: return wide_assign(b, e);
	case EXPR_COMMA:
		build_effects(b, e->a);
		return build_wide(b, e->b);
	case EXPR_ASSIGN_OP: return wide_assign_op(b, e);
	case EXPR_INCREMENT: return wide_increment(b, e);
	case EXPR_STATEMENT: return wide_statement(b, e);
	case EXPR_CALL: case EXPR_CONDITIONAL: return wide_through_memory(b, e);
	default: return load_wide(b, build_place(b, e));
	}
}
