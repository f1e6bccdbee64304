/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text -> preprocessing tokens, and the intern table of names.
 *
 * A token is first scanned as if there were no line splices. If it ends at one and might go on
 * behind it, the logical text is copied without splices and scanned again; the copy is then the
 * token's spelling. Comments are spaces. Keywords are identifiers here; the preprocessor's output
 * turns them into keyword tokens. Odd characters are TOK_OTHER and reported only if they survive
 * preprocessing, and so are literals that are not closed on their line.
 */
#include "pp.h"

/* Names ---------------------------------------------------------------------------------------- */

static const struct {
	TokenKind kind;
	bool is_keyword;
	const char *spelling;
} spellings[] = {
#define PUNCT(token, spelling) { TOK_##token, false, spelling },
#define KEYWORD(token, spelling) { TOK_##token, true, spelling },
#include "tokens.def"
#undef PUNCT
#undef KEYWORD
};

/* Every keyword token of the enum has a spelling in tokens.def. */
#define PUNCT(token, spelling)
#define KEYWORD(token, spelling) | 1ull << (TOK_##token - TOK_FIRST_KEYWORD)
_Static_assert((0
#include "tokens.def"
	       ) == (1ull << (TOK_COUNT - TOK_FIRST_KEYWORD)) - 1, "tokens.def lacks a keyword");
#undef PUNCT
#undef KEYWORD

enum { FIRST_ATOM_TABLE = 1024 };

static Atom *find_or_add(Lang *l, const char *text, size_t n)
{
	uint32_t hash = hash_bytes(text, n);
	Atom **slot = &l->atoms[hash & (l->cap_atoms - 1)];
	Atom *a;

	for (a = *slot; a; a = a->next) {
		if (a->hash == hash && a->len == n && !memcmp(a->text, text, n))
			return a;
	}
	a = NEW(l->arena, Atom);
	a->text = arena_strndup(l->arena, text, n);
	a->len = (uint32_t)n;
	a->hash = hash;
	a->next = *slot;
	*slot = a;
	l->n_atoms++;
	return a;
}

static void resize_atoms(Lang *l, uint32_t cap)
{
	Atom **old = l->atoms;
	uint32_t old_cap = l->cap_atoms;

	l->atoms = NEW_ARRAY(l->arena, Atom *, cap);
	l->cap_atoms = cap;
	for (uint32_t i = 0; i < old_cap; i++) {
		for (Atom *a = old[i], *next; a; a = next) {
			Atom **slot = &l->atoms[a->hash & (cap - 1)];

			next = a->next;
			a->next = *slot;
			*slot = a;
		}
	}
}

static void add_keywords(Lang *l)
{
	for (size_t i = 0; i < ARRAY_LEN(spellings); i++) {
		if (spellings[i].is_keyword)
			find_or_add(l, spellings[i].spelling, strlen(spellings[i].spelling))
				->keyword = (uint16_t)spellings[i].kind;
	}
}

Atom *atom_intern(Lang *l, const char *text, size_t n)
{
	if (!l->atoms) {
		resize_atoms(l, FIRST_ATOM_TABLE);
		add_keywords(l);
	} else if (l->n_atoms > l->cap_atoms) {
		resize_atoms(l, l->cap_atoms * 2);
	}
	return find_or_add(l, text, n);
}

const char *token_kind_text(TokenKind kind)
{
	static const char *const classes[] = {
		[TOK_EOF] = "end of the text", [TOK_IDENT] = "identifier", [TOK_NUMBER] = "number",
		[TOK_CHAR] = "character constant", [TOK_STRING] = "string",
		[TOK_PRAGMA] = "#pragma",		[TOK_OTHER] = "stray character",
	};
	/* the spellings between quotes; filled by the preprocessor of the host compiler */
	static const struct {
		TokenKind kind;
		const char *text;
	} quoted[] = {
#define PUNCT(token, spelling) { TOK_##token, "'" spelling "'" },
#define KEYWORD(token, spelling) PUNCT(token, spelling)
#include "tokens.def"
#undef PUNCT
#undef KEYWORD
	};

	if (kind < ARRAY_LEN(classes))
		return classes[kind];
	for (size_t i = 0; i < ARRAY_LEN(quoted); i++) {
		if (quoted[i].kind == kind)
			return quoted[i].text;
	}
	return "token";
}

