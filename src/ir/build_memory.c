/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The builder's objects in memory: lvalues as [base + offset], loads and stores of scalars and
 * bit-fields, copies, initialisers.
 *
 * Constant offsets stay in the Place until an access or an address needs them, so that a->b.c[2]
 * is one LOAD. A bit-field is accessed in the smallest aligned unit of its struct that holds it;
 * if there is none (packed structs), byte by byte.
 */
#include "ir/internal.h"

Place place_of(Inst *base, Type *type)
{
	return (Place){ .base = base, .type = type, .is_volatile = type_is_volatile(type) };
}

bool type_is_volatile(Type *t)
{
	for (; t; t = t->base) {
		if (t->kind == TYPE_QUALIFIED && t->quals & QUAL_VOLATILE)
			return true;
		if (t->kind != TYPE_QUALIFIED && t->kind != TYPE_TYPEDEF && t->kind != TYPE_ARRAY)
			return false;
	}
	return false;
}

Place build_temporary(Builder *b, Type *type)
{
	return place_of(build_alloca(b, type, NULL), type);
}

/* Lvalues ------------------------------------------------------------------------------------- */

static Place local_place(Builder *b, Var *v)
{
	Inst *at = v->ir;
	Place p;

	if (!at ||
	    at->block->function != b->f) /* its declaration was jumped over, or is in dead code */
		v->ir = at = build_alloca(b, v->type, v);
	p = place_of(at, v->type);
	p.is_volatile |= v->is_volatile;
	return p;
}

static Place var_place(Builder *b, Var *v)
{
	Place p;
	Inst *at;

	if (!v->is_global && !v->is_static && !v->is_extern)
		return local_place(b, v);
	at = extern_address(b, v);
	p = place_of(at ? at : build_global_address(b, ir_global(b->m, v), NULL), v->type);
	p.is_volatile |= v->is_volatile;
	return p;
}

static Place member_place(Builder *b, Expr *e)
{
	Place p = build_place(b, e->a);
	const Member *m = e->member;

	p.is_volatile |= type_is_volatile(e->type);
	p.offset += (int64_t)e->offset;
	p.type = e->type;
	p.member = m;
	p.record = type_strip(e->a->type);
	p.bit_width = m ? m->bit_width : 0;
	if (p.bit_width) {
		p.bit = (int)(m->bit_offset & 7);
		p.record_at = p.offset - (int64_t)(m->bit_offset / 8);
		p.record_size = p.record->size;
		if (e->offset >= m->offset) /* the struct that really holds it may be anonymous */
			p.record_size -= e->offset - m->offset;
	}
	return p;
}

static Place compound_place(Builder *b, Expr *e)
{
	Place p;

	if (e->var && (e->var->is_global || e->var->is_static))
		return var_place(b, e->var);
	p = e->var ? local_place(b, e->var) : build_temporary(b, e->type);
	if (e->init)
		build_init(b, e->init, p, type_strip(e->type)->size);
	p.type = e->type;
	return p;
}

/* The pointee of a pointer expression; constant offsets and address-of are folded into the Place.
 */
Place build_pointed(Builder *b, Expr *pointer, Type *type)
{
	int64_t n;
	Place p;

	if (pointer->kind == EXPR_ADDRESS && pointer->a->is_lvalue) {
		p = build_place(b, pointer->a);
		if (!p.bit_width) {
			p.type = type;
			p.is_volatile |= type_is_volatile(type);
			return p;
		}
	}
	if (pointer->kind == EXPR_POINTER_ADD) {
		p = build_pointed(b, pointer->a, type);
		if (expr_constant(pointer->b, &n))
			p.offset += n * (int64_t)pointer->scale;
		else
			p.base = build_pointer_add(b, p.base, pointer->b, pointer->scale, NULL);
		return p;
	}
	if (pointer->kind == EXPR_CONVERT && type_is_pointer(pointer->type) &&
	    type_is_pointer(pointer->a->type) && type_space(pointer->type) == TYPE_SPACE_NONE)
		return build_pointed(b, pointer->a, type);
	return place_of(build_value(b, pointer), type);
}

Place build_place(Builder *b, Expr *e)
{
	Place p;

	b->loc = e->loc;
	switch (e->kind) {
	case EXPR_VAR: return var_place(b, e->var);
	case EXPR_DEREF: return build_pointed(b, e->a, e->type);
	case EXPR_MEMBER: return member_place(b, e);
	case EXPR_STRING: return place_of(build_string(b, e->str, NULL), e->type);
	case EXPR_COMPOUND: return compound_place(b, e);
	default:
		p = build_temporary(b, e->type);
		build_into(b, e, p);
		return p;
	}
}

