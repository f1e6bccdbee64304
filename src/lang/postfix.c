/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What follows a primary expression: indexes, members, calls, ++ and --. Members that a type does
 * not have may be aliases of the dialect; fields of packet headers, map members and helper calls
 * are the dialect's as well.
 */
#include "internal.h"

enum { LONGEST_CHAIN = 1000 };

/* Flags of variables -------------------------------------------------------------------------- */

/* The variable of which `e` is a part, as far as the expression shows it. */
static Var *root_variable(const Expr *e)
{
	for (;;) {
		switch (e->kind) {
		case EXPR_VAR: return e->var;
		case EXPR_MEMBER: case EXPR_DEREF: case EXPR_POINTER_ADD: case EXPR_ADDRESS:
			if (e->kind == EXPR_DEREF && e->a->kind != EXPR_ADDRESS &&
			    e->a->kind != EXPR_POINTER_ADD)
				return NULL;
			if (e->kind == EXPR_POINTER_ADD && e->a->kind != EXPR_ADDRESS &&
			    e->a->kind != EXPR_POINTER_ADD)
				return NULL;
			e = e->a;
			break;
		default: return NULL;
		}
	}
}

void mark_address_taken(Lang *l, Expr *e)
{
	Var *v = l->unevaluated ? NULL : root_variable(e);

	if (v)
		v->address_taken = true;
}

void mark_written(Lang *l, Expr *e)
{
	Var *v = l->unevaluated ? NULL : root_variable(e);

	if (v)
		v->is_written = true;
}

/* Objects ------------------------------------------------------------------------------------- */

Expr *expr_var(Lang *l, Var *v, Loc loc)
{
	Expr *e = expr_new(l, EXPR_VAR, v->type, loc);

	e->var = v;
	e->is_lvalue = true;
	if (!l->unevaluated)
		v->is_used = true;
	return e;
}

static Expr *new_deref(Lang *l, Expr *pointer, Loc loc)
{
	Type *to = type_strip(pointer->type)->base;
	Expr *e;

	if (pointer->kind == EXPR_ADDRESS && pointer->a->is_lvalue && pointer->a->type == to)
		return pointer->a;
	e = expr_new(l, EXPR_DEREF, to, loc);
	e->a = pointer;
	e->is_lvalue = true;
	return e;
}

Expr *expr_deref(Lang *l, Expr *pointer, Loc loc)
{
	Type *to;
	Diag *d;

	pointer = expr_rvalue(l, pointer);
	if (expr_is_error(l, pointer))
		return pointer;
	if (!type_is_pointer(pointer->type)) {
		diag_report(l->diags, loc, DIAG_not_a_pointer, "'%s' is no pointer",
			    type_text(l, pointer->type));
		return expr_error(l, loc);
	}
	to = type_strip(type_strip(pointer->type)->base);
	if (to == l->t_error)
		return expr_error(l, loc);
	if (to->kind == TYPE_FUNC && pointer->kind == EXPR_FUNC) {
		Expr *f = expr_new(l, EXPR_FUNC, to, loc);

		f->func = pointer->func;
		return f;
	}
	if (to->kind == TYPE_VOID || to->kind == TYPE_FUNC) {
		d = diag_report(l->diags, loc, DIAG_not_a_pointer,
				"nothing can be read through '%s'", type_text(l, pointer->type));
		diag_hint(l->diags, d, "cast it to a pointer to the type that is there");
		return expr_error(l, loc);
	}
	return new_deref(l, pointer, loc);
}

Expr *expr_index(Lang *l, Expr *a, Expr *b, Loc loc)
{
	if (type_strip(a->type)->kind == TYPE_ARRAY)
		a = expr_decay(l, a);
	else if (type_strip(b->type)->kind == TYPE_ARRAY)
		b = expr_decay(l, b);
	a = expr_rvalue(l, a);
	b = expr_rvalue(l, b);
	if (expr_is_error(l, a) || expr_is_error(l, b))
		return expr_error(l, loc);
	if (!type_is_pointer(a->type) && !type_is_pointer(b->type)) {
		diag_report(l->diags, loc, DIAG_not_a_pointer, "'%s' is neither array nor pointer",
			    type_text(l, a->type));
		return expr_error(l, loc);
	}
	if (type_is_float(a->type) || type_is_float(b->type) || !type_is_scalar(a->type) ||
	    !type_is_scalar(b->type) || (type_is_pointer(a->type) && type_is_pointer(b->type))) {
		diag_report(l->diags, loc, DIAG_invalid_operands,
			    "an index is an integer, not '%s'",
			    type_text(l, type_is_pointer(a->type) ? b->type : a->type));
		return expr_error(l, loc);
	}
	return expr_deref(l, expr_binary(l, OP_ADD, a, b, loc), loc);
}

