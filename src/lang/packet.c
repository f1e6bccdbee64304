/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets by cursor: members of packet headers (BPF_PACKET_HEADER) reached through a pointer are
 * fields of the packet, the pointer's value being an offset into it. Reading a field is a classic
 * packet load, writing one a load, a merge and bpf_skb_store_bytes.
 *
 * A field is `width` bits that begin `bit` bits behind the most significant bit of byte `offset`.
 * Its unit is the smallest of 1, 2, 4, 8 bytes that holds it; units are read in host order.
 * The packet is the context of the enclosing function: its first parameter.
 */
#include "lang/dialect.h"

typedef struct Field {
	Expr *pointer;   /* the cursor */
	uint64_t offset; /* bytes from the cursor */
	unsigned bit, width;
} Field;

/* The packet and the bits meant, with the offset as an expression of type u64. */
typedef struct Place {
	Lang *l;
	Loc loc;
	Expr *offset;
	unsigned bit, width, unit; /* unit in bits */
} Place;

static unsigned unit_of(unsigned bits)
{
	return bits <= 8 ? 8 : bits <= 16 ? 16 : bits <= 32 ? 32 : bits <= 64 ? 64 : 0;
}

/* The enclosing function's first parameter as void *. */
static Expr *packet_context(Lang *l, Loc loc)
{
	Func *f = l->function;
	Var *v = f && f->params.n ? f->params.v[0] : NULL;
	Diag *d;

	if (v && type_is_pointer(v->type))
		return expr_cast(l, dialect_value(l, v, loc), l->t_void_ptr, loc);
	d = diag_report(l->diags, loc, DIAG_packet_context,
			"packet data is used in a function whose first parameter is no packet");
	diag_hint(l->diags, d, "make 'struct __sk_buff *skb' its first parameter");
	return expr_int(l, 0, l->t_void_ptr, loc);
}

/* Loads ---------------------------------------------------------------------------------------- */

static Expr *load_unit(Lang *l, unsigned bits, Expr *context, Expr *offset, Loc loc)
{
	Builtin b = bits == 8    ? BUILTIN_LOAD_BYTE
		    : bits == 16 ? BUILTIN_LOAD_HALF
				 : BUILTIN_LOAD_WORD;
	Expr *e = expr_builtin(l, b, l->t_ullong, loc);

	vec_push(l->arena, &e->args, context);
	vec_push(l->arena, &e->args, offset);
	return e;
}

/* (word(offset) << 32) | word(offset + 4); the offset is in a variable. */
static Expr *load_dword(Lang *l, Expr *context, Var *offset, Loc loc)
{
	Expr *high = load_unit(l, 32, context, dialect_value(l, offset, loc), loc);
	Expr *next =
		expr_binary(l, OP_ADD, dialect_value(l, offset, loc), dialect_long(l, 4, loc), loc);
	Expr *low = load_unit(l, 32, context, next, loc);

	high = expr_binary(l, OP_SHL, high, expr_int(l, 32, l->t_int, loc), loc);
	return expr_binary(l, OP_OR, high, low, loc);
}

static Expr *load_any(Lang *l, unsigned bits, Expr *context, Expr *offset, Loc loc)
{
	Stmt *block;
	Var *v;

	if (bits <= 32)
		return load_unit(l, bits, context, offset, loc);
	block = dialect_block(l, loc);
	v = dialect_local(l, block, "offset", l->t_ullong, offset, loc);
	return dialect_statement_value(l, block, load_dword(l, context, v, loc), loc);
}

static uint64_t mask_of(unsigned width)
{
	return width >= 64 ? UINT64_MAX : ((uint64_t)1 << width) - 1;
}

static Expr *extract(Place *p)
{
	Lang *l = p->l;
	unsigned shift = p->unit - p->bit - p->width;
	Expr *e;

	if (!p->unit)
		return dialect_long(l, 0, p->loc);
	e = load_any(l, p->unit, packet_context(l, p->loc), p->offset, p->loc);
	if (shift)
		e = expr_binary(l, OP_SHR, e, expr_int(l, shift, l->t_int, p->loc), p->loc);
	if (p->bit)
		e = expr_binary(l, OP_AND, e, dialect_long(l, mask_of(p->width), p->loc), p->loc);
	return e;
}

/* Stores --------------------------------------------------------------------------------------- */

