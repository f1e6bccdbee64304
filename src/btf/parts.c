/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts that follow a struct btf_type in the blob. A type that btf_type() gave lies in the blob
 * with its whole tail, so an index below vlen is all that has to be checked.
 */
#include "internal.h"

int btf_vlen(const struct btf_type *t)
{
	return BTF_INFO_VLEN(t->info);
}

int btf_kind(const struct btf_type *t)
{
	return BTF_INFO_KIND(t->info);
}

bool btf_kflag(const struct btf_type *t)
{
	return BTF_INFO_KFLAG(t->info);
}

static bool is_one_of(const struct btf_type *t, int kind, int other, int i)
{
	return t && (btf_kind(t) == kind || btf_kind(t) == other) && i >= 0 && i < btf_vlen(t);
}

const struct btf_member *btf_member_at(const Btf *b, const struct btf_type *t, int i)
{
	(void)b;
	if (!is_one_of(t, BTF_KIND_STRUCT, BTF_KIND_UNION, i))
		return NULL;
	return (const struct btf_member *)(t + 1) + i;
}

uint32_t btf_member_bit_offset(const struct btf_type *t, const struct btf_member *m)
{
	return btf_kflag(t) ? BTF_MEMBER_BIT_OFFSET(m->offset) : m->offset;
}

uint32_t btf_member_bit_width(const struct btf_type *t, const struct btf_member *m)
{
	return btf_kflag(t) ? BTF_MEMBER_BITFIELD_SIZE(m->offset) : 0;
}

/* The flag for signed enums came with pahole 1.24; in older blobs no enum has it, and values are
 * then taken as ints, which is right for all but the rare mask with bit 31. */
static bool knows_signs(const Btf *b)
{
	for (; b; b = b->base) {
		if (!b->signed_enums)
			btf_need_index(b);
		if (b->signed_enums)
			return true;
	}
	return false;
}

bool btf_enum_at(const Btf *b, const struct btf_type *t, int i, const char **name, int64_t *value)
{
	if (!is_one_of(t, BTF_KIND_ENUM, BTF_KIND_ENUM64, i))
		return false;
	if (btf_kind(t) == BTF_KIND_ENUM64) {
		const struct btf_enum64 *e = (const struct btf_enum64 *)(t + 1) + i;

		*name = btf_string(b, e->name_off);
		*value = (int64_t)((uint64_t)e->val_hi32 << 32 | e->val_lo32);
		return true;
	}
	const struct btf_enum *e = (const struct btf_enum *)(t + 1) + i;

	*name = btf_string(b, e->name_off);
	if (e->val < 0 && !btf_kflag(t) && knows_signs(b))
		*value = (uint32_t)e->val;
	else
		*value = e->val;
	return true;
}

const struct btf_param *btf_param_at(const Btf *b, const struct btf_type *t, int i)
{
	(void)b;
	if (!is_one_of(t, BTF_KIND_FUNC_PROTO, BTF_KIND_FUNC_PROTO, i))
		return NULL;
	return (const struct btf_param *)(t + 1) + i;
}

const struct btf_array *btf_array_of(const Btf *b, const struct btf_type *t)
{
	(void)b;
	return t && btf_kind(t) == BTF_KIND_ARRAY ? (const struct btf_array *)(t + 1) : NULL;
}

const struct btf_var_secinfo *btf_secinfo_at(const Btf *b, const struct btf_type *t, int i)
{
	(void)b;
	if (!is_one_of(t, BTF_KIND_DATASEC, BTF_KIND_DATASEC, i))
		return NULL;
	return (const struct btf_var_secinfo *)(t + 1) + i;
}

uint32_t btf_int_bits(const Btf *b, const struct btf_type *t)
{
	(void)b;
	return t && btf_kind(t) == BTF_KIND_INT ? *(const uint32_t *)(t + 1) : 0;
}