/* Scanning ------------------------------------------------------------------------------------- */

enum { C_LETTER = 1, C_DIGIT = 2, C_SPACE = 4, C_EXPONENT = 8 };

static const uint8_t classes[256] = {
	['a' ... 'z'] = C_LETTER, ['A' ... 'Z'] = C_LETTER, ['_'] = C_LETTER, ['$'] = C_LETTER,
	['0' ... '9'] = C_DIGIT,
	[' '] = C_SPACE, ['\t'] = C_SPACE, ['\v'] = C_SPACE, ['\f'] = C_SPACE, ['\r'] = C_SPACE,
};

static bool is_class(char c, int set)
{
	return classes[(unsigned char)c] & set;
}

/* Length of a backslash and the line end behind it (spaces between them are forgiven), 0: none. */
static size_t splice_length(const char *p)
{
	const char *q = p + 1;

	if (*p != '\\')
		return 0;
	while (is_class(*q, C_SPACE))
		q++;
	return *q == '\n' ? (size_t)(q + 1 - p) : 0;
}

static const char *skip_splices(const char *p)
{
	for (size_t n; (n = splice_length(p)) != 0; p += n)
		;
	return p;
}

static const char *scan_number(const char *p)
{
	while (is_class(*p, C_LETTER | C_DIGIT) || *p == '.') {
		bool exponent = *p == 'e' || *p == 'E' || *p == 'p' || *p == 'P';

		p++;
		if (exponent && (*p == '+' || *p == '-'))
			p++;
	}
	return p;
}

/* From the opening quote; stops in front of a line end or splice if the literal is not closed. */
static const char *scan_quoted(const char *p, TokenKind *kind)
{
	char quote = *p++;

	*kind = quote == '"' ? TOK_STRING : TOK_CHAR;
	while (*p != quote) {
		if (!*p || *p == '\n' || splice_length(p)) {
			*kind = TOK_OTHER;
			return p;
		}
		p += *p == '\\' && p[1] ? 2 : 1;
	}
	return p + 1;
}

/* Length of an encoding prefix (L, u, U, u8) in front of a quote; 0: none. */
static size_t prefix_length(const char *p)
{
	size_t n = p[0] == 'u' && p[1] == '8' ? 2 : p[0] == 'L' || p[0] == 'u' || p[0] == 'U';

	return n && (p[n] == '"' || (p[n] == '\'' && n == 1)) ? n : 0;
}

static const char *take(const char *end, TokenKind *kind, TokenKind is)
{
	*kind = is;
	return end;
}

