/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pass_choose: branches that only choose between two constants become arithmetic.
 *
 * Where both ways from a branch lead to the same block at once and all its PHIs that they tell apart
 * can be computed as cheaply, the branch goes:
 *     c ? 1 : 0               c (a comparison), c ? 0 : 1 its inverse
 *     x & bit ? power : 0     a shift and a mask
 *     x < 0 ? n : 0           x >> 31 & n (signed)
 * The verifier then has one way to walk instead of two. Runs late, when decisions have been threaded
 * (pass_thread wants constants in PHIs). Needs: nothing. Recomputes dominators.
 */
#include "ir/internal.h"

static Inst *make(Inst *at, IrOp op, IrType type, Inst *a, Inst *b)
{
	Inst *i = ir_inst(at->block->function, op, type, b ? 2 : 1);

	i->args[0] = a;
	if (b)
		i->args[1] = b;
	i->loc = at->loc;
	ir_insert_before(at, i);
	return i;
}

static Inst *number(Inst *at, IrType type, int64_t v)
{
	return ir_const(at->block->function, type, v);
}

static bool is_number(const Inst *i, int64_t v)
{
	return i->op == IR_CONST && i->imm == v;
}

static bool is_power(uint64_t v)
{
	return v && !(v & (v - 1));
}

/* The condition tests one bit: the value that has it and the bit's place; NULL if not. */
static Inst *tested_bit(const Inst *c, int *bit, bool *if_set)
{
	const Inst *and = c->op == IR_AND ? c : c->args[0];

	if (c->op != IR_AND && ((c->op != IR_NE && c->op != IR_EQ) || !is_number(c->args[1], 0)))
		return NULL;
	if (and->op != IR_AND || and->args[1]->op != IR_CONST || and->type == IR_PTR)
		return NULL;
	if (!is_power((uint64_t)and->args[1]->imm & (and->type == IR_I32 ? 0xffffffff : ~0ull)))
		return NULL;
	*bit = __builtin_ctzll((uint64_t)and->args[1]->imm);
	*if_set = c->op != IR_EQ;
	return and->args[0];
}

static Inst *shifted_bit(Inst *at, Inst *x, int from, int to)
{
	if (from < to)
		x = make(at, IR_SHL, x->type, x, number(at, x->type, to - from));
	else if (from > to)
		x = make(at, IR_LSHR, x->type, x, number(at, x->type, from - to));
	return make(at, IR_AND, x->type, x, number(at, x->type, (int64_t)(1ull << to)));
}

/* c ? yes : no without a branch, `at` being its place; NULL: not cheaper. */
static Inst *chosen(Inst *at, Inst *c, Inst *yes, Inst *no, bool try)
{
	bool if_set;
	Inst *x;
	int bit;

	if (yes->op != IR_CONST || no->op != IR_CONST || yes->type != IR_I32 ||
	    !(ir_ops[c->op].flags & IRF_COMPARE || c->op == IR_AND))
		return NULL;
	x = tested_bit(c, &bit, &if_set);
	if (x && x->type == IR_I32 && is_number(if_set ? no : yes, 0) &&
	    is_power((uint32_t)(if_set ? yes : no)->imm))
		return try ? x : shifted_bit(at, x, bit,
					     __builtin_ctz((uint32_t)(if_set ? yes : no)->imm));
	if (c->op == IR_AND)
		return NULL;
	if (c->op == IR_SLT && is_number(c->args[1], 0) && c->args[0]->type == IR_I32 &&
	    is_number(no, 0))
		return try ? c : make(at, IR_AND, IR_I32,
				      make(at, IR_ASHR, IR_I32, c->args[0], number(at, IR_I32, 31)),
				      yes);
	if (is_number(yes, 1) && is_number(no, 0))
		return c;
	if (is_number(yes, 0) && is_number(no, 1))
		return try ? c : make(at, ir_inverse(c->op), IR_I32, c->args[0], c->args[1]);
	return NULL;
}

/* Where target k of the branch leads to if it does nothing; else the target itself. */
static Block *meeting(const Block *b, int k)
{
	Block *t = b->last->targets[k];

	return t->first == t->last && t->last->op == IR_BR && t->preds.n == 1 ? t->last->targets[0] : t;
}

/* Index of the way over target k into `join`. */
static int way(const Block *b, const Block *join, int k)
{
	const Block *t = b->last->targets[k];

	return ir_pred_index(join, t == join ? b : t);
}

static bool all_can_be_chosen(Block *b, Block *join)
{
	int yes = way(b, join, 0), no = way(b, join, 1);

	for (Inst *phi = join->first; phi->op == IR_PHI; phi = phi->next)
		if (phi->args[yes] != phi->args[no] &&
		    !chosen(b->last, b->last->args[0], phi->args[yes], phi->args[no], true))
			return false;
	return true;
}

static void take_first_way(Block *b, Block *join)
{
	Inst *branch = b->last;
	Block *gone = branch->targets[1];
	int yes = way(b, join, 0), no = way(b, join, 1);

	for (Inst *phi = join->first; phi->op == IR_PHI; phi = phi->next)
		if (phi->args[yes] != phi->args[no])
			phi->args[yes] = chosen(branch, branch->args[0], phi->args[yes],
						phi->args[no], false);
	ir_remove_edge(b, gone);
	if (gone != join)
		ir_remove_edge(gone, join);
	branch->op = IR_BR;
	branch->n_args = 0;
	branch->targets[1] = NULL;
}

static bool choose(Block *b)
{
	const Inst *branch = b->last;
	Block *join, *ways[2];

	if (branch->op != IR_CONDBR || branch->targets[0] == branch->targets[1])
		return false;
	ways[0] = meeting(b, 0);
	ways[1] = meeting(b, 1);
	join = ways[0] == ways[1] || branch->targets[1] == ways[0] ? ways[0] : ways[1];
	if ((join != ways[0] && join != branch->targets[0]) || join == b ||
	    join->first->op != IR_PHI || !all_can_be_chosen(b, join))
		return false;
	take_first_way(b, join);
	return true;
}

void pass_choose(Function *f)
{
	bool changed = false;

	FOR_BLOCKS (b, f)
		changed |= choose(b);
	if (changed)
		pass_simplify_cfg(f);
}
