/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Macros: #define, lookup, and expansion (C11 6.10.3 with GNU's named variable arguments and
 * `, ##args`, and __VA_OPT__).
 *
 * The body of an object-like macro is read in place; a function-like one is put together in
 * Pp.scratch, which is used as a stack, and then copied. Arguments are expanded when first needed,
 * and once. Pool macros and CONFIG_ names are sought when an identifier is first met.
 * Hygiene of the pool: an object-like macro of the program whose name has no upper-case letter
 * does not reach into bodies of pool macros, and no program macro reaches into pool declarations.
 */
#include "pp.h"

enum { MOST_DEPTH = 200, MOST_PARAMS = 127 };
static const uint64_t MOST_WORK = 2u << 20;

/* Spelling ------------------------------------------------------------------------------------- */

char *pp_spell(Lang *l, const Token *t, int n)
{
	pp_text_start(l->pp);
	for (int i = 0; i < n; i++) {
		if (i && t[i].after_space)
			pp_text_add(l, " ", 1);
		pp_text_add(l, t[i].text.p, t[i].text.n);
	}
	return arena_strndup(l->arena, l->pp->text_n ? l->pp->text : "", l->pp->text_n);
}

/* Definition ----------------------------------------------------------------------------------- */

static bool bad_macro(Lang *l, const Token *t, const char *what)
{
	diag_report(l->diags, t->loc, DIAG_bad_macro, "%s", what);
	return false;
}

static int param_index(const Macro *m, const Atom *a)
{
	for (int i = 0; i < m->n_params; i++) {
		if (m->params[i] == a)
			return i;
	}
	return -1;
}

/* The parameter list, from behind '(' to ')'. */
static bool read_params(Lang *l, Input *in, Macro *m)
{
	VEC(Atom *) params = { 0 };
	Token t;

	for (lex_token(l, in, &t); t.kind != TOK_RPAREN || params.n; lex_token(l, in, &t)) {
		if (params.n == MOST_PARAMS)
			return bad_macro(l, &t, "too many parameters");
		if (t.kind == TOK_ELLIPSIS) {
			vec_push(l->arena, &params, l->pp->a_va_args);
			m->is_variadic = true;
			lex_token(l, in, &t);
		} else if (t.kind == TOK_IDENT) {
			vec_push(l->arena, &params, t.atom);
			m->params = params.v;
			m->n_params = params.n - 1;
			if (param_index(m, t.atom) >= 0)
				return bad_macro(l, &t, "two parameters of the same name");
			lex_token(l, in, &t);
			if (t.kind == TOK_ELLIPSIS) {
				m->is_variadic = true;
				lex_token(l, in, &t);
			}
		} else {
			return bad_macro(l, &t, "the name of a parameter is missing");
		}
		if (t.kind == TOK_RPAREN)
			break;
		if (t.kind != TOK_COMMA || m->is_variadic)
			return bad_macro(l, &t, m->is_variadic ? "')' must follow '...'" :
					 "',' or ')' is missing in the parameter list");
	}
	m->params = params.v;
	m->n_params = params.n;
	return true;
}

typedef VEC(Token) TokenVec;
typedef VEC(BodyMark) MarkVec;

/* Removes # and ## from the body and marks their operands. */
static bool mark_body(Lang *l, Macro *m, const TokenVec *raw, TokenVec *body, MarkVec *marks)
{
	uint16_t pending = 0;
	bool some = false;

	for (int i = 0; i < raw->n; i++) {
		const Token *t = &raw->v[i];
		BodyMark mark = { t->atom ? (int16_t)param_index(m, t->atom) : -1, pending, 0 };

		pending = 0;
		if (t->kind == TOK_HASHHASH) {
			if (!body->n || i + 1 == raw->n)
				return bad_macro(l, t, "'##' cannot stand at the end of a macro");
			vec_last(marks).flags |= MARK_PASTE;
			pending = MARK_PASTED;
			some = true;
			continue;
		}
		if (t->kind == TOK_HASH && m->kind == MACRO_FUNCTION) {
			if (i + 1 == raw->n || !raw->v[i + 1].atom ||
			    param_index(m, raw->v[i + 1].atom) < 0)
				return bad_macro(l, t, "'#' must stand before a parameter");
			vec_push(l->arena, body, raw->v[i + 1]);
			vec_last(body).after_space = t->after_space;
			mark.param = (int16_t)param_index(m, raw->v[++i].atom);
			mark.flags |= MARK_STRINGIFY;
		} else {
			if (t->atom && t->atom == l->pp->a_va_opt && m->is_variadic)
				mark.flags |= MARK_VA_OPT;
			vec_push(l->arena, body, *t);
		}
		vec_push(l->arena, marks, mark);
	}
	if (!some && m->kind == MACRO_OBJECT)
		marks->v = NULL;
	return true;
}

