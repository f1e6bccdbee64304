/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pass_memory: loads of what is known, and stores that nobody reads.
 *
 * Forwards: in a block, and from a block to those that have only it before them, what was stored or
 * loaded at [root + offset] is remembered until something may change it. Helpers change only what
 * is passed to them; what they change otherwise (packets, map values) is forgotten at every call.
 * So the context is read again after a call, which costs less than a register kept over it.
 * Backwards: a store to a stack object is dead if on every way from it the bytes are written again
 * before they are read, by code or helpers; a constant that is half dead becomes half as wide.
 * Needs: nothing; recomputes dominators and keeps them. Volatile accesses stay.
 */
#include "ir/internal.h"
#include "ir/touches.h"

enum { MAX_KNOWN = 32, HELPER_MAP_UPDATE = 2, HELPER_GET_COMM = 16 };

typedef struct Known {
	Inst *root;
	Inst *pointer;             /* a variable distance from the root: it; else NULL */
	int64_t offset;
	int width;
	IrType type;               /* of the load that gave it; IR_VOID: it was stored */
	bool is_signed;
	Inst *value;
} Known;

typedef struct State {
	int n;
	Known known[MAX_KNOWN];
} State;

/* What may change what ------------------------------------------------------------------------ */

/* A stack object whose address is nowhere but in the insts that we see. */
static bool is_private(const Inst *root)
{
	const Object *o = root->op == IR_ALLOCA ? root->aux_ptr : NULL;

	return o && !o->escapes;
}

static bool is_context(const Inst *root)
{
	return root->op == IR_PARAM && root->block->function->is_program;
}

static bool may_alias(const Inst *x, const Inst *y)
{
	if (x == y)
		return true;
	if (is_private(x) || is_private(y) || is_context(x) || is_context(y))
		return false;
	return x->op != IR_GLOBAL || y->op != IR_GLOBAL || x->global == y->global;
}

static bool overlaps(const Known *k, int64_t offset, int64_t width)
{
	return k->offset < offset + width && offset < k->offset + k->width;
}

/* Forgets what a write of `width` bytes (0: unknown) at the address changes; `access`: by what, if
 * it is an access. */
static void forget(State *s, const Address *a, int64_t width, const Inst *access)
{
	int kept = 0;

	for (int n = 0; n < s->n; n++) {
		const Known *k = &s->known[n];
		bool changed = may_alias(k->root, a->root);

		if (k->pointer && access && k->pointer == access->args[0])
			changed = overlaps(k, access->imm, width);
		else if (k->root == a->root && !a->variable && width && !k->pointer)
			changed = overlaps(k, a->offset, width);

		if (!changed)
			s->known[kept++] = *k;
	}
	s->n = kept;
}

static bool call_may_write(const Inst *call, int k)
{
	if (call->op != IR_CALL_HELPER)
		return true;
	switch (ir_argument_class(call, k)) {
	case 'k': case 'r': case 'i': case 'c': case 'm': case 'n': case 'z': case 'p':
		return false;
	case 'v':
		return call->helper != HELPER_MAP_UPDATE;
	default:
		return true;
	}
}

static void forget_at_call(State *s, Inst *call)
{
	int kept = 0;

	for (int n = 0; n < s->n; n++)
		if (is_private(s->known[n].root))
			s->known[kept++] = s->known[n];
	s->n = kept;
	for (int k = 0; k < call->n_args; k++) {
		Address a;

		if (call->args[k]->type == IR_I32 || !call_may_write(call, k))
			continue;
		a = ir_address(call->args[k]);
		if (a.root->op == IR_ALLOCA)
			forget(s, &a, 0, NULL);
	}
}

/* Forwards ------------------------------------------------------------------------------------ */

static void remember(State *s, const Address *a, const Inst *i, Inst *value)
{
	Known k = { .root = a->root, .offset = a->offset, .width = i->width, .value = value };

	if (a->variable) {
		k.pointer = i->args[0];
		k.offset = i->imm;
	}
	if (i->op == IR_LOAD) {
		k.type = i->type;
		k.is_signed = i->is_signed;
	}
	if (s->n == MAX_KNOWN)
		memmove(s->known, s->known + 1, sizeof(*s->known) * (MAX_KNOWN - 1));
	else
		s->n++;
	s->known[s->n - 1] = k;
}

static Inst *insert1(Inst *at, IrOp op, IrType type, int width, Inst *a)
{
	Inst *i = ir_inst(at->block->function, op, type, 1);

	i->args[0] = a;
	i->width = (uint8_t)width;
	i->loc = at->loc;
	ir_insert_before(at, i);
	return i;
}

