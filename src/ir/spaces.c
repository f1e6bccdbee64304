/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pass_spaces: which memory every pointer leads to, by data flow over the values to a fixpoint.
 *
 * Sources are the context parameter, stack objects, maps, helper results and loads; casts,
 * arithmetic and integers in between keep the space. A value starts as SPACE_NONE and only rises in
 * the lattice (ir_join_spaces), so the iteration ends. What remains without a space although its
 * type is a pointer is SPACE_UNKNOWN.
 * Needs: nothing. Keeps the code as it is; sets Inst.space and Inst.may_be_null of all values.
 */
#include "ir/spaces.h"

typedef struct Spaces {
	Function *f;
	ContextKind context;
	const char *context_name;
	bool context_is_memory;    /* the context is real memory, not a view that is translated */
	bool last_round;           /* pointers without a space become SPACE_UNKNOWN */
	int depth;                 /* of callers analysed for the parameters of a subprogram */
	uint8_t arguments[16];     /* 1 + ArgumentKind of the context's words; 0: not asked yet */
} Spaces;

enum { MAX_CALLERS_DEPTH = 8, MAX_ROUNDS = 64 };

/* Joining ------------------------------------------------------------------------------------- */

static bool is_plain(Space s)
{
	return s == SPACE_STACK || s == SPACE_MAP_VALUE || s == SPACE_PACKET;
}

/* Memory that bpf_probe_read_kernel reads as well. */
static bool is_kernel_memory(Space s)
{
	return is_plain(s) || s == SPACE_KERNEL || s == SPACE_TRUSTED;
}

Space ir_join_spaces(Space a, Space b, bool context_is_memory)
{
	if (a == b || b == SPACE_NONE)
		return a;
	if (a == SPACE_NONE)
		return b;
	if (is_plain(a) && is_plain(b))
		return SPACE_MAP_VALUE;
	if (context_is_memory && a == SPACE_CONTEXT)
		a = SPACE_KERNEL;
	if (context_is_memory && b == SPACE_CONTEXT)
		b = SPACE_KERNEL;
	if (is_kernel_memory(a) && is_kernel_memory(b))
		return SPACE_KERNEL;
	return SPACE_UNKNOWN;
}

/* What the C type says ------------------------------------------------------------------------ */

/* The type that a pointer type leads to, without sugar; NULL if `t` is no pointer. */
static Type *pointee(Type *t)
{
	t = t ? type_strip(t) : NULL;
	return t && t->kind == TYPE_POINTER && t->base ? type_strip(t->base) : NULL;
}

static bool leads_to_user(Type *t)
{
	return pointee(t) && type_space(t) == TYPE_SPACE_USER;
}

static bool leads_to_object(Type *t)
{
	Type *p = pointee(t);

	return p && (p->kind == TYPE_STRUCT || p->kind == TYPE_UNION) &&
	       type_space(t) == TYPE_SPACE_NONE;
}

/* void and character pointers in kernel objects may hold user addresses: without type tags in BTF
 * (kernels built by gcc) nothing tells them apart. */
static bool leads_to_anything(Type *t)
{
	Type *p = pointee(t);

	return !p || p->kind == TYPE_VOID || (p->kind == TYPE_INT && p->size == 1);
}

/* The struct that a trusted pointer leads to, as it was when the value came into being: the root's
 * type, or, if that was an integer, that of the first cast. NULL: unknown. */
static Type *object_type(const Inst *pointer, const Inst *root)
{
	Type *object = NULL;

	for (const Inst *i = pointer; i != root && i->n_args > 0; i = i->args[0])
		if (i->op == IR_BITCAST && leads_to_object(i->ctype))
			object = pointee(i->ctype);
	return leads_to_object(root->ctype) ? pointee(root->ctype) : object;
}

Space ir_access_space(Inst *pointer, int64_t offset, uint64_t width)
{
	Address a;
	Type *object;

	if (pointer->space != SPACE_TRUSTED && pointer->space != SPACE_CONTEXT)
		return pointer->space;
	a = ir_address(pointer);
	offset += a.offset;
	/* packed fields of a tracepoint record: "invalid bpf_context access" unless aligned */
	if (pointer->space == SPACE_CONTEXT)
		return width && width <= 8 && offset % (int64_t)width != 0 &&
		       spaces_context_is_memory(pointer->block->function) ?
		       SPACE_KERNEL : SPACE_CONTEXT;
	object = object_type(pointer, a.root);
	/* "access beyond struct x": a cast made the object larger than the verifier knows it */
	if (offset < 0 || (object && object->complete && object->size &&
			   (uint64_t)offset + width > object->size))
		return SPACE_KERNEL;
	return SPACE_TRUSTED;
}

/* Loads --------------------------------------------------------------------------------------- */

