/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Part of pass_fold: comparisons. The constant stands on the right; comparisons of values that
 * cannot be negative are unsigned (the verifier then knows both bounds); what the possible bits
 * decide is decided. A bound stays a bound on the same value: only equality tests look through
 * arithmetic.
 */
#include "ir/internal.h"

static uint64_t mask_of(const Inst *i)
{
	return i->type == IR_I32 ? 0xffffffff : ~0ull;
}

static uint64_t highest(const Inst *i)
{
	uint64_t possible = ir_possible_bits(i);

	return possible ? ~0ull >> __builtin_clzll(possible) : 0;
}

static bool is_never_null(const Inst *p)
{
	for (; p->op == IR_PTROFF || (p->op == IR_BITCAST && p->type == IR_PTR && !p->imm);
	     p = p->args[0])
		if (p->op == IR_PTROFF && p->imm < 0)
			return false;
	return p->op == IR_ALLOCA || p->op == IR_GLOBAL || p->op == IR_MAP || p->op == IR_FUNC ||
	       (p->op == IR_PARAM && p->block->function->is_program && p->imm == 0);
}

/* Comparisons of x with itself. */
static Inst *fold_same(Folder *d, const Inst *i)
{
	bool holds = i->op == IR_EQ || i->op == IR_ULE || i->op == IR_UGE || i->op == IR_SLE ||
		     i->op == IR_SGE;

	return fold_const(d, IR_I32, holds);
}

static IrOp unsigned_form(IrOp op)
{
	switch (op) {
	case IR_SLT: return IR_ULT;
	case IR_SLE: return IR_ULE;
	case IR_SGT: return IR_UGT;
	case IR_SGE: return IR_UGE;
	default: return op;
	}
}

/* 1 or 0 if the bits that x may have decide x op c; -1 if not. */
static int decide(IrOp op, const Inst *x, uint64_t c)
{
	uint64_t possible = ir_possible_bits(x), most = highest(x);

	switch (op) {
	case IR_EQ: return c & ~possible ? 0 : -1;
	case IR_NE: return c & ~possible ? 1 : -1;
	case IR_ULT: return most < c ? 1 : !c ? 0 : -1;
	case IR_ULE: return most <= c ? 1 : -1;
	case IR_UGT: return most <= c ? 0 : -1;
	case IR_UGE: return most < c ? 0 : !c ? 1 : -1;
	default: return -1;
	}
}

/* A value that is 0 or 1 compared with 0 or 1: itself, or its opposite. */
static Inst *fold_truth(Folder *d, const Inst *i, Inst *x, uint64_t c)
{
	bool wants_true = (i->op == IR_NE) == (c == 0);

	if (c > 1 || ir_possible_bits(x) != 1)
		return NULL;
	while (x->op == IR_ZEXT)
		x = x->args[0];
	if (wants_true)
		return x->type == IR_I32 ? x : NULL;
	if (!(ir_ops[x->op].flags & IRF_COMPARE))
		return NULL;
	return fold_new2(d, ir_inverse(x->op), IR_I32, x->args[0], x->args[1]);
}

static Inst *with(Folder *d, Inst *i, Inst *x, int64_t c)
{
	i->args[0] = x;
	i->args[1] = fold_const(d, x->type, c);
	return i;
}

static Inst *between(Inst *i, Inst *x, Inst *y)
{
	i->args[0] = x;
	i->args[1] = y;
	return i;
}

/* A sign-extended value and a constant: one mask instead of two shifts. */
static Inst *fold_narrow_equality(Folder *d, Inst *i, Inst *x, int64_t c)
{
	int64_t mask = (1ll << x->width) - 1, extended;

	ir_evaluate(IR_SEXT, x->type, x->width, x->type, c, 0, &extended);
	if (extended != c)
		return fold_const(d, IR_I32, i->op == IR_NE);
	return with(d, i, fold_new2(d, IR_AND, x->type, x->args[0], fold_const(d, x->type, mask)),
		    c & mask);
}

