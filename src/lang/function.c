/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions: declarations that are merged under one name, and definitions. What kind of program a
 * function becomes is decided by the dialect, between the parameters and the body.
 */
#include "internal.h"

static void merge_attributes(Lang *l, Func *f, const Specifiers *s)
{
	f->is_static |= (s->storage & (STORAGE_STATIC | STORAGE_INLINE)) != 0;
	f->is_noinline |= s->attrs.noinline;
	f->is_used |= s->attrs.used;
	f->is_syscall |= s->attrs.syscall;
	f->wants_result |= s->attrs.result;
	if (s->attrs.section)
		f->section = s->attrs.section;
	for (int i = 0; i < s->attrs.tags.n; i++)
		vec_push(l->arena, &f->tags, s->attrs.tags.v[i]);
}

static Func *new_function(Lang *l, Atom *name, Type *type, const Specifiers *s, Loc loc)
{
	Func *f = NEW(l->arena, Func);

	f->name = name;
	f->type = type_strip(type);
	f->loc = loc;
	f->attach_type = -1;
	f->is_variadic = f->type->variadic;
	merge_attributes(l, f, s);
	return f;
}

/* The function that the name stands for at file scope already, if the two can be the same. */
static Func *find_function(Lang *l, Atom *name, Type *type, bool has_body, Loc loc)
{
	Symbol *other = name->symbol;
	Diag *d;

	while (other && other->scope != l->file_scope)
		other = other->shadowed;
	if (!other || other->is_external != (l->snippet_depth > 0))
		return NULL;
	if (other->kind != SYMBOL_FUNC || (other->func->body && has_body)) {
		d = diag_report(l->diags, loc, DIAG_redefinition, "'%s' is defined already",
				name->text);
		diag_note(l->diags, d, other->loc, "it was defined here");
		return NULL;
	}
	if (!type_equal(other->type, type)) {
		d = diag_report(l->diags, loc, DIAG_conflicting_types,
				"'%s' has the type '%s' here and '%s' before", name->text,
				type_text(l, type), type_text(l, other->type));
		diag_note(l->diags, d, other->loc, "it was declared here");
	}
	return other->func;
}

Func *function_declare(Lang *l, Atom *name, Type *type, const Specifiers *s, Loc loc)
{
	bool has_body = l->token.kind == TOK_LBRACE;
	Func *f = find_function(l, name, type, has_body, loc);
	Scope *inner = l->scope;

	if (!f) {
		f = new_function(l, name, type, s, loc);
		l->scope = l->file_scope;
		scope_declare(l, SYMBOL_FUNC, name, f->type, loc)->func = f;
		l->scope = inner;
		return f;
	}
	merge_attributes(l, f, s);
	if (has_body) {
		f->type = type_strip(type);
		f->loc = loc;
	}
	return f;
}

static void declare_parameters(Lang *l, Func *f)
{
	for (int i = 0; i < f->type->params.n; i++) {
		Param *p = &f->type->params.v[i];
		Var *v;

		if (type_strip(p->type)->kind == TYPE_FLOAT || !type_complete(l->unit, p->type)) {
			diag_report(l->diags, p->loc, DIAG_incomplete_type,
				    "a parameter cannot have the type '%s'", type_text(l, p->type));
			p->type = l->t_error;
		}
		v = var_new(l, p->name, p->type, p->loc ? p->loc : f->loc);
		v->is_param = true;
		v->param_index = i;
		vec_push(l->arena, &f->params, v);
		if (p->name)
			scope_declare(l, SYMBOL_VAR, p->name, p->type, p->loc)->var = v;
	}
}

static void check_definition(Lang *l, Func *f)
{
	Type *result = f->type->base;
	Diag *d;

	if (f->type->variadic) {
		d = diag_report(l->diags, f->loc, DIAG_variadic_function,
				"'%s' cannot take variable arguments", f->name->text);
		diag_hint(l->diags, d, "make it a macro");
	}
	if (type_strip(result)->kind == TYPE_FLOAT || (type_strip(result)->kind != TYPE_VOID &&
						       !type_complete(l->unit, result)))
		diag_report(l->diags, f->loc, DIAG_incomplete_type, "a function cannot return '%s'",
			    type_text(l, result));
}

void parse_function_body(Lang *l, Func *f)
{
	Func *outer = l->function;
	Stmt *body = stmt_new(l, STMT_BLOCK, l->token.loc);
	struct Labels *labels = labels_begin(l);

	check_definition(l, f);
	l->function = f;
	scope_enter(l);
	l->scope->is_function = true;
	f->params.n = 0;
	declare_parameters(l, f);
	f->body = body;
	dialect_function_begin(l, f, body);
	expect(l, TOK_LBRACE);
	parse_block_items(l, body);
	f->end_loc = l->previous_end;
	dialect_function_end(l, f);
	scope_leave(l);
	l->function = outer;
	labels_end(l, labels);
	vec_push(l->arena, &l->unit->funcs, f);
}
