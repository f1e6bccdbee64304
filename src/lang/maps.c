/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Map declarations. Every macro of the dialect (BPF_HASH, BPF_TABLE, ...) expands to
 *   __bcc_map(group, "type", KEY, VALUE, name, entries, flags [, "pin path" [, inner]]
 *             [, public | shared]) attributes ;
 * where KEY and VALUE are types, or void where the kind has none. The type string may carry an
 * inner map ("hash_of_maps$inner") and a pin path ("hash:/sys/fs/bpf/x"). A map is no storage of
 * the program: its name stands for the map's address in calls, and has methods (map_methods.c).
 */
#include "lang/dialect.h"

#include <linux/bpf.h>

static const char *const group_names[] = {
#define GROUP(id, name) [GROUP_##id] = #name,
#define METHOD(...)
#include "map_methods.def"
#undef GROUP
#undef METHOD
};
_Static_assert(ARRAY_LEN(group_names) == GROUP_COUNT, "every group of methods has a name");

const char *map_group_name(MapGroup g)
{
	return group_names[g];
}

/* Type strings --------------------------------------------------------------------------------- */

static void report_unknown_type(Lang *l, Loc loc, const char *name)
{
	const char *names[64], *closest;
	int n = 0;
	Diag *d;

	for (int i = 1; map_type_info(i) && n < 60; i++)
		names[n++] = map_type_info(i)->name;
	names[n++] = "histogram";
	names[n++] = "perf_output";
	names[n++] = "extern";
	closest = closest_name(name, names, n);
	d = diag_report(l->diags, loc, DIAG_unknown_map_type, "unsupported map type \"%s\"", name);
	if (closest)
		diag_hint(l->diags, d, "did you mean \"%s\"?", closest);
	else
		diag_hint(l->diags, d,
			  "the types are hash, array, percpu_hash, percpu_array, lru_hash, "
			  "histogram, stacktrace, ringbuf, perf_output, ...");
}

static bool is_plain_int(Type *t)
{
	t = type_strip(t);
	return t->kind == TYPE_INT && t->size == 4 && t->is_signed;
}

static void set_histogram(Lang *l, MapDecl *m)
{
	Type *leaf = type_strip(m->leaf);

	m->type = is_plain_int(m->key) ? BPF_MAP_TYPE_ARRAY : BPF_MAP_TYPE_HASH;
	if (leaf->kind != TYPE_INT || leaf->size != 8 || leaf->is_signed)
		diag_hint(l->diags,
			  diag_report(l->diags, m->loc, DIAG_histogram_leaf,
				      "the histogram '%s' counts in '%s'", m->name->text,
				      type_text(l, m->leaf)),
			  "declare it with u64 as value type");
}

/* `name` without "$inner" and ":path", which go to the map. */
static const char *split_type_string(Lang *l, MapDecl *m, const char *text)
{
	const char *colon = strchr(text, ':');
	const char *dollar;
	char *name = arena_strndup(l->arena, text, colon ? (size_t)(colon - text) : strlen(text));

	if (colon && colon[1])
		m->pin_path = colon + 1;
	dollar = strchr(name, '$');
	if (dollar) {
		m->inner = arena_strdup(l->arena, dollar + 1);
		name[dollar - name] = 0;
	}
	return name;
}

static void set_type(Lang *l, MapDecl *m, const char *text, Loc loc)
{
	const char *name = split_type_string(l, m, text);
	const MapTypeInfo *info = map_type_by_name(str_of(name));

	if (strcmp(name, "extern") == 0) {
		m->is_extern = true;
	} else if (strcmp(name, "histogram") == 0) {
		set_histogram(l, m);
	} else if (strcmp(name, "perf_output") == 0) {
		m->type = BPF_MAP_TYPE_PERF_EVENT_ARRAY;
		m->entries_are_cpus = true;
	} else if (info) {
		m->type = info->type;
	} else {
		report_unknown_type(l, loc, name);
		m->type = BPF_MAP_TYPE_HASH;
	}
}

/* Sizes ---------------------------------------------------------------------------------------- */

