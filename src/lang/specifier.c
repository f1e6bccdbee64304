/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Declaration specifiers: storage classes, qualifiers, attributes and the type they add up to; and
 * the question whether a token begins a declaration, which in C depends on what names mean.
 */
#include "internal.h"

enum {
	HAS_SIGNED = 1,
	HAS_UNSIGNED = 2,
	HAS_SHORT = 4,
	HAS_LONG = 8,
	HAS_LONG_LONG = 16,
	HAS_CHAR = 32,
	HAS_INT = 64,
	HAS_INT128 = 128,
	HAS_FLOAT = 256,
	HAS_DOUBLE = 512,
	HAS_VOID = 1024,
	HAS_BOOL = 2048,
	HAS_OTHER = 4096, /* struct, typedef name, typeof */
};

typedef struct Reading {
	Specifiers *s;
	unsigned words, quals;
	Type *other;
} Reading;

static unsigned storage_word(TokenKind kind)
{
	switch (kind) {
	case TOK_TYPEDEF: return STORAGE_TYPEDEF;
	case TOK_EXTERN: return STORAGE_EXTERN;
	case TOK_STATIC: return STORAGE_STATIC;
	case TOK_INLINE: return STORAGE_INLINE;
	case TOK_REGISTER: case TOK_AUTO: return STORAGE_REGISTER;
	case TOK_THREAD_LOCAL: return STORAGE_THREAD;
	default: return 0;
	}
}

static unsigned qualifier_word(TokenKind kind)
{
	switch (kind) {
	case TOK_CONST: return QUAL_CONST;
	case TOK_VOLATILE: return QUAL_VOLATILE;
	case TOK_RESTRICT: return QUAL_RESTRICT;
	default: return 0;
	}
}

static unsigned type_word(TokenKind kind)
{
	switch (kind) {
	case TOK_VOID: return HAS_VOID;
	case TOK_CHAR_KEYWORD: return HAS_CHAR;
	case TOK_SHORT: return HAS_SHORT;
	case TOK_INT: return HAS_INT;
	case TOK_LONG: return HAS_LONG;
	case TOK_SIGNED: return HAS_SIGNED;
	case TOK_UNSIGNED: return HAS_UNSIGNED;
	case TOK_FLOAT: return HAS_FLOAT;
	case TOK_DOUBLE: return HAS_DOUBLE;
	case TOK_BOOL: return HAS_BOOL;
	case TOK_INT128: return HAS_INT128;
	case TOK_UINT128: return HAS_INT128 | HAS_UNSIGNED;
	default: return 0;
	}
}

/* Declarations -------------------------------------------------------------------------------- */

static bool is_declaration_keyword(TokenKind kind)
{
	switch (kind) {
	case TOK_STRUCT: case TOK_UNION: case TOK_ENUM: case TOK_TYPEOF: case TOK_AUTO_TYPE:
	case TOK_ATTRIBUTE:
	case TOK_ALIGNAS:
	case TOK_ATOMIC:
	case TOK_NORETURN:
	case TOK_STATIC_ASSERT: return true;
	default:
		return storage_word(kind) || qualifier_word(kind) || type_word(kind);
	}
}

static Symbol *find_typedef(Lang *l, Atom *name, Loc loc)
{
	Symbol *s = name->symbol;

	if (!s)
		s = resolve_symbol(l, name, true, loc);
	return s && s->kind == SYMBOL_TYPEDEF ? s : NULL;
}

bool names_type(Lang *l, Atom *name, Loc loc)
{
	return find_typedef(l, name, loc) != NULL;
}

bool token_starts_type(TokenKind kind)
{
	return is_declaration_keyword(kind) && kind != TOK_STATIC_ASSERT;
}

/* An identifier that nobody declared: what follows says whether it can be meant as a type. Asking
 * for a typedef may have to read BTF, so it is not asked where only an expression makes sense. */
static bool may_be_type(Lang *l)
{
	TokenKind next = peek_token(l, 0)->kind;

	return next == TOK_IDENT || next == TOK_STAR || next == TOK_RPAREN ||
	       next == TOK_LBRACKET || qualifier_word(next) || next == TOK_ATTRIBUTE;
}

/* `foo_t x` and `foo_t *x =` with unknown foo_t: meant as declarations all the same. */
static bool looks_like_declaration(Lang *l)
{
	TokenKind next = peek_token(l, 0)->kind, after = peek_token(l, 1)->kind;

	return next == TOK_IDENT && (after == TOK_SEMICOLON || after == TOK_ASSIGN ||
				     after == TOK_COMMA || after == TOK_LBRACKET);
}

