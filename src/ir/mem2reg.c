/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pass_mem2reg: stack objects that are only read and written at constant offsets become values.
 *
 * An object is cut into slots of at most 8 bytes, such that every access lies within one (scalar
 * replacement of aggregates); an access to a part of a slot becomes shifts and masks. Copies
 * between such objects become copies of slots, so the cuts of one are carried over to the other.
 * Then the slots are put into SSA form: PHIs at the dominance frontiers of their writes where they
 * are still read (pruned), values by a walk over the dominator tree. An object whose address goes
 * anywhere else stays in memory. Needs: nothing; recomputes dominators and keeps them. Leaves the
 * dead ALLOCAs to pass_dead_code.
 */
#include "ir/internal.h"

enum { MAX_OBJECT = 512, MAX_PIECES = 12 };

typedef struct Slot {
	int64_t offset;
	int width;                 /* bytes, 1 to 8 */
	IrType type;               /* I32 up to 4 bytes, I64 or PTR else */
	Type *ctype;
	Inst *value;               /* during the walk: NULL is undefined */
	VEC(Block *) writes;
	VEC(Block *) reads;        /* blocks that read before they write */
} Slot;

typedef struct Object {
	Inst *alloca;
	int size;
	bool in_memory;
	uint8_t *joined;           /* byte k belongs with byte k + 1 */
	uint8_t *touched;          /* byte k is accessed, or was put in a group */
	int first_slot;
	int *slot_at;              /* slot of each byte */
} Object;

typedef struct Rewrite { int slot; Inst *old; } Rewrite;

typedef struct Promoter {
	Function *f;
	Arena *arena;
	VEC(Object *) objects;
	VEC(Slot) slots;
	VEC(Inst *) copies;        /* between two objects */
	VEC(Rewrite) undo;
	Inst *at;                  /* new insts go before it */
} Promoter;

/* Objects and their accesses ------------------------------------------------------------------ */

/* The object that a pointer leads to, at *offset; NULL: none. Set on ALLOCA, PTROFF by
 * find_objects. */
static Object *object_of(const Inst *pointer, int64_t *offset)
{
	*offset = pointer->aux;
	return pointer->aux_ptr;
}

static void add_object(Promoter *p, Inst *i)
{
	Object *o = NEW(p->arena, Object);

	o->alloca = i;
	o->size = (int)i->imm;
	o->joined = arena_alloc(p->arena, (size_t)o->size * 2);
	o->touched = o->joined + o->size;
	vec_push(p->arena, &p->objects, o);
	i->aux_ptr = o;
}

static void touch(Object *o, int64_t offset, int64_t width)
{
	if (offset < 0 || offset + width > o->size) {
		o->in_memory = true;
		return;
	}
	memset(o->touched + offset, 1, (size_t)width);
	if (width > 1)
		memset(o->joined + offset, 1, (size_t)width - 1);
}

static void within(Object *o, int64_t offset, int64_t size)
{
	if (offset < 0 || offset + size > o->size)
		o->in_memory = true;
}

static void note_use(Promoter *p, Inst *i, int a)
{
	int64_t offset, other;
	Object *o = object_of(i->args[a], &offset);

	if (!o)
		return;
	switch (i->op) {
	case IR_PTROFF:
		return;
	case IR_BITCAST:
		if (i->aux_ptr)
			return;
		break;
	case IR_LOAD:
	case IR_STORE:
		if (a != 0 || i->is_volatile)
			break;
		touch(o, offset + i->imm, i->width);
		return;
	case IR_FILL:
		if (i->n_args != 2 || a != 0 || i->args[1]->op != IR_CONST)
			break;
		within(o, offset, i->imm);
		return;
	case IR_COPY:
		if (i->n_args != 2)
			break;
		within(o, offset, i->imm);
		if (a == 0 && object_of(i->args[1], &other))
			vec_push(p->arena, &p->copies, i);
		return;
	default:
		break;
	}
	o->in_memory = true;
}