static Expr *unknown_member(Lang *l, Expr *base, Atom *name, Loc loc)
{
	Type *t = type_strip(base->type);
	const char *near = suggest_member(l, t, name);
	Diag *d = diag_report(l->diags, loc, DIAG_unknown_member, "'%s' has no member '%s'",
			      type_text(l, base->type), name->text);

	if (near)
		diag_hint(l->diags, d, "did you mean '%s'?", near);
	else if (t->loc && !t->from_btf && t->name)
		diag_note(l->diags, d, t->loc, "the type is defined here");
	return expr_error(l, loc);
}

Expr *expr_member(Lang *l, Expr *base, Atom *name, Loc loc)
{
	const Member *m;
	uint64_t offset;
	Expr *e;

	if (expr_is_error(l, base))
		return base;
	if (!type_is_record(base->type)) {
		diag_report(l->diags, loc, DIAG_not_a_struct, "'%s' has no members",
			    type_text(l, base->type));
		return expr_error(l, loc);
	}
	m = type_find_member(l->unit, base->type, name, &offset);
	if (!m) {
		e = dialect_member_alias(l, base, name, loc);
		if (!e && l->asks_for_field)
			e = core_missing_field(l, base, name, loc);
		if (e)
			return e;
		if (type_complete(l->unit, base->type))
			return unknown_member(l, base, name, loc);
		diag_report(l->diags, loc, DIAG_incomplete_type,
			    "'%s' is not defined, neither in the program nor in "
			    "the kernel's types",
			    type_text(l, base->type));
		return expr_error(l, loc);
	}
	e = expr_new(l, EXPR_MEMBER,
		     type_qualified(l, m->type, type_quals(base->type), TYPE_SPACE_NONE), loc);
	e->a = base;
	e->member = m;
	e->offset = offset;
	e->is_lvalue = base->is_lvalue;
	return e;
}

/* Calls --------------------------------------------------------------------------------------- */

void parse_arguments(Lang *l, Expr *call)
{
	if (accept(l, TOK_RPAREN))
		return;
	do {
		vec_push(l->arena, &call->args, expr_rvalue(l, parse_assignment(l)));
	} while (!l->panic && accept(l, TOK_COMMA));
	expect(l, TOK_RPAREN);
}

static Expr *promote_variadic(Lang *l, Expr *e)
{
	if (type_is_float(e->type) && !expr_is_constant(e))
		return fold_float(l, OP_ADD, e, expr_int(l, 0, l->t_int, e->loc), e->loc);
	return type_is_integer(e->type) ? expr_promote(l, e) : e;
}

static bool check_count(Lang *l, const Func *f, const Expr *call, Loc loc)
{
	const Type *t = f->type;
	int given = call->args.n;
	Diag *d;

	if (given == t->params.n || (given > t->params.n && t->variadic))
		return true;
	d = diag_report(l->diags, loc, DIAG_argument_count, "'%s' takes %d argument%s, not %d",
			f->name->text, t->params.n, t->params.n == 1 ? "" : "s", given);
	diag_note(l->diags, d, f->loc, "it is declared here");
	return false;
}

static void convert_arguments(Lang *l, const Type *t, Expr *call)
{
	for (int i = 0; i < call->args.n; i++) {
		Expr **arg = &call->args.v[i];

		*arg = i < t->params.n ? expr_convert(l, *arg, t->params.v[i].type, (*arg)->loc)
				       : promote_variadic(l, *arg);
	}
}

static Expr *call_kernel_function(Lang *l, Func *f, Expr *call)
{
	call->kind = EXPR_KFUNC;
	call->kfunc = f->name->text;
	if (!l->btf_asked && l->host->btf) {
		l->btf = l->host->btf(l->host->self);
		l->btf_asked = true;
	}
	if (l->btf)
		call->kfunc_btf_id = btf_find(l->btf, f->name->text, BTF_KIND_FUNC);
	return call;
}

Expr *call_function(Lang *l, Func *f, Expr *call, Loc loc)
{
	Diag *d;

	call->func = f;
	call->type = type_unqualified(f->type->base);
	if (check_count(l, f, call, loc))
		convert_arguments(l, f->type, call);
	if (!f->body && f->section && !strcmp(f->section, ".ksyms"))
		return call_kernel_function(l, f, call);
	if (l->unevaluated)
		return call;
	if (!f->body) {
		struct PendingCall pending = { f, loc };

		vec_push(l->arena, &l->pending_calls, pending);
	} else if (f->is_entry && !f->is_noinline) {
		d = diag_report(l->diags, loc, DIAG_call_of_program,
				"'%s' is a program of its own and cannot be "
				"called",
				f->name->text);
		diag_hint(l->diags, d, "declare it static");
	}
	return call;
}

static Expr *call_undeclared(Lang *l, Atom *name, Loc loc)
{
	const char *near = suggest_name(l, name, true);
	Expr *call = expr_error(l, loc);
	Diag *d = diag_report(l->diags, loc, DIAG_undeclared_function,
			      "function '%s' is not declared", name->text);

	if (near)
		diag_hint(l->diags, d, "did you mean '%s'?", near);
	parse_arguments(l, call);
	call->args.n = 0;
	return call;
}

