/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Instruction selection: IR -> MFunc with virtual registers.
 *
 * First, from what has an effect backwards, the values that must be in a register are marked; what
 * a user folds into itself (constants, addresses, conditions) is not. Then each block is selected
 * front to back. Leaves (constants; addresses of stack objects, maps, globals) are made again
 * where they are used rather than kept: the code is as short and a register stays free.
 *
 * PHIs: every predecessor sets `phi_in` of the PHI at its end, the block copies it to the PHI's
 * register at its start. Two copies make the swap and lost-copy problems impossible; coalescing
 * removes those that were not needed.
 *
 * An I32 has an undefined upper half unless want_clean was asked for, then its definition zeroes
 * it; nearly all definitions do anyway (32-bit arithmetic and loads), which makes ZEXT free.
 */
#include "bpf/machine.h"

/* Leaves and addresses ----------------------------------------------------------------------- */

static bool is_leaf_op(IrOp op)
{
	switch (op) {
	case IR_CONST:
	case IR_UNDEF:
	case IR_ALLOCA:
	case IR_MAP:
	case IR_GLOBAL:
	case IR_FUNC:
	case IR_KSYM:
		return true;
	default:
		return false;
	}
}

Inst *select_step(Inst *v, int64_t *offset)
{
	switch (v->op) {
	case IR_PTROFF:
		*offset += v->imm;
		return v->args[0];
	case IR_BITCAST:
		return v->args[0];
	case IR_ADD:
	case IR_PTRADD:
		if (v->type == IR_I32 || v->args[1]->op != IR_CONST || !fits_imm(v->args[1]->imm))
			return NULL;
		*offset += v->args[1]->imm;
		return v->args[0];
	default:
		return NULL;
	}
}

Inst *select_root(Inst *v, int64_t *offset)
{
	for (Inst *a; (a = select_step(v, offset));)
		v = a;
	return v;
}

bool select_is_leaf(const Inst *v)
{
	int64_t offset = 0;
	const Inst *root;

	if (is_leaf_op(v->op))
		return true;
	root = select_root((Inst *)v, &offset);
	if (root == v || !fits_imm(offset))
		return false;
	return root->op == IR_ALLOCA || root->op == IR_GLOBAL || (is_leaf_op(root->op) && !offset);
}

bool select_const(const Inst *v, int64_t *value)
{
	if (v->op != IR_CONST)
		return false;
	*value = v->type == IR_I32 ? (int32_t)v->imm : v->imm;
	return true;
}

/* What needs a register ---------------------------------------------------------------------- */

void select_need(Selector *s, Inst *v)
{
	if (select_is_leaf(v) || s->needed[v->id])
		return;
	s->needed[v->id] = 1;
	vec_push(s->arena, &s->work, v);
}

static void want_clean(Selector *s, Inst *v)
{
	if (v->type != IR_I32 || s->want_clean[v->id])
		return;
	s->want_clean[v->id] = 1;
	for (int k = 0; v->op == IR_PHI && k < v->n_args; k++)
		want_clean(s, v->args[k]);
}

/* Both extensions of SEXT(SEXT(x)) at once: the operand and the bits that count. */
static Inst *extension_source(const Inst *i, int *bits)
{
	Inst *a = i->args[0];

	*bits = i->width;
	if (a->op == IR_SEXT && a->n_uses == 1 && a->width <= i->width) {
		*bits = a->width;
		return a->args[0];
	}
	return a;
}

static bool is_address_sum(const Inst *i)
{
	int64_t offset = 0;

	return select_step((Inst *)i, &offset) != NULL;
}

static void need_operands(Selector *s, Inst *i)
{
	int64_t offset = 0;
	int bits;

	switch (i->op) {
	case IR_LOAD:
	case IR_STORE:
	case IR_ATOMIC:
		select_need_memory(s, i);
		return;
	case IR_CONDBR:
		select_need_condition(s, i->args[0]);
		return;
	case IR_ZEXT:
		want_clean(s, i->args[0]);
		break;
	case IR_SEXT:
		select_need(s, extension_source(i, &bits));
		return;
	case IR_CALL_HELPER:
	case IR_CALL_KFUNC:
		for (int k = 0; k < i->n_args; k++)
			want_clean(s, i->args[k]);
		break;
	default:
		break;
	}
	if (ir_ops[i->op].flags & IRF_COMPARE)
		select_need_condition(s, i);
	else if (is_address_sum(i))
		select_need(s, select_root(i, &offset));
	else
		for (int k = 0; k < i->n_args; k++)
			select_need(s, i->args[k]);
}

