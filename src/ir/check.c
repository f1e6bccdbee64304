/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checker of the IR's invariants, run between passes in debug builds and tests: operand types,
 * terminators, the agreement of preds, targets and PHI args, dominance of uses, no value of another
 * function. It recomputes dominators for itself on plain arrays, so that a pass which forgot to
 * keep them does not hide its fault.
 */
#include "ir.h"

typedef struct Checker {
	Function *f;
	const char *after;
	bool ok;
} Checker;

static void PRINTF_LIKE(3, 4) fail(Checker *c, const Inst *i, const char *fmt, ...)
{
	va_list ap;
	char *text;

	if (!c->ok)
		return;                            /* the first fault explains the others */
	c->ok = false;
	va_start(ap, fmt);
	text = arena_vprintf(c->f->module->arena, fmt, ap);
	va_end(ap);
	diag_report(c->f->module->diags, i ? i->loc : 0, DIAG_internal_error,
		    "the IR of '%s' is broken after %s: v%d %s: %s", c->f->name, c->after,
		    i ? i->id : -1, i ? ir_ops[i->op].name : "", text);
}

static bool is_wide(IrType t)
{
	return t == IR_I64 || t == IR_PTR;
}

static bool same_width(IrType a, IrType b)
{
	return a == b || (is_wide(a) && is_wide(b));
}

static void check_binary(Checker *c, const Inst *i)
{
	const IrType a = i->args[0]->type, b = i->args[1]->type;

	if (a == IR_VOID || !same_width(a, b))
		fail(c, i, "operands of different types");
	if (ir_ops[i->op].flags & IRF_COMPARE ? i->type != IR_I32 : !same_width(i->type, a))
		fail(c, i, "result type does not fit the operands");
}

static void check_access(Checker *c, const Inst *i)
{
	if (i->args[0]->type != IR_PTR)
		fail(c, i, "address is no pointer");
	if (i->width != 1 && i->width != 2 && i->width != 4 && i->width != 8)
		fail(c, i, "width %d", i->width);
	if (i->op == IR_LOAD && (i->type == IR_VOID || (i->width == 8 && i->type == IR_I32) ||
				 (i->width < 8 && i->type == IR_PTR)))
		fail(c, i, "load type does not fit its width");
	if (i->op == IR_STORE && (i->args[1]->type == IR_VOID ||
				  (i->width == 8 && i->args[1]->type == IR_I32)))
		fail(c, i, "value too narrow for the store");
}

static void check_width_change(Checker *c, const Inst *i)
{
	const IrType from = i->args[0]->type;
	bool ok = true;

	switch (i->op) {
	case IR_ZEXT: ok = from == IR_I32 && i->type == IR_I64; break;
	case IR_TRUNC: ok = is_wide(from) && i->type == IR_I32; break;
	case IR_BITCAST: ok = is_wide(from) && is_wide(i->type); break;
	case IR_SEXT:
		ok = i->width == 32 ? from == IR_I32 && i->type == IR_I64
				    : (i->width == 8 || i->width == 16) && from == i->type;
		break;
	default: break;
	}
	if (!ok)
		fail(c, i, "bad change of width");
}

static void check_types(Checker *c, const Inst *i)
{
	switch (i->op) {
	case IR_LOAD: case IR_STORE: case IR_ATOMIC: check_access(c, i); break;
	case IR_ZEXT: case IR_SEXT: case IR_TRUNC: case IR_BITCAST: check_width_change(c, i); break;
	case IR_PTROFF:
		if (i->args[0]->type != IR_PTR || i->type != IR_PTR)
			fail(c, i, "not on pointers");
		break;
	case IR_PTRADD:
		if (i->args[0]->type != IR_PTR || i->args[1]->type != IR_I64 || i->type != IR_PTR)
			fail(c, i, "needs a pointer and an i64");
		break;
	case IR_COPY:
		if (i->args[0]->type != IR_PTR || i->args[1]->type != IR_PTR)
			fail(c, i, "not between pointers");
		break;
	case IR_FILL:
		if (i->args[0]->type != IR_PTR || i->args[1]->type == IR_VOID)
			fail(c, i, "bad operands");
		break;
	case IR_CONDBR:
		if (i->args[0]->type != IR_I32)
			fail(c, i, "condition is no i32");
		break;
	case IR_PHI:
		for (int a = 0; a < i->n_args; a++)
			if (!same_width(i->args[a]->type, i->type))
				fail(c, i, "argument %d has another type", a);
		break;
	case IR_CALL_HELPER: case IR_CALL_KFUNC:
		for (int a = 0; a < i->n_args; a++)
			if (!is_wide(i->args[a]->type))
				fail(c, i, "argument %d is not 64 bits wide", a);
		break;
	case IR_RET:
		if (i->n_args && !same_width(i->args[0]->type, c->f->result))
			fail(c, i, "result of another type");
		break;
	default:
		if (ir_ops[i->op].arity == 2 && ir_ops[i->op].flags & IRF_PURE)
			check_binary(c, i);
	}
}

