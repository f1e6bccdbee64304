/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that the program does not declare: the pool of built-in headers, the functions of the
 * dialect, the helper table, the kernel's enumerators of its own tables, and last the kernel's BTF.
 *
 * The order keeps programs cheap: BTF is asked only for what nothing else knows, so a program that
 * uses no kernel types never causes it to be read. What is found is declared as external: a
 * declaration of the program hides it at any later place.
 */
#include "lang/dialect.h"

/* Pool ----------------------------------------------------------------------------------------- */

static bool parse_pool(Lang *l, PoolKind kind, const char *name)
{
	PoolEntry entry;

	if (!pool_find(kind, name, &entry))
		return false;
	parse_snippet(l, &entry);
	return true;
}

/* A symbol at file scope, behind what inner scopes declare. */
static Symbol *at_file_scope(Lang *l, Symbol *s)
{
	while (s && s->scope != l->file_scope)
		s = s->shadowed;
	return s;
}

Symbol *resolve_in_pool(Lang *l, Atom *name)
{
	if (name->pool_symbol_sought)
		return NULL;
	name->pool_symbol_sought = true;
	if (!parse_pool(l, POOL_SYMBOL, name->text))
		return NULL;
	return at_file_scope(l, name->symbol);
}

/* The file scope's type of a tag; if nobody mentioned it yet, an incomplete one that type_complete
 * fills from pool or BTF should its members ever be needed. */
Type *resolve_mention(Lang *l, TypeKind kind, Atom *name)
{
	Symbol *s = at_file_scope(l, name->tag);
	Type *t;

	if (s && s->type->kind == kind)
		return s->type;
	t = NEW(l->arena, Type);
	t->kind = kind;
	t->name = name;
	t->align = 1;
	return t;
}

/* Functions of the dialect --------------------------------------------------------------------- */

static const struct {
	const char *name;
	int64_t value;
	Expr *(*parse_call)(Lang *l, Symbol *s, Loc loc);
} functions[] = {
	{ "load_byte", 1, packet_parse_load },
	{ "load_half", 2, packet_parse_load },
	{ "load_word", 4, packet_parse_load },
	{ "load_dword", 8, packet_parse_load },
	{ "bpf_dext_pkt", 0, packet_parse_extract },
	{ "bpf_dins_pkt", 0, packet_parse_insert },
	{ "incr_cksum_l3", 3, packet_parse_checksum },
	{ "incr_cksum_l4", 4, packet_parse_checksum },
	{ "bpf_usdt_readarg", 3, helper_parse_usdt },
	{ "bpf_usdt_readarg_p", 4, helper_parse_usdt },
	{ "bpf_num_cpus", 0, helper_parse_num_cpus },
};

static int find_function(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(functions); i++)
		if (strcmp(functions[i].name, name) == 0)
			return (int)i;
	return -1;
}

static Symbol *declare_function(Lang *l, Atom *name, int i, Loc loc)
{
	Symbol *s = scope_declare_external(l, SYMBOL_BUILTIN, name, NULL, loc);

	s->value = functions[i].value;
	s->parse_call = functions[i].parse_call;
	return s;
}

/* Helpers -------------------------------------------------------------------------------------- */

/* Helpers are visible under their names with bpf_ only; aliases have names of their own. */
static int helper_of(const char *name, const char **declaration)
{
	const HelperAlias *alias = helper_alias(name);
	const HelperInfo *h;

	if (alias) {
		*declaration = alias->declaration;
		return alias->id;
	}
	if (!starts_with(name, "bpf_"))
		return 0;
	h = helper_by_name(str_of(name));
	if (!h)
		return 0;
	*declaration = h->declaration;
	return h->id;
}

static Symbol *declare_helper(Lang *l, Atom *name, int id, const char *declaration)
{
	PoolEntry *entry = NEW(l->arena, PoolEntry);
	Symbol *s;

	entry->name = name->text;
	entry->kind = POOL_SYMBOL;
	entry->text = arena_printf(l->arena, "%s;\n", declaration);
	entry->header = "bcc/helpers.h";
	entry->line = id;
	parse_snippet(l, entry);
	s = at_file_scope(l, name->symbol);
	if (!s || s->kind != SYMBOL_FUNC)
		return NULL;
	s->kind = SYMBOL_HELPER;
	s->value = id;
	s->is_external = true;
	return s;
}

/* Numbers of the kernel's tables --------------------------------------------------------------- */