static void mark_needed(Selector *s)
{
	FOR_BLOCKS(b, s->f)
		FOR_INSTS(i, b)
			if (ir_ops[i->op].flags & IRF_EFFECT ||
			    (i->op == IR_LOAD && i->is_volatile)) {
				s->needed[i->id] = 1;
				vec_push(s->arena, &s->work, i);
			}
	while (s->work.n)
		need_operands(s, vec_pop(&s->work));
}

/* Registers of values ------------------------------------------------------------------------ */

MInst *select_emit(Selector *s, MKind kind, uint8_t code, int dst, int src, int64_t imm)
{
	MInst *i = machine_inst(s->m, kind, code, s->loc);

	i->dst = dst;
	i->src = src;
	i->imm = imm;
	machine_append(s->block, i);
	return i;
}

static bool upper_is_zero(const Inst *v)
{
	switch (v->op) {
	case IR_ZEXT:
		return true;
	case IR_LOAD:
		return v->width <= 4 && !v->is_signed;
	case IR_AND:
		return v->args[1]->op == IR_CONST && !(v->args[1]->imm >> 32);
	case IR_LSHR:
		return v->args[1]->op == IR_CONST && (v->args[1]->imm & 63) >= 32;
	default:
		return false;
	}
}

/* A value that is its operand's register under another type. */
static bool is_alias(const Selector *s, const Inst *v)
{
	switch (v->op) {
	case IR_ZEXT:
		return !select_is_leaf(v->args[0]);
	case IR_BITCAST:
		return true;
	case IR_TRUNC:
		return !select_is_leaf(v->args[0]) &&
		       (!s->want_clean[v->id] || upper_is_zero(v->args[0]));
	default:
		return false;
	}
}

int select_result(Selector *s, Inst *v)
{
	while (is_alias(s, v))
		v = v->args[0];
	if (!s->vreg[v->id])
		s->vreg[v->id] = machine_vreg(s->m, 0);
	return s->vreg[v->id];
}

static void put_constant(Selector *s, int reg, const Inst *v)
{
	int64_t c = 0;

	select_const(v, &c);
	if (fits_imm(c) && (v->type != IR_I32 || c >= 0))
		select_emit(s, M_MOV, BPF_ALU64 | BPF_MOV, reg, -1, c);
	else if (v->type == IR_I32 || c == (int64_t)(uint32_t)c)
		select_emit(s, M_MOV, BPF_ALU | BPF_MOV, reg, -1, (int32_t)c);
	else
		select_emit(s, M_LDIMM, BPF_LD | BPF_IMM | BPF_DW, reg, -1, c);
}

static void put_leaf(Selector *s, int reg, Inst *v)
{
	int64_t offset = 0;
	Inst *root = select_root(v, &offset);
	MInst *i;

	switch (root->op) {
	case IR_CONST:
		put_constant(s, reg, root);
		break;
	case IR_UNDEF:
		select_emit(s, M_MOV, BPF_ALU64 | BPF_MOV, reg, -1, 0);
		break;
	case IR_ALLOCA:
		i = select_emit(s, M_LEA, 0, reg, -1, 0);
		i->object = s->object[root->id];
		i->off = (int)offset;
		break;
	default:
		i = select_emit(s, M_LDIMM, BPF_LD | BPF_IMM | BPF_DW, reg, -1, offset);
		i->ref = root;
	}
}

int select_register(Selector *s, Inst *v)
{
	if (!select_is_leaf(v))
		return select_result(s, v);
	if (s->leaf_epoch[v->id] != s->epoch) {
		s->leaf_vreg[v->id] = machine_vreg(s->m, 0);
		s->leaf_epoch[v->id] = s->epoch;
		put_leaf(s, s->leaf_vreg[v->id], v);
	}
	return s->leaf_vreg[v->id];
}

void select_put(Selector *s, int reg, Inst *v)
{
	if (select_is_leaf(v))
		put_leaf(s, reg, v);
	else
		select_emit(s, M_MOV, BPF_ALU64 | BPF_MOV, reg, select_result(s, v), 0);
}

/* Arithmetic --------------------------------------------------------------------------------- */

static uint8_t alu_code(const Inst *i)
{
	static const uint8_t codes[IR_OP_COUNT] = {
		[IR_ADD] = BPF_ADD, [IR_SUB] = BPF_SUB, [IR_MUL] = BPF_MUL, [IR_UDIV] = BPF_DIV,
		[IR_UMOD] = BPF_MOD, [IR_AND] = BPF_AND, [IR_OR] = BPF_OR, [IR_XOR] = BPF_XOR,
		[IR_SHL] = BPF_LSH, [IR_LSHR] = BPF_RSH, [IR_ASHR] = BPF_ARSH, [IR_NEG] = BPF_NEG,
		[IR_PTRADD] = BPF_ADD, [IR_PTROFF] = BPF_ADD,
	};

	return codes[i->op] | (i->type == IR_I32 ? BPF_ALU : BPF_ALU64);
}