bool starts_declaration(Lang *l)
{
	const Token *t = &l->token;

	if (t->kind == TOK_EXTENSION)
		t = peek_token(l, 0);
	if (is_declaration_keyword(t->kind))
		return true;
	if (t != &l->token || t->kind != TOK_IDENT)
		return false;
	if (t->atom->symbol)
		return t->atom->symbol->kind == SYMBOL_TYPEDEF;
	if (!may_be_type(l))
		return false;
	return find_typedef(l, t->atom, t->loc) || (!t->atom->symbol && looks_like_declaration(l));
}

/* Specifiers ---------------------------------------------------------------------------------- */

static Type *parse_typeof(Lang *l)
{
	Type *t;

	next_token(l);
	if (!expect(l, TOK_LPAREN))
		return l->t_error;
	l->unevaluated++;
	if (starts_declaration(l))
		t = parse_type_name(l);
	else
		t = parse_expression(l)->type;
	l->unevaluated--;
	expect(l, TOK_RPAREN);
	return t;
}

static Type *unknown_type(Lang *l)
{
	Atom *name = l->token.atom;
	TokenKind next = peek_token(l, 0)->kind;
	const char *near = suggest_type(l, name);
	Diag *d;

	if (next != TOK_IDENT && next != TOK_STAR && next != TOK_RPAREN && next != TOK_LBRACKET &&
	    !(next == TOK_COMMA && l->scope != l->file_scope)) {
		d = diag_report(l->diags, l->token.loc, DIAG_unknown_type,
				"a declaration must begin with a "
				"type; '%s' is none",
				name->text);
		if (next == TOK_LPAREN)
			diag_hint(l->diags, d,
				  "if '%s' is meant as a macro, it is not defined here",
				  name->text);
		l->panic = true;
		return l->t_error;
	}
	d = diag_report(l->diags, l->token.loc, DIAG_unknown_type, "unknown type '%s'", name->text);
	if (name->tag)
		diag_hint(l->diags, d, "write '%s'", type_text(l, name->tag->type));
	else if (near)
		diag_hint(l->diags, d, "did you mean '%s'?", near);
	next_token(l);
	return l->t_error;
}

/* What may stand beside a word in one list of specifiers. */
static unsigned allowed_beside(unsigned word)
{
	const unsigned sign = HAS_SIGNED | HAS_UNSIGNED;

	switch (word) {
	case HAS_SIGNED:
	case HAS_UNSIGNED:
		return HAS_CHAR | HAS_SHORT | HAS_INT | HAS_LONG | HAS_LONG_LONG | HAS_INT128;
	case HAS_CHAR: case HAS_INT128: return sign;
	case HAS_SHORT: return sign | HAS_INT;
	case HAS_INT: return sign | HAS_SHORT | HAS_LONG | HAS_LONG_LONG;
	case HAS_LONG: return sign | HAS_INT | HAS_LONG_LONG | HAS_DOUBLE;
	case HAS_LONG_LONG: return sign | HAS_INT | HAS_LONG;
	case HAS_DOUBLE: return HAS_LONG;
	default: return 0;
	}
}

static void add_word(Lang *l, Reading *r, unsigned word)
{
	if (word == HAS_LONG && r->words & HAS_LONG && !(r->words & HAS_LONG_LONG))
		word = HAS_LONG_LONG;
	if (r->words & ~allowed_beside(word))
		diag_report(l->diags, l->token.loc, DIAG_bad_storage_class,
			    "'%.*s' cannot be combined with the type before it",
			    (int)l->token.text.n, l->token.text.p);
	r->words |= word;
	next_token(l);
}

static void set_other(Reading *r, Type *t)
{
	r->other = t;
	r->words |= HAS_OTHER;
}

static void parse_atomic(Lang *l, Reading *r)
{
	next_token(l);
	if (!accept(l, TOK_LPAREN))
		return;
	set_other(r, parse_type_name(l));
	expect(l, TOK_RPAREN);
}

