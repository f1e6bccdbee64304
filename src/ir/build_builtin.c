/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiler built-ins: memory, bits, atomics, packet loads, marks.
 * Bit counting has no instruction in BPF; it is the usual arithmetic on groups of bits.
 */
#include "ir/internal.h"

static Inst *argument(Builder *b, Expr *e, int k, IrType type)
{
	Inst *i = k < e->args.n ? build_value(b, e->args.v[k]) : NULL;

	if (!i)
		return emit_const(b, type, 0);
	if (type == IR_VOID)
		return i;
	return build_adapted(b, i, type, type_is_integer(e->args.v[k]->type) &&
						 type_is_signed(e->args.v[k]->type));
}

static Inst *pointer_argument(Builder *b, Expr *e, int k)
{
	return argument(b, e, k, IR_PTR);
}

/* Memory -------------------------------------------------------------------------------------- */

/* COPY or FILL; a size that is not constant yet stays an argument until inlining is done. */
static Inst *build_block_operation(Builder *b, Expr *e, IrOp op)
{
	Inst *to = pointer_argument(b, e, 0);
	Inst *from = argument(b, e, 1, op == IR_COPY ? IR_PTR : IR_I32);
	Inst *size = argument(b, e, 2, IR_I64), *i;
	bool known = size->op == IR_CONST;

	b->loc = e->loc;
	if (known && size->imm <= 0)
		return to;
	i = emit(b, op, IR_VOID, known ? 2 : 3);
	i->args[0] = to;
	i->args[1] = from;
	if (known)
		i->imm = size->imm;
	else
		i->args[2] = size;
	return to;
}

static Inst *load_at(Builder *b, Inst *pointer, int64_t offset, int width)
{
	Inst *i = emit(b, IR_LOAD, width == 8 ? IR_I64 : IR_I32, 1);

	i->args[0] = pointer;
	i->imm = offset;
	i->width = (uint8_t)width;
	return i;
}

/* The first differing pieces, byte-swapped, compare like the bytes. */
static Inst *in_byte_order(Builder *b, Inst *i, int width)
{
	if (width > 1) {
		i = emit1(b, IR_BSWAP, i->type, i);
		i->width = (uint8_t)(width * 8);
	}
	return emit_wide(b, i, false);
}

static Inst *build_memcmp(Builder *b, Expr *e)
{
	Inst *x = pointer_argument(b, e, 0), *y = pointer_argument(b, e, 1), *order, *result;
	Inst *size = argument(b, e, 2, IR_I64), *px, *py;
	Block *differ = new_block(b), *same, *after = new_block(b);
	int64_t at = 0;
	int n = 0;

	if (size->op != IR_CONST || size->imm > 1024) {
		build_error(b, e->loc, DIAG_size_not_constant,
			    "the size of this memory comparison is not a small constant",
			    "compare in a loop with a constant bound");
		return emit_const(b, IR_I32, 0);
	}
	start_block(b, b->block ? b->block : new_block(b));
	px = ir_inst(b->f, IR_PHI, IR_I64, (int)size->imm + 1);
	py = ir_inst(b->f, IR_PHI, IR_I64, (int)size->imm + 1);
	while (at < size->imm) {
		int width = size->imm - at >= 8   ? 8
			    : size->imm - at >= 4 ? 4
			    : size->imm - at >= 2 ? 2
						  : 1;
		Inst *cx = in_byte_order(b, load_at(b, x, at, width), width);
		Inst *cy = in_byte_order(b, load_at(b, y, at, width), width);

		same = new_block(b);
		px->args[n] = cx;
		py->args[n++] = cy;
		ir_branch_if(b->block, emit2(b, IR_NE, IR_I32, cx, cy), differ, same)->loc = e->loc;
		start_block(b, same);
		at += width;
	}
	emit_branch(b, after);
	start_block(b, differ);
	if (!n) {
		emit_branch(b, after);
		start_block(b, after);
		return emit_const(b, IR_I32, 0);
	}
	px->n_args = py->n_args = n;
	ir_append(differ, px);
	ir_append(differ, py);
	/* below: -1, above: 1 */
	order = emit1(b, IR_NEG, IR_I32, emit2(b, IR_ULT, IR_I32, px, py));
	order = emit2(b, IR_OR, IR_I32, order, emit_const(b, IR_I32, 1));
	emit_branch(b, after);
	start_block(b, after);
	result = emit_phi(b, IR_I32, 2, emit_const(b, IR_I32, 0), order);
	return result;
}

