/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The expression of #if: 64-bit integers, signed or unsigned as in C, identifiers that are no
 * macros count 0. Operands that C does not evaluate (0 && x, 1 ? a : x) may divide by zero.
 */
#include "pp.h"

enum { MOST_NESTING = 200 };

typedef struct Value {
	uint64_t v;
	bool is_unsigned;
} Value;

typedef struct Parser {
	Lang *l;
	Token t;                   /* current */
	int nesting, unevaluated;
	bool failed;
	Loc loc;
} Parser;

static Value expression(Parser *p, int lowest);
static Value conditional(Parser *p);

static Value fail(Parser *p, const char *what)
{
	if (!p->failed) {
		if (p->t.kind == TOK_EOF)
			diag_report(p->l->diags, p->loc, DIAG_condition_syntax, "%s", what);
		else
			diag_report(p->l->diags, p->t.loc, DIAG_condition_syntax,
				    "%s, at '%.*s'", what,
				    (int)(p->t.text.n < 40 ? p->t.text.n : 40), p->t.text.p);
	}
	p->failed = true;
	return (Value){ 0, false };
}

static void advance(Parser *p)
{
	if (p->t.kind != TOK_EOF || !p->t.text.p)
		pp_expanded(p->l, &p->t);
}

/* Behind `defined`: the name is taken as it is. */
static Value defined_operator(Parser *p)
{
	Token t;
	bool paren, value;

	pp_raw(p->l, &t);
	paren = t.kind == TOK_LPAREN;
	if (paren)
		pp_raw(p->l, &t);
	if (t.kind != TOK_IDENT) {
		p->t = t;
		return fail(p, "'defined' needs the name of a macro");
	}
	value = pp_find_macro(p->l, t.atom) != NULL;
	advance(p);
	if (paren && p->t.kind != TOK_RPAREN)
		return fail(p, "')' is missing after 'defined'");
	if (paren)
		advance(p);
	return (Value){ value, false };
}

static Value primary(Parser *p)
{
	Value v = { 0, false };
	int64_t c;

	switch (p->t.kind) {
	case TOK_NUMBER:
		p->failed |= !pp_number(p->l, &p->t, &v.v, &v.is_unsigned);
		break;
	case TOK_CHAR:
		p->failed |= !literal_char(p->l, &p->t, &c);
		v.v = (uint64_t)c;
		break;
	case TOK_IDENT:
		if (p->t.atom == p->l->pp->a_defined)
			return defined_operator(p);
		break;
	case TOK_LPAREN:
		advance(p);
		v = conditional(p);
		if (p->t.kind != TOK_RPAREN)
			return fail(p, "')' is missing");
		break;
	default:
		return fail(p, p->t.kind == TOK_EOF ? "a value is missing" : "no value of #if");
	}
	advance(p);
	return v;
}

static Value unary(Parser *p)
{
	TokenKind op = p->t.kind;
	Value v;

	if (op != TOK_MINUS && op != TOK_PLUS && op != TOK_BANG && op != TOK_TILDE)
		return primary(p);
	if (p->nesting >= MOST_NESTING)
		return fail(p, "the expression is nested too deeply");
	p->nesting++;
	advance(p);
	v = unary(p);
	p->nesting--;
	if (op == TOK_MINUS)
		v.v = -v.v;
	else if (op == TOK_TILDE)
		v.v = ~v.v;
	else if (op == TOK_BANG)
		v = (Value){ !v.v, false };
	return v;
}

static int precedence(TokenKind op)
{
	switch (op) {
	case TOK_STAR: case TOK_SLASH: case TOK_PERCENT: return 10;
	case TOK_PLUS: case TOK_MINUS: return 9;
	case TOK_SHL: case TOK_SHR: return 8;
	case TOK_LT: case TOK_GT: case TOK_LE: case TOK_GE: return 7;
	case TOK_EQ: case TOK_NE: return 6;
	case TOK_AMP: return 5;
	case TOK_CARET: return 4;
	case TOK_PIPE: return 3;
	case TOK_ANDAND: return 2;
	case TOK_OROR: return 1;
	default: return 0;
	}
}

