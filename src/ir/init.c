/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pass_init: every byte of the stack that is loaded or handed to a helper was written before.
 *
 * Forward data flow over the bytes of all stack objects ("written on every way here") finds bytes
 * that are read without: padding of structs, or what the author forgot. The verifier refuses them
 * ("invalid indirect read from stack"), and as part of a map key they would be a hidden difference.
 * Such bytes are zeroed: by widening a store beside them where nothing else writes there, else by
 * stores before the first access to the object, outside of loops, at the common dominator of all
 * accesses. Objects that are written completely cost nothing.
 * Needs: pass_expand. Keeps everything else.
 */
#include "ir/touches.h"

typedef struct Zeroing {
	Touches touches;
	Function *f;
	uint64_t *missing;         /* read without being written */
	uint64_t *ever_written;
} Zeroing;

static const bool big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;

/* Growing -------------------------------------------------------------------------------------- */

enum { LARGEST_ARGUMENT = 512 };

/* A helper that is given a pointer to less than it reads or writes gets room: the verifier would
 * refuse the call or, worse, let it reach into the neighbours. What is added reads as zeros. */
static void grow_for(Inst *call, int k)
{
	Diags *d = call->block->function->module->diags;
	int64_t size = ir_argument_size(call, k);
	Address a = ir_address(call->args[k]);
	const HelperInfo *h = helper_by_id(call->helper);
	const Var *v = a.root->op == IR_ALLOCA ? a.root->var : NULL;

	if (a.root->op != IR_ALLOCA || a.variable || a.offset < 0 || size <= 0 ||
	    size > LARGEST_ARGUMENT || a.offset + size <= a.root->imm)
		return;
	/* the types of keys and values were compared by the front end */
	if (!strchr("kvxu", ir_argument_class(call, k)) && v && v->name && h)
		diag_report(d, call->loc, DIAG_argument_too_small,
			    "bpf_%s takes %lld bytes here, '%s' has %lld", h->name,
			    (long long)size, v->name->text, (long long)(a.root->imm - a.offset));
	a.root->imm = a.offset + size;
	a.root->align = 8;
}

static void grow_objects(Function *f)
{
	FOR_BLOCKS(b, f)
		FOR_INSTS(i, b)
			for (int k = 0; i->op == IR_CALL_HELPER && k < i->n_args; k++)
				grow_for(i, k);
}

/* Data flow ----------------------------------------------------------------------------------- */

static void apply(const BlockTouches *state, uint64_t *set)
{
	for (int n = 0; n < state->touches.n; n++)
		if (state->touches.v[n].kind == TOUCH_WRITE)
			touches_set_range(set, &state->touches.v[n]);
}

/* in[block] = what all predecessors have written at their end */
static bool meet(const Zeroing *s, Block *b, uint64_t *out)
{
	BlockTouches *state = touches_of(b);
	bool changed = false;

	for (int p = 0; p < b->preds.n; p++) {
		const BlockTouches *pred = touches_of(b->preds.v[p]);

		memcpy(out, pred->set, (size_t)s->touches.words * 8);
		apply(pred, out);
		for (int w = 0; w < s->touches.words; w++) {
			changed |= (state->set[w] & ~out[w]) != 0;
			state->set[w] &= out[w];
		}
	}
	return changed;
}

static void solve(Zeroing *s)
{
	uint64_t *out = touches_new_set(&s->touches);
	bool changed = true;

	FOR_BLOCKS(b, s->f) {
		BlockTouches *state = touches_of(b);

		state->set = touches_new_set(&s->touches);
		memset(state->set, b == s->f->entry ? 0 : 0xff, (size_t)s->touches.words * 8);
	}
	while (changed) {
		changed = false;
		FOR_BLOCKS(b, s->f)
			changed |= b != s->f->entry && meet(s, b, out);
	}
}

static void find_missing(Zeroing *s)
{
	uint64_t *set = touches_new_set(&s->touches);

	s->missing = touches_new_set(&s->touches);
	s->ever_written = touches_new_set(&s->touches);
	FOR_BLOCKS(b, s->f) {
		BlockTouches *state = touches_of(b);

		memcpy(set, state->set, (size_t)s->touches.words * 8);
		for (int n = 0; n < state->touches.n; n++) {
			Touch *t = &state->touches.v[n];

			if (t->kind == TOUCH_HOLD)
				continue;
			if (t->kind != TOUCH_READ) {
				touches_set_range(s->ever_written, t);
				if (t->kind == TOUCH_WRITE)
					touches_set_range(set, t);
				continue;
			}
			for (int k = t->object->first + t->from; k < t->object->first + t->to; k++)
				if (!touches_has(set, k))
					s->missing[k / 64] |= 1ull << (k % 64);
		}
	}
}

static bool any_missing(const Zeroing *s)
{
	for (int w = 0; w < s->touches.words; w++)
		if (s->missing[w])
			return true;
	return false;
}

static void analyse(Zeroing *s)
{
	touches_find(&s->touches, s->f);
	solve(s);
	find_missing(s);
}

/* Widening stores ----------------------------------------------------------------------------- */