static void check_inst(Checker *c, const Block *b, const Inst *i)
{
	int arity = ir_ops[i->op].arity;
	bool sized = (i->op == IR_COPY || i->op == IR_FILL) && i->n_args == 3;

	if (i->block != b)
		fail(c, i, "does not know its block");
	if (i->next ? i->next->prev != i : b->last != i)
		fail(c, i, "is badly linked");
	if (arity >= 0 && i->n_args != arity && !sized)
		fail(c, i, "has %d args", i->n_args);
	for (int a = 0; a < i->n_args; a++) {
		if (!i->args[a]) {
			fail(c, i, "argument %d is missing", a);
			return;
		}
		if (!i->args[a]->block)
			fail(c, i, "argument v%d is in no block", i->args[a]->id);
		else if (i->args[a]->block->function != c->f)
			fail(c, i, "argument v%d is of another function", i->args[a]->id);
		else if (i->args[a]->forward)
			fail(c, i, "argument v%d was replaced", i->args[a]->id);
	}
	if (!!(ir_ops[i->op].flags & IRF_TERMINATOR) != (i == b->last))
		fail(c, i, i == b->last ? "the block does not end with a terminator"
					: "a terminator within the block");
	if (i->op == IR_PHI && i->n_args != b->preds.n)
		fail(c, i, "%d args for %d preds", i->n_args, b->preds.n);
	if (i->op == IR_PHI && i->prev && i->prev->op != IR_PHI)
		fail(c, i, "after an inst that is no phi");
	if (i->op == IR_ALLOCA && b != c->f->entry)
		fail(c, i, "outside the entry block");
	if (c->ok)
		check_types(c, i);
}

static int count_edges(const Block *from, const Block *to)
{
	int n = 0;

	for (int k = 0; k < to->preds.n; k++)
		n += to->preds.v[k] == from;
	return n;
}

static void check_edges(Checker *c, const Block *b)
{
	Block *succ[2];
	int n = ir_successors(b, succ);

	if (b->function != c->f || !b->last) {
		fail(c, b->last, "block b%d is empty or of another function", b->id);
		return;
	}
	if (n == 2 && succ[0] == succ[1])
		fail(c, b->last, "both targets are the same");
	for (int k = 0; k < n; k++) {
		if (!succ[k])
			fail(c, b->last, "no target");
		else if (count_edges(b, succ[k]) != 1)
			fail(c, b->last, "b%d has it %d times as pred", succ[k]->id,
			     count_edges(b, succ[k]));
	}
	for (int k = 0; k < b->preds.n; k++) {
		n = ir_successors(b->preds.v[k], succ);
		if ((n < 1 || succ[0] != b) && (n < 2 || succ[1] != b))
			fail(c, b->first, "pred b%d does not branch to b%d", b->preds.v[k]->id,
			     b->id);
	}
}

/* Dominance: in the block, the argument must come first; else its block must dominate. The
 * function's own dominators are recomputed, which also drops unreachable blocks. */
static void check_dominance(Checker *c)
{
	int n = 0;

	FOR_BLOCKS (b, c->f)
		FOR_INSTS (i, b)
			i->aux = n++;
	FOR_BLOCKS (b, c->f) {
		FOR_INSTS (i, b) {
			for (int a = 0; a < i->n_args; a++) {
				const Inst *arg = i->args[a];
				const Block *at = i->op == IR_PHI ? b->preds.v[a] : b;
				bool ok = arg->block == at && i->op != IR_PHI
						  ? arg->aux < i->aux
						  : ir_dominates(arg->block, at);

				if (!ok)
					fail(c, i, "argument v%d does not dominate it", arg->id);
			}
		}
	}
}

bool ir_check(Function *f, const char *after_pass)
{
	Checker c = { f, after_pass, true };

	if (f->entry->preds.n)
		fail(&c, f->entry->first, "the entry block has preds");
	FOR_BLOCKS (b, f) {
		check_edges(&c, b);
		if (!c.ok)
			return false;
		FOR_INSTS (i, b)
			check_inst(&c, b, i);
	}
	if (!c.ok)
		return false;
	f->has_dominators = false;
	ir_dominators(f);
	check_dominance(&c);
	return c.ok;
}
