/* SPDX-License-Identifier: Apache-2.0 */
/* See ir_interpreter.h. An inst's result is kept in a table by Inst.id; I32 results are kept
 * zero-extended. */
#include "ir_interpreter.h"
#include "ir/internal.h"

#include <stdlib.h>

enum { GLOBALS_AT = 0x1000, STACK_AT = 0x8000 };

static uint64_t run(Interpreter *in, Function *f, const uint64_t *args);

static void PRINTF_LIKE(2, 3) fail(Interpreter *in, const char *fmt, ...)
{
	va_list ap;

	if (in->error[0])
		return;
	va_start(ap, fmt);
	vsnprintf(in->error, sizeof(in->error), fmt, ap);
	va_end(ap);
}

static uint8_t *at(Interpreter *in, uint64_t address, uint64_t size)
{
	static uint8_t nowhere[4096];

	if (address < INTERPRETER_BASE || size > sizeof(nowhere) ||
	    address - INTERPRETER_BASE + size > sizeof(in->memory)) {
		fail(in, "access of %llu bytes at %#llx", (unsigned long long)size,
		     (unsigned long long)address);
		memset(nowhere, 0, sizeof(nowhere));
		return nowhere;
	}
	return in->memory + (address - INTERPRETER_BASE);
}

void interpreter_start(Interpreter *in, const Module *m)
{
	memset(in, 0, sizeof(*in));
	in->limit = 1 << 20;
	in->globals_end = GLOBALS_AT;
	in->stack = STACK_AT;
	for (int k = 0; k < m->globals.n; k++) {
		Global *g = m->globals.v[k];

		in->globals_end = (in->globals_end + 15) & ~15u;
		g->offset = in->globals_end;
		if (g->bytes)
			memcpy(in->memory + g->offset, g->bytes, g->size);
		in->globals_end += g->size + 16;
	}
	for (int k = 0; k < m->globals.n; k++)
		for (int p = 0; p < m->globals.v[k]->pointers.n; p++) {
			struct GlobalPointer *to = &m->globals.v[k]->pointers.v[p];
			uint64_t v = INTERPRETER_BASE + to->to->offset + (uint64_t)to->addend;

			memcpy(in->memory + m->globals.v[k]->offset + to->offset, &v, 8);
		}
}

/* Helpers ------------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t h, uint64_t v)
{
	return (h ^ v) * 0x9e3779b97f4a7c15u + (h >> 29);
}

static uint64_t call_helper(Interpreter *in, const Inst *i, const uint64_t *args)
{
	enum { PROBE_READ = 4, PROBE_READ_USER = 112, PROBE_READ_KERNEL = 113, GET_COMM = 16 };
	uint64_t r = (uint64_t)i->helper;

	switch (i->helper) {
	case PROBE_READ: case PROBE_READ_USER: case PROBE_READ_KERNEL:
		if (args[2] < INTERPRETER_BASE)
			memset(at(in, args[0], args[1]), 0, args[1]);
		else
			memmove(at(in, args[0], args[1]), at(in, args[2], args[1]), args[1]);
		return 0;
	case GET_COMM:
		memset(at(in, args[0], args[1]), 'c', args[1]);
		return 0;
	default:
		for (int k = 0; k < i->n_args; k++)
			if (i->args[k]->type != IR_PTR)
				r = mix(r, args[k]);
		if (i->n_args && i->helper != 5 && i->helper != 14)
			in->trace = mix(in->trace, r);
		return i->type == IR_PTR ? INTERPRETER_BASE + 0x800 : r;
	}
}

/* Memory -------------------------------------------------------------------------------------- */

static uint64_t read_memory(Interpreter *in, uint64_t address, int width)
{
	uint64_t v = 0;

	memcpy(&v, at(in, address, (uint64_t)width), (size_t)width);
	return v;
}

static void write_memory(Interpreter *in, uint64_t address, int width, uint64_t v)
{
	memcpy(at(in, address, (uint64_t)width), &v, (size_t)width);
}

static uint64_t load(Interpreter *in, const Inst *i, uint64_t pointer)
{
	uint64_t v = read_memory(in, pointer + (uint64_t)i->imm, i->width);
	int unused = 64 - i->width * 8;

	if (i->is_signed && unused)
		v = (uint64_t)((int64_t)(v << unused) >> unused);
	return v;
}

static uint64_t atomic(Interpreter *in, const Inst *i, const uint64_t *args)
{
	uint64_t address = args[0] + (uint64_t)i->imm, old = read_memory(in, address, i->width);
	uint64_t v = old;

	switch ((AtomicKind)i->atomic) {
	case ATOMIC_ADD: case ATOMIC_FETCH_ADD: v = old + args[1]; break;
	case ATOMIC_AND: case ATOMIC_FETCH_AND: v = old & args[1]; break;
	case ATOMIC_OR: case ATOMIC_FETCH_OR: v = old | args[1]; break;
	case ATOMIC_XOR: case ATOMIC_FETCH_XOR: v = old ^ args[1]; break;
	case ATOMIC_XCHG: v = args[1]; break;
	case ATOMIC_CMPXCHG: v = old == args[2] ? args[1] : old; break;
	}
	write_memory(in, address, i->width, v);
	return old;
}

