/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading maps. Batches (5.6) take hundreds of entries in one call, and with MAP_CLEAR take them out
 * in the same moment, so that no count falls between reading and clearing. Where the kernel has no
 * batches for a type, entries are walked one by one.
 */
#include "internal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>

enum { FIRST_BATCH = 128, KERNEL_ENOTSUPP = 524 };

typedef struct Reading {
	Module *m;
	int fd, type;
	uint32_t max_entries;
	bool clear;
	MapEntries *e;
	uint32_t cap;
} Reading;

static bool is_array(int type)
{
	return type == BPF_MAP_TYPE_ARRAY || type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

static bool is_per_cpu(int type)
{
	const MapTypeInfo *info = map_type_info(type);

	return info && info->per_cpu;
}

static bool is_readable(int type)
{
	return is_array(type) || type == BPF_MAP_TYPE_HASH || type == BPF_MAP_TYPE_LRU_HASH ||
	       type == BPF_MAP_TYPE_PERCPU_HASH || type == BPF_MAP_TYPE_LRU_PERCPU_HASH ||
	       type == BPF_MAP_TYPE_LPM_TRIE || type == BPF_MAP_TYPE_STACK_TRACE;
}

static bool make_room(Reading *r, uint32_t entries)
{
	MapEntries *e = r->e;
	uint8_t *p;

	if (entries <= r->cap)
		return true;
	p = realloc(e->keys, (size_t)entries * e->key_stride);
	if (p)
		e->keys = p;
	p = p ? realloc(e->values, (size_t)entries * e->value_stride) : NULL;
	if (!p)
		return false;
	e->values = p;
	r->cap = entries;
	return true;
}

/* 0, -EOPNOTSUPP if there are no batches for this map, or another -errno. */
static int read_batches(Reading *r)
{
	uint64_t token_space[2] = { 0 };
	size_t key = r->e->key_size;
	void *token = key <= sizeof(token_space) ? (void *)token_space : calloc(1, key);
	uint32_t want = FIRST_BATCH;
	bool more = false;
	int error = 0;
	int (*take_batch)(int fd, void *from, void *to, void *keys, void *values, uint32_t *count,
			  const struct bpf_map_batch_opts *opts) =
		r->clear ? bpf_map_lookup_and_delete_batch : bpf_map_lookup_batch;

	while (!error) {
		uint32_t n = want;
		void *keys, *values;

		if (!make_room(r, r->e->n + want)) {
			error = -ENOMEM;
			break;
		}
		keys = r->e->keys + (size_t)r->e->n * r->e->key_stride;
		values = r->e->values + (size_t)r->e->n * r->e->value_stride;
		error = take_batch(r->fd, more ? token : NULL, token, keys, values, &n, NULL);
		if (error == -ENOSPC) {            /* one bucket holds more than fits */
			want *= 2;
			error = want > r->max_entries * 4 + FIRST_BATCH ? -ENOSPC : 0;
			continue;
		}
		if (!error || error == -ENOENT)
			r->e->n += n;
		more = true;
		want = r->e->n < 4096 ? FIRST_BATCH + r->e->n : 4096;
	}
	if (token != (void *)token_space)
		free(token);
	if (error == -ENOENT)
		return 0;
	return error == -EINVAL || error == -KERNEL_ENOTSUPP ? -EOPNOTSUPP : error;
}

static int take_one(Reading *r, const void *key)
{
	MapEntries *e = r->e;
	int error;

	if (!make_room(r, e->n + 1 > r->cap ? (r->cap ? r->cap * 2 : FIRST_BATCH) : r->cap))
		return -ENOMEM;
	error = bpf_map_lookup_elem(r->fd, key, e->values + (size_t)e->n * e->value_stride);
	if (error)
		return error;
	memcpy(e->keys + (size_t)e->n * e->key_stride, key, e->key_size);
	e->n++;
	return 0;
}

/* A key that vanishes while we stand on it sends the kernel's walk back to the start, so the number of
 * steps is bounded; with clear every step starts at the front anyway. */
static int read_one_by_one(Reading *r)
{
	uint8_t *key = calloc(2, r->e->key_size ? r->e->key_size : 1), *next = key + r->e->key_size;
	uint64_t steps = 0, most = 2ull * r->max_entries + 16;
	bool first = true;
	int error = key ? 0 : -ENOMEM;

	while (!error && steps++ < most &&
	       !bpf_map_get_next_key(r->fd, first || r->clear ? NULL : key, next)) {
		error = take_one(r, next);
		if (error == -ENOENT)
			error = 0;
		else if (r->clear)
			bpf_map_delete_elem(r->fd, next);
		memcpy(key, next, r->e->key_size);
		first = false;
	}
	free(key);
	return error;
}

/* Arrays have all their entries always: they are set to zero where they are not. */
static int clear_array(Reading *r)
{
	uint8_t *zeros = calloc(1, r->e->value_stride ? r->e->value_stride : 1);
	int error = zeros ? 0 : -ENOMEM;

	for (uint32_t i = 0; i < r->e->n && !error; i++)
		if (memcmp(map_value(r->e, i), zeros, r->e->value_stride))
			error = bpf_map_update_elem(r->fd, map_key(r->e, i), zeros, BPF_ANY);
	free(zeros);
	return error;
}

/* Adding up CPUs ------------------------------------------------------------------------------- */

static void add_int(uint8_t *to, const uint8_t *from, uint32_t size)
{
	uint64_t a = 0, b = 0;

	memcpy(&a, to, size);
	memcpy(&b, from, size);
	a += b;
	memcpy(to, &a, size);
}

static bool is_text(const Btf *b, uint32_t element)
{
	uint64_t size;

	return btf_size_of(b, element, &size) && size == 1;
}

/* Bytes that cannot be added (names, bit-fields, pointers): the first CPU that has some counts. */
static void take_if_empty(uint8_t *to, const uint8_t *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (to[i])
			return;
	memcpy(to, from, n);
}

static void add_typed(const Btf *b, uint32_t id, uint8_t *to, const uint8_t *from, size_t room, int depth)
{
	const struct btf_type *t = btf_type(b, btf_skip(b, id));
	const struct btf_array *array;
	const struct btf_member *member;
	uint64_t size;

	if (!t || depth > 8 || !btf_size_of(b, id, &size) || size > room)
		return;
	array = btf_array_of(b, t);
	if (btf_kind(t) == BTF_KIND_INT && size <= 8) {
		add_int(to, from, (uint32_t)size);
	} else if (array && array->nelems && !is_text(b, array->type)) {
		size_t each = size / array->nelems;

		for (uint32_t i = 0; i < array->nelems; i++)
			add_typed(b, array->type, to + i * each, from + i * each, each, depth + 1);
	} else if (btf_kind(t) == BTF_KIND_STRUCT) {
		for (int i = 0; (member = btf_member_at(b, t, i)); i++) {
			size_t at = btf_member_bit_offset(t, member) / 8;

			if (at < size && !btf_member_bit_width(t, member))
				add_typed(b, member->type, to + at, from + at, size - at, depth + 1);
			else if (at < size)
				take_if_empty(to + at, from + at, 1);
		}
	} else {
		take_if_empty(to, from, size);
	}
}

static void add_words(uint8_t *to, const uint8_t *from, uint32_t size)
{
	uint32_t word = size % 8 ? 4 : 8;

	for (uint32_t i = 0; i + word <= size; i += word)
		add_int(to + i, from + i, word);
}

static void sum_cpus(Module *m, int map, MapEntries *e)
{
	const Btf *b = runtime_btf(m);
	uint32_t type = m->object->maps.v[map].btf_value;

	for (uint32_t i = 0; i < e->n; i++) {
		uint8_t *v = map_value(e, i);

		for (uint32_t cpu = 1; cpu < e->cpus; cpu++)
			if (b && type)
				add_typed(b, type, v, v + cpu * e->cpu_stride, e->value_size, 0);
			else
				add_words(v, v + cpu * e->cpu_stride, e->value_size);
	}
	e->cpus = 1;
}

static bool is_zero(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i])
			return false;
	return true;
}