static void find_objects(Promoter *p)
{
	FOR_BLOCKS (b, p->f) {
		FOR_INSTS (i, b) {
			i->aux_ptr = NULL;
			i->aux = 0;
			if (i->op == IR_ALLOCA && i->imm <= MAX_OBJECT)
				add_object(p, i);
			if (i->op == IR_PTROFF ||
			    (i->op == IR_BITCAST && i->type == IR_PTR && !i->imm)) {
				int64_t to = i->args[0]->aux + (i->op == IR_PTROFF ? i->imm : 0);

				if (to >= -MAX_OBJECT && to <= MAX_OBJECT)
					i->aux_ptr = i->args[0]->aux_ptr;
				else if (i->args[0]->aux_ptr)
					((Object *)i->args[0]->aux_ptr)->in_memory = true;
				i->aux = i->aux_ptr ? (int)to : 0;
			}
		}
	}
	if (!p->objects.n)
		return;
	FOR_BLOCKS (b, p->f)
		FOR_INSTS (i, b)
			for (int a = 0; a < i->n_args; a++)
				if (i->args[a]->aux_ptr)
					note_use(p, i, a);
}

/* Cutting ------------------------------------------------------------------------------------- */

static bool merge_flags(uint8_t *a, uint8_t *b, int64_t n)
{
	bool changed = false;

	for (int64_t k = 0; k < n; k++)
		if (a[k] != b[k]) {
			a[k] = b[k] = 1;
			changed = true;
		}
	return changed;
}

/* Carries the cuts over copies between objects, in both directions, until they agree. */
static void share_cuts(Promoter *p)
{
	bool changed = true;

	for (int round = 0; changed && round < 8; round++) {
		changed = false;
		for (int k = 0; k < p->copies.n; k++) {
			Inst *i = p->copies.v[k];
			int64_t to, from;
			Object *d = object_of(i->args[0], &to), *s = object_of(i->args[1], &from);

			if (d->in_memory || s->in_memory || i->imm < 1)
				continue;
			changed |= merge_flags(d->touched + to, s->touched + from, i->imm);
			changed |= merge_flags(d->joined + to, s->joined + from, i->imm - 1);
		}
	}
}

/* Bytes that only copies touch: natural pieces. */
static bool cut_gaps(Object *o)
{
	bool changed = false;

	for (int k = 0; k < o->size;) {
		int width = 8;

		if (o->touched[k]) {
			k++;
			continue;
		}
		while (width > 1 && (k % width || k + width > o->size ||
				     memchr(o->touched + k, 1, (size_t)width)))
			width /= 2;
		touch(o, k, width);
		changed = true;
		k += width;
	}
	return changed;
}

static void add_slot(Promoter *p, Object *o, int from, int to)
{
	Slot s = { .offset = from, .width = to - from, .type = to - from > 4 ? IR_I64 : IR_I32 };

	for (int k = from; k < to; k++)
		o->slot_at[k] = p->slots.n;
	vec_push(p->arena, &p->slots, s);
}

static bool has_wide_group(const Object *o)
{
	int run = 0;

	for (int k = 0; k < o->size; k++) {
		run = o->joined[k] ? run + 1 : 0;
		if (run > 7)
			return true;
	}
	return false;
}

static void cut_object(Promoter *p, Object *o)
{
	o->first_slot = p->slots.n;
	o->slot_at = NEW_ARRAY(p->arena, int, o->size);
	for (int k = 0, from = 0; k < o->size; k++)
		if (!o->joined[k]) {
			add_slot(p, o, from, k + 1);
			from = k + 1;
		}
}

/* Copies from and to real memory cost a load or store for each slot. */
static void limit_copies(Promoter *p)
{
	FOR_BLOCKS (b, p->f) {
		FOR_INSTS (i, b) {
			int64_t at[2];
			Object *o[2];

			if (i->op != IR_COPY || i->n_args != 2)
				continue;
			o[0] = object_of(i->args[0], &at[0]);
			o[1] = object_of(i->args[1], &at[1]);
			for (int k = 0; k < 2; k++) {
				int pieces = 0;

				if (!o[k] || o[k]->in_memory || (o[!k] && !o[!k]->in_memory) ||
				    (k == 0 && i->args[1]->op == IR_GLOBAL))
					continue;
				for (int64_t n = at[k]; n < at[k] + i->imm; n++)
					pieces += !o[k]->joined[n];
				if (pieces > MAX_PIECES)
					o[k]->in_memory = true;
			}
		}
	}
}

