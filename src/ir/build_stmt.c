/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statements -> blocks. Branches on constants go one way only; what they leave out gets no preds
 * and is dropped, unless a label in it is jumped to.
 */
#include "ir/internal.h"

#include <stdlib.h>

static void build_decl(Builder *b, Stmt *s)
{
	Var *v = s->var;
	Type *t = type_strip(v->type);
	uint64_t room;

	if (v->is_static || v->is_global || v->is_extern)
		return;
	type_complete(b->unit, t);
	room = t->size;
	if (t->kind == TYPE_ARRAY && type_strip(t->base)->size == 1 && v->init)
		room = (room + 7) & ~7ull;         /* copies of more than the array read zeros */
	v->ir = build_alloca_bytes(b, room, room >= 8 && t->align < 8 ? 8 : t->align, v);
	if (v->align > ((Inst *)v->ir)->align)
		((Inst *)v->ir)->align = v->align;
	if (!v->init)
		return;
	if (!type_is_aggregate(t) && v->init->items.n) {
		Place p = place_of(v->ir, v->type);
		Inst *value = build_value(b, v->init->items.v[0].value);

		p.is_volatile |= v->is_volatile;
		if (value)
			store_place(b, p, value);
		return;
	}
	build_init(b, v->init, place_of(v->ir, v->type), room);
}

static void build_if(Builder *b, Stmt *s)
{
	Block *then = new_block(b), *after = new_block(b);
	Block *other = s->other ? new_block(b) : after;

	build_condition(b, s->expr, then, other);
	start_block(b, then);
	build_stmt(b, s->body);
	emit_branch(b, after);
	if (s->other) {
		start_block(b, other);
		build_stmt(b, s->other);
		emit_branch(b, after);
	}
	start_block(b, after);
}

static void build_loop(Builder *b, Stmt *s)
{
	Block *header = new_block(b), *after = new_block(b), *next = new_block(b);
	Block *body;

	if (s->init)
		build_stmt(b, s->init);
	b->loc = s->loc;
	s->ir = after;
	s->ir2 = next;
	emit_branch(b, header);
	header->unroll = s->unroll;
	start_block(b, header);
	if (!s->test_after && s->expr) {
		body = new_block(b);
		build_condition(b, s->expr, body, after);
		start_block(b, body);
	}
	build_stmt(b, s->body);
	emit_branch(b, next);
	start_block(b, next);
	if (s->step)
		build_effects(b, s->step);
	b->loc = s->loc;
	if (s->test_after && s->expr)
		build_condition(b, s->expr, header, after);
	else
		emit_branch(b, header);
	start_block(b, after);
}

/* Switch: a binary tree of comparisons over the sorted cases, short chains at its leaves.
 * ---------- */

typedef struct Case { int64_t low, high; Block *to; } Case;

static int compare_signed(const void *a, const void *b)
{
	int64_t x = ((const Case *)a)->low, y = ((const Case *)b)->low;

	return (x > y) - (x < y);
}

static int compare_unsigned(const void *a, const void *b)
{
	uint64_t x = (uint64_t)((const Case *)a)->low, y = (uint64_t)((const Case *)b)->low;

	return (x > y) - (x < y);
}

static Inst *case_test(Builder *b, Inst *value, const Case *c)
{
	Inst *distance;

	if (c->low == c->high)
		return emit2(b, IR_EQ, IR_I32, value, emit_const(b, value->type, c->low));
	distance = emit2(b, IR_SUB, value->type, value, emit_const(b, value->type, c->low));
	return emit2(b, IR_ULE, IR_I32, distance,
		     emit_const(b, value->type, (int64_t)((uint64_t)c->high - (uint64_t)c->low)));
}

static void build_cases(Builder *b, Inst *value, bool is_signed, const Case *cases, int n,
			Block *otherwise)
{
	enum { CHAIN = 4 };

	if (n > CHAIN) {
		Block *lower = new_block(b), *upper = new_block(b);
		int half = n / 2;

		emit_branch_if(b, emit2(b, is_signed ? IR_SLT : IR_ULT, IR_I32, value,
					emit_const(b, value->type, cases[half].low)), lower, upper);
		start_block(b, lower);
		build_cases(b, value, is_signed, cases, half, otherwise);
		start_block(b, upper);
		build_cases(b, value, is_signed, cases + half, n - half, otherwise);
		return;
	}
	for (int k = 0; k < n; k++) {
		Block *next = k + 1 < n ? new_block(b) : otherwise;

		emit_branch_if(b, case_test(b, value, &cases[k]), cases[k].to, next);
		if (k + 1 < n)
			start_block(b, next);
	}
	if (!n)
		emit_branch(b, otherwise);
}