/* The shape of a table: C is a one-character token, CC(second, token) a longer one. */
#define IF(text, n, token) \
	if (!strncmp(p, text, n)) \
		return take(p + (n), kind, TOK_##token)

static const char *scan_punctuator(const char *p, TokenKind *kind)
{
	switch (*p) {
	case '(': return take(p + 1, kind, TOK_LPAREN);
	case ')': return take(p + 1, kind, TOK_RPAREN);
	case '[': return take(p + 1, kind, TOK_LBRACKET);
	case ']': return take(p + 1, kind, TOK_RBRACKET);
	case '{': return take(p + 1, kind, TOK_LBRACE);
	case '}': return take(p + 1, kind, TOK_RBRACE);
	case ';': return take(p + 1, kind, TOK_SEMICOLON);
	case ',': return take(p + 1, kind, TOK_COMMA);
	case '?': return take(p + 1, kind, TOK_QUESTION);
	case '~': return take(p + 1, kind, TOK_TILDE);
	case '.': IF("...", 3, ELLIPSIS); return take(p + 1, kind, TOK_DOT);
	case ':': IF(":>", 2, RBRACKET); return take(p + 1, kind, TOK_COLON);
	case '#': IF("##", 2, HASHHASH); return take(p + 1, kind, TOK_HASH);
	case '+': IF("++", 2, INC); IF("+=", 2, ADD_ASSIGN); return take(p + 1, kind, TOK_PLUS);
	case '-': IF("->", 2, ARROW); IF("--", 2, DEC); IF("-=", 2, SUB_ASSIGN);
		return take(p + 1, kind, TOK_MINUS);
	case '*': IF("*=", 2, MUL_ASSIGN); return take(p + 1, kind, TOK_STAR);
	case '/': IF("/=", 2, DIV_ASSIGN); return take(p + 1, kind, TOK_SLASH);
	case '%': IF("%:%:", 4, HASHHASH); IF("%:", 2, HASH); IF("%>", 2, RBRACE);
		IF("%=", 2, MOD_ASSIGN); return take(p + 1, kind, TOK_PERCENT);
	case '&': IF("&&", 2, ANDAND); IF("&=", 2, AND_ASSIGN); return take(p + 1, kind, TOK_AMP);
	case '|': IF("||", 2, OROR); IF("|=", 2, OR_ASSIGN); return take(p + 1, kind, TOK_PIPE);
	case '^': IF("^=", 2, XOR_ASSIGN); return take(p + 1, kind, TOK_CARET);
	case '!': IF("!=", 2, NE); return take(p + 1, kind, TOK_BANG);
	case '=': IF("==", 2, EQ); return take(p + 1, kind, TOK_ASSIGN);
	case '<': IF("<<=", 3, SHL_ASSIGN); IF("<<", 2, SHL); IF("<=", 2, LE);
		IF("<:", 2, LBRACKET); IF("<%", 2, LBRACE); return take(p + 1, kind, TOK_LT);
	case '>': IF(">>=", 3, SHR_ASSIGN); IF(">>", 2, SHR); IF(">=", 2, GE);
		return take(p + 1, kind, TOK_GT);
	}
	/* one odd character, all bytes of it */
	for (p++; ((unsigned char)*p & 0xc0) == 0x80; p++)
		;
	return take(p, kind, TOK_OTHER);
}

const char *scan_token(const char *p, TokenKind *kind)
{
	size_t prefix;

	if (is_class(*p, C_LETTER)) {
		prefix = prefix_length(p);
		if (prefix)
			return scan_quoted(p + prefix, kind);
		while (is_class(*p, C_LETTER | C_DIGIT))
			p++;
		return take(p, kind, TOK_IDENT);
	}
	if (is_class(*p, C_DIGIT) || (*p == '.' && is_class(p[1], C_DIGIT)))
		return take(scan_number(p), kind, TOK_NUMBER);
	if (*p == '"' || *p == '\'')
		return scan_quoted(p, kind);
	return scan_punctuator(p, kind);
}

/* Splices -------------------------------------------------------------------------------------- */

enum { LONGEST_PUNCTUATOR = 4 };

/* How much text behind `p` can belong to the token that begins there, splices not counted. */
static size_t reach(const char *p, TokenKind kind, bool quoted)
{
	size_t n = 0;

	for (p = skip_splices(p); *p && *p != '\n'; p = skip_splices(p + 1), n++) {
		if (quoted)
			continue;
		if (kind == TOK_IDENT || kind == TOK_NUMBER) {
			if (*p == '"' || *p == '\'')
				quoted = true;      /* a prefix */
			else if (!is_class(*p, C_LETTER | C_DIGIT) && !strchr(".+-", *p))
				break;
		} else if (n == LONGEST_PUNCTUATOR) {
			break;
		}
	}
	return n;
}

/* The token at `p` ends at a splice when scanned plainly: scans a copy without splices. */
static const char *scan_spliced(Lang *l, const char *p, Token *t)
{
	bool quoted = *p == '"' || *p == '\'' || prefix_length(p);
	size_t n = reach(p, t->kind, quoted);
	char *copy = arena_alloc(l->arena, n + 1);
	const char *from = skip_splices(p), *end;

	for (size_t i = 0; i < n; i++, from = skip_splices(from + 1))
		copy[i] = *from;
	end = scan_token(copy, &t->kind);
	t->text = (Str){ copy, (size_t)(end - copy) };
	for (p = skip_splices(p); end > copy; end--)
		p = end - 1 > copy ? skip_splices(p + 1) : p + 1;
	return p;
}

static bool might_continue(const char *end, TokenKind kind)
{
	const char *behind = skip_splices(end);

	if (behind == end)
		return false;
	return kind == TOK_OTHER || !(is_class(*behind, C_SPACE) || *behind == '\n' || !*behind);
}

/* Spaces and comments -------------------------------------------------------------------------- */

static const char *skip_line_comment(const char *p)
{
	for (size_t n; *p && *p != '\n'; p += n ? n : 1)
		n = splice_length(p);
	return p;
}

/* From behind the opening of a comment; NULL if it is not closed. */
static const char *skip_block_comment(const char *p)
{
	for (;;) {
		p = strchr(p, '*');
		if (!p)
			return NULL;
		p = skip_splices(p + 1);
		if (*p == '/')
			return p + 1;
	}
}

/* A comment at `p`: returns the place behind it; otherwise `p`. */
static const char *skip_comment(Lang *l, Input *in, const char *p)
{
	const char *second = skip_splices(p + 1), *end;

	if (*second == '/')
		return skip_line_comment(second);
	if (*second != '*')
		return p;
	end = skip_block_comment(second + 1);
	if (end)
		return end;
	diag_report(l->diags, in->base ? in->base + (Loc)(p - in->text) : in->loc,
		    DIAG_unterminated_comment, "this comment is not closed");
	return p + strlen(p);
}

/* Advances to the next token; false at the end of the text or, in a directive, of the line. */
static bool skip_space(Lang *l, Input *in, Token *t)
{
	const char *p = in->at, *end;

	for (;;) {
		if (is_class(*p, C_SPACE)) {
			p++;
		} else if (*p == '\n') {
			if (in->in_directive)
				break;
			in->line_start = true;
			p++;
		} else if (*p == '/') {
			end = skip_comment(l, in, p);
			if (end == p)
				break;
			p = end;
		} else if (*p == '\\' && splice_length(p)) {
			p += splice_length(p);
		} else {
			break;
		}
		t->after_space = true;
	}
	in->at = p;
	return *p && *p != '\n';
}

void lex_token(Lang *l, Input *in, Token *t)
{
	const char *start, *end;
	bool some;

	*t = (Token){ 0 };
	some = skip_space(l, in, t);
	start = in->at;
	t->loc = in->base ? in->base + (Loc)(start - in->text) : in->loc;
	t->at_line_start = in->line_start;
	in->line_start = false;
	if (!some) {
		in->line_start = t->at_line_start;
		t->kind = TOK_EOF;
		return;
	}
	end = scan_token(start, &t->kind);
	t->text = (Str){ start, (size_t)(end - start) };
	if (*end == '\\' && might_continue(end, t->kind))
		end = scan_spliced(l, start, t);
	in->at = end;
	if (t->kind == TOK_IDENT)
		t->atom = atom_intern(l, t->text.p, t->text.n);
}

const char *lex_skip_to_hash(Lang *l, Input *in)
{
	const char *p = in->at, *end;
	TokenKind kind;
	bool line_start = in->line_start;

	while (*p) {
		if (*p == '\n') {
			line_start = true;
			p++;
		} else if (is_class(*p, C_SPACE)) {
			p++;
		} else if (*p == '\\' && splice_length(p)) {
			p += splice_length(p);
		} else if (*p == '/' && (end = skip_comment(l, in, p)) != p) {
			p = end;
		} else if (line_start && (*p == '#' || (*p == '%' && p[1] == ':'))) {
			in->at = p + (*p == '#' ? 1 : 2);
			return in->at;
		} else {
			/* complete strings at once; an apostrophe in plain text is one character */
			end = p + (*p == '\\' && p[1] && p[1] != '\n' ? 2 : 1);
			if (*p == '"' || *p == '\'') {
				const char *close = scan_token(p, &kind);

				end = kind == TOK_OTHER ? end : close;
			}
			p = end;
			line_start = false;
		}
	}
	in->at = p;
	return NULL;
}