/* x == c and x != c where x is arithmetic on something else. */
static Inst *fold_equality(Folder *d, Inst *i, Inst *x, int64_t c)
{
	Inst *a = x->n_args ? x->args[0] : NULL, *b = x->n_args > 1 ? x->args[1] : NULL;
	bool constant = b && b->op == IR_CONST;
	int64_t swapped;

	switch (x->op) {
	case IR_ADD:
		return constant && x->n_uses == 1 && x->type != IR_PTR
			       ? with(d, i, a, (int64_t)((uint64_t)c - (uint64_t)b->imm)) : NULL;
	case IR_XOR:
		if (constant)
			return with(d, i, a, c ^ b->imm);
		return c == 0 ? between(i, a, b) : NULL;
	case IR_SUB:
		return c == 0 ? between(i, a, b) : NULL;
	case IR_AND:                               /* (x & bit) == bit */
		if (!constant || b->imm != c || !c || c & (c - 1))
			return NULL;
		i->op = i->op == IR_EQ ? IR_NE : IR_EQ;
		return with(d, i, x, 0);
	case IR_BSWAP:
		if (x->width == 16 && (ir_possible_bits(a) & ~0xffffull))
			return NULL;
		ir_evaluate(IR_BSWAP, x->type, x->width, x->type, c, 0, &swapped);
		return with(d, i, a, swapped);
	case IR_SEXT:
		return x->width < 32 && x->n_uses == 1 ? fold_narrow_equality(d, i, x, c) : NULL;
	case IR_BITCAST:
		return c == 0 && !x->imm ? with(d, i, a, 0) : NULL;
	default:
		return NULL;
	}
}

/* Extended values compare like what was extended, if nothing else uses the extended one. */
static Inst *fold_extended(Folder *d, Inst *i, Inst *x, Inst *y)
{
	bool is_signed = x->op == IR_SEXT && x->width == 32;
	bool ordered_signed = i->op != unsigned_form(i->op);

	if (!is_signed && x->op != IR_ZEXT)
		return NULL;
	if (i->op != IR_EQ && i->op != IR_NE && (x->n_uses != 1 || is_signed != ordered_signed))
		return NULL;
	if (x->n_uses != 1 && y->op == IR_CONST)
		return NULL;
	if (y->op == x->op && y->width == x->width)
		return between(i, x->args[0], y->args[0]);
	if (y->op != IR_CONST || y->imm != (is_signed ? (int64_t)(int32_t)y->imm
						      : (int64_t)(uint32_t)y->imm))
		return NULL;
	return with(d, i, x->args[0], y->imm);
}

Inst *fold_compare(Folder *d, Inst *i)
{
	Inst *x = i->args[0], *y = i->args[1], *r;
	bool equality = i->op == IR_EQ || i->op == IR_NE;
	uint64_t c;
	int known;

	if (x == y)
		return fold_same(d, i);
	if (x->op == IR_CONST && y->op != IR_CONST) {
		i->op = ir_swapped(i->op);
		return between(i, y, x);
	}
	if (i->op != unsigned_form(i->op) && ir_is_nonnegative(x) && ir_is_nonnegative(y)) {
		i->op = unsigned_form(i->op);
		return i;
	}
	r = fold_extended(d, i, x, y);
	if (r || y->op != IR_CONST)
		return r;
	c = (uint64_t)y->imm & mask_of(x);
	if (equality && !c && is_never_null(x))
		return fold_const(d, IR_I32, i->op == IR_NE);
	known = x->type == IR_PTR ? -1 : decide(i->op, x, c);
	if (known >= 0)
		return fold_const(d, IR_I32, known);
	if (!equality)
		return NULL;
	r = fold_truth(d, i, x, c);
	return r ? r : fold_equality(d, i, x, y->imm);
}
