/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct, union and enum specifiers. A tag that is only mentioned becomes an incomplete type at
 * file scope; its members are sought in the pool and in BTF when they are first needed
 * (type_complete), or come with the program's own definition later in the text. A program's
 * definition of a struct that was already filled in from there is a new type that hides the old.
 */
#include "internal.h"

/* Tags ---------------------------------------------------------------------------------------- */

static Type *new_tagged(Lang *l, TypeKind kind, Atom *name, Loc loc)
{
	Type *t = NEW(l->arena, Type);

	t->kind = kind;
	t->name = name;
	t->loc = loc;
	t->align = 1;
	if (kind == TYPE_ENUM) {
		t->base = l->t_uint;
		t->size = t->align = 4;
	}
	return t;
}

static const char *keyword_of(TypeKind kind)
{
	return kind == TYPE_STRUCT ? "struct" : kind == TYPE_UNION ? "union" : "enum";
}

static void wrong_kind(Lang *l, const Symbol *s, TypeKind kind, Loc loc)
{
	Diag *d = diag_report(l->diags, loc, DIAG_conflicting_types,
			      "'%s' is not a tag of %s but of %s", s->name->text, keyword_of(kind),
			      keyword_of(s->type->kind));

	if (!s->is_external)
		diag_note(l->diags, d, s->loc, "it was declared here");
}

/* The type that `struct name` means here, without a definition following. */
static Type *mention(Lang *l, TypeKind kind, Atom *name, Loc loc)
{
	Symbol *s = name->tag;
	Type *t;

	if (s && s->type->kind == kind)
		return s->type;
	if (s && !s->is_external) {
		wrong_kind(l, s, kind, loc);
		return new_tagged(l, kind, name, loc);
	}
	if (kind == TYPE_ENUM) {
		t = resolve_tag(l, kind, name, loc);
		if (t)
			return t;
	}
	t = new_tagged(l, kind, name, loc);
	s = scope_declare_external(l, SYMBOL_TAG, name, t, loc);
	s->is_external = l->snippet_depth > 0;
	return t;
}

/* Mentioned, not yet defined. */
static bool may_define(const Symbol *s)
{
	return !s->type->from_btf && !s->type->complete && !s->type->being_defined;
}

/* The type that a definition fills in. */
static Type *define(Lang *l, TypeKind kind, Atom *name, Loc loc)
{
	Symbol *s = name ? scope_find_here(l, name, true) : NULL;
	bool from_elsewhere;
	Type *t;

	if (!s || s->type->kind != kind) {
		if (s && !s->is_external && !l->snippet_depth)
			wrong_kind(l, s, kind, loc);
		s = NULL;
	}
	if (s && may_define(s)) {
		s->type->loc = loc;
		s->type->being_defined = true;
		s->is_external &= l->snippet_depth > 0;
		return s->type;
	}
	from_elsewhere = s && (s->is_external || s->type->from_btf || s->type->resolve_tried);
	if (s && !from_elsewhere && !l->snippet_depth) {
		Diag *d = diag_report(l->diags, loc, DIAG_redefinition, "%s %s is defined twice",
				      keyword_of(kind), name->text);
		diag_note(l->diags, d, s->loc, "it was defined here first");
	}
	t = new_tagged(l, kind, name, loc);
	t->being_defined = true;
	if (name)
		scope_declare(l, SYMBOL_TAG, name, t, loc);
	return t;
}

static Type *declare_only(Lang *l, TypeKind kind, Atom *name, Loc loc)
{
	Symbol *s = scope_find_here(l, name, true);

	if (s && s->type->kind == kind)
		return s->type;
	if (l->scope == l->file_scope)
		return mention(l, kind, name, loc);
	return scope_declare(l, SYMBOL_TAG, name, new_tagged(l, kind, name, loc), loc)->type;
}

/* Members ------------------------------------------------------------------------------------- */

static void check_duplicate(Lang *l, Type *t, const Member *m)
{
	uint64_t offset;
	bool exists;

	/* only the members so far are asked about, not the pool's or BTF's idea of the type */
	t->complete = true;
	exists = m->name && t->members.n < 200 && type_find_member(l->unit, t, m->name, &offset);
	t->complete = false;
	if (exists)
		diag_report(l->diags, m->loc, DIAG_duplicate_member, "member '%s' exists already",
			    m->name->text);
}

