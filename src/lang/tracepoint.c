/* SPDX-License-Identifier: Apache-2.0 */
/*
 * struct tracepoint__CAT__EVT from the text of events/CAT/EVT/format in tracefs.
 *
 * Offsets and sizes are the kernel's: the struct is not laid out, its members are put where the
 * format says. The printed type only decides what the member is (pointer, signed or not, struct);
 * if it is not known, or narrower than the field, an integer of the field's size takes its place.
 * BTF is not asked for plain types. __data_loc fields become `int data_loc_NAME`, __rel_loc fields
 * `int rel_loc_NAME` (alias.c reads the one as the other).
 */
#include "lang/dialect.h"

#include <ctype.h>
#include <stdlib.h>

typedef struct Field {
	Str type, name; /* printed type without name and array bounds */
	bool is_array, is_pointer, is_data_loc, is_rel_loc, is_signed;
	uint32_t offset, size;
} Field;

/* Reading the format --------------------------------------------------------------------------- */

static Str trim(Str s)
{
	while (s.n && isspace((unsigned char)s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && isspace((unsigned char)s.p[s.n - 1]))
		s.n--;
	return s;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* The number behind `key` ("offset:") in a line; 0 if it is not there. */
static uint32_t number_after(const char *line, const char *end, const char *key)
{
	const char *p = memmem(line, (size_t)(end - line), key, strlen(key));

	return p ? (uint32_t)strtoul(p + strlen(key), NULL, 10) : 0;
}

static Str drop_prefix(Str s, const char *prefix)
{
	size_t n = strlen(prefix);

	return trim((Str){ s.p + n, s.n - n });
}

/* "unsigned long args[6]", "const char * filename", "__data_loc char[] name" */
static bool split_declaration(Str text, Field *f)
{
	size_t end;

	text = trim(text);
	if (str_starts(text, "__data_loc ")) {
		f->is_data_loc = true;
		text = drop_prefix(text, "__data_loc ");
	} else if (str_starts(text, "__rel_loc ")) {
		f->is_rel_loc = true;
		text = drop_prefix(text, "__rel_loc ");
	}
	if (text.n && text.p[text.n - 1] == ']') {
		f->is_array = true;
		while (text.n && text.p[text.n - 1] != '[')
			text.n--;
		if (!text.n)
			return false;
		text.n--;
		text = trim(text);
	}
	end = text.n;
	while (text.n && is_word(text.p[text.n - 1]))
		text.n--;
	f->name = (Str){ text.p + text.n, end - text.n };
	f->type = trim(text);
	f->is_pointer = f->type.n && f->type.p[f->type.n - 1] == '*';
	return f->name.n && f->type.n && !isdigit((unsigned char)f->name.p[0]);
}

static bool read_field(const char *line, const char *end, Field *f)
{
	const char *start = memmem(line, (size_t)(end - line), "field:", 6), *semicolon;

	*f = (Field){ 0 };
	if (!start)
		return false;
	start += 6;
	semicolon = memchr(start, ';', (size_t)(end - start));
	if (!semicolon || !split_declaration((Str){ start, (size_t)(semicolon - start) }, f))
		return false;
	f->offset = number_after(semicolon, end, "offset:");
	f->size = number_after(semicolon, end, "size:");
	f->is_signed = number_after(semicolon, end, "signed:") != 0;
	return f->size > 0 && f->size <= 1 << 16 && f->offset < 1 << 20;
}

/* Types ---------------------------------------------------------------------------------------- */

static Type *integer(Lang *l, uint32_t size, bool is_signed)
{
	switch (size) {
	case 1: return is_signed ? l->t_schar : l->t_uchar;
	case 2: return is_signed ? l->t_short : l->t_ushort;
	case 4: return is_signed ? l->t_int : l->t_uint;
	case 8: return is_signed ? l->t_llong : l->t_ullong;
	default: return NULL;
	}
}

/* The next word of a printed type; empty at the end or at a star. */
static Str next_word(Str *text)
{
	Str word;

	*text = trim(*text);
	word = (Str){ text->p, 0 };
	while (word.n < text->n && is_word(text->p[word.n]))
		word.n++;
	*text = (Str){ text->p + word.n, text->n - word.n };
	return word;
}

typedef struct Words {
	int longs;
	bool is_unsigned, is_signed, is_short, is_char, is_int, is_bool, is_void;
	Type *named; /* struct, union, or typedef found */
	bool is_enum, is_unknown;
} Words;

static Type *named_type(Lang *l, Str word)
{
	Atom *name = atom_intern(l, word.p, word.n);
	Symbol *s = name->symbol;

	while (s && s->scope != l->file_scope)
		s = s->shadowed;
	if (!s)
		s = resolve_in_pool(l, name);
	return s && s->kind == SYMBOL_TYPEDEF ? s->type : NULL;
}

static void read_word(Lang *l, Words *w, Str word, Str *rest)
{
	if (str_is(word, "unsigned")) {
		w->is_unsigned = true;
	} else if (str_is(word, "signed")) {
		w->is_signed = true;
	} else if (str_is(word, "long")) {
		w->longs++;
	} else if (str_is(word, "short")) {
		w->is_short = true;
	} else if (str_is(word, "char")) {
		w->is_char = true;
	} else if (str_is(word, "int")) {
		w->is_int = true;
	} else if (str_is(word, "bool") || str_is(word, "_Bool")) {
		w->is_bool = true;
	} else if (str_is(word, "void")) {
		w->is_void = true;
	} else if (str_is(word, "enum")) {
		next_word(rest);
		w->is_enum = true;
	} else if (str_is(word, "struct") || str_is(word, "union")) {
		Str tag = next_word(rest);

		if (tag.n)
			w->named = resolve_mention(
				l, str_is(word, "struct") ? TYPE_STRUCT : TYPE_UNION,
				atom_intern(l, tag.p, tag.n));
	} else if (!str_is(word, "const") && !str_is(word, "volatile")) {
		w->named = named_type(l, word);
		w->is_unknown = !w->named;
	}
}

static Type *type_of_words(Lang *l, const Words *w)
{
	if (w->named)
		return w->named;
	if (w->is_void)
		return l->t_void;
	if (w->is_bool)
		return l->t_bool;
	if (w->is_char)
		return w->is_unsigned ? l->t_uchar : w->is_signed ? l->t_schar : l->t_char;
	if (w->is_short)
		return w->is_unsigned ? l->t_ushort : l->t_short;
	if (w->longs > 1)
		return w->is_unsigned ? l->t_ullong : l->t_llong;
	if (w->longs)
		return w->is_unsigned ? l->t_ulong : l->t_long;
	if (w->is_unsigned)
		return l->t_uint;
	return w->is_int || w->is_signed ? l->t_int : NULL;
}

/* The type named by the words before any star; NULL if unknown. */
static Type *base_type(Lang *l, Str *text)
{
	Words w = { 0 };
	Str word;

	while ((word = next_word(text)).n)
		read_word(l, &w, word, text);
	return type_of_words(l, &w);
}

static Type *pointer_type(Lang *l, const Field *f)
{
	Str rest = f->type;
	Type *t = base_type(l, &rest);

	t = t ? t : l->t_void;
	for (size_t i = 0; i < rest.n; i++) {
		if (rest.p[i] == '*')
			t = type_pointer(l, t);
	}
	return t;
}

static Type *bytes(Lang *l, uint32_t size)
{
	return type_array(l, l->t_uchar, size, true);
}

static Type *scalar_type(Lang *l, const Field *f)
{
	Str rest = f->type;
	Type *t = base_type(l, &rest), *s = t ? type_strip(t) : NULL;

	if (s && type_is_record(s))
		return type_size(l, s) == f->size ? t : bytes(l, f->size);
	if (s && s->kind != TYPE_VOID && !rest.n && type_size(l, t) == f->size)
		return t;
	/* wider than the named type, or of a type that nobody declares */
	t = integer(l, f->size, s && type_is_integer(s) ? type_is_signed(s) : f->is_signed);
	return t ? t : bytes(l, f->size);
}

static Type *array_type(Lang *l, const Field *f)
{
	Str rest = f->type;
	Type *element = f->is_pointer ? pointer_type(l, f) : base_type(l, &rest);
	uint64_t size = element ? type_size(l, element) : 0;

	if (!size || f->size % size)
		return bytes(l, f->size);
	return type_array(l, element, f->size / size, true);
}

static Type *field_type(Lang *l, const Field *f)
{
	if (f->is_data_loc || f->is_rel_loc)
		return l->t_int;
	if (f->is_array)
		return array_type(l, f);
	if (f->is_pointer && f->size == 8)
		return pointer_type(l, f);
	return scalar_type(l, f);
}

/* The struct ----------------------------------------------------------------------------------- */

static void add_member(Lang *l, Type *t, Atom *name, Type *type, uint32_t offset, uint32_t size)
{
	Member m = { .name = name, .type = type, .loc = t->loc, .offset = offset };

	vec_push(l->arena, &t->members, m);
	if (offset + size > t->size)
		t->size = offset + size;
}

static void add_field(Lang *l, Type *t, const Field *f)
{
	const char *prefix = f->is_data_loc ? "data_loc_" : f->is_rel_loc ? "rel_loc_" : "";
	const char *name = arena_printf(l->arena, "%s%.*s", prefix, (int)f->name.n, f->name.p);

	add_member(l, t, dialect_atom(l, name), field_type(l, f), f->offset, f->size);
}

static Type *new_struct(Lang *l, Atom *tag, Loc loc)
{
	Type *t = NEW(l->arena, Type);

	t->kind = TYPE_STRUCT;
	t->name = tag;
	t->loc = loc;
	t->align = 8;
	t->complete = true;
	return t;
}

static Type *read_format(Lang *l, Atom *tag, const char *text, Loc loc)
{
	Type *t = new_struct(l, tag, loc);
	const char *line = text, *end;
	Field f;

	add_member(l, t, dialect_atom(l, "__do_not_use__"), l->t_ullong, 0, 8);
	for (; *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		if (starts_with(line, "print fmt:"))
			break;
		if (read_field(line, end, &f) && !str_starts(f.name, "common_"))
			add_field(l, t, &f);
	}
	return t;
}

/* Splits CAT__EVT at its last "__", then at earlier ones; returns the first format that exists. */
static const char *find_format(Lang *l, const char *name)
{
	const Host *h = l->host;

	if (!h || !h->tracepoint_format)
		return NULL;
	for (const char *p = name + strlen(name) - 1; p > name; p--) {
		const char *format;

		if (p[0] != '_' || p[1] != '_' || !p[2])
			continue;
		format = h->tracepoint_format(
			h->self, arena_strndup(l->arena, name, (size_t)(p - name)), p + 2);
		if (format)
			return format;
	}
	return NULL;
}

static void report_missing(Lang *l, const char *name, Loc loc)
{
	const char *split = NULL, *p;
	Diag *d;

	for (p = strstr(name, "__"); p; p = strstr(p + 1, "__"))
		split = p;
	if (!split) {
		d = diag_report(l->diags, loc, DIAG_missing_tracepoint,
				"'tracepoint__%s' names no tracepoint", name);
		diag_hint(l->diags, d, "write tracepoint__CATEGORY__EVENT");
		return;
	}
	d = diag_report(l->diags, loc, DIAG_missing_tracepoint,
			"this kernel has no tracepoint '%.*s:%s', or its format cannot be read",
			(int)(split - name), name, split + 2);
	diag_hint(l->diags, d,
		  "see events/%.*s in tracefs for what exists (reading it needs root); "
		  "#if __kernel_has_tracepoint(%.*s, %s) makes it optional",
		  (int)(split - name), name, (int)(split - name), name, split + 2);
}

Type *tracepoint_struct(Lang *l, Atom *tag, Loc loc)
{
	const char *name = tag->text + strlen("tracepoint__");
	const char *format = *name ? find_format(l, name) : NULL;
	Type *t;

	if (format)
		return read_format(l, tag, format, loc);
	report_missing(l, name, loc);
	t = new_struct(l, tag, loc);
	vec_push(l->arena, &l->dialect->missing_tracepoints, t);
	return t;
}
