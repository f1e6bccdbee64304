/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BTF writer: types are appended to one byte array, strings to another, equal strings once.
 * A type with a list (members, values, parameters, section entries) stays open for more entries until
 * the next type is added; its count in the header grows with each.
 */
#include "btf.h"

struct BtfWriter {
	Arena *arena;
	HashMap offsets;           /* string -> offset */
	VEC(char) strings;
	VEC(uint32_t) words;       /* the type section */
	VEC(uint32_t) starts;      /* of each type, in words; index = id - 1 */
};

BtfWriter *btf_writer_new(Arena *arena)
{
	BtfWriter *w = NEW(arena, BtfWriter);

	w->arena = arena;
	w->offsets.arena = arena;
	vec_push(arena, &w->strings, '\0');
	return w;
}

uint32_t btf_add_string(BtfWriter *w, const char *s)
{
	uint32_t off;
	char *key;

	if (!s || !*s)
		return 0;
	off = (uint32_t)(uintptr_t)hashmap_get(&w->offsets, str_of(s));
	if (off)
		return off;
	off = (uint32_t)w->strings.n;
	key = arena_strdup(w->arena, s);
	for (const char *p = s; *p; p++)
		vec_push(w->arena, &w->strings, *p);
	vec_push(w->arena, &w->strings, '\0');
	hashmap_put(&w->offsets, str_of(key), (void *)(uintptr_t)off);
	return off;
}

static void word(BtfWriter *w, uint32_t value)
{
	vec_push(w->arena, &w->words, value);
}

static uint32_t begin(BtfWriter *w, int kind, const char *name, bool kflag, uint32_t vlen,
		      uint32_t size_or_type)
{
	uint32_t name_off = btf_add_string(w, name);

	vec_push(w->arena, &w->starts, (uint32_t)w->words.n);
	word(w, name_off);
	word(w, (uint32_t)kflag << 31 | (uint32_t)kind << 24 | (vlen & 0xffff));
	word(w, size_or_type);
	return (uint32_t)w->starts.n;
}

/* The info word of the type begun last. */
static uint32_t *open_info(BtfWriter *w)
{
	return &w->words.v[vec_last(&w->starts) + 1];
}

uint32_t btf_next_id(const BtfWriter *w)
{
	return (uint32_t)w->starts.n + 1;
}

uint32_t btf_add_int(BtfWriter *w, const char *name, uint32_t bytes, int encoding, uint32_t bits)
{
	uint32_t id = begin(w, BTF_KIND_INT, name, false, 0, bytes);

	word(w, (uint32_t)encoding << 24 | bits);
	return id;
}

uint32_t btf_add_ref(BtfWriter *w, int kind, const char *name, uint32_t type)
{
	return begin(w, kind, name, false, 0, type);
}

uint32_t btf_add_array(BtfWriter *w, uint32_t element, uint32_t index, uint32_t count)
{
	uint32_t id = begin(w, BTF_KIND_ARRAY, NULL, false, 0, 0);

	word(w, element);
	word(w, index);
	word(w, count);
	return id;
}

uint32_t btf_begin_struct(BtfWriter *w, int kind, const char *name, uint32_t size)
{
	return begin(w, kind, name, false, 0, size);
}

void btf_add_member(BtfWriter *w, const char *name, uint32_t type, uint32_t bit_offset,
		    uint32_t bit_width)
{
	uint32_t name_off = btf_add_string(w, name);

	/* With the flag all offsets hold a width in the upper byte; for those written before it is 0. */
	if (bit_width)
		*open_info(w) |= 1u << 31;
	++*open_info(w);
	word(w, name_off);
	word(w, type);
	word(w, bit_width << 24 | bit_offset);
}

uint32_t btf_begin_enum(BtfWriter *w, const char *name, uint32_t size, bool is_signed)
{
	return begin(w, size == 8 ? BTF_KIND_ENUM64 : BTF_KIND_ENUM, name, is_signed, 0, size);
}

void btf_add_enumerator(BtfWriter *w, const char *name, int64_t value)
{
	uint32_t name_off = btf_add_string(w, name);
	bool is64 = BTF_INFO_KIND(*open_info(w)) == BTF_KIND_ENUM64;

	++*open_info(w);
	word(w, name_off);
	word(w, (uint32_t)value);
	if (is64)
		word(w, (uint32_t)((uint64_t)value >> 32));
}

uint32_t btf_begin_func_proto(BtfWriter *w, uint32_t result)
{
	return begin(w, BTF_KIND_FUNC_PROTO, NULL, false, 0, result);
}

void btf_add_param(BtfWriter *w, const char *name, uint32_t type)
{
	uint32_t name_off = btf_add_string(w, name);

	++*open_info(w);
	word(w, name_off);
	word(w, type);
}

uint32_t btf_add_func(BtfWriter *w, const char *name, uint32_t proto, int linkage)
{
	return begin(w, BTF_KIND_FUNC, name, false, (uint32_t)linkage, proto);
}

uint32_t btf_add_var(BtfWriter *w, const char *name, uint32_t type, int linkage)
{
	uint32_t id = begin(w, BTF_KIND_VAR, name, false, 0, type);

	word(w, (uint32_t)linkage);
	return id;
}

uint32_t btf_begin_datasec(BtfWriter *w, const char *name, uint32_t size)
{
	return begin(w, BTF_KIND_DATASEC, name, false, 0, size);
}

void btf_add_secinfo(BtfWriter *w, uint32_t var, uint32_t offset, uint32_t size)
{
	++*open_info(w);
	word(w, var);
	word(w, offset);
	word(w, size);
}

uint32_t btf_add_decl_tag(BtfWriter *w, const char *tag, uint32_t type, int component)
{
	uint32_t id = begin(w, BTF_KIND_DECL_TAG, tag, false, 0, type);

	word(w, (uint32_t)component);
	return id;
}

void btf_patch_ref(BtfWriter *w, uint32_t id, uint32_t type)
{
	w->words.v[w->starts.v[id - 1] + 2] = type;
}

const uint8_t *btf_finish(BtfWriter *w, uint32_t *size)
{
	uint32_t types = (uint32_t)w->words.n * 4, strings = (uint32_t)w->strings.n;
	struct btf_header h = {
		.magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = sizeof(h),
		.type_len = types, .str_off = types, .str_len = strings,
	};
	uint8_t *blob = arena_alloc(w->arena, sizeof(h) + types + strings);

	memcpy(blob, &h, sizeof(h));
	if (types)
		memcpy(blob + sizeof(h), w->words.v, types);
	memcpy(blob + sizeof(h) + types, w->strings.v, strings);
	*size = (uint32_t)sizeof(h) + types + strings;
	return blob;
}