static void cut_objects(Promoter *p)
{
	share_cuts(p);
	for (int k = 0; k < p->objects.n; k++)
		if (!p->objects.v[k]->in_memory && cut_gaps(p->objects.v[k]))
			share_cuts(p);
	for (int k = 0; k < p->objects.n; k++)
		if (has_wide_group(p->objects.v[k]))
			p->objects.v[k]->in_memory = true;
	limit_copies(p);
	for (int k = 0; k < p->objects.n; k++)
		if (!p->objects.v[k]->in_memory)
			cut_object(p, p->objects.v[k]);
}

static Object *promoted(const Inst *pointer, int64_t *offset)
{
	Object *o = object_of(pointer, offset);

	return o && !o->in_memory ? o : NULL;
}

/* Which slots an inst reads and writes ----------------------------------------------------------
 */

static void note_read(Promoter *p, Block *b, int slot)
{
	Slot *s = &p->slots.v[slot];

	if (s->writes.n && vec_last(&s->writes) == b)
		return;
	if (!s->reads.n || vec_last(&s->reads) != b)
		vec_push(p->arena, &s->reads, b);
}

static void note_write(Promoter *p, Block *b, int slot, bool whole)
{
	Slot *s = &p->slots.v[slot];

	if (!whole)
		note_read(p, b, slot);
	if (!s->writes.n || vec_last(&s->writes) != b)
		vec_push(p->arena, &s->writes, b);
}

static void note_range(Promoter *p, Block *b, Object *o, int64_t offset, int64_t size, bool writes)
{
	for (int64_t k = offset; k < offset + size;) {
		int slot = o->slot_at[k];
		const Slot *s = &p->slots.v[slot];
		int64_t end = s->offset + s->width;
		bool whole = k == s->offset && end <= offset + size;

		if (writes)
			note_write(p, b, slot, whole);
		else
			note_read(p, b, slot);
		k = end;
	}
}

/* A slot is a pointer if any access takes it for one; the others convert. */
static void note_type(Promoter *p, Object *o, int64_t offset, const Inst *i)
{
	Slot *s = &p->slots.v[o->slot_at[offset]];
	IrType type = i->op == IR_LOAD ? i->type : i->args[1]->type;

	if (i->width != 8)
		s->ctype = NULL;
	else if (type == IR_PTR && i->op == IR_LOAD && !s->ctype)
		s->ctype = i->ctype;
	if (i->width == 8 && type == IR_PTR && s->type == IR_I64)
		s->type = IR_PTR;
}

static void note_accesses(Promoter *p)
{
	FOR_BLOCKS (b, p->f) {
		FOR_INSTS (i, b) {
			int64_t at;
			Object *o;

			if (i->op != IR_LOAD && i->op != IR_STORE && i->op != IR_FILL &&
			    i->op != IR_COPY)
				continue;
			if (i->op == IR_COPY && (o = promoted(i->args[1], &at)))
				note_range(p, b, o, at, i->imm, false);
			o = promoted(i->args[0], &at);
			if (!o)
				continue;
			if (i->op == IR_LOAD || i->op == IR_STORE) {
				note_range(p, b, o, at + i->imm, i->width, i->op == IR_STORE);
				note_type(p, o, at + i->imm, i);
			} else {
				note_range(p, b, o, at, i->imm, true);
			}
		}
	}
}

/* PHIs ---------------------------------------------------------------------------------------- */

typedef struct Frontier { VEC(Block *) blocks; } Frontier;

static Frontier *find_frontiers(Promoter *p, int n_blocks)
{
	Frontier *fr = NEW_ARRAY(p->arena, Frontier, n_blocks);

	FOR_BLOCKS (b, p->f) {
		if (b->preds.n < 2)
			continue;
		for (int k = 0; k < b->preds.n; k++)
			for (Block *r = b->preds.v[k]; r != b->idom; r = r->idom) {
				Frontier *of = &fr[r->rpo];

				if (!of->blocks.n || vec_last(&of->blocks) != b)
					vec_push(p->arena, &of->blocks, b);
			}
	}
	return fr;
}

typedef struct Marks { int *live, *writes, *phi; Block **stack; } Marks;

