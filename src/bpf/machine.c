/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making and changing machine code (machine.h), what each MInst reads and writes, and what
 * opcodes.def says of jumps and sizes.
 */
#include "bpf/machine.h"

MBlock *machine_block(MFunc *m, int depth)
{
	MBlock *b = NEW(m->arena, MBlock);

	b->id = m->n_blocks++;
	b->depth = depth;
	if (m->last)
		m->last->next = b;
	else
		m->entry = b;
	m->last = b;
	return b;
}

int machine_vreg(MFunc *m, int level)
{
	vec_push(m->arena, &m->vregs, (MVreg){ .level = (uint8_t)level });
	return m->vregs.n - 1;
}

int machine_object(MFunc *m, uint32_t size, uint32_t align, const Inst *variable)
{
	vec_push(m->arena, &m->objects, (MObject){ .size = size, .align = align ? align : 1,
						   .is_spill = !variable, .variable = variable });
	return m->objects.n - 1;
}

MInst *machine_inst(MFunc *m, MKind kind, uint8_t code, Loc loc)
{
	MInst *i = NEW(m->arena, MInst);

	i->kind = (uint8_t)kind;
	i->code = code;
	i->dst = i->src = i->src2 = -1;
	i->object = -1;
	i->loc = loc;
	return i;
}

void machine_append(MBlock *b, MInst *i)
{
	machine_insert_after(b, b->last, i);
}

void machine_insert_before(MBlock *b, MInst *where, MInst *i)
{
	machine_insert_after(b, where->prev, i);
}

/* `where` NULL: at the start. */
void machine_insert_after(MBlock *b, MInst *where, MInst *i)
{
	i->prev = where;
	i->next = where ? where->next : b->first;
	if (i->next)
		i->next->prev = i;
	else
		b->last = i;
	if (where)
		where->next = i;
	else
		b->first = i;
}

void machine_remove(MBlock *b, MInst *i)
{
	if (i->prev)
		i->prev->next = i->next;
	else
		b->first = i->next;
	if (i->next)
		i->next->prev = i->prev;
	else
		b->last = i->prev;
	i->prev = i->next = NULL;
}

static int add_register(int *out, int n, int reg)
{
	if (reg >= 0)
		out[n++] = reg;
	return n;
}

int machine_uses(const MInst *i, int *out)
{
	int n = 0;

	switch ((MKind)i->kind) {
	case M_LDIMM:
	case M_LEA:
		return 0;
	case M_MOV:
	case M_LOAD:
		return add_register(out, 0, i->src);
	case M_ALU:
	case M_STORE:
	case M_JCC:
		n = add_register(out, 0, i->dst);
		return add_register(out, n, i->src);
	case M_ATOMIC:
		n = add_register(out, 0, i->dst);
		n = add_register(out, n, i->src);
		return i->imm == BPF_CMPXCHG ? add_register(out, n, R0) : n;
	case M_SET:
		n = add_register(out, 0, i->src);
		return add_register(out, n, i->src2);
	case M_CALL:
		for (; n < i->n_args; n++)
			out[n] = R1 + n;
		return n;
	case M_SKB:
		out[0] = R6;
		return add_register(out, 1, i->src);
	case M_EXIT:
		out[0] = R0;
		return 1;
	}
	return 0;
}

int machine_defs(const MInst *i, int *out)
{
	switch ((MKind)i->kind) {
	case M_MOV:
	case M_ALU:
	case M_LDIMM:
	case M_LEA:
	case M_LOAD:
	case M_SET:
		out[0] = i->dst;
		return 1;
	case M_ATOMIC:
		if (!(i->imm & BPF_FETCH))
			return 0;
		out[0] = i->imm == BPF_CMPXCHG ? R0 : i->src;
		return 1;
	case M_CALL:
	case M_SKB:
		for (int r = R0; r <= R5; r++)
			out[r] = r;
		return 6;
	default:
		return 0;
	}
}

bool machine_is_copy(const MInst *i)
{
	return i->kind == M_MOV && i->src >= 0 && i->code == (BPF_ALU64 | BPF_MOV);
}

uint8_t jump_inverse(uint8_t op)
{
	switch (op) {
#define JUMP_OP(code, text, inverse, swapped) case code: return inverse;
#include "bpf/opcodes.def"
	default:
		return 0;
	}
}

uint8_t jump_swapped(uint8_t op)
{
	switch (op) {
#define JUMP_OP(code, text, inverse, swapped) case code: return swapped;
#include "bpf/opcodes.def"
	default:
		return op;
	}
}

uint8_t size_code(int bytes)
{
	switch (bytes) {
#define SIZE_OP(code, text, n) case n: return code;
#include "bpf/opcodes.def"
	default:
		return BPF_DW;
	}
}

int size_bytes(uint8_t code)
{
	switch (BPF_SIZE(code)) {
#define SIZE_OP(code, text, n) case code: return n;
#include "bpf/opcodes.def"
	default:
		return 0;
	}
}
