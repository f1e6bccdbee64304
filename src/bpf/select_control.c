/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Selection of conditions, branches, calls and returns.
 * A comparison that a branch uses is part of the jump; elsewhere it becomes M_SET. Every program
 * leaves with r0 set, whatever its C type says: the verifier refuses "R0 !read_ok" at exit.
 */
#include "bpf/machine.h"

static uint8_t jump_of(IrOp op)
{
	static const uint8_t jumps[IR_OP_COUNT] = {
		[IR_EQ] = BPF_JEQ, [IR_NE] = BPF_JNE, [IR_ULT] = BPF_JLT, [IR_ULE] = BPF_JLE,
		[IR_UGT] = BPF_JGT, [IR_UGE] = BPF_JGE, [IR_SLT] = BPF_JSLT, [IR_SLE] = BPF_JSLE,
		[IR_SGT] = BPF_JSGT, [IR_SGE] = BPF_JSGE,
	};

	return jumps[op];
}

static bool is_compare(const Inst *v)
{
	return ir_ops[v->op].flags & IRF_COMPARE;
}

static Inst *without_extension(Inst *v)
{
	while (v->op == IR_ZEXT || v->op == IR_TRUNC || v->op == IR_SEXT)
		v = v->args[0];
	return v;
}

/* NOT of a comparison, in the forms it takes: cmp == 0, cmp != 0, cmp ^ 1. */
static Inst *under_not(Inst *v, bool *negated)
{
	int64_t c;
	Inst *inner;

	if ((v->op != IR_EQ && v->op != IR_NE && v->op != IR_XOR) || !select_const(v->args[1], &c))
		return NULL;
	inner = without_extension(v->args[0]);
	if (!is_compare(inner) || c != (v->op == IR_XOR))
		return NULL;
	*negated ^= v->op != IR_NE;
	return inner;
}

static void compare_with_zero(Condition *c, Inst *v)
{
	c->jump = BPF_JNE;
	c->is_32 = v->type == IR_I32;
	c->a = v;
	c->b = NULL;
	c->imm = 0;
}

static bool immediate(Condition *c)
{
	if (!select_const(c->b, &c->imm) || !fits_imm(c->imm))
		return false;
	c->b = NULL;
	return true;
}

/* (x & y) != 0 as one jump, if nothing else uses the AND. */
static void test_bits(Condition *c)
{
	Inst *and = c->a;

	if (c->b || c->imm || (c->jump != BPF_JNE && c->jump != BPF_JEQ) ||
	    and->op != IR_AND || and->n_uses != 1)
		return;
	c->negated ^= c->jump == BPF_JEQ;
	c->jump = BPF_JSET;
	c->a = and->args[0];
	c->b = and->args[1];
	immediate(c);
}

void select_condition_of(Inst *v, Condition *c)
{
	*c = (Condition){ 0 };
	for (Inst *inner; (inner = under_not(v, &c->negated));)
		v = inner;
	if (!is_compare(v)) {
		compare_with_zero(c, v);
		test_bits(c);
		return;
	}
	c->jump = jump_of(v->op);
	c->is_32 = v->args[0]->type == IR_I32;
	c->a = v->args[0];
	c->b = v->args[1];
	if (!immediate(c) && c->a->op == IR_CONST && fits_imm(c->a->imm)) {
		c->a = v->args[1];
		c->b = v->args[0];
		c->jump = jump_swapped(c->jump);
		immediate(c);
	}
	test_bits(c);
}

void select_need_condition(Selector *s, Inst *v)
{
	Condition c;

	select_condition_of(v, &c);
	select_need(s, c.a);
	if (c.b)
		select_need(s, c.b);
}

/* As a value: bits can be cut out, other conditions are set by a jump over one instruction. */
void select_compare(Selector *s, Inst *i)
{
	Condition c;
	int d = select_result(s, i), a, b;
	MInst *m;

	select_condition_of(i, &c);
	a = select_register(s, c.a);
	if (c.jump == BPF_JSLT && !c.b && !c.imm) {
		uint8_t class = c.is_32 ? BPF_ALU : BPF_ALU64;

		select_emit(s, M_MOV, BPF_ALU64 | BPF_MOV, d, a, 0);
		select_emit(s, M_ALU, class | BPF_RSH, d, -1, c.is_32 ? 31 : 63);
	} else if (c.jump == BPF_JSET && !c.b && c.imm > 0 && !(c.imm & (c.imm - 1))) {
		int shift = __builtin_ctzll((uint64_t)c.imm);

		select_emit(s, M_MOV, BPF_ALU64 | BPF_MOV, d, a, 0);
		if (shift)
			select_emit(s, M_ALU, BPF_ALU | BPF_RSH, d, -1, shift);
		select_emit(s, M_ALU, BPF_ALU | BPF_AND, d, -1, 1);
	} else {
		b = c.b ? select_register(s, c.b) : -1;
		m = select_emit(s, M_SET, c.jump | (c.is_32 ? BPF_JMP32 : BPF_JMP), d, a, c.imm);
		m->src2 = b;
		m->negated = c.negated;
		return;
	}
	if (c.negated)
		select_emit(s, M_ALU, BPF_ALU | BPF_XOR, d, -1, 1);
}