static bool enumerator_of_tables(const char *name, int64_t *value)
{
	if (starts_with(name, "BPF_FUNC_")) {
		const HelperInfo *h = helper_by_name(str_of(name + 9));

		*value = h ? h->id : 0;
		return h || strcmp(name, "BPF_FUNC_unspec") == 0;
	}
	if (starts_with(name, "BPF_MAP_TYPE_")) {
		for (int i = 1; map_type_info(i); i++) {
			*value = i;
			if (strcmp(map_type_info(i)->enum_name, name) == 0)
				return true;
		}
	}
	if (starts_with(name, "BPF_PROG_TYPE_")) {
		for (int i = 1; program_type_info(i); i++) {
			*value = i;
			if (strcmp(program_type_info(i)->enum_name, name) == 0)
				return true;
		}
	}
	return false;
}

static Symbol *declare_enumerator(Lang *l, Atom *name, int64_t value, Type *type, Loc loc)
{
	Symbol *s = scope_declare_external(l, SYMBOL_ENUMERATOR, name, type, loc);

	s->value = value;
	return s;
}

/* BTF ------------------------------------------------------------------------------------------ */

static Symbol *find_btf_typedef(Lang *l, Atom *name, Loc loc)
{
	const Btf *btf = dialect_btf(l);
	uint32_t id = btf ? btf_find(btf, name->text, BTF_KIND_TYPEDEF) : 0;

	if (!id)
		return NULL;
	return scope_declare_external(l, SYMBOL_TYPEDEF, name, import_btf_type(l, btf, id), loc);
}

static Type *enumerator_type(Lang *l, int64_t value)
{
	if (value == (int32_t)value)
		return l->t_int;
	return value == (int64_t)(uint32_t)value ? l->t_uint : l->t_long;
}

static Symbol *find_btf_enumerator(Lang *l, Atom *name, Loc loc)
{
	const Btf *btf = dialect_btf(l);
	uint32_t enum_id;
	int64_t value;

	if (!btf || !btf_find_enumerator(btf, name->text, &value, &enum_id))
		return NULL;
	return declare_enumerator(l, name, value, enumerator_type(l, value), loc);
}

static void note_kfunc_tag(void *self, const char *tag)
{
	*(bool *)self |= !strcmp(tag, "bpf_kfunc");
}

/* Functions of the kernel that it offers to programs (marked in BTF since 6.9). */
static Symbol *find_kernel_function(Lang *l, Atom *name, Loc loc)
{
	const Btf *btf = starts_with(name->text, "bpf_") ? dialect_btf(l) : NULL;
	uint32_t id = btf ? btf_find(btf, name->text, BTF_KIND_FUNC) : 0;
	bool offered = false;
	Symbol *s;

	if (!id)
		return NULL;
	btf_each_tag(btf, id, -1, note_kfunc_tag, &offered);
	if (!offered)
		return NULL;
	s = scope_declare_external(l, SYMBOL_KFUNC, name, import_btf_type(l, btf, id), loc);
	s->value = id;
	return s;
}

/* The hooks ------------------------------------------------------------------------------------ */

Symbol *resolve_symbol(Lang *l, Atom *name, bool types_only, Loc loc)
{
	const char *declaration;
	Symbol *s = resolve_in_pool(l, name);
	int64_t value;
	int i;

	if (s)
		return s;
	i = find_function(name->text);
	if (i >= 0)
		return types_only ? NULL : declare_function(l, name, i, loc);
	i = helper_of(name->text, &declaration);
	if (i)
		return types_only ? NULL : declare_helper(l, name, i, declaration);
	if (enumerator_of_tables(name->text, &value))
		return types_only ? NULL : declare_enumerator(l, name, value, l->t_int, loc);
	s = find_btf_typedef(l, name, loc);
	if (s || types_only)
		return s;
	s = find_btf_enumerator(l, name, loc);
	return s ? s : find_kernel_function(l, name, loc);
}

Type *resolve_tag(Lang *l, TypeKind kind, Atom *name, Loc loc)
{
	Symbol *s;

	if (parse_pool(l, POOL_TAG, name->text)) {
		s = at_file_scope(l, name->tag);
		if (s && s->type->kind == kind && s->type->complete)
			return s->type;
	}
	if (kind == TYPE_STRUCT && starts_with(name->text, "tracepoint__"))
		return tracepoint_struct(l, name, loc);
	return import_btf_tag(l, kind, name);
}
