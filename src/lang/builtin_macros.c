/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Macros that the preprocessor computes when they are used: places, counters, and the questions
 * about the kernel (`__kernel_has_…`, `__btf_has_…`), whose arguments are taken as written,
 * without expanding macros in them. All give one number or string, in #if and anywhere else.
 */
#include "pp.h"

typedef struct BuiltinMacro {
	const char *name;
	char *(*value)(Lang *l, const Token *name, uintptr_t arg);
	uintptr_t arg;
} BuiltinMacro;

/* Text of the argument; "" after a diagnostic. */
static char *required_argument(Lang *l, const Token *name)
{
	char *text = macro_raw_argument(l, name);

	if (text && *text)
		return text;
	diag_report(l->diags, name->loc, DIAG_macro_arguments,
		    "'%s' needs an argument in parentheses", name->atom->text);
	return arena_strdup(l->arena, "");
}

static char *yes_or_no(Lang *l, bool yes)
{
	return arena_strdup(l->arena, yes ? "1" : "0");
}

static char *string_literal(Lang *l, const char *s)
{
	pp_text_start(l->pp);
	pp_text_add(l, "\"", 1);
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			pp_text_add(l, "\\", 1);
		pp_text_add(l, s, 1);
	}
	pp_text_add(l, "\"", 1);
	return arena_strndup(l->arena, l->pp->text, l->pp->text_n);
}

static char *value_line(Lang *l, const Token *name, uintptr_t arg)
{
	(void)arg;
	return arena_printf(l->arena, "%d", pp_line(l, name->loc, NULL));
}

static char *value_file(Lang *l, const Token *name, uintptr_t arg)
{
	const char *file = "";

	(void)arg;
	pp_line(l, name->loc, &file);
	return string_literal(l, file);
}

static char *value_base_file(Lang *l, const Token *name, uintptr_t arg)
{
	(void)name, (void)arg;
	return string_literal(l, l->options && l->options->name ? l->options->name : "");
}

static char *value_counter(Lang *l, const Token *name, uintptr_t arg)
{
	(void)name, (void)arg;
	return arena_printf(l->arena, "%u", l->pp->counter++);
}

static char *value_include_level(Lang *l, const Token *name, uintptr_t arg)
{
	(void)name, (void)arg;
	return arena_printf(l->arena, "%d", l->pp->include_depth);
}

static char *value_text(Lang *l, const Token *name, uintptr_t arg)
{
	(void)name;
	return arena_strdup(l->arena, (const char *)arg);
}

static char *value_kernel_version(Lang *l, const Token *name, uintptr_t arg)
{
	(void)name, (void)arg;
	return arena_printf(l->arena, "%u", l->host ? l->host->kernel_version : 0);
}

static char *value_cpus(Lang *l, const Token *name, uintptr_t arg)
{
	(void)name, (void)arg;
	return arena_printf(l->arena, "%d",
			    l->host && l->host->cpus_online ? l->host->cpus_online : 1);
}

#if defined(__x86_64__)
static const char architecture[] = "x86_64";
#elif defined(__aarch64__)
static const char architecture[] = "arm64";
#elif defined(__s390x__)
static const char architecture[] = "s390x";
#elif defined(__powerpc64__)
static const char architecture[] = "powerpc64";
#elif defined(__riscv)
static const char architecture[] = "riscv64";
#elif defined(__loongarch__)
static const char architecture[] = "loongarch64";
#elif defined(__mips__)
static const char architecture[] = "mips64";
#else
static const char architecture[] = "";
#endif

static char *value_architecture(Lang *l, const Token *name, uintptr_t arg)
{
	(void)arg;
	return yes_or_no(l, !strcmp(required_argument(l, name), architecture));
}

static char *value_has_include(Lang *l, const Token *name, uintptr_t arg)
{
	(void)arg;
	return yes_or_no(l, pp_has_include(l, required_argument(l, name)));
}

/* Takes an argument if there is one and answers always the same. */
static char *value_constant(Lang *l, const Token *name, uintptr_t arg)
{
	required_argument(l, name);
	return arena_strdup(l->arena, (const char *)arg);
}

/* Questions about the kernel ------------------------------------------------------------------- */

static char *trimmed(char *s)
{
	size_t n;

	while (*s == ' ' || *s == '"')
		s++;
	for (n = strlen(s); n && (s[n - 1] == ' ' || s[n - 1] == '"'); n--)
		s[n - 1] = '\0';
	return s;
}

/* Cuts "a, b" in two; *b is NULL without a comma. */
static char *split(char *text, char **b)
{
	char *comma = strchr(text, ',');

	*b = NULL;
	if (comma) {
		*comma = '\0';
		*b = trimmed(comma + 1);
	}
	return trimmed(text);
}

static char *value_ask_host(Lang *l, const Token *name, uintptr_t question)
{
	char *b, *a = split(required_argument(l, name), &b);

	if ((question == HOST_TRACEPOINT) != (b != NULL) && *a)
		diag_report(l->diags, name->loc, DIAG_macro_arguments, "'%s' takes %s",
			    name->atom->text, question == HOST_TRACEPOINT ?
			    "a category and an event" : "one name");
	if (question == HOST_HELPER && starts_with(a, "bpf_"))
		a += strlen("bpf_");
	return yes_or_no(l, *a && l->host && l->host->has &&
			 l->host->has(l->host->self, (HostQuestion)question, a, b));
}

