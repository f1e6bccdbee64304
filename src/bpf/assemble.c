/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs of the OBJECT: the main function's code followed by that of every subprogram that it
 * reaches, in the order in which they are first named (elf_read.c restores the same order), calls
 * resolved, what refers to the outside listed as relocations, with function and line information.
 */
#include "bpf/assemble.h"

typedef struct Linker {
	Assembler *a;
	BpfProgram *p;
	VEC(CodedFunction *) order;
	VEC(uint32_t) at;          /* first instruction of each */
	const char *file;          /* of the last line info */
	int line;
} Linker;

static CodedFunction *coded_function(Assembler *a, Function *f)
{
	CodedFunction *c;

	for (int k = 0; k < a->coded.n; k++)
		if (a->coded.v[k]->function == f)
			return a->coded.v[k];
	c = NEW(a->arena, CodedFunction);
	c->function = f;
	if (!code_function(a->arena, f, a->diags, &c->code))
		return NULL;
	c->btf_id = btf_describe_function(a, f);
	vec_push(a->arena, &a->coded, c);
	return c;
}

/* Index in l->order; -1 after a diagnostic. */
static int include_function(Linker *l, Function *f)
{
	CodedFunction *c;

	for (int k = 0; k < l->order.n; k++)
		if (l->order.v[k]->function == f)
			return k;
	c = coded_function(l->a, f);
	if (!c)
		return -1;
	vec_push(l->a->arena, &l->order, c);
	return l->order.n - 1;
}

/* Line information --------------------------------------------------------------------------- */

static KnownLine *resolve_line(Assembler *a, Loc loc)
{
	int low = 0, high = a->lines.n;
	KnownLine line;
	SourcePos pos;

	while (low < high) {
		int middle = (low + high) / 2;

		if (a->lines.v[middle].end < loc)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < a->lines.n && a->lines.v[low].start <= loc)
		return &a->lines.v[low];
	if (!loc || !sources_resolve(a->sources, loc, &pos))
		return NULL;
	line.start = loc - (Loc)(pos.column - 1);
	line.end = line.start + (Loc)pos.text.n;
	line.file = pos.file;
	line.line = pos.line;
	line.file_off = btf_add_string(a->btf, pos.file);
	line.text_off = btf_add_string(a->btf, arena_strndup(a->arena, pos.text.p, pos.text.n));
	vec_push(a->arena, &a->lines, line);
	memmove(&a->lines.v[low + 1], &a->lines.v[low],
		sizeof(KnownLine) * (size_t)(a->lines.n - 1 - low));
	a->lines.v[low] = line;
	return &a->lines.v[low];
}

/* `always`: the kernel wants an entry here, whatever is known. */
static void add_line(Linker *l, uint32_t insn, Loc loc, bool always)
{
	BpfLineInfo info = { .insn = insn, .loc = loc };
	KnownLine *line = resolve_line(l->a, loc);

	if (!always && (!line || (line->line == l->line && line->file == l->file)))
		return;
	l->file = line ? line->file : NULL;
	l->line = line ? line->line : 0;
	if (line) {
		info.line = (uint32_t)line->line;
		info.column = loc - line->start + 1;
		info.file_name_off = line->file_off;
		info.line_off = line->text_off;
	} else {
		info.loc = 0;
	}
	vec_push(l->a->arena, &l->p->lines, info);
}

static void add_lines(Linker *l, const CodedFunction *c, uint32_t at)
{
	const Func *source = c->function->source;
	Loc start = source ? source->loc : 0;

	if (!c->code.lines.n || c->code.lines.v[0].insn)
		add_line(l, at, start, true);
	for (int k = 0; k < c->code.lines.n; k++)
		add_line(l, at + c->code.lines.v[k].insn, c->code.lines.v[k].loc, k == 0 &&
			 !c->code.lines.v[k].insn);
}

/* References --------------------------------------------------------------------------------- */

static void add_reloc(Linker *l, BpfRelocKind kind, uint32_t insn, int index, int64_t addend)
{
	vec_push(l->a->arena, &l->p->relocs, (BpfReloc){ kind, insn, index, addend });
}

/* False after a diagnostic. */
static bool resolve_ref(Linker *l, uint32_t insn, const Inst *i, int64_t addend)
{
	struct bpf_insn *at = &l->p->insns.v[insn];
	const Global *g;
	int k;

	switch (i->op) {
	case IR_MAP:
		add_reloc(l, RELOC_MAP, insn, i->map->index, 0);
		return true;
	case IR_GLOBAL:
		g = i->global;
		add_reloc(l, RELOC_DATA, insn, assemble_data_index(l->a, g->section),
			  g->offset + addend);
		return true;
	case IR_KSYM:
		add_reloc(l, RELOC_KSYM, insn, -1, i->btf_id);
		return true;
	case IR_CALL_KFUNC:
		at->imm = (int32_t)i->btf_id;
		add_reloc(l, RELOC_KFUNC, insn, -1, i->btf_id);
		return true;
	default:                   /* CALL, FUNC */
		k = include_function(l, i->callee);
		if (k < 0)
			return false;
		/* where the function stands is known when all are placed */
		if (i->op == IR_CALL)
			at->imm = k;
		else
			add_reloc(l, RELOC_CALLBACK, insn, -1, k);
		return true;
	}
}