/* `, ##args`: the comma is dropped with empty arguments, otherwise nothing is joined. */
static void mark_commas(Macro *m)
{
	for (int i = 0; i + 1 < m->n_body; i++) {
		BodyMark *a = &m->marks[i], *b = &m->marks[i + 1];

		if (m->body[i].kind == TOK_COMMA && a->flags & MARK_PASTE &&
		    b->param == m->n_params - 1) {
			a->flags = (a->flags & ~MARK_PASTE) | MARK_COMMA;
			b->flags &= ~MARK_PASTED;
		}
	}
}

/* Replaces `__VA_OPT__ ( contents )` by the mark with its length and the contents. */
static bool fold_va_opt(Lang *l, Macro *m)
{
	int out = 0;

	for (int i = 0; i < m->n_body; i++) {
		int depth = 0, end, at = out;

		m->body[out] = m->body[i];
		m->marks[out++] = m->marks[i];
		if (!(m->marks[i].flags & MARK_VA_OPT))
			continue;
		for (end = i + 1; end < m->n_body; end++) {
			depth += m->body[end].kind == TOK_LPAREN;
			depth -= m->body[end].kind == TOK_RPAREN;
			if (depth <= 0)
				break;
		}
		if (end == i + 1 || end >= m->n_body)
			return bad_macro(l, &m->body[i],
					 "__VA_OPT__ needs its contents in parentheses");
		for (int j = i + 2; j < end; j++, out++) {
			m->body[out] = m->body[j];
			m->marks[out] = m->marks[j];
			m->marks[out].flags &= ~MARK_VA_OPT;
		}
		m->marks[at].length = out - at - 1;
		if (m->marks[end].flags & MARK_PASTE)
			m->marks[out - 1].flags |= MARK_PASTE;
		i = end;
	}
	m->n_body = out;
	return true;
}

static bool read_body(Lang *l, Input *in, Macro *m)
{
	TokenVec raw = { 0 }, body = { 0 };
	MarkVec marks = { 0 };
	Token t;

	for (lex_token(l, in, &t); t.kind != TOK_EOF; lex_token(l, in, &t)) {
		if (t.atom == l->pp->a_va_args && t.atom && !m->is_variadic)
			return bad_macro(l, &t, "__VA_ARGS__ is only for macros with '...'");
		t.at_line_start = false;
		vec_push(l->arena, &raw, t);
	}
	if (!mark_body(l, m, &raw, &body, &marks))
		return false;
	if (body.n)
		body.v[0].after_space = false;
	m->body = body.v;
	m->marks = marks.v;
	m->n_body = body.n;
	if (m->kind == MACRO_FUNCTION) {
		mark_commas(m);
		return fold_va_opt(l, m);
	}
	return true;
}

static bool same_macro(const Macro *a, const Macro *b)
{
	if (a->kind != b->kind || a->n_params != b->n_params || a->n_body != b->n_body ||
	    a->is_variadic != b->is_variadic || !a->marks != !b->marks)
		return false;
	for (int i = 0; i < a->n_params; i++) {
		if (a->params[i] != b->params[i])
			return false;
	}
	for (int i = 0; i < a->n_body; i++) {
		if (!str_eq(a->body[i].text, b->body[i].text) ||
		    (a->marks && a->marks[i].flags != b->marks[i].flags))
			return false;
	}
	return true;
}

static void install(Lang *l, Macro *m)
{
	Atom *a = m->name;
	Macro *old = a->macro;

	if (m->from_options && str_is((Str){ a->text, a->len }, "BPF_LICENSE")) {
		Diag *d = diag_report(l->diags, m->loc, DIAG_license_by_option,
				      "BPF_LICENSE cannot be set by a compiler option");

		diag_hint(l->diags, d, "write #define BPF_LICENSE GPL in the program");
	}
	if (old && !old->from_pool && old->kind != MACRO_BUILTIN && !same_macro(old, m)) {
		Diag *d = diag_report(l->diags, m->loc, DIAG_macro_redefined,
				      "the macro '%s' is defined again with another meaning",
				      a->text);

		diag_note(l->diags, d, old->loc, "the definition before");
		diag_hint(l->diags, d, "put #undef %s before it if that is wanted", a->text);
	}
	a->macro = m;
	a->pool_macro_sought = true;
}

