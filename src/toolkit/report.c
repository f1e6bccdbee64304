/* SPDX-License-Identifier: Apache-2.0 */
/* Reports: what a map holds at the end of an interval, as histograms, tables, rates, lines. */
#include "toolkit/internal.h"

#include <stdlib.h>

static const uint8_t *key_at(const Entries *e, uint32_t i)
{
	return e->keys + (size_t)i * e->key_stride;
}

static const uint8_t *value_at(const Entries *e, uint32_t i)
{
	return e->values + (size_t)i * e->value_stride;
}

static void print_title(const Tool *t, const View *v, StrBuf *out)
{
	if (!v->title || t->json)
		return;
	sb_printf(out, "%s\n", v->title);
	for (size_t i = 0; i < strlen(v->title); i++)
		sb_putc(out, '~');
	sb_putc(out, '\n');
}

/* Histograms ----------------------------------------------------------------------------------- */

typedef struct Section {
	const uint8_t *key;        /* an entry of the section */
	Histogram histogram;
} Section;

static void json_histogram(const Tool *t, View *v, const Section *s, StrBuf *out)
{
	bool first = true, any = false;

	json_key(out, &first, "ts");
	sb_putc(out, '"');
	clock_text("%Y-%m-%d %H:%M:%S", false, out);
	sb_putc(out, '"');
	json_key(out, &first, "val_type");
	json_string(out, v->label ? v->label : "", v->label ? strlen(v->label) : 0);
	json_key(out, &first, "data");
	sb_putc(out, '[');
	for (int i = v->kind == VIEW_LOG2; i <= s->histogram.max; i++) {
		bool log2 = v->kind == VIEW_LOG2;
		uint64_t low = !log2 ? (uint64_t)i : i == 1 ? 0 : 1ULL << (i - 1);
		uint64_t high = !log2 ? (uint64_t)i : i >= 64 ? ~0ULL : (1ULL << i) - 1;

		sb_printf(out, "%s{\"interval-start\":%llu,\"interval-end\":%llu,\"count\":%llu}",
			  any ? "," : "", (unsigned long long)low, (unsigned long long)high,
			  (unsigned long long)s->histogram.slots[i]);
		any = true;
	}
	sb_putc(out, ']');
	for (int i = v->section; i >= 0 && i < v->key.n; i++) {
		Column *c = &v->key.v[i];

		if (i == v->slot || (i > v->section && !v->joint_section))
			continue;
		json_key(out, &first, c->section ? c->section : c->name);
		column_json(t, c, s->key, v->key_size, out);
	}
	sb_puts(out, "}\n");
}

static void print_section(const Tool *t, View *v, const Section *s, StrBuf *out)
{
	const char *label = v->label ? v->label : "value";

	if (t->json) {
		json_histogram(t, v, s, out);
		return;
	}
	for (int i = v->section; i >= 0 && i < v->key.n; i++) {
		Column *c = &v->key.v[i];

		if (i == v->slot || (i > v->section && !v->joint_section))
			continue;
		sb_printf(out, "%s%s = ", i == v->section ? "\n" : ", ",
			  c->section ? c->section : c->name);
		column_text(t, c, s->key, v->key_size, out);
	}
	if (v->section >= 0)
		sb_putc(out, '\n');
	if (v->kind == VIEW_LOG2)
		histogram_log2(&s->histogram, label, out);
	else
		histogram_linear(&s->histogram, label, out);
}

static int compare_sections(const void *a, const void *b, void *self)
{
	const View *v = self;
	const Column *c = &v->key.v[v->section];
	const Section *x = *(Section *const *)a, *y = *(Section *const *)b;
	uint64_t i, j;

	if (v->joint_section)
		return memcmp(x->key, y->key, v->key.v[v->slot].offset);
	if (c->is_text)
		return memcmp(x->key + c->offset, y->key + c->offset, c->size);
	i = column_raw(c, x->key, v->key_size);
	j = column_raw(c, y->key, v->key_size);
	return i < j ? -1 : i > j;
}

