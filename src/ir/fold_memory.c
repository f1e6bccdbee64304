/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Part of pass_fold: changes of width, addresses, loads of constant data, stores of values whose
 * upper bits do not matter.
 */
#include "ir/internal.h"

/* Width --------------------------------------------------------------------------------------- */

static bool is_user_mark(const Inst *i)
{
	return i->imm || (i->ctype && type_is_pointer(i->ctype) &&
			  type_space(i->ctype) == TYPE_SPACE_USER);
}

static Inst *fold_bitcast(Folder *d, Inst *i, Inst *x)
{
	Inst *r;

	if (i->imm)
		return NULL;
	if (i->type == x->type)
		return is_user_mark(i) && !is_user_mark(x) ? NULL : x;
	if (x->op == IR_BITCAST && x->args[0]->type == i->type && !is_user_mark(i) &&
	    !is_user_mark(x))
		return x->args[0];
	/* (T *)((long)p + n) */
	if (i->type == IR_PTR && x->op == IR_ADD && !is_user_mark(i) &&
	    x->args[0]->op == IR_BITCAST && x->args[0]->args[0]->type == IR_PTR) {
		if (x->args[1]->op == IR_CONST) {
			r = fold_new1(d, IR_PTROFF, IR_PTR, x->args[0]->args[0]);
			r->imm = x->args[1]->imm;
			r->ctype = i->ctype;
			return r;
		}
		if (x->args[1]->type == IR_I64) {
			r = fold_new2(d, IR_PTRADD, IR_PTR, x->args[0]->args[0], x->args[1]);
			r->ctype = i->ctype;
			return r;
		}
	}
	return NULL;
}

static Inst *fold_sext(Folder *d, Inst *i, Inst *x)
{
	uint64_t low = i->width < 32 ? (1ull << i->width) - 1 : 0xffffffff;

	if (!(ir_possible_bits(x) & ~(low >> 1) & (x->type == IR_I32 ? 0xffffffff : ~0ull)))
		return i->width == 32 ? fold_new1(d, IR_ZEXT, IR_I64, x) : x;
	if (i->width == 32)
		return x->op == IR_TRUNC && x->args[0]->op == IR_SEXT && x->args[0]->width == 32
			       ? x->args[0] : NULL;
	if (x->op == IR_SEXT && x->width <= i->width)
		return x;
	if (x->op == IR_LOAD && x->is_signed && x->width * 8 <= i->width)
		return x;
	if (x->op == IR_AND && x->args[1]->op == IR_CONST &&
	    ((uint64_t)x->args[1]->imm & low) == low) {
		i->args[0] = x->args[0];
		return i;
	}
	return NULL;
}

static Inst *fold_trunc(Inst *i, Inst *x)
{
	if (x->op == IR_ZEXT || (x->op == IR_SEXT && x->width == 32))
		return x->args[0];
	if (x->op == IR_AND && x->args[1]->op == IR_CONST &&
	    ((uint64_t)x->args[1]->imm & 0xffffffff) == 0xffffffff) {
		i->args[0] = x->args[0];
		return i;
	}
	return NULL;
}

Inst *fold_width(Folder *d, Inst *i)
{
	Inst *x = i->args[0];

	switch (i->op) {
	case IR_ZEXT:
		return x->op == IR_TRUNC && x->args[0]->type == IR_I64 &&
				       !(ir_possible_bits(x->args[0]) >> 32)
			       ? x->args[0] : NULL;
	case IR_SEXT: return fold_sext(d, i, x);
	case IR_TRUNC: return fold_trunc(i, x);
	default: return fold_bitcast(d, i, x);
	}
}

/* Addresses ----------------------------------------------------------------------------------- */

/* Constant offsets go into the access; they are 16 bits wide in an instruction. */
static bool fold_address(Inst *i)
{
	Inst *p = i->args[0];
	int64_t sum = i->imm + p->imm;

	if (p->op == IR_PTROFF && sum >= INT16_MIN && sum <= INT16_MAX) {
		i->imm = sum;
		if (!i->member) {
			i->member = p->member;
			i->record = p->record;
		}
		i->args[0] = p->args[0];
		return true;
	}
	if (p->op == IR_BITCAST && p->args[0]->type == IR_PTR && !is_user_mark(p)) {
		i->args[0] = p->args[0];
		return true;
	}
	return false;
}

static Inst *fold_pointer(Folder *d, Inst *i)
{
	Inst *p = i->args[0], *r;

	if (i->op == IR_PTROFF) {
		if (!i->imm)
			return p;
		if (p->op != IR_PTROFF)
			return NULL;
		i->imm += p->imm;
		i->args[0] = p->args[0];
		return i;
	}
	if (i->args[1]->op != IR_CONST)
		return NULL;
	if (!i->args[1]->imm)
		return p;
	r = fold_new1(d, IR_PTROFF, IR_PTR, p);
	r->imm = i->args[1]->imm;
	r->ctype = i->ctype;
	return r;
}

/* Constant data ------------------------------------------------------------------------------- */

static int64_t extend(int64_t v, const Inst *load)
{
	int unused = 64 - load->width * 8;

	if (!load->is_signed || !unused)
		return v;
	return (int64_t)((uint64_t)v << unused) >> unused;
}

static Inst *fold_load(Folder *d, Inst *i)
{
	Inst *p = i->args[0], *r;
	const struct GlobalPointer *to;
	int64_t v;

	if (p->op != IR_GLOBAL || i->is_volatile || !p->global->is_constant)
		return NULL;
	if (ir_constant_bytes(p->global, i->imm, i->width, &v))
		return fold_const(d, i->type, extend(v, i));
	to = ir_constant_pointer(p->global, i->imm);
	if (!to || to->offset != i->imm || i->type != IR_PTR)
		return NULL;
	r = ir_inst(d->f, IR_GLOBAL, IR_PTR, 0);
	r->global = to->to;
	r->ctype = i->ctype;
	r->loc = i->loc;
	ir_insert_before(i, r);
	if (!to->addend)
		return r;
	r = fold_new1(d, IR_PTROFF, IR_PTR, r);
	r->imm = to->addend;
	return r;
}

/* Only the low bytes of what is stored count. */
static bool fold_stored(Inst *i)
{
	Inst *v = i->args[1];
	uint64_t kept = i->width < 8 ? (1ull << i->width * 8) - 1 : ~0ull;

	if (i->width == 8)
		return false;
	if (v->op == IR_ZEXT || (v->op == IR_TRUNC && v->args[0]->type == IR_I64) ||
	    (v->op == IR_SEXT && v->width >= i->width * 8) ||
	    (v->op == IR_AND && v->args[1]->op == IR_CONST &&
	     ((uint64_t)v->args[1]->imm & kept) == kept)) {
		i->args[1] = v->args[0];
		return true;
	}
	return false;
}

static Inst *fold_block_operation(Inst *i)
{
	if (i->n_args == 3 && i->args[2]->op == IR_CONST) {
		i->imm = i->args[2]->imm;
		i->n_args = 2;
		if (i->imm < 0)
			i->imm = 0;
		return i;
	}
	return NULL;
}

Inst *fold_memory(Folder *d, Inst *i)
{
	switch (i->op) {
	case IR_PTROFF: case IR_PTRADD: return fold_pointer(d, i);
	case IR_COPY: case IR_FILL: return fold_block_operation(i);
	case IR_LOAD: return fold_address(i) ? i : fold_load(d, i);
	case IR_STORE: return fold_address(i) || fold_stored(i) ? i : NULL;
	default: return fold_address(i) ? i : NULL;
	}
}
