/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line: options of the tool's declarations and those that every tool has. Short flags
 * may be bundled, the last may have its value in the same word; long ones may be cut short while
 * they stay unambiguous; options and positionals mix; "--" ends the options.
 */
#include "toolkit/internal.h"

#include <ctype.h>

typedef struct Parser {
	Tool *t;
	int argc, at;
	char **argv;
	StrBuf *out, *errors;
	int positionals;
	ParseResult result;
} Parser;

/* Declarations --------------------------------------------------------------------------------- */

/* "letter:'x'" -> x; "letter:0" -> 0 */
static char letter_of(const char *text)
{
	return text && text[0] == '\'' && text[1] ? text[1] : 0;
}

static void default_value(Tool *t, Option *o, const char *text)
{
	int64_t value = 0;
	StrBuf ignored = { 0 };

	if (!text || !*text)
		return;
	if (parse_number(text, &value)) {
		o->value = value;
		o->number = (double)value;
	} else if (text[0] == '"') {
		o->text = arena_strndup(t->arena, text + 1, strlen(text) - 2);
	} else {
		option_value(t, o, text, &ignored);
		sb_free(&ignored);
	}
}

static void read_option(Tool *t, uint32_t var, const struct btf_type *type)
{
	TagList tags = { 0 };
	const char *metavar, *long_name;
	TypeShape shape;
	Option *o;
	char *p;

	tags_read(t, var, -1, &tags);
	metavar = tags_get(t, &tags, "option");
	if (!metavar && !tags_has(&tags, "flag"))
		return;
	o = NEW(t->arena, Option);
	o->name = arena_strdup(t->arena, btf_type_name(t->btf, type));
	long_name = tags_get(t, &tags, "long");
	o->long_name = long_name ? long_name : arena_strdup(t->arena, o->name);
	for (p = (char *)o->long_name; !long_name && *p; p++)
		if (*p == '_')
			*p = '-';
	o->alias = tags_get(t, &tags, "alias");
	o->letter = letter_of(tags_get(t, &tags, "letter"));
	o->metavar = metavar;
	o->help = tags_get(t, &tags, "help");
	o->role = tags_get(t, &tags, "role");
	o->action = tags_get(t, &tags, "action");
	o->optional = tags_get(t, &tags, "optional");
	o->defines = tags_has(&tags, "defines");
	o->hidden = tags_has(&tags, "hidden");
	o->semantic = semantic_of_type(t->btf, type->type);
	shape = type_shape(t->btf, type->type);
	o->size = shape.size;
	o->is_signed = shape.is_signed;
	default_value(t, o, tags_get(t, &tags, "default"));
	vec_push(t->arena, &t->options, o);
}

static void add_builtin(Tool *t, const char *name, char letter, const char *help, bool hidden)
{
	Option *o = NEW(t->arena, Option);

	o->name = o->long_name = name;
	o->letter = letter;
	o->help = help;
	o->hidden = hidden;
	o->builtin = true;
	vec_push(t->arena, &t->options, o);
}

void read_options(Tool *t)
{
	uint32_t n = t->btf ? btf_type_count(t->btf) : 0;

	for (uint32_t id = 1; id <= n; id++) {
		const struct btf_type *type = btf_type(t->btf, id);

		if (type && btf_kind(type) == BTF_KIND_VAR)
			read_option(t, id, type);
	}
	if (!tool_option(t, "json"))
		add_builtin(t, "json", 0, "print JSON, one object a line", false);
	if (tags_has(&t->tags, "exec")) {
		add_builtin(t, "exec", 0, "run this command, trace only it, end with it", false);
		vec_last(&t->options)->metavar = "CMD ...";
	}
	add_builtin(t, "ebpf", 0, "print the program's source and exit", true);
	add_builtin(t, "help", 'h', "show this help and exit", false);
}

/* Errors --------------------------------------------------------------------------------------- */

static void fail(Parser *p, ParseResult result)
{
	if (p->result == PARSE_RUN)
		p->result = result;
}

static void PRINTF_LIKE(2, 3) usage_error(Parser *p, const char *fmt, ...)
{
	va_list ap;

	if (p->result != PARSE_RUN)
		return;
	tool_usage(p->t, p->errors);
	sb_printf(p->errors, "%s: error: ", p->t->program);
	va_start(ap, fmt);
	sb_vprintf(p->errors, fmt, ap);
	va_end(ap);
	sb_putc(p->errors, '\n');
	fail(p, PARSE_USAGE);
}

static const char *spelling(const Tool *t, const Option *o)
{
	if (o->letter)
		return arena_printf(t->arena, "-%c/--%s", o->letter, o->long_name);
	return arena_printf(t->arena, "--%s", o->long_name);
}

