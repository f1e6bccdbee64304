/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parser core: the token stream with two tokens of look-ahead, recovery after syntax errors, the
 * unit, and pool snippets, which are parsed at file scope in the middle of anything.
 *
 * After a syntax error the parser is in panic: further ones stay unreported until a statement or
 * declaration boundary was found. Nesting is counted, so that no text can exhaust the C stack.
 */
#include "dialect.h"

enum { DEEPEST = 256 };

/* Token stream -------------------------------------------------------------------------------- */

static bool word(const char **p, const char *w)
{
	size_t n = strlen(w);

	while (**p == ' ' || **p == '\t')
		(*p)++;
	if (strncmp(*p, w, n))
		return false;
	*p += n;
	return true;
}

static int number(const char **p, int absent)
{
	int value = 0, digits = 0;

	while (**p == ' ' || **p == '\t' || **p == '(')
		(*p)++;
	for (; **p >= '0' && **p <= '9' && digits < 6; (*p)++, digits++)
		value = value * 10 + (**p - '0');
	return digits ? value : absent;
}

static void pragma_pack(Lang *l, const char *p)
{
	uint32_t current = l->packs.n ? vec_last(&l->packs) : 0;

	if (!word(&p, "("))
		return;
	if (word(&p, "pop")) {
		if (l->packs.n)
			l->packs.n--;
		return;
	}
	if (word(&p, "push")) {
		vec_push(l->arena, &l->packs, current);
		if (!word(&p, ","))
			return;
	}
	if (!l->packs.n)
		vec_push(l->arena, &l->packs, 0);
	vec_last(&l->packs) = (uint32_t)number(&p, 0);
}

/* clang attribute push (__attribute__((preserve_access_index)), apply_to = record), and pop. */
static void pragma_attribute(Lang *l, const char *p)
{
	if (word(&p, "pop")) {
		if (l->attribute_depth && l->attribute_depth-- == l->access_index_depth)
			l->access_index_depth = 0;
	} else if (word(&p, "push")) {
		l->attribute_depth++;
		if (!l->access_index_depth && strstr(p, "preserve_access_index"))
			l->access_index_depth = l->attribute_depth;
	}
}

/* GCC diagnostic push, ignored "-Wint-conversion", pop: the one warning that macros switch off. */
static void pragma_diagnostic(Lang *l, const char *p)
{
	if (word(&p, "push")) {
		l->diagnostic_depth++;
	} else if (word(&p, "pop")) {
		if (l->diagnostic_depth && l->diagnostic_depth-- == l->int_conversion_ignored)
			l->int_conversion_ignored = 0;
	} else if (word(&p, "ignored") && strstr(p, "-Wint-conversion")) {
		l->int_conversion_ignored = l->diagnostic_depth ? l->diagnostic_depth : -1;
	}
}

static void apply_pragma(Lang *l, const Token *t)
{
	const char *p = arena_strndup(l->arena, t->text.p, t->text.n);

	if (word(&p, "pack")) {
		pragma_pack(l, p);
	} else if (word(&p, "nounroll")) {
		l->pending_unroll = 0;
	} else if (word(&p, "unroll")) {
		l->pending_unroll = number(&p, -1);
	} else if (word(&p, "GCC")) {
		if (word(&p, "unroll"))
			l->pending_unroll = number(&p, -1);
		else if (word(&p, "diagnostic"))
			pragma_diagnostic(l, p);
	} else if (word(&p, "clang") && word(&p, "attribute")) {
		pragma_attribute(l, p);
	} else if (word(&p, "loop")) {
		if (word(&p, "unroll_count"))
			l->pending_unroll = number(&p, -1);
		else if (word(&p, "unroll") && !strstr(p, "disable"))
			l->pending_unroll = -1;
	}
}

static void fetch(Lang *l, Token *t)
{
	for (;;) {
		pp_next(l, t);
		if (t->kind != TOK_PRAGMA)
			return;
		apply_pragma(l, t);
	}
}

void next_token(Lang *l)
{
	Token *t = &l->token;

	if (t->kind == TOK_EOF && l->previous_end)
		return;
	l->n_tokens++;
	l->previous_end = t->loc + (t->from_macro ? 0 : (Loc)t->text.n);
	if (l->abandoned) {
		t->kind = TOK_EOF;
		return;
	}
	if (!l->n_ahead) {
		fetch(l, t);
		return;
	}
	*t = l->ahead[0];
	l->ahead[0] = l->ahead[1];
	l->n_ahead--;
}

