/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: any bytes as a program, through lexer, preprocessor, parser and dialect. What comes
 * out, a tree or diagnostics, is printed as well, so that every node is visited. */
#include "fuzz.h"

const FuzzTarget fuzz_target = { .is_text = true };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena *arena = arena_new();
	char *text = arena_strndup(arena, (const char *)data, size);
	LangOptions options = { .name = "fuzz.c" };
	Sources sources = { .arena = arena };
	StrBuf out = { 0 };
	Diags diags;
	Unit *unit;
	Host host;

	fuzz_host(&host, size % 4);
	diags_init(&diags, arena, &sources);
	unit = lang_parse(arena, text, size, &options, &host, &sources, &diags);
	if (!diags.errors)
		lang_print_unit(unit, &out);
	diags_render(&diags, &out, false);
	sb_free(&out);
	arena_free(arena);
	return 0;
}
