/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which registers are alive at the ends of blocks: the usual backward data flow over bit sets, one
 * bit a register, machine registers included.
 */
#include "bpf/machine.h"

typedef struct Sets {
	int words;
	uint64_t *use, *def;       /* by block */
} Sets;

static void scan_block(const MBlock *b, uint64_t *use, uint64_t *def)
{
	int regs[8];

	for (const MInst *i = b->first; i; i = i->next) {
		int n = machine_uses(i, regs);

		for (int k = 0; k < n; k++)
			if (!bit_test(def, regs[k]))
				bit_set(use, regs[k]);
		n = machine_defs(i, regs);
		for (int k = 0; k < n; k++)
			bit_set(def, regs[k]);
	}
}

static bool update_block(MBlock *b, const Sets *s)
{
	const uint64_t *use = s->use + (size_t)b->id * s->words;
	const uint64_t *def = s->def + (size_t)b->id * s->words;
	bool changed = false;

	for (int w = 0; w < s->words; w++) {
		uint64_t out = 0, in;

		for (int k = 0; k < b->n_succ; k++)
			out |= b->succ[k]->live_in[w];
		in = use[w] | (out & ~def[w]);
		changed |= in != b->live_in[w];
		b->live_out[w] = out;
		b->live_in[w] = in;
	}
	return changed;
}

void machine_liveness(MFunc *m)
{
	Sets s = { .words = (m->vregs.n + 63) / 64 };
	size_t total = (size_t)s.words * m->n_blocks;
	uint64_t *live = NEW_ARRAY(m->arena, uint64_t, total * 2);
	MBlock **order = NEW_ARRAY(m->arena, MBlock *, m->n_blocks);
	int n = 0;
	bool changed;

	s.use = NEW_ARRAY(m->arena, uint64_t, total);
	s.def = NEW_ARRAY(m->arena, uint64_t, total);
	for (MBlock *b = m->entry; b; b = b->next) {
		order[n++] = b;
		b->live_in = live + (size_t)b->id * s.words * 2;
		b->live_out = b->live_in + s.words;
		scan_block(b, s.use + (size_t)b->id * s.words, s.def + (size_t)b->id * s.words);
	}
	do {
		changed = false;
		for (int k = n; k-- > 0;)
			changed |= update_block(order[k], &s);
	} while (changed);
}
