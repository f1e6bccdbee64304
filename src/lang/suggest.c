/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nearest names, for the hints of diagnostics: among what is declared, the helper table and the
 * members of a record. Only works while errors are still being kept.
 */
#include "internal.h"

typedef VEC(const char *) Names;

static const char *const basic_types[] = {
	"u8",       "u16",     "u32",     "u64",      "s8",       "s16",      "s32",
	"s64",      "__u8",    "__u16",   "__u32",    "__u64",    "size_t",   "pid_t",
	"uid_t",    "gid_t",   "uint8_t", "uint16_t", "uint32_t", "uint64_t", "int8_t",
	"int16_t",  "int32_t", "int64_t", "int",      "char",     "short",    "long",
	"unsigned", "void",    "bool",    "struct",   "union",
};

static bool worthwhile(const Lang *l)
{
	return l->diags->errors <= l->diags->limit;
}

static const char *nearest(const Atom *name, const Names *names)
{
	const char *best = closest_name(name->text, names->v, names->n);

	return best && strcmp(best, name->text) ? best : NULL;
}

static void add_declared(Lang *l, Names *names, bool types, bool callable)
{
	for (const Scope *scope = l->scope; scope; scope = scope->parent) {
		for (const Symbol *s = scope->symbols; s; s = s->next_in_scope) {
			bool is_type = s->kind == SYMBOL_TYPEDEF;
			bool is_data = s->kind == SYMBOL_VAR || s->kind == SYMBOL_ENUMERATOR;

			if (s->kind == SYMBOL_TAG || is_type != types || (callable && is_data) ||
			    (s->type == l->t_error))
				continue;
			if (s->kind == SYMBOL_BUILTIN && !callable)
				continue;
			vec_push(l->arena, names, s->name->text);
		}
	}
}

const char *suggest_name(Lang *l, const Atom *name, bool callable)
{
	Names names = { 0 };

	if (!worthwhile(l))
		return NULL;
	add_declared(l, &names, false, callable);
	for (int i = 0; callable && i < helper_count(); i++)
		vec_push(l->arena, &names, arena_printf(l->arena, "bpf_%s", helper_at(i)->name));
	return nearest(name, &names);
}

const char *suggest_type(Lang *l, const Atom *name)
{
	Names names = { 0 };

	if (!worthwhile(l))
		return NULL;
	add_declared(l, &names, true, false);
	for (size_t i = 0; i < ARRAY_LEN(basic_types); i++)
		vec_push(l->arena, &names, basic_types[i]);
	return nearest(name, &names);
}

static void add_members(Lang *l, Type *record, Names *names, int depth)
{
	record = type_strip(record);
	if (!type_is_record(record) || depth > 16 || !type_complete(l->unit, record))
		return;
	for (int i = 0; i < record->members.n; i++) {
		const Member *m = &record->members.v[i];

		if (m->name)
			vec_push(l->arena, names, m->name->text);
		else
			add_members(l, m->type, names, depth + 1);
	}
}

const char *suggest_member(Lang *l, Type *record, const Atom *name)
{
	Names names = { 0 };

	if (!worthwhile(l))
		return NULL;
	add_members(l, record, &names, 0);
	return nearest(name, &names);
}
