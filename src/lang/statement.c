/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements. A goto may come before its label: the label's statement is made when the name is met
 * first and filled in where it is defined. Break, continue and case find their loop or switch
 * through the state. Labels and cases that follow each other are read in a loop, not by recursion.
 */
#include "internal.h"

#include <stdlib.h>

typedef struct Label {
	Atom *name;
	Stmt *stmt;
	Loc first_use;
	bool defined;
	const Scope *scope;        /* __label__: the block; NULL: the function */
	struct Label *next;
} Label;

struct Labels {
	Label *first;
	struct Labels *outer;
};

enum { MOST_LABELS_IN_A_ROW = 4000 };

Stmt *stmt_new(Lang *l, StmtKind kind, Loc loc)
{
	Stmt *s = NEW(l->arena, Stmt);

	s->kind = kind;
	s->loc = loc;
	return s;
}

/* Labels -------------------------------------------------------------------------------------- */

struct Labels *labels_begin(Lang *l)
{
	struct Labels *outer = l->labels;

	l->labels = NEW(l->arena, struct Labels);
	return outer;
}

void labels_end(Lang *l, struct Labels *outer)
{
	for (Label *label = l->labels->first; label; label = label->next) {
		if (!label->defined && label->first_use)
			diag_report(l->diags, label->first_use, DIAG_undefined_label,
				    "there is no label '%s' here", label->name->text);
	}
	l->labels = outer;
}

static bool in_sight(const Lang *l, const Label *label)
{
	if (!label->scope)
		return true;
	for (const Scope *s = l->scope; s; s = s->parent) {
		if (s == label->scope)
			return true;
	}
	return false;
}

static Label *new_label(Lang *l, Atom *name, const Scope *scope)
{
	Label *label = NEW(l->arena, Label);

	label->name = name;
	label->scope = scope;
	label->stmt = stmt_new(l, STMT_LABEL, 0);
	label->stmt->label = name;
	label->next = l->labels->first;
	l->labels->first = label;
	return label;
}

static Label *find_label(Lang *l, Atom *name)
{
	for (Label *label = l->labels->first; label; label = label->next) {
		if (label->name == name && in_sight(l, label))
			return label;
	}
	return new_label(l, name, NULL);
}

static Stmt *define_label(Lang *l, Atom *name, Loc loc)
{
	Label *label = find_label(l, name);
	Diag *d;

	if (label->defined) {
		d = diag_report(l->diags, loc, DIAG_duplicate_label, "label '%s' is defined twice",
				name->text);
		diag_note(l->diags, d, label->stmt->loc, "it was defined here first");
		label = new_label(l, name, l->scope);
	}
	label->defined = true;
	label->stmt->loc = loc;
	return label->stmt;
}

static void parse_local_labels(Lang *l)
{
	do {
		if (l->token.kind != TOK_IDENT) {
			expected(l, "the name of a label");
			break;
		}
		new_label(l, l->token.atom, l->scope);
		next_token(l);
	} while (accept(l, TOK_COMMA));
	expect(l, TOK_SEMICOLON);
}

/* Values that nobody uses --------------------------------------------------------------------- */

/* An atomic operation whose old value is not used needs no fetch, which every kernel has. */
static Expr *discard_value(Lang *l, Expr *e)
{
	Expr *inner;

	e = expr_rvalue(l, e);
	for (inner = e; inner->kind == EXPR_CONVERT; inner = inner->a)
		;
	if (inner->kind == EXPR_BUILTIN && inner->builtin == BUILTIN_FETCH_ADD) {
		inner->builtin = BUILTIN_ATOMIC_ADD;
		inner->type = l->t_void;
		return inner;
	}
	return e;
}

static void warn_assignment(Lang *l, const Expr *e)
{
	Diag *d = diag_report(l->diags, e->loc, DIAG_condition_assignment,
			      "an assignment is used as a condition");

	diag_hint(l->diags, d, "write '==' to compare, or parentheses around the assignment");
}

/* Loops --------------------------------------------------------------------------------------- */