/* Finding -------------------------------------------------------------------------------------- */

/* '-' and '_' are the same in long names. */
static bool same_name(const char *name, const char *given, size_t n, bool *whole)
{
	size_t i;

	for (i = 0; i < n; i++) {
		char a = name[i] == '_' ? '-' : name[i], b = given[i] == '_' ? '-' : given[i];

		if (!name[i] || a != b)
			return false;
	}
	*whole = !name[n];
	return true;
}

static bool option_is(const Option *o, const char *given, size_t n, bool *whole)
{
	bool alias_whole = false;
	bool is = same_name(o->long_name, given, n, whole);

	if (!is)
		*whole = false;
	if (o->alias && same_name(o->alias, given, n, &alias_whole)) {
		*whole = *whole || alias_whole;
		is = true;
	}
	return is;
}

static void unknown_option(Parser *p, const char *given, size_t n)
{
	const char *names[64], *near;
	int count = 0;

	for (int i = 0; i < p->t->options.n && count < 64; i++)
		if (!p->t->options.v[i]->hidden)
			names[count++] = p->t->options.v[i]->long_name;
	near = closest_name(arena_strndup(p->t->arena, given, n), names, count);
	if (near)
		usage_error(p, "unknown option --%.*s (did you mean --%s?)", (int)n, given, near);
	else
		usage_error(p, "unknown option --%.*s", (int)n, given);
}

static Option *find_long(Parser *p, const char *given, size_t n)
{
	Option *found = NULL;
	StrBuf several = { 0 };
	int matches = 0;

	for (int i = 0; i < p->t->options.n; i++) {
		Option *o = p->t->options.v[i];
		bool whole = false;

		if (!option_is(o, given, n, &whole))
			continue;
		if (whole) {
			sb_free(&several);
			return o;
		}
		found = o;
		sb_printf(&several, "%s--%s", matches++ ? ", " : "", o->long_name);
	}
	if (!matches)
		unknown_option(p, given, n);
	else if (matches > 1)
		usage_error(p, "--%.*s is ambiguous: %s", (int)n, given, several.p);
	sb_free(&several);
	return matches == 1 ? found : NULL;
}

static Option *find_letter(Parser *p, char letter)
{
	for (int i = 0; i < p->t->options.n; i++)
		if (p->t->options.v[i]->letter == letter)
			return p->t->options.v[i];
	usage_error(p, "unknown option -%c", letter);
	return NULL;
}

/* Taking --------------------------------------------------------------------------------------- */

static void take_flag(Parser *p, Option *o)
{
	Tool *t = p->t;

	o->given = true;
	o->value = 1;
	if (!strcmp(o->name, "help") && o->builtin) {
		tool_help(t, p->out);
		fail(p, PARSE_DONE);
	} else if (!strcmp(o->name, "json")) {
		t->json = true;
	} else if (!strcmp(o->name, "ebpf") && o->builtin) {
		t->print_source = true;
	} else if (o->action && !strcmp(o->action, "list_syscalls")) {
		int column = 0;

		for (int i = 0; i < syscall_limit(); i++)
			if (syscall_name(i))
				sb_printf(p->out, "%-22s%s", syscall_name(i),
					  ++column % 4 ? "   " : "\n");
		if (column % 4)
			sb_putc(p->out, '\n');
		fail(p, PARSE_DONE);
	}
}

static void take_value(Parser *p, Option *o, const char *text)
{
	StrBuf why = { 0 };

	if (!option_value(p->t, o, text, &why)) {
		/* A message that is a sentence of the tool's own is no usage error. */
		if (why.p && why.p[0] == '!') {
			if (p->result == PARSE_RUN)
				sb_printf(p->errors, "%s\n", why.p + 1);
			fail(p, PARSE_REFUSED);
		} else {
			usage_error(p, "argument %s: %s", spelling(p->t, o), why.p ? why.p : "");
		}
	} else {
		o->given = true;
	}
	sb_free(&why);
}

static void take_command(Parser *p)
{
	while (p->at < p->argc)
		vec_push(p->t->arena, &p->t->command, p->argv[p->at++]);
	vec_push(p->t->arena, &p->t->command, NULL);
	if (p->t->command.n == 1) {
		if (p->result == PARSE_RUN)
			sb_puts(p->errors, "ERROR: --exec without command. Exiting.\n");
		fail(p, PARSE_REFUSED);
	}
}