static void drop_zeros(MapEntries *e)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < e->n; i++) {
		const uint8_t *v = map_value(e, i);
		bool zero = true;

		for (uint32_t cpu = 0; cpu < e->cpus && zero; cpu++)
			zero = is_zero(v + cpu * e->cpu_stride, e->value_size);
		if (zero)
			continue;
		if (kept != i) {
			memcpy(e->keys + (size_t)kept * e->key_stride, map_key(e, i), e->key_stride);
			memcpy(e->values + (size_t)kept * e->value_stride, v, e->value_stride);
		}
		kept++;
	}
	e->n = kept;
}

/* Interface ------------------------------------------------------------------------------------ */

uint32_t runtime_map_value_bytes(const Module *m, int map)
{
	const BpfMap *d = &m->object->maps.v[map];

	if (!is_per_cpu(d->type))
		return d->value_size;
	return ((d->value_size + 7) & ~7u) * (uint32_t)kernel_possible_cpus();
}

static void describe(Module *m, int map, MapEntries *e)
{
	const BpfMap *d = &m->object->maps.v[map];
	bool per_cpu = is_per_cpu(d->type);

	*e = (MapEntries){
		.key_size = d->key_size, .value_size = d->value_size, .key_stride = d->key_size,
		.cpus = per_cpu ? (uint32_t)kernel_possible_cpus() : 1,
		.cpu_stride = per_cpu ? (d->value_size + 7) & ~7u : d->value_size,
		.value_stride = runtime_map_value_bytes(m, map),
	};
}