/* Reads NAME, parameters and body; NULL after a diagnostic. The line is consumed in any case. */
static Macro *read_macro(Lang *l, Input *in)
{
	Macro *m = NEW(l->arena, Macro);
	bool good;
	Token t;

	lex_token(l, in, &t);
	if (t.kind != TOK_IDENT || t.atom == l->pp->a_defined) {
		bad_macro(l, &t, t.kind == TOK_IDENT ? "'defined' cannot be a macro" :
			  "#define needs the name of a macro");
		if (t.kind != TOK_EOF)
			pp_rest_of_line(l, false);
		return NULL;
	}
	m->name = t.atom;
	m->loc = t.loc;
	m->from_pool = in->is_pool;
	m->from_options = in->is_options;
	good = true;
	if (*in->at == '(') {
		lex_token(l, in, &t);
		m->kind = MACRO_FUNCTION;
		good = read_params(l, in, m);
	}
	good = good && read_body(l, in, m);
	if (!good)
		pp_rest_of_line(l, false);
	return good ? m : NULL;
}

void pp_define(Lang *l, Input *in)
{
	Macro *m = read_macro(l, in);

	if (m && !m->from_pool)
		install(l, m);
	else if (m && !m->name->macro && (!m->name->pool_macro_sought || m->name == l->pp->sought))
		m->name->macro = m;
}

void pp_undefine(Lang *l, Atom *a)
{
	(void)l;
	a->macro = NULL;
	a->pool_macro_sought = true;
}

/* Lookup --------------------------------------------------------------------------------------- */

static bool has_upper(const char *s)
{
	for (; *s; s++) {
		if (*s >= 'A' && *s <= 'Z')
			return true;
	}
	return false;
}

/* A name may be used without its header if hardly anybody takes it for an identifier of his own. */
static bool is_visible(Lang *l, const PoolEntry *e)
{
	bool is_function = *e->text != '#' && e->text[strlen(e->name)] == '(';
	bool unmistakable = starts_with(e->name, "__") ||
		(has_upper(e->name) && (is_function || strchr(e->name, '_'))) ||
		(is_function && strchr(e->name, '_'));

	if (!*e->header || (unmistakable && !starts_with(e->header, "bcc/") &&
				!starts_with(e->header, "bpf/")))
		return true;
	return pp_header_included(l, e->header);
}

static Input *push_pool_text(Lang *l, const char *text)
{
	Input *in = pp_push_text(l, "<built-in>", text, strlen(text), 0);

	in->is_pool = in->barrier = true;
	l->pp->level++;
	return in;
}

static void pop_pool_text(Lang *l, Input *in)
{
	while (l->pp->input != in)
		pp_pop_input(l);
	pp_pop_input(l);
	l->pp->level--;
}

/* Text of a pool macro -> its definition; a text with directives defines what its #if allow. */
static Macro *read_pool_macro(Lang *l, const char *text, Atom *a)
{
	Input *in = push_pool_text(l, text);
	Atom *outer = l->pp->sought;
	Macro *m = NULL;
	Token t;

	l->pp->sought = a;
	if (*text == '#') {
		if (++l->pp->depth < MOST_DEPTH) {
			do {
				pp_raw(l, &t);
			} while (t.kind != TOK_EOF);
		}
		l->pp->depth--;
		m = a->macro && a->macro->from_pool ? a->macro : NULL;
	} else {
		in->in_directive = true;
		m = read_macro(l, in);
	}
	l->pp->sought = outer;
	pop_pool_text(l, in);
	return m;
}

static Macro *define_from_text(Lang *l, Atom *a, const char *value)
{
	pp_text_start(l->pp);
	pp_text_add(l, a->text, a->len);
	pp_text_add(l, " ", 1);
	pp_text_add(l, value, strlen(value));
	return read_pool_macro(l, arena_strndup(l->arena, l->pp->text, l->pp->text_n), a);
}

