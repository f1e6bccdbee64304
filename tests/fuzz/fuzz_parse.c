/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: any bytes as a program, through lexer, preprocessor, parser and dialect. What comes
 * out, a tree or diagnostics, is printed as well, so that every node is visited. */
#include "lang/lang.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool has(void *self, HostQuestion q, const char *a, const char *b)
{
	(void)self;
	return (q + (a ? strlen(a) : 0) + (b ? strlen(b) : 0)) % 2;
}

static const char *tracepoint_format(void *self, const char *category, const char *event)
{
	(void)self;
	if (strcmp(category, "sched"))
		return NULL;
	return *event == 's' ? "name: sched_switch\nID: 1\nformat:\n"
	       "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n\n"
	       "\tfield:char prev_comm[16];\toffset:8;\tsize:16;\tsigned:0;\n"
	       "\tfield:pid_t prev_pid;\toffset:24;\tsize:4;\tsigned:1;\n"
	       "\tfield:__data_loc char[] file;\toffset:28;\tsize:4;\tsigned:1;\n" : NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena *arena = arena_new();
	char *text = arena_strndup(arena, (const char *)data, size);
	Host host = { .has = has, .tracepoint_format = tracepoint_format, .kernel_version = 0x60100,
		      .cpus_possible = 2, .cpus_online = 2 };
	LangOptions options = { .name = "fuzz.c" };
	Sources sources = { .arena = arena };
	StrBuf out = { 0 };
	Diags diags;
	Unit *unit;

	diags_init(&diags, arena, &sources);
	unit = lang_parse(arena, text, size, &options, &host, &sources, &diags);
	if (!diags.errors)
		lang_print_unit(unit, &out);
	diags_render(&diags, &out, false);
	sb_free(&out);
	arena_free(arena);
	return 0;
}
