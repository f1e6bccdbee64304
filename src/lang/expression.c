/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expressions from the top down: comma, assignment, casts, unary operators, primary expressions.
 */
#include "internal.h"

/* Comma and assignment ------------------------------------------------------------------------ */

static bool assignment_operator(TokenKind kind, Operator *op)
{
	switch (kind) {
	case TOK_ADD_ASSIGN: *op = OP_ADD; return true;
	case TOK_SUB_ASSIGN: *op = OP_SUB; return true;
	case TOK_MUL_ASSIGN: *op = OP_MUL; return true;
	case TOK_DIV_ASSIGN: *op = OP_DIV; return true;
	case TOK_MOD_ASSIGN: *op = OP_MOD; return true;
	case TOK_AND_ASSIGN: *op = OP_AND; return true;
	case TOK_OR_ASSIGN: *op = OP_OR; return true;
	case TOK_XOR_ASSIGN: *op = OP_XOR; return true;
	case TOK_SHL_ASSIGN: *op = OP_SHL; return true;
	case TOK_SHR_ASSIGN: *op = OP_SHR; return true;
	default: return false;
	}
}

Expr *parse_assignment(Lang *l)
{
	Expr *left, *right;
	Operator op;
	Loc loc;

	if (!nest(l))
		return expr_error(l, l->token.loc);
	left = parse_conditional(l);
	loc = l->token.loc;
	if (accept(l, TOK_ASSIGN)) {
		right = parse_assignment(l);
		left = expr_assign(l, left, right, loc);
	} else if (assignment_operator(l->token.kind, &op)) {
		next_token(l);
		right = parse_assignment(l);
		left = expr_assign_op(l, op, left, right, loc);
	}
	unnest(l);
	return left;
}

Expr *parse_initial_value(Lang *l)
{
	return parse_assignment(l);
}

Expr *parse_expression(Lang *l)
{
	Expr *e = parse_assignment(l);
	int chain = 0;

	while (l->token.kind == TOK_COMMA && chain++ < 1000) {
		Loc loc = l->token.loc;

		next_token(l);
		e = expr_comma(l, e, parse_assignment(l), loc);
	}
	return e;
}

/* Strings and literals ------------------------------------------------------------------------ */

Expr *expr_string(Lang *l, Str bytes, Loc loc)
{
	Expr *e = expr_new(l, EXPR_STRING, type_array(l, l->t_char, bytes.n, true), loc);

	e->str = bytes;
	e->is_lvalue = true;
	return e;
}

static Expr *parse_string(Lang *l)
{
	VEC(Token) strings = { 0 };
	Loc loc = l->token.loc;

	for (; l->token.kind == TOK_STRING; next_token(l))
		vec_push(l->arena, &strings, l->token);
	return expr_string(l, literal_string(l, strings.v, strings.n), loc);
}

static Expr *parse_number(Lang *l)
{
	Loc loc = l->token.loc;
	uint64_t value = 0;
	Type *type = l->t_int;
	bool is_float = false, good;
	double f = 0;

	good = literal_number(l, &l->token, &value, &type, &is_float, &f);
	next_token(l);
	if (!good)
		return expr_error(l, loc);
	return is_float ? expr_float(l, f, type_is_float(type) ? type : l->t_double, loc)
			: expr_int(l, (int64_t)value, type, loc);
}

static Expr *parse_character(Lang *l)
{
	Loc loc = l->token.loc;
	int64_t value = 0;
	bool good = literal_char(l, &l->token, &value);

	next_token(l);
	return good ? expr_int(l, value, l->t_int, loc) : expr_error(l, loc);
}

/* Identifiers --------------------------------------------------------------------------------- */

static Expr *undeclared(Lang *l, Atom *name, Loc loc)
{
	const char *near = suggest_name(l, name, false);
	Diag *d = diag_report(l->diags, loc, DIAG_undeclared_identifier, "'%s' is not declared",
			      name->text);
	Symbol *s;

	if (near)
		diag_hint(l->diags, d, "did you mean '%s'?", near);
	if (l->function && l->scope != l->file_scope) {
		s = scope_declare(l, SYMBOL_VAR, name, l->t_error, loc);
		s->var = var_new(l, name, l->t_error, loc);
	}
	return expr_error(l, loc);
}

