/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses taken apart, what is known about alignment, the arguments of helper calls, and short
 * ways to make Insts: the ground on which the passes about memory stand.
 */
#include "ir/addresses.h"

enum {
	MAX_ALIGN = 4096, ALIGN_DEPTH = 8, ADDRESS_STEPS = 64,
	MAX_OFFSET = INT16_MAX,    /* of an eBPF load or store */
};

bool ir_is_const(const Inst *value, int64_t *number)
{
	while (value->op == IR_BITCAST)
		value = value->args[0];
	if (value->op != IR_CONST)
		return false;
	*number = value->type == IR_I32 ? (int32_t)value->imm : value->imm;
	return true;
}

/* Which operand of 64-bit integer arithmetic is the pointer: 0, 1, or -1 if that is not clear. */
static int pointer_operand(const Inst *i)
{
	bool a = i->args[0]->space != SPACE_NONE, b = i->args[1]->space != SPACE_NONE;

	if (i->op == IR_PTRADD || (i->args[0]->type == IR_PTR && i->args[1]->type != IR_PTR))
		return 0;
	if (i->op == IR_SUB)
		return a && !b ? 0 : -1;
	if (i->args[1]->type == IR_PTR && i->args[0]->type != IR_PTR)
		return 1;
	return a == b ? -1 : a ? 0 : 1;
}

Address ir_address(Inst *pointer)
{
	Address a = { .root = pointer };

	for (int steps = 0; steps < ADDRESS_STEPS; steps++) {
		Inst *i = a.root;
		int64_t number;
		int k;

		if (i->op == IR_PTROFF) {
			a.offset += i->imm;
			a.root = i->args[0];
		} else if (i->op == IR_BITCAST) {
			a.root = i->args[0];
		} else if (i->op == IR_PTRADD || ((i->op == IR_ADD || i->op == IR_SUB) &&
						  i->type != IR_I32)) {
			k = pointer_operand(i);
			if (k < 0)
				break;
			if (ir_is_const(i->args[1 - k], &number))
				a.offset += i->op == IR_SUB ? -number : number;
			else
				a.variable = true;
			a.root = i->args[k];
		} else {
			break;
		}
	}
	return a;
}

