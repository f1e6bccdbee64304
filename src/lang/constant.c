/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Constant evaluation. Nodes are folded while they are built, looking at their direct operands
 * (fold_node); constant_value looks through a whole tree, also at const variables with constant
 * initialisers and past branches that constant conditions exclude. Arithmetic is done in 128 bits
 * and cut to the type. Division by zero gives what BPF gives: quotient 0, remainder the dividend.
 */
#include "internal.h"

typedef __int128 Wide;
typedef unsigned __int128 UWide;

enum { DEEPEST_TREE = 4096 };

static unsigned bits_of(Type *t)
{
	t = type_enum_base(t);
	return t->kind == TYPE_BOOL      ? 1
	       : t->kind == TYPE_POINTER ? 64
	       : t->size                 ? (unsigned)t->size * 8
					 : 32;
}

static Wide wrap(Type *t, Wide value)
{
	unsigned bits = bits_of(t);

	if (type_enum_base(t)->kind == TYPE_BOOL)
		return value != 0;
	if (bits >= 128)
		return value;
	value = (Wide)((UWide)value & (((UWide)1 << bits) - 1));
	if (type_is_signed(t) && value >> (bits - 1))
		value -= (Wide)1 << bits;
	return value;
}

int64_t wrap_integer(Type *t, int64_t value)
{
	return (int64_t)wrap(t, value);
}

static Wide value_of(const Expr *e)
{
	if (bits_of(e->type) == 128)
		return (Wide)((UWide)(uint64_t)e->i_hi << 64 | (uint64_t)e->i);
	return type_is_signed(e->type) ? (Wide)e->i : (Wide)(uint64_t)e->i;
}

static Expr *wide_int(Lang *l, Wide value, Type *type, Loc loc)
{
	Expr *e = expr_new(l, EXPR_INT, type, loc);

	value = wrap(type, value);
	e->i = (int64_t)value;
	e->i_hi = bits_of(type) == 128 ? (int64_t)(value >> 64) : 0;
	return e;
}

Expr *expr_int(Lang *l, int64_t value, Type *type, Loc loc)
{
	bool is_unsigned = !type_is_signed(type);

	return wide_int(l, is_unsigned ? (Wide)(uint64_t)value : (Wide)value, type, loc);
}

Expr *expr_float(Lang *l, double value, Type *type, Loc loc)
{
	Expr *e = expr_new(l, EXPR_FLOAT, type, loc);

	e->f = value;
	return e;
}

bool expr_is_constant(const Expr *e)
{
	return e->kind == EXPR_INT || e->kind == EXPR_FLOAT;
}

/* Operators on integers ----------------------------------------------------------------------- */

static Wide divide(Wide a, Wide b, bool remainder)
{
	if (!b)
		return remainder ? a : 0;
	if (b == -1)
		return remainder ? 0 : (Wide)(0 - (UWide)a);
	return remainder ? a % b : a / b;
}

static Wide divide_unsigned(UWide a, UWide b, bool remainder)
{
	if (!b)
		return remainder ? (Wide)a : 0;
	return (Wide)(remainder ? a % b : a / b);
}

static Wide compute(Operator op, Wide a, Wide b, Type *type)
{
	bool is_signed = type_is_signed(type);
	unsigned shift = (unsigned)b & (bits_of(type) - 1);

	switch (op) {
	case OP_ADD: return (Wide)((UWide)a + (UWide)b);
	case OP_SUB: return (Wide)((UWide)a - (UWide)b);
	case OP_MUL: return (Wide)((UWide)a * (UWide)b);
	case OP_DIV: case OP_MOD:
		return is_signed ? divide(a, b, op == OP_MOD)
				 : divide_unsigned((UWide)a, (UWide)b, op == OP_MOD);
	case OP_AND: return a & b;
	case OP_OR: return a | b;
	case OP_XOR: return a ^ b;
	case OP_SHL: return (Wide)((UWide)a << shift);
	case OP_SHR: return is_signed ? a >> shift : (Wide)((UWide)a >> shift);
	case OP_EQ: return a == b;
	case OP_NE: return a != b;
	case OP_LT: return is_signed ? a < b : (UWide)a < (UWide)b;
	case OP_LE: return is_signed ? a <= b : (UWide)a <= (UWide)b;
	case OP_GT: return is_signed ? a > b : (UWide)a > (UWide)b;
	case OP_GE: return is_signed ? a >= b : (UWide)a >= (UWide)b;
	case OP_NEG: return (Wide)(0 - (UWide)a);
	case OP_BITNOT: return ~a;
	case OP_LOGNOT: return !a;
	}
	return 0;
}

