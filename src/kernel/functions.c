/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernel functions by a pattern: those in tracefs' available_filter_functions, which is what ftrace
 * can trace; where that file is missing (no ftrace, no rights), the text symbols of kallsyms, some of
 * which will then be refused.
 */
#include "internal.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct Matching {
	const char *pattern;
	size_t fixed;              /* characters before the first special one */
	StrBuf text;               /* names, each with NUL */
	int n;
} Matching;

static void offer(Matching *m, const char *name)
{
	/* compiler's parts (name.cold), padding, and ftrace's place holders are no functions of the source */
	if (strncmp(name, m->pattern, m->fixed) || fnmatch(m->pattern, name, 0) ||
	    starts_with(name, "__ftrace_invalid_address__") || starts_with(name, "__pfx_") ||
	    starts_with(name, "__cfi_") || strstr(name, ".cold") || strstr(name, ".part."))
		return;
	sb_add(&m->text, name, strlen(name) + 1);
	m->n++;
}

/* Lines are "name" or "name [module]". */
static void offer_lines(Matching *m, char *start, char *end)
{
	while (start < end) {
		char *eol = memchr(start, '\n', (size_t)(end - start));

		if (!eol)
			break;
		*eol = '\0';
		start[strcspn(start, " \t")] = '\0';
		offer(m, start);
		start = eol + 1;
	}
}

static bool from_ftrace(Matching *m)
{
	enum { BUFFER = 64 << 10 };
	int fd = kernel_tracefs_open("available_filter_functions", 0, NULL);
	char *buf = fd < 0 ? NULL : malloc(BUFFER + 1), *last;
	size_t have = 0;
	ssize_t got;

	while (buf && (got = read(fd, buf + have, BUFFER - have)) > 0) {
		have += (size_t)got;
		last = memrchr(buf, '\n', have);
		if (!last)
			break;
		offer_lines(m, buf, last + 1);
		have -= (size_t)(last + 1 - buf);
		memmove(buf, last + 1, have);
	}
	free(buf);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool offer_symbol(void *self, const KallsymsLine *line)
{
	if (line->type == 't' || line->type == 'T')
		offer(self, line->name);
	return true;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* One block: the pointers, then the names. */
static const char **sorted(Matching *m, int *n)
{
	size_t pointers = ((size_t)m->n + 1) * sizeof(char *);
	const char **out = malloc(pointers + m->text.n + 1), *p;
	int kept = 0;

	if (!out)
		return NULL;
	p = (char *)out + pointers;
	if (m->text.n)
		memcpy((char *)out + pointers, m->text.p, m->text.n);
	for (int i = 0; i < m->n; i++, p += strlen(p) + 1)
		out[i] = p;
	qsort(out, (size_t)m->n, sizeof(*out), by_name);
	for (int i = 0; i < m->n; i++)
		if (!kept || strcmp(out[kept - 1], out[i]))
			out[kept++] = out[i];
	*n = kept;
	return out;
}

const char **kernel_match_functions(const char *pattern, int *n, Error *err)
{
	Matching m = { .pattern = pattern, .fixed = strcspn(pattern, "*?[\\") };
	const char **out;
	int error = 0;

	*n = 0;
	if (!from_ftrace(&m))
		error = kernel_each_symbol(offer_symbol, &m);
	if (error) {
		error_errno(err, -error, "cannot list the kernel's functions");
		sb_free(&m.text);
		return NULL;
	}
	out = sorted(&m, n);
	sb_free(&m.text);
	if (out && *n)
		return out;
	free(out);
	error_set(err, out ? ENOENT : ENOMEM, 
		  "no kernel function that can be traced matches \"%s\"", pattern);
	return NULL;
}