static Type *unit_type(Lang *l, unsigned bits)
{
	return bits == 8    ? l->t_uchar
	       : bits == 16 ? l->t_ushort
	       : bits == 32 ? l->t_uint
			    : l->t_ullong;
}

/* Host to network order, of a value of `bits` bits. */
static Expr *swapped(Lang *l, Expr *value, unsigned bits, Loc loc)
{
	Builtin b = bits == 16 ? BUILTIN_BSWAP16 : bits == 32 ? BUILTIN_BSWAP32 : BUILTIN_BSWAP64;
	Type *type = unit_type(l, bits);
	Expr *e;

	value = expr_cast(l, value, type, loc);
	if (bits == 8)
		return value;
	e = expr_builtin(l, b, type, loc);
	vec_push(l->arena, &e->args, value);
	return e;
}

/* The unit's bits with those of the field replaced by the value's. */
static Expr *merged(Place *p, Var *offset, Var *value)
{
	Lang *l = p->l;
	unsigned shift = p->unit - p->bit - p->width;
	uint64_t mask = mask_of(p->width) << shift;
	Expr *old, *new = dialect_value(l, value, p->loc);

	if (p->width == p->unit)
		return new;
	old = load_any(l, p->unit, packet_context(l, p->loc), dialect_value(l, offset, p->loc),
		       p->loc);
	old = expr_binary(l, OP_AND, old, dialect_long(l, ~mask, p->loc), p->loc);
	new = expr_binary(l, OP_SHL, new, expr_int(l, shift, l->t_int, p->loc), p->loc);
	new = expr_binary(l, OP_AND, new, dialect_long(l, mask, p->loc), p->loc);
	return expr_binary(l, OP_OR, old, new, p->loc);
}

/* ({ off, value; unit = merged; skb_store_bytes(ctx, off, &unit, size, 0); value; }) */
static Expr *insert(Place *p, Expr *value)
{
	Lang *l = p->l;
	Loc loc = p->loc;
	Stmt *block = dialect_block(l, loc);
	Var *offset, *new, *unit;
	Expr *args[5];

	if (!p->unit)
		return value;
	offset = dialect_local(l, block, "offset", l->t_ullong, p->offset, loc);
	new = dialect_local(l, block, "value", l->t_ullong, value, loc);
	unit = dialect_local(l, block, "unit", unit_type(l, p->unit),
			     swapped(l, merged(p, offset, new), p->unit, loc), loc);
	args[0] = packet_context(l, loc);
	args[1] = dialect_value(l, offset, loc);
	args[2] = expr_cast(l, expr_address(l, expr_var(l, unit, loc), loc), l->t_void_ptr, loc);
	args[3] = dialect_long(l, p->unit / 8, loc);
	args[4] = dialect_long(l, 0, loc);
	dialect_do(l, block, dialect_helper(l, 9, l->t_int, loc, 5, args));
	return dialect_statement_value(l, block, dialect_value(l, new, loc), loc);
}

/* Fields --------------------------------------------------------------------------------------- */

/* `member` is a chain of members of `*pointer`. False after a diagnostic. */
static bool find_field(Lang *l, Expr *member, Field *f)
{
	const Member *m = member->member;
	uint64_t bytes = 0;
	Expr *e = member;

	for (; e->kind == EXPR_MEMBER; e = e->a)
		bytes += e->offset;
	if (e->kind != EXPR_DEREF || !type_is_integer(member->type) ||
	    type_size(l, member->type) > 8) {
		diag_hint(l->diags,
			  diag_report(l->diags, member->loc, DIAG_packet_field,
				      "'%s' cannot be a field of a packet",
				      type_text(l, member->type)),
			  "only integers of up to 64 bits can be read and written by name");
		return false;
	}
	*f = (Field){ e->a, bytes, 0, (unsigned)type_size(l, member->type) * 8 };
	if (m && m->bit_width) {
		f->bit = m->bit_offset % 8;
		f->width = m->bit_width;
	}
	return true;
}

static Place place_of(Lang *l, const Field *f, Loc loc)
{
	Expr *offset = expr_cast(l, f->pointer, l->t_ullong, loc);

	if (f->offset)
		offset = expr_binary(l, OP_ADD, offset, dialect_long(l, f->offset, loc), loc);
	return (Place){ l, loc, offset, f->bit, f->width, unit_of(f->bit + f->width) };
}

Expr *dialect_packet_field(Lang *l, Expr *member)
{
	Place place;
	Field f;

	if (!find_field(l, member, &f))
		return expr_error(l, member->loc);
	place = place_of(l, &f, member->loc);
	return extract(&place);
}

