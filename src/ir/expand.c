/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pass_expand: memory accesses in the form that BPF instructions and the verifier know.
 *
 *   - constant offsets move from pointers into the accesses;
 *   - COPY and FILL become loads and stores, or one helper call where they are long;
 *   - accesses to the stack that are not aligned are done in parts ("misaligned stack access":
 *     strict on all architectures, as the verifier tracks the stack in slots of 8 bytes).
 * Needs: pass_spaces, pass_reads. Leaves: no COPY, no FILL; ALLOCA.align as placed.
 */
#include "ir/internal.h"
#include "ir/spaces.h"

enum {
	LONG_COPY = 256,           /* bytes from which on a helper copies */
	LONG_FILL = 512,
};

#if defined(__x86_64__) || defined(__aarch64__) || defined(__powerpc64__) || defined(__s390x__)
static const bool unaligned_is_allowed = true;
#else
static const bool unaligned_is_allowed = false;
#endif
static const bool big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;

/* Chunks -------------------------------------------------------------------------------------- */

/* One side of a copy: how wide an access may be at a distance from its start. */
typedef struct Side {
	Inst *pointer;
	int64_t offset;            /* of the start from what `align` holds for */
	uint32_t align, limit;
} Side;

static Side side_of(Inst *pointer)
{
	Side s = { .pointer = pointer, .align = 8, .limit = 8 };
	Address a = ir_address(pointer);

	switch (pointer->space) {
	case SPACE_CONTEXT:
	case SPACE_HELPER_OBJECT:
		/* views of kernel structs have fields of 4 bytes; registers and tracepoint records
		 * may be read in any width */
		if (!a.variable)
			s.offset = a.offset;
		if (pointer->space != SPACE_CONTEXT ||
		    !spaces_context_is_memory(pointer->block->function))
			s.limit = 4;
		return s;
	case SPACE_STACK:
		break;
	default:
		if (unaligned_is_allowed)
			return (Side){ .pointer = pointer, .align = 0, .limit = 8 };
		break;
	}
	s.align = ir_alignment(a.variable ? pointer : a.root);
	s.offset = a.variable ? 0 : a.offset;
	return s;
}

static bool may_access(const Side *s, int64_t at, uint32_t width)
{
	if (width > s->limit)
		return false;
	return !s->align || (s->align >= width && (s->offset + at) % width == 0);
}

static uint32_t chunk_at(const Side *a, const Side *b, int64_t at, int64_t left)
{
	uint32_t width = 8;

	while (width > 1 && (width > left || !may_access(a, at, width) ||
			     (b && !may_access(b, at, width))))
		width /= 2;
	return width;
}

/* COPY ---------------------------------------------------------------------------------------- */

static bool is_memory(const Inst *pointer)
{
	return pointer->space == SPACE_STACK || pointer->space == SPACE_MAP_VALUE;
}

/* bpf_probe_read_kernel(to, size, from) copies any memory; from NULL it fails and leaves zeros. */
static bool call_copy(Inst *where, Inst *to, int64_t size, Inst *from)
{
	Function *f = where->block->function;

	if (!ir_helper_usable(f, HELPER_PROBE_READ_KERNEL) || !is_memory(to))
		return false;
	ir_emit_call3(where, HELPER_PROBE_READ_KERNEL, to, ir_const(f, IR_I64, size),
		      from ? from : ir_const(f, IR_I64, 0));
	return true;
}

/* What the source holds if it is constant data, such as a string literal; else NULL. */
static Inst *constant_chunk(Inst *where, const Inst *from, int64_t at, uint32_t width)
{
	Address a = ir_address((Inst *)from);
	int64_t value;

	if (a.root->op != IR_GLOBAL || a.variable || !a.root->global->is_constant ||
	    !ir_constant_bytes(a.root->global, a.offset + at, (int)width, &value))
		return NULL;
	return ir_const(where->block->function, width == 8 ? IR_I64 : IR_I32, value);
}

static void move_chunk(Inst *where, const Side *to, const Side *from, int64_t at, uint32_t width)
{
	IrType type = width == 8 ? IR_I64 : IR_I32;
	Inst *value = constant_chunk(where, from->pointer, at, width);

	if (!value) {
		value = ir_emit_load(where, type, (int)width, from->pointer, at);
		ir_fold_offset(value);
	}
	ir_fold_offset(ir_emit_store(where, (int)width, to->pointer, at, value));
}

/* memmove within one object towards higher addresses goes from the end */
static bool must_go_back(Inst *to, Inst *from, int64_t size)
{
	Address a = ir_address(to), b = ir_address(from);

	return a.root == b.root && !a.variable && !b.variable && a.offset > b.offset &&
	       a.offset < b.offset + size;
}

static void expand_copy(Inst *copy)
{
	Side to = side_of(copy->args[0]), from = side_of(copy->args[1]);
	int64_t size = copy->imm;
	uint32_t width;

	if (must_go_back(to.pointer, from.pointer, size)) {
		for (int64_t end = size; end > 0; end -= width) {
			width = 8;
			while (width > 1 && (width > end || !may_access(&to, end - width, width) ||
					     !may_access(&from, end - width, width)))
				width /= 2;
			move_chunk(copy, &to, &from, end - width, width);
		}
		return;
	}
	for (int64_t at = 0; at < size; at += width) {
		width = chunk_at(&to, &from, at, size - at);
		move_chunk(copy, &to, &from, at, width);
	}
}

static void lower_copy(Inst *copy)
{
	Inst *to = copy->args[0], *from = copy->args[1];

	if (copy->imm <= LONG_COPY || !is_memory(from) ||
	    !call_copy(copy, to, copy->imm, from))
		expand_copy(copy);
	ir_remove(copy);
}

/* FILL ---------------------------------------------------------------------------------------- */

