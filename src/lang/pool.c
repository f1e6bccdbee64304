/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lookup in the pool: the built-in headers, cut into named snippets when the binary was built.
 * The tables in build/gen/pool.c come from src/headers/mkpool.c: an open-addressing hash table over
 * (kind, name), and the sorted list of headers that #include accepts. They hold offsets instead of
 * pointers, which the dynamic linker would have to relocate, thousands of them, at every start.
 */
#include "pp.h"

bool pool_find(PoolKind kind, const char *name, PoolEntry *out)
{
	uint32_t i = hash_bytes(name, strlen(name)) + (uint32_t)kind;

	for (i &= pool_table_size - 1; pool_table[i]; i = (i + 1) & (pool_table_size - 1)) {
		const PoolRecord *r = &pool_records[pool_table[i] - 1];

		if (r->kind != kind || strcmp(pool_strings + r->name, name))
			continue;
		*out = (PoolEntry){ pool_strings + r->name, kind, pool_strings + r->text,
				    pool_strings + r->header, r->line };
		return true;
	}
	return false;
}

const char *pool_canonical_header(const char *path)
{
	if (starts_with(path, "uapi/"))
		path += strlen("uapi/");
	return path;
}

bool pool_has_header(const char *path)
{
	int low = 0, high = pool_header_count;

	path = pool_canonical_header(path);
	while (low < high) {
		int middle = (low + high) / 2;
		int order = strcmp(path, pool_strings + pool_headers[middle]);

		if (!order)
			return true;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}