static Expr *name_of_function(Lang *l, const char *text, Loc loc)
{
	const char *name;

	if (strcmp(text, "__func__") && strcmp(text, "__FUNCTION__") &&
	    strcmp(text, "__PRETTY_FUNCTION__"))
		return NULL;
	name = l->function ? l->function->name->text : "";
	return expr_string(l, (Str){ name, strlen(name) + 1 }, loc);
}

static Expr *value_of_symbol(Lang *l, Symbol *s, Loc loc)
{
	Expr *e;

	switch (s->kind) {
	case SYMBOL_VAR:
		return s->type == l->t_error ? expr_error(l, loc) : expr_var(l, s->var, loc);
	case SYMBOL_ENUMERATOR:
		return expr_int(l, s->value, s->type, loc);
	case SYMBOL_FUNC:
		e = expr_new(l, EXPR_FUNC, s->func->type, loc);
		e->func = s->func;
		return e;
	case SYMBOL_MAP:
		e = expr_new(l, EXPR_MAP, l->t_void_ptr, loc);
		e->map = s->map;
		return e;
	case SYMBOL_TYPEDEF:
		diag_report(l->diags, loc, DIAG_syntax_error,
			    "'%s' is a type; a value is needed here", s->name->text);
		return expr_error(l, loc);
	default:
		diag_report(l->diags, loc, DIAG_indirect_call, "'%s' can only be called",
			    s->name->text);
		return expr_error(l, loc);
	}
}

static Expr *parse_identifier(Lang *l)
{
	Atom *name = l->token.atom;
	Loc loc = l->token.loc;
	Symbol *s = name->symbol;
	bool call = peek_token(l, 0)->kind == TOK_LPAREN;
	Expr *e;

	if (!s) {
		e = name_of_function(l, name->text, loc);
		if (e) {
			next_token(l);
			return e;
		}
		s = resolve_symbol(l, name, false, loc);
	}
	if (call && !s)
		return parse_call(l, NULL, loc);
	next_token(l);
	if (!s)
		return undeclared(l, name, loc);
	if (call && s->kind != SYMBOL_TYPEDEF)
		return parse_call(l, s, loc);
	return value_of_symbol(l, s, loc);
}

/* Parentheses --------------------------------------------------------------------------------- */

static Expr *parse_statement_expression(Lang *l, Loc loc)
{
	Expr *e = expr_new(l, EXPR_STATEMENT, l->t_void, loc);
	Stmt *last;

	if (!l->function) {
		diag_report(l->diags, loc, DIAG_syntax_error,
			    "a statement expression stands inside of a function only");
		next_token(l);
		skip_to(l, TOK_RBRACE, TOK_RBRACE);
		accept(l, TOK_RBRACE);
		expect(l, TOK_RPAREN);
		return expr_error(l, loc);
	}
	e->stmt = parse_block(l);
	expect(l, TOK_RPAREN);
	last = e->stmt->list.n ? vec_last(&e->stmt->list) : NULL;
	while (last && (last->kind == STMT_LABEL || last->kind == STMT_CASE) && last->body)
		last = last->body;
	if (last && last->kind == STMT_EXPR && last->expr) {
		last->expr = expr_rvalue(l, last->expr);
		e->type = type_unqualified(last->expr->type);
	}
	return e;
}

static Expr *parse_parentheses(Lang *l)
{
	Loc loc = l->token.loc;
	Expr *e;

	next_token(l);
	if (l->token.kind == TOK_LBRACE)
		return parse_statement_expression(l, loc);
	e = parse_expression(l);
	expect(l, TOK_RPAREN);
	return e;
}

/* _Generic(x, type: value, default: value) ---------------------------------------------------- */