static const char *config_value(Lang *l, const char *name)
{
	return l->host && l->host->config ? l->host->config(l->host->self, name) : NULL;
}

/* CONFIG_X is 1 for y and what the configuration says for numbers and strings; for m it is not
 * defined, but CONFIG_X_MODULE is. */
static Macro *config_macro(Lang *l, Atom *a)
{
	const char *name = a->text + strlen("CONFIG_"), *value = config_value(l, name);

	if (value && !strcmp(value, "y"))
		return define_from_text(l, a, "1");
	if (value && strcmp(value, "m") && strcmp(value, "n"))
		return define_from_text(l, a, value);
	if (!value && ends_with(name, "_MODULE")) {
		name = arena_strndup(l->arena, name, strlen(name) - strlen("_MODULE"));
		value = config_value(l, name);
		if (value && !strcmp(value, "m"))
			return define_from_text(l, a, "1");
	}
	return NULL;
}

static void seek_macro(Lang *l, Atom *a)
{
	PoolEntry e;
	bool in_pool = pool_find(POOL_MACRO, a->text, &e);
	Macro *m = NULL;

	if (in_pool && !is_visible(l, &e))
		return;
	a->pool_macro_sought = true;
	if (in_pool)
		m = read_pool_macro(l, e.text, a);
	else if (starts_with(a->text, "CONFIG_"))
		m = config_macro(l, a);
	if (m && !a->macro)
		a->macro = m;
}

/* What a name that the program has defined means to the pool. */
static Macro *pool_meaning(Lang *l, Atom *a)
{
	Str key = { a->text, a->len };
	PoolEntry e;
	Macro *m = NULL, *own = a->macro;

	if (hashmap_has(&l->pp->pool_macros, key))
		return hashmap_get(&l->pp->pool_macros, key);
	hashmap_put(&l->pp->pool_macros, key, NULL);
	if (pool_find(POOL_MACRO, a->text, &e)) {
		a->macro = NULL;
		m = read_pool_macro(l, e.text, a);
		a->macro = own;
	}
	hashmap_put(&l->pp->pool_macros, key, m);
	return m;
}

static bool is_program_macro(const Macro *m)
{
	return !m->from_pool && !m->from_options && m->kind != MACRO_BUILTIN;
}

/* Inside of the pool also those of its macros count that the program does not see. */
static Macro *find_macro(Lang *l, Atom *a, bool from_pool)
{
	bool unseen;

	if (!a->macro && !a->pool_macro_sought)
		seek_macro(l, a);
	unseen = !a->macro && !a->pool_macro_sought;
	if (unseen && (from_pool || l->pp->level))
		return pool_meaning(l, a);
	if (l->pp->level && a->macro && is_program_macro(a->macro))
		return pool_meaning(l, a);
	return a->macro;
}

Macro *pp_find_macro(Lang *l, Atom *a)
{
	return find_macro(l, a, false);
}

/* In libbpf's style the configuration is read from variables: extern int CONFIG_HZ __kconfig. */
static bool is_variable(Lang *l, const Macro *m, const Token *t)
{
	if (!m->from_pool || t->from_pool || !starts_with(t->atom->text, "CONFIG_") ||
	    !pp_header_included(l, "bpf/bpf_helpers.h"))
		return false;
	for (const Input *in = l->pp->input; in; in = in->below)
		if (in->in_directive)
			return false;
	return true;
}

Macro *pp_macro_of(Lang *l, Token *t)
{
	Macro *m = t->no_expand ? NULL : find_macro(l, t->atom, t->from_pool);

	if (m && is_variable(l, m, t))
		return NULL;
	if (m && m->disabled == l->pp->level + 1) {
		t->no_expand = true;
		return NULL;
	}
	return m;
}

/* Arguments ------------------------------------------------------------------------------------ */

typedef struct Call {
	Macro *macro;
	const Token *name;
	int base;                  /* arguments begin here in Pp.scratch */
	int first_start;           /* their starts begin here in Pp.starts */
	int n_args;
	struct Expanded {
		int start, n;      /* in scratch; n = -1: not yet */
	} *expanded, few[8];
} Call;

bool macro_shields(const Macro *m, const Token *t)
{
	const Macro *other = t->atom ? t->atom->macro : NULL;

	return m->from_pool && other && is_program_macro(other) && other->kind == MACRO_OBJECT &&
		!has_upper(t->atom->text);
}

