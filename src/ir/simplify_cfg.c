/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pass_simplify_cfg: fewer blocks and branches.
 *   - branches on constants go one way; unreachable blocks disappear
 *   - a PHI of one value is that value
 *   - a block that only jumps is skipped
 *   - a block with one predecessor that only leads to it is appended to that
 *   - blocks that only return the same value become one
 *   - a block that only decides on a PHI is skipped by predecessors that bring a constant to it
 *     (the conditions of inlined functions: if (filter(...)))
 *   - a pointer that was compared with NULL is not compared again: verifiers up to Linux 6.3 walk the
 *     impossible way behind a second test of a ring-buffer record, and miss its release there
 * Needs: nothing. Invalidates and recomputes dominators. The verifier sees the same tests on the
 * same values: only tests with known results are skipped.
 */
#include "ir/internal.h"

/* Branches on constants and PHIs of one value -------------------------------------------------- */

static void make_branch(Block *b, Block *to)
{
	Inst *t = b->last;

	for (int k = 0; k < 2; k++)
		if (t->targets[k] && t->targets[k] != to)
			ir_remove_edge(b, t->targets[k]);
	t->op = IR_BR;
	t->n_args = 0;
	t->targets[0] = to;
	t->targets[1] = NULL;
}

static Inst *single_value(const Inst *phi)
{
	Inst *value = NULL;

	for (int a = 0; a < phi->n_args; a++) {
		Inst *arg = ir_resolve(phi->args[a]);

		if (arg == phi || arg == value)
			continue;
		if (value)
			return NULL;
		value = arg;
	}
	return value;
}

static void simplify_phis(Function *f)
{
	FOR_BLOCKS (b, f) {
		FOR_INSTS_SAFE (i, b) {
			Inst *value;

			if (i->op != IR_PHI)
				break;
			value = single_value(i);
			if (value) {
				ir_forward(i, value);
				ir_remove(i);
			}
		}
	}
	ir_apply_forwards(f);
}

/* The pointer that a branch compares with NULL, and the target for NULL; NULL if it does not. */
static Inst *tested_pointer(const Inst *branch, Block **if_null)
{
	const Inst *c = branch->op == IR_CONDBR ? branch->args[0] : NULL;

	if (!c || (c->op != IR_EQ && c->op != IR_NE) || c->args[0]->type != IR_PTR ||
	    c->args[1]->op != IR_CONST || c->args[1]->imm)
		return NULL;
	*if_null = branch->targets[c->op == IR_EQ ? 0 : 1];
	return c->args[0];
}

/* Was `pointer` compared with NULL on the only way that leads over the edge from -> to? */
static bool tested_before(const Inst *pointer, const Block *from, const Block *to, bool *is_null)
{
	for (int steps = 0; steps < 16; steps++) {
		Block *if_null;

		if (tested_pointer(from->last, &if_null) == pointer) {
			*is_null = if_null == to;
			return true;
		}
		if (from->preds.n != 1)
			return false;
		to = from;
		from = from->preds.v[0];
	}
	return false;
}

static bool fold_branches(Function *f)
{
	bool changed = false;

	FOR_BLOCKS (b, f) {
		Inst *t = b->last, *pointer;
		Block *if_null;
		bool is_null;

		if (t->op != IR_CONDBR)
			continue;
		pointer = tested_pointer(t, &if_null);
		if (t->args[0]->op == IR_CONST)
			make_branch(b, t->targets[t->args[0]->imm ? 0 : 1]);
		else if (pointer && b->preds.n == 1 &&
			 tested_before(pointer, b->preds.v[0], b, &is_null))
			make_branch(b, (if_null == t->targets[0]) == is_null ? t->targets[0]
									     : t->targets[1]);
		else
			continue;
		changed = true;
	}
	return changed;
}

/* Changing edges ------------------------------------------------------------------------------ */

bool ir_has_edge(const Block *from, const Block *to)
{
	Block *succ[2];
	int n = ir_successors(from, succ);

	return (n > 0 && succ[0] == to) || (n > 1 && succ[1] == to);
}