/* Whole trees --------------------------------------------------------------------------------- */

static bool evaluate(Lang *l, const Expr *e, Wide *out, int depth);

static bool evaluate_variable(Lang *l, const Expr *e, Wide *out, int depth)
{
	const Var *v = e->var;

	if (!v->is_const || v->is_volatile || v->is_param || v->is_extern || !v->init ||
	    v->init->items.n != 1 || !type_is_integer(v->type) || depth > 64)
		return false;
	if (!evaluate(l, v->init->items.v[0].value, out, depth + 32))
		return false;
	*out = wrap(v->type, *out);
	return true;
}

static bool evaluate_logical(Lang *l, const Expr *e, Wide *out, int depth)
{
	bool is_or = e->kind == EXPR_LOGICAL_OR;
	Wide a, b;

	if (!evaluate(l, e->a, &a, depth))
		return false;
	*out = is_or;
	if ((a != 0) == is_or)
		return true;
	if (!evaluate(l, e->b, &b, depth))
		return false;
	*out = b != 0;
	return true;
}

static bool evaluate_conditional(Lang *l, const Expr *e, Wide *out, int depth)
{
	Wide a;

	if (!evaluate(l, e->a, &a, depth))
		return false;
	if (!e->b && a) {
		*out = a;
		return true;
	}
	return evaluate(l, a ? e->b : e->c, out, depth);
}

static bool evaluate_binary(Lang *l, const Expr *e, Wide *out, int depth)
{
	Wide a, b;

	if (!evaluate(l, e->a, &a, depth) || !evaluate(l, e->b, &b, depth))
		return false;
	*out = wrap(e->type, compute(e->op, a, b, e->a->type));
	return true;
}

static bool evaluate(Lang *l, const Expr *e, Wide *out, int depth)
{
	Wide a, b;

	if (depth++ > DEEPEST_TREE)
		return false;
	switch (e->kind) {
	case EXPR_INT:
		*out = value_of(e);
		return true;
	case EXPR_VAR:
		return evaluate_variable(l, e, out, depth);
	case EXPR_UNARY:
		if (!evaluate(l, e->a, &a, depth))
			return false;
		*out = wrap(e->type, compute(e->op, a, 0, e->a->type));
		return true;
	case EXPR_BINARY:
		return evaluate_binary(l, e, out, depth);
	case EXPR_CONVERT:
		if (type_strip(e->type)->kind == TYPE_VOID || !evaluate(l, e->a, &a, depth))
			return false;
		*out = wrap(e->type, a);
		return true;
	case EXPR_POINTER_ADD:
		if (!evaluate(l, e->a, &a, depth) || !evaluate(l, e->b, &b, depth))
			return false;
		*out = wrap(e->type, (Wide)((UWide)a + (UWide)b * e->scale));
		return true;
	case EXPR_LOGICAL_AND:
	case EXPR_LOGICAL_OR:
		return evaluate_logical(l, e, out, depth);
	case EXPR_CONDITIONAL:
		return evaluate_conditional(l, e, out, depth);
	default:
		return false;
	}
}

bool constant_value(Lang *l, Expr *e, int64_t *value)
{
	Wide wide;

	if (!type_is_scalar(e->type) || type_is_float(e->type) || !evaluate(l, e, &wide, 0))
		return false;
	*value = (int64_t)wide;
	return true;
}

Expr *expr_fold(Lang *l, Expr *e)
{
	Wide wide;

	if (expr_is_constant(e) || !type_is_scalar(e->type) || type_is_float(e->type) ||
	    !evaluate(l, e, &wide, 0))
		return e;
	return wide_int(l, wide, e->type, e->loc);
}

static bool is_int(const Expr *e)
{
	return !e || e->kind == EXPR_INT;
}

Expr *fold_node(Lang *l, Expr *e)
{
	switch (e->kind) {
	case EXPR_UNARY: case EXPR_BINARY: case EXPR_CONVERT: case EXPR_POINTER_ADD:
		return is_int(e->a) && is_int(e->b) && e->type != l->t_error ? expr_fold(l, e) : e;
	case EXPR_LOGICAL_AND: case EXPR_LOGICAL_OR:
		return is_int(e->a) ? expr_fold(l, e) : e;
	default:
		return e;
	}
}

/* Floating point: only constants, and comparisons of integers with them ----------------------- */