/* From behind '('. False at the end of the input, reported. */
static bool collect_arguments(Lang *l, Call *c)
{
	Pp *pp = l->pp;
	int depth = 0;
	Token t;

	c->base = pp->scratch.n;
	c->first_start = pp->starts.n;
	c->n_args = 1;
	vec_push(l->arena, &pp->starts, pp->scratch.n);
	for (;;) {
		pp_raw(l, &t);
		if (t.kind == TOK_EOF) {
			diag_report(l->diags, c->name->loc, DIAG_unterminated_macro_call,
				    "the ')' of the macro '%s' is missing", c->name->atom->text);
			return false;
		}
		if (t.kind == TOK_RPAREN && depth-- == 0)
			break;
		depth += t.kind == TOK_LPAREN;
		if (t.kind == TOK_COMMA && depth == 0 &&
		    !(c->macro->is_variadic && c->n_args >= c->macro->n_params)) {
			vec_push(l->arena, &pp->starts, pp->scratch.n);
			c->n_args++;
			continue;
		}
		t.after_space |= t.at_line_start;
		t.at_line_start = false;
		vec_push(l->arena, &pp->scratch, t);
	}
	vec_push(l->arena, &pp->starts, pp->scratch.n);
	return true;
}

static void drop_arguments(Lang *l, Call *c)
{
	l->pp->scratch.n = c->base;
	l->pp->starts.n = c->first_start;
}

static const Token *argument(Lang *l, const Call *c, int i, int *n)
{
	const int *starts = l->pp->starts.v + c->first_start;

	if (i >= c->n_args) {
		*n = 0;
		return NULL;
	}
	*n = starts[i + 1] - starts[i];
	return l->pp->scratch.v + starts[i];
}

/* The argument with its macros expanded stays in scratch until the call is done. */
static int expanded_argument(Lang *l, Call *c, int i, int *start)
{
	Pp *pp = l->pp;
	const Token *tokens;
	Input *list;
	int n;
	Token t;

	*start = c->expanded[i].start;
	if (c->expanded[i].n >= 0)
		return c->expanded[i].n;
	tokens = argument(l, c, i, &n);
	*start = c->expanded[i].start = pp->scratch.n;
	pp_push_list(l, tokens, n, true);
	list = pp->input;
	for (pp_expanded(l, &t); t.kind != TOK_EOF; pp_expanded(l, &t))
		vec_push(l->arena, &pp->scratch, t);
	while (pp->input != list)
		pp_pop_input(l);
	pp_pop_input(l);
	return c->expanded[i].n = pp->scratch.n - *start;
}

static void check_argument_count(Lang *l, const Call *c)
{
	const Macro *m = c->macro;
	int n = c->n_args, unused;
	Diag *d;

	if (!m->n_params && n == 1) {
		argument(l, c, 0, &unused);
		n = unused ? 1 : 0;
	}
	if (n == m->n_params || (m->is_variadic && n + 1 == m->n_params))
		return;
	d = diag_report(l->diags, c->name->loc, DIAG_macro_arguments,
			"the macro '%s' takes %s%d argument%s, not %d", m->name->text,
			m->is_variadic ? "at least " : "", m->n_params - m->is_variadic,
			m->n_params - m->is_variadic == 1 ? "" : "s", n);
	if (!m->from_pool)
		diag_note(l->diags, d, m->loc, "it is defined here");
}

/* Operators # and ## --------------------------------------------------------------------------- */

static void stringify(Lang *l, const Token *t, int n, Token *out)
{
	pp_text_start(l->pp);
	pp_text_add(l, "\"", 1);
	for (int i = 0; i < n; i++) {
		bool quoted = t[i].kind == TOK_STRING || t[i].kind == TOK_CHAR;

		if (i && t[i].after_space)
			pp_text_add(l, " ", 1);
		for (size_t j = 0; j < t[i].text.n; j++) {
			const char *p = t[i].text.p + j;

			if (*p == '"' || (*p == '\\' && quoted))
				pp_text_add(l, "\\", 1);
			pp_text_add(l, p, 1);
		}
	}
	pp_text_add(l, "\"", 1);
	out->kind = TOK_STRING;
	out->atom = NULL;
	out->text = (Str){ arena_strndup(l->arena, l->pp->text, l->pp->text_n), l->pp->text_n };
}

