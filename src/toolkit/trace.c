/* SPDX-License-Identifier: Apache-2.0 */
/* Output of bpf_trace_printk: raw lines of the trace pipe, or as a tool's TRACE_LINES say. */
#include "toolkit/run.h"

enum { HELPER_TRACE_PRINTK = 6, HELPER_TRACE_VPRINTK = 177 };

bool prints_traces(const BpfObject *object)
{
	for (int i = 0; i < object->programs.n; i++) {
		const BpfProgram *p = &object->programs.v[i];

		for (int j = 0; j < p->insns.n; j++)
			if (p->insns.v[j].code == (BPF_JMP | BPF_CALL) && !p->insns.v[j].src_reg &&
			    (p->insns.v[j].imm == HELPER_TRACE_PRINTK ||
			     p->insns.v[j].imm == HELPER_TRACE_VPRINTK))
				return true;
	}
	return false;
}

static void trace_item(const TraceLine *line, Str item, StrBuf *out)
{
	if (str_is(item, "task"))
		sb_puts(out, line->task);
	else if (str_is(item, "pid"))
		sb_printf(out, "%d", line->pid);
	else if (str_is(item, "cpu"))
		sb_printf(out, "%d", line->cpu);
	else if (str_is(item, "flags"))
		sb_puts(out, line->flags);
	else if (str_is(item, "time"))
		sb_printf(out, "%.6f", (double)line->time_ns / 1e9);
	else if (str_is(item, "message"))
		sb_puts(out, line->message);
}

/* A line as the tool wants it (TRACE_LINES), or as the kernel wrote it. */
static void print_trace(Run *r, const TraceLine *line)
{
	const char *format = tags_get(r->t, &r->t->tags, "trace_lines");

	if (format && !line->task[0])
		return;
	if (!format)
		sb_puts(&r->out, line->line);
	for (const char *p = format; p && *p;) {
		const char *end = *p == '{' ? strchr(p, '}') : NULL;
		Str item = { p + 1, end ? (size_t)(end - p - 1) : 0 };

		if (end)
			trace_item(line, item, &r->out);
		else
			sb_putc(&r->out, *p);
		p = end ? end + 1 : p + 1;
	}
	sb_putc(&r->out, '\n');
}

void read_traces(Run *r)
{
	TraceLine line;

	while (r->trace && runtime_trace_read(r->trace, 0, &line) == 1) {
		print_trace(r, &line);
		if (r->out.n > FLUSH_BYTES)
			flush(r);
	}
}
