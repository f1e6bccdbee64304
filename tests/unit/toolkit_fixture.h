/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tool without a compiler: BTF written by hand as the compiler writes it for declarations of
 * bcc/tool.h, for the tests of src/toolkit.
 */
#ifndef TOOLKIT_FIXTURE_H
#define TOOLKIT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "toolkit/toolkit.h"

typedef struct Fixture {
	Arena *arena;
	BtfWriter *w;
	BpfObject object;
	uint32_t t_u8, t_u16, t_u32, t_u64, t_int, t_char, t_bool;
	const char *unit_tags[64];
	int n_unit_tags;
} Fixture;

static inline void fixture_begin(Fixture *f)
{
	memset(f, 0, sizeof(*f));
	f->arena = arena_new();
	f->w = btf_writer_new(f->arena);
	f->t_u8 = btf_add_int(f->w, "unsigned char", 1, 0, 8);
	f->t_u16 = btf_add_int(f->w, "unsigned short", 2, 0, 16);
	f->t_u32 = btf_add_int(f->w, "unsigned int", 4, 0, 32);
	f->t_u64 = btf_add_int(f->w, "unsigned long long", 8, 0, 64);
	f->t_int = btf_add_int(f->w, "int", 4, BTF_INT_SIGNED, 32);
	f->t_char = btf_add_int(f->w, "char", 1, BTF_INT_SIGNED, 8);
	f->t_bool = btf_add_int(f->w, "_Bool", 1, BTF_INT_BOOL, 8);
}

static inline uint32_t fixture_typedef(Fixture *f, const char *name, uint32_t type)
{
	return btf_add_ref(f->w, BTF_KIND_TYPEDEF, name, type);
}

static inline uint32_t fixture_chars(Fixture *f, const char *name, uint32_t n)
{
	uint32_t array = btf_add_array(f->w, f->t_char, f->t_u32, n);

	return name ? fixture_typedef(f, name, array) : array;
}

/* Tags: a list that ends with NULL. */
static inline void fixture_tags(Fixture *f, uint32_t id, int component, const char *const *tags)
{
	for (; *tags; tags++)
		btf_add_decl_tag(f->w, *tags, id, component);
}

static inline void fixture_option(Fixture *f, const char *name, uint32_t type,
				  const char *const *tags)
{
	uint32_t v = btf_add_ref(f->w, BTF_KIND_VOLATILE, "", type);
	uint32_t c = btf_add_ref(f->w, BTF_KIND_CONST, "", v);

	fixture_tags(f, btf_add_var(f->w, name, c, 1), -1, tags);
}
#define TAGS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static inline void fixture_unit_tag(Fixture *f, const char *tag)
{
	f->unit_tags[f->n_unit_tags++] = tag;
}

static inline void fixture_map(Fixture *f, const char *name, int type, uint32_t key,
			       uint32_t key_size, uint32_t value, uint32_t value_size,
			       const char *const *tags)
{
	BpfMap map = { .name = name, .type = type, .key_size = key_size, .value_size = value_size,
		       .btf_key = key, .btf_value = value, .inner = -1 };

	map.btf_var = btf_add_var(f->w, name, f->t_u32, 1);
	fixture_tags(f, map.btf_var, -1, tags);
	vec_push(f->arena, &f->object.maps, map);
}

/* Ends the BTF and reads the tool. */
static inline Tool *fixture_tool(Fixture *f, const ToolNames *names)
{
	Error err = { 0 };
	uint32_t var = btf_add_var(f->w, "__bcc_tool", f->t_u8, 1);
	Tool *t;

	for (int i = 0; i < f->n_unit_tags; i++)
		btf_add_decl_tag(f->w, f->unit_tags[i], var, -1);
	f->object.arena = f->arena;
	f->object.name = "test.bpf.c";
	f->object.btf = btf_finish(f->w, &f->object.btf_size);
	t = tool_read(f->arena, &f->object, names, &err);
	assert_non_null(t);
	return t;
}

/* Parses a command line given as words. */
static inline ParseResult fixture_parse(Tool *t, StrBuf *out, StrBuf *errors,
					const char *const *words)
{
	int n = 0;

	while (words[n])
		n++;
	return tool_parse(t, n, (char **)words, out, errors);
}

static inline const char *text_of(StrBuf *sb)
{
	return sb->p ? sb->p : "";
}

#endif
