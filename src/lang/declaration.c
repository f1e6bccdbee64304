/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Declarations: typedefs, variables with their initialisers, static assertions. Declaring a
 * constant function pointer, `static int (*f)(int) = (void *)7;`, declares helper 7.
 */
#include "internal.h"

typedef struct Declaration {
	const Specifiers *s;
	Attrs attrs;
	Atom *name;
	Type *type;
	Loc loc;
	Stmt *block;               /* NULL: file scope */
} Declaration;

static void note_previous(Lang *l, Diag *d, const Symbol *s)
{
	if (!s->is_external)
		diag_note(l->diags, d, s->loc, "the other declaration of '%s' is here",
			  s->name->text);
}

/* What the program declared under this name in this scope already; NULL if it may be declared. */
static Symbol *declared_here(Lang *l, Atom *name)
{
	Symbol *s = scope_find_here(l, name, false);

	return s && !s->is_external && !l->snippet_depth ? s : NULL;
}

/* Typedefs ------------------------------------------------------------------------------------ */

static void declare_typedef(Lang *l, Declaration *d)
{
	Symbol *other = declared_here(l, d->name);
	Type *t;

	if (other && (other->kind != SYMBOL_TYPEDEF || !type_equal(other->type, d->type))) {
		note_previous(l,
			      diag_report(l->diags, d->loc, DIAG_redefinition,
					  "'%s' is declared already, as something else",
					  d->name->text),
			      other);
		return;
	}
	t = type_typedef(l, d->name, d->type, d->loc);
	t->align = d->attrs.align;
	for (int i = 0; i < d->attrs.tags.n; i++)
		vec_push(l->arena, &t->tags, d->attrs.tags.v[i]);
	if (!other || other->type->align != t->align)
		scope_declare(l, SYMBOL_TYPEDEF, d->name, t, d->loc);
	if (l->token.kind == TOK_ASSIGN) {
		diag_report(l->diags, l->token.loc, DIAG_not_initialisable,
			    "a typedef has no value");
		next_token(l);
		parse_assignment(l);
	}
}

/* Variables ----------------------------------------------------------------------------------- */

Var *var_new(Lang *l, Atom *name, Type *type, Loc loc)
{
	Var *v = NEW(l->arena, Var);
	unsigned quals = type_quals(type);

	v->name = name;
	v->type = type;
	v->loc = loc;
	v->is_const = quals & QUAL_CONST;
	v->is_volatile = quals & QUAL_VOLATILE;
	return v;
}

/* The variable that a second declaration at file scope, or an extern one, names again. */
static Var *merge(Lang *l, Declaration *d, Symbol *other, bool defines)
{
	Var *v = other->kind == SYMBOL_VAR ? other->var : NULL;
	bool is_extern = d->s->storage & STORAGE_EXTERN;

	if (!v || (d->block && !is_extern && !v->is_extern)) {
		note_previous(l,
			      diag_report(l->diags, d->loc, DIAG_redefinition,
					  "'%s' is declared already in this scope", d->name->text),
			      other);
		return NULL;
	}
	if (!type_equal(v->type, d->type)) {
		note_previous(l,
			      diag_report(l->diags, d->loc, DIAG_conflicting_types,
					  "'%s' has the type "
					  "'%s' here and '%s' before",
					  d->name->text, type_text(l, d->type),
					  type_text(l, v->type)),
			      other);
		return NULL;
	}
	if (defines && v->init)
		note_previous(l, diag_report(l->diags, d->loc, DIAG_redefinition,
					     "'%s' is initialised twice", d->name->text), other);
	if (!is_extern)
		v->is_extern = false;
	if (type_strip(d->type)->complete)
		v->type = d->type;
	return v;
}

static bool constant_item(Lang *l, InitItem *item)
{
	Expr *e = expr_fold(l, item->value), *at = e;

	item->value = e;
	while (at->kind == EXPR_CONVERT && type_is_pointer(at->type) &&
	       type_is_pointer(at->a->type))
		at = at->a;
	if (at->kind == EXPR_ADDRESS && at->a->kind == EXPR_STRING)
		return true;
	return e->kind == EXPR_INT || e->kind == EXPR_STRING;
}

/* Lists of compound literals, as in `static struct x a = (struct x){1};`, are written out. */
static void flatten(Lang *l, Init *out, const Init *in, uint64_t offset, int depth)
{
	for (int i = 0; i < in->items.n; i++) {
		InitItem item = in->items.v[i];

		item.offset += offset;
		item.bit_offset += (uint32_t)offset * 8;
		if (item.value->kind == EXPR_COMPOUND && depth < 16)
			flatten(l, out, item.value->init, item.offset, depth + 1);
		else
			vec_push(l->arena, &out->items, item);
	}
}

