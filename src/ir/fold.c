/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pass_fold: constants and algebra, in one walk in reverse post-order.
 *
 * Every inst is brought to its simplest form when all that it uses (but for values coming around a
 * loop) already is. Blocks that constant branches do not reach are skipped, and do not count in
 * PHIs. What the verifier must still see is left alone: the value that was tested is the one that
 * is used, upper bounds stay upper bounds, variable offsets of pointers are not regrouped. Needs:
 * nothing; recomputes dominators. The branches themselves are changed by pass_simplify_cfg.
 */
#include "ir/internal.h"

enum { MAX_STEPS = 16 };               /* in place, of one inst */

Inst *fold_new1(Folder *d, IrOp op, IrType type, Inst *a)
{
	Inst *i = ir_inst(d->f, op, type, 1);

	i->args[0] = a;
	i->loc = d->at->loc;
	ir_insert_before(d->at, i);
	return i;
}

Inst *fold_new2(Folder *d, IrOp op, IrType type, Inst *a, Inst *b)
{
	Inst *i = ir_inst(d->f, op, type, 2);

	i->args[0] = a;
	i->args[1] = b;
	i->loc = d->at->loc;
	ir_insert_before(d->at, i);
	return i;
}

/* PHIs ---------------------------------------------------------------------------------------- */

/* Whether the edge from pred is known not to be taken. Later blocks count as taken. */
static bool is_dead_edge(const Block *pred, const Block *b)
{
	const Inst *t = pred->last;

	if (pred->rpo >= b->rpo)
		return false;
	if (!pred->aux)
		return true;
	return t->op == IR_CONDBR && ir_resolve(t->args[0])->op == IR_CONST &&
	       t->targets[ir_resolve(t->args[0])->imm ? 0 : 1] != b;
}

static bool is_defined_before(const Inst *value, const Block *b)
{
	return value->op == IR_CONST || (value->block != b && ir_dominates(value->block, b));
}

static Inst *fold_phi(Inst *i)
{
	Inst *value = NULL;

	for (int a = 0; a < i->n_args; a++) {
		Inst *arg = ir_resolve(i->args[a]);

		if (is_dead_edge(i->block->preds.v[a], i->block) || arg == i ||
		    arg->op == IR_UNDEF)
			continue;
		if (value && arg != value)
			return NULL;
		value = arg;
	}
	return value && is_defined_before(value, i->block) ? value : NULL;
}

/* Everything ---------------------------------------------------------------------------------- */

/* Arithmetic on values that nobody has set: any value will do. */
static void define_operands(Folder *d, Inst *i)
{
	if (!(ir_ops[i->op].flags & IRF_PURE) && i->op != IR_CONDBR)
		return;
	for (int a = 0; a < i->n_args; a++)
		if (i->args[a]->op == IR_UNDEF)
			i->args[a] = ir_const(d->f, i->args[a]->type, 0);
}

static Inst *fold_constants(Folder *d, Inst *i)
{
	int64_t v, y = 0;

	if (i->n_args < 1 || i->n_args > 2 || i->args[0]->op != IR_CONST ||
	    !(ir_ops[i->op].flags & IRF_PURE))
		return NULL;
	if (i->n_args == 2) {
		if (i->args[1]->op != IR_CONST)
			return NULL;
		y = i->args[1]->imm;
	}
	if (i->op == IR_PTROFF)
		return ir_const(d->f, IR_PTR, i->args[0]->imm + i->imm);
	if (i->op == IR_PTRADD)
		return ir_const(d->f, IR_PTR, i->args[0]->imm + y);
	if (i->op == IR_BITCAST && i->imm)
		return NULL;
	if (!ir_evaluate(i->op, i->type, i->width, i->args[0]->type, i->args[0]->imm, y, &v))
		return NULL;
	return ir_const(d->f, i->type, v);
}

static Inst *fold_inst(Folder *d, Inst *i)
{
	Inst *r = fold_constants(d, i);

	if (r)
		return r;
	switch (i->op) {
	case IR_PHI:
		return fold_phi(i);
	case IR_ZEXT: case IR_SEXT: case IR_TRUNC: case IR_BITCAST:
		return fold_width(d, i);
	case IR_LOAD: case IR_STORE: case IR_ATOMIC: case IR_COPY: case IR_FILL:
	case IR_PTROFF: case IR_PTRADD:
		return fold_memory(d, i);
	default:
		if (ir_ops[i->op].flags & IRF_COMPARE)
			return fold_compare(d, i);
		return ir_ops[i->op].flags & IRF_PURE && i->n_args ? fold_arithmetic(d, i) : NULL;
	}
}

static void fold_block(Folder *d, Block *b)
{
	FOR_INSTS_SAFE (i, b) {
		for (int a = 0; a < i->n_args; a++)
			i->args[a] = ir_resolve(i->args[a]);
		define_operands(d, i);
		d->at = i;
		for (int step = 0; step < MAX_STEPS; step++) {
			Inst *r = fold_inst(d, i);

			if (!r)
				break;
			if (r == i)
				continue;
			if (r->op != IR_CONST && !r->ctype)
				r->ctype = i->ctype;
			ir_forward(i, r);
			ir_remove(i);
			break;
		}
	}
}

static void mark_successors(Block *b)
{
	Block *succ[2];
	int n = ir_successors(b, succ);
	const Inst *t = b->last;

	if (t->op == IR_CONDBR && t->args[0]->op == IR_CONST) {
		t->targets[t->args[0]->imm ? 0 : 1]->aux = 1;
		return;
	}
	for (int k = 0; k < n; k++)
		succ[k]->aux = 1;
}

void pass_fold(Function *f)
{
	Folder d = { .f = f };

	ir_dominators(f);
	ir_count_uses(f);
	FOR_BLOCKS (b, f)
		b->aux = b == f->entry;
	FOR_BLOCKS (b, f) {
		if (!b->aux)
			continue;
		fold_block(&d, b);
		mark_successors(b);
	}
	ir_apply_forwards(f);
}
