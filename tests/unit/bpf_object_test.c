/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From text to OBJECT and to ELF: what the object says of programs, maps and data; written, read
 * and written again the file is the same; what is no object is refused.
 */
#include "bpf/compile.h"
#include "btf/btf.h"

#include <setjmp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static const char program[] =
	"struct key { u32 a, b; };\n"
	"BPF_HASH(counts, struct key, u64, 77);\n"
	"BPF_PERF_OUTPUT(events);\n"
	"const volatile int limit = 5;\n"
	"int total;\n"
	"static __attribute__((noinline)) int half(int x)\n"
	"{\n"
	"\treturn bpf_get_prandom_u32() / x + bpf_get_smp_processor_id() / (x + 1);\n"
	"}\n"
	"static long each(u32 index, u64 *sum) { *sum += half(index); return index > limit; }\n"
	"int raw_tracepoint__sys_enter(struct bpf_raw_tracepoint_args *ctx)\n"
	"{\n"
	"\tstruct key k = { ctx->args[1], half(3) };\n"
	"\tu64 sum = 0;\n"
	"\tbpf_loop(10, each, &sum, 0);\n"
	"\ttotal += sum + half(sum);\n"
	"\tcounts.increment(k);\n"
	"\treturn 0;\n"
	"}\n"
	"int tracepoint__sched__sched_switch(void *ctx)\n"
	"{\n"
	"\treturn half(limit);\n"
	"}\n";

static BpfCompilation *compile(const char *text)
{
	static const Host host = { .kernel_version = 0x060100, .cpus_possible = 4, .cpus_online = 4 };
	BpfCompileOptions options = { .lang = { .name = "test.c" }, .optimise = 2, .check_ir = true };
	BpfCompilation *c = bpf_compile_begin(text, strlen(text), &options, &host);
	StrBuf sb = { 0 };

	diags_render(bpf_compile_diags(c), &sb, false);
	if (bpf_compile_diags(c)->errors)
		print_error("%s", sb.p);
	sb_free(&sb);
	assert_int_equal(bpf_compile_diags(c)->errors, 0);
	return c;
}

static const BpfObject *finish(BpfCompilation *c)
{
	const BpfObject *o = bpf_compile_finish(c);
	StrBuf sb = { 0 };

	if (!o) {
		diags_render(bpf_compile_diags(c), &sb, false);
		print_error("%s", sb.p);
	}
	assert_non_null(o);
	return o;
}

static void programs_have_type_section_and_target(void **state)
{
	BpfCompilation *c = compile(program);
	const BpfObject *o = finish(c);
	const BpfProgram *p = &o->programs.v[1];

	(void)state;
	assert_int_equal(o->programs.n, 2);
	assert_int_equal(o->programs.v[0].type, BPF_PROG_TYPE_RAW_TRACEPOINT);
	assert_string_equal(o->programs.v[0].section, "raw_tracepoint/sys_enter");
	assert_int_equal(p->type, BPF_PROG_TYPE_TRACEPOINT);
	assert_string_equal(p->section, "tracepoint/sched/sched_switch");
	assert_string_equal(p->attach_target, "sched:sched_switch");
	assert_true(p->attached_by_name);
	assert_true(strlen(p->kernel_name) <= 15);
	assert_string_equal(o->license, "GPL");
	bpf_compile_free(c);
}

static void every_function_has_line_and_function_information(void **state)
{
	BpfCompilation *c = compile(program);
	const BpfObject *o = finish(c);

	(void)state;
	for (int k = 0; k < o->programs.n; k++) {
		const BpfProgram *p = &o->programs.v[k];
		int line = 0;

		assert_int_equal(p->funcs.v[0].insn, 0);
		for (int l = 1; l < p->lines.n; l++)
			assert_true(p->lines.v[l].insn > p->lines.v[l - 1].insn);
		for (int f = 0; f < p->funcs.n; f++) {
			while (line < p->lines.n && p->lines.v[line].insn < p->funcs.v[f].insn)
				line++;
			assert_int_equal(p->lines.v[line].insn, p->funcs.v[f].insn);
			assert_true(p->funcs.v[f].btf_id != 0);
		}
	}
	bpf_compile_free(c);
}

