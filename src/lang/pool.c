/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lookup in the pool: the built-in headers, cut into named snippets when the binary was built.
 * The tables in build/gen/pool.c come from src/headers/mkpool.c: an open-addressing hash table over
 * (kind, name), and the sorted list of headers that #include accepts.
 */
#include "pp.h"

const PoolEntry *pool_find(PoolKind kind, const char *name)
{
	uint32_t i = hash_bytes(name, strlen(name)) + (uint32_t)kind;

	for (i &= pool_table_size - 1; pool_table[i]; i = (i + 1) & (pool_table_size - 1)) {
		const PoolEntry *e = &pool_entries[pool_table[i] - 1];

		if (e->kind == kind && !strcmp(e->name, name))
			return e;
	}
	return NULL;
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
		int middle = (low + high) / 2, order = strcmp(path, pool_header_names[middle]);

		if (!order)
			return true;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}
