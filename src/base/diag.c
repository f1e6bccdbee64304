/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Diagnostics: collected with a stable tag each, rendered all at once. A report at a place that
 * has the same tag already is dropped, so that recovery and repeated analysis stay quiet.
 */
#include "base.h"

static const struct {
	const char *name;
	Severity severity;
	const char *explanation;
} tags[] = {
#define X(tag, severity, explanation) { #tag, SEV_##severity, explanation },
#include "diagnostics.def"
#undef X
};

enum { DEFAULT_LIMIT = 20, WARNINGS_AN_ERROR = 5, TAB_WIDTH = 8 };

void diags_init(Diags *d, Arena *arena, Sources *sources)
{
	*d = (Diags){ .arena = arena, .sources = sources, .limit = DEFAULT_LIMIT };
}

const char *diag_tag_name(DiagTag tag)
{
	return tags[tag].name;
}

const char *diag_tag_explanation(DiagTag tag)
{
	return tags[tag].explanation;
}

static Diag *find_same(const Diags *d, Loc loc, DiagTag tag)
{
	for (int i = 0; i < d->list.n; i++) {
		if (d->list.v[i]->loc == loc && d->list.v[i]->tag == tag)
			return d->list.v[i];
	}
	return NULL;
}

static bool kept(Diags *d, Severity severity)
{
	if (severity == SEV_ERROR)
		return d->errors++ < d->limit;
	return d->warnings++ < d->limit * WARNINGS_AN_ERROR && !d->no_warnings;
}

Diag *diag_report(Diags *d, Loc loc, DiagTag tag, const char *fmt, ...)
{
	Diag *diag = NEW(d->arena, Diag);
	va_list ap;

	diag->tag = tag;
	diag->severity = tags[tag].severity;
	diag->loc = loc;
	if (find_same(d, loc, tag) || !kept(d, diag->severity))
		return diag;
	va_start(ap, fmt);
	diag->message = arena_vprintf(d->arena, fmt, ap);
	va_end(ap);
	vec_push(d->arena, &d->list, diag);
	return diag;
}

void diag_hint(Diags *d, Diag *diag, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	diag->hint = arena_vprintf(d->arena, fmt, ap);
	va_end(ap);
}

void diag_note(Diags *d, Diag *diag, Loc loc, const char *fmt, ...)
{
	struct DiagNote note = { loc, NULL };
	va_list ap;

	va_start(ap, fmt);
	note.message = arena_vprintf(d->arena, fmt, ap);
	va_end(ap);
	vec_push(d->arena, &diag->notes, note);
}

static void render_caret(const SourcePos *pos, StrBuf *out, const char *on, const char *off)
{
	int column = 0;

	sb_puts(out, "    ");
	for (size_t i = 0; i < pos->text.n; i++) {
		int width = pos->text.p[i] == '\t' ? TAB_WIDTH - column % TAB_WIDTH : 1;

		if (pos->text.p[i] == '\t')
			sb_printf(out, "%*s", width, "");
		else
			sb_putc(out, pos->text.p[i]);
		column += width;
	}
	sb_puts(out, "\n    ");
	column = 0;
	for (int i = 0; i < pos->column - 1 && (size_t)i < pos->text.n; i++)
		column += pos->text.p[i] == '\t' ? TAB_WIDTH - column % TAB_WIDTH : 1;
	sb_printf(out, "%*s%s^%s\n", column, "", on, off);
}

static void render_place(const Diags *d, Loc loc, const char *label, const char *message,
			 const char *tag, StrBuf *out, bool colour)
{
	const char *bold = colour ? "\033[1;31m" : "", *off = colour ? "\033[0m" : "";
	SourcePos pos;
	bool known = sources_resolve(d->sources, loc, &pos);

	if (known)
		sb_printf(out, "%s:%d:%d: ", pos.file, pos.line, pos.column);
	sb_printf(out, "%s%s:%s %s", bold, label, off, message);
	if (tag)
		sb_printf(out, " [%s]", tag);
	sb_putc(out, '\n');
	if (known)
		render_caret(&pos, out, bold, off);
}

void diags_render(const Diags *d, StrBuf *out, bool colour)
{
	static const char *const labels[] = { "note", "warning", "error" };

	for (int i = 0; i < d->list.n; i++) {
		const Diag *diag = d->list.v[i];

		render_place(d, diag->loc, labels[diag->severity], diag->message,
			     tags[diag->tag].name, out, colour);
		if (diag->hint)
			sb_printf(out, "    help: %s\n", diag->hint);
		for (int j = 0; j < diag->notes.n; j++)
			render_place(d, diag->notes.v[j].loc, "note", diag->notes.v[j].message,
				     NULL, out, colour);
	}
	if (d->errors > d->limit)
		sb_printf(out, "%d more errors\n", d->errors - d->limit);
}