/* What a load gives of a value that was stored with the same width. */
static Inst *as_loaded(Inst *load, Inst *v)
{
	Function *f = load->block->function;
	Inst *i;

	if (load->width == 8)
		return v->type == load->type ? v : insert1(load, IR_BITCAST, load->type, 0, v);
	if (v->type != IR_I32)
		v = insert1(load, IR_TRUNC, IR_I32, 0, v);
	if (load->width < 4 && load->is_signed) {
		v = insert1(load, IR_SEXT, IR_I32, load->width * 8, v);
	} else if (load->width < 4) {
		i = ir_inst(f, IR_AND, IR_I32, 2);
		i->args[0] = v;
		i->args[1] = ir_const(f, IR_I32, load->width == 1 ? 0xff : 0xffff);
		i->loc = load->loc;
		ir_insert_before(load, i);
		v = i;
	}
	if (load->type == IR_I32)
		return v;
	return insert1(load, load->is_signed ? IR_SEXT : IR_ZEXT, IR_I64, load->is_signed ? 32 : 0,
		       v);
}

/* A load from within a constant that was stored (a zeroed object). */
static Inst *part_of_constant(const Inst *load, const Known *k, int64_t offset)
{
	Function *f = load->block->function;
	uint64_t v;
	int unused = 64 - load->width * 8;

	if (k->type != IR_VOID || k->value->op != IR_CONST || offset < k->offset ||
	    offset + load->width > k->offset + k->width)
		return NULL;
	v = (uint64_t)k->value->imm >> (offset - k->offset) * 8 << unused;
	return ir_const(f, load->type, load->is_signed ? (int64_t)v >> unused
						       : (int64_t)(v >> unused));
}

static Inst *find_value(State *s, Inst *load, const Address *a)
{
	Inst *pointer = a->variable ? load->args[0] : NULL;
	int64_t offset = a->variable ? load->imm : a->offset;

	for (int n = s->n - 1; n >= 0; n--) {
		Known *k = &s->known[n];

		if (k->root != a->root || k->pointer != pointer ||
		    !overlaps(k, offset, load->width))
			continue;
		if (k->offset != offset || k->width != load->width)
			return part_of_constant(load, k, offset);
		if (k->type == IR_VOID)
			return as_loaded(load, ir_resolve(k->value));
		if (k->type == load->type && k->is_signed == load->is_signed)
			return ir_resolve(k->value);
	}
	return NULL;
}

static void visit_load(State *s, Inst *i)
{
	Address a = ir_address(i->args[0]);
	Inst *value;

	a.offset += i->imm;
	if (i->is_volatile)
		return;
	value = find_value(s, i, &a);
	if (!value) {
		remember(s, &a, i, i);
		return;
	}
	if (value->op != IR_CONST && value->type == IR_PTR && !value->ctype)
		value->ctype = i->ctype;
	ir_forward(i, value);
	ir_remove(i);
}

static void visit(State *s, Inst *i)
{
	Address a;

	switch (i->op) {
	case IR_LOAD:
		visit_load(s, i);
		return;
	case IR_STORE:
	case IR_ATOMIC:
		a = ir_address(i->args[0]);
		a.offset += i->imm;
		forget(s, &a, i->width, i);
		if (i->op == IR_STORE && !i->is_volatile)
			remember(s, &a, i, i->args[1]);
		return;
	case IR_COPY:
	case IR_FILL:
		a = ir_address(i->args[0]);
		forget(s, &a, i->n_args == 2 ? i->imm : 0, NULL);
		return;
	case IR_CALL_HELPER:
	case IR_CALL:
	case IR_CALL_KFUNC:
		forget_at_call(s, i);
		return;
	case IR_BARRIER:
		s->n = 0;
		return;
	default:
		return;
	}
}

static bool is_only_pred_of_some(const Block *b)
{
	Block *succ[2];
	int n = ir_successors(b, succ);

	return (n > 0 && succ[0]->preds.n == 1) || (n > 1 && succ[1]->preds.n == 1);
}

static void forward_loads(Function *f)
{
	Arena *arena = f->module->arena;
	State **at_end = NEW_ARRAY(arena, State *, f->last->rpo + 1), s;
	size_t used;

	FOR_BLOCKS (b, f) {
		const Block *pred = b->preds.n == 1 ? b->preds.v[0] : NULL;

		s.n = 0;
		if (pred && pred->rpo < b->rpo && at_end[pred->rpo])
			memcpy(&s, at_end[pred->rpo], offsetof(State, known) +
			       sizeof(Known) * (size_t)at_end[pred->rpo]->n);
		FOR_INSTS_SAFE (i, b) {
			for (int a = 0; a < i->n_args; a++)
				i->args[a] = ir_resolve(i->args[a]);
			visit(&s, i);
		}
		used = offsetof(State, known) + sizeof(Known) * (size_t)s.n;
		if (s.n && is_only_pred_of_some(b))
			at_end[b->rpo] = arena_copy(arena, &s, used);
	}
	ir_apply_forwards(f);
}