static bool alu_immediate(const Inst *i, int64_t *imm)
{
	if (!select_const(i->args[1], imm))
		return false;
	switch (i->op) {
	case IR_SHL:
	case IR_LSHR:
	case IR_ASHR:
		*imm &= i->type == IR_I32 ? 31 : 63;
		return true;
	case IR_SUB:
		return fits_imm(*imm) && fits_imm(-*imm);
	default:
		return fits_imm(*imm);
	}
}

/* How good an operand is as the one that the result overwrites. */
static int overwrite_score(const Inst *v, const Inst *result)
{
	if (select_is_leaf(v))
		return 3;
	if (v->op == IR_PHI)
		for (int k = 0; k < v->n_args; k++)
			if (v->args[k] == result)
				return 2;
	return v->n_uses == 1;
}

static void select_binary(Selector *s, Inst *i)
{
	Inst *a = i->args[0], *b = i->args[1];
	uint8_t code = alu_code(i);
	int d = select_result(s, i), r;
	int64_t imm;

	if (i->op == IR_AND && b->op == IR_CONST && i->type != IR_I32 && b->imm == 0xffffffff) {
		select_emit(s, M_MOV, BPF_ALU | BPF_MOV, d, select_register(s, a), 0);
	} else if (alu_immediate(i, &imm)) {
		select_put(s, d, a);
		if (i->op == IR_SUB)
			select_emit(s, M_ALU, BPF_ADD | BPF_CLASS(code), d, -1, -imm);
		else
			select_emit(s, M_ALU, code, d, -1, imm);
	} else if (i->op == IR_SUB && a->op == IR_CONST && a->imm == 0) {
		select_put(s, d, b);
		select_emit(s, M_ALU, BPF_NEG | BPF_CLASS(code), d, -1, 0);
	} else {
		bool commutes = ir_ops[i->op].flags & IRF_COMMUTES || i->op == IR_PTRADD;

		if (commutes && overwrite_score(b, i) > overwrite_score(a, i)) {
			a = i->args[1];
			b = i->args[0];
		}
		r = select_register(s, b);
		select_put(s, d, a);
		select_emit(s, M_ALU, code, d, r, 0);
	}
}

/* A value at a constant distance from another one that is in a register. */
static void select_address(Selector *s, Inst *i)
{
	int64_t offset = 0;
	Inst *base = select_step(i, &offset);
	int d = select_result(s, i), r;

	while (base && !select_is_leaf(base) && !s->needed[base->id])
		base = select_step(base, &offset);
	select_put(s, d, base);
	if (fits_imm(offset)) {
		if (offset)
			select_emit(s, M_ALU, BPF_ALU64 | BPF_ADD, d, -1, offset);
		return;
	}
	r = machine_vreg(s->m, 0);
	select_emit(s, M_LDIMM, BPF_LD | BPF_IMM | BPF_DW, r, -1, offset);
	select_emit(s, M_ALU, BPF_ALU64 | BPF_ADD, d, r, 0);
}

static bool is_not_negative(const Inst *v)
{
	int64_t c;

	switch (v->op) {
	case IR_LOAD:
		return v->width < 4 && !v->is_signed;
	case IR_AND:
		return select_const(v->args[1], &c) && c >= 0;
	case IR_LSHR:
		return select_const(v->args[1], &c) && (c & 31) > 0;
	case IR_BSWAP:
		return v->width == 16;
	default:
		return ir_ops[v->op].flags & IRF_COMPARE;
	}
}

static void select_sext(Selector *s, Inst *i)
{
	int bits, d = select_result(s, i);
	Inst *a = extension_source(i, &bits);
	uint8_t class = i->type == IR_I32 ? BPF_ALU : BPF_ALU64;
	int shift = (i->type == IR_I32 ? 32 : 64) - bits;

	select_put(s, d, a);
	if (shift == 0 || (bits == 32 && a->type == IR_I32 && is_not_negative(a)))
		return;
	select_emit(s, M_ALU, class | BPF_LSH, d, -1, shift);
	select_emit(s, M_ALU, class | BPF_ARSH, d, -1, shift);
}