static void parse_width(Lang *l, Member *m)
{
	Loc loc = l->token.loc;
	int64_t width, most = (int64_t)type_size(l, m->type) * 8;

	m->is_bitfield = true;
	if (!parse_constant(l, &width))
		return;
	if (type_strip(m->type)->kind == TYPE_BOOL)
		most = 1;
	if (!type_is_integer(m->type)) {
		diag_report(l->diags, loc, DIAG_bitfield_width,
			    "a bit-field has an integer type, not '%s'", type_text(l, m->type));
		m->type = l->t_error;
	} else if (width < 0 || width > most || (!width && m->name)) {
		diag_report(l->diags, loc, DIAG_bitfield_width, "width %lld does not fit '%s'",
			    (long long)width, type_text(l, m->type));
		width = 1;
	}
	m->bit_width = (uint16_t)width;
}

static void check_member_type(Lang *l, Type *t, Member *m)
{
	Type *s = type_strip(m->type);
	bool open_array = s->kind == TYPE_ARRAY && !s->complete;

	if (s->kind != TYPE_FUNC && (open_array || type_complete(l->unit, s)))
		return;
	if (s->kind == TYPE_ARRAY && type_complete(l->unit, s->base))
		return;
	diag_report(l->diags, m->loc, DIAG_incomplete_type, s == t ? "'%s' cannot contain itself"
		    : "member has the incomplete type '%s'", type_text(l, m->type));
	m->type = l->t_error;
}

static void add_member(Lang *l, Type *t, Member *m, const Attrs *attrs)
{
	m->align = attrs->align;
	m->is_packed = attrs->packed;
	for (int i = 0; i < attrs->tags.n; i++)
		vec_push(l->arena, &m->tags, attrs->tags.v[i]);
	check_member_type(l, t, m);
	check_duplicate(l, t, m);
	vec_push(l->arena, &t->members, *m);
}

static void parse_member_declarator(Lang *l, Type *t, const Specifiers *s)
{
	Member m = { .type = s->type, .loc = l->token.loc };
	Attrs attrs = { 0 };

	attrs_merge(l, &attrs, &s->attrs);
	if (l->token.kind != TOK_COLON)
		m.type = parse_declarator(l, s->type, &m.name, &m.loc, &attrs);
	if (accept(l, TOK_COLON)) {
		parse_width(l, &m);
		parse_attributes(l, &attrs);
	} else if (!m.name) {
		if (l->token.kind == TOK_IDENT || l->token.kind == TOK_SEMICOLON)
			expected(l, "the name of a member");
		else
			expected(l, "';'");
		return;
	}
	add_member(l, t, &m, &attrs);
}

/* `struct { ... };` and, as with -fms-extensions, `struct tag;` and `tag_t;` inside a record. */
static void add_anonymous(Lang *l, Type *t, const Specifiers *s)
{
	Member m = { .type = s->type, .loc = s->loc };
	Type *record = type_strip(s->type);

	if (record->kind == TYPE_ENUM || s->type == l->t_error)
		return;
	if (!type_is_record(record)) {
		diag_report(l->diags, s->loc, DIAG_empty_declaration, "this declares no member");
		return;
	}
	if (record->complete || !record->name || type_complete(l->unit, record))
		add_member(l, t, &m, &s->attrs);
}

static void parse_member(Lang *l, Type *t)
{
	Specifiers s = { 0 };

	parse_specifiers(l, &s);
	if (s.storage & ~STORAGE_INLINE)
		diag_report(l->diags, s.loc, DIAG_bad_storage_class,
			    "a member has no storage class");
	if (l->token.kind == TOK_SEMICOLON) {
		add_anonymous(l, t, &s);
	} else {
		do {
			parse_member_declarator(l, t, &s);
		} while (!l->panic && accept(l, TOK_COMMA));
	}
	if (expect(l, TOK_SEMICOLON) || !l->panic)
		return;
	skip_to(l, TOK_SEMICOLON, TOK_RBRACE);
	accept(l, TOK_SEMICOLON);
	l->panic = false;
}

