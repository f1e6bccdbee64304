/* SPDX-License-Identifier: Apache-2.0 */
/*
 * After allocation: moves that change nothing are removed (blocks are walked with a number for the
 * value in each register, which goes on where all ways into a block were walked before), jumps over
 * empty blocks and known tests go straight to their end,
 * and blocks with the same code and the same successors become one.
 */
#include "bpf/machine.h"

typedef struct Known {
	int value[FP + 1];         /* equal numbers: equal contents */
	const MInst *maker[FP + 1]; /* constant or address in it; NULL: something else */
	int seen;                  /* ways into the block that this was found for */
} Known;

static bool same_maker(const MInst *a, const MInst *b)
{
	return a && b && a->kind == b->kind && a->code == b->code && a->imm == b->imm &&
	       a->ref == b->ref && a->object == b->object && a->off == b->off;
}

static void forget(Known *k, int reg, int *next)
{
	k->value[reg] = (*next)++;
	k->maker[reg] = NULL;
}

static void forget_all(Known *k, int *next)
{
	for (int r = 0; r <= FP; r++)
		forget(k, r, next);
}

static bool is_maker(const MInst *i)
{
	return i->kind == M_LDIMM || i->kind == M_LEA || (i->kind == M_MOV && i->src < 0);
}

/* True if `i` leaves everything as it is. */
static bool changes_nothing(Known *k, const MInst *i, int *next)
{
	int regs[8], n;

	if (machine_is_copy(i)) {
		if (k->value[i->dst] == k->value[i->src])
			return true;
		k->value[i->dst] = k->value[i->src];
		k->maker[i->dst] = k->maker[i->src];
		return false;
	}
	if (is_maker(i)) {
		if (same_maker(k->maker[i->dst], i))
			return true;
		forget(k, i->dst, next);
		k->maker[i->dst] = i;
		return false;
	}
	n = machine_defs(i, regs);
	for (int r = 0; r < n; r++)
		forget(k, regs[r], next);
	return false;
}

/* What is known at the end of a block is known at the start of the next, as far as all agree. */
static void meet(Known *at, const Known *k, int *next)
{
	if (!at->seen++) {
		memcpy(at->value, k->value, sizeof(at->value));
		memcpy(at->maker, k->maker, sizeof(at->maker));
		return;
	}
	for (int r = 0; r <= FP; r++) {
		const MInst *maker = at->maker[r];

		if (at->value[r] == k->value[r])
			continue;
		forget(at, r, next);
		if (same_maker(maker, k->maker[r]))
			at->maker[r] = maker;
	}
}

static void remove_moves(MFunc *m)
{
	Known *at_start = NEW_ARRAY(m->arena, Known, m->n_blocks);
	int next = 1;

	for (MBlock *b = m->entry; b; b = b->next)
		for (int k = 0; k < b->n_succ; k++)
			b->succ[k]->n_preds++;
	for (MBlock *b = m->entry; b; b = b->next) {
		Known *known = &at_start[b->id];

		if (!known->seen || known->seen != b->n_preds)
			forget_all(known, &next);
		for (MInst *i = b->first, *after; i; i = after) {
			after = i->next;
			if (changes_nothing(known, i, &next))
				machine_remove(b, i);
		}
		for (int k = 0; k < b->n_succ; k++)
			meet(&at_start[b->succ[k]->id], known, &next);
	}
}

/* Where a jump to `b` really leads. */
static MBlock *destination(MBlock *b)
{
	for (int steps = 0; steps < 64 && !b->first && b->n_succ == 1; steps++)
		b = b->succ[0];
	return b;
}

static bool holds(uint8_t op, bool is_32, int64_t a, int64_t b)
{
	uint64_t x = is_32 ? (uint32_t)a : (uint64_t)a, y = is_32 ? (uint32_t)b : (uint64_t)b;
	int64_t sx = is_32 ? (int32_t)a : a, sy = is_32 ? (int32_t)b : b;

	switch (op) {
	case BPF_JEQ: return x == y;
	case BPF_JNE: return x != y;
	case BPF_JGT: return x > y;
	case BPF_JGE: return x >= y;
	case BPF_JLT: return x < y;
	case BPF_JLE: return x <= y;
	case BPF_JSGT: return sx > sy;
	case BPF_JSGE: return sx >= sy;
	case BPF_JSLT: return sx < sy;
	case BPF_JSLE: return sx <= sy;
	default: return x & y;
	}
}

