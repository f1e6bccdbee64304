/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Part of pass_fold: arithmetic with one constant operand or equal operands. Constants stand on the
 * right; subtraction of a constant is addition; powers of two become shifts and masks.
 */
#include "ir/internal.h"

static int bits(const Inst *i)
{
	return i->type == IR_I32 ? 32 : 64;
}

static uint64_t mask_of(const Inst *i)
{
	return i->type == IR_I32 ? 0xffffffff : ~0ull;
}

static bool is_const(const Inst *i, int64_t v)
{
	return i->op == IR_CONST && i->imm == v;
}

/* op(op(x, c1), c2): the inner inst, if it is of this form. */
static Inst *same_with_const(const Inst *i)
{
	Inst *in = i->args[0];

	return in->op == i->op && in->args[1]->op == IR_CONST ? in : NULL;
}

static Inst *become(Folder *d, Inst *i, IrOp op, Inst *x, int64_t c)
{
	i->op = op;
	i->args[0] = x;
	i->args[1] = fold_const(d, i->type, c);
	i->is_signed = false;
	return i;
}

static Inst *fold_add(Folder *d, Inst *i, Inst *x, Inst *y)
{
	Inst *in;
	bool was_signed = i->is_signed;

	if (x->type == IR_PTR || y->type == IR_PTR)
		return NULL;
	if (is_const(y, 0))
		return x;
	in = same_with_const(i);
	if (in && y->op == IR_CONST) {
		was_signed &= in->is_signed && (in->args[1]->imm >= 0) == (y->imm >= 0);
		become(d, i, IR_ADD, in->args[0],
		       (int64_t)((uint64_t)in->args[1]->imm + (uint64_t)y->imm));
		i->is_signed = was_signed;
		return i;
	}
	if (y->op == IR_NEG || x->op == IR_NEG) {
		i->op = IR_SUB;
		i->args[0] = y->op == IR_NEG ? x : y;
		i->args[1] = y->op == IR_NEG ? y->args[0] : x->args[0];
		i->is_signed = false;
		return i;
	}
	return NULL;
}

/* The constant distance of two pointers into the same object. */
static bool distance(const Inst *x, const Inst *y, int64_t *out)
{
	int64_t ox = 0, oy = 0;

	for (; x->op == IR_PTROFF || (x->op == IR_BITCAST && !x->imm); x = x->args[0])
		ox += x->op == IR_PTROFF ? x->imm : 0;
	for (; y->op == IR_PTROFF || (y->op == IR_BITCAST && !y->imm); y = y->args[0])
		oy += y->op == IR_PTROFF ? y->imm : 0;
	*out = ox - oy;
	return x == y;
}

static Inst *fold_sub(Folder *d, Inst *i, Inst *x, Inst *y)
{
	bool was_signed = i->is_signed;
	int64_t n;

	if (x == y)
		return fold_const(d, i->type, 0);
	if (i->type != IR_I32 && distance(x, y, &n))
		return fold_const(d, i->type, n);
	if (x->type == IR_PTR || y->type == IR_PTR)
		return NULL;
	if (y->op == IR_CONST) {
		become(d, i, IR_ADD, x, (int64_t)-(uint64_t)y->imm);
		i->is_signed = was_signed && y->imm != INT32_MIN && y->imm != INT64_MIN;
		return i;
	}
	if (is_const(x, 0))
		return fold_new1(d, IR_NEG, i->type, y);
	if (y->op == IR_NEG) {
		i->op = IR_ADD;
		i->args[1] = y->args[0];
		i->is_signed = false;
		return i;
	}
	return NULL;
}

static bool is_power(uint64_t v)
{
	return v && !(v & (v - 1));
}

static Inst *fold_mul(Folder *d, Inst *i, Inst *x, Inst *y)
{
	uint64_t c = (uint64_t)y->imm & mask_of(i);
	Inst *in;

	if (y->op != IR_CONST)
		return NULL;
	if (c == 0)
		return y;
	if (c == 1)
		return x;
	if (is_power(c))
		return become(d, i, IR_SHL, x, __builtin_ctzll(c));
	in = same_with_const(i);
	if (in)
		return become(d, i, IR_MUL, in->args[0],
			      (int64_t)((uint64_t)in->args[1]->imm * (uint64_t)y->imm));
	return NULL;
}

static Inst *fold_divide(Folder *d, Inst *i, Inst *x, Inst *y)
{
	bool is_div = i->op == IR_UDIV || i->op == IR_SDIV;
	uint64_t c = (uint64_t)y->imm & mask_of(i), product;
	Inst *in;

	if (i->op == IR_SDIV || i->op == IR_SMOD) {
		if (y->op == IR_CONST && y->imm == 1)
			return is_div ? x : fold_const(d, i->type, 0);
		if (!ir_is_nonnegative(x) || !ir_is_nonnegative(y))
			return NULL;
		i->op = is_div ? IR_UDIV : IR_UMOD;
		return i;
	}
	if (y->op != IR_CONST)
		return NULL;
	if (c == 0)
		return is_div ? y : x;
	if (is_power(c))
		return is_div ? become(d, i, IR_LSHR, x, __builtin_ctzll(c))
			      : become(d, i, IR_AND, x, (int64_t)(c - 1));
	in = same_with_const(i);
	if (is_div && in && in->args[1]->imm &&
	    !__builtin_mul_overflow((uint64_t)in->args[1]->imm & mask_of(i), c, &product) &&
	    product <= mask_of(i) >> 1)
		return become(d, i, IR_UDIV, in->args[0], (int64_t)product);
	return NULL;
}