static Expr *parse_condition(Lang *l, const char *of)
{
	bool parenthesised;
	Expr *e;

	if (!expect(l, TOK_LPAREN))
		return expr_error(l, l->token.loc);
	parenthesised = l->token.kind == TOK_LPAREN;
	e = parse_expression(l);
	if (e->kind == EXPR_ASSIGN && !parenthesised)
		warn_assignment(l, e);
	expect(l, TOK_RPAREN);
	if (l->panic) {
		skip_to(l, TOK_RPAREN, TOK_LBRACE);
		if (accept(l, TOK_RPAREN) || l->token.kind == TOK_LBRACE)
			l->panic = false;
	}
	return expr_condition(l, e, of);
}

static Stmt *begin_loop(Lang *l)
{
	Stmt *s = stmt_new(l, STMT_LOOP, l->token.loc);

	s->unroll = l->pending_unroll;
	l->pending_unroll = 0;
	next_token(l);
	return s;
}

static Stmt *parse_body(Lang *l, Stmt *loop)
{
	Stmt *outer_loop = l->loop, *outer_breakable = l->breakable, *body;

	l->loop = l->breakable = loop;
	scope_enter(l);
	body = parse_statement(l);
	scope_leave(l);
	l->loop = outer_loop;
	l->breakable = outer_breakable;
	return body;
}

static Stmt *parse_while(Lang *l)
{
	Stmt *s = begin_loop(l);

	s->expr = parse_condition(l, "'while'");
	s->body = parse_body(l, s);
	return s;
}

static Stmt *parse_do(Lang *l)
{
	Stmt *s = begin_loop(l);

	s->test_after = true;
	s->body = parse_body(l, s);
	if (!expect(l, TOK_WHILE))
		return s;
	s->expr = parse_condition(l, "'while'");
	expect(l, TOK_SEMICOLON);
	return s;
}

static Stmt *expression_statement(Lang *l, Expr *e)
{
	Stmt *s = stmt_new(l, STMT_EXPR, e->loc);

	s->expr = e;
	return s;
}

static Stmt *parse_for_init(Lang *l)
{
	Stmt *init;

	if (accept(l, TOK_SEMICOLON))
		return NULL;
	if (starts_declaration(l)) {
		init = stmt_new(l, STMT_BLOCK, l->token.loc);
		parse_declaration(l, init);
		return init;
	}
	init = expression_statement(l, parse_expression(l));
	init->expr = discard_value(l, init->expr);
	expect(l, TOK_SEMICOLON);
	return init;
}

static Stmt *parse_for(Lang *l)
{
	Stmt *s = begin_loop(l);

	scope_enter(l);
	expect(l, TOK_LPAREN);
	s->init = parse_for_init(l);
	if (l->token.kind != TOK_SEMICOLON)
		s->expr = expr_condition(l, parse_expression(l), "'for'");
	expect(l, TOK_SEMICOLON);
	if (l->token.kind != TOK_RPAREN)
		s->step = discard_value(l, parse_expression(l));
	expect(l, TOK_RPAREN);
	if (l->panic) {
		skip_to(l, TOK_RPAREN, TOK_LBRACE);
		if (accept(l, TOK_RPAREN) || l->token.kind == TOK_LBRACE)
			l->panic = false;
	}
	s->body = parse_body(l, s);
	scope_leave(l);
	return s;
}

/* Branches ------------------------------------------------------------------------------------ */

static Stmt *parse_branch(Lang *l)
{
	Stmt *s;

	scope_enter(l);
	s = parse_statement(l);
	scope_leave(l);
	return s;
}

static Stmt *parse_if(Lang *l)
{
	Stmt *first = stmt_new(l, STMT_IF, l->token.loc), *s = first;
	int chain = 0;

	for (;;) {
		next_token(l);
		s->expr = parse_condition(l, "'if'");
		s->body = parse_branch(l);
		if (!accept(l, TOK_ELSE))
			return first;
		if (l->token.kind != TOK_IF || chain++ > MOST_LABELS_IN_A_ROW) {
			s->other = parse_branch(l);
			return first;
		}
		s->other = stmt_new(l, STMT_IF, l->token.loc);
		s = s->other;
	}
}