static uint32_t size_of_part(Lang *l, MapDecl *m, Type *t, const char *part)
{
	Diag *d;

	if (!type_complete(l->unit, t)) {
		d = diag_report(l->diags, m->loc, DIAG_map_type_incomplete,
				"the %s type '%s' of the map '%s' is incomplete", part,
				type_text(l, t), m->name->text);
		diag_hint(l->diags, d, "define the type before the map");
		return 8;
	}
	if (type_size(l, t))
		return (uint32_t)type_size(l, t);
	d = diag_report(l->diags, m->loc, DIAG_map_type_incomplete,
			"the %s type '%s' of the map '%s' has no bytes", part, type_text(l, t),
			m->name->text);
	diag_hint(l->diags, d, "give it at least one member");
	return 8;
}

/* From the types, where the map has any; else they stay what they are. */
void map_set_sizes(Lang *l, MapDecl *m)
{
	const MapTypeInfo *info = map_type_info(m->type);
	bool no_key = info && info->no_key, no_value = info && info->no_value;

	if (no_key || (m->key && type_strip(m->key)->kind == TYPE_VOID))
		m->key = NULL;
	if (no_value || (m->leaf && type_strip(m->leaf)->kind == TYPE_VOID))
		m->leaf = NULL;
	if (m->key || no_key)
		m->key_size = m->key ? size_of_part(l, m, m->key, "key") : 0;
	if (m->leaf || no_value)
		m->value_size = m->leaf ? size_of_part(l, m, m->leaf, "value") : 0;
}

/* Kinds whose size the kernel takes from elsewhere, or demands to be 0. */
static bool may_have_no_entries(const MapDecl *m)
{
	switch (m->type) {
	case BPF_MAP_TYPE_SK_STORAGE:
	case BPF_MAP_TYPE_INODE_STORAGE:
	case BPF_MAP_TYPE_TASK_STORAGE:
	case BPF_MAP_TYPE_CGROUP_STORAGE:
	case BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE: return true;
	default:
		return m->entries_are_cpus || m->is_extern || m->pin_path ||
		       m->type > BPF_MAP_TYPE_RINGBUF;
	}
}

static void check_entries(Lang *l, MapDecl *m, int64_t entries, Loc loc)
{
	const char *name = m->name->text;

	if (entries < 0 || entries > UINT32_MAX) {
		diag_report(l->diags, loc, DIAG_map_size, "the map '%s' cannot have %lld entries",
			    name, (long long)entries);
		return;
	}
	if (!entries && !may_have_no_entries(m))
		diag_hint(l->diags,
			  diag_report(l->diags, loc, DIAG_map_size,
				      "the map '%s' has no room for any entry", name),
			  "give it a size of at least 1");
	if (m->type == BPF_MAP_TYPE_RINGBUF && (entries & (entries - 1 + !entries)))
		diag_hint(
			l->diags,
			diag_report(l->diags, loc, DIAG_map_size,
				    "the ring buffer '%s' has %lld bytes, which is no power of two",
				    name, (long long)entries),
			"use 1, 2, 4, 8, ... pages");
	m->max_entries = (uint32_t)entries;
}

static void check_flags(Lang *l, MapDecl *m, int64_t flags, Loc loc)
{
	if (flags < 0 || flags > UINT32_MAX)
		diag_report(l->diags, loc, DIAG_map_size,
			    "the flags %#llx of the map '%s' do not fit in 32 bits",
			    (unsigned long long)flags, m->name->text);
	m->flags = (uint32_t)flags;
	/* the kernel accepts tries only without preallocation */
	if (m->type == BPF_MAP_TYPE_LPM_TRIE)
		m->flags |= BPF_F_NO_PREALLOC;
}

void map_set_limits(Lang *l, MapDecl *m, int64_t entries, int64_t flags)
{
	check_entries(l, m, entries, m->loc);
	check_flags(l, m, flags, m->loc);
}

/* Parsing -------------------------------------------------------------------------------------- */

static uint32_t parse_group(Lang *l)
{
	const Token t = l->token;

	for (int i = 0; i < GROUP_COUNT && t.atom; i++) {
		if (strcmp(t.atom->text, group_names[i]) == 0) {
			next_token(l);
			return 1u << i;
		}
	}
	diag_report(l->diags, t.loc, DIAG_map_declaration, "'%.*s' is no group of map methods",
		    (int)t.text.n, t.text.p);
	next_token(l);
	return 1u << GROUP_TABLE;
}