int ir_pred_index(const Block *b, const Block *pred)
{
	for (int k = 0; k < b->preds.n; k++)
		if (b->preds.v[k] == pred)
			return k;
	return -1;
}

/* Makes room for n more values in the PHIs of a block. */
static void widen_phis(Block *to, int n)
{
	Arena *arena = to->function->module->arena;

	for (Inst *phi = to->first; phi && phi->op == IR_PHI; phi = phi->next) {
		Inst **args = NEW_ARRAY(arena, Inst *, phi->n_args + n);

		memcpy(args, phi->args, (size_t)phi->n_args * sizeof(*args));
		phi->args = args;
	}
}

/* As ir_add_edge_like, where widen_phis has made room; indexes of `like` in `to`, `from` in `through`. */
static void add_edge_with(Block *from, Block *to, int like, const Block *through, int at)
{
	ir_add_edge(from, to);
	for (Inst *phi = to->first; phi && phi->op == IR_PHI; phi = phi->next) {
		Inst *value = phi->args[like];

		if (value->op == IR_PHI && value->block == through)
			value = value->args[at];
		phi->args[phi->n_args++] = value;
		value->n_uses++;                   /* never too few: see only_feeds, only_decides */
	}
}

void ir_add_edge_like(Block *from, Block *to, const Block *like, const Block *through)
{
	widen_phis(to, 1);
	add_edge_with(from, to, ir_pred_index(to, like), through, ir_pred_index(through, from));
}

static void set_target(Block *from, Block *old, Block *to)
{
	for (int k = 0; k < 2; k++)
		if (from->last->targets[k] == old)
			from->last->targets[k] = to;
}

void ir_retarget(Block *from, Block *old, Block *to)
{
	set_target(from, old, to);
	ir_remove_edge(from, old);
}

/* Blocks that only jump ----------------------------------------------------------------------- */

/* A PHI of the block itself may only be used by PHIs of its successor, which are resolved per edge.
 */
static bool only_feeds(const Block *b, const Block *to)
{
	for (const Inst *i = b->first; i != b->last; i = i->next) {
		int uses = 0;

		if (i->op != IR_PHI)
			return false;
		for (const Inst *phi = to->first; phi && phi->op == IR_PHI; phi = phi->next)
			uses += phi->args[ir_pred_index(to, b)] == i;
		if (uses != i->n_uses)
			return false;
	}
	return true;
}

static bool skip_empty(Block *b)
{
	Block *to = b->last->targets[0];
	bool changed = false;
	int like;

	if (b->last->op != IR_BR || to == b || !b->preds.n || !only_feeds(b, to))
		return false;
	if (b->unroll && !to->unroll && b->preds.n > 1)
		return false;                      /* a marked loop header keeps its place */
	widen_phis(to, b->preds.n);
	like = ir_pred_index(to, b);
	for (int k = b->preds.n - 1; k >= 0; k--) {
		Block *p = b->preds.v[k];

		if (ir_has_edge(p, to)) {
			/* both ways lead there: the branch goes, unless PHIs tell them apart */
			if (to->first->op == IR_PHI)
				continue;
			make_branch(p, to);
		} else {
			add_edge_with(p, to, like, b, k);
			set_target(p, b, to);
			ir_remove_pred(b, k);
		}
		changed = true;
	}
	if (!b->preds.n)                           /* else chains of them grow with every link */
		ir_remove_pred(to, like);
	return changed;
}

/* Appending ----------------------------------------------------------------------------------- */

static void append_successor(Block *b, Block *s)
{
	Block *succ[2];
	int n;

	b->function->has_dominators = false;
	ir_remove(b->last);
	FOR_INSTS_SAFE (i, s) {
		if (i->op == IR_PHI) {             /* one predecessor: one value */
			ir_forward(i, i->args[0]);
			ir_remove(i);
			continue;
		}
		ir_remove(i);
		ir_append(b, i);
	}
	s->preds.n = 0;
	n = ir_successors(b, succ);
	for (int k = 0; k < n; k++)
		succ[k]->preds.v[ir_pred_index(succ[k], s)] = b;
}

