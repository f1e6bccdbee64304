/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which bits of a value may be 1, from how it is computed; and so which values are certainly not
 * negative. Looks only a few insts deep: enough for masks, narrow loads, comparisons and counters.
 * Nothing is said of quotients and remainders: the verifier knows nothing of them either, so a mask
 * behind one must stay ("math between map_value pointer and register with unbounded min value").
 */
#include "ir/internal.h"

enum { DEPTH = 6, MANY = 8 };

static uint64_t bits_of(const Inst *i, int depth);

static uint64_t all_bits(IrType type)
{
	return type == IR_I32 ? 0xffffffff : ~0ull;
}

/* All bits up to the highest of v. */
static uint64_t below(uint64_t v)
{
	return v ? ~0ull >> __builtin_clzll(v) : 0;
}

static uint64_t bits_of_shift(const Inst *i, int depth)
{
	const Inst *by = i->args[1];
	uint64_t x = bits_of(i->args[0], depth), all = all_bits(i->type);
	int n = (int)(by->imm & (i->type == IR_I32 ? 31 : 63));

	if (by->op != IR_CONST)
		return i->op == IR_LSHR ? below(x) : all;
	if (i->op == IR_SHL)
		return x << n & all;
	if (i->op == IR_ASHR && x & (all ^ all >> 1))
		return all;
	return x >> n;
}

static uint64_t bits_of_sum(const Inst *i, int depth)
{
	uint64_t x = bits_of(i->args[0], depth), y = bits_of(i->args[1], depth), r;
	bool overflow = i->op == IR_ADD ? __builtin_add_overflow(x, y, &r)
					: __builtin_mul_overflow(x, y, &r);

	return overflow ? all_bits(i->type) : below(r) & all_bits(i->type);
}

/* i = 0; i += 1, ...: signed arithmetic of C does not overflow. */
static bool is_counter(const Inst *phi)
{
	bool found = false;

	for (int a = 0; a < phi->n_args; a++) {
		const Inst *arg = phi->args[a];

		if (arg->op == IR_CONST && arg->imm >= 0)
			continue;
		if (arg->op != IR_ADD || !arg->is_signed || arg->args[0] != phi ||
		    arg->args[1]->op != IR_CONST || arg->args[1]->imm < 0)
			return false;
		found = true;
	}
	return found;
}

static uint64_t bits_of_phi(const Inst *i, int depth)
{
	uint64_t bits = 0, all = all_bits(i->type);

	if (i->type != IR_PTR && is_counter(i))
		return all >> 1;
	depth = i->n_args > MANY ? 1 : depth - 2;  /* PHIs of PHIs would take for ever */
	for (int a = 0; a < i->n_args && bits != all; a++)
		if (i->args[a] != i)
			bits |= bits_of(i->args[a], depth);
	return bits;
}

static uint64_t bits_of_load(const Inst *i)
{
	if (i->is_signed && i->op == IR_LOAD)
		return all_bits(i->type);
	return i->width < 8 ? (1ull << i->width * 8) - 1 : ~0ull;
}

static uint64_t bits_of(const Inst *i, int depth)
{
	uint64_t x, all = all_bits(i->type);

	if (depth-- <= 0)
		return all;
	switch (i->op) {
	case IR_CONST: return (uint64_t)i->imm & all;
	case IR_UNDEF: return 0;
	case IR_AND: return bits_of(i->args[0], depth) & bits_of(i->args[1], depth);
	case IR_OR: case IR_XOR: return bits_of(i->args[0], depth) | bits_of(i->args[1], depth);
	case IR_ADD: case IR_MUL: return i->type == IR_PTR ? all : bits_of_sum(i, depth);
	case IR_SHL: case IR_LSHR: case IR_ASHR: return bits_of_shift(i, depth);
	case IR_BSWAP: return i->width == 16 ? 0xffff : all;
	case IR_ZEXT: return bits_of(i->args[0], depth);
	case IR_TRUNC: return bits_of(i->args[0], depth) & 0xffffffff;
	case IR_SEXT:
		x = bits_of(i->args[0], depth);
		return x >> (i->width - 1) ? all : x;
	case IR_PHI: return bits_of_phi(i, depth);
	case IR_LOAD: case IR_LOAD_SKB: return bits_of_load(i) & all;
	default: return ir_ops[i->op].flags & IRF_COMPARE ? 1 : all;
	}
}

uint64_t ir_possible_bits(const Inst *i)
{
	return bits_of(i, DEPTH);
}

bool ir_is_nonnegative(const Inst *i)
{
	return i->type != IR_PTR && !(ir_possible_bits(i) >> (i->type == IR_I32 ? 31 : 63));
}