static Section *find_section(const View *v, HashMap *map, Section ***list, int *n, int *cap,
			     Arena *arena, const uint8_t *key)
{
	Str name = { "", 0 };
	Section *s;

	if (v->joint_section) {
		name.p = (const char *)key;
		name.n = v->key.v[v->slot].offset;
	} else if (v->section >= 0) {
		const Column *c = &v->key.v[v->section];

		name.p = (const char *)key + c->offset;
		name.n = c->size;
	}
	s = hashmap_get(map, name);
	if (s)
		return s;
	s = NEW(arena, Section);
	s->key = key;
	s->histogram.max = -1;
	hashmap_put(map, name, s);
	*(Section **)vec_grow(arena, (void **)list, n, cap, sizeof(Section *)) = s;
	return s;
}

/* Keys are {..., slot}, or the slot alone; values are counts. */
void report_histograms(const Tool *t, View *v, const Entries *e, StrBuf *out)
{
	Arena *arena = arena_new();
	HashMap map = { .arena = arena };
	Section **list = NULL;
	int n = 0, cap = 0;

	for (uint32_t i = 0; i < e->n; i++) {
		const uint8_t *key = key_at(e, i);
		uint64_t count = v->value.n ? column_raw(&v->value.v[0], value_at(e, i),
							 v->value_size) : 0;

		if (count && v->slot >= 0) {
			Section *s = find_section(v, &map, &list, &n, &cap, arena, key);

			histogram_add(&s->histogram,
				      column_raw(&v->key.v[v->slot], key, v->key_size), count);
		}
	}
	if (v->section >= 0 && n)
		qsort_r(list, (size_t)n, sizeof(*list), compare_sections, v);
	print_title(t, v, out);
	for (int i = 0; i < n; i++)
		print_section(t, v, list[i], out);
	arena_free(arena);
}

/* Tables --------------------------------------------------------------------------------------- */

typedef struct Row { const uint8_t *key, *value; } Row;

static int compare_rows(const void *a, const void *b, void *self)
{
	const View *v = self;
	const Row *x = a, *y = b;

	if (v->sort >= 0) {
		const Column *c = v->sort_in_key ? &v->key.v[v->sort] : &v->value.v[v->sort];
		uint64_t i = column_raw(c, v->sort_in_key ? x->key : x->value, ~0u);
		uint64_t j = column_raw(c, v->sort_in_key ? y->key : y->value, ~0u);
		bool less = c->is_signed ? (int64_t)i < (int64_t)j : i < j;

		if (i != j)
			return less ? 1 : -1;
	}
	return memcmp(x->key, y->key, v->key_size);
}

static int64_t row_limit(const Tool *t)
{
	for (int i = 0; i < t->options.n; i++)
		if (t->options.v[i]->role && !strcmp(t->options.v[i]->role, "top"))
			return t->options.v[i]->value;
	return INT64_MAX;
}

void report_table(const Tool *t, View *v, const Entries *e, StrBuf *out)
{
	Row *rows = calloc(e->n ? e->n : 1, sizeof(*rows));
	int64_t limit = row_limit(t);

	if (!rows)
		return;
	for (uint32_t i = 0; i < e->n; i++)
		rows[i] = (Row){ key_at(e, i), value_at(e, i) };
	qsort_r(rows, e->n, sizeof(*rows), compare_rows, v);
	print_title(t, v, out);
	rows_heading(t, v, out);
	for (uint32_t i = 0; i < e->n && (int64_t)i < limit; i++)
		rows_pair(t, v, rows[i].key, rows[i].value, out);
	free(rows);
}

/* Rates ---------------------------------------------------------------------------------------- */

void report_rates_heading(const Tool *t, View *v, StrBuf *out)
{
	if (t->json)
		return;
	sb_puts(out, "TIME      ");
	for (int i = 0; i < v->value.n; i++)
		if (v->value.v[i].shown) {
			sb_putc(out, ' ');
			format_heading(&v->value.v[i].format, v->value.v[i].heading, out, false);
		}
	sb_putc(out, '\n');
}

static void rates_json(View *v, const uint8_t *value, double seconds, StrBuf *out)
{
	bool first = true;

	json_key(out, &first, "time");
	sb_putc(out, '"');
	clock_text("%H:%M:%S", false, out);
	sb_putc(out, '"');
	json_key(out, &first, "seconds");
	sb_printf(out, "%.6f", seconds);
	for (int i = 0; i < v->value.n; i++) {
		json_key(out, &first, v->value.v[i].name);
		sb_printf(out, "%llu", (unsigned long long)column_raw(&v->value.v[i], value,
								       v->value_size));
	}
	sb_puts(out, "}\n");
}

