/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operators with two or three operands: their rules, and their parsing by precedence.
 * Operands come as they are; decay, promotion and conversion to the common type happen here.
 */
#include "internal.h"

static const char *const spellings[] = {
	[OP_ADD] = "+", [OP_SUB] = "-", [OP_MUL] = "*",    [OP_DIV] = "/",    [OP_MOD] = "%",
	[OP_AND] = "&", [OP_OR] = "|",  [OP_XOR] = "^",    [OP_SHL] = "<<",   [OP_SHR] = ">>",
	[OP_EQ] = "==", [OP_NE] = "!=", [OP_LT] = "<",     [OP_LE] = "<=",    [OP_GT] = ">",
	[OP_GE] = ">=", [OP_NEG] = "-", [OP_BITNOT] = "~", [OP_LOGNOT] = "!",
};

static Expr *invalid(Lang *l, Operator op, Expr *a, Expr *b, Loc loc)
{
	diag_report(l->diags, loc, DIAG_invalid_operands, "'%s' does not work on '%s' and '%s'",
		    spellings[op], type_text(l, a->type), type_text(l, b->type));
	return expr_error(l, loc);
}

static Expr *new_binary(Lang *l, Operator op, Expr *a, Expr *b, Type *type, Loc loc)
{
	Expr *e = expr_new(l, EXPR_BINARY, type, loc);

	e->op = op;
	e->a = a;
	e->b = b;
	return fold_node(l, e);
}

/* Pointers ------------------------------------------------------------------------------------ */

uint64_t pointer_scale(Lang *l, Type *pointer, Loc loc)
{
	Type *to = type_strip(type_strip(pointer)->base);
	uint64_t size;

	if (to->kind == TYPE_VOID || to->kind == TYPE_FUNC)
		return 1;
	size = type_size(l, to);
	if (!type_strip(to)->complete && !size)
		diag_report(l->diags, loc, DIAG_incomplete_type,
			    "arithmetic needs the size of '%s', which is not "
			    "defined",
			    type_text(l, to));
	return size;
}

static Expr *pointer_add(Lang *l, Expr *pointer, Expr *offset, bool subtract, Loc loc)
{
	Expr *e = expr_new(l, EXPR_POINTER_ADD, type_unqualified(pointer->type), loc);

	offset = expr_cast(l, expr_promote(l, offset), l->t_long, offset->loc);
	e->a = pointer;
	e->b = subtract ? expr_unary(l, OP_NEG, offset, loc) : offset;
	e->scale = pointer_scale(l, pointer->type, loc);
	return fold_node(l, e);
}

static Expr *pointer_difference(Lang *l, Expr *a, Expr *b, Loc loc)
{
	Expr *e;

	if (!type_equal(type_strip(a->type)->base, type_strip(b->type)->base))
		diag_report(l->diags, loc, DIAG_pointer_comparison,
			    "'%s' and '%s' point to different types", type_text(l, a->type),
			    type_text(l, b->type));
	e = expr_new(l, EXPR_POINTER_DIFF, l->t_long, loc);
	e->a = a;
	e->b = b;
	e->scale = pointer_scale(l, a->type, loc);
	if (!e->scale)
		e->scale = 1;
	if (a->kind == EXPR_INT && b->kind == EXPR_INT)
		return expr_int(l, (int64_t)((uint64_t)a->i - (uint64_t)b->i) / (int64_t)e->scale,
				l->t_long, loc);
	return e;
}

static void check_comparison(Lang *l, Expr *a, Expr *b, Loc loc)
{
	if (!type_is_pointer(a->type) || !type_is_pointer(b->type)) {
		Expr *number = type_is_pointer(a->type) ? b : a;

		if (!expr_is_null(number))
			diag_report(l->diags, loc, DIAG_pointer_comparison,
				    "a pointer is compared with the integer type '%s'",
				    type_text(l, number->type));
	} else if (!pointers_agree(a->type, b->type)) {
		diag_report(l->diags, loc, DIAG_pointer_comparison,
			    "'%s' and '%s' point to different types", type_text(l, a->type),
			    type_text(l, b->type));
	}
}

static Expr *compare_pointers(Lang *l, Operator op, Expr *a, Expr *b, Loc loc)
{
	Type *type = type_unqualified(type_is_pointer(a->type) ? a->type : b->type);

	if (!type_is_scalar(a->type) || !type_is_scalar(b->type))
		return invalid(l, op, a, b, loc);
	check_comparison(l, a, b, loc);
	if (type_strip(a->type) != type_strip(type))
		a = expr_cast(l, a, type, a->loc);
	if (type_strip(b->type) != type_strip(type))
		b = expr_cast(l, b, type, b->loc);
	return new_binary(l, op, a, b, l->t_int, loc);
}