static char *value_ask_host_plain(Lang *l, const Token *name, uintptr_t question)
{
	(void)name;
	return yes_or_no(l, l->host && l->host->has &&
			 l->host->has(l->host->self, (HostQuestion)question, NULL, NULL));
}

static const Btf *kernel_btf(Lang *l)
{
	if (!l->btf_asked && l->host && l->host->btf)
		l->btf = l->host->btf(l->host->self);
	l->btf_asked = true;
	return l->btf;
}

/* "struct x", "union x", "enum x" or a typedef's name: the type's id, 0 if there is none. */
static uint32_t find_type(const Btf *b, const char *text)
{
	static const struct {
		const char *word;
		int kind;
	} kinds[] = {
		{ "struct ", BTF_KIND_STRUCT }, { "union ", BTF_KIND_UNION },
		{ "enum ", BTF_KIND_ENUM },
	};
	uint32_t id;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (starts_with(text, kinds[i].word))
			return btf_find(b, text + strlen(kinds[i].word), kinds[i].kind);
	}
	id = btf_find(b, text, BTF_KIND_TYPEDEF);
	return id ? id : btf_find(b, text, BTF_KIND_INT);
}

static char *value_btf_has_type(Lang *l, const Token *name, uintptr_t arg)
{
	char *text = trimmed(required_argument(l, name));
	const Btf *b = kernel_btf(l);

	(void)arg;
	return yes_or_no(l, b && *text && find_type(b, text));
}

/* The member's type, also of a member of an anonymous struct or union; 0: none. */
static uint32_t find_field(const Btf *b, uint32_t type, Str name, int depth)
{
	const struct btf_type *t = btf_type(b, btf_skip(b, type));

	if (!t || depth > 16 || (btf_kind(t) != BTF_KIND_STRUCT && btf_kind(t) != BTF_KIND_UNION))
		return 0;
	for (int i = 0; i < btf_vlen(t); i++) {
		const struct btf_member *m = btf_member_at(b, t, i);
		const char *its_name = m ? btf_string(b, m->name_off) : "";
		uint32_t inner;

		if (m && str_is(name, its_name) && *its_name)
			return m->type;
		if (m && !*its_name && (inner = find_field(b, m->type, name, depth + 1)))
			return inner;
	}
	return 0;
}

static uint32_t element_type(const Btf *b, uint32_t type)
{
	const struct btf_type *t = btf_type(b, btf_skip(b, type));

	if (t && btf_kind(t) == BTF_KIND_PTR)
		return t->type;
	if (t && btf_kind(t) == BTF_KIND_ARRAY)
		return btf_array_of(b, t)->type;
	return type;
}

/* A path a.b.c; `->` and `[0]` step through pointers and arrays as they do in C. */
static bool has_path(const Btf *b, uint32_t type, const char *p)
{
	while (type && *p) {
		size_t n = strcspn(p, ".-[ ");

		if (n)
			type = find_field(b, type, (Str){ p, n }, 0);
		p += n;
		if (*p == '[' || *p == '-')
			type = type ? element_type(b, type) : 0;
		p += *p == '[' ? strcspn(p, "]") : 0;
		p += strspn(p, ".->] ");
	}
	return type != 0;
}

static char *value_btf_has_field(Lang *l, const Token *name, uintptr_t arg)
{
	char *path, *type = split(required_argument(l, name), &path);
	const Btf *b = kernel_btf(l);

	(void)arg;
	if (*type && !path)
		diag_report(l->diags, name->loc, DIAG_macro_arguments,
			    "'%s' takes a type and a field", name->atom->text);
	return yes_or_no(l, b && path && *path && has_path(b, find_type(b, type), path));
}

static char *value_btf_has_enumerator(Lang *l, const Token *name, uintptr_t arg)
{
	char *text = trimmed(required_argument(l, name));
	const Btf *b = kernel_btf(l);
	uint32_t id;
	int64_t value;

	(void)arg;
	return yes_or_no(l, b && *text && btf_find_enumerator(b, text, &value, &id));
}

static char *value_btf_has_function(Lang *l, const Token *name, uintptr_t arg)
{
	char *text = trimmed(required_argument(l, name));
	const Btf *b = kernel_btf(l);

	(void)arg;
	return yes_or_no(l, b && *text && btf_find(b, text, BTF_KIND_FUNC));
}

/* The table ------------------------------------------------------------------------------------ */

static const BuiltinMacro builtins[] = {
#define X(name, function, arg) { name, value_##function, (uintptr_t)(arg) },
#include "builtin_macros.def"
#undef X
};

void builtin_macros_init(Lang *l)
{
	Macro *m = NEW_ARRAY(l->arena, Macro, ARRAY_LEN(builtins));

	for (size_t i = 0; i < ARRAY_LEN(builtins); i++, m++) {
		m->kind = MACRO_BUILTIN;
		m->builtin = (int)i;
		m->name = atom_intern(l, builtins[i].name, strlen(builtins[i].name));
		m->name->macro = m;
		m->name->pool_macro_sought = true;
	}
}

bool builtin_expand(Lang *l, Macro *m, const Token *name)
{
	const BuiltinMacro *b = &builtins[m->builtin];
	char *text = b->value(l, name, b->arg);
	Token t = *name;

	t.kind = *text == '"' ? TOK_STRING : TOK_NUMBER;
	t.text = str_of(text);
	t.atom = NULL;
	t.from_macro = true;
	pp_push_back(l, &t);
	return true;
}