/* Bits ---------------------------------------------------------------------------------------- */

static Inst *operate(Builder *b, IrOp op, Inst *x, int64_t y)
{
	return emit2(b, op, x->type, x, emit_const(b, x->type, y));
}

static Inst *popcount(Builder *b, Inst *x)
{
	const int bits = x->type == IR_I32 ? 32 : 64;
	const int64_t m1 = 0x5555555555555555, m2 = 0x3333333333333333, m4 = 0x0f0f0f0f0f0f0f0f;

	x = emit2(b, IR_SUB, x->type, x, operate(b, IR_AND, operate(b, IR_LSHR, x, 1), m1));
	x = emit2(b, IR_ADD, x->type, operate(b, IR_AND, x, m2),
		  operate(b, IR_AND, operate(b, IR_LSHR, x, 2), m2));
	x = operate(b, IR_AND, emit2(b, IR_ADD, x->type, x, operate(b, IR_LSHR, x, 4)), m4);
	return operate(b, IR_LSHR, operate(b, IR_MUL, x, 0x0101010101010101), bits - 8);
}

static Inst *count_leading(Builder *b, Inst *x)
{
	const int bits = x->type == IR_I32 ? 32 : 64;

	for (int k = 1; k < bits; k *= 2)
		x = emit2(b, IR_OR, x->type, x, operate(b, IR_LSHR, x, k));
	return popcount(b, operate(b, IR_XOR, x, -1));
}

static Inst *count_trailing(Builder *b, Inst *x)
{
	Inst *below = operate(b, IR_ADD, x, -1);

	return popcount(b, emit2(b, IR_AND, x->type, below, operate(b, IR_XOR, x, -1)));
}

static Inst *build_bits(Builder *b, Expr *e)
{
	bool is_wide = e->builtin == BUILTIN_CLZ64 || e->builtin == BUILTIN_CTZ64 ||
		       e->builtin == BUILTIN_POPCOUNT64;
	Inst *x = argument(b, e, 0, is_wide ? IR_I64 : IR_I32), *i;

	b->loc = e->loc;
	switch (e->builtin) {
	case BUILTIN_CLZ32: case BUILTIN_CLZ64: i = count_leading(b, x); break;
	case BUILTIN_CTZ32: case BUILTIN_CTZ64: i = count_trailing(b, x); break;
	default: i = popcount(b, x); break;
	}
	return build_adapted(b, i, build_type(e->type), false);
}

static Inst *build_bswap(Builder *b, Expr *e, int width)
{
	IrType type = width == 64 ? IR_I64 : IR_I32;
	Inst *x = argument(b, e, 0, type), *i;
	int64_t v;

	b->loc = e->loc;
	if (x->op == IR_CONST && ir_evaluate(IR_BSWAP, type, width, type, x->imm, 0, &v)) {
		i = emit_const(b, type, v);
	} else {
		i = emit1(b, IR_BSWAP, type, x);
		i->width = (uint8_t)width;
	}
	return build_adapted(b, i, build_type(e->type), false);
}

/* Atomics ------------------------------------------------------------------------------------- */

static int pointee_width(Expr *pointer)
{
	Type *t;

	while (pointer->kind == EXPR_CONVERT && type_is_pointer(pointer->a->type) &&
	       type_strip(type_strip(pointer->type)->base)->kind == TYPE_VOID)
		pointer = pointer->a;
	t = type_strip(pointer->type);
	t = t->base ? type_strip(t->base) : t;
	return t->kind == TYPE_POINTER ? 8 : (int)t->size;
}

