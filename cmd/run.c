/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bcc run FILE [arguments]: a tool's source is run as the tool; any other program of the dialect is
 * compiled, its programs attached by their names, and its trace output, events and, at the end,
 * maps are shown. FILE may be an object that bcc compile or clang wrote.
 */
#include "cmd.h"

#include "kernel/kernel.h"

#include <stdlib.h>
#include <unistd.h>

typedef struct PlainRun {
	SourceArguments a;
	double duration;
	bool json;
	VEC(AttachRequest) attach; /* --attach */
	int argc;                  /* what follows the file */
	char **argv;
} PlainRun;

/* The arguments of an object that is a tool. -1: go on, else the exit status. */
static int take_tool_arguments(PlainRun *p, Tool *t, const char *file)
{
	StrBuf out = { 0 }, errors = { 0 };
	ParseResult result;

	if (!t->name)
		return !p->argc ? -1 :
			usage_failure("run", "unexpected argument '%s': %s declares no options",
				      p->argv[0], file);
	t->program = t->name;
	result = tool_parse(t, p->argc, p->argv, &out, &errors);
	print_buffer(stdout, &out);
	print_buffer(stderr, &errors);
	switch (result) {
	case PARSE_RUN: return -1;
	case PARSE_DONE: return STATUS_OK;
	case PARSE_USAGE: return STATUS_USAGE;
	default: return STATUS_FAILED;
	}
}

static int show_object(PlainRun *p, const char *name, const BpfObject *object)
{
	const char *missing = kernel_missing_capabilities();
	ToolNames names;
	Error err = { 0 };
	Tool *t;
	int status;

	tool_system_names(&names);
	t = tool_read(p->a.arena, object, &names, &err);
	if (!t) {
		print_error("bcc run", &err);
		return STATUS_FAILED;
	}
	t->program = name;
	status = take_tool_arguments(p, t, name);
	if (status >= 0)
		return status;
	if (*missing) {
		fprintf(stderr, "bcc run: error: %s missing\n"
			"  run it as root, for example with sudo\n", missing);
		return STATUS_FAILED;
	}
	t->json = t->json || p->json;
	for (int i = 0; i < p->attach.n; i++)
		vec_push(p->a.arena, &t->attach, p->attach.v[i]);
	if (p->duration > 0)
		t->duration = p->duration;
	if (tool_start_command(t, &err) || tool_views(t, object, &err) < 0) {
		print_error("bcc run", &err);
		return STATUS_FAILED;
	}
	if (!t->name)
		tool_default_views(t);
	status = tool_run(t, &err, forget_compiler, NULL);
	if (err.code) {
		print_error("bcc run", &err);
		status = STATUS_FAILED;
	}
	error_clear(&err);
	return status;
}

static int run_program(PlainRun *p, const char *file, const char *text, size_t size)
{
	const Host *host = source_host(&p->a);
	BpfCompileOptions options;
	const BpfObject *object;
	BpfCompilation *c;
	int status = STATUS_FAILED;

	if (!host)
		return STATUS_FAILED;
	compile_options(&p->a, file, &options);
	c = bpf_compile_begin(text, size, &options, host);
	object = bpf_compile_diags(c)->errors ? NULL : bpf_compile_finish(c);
	print_diags(bpf_compile_diags(c));
	kernel_release_btf();
	if (object && !bpf_compile_diags(c)->errors)
		status = show_object(p, file, object);
	bpf_compile_free(c);
	return status;
}

static int run_object(PlainRun *p, const char *file)
{
	Error err = { 0 };
	BpfObject *object = bpf_object_read(p->a.arena, file, &err);

	if (object)
		return show_object(p, file, object);
	print_error("bcc run", &err);
	return STATUS_FAILED;
}

/* "opensnoop.bpf.c" -> "opensnoop" */
static const char *program_name(Arena *arena, const char *file)
{
	const char *base = strrchr(file, '/');

	base = base ? base + 1 : file;
	return arena_strndup(arena, base, strcspn(base, "."));
}

static int run_file(PlainRun *p, const char *file)
{
	SourceText source = { .name = file, .flags = p->a.flags.v, .n_flags = p->a.flags.n };
	char *text = read_source("run", file, &source.size);
	int status;

	if (!text)
		return STATUS_FAILED;
	source.text = text;
	if (source.size > 4 && !memcmp(text, "\177ELF", 4))
		status = run_object(p, file);
	else if (is_tool_source(text))
		status = run_tool(program_name(p->a.arena, file), &source, p->argc, p->argv);
	else
		status = run_program(p, file, text, source.size);
	free(text);
	return status;
}

/* A kind says the type of a program, where its text does not. */
static int take_attach(PlainRun *p, const char *text)
{
	AttachRequest request;
	const ProgramTypeInfo *type;

	if (!take_attach_request(p->a.arena, text, &request))
		return -1;
	vec_push(p->a.arena, &p->attach, request);
	type = program_type_info(probe_kind_type(request.target.kind));
	if (type) {
		vec_push(p->a.arena, &p->a.programs, request.program);
		vec_push(p->a.arena, &p->a.programs, type->name);
	}
	return 1;
}

static int take_argument(PlainRun *p, int argc, char **argv, int *i)
{
	const char *word = argv[*i];
	int taken = take_source_argument(&p->a, argc, argv, i);

	if (taken)
		return taken;
	if (!strcmp(word, "--json")) {
		p->json = true;
		return 1;
	}
	if (!strcmp(word, "--attach") && *i + 1 < argc)
		return take_attach(p, argv[++*i]);
	if (starts_with(word, "--attach="))
		return take_attach(p, word + strlen("--attach="));
	if (!strcmp(word, "-d") || !strcmp(word, "--duration")) {
		if (*i + 1 >= argc || !parse_seconds(argv[*i + 1], &p->duration)) {
			usage_failure("run", "%s: a number of seconds is missing", word);
			return -1;
		}
		(*i)++;
		return 1;
	}
	usage_failure("run", "unknown option %s", word);
	return -1;
}

int cmd_run(int argc, char **argv)
{
	PlainRun p = { .a = { .command = "run" } };
	int status, i;

	p.a.arena = arena_new();
	for (i = 1; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
		if (!strcmp(argv[i], "--")) {
			i++;
			break;
		}
		if (take_argument(&p, argc, argv, &i) < 0)
			return STATUS_USAGE;
	}
	if (i >= argc)
		return usage_failure("run", "which file?");
	p.argc = argc - i - 1;
	p.argv = argv + i + 1;
	status = run_file(&p, argv[i]);
	arena_free(p.a.arena);
	return status;
}
