/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of passes, in order. `bcc dump --after PASS` prints the IR after the last pass of that
 * name; between passes the checker runs if asked for.
 */
#include "ir/internal.h"

typedef struct Pass {
	const char *name;
	void (*run)(Function *f);
	int level;                 /* of optimisation at which it runs */
} Pass;

/* After inlining: to values, constants known, loops unrolled where asked for. */
static const Pass early[] = {
	{ "mem2reg", pass_mem2reg, 0 },
	{ "fold", pass_fold, 0 },
	{ "simplify_cfg", pass_simplify_cfg, 0 },
	{ "unroll", pass_unroll, 0 },
	{ "mem2reg", pass_mem2reg, 0 },
	{ "fold", pass_fold, 0 },
	{ "simplify_cfg", pass_simplify_cfg, 0 },
	{ "thread", pass_thread, 2 },
	{ "dead_code", pass_dead_code, 0 },
	{ "gvn", pass_gvn, 2 },
	{ "memory", pass_memory, 2 },
	{ "fold", pass_fold, 2 },
	{ "simplify_cfg", pass_simplify_cfg, 2 },
	{ "dead_code", pass_dead_code, 0 },
};

/* What makes the program valid for the kernel, and tidying up after it. */
static const Pass late[] = {
	{ "spaces", pass_spaces, 0 },
	{ "reads", pass_reads, 0 },
	{ "validity", pass_validity, 0 },
	{ "expand", pass_expand, 0 },
	{ "fold", pass_fold, 0 },
	{ "narrow", pass_narrow, 2 },
	{ "widen", pass_widen, 2 },
	{ "gvn", pass_gvn, 2 },
	{ "memory", pass_memory, 2 },
	{ "fold", pass_fold, 2 },
	{ "simplify_cfg", pass_simplify_cfg, 0 },
	{ "choose", pass_choose, 2 },
	{ "dead_code", pass_dead_code, 0 },
	{ "init", pass_init, 0 },
	{ "stack", pass_stack, 0 },
	{ "dead_code", pass_dead_code, 0 },
};

static void after(Module *m, Function *f, const char *name)
{
	if (m->print_after && m->printed && !strcmp(m->print_after, name))
		ir_print_function(f, m->printed);
	if (m->check)
		ir_check(f, name);
}

static void run(Module *m, Function *f, const Pass *passes, size_t n)
{
	for (size_t k = 0; k < n; k++) {
		if (passes[k].level > m->optimise)
			continue;
		passes[k].run(f);
		after(m, f, passes[k].name);
	}
}

/* As many bytes as 8-byte stores that a jump can span. */
enum { MAX_BLOCK = 8 * 32767 };

static void refuse_large_block(Function *f, Inst *i)
{
	Diag *d = diag_report(f->module->diags, i->loc, DIAG_block_too_large,
			      "%llu bytes are more than can be %s in place", (unsigned long long)i->imm,
			      i->op == IR_COPY ? "copied" : "filled");

	diag_hint(f->module->diags, d, "use a helper: bpf_probe_read_kernel copies any size");
	i->imm = 0;
}

/* Sizes that inlining and folding have not made constant, or that are beyond reason. */
static void refuse_unknown_sizes(Function *f)
{
	FOR_BLOCKS (b, f)
		FOR_INSTS (i, b) {
			Diag *d;

			if ((i->op == IR_COPY || i->op == IR_FILL) && i->n_args == 2 &&
			    (uint64_t)i->imm > MAX_BLOCK)
				refuse_large_block(f, i);
			if ((i->op != IR_COPY && i->op != IR_FILL) || i->n_args != 3)
				continue;
			d = diag_report(f->module->diags, i->loc, DIAG_size_not_constant,
					"the number of bytes to %s is not known at compile time",
					i->op == IR_COPY ? "copy" : "fill");
			diag_hint(f->module->diags, d, "use a constant size; to copy a variable "
				  "number of bytes, use bpf_probe_read_kernel");
			i->n_args = 2;
			i->imm = 0;
		}
}

/* A table of pointers that is still read at run time: BPF data cannot hold addresses. */
static void refuse_pointer_tables(Function *f)
{
	FOR_BLOCKS (b, f)
		FOR_INSTS (i, b)
			if (i->op == IR_GLOBAL && i->global->pointers.n) {
				Diag *d = diag_report(f->module->diags, i->loc, DIAG_pointer_table,
						      "'%s' holds pointers and is read at an index "
						      "that is not a constant", i->global->name);

				diag_hint(f->module->diags, d, "use a switch, or an array of "
					  "character arrays: char names[][16]");
			}
}

static void refuse_missing_function(Function *f, const Inst *call)
{
	Diag *d = diag_report(f->module->diags, call->loc, DIAG_unknown_kernel_function,
			      "the kernel's BTF has no function '%s'", call->kfunc);

	diag_hint(f->module->diags, d, "ask before: if (bpf_ksym_exists(%s))", call->kfunc);
}

/* Accesses that could be left out, had the program asked whether the member exists. */
static void refuse_missing_members(Function *f)
{
	FOR_BLOCKS (b, f)
		FOR_INSTS (i, b) {
			Diag *d;

			if (i->op == IR_CALL_KFUNC && !i->btf_id)
				refuse_missing_function(f, i);
			if (!i->member || !i->member->is_missing)
				continue;
			d = diag_report(f->module->diags, i->loc, DIAG_missing_member,
					"this kernel's struct has no member '%s' of this kind",
					i->member->name ? i->member->name->text : "");
			diag_hint(f->module->diags, d,
				  "ask before: if (bpf_core_field_exists(...))");
		}
}

static void refuse_function_value(Function *f, const Inst *i, const Function *callee)
{
	Diag *d = diag_report(f->module->diags, i->loc, DIAG_function_value, callee->is_program ?
			      "'%s' is a program: its address cannot be taken" :
			      "the address of '%s' is used as a value", callee->name);

	diag_hint(f->module->diags, d, "BPF knows functions by address only as callbacks of helpers, "
		  "such as bpf_loop(n, callback, ...)");
}

static void refuse_function_values(Function *f)
{
	FOR_BLOCKS (b, f)
		FOR_INSTS (i, b) {
			bool is_call = i->op == IR_CALL_HELPER || i->op == IR_CALL_KFUNC;

			for (int k = 0; k < i->n_args; k++) {
				const Inst *a = i->args[k];

				if (a->op == IR_FUNC && (!is_call || a->callee->is_program))
					refuse_function_value(f, i, a->callee);
			}
		}
}

static void print_and_check_all(Module *m, const char *name)
{
	for (int k = 0; k < m->functions.n; k++)
		after(m, m->functions.v[k], name);
}

void ir_optimise(Module *m)
{
	print_and_check_all(m, "build");
	ir_find_constant_globals(m);
	pass_inline(m);
	if (m->is_too_large)
		return;
	print_and_check_all(m, "inline");
	for (int k = 0; k < m->functions.n; k++)
		run(m, m->functions.v[k], early, ARRAY_LEN(early));
	for (int k = 0; k < m->functions.n; k++)
		refuse_unknown_sizes(m->functions.v[k]);
	for (int k = 0; k < m->functions.n; k++)
		refuse_missing_members(m->functions.v[k]);
	for (int k = 0; k < m->functions.n; k++)
		refuse_function_values(m->functions.v[k]);
	for (int k = 0; k < m->functions.n; k++)
		run(m, m->functions.v[k], late, ARRAY_LEN(late));
	for (int k = 0; k < m->functions.n; k++)
		refuse_pointer_tables(m->functions.v[k]);
	ir_layout_globals(m);
	print_and_check_all(m, "end");
}
