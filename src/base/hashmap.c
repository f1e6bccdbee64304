/* SPDX-License-Identifier: Apache-2.0 */
/* String-keyed hash map: open addressing with linear probing, never more than 3/4 full. */
#include "base.h"

typedef struct HashSlot {
	Str key;                   /* key.p NULL = free */
	uint32_t hash;
	void *value;
} HashSlot;

static HashSlot *find(const HashMap *m, Str key, uint32_t hash)
{
	for (uint32_t i = hash & (m->cap - 1);; i = (i + 1) & (m->cap - 1)) {
		HashSlot *s = &m->slots[i];

		if (!s->key.p || (s->hash == hash && str_eq(s->key, key)))
			return s;
	}
}

static void grow(HashMap *m)
{
	HashMap larger = { m->arena, NULL, m->n, m->cap ? m->cap * 2 : 16 };

	larger.slots = NEW_ARRAY(m->arena, HashSlot, larger.cap);
	for (uint32_t i = 0; i < m->cap; i++) {
		if (m->slots[i].key.p)
			*find(&larger, m->slots[i].key, m->slots[i].hash) = m->slots[i];
	}
	*m = larger;
}

void *hashmap_get(const HashMap *m, Str key)
{
	return m->cap ? find(m, key, hash_bytes(key.p, key.n))->value : NULL;
}

bool hashmap_has(const HashMap *m, Str key)
{
	return m->cap && find(m, key, hash_bytes(key.p, key.n))->key.p;
}

void hashmap_put(HashMap *m, Str key, void *value)
{
	uint32_t hash = hash_bytes(key.p, key.n);
	HashSlot *s;

	if (m->n * 4 >= m->cap * 3)
		grow(m);
	s = find(m, key, hash);
	if (!s->key.p)
		m->n++;
	*s = (HashSlot){ key, hash, value };
}
