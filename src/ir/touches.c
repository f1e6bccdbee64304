/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of stack objects that instructions read and write, block by block. Exact where address
 * and size are constant; otherwise a read counts for the whole object and a write for nothing sure.
 * An object whose address is stored, passed on or merged in a PHI counts as read and perhaps
 * written as a whole at that place.
 */
#include "ir/touches.h"

enum { UNINITIALISED_READS = KVERSION(6, 3) }; /* first kernel whose verifier does not mind them */

/* Sets of bytes ------------------------------------------------------------------------------- */

uint64_t *touches_new_set(const Touches *t)
{
	return NEW_ARRAY(t->arena, uint64_t, t->words);
}

void touches_set_range(uint64_t *set, const Touch *t)
{
	for (int k = t->object->first + t->from; k < t->object->first + t->to; k++)
		set[k / 64] |= 1ull << (k % 64);
}

void touches_clear_range(uint64_t *set, const Touch *t)
{
	for (int k = t->object->first + t->from; k < t->object->first + t->to; k++)
		set[k / 64] &= ~(1ull << (k % 64));
}

bool touches_has(const uint64_t *set, int bit)
{
	return set[bit / 64] >> (bit % 64) & 1;
}

/* Touches ------------------------------------------------------------------------------------- */

static Object *object_of(Inst *pointer, int64_t *offset, bool *variable)
{
	Address a = ir_address(pointer);

	*offset = a.offset;
	*variable = a.variable;
	return a.root->op == IR_ALLOCA ? a.root->aux_ptr : NULL;
}

/* size < 0: unknown, up to the end of the object */
static void touch(Touches *s, Inst *inst, TouchKind kind, Inst *pointer, int64_t at, int64_t size)
{
	BlockTouches *state = touches_of(inst->block);
	bool variable;
	int64_t offset;
	Object *o = object_of(pointer, &offset, &variable);
	Touch t = { .kind = kind, .object = o, .inst = inst };

	if (!o || size == 0)
		return;
	offset += at;
	if (variable) {
		t.to = o->size;
		t.kind = kind == TOUCH_WRITE ? TOUCH_MAY_WRITE : kind;
	} else {
		t.from = offset < 0 ? 0 : offset > o->size ? o->size : (int)offset;
		t.to = size < 0 || offset + size > o->size ? o->size : (int)(offset + size);
		if (size < 0 && kind == TOUCH_WRITE)
			t.kind = TOUCH_MAY_WRITE;
	}
	if (t.from < t.to)
		vec_push(s->arena, &state->touches, t);
}

/* The address leaves our sight: whatever lies there may be read and written from now on. */
static void escape(Touches *s, Inst *inst, Inst *pointer)
{
	bool variable;
	int64_t offset;
	Object *o = object_of(pointer, &offset, &variable);

	if (!o)
		return;
	o->escapes |= !(inst->op == IR_CALL_HELPER || inst->op == IR_CALL ||
			inst->op == IR_CALL_KFUNC);
	touch(s, inst, TOUCH_READ, o->alloca, 0, -1);
	touch(s, inst, TOUCH_MAY_WRITE, o->alloca, 0, -1);
}

static bool reads_uninitialised(const Touches *s)
{
	const Unit *unit = s->f->module->unit;

	return unit && unit->host && unit->host->kernel_version >= UNINITIALISED_READS;
}

static void touch_written_argument(Touches *s, Inst *call, int k, int64_t size)
{
	/* the kernel wants room of variable size initialised, as it may be filled only in part */
	if (size < 0 && !reads_uninitialised(s))
		touch(s, call, TOUCH_READ, call->args[k], 0, -1);
	touch(s, call, TOUCH_WRITE, call->args[k], 0, size);
}

