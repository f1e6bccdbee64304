/* SPDX-License-Identifier: Apache-2.0 */
/* What tests of the front end share: a compilation of a text with a host of the test's choice. */
#ifndef BCC_LANG_TESTING_H
#define BCC_LANG_TESTING_H

#include "lang/internal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

typedef struct Compiled {
	Arena *arena;
	Sources sources;
	Diags diags;
	Unit *unit;
} Compiled;

static inline void compiled_free(Compiled *c)
{
	arena_free(c->arena);
	free(c);
}

static inline Compiled *compile(const char *text, const Host *host)
{
	Compiled *c = calloc(1, sizeof(*c));
	LangOptions options = { .name = "test.c" };

	c->arena = arena_new();
	c->sources.arena = c->arena;
	diags_init(&c->diags, c->arena, &c->sources);
	c->unit = lang_parse(c->arena, text, strlen(text), &options, host, &c->sources, &c->diags);
	return c;
}

static inline void print_diags(const Compiled *c)
{
	StrBuf sb = { 0 };

	diags_render(&c->diags, &sb, false);
	print_message("%s\n", sb.p ? sb.p : "");
	sb_free(&sb);
}

/* The text must compile without errors and warnings. */
static inline Compiled *compile_clean(const char *text, const Host *host)
{
	Compiled *c = compile(text, host);

	if (c->diags.errors || c->diags.warnings)
		print_diags(c);
	assert_int_equal(c->diags.errors + c->diags.warnings, 0);
	return c;
}

/* The text must give a diagnostic of this tag, and only that one. */
static inline void expect_diag(const char *text, const Host *host, DiagTag tag, const char *words)
{
	Compiled *c = compile(text, host);

	if (c->diags.list.n != 1 || c->diags.list.v[0]->tag != tag)
		print_diags(c);
	assert_int_equal(c->diags.list.n, 1);
	assert_string_equal(diag_tag_name(c->diags.list.v[0]->tag), diag_tag_name(tag));
	if (words && !strstr(c->diags.list.v[0]->message, words) &&
	    !(c->diags.list.v[0]->hint && strstr(c->diags.list.v[0]->hint, words)))
		fail_msg("no '%s' in: %s", words, c->diags.list.v[0]->message);
	compiled_free(c);
}

static inline MapDecl *map_named(const Compiled *c, const char *name)
{
	for (int i = 0; i < c->unit->maps.n; i++)
		if (strcmp(c->unit->maps.v[i]->name->text, name) == 0)
			return c->unit->maps.v[i];
	fail_msg("no map %s", name);
	return NULL;
}

static inline Func *func_named(const Compiled *c, const char *name)
{
	for (int i = 0; i < c->unit->funcs.n; i++)
		if (strcmp(c->unit->funcs.v[i]->name->text, name) == 0)
			return c->unit->funcs.v[i];
	fail_msg("no function %s", name);
	return NULL;
}

/* The variable declared by the first declaration of that name in a function's outermost block. */
static inline Var *local_named(const Func *f, const char *name)
{
	for (int i = 0; i < f->body->list.n; i++) {
		Var *v = f->body->list.v[i]->var;

		if (v && v->name && strcmp(v->name->text, name) == 0)
			return v;
	}
	fail_msg("no variable %s", name);
	return NULL;
}

/* The value that a local is initialised with, conversions aside. */
static inline Expr *initial_value(const Func *f, const char *name)
{
	Var *v = local_named(f, name);
	Expr *e = v->init && v->init->items.n ? v->init->items.v[0].value : NULL;

	while (e && e->kind == EXPR_CONVERT)
		e = e->a;
	assert_non_null(e);
	return e;
}

#endif
