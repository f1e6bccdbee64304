/* SPDX-License-Identifier: Apache-2.0 */
/* The usage line, --help, and texts of a tool with its options' values filled in. */
#include "toolkit/internal.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { HELP_COLUMN = 26, HELP_WIDTH = 80, NARROWEST = 40 };

/* As wide as the terminal ($COLUMNS says it, too), but no wider than is easy to read. */
static size_t width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	long n = columns ? strtol(columns, NULL, 10) : 0;

	if (n <= 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		n = size.ws_col;
	return n <= 0 || n > HELP_WIDTH ? HELP_WIDTH : n < NARROWEST ? NARROWEST : (size_t)n;
}

static void usage_word(const char *word, size_t n, StrBuf *out, size_t *column)
{
	if (*column + n > width()) {
		sb_puts(out, "\n      ");
		*column = 6;
	}
	*column += n;
	sb_add(out, word, n);
}

static void usage_option(const Option *o, StrBuf *out, size_t *column)
{
	StrBuf word = { 0 };

	if (o->letter)
		sb_printf(&word, " [-%c", o->letter);
	else
		sb_printf(&word, " [--%s", o->long_name);
	if (o->metavar && o->optional)
		sb_printf(&word, "[=%s]", o->metavar);
	else if (o->metavar)
		sb_printf(&word, " %s", o->metavar);
	sb_putc(&word, ']');
	usage_word(word.p, word.n, out, column);
	sb_free(&word);
}

void tool_usage(const Tool *t, StrBuf *out)
{
	static const char interval[] = " [interval [count]]";
	size_t start = out->n, column;

	sb_printf(out, "usage: %s", t->program);
	column = out->n - start;
	for (int i = 0; i < t->options.n; i++)
		if (!t->options.v[i]->hidden)
			usage_option(t->options.v[i], out, &column);
	if (t->takes_interval)
		usage_word(interval, strlen(interval), out, &column);
	sb_putc(out, '\n');
}

/* Text after the help column, broken into lines. */
static void wrap(StrBuf *out, const char *text, size_t column)
{
	size_t at = column;

	while (*text) {
		size_t n = strcspn(text, " ");

		if (at > HELP_COLUMN && at + 1 + n > width()) {
			sb_printf(out, "\n%*s", HELP_COLUMN, "");
			at = HELP_COLUMN;
		} else if (at > HELP_COLUMN) {
			sb_putc(out, ' ');
			at++;
		}
		sb_add(out, text, n);
		at += n;
		text += n + (text[n] == ' ');
	}
	sb_putc(out, '\n');
}

static void help_entry(StrBuf *out, const char *left, const char *help)
{
	size_t n = strlen(left);

	sb_puts(out, left);
	if (n + 2 > HELP_COLUMN) {
		sb_printf(out, "\n%*s", HELP_COLUMN, "");
		n = HELP_COLUMN;
	} else {
		sb_printf(out, "%*s", (int)(HELP_COLUMN - n), "");
	}
	wrap(out, help ? help : "", HELP_COLUMN);
}

static void help_option(const Option *o, StrBuf *out)
{
	StrBuf left = { 0 };

	if (o->letter)
		sb_printf(&left, "  -%c, --%s", o->letter, o->long_name);
	else
		sb_printf(&left, "      --%s", o->long_name);
	if (o->metavar && o->optional)
		sb_printf(&left, "[=%s]", o->metavar);
	else if (o->metavar)
		sb_printf(&left, " %s", o->metavar);
	help_entry(out, left.p, o->help);
	sb_free(&left);
}

static void help_examples(const Tool *t, StrBuf *out)
{
	const char *example;
	bool any = false;

	for (int at = 0; tags_each(t, &t->tags, "example", &at, &example);) {
		size_t n = strcspn(example, "\n");

		if (!any)
			sb_puts(out, "\nexamples:\n");
		any = true;
		sb_printf(out, "  %-31.*s # %s\n", (int)n, example,
			  example[n] ? example + n + 1 : "");
	}
}

static void help_interval(const Tool *t, StrBuf *out)
{
	char text[64] = "seconds between reports (default: one report at the end)";

	if (t->interval > 0)
		snprintf(text, sizeof(text), "seconds between reports (default %g)",
			 (double)t->interval);
	help_entry(out, "  interval", text);
}

void tool_help(const Tool *t, StrBuf *out)
{
	const char *details;

	tool_usage(t, out);
	sb_printf(out, "\n%s\n", t->description ? t->description : "");
	for (int at = 0; tags_each(t, &t->tags, "details", &at, &details);)
		sb_printf(out, "\n%s\n", details);
	if (t->takes_interval) {
		sb_puts(out, "\npositional arguments:\n");
		help_interval(t, out);
		help_entry(out, "  count", "number of reports (default: until Ctrl-C)");
	}
	sb_puts(out, "\noptions:\n");
	for (int i = 0; i < t->options.n; i++)
		if (!t->options.v[i]->hidden)
			help_option(t->options.v[i], out);
	help_examples(t, out);
}

static void template_value(const Tool *t, const char *name, StrBuf *out)
{
	const Option *o = tool_option(t, name);

	if (!o)
		sb_printf(out, "{%s}", name);
	else if (o->text)
		sb_puts(out, o->text);
	else
		sb_printf(out, "%lld", (long long)o->value);
}

/* What stands between the braces: "option" or "?option:text". */
static void template_item(const Tool *t, const char *item, StrBuf *out)
{
	const char *colon = strchr(item, ':');

	if (item[0] != '?' || !colon)
		template_value(t, item, out);
	else if (tool_condition(t, arena_strndup(t->arena, item + 1, (size_t)(colon - item - 1))))
		tool_template(t, colon + 1, out);
}

void tool_template(const Tool *t, const char *text, StrBuf *out)
{
	while (*text) {
		const char *end = *text == '{' ? strchr(text, '}') : NULL;

		if (end) {
			char *item = arena_strndup(t->arena, text + 1, (size_t)(end - text - 1));

			template_item(t, item, out);
			text = end + 1;
		} else {
			sb_putc(out, *text++);
		}
	}
}