static bool merge_chains(Function *f)
{
	bool changed = false;

	FOR_BLOCKS (b, f) {
		while (b->last && b->last->op == IR_BR) {
			Block *s = b->last->targets[0];

			if (s == b || s->preds.n != 1 || s == f->entry)
				break;
			append_successor(b, s);
			changed = true;
		}
	}
	if (changed) {                             /* emptied blocks leave the layout */
		Block *kept = f->entry;

		for (Block *b = f->entry->next; b; b = b->next)
			if (b->first) {
				kept->next = b;
				kept = b;
			}
		kept->next = NULL;
		f->last = kept;
		ir_apply_forwards(f);
	}
	return changed;
}

/* Known decisions ----------------------------------------------------------------------------- */

bool ir_value_from(const Block *b, const Inst *i, int k, int64_t *value)
{
	int64_t x, y = 0;

	if (i->op == IR_CONST) {
		*value = i->imm;
		return true;
	}
	if (i->block != b)
		return false;
	if (i->op == IR_PHI)
		return i->args[k]->op == IR_CONST && (*value = i->args[k]->imm, true);
	if (!(ir_ops[i->op].flags & IRF_PURE) || i->n_args < 1 || i->n_args > 2 ||
	    i->op == IR_PTROFF || i->op == IR_PTRADD || i->imm)
		return false;
	if (!ir_value_from(b, i->args[0], k, &x) ||
	    (i->n_args == 2 && !ir_value_from(b, i->args[1], k, &y)))
		return false;
	return ir_evaluate(i->op, i->type, i->width, i->args[0]->type, x, y, value);
}

static int uses_as_phi_arg(const Inst *i, const Block *b)
{
	Block *succ[2];
	int n = ir_successors(b, succ), uses = 0;

	for (int k = 0; k < n; k++)
		for (const Inst *phi = succ[k]->first; phi && phi->op == IR_PHI; phi = phi->next)
			uses += phi->args[ir_pred_index(succ[k], b)] == i;
	return uses;
}

/* The block holds PHIs and a few pure insts, all used only in it; PHIs also by PHIs of successors.
 */
static bool only_decides(const Block *b)
{
	int n = 0;

	if (b->last->op != IR_CONDBR || b->first->op != IR_PHI)
		return false;
	for (const Inst *i = b->first; i != b->last; i = i->next) {
		int uses = 0;

		if (++n > 8 || !(ir_ops[i->op].flags & IRF_PURE || i->op == IR_PHI))
			return false;
		for (const Inst *u = i->next; u; u = u->next)
			for (int a = 0; a < u->n_args; a++)
				uses += u->args[a] == i;
		if (i->op == IR_PHI)
			uses += uses_as_phi_arg(i, b);
		if (uses != i->n_uses)
			return false;
	}
	return true;
}

static int uses_below(const Inst *i, const Block *top)
{
	int uses = 0;

	FOR_BLOCKS (b, i->block->function) {
		bool is_below = ir_dominates(top, b);

		FOR_INSTS (u, b) {
			if (u->op != IR_PHI && !is_below)
				break;
			for (int a = 0; a < u->n_args; a++)
				uses += u->args[a] == i && b != i->block &&
					ir_dominates(top, u->op == IR_PHI ? b->preds.v[a] : b);
		}
	}
	return uses;
}

/* The PHI is used only in its block and where `top` was passed, which follows it alone. */
static bool is_used_below(const Inst *phi, const Block *top)
{
	return top->preds.n == 1 &&
	       1 + uses_as_phi_arg(phi, phi->block) + uses_below(phi, top) == phi->n_uses;
}

/* The block is nothing but a comparison of a pointer with NULL, or of a PHI of its own: predecessors
 * behind the same comparison skip it. Those that bring a PHI no NULL cannot: it is used there. */