Inst *build_address(Builder *b, Place p)
{
	Inst *i = emit_offset(b, p.base, p.offset);

	if (i != p.base && i->op == IR_PTROFF) {
		i->member = p.member;
		i->record = p.record;
	}
	return i;
}

/* Scalars ------------------------------------------------------------------------------------- */

static Inst *load_unit(Builder *b, Place p, IrType type, int width, int64_t offset)
{
	Inst *i = emit(b, IR_LOAD, type, 1);

	i->args[0] = p.base;
	i->imm = offset;
	i->width = (uint8_t)width;
	i->is_volatile = p.is_volatile;
	i->member = p.member;
	i->record = p.record;
	return i;
}

static void store_unit(Builder *b, Place p, int width, int64_t offset, Inst *value)
{
	Inst *i = emit(b, IR_STORE, IR_VOID, 2);

	i->args[0] = p.base;
	i->args[1] = value;
	i->imm = offset;
	i->width = (uint8_t)width;
	i->is_volatile = p.is_volatile;
	i->member = p.member;
	i->record = p.record;
}

Inst *build_adapted(Builder *b, Inst *i, IrType type, bool is_signed)
{
	if (i->type == type)
		return i;
	if (i->type == IR_I32)
		i = emit_extend(b, i, is_signed);
	else if (type == IR_I32)
		return emit1(b, IR_TRUNC, IR_I32, i);
	return i->type == type ? i : emit1(b, IR_BITCAST, type, i);
}

static Inst *shift_by(Builder *b, IrOp op, Inst *i, int count)
{
	return count ? emit2(b, op, i->type, i, emit_const(b, i->type, count)) : i;
}

static Inst *mask_to(Builder *b, Inst *i, int bits)
{
	uint64_t mask = bits >= 64 ? ~0ull : (1ull << bits) - 1;

	if (bits >= (i->type == IR_I32 ? 32 : 64))
		return i;
	return emit2(b, IR_AND, i->type, i, emit_const(b, i->type, (int64_t)mask));
}

/* The smallest aligned unit of the struct that holds the bit-field; 0: none. */
static int bitfield_unit(Place p, int64_t *offset, int *shift)
{
	uint64_t first = (uint64_t)(p.offset - p.record_at) * 8 + (uint64_t)p.bit;

	for (int width = 1; width <= 8; width *= 2) {
		uint64_t unit = first / 8 / (uint64_t)width * (uint64_t)width;

		if (first + (uint64_t)p.bit_width > (unit + (uint64_t)width) * 8 ||
		    unit + (uint64_t)width > p.record_size)
			continue;
		*offset = p.record_at + (int64_t)unit;
		*shift = (int)(first - unit * 8);
		return width;
	}
	return 0;
}

/* The bytes that hold the bit-field, from the first on, as one I64 (the part beyond 8 is cut:
 * no C type is wider than 64 bits, and one that straddles 9 bytes does not occur in practice). */
static Inst *load_bytes(Builder *b, Place p)
{
	int n = (p.bit + p.bit_width + 7) / 8;
	Inst *value = emit_const(b, IR_I64, 0);

	for (int k = 0; k < n && k < 8; k++) {
		Inst *byte = emit_extend(b, load_unit(b, p, IR_I32, 1, p.offset + k), false);

		value = emit2(b, IR_OR, IR_I64, value, shift_by(b, IR_SHL, byte, 8 * k));
	}
	return value;
}

static Inst *load_bitfield(Builder *b, Place p)
{
	int64_t at;
	int shift, width = bitfield_unit(p, &at, &shift), bits;
	IrType type = width == 8 || !width ? IR_I64 : IR_I32;
	bool is_signed = type_is_signed(p.type);
	Inst *i;

	if (width) {
		i = load_unit(b, p, type, width, at);
	} else {
		i = load_bytes(b, p);
		shift = p.bit;
	}
	bits = type == IR_I64 ? 64 : 32;
	if (is_signed) {
		i = shift_by(b, IR_SHL, i, bits - shift - p.bit_width);
		i = shift_by(b, IR_ASHR, i, bits - p.bit_width);
	} else {
		i = mask_to(b, shift_by(b, IR_LSHR, i, shift), p.bit_width);
	}
	return build_adapted(b, i, build_type(p.type), is_signed);
}

static Inst *merge_bits(Builder *b, Inst *old, Inst *value, int shift, int bits)
{
	uint64_t mask = (bits >= 64 ? ~0ull : (1ull << bits) - 1) << shift;

	value = shift_by(b, IR_SHL, mask_to(b, build_adapted(b, value, old->type, false), bits),
			 shift);
	old = emit2(b, IR_AND, old->type, old, emit_const(b, old->type, (int64_t)~mask));
	return emit2(b, IR_OR, old->type, old, value);
}

