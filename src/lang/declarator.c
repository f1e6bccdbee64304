/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Declarators: pointers before, arrays and parameter lists behind a name, in parentheses or not.
 *
 * A declarator reads from the inside out while its type is built from the outside in. So its parts
 * are first listed in the order in which they are applied to the base type: the pointers, the
 * suffixes from the last to the first, then those of the declarator in parentheses.
 */
#include "internal.h"

typedef struct Part {
	TypeKind kind;             /* POINTER, ARRAY, FUNC */
	unsigned quals;            /* POINTER; of an array parameter's pointer */
	TypeSpace space;
	uint64_t count;
	bool complete;
	Type *function;            /* FUNC: params and variadic are set */
	Loc loc;
} Part;

typedef struct Parts {
	VEC(Part) list;
	Atom *name;
	Loc name_loc;
	Attrs *attrs;
} Parts;

enum { LARGEST_ARRAY = 1 << 30 };

static unsigned parse_qualifiers(Lang *l, Attrs *attrs)
{
	unsigned quals = 0;

	for (;;) {
		switch (l->token.kind) {
		case TOK_CONST: quals |= QUAL_CONST; break;
		case TOK_VOLATILE: quals |= QUAL_VOLATILE; break;
		case TOK_RESTRICT: quals |= QUAL_RESTRICT; break;
		case TOK_ATOMIC: case TOK_EXTENSION: break;
		case TOK_ATTRIBUTE:
			parse_attributes(l, attrs);
			continue;
		default:
			return quals;
		}
		next_token(l);
	}
}

static void parse_pointers(Lang *l, Parts *parts)
{
	int n = 0;

	while (accept(l, TOK_STAR)) {
		Part p = { .kind = TYPE_POINTER, .loc = l->token.loc };
		Attrs attrs = { 0 };

		p.quals = parse_qualifiers(l, &attrs);
		p.space = attrs.space;
		attrs.space = TYPE_SPACE_NONE;
		attrs_merge(l, parts->attrs, &attrs);
		if (n++ < 64)
			vec_push(l->arena, &parts->list, p);
	}
}

static Part parse_array(Lang *l)
{
	Part p = { .kind = TYPE_ARRAY, .loc = l->token.loc };
	Attrs ignored = { 0 };
	int64_t count;

	accept(l, TOK_STATIC);
	p.quals = parse_qualifiers(l, &ignored);
	accept(l, TOK_STATIC);
	if (l->token.kind == TOK_RBRACKET || (l->token.kind == TOK_STAR &&
					      peek_token(l, 0)->kind == TOK_RBRACKET)) {
		accept(l, TOK_STAR);
	} else {
		Expr *e = parse_assignment(l);

		p.complete = true;
		if (!expr_is_error(l, e) && !type_is_integer(e->type)) {
			diag_report(l->diags, e->loc, DIAG_array_size,
				    "an array's size is an integer, not '%s'",
				    type_text(l, e->type));
		} else if (constant_value(l, e, &count)) {
			if (count < 0 || count > LARGEST_ARRAY)
				diag_report(l->diags, e->loc, DIAG_array_size,
					    "%lld is not a possible array size", (long long)count);
			else
				p.count = (uint64_t)count;
		} else if (!expr_is_error(l, e)) {
			Diag *d = diag_report(l->diags, e->loc, DIAG_variable_length_array,
					      "the size of this array is not a constant");

			diag_hint(l->diags, d, "give it the largest size needed, as a constant");
			p.count = 1;
		}
	}
	expect(l, TOK_RBRACKET);
	return p;
}

/* Is the '(' behind a type the start of a parameter list, not of a declarator in parentheses? */
static bool opens_parameters(Lang *l)
{
	const Token *t = peek_token(l, 0);

	switch (t->kind) {
	case TOK_STAR: case TOK_LPAREN: case TOK_LBRACKET: case TOK_CARET:
		return false;
	case TOK_ATTRIBUTE:
		return false;
	case TOK_IDENT:
		return t->atom->symbol && t->atom->symbol->kind == SYMBOL_TYPEDEF;
	default:
		return true;
	}
}

static void parse_suffixes(Lang *l, Parts *parts)
{
	VEC(Part) suffixes = { 0 };

	for (;;) {
		if (accept(l, TOK_LBRACKET)) {
			vec_push(l->arena, &suffixes, parse_array(l));
		} else if (l->token.kind == TOK_LPAREN) {
			Part p = { .kind = TYPE_FUNC, .loc = l->token.loc };

			next_token(l);
			p.function = type_function(l, l->t_void);
			parse_parameters(l, p.function);
			vec_push(l->arena, &suffixes, p);
		} else {
			break;
		}
		if (suffixes.n > 64) {
			l->depth += 1 << 20;
			nest(l);
			break;
		}
	}
	while (suffixes.n)
		vec_push(l->arena, &parts->list, vec_pop(&suffixes));
}

static void parse_parts(Lang *l, Parts *parts)
{
	Parts inner = { .attrs = parts->attrs };

	if (!nest(l))
		return;
	parse_pointers(l, parts);
	parse_attributes(l, parts->attrs);
	if (l->token.kind == TOK_IDENT) {
		inner.name = l->token.atom;
		inner.name_loc = l->token.loc;
		next_token(l);
	} else if (l->token.kind == TOK_LPAREN && !opens_parameters(l)) {
		next_token(l);
		parse_parts(l, &inner);
		expect(l, TOK_RPAREN);
	}
	parse_suffixes(l, parts);
	for (int i = 0; i < inner.list.n; i++)
		vec_push(l->arena, &parts->list, inner.list.v[i]);
	parts->name = inner.name;
	parts->name_loc = inner.name_loc;
	unnest(l);
}