Expr *dialect_packet_assign(Lang *l, Expr *member, Expr *value, Loc loc)
{
	Place place;
	Field f;

	if (!find_field(l, member, &f))
		return expr_error(l, loc);
	place = place_of(l, &f, loc);
	return insert(&place, expr_convert(l, value, l->t_ullong, loc));
}

/* Functions ------------------------------------------------------------------------------------ */

/* Parses the arguments; NULL after a diagnostic if there are not `n`. */
static Expr *parse_exactly(Lang *l, Symbol *s, int n, Loc loc)
{
	Expr *call = expr_new(l, EXPR_CALL, l->t_void, loc);

	parse_arguments(l, call);
	if (call->args.n == n)
		return call;
	diag_report(l->diags, loc, DIAG_helper_arguments, "'%s' takes %d arguments, not %d",
		    s->name->text, n, call->args.n);
	return NULL;
}

/* load_byte(skb, offset), load_half, load_word, load_dword */
Expr *packet_parse_load(Lang *l, Symbol *s, Loc loc)
{
	Expr *call = parse_exactly(l, s, 2, loc);

	if (!call)
		return expr_error(l, loc);
	return load_any(l, (unsigned)s->value * 8,
			expr_cast(l, call->args.v[0], l->t_void_ptr, loc),
			expr_cast(l, call->args.v[1], l->t_ullong, loc), loc);
}

/* The place that (skb, offset, bit, width) mean; bit and width must be constants. */
static bool place_of_arguments(Lang *l, Expr *call, Place *p, Loc loc)
{
	int64_t bit, width;

	if (!constant_value(l, call->args.v[2], &bit) ||
	    !constant_value(l, call->args.v[3], &width) || bit < 0 || width <= 0 || bit > 64 ||
	    width > 64) {
		diag_report(l->diags, loc, DIAG_packet_field,
			    "position and width of a bit field must be constants up to 64");
		return false;
	}
	*p = (Place){ l,
		      loc,
		      expr_cast(l, call->args.v[1], l->t_ullong, loc),
		      (unsigned)bit,
		      (unsigned)width,
		      unit_of((unsigned)(bit + width)) };
	return true;
}

Expr *packet_parse_extract(Lang *l, Symbol *s, Loc loc)
{
	Expr *call = parse_exactly(l, s, 4, loc);
	Place p;

	return call && place_of_arguments(l, call, &p, loc) ? extract(&p) : expr_error(l, loc);
}

Expr *packet_parse_insert(Lang *l, Symbol *s, Loc loc)
{
	Expr *call = parse_exactly(l, s, 5, loc);
	Place p;

	if (!call || !place_of_arguments(l, call, &p, loc))
		return expr_error(l, loc);
	return expr_cast(l, insert(&p, expr_convert(l, call->args.v[4], l->t_ullong, loc)),
			 l->t_void, loc);
}

/* incr_cksum_l3(offset, old, new), incr_cksum_l4(offset, old, new, flags): the size is that of the
 * third argument's type; old and new are given in host order. */
Expr *packet_parse_checksum(Lang *l, Symbol *s, Loc loc)
{
	bool l4 = s->value == 4;
	Expr *call = parse_exactly(l, s, (int)s->value, loc), *args[5];
	uint64_t size;

	if (!call)
		return expr_error(l, loc);
	size = type_size(l, call->args.v[2]->type);
	args[0] = packet_context(l, loc);
	args[1] = expr_cast(l, call->args.v[0], l->t_ullong, loc);
	for (int i = 1; i <= 2; i++) {
		Expr *value = call->args.v[i];

		if (size == 2 || size == 4 || size == 8)
			value = swapped(l, value, (unsigned)size * 8, loc);
		args[1 + i] = expr_cast(l, value, l->t_ullong, loc);
	}
	args[4] = dialect_long(l, size, loc);
	if (l4) {
		Expr *flags = expr_cast(l, call->args.v[3], l->t_ullong, loc);

		flags = expr_binary(l, OP_AND, flags, dialect_long(l, 1, loc), loc);
		flags = expr_binary(l, OP_SHL, flags, expr_int(l, 4, l->t_int, loc), loc);
		args[4] = expr_binary(l, OP_OR, flags, args[4], loc);
	}
	return dialect_helper(l, l4 ? 11 : 10, l->t_int, loc, 5, args);
}
