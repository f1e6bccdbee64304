/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The builder's pen: Insts at the end of the current block. Pure operations on constants are done
 * at once, so that the tree's constants do not cost Insts that pass_fold has to remove again. Code
 * that cannot be reached gets a block without preds, which ir_dominators drops.
 */
#include "ir/internal.h"

Block *new_block(Builder *b)
{
	return ir_block(b->f);
}

void start_block(Builder *b, Block *block)
{
	b->block = block;
	if (!block->loc)
		block->loc = b->loc;
}

static Block *current(Builder *b)
{
	if (!b->block)
		start_block(b, new_block(b));
	return b->block;
}

Inst *emit(Builder *b, IrOp op, IrType type, int n_args)
{
	Inst *i = ir_inst(b->f, op, type, n_args);

	i->loc = b->loc;
	ir_append(current(b), i);
	return i;
}

Inst *emit_const(Builder *b, IrType type, int64_t value)
{
	return ir_const(b->f, type, value);
}

Inst *emit1(Builder *b, IrOp op, IrType type, Inst *a)
{
	int64_t v;
	Inst *i;

	if (a->op == IR_CONST && op != IR_SEXT && op != IR_BSWAP &&
	    ir_evaluate(op, type, 0, a->type, a->imm, 0, &v))
		return ir_const(b->f, type, v);
	i = emit(b, op, type, 1);
	i->args[0] = a;
	return i;
}

Inst *emit2(Builder *b, IrOp op, IrType type, Inst *a, Inst *c)
{
	int64_t v;
	Inst *i;

	if (a->op == IR_CONST && c->op == IR_CONST &&
	    ir_evaluate(op, type, 0, a->type, a->imm, c->imm, &v))
		return ir_const(b->f, type, v);
	i = emit(b, op, type, 2);
	i->args[0] = a;
	i->args[1] = c;
	return i;
}

Inst *emit_offset(Builder *b, Inst *pointer, int64_t offset)
{
	Inst *i;

	if (!offset)
		return pointer;
	if (pointer->op == IR_CONST)
		return ir_const(b->f, IR_PTR, pointer->imm + offset);
	i = emit1(b, IR_PTROFF, IR_PTR, pointer);
	i->imm = offset;
	return i;
}

Inst *emit_extend(Builder *b, Inst *i, bool is_signed)
{
	if (i->op == IR_CONST)
		return ir_const(b->f, IR_I64,
				is_signed ? (int32_t)i->imm : (int64_t)(uint32_t)i->imm);
	i = emit1(b, is_signed ? IR_SEXT : IR_ZEXT, IR_I64, i);
	if (is_signed)
		i->width = 32;
	return i;
}

Inst *emit_wide(Builder *b, Inst *i, bool is_signed)
{
	return i->type == IR_I32 ? emit_extend(b, i, is_signed) : i;
}

Inst *emit_is_nonzero(Builder *b, Inst *i)
{
	if (ir_ops[i->op].flags & IRF_COMPARE)
		return i;
	return emit2(b, IR_NE, IR_I32, i, ir_const(b->f, i->type, 0));
}

Inst *emit_phi(Builder *b, IrType type, int n, ...)
{
	Inst *i = emit(b, IR_PHI, type, n);
	va_list ap;

	va_start(ap, n);
	for (int k = 0; k < n; k++)
		i->args[k] = va_arg(ap, Inst *);
	va_end(ap);
	return i;
}

void emit_branch(Builder *b, Block *to)
{
	if (b->block)
		ir_branch(b->block, to)->loc = b->loc;
	b->block = NULL;
}

void emit_branch_if(Builder *b, Inst *condition, Block *if_true, Block *if_false)
{
	if (b->block && condition->op == IR_CONST)
		ir_branch(b->block, condition->imm ? if_true : if_false)->loc = b->loc;
	else if (b->block)
		ir_branch_if(b->block, condition, if_true, if_false)->loc = b->loc;
	b->block = NULL;
}