/* `value`: what stood in the same word, or NULL. */
static void take_option(Parser *p, Option *o, const char *value)
{
	if (!o->metavar) {
		if (value)
			usage_error(p, "option %s takes no value", spelling(p->t, o));
		else
			take_flag(p, o);
	} else if (o->builtin) {
		o->given = true;
		take_command(p);
	} else if (value) {
		take_value(p, o, value);
	} else if (o->optional) {
		take_value(p, o, o->optional);
	} else if (p->at < p->argc) {
		take_value(p, o, p->argv[p->at++]);
	} else {
		usage_error(p, "argument %s: a value is missing (%s)", spelling(p->t, o),
			    o->metavar);
	}
}

static void take_long(Parser *p, const char *word)
{
	const char *equals = strchr(word, '=');
	size_t n = equals ? (size_t)(equals - word) : strlen(word);
	Option *o = find_long(p, word, n);

	if (o)
		take_option(p, o, equals ? equals + 1 : NULL);
}

static void take_bundle(Parser *p, const char *letters)
{
	while (*letters && p->result == PARSE_RUN) {
		Option *o = find_letter(p, *letters++);

		if (!o)
			return;
		if (o->metavar && *letters) {
			take_option(p, o, *letters == '=' ? letters + 1 : letters);
			return;
		}
		take_option(p, o, NULL);
	}
}

static void take_positional(Parser *p, const char *word)
{
	Tool *t = p->t;
	int64_t count;

	if (!t->takes_interval || p->positionals > 1) {
		usage_error(p, "unexpected argument '%s'", word);
	} else if (p->positionals == 0) {
		if (!parse_seconds(word, &t->interval) || t->interval <= 0)
			usage_error(p, "argument interval: '%s' is not a positive number of "
				    "seconds", word);
	} else if (!parse_number(word, &count) || count <= 0) {
		usage_error(p, "argument count: '%s' is not a positive number", word);
	} else {
		t->count = (uint64_t)count;
	}
	p->positionals++;
}

/* Checks over all options ---------------------------------------------------------------------- */

static void check_exclusive(Parser *p)
{
	Tool *t = p->t;
	const char *pair;

	for (int at = 0; tags_each(t, &t->tags, "exclusive", &at, &pair);) {
		const char *blank = strchr(pair, ' ');
		const Option *a, *b;

		if (!blank)
			continue;
		a = tool_option(t, arena_strndup(t->arena, pair, (size_t)(blank - pair)));
		b = tool_option(t, blank + 1);
		if (a && b && a->given && b->given)
			usage_error(p, "argument %s: not allowed with argument %s",
				    spelling(t, b), spelling(t, a));
	}
}

static void check_refused(Parser *p)
{
	const char *message, *name = tags_get(p->t, &p->t->tags, "exec");
	const Option *pid = name ? tool_option(p->t, name) : NULL;

	if (p->t->command.n && pid && pid->given) {
		sb_printf(p->errors, "ERROR: can only use -%c or --exec. Exiting.\n", pid->letter);
		fail(p, PARSE_REFUSED);
	}

	for (int at = 0; tags_each(p->t, &p->t->tags, "refuse", &at, &message);) {
		if (p->result == PARSE_RUN)
			sb_printf(p->errors, "%s\n", message);
		fail(p, PARSE_REFUSED);
	}
}

static void apply_roles(Parser *p)
{
	Tool *t = p->t;

	for (int i = 0; i < t->options.n; i++) {
		const Option *o = t->options.v[i];

		if (!o->role || (strcmp(o->role, "interval") && strcmp(o->role, "duration")))
			continue;
		if (o->given && o->number <= 0)
			usage_error(p, "argument %s: must be positive", spelling(t, o));
		if (!strcmp(o->role, "interval"))
			t->interval = o->number;
		else
			t->duration = o->number;
	}
	if (t->duration > 0 && t->interval <= 0)
		t->interval = t->duration;
}

ParseResult tool_parse(Tool *t, int argc, char **argv, StrBuf *out, StrBuf *errors)
{
	Parser p = { .t = t, .argc = argc, .argv = argv, .out = out, .errors = errors };
	bool options_end = false;

	while (p.at < argc && p.result == PARSE_RUN) {
		const char *word = argv[p.at++];

		if (options_end || word[0] != '-' || !word[1])
			take_positional(&p, word);
		else if (!strcmp(word, "--"))
			options_end = true;
		else if (word[1] == '-')
			take_long(&p, word + 2);
		else
			take_bundle(&p, word + 1);
	}
	if (p.result == PARSE_RUN)
		check_exclusive(&p);
	if (p.result == PARSE_RUN)
		check_refused(&p);
	if (p.result == PARSE_RUN)
		apply_roles(&p);
	return p.result;
}
