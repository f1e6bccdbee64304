/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making and changing the IR: insts, blocks, edges, constants, dominators, loops.
 *
 * Edges are kept on both sides: the terminator's targets and the preds of the target, whose order
 * is that of the args of its PHIs. The two targets of a CONDBR always differ, so an edge is named
 * by its two blocks. Constants are shared and live in the entry block, which has no preds.
 */
#include "ir.h"

const IrOpInfo ir_ops[IR_OP_COUNT] = {
#define X(op, name, arity, flags) [IR_##op] = { name, arity, flags },
#include "ir_ops.def"
#undef X
};

/* Insts --------------------------------------------------------------------------------------- */

Function *ir_function(Module *m, const char *name, IrType result)
{
	Function *f = NEW(m->arena, Function);

	f->module = m;
	f->name = name;
	f->result = result;
	ir_block(f);
	vec_push(m->arena, &m->functions, f);
	return f;
}

Block *ir_block(Function *f)
{
	Block *b = NEW(f->module->arena, Block);

	b->function = f;
	b->id = f->n_blocks++;
	f->has_dominators = false;
	if (f->last)
		f->last->next = b;
	else
		f->entry = b;
	f->last = b;
	return b;
}

Inst *ir_inst(Function *f, IrOp op, IrType type, int n_args)
{
	Inst *i = arena_alloc(f->module->arena, sizeof(*i) + (size_t)n_args * sizeof(Inst *));

	i->op = op;
	i->type = type;
	i->n_args = n_args;
	i->args = n_args ? (Inst **)(i + 1) : NULL;
	i->id = f->n_values++;
	return i;
}

void ir_append(Block *b, Inst *i)
{
	i->block = b;
	i->prev = b->last;
	i->next = NULL;
	if (b->last)
		b->last->next = i;
	else
		b->first = i;
	b->last = i;
}

void ir_insert_before(Inst *where, Inst *i)
{
	i->block = where->block;
	i->prev = where->prev;
	i->next = where;
	if (where->prev)
		where->prev->next = i;
	else
		where->block->first = i;
	where->prev = i;
}

void ir_insert_after(Inst *where, Inst *i)
{
	if (where->next)
		ir_insert_before(where->next, i);
	else
		ir_append(where->block, i);
}

void ir_remove(Inst *i)
{
	if (!i->block)
		return;
	if (i->prev)
		i->prev->next = i->next;
	else
		i->block->first = i->next;
	if (i->next)
		i->next->prev = i->prev;
	else
		i->block->last = i->prev;
	i->block = NULL;
	i->prev = i->next = NULL;
}

/* Constants ----------------------------------------------------------------------------------- */

static uint32_t const_hash(IrType type, int64_t value)
{
	uint64_t h = ((uint64_t)value ^ (uint64_t)type << 61) * 0x9e3779b97f4a7c15u;

	return (uint32_t)(h >> 32);
}

static void grow_consts(Function *f)
{
	int old_cap = f->cap_consts;
	Inst **old = f->consts;

	f->cap_consts = old_cap ? old_cap * 2 : 32;
	f->consts = NEW_ARRAY(f->module->arena, Inst *, f->cap_consts);
	for (int i = 0; i < old_cap; i++) {
		uint32_t h;

		if (!old[i])
			continue;
		h = const_hash(old[i]->type, old[i]->imm);
		while (f->consts[h & (uint32_t)(f->cap_consts - 1)])
			h++;
		f->consts[h & (uint32_t)(f->cap_consts - 1)] = old[i];
	}
}

static void place_in_entry(Function *f, Inst *i)
{
	if (f->entry->first)
		ir_insert_before(f->entry->first, i);
	else
		ir_append(f->entry, i);
}

Inst *ir_const(Function *f, IrType type, int64_t value)
{
	uint32_t h;
	Inst *i;

	if (type == IR_I32)
		value = (int32_t)value;
	if (f->n_consts * 2 >= f->cap_consts)
		grow_consts(f);
	for (h = const_hash(type, value);; h++) {
		Inst **slot = &f->consts[h & (uint32_t)(f->cap_consts - 1)];

		if (!*slot) {
			i = *slot = ir_inst(f, IR_CONST, type, 0);
			i->imm = value;
			f->n_consts++;
			break;
		}
		i = *slot;
		if (i->type == type && i->imm == value)
			break;
	}
	if (!i->block)                             /* new, or removed as dead before */
		place_in_entry(f, i);
	return i;
}

/* Replacing ----------------------------------------------------------------------------------- */