static ArgumentKind argument_kind(Spaces *s, int64_t index)
{
	if (index < 0 || index >= (int64_t)ARRAY_LEN(s->arguments))
		return ARGUMENT_OTHER;
	if (!s->arguments[index])
		s->arguments[index] = (uint8_t)(1 + spaces_trampoline_argument(s->f, (int)index));
	return (ArgumentKind)(s->arguments[index] - 1);
}

static Space space_from_trampoline(Spaces *s, const Inst *load, int64_t offset)
{
	switch (argument_kind(s, offset / 8)) {
	case ARGUMENT_OBJECT:
		return SPACE_TRUSTED;
	case ARGUMENT_USER:
		return SPACE_USER;
	case ARGUMENT_OTHER:
		return leads_to_user(load->ctype) ? SPACE_USER : SPACE_UNKNOWN;
	case ARGUMENT_UNKNOWN:
		break;
	}
	if (leads_to_user(load->ctype))
		return SPACE_USER;
	/* an integer so far: the cast to a pointer will tell */
	if (!pointee(load->ctype))
		return SPACE_TRUSTED;
	return leads_to_object(load->ctype) ? SPACE_TRUSTED : SPACE_UNKNOWN;
}

static Space space_from_context(Spaces *s, const Inst *load)
{
	Address a = ir_address(load->args[0]);
	int64_t offset = a.offset + load->imm;
	Space field = spaces_context_field(s->context_name, offset, load->width);

	if (field != SPACE_NONE)
		return field;
	if (load->width != 8)
		return SPACE_NONE;
	if (leads_to_user(load->ctype))
		return SPACE_USER;
	if (s->context == CONTEXT_TRAMPOLINE)
		return space_from_trampoline(s, load, offset);
	if (s->context == CONTEXT_ITERATOR)
		return leads_to_object(load->ctype) ? SPACE_TRUSTED :
		       pointee(load->ctype) ? SPACE_MAP_VALUE : SPACE_NONE;
	return SPACE_UNKNOWN;
}

static Space space_of_load(Spaces *s, const Inst *load)
{
	Space from = ir_access_space(load->args[0], load->imm, load->width);

	if (from == SPACE_CONTEXT)
		return space_from_context(s, load);
	if (load->width != 8 || from == SPACE_NONE)
		return SPACE_NONE;
	if (leads_to_user(load->ctype))
		return SPACE_USER;
	switch (from) {
	case SPACE_TRUSTED:
		if (leads_to_object(load->ctype))
			return SPACE_TRUSTED;
		/* fall through */
	case SPACE_KERNEL:
		return leads_to_anything(load->ctype) ? SPACE_UNKNOWN : SPACE_KERNEL;
	case SPACE_USER:
		return SPACE_USER;
	case SPACE_PACKET:
	case SPACE_PACKET_END:
		return SPACE_NONE;
	default:
		return SPACE_UNKNOWN;
	}
}

/* Calls --------------------------------------------------------------------------------------- */

static Space space_of_lookup(const Inst *call)
{
	enum { SOCKMAP = 15, XSKMAP = 17, SOCKHASH = 18, ARRAY_OF_MAPS = 12, HASH_OF_MAPS = 13 };
	const MapDecl *map = ir_call_map(call);

	if (!map)
		return SPACE_MAP_VALUE;
	switch (map->type) {
	case ARRAY_OF_MAPS:
	case HASH_OF_MAPS:
		return SPACE_MAP;
	case SOCKMAP:
	case SOCKHASH:
	case XSKMAP:
		return SPACE_HELPER_OBJECT;
	default:
		return SPACE_MAP_VALUE;
	}
}

static Space space_of_helper(Inst *call)
{
	const HelperInfo *h = helper_by_id(call->helper);

	switch (h ? h->result : 'i') {
	case 'V':
		call->may_be_null = true;
		return call->helper == HELPER_MAP_LOOKUP ? space_of_lookup(call) : SPACE_MAP_VALUE;
	case 'A':
		call->may_be_null = true;
		return SPACE_MAP_VALUE;
	case 'M':
		return SPACE_MAP_VALUE;
	case 'S':
	case 's':
		call->may_be_null = true;
		return SPACE_HELPER_OBJECT;
	case 't':
		call->may_be_null = true;
		/* fall through */
	case 'T':
		return SPACE_TRUSTED;
	case 'K':
		return SPACE_KERNEL;
	default:
		return SPACE_NONE;
	}
}

static Space space_of_kfunc(const Inst *call)
{
	if (!pointee(call->ctype))
		return SPACE_NONE;
	return leads_to_object(call->ctype) ? SPACE_TRUSTED : SPACE_KERNEL;
}

/* Parameters ---------------------------------------------------------------------------------- */