/* Joins scratch[left] with the token behind it. */
static void paste(Lang *l, int left)
{
	Token *a = &l->pp->scratch.v[left], *b = a + 1;
	size_t n = a->text.n + b->text.n;
	char *text = arena_alloc(l->arena, n + 1);
	TokenKind kind;

	memcpy(text, a->text.p, a->text.n);
	memcpy(text + a->text.n, b->text.p, b->text.n);
	if (scan_token(text, &kind) != text + n || kind == TOK_OTHER) {
		diag_report(l->diags, a->loc, DIAG_bad_paste,
			    "'%.*s' and '%.*s' joined by ## are no token",
			    (int)(a->text.n < 40 ? a->text.n : 40), a->text.p,
			    (int)(b->text.n < 40 ? b->text.n : 40), b->text.p);
		return;
	}
	a->kind = kind;
	a->text = (Str){ text, n };
	a->atom = kind == TOK_IDENT ? atom_intern(l, text, n) : NULL;
	a->no_expand = false;
	a->from_macro = true;
	memmove(b, b + 1, (size_t)(l->pp->scratch.n - left - 2) * sizeof(*b));
	l->pp->scratch.n--;
}

/* Expansion ------------------------------------------------------------------------------------ */

/* Puts what body token `i` stands for at the end of scratch. */
static void emit(Lang *l, Call *c, int i)
{
	Pp *pp = l->pp;
	const Macro *m = c->macro;
	const BodyMark *mark = m->marks ? &m->marks[i] : &(BodyMark){ -1, 0, 0 };
	Token t = m->body[i];
	int n, from;

	t.loc = c->name->loc;
	t.from_macro = true;
	t.from_pool = m->from_pool;
	if (mark->flags & MARK_STRINGIFY) {
		const Token *arg = argument(l, c, mark->param, &n);

		stringify(l, arg, n, &t);
		vec_push(l->arena, &pp->scratch, t);
	} else if (mark->param < 0) {
		t.no_expand = macro_shields(m, &t);
		vec_push(l->arena, &pp->scratch, t);
	} else if (mark->flags & (MARK_PASTE | MARK_PASTED)) {
		const Token *arg = argument(l, c, mark->param, &n);

		for (int j = 0; j < n; j++) {
			Token copy = arg[j];

			copy.after_space = j ? copy.after_space : t.after_space;
			vec_push(l->arena, &pp->scratch, copy);
		}
	} else {
		n = mark->param < c->n_args ? c->expanded[mark->param].n : 0;
		from = c->expanded[mark->param].start;
		for (int j = 0; j < n; j++) {
			Token copy = pp->scratch.v[from + j];

			copy.after_space = j ? copy.after_space : t.after_space;
			vec_push(l->arena, &pp->scratch, copy);
		}
	}
}

/* Expands the arguments that the body needs expanded; tells whether __VA_OPT__ is empty. */
static bool expand_arguments(Lang *l, Call *c)
{
	const Macro *m = c->macro;
	bool opt_empty = false;
	int unused;

	for (int i = 0; m->marks && i < m->n_body; i++) {
		BodyMark mark = m->marks[i];

		if (mark.flags & MARK_VA_OPT)
			opt_empty = c->n_args < m->n_params ||
				expanded_argument(l, c, m->n_params - 1, &unused) == 0;
		if (mark.param >= 0 && mark.param < c->n_args &&
		    !(mark.flags & (MARK_PASTE | MARK_PASTED | MARK_STRINGIFY)))
			expanded_argument(l, c, mark.param, &unused);
	}
	return opt_empty;
}

/* The replacement, put together at the end of scratch; its start is returned. `left` is the token
 * that waits for the right side of a ##; -1 while joining: nothing, as C's placemarkers. */
static int substitute(Lang *l, Call *c)
{
	Pp *pp = l->pp;
	const Macro *m = c->macro;
	bool opt_empty = expand_arguments(l, c), joining = false;
	int start = pp->scratch.n, left = -1, n = 0;

	if (m->is_variadic)
		argument(l, c, m->n_params - 1, &n);
	for (int i = 0; i < m->n_body; i++) {
		uint16_t flags = m->marks ? m->marks[i].flags : 0;
		int at = pp->scratch.n;

		if (flags & MARK_VA_OPT && !opt_empty && m->marks[i].length)
			continue;
		if (flags & MARK_VA_OPT) {
			i += m->marks[i].length;
			flags = m->marks[i].flags;
		} else if (!(flags & MARK_COMMA && !n)) {
			emit(l, c, i);
		}
		if (joining && left >= 0 && pp->scratch.n > at)
			paste(l, left);
		else if (!joining || left < 0)
			left = pp->scratch.n > at ? at : -1;
		if (left >= 0)
			left = pp->scratch.n - 1;
		joining = flags & MARK_PASTE;
	}
	return start;
}