static Init *check_constant(Lang *l, Var *v, const Init *init)
{
	Init *out = NEW(l->arena, Init);

	flatten(l, out, init, 0, 0);
	for (int i = 0; i < out->items.n; i++) {
		InitItem *item = &out->items.v[i];
		int64_t value;

		if (constant_item(l, item) || expr_is_error(l, item->value))
			continue;
		if (constant_value(l, item->value, &value)) {
			item->value = expr_int(l, value, item->value->type, item->value->loc);
			continue;
		}
		diag_report(
			l->diags, item->value->loc, DIAG_not_constant,
			"the initialiser of '%s' must be constant, because the variable is static",
			v->name ? v->name->text : "?");
		item->value = expr_int(l, 0, l->t_error, item->value->loc);
	}
	return out;
}

static void check_variable_type(Lang *l, Declaration *d, bool has_initializer)
{
	Type *s = type_strip(d->type);
	bool is_extern = d->s->storage & STORAGE_EXTERN;

	if (s->kind == TYPE_FLOAT && !is_extern && !l->snippet_depth) {
		Diag *diag = diag_report(l->diags, d->loc, DIAG_floating_point,
					 "BPF programs have no variables of type '%s'",
					 type_text(l, d->type));

		diag_hint(l->diags, diag, "use a 64-bit integer, e.g. in thousandths");
		d->type = l->t_error;
	}
	if (s->kind == TYPE_ARRAY && !s->complete && (has_initializer || is_extern))
		return;
	if (is_extern || type_complete(l->unit, s))
		return;
	if (s->kind == TYPE_ARRAY && !s->complete)
		diag_report(l->diags, d->loc, DIAG_array_size, "the size of '%s' is missing",
			    d->name->text);
	else
		diag_report(l->diags, d->loc, DIAG_incomplete_type, s->kind == TYPE_VOID ?
			    "'%s' cannot be of type void" : "'%s' has the incomplete type '%s'",
			    d->name->text, type_text(l, d->type));
	d->type = l->t_error;
}

static void add_declaration(Lang *l, Stmt *block, Var *v)
{
	Stmt *s = stmt_new(l, STMT_DECL, v->loc);

	s->var = v;
	vec_push(l->arena, &block->list, s);
}

static Var *declare_object(Lang *l, Declaration *d, bool has_initializer)
{
	bool is_global = !d->block || d->s->storage & (STORAGE_STATIC | STORAGE_EXTERN);
	Symbol *other = declared_here(l, d->name);
	Var *v = other ? merge(l, d, other, has_initializer) : NULL;

	if (v)
		return v;
	v = var_new(l, d->name, d->type, d->loc);
	v->is_global = is_global;
	v->is_static = d->s->storage & STORAGE_STATIC;
	v->is_extern = d->s->storage & STORAGE_EXTERN && !has_initializer;
	v->section = d->attrs.section;
	v->align = d->attrs.align;
	for (int i = 0; i < d->attrs.tags.n; i++)
		vec_push(l->arena, &v->tags, d->attrs.tags.v[i]);
	if (is_global)
		vec_push(l->arena, &l->statics, v);
	scope_declare(l, SYMBOL_VAR, d->name, d->type, d->loc)->var = v;
	return v;
}

/* `= (void *)N` behind a function pointer declares helper N; anything else is a plain initialiser.
 */
static bool declare_helper(Lang *l, Declaration *d)
{
	Type *s = type_strip(d->type);
	Init *init;
	int64_t id;

	if (s->kind != TYPE_POINTER || type_strip(s->base)->kind != TYPE_FUNC ||
	    l->token.kind != TOK_ASSIGN)
		return false;
	next_token(l);
	init = parse_initializer(l, &d->type);
	if (init->items.n == 1 && constant_value(l, init->items.v[0].value, &id) && id > 0)
		scope_declare(l, SYMBOL_HELPER, d->name, type_strip(s->base), d->loc)->value = id;
	else
		diag_report(l->diags, d->loc, DIAG_indirect_call,
			    "function pointers can only be constants: "
			    "numbers of helpers");
	return true;
}

/* Maps in libbpf's style are variables in a section of their own. */
static bool define_map(Lang *l, Declaration *d)
{
	const char *section = d->attrs.section;

	if (!section || d->block || d->s->storage & STORAGE_EXTERN)
		return false;
	if (!strcmp(section, "maps"))
		dialect_refuse_old_map(l, d->name, d->loc);
	if (strcmp(section, ".maps"))
		return false;
	dialect_define_map(l, d->name, d->type, &d->attrs, d->loc);
	return true;
}

static void declare_variable(Lang *l, Declaration *d)
{
	bool has_initializer = l->token.kind == TOK_ASSIGN;
	Symbol *symbol;
	Var *v;

	if (d->s->storage & STORAGE_THREAD)
		diag_report(l->diags, d->s->loc, DIAG_bad_storage_class,
			    "BPF programs have no threads");
	if (declare_helper(l, d) || define_map(l, d))
		return;
	check_variable_type(l, d, has_initializer);
	v = declare_object(l, d, has_initializer);
	if (accept(l, TOK_ASSIGN)) {
		v->init = parse_initializer(l, &v->type);
		symbol = d->name->symbol;
		if (symbol && symbol->var == v)
			symbol->type = v->type;
		if (v->is_global)
			v->init = check_constant(l, v, v->init);
	}
	if (d->block && !v->is_global)
		add_declaration(l, d->block, v);
}