static Expr *pointer_operation(Lang *l, Operator op, Expr *a, Expr *b, Loc loc)
{
	if (op >= OP_EQ && op <= OP_GE)
		return compare_pointers(l, op, a, b, loc);
	if (op == OP_SUB && type_is_pointer(a->type) && type_is_pointer(b->type))
		return pointer_difference(l, a, b, loc);
	if ((op == OP_ADD || op == OP_SUB) && type_is_pointer(a->type) && type_is_integer(b->type))
		return pointer_add(l, a, b, op == OP_SUB, loc);
	if (op == OP_ADD && type_is_integer(a->type) && type_is_pointer(b->type))
		return pointer_add(l, b, a, false, loc);
	return invalid(l, op, a, b, loc);
}

/* Numbers ------------------------------------------------------------------------------------- */

static void check_constant_operand(Lang *l, Operator op, Expr *b, Type *type, Loc loc)
{
	if (b->kind != EXPR_INT || l->unevaluated)
		return;
	if ((op == OP_DIV || op == OP_MOD) && !b->i && !b->i_hi)
		diag_report(l->diags, loc, DIAG_division_by_zero, "division by zero");
	if ((op == OP_SHL || op == OP_SHR) && (b->i < 0 || (uint64_t)b->i >= type->size * 8))
		diag_report(l->diags, loc, DIAG_shift_count, "shift by %lld of a value of %d bits",
			    (long long)b->i, (int)type->size * 8);
}

static Expr *arithmetic(Lang *l, Operator op, Expr *a, Expr *b, Loc loc)
{
	bool shift = op == OP_SHL || op == OP_SHR, comparison = op >= OP_EQ && op <= OP_GE;
	Type *type;

	a = expr_promote(l, a);
	b = expr_promote(l, b);
	type = shift ? type_promoted(l, a->type) : type_usual(l, a->type, b->type);
	check_constant_operand(l, op, b, type, loc);
	a = expr_convert(l, a, type, a->loc);
	b = expr_convert(l, b, type, b->loc);
	return new_binary(l, op, a, b, comparison ? l->t_int : type, loc);
}

Expr *expr_binary(Lang *l, Operator op, Expr *a, Expr *b, Loc loc)
{
	a = expr_rvalue(l, a);
	b = expr_rvalue(l, b);
	if (expr_is_error(l, a) || expr_is_error(l, b))
		return expr_error(l, loc);
	if (type_is_pointer(a->type) || type_is_pointer(b->type))
		return pointer_operation(l, op, a, b, loc);
	if (!type_is_scalar(a->type) || !type_is_scalar(b->type))
		return invalid(l, op, a, b, loc);
	if (type_is_float(a->type) || type_is_float(b->type))
		return fold_float(l, op, a, b, loc);
	return arithmetic(l, op, a, b, loc);
}

Expr *expr_unary(Lang *l, Operator op, Expr *a, Loc loc)
{
	Expr *e;

	a = op == OP_LOGNOT ? expr_condition(l, a, "'!'") : expr_promote(l, a);
	if (expr_is_error(l, a))
		return a;
	if (type_is_float(a->type))
		return fold_float(l, op, a, NULL, loc);
	if (op != OP_LOGNOT && !type_is_integer(a->type)) {
		diag_report(l->diags, loc, DIAG_invalid_operands, "'%s' does not work on '%s'",
			    spellings[op], type_text(l, a->type));
		return expr_error(l, loc);
	}
	e = expr_new(l, EXPR_UNARY, op == OP_LOGNOT ? l->t_int : type_promoted(l, a->type), loc);
	e->op = op;
	e->a = a;
	return fold_node(l, e);
}

Expr *expr_logical(Lang *l, ExprKind kind, Expr *a, Expr *b, Loc loc)
{
	const char *of = kind == EXPR_LOGICAL_AND ? "'&&'" : "'||'";
	Expr *e = expr_new(l, kind, l->t_int, loc);

	e->a = expr_condition(l, a, of);
	e->b = expr_condition(l, b, of);
	return fold_node(l, e);
}

/* a ? b : c ----------------------------------------------------------------------------------- */

static Type *pointer_result(Lang *l, Expr *b, Expr *c, Loc loc)
{
	Type *to_b, *to_c;

	if (!type_is_pointer(b->type) || expr_is_null(b))
		return type_is_pointer(c->type) ? c->type : b->type;
	if (!type_is_pointer(c->type) || expr_is_null(c))
		return b->type;
	to_b = type_strip(type_strip(b->type)->base);
	to_c = type_strip(type_strip(c->type)->base);
	if (to_b->kind == TYPE_VOID)
		return b->type;
	if (to_c->kind == TYPE_VOID)
		return c->type;
	if (!type_equal(to_b, to_c))
		diag_report(l->diags, loc, DIAG_incompatible_pointer,
			    "the two results have the types '%s' and '%s'", type_text(l, b->type),
			    type_text(l, c->type));
	return b->type;
}

