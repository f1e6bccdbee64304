/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of columns: headings, and events as a line of text or of JSON. Text shows the columns that
 * the options ask for; JSON has every member with a heading.
 */
#include "toolkit/internal.h"

#include <stdlib.h>

/* A struct that declares columns shows those only; one that declares none, all its members. */
static bool any_heading(const Columns *columns)
{
	for (int i = 0; i < columns->n; i++)
		if (columns->v[i].heading)
			return true;
	return false;
}

static void headings(const Columns *columns, StrBuf *out, bool *first, bool ends)
{
	int last = -1;

	for (int i = 0; i < columns->n; i++)
		if (columns->v[i].shown)
			last = i;
	for (int i = 0; i < columns->n; i++) {
		const Column *c = &columns->v[i];

		if (!c->shown)
			continue;
		if (!*first)
			sb_putc(out, ' ');
		format_heading(&c->format, c->heading, out, ends && i == last);
		*first = c->tight;
	}
}

void rows_heading(const Tool *t, View *v, StrBuf *out)
{
	bool first = true;

	if (t->json || (!any_heading(&v->key) && !any_heading(&v->value)))
		return;
	headings(&v->key, out, &first, !v->value.n);
	headings(&v->value, out, &first, true);
	sb_putc(out, '\n');
}

static void cells(const Tool *t, Columns *columns, const uint8_t *data, size_t size, StrBuf *out,
		  bool *first)
{
	for (int i = 0; i < columns->n; i++) {
		Column *c = &columns->v[i];

		if (!c->shown)
			continue;
		if (!*first)
			sb_putc(out, ' ');
		column_cell(t, c, data, size, out);
		*first = c->tight;
	}
}

static void members(const Tool *t, Columns *columns, const uint8_t *data, size_t size, StrBuf *out,
		    bool *first)
{
	for (int i = 0; i < columns->n; i++) {
		Column *c = &columns->v[i];

		if (!c->heading && any_heading(columns))
			continue;
		json_key(out, first, c->name);
		column_json(t, c, data, size, out);
	}
}

/* "a=1 b=text" */
void rows_pairs(const Tool *t, Columns *columns, const uint8_t *data, size_t size, StrBuf *out)
{
	for (int i = 0; i < columns->n; i++) {
		Column *c = &columns->v[i];

		if (i)
			sb_putc(out, ' ');
		if (columns->n > 1)
			sb_printf(out, "%s=", c->name);
		column_text(t, c, data, size, out);
	}
}

/* Text of a column for filters: whole, as in the cell but without padding and quotes. */
static bool passes(const Tool *t, Column *c, const uint8_t *data, size_t size)
{
	StrBuf text = { 0 };
	bool quoted = c->quoted, ok = true;

	if (!c->contains && !c->matches)
		return true;
	c->quoted = false;
	column_text(t, c, data, size, &text);
	c->quoted = quoted;
	if (c->contains)
		ok = strstr(text.p ? text.p : "", c->contains->text) != NULL;
	if (ok && c->matches)
		ok = !regexec(c->pattern, text.p ? text.p : "", 0, NULL, 0);
	sb_free(&text);
	return ok;
}

/* The first parent column that the program could not fill in; -1: none. */
static int missing_parent(const Tool *t, const View *v, const uint8_t *data, size_t size, int from)
{
	for (int i = from; i < v->value.n; i++) {
		const Column *c = &v->value.v[i];

		if (c->parent_of >= 0 && t->names.parent && c->size == 4 &&
		    (size_t)c->offset + 4 <= size && !column_raw(c, data, size))
			return i;
	}
	return -1;
}

static void fill_parents(const Tool *t, const View *v, uint8_t *data, size_t size)
{
	for (int i = 0; (i = missing_parent(t, v, data, size, i)) >= 0; i++) {
		const Column *c = &v->value.v[i];
		int pid = (int)column_raw(&v->value.v[c->parent_of], data, size);
		int parent = t->names.parent(t->names.self, pid);

		memcpy(data + c->offset, &parent, 4);
	}
}

static bool print_event(const Tool *t, View *v, const uint8_t *data, size_t size, StrBuf *out)
{
	bool first = true;

	for (int i = 0; i < v->value.n; i++)
		if (!passes(t, &v->value.v[i], data, size))
			return false;
	if (t->json) {
		members(t, &v->value, data, size, out, &first);
		sb_puts(out, first ? "{}\n" : "}\n");
	} else if (any_heading(&v->value)) {
		cells(t, &v->value, data, size, out, &first);
		sb_putc(out, '\n');
	} else {
		sb_printf(out, "%s: ", v->name);
		rows_pairs(t, &v->value, data, size, out);
		sb_putc(out, '\n');
	}
	return true;
}

bool rows_event(const Tool *t, View *v, const uint8_t *data, size_t size, StrBuf *out)
{
	uint8_t *copy;
	bool shown;

	if (missing_parent(t, v, data, size, 0) < 0 || !(copy = malloc(size)))
		return print_event(t, v, data, size, out);
	memcpy(copy, data, size);
	fill_parents(t, v, copy, size);
	shown = print_event(t, v, copy, size, out);
	free(copy);
	return shown;
}

void rows_pair(const Tool *t, View *v, const uint8_t *key, const uint8_t *value, StrBuf *out)
{
	bool first = true;

	if (t->json) {
		members(t, &v->key, key, v->key_size, out, &first);
		members(t, &v->value, value, v->value_size, out, &first);
		sb_puts(out, first ? "{}\n" : "}\n");
	} else {
		cells(t, &v->key, key, v->key_size, out, &first);
		cells(t, &v->value, value, v->value_size, out, &first);
		sb_putc(out, '\n');
	}
}