/* Blocks at whose start the slot's value is still wanted. */
static void find_live(Slot *s, int stamp, Marks *m)
{
	int n = 0;

	for (int k = 0; k < s->writes.n; k++)
		m->writes[s->writes.v[k]->rpo] = stamp;
	for (int k = 0; k < s->reads.n; k++)
		if (m->live[s->reads.v[k]->rpo] != stamp) {
			m->live[s->reads.v[k]->rpo] = stamp;
			m->stack[n++] = s->reads.v[k];
		}
	while (n) {
		Block *b = m->stack[--n];

		for (int k = 0; k < b->preds.n; k++) {
			Block *pred = b->preds.v[k];

			if (m->writes[pred->rpo] == stamp || m->live[pred->rpo] == stamp)
				continue;
			m->live[pred->rpo] = stamp;
			m->stack[n++] = pred;
		}
	}
}

static void add_phi(Promoter *p, Block *b, int slot)
{
	Slot *s = &p->slots.v[slot];
	Inst *phi = ir_inst(p->f, IR_PHI, s->type, b->preds.n);

	phi->aux = slot;
	phi->aux_ptr = p;                          /* tells new PHIs from old ones */
	phi->ctype = s->ctype;
	phi->loc = b->loc;
	ir_insert_before(b->first, phi);
}

static void place_phis(Promoter *p, int slot, const Frontier *fr, Marks *m)
{
	Slot *s = &p->slots.v[slot];
	int stamp = slot + 1, n = 0;

	find_live(s, stamp, m);
	for (int k = 0; k < s->writes.n; k++)
		m->stack[n++] = s->writes.v[k];
	while (n) {
		const Frontier *of = &fr[m->stack[--n]->rpo];

		for (int k = 0; k < of->blocks.n; k++) {
			Block *b = of->blocks.v[k];

			if (m->phi[b->rpo] == stamp || m->live[b->rpo] != stamp)
				continue;
			m->phi[b->rpo] = stamp;
			add_phi(p, b, slot);
			if (m->writes[b->rpo] != stamp)
				m->stack[n++] = b;
		}
	}
}

static void place_all_phis(Promoter *p)
{
	int n = p->f->last->rpo + 1;
	Frontier *fr = find_frontiers(p, n);
	int *marks = NEW_ARRAY(p->arena, int, 3 * n);
	Marks m = { marks, marks + n, marks + 2 * n, NEW_ARRAY(p->arena, Block *, 2 * n + 1) };

	for (int k = 0; k < p->slots.n; k++)
		if (p->slots.v[k].reads.n)
			place_phis(p, k, fr, &m);
}

/* Values -------------------------------------------------------------------------------------- */

static Inst *put1(Promoter *p, IrOp op, IrType type, Inst *a)
{
	Inst *i = ir_inst(p->f, op, type, 1);

	i->args[0] = a;
	i->loc = p->at->loc;
	ir_insert_before(p->at, i);
	return i;
}

static Inst *put2(Promoter *p, IrOp op, Inst *a, int64_t constant)
{
	Inst *i = ir_inst(p->f, op, a->type, 2);

	i->args[0] = a;
	i->args[1] = ir_const(p->f, a->type == IR_PTR ? IR_I64 : a->type, constant);
	i->loc = p->at->loc;
	ir_insert_before(p->at, i);
	return i;
}

static Inst *adapt(Promoter *p, Inst *i, IrType type)
{
	if (i->type == type)
		return i;
	if (i->op == IR_CONST)
		return ir_const(p->f, type, i->type == IR_I32 ? (int64_t)(uint32_t)i->imm : i->imm);
	if (i->type == IR_I32)
		i = put1(p, IR_ZEXT, IR_I64, i);
	if (type == IR_I32)
		return put1(p, IR_TRUNC, IR_I32, i);
	return i->type == type ? i : put1(p, IR_BITCAST, type, i);
}

static Inst *current_value(Promoter *p, int slot)
{
	Slot *s = &p->slots.v[slot];
	Inst *i;

	if (s->value)
		return s->value = ir_resolve(s->value);
	i = ir_inst(p->f, IR_UNDEF, s->type, 0);
	ir_insert_before(p->f->entry->first, i);
	return i;
}

static void set_value(Promoter *p, int slot, Inst *value)
{
	Rewrite r = { slot, p->slots.v[slot].value };

	vec_push(p->arena, &p->undo, r);
	p->slots.v[slot].value = value;
}

