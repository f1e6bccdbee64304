/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Map definitions in libbpf's way: a variable in the section ".maps" whose struct type says what
 * the map is. A member that is a pointer to an array is a number, its length; `key` and `value` are
 * pointers to the types; `values` is an array of pointers to what the entries are, inner maps or
 * programs. The variable has no storage: its name is the map (EXPR_MAP), as in the dialect.
 */
#include "lang/dialect.h"

#include <linux/bpf.h>

enum { PIN_BY_NAME = 1, MOST_VALUES = 1 << 16 };

typedef struct Definition {
	MapDecl *map;
	int64_t entries, flags, pinning;
	Type *values;              /* what the entries of `values` lead to, NULL: none */
} Definition;

static void report(Lang *l, Loc loc, const char *name, const char *hint)
{
	diag_hint(l->diags,
		  diag_report(l->diags, loc, DIAG_map_declaration,
			      "'%s' is no member of a map definition", name), "%s", hint);
}

/* int (*name)[N]: N. */
static bool number_of(Type *t, int64_t *number)
{
	t = type_strip(t);
	if (t->kind != TYPE_POINTER)
		return false;
	t = type_strip(t->base);
	if (t->kind != TYPE_ARRAY)
		return false;
	*number = (int64_t)t->count;
	return true;
}

static bool read_number(Definition *d, const char *name, int64_t number)
{
	if (!strcmp(name, "type"))
		d->map->type = (int)number;
	else if (!strcmp(name, "max_entries"))
		d->entries = number;
	else if (!strcmp(name, "key_size"))
		d->map->key_size = (uint32_t)number;
	else if (!strcmp(name, "value_size"))
		d->map->value_size = (uint32_t)number;
	else if (!strcmp(name, "map_flags"))
		d->flags = number;
	else if (!strcmp(name, "pinning"))
		d->pinning = number;
	else
		return !strcmp(name, "numa_node") || !strcmp(name, "map_extra");
	return true;
}

static void read_member(Lang *l, Definition *d, const Member *m)
{
	const char *name = m->name ? m->name->text : "";
	Type *t = type_strip(m->type);
	int64_t number;

	if (!strcmp(name, "key") && t->kind == TYPE_POINTER) {
		d->map->key = t->base;
	} else if (!strcmp(name, "value") && t->kind == TYPE_POINTER) {
		d->map->leaf = t->base;
	} else if (!strcmp(name, "values") && t->kind == TYPE_ARRAY) {
		t = type_strip(t->base);
		d->values = t->kind == TYPE_POINTER ? type_strip(t->base) : NULL;
	} else if (!number_of(t, &number) || !read_number(d, name, number)) {
		report(l, m->loc, name,
		       "members are type, key, value, max_entries, key_size, value_size, "
		       "map_flags, pinning, numa_node, map_extra, values");
	}
}

static void read_members(Lang *l, Definition *d, Type *t)
{
	for (int i = 0; i < t->members.n; i++)
		read_member(l, d, &t->members.v[i]);
}

/* Inner maps ----------------------------------------------------------------------------------- */

/* A map whose definition has just this type serves as pattern. */
static MapDecl *map_of_type(Lang *l, const Type *t)
{
	for (int i = 0; i < l->unit->maps.n; i++)
		if (l->unit->maps.v[i]->definition == t)
			return l->unit->maps.v[i];
	return NULL;
}

static void finish(Lang *l, Definition *d, Type *t, bool is_pattern);

/* A pattern for the entries, under a name of its own. */
static MapDecl *pattern(Lang *l, MapDecl *outer, Type *t)
{
	Definition d = { .map = NEW(l->arena, MapDecl) };

	d.map->name = dialect_atom(l, arena_printf(l->arena, "%s_inner", outer->name->text));
	d.map->loc = outer->loc;
	read_members(l, &d, t);
	finish(l, &d, t, true);
	return d.map;
}

static void set_inner(Lang *l, Definition *d)
{
	MapDecl *inner;

	if (!d->values || !type_is_record(d->values) ||
	    (d->map->type != BPF_MAP_TYPE_ARRAY_OF_MAPS &&
	     d->map->type != BPF_MAP_TYPE_HASH_OF_MAPS))
		return;
	inner = map_of_type(l, d->values);
	if (!inner)
		inner = pattern(l, d->map, d->values);
	d->map->inner = inner->name->text;
}

/* The whole ------------------------------------------------------------------------------------ */

/* Sizes that the kind of map leaves no choice about. */
static void set_usual_sizes(Definition *d)
{
	MapDecl *m = d->map;

	switch (m->type) {
	case BPF_MAP_TYPE_PERF_EVENT_ARRAY:
		m->entries_are_cpus = !d->entries;
		/* fall through */
	case BPF_MAP_TYPE_PROG_ARRAY:
	case BPF_MAP_TYPE_CGROUP_ARRAY:
	case BPF_MAP_TYPE_ARRAY_OF_MAPS:
	case BPF_MAP_TYPE_HASH_OF_MAPS:
		m->key_size = m->key_size ? m->key_size : 4;
		m->value_size = m->value_size ? m->value_size : 4;
		break;
	}
}