/* Backwards ----------------------------------------------------------------------------------- */

/* Helpers that write all of their buffer, also when they fail. */
static bool writes_all(const Touch *t)
{
	if (t->kind != TOUCH_WRITE)
		return false;
	return t->inst->op != IR_CALL_HELPER || t->inst->helper == HELPER_PROBE_READ ||
	       t->inst->helper == HELPER_PROBE_READ_USER ||
	       t->inst->helper == HELPER_PROBE_READ_KERNEL || t->inst->helper == HELPER_GET_COMM;
}

static void step_back(const Touch *t, uint64_t *live)
{
	if (writes_all(t))
		touches_clear_range(live, t);
	else if (t->kind == TOUCH_READ || t->kind == TOUCH_HOLD)
		touches_set_range(live, t);
}

static void live_out(const Touches *t, const Block *b, uint64_t *out)
{
	Block *succ[2];
	int n = ir_successors(b, succ);

	memset(out, 0, (size_t)t->words * 8);
	for (int k = 0; k < n; k++)
		for (int w = 0; w < t->words; w++)
			out[w] |= touches_of(succ[k])->set[w];
}

static void find_live_bytes(const Touches *t, Block **order, int n)
{
	uint64_t *set = touches_new_set(t);
	bool changed = true;

	for (int k = 0; k < n; k++)
		touches_of(order[k])->set = touches_new_set(t);
	while (changed) {
		changed = false;
		for (int k = n - 1; k >= 0; k--) {
			BlockTouches *bt = touches_of(order[k]);

			live_out(t, order[k], set);
			for (int j = bt->touches.n - 1; j >= 0; j--)
				step_back(&bt->touches.v[j], set);
			if (!memcmp(set, bt->set, (size_t)t->words * 8))
				continue;
			memcpy(bt->set, set, (size_t)t->words * 8);
			changed = true;
		}
	}
}

static bool any_live(const uint64_t *live, const Touch *t, int from, int to)
{
	for (int k = from; k < to; k++)
		if (touches_has(live, t->object->first + k))
			return true;
	return false;
}

/* Only one half of a constant is read. */
static void halve_store(const uint64_t *live, const Touch *t)
{
	Inst *i = t->inst;
	int half = i->width / 2, middle = t->from + half;
	Function *f = i->block->function;
	uint64_t v;

	if (i->op != IR_STORE || i->args[1]->op != IR_CONST || i->width != 8 ||
	    t->to - t->from != 8)
		return;
	v = (uint64_t)i->args[1]->imm;
	if (!any_live(live, t, middle, t->to)) {
		i->args[1] = ir_const(f, IR_I32, (int64_t)v);
	} else if (!any_live(live, t, t->from, middle)) {
		i->args[1] = ir_const(f, IR_I32, (int64_t)(v >> 32));
		i->imm += half;
	} else {
		return;
	}
	i->width = (uint8_t)half;
}

static void remove_dead_stores(const Touches *t, Block *b, uint64_t *live)
{
	BlockTouches *bt = touches_of(b);

	live_out(t, b, live);
	for (int k = bt->touches.n - 1; k >= 0; k--) {
		const Touch *touch = &bt->touches.v[k];
		Inst *i = touch->inst;
		bool plain = i->op == IR_STORE || i->op == IR_COPY || i->op == IR_FILL;

		if (!i->block)
			continue;
		if (plain && touch->kind == TOUCH_WRITE && !i->is_volatile &&
		    !touch->object->escapes) {
			if (!any_live(live, touch, touch->from, touch->to)) {
				ir_remove(i);
				continue;
			}
			halve_store(live, touch);
		}
		step_back(touch, live);
	}
}

void pass_memory(Function *f)
{
	Touches t = { 0 };
	Block **order;
	uint64_t *live;
	int n = 0;

	ir_dominators(f);
	touches_find(&t, f);
	forward_loads(f);
	if (!t.objects.n)
		return;
	touches_find(&t, f);
	order = NEW_ARRAY(f->module->arena, Block *, f->last->rpo + 1);
	FOR_BLOCKS (b, f)
		order[n++] = b;
	find_live_bytes(&t, order, n);
	live = touches_new_set(&t);
	FOR_BLOCKS (b, f)
		remove_dead_stores(&t, b, live);
}
