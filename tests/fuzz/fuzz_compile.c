/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: any bytes as a program, through the whole compiler: once optimised and once not, with
 * the IR checked between passes, the tool that it declares read, the object disassembled, written
 * as ELF and read back. Findings besides crashes: a diagnostic "internal_error", an object that does
 * not come back as it was written, a program that is compiled without optimising only (but for
 * packet accesses that are wrong: these are recognised in optimised code).
 */
#include "fuzz.h"
#include "bpf/compile.h"
#include "toolkit/toolkit.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

const FuzzTarget fuzz_target = { .is_text = true };

static void finding(const char *what, const Diags *diags)
{
	StrBuf out = { 0 };

	if (diags)
		diags_render(diags, &out, false);
	fprintf(stderr, "finding: %s\n%s\n", what, out.p ? out.p : "");
	abort();
}

static void look_for_internal_errors(const Diags *diags)
{
	StrBuf out = { 0 };

	for (int i = 0; i < diags->list.n; i++)
		if (diags->list.v[i]->tag == DIAG_internal_error)
			finding("internal error", diags);
	diags_render(diags, &out, false);
	sb_free(&out);
}

static void bind(void *c, const char *name, int64_t value)
{
	bpf_compile_bind(c, name, value);
}

/* Reads the tool that the program declares, with its values bound as constants. */
static void read_tool(BpfCompilation *c, const BpfObject *o)
{
	Arena *arena = arena_new();
	StrBuf out = { 0 };
	Tool *t = tool_read(arena, o, NULL, NULL);

	if (t && bpf_compile_declarations(c) == o)
		tool_each_constant(t, bind, c);
	if (t && !tool_views(t, o, NULL))
		tool_default_views(t);
	if (t)
		tool_help(t, &out);
	sb_free(&out);
	arena_free(arena);
}

static void compare(const BpfObject *a, const BpfObject *b)
{
	if (a->programs.n != b->programs.n || a->maps.n != b->maps.n || a->data.n != b->data.n)
		finding("programs, maps or data are lost in the file", NULL);
	for (int i = 0; i < a->programs.n; i++) {
		const BpfProgram *p = &a->programs.v[i], *q = &b->programs.v[i];

		if (p->insns.n != q->insns.n || p->relocs.n != q->relocs.n || p->type != q->type ||
		    memcmp(p->insns.v, q->insns.v, (size_t)p->insns.n * sizeof(p->insns.v[0])))
			finding("a program is another one in the file", NULL);
	}
}

static void write_and_read(const BpfObject *o)
{
	Arena *arena = arena_new();
	int fd = memfd_create("object", MFD_CLOEXEC);
	char path[32];
	BpfObject *back;
	Error err = { 0 };

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (!bpf_object_write(o, path, &err)) {
		back = bpf_object_read(arena, path, &err);
		if (!back) {
			fputs(err.message, stderr);
			finding("an object written cannot be read", NULL);
		}
		compare(o, back);
	}
	close(fd);
	arena_free(arena);
}

static void use_object(BpfCompilation *c, const BpfObject *o)
{
	StrBuf out = { 0 };

	for (int i = 0; i < o->programs.n; i++)
		bpf_disassemble(o, &o->programs.v[i], bpf_compile_sources(c), &out);
	sb_free(&out);
	write_and_read(o);
	read_tool(c, o);
}

static bool only_wrong_accesses(const Diags *diags)
{
	for (int i = 0; i < diags->list.n; i++)
		if (diags->list.v[i]->severity == SEV_ERROR &&
		    diags->list.v[i]->tag != DIAG_packet_access_unchecked)
			return false;
	return true;
}

/* Whether it was compiled; the diagnostics of a failure behind the front end are printed to `why`. */
static bool compile(const char *text, size_t size, int optimise, bool *parsed, StrBuf *why)
{
	BpfCompileOptions options = { .lang.name = "fuzz.c", .optimise = optimise, .check_ir = true };
	BpfCompilation *c;
	const BpfObject *o;
	bool is_fine;
	Host host;

	fuzz_host(&host, size % 4);
	c = bpf_compile_begin(text, size, &options, &host);
	*parsed = !bpf_compile_diags(c)->errors;
	o = bpf_compile_outline(c);
	if (o)
		read_tool(c, o);
	o = bpf_compile_diags(c)->errors ? NULL : bpf_compile_finish(c);
	look_for_internal_errors(bpf_compile_diags(c));
	if (o)
		use_object(c, o);
	else
		diags_render(bpf_compile_diags(c), why, false);
	is_fine = o || (*parsed && only_wrong_accesses(bpf_compile_diags(c)));
	bpf_compile_free(c);
	return is_fine;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena *arena = arena_new();
	char *text = arena_strndup(arena, (const char *)data, size);
	StrBuf why = { 0 };
	bool parsed, plain = compile(text, size, 0, &parsed, &why);

	if (parsed) {
		sb_clear(&why);
		if (!compile(text, size, 2, &parsed, &why) && plain) {
			fprintf(stderr, "%s", why.p);
			finding("compiled without optimising only", NULL);
		}
	}
	sb_free(&why);
	arena_free(arena);
	return 0;
}
