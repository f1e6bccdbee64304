/* SPDX-License-Identifier: Apache-2.0 */
/* Memory, strings, source places, diagnostics and errors of src/base. */
#include "base/base.h"

#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>
#include <errno.h>

static void arena_memory_is_zeroed_aligned_and_distinct(void **state)
{
	Arena *a = arena_new();
	char *large = arena_alloc(a, 1 << 20), *small = arena_alloc(a, 1);

	(void)state;
	assert_true((uintptr_t)small % 16 == 0);
	for (int i = 0; i < 1 << 20; i += 4095)
		assert_int_equal(large[i], 0);
	memset(large, 1, 1 << 20);
	assert_int_equal(*small, 0);
	arena_free(a);
}

static void vec_keeps_its_elements_while_it_grows(void **state)
{
	Arena *a = arena_new();
	VEC(int) xs = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		vec_push(a, &xs, i * 3);
	assert_int_equal(xs.n, 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(xs.v[i], i * 3);
	arena_free(a);
}

static void hashmap_finds_what_was_put_and_nothing_else(void **state)
{
	Arena *a = arena_new();
	HashMap m = { .arena = a };

	(void)state;
	for (intptr_t i = 0; i < 500; i++)
		hashmap_put(&m, str_of(arena_printf(a, "key%d", (int)i)), (void *)(i + 1));
	hashmap_put(&m, STR("key7"), (void *)77);
	assert_int_equal(m.n, 500);
	assert_ptr_equal(hashmap_get(&m, STR("key7")), (void *)77);
	assert_ptr_equal(hashmap_get(&m, STR("key499")), (void *)500);
	assert_false(hashmap_has(&m, STR("key500")));
	arena_free(a);
}

static void closest_name_corrects_a_slip_but_does_not_guess(void **state)
{
	static const char *const names[] = { "lookup", "update", "delete" };

	(void)state;
	assert_string_equal(closest_name("lokup", names, 3), "lookup");
	assert_string_equal(closest_name("updaet", names, 3), "update");
	assert_string_equal(closest_name("leet", (const char *const[]){ "let" }, 1), "let");
	assert_null(closest_name("frobnicate", names, 3));
}

static void places_resolve_across_files_and_line_markers(void **state)
{
	static const char first[] = "int a;\nint b;\n", second[] = "x\n#line 40 \"gen.y\"\nyy z\n";
	Arena *a = arena_new();
	Sources s = { .arena = a };
	SourcePos pos;

	(void)state;
	sources_add(&s, "one.c", first, sizeof(first) - 1, 0);
	sources_add(&s, "two.c", second, sizeof(second) - 1, 5);
	assert_true(sources_resolve(&s, 1 + 11, &pos));
	assert_string_equal(pos.file, "one.c");
	assert_int_equal(pos.line, 2);
	assert_int_equal(pos.column, 5);
	assert_true(str_is(pos.text, "int b;"));
	sources_mark_line(&s, s.files.v[1].base + 2, "gen.y", 40);
	assert_true(sources_resolve(&s, s.files.v[1].base + (uint32_t)(strstr(second, "z") - second), &pos));
	assert_string_equal(pos.file, "gen.y");
	assert_int_equal(pos.line, 40);
	assert_int_equal(pos.column, 4);
	assert_false(sources_resolve(&s, 0, &pos));
	arena_free(a);
}

static void diagnostics_show_place_line_caret_and_hint_once(void **state)
{
	static const char text[] = "int a\n\tint b;\n";
	Arena *a = arena_new();
	Sources s = { .arena = a };
	Diags d;
	StrBuf out = { 0 };

	(void)state;
	sources_add(&s, "t.c", text, sizeof(text) - 1, 0);
	diags_init(&d, a, &s);
	for (int i = 0; i < 2; i++) {
		Diag *diag = diag_report(&d, 8, DIAG_syntax_error, "found '%s'", "int");

		diag_hint(&d, diag, "write ';' before it");
	}
	diags_render(&d, &out, false);
	assert_string_equal(out.p, "t.c:2:2: error: found 'int' [syntax_error]\n"
				   "            int b;\n"
				   "            ^\n"
				   "    help: write ';' before it\n");
	assert_int_equal(d.errors, 1);
	sb_free(&out);
	arena_free(a);
}

static void errors_carry_context_cause_and_remedy(void **state)
{
	Error e = { 0 };

	(void)state;
	assert_int_equal(error_errno(&e, ENOENT, "open %s", "f"), -ENOENT);
	assert_int_equal(error_context(&e, "attach"), -ENOENT);
	error_remedy(&e, "create it");
	assert_string_equal(e.message, "attach: open f: No such file or directory");
	assert_string_equal(e.remedy, "create it");
	error_clear(&e);
	assert_int_equal(e.code, 0);
}

static void whole_files_are_read_also_from_proc(void **state)
{
	size_t n = 0;
	char *text = file_read("/proc/self/status", &n);

	(void)state;
	assert_non_null(text);
	assert_int_equal(strlen(text), n);
	assert_non_null(strstr(text, "VmSize"));
	free(text);
	assert_null(file_read("/nonexistent/file", &n));
	assert_int_equal(errno, ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena_memory_is_zeroed_aligned_and_distinct),
		cmocka_unit_test(vec_keeps_its_elements_while_it_grows),
		cmocka_unit_test(hashmap_finds_what_was_put_and_nothing_else),
		cmocka_unit_test(closest_name_corrects_a_slip_but_does_not_guess),
		cmocka_unit_test(places_resolve_across_files_and_line_markers),
		cmocka_unit_test(diagnostics_show_place_line_caret_and_hint_once),
		cmocka_unit_test(errors_carry_context_cause_and_remedy),
		cmocka_unit_test(whole_files_are_read_also_from_proc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
