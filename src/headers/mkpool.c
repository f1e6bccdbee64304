/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Build tool: cuts the built-in headers into snippets by name. See README.md in this folder for the
 * rules that headers follow.
 *
 *   mkpool OUT.c ROOT FILE...    FILEs lie under ROOT; *.list holds names of further headers
 *
 * A snippet is a #define, a declaration up to its `;` or closing brace, or a whole #if group, which
 * is one snippet for every name defined inside. Comments are dropped. The output is C: the texts,
 * the entries, a hash table over (kind, name), the headers and what they include.
 */
#include "base/base.h"

#include <ctype.h>
#include <stdlib.h>

enum { MOST_ENTRIES = 30000, MOST_TEXTS = 30000, MOST_HEADERS = 4000, MOST_EDGES = 4000 };

typedef enum Kind { MACRO, TAG, SYMBOL } Kind;
static const char *const kind_names[] = { "POOL_MACRO", "POOL_TAG", "POOL_SYMBOL" };

typedef struct Entry {
	Kind kind;
	char *name;
	int text, line;
	const char *header;
} Entry;

static Entry entries[MOST_ENTRIES];
static char *texts[MOST_TEXTS];
static char *headers[MOST_HEADERS];
static struct { const char *header; char *includes; } edges[MOST_EDGES];
static int n_entries, n_texts, n_headers, n_edges;
static int n_names;                 /* met, also those met before in another branch of an #if */

/* The file being cut: comments and splices removed, with the line of every byte. */
static const char *path;
static const char *header;
static char *src;
static int *line_of;

static void die(int at, const char *what, const char *which)
{
	fprintf(stderr, "%s:%d: %s %s\n", path, src ? line_of[at] : 0, what, which);
	exit(1);
}

static char *copy(const char *s, size_t n)
{
	char *p = calloc(1, n + 1);

	if (!p)
		abort();
	memcpy(p, s, n);
	return p;
}

/* Reading -------------------------------------------------------------------------------------- */

static char *read_all(const char *name, size_t *n)
{
	FILE *f = fopen(name, "r");
	char *text = calloc(1, 4 << 20);

	if (!f || !text) {
		perror(name);
		exit(1);
	}
	*n = fread(text, 1, (4 << 20) - 2, f);
	fclose(f);
	return text;
}

static void keep(size_t *n, char c, int line)
{
	/* runs of blanks become one */
	if (c == ' ' && *n && (src[*n - 1] == ' ' || src[*n - 1] == '\n'))
		return;
	if (c == '\n' && *n && src[*n - 1] == ' ')
		--*n;
	line_of[*n] = line;
	src[(*n)++] = c;
}

static size_t skip_quoted(const char *text, size_t i)
{
	char quote = text[i++];

	while (text[i] && text[i] != quote)
		i += text[i] == '\\' ? 2 : 1;
	return i + 1;
}

/* Fills src and line_of. */
static void clean(const char *text, size_t size)
{
	size_t n = 0;
	int line = 1;

	src = calloc(1, size + 2);
	line_of = calloc(size + 2, sizeof(int));
	for (size_t i = 0; i < size;) {
		if (text[i] == '/' && text[i + 1] == '*') {
			for (i += 2; text[i] && (text[i] != '*' || text[i + 1] != '/'); i++)
				line += text[i] == '\n';
			i += 2;
			keep(&n, ' ', line);
		} else if (text[i] == '/' && text[i + 1] == '/') {
			while (text[i] && text[i] != '\n')
				i++;
		} else if (text[i] == '\\' && text[i + 1] == '\n') {
			keep(&n, ' ', line++);
			i += 2;
		} else if (text[i] == '"' || text[i] == '\'') {
			for (size_t end = skip_quoted(text, i); i < end; i++) {
				line_of[n] = line;
				src[n++] = text[i];
			}
		} else {
			keep(&n, text[i] == '\t' ? ' ' : text[i], line);
			line += text[i++] == '\n';
		}
	}
}

/* Entries -------------------------------------------------------------------------------------- */

static int add_text(const char *s, size_t n)
{
	while (n && isspace((unsigned char)s[n - 1]))
		n--;
	if (n_texts == MOST_TEXTS)
		die(0, "too many snippets", "");
	texts[n_texts] = copy(s, n);
	return n_texts++;
}

