/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Initialisers, flattened into a list of (offset, type, value). Braces may be left out inside of
 * braces: an expression that does not fit an aggregate as a whole becomes its first scalar, and
 * the members after it take what follows. Such a value waits in `pending` while the way down to
 * the scalar is walked. Designators jump to a member; [a ... b] stores one value many times.
 */
#include "internal.h"

typedef struct Builder {
	Lang *l;
	Init *init;
	Expr *pending;
	bool excess_reported;
} Builder;

/* Where the next value goes. */
typedef struct Place {
	Type *type;
	uint64_t offset;
	uint32_t bit_offset;
	uint16_t bit_width;
	bool may_grow;             /* the outermost array without size */
} Place;

enum { MOST_ITEMS = 1 << 18 };

static void fill(Builder *b, const Place *p);
static uint64_t fill_braced(Builder *b, const Place *p);

static void add_item(Builder *b, const Place *p, Expr *value)
{
	InitItem item = { p->offset, p->bit_offset, p->bit_width, p->type, value };

	if (b->init->items.n < MOST_ITEMS) {
		vec_push(b->l->arena, &b->init->items, item);
	} else if (!b->excess_reported) {
		diag_report(b->l->diags, value->loc, DIAG_not_initialisable,
			    "too many values in one initialiser");
		b->excess_reported = true;
	}
}

static Expr *take_value(Builder *b)
{
	Expr *e = b->pending ? b->pending : parse_initial_value(b->l);

	b->pending = NULL;
	return e;
}

static bool is_character_array(Type *t)
{
	Type *element;

	t = type_strip(t);
	if (t->kind != TYPE_ARRAY)
		return false;
	element = type_strip(t->base);
	return element->kind == TYPE_INT && element->size == 1;
}

static bool at_designator(Lang *l)
{
	return l->token.kind == TOK_DOT || l->token.kind == TOK_LBRACKET ||
	       (l->token.kind == TOK_IDENT && peek_token(l, 0)->kind == TOK_COLON);
}

/* Places -------------------------------------------------------------------------------------- */

static Place place_of_member(const Place *outer, const Member *m, uint64_t offset)
{
	Place p = { m->type, outer->offset + offset, 0, m->bit_width, false };

	if (m->is_bitfield)
		p.bit_offset = (uint32_t)((outer->offset + offset - m->offset) * 8 + m->bit_offset);
	return p;
}

static Place place_of_element(Lang *l, const Place *outer, uint64_t index)
{
	Type *element = type_strip(outer->type)->base;

	return (Place){ element, outer->offset + index * type_size(l, element), 0, 0, false };
}

static bool takes_value(const Member *m)
{
	return m->name || !m->is_bitfield;
}

/* Strings ------------------------------------------------------------------------------------- */

static uint64_t store_string(Builder *b, const Place *p, Expr *string)
{
	Lang *l = b->l;
	Type *t = type_strip(p->type);
	Place at = *p;
	uint64_t count = t->complete ? t->count : string->str.n;

	if (!t->complete)
		at.type = type_array(l, t->base, count, true);
	if (string->str.n > count) {
		if (string->str.n - 1 > count)
			diag_report(l->diags, string->loc, DIAG_string_too_long,
				    "the string has %zu bytes, the array %llu", string->str.n - 1,
				    (unsigned long long)count);
		string = expr_string(l, (Str){ string->str.p, count }, string->loc);
	}
	if (count)
		add_item(b, &at, string);
	return string->str.n;
}

/* Objects without braces of their own --------------------------------------------------------- */

/* After one element: is there another value for the aggregate whose braces were left out? */
static bool more_elided(Builder *b)
{
	Lang *l = b->l;
	const Token *t;

	if (b->pending)
		return true;
	if (l->token.kind != TOK_COMMA)
		return false;
	t = peek_token(l, 0);
	if (t->kind == TOK_RBRACE || t->kind == TOK_DOT || t->kind == TOK_LBRACKET)
		return false;
	if (t->kind == TOK_IDENT && peek_token(l, 1)->kind == TOK_COLON)
		return false;
	next_token(l);
	return true;
}

