/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: any bytes as the text of a program, through the preprocessor alone. The text can
 * include itself as "self" and has a kernel that answers anything.
 */
#include "fuzz.h"

const FuzzTarget fuzz_target = { .is_text = true };

/* A text that includes itself twice is read 5,000 times. */
enum { LARGEST_SELF = 300 };

typedef struct Self {
	const char *text;
	size_t size;
} Self;

static const char *read_self(void *self, const char *path, size_t *size)
{
	const Self *s = self;

	if (!ends_with(path, "self") || s->size > LARGEST_SELF)
		return NULL;
	*size = s->size;
	return s->text;
}

static bool has(void *self, HostQuestion q, const char *a, const char *b)
{
	(void)self;
	return (q + (a ? strlen(a) : 0) + (b ? strlen(b) : 0)) % 2;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const cflags[] = { "-DOPTION=1", "-UNOTHING", "-I", "dir" };
	Arena *arena = arena_new();
	char *text = arena_strndup(arena, (const char *)data, size);
	Self self = { text, size };
	Host host;
	LangOptions options = { .name = "dir/fuzz.c", .cflags = cflags, .n_cflags = 4 };
	Sources sources = { .arena = arena };
	StrBuf out = { 0 };
	Diags diags;

	fuzz_host(&host, size % 4);
	host.self = &self;
	host.read_file = read_self;
	host.has = has;
	diags_init(&diags, arena, &sources);
	lang_preprocess(arena, text, size, &options, &host, &sources, &diags, &out);
	sb_clear(&out);
	diags_render(&diags, &out, false);
	sb_free(&out);
	arena_free(arena);
	return 0;
}