static void touch_argument(Touches *s, Inst *call, int k)
{
	int64_t size = ir_argument_size(call, k), n;
	Inst *arg = call->args[k];

	switch (ir_argument_class(call, k)) {
	case 'k':
	case 'v':
	case 'u':
	case 'r':
		touch(s, call, TOUCH_READ, arg, 0, size);
		break;
	case 'b':
	case '8':
	case '4':
		touch(s, call, TOUCH_READ, arg, 0, size);
		touch(s, call, TOUCH_WRITE, arg, 0, size);
		break;
	case 'w':
	case 'x':
		touch_written_argument(s, call, k, size);
		break;
	case 'd':
		touch(s, call, TOUCH_HOLD, arg, 0, -1);
		touch(s, call, TOUCH_MAY_WRITE, arg, 0, -1);
		break;
	case 'p':
		/* memory copied by bpf_probe_read_kernel */
		if (k == 2 && (call->helper == HELPER_PROBE_READ_KERNEL ||
			       call->helper == HELPER_PROBE_READ) && ir_is_const(call->args[1], &n))
			touch(s, call, TOUCH_READ, arg, 0, n);
		break;
	case 'h':
		escape(s, call, arg);
		break;
	default:
		break;
	}
}

static void touch_phi(Touches *s, Inst *phi)
{
	for (int k = 0; k < phi->n_args; k++)
		escape(s, phi->block->preds.v[k]->last, phi->args[k]);
}

static void touch_others(Touches *s, Inst *i)
{
	switch (i->op) {
	case IR_PTROFF:
	case IR_PTRADD:
	case IR_BITCAST:
	case IR_RET:
		break;
	case IR_ADD:
	case IR_SUB:
		if (ir_address(i).root != i)
			break;
		/* fall through */
	default:
		for (int k = 0; k < i->n_args && !(ir_ops[i->op].flags & IRF_COMPARE); k++)
			escape(s, i, i->args[k]);
		break;
	}
}

static void touch_by(Touches *s, Inst *i)
{
	switch (i->op) {
	case IR_LOAD:
		touch(s, i, TOUCH_READ, i->args[0], i->imm, i->width);
		break;
	case IR_STORE:
		touch(s, i, TOUCH_WRITE, i->args[0], i->imm, i->width);
		escape(s, i, i->args[1]);
		break;
	case IR_ATOMIC:
		touch(s, i, TOUCH_READ, i->args[0], i->imm, i->width);
		touch(s, i, TOUCH_WRITE, i->args[0], i->imm, i->width);
		break;
	case IR_COPY:
		touch(s, i, TOUCH_READ, i->args[1], 0, i->imm);
		touch(s, i, TOUCH_WRITE, i->args[0], 0, i->imm);
		break;
	case IR_FILL:
		touch(s, i, TOUCH_WRITE, i->args[0], 0, i->imm);
		break;
	case IR_CALL_HELPER:
		for (int k = 0; k < i->n_args; k++)
			touch_argument(s, i, k);
		break;
	default:
		touch_others(s, i);
		break;
	}
}

/* Finding ------------------------------------------------------------------------------------- */

static void find_objects(Touches *s)
{
	s->objects.n = 0;
	s->bits = 0;
	FOR_INSTS(i, s->f->entry) {
		Object *o;

		if (i->op != IR_ALLOCA)
			continue;
		i->aux_ptr = NULL;
		if (i->imm <= 0 || i->imm > TOUCHES_MAX_OBJECT)
			continue;
		o = NEW(s->arena, Object);
		o->alloca = i;
		o->index = s->objects.n;
		o->first = s->bits;
		o->size = (int)i->imm;
		i->aux_ptr = o;
		s->bits += o->size;
		vec_push(s->arena, &s->objects, o);
	}
	s->words = (s->bits + 63) / 64;
}

static void find_all(Touches *s)
{
	FOR_BLOCKS(b, s->f)
		b->aux_ptr = NEW(s->arena, BlockTouches);
	FOR_BLOCKS(b, s->f)
		FOR_INSTS(i, b)
			if (i->op != IR_PHI)
				touch_by(s, i);
	/* behind all others of the predecessors */
	FOR_BLOCKS(b, s->f)
		for (Inst *i = b->first; i && i->op == IR_PHI; i = i->next)
			touch_phi(s, i);
}

void touches_find(Touches *t, Function *f)
{
	t->f = f;
	t->arena = f->module->arena;
	find_objects(t);
	find_all(t);
}