/* What a helper hands to its callback as parameter `index`. */
static Space space_of_callback_parameter(const Inst *call, int index)
{
	enum { FOR_EACH_MAP_ELEM = 164, TIMER_SET_CALLBACK = 170, FIND_VMA = 180, LOOP = 181 };
	const Inst *own = call->n_args > 2 ? call->args[2] : NULL;

	switch (call->helper) {
	case FOR_EACH_MAP_ELEM:
		return index == 0 ? SPACE_MAP : index < 3 || !own ? SPACE_MAP_VALUE : own->space;
	case TIMER_SET_CALLBACK:
		return index == 0 ? SPACE_MAP : SPACE_MAP_VALUE;
	case FIND_VMA:
		own = call->n_args > 3 ? call->args[3] : NULL;
		return index < 2 ? SPACE_TRUSTED : own ? own->space : SPACE_NONE;
	case LOOP:
		return index == 1 && own ? own->space : SPACE_NONE;
	default:
		return SPACE_NONE;
	}
}

static Space space_in_call(const Inst *call, const Function *callee, int index)
{
	if (call->op == IR_CALL && call->callee == callee && index < call->n_args)
		return call->args[index]->space;
	if (call->op != IR_CALL_HELPER)
		return SPACE_NONE;
	for (int k = 0; k < call->n_args; k++)
		if (call->args[k]->op == IR_FUNC && call->args[k]->callee == callee)
			return space_of_callback_parameter(call, index);
	return SPACE_NONE;
}

static void find_spaces(Function *f, int depth);

static bool calls(const Function *f, const Function *callee)
{
	FOR_BLOCKS(b, f)
		FOR_INSTS(i, b)
			if ((i->op == IR_CALL || i->op == IR_FUNC) && i->callee == callee)
				return true;
	return false;
}

/* A subprogram's parameter may be whatever its callers pass. */
static Space space_from_callers(const Spaces *s, int index)
{
	Module *m = s->f->module;
	Space space = SPACE_NONE;

	if (s->depth >= MAX_CALLERS_DEPTH)
		return SPACE_NONE;
	for (int n = 0; n < m->functions.n; n++) {
		Function *caller = m->functions.v[n];

		if (caller == s->f || !caller->entry || !calls(caller, s->f))
			continue;
		find_spaces(caller, s->depth + 1);
		FOR_BLOCKS(b, caller)
			FOR_INSTS(i, b)
				space = ir_join_spaces(space, space_in_call(i, s->f, index),
						       false);
	}
	return space;
}

static Space space_of_parameter(const Spaces *s, const Inst *param)
{
	if (param->space != SPACE_NONE)
		return param->space;
	if (!s->f->is_program)
		return param->type == IR_I32 ? SPACE_NONE : space_from_callers(s, (int)param->imm);
	if (param->imm == 0)
		return SPACE_CONTEXT;
	return leads_to_user(param->ctype) ? SPACE_USER :
	       param->type == IR_I32 ? SPACE_NONE : SPACE_UNKNOWN;
}

/* Arithmetic ---------------------------------------------------------------------------------- */

/* Spaces that only pointers have; UNKNOWN may be any number that was loaded. */
static bool is_sure(Space s)
{
	return s != SPACE_NONE && s != SPACE_UNKNOWN;
}

/* pointer + something that is not constant */
static Space after_variable_offset(const Spaces *s, Space space)
{
	/* "invalid variable offset": objects typed by BTF take constant offsets only */
	if (space == SPACE_TRUSTED)
		return SPACE_KERNEL;
	/* "variable ctx access": but where the context is memory, it can be read like any other */
	if (space == SPACE_CONTEXT && s->context_is_memory)
		return SPACE_KERNEL;
	return space;
}

static Space after_offset(const Spaces *s, Space space, const Inst *by)
{
	int64_t n;

	return ir_is_const(by, &n) ? space : after_variable_offset(s, space);
}

static Space space_of_sum(const Spaces *s, const Inst *i)
{
	Space a = i->args[0]->space, b = i->args[1]->space;

	if (i->type == IR_I32)
		return SPACE_NONE;
	if (i->op == IR_PTRADD && a != SPACE_NONE)
		return after_offset(s, a, i->args[1]);
	if (i->op == IR_SUB)
		return is_sure(a) && is_sure(b) ? SPACE_NONE : after_offset(s, a, i->args[1]);
	if (i->op == IR_AND || i->op == IR_OR) {
		a = is_sure(a) ? a : b;
		return is_sure(a) ? after_variable_offset(s, a) : a;
	}
	if (is_sure(a) || b == SPACE_NONE)
		return after_offset(s, a, i->args[1]);
	return after_offset(s, b, i->args[0]);
}

