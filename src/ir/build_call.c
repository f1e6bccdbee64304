/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls: functions of the program, helpers, kernel functions.
 *
 * Structs go to functions as the address of a private copy and come back through a hidden first
 * argument. Helpers take 64-bit registers: an argument is extended as its C type says, but sizes
 * always with zeros, because the kernel takes them as u32 and the verifier then sees no negative
 * range. What a helper returns is 64 bits wide; an `int` result is cut to 32 bits.
 */
#include "facts/facts.h"
#include "ir/internal.h"

static Inst *struct_argument(Builder *b, Expr *e)
{
	Place p = build_temporary(b, e->type);

	build_into(b, e, p);
	return p.base;
}

static Inst *scalar_argument(Builder *b, Expr *e, IrType type)
{
	Inst *i = build_value(b, e);

	if (!i)
		return emit_const(b, type, 0);
	return build_adapted(b, i, type, type_is_integer(e->type) && type_is_signed(e->type));
}

Inst *build_call(Builder *b, Expr *e, Place *result)
{
	Func *func = e->func;
	bool hidden = returns_in_memory(func->type);
	int n = func->params.n, k = 0;
	Function *callee;
	Inst **args, *call, *out = NULL;

	if (!func->body)                           /* reported by the parser */
		return build_type(e->type) ? emit_const(b, build_type(e->type), 0) : NULL;
	callee = build_function_of(b, func);
	args = NEW_ARRAY(b->arena, Inst *, n + 2);
	if (hidden)
		out = result ? build_address(b, *result) : build_temporary(b, e->type).base;
	for (k = 0; k < n; k++) {
		Type *type = func->params.v[k]->type;

		if (k >= e->args.n)
			args[k] = emit_const(b, type_is_aggregate(type) ? IR_PTR : build_type(type),
					     0);
		else if (type_is_aggregate(type))
			args[k] = struct_argument(b, e->args.v[k]);
		else
			args[k] = scalar_argument(b, e->args.v[k], build_type(type));
	}
	b->loc = e->loc;
	call = emit(b, IR_CALL, callee->result, n + hidden);
	call->callee = callee;
	call->ctype = e->type;
	for (k = 0; k < n; k++)
		call->args[k + hidden] = args[k];
	if (hidden)
		call->args[0] = out;
	return callee->result == IR_VOID ? NULL : call;
}

/* Helpers ------------------------------------------------------------------------------------- */

static Inst *helper_argument(Builder *b, Expr *e, char class)
{
	bool is_size = class == 'n' || class == 'z';
	Inst *i;

	if (type_is_aggregate(e->type))            /* a struct in the place of an address */
		return build_address(b, build_place(b, e));
	i = build_value(b, e);
	if (!i)
		return emit_const(b, IR_I64, 0);
	return emit_wide(b, i, type_is_integer(e->type) && type_is_signed(e->type) && !is_size);
}

static Inst *call_result(Builder *b, Inst *call, Type *type)
{
	Type *t = type_strip(type);
	Inst *i;

	if (call->type != IR_I64 || t->size > 4)
		return call->type == IR_VOID ? NULL : call;
	if (t->kind == TYPE_BOOL)                  /* a function of C sets the low byte only */
		return emit2(b, IR_AND, IR_I32, emit1(b, IR_TRUNC, IR_I32, call),
			     emit_const(b, IR_I32, 1));
	i = emit1(b, IR_TRUNC, IR_I32, call);
	return t->size < 4 ? build_convert(b, i, NULL, type) : i;
}

Inst *build_helper(Builder *b, Expr *e)
{
	const HelperInfo *h = e->kind == EXPR_HELPER ? helper_by_id(e->helper) : NULL;
	size_t known = h ? strlen(h->args) : 0;
	Inst **args = NEW_ARRAY(b->arena, Inst *, e->args.n + 1), *call;
	IrType type = type_is_aggregate(e->type) ? IR_I64 : build_type(e->type);

	for (int k = 0; k < e->args.n; k++)
		args[k] = helper_argument(b, e->args.v[k], (size_t)k < known ? h->args[k] : 'i');
	b->loc = e->loc;
	if (type == IR_I32)
		type = IR_I64;
	call = emit(b, h || e->kind == EXPR_HELPER ? IR_CALL_HELPER : IR_CALL_KFUNC, type,
		    e->args.n);
	call->helper = e->helper;
	if (e->kind == EXPR_KFUNC) {
		call->kfunc = e->kfunc;
		call->btf_id = e->kfunc_btf_id;
	}
	call->ctype = e->type;
	for (int k = 0; k < e->args.n; k++)
		call->args[k] = args[k];
	return call_result(b, call, e->type);
}