static void parse_members(Lang *l, Type *t)
{
	while (l->token.kind != TOK_RBRACE && l->token.kind != TOK_EOF) {
		if (accept(l, TOK_SEMICOLON))
			continue;
		if (l->token.kind == TOK_STATIC_ASSERT)
			parse_declaration(l, NULL);
		else
			parse_member(l, t);
	}
	expect(l, TOK_RBRACE);
}

static void finish_record(Lang *l, Type *t, const Attrs *attrs)
{
	t->is_packed = attrs->packed;
	t->is_packet_header = attrs->packet_header;
	t->preserve_access_index = !l->snippet_depth &&
		(attrs->preserve_access_index || l->access_index_depth);
	for (int i = 0; i < attrs->tags.n; i++)
		vec_push(l->arena, &t->tags, attrs->tags.v[i]);
	t->being_defined = false;
	layout_record(l, t, attrs->align, l->packs.n ? vec_last(&l->packs) : 0);
	if (t->preserve_access_index)
		core_relocate_record(l, t);
}

Type *parse_record(Lang *l)
{
	TypeKind kind = l->token.kind == TOK_STRUCT ? TYPE_STRUCT : TYPE_UNION;
	Attrs attrs = { 0 };
	Atom *name = NULL;
	Loc loc;
	Type *t;

	next_token(l);
	parse_attributes(l, &attrs);
	loc = l->token.loc;
	if (l->token.kind == TOK_IDENT) {
		name = l->token.atom;
		next_token(l);
		parse_attributes(l, &attrs);
	}
	l->tag_section = attrs.section;
	if (l->token.kind != TOK_LBRACE) {
		if (!name) {
			expected(l, "a tag or '{'");
			return new_tagged(l, kind, NULL, loc);
		}
		return l->token.kind == TOK_SEMICOLON ? declare_only(l, kind, name, loc)
						      : mention(l, kind, name, loc);
	}
	t = define(l, kind, name, loc);
	next_token(l);
	if (!nest(l))
		return t;
	parse_members(l, t);
	unnest(l);
	parse_attributes(l, &attrs);
	finish_record(l, t, &attrs);
	l->tag_section = attrs.section;
	return t;
}

/* `enum tag : type {` fixes the type; in a record, `enum tag : 3` is a bit-field. */
static bool starts_type_after_colon(Lang *l)
{
	const Token *t = peek_token(l, 0);

	if (t->kind == TOK_IDENT)
		return t->atom->symbol && t->atom->symbol->kind == SYMBOL_TYPEDEF;
	return t->kind != TOK_NUMBER && t->kind != TOK_LPAREN && t->kind > TOK_FIRST_KEYWORD &&
	       t->kind != TOK_SIZEOF;
}

/* Enumerations -------------------------------------------------------------------------------- */

typedef struct EnumRange {
	int64_t lowest;
	uint64_t highest;
} EnumRange;

static Type *enumerator_type(Lang *l, int64_t value, bool is_unsigned)
{
	if (value >= INT32_MIN && value <= INT32_MAX && !(is_unsigned && value < 0))
		return l->t_int;
	if (value >= 0 && value <= UINT32_MAX)
		return l->t_uint;
	return is_unsigned ? l->t_ulong : l->t_long;
}

static void declare_enumerator(Lang *l, Type *t, Atom *name, Expr *value, Loc loc)
{
	bool is_unsigned = !type_is_signed(value->type);
	Symbol *here = scope_find_here(l, name, false), *s;
	Enumerator e = { name, value->i, loc };

	if (here && !here->is_external && !l->snippet_depth)
		diag_report(l->diags, loc, DIAG_redefinition,
			    "'%s' is declared already in this scope", name->text);
	s = scope_declare(l, SYMBOL_ENUMERATOR, name, enumerator_type(l, value->i, is_unsigned),
			  loc);
	s->value = value->i;
	vec_push(l->arena, &t->enumerators, e);
}

