/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: any bytes as the command line of a tool with options of every kind, one argument a
 * line. What is taken is asked for as help, conditions, templates and constants.
 */
#include "fuzz.h"
#include "bpf/compile.h"
#include "toolkit/toolkit.h"

#include <stdlib.h>

enum { MAX_ARGUMENTS = 200 };

static const char program[] =
	"#include <bcc/tool.h>\n"
	"TOOL(\"probe\", \"Test things.\");\n"
	"EXAMPLE(\"probe -x\", \"only failures\");\n"
	"FLAG(failed, 'x', \"failures\");\n"
	"FLAG(print_uid, 'U', \"UID column\");\n"
	"FLAG(print_cpu, 'C', \"CPU column\") DEFINES;\n"
	"OPTION(pid_t, pid, 'p', \"PID\", \"this process\");\n"
	"OPTION_DEFAULT(uid_t, uid, -1, 'u', \"USER\", \"user\");\n"
	"OPTION(seconds_t, duration, 'd', \"SECONDS\", \"how long\") ROLE(duration);\n"
	"OPTION(ports_t, ports, 'P', \"PORTS\", \"ports\") ALIAS(\"port\");\n"
	"OPTION(open_flags_t, flag_filter, 'f', \"O_FLAG\", \"flags\");\n"
	"OPTION(errno_t, error, 'e', \"ERRNO\", \"error\");\n"
	"OPTION(text_t, label, 'n', \"LABEL\", \"label\");\n"
	"OPTION(pattern_t, line, 'L', \"REGEX\", \"lines\");\n"
	"OPTION_DEFAULT(u8, level, 3, 'l', \"N\", \"level\");\n"
	"EXCLUSIVE(print_uid, print_cpu);\n"
	"EXEC(pid);\n"
	"BANNER(\"Tracing {?failed:failed }things, {pid}, {duration}\");\n";

static const uint8_t *seed(size_t *size)
{
	static const char arguments[] = "-xU\n-p\n42\n--dur=1.5\n--port\n80,443\n-fO_CREAT\n-e\nENOENT\n"
					"--uid\nroot\n--level\n200\n-nname\n1\n10\n";

	*size = sizeof(arguments) - 1;
	return (const uint8_t *)arguments;
}

const FuzzTarget fuzz_target = { .is_text = true, .seed = seed };

static const BpfObject *declarations(void)
{
	static const BpfCompileOptions options = { .lang.name = "probe.c" };
	static BpfCompilation *c;
	Host host;

	if (!c) {
		fuzz_host(&host, 0);
		c = bpf_compile_begin(program, sizeof(program) - 1, &options, &host);
		if (!bpf_compile_declarations(c)) {
			StrBuf out = { 0 };

			diags_render(bpf_compile_diags(c), &out, false);
			fputs(out.p ? out.p : "", stderr);
			abort();
		}
	}
	return bpf_compile_declarations(c);
}

static bool login(void *self, const char *name, uint32_t *uid)
{
	(void)self;
	*uid = 1000;
	return !strcmp(name, "root");
}

static void count_constant(void *self, const char *name, int64_t value)
{
	*(int64_t *)self += value ^ (int64_t)strlen(name);
}

static void ask(Tool *t, const char *condition)
{
	StrBuf out = { 0 };
	const char **defines;
	int64_t sum = 0;

	tool_condition(t, condition);
	tool_template(t, condition, &out);
	tool_help(t, &out);
	tool_usage(t, &out);
	tool_defines(t, t->arena, &defines);
	tool_each_constant(t, count_constant, &sum);
	sb_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const BpfObject *o = declarations();
	Arena *arena = arena_new();
	char *text = arena_strndup(arena, (const char *)data, size), *argv[MAX_ARGUMENTS];
	ToolNames names = { .uid = login };
	Tool *t = tool_read(arena, o, &names, NULL);
	StrBuf out = { 0 }, errors = { 0 };
	int argc = 0;

	if (!t)
		abort();
	t->program = "probe";
	for (char *p = strtok(text, "\n"); p && argc < MAX_ARGUMENTS; p = strtok(NULL, "\n"))
		argv[argc++] = p;
	tool_parse(t, argc, argv, &out, &errors);
	ask(t, argc ? argv[argc - 1] : "");
	sb_free(&out);
	sb_free(&errors);
	arena_free(arena);
	return 0;
}
