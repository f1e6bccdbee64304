/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MFunc with machine registers -> struct bpf_insn. Adds the jumps that the block layout needs and
 * turns those to a bare exit into exits.
 */
#include "bpf/machine.h"

typedef struct Jump {
	uint32_t insn;
	const MBlock *to;
} Jump;

typedef struct Encoder {
	MFunc *m;
	Arena *arena;
	Code *code;
	VEC(Jump) jumps;
	Loc loc;
} Encoder;

static struct bpf_insn *put(Encoder *e, uint8_t code, int dst, int src, int off, int64_t imm)
{
	if (e->loc && (!e->code->lines.n || vec_last(&e->code->lines).loc != e->loc))
		vec_push(e->arena, &e->code->lines,
			 (struct CodeLine){ (uint32_t)e->code->insns.n, e->loc });
	vec_push(e->arena, &e->code->insns, (struct bpf_insn){
		.code = code, .dst_reg = (uint8_t)dst & 15, .src_reg = (uint8_t)src & 15,
		.off = (int16_t)off, .imm = (int32_t)imm });
	return &vec_last(&e->code->insns);
}

static void put_reg_or_imm(Encoder *e, uint8_t code, int dst, int src, int off, int64_t imm)
{
	if (src >= 0)
		put(e, code | BPF_X, dst, src, off, 0);
	else
		put(e, code, dst, 0, off, imm);
}

static int object_offset(const Encoder *e, const MInst *i)
{
	return i->off + (i->object >= 0 ? e->m->objects.v[i->object].offset : 0);
}

static void add_ref(Encoder *e, const MInst *i)
{
	if (i->ref)
		vec_push(e->arena, &e->code->refs,
			 (struct CodeRef){ (uint32_t)e->code->insns.n, i->ref, i->imm });
}

static void put_ldimm(Encoder *e, const MInst *i)
{
	int64_t imm = i->ref ? 0 : i->imm;

	add_ref(e, i);
	put(e, i->code, i->dst, 0, 0, imm);
	put(e, 0, 0, 0, 0, imm >> 32);
}

static void put_lea(Encoder *e, const MInst *i)
{
	put(e, BPF_ALU64 | BPF_MOV | BPF_X, i->dst, FP, 0, 0);
	put(e, BPF_ALU64 | BPF_ADD, i->dst, 0, 0, object_offset(e, i));
}

static void put_set(Encoder *e, const MInst *i)
{
	put(e, BPF_ALU64 | BPF_MOV, i->dst, 0, 0, !i->negated);
	put_reg_or_imm(e, i->code, i->src, i->src2, 1, i->imm);
	put(e, BPF_ALU64 | BPF_MOV, i->dst, 0, 0, i->negated);
}

static void put_call(Encoder *e, const MInst *i)
{
	int src = i->ref->op == IR_CALL ? BPF_PSEUDO_CALL :
		  i->ref->op == IR_CALL_KFUNC ? BPF_PSEUDO_KFUNC_CALL : 0;

	if (src)
		add_ref(e, i);
	put(e, i->code, 0, src, 0, src ? 0 : i->imm);
}

static void put_inst(Encoder *e, const MInst *i)
{
	e->loc = i->loc;
	switch ((MKind)i->kind) {
	case M_MOV:
		put_reg_or_imm(e, i->code, i->dst, i->src, 0, i->imm);
		break;
	case M_ALU:
		if (BPF_OP(i->code) == BPF_END)
			put(e, i->code, i->dst, 0, 0, i->imm);
		else
			put_reg_or_imm(e, i->code, i->dst, i->src, 0, i->imm);
		break;
	case M_LDIMM:
		put_ldimm(e, i);
		break;
	case M_LEA:
		put_lea(e, i);
		break;
	case M_LOAD:
		put(e, i->code, i->dst, i->src, object_offset(e, i), 0);
		break;
	case M_STORE:
		put(e, i->code, i->dst, i->src < 0 ? 0 : i->src, object_offset(e, i),
		    i->src < 0 ? i->imm : 0);
		break;
	case M_ATOMIC:
		put(e, i->code, i->dst, i->src, object_offset(e, i), i->imm);
		break;
	case M_SET:
		put_set(e, i);
		break;
	case M_CALL:
		put_call(e, i);
		break;
	case M_SKB:
		put(e, i->code, 0, i->src < 0 ? 0 : i->src, 0, i->src < 0 ? i->imm : 0);
		break;
	case M_JCC:
		break;
	case M_EXIT:
		put(e, i->code, 0, 0, 0, 0);
		break;
	}
}

static bool is_bare_exit(const MBlock *b)
{
	return b->first && b->first->kind == M_EXIT;
}

static void jump_to(Encoder *e, const MBlock *to)
{
	if (is_bare_exit(to)) {
		put(e, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
		return;
	}
	vec_push(e->arena, &e->jumps, (Jump){ (uint32_t)e->code->insns.n, to });
	put(e, BPF_JMP | BPF_JA, 0, 0, 0, 0);
}

static void branch_to(Encoder *e, const MInst *i, uint8_t op, const MBlock *to)
{
	vec_push(e->arena, &e->jumps, (Jump){ (uint32_t)e->code->insns.n, to });
	put_reg_or_imm(e, BPF_CLASS(i->code) | op, i->dst, i->src, 0, i->imm);
}

static void put_end(Encoder *e, const MBlock *b)
{
	const MInst *i = b->last;
	uint8_t inverse;

	if (b->n_succ == 1 && b->succ[0] != b->next)
		jump_to(e, b->succ[0]);
	if (b->n_succ != 2)
		return;
	e->loc = i->loc;
	inverse = jump_inverse(BPF_OP(i->code));
	if (b->succ[0] == b->next && inverse) {
		branch_to(e, i, inverse, b->succ[1]);
		return;
	}
	branch_to(e, i, BPF_OP(i->code), b->succ[0]);
	if (b->succ[1] != b->next)
		jump_to(e, b->succ[1]);
}

static bool resolve_jumps(Encoder *e)
{
	for (int k = 0; k < e->jumps.n; k++) {
		const Jump *j = &e->jumps.v[k];
		int64_t off = (int64_t)j->to->at - j->insn - 1;

		if (!fits_offset(off)) {
			const Func *source = e->m->ir->source;

			diag_report(e->m->diags, source ? source->loc : 0, DIAG_function_too_large,
				    "function '%s' is too large: a jump in it spans %lld instructions",
				    e->m->ir->name, (long long)off);
			return false;
		}
		e->code->insns.v[j->insn].off = (int16_t)off;
	}
	return true;
}

bool encode_function(MFunc *m, Code *code)
{
	Encoder e = { .m = m, .arena = m->arena, .code = code };

	for (MBlock *b = m->entry; b; b = b->next) {
		b->at = (uint32_t)code->insns.n;
		for (const MInst *i = b->first; i; i = i->next)
			put_inst(&e, i);
		put_end(&e, b);
	}
	code->stack_bytes = m->stack_bytes;
	return resolve_jumps(&e);
}
