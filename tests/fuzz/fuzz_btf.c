/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: any bytes as a BTF blob, and split in two as a base and what continues it. All that
 * the reader offers is asked of every type. */
#include "fuzz.h"
#include "btf/btf.h"

const FuzzTarget fuzz_target = { .seed = fuzz_btf };

static void on_tag(void *self, const char *tag)
{
	*(size_t *)self += strlen(tag);
}

static void ask_parts(const Btf *b, const struct btf_type *t)
{
	const char *name;
	int64_t value;

	for (int i = 0; i < btf_vlen(t); i++) {
		const struct btf_member *m = btf_member_at(b, t, i);
		const struct btf_param *p = btf_param_at(b, t, i);

		if (m) {
			btf_string(b, m->name_off);
			btf_member_bit_offset(t, m);
			btf_member_bit_width(t, m);
		}
		if (p)
			btf_string(b, p->name_off);
		btf_enum_at(b, t, i, &name, &value);
		btf_secinfo_at(b, t, i);
	}
	btf_int_bits(b, t);
}

static void ask_all(Arena *a, const Btf *b)
{
	uint32_t n = btf_type_count(b), enum_id;
	size_t tag_bytes = 0;
	uint64_t bytes;
	int64_t value;

	for (uint32_t id = 0; id <= n + 1 && id < 500; id++) {
		const struct btf_type *t = btf_type(b, id);
		const char *name = btf_type_name(b, t);

		btf_skip(b, id);
		btf_size_of(b, id, &bytes);
		btf_type_text(a, b, id, "x");
		btf_each_tag(b, id, -1, on_tag, &tag_bytes);
		for (int kind = 0; t && kind < 20; kind++)
			btf_find(b, name, kind);
		btf_find_enumerator(b, name, &value, &enum_id);
		if (t)
			ask_parts(b, t);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena *a = arena_new();
	Btf *b = btf_open(a, data, size, NULL, NULL), *split;

	if (b)
		ask_all(a, b);
	b = btf_open(a, data, size / 2, NULL, NULL);
	split = b ? btf_open(a, data + size / 2, size - size / 2, b, NULL) : NULL;
	if (split)
		ask_all(a, split);
	arena_free(a);
	return 0;
}
