/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layout of structs and unions as the System V and AAPCS64 ABIs have it: members in order at their
 * alignment; a bit-field shares the storage unit of its declared type while it fits, and starts
 * the next unit otherwise; width 0 ends a unit. `packed` makes every alignment 1 and lets
 * bit-fields cross units, `#pragma pack(n)` does the latter too and limits alignments to n,
 * `aligned` raises them.
 */
#include "internal.h"

typedef struct Layout {
	Lang *l;
	Type *record;
	uint64_t bits;             /* struct: first free bit */
	uint64_t size_bits;        /* end of the furthest member */
	uint32_t align;
	uint32_t pack;             /* limit of alignments, 0: none */
} Layout;

/* Larger than anything that makes sense; keeps the arithmetic below from overflowing. */
#define LARGEST_RECORD ((uint64_t)1 << 40)

static uint64_t round_up(uint64_t value, uint64_t to)
{
	return (value + to - 1) / to * to;
}

static uint32_t member_align(const Layout *y, const Member *m)
{
	bool packed = y->record->is_packed || m->is_packed;
	/* As clang has it: a pragma overrules the attribute for bit-fields. */
	uint32_t align = packed && !(m->is_bitfield && y->pack) ? 1 : type_align(y->l, m->type);

	if (m->align > align)
		align = m->align;
	if (y->pack && align > y->pack)
		align = y->pack;
	return align;
}

static void extend(Layout *y, uint64_t end_bits)
{
	if (end_bits > LARGEST_RECORD * 8)
		end_bits = LARGEST_RECORD * 8;
	if (y->record->kind == TYPE_STRUCT)
		y->bits = end_bits;
	if (end_bits > y->size_bits)
		y->size_bits = end_bits;
}

static void place_bitfield(Layout *y, Member *m)
{
	uint64_t unit = type_size(y->l, m->type) * 8, at = y->bits;
	bool crossing;
	uint32_t align = member_align(y, m);

	if (!unit)
		unit = 8;
	if (m->bit_width == 0) {
		align = type_align(y->l, m->type);
		extend(y, y->record->kind == TYPE_STRUCT ? round_up(at, (uint64_t)align * 8) : 0);
		m->bit_offset = (uint32_t)y->bits;
		m->offset = y->bits / 8;
		return;
	}
	crossing = at % ((uint64_t)align * 8) + m->bit_width > unit;
	if (!y->pack && (crossing && align > 1))
		at = round_up(at, (uint64_t)align * 8);
	else if (m->align && (!y->pack || m->align <= y->pack))
		at = round_up(at, (uint64_t)m->align * 8);
	m->bit_offset = (uint32_t)at;
	m->offset = at / 8;
	extend(y, at + m->bit_width);
	if (m->name && align > y->align)
		y->align = align;
}

static void place_member(Layout *y, Member *m)
{
	uint32_t align = member_align(y, m);
	uint64_t at = round_up(y->bits, (uint64_t)align * 8);

	m->bit_offset = 0;
	m->offset = at / 8;
	extend(y, at + type_size(y->l, m->type) * 8);
	if (align > y->align)
		y->align = align;
}

void layout_record(Lang *l, Type *t, uint32_t min_align, uint32_t pack)
{
	Layout y = { l, t, 0, 0, 1, pack };

	for (int i = 0; i < t->members.n; i++) {
		Member *m = &t->members.v[i];

		if (m->is_bitfield)
			place_bitfield(&y, m);
		else
			place_member(&y, m);
	}
	if (min_align > y.align)
		y.align = min_align;
	t->align = y.align;
	t->size = round_up(round_up(y.size_bits, 8) / 8, y.align);
	t->complete = true;
}
