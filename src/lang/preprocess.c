/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The preprocessor's main loop: the stack of inputs, directives, and the output that the parser
 * reads. Directives are obeyed when pp_raw meets them in a text, wherever that is (also between the
 * arguments of a macro). Whoever exceeds a limit made against bombs stops the whole preprocessor:
 * it then gives TOK_EOF only.
 */
#include "pp.h"

enum { MOST_CONDITIONS = 1000 };

/* Inputs --------------------------------------------------------------------------------------- */

Input *pp_push_input(Lang *l)
{
	Pp *pp = l->pp;
	Input *in = pp->unused;

	if (in)
		pp->unused = in->below;
	else
		in = NEW(l->arena, Input);
	*in = (Input){ .below = pp->input };
	pp->input = in;
	return in;
}

Input *pp_push_text(Lang *l, const char *name, const char *text, size_t size, Loc base)
{
	Input *in = pp_push_input(l);

	in->is_text = true;
	in->line_start = true;
	in->name = name;
	in->text = in->at = in->line_at = text;
	in->size = (uint32_t)size;
	in->base = base;
	in->line_no = 1;
	in->conditions = l->pp->conditions.n;
	return in;
}

void pp_push_list(Lang *l, const Token *tokens, int n, bool barrier)
{
	Input *in = pp_push_input(l);

	in->next = tokens;
	in->end = n ? tokens + n : tokens;
	in->barrier = barrier;
}

void pp_push_back(Lang *l, const Token *t)
{
	Input *in = pp_push_input(l);

	in->one = *t;
	in->next = &in->one;
	in->end = &in->one + 1;
}

void pp_pop_input(Lang *l)
{
	Pp *pp = l->pp;
	Input *in = pp->input;

	if (in->macro)
		in->macro->disabled = in->was_disabled;
	if (in->is_text)
		pp->conditions.n = in->conditions;
	pp->input = in->below;
	in->below = pp->unused;
	pp->unused = in;
}

void pp_stop(Lang *l)
{
	l->pp->stopped = true;
}

/* Directives ----------------------------------------------------------------------------------- */

void pp_rest_of_line(Lang *l, bool warn)
{
	Input *in = l->pp->input;
	Token t;

	for (lex_token(l, in, &t); t.kind != TOK_EOF; lex_token(l, in, &t)) {
		if (warn)
			diag_report(l->diags, t.loc, DIAG_extra_tokens,
				    "extra text at the end of the directive");
		warn = false;
	}
}

void pp_text_start(Pp *pp)
{
	pp->text_n = 0;
}

void pp_text_add(Lang *l, const char *p, size_t n)
{
	Pp *pp = l->pp;

	if (pp->text_n + n >= pp->text_cap) {
		size_t cap = (pp->text_n + n) * 2 + 128;
		char *larger = arena_alloc(l->arena, cap);

		if (pp->text_n)
			memcpy(larger, pp->text, pp->text_n);
		pp->text = larger;
		pp->text_cap = cap;
	}
	if (n)
		memcpy(pp->text + pp->text_n, p, n);
	pp->text_n += n;
	pp->text[pp->text_n] = '\0';
}

char *pp_line_text(Lang *l, bool expand)
{
	Pp *pp = l->pp;
	Input *line = pp->input;
	int start = pp->scratch.n;
	char *text;
	Token t;

	for (;;) {
		if (expand)
			pp_expanded(l, &t);
		else
			lex_token(l, line, &t);
		if (t.kind == TOK_EOF)
			break;
		vec_push(l->arena, &pp->scratch, t);
	}
	while (pp->input != line)
		pp_pop_input(l);
	text = pp_spell(l, start ? pp->scratch.v + start : pp->scratch.v, pp->scratch.n - start);
	pp->scratch.n = start;
	return text;
}

static void do_define(Lang *l, Input *in, Loc loc)
{
	(void)loc;
	pp_define(l, in);
}

static void do_undef(Lang *l, Input *in, Loc loc)
{
	Token t;

	(void)loc;
	lex_token(l, in, &t);
	if (t.kind == TOK_IDENT && t.atom != l->pp->a_defined)
		pp_undefine(l, t.atom);
	else
		diag_report(l->diags, t.loc, DIAG_bad_directive,
			    "#undef needs the name of a macro");
	if (t.kind != TOK_EOF)
		pp_rest_of_line(l, true);
}

static void do_include(Lang *l, Input *in, Loc loc)
{
	pp_include(l, in, loc);
}

static void do_error(Lang *l, Input *in, Loc loc)
{
	char *text = pp_line_text(l, false);

	(void)in;
	diag_report(l->diags, loc, DIAG_user_error, "#error %s", text);
}

