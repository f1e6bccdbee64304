/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Types as a C programmer writes them: "const struct sock *", "char [16]", "int (*)(void *)".
 * A C type is written around the name that it declares, so the text grows from the middle.
 */
#include "internal.h"

static const char *integer_name(Type *t)
{
	static const char *const names[2][5] = {
		{ "unsigned char", "unsigned short", "unsigned int", "unsigned long",
		  "unsigned __int128" },
		{ "signed char", "short", "int", "long", "__int128" },
	};
	int width = 0;

	if (t->is_char)
		return "char";
	if (t->name)
		return t->is_signed ? "long long" : "unsigned long long";
	while (width < 4 && (uint64_t)1 << width < t->size)
		width++;
	return names[t->is_signed][width];
}

static const char *tagged_name(Arena *a, Type *t)
{
	const char *keyword = t->kind == TYPE_STRUCT  ? "struct"
			      : t->kind == TYPE_UNION ? "union"
						      : "enum";

	return arena_printf(a, "%s %s", keyword, t->name ? t->name->text : "<anonymous>");
}

static const char *plain_name(Arena *a, Type *t)
{
	switch (t->kind) {
	case TYPE_VOID: return "void";
	case TYPE_BOOL: return "_Bool";
	case TYPE_INT: return integer_name(t);
	case TYPE_FLOAT: return t->size == 4 ? "float" : "double";
	case TYPE_TYPEDEF: return t->name ? t->name->text : "<typedef>";
	default: return tagged_name(a, t);
	}
}

static const char *quals_text(Arena *a, Type *t)
{
	static const char *const spaces[] = { "", "__user ", "__percpu ", "__rcu " };

	return arena_printf(a, "%s%s%s%s", t->quals & QUAL_CONST ? "const " : "",
			    t->quals & QUAL_VOLATILE ? "volatile " : "",
			    t->quals & QUAL_RESTRICT ? "restrict " : "", spaces[t->space]);
}

static const char *around(Arena *a, Type *t, const char *inner, int depth);

static const char *params_text(Arena *a, Type *t, int depth)
{
	const char *text = "";

	for (int i = 0; i < t->params.n; i++)
		text = arena_printf(a, "%s%s%s", text, i ? ", " : "",
				    around(a, t->params.v[i].type, "", depth + 1));
	if (t->variadic)
		text = arena_printf(a, "%s%s...", text, t->params.n ? ", " : "");
	return *text ? text : "void";
}

static bool is_suffixed(Type *t)
{
	return t->kind == TYPE_ARRAY || t->kind == TYPE_FUNC;
}

static const char *around(Arena *a, Type *t, const char *inner, int depth)
{
	if (depth > 64)
		return "...";
	switch (t->kind) {
	case TYPE_POINTER:
		return around(a, t->base,
			      arena_printf(a, is_suffixed(t->base) ? "(*%s)" : "*%s", inner),
			      depth + 1);
	case TYPE_ARRAY:
		inner = t->complete
				? arena_printf(a, "%s[%llu]", inner, (unsigned long long)t->count)
				: arena_printf(a, "%s[]", inner);
		return around(a, t->base, inner, depth + 1);
	case TYPE_FUNC:
		inner = arena_printf(a, "%s(%s)", inner, params_text(a, t, depth));
		return around(a, t->base, inner, depth + 1);
	case TYPE_QUALIFIED:
		if (t->base->kind == TYPE_POINTER)
			return around(a, t->base, arena_printf(a, "%s%s", quals_text(a, t), inner),
				      depth + 1);
		return arena_printf(a, "%s%s", quals_text(a, t),
				    around(a, t->base, inner, depth + 1));
	default:
		return arena_printf(a, *inner ? "%s %s" : "%s%s", plain_name(a, t), inner);
	}
}

const char *type_name(Arena *a, Type *t)
{
	const char *text = around(a, t, "", 0);
	size_t n = strlen(text);

	while (n && text[n - 1] == ' ')
		n--;
	return text[n] ? arena_strndup(a, text, n) : text;
}

const char *type_text(Lang *l, Type *t)
{
	return type_name(l->arena, t);
}
