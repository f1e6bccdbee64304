/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BTF reader: access by id and by name.
 *
 * A BTF blob has no index. A walk over the types makes a sparse one (the offset of every 16th type)
 * and a list of the named data types (struct, union, enum, typedef, int), which most questions are
 * about. It goes only as far as the questions need: what tools ask for often lies near the start,
 * and a walk over all of vmlinux takes longer than a compilation.
 * A name is sought in the string section, then the list is searched for its offset, so that no
 * string is compared and none but the sought one is touched: a tool asks for one or two. Whoever
 * asks for more, or asks a small blob, gets a hash table over the list. Functions, variables and
 * enumerators are asked for rarely and sought in all types.
 * The walk stops at the first type that does not fit; what lies behind it does not exist.
 */
#include "internal.h"

#include <errno.h>

enum { SPARSE = 16, MAX_DEPTH = 64, SEARCHES = 4, STEP = 1024, SMALL = 256 << 10 };

typedef struct Section { uint32_t off, len; } Section;

static bool section_fits(Section s, uint32_t header, size_t size)
{
	return header <= size && s.off <= size - header && s.len <= size - header - s.off;
}

static bool strings_sound(const char *strings, uint32_t size, bool split)
{
	if (!size)
		return split;
	return !strings[size - 1] && (split || !strings[0]);
}

static int check_header(const struct btf_header *h, size_t size, const Btf *base, Error *err)
{
	if (size < sizeof(*h))
		return error_set(err, EINVAL, "BTF of %zu bytes is too short for its header", size);
	if (h->magic == __builtin_bswap16(BTF_MAGIC))
		return error_set(err, EINVAL, "BTF of the other byte order");
	if (h->magic != BTF_MAGIC || h->version != BTF_VERSION)
		return error_set(err, EINVAL, "not BTF (magic 0x%x, version %u)", h->magic, h->version);
	Section types = { h->type_off, h->type_len }, strings = { h->str_off, h->str_len };
	if (h->hdr_len < sizeof(*h) || h->type_off % 4 || h->hdr_len % 4 ||
	    !section_fits(types, h->hdr_len, size) || !section_fits(strings, h->hdr_len, size))
		return error_set(err, EINVAL, "BTF header with sections outside of the data");
	if (!strings_sound((const char *)h + h->hdr_len + h->str_off, h->str_len, base))
		return error_set(err, EINVAL, "BTF string section is not terminated");
	return 0;
}

Btf *btf_open(Arena *arena, const void *blob, size_t size, const Btf *base, Error *err)
{
	const struct btf_header *h = blob;
	Btf *b;

	if ((uintptr_t)blob % 4)
		blob = h = arena_copy(arena, blob, size);
	if (check_header(h, size, base, err))
		return NULL;
	b = NEW(arena, Btf);
	b->arena = arena;
	b->base = base;
	b->types = (const uint8_t *)blob + h->hdr_len + h->type_off;
	b->types_size = h->type_len;
	b->strings = (const char *)blob + h->hdr_len + h->str_off;
	b->strings_size = h->str_len;
	b->first_id = base ? btf_type_count(base) + 1 : 1;
	b->strings_base = base ? base->strings_base + base->strings_size : 0;
	return b;
}

/* The walk ------------------------------------------------------------------------------------- */

/* What follows a struct btf_type, by kind: fixed bytes, and bytes for each of vlen. A table and not a
 * switch, because the walk over vmlinux would be bound by its branches. Kinds not listed are unknown. */
typedef struct Tail { uint8_t fixed, each; } Tail;

static const Tail tails[32] = {
#define KIND(kind, fixed, each) [BTF_KIND_##kind] = { sizeof(struct btf_type) + (fixed), each }
	KIND(INT, sizeof(uint32_t), 0),
	KIND(PTR, 0, 0),
	KIND(ARRAY, sizeof(struct btf_array), 0),
	KIND(STRUCT, 0, sizeof(struct btf_member)),
	KIND(UNION, 0, sizeof(struct btf_member)),
	KIND(ENUM, 0, sizeof(struct btf_enum)),
	KIND(FWD, 0, 0),
	KIND(TYPEDEF, 0, 0),
	KIND(VOLATILE, 0, 0),
	KIND(CONST, 0, 0),
	KIND(RESTRICT, 0, 0),
	KIND(FUNC, 0, 0),
	KIND(FUNC_PROTO, 0, sizeof(struct btf_param)),
	KIND(VAR, sizeof(struct btf_var), 0),
	KIND(DATASEC, 0, sizeof(struct btf_var_secinfo)),
	KIND(FLOAT, 0, 0),
	KIND(DECL_TAG, sizeof(struct btf_decl_tag), 0),
	KIND(TYPE_TAG, 0, 0),
	KIND(ENUM64, 0, sizeof(struct btf_enum64)),
#undef KIND
};