/* Whether the bits of the value above `width` bytes are zero without doing anything. */
static bool is_zero_extended(const Inst *v, int width)
{
	int64_t n;

	if (ir_is_const(v, &n) || (ir_ops[v->op].flags & IRF_COMPARE))
		return true;
	if (v->op == IR_LOAD)
		return v->width <= width && !v->is_signed;
	return width == 4 && v->type == IR_I32;
}

static bool may_widen(const Zeroing *s, const Touch *t, int base, int width)
{
	bool useful = false;

	if (base + width > t->object->size)
		return false;
	for (int k = base; k < base + width; k++) {
		int bit = t->object->first + k;

		if (k >= t->from && k < t->to)
			continue;
		if (touches_has(s->ever_written, bit))
			return false;
		useful |= touches_has(s->missing, bit);
	}
	return useful;
}

static void widen(Touch *t, int base, int width)
{
	Inst *store = t->inst, *value = store->args[1];
	Function *f = store->block->function;
	int shift = big_endian ? base + width - t->to : t->from - base;
	uint64_t mask = (1ull << (store->width * 8)) - 1;
	IrType type = width == 8 ? IR_I64 : IR_I32;
	int64_t n;

	if (ir_is_const(value, &n)) {
		value = ir_const(f, type, (int64_t)(((uint64_t)n & mask) << (shift * 8)));
	} else if (type == IR_I64 && value->type == IR_I32) {
		value = ir_emit(store, IR_ZEXT, IR_I64, 1);
		value->args[0] = store->args[1];
	} else if (type == IR_I32 && value->type != IR_I32) {
		value = ir_emit(store, IR_TRUNC, IR_I32, 1);
		value->args[0] = store->args[1];
	}
	store->args[1] = value;
	store->imm -= t->from - base;
	store->width = (uint8_t)width;
}

static bool try_widen(const Zeroing *s, Touch *t)
{
	Inst *store = t->inst;
	int64_t n;

	if (t->kind != TOUCH_WRITE || store->op != IR_STORE || store->is_volatile ||
	    store->width == 8 || t->to - t->from != store->width ||
	    !is_zero_extended(store->args[1], store->width))
		return false;
	for (int width = 8; width > store->width; width /= 2) {
		int base = t->from & ~(width - 1);
		int shift = big_endian ? base + width - t->to : t->from - base;

		if (may_widen(s, t, base, width) && (!shift || ir_is_const(store->args[1], &n))) {
			widen(t, base, width);
			return true;
		}
	}
	return false;
}

static bool widen_stores(const Zeroing *s)
{
	bool widened = false;

	FOR_BLOCKS(b, s->f) {
		BlockTouches *state = touches_of(b);

		for (int n = 0; n < state->touches.n; n++)
			widened |= try_widen(s, &state->touches.v[n]);
	}
	return widened;
}

/* Zeroing ------------------------------------------------------------------------------------- */

static Block *common_dominator(Block *a, Block *b)
{
	while (a != b) {
		if (a->rpo > b->rpo)
			a = a->idom;
		else
			b = b->idom;
	}
	return a;
}

/* Where the object's bytes can be zeroed once, before anything else happens to it. */
static Inst *place_for(const Zeroing *s, Object *o)
{
	const BlockTouches *state;

	FOR_BLOCKS(b, s->f) {
		state = touches_of(b);
		for (int n = 0; n < state->touches.n; n++)
			if (state->touches.v[n].object == o)
				o->home = o->home ? common_dominator(o->home, b) : b;
	}
	while (o->home->loop_depth > 0 && o->home->idom)
		o->home = o->home->idom;
	state = touches_of(o->home);
	for (int n = 0; n < state->touches.n; n++)
		if (state->touches.v[n].object == o)
			return state->touches.v[n].inst;
	return o->home->last;
}

static bool any_in(const Zeroing *s, const Object *o, int from, int to)
{
	for (int k = from; k < to && k < o->size; k++)
		if (touches_has(s->missing, o->first + k))
			return true;
	return false;
}

static void zero_slot(const Zeroing *s, Inst *where, Object *o, int slot)
{
	int width;

	for (int at = slot; at < slot + 8 && at < o->size; at += width) {
		width = 8;
		while (at % width || at + width > o->size)
			width /= 2;
		if (any_in(s, o, at, at + width))
			ir_emit_store(where, width, o->alloca, at,
				      ir_const(s->f, width == 8 ? IR_I64 : IR_I32, 0));
	}
}

static void zero_missing(const Zeroing *s, Object *o)
{
	Inst *where;

	if (!any_in(s, o, 0, o->size))
		return;
	where = place_for(s, o);
	for (int slot = 0; slot < o->size; slot += 8)
		if (any_in(s, o, slot, slot + 8))
			zero_slot(s, where, o, slot);
}

void pass_init(Function *f)
{
	Zeroing s = { .f = f };

	if (!f->entry)
		return;
	grow_objects(f);
	ir_loops(f);
	analyse(&s);
	if (!any_missing(&s))
		return;
	if (widen_stores(&s))
		analyse(&s);
	for (int n = 0; n < s.touches.objects.n; n++)
		zero_missing(&s, s.touches.objects.v[n]);
}
