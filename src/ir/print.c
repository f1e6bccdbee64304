/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The IR as text, one inst a line, for dumps and tests:
 *   v7 = load.i32 4 [v3+16]            ; task->pid
 * Values are numbered by Inst.id, blocks by Block.id.
 */
#include "ir.h"

static const char *const type_names[] = { "void", "i32", "i64", "ptr" };
static const char *const space_names[] = {
	[SPACE_NONE] = "", [SPACE_CONTEXT] = "context", [SPACE_STACK] = "stack",
	[SPACE_MAP_VALUE] = "map_value", [SPACE_PACKET] = "packet",
	[SPACE_PACKET_END] = "packet_end", [SPACE_TRUSTED] = "trusted",
	[SPACE_HELPER_OBJECT] = "helper_object", [SPACE_KERNEL] = "kernel", [SPACE_USER] = "user",
	[SPACE_MAP] = "map", [SPACE_CALLBACK] = "callback", [SPACE_UNKNOWN] = "unknown",
};
static const char *const atomic_names[] = {
	[ATOMIC_ADD] = "add", [ATOMIC_AND] = "and", [ATOMIC_OR] = "or", [ATOMIC_XOR] = "xor",
	[ATOMIC_FETCH_ADD] = "fetch_add", [ATOMIC_FETCH_AND] = "fetch_and",
	[ATOMIC_FETCH_OR] = "fetch_or", [ATOMIC_FETCH_XOR] = "fetch_xor",
	[ATOMIC_XCHG] = "xchg", [ATOMIC_CMPXCHG] = "cmpxchg",
};

static void print_value(const Inst *i, StrBuf *out)
{
	if (!i)
		sb_puts(out, "<null>");
	else if (i->op == IR_CONST)
		sb_printf(out, "%lld", (long long)i->imm);
	else if (i->op == IR_UNDEF)
		sb_puts(out, "undef");
	else
		sb_printf(out, "v%d", i->id);
}

static void print_address(const Inst *i, StrBuf *out)
{
	sb_puts(out, " [");
	print_value(i->args[0], out);
	if (i->imm)
		sb_printf(out, "%+lld", (long long)i->imm);
	sb_puts(out, "]");
}

static void print_args(const Inst *i, int first, StrBuf *out)
{
	for (int a = first; a < i->n_args; a++) {
		sb_puts(out, a > first ? ", " : " ");
		print_value(i->args[a], out);
		if (i->op == IR_PHI && i->block && a < i->block->preds.n)
			sb_printf(out, " b%d", i->block->preds.v[a]->id);
	}
}

static void print_operands(const Inst *i, StrBuf *out)
{
	switch (i->op) {
	case IR_ALLOCA: sb_printf(out, " %lld align %u", (long long)i->imm, i->align); break;
	case IR_PARAM: sb_printf(out, " %lld", (long long)i->imm); break;
	case IR_MAP: sb_printf(out, " %s", i->map->name ? i->map->name->text : "?"); break;
	case IR_GLOBAL:
		sb_printf(out, " %s%s+%u", i->global->section, i->global->name, i->global->offset);
		break;
	case IR_FUNC: sb_printf(out, " %s", i->callee->name); break;
	case IR_CALL: sb_printf(out, " %s", i->callee ? i->callee->name : "?"); break;
	case IR_CALL_KFUNC: sb_printf(out, " %s", i->kfunc); break;
	case IR_CALL_HELPER: sb_printf(out, " #%d", i->helper); break;
	case IR_PTROFF:
		print_args(i, 0, out);
		sb_printf(out, ", %lld", (long long)i->imm);
		return;
	case IR_SEXT: case IR_BSWAP: case IR_LOAD_SKB: sb_printf(out, " %d", i->width); break;
	case IR_LOAD: case IR_STORE: case IR_ATOMIC:
		sb_printf(out, "%s %d", i->is_signed ? " signed" : "", i->width);
		print_address(i, out);
		if (i->n_args > 1)
			sb_puts(out, ",");
		print_args(i, 1, out);
		return;
	case IR_BR: sb_printf(out, " b%d", i->targets[0]->id); break;
	case IR_COPY: case IR_FILL: sb_printf(out, " %lld", (long long)i->imm); break;
	default: break;
	}
	print_args(i, 0, out);
	if (i->op == IR_CONDBR)
		sb_printf(out, ", b%d, b%d", i->targets[0]->id, i->targets[1]->id);
}

static void print_inst(const Inst *i, StrBuf *out)
{
	size_t start = out->n;

	sb_putc(out, '\t');
	if (i->type != IR_VOID)
		sb_printf(out, "v%d = ", i->id);
	sb_puts(out, ir_ops[i->op].name);
	if (i->op == IR_ATOMIC)
		sb_printf(out, "_%s", atomic_names[i->atomic]);
	if (i->type != IR_VOID)
		sb_printf(out, ".%s", type_names[i->type]);
	if (i->is_volatile)
		sb_puts(out, " volatile");
	print_operands(i, out);
	if (i->space || i->member || (i->op == IR_ALLOCA && i->var)) {
		sb_printf(out, "%*s;", out->n - start < 40 ? (int)(40 - (out->n - start)) : 1, "");
		if (i->space)
			sb_printf(out, " %s%s", space_names[i->space], i->may_be_null ? "?" : "");
		if (i->member && i->member->name)
			sb_printf(out, " .%s", i->member->name->text);
		if (i->op == IR_ALLOCA && i->var && i->var->name)
			sb_printf(out, " %s", i->var->name->text);
	}
	sb_putc(out, '\n');
}

void ir_print_function(const Function *f, StrBuf *out)
{
	sb_printf(out, "%s %s %s(%d)\n", f->is_program ? "program" : "function",
		  type_names[f->result], f->name, f->params.n);
	FOR_BLOCKS (b, f) {
		sb_printf(out, "b%d:", b->id);
		for (int k = 0; k < b->preds.n; k++)
			sb_printf(out, "%s b%d", k ? "," : "  ; from", b->preds.v[k]->id);
		sb_puts(out, "\n");
		FOR_INSTS (i, b)
			if (i->op != IR_CONST && i->op != IR_UNDEF)
				print_inst(i, out);
	}
}

static void print_global(const Global *g, StrBuf *out)
{
	sb_printf(out, "global %s%s+%u %u bytes align %u%s", g->section, g->name, g->offset,
		  g->size, g->align, g->is_constant ? " constant" : "");
	for (uint32_t k = 0; g->bytes && k < g->size && k < 32; k++)
		sb_printf(out, "%s%02x", k ? "" : " ", g->bytes[k]);
	sb_puts(out, "\n");
}

void ir_print(const Module *m, StrBuf *out)
{
	for (int k = 0; k < m->globals.n; k++)
		print_global(m->globals.v[k], out);
	for (int k = 0; k < m->functions.n; k++)
		ir_print_function(m->functions.v[k], out);
}