/* The pattern of entries is no map of maps itself: the kernel allows one level. */
static void finish(Lang *l, Definition *d, Type *t, bool is_pattern)
{
	MapDecl *m = d->map;

	m->definition = t;
	m->methods = 1u << GROUP_TABLE;
	if (!map_type_info(m->type)) {
		report(l, m->loc, m->name->text,
		       "the definition needs __uint(type, BPF_MAP_TYPE_...)");
		m->type = BPF_MAP_TYPE_HASH;
	}
	map_set_sizes(l, m);
	set_usual_sizes(d);
	if (!is_pattern)
		set_inner(l, d);
	if (d->pinning == PIN_BY_NAME)
		m->pin_path = arena_printf(l->arena, "/sys/fs/bpf/%s", m->name->text);
	map_set_limits(l, m, d->entries, d->flags);
	map_declare(l, m);
}

/* The initialiser: { .values = { [0] = &map, (void *)&program, ... } } ------------------------- */

static void take_value(Lang *l, MapDecl *m, int64_t index)
{
	Expr *e = parse_assignment(l);
	MapValue value = { .index = (uint32_t)index, .map = dialect_map_of(e) };

	if (index < 0 || index >= m->max_entries || index >= MOST_VALUES) {
		diag_report(l->diags, e->loc, DIAG_map_size,
			    "the map '%s' has no entry %lld that could be set", m->name->text,
			    (long long)index);
		return;
	}
	while ((e->kind == EXPR_CONVERT || e->kind == EXPR_ADDRESS) && e->a)
		e = e->a;
	if (e->kind == EXPR_FUNC)
		value.func = e->func;
	if (value.map || value.func)
		vec_push(l->arena, &m->values, value);
	else if (!expr_is_error(l, e))
		diag_report(l->diags, e->loc, DIAG_map_declaration,
			    "an entry of '%s' is the address of a map or of a program",
			    m->name->text);
}

static void parse_values(Lang *l, MapDecl *m)
{
	int64_t index = 0;

	if (!expect(l, TOK_LBRACE))
		return;
	while (l->token.kind != TOK_RBRACE && l->token.kind != TOK_EOF && !l->panic) {
		if (accept(l, TOK_LBRACKET)) {
			parse_constant(l, &index);
			expect(l, TOK_RBRACKET);
			expect(l, TOK_ASSIGN);
		}
		take_value(l, m, index++);
		if (!accept(l, TOK_COMMA))
			break;
	}
	expect(l, TOK_RBRACE);
}

static void parse_entries(Lang *l, MapDecl *m)
{
	if (!expect(l, TOK_LBRACE))
		return;
	while (l->token.kind == TOK_DOT && !l->panic) {
		next_token(l);
		if (!l->token.atom || strcmp(l->token.atom->text, "values")) {
			expected(l, "'values'");
			return;
		}
		next_token(l);
		expect(l, TOK_ASSIGN);
		parse_values(l, m);
		if (!accept(l, TOK_COMMA))
			break;
	}
	expect(l, TOK_RBRACE);
}

void dialect_define_map(Lang *l, Atom *name, Type *type, const Attrs *attrs, Loc loc)
{
	Definition d = { .map = NEW(l->arena, MapDecl) };
	Type *t = type_strip(type);

	l->dialect->libbpf_style = true;
	d.map->name = name;
	d.map->loc = loc;
	if (t->kind != TYPE_STRUCT || !type_complete(l->unit, t)) {
		report(l, loc, name->text, "a map is defined by a struct: struct { "
		       "__uint(type, BPF_MAP_TYPE_HASH); ... } name SEC(\".maps\");");
		return;
	}
	for (int i = 0; i < attrs->tags.n; i++)
		vec_push(l->arena, &d.map->tags, attrs->tags.v[i]);
	read_members(l, &d, t);
	finish(l, &d, t, false);
	if (accept(l, TOK_ASSIGN))
		parse_entries(l, d.map);
}

/* struct bpf_map_def of old, in the section "maps". */
void dialect_refuse_old_map(Lang *l, Atom *name, Loc loc)
{
	diag_hint(l->diags,
		  diag_report(l->diags, loc, DIAG_legacy_map_definition,
			      "'%s' is defined in the section \"maps\", in the way that libbpf "
			      "1.0 gave up", name->text),
		  "struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 1024); "
		  "__type(key, ...); __type(value, ...); } %s SEC(\".maps\");", name->text);
}