static void store_bitfield(Builder *b, Place p, Inst *value)
{
	int64_t at;
	int shift, width = bitfield_unit(p, &at, &shift), n;
	IrType type = width == 8 || !width ? IR_I64 : IR_I32;
	Inst *old;

	if (width && width * 8 == p.bit_width) {
		store_unit(b, p, width, at, build_adapted(b, value, type, false));
		return;
	}
	if (width) {
		old = load_unit(b, p, type, width, at);
		store_unit(b, p, width, at, merge_bits(b, old, value, shift, p.bit_width));
		return;
	}
	n = (p.bit + p.bit_width + 7) / 8;
	value = merge_bits(b, load_bytes(b, p), value, p.bit, p.bit_width);
	for (int k = 0; k < n && k < 8; k++)
		store_unit(b, p, 1, p.offset + k, shift_by(b, IR_LSHR, value, 8 * k));
}

Inst *load_place(Builder *b, Place p)
{
	Type *t = type_strip(p.type);
	Inst *i;

	if (p.bit_width)
		return load_bitfield(b, p);
	i = load_unit(b, p, build_type(t), t->kind == TYPE_POINTER ? 8 : (int)t->size, p.offset);
	i->is_signed = i->width < 4 && type_is_signed(t);
	i->ctype = p.type;
	return i;
}

void store_place(Builder *b, Place p, Inst *value)
{
	Type *t = type_strip(p.type);

	if (p.bit_width)
		store_bitfield(b, p, value);
	else
		store_unit(b, p, t->kind == TYPE_POINTER ? 8 : (int)t->size, p.offset, value);
}

/* Objects ------------------------------------------------------------------------------------- */

static void emit_copy(Builder *b, Inst *to, Inst *from, uint64_t size)
{
	Inst *i;

	if (!size)
		return;
	i = emit(b, IR_COPY, IR_VOID, 2);
	i->args[0] = to;
	i->args[1] = from;
	i->imm = (int64_t)size;
}

void copy_place(Builder *b, Place to, Place from)
{
	Type *t = type_strip(to.type);

	type_complete(b->unit, t);
	emit_copy(b, build_address(b, to), build_address(b, from), t->size);
}

static void emit_zero(Builder *b, Place to, uint64_t size)
{
	Inst *i;

	if (!size)
		return;
	i = emit(b, IR_FILL, IR_VOID, 2);
	i->args[0] = emit_offset(b, to.base, to.offset);
	i->args[1] = emit_const(b, IR_I32, 0);
	i->imm = (int64_t)size;
}

static Place item_place(const InitItem *item, Place whole)
{
	Place p = whole;

	p.type = item->type;
	p.offset += (int64_t)item->offset;
	p.member = NULL;
	if (item->bit_width) {
		p.bit_width = item->bit_width;
		p.bit = (int)(item->bit_offset & 7);
		p.record_at = whole.offset;
		p.record_size = type_strip(whole.type)->size;
		p.offset = whole.offset + item->bit_offset / 8;
	}
	return p;
}

static void store_item(Builder *b, const InitItem *item, Place whole)
{
	Place p = item_place(item, whole);
	uint64_t size = type_strip(item->type)->size;

	if (item->value->kind == EXPR_STRING && type_strip(item->type)->kind == TYPE_ARRAY) {
		uint64_t n = item->value->str.n;

		while (n && !item->value->str.p[n - 1])
			n--;                       /* the rest is zero already */
		if (n > size)
			n = size;
		if (n)
			emit_copy(b, build_address(b, p), build_string(b, item->value->str, NULL),
				  n);
		return;
	}
	build_into(b, item->value, p);
}

/* One item that writes every byte: nothing is left to be zeroed. */
static bool covers(const Init *init, uint64_t room)
{
	const InitItem *item = init->items.n == 1 ? &init->items.v[0] : NULL;

	return item && !item->bit_width && !item->offset && type_strip(item->type)->size >= room &&
	       item->value->kind != EXPR_STRING;
}

void build_init(Builder *b, Init *init, Place to, uint64_t room)
{
	if (!covers(init, room))
		emit_zero(b, to, room);
	for (int k = 0; k < init->items.n; k++) {
		const InitItem *item = &init->items.v[k];
		int64_t n;

		if (!covers(init, room) && expr_constant(item->value, &n) && !n &&
		    !item->value->i_hi)
			continue;
		b->loc = item->value->loc;
		store_item(b, item, to);
	}
}