void ir_fold_offset(Inst *access)
{
	Inst *pointer = access->args[0];
	int64_t offset = access->imm, n;

	for (;;) {
		if (pointer->op == IR_PTROFF)
			n = pointer->imm;
		else if (pointer->op != IR_PTRADD || !ir_is_const(pointer->args[1], &n))
			break;
		offset += n;
		pointer = pointer->args[0];
		if (offset >= -MAX_OFFSET && offset <= MAX_OFFSET) {
			access->args[0] = pointer;
			access->imm = offset;
		}
	}
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint32_t align_of_number(int64_t n)
{
	uint64_t lowest = (uint64_t)n & -(uint64_t)n;

	return !lowest || lowest > MAX_ALIGN ? MAX_ALIGN : (uint32_t)lowest;
}

static uint32_t align_of(const Inst *i, int depth)
{
	int64_t n;
	uint64_t a;

	if (ir_is_const(i, &n))
		return align_of_number(n);
	if (depth >= ALIGN_DEPTH)
		return 1;
	switch (i->op) {
	case IR_ALLOCA:
		return i->imm > 4 ? 8 : i->imm > 2 ? 4 : i->imm == 2 ? 2 : 1;
	case IR_PARAM:
	case IR_GLOBAL:
		return 8;
	case IR_PTROFF:
		return smaller(align_of(i->args[0], depth + 1), align_of_number(i->imm));
	case IR_PTRADD:
	case IR_ADD:
	case IR_SUB:
	case IR_OR:
		return smaller(align_of(i->args[0], depth + 1), align_of(i->args[1], depth + 1));
	case IR_MUL:
		a = (uint64_t)align_of(i->args[0], depth + 1) * align_of(i->args[1], depth + 1);
		return a > MAX_ALIGN ? MAX_ALIGN : (uint32_t)a;
	case IR_AND:
		n = align_of(i->args[0], depth + 1);
		a = align_of(i->args[1], depth + 1);
		return (uint64_t)n > a ? (uint32_t)n : (uint32_t)a;
	case IR_SHL:
		if (!ir_is_const(i->args[1], &n) || n < 0 || n > 11)
			return 1;
		a = (uint64_t)align_of(i->args[0], depth + 1) << n;
		return a > MAX_ALIGN ? MAX_ALIGN : (uint32_t)a;
	case IR_ZEXT:
	case IR_SEXT:
	case IR_BITCAST:
		return align_of(i->args[0], depth + 1);
	case IR_CALL_HELPER:
		return i->space == SPACE_MAP_VALUE ? 8 : 1;
	default:
		return 1;
	}
}

uint32_t ir_alignment(const Inst *value)
{
	return align_of(value, 0);
}

int ir_program_type(const Function *f)
{
	return f->is_program && f->source ? f->source->program_type : 0;
}

const char *ir_context_name(const Function *f)
{
	const ProgramTypeInfo *info = program_type_info(ir_program_type(f));
	Type *t;

	if (info && info->context)
		return info->context;
	if (!f->is_program || !f->source || !f->source->context)
		return NULL;
	t = type_strip(f->source->context);
	return t && t->kind == TYPE_STRUCT && t->name ? t->name->text : NULL;
}

MapDecl *ir_call_map(const Inst *call)
{
	for (int k = 0; k < call->n_args; k++)
		if (call->args[k]->op == IR_MAP)
			return call->args[k]->map;
	return NULL;
}

char ir_argument_class(const Inst *call, int k)
{
	const HelperInfo *h = helper_by_id(call->helper);

	if (!h)
		return 'i';
	for (int i = 0; h->args[i]; i++)
		if (i == k || h->args[i] == '.')
			return h->args[i];
	return '.';
}

int64_t ir_argument_size(const Inst *call, int k)
{
	MapDecl *map = ir_call_map(call);
	char next = ir_argument_class(call, k + 1);
	int64_t n;

	switch (ir_argument_class(call, k)) {
	case 'k':
		return map && map->key_size ? (int64_t)map->key_size : -1;
	case 'v':
	case 'x':
	case 'u':
		return map && map->value_size ? (int64_t)map->value_size : -1;
	case '8':
		return 8;
	case '4':
		return 4;
	case 'r':
	case 'w':
	case 'b':
		if ((next == 'n' || next == 'z') && k + 1 < call->n_args &&
		    ir_is_const(call->args[k + 1], &n) && n >= 0)
			return n;
		return -1;
	default:
		return -1;
	}
}

bool ir_helper_usable(const Function *f, int helper)
{
	const Host *host = f->module->unit ? f->module->unit->host : NULL;
	const HelperInfo *h = helper_by_id(helper);

	if (!h || !helper_allowed(h, ir_program_type(f)))
		return false;
	if (!host || !host->kernel_version || host->kernel_version >= h->since)
		return true;
	return host->has && host->has(host->self, HOST_HELPER, h->name, NULL);
}

Inst *ir_emit(Inst *where, IrOp op, IrType type, int n_args)
{
	Inst *i = ir_inst(where->block->function, op, type, n_args);

	i->loc = where->loc;
	ir_insert_before(where, i);
	return i;
}

Inst *ir_emit_offset(Inst *where, Inst *pointer, int64_t offset)
{
	Inst *i;

	if (!offset)
		return pointer;
	i = ir_emit(where, IR_PTROFF, IR_PTR, 1);
	i->args[0] = pointer;
	i->imm = offset;
	i->space = pointer->space;
	i->may_be_null = pointer->may_be_null;
	return i;
}

Inst *ir_emit_load(Inst *where, IrType type, int width, Inst *pointer, int64_t offset)
{
	Inst *i = ir_emit(where, IR_LOAD, type, 1);

	i->width = (uint8_t)width;
	i->args[0] = pointer;
	i->imm = offset;
	return i;
}

Inst *ir_emit_store(Inst *where, int width, Inst *pointer, int64_t offset, Inst *value)
{
	Inst *i = ir_emit(where, IR_STORE, IR_VOID, 2);

	i->width = (uint8_t)width;
	i->args[0] = pointer;
	i->args[1] = value;
	i->imm = offset;
	return i;
}

Inst *ir_emit_binary(Inst *where, IrOp op, IrType type, Inst *a, Inst *b)
{
	Inst *i = ir_emit(where, op, type, 2);

	i->args[0] = a;
	i->args[1] = b;
	return i;
}

Inst *ir_emit_call3(Inst *where, int helper, Inst *a, Inst *b, Inst *c)
{
	Inst *i = ir_emit(where, IR_CALL_HELPER, IR_I64, 3);

	i->helper = helper;
	i->args[0] = a;
	i->args[1] = b;
	i->args[2] = c;
	return i;
}

Inst *ir_new_stack(Function *f, int64_t size, uint32_t align, Loc loc)
{
	Inst *i = ir_inst(f, IR_ALLOCA, IR_PTR, 0), *where = f->entry->first;

	i->imm = size;
	i->align = align;
	i->loc = loc;
	i->space = SPACE_STACK;
	while (where && where->op == IR_PARAM)
		where = where->next;
	if (where)
		ir_insert_before(where, i);
	else
		ir_append(f->entry, i);
	return i;
}