void select_call(Selector *s, Inst *i)
{
	uint8_t class = s->want_clean[i->id] ? BPF_ALU : BPF_ALU64;
	MInst *m;

	for (int k = 0; k < i->n_args; k++)
		select_put(s, R1 + k, i->args[k]);
	m = select_emit(s, M_CALL, BPF_JMP | BPF_CALL, -1, -1, i->helper);
	m->n_args = (uint8_t)i->n_args;
	m->ref = i;
	s->epoch++;
	if (i->type != IR_VOID && i->n_uses)
		select_emit(s, M_MOV, class | BPF_MOV, select_result(s, i), R0, 0);
}

static bool is_loop_header(const Block *b)
{
	for (int k = 0; k < b->preds.n; k++)
		if (b->preds.v[k]->rpo >= b->rpo)
			return true;
	return false;
}

/* Copies for the way out of a loop shall not be made at every turn: the edge gets a block. */
static bool wants_block(const Selector *s, const Block *b, const Block *next)
{
	bool phis = next->first && next->first->op == IR_PHI && s->needed[next->first->id];

	return phis && b->loop_depth && next->rpo > b->rpo && next->preds.n > 1 &&
	       (next->loop_depth < b->loop_depth || is_loop_header(next));
}

/* At the end of `b`: what the PHIs of its successors get on this edge. */
void select_phi_inputs(Selector *s, Block *b)
{
	MBlock *here = s->block;
	Block *next[2];
	int n = ir_successors(b, next);

	s->edge[0] = s->edge[1] = NULL;
	if (n == 2 && next[0] == next[1])
		n = 1;
	for (int k = 0; k < n; k++) {
		int edge = 0;

		if (n == 2 && wants_block(s, b, next[k])) {
			s->block = s->edge[k] = machine_block(s->m, next[k]->loop_depth -
							      is_loop_header(next[k]));
			s->block->n_succ = 1;
			s->block->succ[0] = s->blocks[next[k]->id];
		}
		while (edge < next[k]->preds.n && next[k]->preds.v[edge] != b)
			edge++;
		for (Inst *phi = next[k]->first; phi && phi->op == IR_PHI; phi = phi->next)
			if (s->needed[phi->id] && edge < phi->n_args)
				select_put(s, s->phi_in[phi->id], phi->args[edge]);
		s->block = here;
	}
}

static MBlock *way_out(const Selector *s, const Inst *i, int k)
{
	return s->edge[k] ? s->edge[k] : s->blocks[i->targets[k]->id];
}

static void select_branch(Selector *s, Inst *i)
{
	Condition c;
	int a, b;

	select_condition_of(i->args[0], &c);
	a = select_register(s, c.a);
	b = c.b ? select_register(s, c.b) : -1;
	select_emit(s, M_JCC, c.jump | (c.is_32 ? BPF_JMP32 : BPF_JMP), a, b, c.imm);
	s->block->succ[0] = way_out(s, i, c.negated);
	s->block->succ[1] = way_out(s, i, !c.negated);
	s->block->n_succ = 2;
}

void select_terminator(Selector *s, Inst *i)
{
	switch (i->op) {
	case IR_CONDBR:
		if (i->targets[0] != i->targets[1]) {
			select_branch(s, i);
			break;
		}
		/* fall through */
	case IR_BR:
		s->block->succ[0] = s->blocks[i->targets[0]->id];
		s->block->n_succ = 1;
		break;
	default:
		if (i->op == IR_RET && i->n_args)
			select_put(s, R0, i->args[0]);
		else
			select_emit(s, M_MOV, BPF_ALU64 | BPF_MOV, R0, -1, 0);
		select_emit(s, M_EXIT, BPF_JMP | BPF_EXIT, -1, -1, 0);
	}
}