static Expr *next_value(Lang *l, const Expr *previous)
{
	bool is_unsigned = previous && !type_is_signed(previous->type);
	int64_t value = previous ? (int64_t)((uint64_t)previous->i + 1) : 0;

	return expr_int(l, value, enumerator_type(l, value, is_unsigned), l->token.loc);
}

static Expr *parse_enumerator_value(Lang *l, const Expr *previous)
{
	Expr *e;
	int64_t value;

	if (!accept(l, TOK_ASSIGN))
		return next_value(l, previous);
	e = parse_conditional(l);
	if (constant_value(l, e, &value))
		return expr_int(l, value, type_promoted(l, e->type), e->loc);
	if (!expr_is_error(l, e))
		diag_report(l->diags, e->loc, DIAG_not_constant,
			    "the value of an enumerator must be a constant");
	return next_value(l, previous);
}

static void extend_range(EnumRange *range, const Expr *value)
{
	if (value->i < 0 && type_is_signed(value->type)) {
		if (value->i < range->lowest)
			range->lowest = value->i;
	} else if ((uint64_t)value->i > range->highest) {
		range->highest = (uint64_t)value->i;
	}
}

static Type *enum_base(Lang *l, EnumRange range, bool packed)
{
	bool is_signed = range.lowest < 0;

	if (packed) {
		if (is_signed ? range.lowest >= -128 && range.highest < 128 : range.highest < 256)
			return is_signed ? l->t_schar : l->t_uchar;
		if (is_signed ? range.lowest >= -32768 && range.highest < 32768
			      : range.highest < 65536)
			return is_signed ? l->t_short : l->t_ushort;
	}
	if (is_signed)
		return range.lowest >= INT32_MIN && range.highest <= INT32_MAX ? l->t_int
									       : l->t_long;
	return range.highest <= UINT32_MAX ? l->t_uint : l->t_ulong;
}

static EnumRange parse_enumerators(Lang *l, Type *t)
{
	EnumRange range = { 0, 0 };
	Expr *previous = NULL;

	while (l->token.kind == TOK_IDENT) {
		Atom *name = l->token.atom;
		Loc loc = l->token.loc;
		Attrs ignored = { 0 };

		next_token(l);
		parse_attributes(l, &ignored);
		previous = parse_enumerator_value(l, previous);
		extend_range(&range, previous);
		declare_enumerator(l, t, name, previous, loc);
		if (l->panic || !accept(l, TOK_COMMA))
			break;
	}
	if (!expect(l, TOK_RBRACE)) {
		skip_to(l, TOK_RBRACE, TOK_RBRACE);
		if (accept(l, TOK_RBRACE))
			l->panic = false;
	}
	return range;
}

static void define_enum(Lang *l, Type *t, Type *fixed, Attrs *attrs)
{
	EnumRange range;

	next_token(l);
	t->being_defined = false;
	t->complete = true;
	range = parse_enumerators(l, t);
	parse_attributes(l, attrs);
	t->base = fixed ? fixed : enum_base(l, range, attrs->packed);
	t->size = t->align = (uint32_t)type_strip(t->base)->size;
}

Type *parse_enum(Lang *l)
{
	Attrs attrs = { 0 };
	Atom *name = NULL;
	Type *fixed = NULL, *t;
	Loc loc;

	next_token(l);
	parse_attributes(l, &attrs);
	loc = l->token.loc;
	if (l->token.kind == TOK_IDENT) {
		name = l->token.atom;
		next_token(l);
		parse_attributes(l, &attrs);
	}
	if (l->token.kind == TOK_COLON && starts_type_after_colon(l)) {
		Specifiers s = { 0 };

		next_token(l);
		parse_specifiers(l, &s);
		fixed = type_is_integer(s.type) ? type_enum_base(s.type) : NULL;
	}
	if (l->token.kind == TOK_LBRACE) {
		t = define(l, TYPE_ENUM, name, loc);
		define_enum(l, t, fixed, &attrs);
		return t;
	}
	if (!name) {
		expected(l, "a tag or '{'");
		return new_tagged(l, TYPE_ENUM, NULL, loc);
	}
	return mention(l, TYPE_ENUM, name, loc);
}
