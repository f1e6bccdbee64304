/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Selection of loads, stores, atomic operations and packet loads.
 * Constant offsets are folded into the instruction, as far as its 16 bits go; stack objects are
 * addressed from r10. The context is always addressed by its own register: the verifier refuses
 * "dereference of modified ctx ptr".
 */
#include "bpf/machine.h"

typedef struct Address {
	int base, object, off;
} Address;

static bool needs_root(const Inst *root)
{
	return root->op == IR_ALLOCA || root->space == SPACE_CONTEXT ||
	       (root->op == IR_PARAM && root->block->function->is_program);
}

static Address address_of(Selector *s, const Inst *i)
{
	int64_t root_offset = 0, near_offset = i->imm;
	Inst *root = select_root(i->args[0], &root_offset), *near = i->args[0];
	bool to_root = needs_root(root);
	Address a = { .object = -1 };

	while (near != root && (to_root || !s->needed[near->id]))
		near = select_step(near, &near_offset);
	if (near->op == IR_ALLOCA) {
		a.base = FP;
		a.object = s->object[near->id];
		a.off = (int)near_offset;
	} else if (fits_offset(near_offset)) {
		a.base = select_register(s, near);
		a.off = (int)near_offset;
	} else {
		a.base = machine_vreg(s->m, 0);
		select_put(s, a.base, near);
		select_emit(s, M_ALU, BPF_ALU64 | BPF_ADD, a.base, -1, near_offset);
	}
	return a;
}

/* The value whose low bytes are stored: extensions and masks above them do not matter. */
static Inst *stored_value(const Inst *store)
{
	Inst *v = store->args[1];
	int bits = store->width * 8;

	for (;;) {
		if (v->op == IR_TRUNC || v->op == IR_BITCAST ||
		    (v->op == IR_ZEXT && bits <= 32) || (v->op == IR_SEXT && v->width >= bits))
			v = v->args[0];
		else if (v->op == IR_AND && v->args[1]->op == IR_CONST && bits < 64 &&
			 (~v->args[1]->imm & ((1ll << bits) - 1)) == 0)
			v = v->args[0];
		else
			return v;
	}
}

/* Immediate form: the verifier knows what is stored, and no register is needed. */
static bool stored_constant(const Inst *store, int64_t *c)
{
	Inst *v = stored_value(store);

	if (v->op == IR_UNDEF) {
		*c = 0;
		return true;
	}
	if (!select_const(v, c))
		return false;
	if (store->width < 8)
		*c = (int32_t)*c;
	else if (v->type == IR_I32)
		*c = (int64_t)(uint32_t)*c;
	return fits_imm(*c);
}

void select_need_memory(Selector *s, Inst *i)
{
	int64_t offset = i->imm, c;

	select_need(s, select_root(i->args[0], &offset));
	if (i->op == IR_STORE) {
		if (!stored_constant(i, &c))
			select_need(s, stored_value(i));
		return;
	}
	for (int k = 1; k < i->n_args; k++)
		select_need(s, i->args[k]);
}

void select_load(Selector *s, Inst *i)
{
	int d = select_result(s, i), bits = i->width * 8;
	int full = i->type == IR_I32 ? 32 : 64;
	uint8_t class = i->type == IR_I32 ? BPF_ALU : BPF_ALU64;
	Address a = address_of(s, i);
	MInst *m = select_emit(s, M_LOAD, BPF_LDX | BPF_MEM | size_code(i->width), d, a.base, 0);

	m->off = a.off;
	m->object = a.object;
	if (i->is_signed && bits < full) {
		select_emit(s, M_ALU, class | BPF_LSH, d, -1, full - bits);
		select_emit(s, M_ALU, class | BPF_ARSH, d, -1, full - bits);
	}
}

void select_store(Selector *s, Inst *i)
{
	Address a = address_of(s, i);
	int64_t c = 0;
	/* Into a context only registers may be stored before Linux 6.4. */
	bool immediate = i->args[0]->space != SPACE_CONTEXT && stored_constant(i, &c);
	int src = immediate ? -1 : select_register(s, stored_value(i));
	uint8_t code = (immediate ? BPF_ST : BPF_STX) | BPF_MEM | size_code(i->width);
	MInst *m = select_emit(s, M_STORE, code, a.base, src, c);

	m->off = a.off;
	m->object = a.object;
}

static int atomic_operation(const Inst *i)
{
	static const int ops[] = {
		[ATOMIC_ADD] = BPF_ADD, [ATOMIC_AND] = BPF_AND, [ATOMIC_OR] = BPF_OR,
		[ATOMIC_XOR] = BPF_XOR, [ATOMIC_FETCH_ADD] = BPF_ADD | BPF_FETCH,
		[ATOMIC_FETCH_AND] = BPF_AND | BPF_FETCH, [ATOMIC_FETCH_OR] = BPF_OR | BPF_FETCH,
		[ATOMIC_FETCH_XOR] = BPF_XOR | BPF_FETCH, [ATOMIC_XCHG] = BPF_XCHG,
		[ATOMIC_CMPXCHG] = BPF_CMPXCHG,
	};
	int op = ops[i->atomic];

	/* Without FETCH the plain add works on every kernel, the others from 5.12 on like the rest. */
	if (!i->n_uses && i->atomic >= ATOMIC_FETCH_ADD && i->atomic <= ATOMIC_FETCH_XOR)
		op &= ~BPF_FETCH;
	return op;
}

void select_atomic(Selector *s, Inst *i)
{
	int op = atomic_operation(i), src = select_register(s, i->args[1]);
	Address a = address_of(s, i);
	MInst *m;

	if (op == BPF_CMPXCHG) {
		select_put(s, R0, i->args[2]);
	} else if (op & BPF_FETCH) {
		src = select_result(s, i);
		select_put(s, src, i->args[1]);
	}
	m = select_emit(s, M_ATOMIC, BPF_STX | BPF_ATOMIC | size_code(i->width), a.base, src, op);
	m->off = a.off;
	m->object = a.object;
	if (op == BPF_CMPXCHG)
		select_emit(s, M_MOV, BPF_ALU64 | BPF_MOV, select_result(s, i), R0, 0);
}

void select_skb(Selector *s, Inst *i)
{
	int64_t c = 0;
	bool absolute = select_const(i->args[1], &c) && fits_imm(c);
	int index = absolute ? -1 : select_register(s, i->args[1]);
	uint8_t code = BPF_LD | (absolute ? BPF_ABS : BPF_IND) | size_code(i->width);
	uint8_t class = s->want_clean[i->id] ? BPF_ALU : BPF_ALU64;

	select_put(s, R6, i->args[0]);
	select_emit(s, M_SKB, code, -1, index, c);
	s->epoch++;
	select_emit(s, M_MOV, class | BPF_MOV, select_result(s, i), R0, 0);
}