/* Bytes [at, at + width) of the slot, in the low bits of an I32 or I64; what is above is garbage.
 */
static Inst *read_part(Promoter *p, int slot, int64_t at, int width)
{
	Slot *s = &p->slots.v[slot];
	Inst *i = current_value(p, slot);
	int shift = (int)(at - s->offset) * 8;

	if (shift) {
		i = adapt(p, i, s->width > 4 ? IR_I64 : IR_I32);
		i = put2(p, IR_LSHR, i, shift);
	}
	return width <= 4 ? adapt(p, i, IR_I32) : i;
}

static void write_part(Promoter *p, int slot, int64_t at, int width, Inst *value)
{
	Slot *s = &p->slots.v[slot];
	int shift = (int)(at - s->offset) * 8;
	IrType type = s->width > 4 ? IR_I64 : IR_I32;
	uint64_t mask;
	Inst *old, *i;

	if (width == s->width) {
		set_value(p, slot, adapt(p, value, s->type));
		return;
	}
	mask = ((1ull << width * 8) - 1);
	value = put2(p, IR_AND, adapt(p, value, type), (int64_t)mask);
	if (shift)
		value = put2(p, IR_SHL, value, shift);
	old = put2(p, IR_AND, adapt(p, current_value(p, slot), type), (int64_t)~(mask << shift));
	i = put2(p, IR_OR, old, 0);
	i->args[1] = value;
	set_value(p, slot, adapt(p, i, s->type));
}

/* The value that a load gives: the low `width` bytes, extended to its type. */
static Inst *extended(Promoter *p, Inst *i, const Inst *load)
{
	if (load->width == 8)
		return adapt(p, i, load->type);
	if (load->width < 4 && load->is_signed) {
		i = put1(p, IR_SEXT, IR_I32, i);
		i->width = (uint8_t)(load->width * 8);
	} else if (load->width < 4) {
		i = put2(p, IR_AND, i, load->width == 1 ? 0xff : 0xffff);
	}
	if (load->type == IR_I32)
		return i;
	i = put1(p, load->is_signed ? IR_SEXT : IR_ZEXT, IR_I64, i);
	i->width = load->is_signed ? 32 : 0;
	return i;
}

static void rewrite_load(Promoter *p, Inst *load, Object *o, int64_t at)
{
	Inst *i = extended(p, read_part(p, o->slot_at[at], at, load->width), load);

	if (i->type == IR_PTR && !i->ctype && i->op != IR_CONST)
		i->ctype = load->ctype;
	ir_forward(load, i);
	ir_remove(load);
}

static void rewrite_fill(Promoter *p, Inst *fill, Object *o, int64_t at)
{
	uint64_t pattern = (uint64_t)(fill->args[1]->imm & 0xff) * 0x0101010101010101;
	int64_t end = at + fill->imm;

	while (at < end) {
		Slot *s = &p->slots.v[o->slot_at[at]];
		int64_t stop = s->offset + s->width < end ? s->offset + s->width : end;
		IrType type = s->type;
		uint64_t value = type == IR_I32 && s->width < 4
					 ? pattern & ((1ull << s->width * 8) - 1) : pattern;

		write_part(p, o->slot_at[at], at, (int)(stop - at),
			   ir_const(p->f, type, (int64_t)value));
		at = stop;
	}
	ir_remove(fill);
}

/* Copies, piece by piece: a piece lies in one slot on each side that is an object; in memory it
 * has a size that can be loaded. */
static int piece_width(Promoter *p, Object *o, int64_t at, int64_t most)
{
	const Slot *s = &p->slots.v[o->slot_at[at]];
	int64_t left = s->offset + s->width - at;

	return (int)(left < most ? left : most);
}

static int loadable(int width)
{
	return width >= 8 ? 8 : width >= 4 ? 4 : width >= 2 ? 2 : 1;
}

static Inst *load_piece(Promoter *p, Inst *from, int64_t at, int width)
{
	Inst *i = put1(p, IR_LOAD, width == 8 ? IR_I64 : IR_I32, from);

	i->imm = at;
	i->width = (uint8_t)width;
	return i;
}