/* Bytes that a type takes with its tail; 0 for an unknown kind. */
static uint32_t type_bytes(const struct btf_type *t)
{
	Tail tail = tails[BTF_INFO_KIND(t->info)];

	return tail.fixed + (uint32_t)tail.each * BTF_INFO_VLEN(t->info);
}

static const struct btf_type *type_at(const Btf *b, uint32_t off)
{
	return (const struct btf_type *)(b->types + off);
}

static uint32_t hash_name(const char *name)
{
	size_t n = strlen(name);
	uint64_t h = n * 0x9e3779b97f4a7c15u, word;

	for (; n >= sizeof(word); n -= sizeof(word), name += sizeof(word)) {
		memcpy(&word, name, sizeof(word));
		h = (h ^ word) * 0xff51afd7ed558ccdu;
		h ^= h >> 32;
	}
	word = 0;
	memcpy(&word, name, n);
	h = (h ^ word) * 0xff51afd7ed558ccdu;
	return (uint32_t)(h >> 32);
}

#define BIT(kind) (1u << BTF_KIND_##kind)

static bool is_listed(int kind)
{
	const uint32_t kinds = BIT(INT) | BIT(STRUCT) | BIT(UNION) | BIT(ENUM) | BIT(ENUM64) |
			       BIT(TYPEDEF);

	return kinds >> kind & 1;
}

static const struct btf_type *local_type(const Btf *b, uint32_t local)
{
	uint32_t off = b->sparse[local / SPARSE];

	for (uint32_t i = local % SPARSE; i; i--)
		off += type_bytes(type_at(b, off));
	return type_at(b, off);
}

static void note_type(Btf *b, const struct btf_type *t, uint32_t local)
{
	int kind = BTF_INFO_KIND(t->info);

	if (kind == BTF_KIND_ENUM)
		b->signed_enums |= BTF_INFO_KFLAG(t->info);
	if (kind == BTF_KIND_ENUM || kind == BTF_KIND_ENUM64)
		vec_push(b->arena, &b->enums, local);
	else if (kind == BTF_KIND_DECL_TAG)
		vec_push(b->arena, &b->tags, local);
	if (is_listed(kind) && t->name_off)
		b->named[b->n_named++] = (NamedType){ t->name_off, local };
}

static void start_walk(Btf *b)
{
	uint32_t most = b->types_size / sizeof(struct btf_type) + 1;

	/* upper bounds: pages that stay untouched cost nothing */
	b->sparse = NEW_ARRAY(b->arena, uint32_t, most / SPARSE + 1);
	b->named = NEW_ARRAY(b->arena, NamedType, most);
}

/* On until n types are known, or to the end. */
static void walk(Btf *b, uint32_t n)
{
	if (!b->sparse)
		start_walk(b);
	while (b->n_types < n) {
		uint32_t left = b->types_size - b->walked, bytes = 0;
		const struct btf_type *t = type_at(b, b->walked);

		if (left >= sizeof(*t))
			bytes = type_bytes(t);
		if (!bytes || bytes > left) {
			b->types_size = b->walked;
			b->indexed = true;
			return;
		}
		if (b->n_types % SPARSE == 0)
			b->sparse[b->n_types / SPARSE] = b->walked;
		note_type(b, t, b->n_types++);
		b->walked += bytes;
	}
}

/* The index is a cache: making it does not change what the Btf is. */
void btf_need_index(const Btf *b)
{
	if (!b->indexed)
		walk((Btf *)b, UINT32_MAX);
}

static bool has_local(const Btf *b, uint32_t local)
{
	if (local >= b->n_types && !b->indexed)
		walk((Btf *)b, local + 1);
	return local < b->n_types;
}

/* By id ---------------------------------------------------------------------------------------- */

uint32_t btf_type_count(const Btf *b)
{
	btf_need_index(b);
	return b->first_id - 1 + b->n_types;
}

