/* SPDX-License-Identifier: Apache-2.0 */
/*
 * #include, options, start of the preprocessor, and line numbers.
 *
 * A built-in header is not read: including it makes its lower-case macros visible (the pool knows
 * the rest anyway). "X.h" is looked for in the current directory, beside the including file and in
 * the -I directories, then among the built-in headers; <X.h> the other way round. Each user file is
 * read once per compilation.
 */
#include "pp.h"

enum { MOST_INCLUDE_DEPTH = 64, MOST_INCLUDES = 5000 };

/* Finding -------------------------------------------------------------------------------------- */

static UserFile *read_user_file(Lang *l, const char *path)
{
	UserFile *f = hashmap_get(&l->pp->files, str_of(path));
	const char *text;
	size_t size = 0;

	if (f)
		return f->text ? f : NULL;
	f = NEW(l->arena, UserFile);
	hashmap_put(&l->pp->files, str_of(arena_strdup(l->arena, path)), f);
	if (!l->host || !l->host->read_file)
		return NULL;
	text = l->host->read_file(l->host->self, path, &size);
	if (!text)
		return NULL;
	f->text = arena_strndup(l->arena, text, size);
	f->size = strlen(f->text);
	return f;
}

static UserFile *find_in(Lang *l, const char *directory, const char *name, const char **path)
{
	*path = directory && *name != '/' ? arena_printf(l->arena, "%s/%s", directory, name) : name;
	return read_user_file(l, *path);
}

static UserFile *find_user_file(Lang *l, const char *name, bool quoted, const char *beside,
				const char **path)
{
	Pp *pp = l->pp;
	UserFile *f = quoted ? find_in(l, NULL, name, path) : NULL;

	if (!f && quoted && beside && strcmp(beside, "."))
		f = find_in(l, beside, name, path);
	for (int i = 0; !f && i < pp->directories.n; i++)
		f = find_in(l, pp->directories.v[i], name, path);
	return f;
}

/* vmlinux.h is what BTF answers anyway; its 100,000 lines are never read. */
static bool prefers_builtin(const char *name, bool quoted)
{
	return !quoted || !strcmp(name, "vmlinux.h");
}

static const char *directory_of(Lang *l, const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	if (!slash)
		return path ? "." : NULL;
	return arena_strndup(l->arena, path, (size_t)(slash - path));
}

static const char *current_directory(Lang *l)
{
	for (Input *in = l->pp->input; in; in = in->below) {
		if (in->directory)
			return in->directory;
	}
	return NULL;
}

bool pp_has_include(Lang *l, const char *name)
{
	size_t n = strlen(name);
	bool quoted = *name == '"';
	const char *bare, *path;

	if (n < 3 || (name[n - 1] != '>' && name[n - 1] != '"'))
		return false;
	bare = arena_strndup(l->arena, name + 1, n - 2);
	return pool_has_header(bare) ||
		find_user_file(l, bare, quoted, current_directory(l), &path);
}

/* Including ------------------------------------------------------------------------------------ */

bool pp_header_included(Lang *l, const char *header)
{
	return hashmap_has(&l->pp->headers, str_of(header));
}

void pp_mark_included(Lang *l, const char *header)
{
	const char *name = pool_canonical_header(header);

	if (pp_header_included(l, name))
		return;
	hashmap_put(&l->pp->headers, str_of(arena_strdup(l->arena, name)), NULL);
	if (!starts_with(name, "bcc/") && !starts_with(name, "bpf/") && strcmp(name, "vmlinux.h"))
		pp_mark_included(l, "linux/kernel.h");
	for (int i = 0; i < pool_include_count; i++) {
		if (!strcmp(pool_strings + pool_includes[i].header, name))
			pp_mark_included(l, pool_strings + pool_includes[i].includes);
	}
}

static void push_user_file(Lang *l, UserFile *f, const char *path, Loc loc)
{
	Pp *pp = l->pp;
	Input *in;
	int index;

	if (f->once && f->size)
		return;
	if (pp->include_depth >= MOST_INCLUDE_DEPTH || pp->n_includes >= MOST_INCLUDES) {
		diag_report(l->diags, loc, DIAG_include_too_deep, "files include each other too %s",
			    pp->n_includes >= MOST_INCLUDES ? "often" : "deeply");
		return;
	}
	pp->include_depth++;
	pp->n_includes++;
	index = sources_add(l->sources, path, f->text, f->size, loc);
	in = pp_push_text(l, path, f->text, f->size, l->sources->files.v[index].base);
	in->directory = directory_of(l, path);
}

