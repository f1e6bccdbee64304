/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Short ways to write IR by hand for the tests of passes: one program function at a time, blocks
 * and insts appended in order, and counting what a pass made of it.
 */
#ifndef IR_TESTING_H
#define IR_TESTING_H

#include "ir/addresses.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

typedef struct Test {
	Arena *arena;
	Sources sources;
	Diags diags;
	Host host;
	Unit unit;
	Module module;
	Func source;
	Atom name;
	Function *f;
	Block *b;                  /* where insts are appended */
	Inst *ctx;
	Loc loc;                   /* counts up, one an inst */
} Test;

static Inst *add(Test *t, IrOp op, IrType type, int n, ...)
{
	Inst *i = ir_inst(t->f, op, type, n);
	va_list ap;

	va_start(ap, n);
	for (int k = 0; k < n; k++)
		i->args[k] = va_arg(ap, Inst *);
	va_end(ap);
	i->loc = ++t->loc;
	ir_append(t->b, i);
	return i;
}

static inline Test *test_start(int program_type)
{
	Arena *arena = arena_new();
	Test *t = NEW(arena, Test);

	t->arena = arena;
	t->sources.arena = arena;
	diags_init(&t->diags, arena, &t->sources);
	t->host.kernel_version = KVERSION(6, 1);
	t->unit.arena = arena;
	t->unit.host = &t->host;
	t->unit.license = "GPL";
	t->module = (Module){ .arena = arena, .unit = &t->unit, .diags = &t->diags };
	t->name = (Atom){ .text = "probe", .len = 5 };
	t->source = (Func){ .name = &t->name, .is_entry = true, .program_type = program_type };
	t->f = ir_function(&t->module, "probe", IR_I32);
	t->f->source = &t->source;
	t->f->is_program = true;
	t->b = t->f->entry;
	t->ctx = add(t, IR_PARAM, IR_PTR, 0);
	vec_push(arena, &t->f->params, t->ctx);
	return t;
}

static inline void test_end(Test *t)
{
	arena_free(t->arena);
}

static inline Inst *number(Test *t, int64_t n) { return ir_const(t->f, IR_I64, n); }
static inline Inst *number32(Test *t, int64_t n) { return ir_const(t->f, IR_I32, n); }

static inline Inst *local(Test *t, int64_t size)
{
	Inst *i = add(t, IR_ALLOCA, IR_PTR, 0);

	i->imm = size;
	i->align = 8;
	return i;
}

static inline Inst *load(Test *t, IrType type, int width, Inst *p, int64_t offset)
{
	Inst *i = add(t, IR_LOAD, type, 1, p);

	i->width = (uint8_t)width;
	i->imm = offset;
	return i;
}

static inline Inst *store(Test *t, int width, Inst *p, int64_t offset, Inst *v)
{
	Inst *i = add(t, IR_STORE, IR_VOID, 2, p, v);

	i->width = (uint8_t)width;
	i->imm = offset;
	return i;
}

static inline Inst *offset(Test *t, Inst *p, int64_t n)
{
	Inst *i = add(t, IR_PTROFF, IR_PTR, 1, p);

	i->imm = n;
	return i;
}

static inline Inst *map(Test *t, int type, uint32_t key_size, uint32_t value_size)
{
	Inst *i = add(t, IR_MAP, IR_PTR, 0);
	Atom *name = NEW(t->arena, Atom);

	*name = (Atom){ .text = "counts", .len = 6 };
	i->map = NEW(t->arena, MapDecl);
	*i->map = (MapDecl){ .name = name, .type = type, .key_size = key_size,
			     .value_size = value_size };
	return i;
}

static inline Inst *helper(Test *t, int id, int n, ...)
{
	Inst *i = ir_inst(t->f, IR_CALL_HELPER, IR_I64, n);
	const HelperInfo *h = helper_by_id(id);
	va_list ap;

	if (h && strchr("VAMSst", h->result))
		i->type = IR_PTR;
	va_start(ap, n);
	for (int k = 0; k < n; k++)
		i->args[k] = va_arg(ap, Inst *);
	va_end(ap);
	i->helper = id;
	i->loc = ++t->loc;
	ir_append(t->b, i);
	return i;
}

static inline Inst *ret(Test *t)
{
	return add(t, IR_RET, IR_VOID, 1, number32(t, 0));
}

/* if (condition) goto yes; else goto no; continues in `yes` */
static inline void branch(Test *t, Inst *condition, Block **yes, Block **no)
{
	*yes = *yes ? *yes : ir_block(t->f);
	*no = *no ? *no : ir_block(t->f);
	ir_branch_if(t->b, condition, *yes, *no)->loc = ++t->loc;
	t->b = *yes;
}

static inline void go_to(Test *t, Block *to)
{
	ir_branch(t->b, to)->loc = ++t->loc;
	t->b = to;
}

static inline Type *type_of_struct(Test *t, const char *name, uint64_t size)
{
	Type *s = NEW(t->arena, Type);
	Atom *atom = NEW(t->arena, Atom);

	*atom = (Atom){ .text = name, .len = (uint32_t)strlen(name) };
	*s = (Type){ .kind = TYPE_STRUCT, .name = atom, .complete = true, .size = size,
		     .align = 8 };
	return s;
}

static inline Type *pointer_to(Test *t, Type *to)
{
	Type *p = NEW(t->arena, Type);

	*p = (Type){ .kind = TYPE_POINTER, .base = to, .complete = true, .size = 8, .align = 8 };
	return p;
}

static inline int count(Test *t, IrOp op)
{
	int n = 0;

	FOR_BLOCKS(b, t->f)
		FOR_INSTS(i, b)
			n += i->op == op;
	return n;
}

static inline int count_calls(Test *t, int id)
{
	int n = 0;

	FOR_BLOCKS(b, t->f)
		FOR_INSTS(i, b)
			n += i->op == IR_CALL_HELPER && i->helper == id;
	return n;
}

static inline Inst *find(Test *t, IrOp op)
{
	FOR_BLOCKS(b, t->f)
		FOR_INSTS(i, b)
			if (i->op == op)
				return i;
	return NULL;
}

static inline bool reported(Test *t, DiagTag tag)
{
	for (int n = 0; n < t->diags.list.n; n++)
		if (t->diags.list.v[n]->tag == tag)
			return true;
	return false;
}

#define RUN(t, pass) do { \
	pass((t)->f); \
	if (!ir_check((t)->f, #pass)) \
		fail_msg("%s", (t)->diags.list.v[0]->message); \
} while (0)

#endif
