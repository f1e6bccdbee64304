/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pass_stack: a place on the stack for every object, shared where lifetimes allow.
 *
 * Backward data flow finds where the bytes of an object are still needed; two objects that are
 * never needed at the same time may overlap. In functions with much stack all objects move into
 * one frame, large ones first, each at the lowest offset that is free of those it meets. What
 * remains larger than the limit is reported with the variables that take most of it.
 * Needs: pass_init. Keeps everything else; afterwards dead ALLOCAs may be left in the entry block.
 */
#include "ir/touches.h"

enum {
	STACK_LIMIT = 512,         /* MAX_BPF_STACK of the kernel */
	ENOUGH_ROOM = 192,         /* below, sharing gains nothing */
	SHOWN = 4,                 /* variables named in the message, */
	WORTH_SHOWING = 32,        /* if they are at least this large */
};

typedef struct Frame {
	Touches t;
	uint64_t *meets;           /* n * n bits: the two objects must not overlap */
	int64_t size;
} Frame;

/* Lifetimes ----------------------------------------------------------------------------------- */

static void set_meets(Frame *s, int a, int b)
{
	size_t n = (size_t)s->t.objects.n, ab = (size_t)a * n + (size_t)b,
	       ba = (size_t)b * n + (size_t)a;

	s->meets[ab / 64] |= 1ull << (ab % 64);
	s->meets[ba / 64] |= 1ull << (ba % 64);
}

static bool do_meet(const Frame *s, int a, int b)
{
	size_t ab = (size_t)a * (size_t)s->t.objects.n + (size_t)b;

	return s->meets[ab / 64] >> (ab % 64) & 1;
}

static void step_back(uint64_t *live, const Touch *t)
{
	if (t->kind == TOUCH_READ || t->kind == TOUCH_HOLD)
		touches_set_range(live, t);
	else if (t->kind == TOUCH_WRITE)
		touches_clear_range(live, t);
}

/* live at the end of a block: what its successors need */
static void live_out(const Frame *s, const Block *b, uint64_t *live)
{
	Block *succ[2];
	int n = ir_successors(b, succ);

	memset(live, 0, (size_t)s->t.words * 8);
	for (int k = 0; k < n; k++)
		for (int w = 0; w < s->t.words; w++)
			live[w] |= touches_of(succ[k])->set[w];
}

static void solve(Frame *s, Block **order, int n_blocks)
{
	uint64_t *live = touches_new_set(&s->t);
	bool changed = true;

	while (changed) {
		changed = false;
		for (int k = n_blocks - 1; k >= 0; k--) {
			BlockTouches *b = touches_of(order[k]);

			live_out(s, order[k], live);
			for (int n = b->touches.n - 1; n >= 0; n--)
				step_back(live, &b->touches.v[n]);
			if (memcmp(live, b->set, (size_t)s->t.words * 8) != 0) {
				memcpy(b->set, live, (size_t)s->t.words * 8);
				changed = true;
			}
		}
	}
}

static bool is_live(const uint64_t *live, const Object *o)
{
	for (int bit = o->first; bit < o->first + o->size; bit++)
		if (touches_has(live, bit))
			return true;
	return false;
}

static void meet_live(Frame *s, const Object *o, const uint64_t *live)
{
	for (int k = 0; k < s->t.objects.n; k++)
		if (k != o->index && !do_meet(s, o->index, k) &&
		    (s->t.objects.v[k]->escapes || is_live(live, s->t.objects.v[k])))
			set_meets(s, o->index, k);
}

/* An object meets what is live where it is touched, before and behind the inst; touches of one inst
 * all happen at once. */
static void find_meetings(Frame *s)
{
	uint64_t *live = touches_new_set(&s->t);

	FOR_BLOCKS(b, s->t.f) {
		BlockTouches *bt = touches_of(b);
		int n = bt->touches.n;

		live_out(s, b, live);
		while (n > 0) {
			int end = n;

			while (n > 0 && bt->touches.v[n - 1].inst == bt->touches.v[end - 1].inst)
				n--;
			for (int k = n; k < end; k++) {
				meet_live(s, bt->touches.v[k].object, live);
				for (int j = n; j < k; j++)
					if (bt->touches.v[j].object != bt->touches.v[k].object)
						set_meets(s, bt->touches.v[j].object->index,
							  bt->touches.v[k].object->index);
			}
			for (int k = end - 1; k >= n; k--)
				step_back(live, &bt->touches.v[k]);
			for (int k = n; k < end; k++)
				meet_live(s, bt->touches.v[k].object, live);
		}
	}
	for (int a = 0; a < s->t.objects.n; a++)
		for (int b = 0; s->t.objects.v[a]->escapes && b < s->t.objects.n; b++)
			if (a != b)
				set_meets(s, a, b);
}

/* Placing ------------------------------------------------------------------------------------- */

static int64_t rounded(int64_t size)
{
	return (size + 7) & ~7;
}

static bool overlaps(const Object *placed, int64_t offset, int64_t size)
{
	return offset < placed->offset + rounded(placed->size) && placed->offset < offset + size;
}