/* A type, or void or 0 where there is none. */
static Type *parse_part(Lang *l)
{
	if (l->token.kind == TOK_NUMBER && str_is(l->token.text, "0")) {
		next_token(l);
		return l->t_void;
	}
	return parse_type_name(l);
}

static Atom *parse_name(Lang *l, MapDecl *m)
{
	Atom *name = l->token.atom;

	m->loc = l->token.loc;
	if (l->token.kind != TOK_IDENT || !name) {
		expected(l, "the name of the map");
		return NULL;
	}
	next_token(l);
	return name;
}

static void parse_options(Lang *l, MapDecl *m)
{
	while (accept(l, TOK_COMMA)) {
		if (l->token.kind == TOK_STRING) {
			char *path = dialect_parse_string(l, "a path");

			if (path && *path)
				m->pin_path = path;
			continue;
		}
		if (l->token.kind != TOK_IDENT) {
			expected(l, "public, shared, a path or the name of an inner map");
			return;
		}
		if (str_is(l->token.text, "public"))
			m->is_public = true;
		else if (str_is(l->token.text, "shared"))
			m->is_shared = true;
		else
			m->inner = l->token.atom->text;
		next_token(l);
	}
}

/* Everything up to and including ')'. False after a syntax error. */
static bool parse_map(Lang *l, MapDecl *m)
{
	int64_t entries = 1, flags = 0;
	Loc type_loc, entries_loc, flags_loc;
	char *type;

	if (!expect(l, TOK_LPAREN))
		return false;
	m->methods = parse_group(l);
	if (!expect(l, TOK_COMMA))
		return false;
	type_loc = l->token.loc;
	type = dialect_parse_string(l, "the type of the map, a string");
	if (!type || !expect(l, TOK_COMMA))
		return false;
	m->key = parse_part(l);
	if (!expect(l, TOK_COMMA))
		return false;
	m->leaf = parse_part(l);
	if (!expect(l, TOK_COMMA))
		return false;
	m->name = parse_name(l, m);
	if (!m->name || !expect(l, TOK_COMMA))
		return false;
	entries_loc = l->token.loc;
	parse_constant(l, &entries);
	if (!expect(l, TOK_COMMA))
		return false;
	flags_loc = l->token.loc;
	parse_constant(l, &flags);
	parse_options(l, m);
	set_type(l, m, type, type_loc);
	map_set_sizes(l, m);
	check_entries(l, m, entries, entries_loc);
	check_flags(l, m, flags, flags_loc);
	return expect(l, TOK_RPAREN);
}

void map_declare(Lang *l, MapDecl *m)
{
	Symbol *before = m->name->symbol, *s;

	if (before && before->scope == l->file_scope && !before->is_external) {
		Diag *d = diag_report(l->diags, m->loc, DIAG_redefinition,
				      "'%s' is declared already", m->name->text);

		diag_note(l->diags, d, before->loc, "the declaration before");
		return;
	}
	s = scope_declare(l, SYMBOL_MAP, m->name, l->t_void_ptr, m->loc);
	s->map = m;
	m->index = l->unit->maps.n;
	vec_push(l->arena, &l->unit->maps, m);
}

void dialect_parse_map(Lang *l)
{
	MapDecl *m = NEW(l->arena, MapDecl);
	Attrs attrs = { 0 };

	next_token(l);
	if (!parse_map(l, m))
		return;
	parse_attributes(l, &attrs);
	for (int i = 0; i < attrs.tags.n; i++)
		vec_push(l->arena, &m->tags, attrs.tags.v[i]);
	map_declare(l, m);
	expect(l, TOK_SEMICOLON);
}

/* Events --------------------------------------------------------------------------------------- */

/* The struct that `data` points to, casts aside, is what readers of the map get. */
void map_record_event(MapDecl *map, Expr *data)
{
	Type *t;

	while (data->kind == EXPR_CONVERT && type_is_pointer(data->type) &&
	       type_is_pointer(data->a->type))
		data = data->a;
	t = type_strip(data->type);
	if (t->kind != TYPE_POINTER)
		return;
	t = type_unqualified(t->base);
	if (type_is_record(t))
		map->event = t;
}