static const char *closest_header(Lang *l, const char *name)
{
	const char **names = NEW_ARRAY(l->arena, const char *, pool_header_count);

	for (int i = 0; i < pool_header_count; i++)
		names[i] = pool_strings + pool_headers[i];
	return closest_name(name, names, pool_header_count);
}

static void report_missing(Lang *l, Loc loc, const char *name)
{
	const char *near = closest_header(l, name);
	Diag *d = diag_report(l->diags, loc, DIAG_header_not_found,
			      "there is no header '%.100s'", name);

	if (near)
		diag_hint(l->diags, d, "did you mean <%s>?", near);
	else
		diag_hint(l->diags, d, "types of the kernel need no header; directories of "
			  "your own headers are given with -I");
}

static void include_name(Lang *l, const char *name, bool quoted, const char *beside, Loc loc)
{
	const char *path = name;
	UserFile *f = NULL;

	if (!prefers_builtin(name, quoted))
		f = find_user_file(l, name, quoted, beside, &path);
	if (!f && pool_has_header(name)) {
		pp_mark_included(l, name);
		return;
	}
	if (!f)
		f = find_user_file(l, name, quoted, beside, &path);
	if (f)
		push_user_file(l, f, path, loc);
	else
		report_missing(l, loc, name);
}

/* The rest of an #include line: <name> or "name", maybe out of macros. */
void pp_include(Lang *l, Input *in, Loc loc)
{
	const char *beside = current_directory(l);
	char *text = pp_line_text(l, false), close, *end;

	if (*text != '<' && *text != '"' && *text) {
		Input *words = pp_push_text(l, "", text, strlen(text), 0);

		words->in_directive = words->barrier = true;
		words->loc = loc;
		text = pp_line_text(l, true);
		pp_pop_input(l);
	}
	close = *text == '<' ? '>' : '"';
	end = *text ? strchr(text + 1, close) : NULL;
	if ((*text != '<' && *text != '"') || !end || end == text + 1) {
		diag_report(l->diags, loc, DIAG_bad_directive,
			    "#include needs \"file\" or <header>");
		return;
	}
	if (end[1])
		diag_report(l->diags, loc, DIAG_extra_tokens,
			    "extra text at the end of the directive");
	*end = '\0';
	in->in_directive = false;
	include_name(l, text + 1, close == '"', beside, loc);
}

void pp_pragma_once(Lang *l, Input *in)
{
	UserFile *f = in->name ? hashmap_get(&l->pp->files, str_of(in->name)) : NULL;

	if (f)
		f->once = true;
}

/* Line numbers --------------------------------------------------------------------------------- */

/* Counted from where they were asked for last, forwards or backwards. */
int pp_line(Lang *l, Loc loc, const char **file)
{
	for (Input *in = l->pp->input; in; in = in->below) {
		const char *p;

		if (!in->is_text || !in->base || loc < in->base || loc > in->base + in->size)
			continue;
		p = in->text + (loc - in->base);
		for (; in->line_at < p; in->line_at++)
			in->line_no += *in->line_at == '\n';
		for (; in->line_at > p; in->line_at--)
			in->line_no -= in->line_at[-1] == '\n';
		if (file)
			*file = in->name;
		return in->line_no + in->line_shift;
	}
	return 0;
}

/* Options -------------------------------------------------------------------------------------- */

typedef struct OptionText {
	Lang *l;
	VEC(char) text;
	VEC(const char *) includes;
} OptionText;

static void add_text(OptionText *o, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		vec_push(o->l->arena, &o->text, s[i] == '\n' ? ' ' : s[i]);
}

static void add_define(OptionText *o, const char *s)
{
	const char *value = strchr(s, '=');

	add_text(o, "#define ", 8);
	add_text(o, s, value ? (size_t)(value - s) : strlen(s));
	add_text(o, " ", 1);
	add_text(o, value ? value + 1 : "1", value ? strlen(value + 1) : 1);
	vec_push(o->l->arena, &o->text, '\n');
}

