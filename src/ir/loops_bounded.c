/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loops that cannot end: without a way out, or where what decides about every way out is computed
 * before the loop ("infinite loop detected"). Other loops are left to the verifier.
 */
#include "ir/validity.h"

enum { INVARIANT_DEPTH = 16 };

typedef struct Loop {
	Block *header;
	VEC(Block *) body;         /* Block.aux == header->rpo + 1 */
} Loop;

static bool inside(const Loop *l, const Block *b)
{
	return b->aux == l->header->rpo + 1;
}

static void add_block(Loop *l, Block *b)
{
	if (inside(l, b))
		return;
	b->aux = l->header->rpo + 1;
	vec_push(b->function->module->arena, &l->body, b);
}

/* The natural loop of a header: false if nothing branches back to it. */
static bool find_loop(Loop *l, Block *header)
{
	l->header = header;
	l->body.n = 0;
	for (int k = 0; k < header->preds.n; k++) {
		if (!ir_dominates(header, header->preds.v[k]))
			continue;
		add_block(l, header);
		add_block(l, header->preds.v[k]);
	}
	for (int n = 0; n < l->body.n; n++)
		for (int k = 0; l->body.v[n] != header && k < l->body.v[n]->preds.n; k++)
			add_block(l, l->body.v[n]->preds.v[k]);
	return l->body.n > 0;
}

/* registers and tracepoint records do not change while the program runs */
static bool loads_constant_context(const Inst *i)
{
	return i->op == IR_LOAD && i->args[0]->space == SPACE_CONTEXT &&
	       spaces_context_is_memory(i->block->function);
}

static bool is_invariant(const Loop *l, const Inst *i, int depth)
{
	if (!inside(l, i->block))
		return true;
	if (depth > INVARIANT_DEPTH ||
	    !((ir_ops[i->op].flags & IRF_PURE) || loads_constant_context(i)))
		return false;
	for (int k = 0; k < i->n_args; k++)
		if (!is_invariant(l, i->args[k], depth + 1))
			return false;
	return true;
}

/* The loop may end: *exits counts the ways out. */
static bool may_end(const Loop *l, int *exits)
{
	bool ends = false;

	*exits = 0;
	for (int n = 0; n < l->body.n; n++) {
		Block *succ[2], *b = l->body.v[n];
		int count = ir_successors(b, succ);

		for (int k = 0; k < count; k++) {
			if (inside(l, succ[k]))
				continue;
			(*exits)++;
			ends |= b->last->op != IR_CONDBR ||
				!is_invariant(l, b->last->args[0], 0);
		}
	}
	return ends;
}

static Loc place_of_loop(const Loop *l)
{
	if (l->header->loc)
		return l->header->loc;
	FOR_INSTS(i, l->header)
		if (i->loc && i->op != IR_PHI)
			return i->loc;
	return l->header->last->loc;
}

void check_loops_bounded(Function *f)
{
	Diags *d = f->module->diags;
	Loop l = { 0 };
	int exits;

	FOR_BLOCKS(b, f)
		b->aux = 0;
	FOR_BLOCKS(b, f) {
		if (!find_loop(&l, b) || may_end(&l, &exits))
			continue;
		diag_hint(d, diag_report(d, place_of_loop(&l), DIAG_loop_unbounded,
					 exits ? "nothing in this loop changes what ends it" :
						 "this loop never ends"),
			  "count its rounds: for (int i = 0; i < 100; i++) { ... }");
	}
}
