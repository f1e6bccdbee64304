/* SPDX-License-Identifier: Apache-2.0 */
/* Options that compile, check, dump and run share, and reading sources. */
#include "cmd.h"

#include "kernel/kernel.h"

#include <errno.h>
#include <stdlib.h>

/* "NAME=TYPE" */
static int take_program(SourceArguments *a, const char *text)
{
	const char *equals = strchr(text, '=');

	if (!equals || equals == text || !program_type_by_name(str_of(equals + 1))) {
		usage_failure(a->command, "--program %s: NAME=TYPE expected, TYPE being kprobe, "
			      "tracepoint, xdp, socket_filter, ...", text);
		return -1;
	}
	vec_push(a->arena, &a->programs, arena_strndup(a->arena, text, (size_t)(equals - text)));
	vec_push(a->arena, &a->programs, equals + 1);
	return 1;
}

/* The value of an option: after '=' or in the next word; NULL after a usage error. */
static const char *option_word(SourceArguments *a, int argc, char **argv, int *i, size_t name)
{
	const char *word = argv[*i];

	if (word[name] == '=')
		return word + name + 1;
	if (*i + 1 < argc)
		return argv[++*i];
	usage_failure(a->command, "%s: a value is missing", word);
	return NULL;
}

static bool is_long(const char *word, const char *name)
{
	size_t n = strlen(name);

	return !strncmp(word, name, n) && (!word[n] || word[n] == '=');
}

static int take_flag_word(SourceArguments *a, int argc, char **argv, int *i)
{
	const char *word = argv[*i];

	if (word[2]) {
		vec_push(a->arena, &a->flags, word);
		return 1;
	}
	if (*i + 1 >= argc) {
		usage_failure(a->command, "%s: a value is missing", word);
		return -1;
	}
	vec_push(a->arena, &a->flags, arena_printf(a->arena, "%s%s", word, argv[++*i]));
	return 1;
}

int take_source_argument(SourceArguments *a, int argc, char **argv, int *i)
{
	const char *word = argv[*i], *value;

	if (word[0] != '-' || !word[1])
		return 0;
	if (word[1] == 'D' || word[1] == 'I' || word[1] == 'U')
		return take_flag_word(a, argc, argv, i);
	if (!strcmp(word, "-include") && *i + 1 < argc) {
		vec_push(a->arena, &a->flags, word);
		vec_push(a->arena, &a->flags, argv[++*i]);
		return 1;
	}
	if (word[1] == 'W' || !strcmp(word, "-w")) {
		vec_push(a->arena, &a->flags, word);
		return 1;
	}
	if (!strcmp(word, "-v") || !strcmp(word, "--verbose")) {
		a->verbose++;
		return 1;
	}
	if (is_long(word, "--program")) {
		value = option_word(a, argc, argv, i, strlen("--program"));
		return value ? take_program(a, value) : -1;
	}
	if (is_long(word, "--btf") && strcmp(a->command, "dump")) {
		a->btf = option_word(a, argc, argv, i, strlen("--btf"));
		return a->btf ? 1 : -1;
	}
	return 0;
}

static char *read_stream(FILE *f, size_t *size)
{
	StrBuf text = { 0 };
	char chunk[4096];
	size_t n;

	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		sb_add(&text, chunk, n);
	*size = text.n;
	return text.p ? text.p : strdup("");
}

char *read_source(const char *command, const char *path, size_t *size)
{
	char *text;

	if (!strcmp(path, "-"))
		return read_stream(stdin, size);
	text = file_read(path, size);
	if (!text)
		fprintf(stderr, "bcc %s: cannot read %s: %s\n", command, path, strerror(errno));
	return text;
}

void compile_options(const SourceArguments *a, const char *name, BpfCompileOptions *out)
{
	BpfCompileOptions options = {
		.lang = { .name = name, .cflags = a->flags.v, .n_cflags = a->flags.n },
		.optimise = 2,
		.program_types = a->programs.v,
		.n_program_types = a->programs.n / 2,
	};

	*out = options;
}

/* --btf: the types of another kernel. */
static const Btf *given_btf;

static const Btf *file_btf(void *self)
{
	(void)self;
	return given_btf;
}

const Host *source_host(const SourceArguments *a)
{
	static Host host;
	Error err = { 0 };
	size_t size;
	char *blob;

	kernel_host(&host);
	if (!a || !a->btf)
		return &host;
	blob = file_read(a->btf, &size);
	if (!blob) {
		error_errno(&err, errno, "cannot read %s", a->btf);
		print_error("bcc", &err);
		return NULL;
	}
	given_btf = btf_open(a->arena, blob, size, NULL, &err);
	if (!given_btf) {
		error_context(&err, "%s", a->btf);
		print_error("bcc", &err);
		return NULL;
	}
	host.btf = file_btf;
	return &host;
}
