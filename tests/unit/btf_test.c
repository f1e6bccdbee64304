/* SPDX-License-Identifier: Apache-2.0 */
/* btf: writer to reader and back, split BTF, corrupt blobs, and agreement with bpftool on the live
 * kernel's types. */
#include "btf/btf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

static Arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

typedef struct Sample {
	uint32_t u32, s64, chr, point, color, comm, ptr, konst, proto, func, var, sec, wide;
} Sample;

/* struct point { unsigned x:3, y:5; char comm[16]; const struct point *next; } and friends */
static BtfWriter *write_sample(Sample *s)
{
	BtfWriter *w = btf_writer_new(arena);

	s->u32 = btf_add_int(w, "unsigned int", 4, 0, 32);
	s->s64 = btf_add_int(w, "long", 8, BTF_INT_SIGNED, 64);
	s->chr = btf_add_int(w, "char", 1, BTF_INT_SIGNED, 8);
	s->comm = btf_add_array(w, s->chr, s->u32, 16);
	s->konst = btf_add_ref(w, BTF_KIND_CONST, NULL, 0);
	s->ptr = btf_add_ref(w, BTF_KIND_PTR, NULL, s->konst);
	s->point = btf_begin_struct(w, BTF_KIND_STRUCT, "point", 32);
	btf_add_member(w, "x", s->u32, 0, 3);
	btf_add_member(w, "y", s->u32, 3, 5);
	btf_add_member(w, "comm", s->comm, 32, 0);
	btf_add_member(w, "next", s->ptr, 192, 0);
	btf_patch_ref(w, s->konst, s->point);
	s->color = btf_begin_enum(w, "color", 4, true);
	btf_add_enumerator(w, "RED", -1);
	btf_add_enumerator(w, "GREEN", 7);
	s->wide = btf_begin_enum(w, "wide", 8, false);
	btf_add_enumerator(w, "WIDE", (int64_t)0xfedcba9876543210);
	s->proto = btf_begin_func_proto(w, s->s64);
	btf_add_param(w, "p", s->ptr);
	btf_add_param(w, "n", s->u32);
	s->func = btf_add_func(w, "measure", s->proto, BTF_FUNC_GLOBAL);
	s->var = btf_add_var(w, "limit", s->u32, BTF_VAR_GLOBAL_ALLOCATED);
	s->sec = btf_begin_datasec(w, ".rodata", 4);
	btf_add_secinfo(w, s->var, 0, 4);
	btf_add_decl_tag(w, "option:l", s->var, -1);
	btf_add_decl_tag(w, "column:COMM", s->point, 2);
	btf_add_decl_tag(w, "format:%s", s->point, 2);
	return w;
}

static Btf *sample(Sample *s)
{
	uint32_t size;
	const uint8_t *blob = btf_finish(write_sample(s), &size);

	return btf_open(arena, blob, size, NULL, NULL);
}

static void writer_and_reader_agree_on_structs(void **state)
{
	Sample s;
	Btf *b = sample(&s);
	const struct btf_type *t;
	const struct btf_member *m;
	uint64_t size;

	(void)state;
	assert_non_null(b);
	assert_int_equal(btf_find(b, "point", BTF_KIND_STRUCT), s.point);
	t = btf_type(b, s.point);
	assert_int_equal(btf_vlen(t), 4);
	m = btf_member_at(b, t, 1);
	assert_string_equal(btf_string(b, m->name_off), "y");
	assert_int_equal(btf_member_bit_offset(t, m), 3);
	assert_int_equal(btf_member_bit_width(t, m), 5);
	m = btf_member_at(b, t, 3);
	assert_int_equal(btf_member_bit_offset(t, m), 192);
	assert_int_equal(btf_member_bit_width(t, m), 0);
	assert_null(btf_member_at(b, t, 4));
	assert_null(btf_member_at(b, t, -1));
	assert_true(btf_size_of(b, s.comm, &size));
	assert_int_equal(size, 16);
	assert_int_equal(btf_int_bits(b, btf_type(b, s.s64)), BTF_INT_SIGNED << 24 | 64);
}