static Inst *build_atomic(Builder *b, Expr *e)
{
	static const AtomicKind kinds[] = {
		[BUILTIN_ATOMIC_ADD] = ATOMIC_ADD, [BUILTIN_FETCH_ADD] = ATOMIC_FETCH_ADD,
		[BUILTIN_FETCH_AND] = ATOMIC_FETCH_AND, [BUILTIN_FETCH_OR] = ATOMIC_FETCH_OR,
		[BUILTIN_FETCH_XOR] = ATOMIC_FETCH_XOR, [BUILTIN_EXCHANGE] = ATOMIC_XCHG,
		[BUILTIN_COMPARE_EXCHANGE] = ATOMIC_CMPXCHG,
	};
	AtomicKind kind = kinds[e->builtin];
	int n = kind == ATOMIC_CMPXCHG ? 3 : 2, width;
	Inst *args[3], *i;
	IrType type;
	Place p;

	if (e->args.n < n)
		return emit_const(b, IR_I32, 0);
	width = pointee_width(e->args.v[0]);
	if (width != 4 && width != 8) {
		build_error(b, e->loc, DIAG_atomic_size,
			    "atomic operations work on objects of 4 and 8 bytes only", NULL);
		width = 8;
	}
	type = width == 8 ? IR_I64 : IR_I32;
	for (int k = 1; k < n; k++)
		args[k] = argument(b, e, k, type);
	p = build_pointed(b, e->args.v[0], e->args.v[0]->type);
	b->loc = e->loc;
	i = emit(b, IR_ATOMIC, kind == ATOMIC_ADD ? IR_VOID : type, n);
	i->args[0] = p.base;
	i->imm = p.offset;
	i->member = p.member;
	i->record = p.record;
	for (int k = 1; k < n; k++)
		i->args[k] = args[k];
	i->width = (uint8_t)width;
	i->atomic = kind;
	if (build_type(e->type) == IR_VOID)
		return NULL;
	return build_adapted(b, kind == ATOMIC_ADD ? args[1] : i, build_type(e->type),
			     type_is_integer(e->type) && type_is_signed(e->type));
}

/* Others -------------------------------------------------------------------------------------- */

static Inst *build_packet_load(Builder *b, Expr *e, int width)
{
	Inst *skb = pointer_argument(b, e, 0), *i;
	Inst *offset = argument(b, e, 1, IR_I64);

	b->loc = e->loc;
	i = emit(b, IR_LOAD_SKB, IR_I32, 2);
	i->args[0] = skb;
	i->args[1] = offset;
	i->width = (uint8_t)width;
	return build_adapted(b, i, build_type(e->type), false);
}

static Inst *build_mark(Builder *b, Expr *e, Space space)
{
	Inst *pointer = pointer_argument(b, e, 0), *i;

	b->loc = e->loc;
	if (pointer->op == IR_CONST)
		return pointer;
	i = emit1(b, IR_BITCAST, IR_PTR, pointer);
	i->imm = space;
	i->ctype = e->type;
	return i;
}

static Inst *build_trap(Builder *b)
{
	emit(b, IR_UNREACHABLE, IR_VOID, 0);
	b->block = NULL;
	return NULL;
}

Inst *build_builtin(Builder *b, Expr *e)
{
	switch (e->builtin) {
	case BUILTIN_MEMCPY: case BUILTIN_MEMMOVE: return build_block_operation(b, e, IR_COPY);
	case BUILTIN_MEMSET: return build_block_operation(b, e, IR_FILL);
	case BUILTIN_MEMCMP: return build_memcmp(b, e);
	case BUILTIN_BSWAP16: return build_bswap(b, e, 16);
	case BUILTIN_BSWAP32: return build_bswap(b, e, 32);
	case BUILTIN_BSWAP64: return build_bswap(b, e, 64);
	case BUILTIN_CLZ32: case BUILTIN_CLZ64: case BUILTIN_CTZ32: case BUILTIN_CTZ64:
	case BUILTIN_POPCOUNT32: case BUILTIN_POPCOUNT64:
		return build_bits(b, e);
	case BUILTIN_TRAP: case BUILTIN_UNREACHABLE: return build_trap(b);
	case BUILTIN_BARRIER:
		emit(b, IR_BARRIER, IR_VOID, 0);
		return NULL;
	case BUILTIN_ATOMIC_ADD: case BUILTIN_FETCH_ADD: case BUILTIN_FETCH_AND:
	case BUILTIN_FETCH_OR: case BUILTIN_FETCH_XOR: case BUILTIN_EXCHANGE:
	case BUILTIN_COMPARE_EXCHANGE:
		return build_atomic(b, e);
	case BUILTIN_LOAD_BYTE: return build_packet_load(b, e, 1);
	case BUILTIN_LOAD_HALF: return build_packet_load(b, e, 2);
	case BUILTIN_LOAD_WORD: return build_packet_load(b, e, 4);
	case BUILTIN_AS_USER: return build_mark(b, e, SPACE_USER);
	case BUILTIN_AS_KERNEL: return build_mark(b, e, SPACE_KERNEL);
	case BUILTIN_AS_TRUSTED: return build_mark(b, e, SPACE_TRUSTED);
	}
	return NULL;
}