int runtime_map_read(Module *m, int map, int flags, MapEntries *out, Error *err)
{
	const BpfMap *d = &m->object->maps.v[map];
	bool array = is_array(d->type), clear = flags & MAP_CLEAR;
	Reading r = { m, m->maps[map].fd, d->type, m->maps[map].max_entries, clear && !array, out, 0 };
	int error;

	describe(m, map, out);
	if (r.fd < 0 && m->maps_created)           /* no program uses it (only_used) */
		return 0;
	if (r.fd < 0)
		return error_set(err, EINVAL, "map %s does not exist yet", d->name);
	if (!is_readable(d->type))
		return error_set(err, EINVAL, "map %s has no entries that could be listed", d->name);
	error = read_batches(&r);
	if (error == -EOPNOTSUPP)
		error = read_one_by_one(&r);
	if (!error && clear && array)
		error = clear_array(&r);
	if (error) {
		runtime_map_entries_free(out);
		return error_errno(err, -error, "cannot read map %s", d->name);
	}
	if (flags & MAP_SUM && out->cpus > 1)
		sum_cpus(m, map, out);
	if (flags & MAP_SKIP_ZERO)
		drop_zeros(out);
	return 0;
}

void runtime_map_entries_free(MapEntries *e)
{
	free(e->keys);
	free(e->values);
	e->keys = e->values = NULL;
	e->n = 0;
}

int runtime_map_clear(Module *m, int map, Error *err)
{
	MapEntries e;
	int error = runtime_map_read(m, map, MAP_CLEAR, &e, err);

	if (!error)
		runtime_map_entries_free(&e);
	return error;
}

int runtime_map_lookup(Module *m, int map, const void *key, void *value)
{
	return bpf_map_lookup_elem(runtime_map_fd(m, map), key, value);
}

int runtime_map_update(Module *m, int map, const void *key, const void *value, uint64_t flags)
{
	return bpf_map_update_elem(runtime_map_fd(m, map), key, value, flags);
}

int runtime_map_delete(Module *m, int map, const void *key)
{
	return bpf_map_delete_elem(runtime_map_fd(m, map), key);
}

int runtime_stack(Module *m, int map, int32_t stack_id, uint64_t *ips, int max)
{
	uint32_t n = m->object->maps.v[map].value_size / sizeof(uint64_t);
	uint64_t stack[127];
	int error, i;

	if (stack_id < 0)
		return stack_id;
	if (n > ARRAY_LEN(stack))
		return -E2BIG;
	error = bpf_map_lookup_elem(runtime_map_fd(m, map), &stack_id, stack);
	if (error)
		return error;
	for (i = 0; i < (int)n && i < max && stack[i]; i++)
		ips[i] = stack[i];
	return i;
}
