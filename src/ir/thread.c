/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pass_thread: a predecessor that decides what a block is going to decide goes straight on.
 *
 * Of blocks that hold PHIs and a condition computed from them: where a predecessor brings constants
 * that decide it, its edge is led to the target. (pass_simplify_cfg does so where the PHIs are used
 * nowhere else.) The PHIs that are still used behind the block are put into memory before, so that
 * mem2reg finds their values on all ways. The verifier walks fewer ways: those with the
 * impossible decision are gone. Needs: PHIs. Keeps loops: headers are left alone. Recomputes
 * dominators.
 */
#include "ir/internal.h"

enum { MAX_DECIDING = 8, MAX_ROUNDS = 3 };

static bool is_loop_header(const Block *b)
{
	for (int k = 0; k < b->preds.n; k++)
		if (b->preds.v[k]->rpo >= b->rpo)
			return true;
	return false;
}

/* What is no PHI is a pure inst used in the block alone. */
static bool only_decides(const Block *b)
{
	int n = 0;

	if (b->last->op != IR_CONDBR || b->first->op != IR_PHI || b->unroll || is_loop_header(b))
		return false;
	for (const Inst *i = b->first; i != b->last; i = i->next) {
		int uses = 0;

		if (i->op == IR_PHI)
			continue;
		if (++n > MAX_DECIDING || !(ir_ops[i->op].flags & IRF_PURE))
			return false;
		for (const Inst *u = i->next; u; u = u->next)
			for (int a = 0; a < u->n_args; a++)
				uses += u->args[a] == i;
		if (uses != i->n_uses)
			return false;
	}
	return true;
}

/* Where predecessor k goes on; NULL if that is not known, or cannot be had. */
static Block *way_of(const Block *b, int k)
{
	Block *p = b->preds.v[k], *to;
	int64_t v;

	if (!ir_value_from(b, b->last->args[0], k, &v))
		return NULL;
	to = b->last->targets[v ? 0 : 1];
	return to == b || ir_has_edge(p, to) || to->unroll || is_loop_header(to) ? NULL : to;
}

static Inst *new_cell(Function *f, const Inst *phi)
{
	Inst *cell = ir_inst(f, IR_ALLOCA, IR_PTR, 0);

	cell->imm = phi->type == IR_I32 ? 4 : 8;
	cell->align = (uint32_t)cell->imm;
	cell->loc = phi->loc;
	ir_insert_before(f->entry->first, cell);
	return cell;
}

static void store_cell(Inst *before, Inst *cell, Inst *value)
{
	Inst *i = ir_inst(before->block->function, IR_STORE, IR_VOID, 2);

	i->args[0] = cell;
	i->args[1] = value;
	i->width = (uint8_t)cell->imm;
	i->loc = before->loc;
	ir_insert_before(before, i);
}

static Inst *load_cell(Inst *before, const Inst *phi)
{
	Inst *i = ir_inst(before->block->function, IR_LOAD, phi->type, 1), *cell = phi->aux_ptr;

	i->args[0] = cell;
	i->width = (uint8_t)cell->imm;
	i->ctype = phi->ctype;
	i->loc = before->loc;
	ir_insert_before(before, i);
	return i;
}

/* All predecessors write the PHIs of the block to memory as well. */
static void make_cells(Block *b)
{
	for (Inst *phi = b->first; phi->op == IR_PHI; phi = phi->next) {
		phi->aux_ptr = new_cell(b->function, phi);
		for (int k = 0; k < phi->n_args; k++)
			store_cell(b->preds.v[k]->last, phi->aux_ptr, phi->args[k]);
	}
}

/* Users outside of the block read the memory; PHIs behind an edge of the block do not need to. */
static void read_cells(Function *f)
{
	FOR_BLOCKS (b, f)
		FOR_INSTS (i, b)
			for (int a = 0; a < i->n_args; a++) {
				Inst *v = i->args[a];
				Block *from = i->op == IR_PHI ? b->preds.v[a] : b;

				if (v->op == IR_PHI && v->aux_ptr && v->block != from)
					i->args[a] = load_cell(i->op == IR_PHI ? from->last : i, v);
			}
}

static void lead_on(Block *b)
{
	for (int k = b->preds.n - 1; k >= 0; k--) {
		Block *p = b->preds.v[k], *to = way_of(b, k);

		if (!to)
			continue;
		ir_add_edge_like(p, to, b, b);
		ir_retarget(p, b, to);
	}
}

static bool decides_early(const Block *b)
{
	if (!only_decides(b))
		return false;
	for (int k = 0; k < b->preds.n; k++)
		if (way_of(b, k))
			return true;
	return false;
}

/* Block.aux: 1 for those that this round changes; no two of them are neighbours. */
static int choose(Function *f)
{
	int n = 0;

	FOR_BLOCKS (b, f) {
		b->aux = 0;
		FOR_INSTS (i, b)
			i->aux_ptr = NULL;
	}
	FOR_BLOCKS (b, f) {
		bool alone = true;

		for (int k = 0; k < b->preds.n; k++)
			alone &= !b->preds.v[k]->aux;
		b->aux = alone && decides_early(b);
		n += b->aux;
	}
	return n;
}

void pass_thread(Function *f)
{
	for (int round = 0; round < MAX_ROUNDS; round++) {
		ir_dominators(f);
		ir_count_uses(f);
		if (!choose(f))
			return;
		FOR_BLOCKS (b, f)
			if (b->aux)
				make_cells(b);
		read_cells(f);
		FOR_BLOCKS (b, f)
			if (b->aux)
				lead_on(b);
		pass_mem2reg(f);
		pass_fold(f);
		pass_simplify_cfg(f);
	}
}