void ir_replace(Function *f, Inst *old, Inst *by)
{
	FOR_BLOCKS (b, f)
		FOR_INSTS (i, b)
			for (int a = 0; a < i->n_args; a++)
				if (i->args[a] == old)
					i->args[a] = by;
}

void ir_forward(Inst *old, Inst *by)
{
	by = ir_resolve(by);
	if (by != old)
		old->forward = by;
}

Inst *ir_resolve(Inst *i)
{
	while (i->forward)
		i = i->forward;
	return i;
}

void ir_apply_forwards(Function *f)
{
	FOR_BLOCKS (b, f)
		FOR_INSTS (i, b)
			for (int a = 0; a < i->n_args; a++)
				if (i->args[a]->forward)
					i->args[a] = ir_resolve(i->args[a]);
}

void ir_count_uses(Function *f)
{
	FOR_BLOCKS (b, f)
		FOR_INSTS (i, b)
			i->n_uses = 0;
	FOR_BLOCKS (b, f)
		FOR_INSTS (i, b)
			for (int a = 0; a < i->n_args; a++)
				i->args[a]->n_uses++;
}

/* Edges --------------------------------------------------------------------------------------- */

int ir_successors(const Block *b, Block *out[2])
{
	const Inst *t = b->last;

	if (!t)
		return 0;
	if (t->op == IR_BR) {
		out[0] = t->targets[0];
		return 1;
	}
	if (t->op == IR_CONDBR) {
		out[0] = t->targets[0];
		out[1] = t->targets[1];
		return 2;
	}
	return 0;
}

void ir_add_edge(Block *from, Block *to)
{
	vec_push(from->function->module->arena, &to->preds, from);
	to->function->has_dominators = false;
}

void ir_remove_pred(Block *to, int k)
{
	to->function->has_dominators = false;
	to->preds.n--;
	for (int j = k; j < to->preds.n; j++)
		to->preds.v[j] = to->preds.v[j + 1];
	for (Inst *p = to->first; p && p->op == IR_PHI; p = p->next) {
		if (k >= p->n_args)
			continue;
		p->n_args--;
		for (int j = k; j < p->n_args; j++)
			p->args[j] = p->args[j + 1];
	}
}

void ir_remove_edge(Block *from, Block *to)
{
	int k = 0;

	while (k < to->preds.n && to->preds.v[k] != from)
		k++;
	if (k < to->preds.n)
		ir_remove_pred(to, k);
}

Inst *ir_branch(Block *b, Block *to)
{
	Inst *i = ir_inst(b->function, IR_BR, IR_VOID, 0);

	i->targets[0] = to;
	ir_append(b, i);
	ir_add_edge(b, to);
	return i;
}

Inst *ir_branch_if(Block *b, Inst *condition, Block *if_true, Block *if_false)
{
	Inst *i;

	if (if_true == if_false)
		return ir_branch(b, if_true);
	i = ir_inst(b->function, IR_CONDBR, IR_VOID, 1);
	i->args[0] = condition;
	i->targets[0] = if_true;
	i->targets[1] = if_false;
	ir_append(b, i);
	ir_add_edge(b, if_true);
	ir_add_edge(b, if_false);
	return i;
}

/* Dominators ---------------------------------------------------------------------------------- */

/* Depth first from the entry; the second target first, so that in reverse post-order the first
 * target (then branch, loop body) follows its branch. Returns the number of reachable blocks and
 * the blocks in reverse post-order, which starts at order[result of the caller's offset]. */
static int number_blocks(Function *f, Block **order)
{
	typedef struct Visit { Block *b; int next; } Visit;
	Visit *stack = NEW_ARRAY(f->module->arena, Visit, f->n_blocks + 1);
	int depth = 0, place = f->n_blocks;

	FOR_BLOCKS (b, f)
		b->rpo = -1;
	f->entry->rpo = 0;
	stack[depth++] = (Visit){ f->entry, 0 };
	while (depth) {
		Visit *v = &stack[depth - 1];
		Block *succ[2];
		int n = ir_successors(v->b, succ);

		if (v->next < n) {
			Block *s = succ[n - 1 - v->next++];

			if (s->rpo < 0) {
				s->rpo = 0;
				stack[depth++] = (Visit){ s, 0 };
			}
			continue;
		}
		order[--place] = v->b;
		depth--;
	}
	return place;
}