const Token *peek_token(Lang *l, int n)
{
	while (l->n_ahead <= n) {
		Token *t = &l->ahead[l->n_ahead];
		const Token *last = l->n_ahead ? t - 1 : &l->token;

		if (last->kind == TOK_EOF)
			*t = *last;
		else
			fetch(l, t);
		l->n_ahead++;
	}
	return &l->ahead[n];
}

bool accept(Lang *l, TokenKind kind)
{
	if (l->token.kind != kind)
		return false;
	next_token(l);
	return true;
}

/* Errors and recovery ------------------------------------------------------------------------- */

static const char *found(Lang *l)
{
	const Token *t = &l->token;

	if (t->kind == TOK_EOF)
		return l->snippet_depth ? "the end of the built-in declaration"
					: "the end of the file";
	return arena_printf(l->arena, "'%.*s'", (int)(t->text.n > 40 ? 40 : t->text.n), t->text.p);
}

void expected(Lang *l, const char *what)
{
	if (!l->panic && !l->abandoned)
		diag_report(l->diags, l->token.loc, DIAG_syntax_error, "expected %s, found %s",
			    what, found(l));
	l->panic = true;
}

/* A missing ; or ) belongs behind the previous token; what follows is usually right. */
static void missing(Lang *l, TokenKind kind)
{
	const char *text = token_kind_text(kind);
	Diag *d;

	if (l->panic || l->abandoned)
		return;
	d = diag_report(l->diags, l->previous_end, DIAG_syntax_error, "expected %s before %s", text,
			found(l));
	diag_hint(l->diags, d, "insert %s here", text);
	l->panic =
		!(kind == TOK_SEMICOLON && (l->token.at_line_start || l->token.kind == TOK_RBRACE));
}

bool expect(Lang *l, TokenKind kind)
{
	if (accept(l, kind))
		return true;
	if (kind == TOK_SEMICOLON || kind == TOK_RPAREN || kind == TOK_RBRACKET)
		missing(l, kind);
	else
		expected(l, token_kind_text(kind));
	return false;
}

void skip_to(Lang *l, TokenKind a, TokenKind b)
{
	int depth = 0;

	for (; l->token.kind != TOK_EOF; next_token(l)) {
		TokenKind k = l->token.kind;

		if (!depth && (k == a || k == b || k == TOK_RBRACE))
			return;
		if (k == TOK_LPAREN || k == TOK_LBRACKET || k == TOK_LBRACE)
			depth++;
		else if ((k == TOK_RPAREN || k == TOK_RBRACKET || k == TOK_RBRACE) && depth)
			depth--;
	}
}

bool nest(Lang *l)
{
	if (++l->depth <= DEEPEST)
		return true;
	if (!l->abandoned) {
		Diag *d = diag_report(l->diags, l->token.loc, DIAG_nesting_too_deep,
				      "nested more than %d levels deep", DEEPEST);

		diag_hint(l->diags, d,
			  "split the expression or block; the rest of the text was not read");
	}
	l->abandoned = true;
	l->n_ahead = 0;
	l->token.kind = TOK_EOF;
	return false;
}

void unnest(Lang *l)
{
	l->depth--;
}

/* The unit ------------------------------------------------------------------------------------ */

static void parse_external(Lang *l)
{
	Attrs leading = { 0 };

	/* Attributes in front of a program, whatever macro it is written with. */
	if (l->token.kind == TOK_ATTRIBUTE) {
		parse_attributes(l, &leading);
		l->leading = &leading;
	}
	switch (l->token.kind) {
	case TOK_SEMICOLON:
		next_token(l);
		return;
	case TOK_BCC_MAP:
		dialect_parse_map(l);
		return;
	case TOK_BCC_TAG:
		dialect_parse_tag(l);
		return;
	case TOK_BCC_TRAMPOLINE:
		dialect_parse_trampoline(l);
		break;
	default:
		parse_declaration(l, NULL);
	}
	l->leading = NULL;
}