static void maps_and_data_are_described(void **state)
{
	BpfCompilation *c = compile(program);
	const BpfObject *o = finish(c);

	(void)state;
	assert_int_equal(o->maps.n, 2);
	assert_int_equal(o->maps.v[0].type, BPF_MAP_TYPE_HASH);
	assert_int_equal(o->maps.v[0].key_size, 8);
	assert_int_equal(o->maps.v[0].max_entries, 77);
	assert_true(o->maps.v[0].btf_key && o->maps.v[0].btf_value && o->maps.v[0].btf_var);
	assert_int_equal(o->maps.v[1].type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	assert_int_equal(o->data.n, 2);
	assert_string_equal(o->data.v[0].name, ".rodata");
	assert_int_equal(o->data.v[0].bytes[0], 5);
	assert_true(o->data.v[0].read_only);
	assert_string_equal(o->data.v[1].name, ".bss");
	bpf_compile_free(c);
}

static void declarations_come_before_options_are_bound(void **state)
{
	static const char text[] =
		"__bcc_tag(\"tool\", \"x\");\n"
		"const volatile int limit __attribute__((btf_decl_tag(\"option:l\"))) = 5;\n"
		"int raw_tracepoint__sys_enter(void *ctx) { return limit * 2; }\n";
	BpfCompilation *c = compile(text);
	const BpfObject *d = bpf_compile_declarations(c), *o;
	Arena *arena = arena_new();
	Btf *b;

	(void)state;
	assert_non_null(d);
	assert_int_equal(d->programs.n, 0);
	assert_int_equal(d->data.v[0].bytes[0], 5);
	b = btf_open(arena, d->btf, d->btf_size, NULL, NULL);
	assert_non_null(b);
	assert_true(btf_find(b, "limit", BTF_KIND_VAR));
	assert_true(btf_find(b, "__bcc_tool", BTF_KIND_VAR));
	assert_true(bpf_compile_bind(c, "limit", 21));
	assert_false(bpf_compile_bind(c, "none", 1));
	o = finish(c);
	assert_int_equal(o->programs.v[0].insns.n, 2);
	assert_int_equal(o->programs.v[0].insns.v[0].imm, 42);
	arena_free(arena);
	bpf_compile_free(c);
}

/* A memory file, under a name that can be opened. */
static int temporary(char path[64])
{
	int fd = memfd_create("object", MFD_CLOEXEC);

	assert_true(fd >= 0);
	snprintf(path, 64, "/proc/self/fd/%d", fd);
	return fd;
}

static char *write_object(const BpfObject *o, size_t *size)
{
	char path[64], *bytes;
	Error err = { 0 };
	int fd = temporary(path);

	assert_int_equal(bpf_object_write(o, path, &err), 0);
	bytes = file_read(path, size);
	close(fd);
	assert_non_null(bytes);
	return bytes;
}

static BpfObject *read_bytes(Arena *arena, const char *bytes, size_t size, Error *err)
{
	char path[64];
	int fd = temporary(path);
	BpfObject *o;

	assert_int_equal(write(fd, bytes, size), (ssize_t)size);
	o = bpf_object_read(arena, path, err);
	close(fd);
	return o;
}

static void compare_programs(const BpfProgram *a, const BpfProgram *b)
{
	assert_string_equal(a->name, b->name);
	assert_string_equal(a->kernel_name, b->kernel_name);
	assert_string_equal(a->section, b->section);
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->attach, b->attach);
	assert_int_equal(a->stack_bytes, b->stack_bytes);
	assert_int_equal(a->insns.n, b->insns.n);
	assert_memory_equal(a->insns.v, b->insns.v, sizeof(*a->insns.v) * (size_t)a->insns.n);
	assert_int_equal(a->relocs.n, b->relocs.n);
	for (int k = 0; k < a->relocs.n; k++) {
		assert_int_equal(a->relocs.v[k].kind, b->relocs.v[k].kind);
		assert_int_equal(a->relocs.v[k].insn, b->relocs.v[k].insn);
		assert_int_equal(a->relocs.v[k].index, b->relocs.v[k].index);
		assert_int_equal(a->relocs.v[k].addend, b->relocs.v[k].addend);
	}
	assert_int_equal(a->funcs.n, b->funcs.n);
	assert_memory_equal(a->funcs.v, b->funcs.v, sizeof(*a->funcs.v) * (size_t)a->funcs.n);
	assert_int_equal(a->lines.n, b->lines.n);
	for (int k = 0; k < a->lines.n; k++) {
		assert_int_equal(a->lines.v[k].insn, b->lines.v[k].insn);
		assert_int_equal(a->lines.v[k].line, b->lines.v[k].line);
	}
}

