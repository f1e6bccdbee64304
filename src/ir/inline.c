/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pass_inline: puts the bodies of called functions in place of the calls, bottom-up.
 *
 * A callee is finished (its own calls inlined, then simplified) before it is copied, so that
 * constant branches and unused code are not copied again and again. Subprograms stay calls. Stack
 * objects of the callee move to the entry block of the caller. Recursion is an error of the
 * program. Needs: nothing. Afterwards only programs and subprograms are left in the module.
 * Invalidates dominators.
 */
#include "ir/internal.h"

enum { STATE_NEW, STATE_ACTIVE, STATE_DONE };

/* Beyond this no function can be: a jump spans 32,768 instructions. Calls of calls of calls double. */
enum { MAX_VALUES = 1 << 17 };

static void finish(Module *m, Function *f);

/* Copying ------------------------------------------------------------------------------------- */

static Inst *copy_of(Inst *i)
{
	return i->aux_ptr;
}

static Inst *copy_inst(Function *f, const Inst *i)
{
	Inst *c = ir_inst(f, i->op, i->type, i->n_args);
	Inst **args = c->args;
	int id = c->id;

	*c = *i;
	c->args = args;
	c->id = id;
	c->block = NULL;
	c->prev = c->next = c->forward = NULL;
	c->aux_ptr = NULL;
	return c;
}

/* Params become the arguments; constants those of the caller; stack objects go to its entry. */
static bool is_moved(Function *f, Inst *i, Inst *call)
{
	Inst *c;

	switch (i->op) {
	case IR_PARAM:
		i->aux_ptr = call->args[i->imm];
		return true;
	case IR_CONST:
		i->aux_ptr = ir_const(f, i->type, i->imm);
		return true;
	case IR_ALLOCA:
		c = copy_inst(f, i);
		ir_insert_before(f->entry->first, c);
		i->aux_ptr = c;
		return true;
	default:
		return false;
	}
}

static Block *split_after(Function *f, Inst *call)
{
	Block *b = call->block, *rest = ir_block(f), *succ[2];
	Inst *i = call->next;
	int n;

	rest->loc = call->loc;
	rest->first = i;
	rest->last = b->last;
	i->prev = NULL;
	b->last = call;
	call->next = NULL;
	for (; i; i = i->next)
		i->block = rest;
	n = ir_successors(rest, succ);
	for (int k = 0; k < n; k++)
		for (int p = 0; p < succ[k]->preds.n; p++)
			if (succ[k]->preds.v[p] == b)
				succ[k]->preds.v[p] = rest;
	return rest;
}

typedef struct Returns {
	Block *after;
	VEC(Inst *) values;
} Returns;

static void copy_blocks(Function *f, Function *callee, Inst *call)
{
	FOR_BLOCKS (b, callee) {
		Block *c = ir_block(f);

		c->loc = b->loc;
		c->unroll = b->unroll;
		b->aux_ptr = c;
		FOR_INSTS (i, b) {
			Inst *n;

			if (is_moved(f, i, call))
				continue;
			n = copy_inst(f, i);
			i->aux_ptr = n;
			ir_append(c, n);
		}
	}
}

static void connect(Function *f, Function *callee, Returns *r)
{
	FOR_BLOCKS (b, callee) {
		Block *c = b->aux_ptr;
		Inst *last = c->last;

		for (int k = 0; k < b->preds.n; k++)
			vec_push(f->module->arena, &c->preds, (Block *)b->preds.v[k]->aux_ptr);
		FOR_INSTS (i, b) {
			Inst *n = i->aux_ptr;

			if (n->block != c || i->op == IR_PARAM || i->op == IR_CONST)
				continue;
			for (int a = 0; a < i->n_args; a++)
				n->args[a] = copy_of(i->args[a]);
		}
		for (int k = 0; k < 2; k++)
			if (last->targets[k])
				last->targets[k] = last->targets[k]->aux_ptr;
		if (last->op != IR_RET)
			continue;
		if (last->n_args)
			vec_push(f->module->arena, &r->values, last->args[0]);
		ir_remove(last);
		ir_branch(c, r->after)->loc = last->loc;
	}
}

