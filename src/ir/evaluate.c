/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What operations on constants give. The semantics are those of BPF: division by zero gives 0,
 * modulo by zero the dividend, shift counts are taken modulo the width. I32 constants are kept
 * sign-extended in int64_t.
 */
#include "ir/internal.h"

static int64_t divide(IrOp op, bool narrow, int64_t x, int64_t y)
{
	uint64_t ux = narrow ? (uint32_t)x : (uint64_t)x, uy = narrow ? (uint32_t)y : (uint64_t)y;

	if (!y)
		return op == IR_UMOD || op == IR_SMOD ? x : 0;
	switch (op) {
	case IR_UDIV: return (int64_t)(ux / uy);
	case IR_UMOD: return (int64_t)(ux % uy);
	case IR_SDIV: return y == -1 ? (int64_t)-(uint64_t)x : x / y;
	default: return y == -1 ? 0 : x % y;
	}
}

static int64_t shift(IrOp op, bool narrow, int64_t x, int64_t y)
{
	int n = (int)(y & (narrow ? 31 : 63));
	uint64_t ux = narrow ? (uint32_t)x : (uint64_t)x;

	if (op == IR_SHL)
		return (int64_t)(ux << n);
	if (op == IR_LSHR)
		return (int64_t)(ux >> n);
	return x >> n;
}

static bool compare(IrOp op, bool narrow, int64_t x, int64_t y)
{
	uint64_t ux = narrow ? (uint32_t)x : (uint64_t)x, uy = narrow ? (uint32_t)y : (uint64_t)y;

	switch (op) {
	case IR_EQ: return x == y;
	case IR_NE: return x != y;
	case IR_ULT: return ux < uy;
	case IR_ULE: return ux <= uy;
	case IR_UGT: return ux > uy;
	case IR_UGE: return ux >= uy;
	case IR_SLT: return x < y;
	case IR_SLE: return x <= y;
	case IR_SGT: return x > y;
	default: return x >= y;
	}
}

static int64_t sign_extend(int64_t x, int width)
{
	return width == 8 ? (int8_t)x : width == 16 ? (int16_t)x : (int32_t)x;
}

static int64_t swap_bytes(int64_t x, int width)
{
	return width == 16   ? __builtin_bswap16((uint16_t)x)
	       : width == 32 ? (int64_t)__builtin_bswap32((uint32_t)x)
			     : (int64_t)__builtin_bswap64((uint64_t)x);
}

bool ir_evaluate(IrOp op, IrType type, int width, IrType arg_type, int64_t x, int64_t y,
		 int64_t *out)
{
	const bool narrow = arg_type == IR_I32;
	int64_t r;

	switch (op) {
	case IR_ADD: r = (int64_t)((uint64_t)x + (uint64_t)y); break;
	case IR_SUB: r = (int64_t)((uint64_t)x - (uint64_t)y); break;
	case IR_MUL: r = (int64_t)((uint64_t)x * (uint64_t)y); break;
	case IR_UDIV: case IR_SDIV: case IR_UMOD: case IR_SMOD: r = divide(op, narrow, x, y); break;
	case IR_AND: r = x & y; break;
	case IR_OR: r = x | y; break;
	case IR_XOR: r = x ^ y; break;
	case IR_SHL: case IR_LSHR: case IR_ASHR: r = shift(op, narrow, x, y); break;
	case IR_NEG: r = (int64_t)-(uint64_t)x; break;
	case IR_BSWAP: r = swap_bytes(x, width); break;
	case IR_ZEXT: r = (int64_t)(uint32_t)x; break;
	case IR_SEXT: r = sign_extend(x, width); break;
	case IR_TRUNC: case IR_BITCAST: r = x; break;
	default:
		if (!(ir_ops[op].flags & IRF_COMPARE))
			return false;
		r = compare(op, narrow, x, y);
	}
	*out = type == IR_I32 ? (int32_t)r : r;
	return true;
}

IrOp ir_inverse(IrOp op)
{
	switch (op) {
	case IR_EQ: return IR_NE;
	case IR_NE: return IR_EQ;
	case IR_ULT: return IR_UGE;
	case IR_ULE: return IR_UGT;
	case IR_UGT: return IR_ULE;
	case IR_UGE: return IR_ULT;
	case IR_SLT: return IR_SGE;
	case IR_SLE: return IR_SGT;
	case IR_SGT: return IR_SLE;
	default: return IR_SLT;
	}
}

IrOp ir_swapped(IrOp op)
{
	switch (op) {
	case IR_ULT: return IR_UGT;
	case IR_ULE: return IR_UGE;
	case IR_UGT: return IR_ULT;
	case IR_UGE: return IR_ULE;
	case IR_SLT: return IR_SGT;
	case IR_SLE: return IR_SGE;
	case IR_SGT: return IR_SLT;
	case IR_SGE: return IR_SLE;
	default: return op;
	}
}