static int compare_signed(const void *a, const void *b)
{
	const Stmt *x = *(Stmt *const *)a, *y = *(Stmt *const *)b;

	return x->low < y->low ? -1 : x->low > y->low;
}

static int compare_unsigned(const void *a, const void *b)
{
	const Stmt *x = *(Stmt *const *)a, *y = *(Stmt *const *)b;

	return (uint64_t)x->low < (uint64_t)y->low ? -1 : (uint64_t)x->low > (uint64_t)y->low;
}

/* Of two cases in order of their lowest values. */
static bool overlap(const Stmt *a, const Stmt *b, bool is_signed)
{
	if (a->low == b->low)
		return true;
	return is_signed ? a->high >= b->low : (uint64_t)a->high >= (uint64_t)b->low;
}

static void check_cases(Lang *l, const Stmt *s)
{
	VEC(Stmt *) sorted = { 0 };
	const Stmt *otherwise = NULL;
	bool is_signed = type_is_signed(s->expr->type);

	for (int i = 0; i < s->list.n; i++) {
		if (!s->list.v[i]->is_default) {
			vec_push(l->arena, &sorted, s->list.v[i]);
			continue;
		}
		if (otherwise)
			diag_report(l->diags, s->list.v[i]->loc, DIAG_duplicate_case,
				    "a second default");
		otherwise = s->list.v[i];
	}
	if (sorted.n > 1)
		qsort(sorted.v, (size_t)sorted.n, sizeof(*sorted.v),
		      is_signed ? compare_signed : compare_unsigned);
	for (int i = 1; i < sorted.n; i++) {
		const Stmt *a = sorted.v[i - 1], *b = sorted.v[i];

		if (!overlap(a, b, is_signed))
			continue;
		if (a->loc > b->loc) {
			const Stmt *t = a;
			a = b;
			b = t;
		}
		diag_note(l->diags,
			  diag_report(l->diags, b->loc, DIAG_duplicate_case,
				      "case %lld exists already", (long long)b->low),
			  a->loc, "it is here");
	}
}

static Stmt *parse_switch(Lang *l)
{
	Stmt *s = stmt_new(l, STMT_SWITCH, l->token.loc);
	Stmt *outer_switch = l->switch_stmt, *outer_breakable = l->breakable;

	next_token(l);
	s->expr = parse_condition(l, "'switch'");
	if (type_is_integer(s->expr->type)) {
		s->expr = expr_promote(l, s->expr);
	} else if (!expr_is_error(l, s->expr)) {
		diag_report(l->diags, s->expr->loc, DIAG_invalid_operands,
			    "'switch' needs an integer, not '%s'", type_text(l, s->expr->type));
		s->expr = expr_error(l, s->expr->loc);
	}
	l->switch_stmt = l->breakable = s;
	s->body = parse_branch(l);
	l->switch_stmt = outer_switch;
	l->breakable = outer_breakable;
	check_cases(l, s);
	return s;
}

/* Labelled statements ------------------------------------------------------------------------- */

static void parse_case_values(Lang *l, Stmt *s)
{
	Type *type = l->switch_stmt ? type_promoted(l, l->switch_stmt->expr->type) : l->t_int;

	parse_constant(l, &s->low);
	s->high = s->low;
	if (accept(l, TOK_ELLIPSIS))
		parse_constant(l, &s->high);
	s->low = wrap_integer(type, s->low);
	s->high = wrap_integer(type, s->high);
}

static Stmt *parse_case(Lang *l)
{
	Stmt *s = stmt_new(l, STMT_CASE, l->token.loc);

	s->is_default = l->token.kind == TOK_DEFAULT;
	next_token(l);
	if (!s->is_default)
		parse_case_values(l, s);
	if (!l->switch_stmt)
		diag_report(l->diags, s->loc, DIAG_stray_case, "'%s' stands outside of a switch",
			    s->is_default ? "default" : "case");
	else
		vec_push(l->arena, &l->switch_stmt->list, s);
	if (!accept(l, TOK_COLON)) {
		expected(l, "':'");
		if (l->token.kind == TOK_SEMICOLON)
			accept(l, TOK_SEMICOLON);
		l->panic = false;
	}
	return s;
}

