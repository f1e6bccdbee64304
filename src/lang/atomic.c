/* SPDX-License-Identifier: Apache-2.0 */
/*
 * __sync_* and __atomic_* functions, reduced to BPF's atomic operations on 4 and 8 bytes, which
 * fetch the old value. What wants the new value, or stores through a second pointer, becomes a
 * statement expression with variables of its own, so that arguments are evaluated once.
 * Memory orders are accepted and ignored: BPF's fetching operations are sequentially consistent.
 */
#include "internal.h"

/* Statement expressions built here ------------------------------------------------------------ */

Expr *expr_block(Lang *l, Loc loc)
{
	Expr *e = expr_new(l, EXPR_STATEMENT, l->t_void, loc);

	e->stmt = stmt_new(l, STMT_BLOCK, loc);
	return e;
}

Var *expr_block_var(Lang *l, Expr *block, Expr *value)
{
	Var *v = var_new(l, NULL, type_unqualified(value->type), value->loc);
	Stmt *s = stmt_new(l, STMT_DECL, value->loc);

	v->is_used = true;
	v->init = NEW(l->arena, Init);
	vec_push(l->arena, &v->init->items, (InitItem){ .type = v->type, .value = value });
	s->var = v;
	vec_push(l->arena, &block->stmt->list, s);
	return v;
}

void expr_block_effect(Lang *l, Expr *block, Expr *effect)
{
	Stmt *s = stmt_new(l, STMT_EXPR, effect->loc);

	s->expr = effect;
	vec_push(l->arena, &block->stmt->list, s);
}

Expr *expr_block_value(Lang *l, Expr *block, Expr *value)
{
	expr_block_effect(l, block, value);
	block->type = type_unqualified(value->type);
	return block;
}

/* Operations ---------------------------------------------------------------------------------- */

typedef enum AtomicForm {
	FORM_FETCH,                /* old value */
	FORM_NEW,                  /* new value */
	FORM_EXCHANGE, FORM_COMPARE_VALUE, FORM_COMPARE_BOOL, FORM_RELEASE, FORM_LOAD, FORM_STORE,
	FORM_COMPARE_EXCHANGE,     /* __atomic_compare_exchange_n(p, &expected, desired, ...) */
	FORM_FENCE,
} AtomicForm;

static const struct {
	const char *name;
	AtomicForm form;
	Operator op;
} atomics[] = {
	{ "__sync_fetch_and_add", FORM_FETCH, OP_ADD },
	{ "__sync_fetch_and_sub", FORM_FETCH, OP_SUB },
	{ "__sync_fetch_and_and", FORM_FETCH, OP_AND },
	{ "__sync_fetch_and_or", FORM_FETCH, OP_OR },
	{ "__sync_fetch_and_xor", FORM_FETCH, OP_XOR },
	{ "__sync_add_and_fetch", FORM_NEW, OP_ADD },
	{ "__sync_sub_and_fetch", FORM_NEW, OP_SUB },
	{ "__sync_and_and_fetch", FORM_NEW, OP_AND },
	{ "__sync_or_and_fetch", FORM_NEW, OP_OR },
	{ "__sync_xor_and_fetch", FORM_NEW, OP_XOR },
	{ "__sync_lock_test_and_set", FORM_EXCHANGE, OP_ADD },
	{ "__sync_val_compare_and_swap", FORM_COMPARE_VALUE, OP_ADD },
	{ "__sync_bool_compare_and_swap", FORM_COMPARE_BOOL, OP_ADD },
	{ "__sync_lock_release", FORM_RELEASE, OP_ADD },
	{ "__atomic_fetch_add", FORM_FETCH, OP_ADD },
	{ "__atomic_fetch_sub", FORM_FETCH, OP_SUB },
	{ "__atomic_fetch_and", FORM_FETCH, OP_AND },
	{ "__atomic_fetch_or", FORM_FETCH, OP_OR },
	{ "__atomic_fetch_xor", FORM_FETCH, OP_XOR },
	{ "__atomic_add_fetch", FORM_NEW, OP_ADD },
	{ "__atomic_sub_fetch", FORM_NEW, OP_SUB },
	{ "__atomic_and_fetch", FORM_NEW, OP_AND },
	{ "__atomic_or_fetch", FORM_NEW, OP_OR },
	{ "__atomic_xor_fetch", FORM_NEW, OP_XOR },
	{ "__atomic_exchange_n", FORM_EXCHANGE, OP_ADD },
	{ "__atomic_load_n", FORM_LOAD, OP_ADD },
	{ "__atomic_store_n", FORM_STORE, OP_ADD },
	{ "__atomic_compare_exchange_n", FORM_COMPARE_EXCHANGE, OP_ADD },
	{ "__atomic_thread_fence", FORM_FENCE, OP_ADD },
	{ "__atomic_signal_fence", FORM_FENCE, OP_ADD },
};

