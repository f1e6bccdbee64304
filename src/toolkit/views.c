/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Views of an object: for every map that declares one, the columns of its key, value or event
 * struct as the given options want them.
 */
#include "toolkit/internal.h"

#include <errno.h>

static const struct { const char *name; ViewKind kind; } view_kinds[] = {
	{ "events", VIEW_EVENTS }, { "log2", VIEW_LOG2 }, { "linear", VIEW_LINEAR },
	{ "table", VIEW_TABLE }, { "rates", VIEW_RATES }, { "average", VIEW_AVERAGE },
	{ "lines", VIEW_LINES },
};

static const struct { const char *name; uint64_t ns; } units[] = {
	{ "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000 },
};

static uint64_t unit_of(const char *name)
{
	for (size_t i = 0; name && i < ARRAY_LEN(units); i++)
		if (!strcmp(units[i].name, name))
			return units[i].ns;
	return 0;
}

static void split_names(Tool *t, Column *c, const char *list)
{
	VEC(const char *) names = { 0 };

	while (list) {
		size_t n = strcspn(list, ",");

		vec_push(t->arena, &names, arena_strndup(t->arena, list, n));
		list = list[n] ? list + n + 1 : NULL;
	}
	c->names = names.v;
	c->n_names = names.n;
}

static void read_none(Tool *t, Column *c, const char *text)
{
	const char *blank = text ? strchr(text, ' ') : NULL;

	if (blank && parse_number(arena_strndup(t->arena, text, (size_t)(blank - text)),
				  &c->none_value)) {
		c->has_none = true;
		c->none_text = blank + 1;
	}
}

static const Option *option_tag(Tool *t, const TagList *tags, const char *key)
{
	const char *name = tags_get(t, tags, key);
	const Option *o = name ? tool_option(t, name) : NULL;

	return o;
}

static void column_filters(Tool *t, Column *c, const TagList *tags)
{
	c->contains = option_tag(t, tags, "contains");
	c->matches = option_tag(t, tags, "matches");
	if (c->contains && !c->contains->given)
		c->contains = NULL;
	if (c->matches && !c->matches->given)
		c->matches = NULL;
	if (c->matches) {
		c->pattern = NEW(t->arena, regex_t);
		if (regcomp(c->pattern, c->matches->text, REG_EXTENDED | REG_NOSUB))
			c->matches = NULL;
	}
}

/* A heading may name the time zone: TIME-%Z. */
static const char *heading_text(Tool *t, Column *c, const char *heading)
{
	StrBuf text = { 0 };

	if (!heading || (c->semantic != SEM_WALLTIME && c->semantic != SEM_WALLTIME_MS))
		return heading;
	clock_text(heading, c->utc, &text);
	heading = arena_strndup(t->arena, text.p ? text.p : "", text.n);
	sb_free(&text);
	return heading;
}

/* False: the column does not exist under these options. */
static bool column_tags(Tool *t, Column *c, const TagList *tags)
{
	const char *only = tags_get(t, tags, "only_if");
	const char *shown = tags_get(t, tags, "shown");
	const char *format = tags_get(t, tags, "format"), *names = tags_get(t, tags, "names");

	if (only && !tool_condition(t, only))
		return false;
	c->utc = tags_get(t, tags, "utc") != NULL;
	c->quoted = tags_get(t, tags, "quoted") != NULL;
	c->heading = heading_text(t, c, tags_get(t, tags, "heading"));
	c->shown = c->heading && (!shown || tool_condition(t, shown));
	c->tight = tags_get(t, tags, "tight") != NULL;
	c->unit = unit_of(tags_get(t, tags, "in"));
	c->section = tags_get(t, tags, "section");
	c->unknown = tags_get(t, tags, "unknown");
	c->shows = option_tag(t, tags, "shows");
	if (!format || !format_parse(format, &c->format))
		format_parse(c->is_text || semantic_json(c->semantic) == JSON_TEXT ? "%s" : "%d",
			     &c->format);
	if (!c->is_signed && c->format.conversion == 'd')
		c->format.conversion = 'u';
	if (names)
		split_names(t, c, names);
	read_none(t, c, tags_get(t, tags, "none"));
	column_filters(t, c, tags);
	return true;
}

static void column_type(Tool *t, Column *c, uint32_t type)
{
	TypeShape shape = type_shape(t->btf, type);

	c->semantic = semantic_of_type(t->btf, type);
	c->size = shape.size;
	c->is_signed = shape.is_signed && !shape.is_text;
	c->is_text = shape.is_text;
	c->is_array = shape.is_array;
	c->is_bool = shape.is_bool;
	c->count = shape.count;
	c->parent_of = -1;
}

/* BTF may be damaged: a struct within itself, members beyond its end. */
enum { MAX_DEPTH = 8, MAX_MEMBERS = 10000, MAX_EVENT = 1 << 24 };

typedef struct Place {
	uint32_t base;             /* of the struct */
	uint32_t room;             /* bytes of the whole */
	int depth;
	int *members;              /* seen so far */
} Place;

static void add_member(Tool *t, Columns *columns, uint32_t id, const struct btf_type *type, int i,
		       Place at);

/* Members of a struct, those of anonymous ones within it included. */
static void read_struct(Tool *t, Columns *columns, uint32_t id, Place at)
{
	const struct btf_type *type = btf_type(t->btf, id);

	for (int i = 0; i < btf_vlen(type) && *at.members < MAX_MEMBERS; i++, ++*at.members)
		add_member(t, columns, id, type, i, at);
}

static void add_member(Tool *t, Columns *columns, uint32_t id, const struct btf_type *type, int i,
		       Place at)
{
	const struct btf_member *m = btf_member_at(t->btf, type, i);
	uint32_t bits = m ? btf_member_bit_offset(type, m) : 0;
	const char *name = m ? btf_string(t->btf, m->name_off) : "";
	TagList tags = { 0 };
	Column c = { 0 };

	if (!m)
		return;
	if (!*name) {
		const struct btf_type *inner = plain_type(t->btf, m->type);

		if (inner && btf_kind(inner) == BTF_KIND_STRUCT && at.depth < MAX_DEPTH)
			read_struct(t, columns, btf_skip(t->btf, m->type),
				    (Place){ at.base + bits / 8, at.room, at.depth + 1, at.members });
		return;
	}
	column_type(t, &c, m->type);
	c.name = name;
	c.offset = at.base + bits / 8;
	c.bit_offset = bits;
	c.bit_width = btf_member_bit_width(type, m);
	if ((uint64_t)c.offset + c.size > at.room)
		return;
	tags_read(t, id, i, &tags);
	if (column_tags(t, &c, &tags))
		vec_push(t->arena, columns, c);
}

static int column_index(const Columns *columns, const char *name)
{
	for (int i = 0; name && i < columns->n; i++)
		if (!strcmp(columns->v[i].name, name))
			return i;
	return -1;
}

/* PARENT_OF(pid): by name, resolved when all members are known. */
static void resolve_parents(Tool *t, Columns *columns, uint32_t id)
{
	const struct btf_type *type = btf_type(t->btf, id);

	for (int i = 0; i < btf_vlen(type); i++) {
		const struct btf_member *m = btf_member_at(t->btf, type, i);
		TagList tags = { 0 };
		int at = m ? column_index(columns, btf_string(t->btf, m->name_off)) : -1;

		tags_read(t, id, i, &tags);
		if (at >= 0)
			columns->v[at].parent_of =
				column_index(columns, tags_get(t, &tags, "parent_of"));
	}
}

/* Columns of a struct, or one column for a plain value, in `room` bytes. */
static void read_columns(Tool *t, Columns *columns, uint32_t id, const char *plain_name,
			 uint32_t room)
{
	const struct btf_type *type = plain_type(t->btf, id);
	Columns none = { 0 };
	TagList no_tags = { 0 };
	Column c = { 0 };
	int members = 0;

	*columns = none;
	if (!type)
		return;
	if (btf_kind(type) == BTF_KIND_STRUCT && semantic_of_type(t->btf, id) == SEM_PLAIN) {
		read_struct(t, columns, btf_skip(t->btf, id), (Place){ 0, room, 0, &members });
		resolve_parents(t, columns, btf_skip(t->btf, id));
		return;
	}
	column_type(t, &c, id);
	if (c.size > room)
		return;
	c.name = plain_name;
	column_tags(t, &c, &no_tags);
	vec_push(t->arena, columns, c);
}

static uint32_t event_type(Tool *t, const BpfMap *map, const TagList *tags)
{
	const char *name = tags_get(t, tags, "struct");

	if (name && !strncmp(name, "struct ", 7)) {
		uint32_t id = btf_find(t->btf, name + 7, BTF_KIND_STRUCT);

		if (id)
			return id;
	}
	if (name) {
		uint32_t id = btf_find(t->btf, name, BTF_KIND_TYPEDEF);

		if (id)
			return id;
	}
	return map->btf_event;
}

static void histogram_columns(View *v)
{
	v->slot = column_index(&v->key, "slot");
	if (v->slot < 0 && v->key.n)
		v->slot = v->key.n - 1;
	for (int i = 0; i < v->key.n && v->section < 0; i++)
		if (i != v->slot && (v->key.v[i].section || v->key.n == 2))
			v->section = i;
	if (v->section < 0 && v->key.n > 2 && v->slot == v->key.n - 1) {
		v->section = 0;
		v->joint_section = true;
	}
}

static void sort_column(Tool *t, View *v, const TagList *tags)
{
	const char *name = tags_get(t, tags, "sort");

	v->sort = column_index(&v->value, name);
	if (v->sort < 0 && (v->sort = column_index(&v->key, name)) >= 0)
		v->sort_in_key = true;
}

static bool read_view(Tool *t, int index, const BpfMap *map, View *v)
{
	TagList tags = { 0 };
	const char *kind, *only;
	View r = { .map = index, .name = map->name, .section = -1, .slot = -1, .sort = -1 };
	bool known = false;

	if (!map->btf_var)
		return false;
	tags_read(t, map->btf_var, -1, &tags);
	kind = tags_get(t, &tags, "view");
	only = tags_get(t, &tags, "only_if");
	if (!kind || (only && !tool_condition(t, only)))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(view_kinds); i++)
		if (!strcmp(view_kinds[i].name, kind)) {
			r.kind = view_kinds[i].kind;
			known = true;
		}
	r.label = tags_get(t, &tags, "label");
	r.title = tags_get(t, &tags, "title");
	r.format = tags_get(t, &tags, "format");
	r.key_size = map->key_size;
	r.value_size = map->value_size;
	if (r.kind == VIEW_EVENTS) {
		read_columns(t, &r.value, event_type(t, map, &tags), "value", MAX_EVENT);
	} else {
		read_columns(t, &r.key, map->btf_key, "key", map->key_size);
		read_columns(t, &r.value, map->btf_value, "value", map->value_size);
	}
	if (r.kind == VIEW_LOG2 || r.kind == VIEW_LINEAR)
		histogram_columns(&r);
	sort_column(t, &r, &tags);
	*v = r;
	return known;
}