static bool at_label(Lang *l)
{
	if (l->token.kind == TOK_CASE || l->token.kind == TOK_DEFAULT)
		return true;
	return l->token.kind == TOK_IDENT && peek_token(l, 0)->kind == TOK_COLON;
}

static Stmt *parse_label(Lang *l)
{
	Atom *name = l->token.atom;
	Loc loc = l->token.loc;
	Attrs ignored = { 0 };

	if (l->token.kind != TOK_IDENT)
		return parse_case(l);
	next_token(l);
	next_token(l);
	parse_attributes(l, &ignored);
	return define_label(l, name, loc);
}

/* A row of labels and cases with the statement behind them; none before '}' and declarations. */
static Stmt *parse_labelled(Lang *l)
{
	Stmt *first = parse_label(l), *s = first;
	int row = 0;

	while (at_label(l) && row++ < MOST_LABELS_IN_A_ROW) {
		s->body = parse_label(l);
		s = s->body;
	}
	if (l->token.kind == TOK_RBRACE || l->token.kind == TOK_EOF || starts_declaration(l))
		s->body = stmt_new(l, STMT_EMPTY, l->token.loc);
	else
		s->body = parse_statement(l);
	return first;
}

/* Jumps --------------------------------------------------------------------------------------- */

static Stmt *parse_goto(Lang *l)
{
	Stmt *s = stmt_new(l, STMT_GOTO, l->token.loc);
	Label *label;

	next_token(l);
	if (l->token.kind == TOK_STAR) {
		diag_report(l->diags, l->token.loc, DIAG_indirect_call,
			    "computed goto does not exist in BPF programs");
		l->panic = true;
	} else if (l->token.kind != TOK_IDENT) {
		expected(l, "the name of a label");
	} else {
		label = find_label(l, l->token.atom);
		if (!label->first_use)
			label->first_use = l->token.loc;
		s->target = label->stmt;
		s->label = label->name;
		next_token(l);
	}
	expect(l, TOK_SEMICOLON);
	return s->target ? s : stmt_new(l, STMT_EMPTY, s->loc);
}

static Stmt *parse_jump(Lang *l, StmtKind kind, Stmt *target, const char *word)
{
	Stmt *s = stmt_new(l, kind, l->token.loc);

	if (!target) {
		diag_report(l->diags, s->loc, DIAG_stray_break, "'%s' stands outside of a %s", word,
			    kind == STMT_BREAK ? "loop or switch" : "loop");
		s->kind = STMT_EMPTY;
	}
	s->target = target;
	next_token(l);
	expect(l, TOK_SEMICOLON);
	return s;
}

static void check_return(Lang *l, Stmt *s, Type *result)
{
	bool is_void = type_strip(result)->kind == TYPE_VOID;
	Diag *d;

	if (!s->expr && !is_void) {
		d = diag_report(l->diags, s->loc, DIAG_return_value,
				"'%s' returns '%s', so a value is needed here",
				l->function->name->text, type_text(l, result));
		diag_hint(l->diags, d, "write 'return 0;'");
	} else if (s->expr && is_void && type_strip(s->expr->type)->kind != TYPE_VOID &&
		   !expr_is_error(l, s->expr)) {
		diag_report(l->diags, s->loc, DIAG_return_value,
			    "'%s' returns nothing, so 'return' takes no value",
			    l->function->name->text);
		s->expr = NULL;
	} else if (s->expr && !is_void) {
		s->expr = expr_convert(l, s->expr, result, s->expr->loc);
	}
}

static Stmt *parse_return(Lang *l)
{
	Stmt *s = stmt_new(l, STMT_RETURN, l->token.loc);

	next_token(l);
	if (l->token.kind != TOK_SEMICOLON)
		s->expr = expr_rvalue(l, parse_expression(l));
	expect(l, TOK_SEMICOLON);
	if (l->function)
		check_return(l, s, l->function->type->base);
	return s;
}

/* Expressions and blocks ---------------------------------------------------------------------- */

