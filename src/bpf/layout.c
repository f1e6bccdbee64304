/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of blocks in the program: chains are followed from the entry so that most jumps fall
 * through to the next block. A branch goes on with the deeper loop first, then with the side
 * that does not leave the program. Blocks that nothing leads to disappear.
 */
#include "bpf/machine.h"

typedef struct Layout {
	MBlock *last;
	VEC(MBlock *) waiting;     /* successors not placed yet, the nearest last */
	Arena *arena;
} Layout;

static void count_preds(MFunc *m)
{
	for (MBlock *b = m->entry; b; b = b->next)
		b->n_preds = 0;
	for (MBlock *b = m->entry; b; b = b->next)
		for (int k = 0; k < b->n_succ; k++)
			b->succ[k]->n_preds++;
}

static bool leaves(const MBlock *b)
{
	return b->n_succ == 0;
}

/* Of two unplaced successors the one to put next. */
static MBlock *prefer(const MInst *jump, MBlock *taken, MBlock *other)
{
	if (taken->depth != other->depth)
		return taken->depth > other->depth ? taken : other;
	if (leaves(taken) != leaves(other))
		return leaves(taken) ? other : taken;
	if (!jump_inverse(BPF_OP(jump->code)))
		return other;
	if ((taken->n_preds > 1) != (other->n_preds > 1))
		return taken->n_preds > 1 ? other : taken;
	return other;
}

static MBlock *next_block(Layout *l, MBlock *b)
{
	MBlock *first = NULL;

	if (b->n_succ == 2 && !b->succ[0]->placed && !b->succ[1]->placed)
		first = prefer(b->last, b->succ[0], b->succ[1]);
	for (int k = b->n_succ; !first && k-- > 0;)
		if (!b->succ[k]->placed)
			first = b->succ[k];
	for (int k = 0; k < b->n_succ; k++)
		if (b->succ[k] != first && !b->succ[k]->placed)
			vec_push(l->arena, &l->waiting, b->succ[k]);
	while (!first && l->waiting.n) {
		MBlock *w = vec_pop(&l->waiting);

		if (!w->placed)
			first = w;
	}
	return first;
}

/* A loop's short test at its top is repeated at its end: one jump a turn instead of two. */
static void repeat_test(MFunc *m, MBlock *end)
{
	MBlock *top = end->succ[0];
	int n = 0;

	if (end->n_succ != 1 || top == end || top == end->next || !top->depth || top->n_succ != 2 ||
	    top->at > end->at || (top->succ[0] != end->next && top->succ[1] != end->next))
		return;
	for (const MInst *i = top->first; i; i = i->next)
		n++;
	if (n > 3)
		return;
	for (const MInst *i = top->first; i; i = i->next) {
		MInst *copy = machine_inst(m, i->kind, i->code, i->loc);

		*copy = *i;
		machine_append(end, copy);
	}
	end->n_succ = 2;
	end->succ[0] = top->succ[0];
	end->succ[1] = top->succ[1];
}

static void repeat_tests(MFunc *m)
{
	uint32_t at = 0;

	for (MBlock *b = m->entry; b; b = b->next)
		b->at = at++;
	for (MBlock *b = m->entry; b; b = b->next)
		repeat_test(m, b);
}

void layout_blocks(MFunc *m)
{
	Layout l = { .arena = m->arena };
	MBlock *entry = m->entry;

	count_preds(m);
	for (int steps = 0; steps < m->n_blocks && !entry->first && entry->n_succ == 1; steps++)
		entry = entry->succ[0];
	for (MBlock *b = entry, *next; b; b = next) {
		b->placed = true;
		next = next_block(&l, b);
		if (l.last)
			l.last->next = b;
		l.last = b;
		if (!next)
			b->next = NULL;
	}
	m->entry = entry;
	m->last = l.last;
	repeat_tests(m);
}
