/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all dialect files share: the state, the pieces of typed tree that they build, unit-level
 * tags, and what is decided at the end of the unit (the licence).
 *
 * Constructs of the dialect that mean several steps (increment, lookup_or_try_init, fields of
 * packets) become statement expressions over fresh variables, so that every argument is evaluated
 * exactly once and no name of the program can be captured.
 */
#include "lang/dialect.h"
#include "lang/pp.h"

void dialect_init(Lang *l)
{
	l->dialect = NEW(l->arena, Dialect);
}

const Btf *dialect_btf(Lang *l)
{
	if (!l->btf_asked) {
		l->btf_asked = true;
		if (l->host && l->host->btf)
			l->btf = l->host->btf(l->host->self);
	}
	return l->btf;
}

Atom *dialect_atom(Lang *l, const char *text)
{
	return atom_intern(l, text, strlen(text));
}

/* Tree building -------------------------------------------------------------------------------- */

Expr *dialect_long(Lang *l, uint64_t value, Loc loc)
{
	return expr_int(l, (int64_t)value, l->t_ullong, loc);
}

Stmt *dialect_block(Lang *l, Loc loc)
{
	return stmt_new(l, STMT_BLOCK, loc);
}

Stmt *dialect_declare(Lang *l, Stmt *block, Var *v, Expr *value, Loc loc)
{
	Stmt *s = stmt_new(l, STMT_DECL, loc);
	InitItem item = { .type = v->type, .value = value };

	v->init = NEW(l->arena, Init);
	if (value)
		vec_push(l->arena, &v->init->items, item);
	s->var = v;
	vec_push(l->arena, &block->list, s);
	return s;
}

Var *dialect_local(Lang *l, Stmt *block, const char *name, Type *type, Expr *value, Loc loc)
{
	Var *v;

	type = type_unqualified(type);
	v = var_new(l, dialect_atom(l, name), type, loc);
	v->is_used = true;
	dialect_declare(l, block, v, value ? expr_cast(l, value, type, loc) : NULL, loc);
	return v;
}

Expr *dialect_value(Lang *l, Var *v, Loc loc)
{
	return expr_rvalue(l, expr_var(l, v, loc));
}

void dialect_do(Lang *l, Stmt *block, Expr *e)
{
	Stmt *s = stmt_new(l, STMT_EXPR, e->loc);

	s->expr = e;
	vec_push(l->arena, &block->list, s);
}

Stmt *dialect_if(Lang *l, Stmt *block, Expr *condition, Loc loc)
{
	Stmt *s = stmt_new(l, STMT_IF, loc);

	s->expr = expr_condition(l, condition, "if");
	s->body = dialect_block(l, loc);
	vec_push(l->arena, &block->list, s);
	return s;
}

Expr *dialect_statement_value(Lang *l, Stmt *block, Expr *value, Loc loc)
{
	Expr *e = expr_new(l, EXPR_STATEMENT, value ? value->type : l->t_void, loc);

	if (value)
		dialect_do(l, block, value);
	e->stmt = block;
	return e;
}

Expr *dialect_zero_object(Lang *l, Type *type, Loc loc)
{
	Expr *e = expr_new(l, EXPR_COMPOUND, type, loc);

	e->var = var_new(l, dialect_atom(l, "zero"), type, loc);
	e->init = NEW(l->arena, Init);
	e->is_lvalue = true;
	return e;
}

Expr *dialect_helper(Lang *l, int helper, Type *result, Loc loc, int n, Expr *const *args)
{
	Expr *e = expr_new(l, EXPR_HELPER, result, loc);

	e->helper = helper;
	for (int i = 0; i < n; i++)
		vec_push(l->arena, &e->args, args[i]);
	return e;
}

Expr *dialect_map_address(Lang *l, MapDecl *map, Loc loc)
{
	Expr *e = expr_new(l, EXPR_MAP, l->t_void_ptr, loc);

	e->map = map;
	return e;
}

static Expr *behind_conversions(Expr *e)
{
	while ((e->kind == EXPR_CONVERT || e->kind == EXPR_ADDRESS) && e->a)
		e = e->a;
	return e;
}