static Type *apply_array(Lang *l, Type *t, const Part *p)
{
	Type *element = type_strip(t);
	uint64_t size;

	if (element->kind == TYPE_FUNC || element->kind == TYPE_VOID) {
		diag_report(l->diags, p->loc, DIAG_incomplete_type, "there are no arrays of '%s'",
			    type_text(l, t));
		t = l->t_error;
	} else if (element->kind == TYPE_ARRAY && !element->complete) {
		diag_report(l->diags, p->loc, DIAG_incomplete_type,
			    "only the first size of an array can be left out");
		t = l->t_error;
	}
	if (p->complete && __builtin_mul_overflow(type_strip(t)->size, p->count, &size))
		size = ~0ull;
	if (p->complete && type_strip(t)->size && p->count && size > LARGEST_ARRAY) {
		diag_report(l->diags, p->loc, DIAG_array_size, "the array is too large");
		return type_array(l, t, 1, true);
	}
	return type_array(l, t, p->count, p->complete);
}

static Type *apply_part(Lang *l, Type *t, const Part *p)
{
	switch (p->kind) {
	case TYPE_POINTER:
		return type_qualified(l, type_pointer(l, type_qualified(l, t, 0, p->space)),
				      p->quals, TYPE_SPACE_NONE);
	case TYPE_ARRAY:
		return apply_array(l, t, p);
	default:
		if (type_strip(t)->kind == TYPE_FUNC || type_strip(t)->kind == TYPE_ARRAY) {
			diag_report(l->diags, p->loc, DIAG_incompatible_types,
				    "a function cannot return '%s'", type_text(l, t));
			t = l->t_error;
		}
		p->function->base = type_unqualified(t);
		return p->function;
	}
}

/* `__user` behind the star, as in `char * __user p`, still says where the pointer leads. */
static Type *apply_trailing_space(Lang *l, Type *t, Attrs *attrs)
{
	if (!attrs->space)
		return t;
	if (t->kind == TYPE_POINTER)
		t = type_pointer(l, type_qualified(l, t->base, 0, attrs->space));
	attrs->space = TYPE_SPACE_NONE;
	return t;
}

Type *parse_declarator(Lang *l, Type *base, Atom **name, Loc *loc, Attrs *attrs)
{
	Parts parts = { .attrs = attrs, .name_loc = l->token.loc };

	parse_parts(l, &parts);
	for (int i = 0; i < parts.list.n; i++)
		base = apply_part(l, base, &parts.list.v[i]);
	if (name)
		*name = parts.name;
	if (loc)
		*loc = parts.name ? parts.name_loc : l->token.loc;
	parse_attributes(l, attrs);
	return apply_trailing_space(l, base, attrs);
}

Type *parse_type_name(Lang *l)
{
	Specifiers s = { 0 };
	Atom *name;
	Loc loc;
	Type *t;

	parse_specifiers(l, &s);
	t = parse_declarator(l, s.type, &name, &loc, &s.attrs);
	if (name)
		diag_report(l->diags, loc, DIAG_syntax_error,
			    "a type alone is expected here, not the name '%s'", name->text);
	return t;
}

/* Parameters ---------------------------------------------------------------------------------- */

static Type *adjust_parameter(Lang *l, Type *t)
{
	Type *s = type_strip(t);

	if (s->kind == TYPE_ARRAY)
		return type_pointer(l, type_qualified(l, s->base, type_quals(t), TYPE_SPACE_NONE));
	if (s->kind == TYPE_FUNC)
		return type_pointer(l, t);
	return t;
}

static void parse_parameter(Lang *l, Type *fn)
{
	Specifiers s = { 0 };
	Param p = { 0 };

	parse_specifiers(l, &s);
	p.type = parse_declarator(l, s.type, &p.name, &p.loc, &s.attrs);
	if (type_strip(p.type)->kind == TYPE_VOID) {
		if (fn->params.n || p.name || l->token.kind != TOK_RPAREN)
			diag_report(l->diags, s.loc, DIAG_incomplete_type,
				    "a parameter cannot be void");
		else
			return;
		p.type = l->t_error;
	}
	p.type = adjust_parameter(l, p.type);
	if (p.name && p.name->symbol && p.name->symbol->scope == l->scope)
		diag_report(l->diags, p.loc, DIAG_redefinition, "two parameters are named '%s'",
			    p.name->text);
	if (p.name)
		scope_declare(l, SYMBOL_VAR, p.name, p.type, p.loc)->var =
			var_new(l, p.name, p.type, p.loc);
	vec_push(l->arena, &fn->params, p);
}

void parse_parameters(Lang *l, Type *fn)
{
	if (accept(l, TOK_RPAREN))
		return;
	scope_enter(l);
	do {
		if (accept(l, TOK_ELLIPSIS)) {
			fn->variadic = true;
			break;
		}
		parse_parameter(l, fn);
	} while (!l->panic && accept(l, TOK_COMMA));
	expect(l, TOK_RPAREN);
	if (l->panic) {
		skip_to(l, TOK_RPAREN, TOK_SEMICOLON);
		if (accept(l, TOK_RPAREN))
			l->panic = false;
	}
	scope_leave(l);
}
