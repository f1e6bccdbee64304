/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pass_gvn: a pure computation that was made before, on every way here, is not made again; a
 * condition that a branch on the way here has decided is a constant.
 *
 * One walk in reverse post-order with a hash table of the computations seen; one is reused where
 * its block dominates. Loads are not merged here (pass_memory does). Needs: nothing; recomputes
 * dominators and keeps them. Merging makes the tested and the used copy of an index one value,
 * which is what the verifier wants; it never makes two of one.
 */
#include "ir/internal.h"

typedef struct Entry {
	Inst *inst;
	struct Entry *next;
} Entry;

typedef struct Table {
	Function *f;
	Entry **slots;
	uint32_t mask;
} Table;

static bool is_leaf_address(IrOp op)
{
	return op == IR_MAP || op == IR_GLOBAL || op == IR_FUNC || op == IR_KSYM;
}

static bool is_numbered(const Inst *i)
{
	return i->op == IR_PHI || (ir_ops[i->op].flags & IRF_PURE && i->op != IR_CONST &&
				   i->op != IR_UNDEF && i->op != IR_ALLOCA);
}

static uint32_t hash_of(const Inst *i)
{
	uint64_t h = (uint64_t)i->op * 31 + (uint64_t)i->type * 7 + i->width;

	h = h * 0x9e3779b97f4a7c15u + (uint64_t)i->imm;
	for (int a = 0; a < i->n_args; a++)
		h = (h ^ (uint64_t)i->args[a]->id) * 0x9e3779b97f4a7c15u;
	if (is_leaf_address(i->op))
		h ^= (uint64_t)(uintptr_t)i->map >> 4;
	if (i->op == IR_PHI)
		h ^= (uint64_t)i->block->id << 32;
	return (uint32_t)(h >> 32) ^ (uint32_t)h;
}

static bool same_computation(const Inst *x, const Inst *y)
{
	if (x->op != y->op || x->type != y->type || x->width != y->width || x->imm != y->imm ||
	    x->n_args != y->n_args)
		return false;
	for (int a = 0; a < x->n_args; a++)
		if (x->args[a] != y->args[a])
			return false;
	if (is_leaf_address(x->op))
		return x->map == y->map && x->btf_id == y->btf_id;
	if (x->op == IR_PHI)
		return x->block == y->block;
	return x->op != IR_BITCAST || x->ctype == y->ctype;
}

static void order_operands(Inst *i)
{
	if (ir_ops[i->op].flags & IRF_COMMUTES && i->args[1]->op != IR_CONST &&
	    i->args[0]->id > i->args[1]->id) {
		Inst *x = i->args[0];

		i->args[0] = i->args[1];
		i->args[1] = x;
	}
}

static Inst *find_or_add(Table *t, Inst *i)
{
	Entry **slot = &t->slots[hash_of(i) & t->mask], *e;

	for (e = *slot; e; e = e->next)
		if (same_computation(e->inst, i) && ir_dominates(e->inst->block, i->block))
			return e->inst;
	e = NEW(t->f->module->arena, Entry);
	e->inst = i;
	e->next = *slot;
	*slot = e;
	return NULL;
}

/* Known conditions ---------------------------------------------------------------------------- */

/* 1 or 0 if `known` being true decides `cond`, else -1. */
static int implied(const Inst *known, const Inst *cond, bool truth)
{
	if (known == cond)
		return truth;
	if (!(ir_ops[cond->op].flags & IRF_COMPARE) || !(ir_ops[known->op].flags & IRF_COMPARE) ||
	    known->args[0] != cond->args[0] || known->args[1] != cond->args[1])
		return -1;
	if (ir_inverse(known->op) == cond->op)
		return !truth;
	if (truth && known->op == IR_EQ && cond->op == IR_NE)
		return 0;
	return -1;
}

static int known_condition(const Block *b, const Inst *cond)
{
	enum { MAX_LEVELS = 24 };

	for (int level = 0; b->idom && level < MAX_LEVELS; level++, b = b->idom) {
		const Inst *t = b->idom->last;
		int k;

		if (b->preds.n != 1 || t->op != IR_CONDBR)
			continue;
		k = implied(t->args[0], cond, t->targets[0] == b);
		if (k >= 0)
			return k;
	}
	return -1;
}

/* Used in other places than the branch, the condition is left to be a value. */
static void decide_branch(Function *f, Block *b)
{
	Inst *t = b->last;
	int known;

	if (t->op != IR_CONDBR || t->args[0]->op == IR_CONST)
		return;
	known = known_condition(b, t->args[0]);
	if (known >= 0)
		t->args[0] = ir_const(f, IR_I32, known);
}

void pass_gvn(Function *f)
{
	Table t = { .f = f, .mask = 63 };

	ir_dominators(f);
	while (t.mask < (uint32_t)f->n_values / 2 && t.mask < 4095)
		t.mask = t.mask * 2 + 1;
	t.slots = NEW_ARRAY(f->module->arena, Entry *, t.mask + 1);
	FOR_BLOCKS (b, f) {
		FOR_INSTS_SAFE (i, b) {
			Inst *same;

			for (int a = 0; a < i->n_args; a++)
				i->args[a] = ir_resolve(i->args[a]);
			if (!is_numbered(i))
				continue;
			order_operands(i);
			same = find_or_add(&t, i);
			if (!same)
				continue;
			same->is_signed &= i->is_signed;
			ir_forward(i, same);
			ir_remove(i);
		}
		decide_branch(f, b);
	}
	ir_apply_forwards(f);
}
