/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rewriting code after some registers were spilled: loads from stack slots before uses, stores
 * after definitions; what is cheap to make again (constants, addresses) is made again instead. A
 * register that was spilled for the first time is reloaded once for all uses up to the next call;
 * one that had to be spilled again, at every single instruction. A slot holds all 64 bits,
 * aligned: only so the verifier keeps what it knows of a spilled pointer.
 */
#include "bpf/machine.h"

typedef struct Rewriter {
	MFunc *m;
	const SpillSet *set;
	int n;                     /* registers known to the SpillSet */
	int *current, *since;      /* by rep: where its value is now, if since == epoch */
	int epoch;
	MBlock *block;
} Rewriter;

static bool is_spilled(const Rewriter *w, int reg)
{
	return reg >= FIRST_VREG && reg < w->n && (w->set->slot_of[reg] >= 0 || w->set->remake[reg]);
}

static MInst *reload(Rewriter *w, int reg, int to, Loc loc)
{
	MInst *i;

	if (w->set->remake[reg]) {
		i = machine_inst(w->m, w->set->remake[reg]->kind, 0, loc);
		*i = *w->set->remake[reg];
		i->prev = i->next = NULL;
		i->loc = loc;
	} else {
		i = machine_inst(w->m, M_LOAD, BPF_LDX | BPF_MEM | BPF_DW, loc);
		i->src = FP;
		i->object = w->set->slot_of[reg];
	}
	i->dst = to;
	return i;
}

static MInst *store(Rewriter *w, int reg, int from, Loc loc)
{
	MInst *i = machine_inst(w->m, M_STORE, BPF_STX | BPF_MEM | BPF_DW, loc);

	i->dst = FP;
	i->object = w->set->slot_of[reg];
	i->src = from;
	return i;
}

static int fresh(Rewriter *w, int reg)
{
	int level = w->m->vregs.v[reg].level + 1, r = machine_vreg(w->m, level > 2 ? 2 : level);

	if (level == 1) {
		w->current[w->set->rep[reg]] = r;
		w->since[w->set->rep[reg]] = w->epoch;
	}
	return r;
}

static bool is_current(const Rewriter *w, int reg)
{
	return w->since[w->set->rep[reg]] == w->epoch;
}

static int in_register(Rewriter *w, MInst *at, int reg)
{
	int r;

	if (is_current(w, reg))
		return w->current[w->set->rep[reg]];
	r = fresh(w, reg);
	w->m->vregs.v[r].slot = w->set->slot_of[reg];
	machine_insert_before(w->block, at, reload(w, reg, r, at->loc));
	return r;
}

/* Copies and constants go to and from the slot directly. True if `i` was replaced. */
static bool rewrite_move(Rewriter *w, MInst *i)
{
	bool to = is_spilled(w, i->dst), from = i->src >= 0 && is_spilled(w, i->src);
	MInst *by = NULL;

	if (i->kind != M_MOV)
		return false;
	if (machine_is_copy(i)) {
		if (to && from && w->set->slot_of[i->dst] == w->set->slot_of[i->src] &&
		    w->set->remake[i->dst] == w->set->remake[i->src]) {
			machine_remove(w->block, i);
			return true;
		}
		if (from && !to && !is_current(w, i->src)) {
			by = reload(w, i->src, i->dst, i->loc);
		} else if (to && !from && w->set->slot_of[i->dst] >= 0) {
			by = store(w, i->dst, i->src, i->loc);
			w->since[w->set->rep[i->dst]] = 0;
		}
	} else if (i->src < 0 && to && w->set->slot_of[i->dst] >= 0 &&
		   (BPF_CLASS(i->code) == BPF_ALU64 || i->imm >= 0)) {
		by = store(w, i->dst, -1, i->loc);
		by->code = BPF_ST | BPF_MEM | BPF_DW;
		by->imm = i->imm;
		w->since[w->set->rep[i->dst]] = 0;
	}
	if (!by)
		return false;
	machine_insert_before(w->block, i, by);
	machine_remove(w->block, i);
	return true;
}

static bool reads_dst(const MInst *i)
{
	return i->kind == M_ALU || i->kind == M_STORE || i->kind == M_ATOMIC || i->kind == M_JCC;
}

static bool writes_dst(const MInst *i)
{
	return i->kind != M_STORE && i->kind != M_ATOMIC && i->kind != M_JCC;
}

static void rewrite_dst(Rewriter *w, MInst *i)
{
	int reg = i->dst;

	if (!is_spilled(w, reg))
		return;
	if (writes_dst(i) && w->set->remake[reg]) {
		machine_remove(w->block, i);
		return;
	}
	i->dst = reads_dst(i) ? in_register(w, i, reg) : fresh(w, reg);
	if (writes_dst(i))
		machine_insert_after(w->block, i, store(w, reg, i->dst, i->loc));
}

static void rewrite_inst(Rewriter *w, MInst *i)
{
	bool fetches = i->kind == M_ATOMIC && i->imm & BPF_FETCH && i->imm != BPF_CMPXCHG;
	int reg = i->src;

	if (rewrite_move(w, i))
		return;
	if (reg >= 0 && is_spilled(w, reg)) {
		i->src = in_register(w, i, reg);
		if (fetches)
			machine_insert_after(w->block, i, store(w, reg, i->src, i->loc));
	}
	if (i->src2 >= 0 && is_spilled(w, i->src2))
		i->src2 = i->src2 == reg ? i->src : in_register(w, i, i->src2);
	if (i->dst >= 0) {
		if (i->dst == reg && reads_dst(i) && !writes_dst(i))
			i->dst = is_spilled(w, reg) ? i->src : i->dst;
		else
			rewrite_dst(w, i);
	}
	if (i->kind == M_CALL || i->kind == M_SKB)
		w->epoch++;
}

void spill_rewrite(MFunc *m, const SpillSet *spills)
{
	Rewriter w = { .m = m, .set = spills, .n = m->vregs.n };

	w.current = NEW_ARRAY(m->arena, int, w.n);
	w.since = NEW_ARRAY(m->arena, int, w.n);
	for (MBlock *b = m->entry; b; b = b->next) {
		w.block = b;
		w.epoch++;
		for (MInst *i = b->first, *next; i; i = next) {
			next = i->next;
			rewrite_inst(&w, i);
		}
	}
}
