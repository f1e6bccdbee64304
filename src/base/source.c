/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Source texts and places in them. All texts lie behind each other in one number line that
 * starts at 1, so a place is 32 bits; file, line and column are worked out when asked for.
 */
#include "base.h"

#include <limits.h>

struct SourceMarker {
	Loc loc;                   /* start of the first line that is renumbered */
	const char *file;
	int line;
};

int sources_add(Sources *s, const char *name, const char *text, size_t size, Loc included_from)
{
	SourceFile f = { name, text, (uint32_t)size, s->next ? s->next : 1, included_from, false,
			 0 };

	s->next = f.base + f.size + 1;
	vec_push(s->arena, &s->files, f);
	return s->files.n - 1;
}

const SourceFile *sources_file(const Sources *s, Loc loc)
{
	int low = 0, high = s->files.n;

	if (!loc || !high || loc >= s->next)
		return NULL;
	while (high - low > 1) {
		int middle = (low + high) / 2;

		if (s->files.v[middle].base <= loc)
			low = middle;
		else
			high = middle;
	}
	return &s->files.v[low];
}

void sources_mark_line(Sources *s, Loc loc, const char *file, int line)
{
	const SourceFile *f = sources_file(s, loc);
	uint32_t at = loc - f->base;
	SourceMarker *m = NEW(s->arena, SourceMarker);

	while (at < f->size && f->text[at] != '\n')
		at++;
	*m = (SourceMarker){ f->base + at + 1, file, line };
	vec_push(s->arena, &s->markers, m);
}

static int count_lines(const char *from, const char *to)
{
	int n = 0;

	while (from < to && (from = memchr(from, '\n', (size_t)(to - from)))) {
		from++;
		n++;
	}
	return n;
}

static void apply_markers(const Sources *s, const SourceFile *f, Loc line_start, SourcePos *pos)
{
	const SourceMarker *last = NULL;
	int lines;

	for (int i = 0; i < s->markers.n; i++) {
		const SourceMarker *m = s->markers.v[i];

		if (m->loc < f->base || m->loc > line_start)
			continue;
		last = m;
		if (m->file)
			pos->file = m->file;
	}
	if (!last)
		return;
	lines = count_lines(f->text + (last->loc - f->base), f->text + (line_start - f->base));
	pos->line = last->line > INT_MAX - lines ? INT_MAX : last->line + lines;
}

bool sources_resolve(const Sources *s, Loc loc, SourcePos *pos)
{
	const SourceFile *f = sources_file(s, loc);
	uint32_t at, start, end;
	const char *eol;

	if (!f)
		return false;
	at = loc - f->base;
	for (start = at; start > 0 && f->text[start - 1] != '\n'; start--)
		;
	eol = at < f->size ? memchr(f->text + at, '\n', f->size - at) : NULL;
	end = eol ? (uint32_t)(eol - f->text) : at < f->size ? f->size : at;
	*pos = (SourcePos){ f->name,
			    count_lines(f->text, f->text + start) + (f->first_line ? f->first_line : 1),
			    (int)(at - start) + 1, { f->text + start, end - start },
			    f->included_from };
	apply_markers(s, f, f->base + start, pos);
	return true;
}