static void fill_elided_record(Builder *b, const Place *p, Type *t)
{
	bool first = true;

	for (int i = 0; i < t->members.n; i++) {
		Place at = place_of_member(p, &t->members.v[i], t->members.v[i].offset);

		if (!takes_value(&t->members.v[i]))
			continue;
		if (!first && !more_elided(b))
			return;
		first = false;
		fill(b, &at);
		if (t->kind == TYPE_UNION || b->l->panic)
			return;
	}
}

static void fill_elided_array(Builder *b, const Place *p, Type *t)
{
	for (uint64_t i = 0; i < t->count; i++) {
		Place at = place_of_element(b->l, p, i);

		if (i && !more_elided(b))
			return;
		fill(b, &at);
		if (b->l->panic)
			return;
	}
}

static void fill_scalar(Builder *b, const Place *p)
{
	Expr *value = take_value(b);

	add_item(b, p, expr_convert(b->l, value, type_unqualified(p->type), value->loc));
}

static void fill(Builder *b, const Place *p)
{
	Lang *l = b->l;
	Type *t = type_strip(p->type);

	if (!b->pending && l->token.kind == TOK_LBRACE) {
		fill_braced(b, p);
		return;
	}
	if (t->kind != TYPE_ARRAY && !type_is_record(t)) {
		fill_scalar(b, p);
		return;
	}
	if (!b->pending)
		b->pending = parse_initial_value(l);
	if (is_character_array(t) && b->pending->kind == EXPR_STRING) {
		store_string(b, p, take_value(b));
	} else if (type_is_record(t) && type_equal(t, b->pending->type)) {
		add_item(b, p, expr_rvalue(l, take_value(b)));
	} else if (!nest(l)) {
		return;
	} else {
		type_complete(l->unit, t);
		if (t->kind == TYPE_ARRAY)
			fill_elided_array(b, p, t);
		else
			fill_elided_record(b, p, t);
		unnest(l);
	}
}

/* Designators --------------------------------------------------------------------------------- */

typedef struct Target {
	Place place;
	uint64_t first,
		last; /* array elements of the outermost designator; or the member's index */
	bool good;
} Target;

static bool index_in_range(Lang *l, const Place *p, int64_t index, Loc loc)
{
	Type *t = type_strip(p->type);

	if (index >= 0 && ((uint64_t)index < t->count || (p->may_grow && index < MOST_ITEMS)))
		return true;
	diag_report(l->diags, loc, DIAG_bad_designator, "the array has no element %lld",
		    (long long)index);
	return false;
}

/* `[a]` or `[a ... b]`; the current token is '['. */
static bool parse_range(Lang *l, const Place *p, uint64_t *first, uint64_t *last)
{
	Loc loc = l->token.loc;
	int64_t low, high;
	bool good;

	next_token(l);
	good = parse_constant(l, &low);
	high = low;
	if (accept(l, TOK_ELLIPSIS))
		good &= parse_constant(l, &high);
	expect(l, TOK_RBRACKET);
	if (type_strip(p->type)->kind != TYPE_ARRAY) {
		diag_report(l->diags, loc, DIAG_bad_designator, "'%s' has no elements",
			    type_text(l, p->type));
		return false;
	}
	if (!good || !index_in_range(l, p, low, loc) || !index_in_range(l, p, high, loc))
		return false;
	if (high < low) {
		diag_report(l->diags, loc, DIAG_bad_designator, "the range ends before it begins");
		return false;
	}
	*first = (uint64_t)low;
	*last = (uint64_t)high;
	return true;
}

static const Member *parse_member_name(Lang *l, const Place *p, uint64_t *offset)
{
	Atom *name = l->token.atom;
	Loc loc = l->token.loc;
	const Member *m;
	const char *near;
	Diag *d;

	if (!name) {
		expected(l, "the name of a member");
		return NULL;
	}
	next_token(l);
	if (expr_is_error(l, &(Expr){ .type = p->type }))
		return NULL;
	m = type_is_record(p->type) ? type_find_member(l->unit, p->type, name, offset) : NULL;
	if (m)
		return m;
	d = diag_report(l->diags, loc, DIAG_bad_designator, "'%s' has no member '%s'",
			type_text(l, p->type), name->text);
	near = suggest_member(l, p->type, name);
	if (near)
		diag_hint(l->diags, d, "did you mean '%s'?", near);
	return NULL;
}

