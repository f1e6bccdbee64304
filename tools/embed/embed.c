/* SPDX-License-Identifier: Apache-2.0 */
/*
 * embed: writes the sources of all tools into one C file (build/gen/tools.c), sorted by name:
 *   embed OUT.c tools/AREA/NAME.bpf.c ...
 * Name and description are taken from the TOOL() line; they are what `bcc list` shows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Source {
	const char *path;
	char name[64], area[64], description[256];
	char *text;
	size_t size;
} Source;

static void die(const char *path, const char *why)
{
	fprintf(stderr, "embed: %s: %s\n", path, why);
	exit(1);
}

static char *read_all(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	char *text = NULL;
	size_t cap = 0, n;

	if (!f)
		die(path, "cannot be opened");
	*size = 0;
	do {
		text = realloc(text, cap += 65536);
		if (!text)
			die(path, "out of memory");
		n = fread(text + *size, 1, cap - *size - 1, f);
		*size += n;
	} while (n);
	text[*size] = '\0';
	fclose(f);
	return text;
}

/* The next string literal after *p (no escapes: names and descriptions have none). */
static void literal(const char *path, const char **p, char *out, size_t size)
{
	const char *start = strchr(*p, '"'), *end = start ? strchr(start + 1, '"') : NULL;

	if (!end || (size_t)(end - start) > size)
		die(path, "TOOL(\"name\", \"description\") expected");
	memcpy(out, start + 1, (size_t)(end - start - 1));
	out[end - start - 1] = '\0';
	*p = end + 1;
}

static void read_source(Source *s, const char *path)
{
	const char *base = strrchr(path, '/'), *area = base, *tool;

	s->path = path;
	s->text = read_all(path, &s->size);
	while (area > path && area[-1] != '/')
		area--;
	if (!base)
		die(path, "not in a folder");
	snprintf(s->area, sizeof(s->area), "%.*s", (int)(base - area), area);
	tool = strstr(s->text, "\nTOOL(");
	if (!tool)
		die(path, "has no TOOL()");
	literal(path, &tool, s->name, sizeof(s->name));
	literal(path, &tool, s->description, sizeof(s->description));
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const Source *)a)->name, ((const Source *)b)->name);
}

static void write_text(FILE *out, const char *text)
{
	fputs("\t\t\"", out);
	for (; *text; text++) {
		if (*text == '\n')
			fputs("\\n\"\n\t\t\"", out);
		else if (*text == '\t')
			fputs("\\t", out);
		else if (*text == '"' || *text == '\\')
			fprintf(out, "\\%c", *text);
		else if (*text == '?')
			fputs("\\?", out);
		else
			fputc(*text, out);
	}
	fputs("\"", out);
}

int main(int argc, char **argv)
{
	int n = argc - 2;
	Source *sources = calloc((size_t)(n > 0 ? n : 1), sizeof(*sources));
	FILE *out = argc > 1 ? fopen(argv[1], "w") : NULL;

	if (!out || !sources)
		die(argc > 1 ? argv[1] : "output", "cannot be written");
	for (int i = 0; i < n; i++)
		read_source(&sources[i], argv[i + 2]);
	qsort(sources, (size_t)n, sizeof(*sources), by_name);
	fputs("/* Made by tools/embed from the tools' sources. */\n"
	      "#include \"toolkit/embedded.h\"\n\nconst EmbeddedTool embedded_tools[] = {\n", out);
	for (int i = 0; i < n; i++) {
		const Source *s = &sources[i];

		fprintf(out, "\t{ \"%s\", \"%s\", \"%s\", \"%s\",\n", s->name, s->area,
			strrchr(s->path, '/') + 1, s->description);
		write_text(out, s->text);
		fprintf(out, ", %zu },\n", s->size);
	}
	fprintf(out, "\t{ 0 },\n};\nconst int embedded_tool_count = %d;\n", n);
	return fclose(out) ? 1 : 0;
}