/* Back to a place where a declaration can begin: behind a ; or a body. */
static void recover(Lang *l)
{
	if (!l->panic)
		return;
	l->panic = false;
	for (;;) {
		bool body;

		skip_to(l, TOK_SEMICOLON, TOK_LBRACE);
		body = l->token.kind == TOK_LBRACE;
		next_token(l);
		if (!body)
			return;
		skip_to(l, TOK_EOF, TOK_EOF);
		next_token(l);
		if (l->token.at_line_start || l->token.kind == TOK_EOF)
			return;
	}
}

static void parse_externals(Lang *l)
{
	while (l->token.kind != TOK_EOF) {
		uint32_t before = l->n_tokens;

		parse_external(l);
		recover(l);
		if (l->n_tokens == before)
			next_token(l);
	}
}

static void collect_globals(Lang *l)
{
	for (int i = 0; i < l->statics.n; i++) {
		Var *v = l->statics.v[i];

		v->is_exported = l->dialect->libbpf_style && !v->is_static && !v->is_extern &&
				 v->name->symbol && v->name->symbol->var == v &&
				 !v->name->symbol->is_external;
		if (v->is_used || v->tags.n || v->section || v->is_exported)
			vec_push(l->arena, &l->unit->globals, v);
	}
}

static void check_pending_calls(Lang *l)
{
	for (int i = 0; i < l->pending_calls.n; i++) {
		const struct PendingCall *call = &l->pending_calls.v[i];
		Diag *d;

		if (call->func->body)
			continue;
		d = diag_report(l->diags, call->loc, DIAG_missing_body,
				"'%s' is declared but has no body", call->func->name->text);
		diag_note(l->diags, d, call->func->loc, "it is declared here");
	}
}

void parse_unit(Lang *l)
{
	next_token(l);
	parse_externals(l);
	if (!l->abandoned)
		check_pending_calls(l);
	collect_globals(l);
	dialect_unit_end(l);
}

/* What a snippet must not disturb. */
typedef struct Interrupted {
	Token token, ahead[2];
	int n_ahead, depth, unevaluated, pending_unroll, packs;
	bool panic;
	Func *function;
	Stmt *loop, *breakable, *switch_stmt;
	struct Labels *labels;
	Scope *scope;
	Loc previous_end;
} Interrupted;

static void save(Lang *l, Interrupted *at)
{
	*at = (Interrupted){ l->token,       { l->ahead[0], l->ahead[1] },
			     l->n_ahead,     l->depth,
			     l->unevaluated, l->pending_unroll,
			     l->packs.n,     l->panic,
			     l->function,    l->loop,
			     l->breakable,   l->switch_stmt,
			     l->labels,      scope_suspend(l),
			     l->previous_end };
	l->n_ahead = l->unevaluated = l->pending_unroll = 0;
	vec_push(l->arena, &l->packs, 0);
	l->panic = false;
	l->function = NULL;
	l->loop = l->breakable = l->switch_stmt = NULL;
	l->labels = NULL;
	l->previous_end = 0;
	l->token = (Token){ 0 };
}

static void restore(Lang *l, const Interrupted *at)
{
	l->token = at->token;
	l->ahead[0] = at->ahead[0];
	l->ahead[1] = at->ahead[1];
	l->n_ahead = at->n_ahead;
	l->depth = at->depth;
	l->unevaluated = at->unevaluated;
	l->pending_unroll = at->pending_unroll;
	l->packs.n = at->packs;
	l->panic = at->panic;
	l->function = at->function;
	l->loop = at->loop;
	l->breakable = at->breakable;
	l->switch_stmt = at->switch_stmt;
	l->labels = at->labels;
	l->previous_end = at->previous_end;
	scope_resume(l, at->scope);
}

void parse_snippet(Lang *l, const PoolEntry *entry)
{
	Interrupted at;

	if (l->abandoned || !nest(l))
		return;
	save(l, &at);
	l->snippet_depth++;
	pp_push_snippet(l, entry);
	next_token(l);
	parse_externals(l);
	pp_pop_snippet(l);
	l->snippet_depth--;
	restore(l, &at);
	unnest(l);
	if (l->abandoned) {
		l->token.kind = TOK_EOF;
		l->n_ahead = 0;
	}
}
