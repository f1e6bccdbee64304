/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the machine has no instruction for, rewritten in IR before selection: signed division and
 * modulo (by unsigned ones on absolute values; by powers of two with shifts), division by a
 * constant zero (refused by the verifier), and multiplication and division that shifts do cheaper.
 * Signs are handled without branches: with m = a >> 63, (a ^ m) - m is |a|, and the same again
 * gives a result its sign.
 */
#include "bpf/machine.h"

typedef struct Lower {
	Function *f;
	Inst *at;                  /* being rewritten */
} Lower;

static Inst *number(Lower *l, int64_t v)
{
	return ir_const(l->f, l->at->type, v);
}

static Inst *make(Lower *l, IrOp op, Inst *a, Inst *b)
{
	Inst *i = ir_inst(l->f, op, l->at->type, 2);

	i->args[0] = a;
	i->args[1] = b;
	i->loc = l->at->loc;
	ir_insert_before(l->at, i);
	return i;
}

/* The instruction itself becomes another operation: its users see no change. */
static void become(Lower *l, IrOp op, Inst *a, Inst *b)
{
	l->at->op = op;
	l->at->args[0] = a;
	l->at->args[1] = b;
}

static int bits_of(const Inst *i)
{
	return i->type == IR_I32 ? 32 : 64;
}

static uint64_t value_bits(const Inst *c)
{
	return c->type == IR_I32 ? (uint32_t)c->imm : (uint64_t)c->imm;
}

static bool is_power(uint64_t v)
{
	return v && !(v & (v - 1));
}

static Inst *sign_of(Lower *l, Inst *a)
{
	return make(l, IR_ASHR, a, number(l, bits_of(l->at) - 1));
}

static Inst *apply_sign(Lower *l, Inst *a, Inst *sign)
{
	return make(l, IR_SUB, make(l, IR_XOR, a, sign), sign);
}

/* a + (a < 0 ? 2^k - 1 : 0): what makes a shift round towards zero. */
static Inst *round_to_zero(Lower *l, Inst *a, int k)
{
	Inst *sign = k == 1 ? a : sign_of(l, a);

	return make(l, IR_ADD, a, make(l, IR_LSHR, sign, number(l, bits_of(l->at) - k)));
}

static void signed_by_power(Lower *l, Inst *a, int k, bool negative)
{
	int64_t mask = (int64_t)~((1ull << k) - 1);
	Inst *rounded = round_to_zero(l, a, k);

	if (l->at->op == IR_SMOD)
		become(l, IR_SUB, a, make(l, IR_AND, rounded, number(l, mask)));
	else if (negative)
		become(l, IR_SUB, number(l, 0), make(l, IR_ASHR, rounded, number(l, k)));
	else
		become(l, IR_ASHR, rounded, number(l, k));
}

static void signed_division(Lower *l)
{
	Inst *a = l->at->args[0], *b = l->at->args[1], *sa, *sb = NULL, *magnitude;
	IrOp op = l->at->op == IR_SDIV ? IR_UDIV : IR_UMOD;
	Inst *sign;

	if (b->op == IR_CONST) {
		bool negative = b->type == IR_I32 ? (int32_t)b->imm < 0 : b->imm < 0;
		uint64_t size = negative ? -(uint64_t)b->imm : (uint64_t)b->imm;

		if (b->type == IR_I32)
			size = (uint32_t)size;
		if (is_power(size) && size > 1) {
			signed_by_power(l, a, __builtin_ctzll(size), negative);
			return;
		}
		sa = sign_of(l, a);
		magnitude = number(l, (int64_t)size);
		sign = negative && op == IR_UDIV ? make(l, IR_XOR, sa, number(l, -1)) : sa;
	} else {
		sa = sign_of(l, a);
		sb = sign_of(l, b);
		magnitude = apply_sign(l, b, sb);
		sign = op == IR_UDIV ? make(l, IR_XOR, sa, sb) : sa;
	}
	Inst *quotient = make(l, op, apply_sign(l, a, sa), magnitude);

	become(l, IR_SUB, make(l, IR_XOR, quotient, sign), sign);
}

static void by_zero(Lower *l)
{
	bool modulo = l->at->op == IR_UMOD || l->at->op == IR_SMOD;

	become(l, IR_OR, modulo ? l->at->args[0] : number(l, 0), number(l, 0));
}

static void unsigned_by_power(Lower *l, uint64_t v)
{
	Inst *a = l->at->args[0];
	int k = __builtin_ctzll(v);

	switch (l->at->op) {
	case IR_MUL:
		become(l, IR_SHL, a, number(l, k));
		break;
	case IR_UDIV:
		become(l, IR_LSHR, a, number(l, k));
		break;
	default:
		become(l, IR_AND, a, number(l, (int64_t)(v - 1)));
	}
}

static void rewrite(Lower *l)
{
	Inst *b = l->at->args[1];

	if (b->op == IR_CONST && l->at->op != IR_MUL && value_bits(b) == 0)
		by_zero(l);
	else if (l->at->op == IR_SDIV || l->at->op == IR_SMOD)
		signed_division(l);
	else if (b->op == IR_CONST && is_power(value_bits(b)))
		unsigned_by_power(l, value_bits(b));
}

void lower_function(Function *f)
{
	Lower l = { .f = f };

	FOR_BLOCKS(b, f) {
		FOR_INSTS_SAFE(i, b) {
			switch (i->op) {
			case IR_MUL:
			case IR_UDIV:
			case IR_UMOD:
			case IR_SDIV:
			case IR_SMOD:
				l.at = i;
				rewrite(&l);
				break;
			default:
				break;
			}
		}
	}
}