static Expr *parse_association(Lang *l, Type *control, bool *matches, bool *is_default)
{
	Type *t = NULL;
	Expr *e;

	*is_default = accept(l, TOK_DEFAULT);
	if (!*is_default)
		t = parse_type_name(l);
	expect(l, TOK_COLON);
	*matches = t && type_equal(t, control) &&
		   type_enum_base(t)->is_char == type_enum_base(control)->is_char;
	l->unevaluated += !(*matches || *is_default);
	e = parse_assignment(l);
	l->unevaluated -= !(*matches || *is_default);
	return e;
}

static Expr *parse_generic(Lang *l)
{
	Loc loc = l->token.loc;
	Expr *control, *chosen = NULL, *otherwise = NULL;

	next_token(l);
	if (!expect(l, TOK_LPAREN))
		return expr_error(l, loc);
	l->unevaluated++;
	control = expr_rvalue(l, parse_assignment(l));
	l->unevaluated--;
	while (!l->panic && accept(l, TOK_COMMA)) {
		bool matches, is_default;
		Expr *e = parse_association(l, control->type, &matches, &is_default);

		if (matches && !chosen)
			chosen = e;
		if (is_default)
			otherwise = e;
	}
	expect(l, TOK_RPAREN);
	if (chosen || otherwise)
		return chosen ? chosen : otherwise;
	if (!expr_is_error(l, control) && !l->panic)
		diag_report(l->diags, loc, DIAG_generic_selection,
			    "no association for the type '%s'", type_text(l, control->type));
	return expr_error(l, loc);
}

Expr *parse_primary(Lang *l)
{
	Expr *e;

	switch (l->token.kind) {
	case TOK_IDENT: return parse_identifier(l);
	case TOK_NUMBER: return parse_number(l);
	case TOK_CHAR: return parse_character(l);
	case TOK_STRING: return parse_string(l);
	case TOK_LPAREN: return parse_parentheses(l);
	case TOK_GENERIC: return parse_generic(l);
	case TOK_BUILTIN_OFFSETOF:
	case TOK_BUILTIN_TYPES_COMPATIBLE_P:
	case TOK_BUILTIN_CHOOSE_EXPR:
		return parse_keyword_builtin(l);
	default:
		e = expr_error(l, l->token.loc);
		expected(l, "an expression");
		return e;
	}
}

/* Unary operators ----------------------------------------------------------------------------- */

Expr *parse_compound_literal(Lang *l, Type *type, Loc loc)
{
	Expr *e = expr_new(l, EXPR_COMPOUND, type, loc);

	e->init = parse_initializer(l, &type);
	e->type = type;
	e->var = var_new(l, NULL, type, loc);
	e->is_lvalue = true;
	return e;
}

static Expr *size_of_type(Lang *l, Type *t, bool alignment, Loc loc)
{
	Type *s = type_strip(t);

	if (s == l->t_error)
		return expr_int(l, 1, l->t_ulong, loc);
	if (s->kind == TYPE_VOID || s->kind == TYPE_FUNC)
		return expr_int(l, 1, l->t_ulong, loc);
	if (alignment)
		return expr_int(l, type_align(l, t), l->t_ulong, loc);
	if (!type_complete(l->unit, t)) {
		diag_report(l->diags, loc, DIAG_incomplete_type, "the size of '%s' is not known",
			    type_text(l, t));
		return expr_error(l, loc);
	}
	return expr_int(l, (int64_t)s->size, l->t_ulong, loc);
}

static Expr *size_of_expression(Lang *l, Expr *e, bool alignment, Loc loc)
{
	if (expr_is_error(l, e))
		return e;
	if (e->kind == EXPR_MEMBER && e->member->is_bitfield)
		diag_report(l->diags, loc, DIAG_bitfield_address,
			    "the bit-field '%s' has no size in bytes", e->member->name->text);
	if (alignment && e->kind == EXPR_VAR && e->var->align)
		return expr_int(l, e->var->align, l->t_ulong, loc);
	return size_of_type(l, e->type, alignment, loc);
}