static Inst *returned_value(Function *f, Inst *call, Returns *r)
{
	Inst *i;

	if (r->values.n == 1)
		return r->values.v[0];
	i = ir_inst(f, r->values.n ? IR_PHI : IR_UNDEF, call->type, r->values.n);
	i->loc = call->loc;
	i->ctype = call->ctype;
	for (int k = 0; k < r->values.n; k++)
		i->args[k] = r->values.v[k];
	if (r->after->first)
		ir_insert_before(r->after->first, i);
	else
		ir_append(r->after, i);
	return i;
}

static void inline_call(Function *f, Inst *call)
{
	Function *callee = call->callee;
	Block *before = call->block;
	Returns r = { .after = split_after(f, call) };

	copy_blocks(f, callee, call);
	connect(f, callee, &r);
	ir_branch(before, callee->entry->aux_ptr)->loc = call->loc;
	if (call->type != IR_VOID) {
		Inst *value = returned_value(f, call, &r);

		if (!value->ctype && value->type == IR_PTR && value->op != IR_CONST)
			value->ctype = call->ctype;
		ir_forward(call, value);
	}
	ir_remove(call);
}

/* Order --------------------------------------------------------------------------------------- */

static void refuse_recursion(Function *f, Inst *call)
{
	Diag *d = diag_report(f->module->diags, call->loc, DIAG_recursive_call,
			      "'%s' calls itself", call->callee->name);

	diag_hint(f->module->diags, d,
		  "BPF programs cannot recurse: use a loop with a constant bound");
	if (call->type != IR_VOID)
		ir_forward(call, ir_const(f, call->type, 0));
	ir_remove(call);
}

static void refuse_size(Function *f, Inst *call)
{
	Diag *d = diag_report(f->module->diags, f->source ? f->source->loc : call->loc,
			      DIAG_function_too_large, "'%s' becomes too large with the functions "
			      "that it calls put in place", f->name);

	diag_hint(f->module->diags, d, "mark a large function that is called often, such as '%s', "
		  "with __noinline", call->callee->name);
	f->module->is_too_large = true;
	if (call->type != IR_VOID)
		ir_forward(call, ir_const(f, call->type, 0));
	ir_remove(call);
}

/* Ids handed out are more than what is there, but nothing is copied without its ids. */
static bool fits(const Function *f, const Function *callee)
{
	return f->n_values + callee->n_values <= MAX_VALUES;
}

static void inline_calls(Module *m, Function *f)
{
	VEC(Inst *) calls = { 0 };
	int done = 0;

	FOR_BLOCKS (b, f)
		FOR_INSTS (i, b)
			if (i->op == IR_CALL || i->op == IR_FUNC)
				vec_push(m->arena, &calls, i);
	for (int k = 0; k < calls.n && !m->is_too_large; k++) {
		Inst *call = calls.v[k];

		if (call->callee->state == STATE_NEW)
			finish(m, call->callee);
		if (call->op == IR_FUNC)
			continue;
		if (call->callee->state == STATE_ACTIVE)
			refuse_recursion(f, call);
		else if (!call->callee->is_subprogram && !fits(f, call->callee))
			refuse_size(f, call);
		else if (!call->callee->is_subprogram)
			inline_call(f, call);
		done++;
	}
	if (done) {
		ir_apply_forwards(f);
		ir_dominators(f);
	}
}

static void finish(Module *m, Function *f)
{
	f->state = STATE_ACTIVE;
	ir_dominators(f);
	pass_mem2reg(f);
	pass_fold(f);
	pass_simplify_cfg(f);
	inline_calls(m, f);
	f->state = STATE_DONE;
	if (f->is_program || f->is_subprogram || m->is_too_large)
		return;
	pass_mem2reg(f);
	pass_fold(f);
	pass_simplify_cfg(f);
	pass_dead_code(f);
}

void pass_inline(Module *m)
{
	int kept = 0;

	for (int k = 0; k < m->functions.n; k++)
		m->functions.v[k]->state = STATE_NEW;
	for (int k = 0; k < m->functions.n; k++)
		if (m->functions.v[k]->is_program)
			finish(m, m->functions.v[k]);
	for (int k = 0; k < m->functions.n; k++) {
		Function *f = m->functions.v[k];

		if (f->is_program || (f->is_subprogram && f->state == STATE_DONE))
			m->functions.v[kept++] = f;
	}
	m->functions.n = kept;
}