static double as_double(const Expr *e)
{
	if (e->kind == EXPR_FLOAT)
		return e->f;
	return type_is_signed(e->type) ? (double)e->i : (double)(uint64_t)e->i;
}

/* floor() and ceil(), without the mathematics library. */
static double round_down(double x)
{
	double whole;

	if (!(x > -9007199254740992.0 && x < 9007199254740992.0))
		return x;
	whole = (double)(int64_t)x;
	return whole > x ? whole - 1 : whole;
}

static double round_up(double x)
{
	return -round_down(-x);
}

static bool compare(Operator op, double a, double b)
{
	switch (op) {
	case OP_EQ: return a == b;
	case OP_NE: return a != b;
	case OP_LT: return a < b;
	case OP_LE: return a <= b;
	case OP_GT: return a > b;
	default: return a >= b;
	}
}

static Expr *fold_constants(Lang *l, Operator op, double a, double b, Loc loc)
{
	switch (op) {
	case OP_ADD: return expr_float(l, a + b, l->t_double, loc);
	case OP_SUB: return expr_float(l, a - b, l->t_double, loc);
	case OP_MUL: return expr_float(l, a * b, l->t_double, loc);
	case OP_DIV: return expr_float(l, a / b, l->t_double, loc);
	case OP_NEG: return expr_float(l, -a, l->t_double, loc);
	case OP_LOGNOT: return expr_int(l, a == 0, l->t_int, loc);
	default: return expr_int(l, compare(op, a, b), l->t_int, loc);
	}
}

static Operator mirrored(Operator op)
{
	switch (op) {
	case OP_LT: return OP_GT;
	case OP_LE: return OP_GE;
	case OP_GT: return OP_LT;
	case OP_GE: return OP_LE;
	default: return op;
	}
}

/* x OP limit with an integer x: the limit becomes the nearest integer that decides the same. */
static Expr *compare_integer(Lang *l, Operator op, Expr *x, double limit, Loc loc)
{
	Type *type = type_promoted(l, x->type);
	unsigned bits = bits_of(type);
	double half = (double)((uint64_t)1 << (bits - 1));
	double lowest = type_is_signed(type) ? -half : 0;
	double beyond = type_is_signed(type) ? half : half * 2;
	double bound = op == OP_LT || op == OP_GE ? round_up(limit) : round_down(limit);
	bool whole = round_down(limit) == limit;

	if ((op == OP_EQ || op == OP_NE) && !whole)
		return expr_comma(l, x, expr_int(l, op == OP_NE, l->t_int, loc), loc);
	if (!(bound >= lowest && bound < beyond)) {
		bool always = bound >= beyond ? op == OP_LT || op == OP_LE || op == OP_NE
					      : op == OP_GT || op == OP_GE || op == OP_NE;

		return expr_comma(l, x, expr_int(l, always && limit == limit, l->t_int, loc), loc);
	}
	return expr_binary(l, op, x, expr_int(l, type_is_signed(type) ? (int64_t)bound
					      : (int64_t)(uint64_t)bound, type, loc), loc);
}

Expr *fold_float(Lang *l, Operator op, Expr *a, Expr *b, Loc loc)
{
	bool comparison = op >= OP_EQ && op <= OP_GE;
	Diag *d;

	if (expr_is_constant(a) && (!b || expr_is_constant(b)) && (op < OP_MOD || op >= OP_EQ) &&
	    op != OP_BITNOT)
		return fold_constants(l, op, as_double(a), b ? as_double(b) : 0, loc);
	if (comparison && b->kind == EXPR_FLOAT && type_is_integer(a->type) &&
	    bits_of(a->type) <= 64)
		return compare_integer(l, op, a, b->f, loc);
	if (comparison && a->kind == EXPR_FLOAT && type_is_integer(b->type) &&
	    bits_of(b->type) <= 64)
		return compare_integer(l, mirrored(op), b, a->f, loc);
	d = diag_report(l->diags, loc, DIAG_floating_point,
			"floating point arithmetic does not exist in BPF programs");
	diag_hint(l->diags, d, "compute with integers, e.g. x * 3 / 2 instead of x * 1.5");
	return expr_error(l, loc);
}

bool parse_constant(Lang *l, int64_t *value)
{
	Expr *e = expr_rvalue(l, parse_conditional(l));

	if (!expr_is_error(l, e) && type_is_integer(e->type) && constant_value(l, e, value))
		return true;
	if (!expr_is_error(l, e))
		diag_report(l->diags, e->loc, DIAG_not_constant, "this is not an integer constant");
	*value = 1;
	return false;
}
