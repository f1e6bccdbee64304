/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pass_widen: where a 32-bit value is compared and its 64-bit extension is used as an index or
 * size, the extension is compared instead.
 *
 * The verifier learns bounds for the register that is compared. "R1 unbounded memory access" and
 * "R2 min value is negative" (kernels before 6.8, which do not carry bounds from a 32-bit compare
 * to a copy that was extended before) come from testing one copy and using the other. Needs:
 * nothing; recomputes dominators and keeps them. pass_gvn then makes one value of the extensions.
 */
#include "ir/internal.h"

/* The first extension of each I32 value, kept in its aux_ptr. */
static bool find_extensions(Function *f)
{
	bool any = false;

	FOR_BLOCKS (b, f)
		FOR_INSTS (i, b)
			i->aux_ptr = NULL;
	FOR_BLOCKS (b, f) {
		FOR_INSTS (i, b) {
			if (i->op != IR_ZEXT && (i->op != IR_SEXT || i->width != 32))
				continue;
			if (!i->args[0]->aux_ptr || i->op == IR_ZEXT)
				i->args[0]->aux_ptr = i;
			any = true;
		}
	}
	return any;
}

static bool is_signed_order(IrOp op)
{
	return op == IR_SLT || op == IR_SLE || op == IR_SGT || op == IR_SGE;
}

static Inst *extended(Function *f, Inst *at, Inst *x, IrOp op)
{
	Inst *e = x->aux_ptr;

	if (x->op == IR_CONST)
		return ir_const(f, IR_I64, op == IR_SEXT ? (int32_t)x->imm
							  : (int64_t)(uint32_t)x->imm);
	if (e && e->op == op && e->block != at->block && ir_dominates(e->block, at->block))
		return e;
	e = ir_inst(f, op, IR_I64, 1);
	e->args[0] = x;
	e->width = op == IR_SEXT ? 32 : 0;
	e->loc = at->loc;
	ir_insert_before(at, e);
	return e;
}

static void widen_compare(Function *f, Inst *i)
{
	Inst *x = i->args[0], *y = i->args[1], *e = x->aux_ptr ? x->aux_ptr : y->aux_ptr;
	bool is_bound = i->op != IR_EQ && i->op != IR_NE;

	if (x->type != IR_I32 || !e || !is_bound || is_signed_order(i->op) != (e->op == IR_SEXT))
		return;
	/* extending the other side may cost instructions, so it is a constant or free */
	if (e->op == IR_SEXT && x->op != IR_CONST && y->op != IR_CONST)
		return;
	i->args[0] = extended(f, i, x, e->op);
	i->args[1] = extended(f, i, y, e->op);
}

void pass_widen(Function *f)
{
	ir_dominators(f);
	if (!find_extensions(f))
		return;
	FOR_BLOCKS (b, f)
		FOR_INSTS (i, b)
			if (ir_ops[i->op].flags & IRF_COMPARE)
				widen_compare(f, i);
}
