/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running a tool from its source: its declarations give the command line, the command line gives
 * the constants, with them it is compiled, and the toolkit runs the object. Options that the
 * preprocessor must know make it read the source a second time.
 */
#include "cmd.h"

#include "kernel/kernel.h"

#include <stdlib.h>
#include <unistd.h>

const EmbeddedTool *embedded_tool(const char *name)
{
	for (int i = 0; i < embedded_tool_count; i++)
		if (!strcmp(embedded_tools[i].name, name))
			return &embedded_tools[i];
	return NULL;
}

bool is_tool_source(const char *text)
{
	return strstr(text, "\nTOOL(") || starts_with(text, "TOOL(");
}

typedef struct ToolRun {
	const char *program;
	const SourceText *source;
	int argc;
	char **argv;
	Arena *arena;
	Host host;
	ToolNames names;
	BpfCompilation *compilation;
	Tool *tool;
	ParseResult parsed;
} ToolRun;

/* Reads declarations and the command line; extra: -DOPTION_x. False: nothing can be run. */
static bool read_declarations(ToolRun *r, const char **extra, int n_extra)
{
	const SourceText *s = r->source;
	VEC(const char *) flags = { 0 };
	BpfCompileOptions options = { .optimise = 2 };
	StrBuf out = { 0 }, errors = { 0 };
	const BpfObject *declarations;
	Error err = { 0 };

	for (int i = 0; i < s->n_flags; i++)
		vec_push(r->arena, &flags, s->flags[i]);
	for (int i = 0; i < n_extra; i++)
		vec_push(r->arena, &flags, extra[i]);
	options.lang.name = s->name;
	options.lang.cflags = flags.v;
	options.lang.n_cflags = flags.n;
	bpf_compile_free(r->compilation);
	r->compilation = bpf_compile_begin(s->text, s->size, &options, &r->host);
	declarations = bpf_compile_outline(r->compilation);
	if (!declarations)
		return false;
	r->tool = tool_read(r->arena, declarations, &r->names, &err);
	if (!r->tool) {
		print_error(r->program, &err);
		return false;
	}
	r->tool->program = r->program;
	r->parsed = tool_parse(r->tool, r->argc, r->argv, &out, &errors);
	print_buffer(stdout, &out);
	print_buffer(stderr, &errors);
	return true;
}

static void bind_constant(void *self, const char *name, int64_t value)
{
	ToolRun *r = self;

	bpf_compile_bind(r->compilation, name, value);
}

/* Status of a failure, if the tool has one of its own. */
static int status_of(const Tool *t, const char *key)
{
	const char *text = tags_get(t, &t->tags, key);
	int64_t status;

	return text && parse_number(text, &status) ? (int)status : STATUS_FAILED;
}

static int check_privileges(const ToolRun *r)
{
	const char *missing = kernel_missing_capabilities();

	if (!*missing)
		return STATUS_OK;
	fprintf(stderr, "%s: error: %s missing\n  run it as root, for example with sudo\n",
		r->program, missing);
	return status_of(r->tool, "status_no_root");
}

static int run_compiled(ToolRun *r)
{
	const BpfObject *object;
	Error err = { 0 };
	int status;

	if (tool_start_command(r->tool, &err)) {
		print_error(r->program, &err);
		return STATUS_FAILED;
	}
	tool_each_constant(r->tool, bind_constant, r);
	object = bpf_compile_finish(r->compilation);
	if (bpf_compile_diags(r->compilation)->errors || !object) {
		print_diags(bpf_compile_diags(r->compilation));
		return STATUS_FAILED;
	}
	object = bpf_object_copy(r->arena, object);
	bpf_compile_free(r->compilation);
	r->compilation = NULL;
	kernel_release_btf();
	if (tool_views(r->tool, object, &err) < 0) {
		print_error(r->program, &err);
		return STATUS_FAILED;
	}
	status = tool_run(r->tool, &err, forget_compiler, NULL);
	if (err.code) {
		print_error(r->program, &err);
		status = status_of(r->tool, "status_load");
	}
	error_clear(&err);
	return status;
}

static int status_of_parse(ParseResult result)
{
	switch (result) {
	case PARSE_USAGE: return STATUS_USAGE;
	case PARSE_REFUSED: return STATUS_FAILED;
	default: return STATUS_OK;
	}
}

static int compile_and_run(ToolRun *r)
{
	const char **defines;
	int n, status;

	if (!read_declarations(r, NULL, 0)) {
		print_diags(bpf_compile_diags(r->compilation));
		return STATUS_FAILED;
	}
	n = r->parsed == PARSE_RUN ? tool_defines(r->tool, r->arena, &defines) : 0;
	if (n && !read_declarations(r, defines, n)) {
		print_diags(bpf_compile_diags(r->compilation));
		return STATUS_FAILED;
	}
	if (r->parsed != PARSE_RUN)
		return status_of_parse(r->parsed);
	if (r->tool->print_source) {
		fwrite(r->source->text, 1, r->source->size, stdout);
		return STATUS_OK;
	}
	status = check_privileges(r);
	if (status)
		return status;
	if (bpf_compile_diags(r->compilation)->errors) {
		print_diags(bpf_compile_diags(r->compilation));
		return STATUS_FAILED;
	}
	return run_compiled(r);
}

int run_tool(const char *program, const SourceText *source, int argc, char **argv)
{
	ToolRun r = { .program = program, .source = source, .argc = argc, .argv = argv };
	int status;

	r.arena = arena_new();
	kernel_host(&r.host);
	tool_system_names(&r.names);
	status = compile_and_run(&r);
	bpf_compile_free(r.compilation);
	arena_free(r.arena);
	return status;
}