static Builtin fetching(Operator op)
{
	switch (op) {
	case OP_AND: return BUILTIN_FETCH_AND;
	case OP_OR: return BUILTIN_FETCH_OR;
	case OP_XOR: return BUILTIN_FETCH_XOR;
	default: return BUILTIN_FETCH_ADD;
	}
}

static Type *object_type(Expr *pointer)
{
	return type_unqualified(type_strip(pointer->type)->base);
}

/* A node with the pointer and up to two values, converted to the object's type. */
static Expr *operation(Lang *l, Builtin b, Expr *pointer, Expr *value, Expr *expected, Loc loc)
{
	Type *type = object_type(pointer);
	Expr *e = expr_builtin(l, b, type, loc);

	vec_push(l->arena, &e->args, pointer);
	vec_push(l->arena, &e->args, expr_convert(l, value, type, value->loc));
	if (expected)
		vec_push(l->arena, &e->args, expr_convert(l, expected, type, expected->loc));
	return e;
}

static Expr *fetch(Lang *l, Operator op, Expr *pointer, Expr *value, Loc loc)
{
	value = expr_convert(l, value, object_type(pointer), value->loc);
	if (op == OP_SUB && type_is_integer(value->type))
		value = expr_unary(l, OP_NEG, value, loc);
	return operation(l, fetching(op), pointer, value, NULL, loc);
}

static Expr *fetch_new(Lang *l, Operator op, Expr *pointer, Expr *value, Loc loc)
{
	Expr *block = expr_block(l, loc), *old, *result;
	Var *v = expr_block_var(l, block, expr_convert(l, value, object_type(pointer), value->loc));

	old = fetch(l, op, pointer, expr_var(l, v, loc), loc);
	if (type_is_pointer(old->type))
		old = expr_cast(l, old, l->t_ulong, loc);
	result = expr_binary(l, op, old, expr_cast(l, expr_var(l, v, loc), old->type, loc), loc);
	return expr_block_value(l, block, expr_cast(l, result, object_type(pointer), loc));
}

static Expr *compare_bool(Lang *l, Expr *pointer, Expr *expected, Expr *desired, Loc loc)
{
	Expr *block = expr_block(l, loc), *old;
	Var *v = expr_block_var(l, block, expr_convert(l, expected, object_type(pointer), loc));

	old = operation(l, BUILTIN_COMPARE_EXCHANGE, pointer, desired, expr_var(l, v, loc), loc);
	return expr_block_value(l, block, expr_binary(l, OP_EQ, old, expr_var(l, v, loc), loc));
}

/* ({ T *e = expected; T want = *e; T old = cmpxchg(p, desired, want); *e = old; old == want; }) */
static Expr *compare_exchange(Lang *l, Expr *pointer, Expr *expected, Expr *desired, Loc loc)
{
	Expr *block = expr_block(l, loc), *old;
	Type *type = object_type(pointer);
	Var *at = expr_block_var(l, block, expr_convert(l, expected, type_pointer(l, type), loc));
	Var *want =
		expr_block_var(l, block, expr_rvalue(l, expr_deref(l, expr_var(l, at, loc), loc)));
	Var *was;

	old = operation(l, BUILTIN_COMPARE_EXCHANGE, pointer, desired, expr_var(l, want, loc), loc);
	was = expr_block_var(l, block, old);
	expr_block_effect(l, block, expr_assign(l, expr_deref(l, expr_var(l, at, loc), loc),
						expr_var(l, was, loc), loc));
	return expr_block_value(l, block, expr_binary(l, OP_EQ, expr_var(l, was, loc),
						      expr_var(l, want, loc), loc));
}