static Type *conditional_type(Lang *l, Expr *b, Expr *c, Loc loc)
{
	Type *tb = type_strip(b->type), *tc = type_strip(c->type);

	if (tb->kind == TYPE_VOID || tc->kind == TYPE_VOID)
		return l->t_void;
	if (type_is_pointer(tb) || type_is_pointer(tc))
		return type_unqualified(pointer_result(l, b, c, loc));
	if (type_is_scalar(tb) && type_is_scalar(tc))
		return type_usual(l, b->type, c->type);
	if (type_equal(tb, tc))
		return type_unqualified(b->type);
	diag_report(l->diags, loc, DIAG_incompatible_types,
		    "the two results have the types '%s' and '%s'", type_text(l, b->type),
		    type_text(l, c->type));
	return l->t_error;
}

Expr *expr_conditional(Lang *l, Expr *a, Expr *b, Expr *c, Loc loc)
{
	Expr *e = expr_new(l, EXPR_CONDITIONAL, NULL, loc);
	int64_t known;

	a = expr_condition(l, a, "'?'");
	c = type_is_integer(c->type) ? expr_promote(l, c) : expr_rvalue(l, c);
	if (b)
		b = type_is_integer(b->type) ? expr_promote(l, b) : expr_rvalue(l, b);
	if (expr_is_error(l, a) || expr_is_error(l, c) || (b && expr_is_error(l, b)))
		return expr_error(l, loc);
	e->type = conditional_type(l, b ? b : a, c, loc);
	if (e->type == l->t_error)
		return expr_error(l, loc);
	if (a->kind == EXPR_INT && constant_value(l, a, &known) && (b || !known))
		return expr_convert(l, known ? b : c, e->type, loc);
	if (type_is_float(e->type))
		return fold_float(l, OP_ADD, b ? b : a, c, loc);
	if (b)
		b = expr_convert(l, b, e->type, b->loc);
	else
		a = expr_convert(l, a, e->type, a->loc);
	e->a = a;
	e->b = b;
	e->c = expr_convert(l, c, e->type, c->loc);
	return e;
}

Expr *expr_comma(Lang *l, Expr *a, Expr *b, Loc loc)
{
	Expr *e;

	b = expr_rvalue(l, b);
	if (expr_is_constant(a))
		return b;
	e = expr_new(l, EXPR_COMMA, type_unqualified(b->type), loc);
	e->a = expr_rvalue(l, a);
	e->b = b;
	return e;
}

/* Parsing ------------------------------------------------------------------------------------- */

enum { LEVEL_OR = 1, LEVEL_AND, LONGEST_CHAIN = 4000 };

static int binary_level(TokenKind kind, Operator *op)
{
	switch (kind) {
	case TOK_OROR: return LEVEL_OR;
	case TOK_ANDAND: return LEVEL_AND;
	case TOK_PIPE: *op = OP_OR; return 3;
	case TOK_CARET: *op = OP_XOR; return 4;
	case TOK_AMP: *op = OP_AND; return 5;
	case TOK_EQ: *op = OP_EQ; return 6;
	case TOK_NE: *op = OP_NE; return 6;
	case TOK_LT: *op = OP_LT; return 7;
	case TOK_LE: *op = OP_LE; return 7;
	case TOK_GT: *op = OP_GT; return 7;
	case TOK_GE: *op = OP_GE; return 7;
	case TOK_SHL: *op = OP_SHL; return 8;
	case TOK_SHR: *op = OP_SHR; return 8;
	case TOK_PLUS: *op = OP_ADD; return 9;
	case TOK_MINUS: *op = OP_SUB; return 9;
	case TOK_STAR: *op = OP_MUL; return 10;
	case TOK_SLASH: *op = OP_DIV; return 10;
	case TOK_PERCENT: *op = OP_MOD; return 10;
	default: return 0;
	}
}

static Expr *parse_level(Lang *l, int lowest)
{
	Expr *left = parse_cast(l);
	int chain = 0;

	for (;;) {
		Operator op = OP_ADD;
		int level = binary_level(l->token.kind, &op);
		Loc loc = l->token.loc;
		Expr *right;

		if (!level || level < lowest)
			return left;
		if (chain++ > LONGEST_CHAIN) {
			l->depth += 1 << 20;
			nest(l);
			return left;
		}
		next_token(l);
		right = parse_level(l, level + 1);
		if (level <= LEVEL_AND)
			left = expr_logical(l,
					    level == LEVEL_OR ? EXPR_LOGICAL_OR : EXPR_LOGICAL_AND,
					    left, right, loc);
		else
			left = expr_binary(l, op, left, right, loc);
	}
}

Expr *parse_binary(Lang *l)
{
	return parse_level(l, LEVEL_OR);
}

Expr *parse_conditional(Lang *l)
{
	Expr *a = parse_binary(l), *b = NULL, *c;
	Loc loc = l->token.loc;

	if (l->token.kind != TOK_QUESTION || !nest(l))
		return a;
	next_token(l);
	if (l->token.kind != TOK_COLON)
		b = parse_expression(l);
	expect(l, TOK_COLON);
	c = parse_conditional(l);
	unnest(l);
	return expr_conditional(l, a, b, c, loc);
}
