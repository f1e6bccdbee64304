/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Declaration tags: reading them out of an object's BTF, conditions in them, and the tool itself.
 * A tag is "key:value" or "key?condition:value". Unit-level tags hang on the variable __bcc_tool.
 */
#include "toolkit/internal.h"

#include <ctype.h>
#include <errno.h>

static const char *const semantic_names[] = {
	[SEM_PLAIN] = "",
#define X(name, type, json, from) [SEM_##name] = type,
#include "semantics.def"
#undef X
};

static const JsonKind semantic_kinds[] = {
	[SEM_PLAIN] = JSON_NUMBER,
#define X(name, type, json, from) [SEM_##name] = json,
#include "semantics.def"
#undef X
};

static const uint64_t semantic_units[] = {
	[SEM_PLAIN] = 0,
#define X(name, type, json, from) [SEM_##name] = from,
#include "semantics.def"
#undef X
};

_Static_assert(ARRAY_LEN(semantic_names) == SEM_COUNT, "one name for each semantic");

JsonKind semantic_json(Semantic s)
{
	return semantic_kinds[s];
}

uint64_t semantic_unit(Semantic s)
{
	return semantic_units[s];
}

static Semantic semantic_by_name(const char *name)
{
	for (int i = 1; i < SEM_COUNT; i++)
		if (!strcmp(semantic_names[i], name))
			return i;
	return SEM_PLAIN;
}

static bool is_wrapper(int kind)
{
	return kind == BTF_KIND_TYPEDEF || kind == BTF_KIND_CONST || kind == BTF_KIND_VOLATILE ||
	       kind == BTF_KIND_RESTRICT || kind == BTF_KIND_TYPE_TAG;
}

Semantic semantic_of_type(const Btf *b, uint32_t id)
{
	for (int depth = 0; depth < 32; depth++) {
		const struct btf_type *type = btf_type(b, id);

		if (!type)
			break;
		if (btf_kind(type) == BTF_KIND_TYPEDEF) {
			Semantic s = semantic_by_name(btf_type_name(b, type));

			if (s != SEM_PLAIN)
				return s;
		}
		if (btf_kind(type) == BTF_KIND_STRUCT &&
		    !strcmp(btf_type_name(b, type), "ipaddr"))
			return SEM_IPADDR;
		if (!is_wrapper(btf_kind(type)))
			break;
		id = type->type;
	}
	return SEM_PLAIN;
}

const struct btf_type *plain_type(const Btf *b, uint32_t id)
{
	return btf_type(b, btf_skip(b, id));
}

static TypeShape integer_shape(const Btf *b, const struct btf_type *type)
{
	TypeShape s = { .size = type->size, .element = type->size };

	if (btf_kind(type) == BTF_KIND_INT) {
		s.is_signed = BTF_INT_ENCODING(btf_int_bits(b, type)) & BTF_INT_SIGNED;
		s.is_bool = BTF_INT_ENCODING(btf_int_bits(b, type)) & BTF_INT_BOOL;
	} else if (btf_kind(type) == BTF_KIND_ENUM || btf_kind(type) == BTF_KIND_ENUM64) {
		s.is_signed = btf_kflag(type);
	}
	return s;
}

TypeShape type_shape(const Btf *b, uint32_t id)
{
	const struct btf_type *type = plain_type(b, id);
	const struct btf_array *array;
	uint64_t size = 0;
	TypeShape s = { 0 };

	if (!type)
		return s;
	btf_size_of(b, id, &size);
	if (btf_kind(type) == BTF_KIND_ARRAY && (array = btf_array_of(b, type))) {
		const struct btf_type *element = plain_type(b, array->type);

		if (element)
			s = integer_shape(b, element);
		s.is_array = true;
		s.is_text = s.element == 1;
		s.count = array->nelems;
	} else if (btf_kind(type) == BTF_KIND_PTR) {
		s.element = 8;
	} else if (btf_kind(type) != BTF_KIND_STRUCT && btf_kind(type) != BTF_KIND_UNION) {
		s = integer_shape(b, type);
	}
	s.size = (uint32_t)size;
	return s;
}

/* Tags ---------------------------------------------------------------------------------------- */

static void collect(void *self, const char *tag)
{
	struct { Tool *t; TagList *list; } *c = self;

	vec_push(c->t->arena, c->list, arena_strdup(c->t->arena, tag));
}

void tags_read(Tool *t, uint32_t id, int component, TagList *out)
{
	struct { Tool *t; TagList *list; } c = { t, out };

	btf_each_tag(t->btf, id, component, collect, &c);
}

/* If the tag is of `key`: its value; *cond and *n: its condition, n 0 if none. */
static const char *match_tag(const char *tag, const char *key, const char **cond, size_t *n)
{
	size_t length = strlen(key);
	const char *colon;

	if (strncmp(tag, key, length))
		return NULL;
	*n = 0;
	if (tag[length] == ':')
		return tag + length + 1;
	if (tag[length] != '?' || !(colon = strchr(tag + length, ':')))
		return NULL;
	*cond = tag + length + 1;
	*n = (size_t)(colon - *cond);
	return colon + 1;
}