static void do_warning(Lang *l, Input *in, Loc loc)
{
	char *text = pp_line_text(l, false);

	(void)in;
	diag_report(l->diags, loc, DIAG_user_warning, "#warning %s", text);
}

static void do_ident(Lang *l, Input *in, Loc loc)
{
	(void)in, (void)loc;
	pp_rest_of_line(l, false);
}

/* #line N "file" and # N "file" flags. */
static void set_line(Lang *l, Input *in, Loc loc, const Token *number, const Token *file)
{
	const char *name = NULL;
	uint64_t line;
	bool is_unsigned;

	if (!pp_number(l, number, &line, &is_unsigned))
		return;
	if (file->kind == TOK_STRING) {
		Str s = literal_string(l, file, 1);

		name = arena_strdup(l->arena, s.p);
		in->name = name;
	}
	if (in->base)
		sources_mark_line(l->sources, loc, name, (int)(line & INT32_MAX));
	in->line_shift += (int)((int64_t)(line & INT32_MAX) - 1 - pp_line(l, loc, NULL));
}

static void do_line(Lang *l, Input *in, Loc loc)
{
	Token number, file = { .kind = TOK_EOF }, rest;

	pp_expanded(l, &number);
	if (number.kind == TOK_NUMBER) {
		pp_expanded(l, &file);
		rest = file;
		while (rest.kind != TOK_EOF)
			pp_expanded(l, &rest);
	}
	while (l->pp->input != in)
		pp_pop_input(l);
	pp_rest_of_line(l, false);
	if (number.kind == TOK_NUMBER)
		set_line(l, in, loc, &number, &file);
	else
		diag_report(l->diags, number.loc, DIAG_bad_directive, "#line needs a number");
}

static void line_marker(Lang *l, Input *in, const Token *number)
{
	Token file;

	lex_token(l, in, &file);
	if (file.kind != TOK_EOF)
		pp_rest_of_line(l, false);
	set_line(l, in, number->loc, number, &file);
}

/* Conditions ----------------------------------------------------------------------------------- */

typedef enum DirectiveWord { WORD_OTHER, WORD_IF, WORD_ELIF, WORD_ELSE, WORD_ENDIF } DirectiveWord;

static DirectiveWord directive_word(const Token *t)
{
	if (t->kind != TOK_IDENT)
		return WORD_OTHER;
	if (str_is(t->text, "if") || str_is(t->text, "ifdef") || str_is(t->text, "ifndef"))
		return WORD_IF;
	if (str_is(t->text, "elif") || str_is(t->text, "elifdef") || str_is(t->text, "elifndef"))
		return WORD_ELIF;
	if (str_is(t->text, "else"))
		return WORD_ELSE;
	return str_is(t->text, "endif") ? WORD_ENDIF : WORD_OTHER;
}

static bool is_defined_next(Lang *l, Input *in, Loc loc)
{
	Token t;

	lex_token(l, in, &t);
	if (t.kind == TOK_IDENT) {
		pp_rest_of_line(l, true);
		return pp_find_macro(l, t.atom) != NULL;
	}
	diag_report(l->diags, loc, DIAG_bad_directive, "the name of a macro must follow");
	if (t.kind != TOK_EOF)
		pp_rest_of_line(l, false);
	return false;
}

/* The value of the directive `word` whose line is being read. */
static bool evaluate(Lang *l, Input *in, const Token *word)
{
	bool is_if = word->text.p[0] == 'i';
	Str tail = { word->text.p + (is_if ? 2 : 4), word->text.n - (is_if ? 2 : 4) };

	if (str_is(tail, "def"))
		return is_defined_next(l, in, word->loc);
	if (str_is(tail, "ndef"))
		return !is_defined_next(l, in, word->loc);
	return pp_condition(l, word->loc);
}

static Condition *current_condition(Lang *l, Input *in, Loc loc, const char *directive)
{
	if (l->pp->conditions.n > in->conditions)
		return &vec_last(&l->pp->conditions);
	diag_report(l->diags, loc, DIAG_conditional_mismatch, "#%s without #if", directive);
	return NULL;
}

static bool check_after_else(Lang *l, Condition *c, Loc loc, const char *directive)
{
	if (!c->had_else)
		return true;
	diag_report(l->diags, loc, DIAG_conditional_mismatch, "#%s after #else", directive);
	return false;
}