const struct btf_type *btf_type(const Btf *b, uint32_t id)
{
	while (b && id < b->first_id)
		b = b->base;
	if (!b)
		return NULL;
	return has_local(b, id - b->first_id) ? local_type(b, id - b->first_id) : NULL;
}

const char *btf_string(const Btf *b, uint32_t off)
{
	while (off < b->strings_base)
		b = b->base;
	off -= b->strings_base;
	return off < b->strings_size ? b->strings + off : "";
}

const char *btf_type_name(const Btf *b, const struct btf_type *t)
{
	return t ? btf_string(b, t->name_off) : "";
}

/* By name -------------------------------------------------------------------------------------- */

static bool kind_matches(int have, int want)
{
	return have == want || (want == BTF_KIND_ENUM && have == BTF_KIND_ENUM64);
}

/* The next place at or after *off (an offset in b's own or its bases' strings) where exactly `name`
 * stands; moves *off behind it. 0: none. */
static uint32_t next_string(const Btf *b, const char *name, size_t n, uint32_t *off)
{
	uint32_t found = 0;

	if (b->base && *off < b->strings_base)
		found = next_string(b->base, name, n, off);
	if (found)
		return found;
	if (*off < b->strings_base)
		*off = b->strings_base;
	while (*off - b->strings_base < b->strings_size) {
		const char *from = b->strings + (*off - b->strings_base);
		const char *p = memmem(from, b->strings_size - (size_t)(from - b->strings), name, n + 1);

		if (!p)
			break;
		found = b->strings_base + (uint32_t)(p - b->strings);
		*off = found + (uint32_t)n + 1;
		if (p == b->strings || !p[-1])
			return found;
	}
	*off = b->strings_base + b->strings_size;
	return 0;
}

/* The lowest id is the answer, as the list is in order. */
static uint32_t find_listed_at(const Btf *b, uint32_t name_off, int kind)
{
	for (uint32_t i = 0; ; walk((Btf *)b, b->n_types + STEP)) {
		for (; i < b->n_named; i++)
			if (b->named[i].name_off == name_off &&
			    kind_matches(btf_kind(local_type(b, b->named[i].local)), kind))
				return b->first_id + b->named[i].local;
		if (b->indexed)
			return 0;
	}
}

static void build_hash(Btf *b)
{
	uint32_t mask;

	btf_need_index(b);
	for (b->hash_cap = 16; b->hash_cap < b->n_named * 2; )
		b->hash_cap *= 2;
	b->hash = NEW_ARRAY(b->arena, uint32_t, b->hash_cap);
	mask = b->hash_cap - 1;
	for (uint32_t n = 0; n < b->n_named; n++) {
		uint32_t i = hash_name(btf_string(b, b->named[n].name_off)) & mask;

		while (b->hash[i])
			i = (i + 1) & mask;
		b->hash[i] = n + 1;
	}
}

/* Entries of one name lie in the order of the list along the probes. */
static uint32_t find_hashed(const Btf *b, const char *name, int kind)
{
	uint32_t mask = b->hash_cap - 1, entry;

	for (uint32_t i = hash_name(name) & mask; (entry = b->hash[i]); i = (i + 1) & mask) {
		const NamedType *n = &b->named[entry - 1];

		if (!strcmp(btf_string(b, n->name_off), name) &&
		    kind_matches(btf_kind(local_type(b, n->local)), kind))
			return b->first_id + n->local;
	}
	return 0;
}

static uint32_t find_by_offset(const Btf *b, uint32_t name_off, int kind)
{
	btf_need_index(b);
	for (uint32_t off = 0, i = 0; i < b->n_types; i++) {
		const struct btf_type *t = type_at(b, off);

		if (t->name_off == name_off && kind_matches(btf_kind(t), kind))
			return b->first_id + i;
		off += type_bytes(t);
	}
	return 0;
}

static uint32_t find_by_search(const Btf *b, const char *name, int kind)
{
	uint32_t from = 0, off, id;

	while ((off = next_string(b, name, strlen(name), &from))) {
		id = is_listed(kind) ? find_listed_at(b, off, kind) : find_by_offset(b, off, kind);
		if (id)
			return id;
	}
	return 0;
}

