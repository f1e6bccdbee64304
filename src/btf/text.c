/* SPDX-License-Identifier: Apache-2.0 */
/*
 * C text of a type. C writes declarations inside out, so the declarator grows around the name while
 * the type is walked from the outside in; what is left at the end is the base type, put in front.
 */
#include "btf.h"

enum { MAX_STEPS = 32, MAX_NESTING = 4 };

static char *type_text(Arena *a, const Btf *b, uint32_t id, const char *name, int nesting);

static const char *base_text(Arena *a, const Btf *b, const struct btf_type *t)
{
	const char *name = btf_type_name(b, t), *word = "";

	if (!t)
		return "void";
	switch (btf_kind(t)) {
	case BTF_KIND_STRUCT:
		word = "struct ";
		break;
	case BTF_KIND_UNION:
		word = "union ";
		break;
	case BTF_KIND_ENUM: case BTF_KIND_ENUM64:
		word = "enum ";
		break;
	case BTF_KIND_FWD:
		word = btf_kflag(t) ? "union " : "struct ";
		break;
	}
	return arena_printf(a, "%s%s", word, *name ? name : "{...}");
}

static const char *params_text(Arena *a, const Btf *b, const struct btf_type *t, int nesting)
{
	const char *text = "";
	int n = btf_vlen(t);

	if (!n)
		return "void";
	if (nesting >= MAX_NESTING)
		return "...";
	for (int i = 0; i < n; i++) {
		const struct btf_param *p = btf_param_at(b, t, i);
		const char *one = "...";

		if (p->type || p->name_off)
			one = type_text(a, b, p->type, btf_string(b, p->name_off), nesting + 1);
		text = arena_printf(a, "%s%s%s", text, i ? ", " : "", one);
	}
	return text;
}

static const char *qualifier(int kind)
{
	switch (kind) {
	case BTF_KIND_CONST:
		return "const ";
	case BTF_KIND_VOLATILE:
		return "volatile ";
	case BTF_KIND_RESTRICT:
		return "restrict ";
	default:
		return NULL;
	}
}

static bool binds_tighter_than_pointer(const Btf *b, uint32_t id)
{
	const struct btf_type *t = btf_type(b, id);

	return t && (btf_kind(t) == BTF_KIND_ARRAY || btf_kind(t) == BTF_KIND_FUNC_PROTO);
}

static char *type_text(Arena *a, const Btf *b, uint32_t id, const char *name, int nesting)
{
	const char *d = name, *quals = "";

	for (int step = 0; step < MAX_STEPS; step++) {
		const struct btf_type *t = btf_type(b, id);
		int kind = t ? btf_kind(t) : 0;

		if (qualifier(kind)) {
			quals = arena_printf(a, "%s%s", qualifier(kind), quals);
		} else if (kind == BTF_KIND_PTR) {
			d = arena_printf(a, binds_tighter_than_pointer(b, t->type) ? "(*%s%s)" : "*%s%s",
					 quals, d);
			quals = "";
		} else if (kind == BTF_KIND_ARRAY) {
			d = arena_printf(a, "%s[%u]", d, btf_array_of(b, t)->nelems);
		} else if (kind == BTF_KIND_FUNC_PROTO) {
			d = arena_printf(a, "%s(%s)", d, params_text(a, b, t, nesting));
		} else if (kind != BTF_KIND_TYPE_TAG) {
			return arena_printf(a, "%s%s%s%s", quals, base_text(a, b, t), *d ? " " : "", d);
		}
		id = kind == BTF_KIND_ARRAY ? btf_array_of(b, t)->type : t->type;
	}
	return arena_printf(a, "%s...%s%s", quals, *d ? " " : "", d);
}

char *btf_type_text(Arena *a, const Btf *b, uint32_t id, const char *name)
{
	return type_text(a, b, id, name ? name : "", 0);
}