static void writer_and_reader_agree_on_enums_functions_and_data(void **state)
{
	Sample s;
	Btf *b = sample(&s);
	const struct btf_type *t;
	int64_t value;
	uint32_t id;

	(void)state;
	assert_true(btf_find_enumerator(b, "RED", &value, &id));
	assert_int_equal(value, -1);
	assert_int_equal(id, s.color);
	assert_true(btf_find_enumerator(b, "WIDE", &value, &id));
	assert_int_equal(value, (int64_t)0xfedcba9876543210);
	assert_int_equal(btf_find(b, "wide", BTF_KIND_ENUM), s.wide);
	assert_false(btf_find_enumerator(b, "GREE", &value, &id));
	assert_false(btf_find_enumerator(b, "REEN", &value, &id));
	assert_int_equal(btf_find(b, "measure", BTF_KIND_FUNC), s.func);
	t = btf_type(b, btf_type(b, s.func)->type);
	assert_int_equal(t->type, s.s64);
	assert_string_equal(btf_string(b, btf_param_at(b, t, 1)->name_off), "n");
	t = btf_type(b, btf_find(b, ".rodata", BTF_KIND_DATASEC));
	assert_int_equal(btf_secinfo_at(b, t, 0)->type, s.var);
	assert_int_equal(btf_find(b, "limit", BTF_KIND_VAR), s.var);
	assert_int_equal(btf_find(b, "limit", BTF_KIND_FUNC), 0);
	assert_int_equal(btf_find(b, "", BTF_KIND_PTR), 0);
}

static void add_text(void *self, const char *tag)
{
	sb_puts(self, tag);
	sb_putc(self, '|');
}

static void tags_are_found_by_component(void **state)
{
	Sample s;
	Btf *b = sample(&s);
	StrBuf sb = { 0 };

	(void)state;
	btf_each_tag(b, s.point, 2, add_text, &sb);
	btf_each_tag(b, s.var, -1, add_text, &sb);
	btf_each_tag(b, s.point, -1, add_text, &sb);
	assert_string_equal(sb.p, "column:COMM|format:%s|option:l|");
	sb_free(&sb);
}

static void types_are_written_as_c_writes_them(void **state)
{
	Sample s;
	BtfWriter *w = write_sample(&s);
	uint32_t fptr = btf_add_ref(w, BTF_KIND_PTR, NULL, s.proto);
	uint32_t table = btf_add_array(w, fptr, s.u32, 4);
	uint32_t aptr = btf_add_ref(w, BTF_KIND_PTR, NULL, s.comm);
	uint32_t cptr = btf_add_ref(w, BTF_KIND_CONST, NULL, s.ptr);
	uint32_t size, anon = btf_begin_struct(w, BTF_KIND_UNION, NULL, 0);
	const uint8_t *blob = btf_finish(w, &size);
	Btf *b = btf_open(arena, blob, size, NULL, NULL);

	(void)state;
	assert_string_equal(btf_type_text(arena, b, s.comm, "comm"), "char comm[16]");
	assert_string_equal(btf_type_text(arena, b, s.ptr, NULL), "const struct point *");
	assert_string_equal(btf_type_text(arena, b, cptr, "p"), "const struct point *const p");
	assert_string_equal(btf_type_text(arena, b, aptr, "p"), "char (*p)[16]");
	assert_string_equal(btf_type_text(arena, b, table, "f"),
			    "long (*f[4])(const struct point *p, unsigned int n)");
	assert_string_equal(btf_type_text(arena, b, 0, NULL), "void");
	assert_string_equal(btf_type_text(arena, b, anon, "u"), "union {...} u");
}

static void split_btf_continues_its_base(void **state)
{
	Sample s;
	Btf *base = sample(&s);
	uint32_t n = btf_type_count(base), size, own_size;
	BtfWriter *w = btf_writer_new(arena);
	const struct btf_header *h;
	uint8_t *blob;
	Btf *b;

	(void)state;
	/* A writer of its own counts from 1; shift ids and names to where the base ends. */
	btf_finish(write_sample(&s), &size);
	btf_begin_struct(w, BTF_KIND_STRUCT, "inode_of_module", 8);
	btf_add_member(w, "point", s.ptr, 0, 0);
	const uint8_t *own = btf_finish(w, &own_size);
	blob = arena_copy(arena, own, own_size);
	h = (const struct btf_header *)blob;
	const struct btf_header *bh = (const void *)btf_finish(write_sample(&s), &size);
	struct btf_type *t = (struct btf_type *)(blob + h->hdr_len);
	t->name_off += bh->str_len;
	((struct btf_member *)(t + 1))->name_off = 0;
	b = btf_open(arena, blob, own_size, base, NULL);
	assert_non_null(b);
	assert_int_equal(btf_type_count(b), n + 1);
	assert_int_equal(btf_find(b, "inode_of_module", BTF_KIND_STRUCT), n + 1);
	assert_int_equal(btf_find(b, "point", BTF_KIND_STRUCT), s.point);
	assert_int_equal(btf_find(b, "measure", BTF_KIND_FUNC), s.func);
	assert_string_equal(btf_type_name(b, btf_type(b, n + 1)), "inode_of_module");
	assert_string_equal(btf_type_text(arena, b, btf_member_at(b, btf_type(b, n + 1), 0)->type, ""),
			    "const struct point *");
}