/* The hash table is a cache as well. */
static uint32_t find_listed(const Btf *b, const char *name, int kind)
{
	Btf *cache = (Btf *)b;

	if (!b->hash_cap && (b->strings_size < SMALL || ++cache->n_sought > SEARCHES))
		build_hash(cache);
	return b->hash_cap ? find_hashed(b, name, kind) : find_by_search(b, name, kind);
}

uint32_t btf_find(const Btf *b, const char *name, int kind)
{
	uint32_t id = 0;

	if (!*name)
		return 0;
	for (; b && !id; b = b->base) {
		id = is_listed(kind) ? find_listed(b, name, kind) :
		     find_by_search(b, name, kind);
	}
	return id;
}

static int find_in_enum(const struct btf_type *t, uint32_t name_off)
{
	int n = btf_vlen(t);

	if (btf_kind(t) == BTF_KIND_ENUM) {
		const struct btf_enum *e = (const struct btf_enum *)(t + 1);

		for (int i = 0; i < n; i++)
			if (e[i].name_off == name_off)
				return i;
		return -1;
	}
	const struct btf_enum64 *e = (const struct btf_enum64 *)(t + 1);
	for (int i = 0; i < n; i++)
		if (e[i].name_off == name_off)
			return i;
	return -1;
}

static bool find_enumerator_at(const Btf *b, uint32_t name_off, int64_t *value, uint32_t *enum_id)
{
	const char *name;

	for (int i = 0; i < b->enums.n; i++) {
		const struct btf_type *t = local_type(b, b->enums.v[i]);
		int at = find_in_enum(t, name_off);

		if (at < 0)
			continue;
		*enum_id = b->first_id + b->enums.v[i];
		return btf_enum_at(b, t, at, &name, value);
	}
	return false;
}

bool btf_find_enumerator(const Btf *b, const char *name, int64_t *value, uint32_t *enum_id)
{
	uint32_t from = 0, off;

	if (!*name)
		return false;
	while ((off = next_string(b, name, strlen(name), &from)))
		for (const Btf *in = b; in; in = in->base) {
			btf_need_index(in);
			if (find_enumerator_at(in, off, value, enum_id))
				return true;
		}
	return false;
}

/* Types that stand for others ------------------------------------------------------------------ */

static bool is_transparent(int kind)
{
	return kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_CONST || kind == BTF_KIND_VOLATILE ||
	       kind == BTF_KIND_RESTRICT || kind == BTF_KIND_TYPE_TAG;
}

uint32_t btf_skip(const Btf *b, uint32_t id)
{
	for (int depth = 0; depth < MAX_DEPTH; depth++) {
		const struct btf_type *t = btf_type(b, id);

		if (!t || !is_transparent(btf_kind(t)))
			return t ? id : 0;
		id = t->type;
	}
	return 0;
}

bool btf_size_of(const Btf *b, uint32_t id, uint64_t *size)
{
	uint64_t count = 1;

	for (int depth = 0; depth < MAX_DEPTH; depth++) {
		const struct btf_type *t = btf_type(b, id = btf_skip(b, id));
		const struct btf_array *a;

		if (!t)
			return false;
		switch (btf_kind(t)) {
		case BTF_KIND_INT: case BTF_KIND_STRUCT: case BTF_KIND_UNION: case BTF_KIND_ENUM:
		case BTF_KIND_ENUM64: case BTF_KIND_FLOAT: case BTF_KIND_DATASEC:
			*size = t->size;
			return !__builtin_mul_overflow(*size, count, size);
		case BTF_KIND_PTR:
			return !__builtin_mul_overflow(count, (uint64_t)8, size);
		case BTF_KIND_ARRAY:
			a = btf_array_of(b, t);
			if (__builtin_mul_overflow(count, (uint64_t)a->nelems, &count))
				return false;
			id = a->type;
			break;
		case BTF_KIND_VAR:
			id = t->type;
			break;
		default:
			return false;
		}
	}
	return false;
}

void btf_each_tag(const Btf *b, uint32_t id, int component,
		  void (*each)(void *self, const char *tag), void *self)
{
	btf_need_index(b);
	for (int i = 0; i < b->tags.n; i++) {
		const struct btf_type *t = local_type(b, b->tags.v[i]);
		const struct btf_decl_tag *tag = (const struct btf_decl_tag *)(t + 1);

		if (t->type == id && tag->component_idx == component)
			each(self, btf_type_name(b, t));
	}
}