/* Insts --------------------------------------------------------------------------------------- */

static int64_t as_constant(const Inst *i, uint64_t v)
{
	return i->type == IR_I32 ? (int32_t)v : (int64_t)v;
}

static uint64_t pure(Interpreter *in, const Inst *i, const uint64_t *args)
{
	int64_t r;

	if (!ir_evaluate(i->op, i->type, i->width, i->args[0]->type,
			 as_constant(i->args[0], args[0]),
			 i->n_args > 1 ? as_constant(i->args[1], args[1]) : 0, &r))
		fail(in, "cannot do %s", ir_ops[i->op].name);
	return (uint64_t)r;
}

static uint64_t step(Interpreter *in, Inst *i, const uint64_t *args, uint64_t *values)
{
	uint64_t size = i->n_args == 3 ? args[2] : (uint64_t)i->imm;

	switch (i->op) {
	case IR_CONST: return (uint64_t)i->imm;
	case IR_UNDEF: return 0;
	case IR_PARAM: return values[i->id];
	case IR_ALLOCA:
		in->stack = (in->stack + 15) & ~15u;
		in->stack += (uint32_t)i->imm;
		return INTERPRETER_BASE + in->stack - (uint64_t)i->imm;
	case IR_MAP: case IR_FUNC: case IR_KSYM: return INTERPRETER_BASE + 0x900;
	case IR_GLOBAL: return INTERPRETER_BASE + i->global->offset;
	case IR_PTROFF: return args[0] + (uint64_t)i->imm;
	case IR_PTRADD: return args[0] + args[1];
	case IR_LOAD: return load(in, i, args[0]);
	case IR_STORE:
		write_memory(in, args[0] + (uint64_t)i->imm, i->width, args[1]);
		return 0;
	case IR_ATOMIC: return atomic(in, i, args);
	case IR_COPY:
		memmove(at(in, args[0], size), at(in, args[1], size), size);
		return 0;
	case IR_FILL:
		memset(at(in, args[0], size), (int)args[1], size);
		return 0;
	case IR_CALL_HELPER: return call_helper(in, i, args);
	case IR_CALL: return run(in, i->callee, args);
	case IR_BARRIER: case IR_LOAD_SKB: case IR_CALL_KFUNC: return 0;
	default: return pure(in, i, args);
	}
}

/* All PHIs of a block take their values at once. */
static Inst *enter(Block *b, const Block *from, uint64_t *values)
{
	uint64_t taken[256];
	int n = 0, k = 0;
	Inst *i;

	while (k < b->preds.n && b->preds.v[k] != from)
		k++;
	for (i = b->first; i->op == IR_PHI && n < 256; i = i->next)
		taken[n++] = values[i->args[k]->id];
	n = 0;
	for (i = b->first; i->op == IR_PHI && n < 256; i = i->next)
		values[i->id] = taken[n++];
	return i;
}

static uint64_t run(Interpreter *in, Function *f, const uint64_t *args)
{
	uint64_t *values = calloc((size_t)f->n_values + 1, sizeof(*values)), result = 0;
	uint32_t frame = in->stack;
	Inst *i = f->entry->first;

	for (int k = 0; k < f->params.n; k++)
		values[f->params.v[k]->id] = args[k];
	while (!in->error[0]) {
		uint64_t a[8] = { 0 };
		Block *to = NULL;

		if (++in->steps > in->limit)
			fail(in, "does not end");
		for (int k = 0; k < i->n_args && k < 8; k++)
			a[k] = values[i->args[k]->id];
		if (i->op == IR_RET) {
			result = i->n_args ? a[0] : 0;
			break;
		}
		if (i->op == IR_UNREACHABLE) {
			fail(in, "the unreachable is reached");
			break;
		}
		if (i->op == IR_BR)
			to = i->targets[0];
		else if (i->op == IR_CONDBR)
			to = i->targets[(uint32_t)a[0] ? 0 : 1];
		if (to) {
			i = enter(to, i->block, values);
			continue;
		}
		values[i->id] = step(in, i, a, values);
		if (i->type == IR_I32)
			values[i->id] = (uint32_t)values[i->id];
		i = i->next;
	}
	in->stack = frame;
	free(values);
	return f->result == IR_I32 ? (uint32_t)result : result;
}

uint64_t interpreter_run(Interpreter *in, Function *f, const void *context, size_t size)
{
	uint64_t args[8] = { INTERPRETER_BASE + INTERPRETER_CONTEXT };

	memcpy(in->memory + INTERPRETER_CONTEXT, context, size);
	return run(in, f, args);
}