/* Position of the member, or of the anonymous one around it, among the record's own members. */
static uint64_t index_of_member(Lang *l, Type *record, const Member *m, uint64_t offset)
{
	record = type_strip(record);
	for (int i = 0; i < record->members.n; i++) {
		const Member *own = &record->members.v[i];

		if (own == m)
			return (uint64_t)i;
		if (!own->name && !own->is_bitfield && offset >= own->offset &&
		    type_find_member(l->unit, own->type, m->name, NULL) == m)
			return (uint64_t)i;
	}
	return (uint64_t)record->members.n;
}

static Target parse_designators(Builder *b, const Place *outer)
{
	Lang *l = b->l;
	Target t = { .place = *outer, .good = true };
	bool first = true;

	while (at_designator(l) && t.good) {
		uint64_t low = 0, high = 0, offset = 0;
		const Member *m;

		if (l->token.kind == TOK_LBRACKET) {
			t.good = parse_range(l, &t.place, &low, &high);
			if (t.good)
				t.place = place_of_element(l, &t.place, low);
		} else {
			bool colon = !accept(l, TOK_DOT);

			m = parse_member_name(l, &t.place, &offset);
			t.good = m;
			if (m) {
				low = high = index_of_member(l, t.place.type, m, offset);
				t.place = place_of_member(&t.place, m, offset);
			}
			if (colon && accept(l, TOK_COLON)) {
				t.first = low;
				t.last = high;
				return t;
			}
		}
		if (first) {
			t.first = low;
			t.last = high;
		}
		first = false;
	}
	if (!accept(l, TOK_ASSIGN) && l->token.kind != TOK_LBRACE && t.good)
		expected(l, "'='");
	return t;
}

/* Values in braces ---------------------------------------------------------------------------- */

/* Reads a value that goes nowhere. */
static void skip_value(Builder *b)
{
	Builder dummy = { .l = b->l, .init = NEW(b->l->arena, Init), .excess_reported = true };
	Place nowhere = { .type = b->l->t_error };

	b->pending = NULL;
	if (b->l->token.kind == TOK_LBRACE) {
		skip_to(b->l, TOK_COMMA, TOK_RBRACE);
		return;
	}
	fill_scalar(&dummy, &nowhere);
}

static void excess(Builder *b, const Place *p)
{
	if (!b->excess_reported && !expr_is_error(b->l, &(Expr){ .type = p->type }))
		diag_report(b->l->diags, b->pending ? b->pending->loc : b->l->token.loc,
			    DIAG_excess_initializer, "there are more values than '%s' takes",
			    type_text(b->l, p->type));
	b->excess_reported = true;
	skip_value(b);
}

/* [first ... last]: the items of the first element are repeated for the others. */
static void repeat(Builder *b, int from, uint64_t times, uint64_t size)
{
	int to = b->init->items.n;

	if (from == to)
		return;
	for (uint64_t k = 1; k <= times && b->init->items.n < MOST_ITEMS; k++) {
		for (int i = from; i < to; i++) {
			InitItem item = b->init->items.v[i];
			Place p = { item.type, item.offset + k * size, 0, item.bit_width, false };

			p.bit_offset =
				item.bit_width ? item.bit_offset + (uint32_t)(k * size * 8) : 0;
			add_item(b, &p, item.value);
		}
	}
}

/* Elements in braces until '}'; returns how many elements the array has at least. */
static uint64_t fill_elements(Builder *b, const Place *p)
{
	Lang *l = b->l;
	Type *t = type_strip(p->type);
	uint64_t index = 0, most = 0;

	while ((l->token.kind != TOK_RBRACE || b->pending) && l->token.kind != TOK_EOF) {
		if (!b->pending && at_designator(l)) {
			Target target = parse_designators(b, p);
			int from = b->init->items.n;

			if (target.good)
				fill(b, &target.place);
			else
				skip_value(b);
			repeat(b, from, target.last - target.first, type_size(l, t->base));
			index = target.last + 1;
		} else if (index < t->count || (p->may_grow && index < MOST_ITEMS)) {
			Place at = place_of_element(l, p, index++);

			fill(b, &at);
		} else {
			excess(b, p);
		}
		most = index > most ? index : most;
		if (l->panic || (!b->pending && !accept(l, TOK_COMMA)))
			break;
	}
	return most;
}