static Expr *parse_sizeof(Lang *l, bool alignment)
{
	Loc loc = l->token.loc;
	Type *t = NULL;
	Expr *e;

	next_token(l);
	l->unevaluated++;
	if (l->token.kind == TOK_LPAREN) {
		Loc paren = l->token.loc;

		next_token(l);
		if (starts_declaration(l)) {
			t = parse_type_name(l);
			expect(l, TOK_RPAREN);
			e = l->token.kind == TOK_LBRACE ?
			    parse_postfix(l, parse_compound_literal(l, t, paren)) : NULL;
		} else {
			if (l->token.kind == TOK_LBRACE) {
				e = parse_statement_expression(l, paren);
			} else {
				e = parse_expression(l);
				expect(l, TOK_RPAREN);
			}
			e = parse_postfix(l, e);
		}
	} else {
		e = parse_cast(l);
	}
	l->unevaluated--;
	return e ? size_of_expression(l, e, alignment, loc) : size_of_type(l, t, alignment, loc);
}

static Expr *parse_operator(Lang *l, TokenKind kind, Loc loc)
{
	Expr *e;

	next_token(l);
	e = parse_cast(l);
	switch (kind) {
	case TOK_AMP: return expr_address(l, e, loc);
	case TOK_STAR: return expr_deref(l, e, loc);
	case TOK_MINUS: return expr_unary(l, OP_NEG, e, loc);
	case TOK_TILDE: return expr_unary(l, OP_BITNOT, e, loc);
	case TOK_BANG: return expr_unary(l, OP_LOGNOT, e, loc);
	case TOK_INC: return expr_increment(l, e, 1, false, loc);
	case TOK_DEC: return expr_increment(l, e, -1, false, loc);
	default:
		e = expr_promote(l, e);
		return e->is_lvalue ? expr_cast(l, e, e->type, loc) : e;
	}
}

static Expr *parse_unary(Lang *l)
{
	TokenKind kind = l->token.kind;
	Loc loc = l->token.loc;

	switch (kind) {
	case TOK_AMP: case TOK_STAR: case TOK_MINUS: case TOK_PLUS: case TOK_TILDE: case TOK_BANG:
	case TOK_INC: case TOK_DEC:
		return parse_operator(l, kind, loc);
	case TOK_SIZEOF:
		return parse_sizeof(l, false);
	case TOK_ALIGNOF:
		return parse_sizeof(l, true);
	case TOK_EXTENSION:
		next_token(l);
		return parse_cast(l);
	case TOK_ANDAND:
		diag_report(l->diags, loc, DIAG_indirect_call,
			    "addresses of labels do not exist in BPF programs");
		next_token(l);
		accept(l, TOK_IDENT);
		return expr_error(l, loc);
	default:
		return parse_postfix(l, parse_primary(l));
	}
}

/* Does the '(' that is the current token open a type name? Then it is passed. */
static bool opens_type(Lang *l)
{
	const Token *t;

	if (l->token.kind != TOK_LPAREN)
		return false;
	t = peek_token(l, 0);
	if (t->kind == TOK_LPAREN || t->kind == TOK_LBRACE || t->kind == TOK_NUMBER ||
	    t->kind == TOK_RPAREN)
		return false;
	if (t->kind == TOK_IDENT && t->atom->symbol)
		return t->atom->symbol->kind == SYMBOL_TYPEDEF;
	if (t->kind == TOK_IDENT) {
		TokenKind after = peek_token(l, 1)->kind;

		return (after == TOK_STAR || after == TOK_RPAREN || after == TOK_LBRACKET) &&
		       names_type(l, t->atom, t->loc);
	}
	return token_starts_type(t->kind);
}

Expr *parse_cast(Lang *l)
{
	Loc loc = l->token.loc;
	Type *type;
	Expr *e;

	if (!nest(l))
		return expr_error(l, loc);
	if (opens_type(l)) {
		next_token(l);
		type = parse_type_name(l);
		expect(l, TOK_RPAREN);
		if (l->token.kind == TOK_LBRACE)
			e = parse_postfix(l, parse_compound_literal(l, type, loc));
		else
			e = expr_cast(l, parse_cast(l), type, loc);
	} else {
		e = parse_unary(l);
	}
	unnest(l);
	return e;
}
