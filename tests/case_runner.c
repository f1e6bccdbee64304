/* SPDX-License-Identifier: Apache-2.0 */
/*
 * case_runner FILE...: one-file cases of the language. A case is a program with directives in its
 * leading // comments; all must hold. One line "ok NAME" or "not ok NAME" a case.
 *
 *   error: LINE TAG       exactly these errors (and these warnings) are reported, nothing is loaded
 *   warning: LINE TAG
 *   message: TEXT         some diagnostic's message or hint contains TEXT
 *   loads                 every program is accepted by this kernel (the default without `run`)
 *   compiles              only compiled: the kernel at hand may lack what it needs
 *   since: MAJOR.MINOR    not run on an older kernel
 *   run: PROGRAM = N      BPF_PROG_TEST_RUN returns N (several; in order; maps keep their values)
 *   type: NAME            program type for the functions that have none by name (default xdp)
 *   input: HEX            packet for the runs that follow (default 64 zero bytes)
 *   args: N N ...         raw tracepoint arguments for the runs that follow
 *   user: TEXT            puts TEXT into this process's memory; as an argument it is written &user
 *   output: HEX           the packet after the last run begins with these bytes
 *   map: NAME[KEY] = N    after all runs, integers of the map's own sizes; "none" for no such key
 *   global: NAME = N      value of a global variable after all runs
 *   option: NAME = N      binds a `const volatile` global before code is made
 *   flag: -DX             a compiler option
 *   program: NAME TYPE    as --program NAME=TYPE
 *   kernel: A.B           compiled for this version, whatever the running kernel has
 *   insns: PROGRAM <= N   the program has at most N instructions
 */
#include "bpf/compile.h"
#include "kernel/kernel.h"
#include "runtime/runtime.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>

enum { MAX_DIRECTIVES = 64, PACKET_MAX = 1500 };

typedef struct Case {
	const char *path;
	char *text;
	size_t size;
	int n;
	struct { char name[16]; char value[256]; } directives[MAX_DIRECTIVES];
	uint8_t packet[PACKET_MAX];
	size_t packet_size;
	uint64_t args[12];
	int n_args;
	char user[256];
	bool failed;
} Case;