static Expr *not_callable(Lang *l, Type *type, Loc loc)
{
	Expr *call = expr_error(l, loc);

	parse_arguments(l, call);
	call->args.n = 0;
	if (type_strip(type) == l->t_error)
		return call;
	if (type_is_pointer(type) && type_strip(type_strip(type)->base)->kind == TYPE_FUNC)
		diag_report(l->diags, loc, DIAG_indirect_call,
			    "calls through pointers do not exist in BPF programs");
	else
		diag_report(l->diags, loc, DIAG_indirect_call, "'%s' cannot be called",
			    type_text(l, type));
	return call;
}

static Expr *call_symbol(Lang *l, Symbol *s, Loc loc)
{
	Expr *call;

	switch (s->kind) {
	case SYMBOL_BUILTIN:
		return s->parse_call(l, s, loc);
	case SYMBOL_FUNC:
		call = expr_new(l, EXPR_CALL, s->func->type->base, loc);
		parse_arguments(l, call);
		return call_function(l, s->func, call, loc);
	case SYMBOL_HELPER:
		call = expr_new(l, EXPR_HELPER, type_unqualified(s->type->base), loc);
		call->helper = (int)s->value;
		parse_arguments(l, call);
		return dialect_helper_call(l, s, call, loc);
	case SYMBOL_KFUNC:
		call = expr_new(l, EXPR_KFUNC, type_unqualified(s->type->base), loc);
		call->kfunc = s->name->text;
		call->kfunc_btf_id = (uint32_t)s->value;
		parse_arguments(l, call);
		convert_arguments(l, s->type, call);
		return call;
	case SYMBOL_VAR:
		call = dialect_constant_call(l, s, loc);
		return call ? call : not_callable(l, s->type, loc);
	default:
		return not_callable(l, s->type ? s->type : l->t_error, loc);
	}
}

Expr *parse_call(Lang *l, Symbol *callee, Loc loc)
{
	Atom *name = l->token.atom;

	if (!callee) {
		next_token(l);
		next_token(l);
		return call_undeclared(l, name, loc);
	}
	next_token(l);
	return call_symbol(l, callee, loc);
}

static Expr *call_expression(Lang *l, Expr *callee, Loc loc)
{
	Expr *call;

	if (callee->kind != EXPR_FUNC)
		return not_callable(l, callee->type, loc);
	call = expr_new(l, EXPR_CALL, callee->func->type->base, loc);
	parse_arguments(l, call);
	return call_function(l, callee->func, call, loc);
}

/* --------------------------------------------------------------------------------------------- */

static Atom *member_name(Lang *l)
{
	Atom *name = l->token.atom;

	if (!name) {
		expected(l, "the name of a member");
		return NULL;
	}
	next_token(l);
	return name;
}

static Expr *parse_dot(Lang *l, Expr *base, Loc loc)
{
	Loc name_loc = l->token.loc;
	Atom *name;
	Diag *d;

	if (base->kind == EXPR_MAP)
		return dialect_map_member(l, base->map, loc);
	name = member_name(l);
	if (!name)
		return expr_error(l, loc);
	if (type_is_pointer(base->type)) {
		d = diag_report(l->diags, loc, DIAG_not_a_struct, "'%s' is a pointer",
				type_text(l, base->type));
		diag_hint(l->diags, d, "write '->%s' instead of '.%s'", name->text, name->text);
		base = expr_deref(l, base, loc);
	}
	return expr_member(l, base, name, name_loc);
}

static Expr *parse_arrow(Lang *l, Expr *base, Loc loc)
{
	Loc name_loc = l->token.loc;
	Atom *name = member_name(l);
	Diag *d;

	if (!name)
		return expr_error(l, loc);
	if (type_is_record(base->type)) {
		d = diag_report(l->diags, loc, DIAG_not_a_pointer, "'%s' is no pointer",
				type_text(l, base->type));
		diag_hint(l->diags, d, "write '.%s' instead of '->%s'", name->text, name->text);
		return expr_member(l, base, name, name_loc);
	}
	return expr_member(l, expr_deref(l, base, loc), name, name_loc);
}

static Expr *parse_index(Lang *l, Expr *base, Loc loc)
{
	Expr *index = parse_expression(l);

	expect(l, TOK_RBRACKET);
	return expr_index(l, base, index, loc);
}

Expr *parse_postfix(Lang *l, Expr *e)
{
	for (int chain = 0;; chain++) {
		Loc loc = l->token.loc;

		if (chain > LONGEST_CHAIN) {
			l->depth += 1 << 20;
			nest(l);
			return e;
		}
		if (accept(l, TOK_LBRACKET))
			e = parse_index(l, e, loc);
		else if (accept(l, TOK_DOT))
			e = parse_dot(l, e, loc);
		else if (accept(l, TOK_ARROW))
			e = parse_arrow(l, e, loc);
		else if (accept(l, TOK_LPAREN))
			e = call_expression(l, e, e->loc);
		else if (accept(l, TOK_INC))
			e = expr_increment(l, e, 1, true, loc);
		else if (accept(l, TOK_DEC))
			e = expr_increment(l, e, -1, true, loc);
		else
			return e;
	}
}