static void the_elf_form_keeps_everything(void **state)
{
	BpfCompilation *c = compile(program);
	const BpfObject *o = finish(c);
	Arena *arena = arena_new();
	Error err = { 0 };
	size_t size, again_size;
	char *bytes = write_object(o, &size), *again;
	BpfObject *back = read_bytes(arena, bytes, size, &err);

	(void)state;
	assert_non_null(back);
	assert_int_equal(back->programs.n, o->programs.n);
	assert_true(o->programs.v[0].funcs.n > 1);
	for (int k = 0; k < o->programs.n; k++)
		compare_programs(&o->programs.v[k], &back->programs.v[k]);
	assert_int_equal(back->maps.n, o->maps.n);
	for (int k = 0; k < o->maps.n; k++) {
		assert_string_equal(back->maps.v[k].name, o->maps.v[k].name);
		assert_int_equal(back->maps.v[k].type, o->maps.v[k].type);
		assert_int_equal(back->maps.v[k].value_size, o->maps.v[k].value_size);
		assert_int_equal(back->maps.v[k].max_entries, o->maps.v[k].max_entries);
		assert_int_equal(back->maps.v[k].entries_are_cpus, o->maps.v[k].entries_are_cpus);
		assert_int_equal(back->maps.v[k].btf_var, o->maps.v[k].btf_var);
	}
	assert_int_equal(back->data.n, o->data.n);
	again = write_object(back, &again_size);
	assert_int_equal(size, again_size);
	assert_memory_equal(bytes, again, size);
	free(bytes);
	free(again);
	arena_free(arena);
	bpf_compile_free(c);
}

/* Each byte of a file turned in every way: it is read or refused, without a crash. */
static void broken_files_are_refused_or_read(void **state)
{
	BpfCompilation *c = compile(program);
	size_t size;
	char *bytes = write_object(finish(c), &size);

	(void)state;
	srandom(1);
	for (size_t k = 0; k < 1500; k++) {
		Arena *arena = arena_new();
		Error err = { 0 };
		size_t at = k < 64 ? k : (size_t)random() % size;
		char old = bytes[at];

		bytes[at] = (char)(k < 64 ? ~old : random());
		if (!read_bytes(arena, bytes, k % 3 ? size : (size_t)random() % size, &err))
			assert_true(err.code != 0);
		bytes[at] = old;
		error_clear(&err);
		arena_free(arena);
	}
	free(bytes);
	bpf_compile_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs_have_type_section_and_target),
		cmocka_unit_test(every_function_has_line_and_function_information),
		cmocka_unit_test(maps_and_data_are_described),
		cmocka_unit_test(declarations_come_before_options_are_bound),
		cmocka_unit_test(the_elf_form_keeps_everything),
		cmocka_unit_test(broken_files_are_refused_or_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