static Inst *fold_and(Folder *d, Inst *i, Inst *x, Inst *y)
{
	uint64_t c = (uint64_t)y->imm & mask_of(i), possible;
	Inst *in;

	if (x == y)
		return x;
	if (y->op != IR_CONST)
		return NULL;
	possible = ir_possible_bits(x);
	if (!(possible & ~c & mask_of(i)))
		return x;
	if (!(possible & c))
		return fold_const(d, i->type, 0);
	in = same_with_const(i);
	if (in)
		return become(d, i, IR_AND, in->args[0], (int64_t)(c & (uint64_t)in->args[1]->imm));
	if (x->op == IR_SEXT && x->width < 32 && !(c >> x->width))
		return become(d, i, IR_AND, x->args[0], (int64_t)c);
	if (i->type == IR_I64 && c == 0xffffffff)
		return fold_new1(d, IR_ZEXT, IR_I64, fold_new1(d, IR_TRUNC, IR_I32, x));
	return NULL;
}

static Inst *fold_or(Folder *d, Inst *i, Inst *x, Inst *y)
{
	Inst *in;

	if (x == y)
		return i->op == IR_OR ? x : fold_const(d, i->type, 0);
	if (y->op != IR_CONST)
		return NULL;
	if (!y->imm)
		return x;
	if (i->op == IR_OR && y->imm == -1)
		return y;
	in = same_with_const(i);
	if (in)
		return become(d, i, i->op, in->args[0],
			      i->op == IR_OR ? y->imm | in->args[1]->imm
					     : y->imm ^ in->args[1]->imm);
	if (i->op == IR_XOR && y->imm == 1 && ir_ops[x->op].flags & IRF_COMPARE)
		return fold_new2(d, ir_inverse(x->op), IR_I32, x->args[0], x->args[1]);
	return NULL;
}

/* (x << n) >> n keeps the low bits. */
static Inst *fold_shift_pair(Folder *d, Inst *i, Inst *x, int n)
{
	int kept = bits(i) - n;
	Inst *r;

	if (x->op != IR_SHL || x->args[1]->op != IR_CONST || (x->args[1]->imm & (bits(i) - 1)) != n)
		return NULL;
	x = x->args[0];
	if (i->op == IR_LSHR && (i->type == IR_I32 || kept <= 31))
		return become(d, i, IR_AND, x, (int64_t)((1ull << kept) - 1));
	if (kept == 32)
		r = fold_new1(d, IR_TRUNC, IR_I32, x);
	else if (i->op == IR_ASHR && (kept == 8 || kept == 16))
		r = x;
	else
		return NULL;
	if (i->op == IR_LSHR)
		return fold_new1(d, IR_ZEXT, IR_I64, r);
	r = fold_new1(d, IR_SEXT, i->type, r);
	r->width = (uint8_t)kept;
	return r;
}

static Inst *fold_shift(Folder *d, Inst *i, Inst *x, Inst *y)
{
	int n = (int)(y->imm & (bits(i) - 1)), sum;
	Inst *in, *r;

	if (is_const(x, 0))
		return x;
	if (y->op != IR_CONST)
		return NULL;
	if (!n)
		return x;
	if (i->op == IR_ASHR && ir_is_nonnegative(x)) {
		i->op = IR_LSHR;
		return i;
	}
	if (i->op == IR_LSHR && !(ir_possible_bits(x) >> n))
		return fold_const(d, i->type, 0);
	if (i->op == IR_SHL && !(ir_possible_bits(x) << n & mask_of(i)))
		return fold_const(d, i->type, 0);
	if (i->op != IR_SHL) {
		r = fold_shift_pair(d, i, x, n);
		if (r)
			return r;
	}
	in = same_with_const(i);
	if (!in)
		return NULL;
	sum = n + (int)(in->args[1]->imm & (bits(i) - 1));
	if (sum < bits(i))
		return become(d, i, i->op, in->args[0], sum);
	return i->op == IR_ASHR ? become(d, i, IR_ASHR, in->args[0], bits(i) - 1)
				: fold_const(d, i->type, 0);
}

static Inst *fold_unary(Folder *d, Inst *i)
{
	Inst *x = i->args[0];

	if (i->op == IR_NEG && x->op == IR_NEG)
		return x->args[0];
	if (i->op == IR_NEG && x->op == IR_SUB && x->args[0]->type != IR_PTR &&
	    x->args[1]->type != IR_PTR)
		return fold_new2(d, IR_SUB, i->type, x->args[1], x->args[0]);
	if (i->op == IR_BSWAP && x->op == IR_BSWAP && x->width == i->width)
		return i->width == 16 ? fold_new2(d, IR_AND, IR_I32, x->args[0],
						  fold_const(d, IR_I32, 0xffff))
				      : x->args[0];
	return NULL;
}

Inst *fold_arithmetic(Folder *d, Inst *i)
{
	Inst *x = i->args[0], *y;

	if (i->n_args == 1)
		return fold_unary(d, i);
	y = i->args[1];
	if (ir_ops[i->op].flags & IRF_COMMUTES && x->op == IR_CONST && y->op != IR_CONST) {
		i->args[0] = y;
		i->args[1] = x;
		return i;
	}
	switch (i->op) {
	case IR_ADD: return fold_add(d, i, x, y);
	case IR_SUB: return fold_sub(d, i, x, y);
	case IR_MUL: return fold_mul(d, i, x, y);
	case IR_UDIV: case IR_UMOD: case IR_SDIV: case IR_SMOD: return fold_divide(d, i, x, y);
	case IR_AND: return fold_and(d, i, x, y);
	case IR_OR: case IR_XOR: return fold_or(d, i, x, y);
	case IR_SHL: case IR_LSHR: case IR_ASHR: return fold_shift(d, i, x, y);
	default: return NULL;
	}
}