static bool thread_null(Block *b)
{
	Block *ways[2];                            /* if not NULL, if NULL */
	const Inst *pointer = tested_pointer(b->last, &ways[1]), *phi, *test;
	bool changed = false, is_checked = false, is_null;

	if (!pointer)
		return false;
	test = b->last->args[0];
	phi = pointer->block == b && pointer->op == IR_PHI ? pointer : NULL;
	if (test->block == b && (test->next != b->last || test->n_uses != 1))
		return false;
	if (b->first != (phi ? phi : test->block == b ? test : b->last) ||
	    (phi && phi->next != test))
		return false;
	ways[0] = b->last->targets[b->last->targets[0] == ways[1]];
	for (int k = b->preds.n - 1; k >= 0; k--) {
		Block *p = b->preds.v[k], *to;
		const Inst *arg = phi ? phi->args[k] : pointer;

		if (arg->op == IR_CONST)
			is_null = !arg->imm;
		else if (!tested_before(arg, p, b, &is_null))
			continue;
		to = ways[is_null];
		if (to == b || p == b || ir_has_edge(p, to) || (phi && !is_null))
			continue;
		if (phi && !is_checked && !is_used_below(phi, ways[0]))
			return changed;
		is_checked = true;
		ir_add_edge_like(p, to, b, b);
		ir_retarget(p, b, to);
		changed = true;
	}
	return changed;
}

static bool thread_block(Block *b)
{
	bool changed = false;
	int64_t v;

	if (b->unroll)
		return false;
	if (!only_decides(b))
		return thread_null(b);
	for (int k = b->preds.n - 1; k >= 0; k--) {
		Block *p = b->preds.v[k], *to;

		if (!ir_value_from(b, b->last->args[0], k, &v))
			continue;
		to = b->last->targets[v ? 0 : 1];
		if (to == b || p == b || ir_has_edge(p, to))
			continue;
		ir_add_edge_like(p, to, b, b);
		ir_retarget(p, b, to);
		changed = true;
	}
	return changed;
}

/* Ends ---------------------------------------------------------------------------------------- */

/* Blocks that only return the same value: one is enough. */
static bool share_end(Block *b, Block *end)
{
	bool changed = false;

	for (int k = b->preds.n - 1; k >= 0; k--) {
		Block *p = b->preds.v[k];

		if (ir_has_edge(p, end))
			make_branch(p, end);
		else {
			ir_add_edge(p, end);
			ir_retarget(p, b, end);
		}
		changed = true;
	}
	return changed;
}

static bool share_ends(Function *f)
{
	enum { MAX_ENDS = 8 };
	Block *ends[MAX_ENDS];
	int n = 0;
	bool changed = false;

	FOR_BLOCKS (b, f) {
		const Inst *t = b->first;
		int k = 0;

		if (t->op != IR_RET || b == f->entry)
			continue;
		while (k < n && (ends[k]->last->n_args != t->n_args ||
				 (t->n_args && ends[k]->last->args[0] != t->args[0])))
			k++;
		if (k < n)
			changed |= share_end(b, ends[k]);
		else if (n < MAX_ENDS)
			ends[n++] = b;
	}
	return changed;
}

static bool shorten_edges(Function *f)
{
	bool changed = false;

	ir_count_uses(f);
	for (Block *b = f->entry->next; b; b = b->next)
		changed |= skip_empty(b) || (b->preds.n && thread_block(b));
	return changed;
}

void pass_simplify_cfg(Function *f)
{
	bool changed = true;

	for (int round = 0; changed && round < 3; round++) {
		fold_branches(f);
		ir_dominators(f);
		simplify_phis(f);
		changed = shorten_edges(f);
		if (changed) {
			ir_dominators(f);
			simplify_phis(f);
		}
		changed |= merge_chains(f);
		changed |= share_ends(f);
		ir_dominators(f);
	}
}