static void declare_auto_type(Lang *l, Declaration *d)
{
	Expr *value;
	Var *v;

	if (!expect(l, TOK_ASSIGN))
		return;
	value = expr_rvalue(l, parse_assignment(l));
	if (type_strip(value->type)->kind == TYPE_VOID) {
		diag_report(l->diags, value->loc, DIAG_void_value,
			    "this has no value to initialise '%s' with", d->name->text);
		value = expr_error(l, value->loc);
	}
	d->type = type_qualified(l, type_unqualified(value->type), type_quals(d->type),
				 TYPE_SPACE_NONE);
	v = declare_object(l, d, true);
	v->init = NEW(l->arena, Init);
	vec_push(l->arena, &v->init->items, (InitItem){ .type = d->type, .value = value });
	if (v->is_global)
		v->init = check_constant(l, v, v->init);
	else
		add_declaration(l, d->block, v);
}

/* Functions ----------------------------------------------------------------------------------- */

/* Declares the function; true if its body was parsed too, which ends the declaration. */
static bool declare_function(Lang *l, Declaration *d, bool first)
{
	Specifiers s = *d->s;
	Func *f;

	s.attrs = d->attrs;
	f = function_declare(l, d->name, d->type, &s, d->loc);
	if (l->token.kind != TOK_LBRACE || !first)
		return false;
	if (d->block || l->function) {
		Diag *diag = diag_report(l->diags, d->loc, DIAG_nested_function,
					 "'%s' is defined inside of "
					 "another function",
					 d->name->text);
		diag_hint(l->diags, diag, "is a '}' missing before it?");
		next_token(l);
		skip_to(l, TOK_RBRACE, TOK_RBRACE);
		accept(l, TOK_RBRACE);
		return true;
	}
	parse_function_body(l, f);
	return true;
}

/* --------------------------------------------------------------------------------------------- */

static void parse_static_assert(Lang *l)
{
	Loc loc = l->token.loc;
	Str text = { "", 0 };
	VEC(Token) strings = { 0 };
	int64_t holds = 1;

	next_token(l);
	if (!expect(l, TOK_LPAREN))
		return;
	parse_constant(l, &holds);
	if (accept(l, TOK_COMMA)) {
		for (; l->token.kind == TOK_STRING; next_token(l))
			vec_push(l->arena, &strings, l->token);
		if (strings.n)
			text = literal_string(l, strings.v, strings.n);
		else
			expected(l, "a string");
	}
	expect(l, TOK_RPAREN);
	expect(l, TOK_SEMICOLON);
	if (!holds)
		diag_report(l->diags, loc, DIAG_static_assertion, "static assertion failed%s%.*s",
			    text.n > 1 ? ": " : "", text.n ? (int)text.n - 1 : 0, text.p);
}

/* One declarator and its initialiser; true if a function body ended the declaration. */
static bool parse_one(Lang *l, const Specifiers *s, Stmt *block, bool first)
{
	Declaration d = { .s = s, .block = block };

	attrs_merge(l, &d.attrs, &s->attrs);
	d.type = parse_declarator(l, s->type, &d.name, &d.loc, &d.attrs);
	if (!d.name) {
		expected(l, "a name");
		return false;
	}
	if (s->storage & STORAGE_TYPEDEF)
		declare_typedef(l, &d);
	else if (type_strip(d.type)->kind == TYPE_FUNC)
		return declare_function(l, &d, first);
	else if (s->is_auto_type)
		declare_auto_type(l, &d);
	else
		declare_variable(l, &d);
	return false;
}

void parse_declaration(Lang *l, Stmt *block)
{
	Specifiers s = { 0 };
	bool first = true;

	if (l->token.kind == TOK_STATIC_ASSERT) {
		parse_static_assert(l);
		return;
	}
	parse_specifiers(l, &s);
	if (!block && l->leading)
		attrs_merge(l, &s.attrs, l->leading);
	l->leading = NULL;
	/* the result type may be written out: int BPF_PROG(...) */
	if (!block && l->token.kind == TOK_BCC_TRAMPOLINE) {
		l->leading = &s.attrs;
		dialect_parse_trampoline(l);
		return;
	}
	if (l->panic)
		return;
	if (accept(l, TOK_SEMICOLON)) {
		if (!s.is_tag_only && s.type != l->t_error)
			diag_report(l->diags, s.loc, DIAG_empty_declaration,
				    "this declares nothing");
		return;
	}
	do {
		if (parse_one(l, &s, block, first))
			return;
		first = false;
	} while (!l->panic && accept(l, TOK_COMMA));
	expect(l, TOK_SEMICOLON);
}
