/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stack frame: at most 512 bytes below r10.
 *
 * Variables whose times of life do not overlap share their place, so inlined functions and nested
 * scopes cost the maximum and not the sum. A variable lives where it was already touched on some
 * path and will be touched on some path; touched means accessed through any pointer derived from
 * its address. If the address itself is stored somewhere, the variable lives everywhere. Spill
 * slots are placed beside them, never shared with variables.
 */
#include "bpf/machine.h"

#include <stdlib.h>

typedef struct Lives {
	MFunc *m;
	int n, words;
	int *origin;               /* by value id: object + 1 that it points into; 0: none */
	uint64_t *everywhere;      /* objects whose address escapes */
	uint64_t *touched;         /* by block */
	uint64_t *before, *after;  /* by block: touched on a path to its start; on a path from its end */
} Lives;

static void escape(Lives *l, int origin)
{
	if (origin > 0)
		bit_set(l->everywhere, origin - 1);
}

/* Joins two origins; pointers into one of several objects make all of them live everywhere. */
static int join(Lives *l, int a, int b)
{
	if (!a || a == b)
		return b;
	if (!b)
		return a;
	escape(l, a);
	escape(l, b);
	return a;
}

static bool derives(IrOp op)
{
	switch (op) {
	case IR_PTROFF:
	case IR_PTRADD:
	case IR_BITCAST:
	case IR_ADD:
	case IR_SUB:
	case IR_PHI:
		return true;
	default:
		return false;
	}
}

static bool only_touches(const Inst *i, int arg)
{
	switch (i->op) {
	case IR_LOAD:
	case IR_CALL_HELPER:
	case IR_CALL_KFUNC:
	case IR_CALL:
	case IR_CONDBR:
		return true;
	case IR_STORE:
	case IR_ATOMIC:
		return arg == 0;
	default:
		return ir_ops[i->op].flags & IRF_COMPARE;
	}
}

static bool trace_inst(Lives *l, const Inst *i)
{
	int origin = 0, pointers = 0;

	for (int k = 0; k < i->n_args; k++) {
		int from = l->origin[i->args[k]->id];

		if (!from)
			continue;
		pointers++;
		if (derives(i->op))
			origin = join(l, origin, from);
		else if (!only_touches(i, k))
			escape(l, from);
	}
	/* A subprogram can store one pointer through another. */
	if (i->op == IR_CALL && pointers > 1)
		for (int k = 0; k < i->n_args; k++)
			escape(l, l->origin[i->args[k]->id]);
	if (!origin || l->origin[i->id] == origin)
		return false;
	origin = join(l, l->origin[i->id], origin);
	if (l->origin[i->id] == origin)
		return false;
	l->origin[i->id] = origin;
	return true;
}

static void trace_pointers(Lives *l)
{
	bool changed;

	do {
		changed = false;
		FOR_BLOCKS(b, l->m->ir)
			FOR_INSTS(i, b)
				if (i->n_args)
					changed |= trace_inst(l, i);
	} while (changed);
}

static uint64_t *of_block(const Lives *l, uint64_t *sets, const Block *b)
{
	return sets + (size_t)b->id * l->words;
}

static bool spread(Lives *l, Block *b)
{
	Block *next[2];
	int n = ir_successors(b, next);
	uint64_t *before = of_block(l, l->before, b), *after = of_block(l, l->after, b);
	bool changed = false;

	for (int w = 0; w < l->words; w++) {
		uint64_t out = 0, in = 0;

		for (int k = 0; k < n; k++)
			out |= of_block(l, l->after, next[k])[w] | of_block(l, l->touched, next[k])[w];
		for (int k = 0; k < b->preds.n; k++)
			in |= of_block(l, l->before, b->preds.v[k])[w] |
			      of_block(l, l->touched, b->preds.v[k])[w];
		changed |= in != before[w] || out != after[w];
		before[w] = in;
		after[w] = out;
	}
	return changed;
}

static void overlap_all(Lives *l, const uint64_t *alive)
{
	for (int a = 0; a < l->n; a++)
		for (int w = 0; w < l->words && bit_test(alive, a); w++)
			l->m->objects.v[a].overlaps[w] |= alive[w];
}

/* Walks one block with `later` = how often each object is still touched in it. */
static void walk_block(Lives *l, Block *b, int *later)
{
	uint64_t before[l->words], alive[l->words];
	const uint64_t *after = of_block(l, l->after, b);

	memset(later, 0, sizeof(int) * (size_t)l->n);
	FOR_INSTS(i, b)
		for (int k = 0; k < i->n_args; k++)
			if (l->origin[i->args[k]->id])
				later[l->origin[i->args[k]->id] - 1]++;
	memcpy(before, of_block(l, l->before, b), sizeof(before));
	FOR_INSTS(i, b) {
		bool touches = false;

		for (int k = 0; k < i->n_args; k++)
			if (l->origin[i->args[k]->id]) {
				bit_set(before, l->origin[i->args[k]->id] - 1);
				touches = true;
			}
		if (!touches && i != b->first)
			continue;
		for (int w = 0; w < l->words; w++) {
			alive[w] = after[w];
			for (int o = w * 64; o < l->n && o < w * 64 + 64; o++)
				if (later[o])
					bit_set(alive, o);
			alive[w] &= before[w];
		}
		overlap_all(l, alive);
		for (int k = 0; k < i->n_args; k++)
			if (l->origin[i->args[k]->id])
				later[l->origin[i->args[k]->id] - 1]--;
	}
}