static bool append_function(Linker *l, const CodedFunction *c)
{
	Arena *arena = l->a->arena;
	uint32_t at = (uint32_t)l->p->insns.n;

	vec_push(arena, &l->at, at);
	for (int k = 0; k < c->code.insns.n; k++)
		vec_push(arena, &l->p->insns, c->code.insns.v[k]);
	for (int k = 0; k < c->code.refs.n; k++) {
		const struct CodeRef *r = &c->code.refs.v[k];

		if (!resolve_ref(l, at + r->insn, r->inst, r->addend))
			return false;
	}
	vec_push(arena, &l->p->funcs, (BpfFuncInfo){ at, c->btf_id });
	add_lines(l, c, at);
	return true;
}

static void resolve_calls(Linker *l)
{
	for (int k = 0; k < l->p->insns.n; k++) {
		struct bpf_insn *i = &l->p->insns.v[k];

		if (i->code == (BPF_JMP | BPF_CALL) && i->src_reg == BPF_PSEUDO_CALL)
			i->imm = (int32_t)l->at.v[i->imm] - k - 1;
		k += i->code == (BPF_LD | BPF_IMM | BPF_DW);
	}
	for (int k = 0; k < l->p->relocs.n; k++)
		if (l->p->relocs.v[k].kind == RELOC_CALLBACK)
			l->p->relocs.v[k].addend = l->at.v[l->p->relocs.v[k].addend];
}

/* Stack of a function and the deepest chain of calls below it. The verifier counts frames rounded to
 * 32 bytes: "combined stack size of %d calls is %d. Too large". */
static uint32_t stack_depth(const Linker *l, int function, int level)
{
	const CodedFunction *c = l->order.v[function];
	uint32_t own = (c->code.stack_bytes + 31) & ~31u, below = 0;

	for (int k = 0; level < 8 && k < c->code.refs.n; k++) {
		const Inst *i = c->code.refs.v[k].inst;

		if (i->op != IR_CALL && i->op != IR_FUNC)
			continue;
		for (int f = 0; f < l->order.n; f++)
			if (l->order.v[f]->function == i->callee) {
				uint32_t depth = stack_depth(l, f, level + 1);

				below = depth > below ? depth : below;
			}
	}
	return (own ? own : 32) + below;
}

static bool check_stack(const Linker *l)
{
	const Function *f = l->order.v[0]->function;
	uint32_t bytes;

	if (l->order.n < 2)
		return true;
	bytes = stack_depth(l, 0, 0);
	if (bytes <= STACK_LIMIT)
		return true;
	diag_report(l->a->diags, f->source->loc, DIAG_program_stack_too_large,
		    "'%s' and the functions that it calls need %u bytes of stack, BPF gives them %d",
		    f->name, bytes, STACK_LIMIT);
	return false;
}

/* Names -------------------------------------------------------------------------------------- */

static const char *kernel_name(Arena *arena, const Func *f)
{
	char *name = arena_printf(arena, "%.15s", f->kernel_name ? f->kernel_name : f->name->text);

	for (char *p = name; *p; p++)
		if (!((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') ||
		      (*p >= '0' && *p <= '9') || *p == '_' || *p == '.'))
			*p = '_';
	return name;
}

static const char *section_name(Arena *arena, const Func *f)
{
	const ProbeKindInfo *kind = f->attach_kind ? probe_kind_of((AttachKind)f->attach_kind) :
				    probe_kind_of_type(f->program_type, f->attach_type);
	size_t n = kind && kind->section ? strlen(kind->section) : 0;
	char *name;

	if (f->section)
		return f->section;
	if (!n)
		return f->name->text;
	if (kind->section[n - 1] != '/')
		return kind->section;
	if (!f->attach_target)
		return arena_strndup(arena, kind->section, n - 1);
	name = arena_printf(arena, "%s%s", kind->section, f->attach_target);
	if (f->attach_kind == ATTACH_TRACEPOINT && strchr(name, ':'))
		*strchr(name, ':') = '/';
	return name;
}

static bool is_sleepable(const char *section)
{
	const char *dot = strstr(section, ".s");

	return dot && (!dot[2] || dot[2] == '/');
}

static bool is_attached_by_name(const Func *f)
{
	const ProbeKindInfo *kind = f->section ? probe_kind_by_section(f->section) :
				    probe_kind_by_prefix(f->name->text);

	return kind && kind->attached_by_name;
}

static bool add_program(Assembler *a, Function *f)
{
	const Func *source = f->source;
	Linker l = { .a = a };

	vec_push(a->arena, &a->o->programs, (BpfProgram){
		.name = f->name,
		.kernel_name = kernel_name(a->arena, source),
		.section = section_name(a->arena, source),
		.type = source->program_type,
		.expected_attach_type = source->attach_type,
		.attach = (AttachKind)source->attach_kind,
		.attach_target = source->attach_target,
		.attached_by_name = is_attached_by_name(source),
	});
	l.p = &vec_last(&a->o->programs);
	/* "Syscall programs can only be sleepable" (5.14) */
	l.p->sleepable = is_sleepable(l.p->section) || l.p->type == BPF_PROG_TYPE_SYSCALL;
	btf_add_string(a->btf, l.p->section);  /* for .BTF.ext in the ELF form */
	if (include_function(&l, f) < 0)
		return false;
	for (int k = 0; k < l.order.n; k++)
		if (!append_function(&l, l.order.v[k]))
			return false;
	resolve_calls(&l);
	if (l.order.n > 1)
		btf_add_string(a->btf, ".text");
	l.p->stack_bytes = l.order.v[0]->code.stack_bytes;
	return check_stack(&l);
}

bool assemble_programs(Assembler *a)
{
	bool fine = true;

	for (int k = 0; k < a->module->functions.n; k++) {
		Function *f = a->module->functions.v[k];

		if (f->is_program && f->source)
			fine &= add_program(a, f);
	}
	return fine;
}