static void add_undef(OptionText *o, const char *s)
{
	add_text(o, "#undef ", 7);
	add_text(o, s, strlen(s));
	vec_push(o->l->arena, &o->text, '\n');
}

static void add_directory(OptionText *o, const char *s)
{
	vec_push(o->l->arena, &o->l->pp->directories, s);
}

static void add_include(OptionText *o, const char *s)
{
	vec_push(o->l->arena, &o->includes, s);
}

static void ignore(OptionText *o, const char *s)
{
	(void)o, (void)s;
}

static const struct {
	const char *option;
	void (*add)(OptionText *o, const char *value);
} valued_options[] = {
	{ "-include", add_include }, { "-isystem", add_directory }, { "-idirafter", add_directory },
	{ "-iquote", add_directory }, { "-target", ignore }, { "-x", ignore },
	{ "-D", add_define }, { "-U", add_undef }, { "-I", add_directory },
};

static bool is_harmless(const char *option)
{
	static const char *const known[] = {
		"-W", "-f", "-m", "-O", "-g", "-std=", "-nostdinc", "-pthread", "-pedantic",
		"--target=", "-c", "-E", "-S", "-v", "-pipe", "-ansi",
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (starts_with(option, known[i]))
			return true;
	}
	return false;
}

/* Takes the option at index `i`; returns how many elements it used. */
static int take_option(OptionText *o, const LangOptions *options, int i)
{
	const char *s = options->cflags[i];
	const char *next = i + 1 < options->n_cflags ? options->cflags[i + 1] : NULL;

	for (size_t k = 0; k < ARRAY_LEN(valued_options); k++) {
		size_t n = strlen(valued_options[k].option);

		if (strncmp(s, valued_options[k].option, n))
			continue;
		if (s[n])
			return valued_options[k].add(o, s + n), 1;
		if (next)
			return valued_options[k].add(o, next), 2;
		break;
	}
	if (!strcmp(s, "-w"))
		o->l->diags->no_warnings = true;
	else if (!is_harmless(s))
		diag_report(o->l->diags, 0, DIAG_unknown_cflag,
			    "unknown compiler option '%.60s'", s);
	return 1;
}

static void apply_options(Lang *l)
{
	const LangOptions *options = l->options;
	OptionText o = { .l = l };
	int index;
	Input *in;

	for (int i = 0; options && i < options->n_cflags;)
		i += take_option(&o, options, i);
	for (int i = 0; i < o.includes.n; i++) {
		add_text(&o, "#include \"", 10);
		add_text(&o, o.includes.v[i], strlen(o.includes.v[i]));
		add_text(&o, "\"\n", 2);
	}
	if (!o.text.n)
		return;
	vec_push(l->arena, &o.text, '\0');
	index = sources_add(l->sources, "<options>", o.text.v, (size_t)o.text.n - 1, 0);
	in = pp_push_text(l, "<options>", o.text.v, (size_t)o.text.n - 1,
			  l->sources->files.v[index].base);
	in->is_options = true;
	l->pp->include_depth++;
}

void pp_start(Lang *l, const char *text, size_t size)
{
	Pp *pp = l->pp = NEW(l->arena, Pp);
	const char *name = l->options && l->options->name ? l->options->name : "<text>";
	int index = sources_add(l->sources, name, text, size, 0);
	Input *in;

	vec_push(l->arena, &pp->scratch, (Token){ 0 });   /* so that its address is never NULL */
	pp->scratch.n = 0;
	pp->files.arena = pp->headers.arena = pp->pool_macros.arena = l->arena;
	pp->a_defined = atom_intern(l, "defined", 7);
	pp->a_va_args = atom_intern(l, "__VA_ARGS__", 11);
	pp->a_va_opt = atom_intern(l, "__VA_OPT__", 10);
	pp->a_pragma = atom_intern(l, "_Pragma", 7);
	builtin_macros_init(l);
	in = pp_push_text(l, name, text, size, l->sources->files.v[index].base);
	in->directory = directory_of(l, name);
	apply_options(l);
}