static void fail(Case *c, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void fail(Case *c, const char *fmt, ...)
{
	va_list ap;

	c->failed = true;
	printf("# %s: ", c->path);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

static void read_directives(Case *c)
{
	for (const char *p = c->text; p && !strncmp(p, "//", 2); p = strchr(p, '\n'), p = p ? p + 1 : p) {
		int used = 0;

		if (c->n == MAX_DIRECTIVES)
			abort();
		if (sscanf(p, "// %15[a-z]:%n", c->directives[c->n].name, &used) == 1 && used) {
			size_t n = strcspn(p + used, "\n");

			while (n && p[used] == ' ')
				used++, n--;
			snprintf(c->directives[c->n].value, sizeof(c->directives[0].value), "%.*s",
				 (int)n, p + used);
			c->n++;
		} else if (sscanf(p, "// %15[a-z]%n", c->directives[c->n].name, &used) == 1 &&
			   p[used] == '\n') {
			c->n++;
		}
	}
}

static bool has(const Case *c, const char *name)
{
	for (int i = 0; i < c->n; i++) {
		if (!strcmp(c->directives[i].name, name))
			return true;
	}
	return false;
}

/* Diagnostics ---------------------------------------------------------------------------------- */

static bool take_expected(Case *c, bool *met, int line, const char *tag, Severity severity)
{
	for (int i = 0; i < c->n; i++) {
		char want[64];
		int want_line;

		if (met[i] || strcmp(c->directives[i].name, severity == SEV_ERROR ? "error" : "warning"))
			continue;
		if (sscanf(c->directives[i].value, "%d %63s", &want_line, want) == 2 &&
		    want_line == line && !strcmp(want, tag))
			return met[i] = true;
	}
	return false;
}

static bool says(const Diags *d, const char *text)
{
	for (int i = 0; i < d->list.n; i++) {
		if (strstr(d->list.v[i]->message, text) ||
		    (d->list.v[i]->hint && strstr(d->list.v[i]->hint, text)))
			return true;
	}
	return false;
}

static void check_diagnostics(Case *c, const BpfCompilation *compilation)
{
	const Diags *d = bpf_compile_diags(compilation);
	bool met[MAX_DIRECTIVES] = { 0 }, all = true;

	for (int i = 0; i < d->list.n; i++) {
		const Diag *diag = d->list.v[i];
		SourcePos pos = { 0 };

		sources_resolve(d->sources, diag->loc, &pos);
		if (diag->severity != SEV_NOTE &&
		    !take_expected(c, met, pos.line, diag_tag_name(diag->tag), diag->severity)) {
			fail(c, "not expected: line %d %s", pos.line, diag_tag_name(diag->tag));
			all = false;
		}
	}
	for (int i = 0; i < c->n; i++) {
		const char *name = c->directives[i].name;

		if ((!strcmp(name, "error") || !strcmp(name, "warning")) && !met[i]) {
			fail(c, "not reported: %s %s", name, c->directives[i].value);
			all = false;
		}
		if (!strcmp(name, "message") && !says(d, c->directives[i].value))
			fail(c, "no diagnostic says: %s", c->directives[i].value);
	}
	if (!all) {
		StrBuf out = { 0 };

		diags_render(d, &out, false);
		fputs(out.p ? out.p : "", stdout);
		sb_free(&out);
	}
}

/* Runs ----------------------------------------------------------------------------------------- */

static size_t read_hex(const char *s, uint8_t *out, size_t max)
{
	size_t n = 0;
	unsigned byte;
	int used;

	while (n < max && sscanf(s, " %2x%n", &byte, &used) == 1) {
		out[n++] = (uint8_t)byte;
		s += used;
	}
	return n;
}

static void read_args(Case *c, const char *s)
{
	char word[32];
	int used;

	for (c->n_args = 0; c->n_args < 12 && sscanf(s, "%31s%n", word, &used) == 1; s += used)
		c->args[c->n_args++] = !strcmp(word, "&user") ? (uint64_t)(uintptr_t)c->user
							      : strtoull(word, NULL, 0);
}

/* The program's own type, else the one that the case names, else XDP. */
static int program_type(const Case *c, const BpfObject *o, int program)
{
	const ProgramTypeInfo *type = program_type_by_name(STR("xdp"));

	for (int i = 0; i < c->n; i++) {
		if (!strcmp(c->directives[i].name, "type"))
			type = program_type_by_name(str_of(c->directives[i].value));
	}
	return o->programs.v[program].type || !type ? o->programs.v[program].type : type->type;
}

static void run_once(Case *c, Module *m, const char *value)
{
	char name[64], want[64];
	uint8_t out[PACKET_MAX + 256];
	int program;
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	if (sscanf(value, "%63s = %63s", name, want) != 2) {
		fail(c, "bad directive run: %s", value);
		return;
	}
	program = runtime_find_program(m, name);
	if (program < 0) {
		fail(c, "no program %s", name);
		return;
	}
	if (program_type(c, runtime_object(m), program) == BPF_PROG_TYPE_RAW_TRACEPOINT) {
		opts.ctx_in = c->args;
		opts.ctx_size_in = (uint32_t)c->n_args * 8;
	} else {
		opts.data_in = c->packet;
		opts.data_size_in = (uint32_t)c->packet_size;
		opts.data_out = out;
		opts.data_size_out = sizeof(out);
	}
	if (bpf_prog_test_run_opts(runtime_program_fd(m, program), &opts)) {
		fail(c, "test run of %s: %s", name, strerror(errno));
		return;
	}
	if (opts.retval != (uint32_t)strtoll(want, NULL, 0))
		fail(c, "%s returned %d (%#x), not %s", name, (int)opts.retval, opts.retval, want);
	if (opts.data_out && opts.data_size_out <= PACKET_MAX) {
		memcpy(c->packet, out, opts.data_size_out);
		c->packet_size = opts.data_size_out;
	}
}

static void check_map(Case *c, Module *m, const char *value)
{
	char name[64], key[64], want[64];
	uint8_t key_bytes[512] = { 0 }, *value_bytes;
	uint64_t number, got = 0;
	const BpfMap *map;
	int index, err;

	if (sscanf(value, "%63[^[][%63[^]]] = %63s", name, key, want) != 3 ||
	    (index = runtime_find_map(m, name)) < 0) {
		fail(c, "bad directive map: %s", value);
		return;
	}
	map = &runtime_object(m)->maps.v[index];
	number = strtoull(key, NULL, 0);
	memcpy(key_bytes, &number, map->key_size < 8 ? map->key_size : 8);
	value_bytes = calloc(1, runtime_map_value_bytes(m, index) + 8);
	err = runtime_map_lookup(m, index, key_bytes, value_bytes);
	memcpy(&got, value_bytes, map->value_size < 8 ? map->value_size : 8);
	free(value_bytes);
	if (!strcmp(want, "none")) {
		if (!err)
			fail(c, "%s[%s] exists", name, key);
	} else if (err || got != strtoull(want, NULL, 0)) {
		fail(c, "%s[%s] is %llu (error %d), not %s", name, key, (unsigned long long)got, err, want);
	}
}

static void check_global(Case *c, Module *m, const char *value)
{
	char name[64], want[64];
	uint64_t got;

	if (sscanf(value, "%63s = %63s", name, want) != 2) {
		fail(c, "bad directive global: %s", value);
		return;
	}
	for (size_t size = 8; size; size /= 2) {
		got = 0;
		if (runtime_get_global(m, name, &got, size) == 0) {
			if (got != (strtoull(want, NULL, 0) & (~0ull >> (64 - size * 8))))
				fail(c, "%s is %llu, not %s", name, (unsigned long long)got, want);
			return;
		}
	}
	fail(c, "no global %s", name);
}

static void check_output(Case *c, const char *value)
{
	uint8_t want[PACKET_MAX];
	size_t n = read_hex(value, want, sizeof(want));

	if (n > c->packet_size || memcmp(want, c->packet, n))
		fail(c, "the packet does not begin with %s", value);
}

static void check_insns(Case *c, const BpfObject *o, const char *value)
{
	char name[64];
	int limit;

	if (sscanf(value, "%63s <= %d", name, &limit) != 2)
		fail(c, "bad directive insns: %s", value);
	for (int i = 0; i < o->programs.n; i++) {
		if (!strcmp(o->programs.v[i].name, name) && o->programs.v[i].insns.n > limit)
			fail(c, "%s has %d instructions", name, o->programs.v[i].insns.n);
	}
}

static void set_types(const Case *c, Module *m)
{
	const BpfObject *o = runtime_object(m);

	for (int i = 0; i < o->programs.n; i++)
		if (!o->programs.v[i].type)
			runtime_set_program_type(m, i, program_type(c, o, i), -1);
}

static void load_and_run(Case *c, const BpfObject *o)
{
	Module *m = runtime_new(o, NULL);
	Error err = { 0 };

	set_types(c, m);
	if (runtime_load(m, &err) < 0) {
		fail(c, "load: %s\n%s\n%s", err.message, err.remedy, err.log ? err.log : "");
		error_clear(&err);
		runtime_free(m);
		return;
	}
	for (int i = 0; i < c->n; i++) {
		const char *name = c->directives[i].name, *value = c->directives[i].value;

		if (!strcmp(name, "input"))
			c->packet_size = read_hex(value, c->packet, sizeof(c->packet));
		else if (!strcmp(name, "args"))
			read_args(c, value);
		else if (!strcmp(name, "user"))
			snprintf(c->user, sizeof(c->user), "%s", value);
		else if (!strcmp(name, "run"))
			run_once(c, m, value);
		else if (!strcmp(name, "map"))
			check_map(c, m, value);
		else if (!strcmp(name, "global"))
			check_global(c, m, value);
		else if (!strcmp(name, "output"))
			check_output(c, value);
		else if (!strcmp(name, "insns"))
			check_insns(c, o, value);
	}
	runtime_free(m);
}


/* What the directives say of how to compile. `types` are pairs of name and type. */
static void set_options(Case *c, BpfCompileOptions *options, Host *host, const char **flags,
			const char **types)
{
	options->lang.cflags = flags;
	options->program_types = types;
	for (int i = 0; i < c->n; i++) {
		const char *name = c->directives[i].name;
		char *value = c->directives[i].value, *space = strchr(value, ' ');
		unsigned major, minor;

		if (!strcmp(name, "flag")) {
			flags[options->lang.n_cflags++] = value;
		} else if (!strcmp(name, "program") && space) {
			*space = '\0';
			types[2 * options->n_program_types] = value;
			types[2 * options->n_program_types++ + 1] = space + 1;
		} else if (!strcmp(name, "kernel") && sscanf(value, "%u.%u", &major, &minor) == 2) {
			host->kernel_version = major << 16 | minor << 8;
			host->has = NULL;
		}
	}
}

static void run_case(Case *c)
{
	const char *flags[MAX_DIRECTIVES], *types[2 * MAX_DIRECTIVES];
	BpfCompileOptions options = { .lang = { .name = c->path },
				      .optimise = getenv("CASE_O0") ? 0 : 2, .check_ir = true };
	BpfCompilation *compilation;
	const BpfObject *object = NULL;
	Host host = { 0 };

	kernel_host(&host);
	set_options(c, &options, &host, flags, types);
	compilation = bpf_compile_begin(c->text, c->size, &options, &host);
	for (int i = 0; i < c->n; i++) {
		char name[64];
		long long value;

		if (!strcmp(c->directives[i].name, "option") &&
		    (sscanf(c->directives[i].value, "%63s = %lli", name, &value) != 2 ||
		     !bpf_compile_bind(compilation, name, value)))
			fail(c, "cannot bind: %s", c->directives[i].value);
	}
	object = bpf_compile_finish(compilation);
	check_diagnostics(c, compilation);
	if (!has(c, "error") && !object && !c->failed)
		fail(c, "no object, but no error either");
	if (has(c, "error") && object)
		fail(c, "an object was made although errors were expected");
	if (object && !c->failed && !has(c, "compiles"))
		load_and_run(c, object);
	bpf_compile_free(compilation);
}

static const char *case_name(const char *path)
{
	static char name[256];
	const char *p = strstr(path, "cases/");

	snprintf(name, sizeof(name), "%s", p ? p + 6 : path);
	if (ends_with(name, ".c"))
		name[strlen(name) - 2] = '\0';
	return name;
}

static bool is_too_new(const Case *c)
{
	for (int i = 0; i < c->n; i++) {
		unsigned major, minor;

		if (!strcmp(c->directives[i].name, "since") &&
		    sscanf(c->directives[i].value, "%u.%u", &major, &minor) == 2)
			return kernel_version() < (major << 16 | minor << 8);
	}
	return false;
}

int main(int argc, char **argv)
{
	int failed = 0;

	for (int i = 1; i < argc; i++) {
		Case *c = calloc(1, sizeof(*c));

		c->path = argv[i];
		c->packet_size = 64;
		c->text = file_read(argv[i], &c->size);
		if (!c->text) {
			fail(c, "%s", strerror(errno));
		} else {
			read_directives(c);
			if (!is_too_new(c))
				run_case(c);
		}
		printf("%s %s\n", is_too_new(c) ? "#" : c->failed ? "not ok" : "ok", case_name(argv[i]));
		fflush(stdout);
		failed |= c->failed;
		free(c->text);
		free(c);
	}
	return failed;
}