int tool_views(Tool *t, const BpfObject *object, Error *err)
{
	int rc = tool_take_object(t, object, err);

	t->views.n = 0;
	if (rc)
		return rc;
	for (int i = 0; i < object->maps.n; i++) {
		View v;

		if (read_view(t, i, &object->maps.v[i], &v))
			vec_push(t->arena, &t->views, v);
	}
	return 0;
}

static bool has_view(const Tool *t, int map)
{
	for (int i = 0; i < t->views.n; i++)
		if (t->views.v[i].map == map)
			return true;
	return false;
}

static bool has_contents(const BpfMap *map)
{
	switch (map->type) {
	case BPF_MAP_TYPE_HASH:
	case BPF_MAP_TYPE_ARRAY:
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_PERCPU_ARRAY:
	case BPF_MAP_TYPE_LRU_HASH:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
		return map->btf_value != 0;
	default:
		return false;
	}
}

void tool_default_views(Tool *t)
{
	for (int i = 0; i < t->object->maps.n; i++) {
		const BpfMap *map = &t->object->maps.v[i];
		View v = { .map = i, .name = map->name, .section = -1, .slot = -1, .sort = -1,
			   .key_size = map->key_size, .value_size = map->value_size };

		if (has_view(t, i) || starts_with(map->name, "__bcc_"))
			continue;
		if (map->type == BPF_MAP_TYPE_RINGBUF ||
		    map->type == BPF_MAP_TYPE_PERF_EVENT_ARRAY) {
			if (!map->btf_event)
				continue;
			v.kind = VIEW_EVENTS;
			read_columns(t, &v.value, map->btf_event, "value", MAX_EVENT);
		} else if (has_contents(map)) {
			v.kind = VIEW_DUMP;
			read_columns(t, &v.key, map->btf_key, "key", map->key_size);
			read_columns(t, &v.value, map->btf_value, "value", map->value_size);
		} else {
			continue;
		}
		vec_push(t->arena, &t->views, v);
	}
}

View *tool_view_of(Tool *t, ViewKind kind)
{
	for (int i = 0; i < t->views.n; i++)
		if (t->views.v[i].kind == kind)
			return &t->views.v[i];
	return NULL;
}
