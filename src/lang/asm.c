/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inline assembly: only empty templates, which kernel-style code uses as barriers. An output that
 * takes its value from an input ("=r"(x) : "0"(y)) is the assignment x = y; all other operands
 * keep their values.
 */
#include "internal.h"

enum { MOST_OPERANDS = 30 };

typedef struct Operand {
	const char *constraint;
	Expr *value;
} Operand;

static const char *parse_string(Lang *l)
{
	VEC(Token) strings = { 0 };
	Str text;

	for (; l->token.kind == TOK_STRING; next_token(l))
		vec_push(l->arena, &strings, l->token);
	if (!strings.n) {
		expected(l, "a string");
		return "";
	}
	text = literal_string(l, strings.v, strings.n);
	return arena_strndup(l->arena, text.p, text.n);
}

static int parse_operands(Lang *l, Operand *list)
{
	int n = 0;

	while (l->token.kind == TOK_STRING || l->token.kind == TOK_LBRACKET) {
		Operand o;

		if (accept(l, TOK_LBRACKET)) {
			next_token(l);
			expect(l, TOK_RBRACKET);
		}
		o.constraint = parse_string(l);
		if (!expect(l, TOK_LPAREN))
			break;
		o.value = parse_expression(l);
		expect(l, TOK_RPAREN);
		if (n < MOST_OPERANDS)
			list[n++] = o;
		if (l->panic || !accept(l, TOK_COMMA))
			break;
	}
	return n;
}

static bool is_blank(const char *text)
{
	return text[strspn(text, " \t\n;")] == '\0';
}

static Expr *assign_inputs(Lang *l, Expr *e, const Operand *outputs, int n_outputs,
			   const Operand *inputs, int n_inputs)
{
	for (int i = 0; i < n_inputs; i++) {
		int target = inputs[i].constraint[0] - '0';

		if (target < 0 || target > 9 || target >= n_outputs)
			continue;
		e = expr_comma(l, e, expr_assign(l, outputs[target].value, inputs[i].value, e->loc),
			       e->loc);
	}
	return e;
}

/* Sections behind the template, each after a ':'. */
static Expr *parse_sections(Lang *l, Expr *e)
{
	Operand outputs[MOST_OPERANDS], inputs[MOST_OPERANDS];
	int n_outputs = 0, n_inputs = 0;

	if (accept(l, TOK_COLON))
		n_outputs = parse_operands(l, outputs);
	if (accept(l, TOK_COLON))
		n_inputs = parse_operands(l, inputs);
	return assign_inputs(l, e, outputs, n_outputs, inputs, n_inputs);
}

Expr *parse_asm(Lang *l)
{
	Loc loc = l->token.loc;
	Expr *e = expr_builtin(l, BUILTIN_BARRIER, l->t_void, loc);
	const char *template;
	Diag *d;

	next_token(l);
	while (l->token.kind == TOK_VOLATILE || l->token.kind == TOK_GOTO ||
	       l->token.kind == TOK_INLINE)
		next_token(l);
	if (!expect(l, TOK_LPAREN))
		return e;
	template = parse_string(l);
	if (is_blank(template)) {
		e = parse_sections(l, e);
	} else if (!l->panic) {
		d = diag_report(l->diags, loc, DIAG_unsupported_asm,
				"assembly instructions cannot be used");
		diag_hint(l->diags, d,
			  "only empty barriers are understood: asm volatile(\"\" ::: \"memory\")");
	}
	skip_to(l, TOK_RPAREN, TOK_SEMICOLON);
	expect(l, TOK_RPAREN);
	return expr_cast(l, e, l->t_void, loc);
}
