/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One compilation of a text: the state is set up, the unit is parsed; later the tool binds its
 * options to values. Everything lives in the caller's arena.
 */
#include "internal.h"

static Lang *new_state(Arena *arena, const LangOptions *options, const Host *host, Sources *sources,
		       Diags *diags)
{
	static const Host nobody;
	static const LangOptions none = { .name = "/virtual/main.c" };
	Lang *l = NEW(arena, Lang);

	l->arena = arena;
	l->options = options ? options : &none;
	l->host = host ? host : &nobody;
	l->sources = sources;
	l->diags = diags;
	l->unit = NEW(arena, Unit);
	l->unit->arena = arena;
	l->unit->license = "GPL";
	l->unit->host = l->host;
	l->unit->sources = sources;
	l->unit->diags = diags;
	l->unit->lang = l;
	return l;
}

Unit *lang_parse(Arena *arena, const char *text, size_t size, const LangOptions *options,
		 const Host *host, Sources *sources, Diags *diags)
{
	Lang *l = new_state(arena, options, host, sources, diags);

	types_init(l);
	scope_enter(l);
	pp_start(l, text, size);
	builtins_init(l);
	dialect_init(l);
	parse_unit(l);
	return l->unit;
}

bool lang_bind(Unit *unit, const char *global, int64_t value)
{
	for (int i = 0; i < unit->globals.n; i++) {
		Var *v = unit->globals.v[i];

		if (strcmp(v->name->text, global) || !v->is_const || !v->is_volatile ||
		    !type_is_integer(v->type))
			continue;
		v->is_bound = true;
		v->bound_value = wrap_integer(v->type, value);
		return true;
	}
	return false;
}