static int arguments_needed(AtomicForm form)
{
	switch (form) {
	case FORM_FENCE: return 0;
	case FORM_LOAD: case FORM_RELEASE: return 1;
	case FORM_COMPARE_VALUE: case FORM_COMPARE_BOOL: case FORM_COMPARE_EXCHANGE: return 3;
	default: return 2;
	}
}

static bool check_pointer(Lang *l, Expr *pointer, const Symbol *s, Loc loc)
{
	Type *to;

	if (expr_is_error(l, pointer))
		return false;
	if (!type_is_pointer(pointer->type)) {
		diag_report(l->diags, loc, DIAG_not_a_pointer, "'%s' needs a pointer, not '%s'",
			    s->name->text, type_text(l, pointer->type));
		return false;
	}
	to = object_type(pointer);
	if ((type_is_integer(to) || type_is_pointer(to)) &&
	    (type_size(l, to) == 4 || type_size(l, to) == 8))
		return true;
	diag_report(l->diags, loc, DIAG_atomic_size,
		    "atomic operations work on 4 and 8 byte integers, not on '%s'",
		    type_text(l, to));
	return false;
}

static Expr *build(Lang *l, AtomicForm form, Operator op, Expr *const *args, Loc loc)
{
	Expr *zero = expr_int(l, 0, l->t_int, loc);

	switch (form) {
	case FORM_FETCH: return fetch(l, op, args[0], args[1], loc);
	case FORM_NEW: return fetch_new(l, op, args[0], args[1], loc);
	case FORM_EXCHANGE: return operation(l, BUILTIN_EXCHANGE, args[0], args[1], NULL, loc);
	case FORM_COMPARE_VALUE:
		return operation(l, BUILTIN_COMPARE_EXCHANGE, args[0], args[2], args[1], loc);
	case FORM_COMPARE_BOOL: return compare_bool(l, args[0], args[1], args[2], loc);
	case FORM_COMPARE_EXCHANGE: return compare_exchange(l, args[0], args[1], args[2], loc);
	case FORM_RELEASE: return expr_assign(l, expr_deref(l, args[0], loc), zero, loc);
	case FORM_STORE: return expr_assign(l, expr_deref(l, args[0], loc), args[1], loc);
	case FORM_LOAD: return expr_rvalue(l, expr_deref(l, args[0], loc));
	default: return expr_builtin(l, BUILTIN_BARRIER, l->t_void, loc);
	}
}

static Expr *parse_atomic(Lang *l, Symbol *s, Loc loc)
{
	AtomicForm form = atomics[s->value].form;
	Expr *call = expr_new(l, EXPR_BUILTIN, l->t_void, loc), *e;
	int needed = arguments_needed(form);

	parse_arguments(l, call);
	for (int i = 0; i < call->args.n; i++) {
		if (expr_is_error(l, call->args.v[i]))
			return expr_error(l, loc);
	}
	if (call->args.n < needed) {
		if (!l->panic)
			diag_report(l->diags, loc, DIAG_argument_count,
				    "'%s' takes %d arguments, not %d", s->name->text, needed,
				    call->args.n);
		return expr_error(l, loc);
	}
	if (needed && !check_pointer(l, call->args.v[0], s, loc))
		return expr_error(l, loc);
	if (needed)
		mark_written(l, expr_deref(l, call->args.v[0], loc));
	e = build(l, form, atomics[s->value].op, call->args.v, loc);
	return e;
}

void atomics_init(Lang *l)
{
	for (size_t i = 0; i < ARRAY_LEN(atomics); i++)
		builtin_declare(l, atomics[i].name, (int64_t)i, parse_atomic);
}
