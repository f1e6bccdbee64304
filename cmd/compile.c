/* SPDX-License-Identifier: Apache-2.0 */
/* bcc compile FILE -o OUT.o, and bcc check FILE...: the compiler without loading anything. */
#include "cmd.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

/* Compiles one file; out NULL: only checks. */
static int compile_file(SourceArguments *a, const char *file, const char *out)
{
	const Host *host = source_host(a);
	BpfCompileOptions options;
	const BpfObject *object;
	BpfCompilation *c;
	int status = STATUS_OK;
	size_t size;
	char *text;

	if (!host || !(text = read_source(a->command, file, &size)))
		return STATUS_FAILED;
	compile_options(a, file, &options);
	c = bpf_compile_begin(text, size, &options, host);
	object = bpf_compile_diags(c)->errors ? NULL : bpf_compile_finish(c);
	print_diags(bpf_compile_diags(c));
	if (!object || bpf_compile_diags(c)->errors) {
		status = STATUS_FAILED;
	} else if (out) {
		Error err = { 0 };

		if (bpf_object_write(object, out, &err)) {
			print_error("bcc compile", &err);
			status = STATUS_FAILED;
		}
		error_clear(&err);
	}
	bpf_compile_free(c);
	free(text);
	return status;
}

/* Takes options and files; -1 after a usage error. */
static int take_arguments(SourceArguments *a, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		int taken = take_source_argument(a, argc, argv, &i);

		if (taken < 0)
			return -1;
		if (taken)
			continue;
		if (!strncmp(argv[i], "-o", 2) && !strcmp(a->command, "compile")) {
			if (argv[i][2])
				a->output = argv[i] + 2;
			else if (i + 1 < argc)
				a->output = argv[++i];
		} else if (argv[i][0] == '-' && argv[i][1]) {
			usage_failure(a->command, "unknown option %s", argv[i]);
			return -1;
		} else {
			vec_push(a->arena, &a->files, argv[i]);
		}
	}
	return 0;
}

/* dir/name.bpf.c -> name.bpf.o in the current directory, as compilers do. */
static const char *default_output(Arena *arena, const char *file)
{
	const char *base = strrchr(file, '/'), *dot;

	base = base ? base + 1 : file;
	dot = strrchr(base, '.');
	if (!dot)
		dot = base + strlen(base);
	return arena_printf(arena, "%.*s.o", (int)(dot - base), base);
}

int cmd_compile(int argc, char **argv)
{
	SourceArguments a = { .command = "compile", .arena = arena_new() };
	int status;

	if (take_arguments(&a, argc, argv))
		status = STATUS_USAGE;
	else if (a.files.n != 1)
		status = usage_failure("compile", a.files.n ? "one file at a time" : "which file?");
	else
		status = compile_file(&a, a.files.v[0], a.output ? a.output :
				      default_output(a.arena, a.files.v[0]));
	arena_free(a.arena);
	return status;
}

int cmd_check(int argc, char **argv)
{
	SourceArguments a = { .command = "check", .arena = arena_new() };
	int status = STATUS_OK;

	if (take_arguments(&a, argc, argv))
		status = STATUS_USAGE;
	else if (!a.files.n)
		status = usage_failure("check", "which file?");
	for (int i = 0; i < a.files.n && status != STATUS_USAGE; i++)
		if (compile_file(&a, a.files.v[i], NULL))
			status = STATUS_FAILED;
	arena_free(a.arena);
	return status;
}
