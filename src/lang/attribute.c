/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attributes: __attribute__((...)), _Alignas and asm names. Those that change layout, sections,
 * address spaces or tags are collected; unknown ones are skipped with their arguments, because
 * kernel-style code is full of them.
 */
#include "internal.h"

typedef enum AttrKind {
	ATTR_SECTION,
	ATTR_ALIGNED,
	ATTR_PACKED,
	ATTR_ALWAYS_INLINE,
	ATTR_NOINLINE,
	ATTR_USED,
	ATTR_WEAK,
	ATTR_DECL_TAG,
	ATTR_TYPE_TAG,
	ATTR_ADDRESS_SPACE,
	ATTR_PACKET_HEADER,
	ATTR_ACCESS_INDEX,
	ATTR_MODE,
	ATTR_SYSCALL,
	ATTR_RESULT,
} AttrKind;

static const struct { const char *name; AttrKind kind;
} attribute_names[] = {
	{ "section", ATTR_SECTION },
	{ "aligned", ATTR_ALIGNED },
	{ "packed", ATTR_PACKED },
	{ "always_inline", ATTR_ALWAYS_INLINE },
	{ "noinline", ATTR_NOINLINE },
	{ "used", ATTR_USED },
	{ "weak", ATTR_WEAK },
	{ "btf_decl_tag", ATTR_DECL_TAG },
	{ "btf_type_tag", ATTR_TYPE_TAG },
	{ "address_space", ATTR_ADDRESS_SPACE },
	{ "bcc_packet_header", ATTR_PACKET_HEADER },
	{ "preserve_access_index", ATTR_ACCESS_INDEX },
	{ "mode", ATTR_MODE },
	{ "bcc_syscall", ATTR_SYSCALL },
	{ "bcc_result", ATTR_RESULT },
};

static Str bare_name(Str name)
{
	if (name.n > 4 && !memcmp(name.p, "__", 2) && !memcmp(name.p + name.n - 2, "__", 2))
		return (Str){ name.p + 2, name.n - 4 };
	return name;
}

static int find_attribute(Str name)
{
	for (size_t i = 0; i < ARRAY_LEN(attribute_names); i++) {
		if (str_is(name, attribute_names[i].name))
			return (int)attribute_names[i].kind;
	}
	return -1;
}

/* The string in parentheses; "" if there is none. */
static const char *parse_text(Lang *l)
{
	VEC(Token) strings = { 0 };
	Str text;

	if (!accept(l, TOK_LPAREN))
		return "";
	while (l->token.kind == TOK_STRING) {
		vec_push(l->arena, &strings, l->token);
		next_token(l);
	}
	if (!strings.n) {
		expected(l, "a string");
		return "";
	}
	text = literal_string(l, strings.v, strings.n);
	return arena_strndup(l->arena, text.p, strnlen(text.p, text.n));
}

static uint32_t alignment(Lang *l, int64_t value, Loc loc)
{
	if (value > 0 && value <= 4096 && !(value & (value - 1)))
		return (uint32_t)value;
	diag_report(l->diags, loc, DIAG_array_size,
		    "alignment %lld is not a power of two up to 4096", (long long)value);
	return 1;
}

static uint32_t parse_alignment(Lang *l)
{
	int64_t value = 16;
	Loc loc = l->token.loc;

	if (!accept(l, TOK_LPAREN))
		return 16;
	if (!parse_constant(l, &value))
		return 1;
	return alignment(l, value, loc);
}

static TypeSpace space_of_name(Str name)
{
	name = bare_name(name);
	if (str_is(name, "user") || str_is(name, "__user"))
		return TYPE_SPACE_USER;
	if (str_is(name, "percpu") || str_is(name, "__percpu"))
		return TYPE_SPACE_PERCPU;
	if (str_is(name, "rcu") || str_is(name, "__rcu"))
		return TYPE_SPACE_RCU;
	return TYPE_SPACE_NONE;
}

/* address_space(1), address_space(__user): numbers as the kernel's headers had them. */
static TypeSpace parse_space(Lang *l)
{
	TypeSpace space = TYPE_SPACE_NONE;

	if (!accept(l, TOK_LPAREN))
		return space;
	if (l->token.kind == TOK_IDENT) {
		space = space_of_name(l->token.text);
	} else if (l->token.kind == TOK_NUMBER) {
		switch (l->token.text.p[0]) {
		case '1': space = TYPE_SPACE_USER; break;
		case '3': space = TYPE_SPACE_PERCPU; break;
		case '4': space = TYPE_SPACE_RCU; break;
		}
	}
	next_token(l);
	return space;
}