bool tags_each(const Tool *t, const TagList *tags, const char *key, int *at, const char **value)
{
	while (*at < tags->n) {
		const char *tag = tags->v[(*at)++], *cond;
		size_t n;
		const char *found = match_tag(tag, key, &cond, &n);

		if (found && (!n || tool_condition(t, arena_strndup(t->arena, cond, n)))) {
			*value = found;
			return true;
		}
	}
	return false;
}

const char *tags_get(const Tool *t, const TagList *tags, const char *key)
{
	const char *value, *last = NULL;

	for (int at = 0; tags_each(t, tags, key, &at, &value);)
		last = value;
	return last;
}

bool tags_has(const TagList *tags, const char *key)
{
	const char *cond;
	size_t n;

	for (int i = 0; i < tags->n; i++)
		if (match_tag(tags->v[i], key, &cond, &n))
			return true;
	return false;
}

/* Conditions: alternatives of conjunctions of names, each maybe negated ------------------------ */

static const char *skip_blanks(const char *p)
{
	while (isspace((unsigned char)*p))
		p++;
	return p;
}

static bool condition_name(const Tool *t, const char **p)
{
	bool negated = false, value;
	const char *start;
	char name[64];

	for (*p = skip_blanks(*p); **p == '!'; *p = skip_blanks(*p + 1))
		negated = !negated;
	start = *p;
	while (isalnum((unsigned char)**p) || **p == '_')
		(*p)++;
	snprintf(name, sizeof(name), "%.*s", (int)(*p - start), start);
	*p = skip_blanks(*p);
	if (!strcmp(name, "json")) {
		value = t->json;
	} else {
		const Option *o = tool_option(t, name);

		value = o && o->given;
	}
	return value != negated;
}

bool tool_condition(const Tool *t, const char *cond)
{
	bool any = false;
	const char *p = skip_blanks(cond);

	if (!*p)
		return true;
	for (;;) {
		bool all = condition_name(t, &p);

		while (*p == '&') {
			while (*p == '&')
				p++;
			all = condition_name(t, &p) && all;
		}
		any = any || all;
		if (*p != '|')
			return any;
		while (*p == '|')
			p++;
	}
}

/* The tool ------------------------------------------------------------------------------------- */

static bool open_btf(Tool *t, const BpfObject *object, Error *err)
{
	t->object = object;
	t->btf = NULL;
	if (!object->btf)
		return true;
	t->btf = btf_open(t->arena, object->btf, object->btf_size, NULL, err);
	return t->btf != NULL;
}

static void read_unit_tags(Tool *t)
{
	uint32_t id = t->btf ? btf_find(t->btf, "__bcc_tool", BTF_KIND_VAR) : 0;
	TagList none = { 0 };

	t->tags = none;
	if (id)
		tags_read(t, id, -1, &t->tags);
}

Tool *tool_read(Arena *arena, const BpfObject *object, const ToolNames *names, Error *err)
{
	Tool *t = NEW(arena, Tool);
	const char *interval;

	t->arena = arena;
	if (names)
		t->names = *names;
	if (!open_btf(t, object, err))
		return NULL;
	read_unit_tags(t);
	t->name = tags_get(t, &t->tags, "tool");
	t->description = tags_get(t, &t->tags, "description");
	t->program = t->name ? t->name : arena_strdup(arena, object->name);
	read_options(t);
	interval = tags_get(t, &t->tags, "interval");
	t->takes_interval = interval != NULL;
	if (interval)
		parse_seconds(interval, &t->interval);
	return t;
}

int tool_take_object(Tool *t, const BpfObject *object, Error *err)
{
	if (!object->btf)
		return error_set(err, EINVAL, "%s: the object has no BTF, so nothing says what to "
				 "show", object->name);
	return open_btf(t, object, err) ? 0 : -err->code;
}

Option *tool_option(const Tool *t, const char *name)
{
	for (int i = 0; i < t->options.n; i++)
		if (!strcmp(t->options.v[i]->name, name))
			return t->options.v[i];
	return NULL;
}

int tool_defines(const Tool *t, Arena *arena, const char ***out)
{
	VEC(const char *) list = { 0 };

	for (int i = 0; i < t->options.n; i++) {
		const Option *o = t->options.v[i];

		if (o->defines && o->given)
			vec_push(arena, &list, arena_printf(arena, "-DOPTION_%s=1", o->name));
	}
	*out = list.v;
	return list.n;
}

void tool_each_constant(const Tool *t, void (*each)(void *self, const char *name, int64_t value),
			void *self)
{
	for (int i = 0; i < t->options.n; i++)
		if (!t->options.v[i]->builtin)
			each(self, t->options.v[i]->name, t->options.v[i]->value);
}