/* A directive met at nesting 0 while skipping: true if the text behind it is to be read. */
static bool ends_skipping(Lang *l, Input *in, const Token *word)
{
	Condition *c = &vec_last(&l->pp->conditions);

	switch (directive_word(word)) {
	case WORD_ELIF:
		if (!check_after_else(l, c, word->loc, "elif") || c->was_taken)
			return pp_rest_of_line(l, false), false;
		/* evaluation may push conditions of pool snippets: the address does not stay */
		if (!evaluate(l, in, word))
			return false;
		vec_last(&l->pp->conditions).was_taken = true;
		return true;
	case WORD_ELSE:
		pp_rest_of_line(l, true);
		check_after_else(l, c, word->loc, "else");
		c->had_else = true;
		if (c->was_taken)
			return false;
		c->was_taken = true;
		return true;
	case WORD_ENDIF:
		pp_rest_of_line(l, true);
		l->pp->conditions.n--;
		return true;
	default:
		pp_rest_of_line(l, false);
		return false;
	}
}

/* From the end of a directive's line to the #elif, #else or #endif where reading goes on. */
static void skip_group(Lang *l, Input *in)
{
	int nesting = 0;
	bool done = false;
	Token word;

	while (!done) {
		in->in_directive = false;
		if (!lex_skip_to_hash(l, in))
			return;
		in->in_directive = true;
		in->line_start = false;
		lex_token(l, in, &word);
		if (word.kind == TOK_EOF)
			continue;
		if (directive_word(&word) == WORD_IF) {
			nesting++;
			pp_rest_of_line(l, false);
		} else if (nesting) {
			nesting -= directive_word(&word) == WORD_ENDIF;
			pp_rest_of_line(l, false);
		} else {
			done = ends_skipping(l, in, &word);
		}
	}
}

static void open_condition(Lang *l, Input *in, const Token *word)
{
	bool value = evaluate(l, in, word);

	vec_push(l->arena, &l->pp->conditions, (Condition){ word->loc, value, false });
	if (l->pp->conditions.n > MOST_CONDITIONS) {
		diag_report(l->diags, word->loc, DIAG_conditional_mismatch,
			    "more than %d nested #if", MOST_CONDITIONS);
		pp_stop(l);
	} else if (!value) {
		skip_group(l, in);
	}
}

static void conditional(Lang *l, Input *in, const Token *word)
{
	DirectiveWord kind = directive_word(word);
	Condition *c;

	if (kind == WORD_IF) {
		open_condition(l, in, word);
		return;
	}
	pp_rest_of_line(l, kind != WORD_ELIF);
	c = current_condition(l, in, word->loc, kind == WORD_ELIF ? "elif" :
			      kind == WORD_ELSE ? "else" : "endif");
	if (!c)
		return;
	if (kind == WORD_ENDIF) {
		l->pp->conditions.n--;
		return;
	}
	check_after_else(l, c, word->loc, kind == WORD_ELSE ? "else" : "elif");
	c->had_else |= kind == WORD_ELSE;
	c->was_taken = true;
	skip_group(l, in);
}

static void check_conditions_closed(Lang *l, Input *in)
{
	while (l->pp->conditions.n > in->conditions) {
		Condition c = vec_pop(&l->pp->conditions);

		if (!l->pp->stopped)
			diag_report(l->diags, c.loc, DIAG_conditional_mismatch,
				    "this #if has no #endif");
	}
}

/* Pragmas -------------------------------------------------------------------------------------- */

/* Length of the words that say that the parser must see the pragma; 0: it need not. */
static size_t parser_words(const char *text)
{
	static const char *const known[] = {
		"unroll", "nounroll", "GCC unroll", "clang loop unroll_count", "clang loop unroll",
		"clang attribute", "GCC diagnostic",
		"pack",
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		size_t n = strlen(known[i]);

		if (!strncmp(text, known[i], n) && (text[n] == ' ' || text[n] == '(' || !text[n]))
			return n;
	}
	return 0;
}

/* True if the parser must see the pragma whose words follow in the inputs; then *text is set. */
static bool pragma_for_parser(Lang *l, Input *in, const char **text)
{
	const char *words = pp_line_text(l, false);
	size_t n = parser_words(words);
	Input *rest;

	if (!n) {
		if (!strcmp(words, "once"))
			pp_pragma_once(l, in);
		return false;
	}
	/* the count may be a macro */
	rest = pp_push_text(l, "", words + n, strlen(words + n), 0);
	rest->in_directive = rest->barrier = true;
	*text = arena_printf(l->arena, "%.*s%s%s", (int)n, words, words[n] == ' ' ? " " : "",
			     pp_line_text(l, true));
	pp_pop_input(l);
	return true;
}