static void store_piece(Promoter *p, Inst *to, int64_t at, int width, Inst *value)
{
	Inst *i;

	if (value->op == IR_UNDEF)
		return;                            /* never written: leave what is there */
	i = ir_inst(p->f, IR_STORE, IR_VOID, 2);
	i->args[0] = to;
	i->args[1] = value;
	i->imm = at;
	i->width = (uint8_t)width;
	i->loc = p->at->loc;
	ir_insert_before(p->at, i);
}

static void rewrite_copy(Promoter *p, Inst *copy, Object *to, int64_t to_at, Object *from,
			 int64_t from_at)
{
	for (int64_t k = 0; k < copy->imm;) {
		int width = copy->imm - k > 8 ? 8 : (int)(copy->imm - k);
		Inst *value;

		if (to)
			width = piece_width(p, to, to_at + k, width);
		if (from)
			width = piece_width(p, from, from_at + k, width);
		if (!to || !from)
			width = loadable(width);
		value = from ? read_part(p, from->slot_at[from_at + k], from_at + k, width)
			     : load_piece(p, ir_resolve(copy->args[1]), k, width);
		if (to)
			write_part(p, to->slot_at[to_at + k], to_at + k, width, value);
		else
			store_piece(p, ir_resolve(copy->args[0]), k, width, value);
		k += width;
	}
	ir_remove(copy);
}

static void rewrite_inst(Promoter *p, Inst *i)
{
	int64_t at, from_at = 0;
	Object *o, *from;

	if (i->op != IR_LOAD && i->op != IR_STORE && i->op != IR_FILL && i->op != IR_COPY)
		return;
	p->at = i;
	o = promoted(i->args[0], &at);
	from = i->op == IR_COPY ? promoted(i->args[1], &from_at) : NULL;
	if (!o && !from)
		return;
	switch (i->op) {
	case IR_LOAD:
		rewrite_load(p, i, o, at + i->imm);
		break;
	case IR_STORE:
		at += i->imm;
		write_part(p, o->slot_at[at], at, i->width, ir_resolve(i->args[1]));
		ir_remove(i);
		break;
	case IR_FILL:
		rewrite_fill(p, i, o, at);
		break;
	default:
		rewrite_copy(p, i, o, at, from, from_at);
	}
}

static void fill_phis(Promoter *p, Block *b)
{
	Block *succ[2];
	int n = ir_successors(b, succ);

	for (int k = 0; k < n; k++) {
		int index = 0;

		if (succ[k]->first->op != IR_PHI)
			continue;
		while (succ[k]->preds.v[index] != b)
			index++;
		for (Inst *phi = succ[k]->first; phi && phi->op == IR_PHI; phi = phi->next)
			if (phi->aux_ptr == p)
				phi->args[index] = current_value(p, phi->aux);
	}
}

static void walk_block(Promoter *p, Block *b)
{
	FOR_INSTS_SAFE (i, b) {
		if (i->op == IR_PHI && i->aux_ptr == p)
			set_value(p, i->aux, i);
		else
			rewrite_inst(p, i);
	}
	fill_phis(p, b);
}

static void walk(Promoter *p)
{
	typedef struct Visit { Block *child; int undo; } Visit;
	Visit *stack = NEW_ARRAY(p->arena, Visit, p->f->last->rpo + 2);
	int depth = 0;

	walk_block(p, p->f->entry);
	stack[depth++] = (Visit){ p->f->entry->dom_child, 0 };
	while (depth) {
		Visit *v = &stack[depth - 1];
		Block *b = v->child;

		if (!b) {
			depth--;
			while (p->undo.n > v->undo) {
				Rewrite r = vec_pop(&p->undo);

				p->slots.v[r.slot].value = r.old;
			}
			continue;
		}
		v->child = b->dom_sibling;
		stack[depth++] = (Visit){ b->dom_child, p->undo.n };
		walk_block(p, b);
	}
}

void pass_mem2reg(Function *f)
{
	Promoter p = { .f = f, .arena = f->module->arena };

	ir_dominators(f);
	find_objects(&p);
	if (!p.objects.n)
		return;
	cut_objects(&p);
	if (!p.slots.n)
		return;
	note_accesses(&p);
	place_all_phis(&p);
	walk(&p);
	ir_apply_forwards(f);
}
