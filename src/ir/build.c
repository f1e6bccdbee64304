/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed tree -> IR: the module and its functions. Only what the entry functions reach is built.
 *
 * An entry function has one PARAM, the context. Other functions have one PARAM for each parameter;
 * structs and 128-bit integers are passed as the address of a private copy, and returned through a
 * hidden first PARAM. Such functions are always inlined; the copies then vanish.
 */
#include "ir/internal.h"

IrType build_type(Type *t)
{
	t = type_strip(t);
	switch (t->kind) {
	case TYPE_VOID: return IR_VOID;
	case TYPE_POINTER: case TYPE_ARRAY: case TYPE_FUNC: return IR_PTR;
	case TYPE_BOOL: return IR_I32;
	default: return t->size > 4 ? IR_I64 : IR_I32;
	}
}

void build_error(Builder *b, Loc loc, DiagTag tag, const char *message, const char *hint)
{
	Diag *d = diag_report(b->diags, loc, tag, "%s", message);

	if (hint)
		diag_hint(b->diags, d, "%s", hint);
}

Inst *build_alloca_bytes(Builder *b, uint64_t size, uint32_t align, Var *var)
{
	Inst *i = ir_inst(b->f, IR_ALLOCA, IR_PTR, 0);

	i->imm = (int64_t)(size ? size : 1);
	i->align = align ? align : 1;
	i->var = var;
	i->loc = var ? var->loc : b->loc;
	if (b->f->entry->first)
		ir_insert_before(b->f->entry->first, i);
	else
		ir_append(b->f->entry, i);
	return i;
}

Inst *build_alloca(Builder *b, Type *t, Var *var)
{
	uint32_t align;

	type_complete(b->unit, type_strip(t));
	t = type_strip(t);
	align = t->align;
	if (t->size >= 8 && align < 8)
		align = 8;                         /* "misaligned stack access" is never allowed */
	if (var && var->align > align)
		align = var->align;
	return build_alloca_bytes(b, t->size, align, var);
}

bool returns_in_memory(Type *function_type)
{
	return type_is_aggregate(type_strip(function_type)->base);
}

/* Functions ----------------------------------------------------------------------------------- */

static bool needs_inlining(Func *func)
{
	int n = func->params.n;

	if (!func->is_noinline || n > 5 || returns_in_memory(func->type))
		return true;
	for (int k = 0; k < n; k++)
		if (type_is_aggregate(func->params.v[k]->type))
			return true;
	return false;
}

Function *build_function_of(Builder *b, Func *func)
{
	Function *f = func->ir;
	Type *result = type_strip(func->type)->base;

	if (f && f->module == b->m)
		return f;
	f = ir_function(b->m, func->name->text,
			returns_in_memory(func->type) ? IR_VOID : build_type(result));
	f->source = func;
	f->is_program = func->is_entry;
	f->is_subprogram = !func->is_entry && func->body && !needs_inlining(func);
	f->must_inline = !func->is_entry && !f->is_subprogram;
	if (f->is_program && f->result == IR_VOID)
		f->result = IR_I32;
	func->ir = f;
	if (func->body)
		vec_push(b->arena, &b->queue, f);
	return f;
}

static Inst *add_param(Builder *b, IrType type, Var *var)
{
	Inst *i = emit(b, IR_PARAM, type, 0);

	i->imm = b->f->params.n;
	i->var = var;
	i->ctype = var ? var->type : NULL;
	if (var)
		i->loc = var->loc;
	vec_push(b->arena, &b->f->params, i);
	return i;
}

static void build_param(Builder *b, Var *var)
{
	IrType type = b->f->is_program ? IR_PTR : build_type(var->type);
	Inst *param, *value;

	if (type_is_aggregate(var->type) && !b->f->is_program) {
		var->ir = add_param(b, IR_PTR, var);
		return;
	}
	value = param = add_param(b, type, var);
	if (type_is_aggregate(var->type))
		return;
	var->ir = build_alloca(b, var->type, var);
	if (build_type(var->type) != type)
		value = build_convert(b, emit1(b, IR_BITCAST, IR_I64, param), NULL, var->type);
	store_place(b, place_of(var->ir, var->type), value);
}

static void build_return_default(Builder *b)
{
	Inst *ret;

	if (!b->block)
		return;
	if (b->f->result == IR_VOID) {
		emit(b, IR_RET, IR_VOID, 0);
		return;
	}
	ret = emit(b, IR_RET, IR_VOID, 1);
	ret->args[0] = emit_const(b, b->f->result, 0);
}

/* Blocks whose end nobody wrote: labels that were jumped to but never placed (after errors). */
static void end_open_blocks(Builder *b)
{
	FOR_BLOCKS (block, b->f) {
		if (block->last && ir_ops[block->last->op].flags & IRF_TERMINATOR)
			continue;
		b->block = block;
		build_return_default(b);
	}
}

static void build_body(Builder *b, Function *f)
{
	Func *func = f->source;

	b->f = f;
	b->source = func;
	b->loc = func->loc;
	b->result_place = NULL;
	start_block(b, f->entry);
	if (f->is_program) {
		if (func->params.n)
			build_param(b, func->params.v[0]);
		else
			add_param(b, IR_PTR, NULL);
	} else {
		if (returns_in_memory(func->type))
			b->result_place = add_param(b, IR_PTR, NULL);
		for (int k = 0; k < func->params.n; k++)
			build_param(b, func->params.v[k]);
	}
	build_stmt(b, func->body);
	b->loc = func->end_loc ? func->end_loc : func->loc;
	end_open_blocks(b);
	ir_dominators(f);
}

/* The module ---------------------------------------------------------------------------------- */

/* only_if:OPTION: the program is dropped when the option is bound to 0. */
static bool is_wanted(Unit *unit, const Func *func)
{
	for (int k = 0; k < func->tags.n; k++) {
		const char *tag = func->tags.v[k];

		if (!starts_with(tag, "only_if:"))
			continue;
		for (int g = 0; g < unit->globals.n; g++) {
			const Var *v = unit->globals.v[g];

			if (v->is_bound && !v->bound_value && !strcmp(v->name->text, tag + 8))
				return false;
		}
	}
	return true;
}

Module *ir_build(Unit *unit, Diags *diags)
{
	Module *m = NEW(unit->arena, Module);
	Builder b = { .m = m, .unit = unit, .arena = unit->arena, .diags = diags };

	m->arena = unit->arena;
	m->unit = unit;
	m->diags = diags;
	m->optimise = 2;
	for (int k = 0; k < unit->globals.n; k++)
		ir_global(m, unit->globals.v[k]);
	for (int k = 0; k < unit->funcs.n; k++)
		if (unit->funcs.v[k]->is_entry && unit->funcs.v[k]->body &&
		    is_wanted(unit, unit->funcs.v[k]))
			build_function_of(&b, unit->funcs.v[k]);
	for (int k = 0; k < b.queue.n; k++)
		build_body(&b, b.queue.v[k]);
	return m;
}