static int lowest_offset(const Frame *s, Object *const *placed, int n, const Object *o)
{
	int offset = 0;

	for (int k = 0; k < n; k++) {
		if (do_meet(s, o->index, placed[k]->index) &&
		    overlaps(placed[k], offset, rounded(o->size))) {
			offset = placed[k]->offset + (int)rounded(placed[k]->size);
			k = -1;
		}
	}
	return offset;
}

/* by size, the largest first; objects nobody touches are left out */
static int sorted(const Frame *s, Object **out)
{
	int n = 0;

	for (int k = 0; k < s->t.objects.n; k++) {
		Object *o = s->t.objects.v[k];
		int at = n;

		if (!o->alloca->n_uses)
			continue;
		while (at > 0 && out[at - 1]->size < o->size) {
			out[at] = out[at - 1];
			at--;
		}
		out[at] = o;
		n++;
	}
	return n;
}

static void place(Frame *s, Object *const *order, int n)
{
	for (int k = 0; k < n; k++) {
		order[k]->offset = lowest_offset(s, order, k, order[k]);
		if (order[k]->offset + rounded(order[k]->size) > s->size)
			s->size = order[k]->offset + rounded(order[k]->size);
	}
}

static void move_into_frame(Frame *s, Object *const *order, int n)
{
	Function *f = s->t.f;
	Inst *frame = ir_new_stack(f, s->size, 8, 0);

	for (int k = 0; k < n; k++) {
		Inst *alloca = order[k]->alloca;

		ir_forward(alloca, ir_emit_offset(alloca, frame, order[k]->offset));
		ir_remove(alloca);
	}
	ir_apply_forwards(f);
	FOR_BLOCKS(b, f)
		FOR_INSTS(i, b)
			if (i->op == IR_LOAD || i->op == IR_STORE || i->op == IR_ATOMIC)
				ir_fold_offset(i);
}

/* The pass ------------------------------------------------------------------------------------ */

static const char *variable_name(const Object *o)
{
	const Var *v = o->alloca->var;

	return v && v->name ? v->name->text : NULL;
}

static void report(Frame *s, Object *const *order, int n)
{
	Diags *d = s->t.f->module->diags;
	const char *first = n ? variable_name(order[0]) : NULL;
	Diag *diag = diag_report(d, n ? order[0]->alloca->loc : 0, DIAG_stack_too_large,
				 "the local variables of '%s' need %lld bytes of stack; "
				 "a BPF program has %d", s->t.f->name, (long long)s->size,
				 STACK_LIMIT);

	for (int k = 0; k < n && k < SHOWN; k++)
		if (variable_name(order[k]) && order[k]->size >= WORTH_SHOWING)
			diag_note(d, diag, order[k]->alloca->loc, "'%s' takes %d bytes",
				  variable_name(order[k]), order[k]->size);
	diag_hint(d, diag, "keep '%s' in a map: BPF_PERCPU_ARRAY(scratch, struct x, 1); "
		  "then int zero = 0; struct x *p = scratch.lookup(&zero);",
		  first ? first : "the largest one");
}

static int64_t bytes_wanted(Function *f)
{
	int64_t bytes = 0;

	ir_count_uses(f);
	FOR_INSTS(i, f->entry)
		if (i->op == IR_ALLOCA && i->n_uses)
			bytes += rounded(i->imm);
	return bytes;
}

/* an object too large to be tracked */
static bool report_huge(Function *f)
{
	FOR_INSTS(i, f->entry) {
		Object o = { .alloca = i, .size = (int)i->imm };
		Object *order[] = { &o };
		Frame s = { .t = { .f = f }, .size = i->imm };

		if (i->op != IR_ALLOCA || !i->n_uses || i->imm <= TOUCHES_MAX_OBJECT)
			continue;
		report(&s, order, 1);
		return true;
	}
	return false;
}

static void share(Function *f)
{
	Frame s = { 0 };
	Object **order;
	Block **blocks;
	int n = 0;

	ir_dominators(f);
	touches_find(&s.t, f);
	blocks = NEW_ARRAY(s.t.arena, Block *, f->n_blocks + 1);
	FOR_BLOCKS(b, f) {
		touches_of(b)->set = touches_new_set(&s.t);
		blocks[n++] = b;
	}
	s.meets = NEW_ARRAY(s.t.arena, uint64_t,
			    (size_t)s.t.objects.n * (size_t)s.t.objects.n / 64 + 1);
	solve(&s, blocks, n);
	find_meetings(&s);
	order = NEW_ARRAY(s.t.arena, Object *, s.t.objects.n + 1);
	n = sorted(&s, order);
	place(&s, order, n);
	if (s.size > STACK_LIMIT)
		report(&s, order, n);
	else
		move_into_frame(&s, order, n);
}

void pass_stack(Function *f)
{
	if (f->entry && bytes_wanted(f) > ENOUGH_ROOM && !report_huge(f))
		share(f);
}