static void fill_members(Builder *b, const Place *p)
{
	Lang *l = b->l;
	Type *t = type_strip(p->type);
	int i = 0;

	while ((l->token.kind != TOK_RBRACE || b->pending) && l->token.kind != TOK_EOF) {
		while (i < t->members.n && !takes_value(&t->members.v[i]))
			i++;
		if (!b->pending && at_designator(l)) {
			Target target = parse_designators(b, p);

			if (target.good)
				fill(b, &target.place);
			else
				skip_value(b);
			i = t->kind == TYPE_UNION ? t->members.n : (int)target.first + 1;
		} else if (i < t->members.n) {
			Place at = place_of_member(p, &t->members.v[i], t->members.v[i].offset);

			fill(b, &at);
			i = t->kind == TYPE_UNION ? t->members.n : i + 1;
		} else {
			excess(b, p);
		}
		if (l->panic || (!b->pending && !accept(l, TOK_COMMA)))
			break;
	}
}

static void fill_single(Builder *b, const Place *p)
{
	Lang *l = b->l;

	if (l->token.kind == TOK_RBRACE)
		return;
	fill(b, p);
	while (accept(l, TOK_COMMA) && l->token.kind != TOK_RBRACE && !l->panic &&
	       l->token.kind != TOK_EOF)
		excess(b, p);
}

static uint64_t fill_inside(Builder *b, const Place *p)
{
	Lang *l = b->l;
	Type *t = type_strip(p->type);
	uint64_t count;

	if (is_character_array(t) && l->token.kind == TOK_STRING) {
		b->pending = parse_initial_value(l);
		if (b->pending->kind == EXPR_STRING) {
			count = store_string(b, p, take_value(b));
			accept(l, TOK_COMMA);
			return count;
		}
	}
	if (t->kind == TYPE_ARRAY)
		return fill_elements(b, p);
	if (type_is_record(t))
		fill_members(b, p);
	else
		fill_single(b, p);
	return 0;
}

static uint64_t fill_braced(Builder *b, const Place *p)
{
	Lang *l = b->l;
	uint64_t count;

	if (!nest(l))
		return 0;
	type_complete(l->unit, p->type);
	next_token(l);
	count = fill_inside(b, p);
	b->pending = NULL;
	if (!expect(l, TOK_RBRACE)) {
		skip_to(l, TOK_SEMICOLON, TOK_RBRACE);
		accept(l, TOK_RBRACE);
	}
	unnest(l);
	return count;
}

/* Whole objects ------------------------------------------------------------------------------- */

static Type *sized_array(Lang *l, Type *t, uint64_t count)
{
	return type_qualified(l, type_array(l, type_strip(t)->base, count, true), 0,
			      TYPE_SPACE_NONE);
}

static uint64_t fill_array_from_expression(Builder *b, const Place *p)
{
	Lang *l = b->l;
	Expr *e = parse_initial_value(l);
	Diag *d;

	if (e->kind == EXPR_STRING && is_character_array(p->type))
		return store_string(b, p, e);
	if (e->kind == EXPR_COMPOUND && type_equal(e->type, p->type)) {
		for (int i = 0; i < e->init->items.n; i++)
			vec_push(l->arena, &b->init->items, e->init->items.v[i]);
		return type_strip(e->type)->count;
	}
	if (!expr_is_error(l, e)) {
		d = diag_report(l->diags, e->loc, DIAG_not_initialisable,
				"an array cannot be initialised with '%s'", type_text(l, e->type));
		diag_hint(l->diags, d, "list its elements in braces, { ... }");
	}
	return 1;
}

Init *parse_initializer(Lang *l, Type **type)
{
	Builder b = { .l = l, .init = NEW(l->arena, Init) };
	Type *t = type_strip(*type);
	bool open_array = t->kind == TYPE_ARRAY && !t->complete;
	Place p = { .type = *type, .may_grow = open_array };
	uint64_t count = 0;
	Expr *value;

	if (l->token.kind == TOK_LBRACE) {
		count = fill_braced(&b, &p);
	} else if (t->kind == TYPE_ARRAY) {
		count = fill_array_from_expression(&b, &p);
	} else {
		value = parse_initial_value(l);
		add_item(&b, &p, expr_convert(l, value, type_unqualified(*type), value->loc));
	}
	if (open_array)
		*type = sized_array(l, *type, count);
	return b.init;
}
