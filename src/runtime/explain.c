/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verifier's log -> one error at a source line. The log tells each instruction that it follows
 * ("12: (61) r1 = ..."), then the reason of the refusal, then statistics. The last instruction before
 * the reason is looked up in the program's line information; the reason in verifier.def.
 */
#include "internal.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

typedef struct Explanation { const char *part, *meaning, *remedy; } Explanation;

static const Explanation explanations[] = {
#define X(part, meaning, remedy) { part, meaning, remedy },
#include "verifier.def"
#undef X
};

static const Explanation *find_explanation(Str reason)
{
	for (size_t i = 0; i < ARRAY_LEN(explanations); i++)
		if (memmem(reason.p, reason.n, explanations[i].part, strlen(explanations[i].part)))
			return &explanations[i];
	return NULL;
}

typedef struct Verdict {
	Str reason;                /* empty: none found */
	long insn;                 /* -1: unknown */
} Verdict;

/* Lines that say where the verifier is or what it did, not why it refuses. */
static bool is_chatter(Str line)
{
	static const char *const starts[] = {
		"processed ", "verification time", "stack depth", "max_states", "from ", "; ", "func#",
		"Func#", "last_idx", "regs=", "parent ", "mark_precise", "Validating ", "caller:", "callee:",
		"frame", "insns processed", "propagating", "arg#0 reference type",
	};

	for (size_t i = 0; i < ARRAY_LEN(starts); i++)
		if (str_starts(line, starts[i]))
			return true;
	return !line.n;
}

/* "12: (61) r1 = *(u32 *)(r1 +0)" gives 12, "12: R1=ctx() ..." (a state) -2, other lines -1. */
static long insn_of(Str line)
{
	size_t i = 0;
	long n = 0;

	while (i < line.n && isdigit((unsigned char)line.p[i]) && i < 9)
		n = n * 10 + (line.p[i++] - '0');
	if (!i || i + 1 >= line.n || line.p[i] != ':')
		return -1;
	return i + 2 < line.n && line.p[i + 2] == '(' ? n : -2;
}

static Verdict read_log(const char *log)
{
	Verdict v = { { "", 0 }, -1 };

	while (*log) {
		Str line = { log, strcspn(log, "\n") };
		long insn = insn_of(line);

		if (insn >= 0) {
			v.insn = insn;
			v.reason.n = 0;
		} else if (insn == -1 && !is_chatter(line) && !v.reason.n) {
			v.reason = line;
		}
		log += line.n;
		log += *log == '\n';
	}
	return v;
}

static const BpfLineInfo *line_of(const BpfProgram *p, long insn)
{
	const BpfLineInfo *best = NULL;

	for (int i = 0; i < p->lines.n && insn >= 0; i++)
		if (p->lines.v[i].insn <= (uint32_t)insn && (!best || p->lines.v[i].insn >= best->insn))
			best = &p->lines.v[i];
	return best;
}

/* "unknown func bpf_x#123": when that helper came. */
static void explain_helper(Str reason, Error *err)
{
	const char *hash = memchr(reason.p, '#', reason.n);
	const HelperInfo *h = hash ? helper_by_id(atoi(hash + 1)) : NULL;

	if (h && h->since > kernel_version())
		error_remedy(err, "bpf_%s came with Linux %u.%u; this is %s.", h->name, h->since >> 16,
			     h->since >> 8 & 255, kernel_release());
	else if (h)
		error_remedy(err, "bpf_%s is not for programs of this type.", h->name);
}

/* A refusal before verification: rights or limits. */
static int explain_errno(const BpfProgram *p, int code, Error *err)
{
	if (code == E2BIG)
		return error_set(err, code, "program %s is too large for this kernel (%d instructions)",
				 p->name, p->insns.n);
	error_errno(err, code, "cannot load program %s", p->name);
	if (code == EPERM && p->type == BPF_PROG_TYPE_TRACING && !*kernel_missing_capabilities())
		return error_remedy(err, "This kernel refuses tracing programs of this kind; "
				    "use a tracepoint.");
	if (code == EINVAL && p->type)
		error_remedy(err, "This kernel may not know programs of this type.");
	return runtime_refused(err, code);
}

static void place(Module *m, const BpfLineInfo *l, char *buf, size_t size)
{
	const Btf *b = runtime_btf(m);

	*buf = '\0';
	if (l && b)
		snprintf(buf, size, "%s:%u:%u: ", btf_string(b, l->file_name_off), l->line, l->column);
}

static void add_source_line(Module *m, const BpfLineInfo *l, Error *err)
{
	const char *text = l && runtime_btf(m) ? btf_string(runtime_btf(m), l->line_off) : "";
	size_t n = strlen(err->message);

	text += strspn(text, " \t");
	if (*text)
		snprintf(err->message + n, sizeof(err->message) - n, "\n    %s", text);
}

int runtime_explain(Module *m, int program, int code, char *log, Error *err)
{
	const BpfProgram *p = &m->object->programs.v[program];
	Verdict v = read_log(log ? log : "");
	const BpfLineInfo *l = line_of(p, v.insn);
	const Explanation *e = find_explanation(v.reason);
	char where[256];

	if (!v.reason.n) {
		free(log);
		return explain_errno(p, code, err);
	}
	place(m, l, where, sizeof(where));
	if (e)
		error_set(err, code, "%sthe kernel refuses program %s: %s (%.*s)", where, p->name, e->meaning,
			  (int)v.reason.n, v.reason.p);
	else
		error_set(err, code, "%sthe kernel refuses program %s: %.*s", where, p->name,
			  (int)v.reason.n, v.reason.p);
	if (!err) {
		free(log);
		return -code;
	}
	if (e && *e->remedy)
		error_remedy(err, "%s", e->remedy);
	else
		explain_helper(v.reason, err);
	add_source_line(m, l, err);
	free(err->log);
	err->log = log;
	return -code;
}