/* A constant that the register has at the end of the block. */
static bool constant_at_end(const MBlock *b, int reg, int64_t *value)
{
	int regs[8];

	for (const MInst *i = b->last; i; i = i->prev) {
		int n = machine_defs(i, regs);

		for (int k = 0; k < n; k++) {
			if (regs[k] != reg)
				continue;
			*value = BPF_CLASS(i->code) == BPF_ALU ? (int64_t)(uint32_t)i->imm : i->imm;
			return i->kind == M_MOV && i->src < 0;
		}
	}
	return false;
}

/* A successor is only a test whose outcome is known when one comes from here: the first turn of
 * most loops. */
static void skip_known_test(MBlock *b, int k)
{
	const MInst *test = b->succ[k]->first;
	int64_t value;

	if (!test || test->kind != M_JCC || test->src >= 0 || b->succ[k] == b ||
	    !constant_at_end(b, test->dst, &value))
		return;
	b->succ[k] = b->succ[k]->succ[!holds(BPF_OP(test->code),
					     BPF_CLASS(test->code) == BPF_JMP32, value, test->imm)];
}

static void thread_jumps(MFunc *m)
{
	for (MBlock *b = m->entry; b; b = b->next) {
		for (int k = 0; k < b->n_succ; k++)
			b->succ[k] = destination(b->succ[k]);
		for (int k = 0; k < b->n_succ; k++)
			skip_known_test(b, k);
		if (b->n_succ == 2 && b->succ[0] == b->succ[1]) {
			machine_remove(b, b->last);
			b->n_succ = 1;
		}
	}
}

static bool same_inst(const MInst *a, const MInst *b)
{
	return a->kind == b->kind && a->code == b->code && a->dst == b->dst && a->src == b->src &&
	       a->src2 == b->src2 && a->off == b->off && a->object == b->object && a->imm == b->imm &&
	       a->negated == b->negated && a->n_args == b->n_args && a->ref == b->ref;
}

static bool same_block(const MBlock *a, const MBlock *b)
{
	const MInst *i = a->first, *j = b->first;

	if (a->n_succ != b->n_succ)
		return false;
	for (int k = 0; k < a->n_succ; k++)
		if (a->succ[k] != b->succ[k])
			return false;
	while (i && j && same_inst(i, j)) {
		i = i->next;
		j = j->next;
	}
	return !i && !j;
}

/* A cheap number that equal blocks share. */
static uint32_t block_hash(const MBlock *b)
{
	uint32_t h = (uint32_t)b->n_succ;

	for (const MInst *i = b->first; i; i = i->next)
		h = h * 31 + i->kind + (uint32_t)i->imm * 7 + (uint32_t)i->dst * 3 + (uint32_t)i->off;
	for (int k = 0; k < b->n_succ; k++)
		h = h * 31 + (uint32_t)b->succ[k]->id;
	return h;
}

static bool merge_equal(MFunc *m)
{
	uint32_t cap = 16;
	MBlock **table, **twin = NEW_ARRAY(m->arena, MBlock *, m->n_blocks);
	bool merged = false;

	while (cap < (uint32_t)m->n_blocks * 2)
		cap *= 2;
	table = NEW_ARRAY(m->arena, MBlock *, cap);
	for (MBlock *b = m->entry; b; b = b->next) {
		uint32_t at = block_hash(b) & (cap - 1);

		while (table[at] && !same_block(table[at], b))
			at = (at + 1) & (cap - 1);
		if (!table[at])
			table[at] = b;
		twin[b->id] = table[at];
	}
	for (MBlock *b = m->entry; b; b = b->next)
		for (int k = 0; k < b->n_succ; k++) {
			merged |= twin[b->succ[k]->id] != b->succ[k];
			b->succ[k] = twin[b->succ[k]->id];
		}
	return merged;
}

void peephole(MFunc *m)
{
	remove_moves(m);
	do
		thread_jumps(m);
	while (merge_equal(m));
}