static void build_switch(Builder *b, Stmt *s)
{
	Inst *value = build_value(b, s->expr);
	Block *after = new_block(b), *otherwise = after;
	bool is_signed = type_is_signed(s->expr->type);
	Case *cases = NEW_ARRAY(b->arena, Case, s->list.n + 1);
	int n = 0;

	s->ir = after;
	for (int k = 0; k < s->list.n; k++) {
		Stmt *c = s->list.v[k];
		Block *to = new_block(b);

		c->ir = to;
		if (c->is_default)
			otherwise = to;
		else
			cases[n++] = (Case){ c->low, c->high, to };
	}
	qsort(cases, (size_t)n, sizeof(*cases), is_signed ? compare_signed : compare_unsigned);
	if (value)
		build_cases(b, value, is_signed, cases, n, otherwise);
	b->block = NULL;
	build_stmt(b, s->body);
	emit_branch(b, after);
	start_block(b, after);
}

/* Jumps --------------------------------------------------------------------------------------- */

static Block *label_block(Builder *b, Stmt *label)
{
	Block *block = label->ir;

	if (!block || block->function != b->f)
		label->ir = block = new_block(b);
	return block;
}

static void build_return(Builder *b, Stmt *s)
{
	Type *type = type_strip(b->source->type)->base;
	Inst *value = NULL, *ret;

	if (s->expr && b->result_place)
		build_into(b, s->expr, place_of(b->result_place, type));
	else if (s->expr)
		value = build_value(b, s->expr);
	b->loc = s->loc;
	if (!b->block)
		return;
	if (b->f->result == IR_VOID) {
		emit(b, IR_RET, IR_VOID, 0);
	} else {
		if (!value || value->type != b->f->result)
			value = emit_const(b, b->f->result, 0);
		ret = emit(b, IR_RET, IR_VOID, 1);
		ret->args[0] = value;
	}
	b->block = NULL;
}

static void build_jump(Builder *b, Stmt *s)
{
	if (!s->target)
		return;                            /* reported by the parser */
	if (s->kind == STMT_GOTO)
		emit_branch(b, label_block(b, s->target));
	else
		emit_branch(b, s->kind == STMT_CONTINUE ? s->target->ir2 : s->target->ir);
}

static void build_labelled(Builder *b, Stmt *s)
{
	Block *block = s->kind == STMT_LABEL ? label_block(b, s) : s->ir;

	if (block) {
		emit_branch(b, block);
		start_block(b, block);
	}
	build_stmt(b, s->body);
}

void build_stmt(Builder *b, Stmt *s)
{
	if (!s)
		return;
	b->loc = s->loc;
	switch (s->kind) {
	case STMT_EXPR: build_effects(b, s->expr); break;
	case STMT_DECL: build_decl(b, s); break;
	case STMT_BLOCK:
		for (int k = 0; k < s->list.n; k++)
			build_stmt(b, s->list.v[k]);
		break;
	case STMT_IF: build_if(b, s); break;
	case STMT_LOOP: build_loop(b, s); break;
	case STMT_SWITCH: build_switch(b, s); break;
	case STMT_CASE: case STMT_LABEL: build_labelled(b, s); break;
	case STMT_BREAK: case STMT_CONTINUE: case STMT_GOTO: build_jump(b, s); break;
	case STMT_RETURN: build_return(b, s); break;
	case STMT_EMPTY: break;
	}
}

Expr *build_until_last(Builder *b, Stmt *block)
{
	Stmt *last;

	if (block->kind != STMT_BLOCK || !block->list.n) {
		build_stmt(b, block);
		return NULL;
	}
	for (int k = 0; k < block->list.n - 1; k++)
		build_stmt(b, block->list.v[k]);
	last = vec_last(&block->list);
	while (last && (last->kind == STMT_LABEL || last->kind == STMT_CASE)) {
		Stmt *body = last->body;

		last->body = NULL;
		build_labelled(b, last);
		last->body = body;
		last = body;
	}
	if (last && last->kind == STMT_EXPR)
		return last->expr;
	build_stmt(b, last);
	return NULL;
}