MapDecl *dialect_map_of(Expr *e)
{
	e = behind_conversions(e);
	return e->kind == EXPR_MAP ? e->map : NULL;
}

bool dialect_string_of(Expr *e, Str *text)
{
	e = behind_conversions(e);
	if (e->kind != EXPR_STRING)
		return false;
	*text = e->str;
	return true;
}

/* Tags of the unit ----------------------------------------------------------------------------- */

char *dialect_parse_string(Lang *l, const char *what)
{
	VEC(Token) tokens = { 0 };
	Str text;

	while (l->token.kind == TOK_STRING) {
		vec_push(l->arena, &tokens, l->token);
		next_token(l);
	}
	if (!tokens.n) {
		expected(l, what);
		return NULL;
	}
	text = literal_string(l, tokens.v, tokens.n);
	return arena_strndup(l->arena, text.p, strnlen(text.p, text.n));
}

/* __bcc_tag("key", "value"...): the values are joined. */
void dialect_parse_tag(Lang *l)
{
	char *key, *value;

	next_token(l);
	if (!expect(l, TOK_LPAREN))
		return;
	key = dialect_parse_string(l, "the key of the tag, a string");
	value = accept(l, TOK_COMMA) ? dialect_parse_string(l, "the value of the tag, a string")
				     : (char *)"";
	if (!key || !value || !expect(l, TOK_RPAREN))
		return;
	vec_push(l->arena, &l->unit->tags, arena_printf(l->arena, "%s:%s", key, value));
	accept(l, TOK_SEMICOLON);
}

/* The end of the unit -------------------------------------------------------------------------- */

static const char *text_of_init(Lang *l, const Init *init)
{
	Str text;

	if (!init || init->items.n != 1 || !init->items.v[0].value ||
	    !dialect_string_of(init->items.v[0].value, &text))
		return NULL;
	return arena_strndup(l->arena, text.p, strnlen(text.p, text.n));
}

/* char any_name[] __attribute__((section("license"))) = "GPL"; */
static const char *license_of_variable(Lang *l)
{
	for (int i = 0; i < l->statics.n; i++) {
		Var *v = l->statics.v[i];

		if (v->section && strcmp(v->section, "license") == 0)
			return text_of_init(l, v->init);
	}
	return NULL;
}

/* The body of the macro BPF_LICENSE, as text: words without quotes. */
static const char *license_of_macro(Lang *l)
{
	Macro *m = pp_find_macro(l, dialect_atom(l, "BPF_LICENSE"));
	Str text;

	if (!m || m->kind != MACRO_OBJECT || m->from_pool || !m->n_body)
		return NULL;
	if (m->n_body == 1 && m->body[0].kind == TOK_STRING) {
		text = literal_string(l, m->body, 1);
		return arena_strndup(l->arena, text.p, strnlen(text.p, text.n));
	}
	return pp_spell(l, m->body, m->n_body);
}

/* Sections of data that says something about the module and is no global variable. */
static bool is_module_data(const Var *v)
{
	return v->section && (!strcmp(v->section, "license") || !strcmp(v->section, "version"));
}

static void drop_module_data(Unit *u)
{
	int kept = 0;

	for (int i = 0; i < u->globals.n; i++)
		if (!is_module_data(u->globals.v[i]))
			u->globals.v[kept++] = u->globals.v[i];
	u->globals.n = kept;
}

void dialect_unit_end(Lang *l)
{
	const char *license = license_of_macro(l);

	if (!license)
		license = license_of_variable(l);
	l->unit->license = license ? license : "GPL";
	drop_module_data(l->unit);
	for (int i = 0; i < l->unit->maps.n; i++) {
		MapDecl *m = l->unit->maps.v[i];
		bool found = !m->inner;

		for (int j = 0; j < l->unit->maps.n && !found; j++)
			found = l->unit->maps.v[j] != m && !l->unit->maps.v[j]->inner &&
				strcmp(l->unit->maps.v[j]->name->text, m->inner) == 0;
		if (!found)
			diag_hint(l->diags,
				  diag_report(l->diags, m->loc, DIAG_inner_map,
					      "the inner map '%s' of '%s' is not declared here",
					      m->inner, m->name->text),
				  "declare a map '%s' that has no inner map itself", m->inner);
	}
}