static uint64_t divide(Parser *p, TokenKind op, Value a, Value b, bool is_unsigned)
{
	if (!b.v) {
		if (!p->unevaluated && !p->failed)
			diag_report(p->l->diags, p->loc, DIAG_division_by_zero_in_condition,
				    "division by zero in #if");
		return 0;
	}
	if (is_unsigned)
		return op == TOK_SLASH ? a.v / b.v : a.v % b.v;
	if (b.v == UINT64_MAX)     /* INT64_MIN / -1 would trap */
		return op == TOK_SLASH ? -a.v : 0;
	if (op == TOK_SLASH)
		return (uint64_t)((int64_t)a.v / (int64_t)b.v);
	return (uint64_t)((int64_t)a.v % (int64_t)b.v);
}

static uint64_t shift(TokenKind op, Value a, uint64_t n)
{
	n &= 63;
	if (op == TOK_SHL)
		return a.v << n;
	return a.is_unsigned ? a.v >> n : (uint64_t)((int64_t)a.v >> n);
}

static bool less(Value a, Value b, bool is_unsigned)
{
	return is_unsigned ? a.v < b.v : (int64_t)a.v < (int64_t)b.v;
}

static Value binary(Parser *p, TokenKind op, Value a, Value b)
{
	bool u = a.is_unsigned || b.is_unsigned;

	switch (op) {
	case TOK_STAR: return (Value){ a.v * b.v, u };
	case TOK_SLASH: case TOK_PERCENT: return (Value){ divide(p, op, a, b, u), u };
	case TOK_PLUS: return (Value){ a.v + b.v, u };
	case TOK_MINUS: return (Value){ a.v - b.v, u };
	case TOK_SHL: case TOK_SHR: return (Value){ shift(op, a, b.v), a.is_unsigned };
	case TOK_LT: return (Value){ less(a, b, u), false };
	case TOK_GT: return (Value){ less(b, a, u), false };
	case TOK_LE: return (Value){ !less(b, a, u), false };
	case TOK_GE: return (Value){ !less(a, b, u), false };
	case TOK_EQ: return (Value){ a.v == b.v, false };
	case TOK_NE: return (Value){ a.v != b.v, false };
	case TOK_AMP: return (Value){ a.v & b.v, u };
	case TOK_CARET: return (Value){ a.v ^ b.v, u };
	case TOK_PIPE: return (Value){ a.v | b.v, u };
	case TOK_ANDAND: return (Value){ a.v && b.v, false };
	default: return (Value){ a.v || b.v, false };
	}
}

static Value expression(Parser *p, int lowest)
{
	Value a = unary(p), b;

	while (!p->failed && precedence(p->t.kind) >= lowest) {
		TokenKind op = p->t.kind;
		bool dead = (op == TOK_ANDAND && !a.v) || (op == TOK_OROR && a.v);

		advance(p);
		p->unevaluated += dead;
		b = expression(p, precedence(op) + 1);
		p->unevaluated -= dead;
		a = binary(p, op, a, b);
	}
	return a;
}

static Value conditional(Parser *p)
{
	Value c, a, b;

	if (p->nesting >= MOST_NESTING)
		return fail(p, "the expression is nested too deeply");
	p->nesting++;
	c = expression(p, 1);
	if (p->t.kind == TOK_QUESTION && !p->failed) {
		advance(p);
		p->unevaluated += !c.v;
		a = conditional(p);
		p->unevaluated -= !c.v;
		if (p->t.kind != TOK_COLON)
			return fail(p, "':' is missing after '?'");
		advance(p);
		p->unevaluated += c.v != 0;
		b = conditional(p);
		p->unevaluated -= c.v != 0;
		c = (Value){ c.v ? a.v : b.v, a.is_unsigned || b.is_unsigned };
	}
	p->nesting--;
	return c;
}

bool pp_condition(Lang *l, Loc loc)
{
	Input *line = l->pp->input;
	Parser p = { .l = l, .loc = loc };
	Value v;

	pp_expanded(l, &p.t);
	v = conditional(&p);
	if (p.t.kind != TOK_EOF)
		fail(&p, "the expression of #if does not end here");
	while (l->pp->input != line)
		pp_pop_input(l);
	pp_rest_of_line(l, false);
	return !p.failed && v.v != 0;
}