/* Every byte of a good blob is set to some values in turn; whatever comes, reading ends. */
static void corrupt_blobs_are_harmless(void **state)
{
	static const uint8_t values[] = { 0x00, 0x01, 0x7f, 0xff };
	uint32_t size, enum_id;
	Sample s;
	const uint8_t *good = btf_finish(write_sample(&s), &size);
	int64_t value;
	uint64_t bytes;

	(void)state;
	for (uint32_t i = 0; i < size * ARRAY_LEN(values); i++) {
		Arena *a = arena_new();
		uint8_t *bad = arena_copy(a, good, size);
		Btf *b;

		bad[i / ARRAY_LEN(values)] = values[i % ARRAY_LEN(values)];
		b = btf_open(a, bad, size, NULL, NULL);
		for (uint32_t id = 0; b && id <= btf_type_count(b); id++) {
			btf_size_of(b, id, &bytes);
			btf_type_text(a, b, id, "x");
			btf_find(b, btf_type_name(b, btf_type(b, id)), BTF_KIND_FUNC);
		}
		if (b)
			btf_find_enumerator(b, "GREEN", &value, &enum_id);
		arena_free(a);
	}
	for (uint32_t cut = 0; cut < size; cut++)
		assert_null(btf_open(arena, good, cut, NULL, NULL));
}

static void type_loops_end(void **state)
{
	BtfWriter *w = btf_writer_new(arena);
	uint32_t a = btf_add_ref(w, BTF_KIND_CONST, NULL, 2), size;
	const uint8_t *blob;
	uint64_t bytes;
	Btf *b;

	(void)state;
	btf_add_ref(w, BTF_KIND_VOLATILE, NULL, a);
	blob = btf_finish(w, &size);
	b = btf_open(arena, blob, size, NULL, NULL);
	assert_int_equal(btf_skip(b, a), 0);
	assert_false(btf_size_of(b, a, &bytes));
	assert_non_null(btf_type_text(arena, b, a, "x"));
}

/* bpftool prints "[ID] STRUCT 'name' size=N vlen=N". */
static void agrees_with_bpftool_on(const Btf *b, const char *name)
{
	char *line = NULL, *command = arena_printf(arena,
		"bpftool btf dump file /sys/kernel/btf/vmlinux 2>/dev/null | "
		"grep -m1 \"STRUCT '%s' \"", name);
	FILE *f = popen(command, "r");
	unsigned int id = 0, size = 0;
	size_t cap = 0;
	int vlen = -1;

	if (getline(&line, &cap, f) > 0)
		sscanf(line, "[%u] STRUCT '%*[^']' size=%u vlen=%d", &id, &size, &vlen);
	pclose(f);
	free(line);
	assert_int_not_equal(id, 0);
	assert_int_equal(btf_find(b, name, BTF_KIND_STRUCT), id);
	assert_int_equal(btf_type(b, id)->size, size);
	assert_int_equal(btf_vlen(btf_type(b, id)), vlen);
}

static void agrees_with_bpftool(void **state)
{
	size_t size;
	char *blob = file_read("/sys/kernel/btf/vmlinux", &size);
	Btf *b;

	(void)state;
	if (!blob || system("bpftool version > /dev/null 2>&1")) {
		free(blob);
		skip();
	}
	b = btf_open(arena, blob, size, NULL, NULL);
	assert_non_null(b);
	agrees_with_bpftool_on(b, "task_struct");
	agrees_with_bpftool_on(b, "sock_common");
	free(blob);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(writer_and_reader_agree_on_structs),
		TEST(writer_and_reader_agree_on_enums_functions_and_data),
		TEST(tags_are_found_by_component),
		TEST(types_are_written_as_c_writes_them),
		TEST(split_btf_continues_its_base),
		TEST(corrupt_blobs_are_harmless),
		TEST(type_loops_end),
		TEST(agrees_with_bpftool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
