/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of bpf: making IR functions by hand, instruction after instruction. */
#ifndef BCC_TESTS_BPF_TESTING_H
#define BCC_TESTS_BPF_TESTING_H

#include "bpf/machine.h"

#include <setjmp.h>
#include <stdlib.h>

#include <cmocka.h>

typedef struct Maker {
	Arena *arena;
	Sources sources;
	Diags diags;
	Module module;
	Function *f;
	Block *b;
	Inst *ctx;
} Maker;

static __attribute__((unused)) void maker_open(Maker *m)
{
	*m = (Maker){ 0 };
	m->arena = arena_new();
	m->sources.arena = m->arena;
	diags_init(&m->diags, m->arena, &m->sources);
	m->module.arena = m->arena;
	m->module.diags = &m->diags;
	m->f = NEW(m->arena, Function);
	m->f->module = &m->module;
	m->f->name = "test";
	m->f->result = IR_I32;
	m->f->is_program = true;
	m->b = ir_block(m->f);
	m->ctx = ir_inst(m->f, IR_PARAM, IR_PTR, 0);
	m->ctx->space = SPACE_CONTEXT;
	ir_append(m->b, m->ctx);
	vec_push(m->arena, &m->f->params, m->ctx);
}

static __attribute__((unused)) Inst *add(Maker *m, IrOp op, IrType type, int n, Inst *a, Inst *b)
{
	Inst *i = ir_inst(m->f, op, type, n);

	if (n > 0)
		i->args[0] = a;
	if (n > 1)
		i->args[1] = b;
	ir_append(m->b, i);
	return i;
}

static __attribute__((unused)) Inst *number(Maker *m, IrType type, int64_t v)
{
	return ir_const(m->f, type, v);
}

static __attribute__((unused)) Inst *add_load(Maker *m, IrType type, Inst *p, int64_t off,
					      int width, bool is_signed)
{
	Inst *i = add(m, IR_LOAD, type, 1, p, NULL);

	i->imm = off;
	i->width = (uint8_t)width;
	i->is_signed = is_signed;
	return i;
}

static __attribute__((unused)) void add_store(Maker *m, Inst *p, int64_t off, int width, Inst *v)
{
	Inst *i = add(m, IR_STORE, IR_VOID, 2, p, v);

	i->imm = off;
	i->width = (uint8_t)width;
}

static __attribute__((unused)) Inst *add_alloca(Maker *m, uint32_t size)
{
	Inst *i = ir_inst(m->f, IR_ALLOCA, IR_PTR, 0);

	i->imm = size;
	i->align = 8;
	ir_insert_after(m->ctx, i);
	return i;
}

static __attribute__((unused)) Inst *add_helper(Maker *m, int helper)
{
	Inst *i = add(m, IR_CALL_HELPER, IR_I64, 0, NULL, NULL);

	i->helper = helper;
	return i;
}

static __attribute__((unused)) void branch(Maker *m, Block *to)
{
	Inst *i = add(m, IR_BR, IR_VOID, 0, NULL, NULL);

	i->targets[0] = to;
	ir_add_edge(m->b, to);
}

static __attribute__((unused)) void branch_if(Maker *m, Inst *condition, Block *yes, Block *no)
{
	Inst *i = add(m, IR_CONDBR, IR_VOID, 1, condition, NULL);

	i->targets[0] = yes;
	i->targets[1] = no;
	ir_add_edge(m->b, yes);
	ir_add_edge(m->b, no);
}

static __attribute__((unused)) void give_back(Maker *m, Inst *v)
{
	add(m, IR_RET, IR_VOID, 1, v, NULL);
}

/* What the code of m->f looks like, one instruction a line; to be freed. */
static __attribute__((unused)) char *disassembled(Maker *m)
{
	BpfObject o = { .arena = m->arena };
	BpfProgram p = { .name = "test" };
	Code code = { 0 };
	StrBuf sb = { 0 };

	assert_true(code_function(m->arena, m->f, &m->diags, &code));
	p.insns.v = code.insns.v;
	p.insns.n = code.insns.n;
	bpf_disassemble(&o, &p, NULL, &sb);
	return sb.p;
}

#endif