static Space space_of_cast(const Inst *i)
{
	Space space = i->args[0]->space;
	const Inst *from = i->args[0];
	int64_t n;

	if (i->imm)                                /* marked by the headers */
		return (Space)i->imm;
	if (ir_is_const(from, &n))
		return n ? SPACE_KERNEL : SPACE_NONE;
	if (leads_to_user(i->ctype) &&
	    (space == SPACE_NONE || space == SPACE_UNKNOWN || space == SPACE_KERNEL))
		return SPACE_USER;
	/* an argument word that turns out to lead to no object */
	if (space == SPACE_TRUSTED && from->op == IR_LOAD && from->type == IR_I64 &&
	    pointee(i->ctype) && pointee(i->ctype)->kind != TYPE_VOID && !leads_to_object(i->ctype))
		return SPACE_UNKNOWN;
	return space;
}

static Space space_of_offset(const Inst *i)
{
	if (i->args[0]->space == SPACE_TRUSTED && ir_address((Inst *)i).offset < 0)
		return SPACE_KERNEL;
	return i->args[0]->space;
}

static Space space_of_ksym(const Inst *i)
{
	return leads_to_object(i->ctype) ? SPACE_TRUSTED : SPACE_MAP_VALUE;
}

static Space space_of_phi(const Spaces *s, const Inst *phi)
{
	Space space = SPACE_NONE;

	for (int k = 0; k < phi->n_args; k++)
		if (phi->args[k] != phi)
			space = ir_join_spaces(space, phi->args[k]->space, s->context_is_memory);
	return space;
}

static Space space_of_zext(const Inst *i)
{
	Space space = i->args[0]->space;

	return space == SPACE_PACKET || space == SPACE_PACKET_END ? space : SPACE_NONE;
}

static Space space_of(Spaces *s, Inst *i)
{
	switch (i->op) {
	case IR_CONST:     return i->type == IR_PTR && i->imm ? SPACE_KERNEL : SPACE_NONE;
	case IR_PARAM:     return space_of_parameter(s, i);
	case IR_ALLOCA:    return SPACE_STACK;
	case IR_MAP:       return SPACE_MAP;
	case IR_GLOBAL:    return SPACE_MAP_VALUE;
	case IR_FUNC:      return SPACE_CALLBACK;
	case IR_KSYM:      return space_of_ksym(i);
	case IR_ADD:
	case IR_SUB:
	case IR_AND:
	case IR_OR:
	case IR_PTRADD:    return space_of_sum(s, i);
	case IR_ZEXT:      return space_of_zext(i);
	case IR_BITCAST:   return space_of_cast(i);
	case IR_PTROFF:    return space_of_offset(i);
	case IR_LOAD:      return space_of_load(s, i);
	case IR_CALL_HELPER: return space_of_helper(i);
	case IR_CALL_KFUNC: return space_of_kfunc(i);
	case IR_CALL:      return i->type == IR_PTR ? SPACE_UNKNOWN : SPACE_NONE;
	case IR_PHI:       return space_of_phi(s, i);
	default:           return SPACE_NONE;
	}
}

static bool null_may_flow(const Inst *i)
{
	switch (i->op) {
	case IR_BITCAST:
	case IR_PTROFF:
	case IR_PTRADD:
		return i->args[0]->may_be_null;
	case IR_PHI:
		for (int k = 0; k < i->n_args; k++)
			if (i->args[k]->may_be_null)
				return true;
		return false;
	default:
		return i->may_be_null;
	}
}

static bool update(Spaces *s, Inst *i)
{
	Space space = ir_join_spaces(i->space, space_of(s, i), s->context_is_memory);
	bool null = null_may_flow(i), changed;
	int64_t n;

	if (s->last_round && space == SPACE_NONE && i->type == IR_PTR && i->op != IR_UNDEF &&
	    i->op != IR_PHI && !ir_is_const(i, &n))
		space = SPACE_UNKNOWN;
	changed = space != i->space || null != i->may_be_null;
	i->space = space;
	i->may_be_null = null;
	return changed;
}

static void iterate(Spaces *s)
{
	bool changed = true;

	for (int round = 0; changed && round < MAX_ROUNDS; round++) {
		changed = false;
		FOR_BLOCKS(b, s->f)
			FOR_INSTS(i, b)
				changed |= i->type != IR_VOID && update(s, i);
	}
}

static void find_spaces(Function *f, int depth)
{
	Spaces s = { .f = f, .depth = depth };

	s.context = spaces_context_kind(f);
	s.context_name = ir_context_name(f);
	s.context_is_memory = spaces_context_is_memory(f);
	FOR_BLOCKS(b, f)
		FOR_INSTS(i, b) {
			i->space = SPACE_NONE;
			i->may_be_null = false;
		}
	iterate(&s);
	s.last_round = true;
	iterate(&s);
}

void pass_spaces(Function *f)
{
	if (f->entry)
		find_spaces(f, 0);
}