static bool do_pragma(Lang *l, Input *in, Token *t)
{
	const char *text;

	if (!pragma_for_parser(l, in, &text))
		return false;
	t->kind = TOK_PRAGMA;
	t->text = str_of(text);
	t->atom = NULL;
	return true;
}

/* _Pragma ( "words" ), met in the output: true if *t became a TOK_PRAGMA. */
static bool pragma_operator(Lang *l, Token *t)
{
	Token part[3];
	Input *in;
	bool seen;
	Str s;

	for (int i = 0; i < 3; i++) {
		pp_raw(l, &part[i]);
		if (part[i].kind != (TokenKind[]){ TOK_LPAREN, TOK_STRING, TOK_RPAREN }[i]) {
			diag_report(l->diags, part[i].loc, DIAG_bad_directive,
				    "_Pragma needs one string in parentheses");
			pp_push_back(l, &part[i]);
			return false;
		}
	}
	s = literal_string(l, &part[1], 1);
	in = pp_push_text(l, "", s.p, s.n - 1, 0);
	in->in_directive = in->barrier = true;
	in->loc = t->loc;
	seen = do_pragma(l, in, t);
	pp_pop_input(l);
	return seen;
}

/* Main loop ------------------------------------------------------------------------------------ */

static const struct {
	const char *name;
	void (*run)(Lang *l, Input *in, Loc loc);
} directives[] = {
	{ "define", do_define }, { "undef", do_undef }, { "include", do_include },
	{ "include_next", do_include }, { "import", do_include }, { "error", do_error },
	{ "warning", do_warning }, { "line", do_line }, { "ident", do_ident }, { "sccs", do_ident },
	{ "assert", do_ident }, { "unassert", do_ident },
};

static void report_unknown_directive(Lang *l, const Token *t)
{
	static const char *const names[] = {
		"define", "undef", "include", "error", "warning", "line", "if", "ifdef", "ifndef",
		"elif", "else", "endif", "pragma",
	};
	const char *near = t->atom ? closest_name(t->atom->text, names, ARRAY_LEN(names)) : NULL;
	Diag *d = diag_report(l->diags, t->loc, DIAG_bad_directive, "unknown directive '#%.*s'",
			      (int)(t->text.n < 40 ? t->text.n : 40), t->text.p);

	if (near)
		diag_hint(l->diags, d, "did you mean #%s?", near);
}

/* Behind the # at the start of a line. True if *t is a token for the parser. */
static bool directive(Lang *l, Input *in, Token *t)
{
	bool seen = false;
	size_t i;

	in->in_directive = true;
	lex_token(l, in, t);
	if (t->kind == TOK_NUMBER) {
		line_marker(l, in, t);
	} else if (directive_word(t) != WORD_OTHER) {
		conditional(l, in, t);
	} else if (t->kind == TOK_IDENT && str_is(t->text, "pragma")) {
		seen = do_pragma(l, in, t);
	} else if (t->kind != TOK_EOF) {
		for (i = 0; i < ARRAY_LEN(directives); i++) {
			if (t->atom && str_is(t->text, directives[i].name))
				break;
		}
		if (i < ARRAY_LEN(directives)) {
			directives[i].run(l, in, t->loc);
		} else {
			report_unknown_directive(l, t);
			pp_rest_of_line(l, false);
		}
	}
	in->in_directive = false;
	return seen;
}

static void take_from_list(Lang *l, Input *in, Token *t)
{
	Macro *m;

	*t = *in->next++;
	if (in->body_of) {
		t->loc = in->loc;
		t->from_macro = true;
		t->from_pool = in->body_of->from_pool;
		t->no_expand = macro_shields(in->body_of, t);
	}
	if (in->is_first) {
		t->after_space = in->first_after_space;
		t->at_line_start = in->first_at_line_start;
		in->is_first = false;
	}
	m = t->atom ? t->atom->macro : NULL;
	if (m && m->disabled == l->pp->level + 1)
		t->no_expand = true;
}

void pp_raw(Lang *l, Token *t)
{
	for (;;) {
		Input *in = l->pp->input;

		if (l->pp->stopped) {
			*t = (Token){ .kind = TOK_EOF };
			return;
		}
		if (!in->is_text) {
			if (in->next < in->end) {
				take_from_list(l, in, t);
				return;
			}
			if (in->barrier) {
				*t = (Token){ .kind = TOK_EOF, .loc = in->loc };
				return;
			}
			pp_pop_input(l);
			continue;
		}
		lex_token(l, in, t);
		if (t->kind == TOK_EOF && !in->in_directive) {
			check_conditions_closed(l, in);
			if (in->barrier || !in->below)
				return;
			l->pp->include_depth--;
			pp_pop_input(l);
		} else if (t->kind == TOK_HASH && t->at_line_start && !in->in_directive) {
			if (directive(l, in, t))
				return;
		} else {
			return;
		}
	}
}