/* The byte repeated over `width` bytes, as a value that can be stored. */
static Inst *splat(Inst *where, Inst *byte, uint32_t width)
{
	Function *f = where->block->function;
	IrType type = width == 8 ? IR_I64 : IR_I32;
	const uint64_t ones = 0x0101010101010101;
	int64_t n;
	Inst *v = byte;

	if (ir_is_const(byte, &n))
		return ir_const(f, type, (int64_t)((uint64_t)(n & 0xff) * ones));
	if (width == 1)
		return byte;
	if (byte->type == IR_I32) {
		v = ir_emit(where, IR_ZEXT, IR_I64, 1);
		v->args[0] = byte;
	}
	v = ir_emit_binary(where, IR_AND, IR_I64, v, ir_const(f, IR_I64, 0xff));
	return ir_emit_binary(where, IR_MUL, IR_I64, v, ir_const(f, IR_I64, (int64_t)ones));
}

static void expand_fill(Inst *fill)
{
	Side to = side_of(fill->args[0]);
	Inst *values[9] = { NULL };
	uint32_t width;

	for (int64_t at = 0; at < fill->imm; at += width) {
		width = chunk_at(&to, NULL, at, fill->imm - at);
		if (!values[width])
			values[width] = splat(fill, fill->args[1], width);
		ir_fold_offset(ir_emit_store(fill, (int)width, to.pointer, at, values[width]));
	}
}

static void lower_fill(Inst *fill)
{
	int64_t n;
	bool zero = ir_is_const(fill->args[1], &n) && (n & 0xff) == 0;

	if (fill->imm <= LONG_FILL || !zero || !call_copy(fill, fill->args[0], fill->imm, NULL))
		expand_fill(fill);
	ir_remove(fill);
}

/* Alignment ----------------------------------------------------------------------------------- */

static uint32_t stack_alignment(const Inst *access)
{
	Address a = ir_address(access->args[0]);
	int64_t offset = access->imm + (a.variable ? 0 : a.offset);
	uint32_t align = ir_alignment(a.variable ? access->args[0] : a.root);

	while (align > 1 && offset % align)
		align /= 2;
	return align;
}

static int shift_of_part(int part, int parts, int bits)
{
	return bits * (big_endian ? parts - 1 - part : part);
}

static void split_load(Inst *load, uint32_t part_width)
{
	Function *f = load->block->function;
	int parts = load->width / (int)part_width, bits = (int)part_width * 8;
	IrType type = load->width == 8 ? IR_I64 : IR_I32;
	Inst *value = NULL, *part;

	for (int k = 0; k < parts; k++) {
		part = ir_emit_load(load, type, (int)part_width, load->args[0],
				    load->imm + k * (int)part_width);
		if (shift_of_part(k, parts, bits))
			part = ir_emit_binary(load, IR_SHL, type, part,
					      ir_const(f, type, shift_of_part(k, parts, bits)));
		value = value ? ir_emit_binary(load, IR_OR, type, value, part) : part;
	}
	if (load->is_signed && load->width < 4) {
		part = ir_emit(load, IR_SEXT, IR_I32, 1);
		part->width = (uint8_t)(load->width * 8);
		part->args[0] = value;
		value = part;
	}
	if (type != load->type) {
		IrOp op = type == IR_I64 ? IR_BITCAST : load->is_signed ? IR_SEXT : IR_ZEXT;

		part = ir_emit(load, op, load->type, 1);
		part->width = 32;
		part->args[0] = value;
		value = part;
	}
	ir_forward(load, value);
	ir_remove(load);
}

static void split_store(Inst *store, uint32_t part_width)
{
	Function *f = store->block->function;
	int parts = store->width / (int)part_width, bits = (int)part_width * 8;
	Inst *value = store->args[1], *part;
	IrType type = value->type == IR_I32 ? IR_I32 : IR_I64;

	if (value->type == IR_PTR) {
		value = ir_emit(store, IR_BITCAST, IR_I64, 1);
		value->args[0] = store->args[1];
	}
	for (int k = 0; k < parts; k++) {
		int shift = shift_of_part(k, parts, bits);

		part = shift ? ir_emit_binary(store, IR_LSHR, type, value,
					      ir_const(f, type, shift)) : value;
		ir_emit_store(store, (int)part_width, store->args[0],
			      store->imm + k * (int)part_width, part);
	}
	ir_remove(store);
}

static bool split_access(Inst *access)
{
	uint32_t align;

	if (access->args[0]->space != SPACE_STACK || access->op == IR_ATOMIC || access->width == 1)
		return false;
	align = stack_alignment(access);
	if (align >= access->width)
		return false;
	if (access->op == IR_LOAD)
		split_load(access, align);
	else
		split_store(access, align);
	return access->op == IR_LOAD;
}

static uint32_t placed_alignment(int64_t size)
{
	return size > 4 ? 8 : size > 2 ? 4 : size == 2 ? 2 : 1;
}

void pass_expand(Function *f)
{
	bool replaced = false;

	if (!f->entry)
		return;
	FOR_BLOCKS(b, f) {
		FOR_INSTS_SAFE(i, b) {
			if (i->op == IR_ALLOCA && i->align < placed_alignment(i->imm))
				i->align = placed_alignment(i->imm);
			else if (i->op == IR_COPY)
				lower_copy(i);
			else if (i->op == IR_FILL)
				lower_fill(i);
		}
	}
	FOR_BLOCKS(b, f) {
		FOR_INSTS_SAFE(i, b) {
			if (i->op != IR_LOAD && i->op != IR_STORE && i->op != IR_ATOMIC)
				continue;
			ir_fold_offset(i);
			replaced |= split_access(i);
		}
	}
	if (replaced)
		ir_apply_forwards(f);
}
