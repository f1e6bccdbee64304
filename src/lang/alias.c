/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Members that a struct does not have under the name written. In kernel headers many are macros
 * (sk_family is __sk_common.skc_family), others moved between kernels (task_struct's state became
 * __state). One table: struct, name, path; '.' leads to a member, '>' through a pointer. The first
 * row whose path exists counts, and only if the struct really lacks the name.
 */
#include "lang/dialect.h"

static const struct { const char *record, *name, *path; } aliases[] = {
#define X(record, name, path) { #record, #name, path },
#include "member_aliases.def"
#undef X
};

/* Length of the first name in a path. */
static size_t step_length(const char *path)
{
	return strcspn(path, ".>");
}

/* The type at the end of a path from a record; NULL if the path does not exist. */
static bool path_exists(Lang *l, Type *t, const char *path)
{
	for (;;) {
		size_t n = step_length(path);
		const Member *m = type_find_member(l->unit, t, atom_intern(l, path, n), NULL);

		if (!m)
			return false;
		if (!path[n])
			return true;
		t = type_strip(m->type);
		if (path[n] == '>')
			t = t->kind == TYPE_POINTER ? type_strip(t->base) : l->t_void;
		path += n + 1;
	}
}

static Expr *follow(Lang *l, Expr *e, const char *path, Loc loc)
{
	for (;;) {
		size_t n = step_length(path);

		e = expr_member(l, e, atom_intern(l, path, n), loc);
		if (!path[n])
			return e;
		if (path[n] == '>')
			e = expr_deref(l, expr_rvalue(l, e), loc);
		path += n + 1;
	}
}

/* args->data_loc_NAME where the kernel has a __rel_loc field: its offset counts from its own end. */
static Expr *relative_location(Lang *l, Expr *base, Type *t, const char *name, Loc loc)
{
	Atom *field;
	uint64_t offset;
	Expr *e;

	if (!starts_with(name, "data_loc_"))
		return NULL;
	field = dialect_atom(l, arena_printf(l->arena, "rel_loc_%s", name + strlen("data_loc_")));
	if (!type_find_member(l->unit, t, field, &offset))
		return NULL;
	e = expr_rvalue(l, expr_member(l, base, field, loc));
	return expr_binary(l, OP_ADD, e, expr_int(l, (int64_t)offset + 4, l->t_int, loc), loc);
}

static bool is_missing_tracepoint(Lang *l, Type *t)
{
	for (int i = 0; i < l->dialect->missing_tracepoints.n; i++)
		if (l->dialect->missing_tracepoints.v[i]->name == t->name)
			return true;
	return false;
}

Expr *dialect_member_alias(Lang *l, Expr *base, Atom *name, Loc loc)
{
	Type *t = type_strip(base->type);

	if (!type_is_record(t) || !t->name)
		return NULL;
	if (starts_with(t->name->text, "tracepoint__")) {
		if (is_missing_tracepoint(l, t))
			return expr_error(l, loc);
		return relative_location(l, base, t, name->text, loc);
	}
	for (size_t i = 0; i < ARRAY_LEN(aliases); i++)
		if (strcmp(aliases[i].record, t->name->text) == 0 &&
		    strcmp(aliases[i].name, name->text) == 0 && path_exists(l, t, aliases[i].path))
			return follow(l, base, aliases[i].path, loc);
	return NULL;
}