void pp_expanded(Lang *l, Token *t)
{
	for (;;) {
		Macro *m;

		pp_raw(l, t);
		if (t->kind != TOK_IDENT)
			return;
		m = pp_macro_of(l, t);
		if (!m || !macro_expand(l, m, t))
			return;
	}
}

/* A token that is no C: reported. True if it can still be used. */
static bool repair(Lang *l, Token *t)
{
	const char *quote = t->text.n ? memchr(t->text.p, '"', t->text.n) : NULL;
	char first = t->text.n ? t->text.p[0] : 0;

	if (first == '"' || first == '\'' || t->text.n > 1) {
		if (first == '"' || first == '\'' || quote) {
			diag_report(l->diags, t->loc, DIAG_unterminated_literal,
				    "the closing %c is missing on this line",
				    first == '\'' ? '\'' : '"');
			t->kind = first == '\'' ? TOK_CHAR : TOK_STRING;
			return true;
		}
	}
	if (first == '\\' || (first > ' ' && first < 127))
		diag_report(l->diags, t->loc, DIAG_stray_character, "stray '%c' in the program",
			    first);
	else
		diag_report(l->diags, t->loc, DIAG_stray_character,
			    "a character (byte 0x%02x) that is not allowed outside of strings",
			    (unsigned char)first);
	return false;
}

void pp_next(Lang *l, Token *out)
{
	for (;;) {
		pp_expanded(l, out);
		if (out->kind == TOK_OTHER && !repair(l, out))
			continue;
		if (out->kind == TOK_IDENT && out->atom == l->pp->a_pragma) {
			if (!pragma_operator(l, out))
				continue;
		}
		if (out->kind == TOK_IDENT && out->atom->keyword)
			out->kind = (TokenKind)out->atom->keyword;
		return;
	}
}

/* Pool snippets -------------------------------------------------------------------------------- */

void pp_push_snippet(Lang *l, const PoolEntry *entry)
{
	const char *name = *entry->header ? entry->header : "<built-in>";
	size_t size = strlen(entry->text);
	int index = sources_add(l->sources, name, entry->text, size, 0);
	SourceFile *file = &l->sources->files.v[index];
	Input *in;

	file->builtin = true;
	file->first_line = entry->line;
	in = pp_push_text(l, name, entry->text, size, file->base);
	in->barrier = in->is_pool = true;
	l->pp->level++;
}

void pp_pop_snippet(Lang *l)
{
	Pp *pp = l->pp;

	while (pp->input->below && !(pp->input->is_pool && pp->input->barrier))
		pp_pop_input(l);
	if (pp->input->below) {
		pp_pop_input(l);
		pp->level--;
	}
}

/* Whole text ----------------------------------------------------------------------------------- */

/* Without a space two tokens that did not stand together in the text might be read as one. */
static bool might_join(char a, char b)
{
	static const char joining[] = "+-<>&|=#./*%^!:";
	bool a_word = a == '_' || (unsigned)((a | 32) - 'a') < 26 || (unsigned)(a - '0') < 10;
	bool b_word = b == '_' || (unsigned)((b | 32) - 'a') < 26 ||
		(unsigned)(b - '0') < 10 || b == '"' || b == '\'';

	return (a_word && b_word) || (strchr(joining, a) && strchr(joining, b)) ||
		(a_word && b == '.');
}

static bool wants_space(const Token *before, const Token *t)
{
	return t->after_space || might_join(before->text.p[before->text.n - 1], t->text.p[0]);
}

void lang_preprocess(Arena *arena, const char *text, size_t size, const LangOptions *options,
		     const Host *host, Sources *sources, Diags *diags, StrBuf *out)
{
	Lang l = { .arena = arena, .options = options, .host = host, .sources = sources,
		   .diags = diags };
	Token t, before = { 0 };

	pp_start(&l, text, size);
	for (pp_next(&l, &t); t.kind != TOK_EOF; pp_next(&l, &t)) {
		if (t.kind == TOK_PRAGMA) {
			sb_puts(out, before.text.n ? "\n#pragma " : "#pragma ");
		} else if (before.text.n && (t.at_line_start || before.kind == TOK_PRAGMA)) {
			sb_putc(out, '\n');
		} else if (before.text.n && t.text.n && wants_space(&before, &t)) {
			sb_putc(out, ' ');
		}
		sb_add(out, t.text.p, t.text.n);
		before = t;
	}
	sb_putc(out, '\n');
}