static void find_overlaps(Lives *l)
{
	Arena *a = l->m->arena;
	size_t total = (size_t)l->words * l->m->ir->n_blocks;
	int *later = NEW_ARRAY(a, int, l->n);
	bool changed;

	l->touched = NEW_ARRAY(a, uint64_t, total);
	l->before = NEW_ARRAY(a, uint64_t, total);
	l->after = NEW_ARRAY(a, uint64_t, total);
	FOR_BLOCKS(b, l->m->ir)
		FOR_INSTS(i, b)
			for (int k = 0; k < i->n_args; k++)
				if (l->origin[i->args[k]->id])
					bit_set(of_block(l, l->touched, b),
						l->origin[i->args[k]->id] - 1);
	do {
		changed = false;
		FOR_BLOCKS(b, l->m->ir)
			changed |= spread(l, b);
	} while (changed);
	FOR_BLOCKS(b, l->m->ir)
		walk_block(l, b, later);
}

void frame_objects(MFunc *m, int *object_of)
{
	Lives l = { .m = m };

	l.origin = NEW_ARRAY(m->arena, int, m->ir->n_values);
	FOR_BLOCKS(b, m->ir)
		FOR_INSTS(i, b)
			if (i->op == IR_ALLOCA) {
				object_of[i->id] = machine_object(m, (uint32_t)i->imm, i->align, i);
				l.origin[i->id] = object_of[i->id] + 1;
			}
	l.n = m->objects.n;
	if (l.n < 2)
		return;
	l.words = (l.n + 63) / 64;
	l.everywhere = NEW_ARRAY(m->arena, uint64_t, l.words);
	for (int o = 0; o < l.n; o++)
		m->objects.v[o].overlaps = NEW_ARRAY(m->arena, uint64_t, l.words);
	trace_pointers(&l);
	find_overlaps(&l);
	for (int o = 0; o < l.n; o++)
		if (bit_test(l.everywhere, o))
			m->objects.v[o].overlaps = NULL;
}

/* Placing ------------------------------------------------------------------------------------ */

static bool may_share(const MFunc *m, int a, int b)
{
	const MObject *x = &m->objects.v[a], *y = &m->objects.v[b];

	return x->overlaps && y->overlaps && !bit_test(x->overlaps, b);
}

static int larger_first(const void *x, const void *y)
{
	const MObject *a = *(MObject *const *)x, *b = *(MObject *const *)y;

	if (a->align != b->align)
		return a->align < b->align ? 1 : -1;
	if (a->size != b->size)
		return a->size < b->size ? 1 : -1;
	return a < b ? -1 : 1;
}

enum { HOPELESS = 8 * STACK_LIMIT };

/* The place nearest to r10 where the object collides with none of the n placed ones. */
static void place(MFunc *m, MObject **placed, int n, MObject *object)
{
	int align = object->align > 8 ? 8 : (int)object->align, top = 0;
	bool moved;

	do {
		moved = false;
		object->offset = (top - (int)object->size) & -align;
		for (int k = 0; k < n; k++) {
			const MObject *p = placed[k];

			if (may_share(m, (int)(p - m->objects.v), (int)(object - m->objects.v)) ||
			    object->offset >= p->offset + (int)p->size ||
			    p->offset >= object->offset + (int)object->size)
				continue;
			top = p->offset;
			moved = true;
		}
	} while (moved);
}

static bool too_large(MFunc *m)
{
	const MObject *largest = NULL;
	const Func *source = m->ir->source;
	Loc loc = source ? source->loc : 0;
	Diag *d;

	for (int k = 0; k < m->objects.n; k++) {
		const MObject *o = &m->objects.v[k];

		if (o->variable && (!largest || o->size > largest->size))
			largest = o;
	}
	if (largest && largest->variable->loc)
		loc = largest->variable->loc;
	d = diag_report(m->diags, loc, DIAG_stack_too_large,
			"function '%s' needs %u bytes of stack, BPF gives it %d", m->ir->name,
			m->stack_bytes, STACK_LIMIT);
	if (largest && largest->variable->var && largest->variable->var->name)
		diag_hint(m->diags, d, "keep '%s' (%u bytes) in a BPF_PERCPU_ARRAY of one element and "
			  "look it up", largest->variable->var->name->text, largest->size);
	return false;
}

bool frame_assign(MFunc *m)
{
	int n = m->objects.n, lowest = 0;
	MObject **order = NEW_ARRAY(m->arena, MObject *, n);

	for (int k = 0; k < n; k++)
		order[k] = &m->objects.v[k];
	if (n)
		qsort(order, (size_t)n, sizeof(*order), larger_first);
	for (int k = 0; k < n; k++) {
		if (lowest < -HOPELESS)            /* its size is only told; no search for room */
			order[k]->offset = (lowest - (int)order[k]->size) & -8;
		else
			place(m, order, k, order[k]);
		if (order[k]->offset < lowest)
			lowest = order[k]->offset;
	}
	m->stack_bytes = (uint32_t)(-lowest + 7) & ~7u;
	return m->stack_bytes <= STACK_LIMIT || too_large(m);
}