/* One specifier; false if the current token is none. */
static bool parse_one(Lang *l, Reading *r)
{
	TokenKind kind = l->token.kind;
	Symbol *symbol;

	switch (kind) {
	case TOK_NORETURN: case TOK_EXTENSION:
		next_token(l);
		return true;
	case TOK_ATTRIBUTE: case TOK_ALIGNAS:
		parse_attributes(l, &r->s->attrs);
		return true;
	case TOK_ATOMIC:
		parse_atomic(l, r);
		return true;
	case TOK_STRUCT: case TOK_UNION: case TOK_ENUM:
		if (r->words)
			return false;
		r->s->is_tag_only = true;
		l->tag_section = NULL;
		set_other(r, kind == TOK_ENUM ? parse_enum(l) : parse_record(l));
		if (l->tag_section)                /* it is of what is declared */
			r->s->attrs.section = l->tag_section;
		l->tag_section = NULL;
		return true;
	case TOK_TYPEOF:
		set_other(r, parse_typeof(l));
		return true;
	case TOK_AUTO_TYPE:
		next_token(l);
		r->s->is_auto_type = true;
		set_other(r, l->t_int);
		return true;
	case TOK_IDENT:
		if (r->words)
			return false;
		symbol = find_typedef(l, l->token.atom, l->token.loc);
		if (!symbol) {
			set_other(r, unknown_type(l));
			return false;
		}
		set_other(r, symbol->type);
		next_token(l);
		return true;
	default:
		return false;
	}
}

static Type *integer_type(Lang *l, unsigned words)
{
	bool is_unsigned = words & HAS_UNSIGNED;

	if (words & HAS_CHAR)
		return is_unsigned ? l->t_uchar : words & HAS_SIGNED ? l->t_schar : l->t_char;
	if (words & HAS_SHORT)
		return is_unsigned ? l->t_ushort : l->t_short;
	if (words & HAS_INT128)
		return is_unsigned ? l->t_uint128 : l->t_int128;
	if (words & HAS_LONG_LONG)
		return is_unsigned ? l->t_ullong : l->t_llong;
	if (words & HAS_LONG)
		return is_unsigned ? l->t_ulong : l->t_long;
	return is_unsigned ? l->t_uint : l->t_int;
}

static Type *type_of_words(Lang *l, Reading *r)
{
	unsigned words = r->words;

	if (words & HAS_OTHER)
		return r->other;
	if (words & HAS_VOID)
		return l->t_void;
	if (words & HAS_BOOL)
		return l->t_bool;
	if (words & HAS_DOUBLE)
		return l->t_double;
	if (words & HAS_FLOAT)
		return l->t_float;
	return integer_type(l, words);
}

static Type *mode_type(Lang *l, Type *t, uint32_t size)
{
	bool is_signed = type_is_signed(t);

	switch (size) {
	case 1: return is_signed ? l->t_schar : l->t_uchar;
	case 2: return is_signed ? l->t_short : l->t_ushort;
	case 4: return is_signed ? l->t_int : l->t_uint;
	case 8: return is_signed ? l->t_long : l->t_ulong;
	case 16: return is_signed ? l->t_int128 : l->t_uint128;
	default: return t;
	}
}

/* No type at all: `static x;`, a stray token, or only attributes in front of a ';'. */
static void no_type(Lang *l, Reading *r)
{
	set_other(r, l->t_error);
	if (l->token.kind == TOK_SEMICOLON)
		return;
	if (l->token.kind == TOK_RBRACE && !l->panic) {
		diag_report(l->diags, l->token.loc, DIAG_syntax_error, "this '}' closes nothing");
		l->panic = true;
		return;
	}
	expected(l, "a type");
}

void parse_specifiers(Lang *l, Specifiers *s)
{
	Reading r = { .s = s };

	s->loc = l->token.loc;
	for (;;) {
		TokenKind kind = l->token.kind;

		if (storage_word(kind)) {
			s->storage |= storage_word(kind);
			next_token(l);
		} else if (qualifier_word(kind)) {
			r.quals |= qualifier_word(kind);
			next_token(l);
		} else if (type_word(kind)) {
			add_word(l, &r, type_word(kind));
		} else if (!parse_one(l, &r)) {
			break;
		}
	}
	if (!r.words)
		no_type(l, &r);
	s->type = type_of_words(l, &r);
	if (s->attrs.mode_size && type_is_integer(s->type))
		s->type = mode_type(l, s->type, s->attrs.mode_size);
	s->type = type_qualified(l, s->type, r.quals, s->attrs.space);
	s->attrs.space = TYPE_SPACE_NONE;
}