static void drop_unreachable(Function *f)
{
	FOR_BLOCKS (b, f) {
		Block *succ[2];
		int n;

		if (b->rpo >= 0)
			continue;
		n = ir_successors(b, succ);
		for (int k = 0; k < n; k++)
			if (succ[k]->rpo >= 0)
				ir_remove_edge(b, succ[k]);
	}
}

static Block *common_dominator(Block *a, Block *b)
{
	while (a != b) {
		while (a->rpo > b->rpo)
			a = a->idom;
		while (b->rpo > a->rpo)
			b = b->idom;
	}
	return a;
}

/* Once around is enough where every way back leads to a block that dominates it. */
static bool has_irregular_loop(Function *f)
{
	FOR_BLOCKS (b, f)
		for (int k = 0; k < b->preds.n; k++) {
			Block *p = b->preds.v[k];

			if (p->rpo >= b->rpo && common_dominator(p, b) != b)
				return true;
		}
	return false;
}

static void find_idoms(Function *f)
{
	bool changed = true;

	f->entry->idom = f->entry;
	for (int round = 0; changed && (round != 1 || has_irregular_loop(f)); round++) {
		changed = false;
		for (Block *b = f->entry->next; b; b = b->next) {
			Block *dom = NULL;

			for (int k = 0; k < b->preds.n; k++) {
				Block *p = b->preds.v[k];

				if (p->idom)
					dom = dom ? common_dominator(p, dom) : p;
			}
			if (b->idom != dom) {
				b->idom = dom;
				changed = true;
			}
		}
	}
	f->entry->idom = NULL;
}

/* The dominator tree as child lists and intervals. A dominator precedes what it dominates in
 * reverse post-order, so that one sweep back sums up sizes and one forth hands out intervals. */
static void number_dominator_tree(Block **order, int n)
{
	for (int k = n - 1; k >= 0; k--) {
		Block *b = order[k];

		b->dom_out += 1;                   /* size of the subtree for now */
		if (b->idom) {
			b->dom_sibling = b->idom->dom_child;
			b->idom->dom_child = b;
			b->idom->dom_out += b->dom_out;
		}
	}
	for (int k = 0; k < n; k++) {
		Block *b = order[k];
		int at = 0;

		if (!b->idom)
			b->dom_in = 0;
		at = b->dom_in + 1;
		for (Block *c = b->dom_child; c; c = c->dom_sibling) {
			c->dom_in = at;
			at += c->dom_out;
		}
		b->dom_out = at - 1;
	}
}

void ir_dominators(Function *f)
{
	Block **order;
	int first, n;

	if (f->has_dominators)
		return;
	order = NEW_ARRAY(f->module->arena, Block *, f->n_blocks + 1);
	first = number_blocks(f, order);
	n = f->n_blocks - first;
	drop_unreachable(f);
	order += first;
	f->entry = order[0];
	for (int k = 0; k < n; k++) {
		Block *b = order[k];

		b->next = k + 1 < n ? order[k + 1] : NULL;
		b->rpo = k;
		b->idom = b->dom_child = b->dom_sibling = NULL;
		b->dom_in = b->dom_out = 0;
	}
	f->last = order[n - 1];
	find_idoms(f);
	number_dominator_tree(order, n);
	f->has_dominators = true;
}

bool ir_dominates(const Block *a, const Block *b)
{
	return a->dom_in <= b->dom_in && b->dom_in <= a->dom_out;
}

/* Loops --------------------------------------------------------------------------------------- */

/* Adds 1 to the depth of the blocks of the natural loops that end in `header`. */
static void deepen_loop(Function *f, Block *header, Block **stack)
{
	int n = 0;

	for (int k = 0; k < header->preds.n; k++) {
		Block *latch = header->preds.v[k];

		if (ir_dominates(header, latch) && latch->aux != header->rpo + 1) {
			latch->aux = header->rpo + 1;
			stack[n++] = latch;
		}
	}
	if (!n)
		return;
	while (n) {
		Block *b = stack[--n];

		b->loop_depth++;
		if (b == header)
			continue;
		for (int k = 0; k < b->preds.n; k++) {
			Block *p = b->preds.v[k];

			if (p->aux != header->rpo + 1) {
				p->aux = header->rpo + 1;
				stack[n++] = p;
			}
		}
	}
	(void)f;
}

void ir_loops(Function *f)
{
	Block **stack;

	ir_dominators(f);
	stack = NEW_ARRAY(f->module->arena, Block *, f->n_blocks + 1);
	FOR_BLOCKS (b, f) {
		b->loop_depth = 0;
		b->aux = 0;
	}
	FOR_BLOCKS (b, f)
		deepen_loop(f, b, stack);
}