static void push_expansion(Lang *l, Macro *m, const Token *name, const Token *tokens, int n)
{
	Input *in;

	pp_push_list(l, tokens, n, false);
	in = l->pp->input;
	in->macro = m;
	in->was_disabled = m->disabled;
	m->disabled = l->pp->level + 1;
	in->loc = name->loc;
	in->is_first = true;
	in->first_after_space = name->after_space;
	in->first_at_line_start = name->at_line_start;
}

static bool over_limit(Lang *l, Loc loc, int n)
{
	l->pp->work += (uint64_t)n + 1;
	if (l->pp->work < MOST_WORK)
		return false;
	diag_report(l->diags, loc, DIAG_macro_too_large,
		    "macros expand to more than %llu tokens; the rest of the text is not read",
		    (unsigned long long)MOST_WORK);
	pp_stop(l);
	return true;
}

/* Peeks over the ends of lists and lines. */
static bool takes_parenthesis(Lang *l)
{
	Token t;

	pp_raw(l, &t);
	if (t.kind == TOK_LPAREN)
		return true;
	if (t.kind != TOK_EOF)
		pp_push_back(l, &t);
	return false;
}

static bool expand_call(Lang *l, Macro *m, const Token *name)
{
	Call c = { .macro = m, .name = name };
	Pp *pp = l->pp;
	int start, n;
	bool good;

	if (m->kind == MACRO_FUNCTION) {
		good = collect_arguments(l, &c);
		if (!good || over_limit(l, name->loc, pp->scratch.n - c.base)) {
			drop_arguments(l, &c);
			return false;
		}
		check_argument_count(l, &c);
		if (c.n_args > m->n_params)
			c.n_args = m->n_params;
		c.expanded = m->n_params <= (int)ARRAY_LEN(c.few) ? c.few :
			NEW_ARRAY(l->arena, struct Expanded, m->n_params);
		for (int i = 0; i < m->n_params; i++)
			c.expanded[i].n = -1;
	} else {
		c.base = pp->scratch.n;
		c.first_start = pp->starts.n;
	}
	start = substitute(l, &c);
	n = pp->scratch.n - start;
	if (!over_limit(l, name->loc, n))
		push_expansion(l, m, name, arena_copy(l->arena, pp->scratch.v + start,
						      sizeof(Token) * (size_t)n), n);
	drop_arguments(l, &c);
	return true;
}

bool macro_expand(Lang *l, Macro *m, const Token *name)
{
	bool done;

	if (m->kind == MACRO_BUILTIN)
		return builtin_expand(l, m, name);
	if (m->kind == MACRO_OBJECT && !m->marks) {
		if (over_limit(l, name->loc, m->n_body))
			return false;
		push_expansion(l, m, name, m->body, m->n_body);
		l->pp->input->body_of = m;
		return true;
	}
	if (m->kind == MACRO_FUNCTION && !takes_parenthesis(l))
		return false;
	if (l->pp->depth >= MOST_DEPTH) {
		diag_report(l->diags, name->loc, DIAG_macro_too_large,
			    "macro calls in arguments of macro calls, more than %d deep",
			    MOST_DEPTH);
		pp_stop(l);
		return false;
	}
	l->pp->depth++;
	done = expand_call(l, m, name);
	l->pp->depth--;
	return done;
}

char *macro_raw_argument(Lang *l, const Token *name)
{
	Macro any = { .name = name->atom, .kind = MACRO_FUNCTION, .is_variadic = true,
		      .n_params = 1 };
	Call c = { .macro = &any, .name = name };
	char *text = NULL;
	bool good;

	if (!takes_parenthesis(l))
		return NULL;
	good = collect_arguments(l, &c);
	if (good)
		text = pp_spell(l, l->pp->scratch.v + c.base, l->pp->scratch.n - c.base);
	drop_arguments(l, &c);
	return good ? text : "";
}