static uint32_t parse_mode(Lang *l)
{
	static const struct { const char *name; uint32_t size;
	} modes[] = {
		{ "QI", 1 }, { "byte", 1 }, { "HI", 2 },   { "SI", 4 },
		{ "DI", 8 }, { "TI", 16 },  { "word", 8 },
	};
	uint32_t size = 0;

	if (!accept(l, TOK_LPAREN))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		if (str_is(bare_name(l->token.text), modes[i].name))
			size = modes[i].size;
	}
	next_token(l);
	return size;
}

static void apply(Lang *l, Attrs *a, AttrKind kind)
{
	TypeSpace space;

	switch (kind) {
	case ATTR_SECTION: a->section = parse_text(l); break;
	case ATTR_ALIGNED: a->align = parse_alignment(l); break;
	case ATTR_PACKED: a->packed = true; break;
	case ATTR_ALWAYS_INLINE: a->always_inline = true; break;
	case ATTR_NOINLINE: a->noinline = true; break;
	case ATTR_USED: a->used = true; break;
	case ATTR_WEAK: a->weak = true; break;
	case ATTR_DECL_TAG: vec_push(l->arena, &a->tags, parse_text(l)); break;
	case ATTR_TYPE_TAG:
		space = space_of_name(str_of(parse_text(l)));
		a->space = space ? space : a->space;
		break;
	case ATTR_ADDRESS_SPACE: a->space = parse_space(l); break;
	case ATTR_PACKET_HEADER: a->packed = a->packet_header = true; break;
	case ATTR_ACCESS_INDEX: a->preserve_access_index = true; break;
	case ATTR_SYSCALL: a->syscall = true; break;
	case ATTR_RESULT: a->result = true; break;
	case ATTR_MODE: a->mode_size = parse_mode(l); break;
	}
}

static void parse_one(Lang *l, Attrs *attrs)
{
	int kind = find_attribute(bare_name(l->token.text));
	bool opened = peek_token(l, 0)->kind == TOK_LPAREN;

	next_token(l);
	if (kind >= 0)
		apply(l, attrs, (AttrKind)kind);
	else if (opened)
		next_token(l);
	if (opened) {
		skip_to(l, TOK_RPAREN, TOK_SEMICOLON);
		expect(l, TOK_RPAREN);
	}
}

static void parse_list(Lang *l, Attrs *attrs)
{
	if (!expect(l, TOK_LPAREN) || !expect(l, TOK_LPAREN))
		return;
	while (l->token.kind != TOK_RPAREN && l->token.kind != TOK_EOF && !l->panic) {
		if (accept(l, TOK_COMMA))
			continue;
		/* A name that is also a macro of the kernel's headers: noinline. */
		if (accept(l, TOK_ATTRIBUTE)) {
			if (nest(l))
				parse_list(l, attrs);
			unnest(l);
			continue;
		}
		if (!l->token.atom) {
			expected(l, "the name of an attribute");
			return;
		}
		parse_one(l, attrs);
	}
	if (expect(l, TOK_RPAREN))
		expect(l, TOK_RPAREN);
}

static void parse_alignas(Lang *l, Attrs *attrs)
{
	Loc loc;
	int64_t value;

	if (!expect(l, TOK_LPAREN))
		return;
	loc = l->token.loc;
	if (starts_declaration(l))
		attrs->align = type_align(l, parse_type_name(l));
	else if (parse_constant(l, &value) && value)
		attrs->align = alignment(l, value, loc);
	expect(l, TOK_RPAREN);
}

void parse_attributes(Lang *l, Attrs *attrs)
{
	for (;;) {
		if (accept(l, TOK_ATTRIBUTE)) {
			parse_list(l, attrs);
		} else if (accept(l, TOK_ALIGNAS)) {
			parse_alignas(l, attrs);
		} else if (l->token.kind == TOK_ASM && peek_token(l, 0)->kind == TOK_LPAREN) {
			next_token(l);
			next_token(l);
			skip_to(l, TOK_RPAREN, TOK_SEMICOLON);
			expect(l, TOK_RPAREN);
		} else {
			return;
		}
	}
}

void attrs_merge(Lang *l, Attrs *to, const Attrs *from)
{
	to->section = from->section ? from->section : to->section;
	to->align = from->align > to->align ? from->align : to->align;
	to->packed |= from->packed;
	to->always_inline |= from->always_inline;
	to->noinline |= from->noinline;
	to->used |= from->used;
	to->weak |= from->weak;
	to->packet_header |= from->packet_header;
	to->syscall |= from->syscall;
	to->result |= from->result;
	to->preserve_access_index |= from->preserve_access_index;
	to->space = from->space ? from->space : to->space;
	to->mode_size = from->mode_size ? from->mode_size : to->mode_size;
	for (int i = 0; i < from->tags.n; i++)
		vec_push(l->arena, &to->tags, from->tags.v[i]);
}