static void select_unary(Selector *s, Inst *i)
{
	int d = select_result(s, i);

	switch (i->op) {
	case IR_NEG:
		select_put(s, d, i->args[0]);
		select_emit(s, M_ALU, alu_code(i), d, -1, 0);
		break;
	case IR_BSWAP:
		select_put(s, d, i->args[0]);
		select_emit(s, M_ALU, BPF_ALU | BPF_END | BPF_TO_BE, d, -1, i->width);
		break;
	case IR_TRUNC:
		select_emit(s, M_MOV, BPF_ALU | BPF_MOV, d, select_register(s, i->args[0]), 0);
		break;
	default:                   /* extensions of leaves */
		select_put(s, d, i->args[0]);
	}
}

static void select_inst(Selector *s, Inst *i)
{
	switch (i->op) {
	case IR_LOAD:
		select_load(s, i);
		break;
	case IR_STORE:
		select_store(s, i);
		break;
	case IR_ATOMIC:
		select_atomic(s, i);
		break;
	case IR_LOAD_SKB:
		select_skb(s, i);
		break;
	case IR_CALL_HELPER:
	case IR_CALL:
	case IR_CALL_KFUNC:
		select_call(s, i);
		break;
	case IR_SEXT:
		select_sext(s, i);
		break;
	case IR_NEG:
	case IR_BSWAP:
	case IR_TRUNC:
	case IR_ZEXT:
		select_unary(s, i);
		break;
	default:
		if (ir_ops[i->op].flags & IRF_COMPARE)
			select_compare(s, i);
		else if (ir_ops[i->op].flags & IRF_TERMINATOR)
			select_terminator(s, i);
		else if (is_address_sum(i))
			select_address(s, i);
		else if (i->n_args == 2 && ir_ops[i->op].flags & IRF_PURE)
			select_binary(s, i);
	}
}

/* Blocks ------------------------------------------------------------------------------------- */

static void select_params(Selector *s)
{
	for (int k = 0; k < s->f->params.n; k++) {
		Inst *p = s->f->params.v[k];
		uint8_t class = s->want_clean[p->id] ? BPF_ALU : BPF_ALU64;

		if (!s->needed[p->id])
			continue;
		s->loc = p->loc;
		select_emit(s, M_MOV, class | BPF_MOV, select_result(s, p), R1 + (int)p->imm, 0);
	}
}

static void select_phis(Selector *s, Block *b)
{
	for (Inst *i = b->first; i && i->op == IR_PHI; i = i->next) {
		if (!s->needed[i->id])
			continue;
		s->loc = i->loc;
		select_emit(s, M_MOV, BPF_ALU64 | BPF_MOV, select_result(s, i),
			    s->phi_in[i->id], 0);
	}
}

static void select_block(Selector *s, Block *b)
{
	s->block = s->blocks[b->id];
	s->epoch++;
	if (b == s->f->entry)
		select_params(s);
	select_phis(s, b);
	FOR_INSTS(i, b) {
		if (!s->needed[i->id] || i->op == IR_PHI || i->op == IR_PARAM || is_alias(s, i))
			continue;
		s->loc = i->loc;
		if (ir_ops[i->op].flags & IRF_TERMINATOR)
			select_phi_inputs(s, b);
		s->loc = i->loc;
		select_inst(s, i);
	}
}

static void start(Selector *s)
{
	Arena *a = s->arena;
	int n = s->f->n_values;

	s->needed = NEW_ARRAY(a, uint8_t, n);
	s->want_clean = NEW_ARRAY(a, uint8_t, n);
	s->vreg = NEW_ARRAY(a, int, n);
	s->phi_in = NEW_ARRAY(a, int, n);
	s->object = NEW_ARRAY(a, int, n);
	s->leaf_vreg = NEW_ARRAY(a, int, n);
	s->leaf_epoch = NEW_ARRAY(a, int, n);
	s->blocks = NEW_ARRAY(a, MBlock *, s->f->n_blocks);
	for (int r = 0; r < FIRST_VREG; r++)
		machine_vreg(s->m, 0);
	FOR_BLOCKS(b, s->f) {
		s->blocks[b->id] = machine_block(s->m, b->loop_depth);
		FOR_INSTS(i, b)
			if (i->op == IR_PHI)
				s->phi_in[i->id] = machine_vreg(s->m, 0);
	}
}

MFunc *select_function(Arena *arena, Function *f, Diags *diags)
{
	MFunc *m = NEW(arena, MFunc);
	Selector s = { .arena = arena, .m = m, .f = f };

	m->arena = arena;
	m->ir = f;
	m->diags = diags;
	start(&s);
	frame_objects(m, s.object);
	mark_needed(&s);
	FOR_BLOCKS(b, f)
		select_block(&s, b);
	return m;
}