/* Text: events per second; JSON: events and the seconds in which they were counted. */
void report_rates(const Tool *t, View *v, const Entries *e, double seconds, StrBuf *out)
{
	const uint8_t *value = e->n ? value_at(e, 0) : NULL;

	if (!value)
		return;
	if (t->json) {
		rates_json(v, value, seconds, out);
		return;
	}
	clock_text("%H:%M:%S: ", false, out);
	for (int i = 0; i < v->value.n; i++) {
		Column *c = &v->value.v[i];
		uint64_t count = column_raw(c, value, v->value_size);

		if (c->shown)
			sb_printf(out, " %*llu", c->format.width,
				  (unsigned long long)((double)count / seconds));
	}
	sb_putc(out, '\n');
}

/* Others --------------------------------------------------------------------------------------- */

void report_average(const Tool *t, View *v, const Entries *e, StrBuf *out)
{
	uint64_t total, count;
	const char *unit = v->label ? v->label : "";

	if (t->json || !e->n || v->value.n < 2)
		return;
	total = column_raw(&v->value.v[0], value_at(e, 0), v->value_size);
	count = column_raw(&v->value.v[1], value_at(e, 0), v->value_size);
	if (count)
		sb_printf(out, "\navg = %llu %s, total: %llu %s, count: %llu\n",
			  (unsigned long long)(total / count), unit, (unsigned long long)total,
			  unit, (unsigned long long)count);
}

/* "{member}" and "{member%5d}" of a line. */
static void line_item(const Tool *t, View *v, const char *item, const uint8_t *key,
		      const uint8_t *value, StrBuf *out)
{
	size_t n = strcspn(item, "%");

	for (int side = 0; side < 2; side++) {
		Columns *columns = side ? &v->value : &v->key;

		for (int i = 0; i < columns->n; i++) {
			Column c = columns->v[i];

			if (strncmp(c.name, item, n) || c.name[n])
				continue;
			if (item[n])
				format_parse(item + n, &c.format);
			column_cell(t, &c, side ? value : key, side ? v->value_size : v->key_size,
				    out);
			return;
		}
	}
}

static void one_line(const Tool *t, View *v, const uint8_t *key, const uint8_t *value, StrBuf *out)
{
	const char *p = v->format;

	while (*p) {
		const char *end = *p == '{' ? strchr(p, '}') : NULL;

		if (!end) {
			sb_putc(out, *p++);
			continue;
		}
		line_item(t, v, arena_strndup(t->arena, p + 1, (size_t)(end - p - 1)), key, value,
			  out);
		p = end + 1;
	}
	sb_putc(out, '\n');
}

void report_lines(const Tool *t, View *v, const Entries *e, StrBuf *out)
{
	print_title(t, v, out);
	for (uint32_t i = 0; i < e->n; i++)
		if (t->json)
			rows_pair(t, v, key_at(e, i), value_at(e, i), out);
		else
			one_line(t, v, key_at(e, i), value_at(e, i), out);
}

/* name[key] = value */
void report_dump(const Tool *t, View *v, const Entries *e, StrBuf *out)
{
	for (uint32_t i = 0; i < e->n; i++) {
		if (t->json) {
			rows_pair(t, v, key_at(e, i), value_at(e, i), out);
			continue;
		}
		sb_printf(out, "%s[", v->name);
		rows_pairs(t, &v->key, key_at(e, i), v->key_size, out);
		sb_puts(out, "] = ");
		rows_pairs(t, &v->value, value_at(e, i), v->value_size, out);
		sb_putc(out, '\n');
	}
}

void report_view(const Tool *t, View *v, const Entries *e, double seconds, StrBuf *out)
{
	switch (v->kind) {
	case VIEW_LOG2:
	case VIEW_LINEAR:
		report_histograms(t, v, e, out);
		break;
	case VIEW_TABLE:
		report_table(t, v, e, out);
		break;
	case VIEW_RATES:
		report_rates(t, v, e, seconds, out);
		break;
	case VIEW_AVERAGE:
		report_average(t, v, e, out);
		break;
	case VIEW_LINES:
		report_lines(t, v, e, out);
		break;
	case VIEW_DUMP:
		report_dump(t, v, e, out);
		break;
	case VIEW_EVENTS:
		break;
	}
}