static Stmt *parse_expression_statement(Lang *l)
{
	bool is_last;
	Expr *e = l->token.kind == TOK_ASM ? parse_asm(l) : parse_expression(l);

	expect(l, TOK_SEMICOLON);
	/* The last statement of ({ ... }) is its value; the block before ')' is only known later.
	 */
	is_last = l->token.kind == TOK_RBRACE && peek_token(l, 0)->kind == TOK_RPAREN;
	return expression_statement(l, is_last ? e : discard_value(l, e));
}

static Stmt *parse_unlabelled(Lang *l)
{
	Stmt *s;

	switch (l->token.kind) {
	case TOK_LBRACE: return parse_block(l);
	case TOK_IF: return parse_if(l);
	case TOK_WHILE: return parse_while(l);
	case TOK_DO: return parse_do(l);
	case TOK_FOR: return parse_for(l);
	case TOK_SWITCH: return parse_switch(l);
	case TOK_GOTO: return parse_goto(l);
	case TOK_BREAK: return parse_jump(l, STMT_BREAK, l->breakable, "break");
	case TOK_CONTINUE: return parse_jump(l, STMT_CONTINUE, l->loop, "continue");
	case TOK_RETURN: return parse_return(l);
	case TOK_SEMICOLON:
		s = stmt_new(l, STMT_EMPTY, l->token.loc);
		next_token(l);
		return s;
	case TOK_ELSE:
		expected(l, "a statement; this 'else' belongs to no 'if'");
		return stmt_new(l, STMT_EMPTY, l->token.loc);
	default:
		return parse_expression_statement(l);
	}
}

/* #pragma unroll in front of anything but a loop means nothing. */
static void drop_stray_unroll(Lang *l)
{
	TokenKind kind = l->token.kind;

	if (kind != TOK_FOR && kind != TOK_WHILE && kind != TOK_DO && !at_label(l))
		l->pending_unroll = 0;
}

/* To the end of the broken statement. */
static void recover(Lang *l, uint32_t start)
{
	if (!l->panic)
		return;
	if (l->n_tokens == start && l->token.kind != TOK_RBRACE)
		next_token(l);
	skip_to(l, TOK_SEMICOLON, TOK_RBRACE);
	accept(l, TOK_SEMICOLON);
	l->panic = false;
}

Stmt *parse_statement(Lang *l)
{
	uint32_t start = l->n_tokens;
	Stmt *s;

	if (!nest(l))
		return stmt_new(l, STMT_EMPTY, l->token.loc);
	drop_stray_unroll(l);
	if (at_label(l)) {
		s = parse_labelled(l);
	} else if (starts_declaration(l)) {
		/* Not C, but `if (x) int y;` is easily understood; its scope is the statement. */
		s = stmt_new(l, STMT_BLOCK, l->token.loc);
		parse_declaration(l, s);
	} else {
		s = parse_unlabelled(l);
	}
	recover(l, start);
	unnest(l);
	return s;
}

static void parse_item(Lang *l, Stmt *block)
{
	uint32_t start = l->n_tokens;

	if (accept(l, TOK_LABEL)) {
		parse_local_labels(l);
		recover(l, start);
	} else if (!at_label(l) && starts_declaration(l)) {
		parse_declaration(l, block);
		recover(l, start);
	} else {
		vec_push(l->arena, &block->list, parse_statement(l));
	}
}

void parse_block_items(Lang *l, Stmt *block)
{
	while (l->token.kind != TOK_RBRACE && l->token.kind != TOK_EOF) {
		uint32_t start = l->n_tokens;

		parse_item(l, block);
		if (l->n_tokens == start && l->token.kind != TOK_RBRACE)
			next_token(l);
	}
	if (!accept(l, TOK_RBRACE)) {
		if (!l->panic && !l->abandoned)
			diag_note(l->diags, diag_report(l->diags, l->token.loc, DIAG_syntax_error,
							"expected '}' at the end of the file"),
				  block->loc, "to match this '{'");
		l->panic = true;
	}
}

Stmt *parse_block(Lang *l)
{
	Stmt *s = stmt_new(l, STMT_BLOCK, l->token.loc);

	next_token(l);
	if (!nest(l))
		return s;
	scope_enter(l);
	parse_block_items(l, s);
	scope_leave(l);
	unnest(l);
	return s;
}