static void add_entry(Kind kind, const char *name, size_t n, int text, int at)
{
	n_names++;
	for (int i = n_entries - 1; i >= 0 && entries[i].text == text; i--) {
		if (entries[i].kind == kind && strlen(entries[i].name) == n &&
		    !memcmp(entries[i].name, name, n))
			return;
	}
	if (n_entries == MOST_ENTRIES)
		die(at, "too many names", "");
	entries[n_entries++] = (Entry){ kind, copy(name, n), text, line_of[at], header };
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static int word_end(int i)
{
	while (is_word(src[i]))
		i++;
	return i;
}

static int skip_blanks(int i)
{
	while (isspace((unsigned char)src[i]))
		i++;
	return i;
}

static bool word_is(int i, const char *w)
{
	return !strncmp(src + i, w, strlen(w)) && !is_word(src[i + (int)strlen(w)]);
}

/* Behind the bracket that closes the one at `i`. */
static int skip_brackets(int i)
{
	int depth = 0, start = i;

	for (; src[i]; i++) {
		if (src[i] == '"' || src[i] == '\'')
			i = (int)skip_quoted(src, (size_t)i) - 1;
		else if (strchr("([{", src[i]))
			depth++;
		else if (strchr(")]}", src[i]) && --depth == 0)
			return i + 1;
	}
	die(start, "bracket is not closed", "");
	return i;
}

/* Declarations --------------------------------------------------------------------------------- */

static void add_enumerators(int i, int text)
{
	int end = skip_brackets(i) - 1;

	for (i = skip_blanks(i + 1); i < end; i = skip_blanks(i)) {
		add_entry(SYMBOL, src + i, (size_t)(word_end(i) - i), text, i);
		for (i = word_end(i); i < end && src[i] != ',';)
			i = strchr("([{", src[i]) ? skip_brackets(i) : i + 1;
		i++;
	}
}

static int skip_attribute(int i)
{
	for (;;) {
		i = skip_blanks(i);
		if (!word_is(i, "__attribute__"))
			return i;
		i = skip_brackets(skip_blanks(word_end(i)));
	}
}

/* End of the declaration at `start`; sets *is_function. */
static int declaration_end(int start, bool *is_function)
{
	int i = start, last = start;

	*is_function = false;
	while (src[i] && src[i] != ';') {
		if (src[i] == '"' || src[i] == '\'') {
			i = (int)skip_quoted(src, (size_t)i);
		} else if (src[i] == '{') {
			*is_function = src[last] == ')';
			i = skip_brackets(i);
			if (*is_function)
				return i;
		} else if (src[i] == '(' || src[i] == '[') {
			last = (i = skip_brackets(i)) - 1;
		} else {
			last = isspace((unsigned char)src[i]) ? last : i;
			i++;
		}
	}
	if (!src[i])
		die(start, "declaration does not end", "");
	return i + 1;
}

/* Index of the word that a declaration without tag declares, -1: none. */
static int declared_word(int i, int end, bool is_function)
{
	int found = -1;

	while (i < end && src[i] != '=') {
		i = skip_attribute(i);
		if (i >= end || src[i] == '=')
			break;
		if (is_word(src[i])) {
			found = i;
			i = word_end(i);
		} else if (src[i] == '(' && src[skip_blanks(i + 1)] == '*') {
			return skip_blanks(skip_blanks(i + 1) + 1);       /* (*name)(...) */
		} else if (src[i] == '(' && is_function) {
			return found;
		} else if (src[i] == '(' || src[i] == '{') {
			i = skip_brackets(i);
		} else if (src[i] == '[') {
			return found;
		} else {
			i++;
		}
	}
	return found;
}

static bool add_tag(int *i, int text, bool *is_enum)
{
	int name;

	*is_enum = word_is(*i, "enum");
	if (!*is_enum && !word_is(*i, "struct") && !word_is(*i, "union"))
		return false;
	name = skip_attribute(word_end(*i));
	*i = is_word(src[name]) ? skip_attribute(word_end(name)) : name;
	if (src[*i] != '{')
		return false;
	if (is_word(src[name]))
		add_entry(TAG, src + name, (size_t)(word_end(name) - name), text, name);
	return true;
}

/* The declaration at `i` defines names, whose snippet is `text`, -1: the declaration itself. */
static int cut_declaration(int i, int text)
{
	bool is_function, is_enum, has_tag, is_typedef = word_is(i, "typedef");
	int end = declaration_end(i, &is_function), at, name;
	int before = n_names;

	if (text < 0)
		text = add_text(src + i, (size_t)(end - i));
	at = is_typedef ? skip_blanks(word_end(i)) : i;
	has_tag = !is_function && add_tag(&at, text, &is_enum);
	if (has_tag) {
		if (is_enum)
			add_enumerators(at, text);
		at = skip_brackets(at);
	}
	name = declared_word(has_tag ? at : i, end - 1, is_function);
	if (name >= 0 && (is_function || is_typedef || !has_tag))
		add_entry(SYMBOL, src + name, (size_t)(word_end(name) - name), text, name);
	if (n_names == before)
		die(i, "declaration without a name", "");
	return end;
}

/* Directives ----------------------------------------------------------------------------------- */

static int line_end(int i)
{
	while (src[i] && src[i] != '\n')
		i++;
	return i;
}

static int directive_word(int i)
{
	return skip_blanks(i + 1);
}

static bool opens_group(int i)
{
	i = directive_word(i);
	return word_is(i, "if") || word_is(i, "ifdef") || word_is(i, "ifndef");
}

static int group_end(int start)
{
	int depth = 0;

	for (int i = start; src[i]; i = skip_blanks(line_end(i))) {
		if (src[i] != '#')
			continue;
		depth += opens_group(i);
		if (word_is(directive_word(i), "endif") && --depth == 0)
			return line_end(i);
	}
	die(start, "#if without #endif", "");
	return 0;
}

static int cut_define(int i, int text)
{
	int name = skip_blanks(word_end(directive_word(i))), end = line_end(i);

	if (text < 0)
		text = add_text(src + name, (size_t)(end - name));
	add_entry(MACRO, src + name, (size_t)(word_end(name) - name), text, name);
	return end;
}

static void add_edge(int i)
{
	int name = skip_blanks(word_end(directive_word(i)));
	size_t n = strcspn(src + name + 1, ">\"");

	if (n_edges == MOST_EDGES)
		die(i, "too many includes", "");
	edges[n_edges].header = header;
	edges[n_edges++].includes = copy(src + name + 1, n);
}

/* Everything from `i` to `end`; text -1: outside of groups. */
static void cut(int i, int end, int text)
{
	for (i = skip_blanks(i); i < end; i = skip_blanks(i)) {
		int word = directive_word(i);

		if (src[i] != '#') {
			i = cut_declaration(i, text);
		} else if (word_is(word, "define")) {
			i = cut_define(i, text);
		} else if (text >= 0) {
			i = line_end(i);           /* #else and its kin */
		} else if (word_is(word, "include")) {
			add_edge(i);
			i = line_end(i);
		} else if (opens_group(i)) {
			int stop = group_end(i);

			cut(i, stop, add_text(src + i, (size_t)(stop - i)));
			i = stop;
		} else {
			die(i, "directive not allowed here:",
			    copy(src + word, (size_t)(word_end(word) - word)));
		}
	}
}

/* Files ---------------------------------------------------------------------------------------- */

static void add_header(const char *name, size_t n)
{
	if (n_headers == MOST_HEADERS)
		die(0, "too many headers", "");
	headers[n_headers++] = copy(name, n);
}

static void read_list(const char *file)
{
	size_t n;
	char *text = read_all(file, &n);

	for (char *p = text; *p;) {
		size_t line = strcspn(p, "\n");

		if (line && *p != '#')
			add_header(p, line);
		p += line + (p[line] != '\0');
	}
}

static void read_header(const char *file, const char *root)
{
	size_t n;
	char *text = read_all(file, &n);

	path = file;
	header = file + strlen(root) + 1;
	if (starts_with(header, "prelude/"))
		header = "";
	else
		add_header(header, strlen(header));
	clean(text, n);
	cut(0, (int)strlen(src), -1);
}

/* Output --------------------------------------------------------------------------------------- */

static void write_text(FILE *out, const char *s)
{
	fputc('"', out);
	for (; *s; s++) {
		if (*s == '\n')
			fputs(s[1] ? "\\n\"\n\t\"" : "\\n", out);
		else if (*s == '"' || *s == '\\')
			fprintf(out, "\\%c", *s);
		else
			fputc(*s, out);
	}
	fputc('"', out);
}

static void check_unique(const Entry *e, const Entry *other)
{
	if (e->kind == other->kind && !strcmp(e->name, other->name)) {
		fprintf(stderr, "mkpool: '%s' is defined twice: %s:%d and %s:%d\n", e->name,
			e->header, e->line, other->header, other->line);
		exit(1);
	}
}

static void write_table(FILE *out)
{
	uint32_t size = 1024;
	uint16_t *table;

	while (size < (uint32_t)n_entries * 2)
		size *= 2;
	table = calloc(size, sizeof(*table));
	for (int e = 0; e < n_entries; e++) {
		uint32_t i = hash_bytes(entries[e].name, strlen(entries[e].name)) + entries[e].kind;

		for (i &= size - 1; table[i]; i = (i + 1) & (size - 1))
			check_unique(&entries[e], &entries[table[i] - 1]);
		table[i] = (uint16_t)(e + 1);
	}
	fprintf(out, "const uint32_t pool_table_size = %u;\nconst uint16_t pool_table[] = {", size);
	for (uint32_t i = 0; i < size; i++)
		fprintf(out, "%s%u,", i % 16 ? " " : "\n\t", table[i]);
	fputs("\n};\n", out);
}

/* All strings are one array, known by their offsets, so that the tables need no relocation. */
static uint32_t write_string(FILE *out, const char *s)
{
	static uint32_t next;
	uint32_t at = next;

	fputc('\t', out);
	write_text(out, s);
	fputs(" \"\\0\"\n", out);
	next += (uint32_t)strlen(s) + 1;
	return at;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Sorts the headers and drops what is there twice. */
static void sort_headers(void)
{
	int n = 0;

	qsort(headers, (size_t)n_headers, sizeof(*headers), compare_names);
	for (int i = 0; i < n_headers; i++)
		if (!i || strcmp(headers[i], headers[i - 1]))
			headers[n++] = headers[i];
	n_headers = n;
}

static uint32_t header_at[MOST_HEADERS], text_at[MOST_TEXTS], name_at[MOST_ENTRIES];

static uint32_t header_string(const char *name)
{
	char **found = bsearch(&name, headers, (size_t)n_headers, sizeof(*headers), compare_names);

	return found ? header_at[found - headers] : 0;
}

static void write_strings(FILE *out)
{
	fputs("const char pool_strings[] =\n", out);
	write_string(out, "");             /* 0: no header, the prelude */
	for (int i = 0; i < n_headers; i++)
		header_at[i] = write_string(out, headers[i]);
	for (int i = 0; i < n_texts; i++)
		text_at[i] = write_string(out, texts[i]);
	for (int i = 0; i < n_entries; i++)
		name_at[i] = write_string(out, entries[i].name);
	fputs(";\n", out);
}

static void write_records(FILE *out)
{
	fputs("const PoolRecord pool_records[] = {\n", out);
	for (int i = 0; i < n_entries; i++)
		fprintf(out, "\t{ %u, %u, %u, %d, %s },\n", name_at[i], text_at[entries[i].text],
			header_string(entries[i].header), entries[i].line,
			kind_names[entries[i].kind]);
	fputs("};\n", out);
}

static void write_headers(FILE *out)
{
	fputs("const PoolString pool_headers[] = {\n", out);
	for (int i = 0; i < n_headers; i++)
		fprintf(out, "\t%u,\n", header_at[i]);
	fprintf(out, "};\nconst int pool_header_count = %d;\n", n_headers);
	fputs("const PoolInclude pool_includes[] = {\n", out);
	for (int i = 0; i < n_edges; i++) {
		uint32_t from = header_string(edges[i].header), to = header_string(edges[i].includes);

		if (!to)
			die(0, "no such header:", edges[i].includes);
		if (from)
			fprintf(out, "\t{ %u, %u },\n", from, to);
	}
	fputs("\t{ 0, 0 }\n};\n", out);
	fputs("const int pool_include_count = sizeof(pool_includes) / sizeof(*pool_includes) - 1;\n",
	      out);
}

int main(int argc, char **argv)
{
	FILE *out;

	if (argc < 4) {
		fputs("usage: mkpool OUT.c ROOT FILE...\n", stderr);
		return 2;
	}
	for (int i = 3; i < argc; i++) {
		if (ends_with(argv[i], ".list"))
			read_list(argv[i]);
		else
			read_header(argv[i], argv[2]);
	}
	out = fopen(argv[1], "w");
	if (!out) {
		perror(argv[1]);
		return 1;
	}
	fputs("/* Made by mkpool from the built-in headers. */\n#include \"lang/pp.h\"\n\n", out);
	sort_headers();
	write_strings(out);
	write_records(out);
	write_table(out);
	write_headers(out);
	return fclose(out) ? 1 : 0;
}
