/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Global data: variables and string literals as bytes of .rodata, .data and .bss; reading constants
 * back out of them; their layout.
 *
 * A literal's Global is as long as the literal, but its place in .rodata is padded with at least as
 * many zeros as make 16 bytes: programs copy a fixed number of bytes from shorter literals and
 * expect zeros (language.md 6.2). BPF data cannot hold addresses; pointers in constant data are
 * kept aside and folded into the code that reads them.
 */
#include "ir/internal.h"

typedef struct Constant {
	int64_t value;             /* or addend of `to` */
	Global *to;
} Constant;

static bool evaluate(Module *m, Expr *e, Constant *out);

/* Constants of the tree ----------------------------------------------------------------------- */

static int64_t fit(Type *t, int64_t v)
{
	t = type_strip(t);
	if (t->kind == TYPE_BOOL)
		return v != 0;
	switch (t->size) {
	case 1: return type_is_signed(t) ? (int8_t)v : (int64_t)(uint8_t)v;
	case 2: return type_is_signed(t) ? (int16_t)v : (int64_t)(uint16_t)v;
	case 4: return type_is_signed(t) ? (int32_t)v : (int64_t)(uint32_t)v;
	default: return v;
	}
}

static IrOp binary_op(Operator op, bool is_signed)
{
	static const IrOp ops[][2] = {
		[OP_ADD] = { IR_ADD, IR_ADD }, [OP_SUB] = { IR_SUB, IR_SUB },
		[OP_MUL] = { IR_MUL, IR_MUL }, [OP_DIV] = { IR_UDIV, IR_SDIV },
		[OP_MOD] = { IR_UMOD, IR_SMOD }, [OP_AND] = { IR_AND, IR_AND },
		[OP_OR] = { IR_OR, IR_OR }, [OP_XOR] = { IR_XOR, IR_XOR },
		[OP_SHL] = { IR_SHL, IR_SHL }, [OP_SHR] = { IR_LSHR, IR_ASHR },
		[OP_EQ] = { IR_EQ, IR_EQ }, [OP_NE] = { IR_NE, IR_NE },
		[OP_LT] = { IR_ULT, IR_SLT }, [OP_LE] = { IR_ULE, IR_SLE },
		[OP_GT] = { IR_UGT, IR_SGT }, [OP_GE] = { IR_UGE, IR_SGE },
	};

	return ops[op][is_signed];
}

static bool evaluate_binary(Module *m, Expr *e, Constant *out)
{
	Type *t = e->a->type;
	IrType type = type_strip(t)->size > 4 ? IR_I64 : IR_I32;
	Constant x, y;

	if (e->op > OP_GE || !evaluate(m, e->a, &x) || !evaluate(m, e->b, &y) || x.to || y.to ||
	    !ir_evaluate(binary_op(e->op, type_is_signed(t)), type, 0, type, x.value, y.value,
			 &out->value))
		return false;
	out->value = fit(e->type, out->value);
	return true;
}

static bool evaluate_unary(Module *m, Expr *e, Constant *out)
{
	Constant x;

	if (!evaluate(m, e->a, &x) || (x.to && e->op != OP_LOGNOT))
		return false;
	out->value = e->op == OP_NEG      ? (int64_t)-(uint64_t)x.value
		     : e->op == OP_BITNOT ? ~x.value
					  : !x.value && !x.to;
	out->value = fit(e->type, out->value);
	return true;
}

static Global *literal(Module *m, Str bytes)
{
	Global *g;

	for (int k = m->globals.n - 1; k >= 0 && k >= m->globals.n - 64; k--) {
		g = m->globals.v[k];
		if (!g->var && g->size == bytes.n && !memcmp(g->bytes, bytes.p, bytes.n))
			return g;
	}
	g = NEW(m->arena, Global);
	g->module = m;
	g->name = "";
	g->section = ".rodata";
	g->size = (uint32_t)bytes.n;
	g->align = 8;
	g->bytes = (uint8_t *)(uintptr_t)bytes.p;
	g->is_constant = true;
	vec_push(m->arena, &m->globals, g);
	return g;
}

/* The address of an object with static storage. */
static bool evaluate_address(Module *m, Expr *e, Constant *out)
{
	switch (e->kind) {
	case EXPR_STRING:
		*out = (Constant){ 0, literal(m, e->str) };
		return true;
	case EXPR_VAR:
	case EXPR_COMPOUND:
		if (!e->var || !(e->var->is_global || e->var->is_static))
			return false;
		*out = (Constant){ 0, ir_global(m, e->var) };
		return true;
	case EXPR_MEMBER:
		if (!evaluate_address(m, e->a, out))
			return false;
		out->value += (int64_t)e->offset;
		return true;
	case EXPR_DEREF:
		return evaluate(m, e->a, out);
	default:
		return false;
	}
}

static bool evaluate(Module *m, Expr *e, Constant *out)
{
	Constant x;

	*out = (Constant){ 0 };
	switch (e->kind) {
	case EXPR_INT:
		out->value = fit(e->type, e->i);
		return true;
	case EXPR_FLOAT:
		out->value = (int64_t)e->f;
		return true;
	case EXPR_CONVERT:
		if (!evaluate(m, e->a, out))
			return false;
		if (!out->to)
			out->value = fit(e->type, out->value);
		return true;
	case EXPR_UNARY: return evaluate_unary(m, e, out);
	case EXPR_BINARY: return evaluate_binary(m, e, out);
	case EXPR_CONDITIONAL:
		if (!e->b || !evaluate(m, e->a, &x))
			return false;
		return evaluate(m, x.value || x.to ? e->b : e->c, out);
	case EXPR_ADDRESS: return evaluate_address(m, e->a, out);
	case EXPR_POINTER_ADD:
		if (!evaluate(m, e->a, out) || !evaluate(m, e->b, &x) || x.to)
			return false;
		out->value += x.value * (int64_t)e->scale;
		return true;
	default:
		return false;
	}
}

bool expr_constant(Expr *e, int64_t *value)
{
	switch (e->kind) {
	case EXPR_INT:
		*value = fit(e->type, e->i);
		return true;
	case EXPR_CONVERT:
		if (!type_is_integer(e->type) || !type_is_integer(e->a->type) ||
		    !expr_constant(e->a, value))
			return false;
		*value = fit(e->type, *value);
		return true;
	default:
		return false;
	}
}

/* Variables ----------------------------------------------------------------------------------- */

static void write_bits(Global *g, const InitItem *item, int64_t value)
{
	for (uint32_t k = 0; k < item->bit_width; k++) {
		uint32_t bit = item->bit_offset + k;

		if (bit / 8 >= g->size)
			return;
		g->bytes[bit / 8] &= (uint8_t)~(1u << bit % 8);
		g->bytes[bit / 8] |= (uint8_t)(((uint64_t)value >> k & 1) << bit % 8);
	}
}

static void write_item(Module *m, Global *g, const InitItem *item)
{
	uint64_t size = type_strip(item->type)->size, room;
	Constant c;

	if (item->offset >= g->size)
		return;
	room = g->size - item->offset;
	if (item->value->kind == EXPR_STRING && type_strip(item->type)->kind == TYPE_ARRAY) {
		uint64_t n = item->value->str.n < size ? item->value->str.n : size;

		memcpy(g->bytes + item->offset, item->value->str.p, n < room ? n : room);
		return;
	}
	if (item->value->kind == EXPR_COMPOUND && item->value->init) {
		for (int k = 0; k < item->value->init->items.n; k++) {
			InitItem inner = item->value->init->items.v[k];

			inner.offset += item->offset;
			inner.bit_offset += (uint32_t)item->offset * 8;
			write_item(m, g, &inner);
		}
		return;
	}
	if (!evaluate(m, item->value, &c)) {
		diag_report(m->diags, item->value->loc, DIAG_global_initializer,
			    "the initial value of '%s' is not a constant", g->name);
		return;
	}
	if (c.to) {
		struct GlobalPointer p = { (uint32_t)item->offset, c.to, c.value };

		vec_push(m->arena, &g->pointers, p);
		return;
	}
	if (item->bit_width) {
		write_bits(g, item, c.value);
		return;
	}
	if (size == 16 && room >= 16) {
		int64_t high = item->value->kind == EXPR_INT ? item->value->i_hi : c.value >> 63;

		memcpy(g->bytes + item->offset + 8, &high, 8);
		size = 8;
	}
	memcpy(g->bytes + item->offset, &c.value, size < room ? size : room);
}

static const char *section_of(const Var *v, bool zero)
{
	if (v->section && (starts_with(v->section, ".rodata") || starts_with(v->section, ".data") ||
			   starts_with(v->section, ".bss")))
		return v->section[1] == 'r' ? ".rodata" : v->section[1] == 'd' ? ".data" : ".bss";
	return v->is_const ? ".rodata" : zero ? ".bss" : ".data";
}

Global *ir_global(Module *m, Var *v)
{
	Global *g = v->ir;
	Type *t = type_strip(v->type);

	if (g && g->module == m)
		return g;
	g = NEW(m->arena, Global);
	g->module = m;
	v->ir = g;
	type_complete(m->unit, t);
	g->name = v->name ? v->name->text : "";
	g->var = v;
	g->size = t->size > UINT32_MAX ? UINT32_MAX : (uint32_t)t->size;
	g->align = t->align > v->align ? t->align : v->align;
	if (!g->align)
		g->align = 1;
	vec_push(m->arena, &m->globals, g);
	if ((v->init && v->init->items.n) || v->is_bound)
		g->bytes = arena_alloc(m->arena, g->size + 16);
	g->section = section_of(v, !g->bytes);
	for (int k = 0; v->init && k < v->init->items.n; k++)
		write_item(m, g, &v->init->items.v[k]);
	if (v->is_bound)
		memcpy(g->bytes, &v->bound_value, g->size < 8 ? g->size : 8);
	return g;
}

bool global_constant(Builder *b, Var *v, Inst **value)
{
	IrType type;
	Constant c = { 0 };

	if (type_is_aggregate(v->type))
		return false;
	type = build_type(v->type);
	if (extern_constant(b, v, &c.value)) {
		*value = emit_const(b, type, fit(v->type, c.value));
		return true;
	}
	if (v->is_bound) {
		*value = emit_const(b, type, fit(v->type, v->bound_value));
		return true;
	}
	if (v->is_volatile || type_is_volatile(v->type) || v->is_extern ||
	    (!v->is_const && (v->is_written || v->address_taken || !v->init)))
		return false;
	if (v->init && v->init->items.n && !evaluate(b->m, v->init->items.v[0].value, &c))
		return false;
	if (c.to)
		*value = emit_offset(b, build_global_address(b, c.to, v->type), c.value);
	else
		*value = emit_const(b, type, fit(v->type, c.value));
	return true;
}

Inst *build_global_address(Builder *b, Global *g, Type *pointer)
{
	Inst *i = emit(b, IR_GLOBAL, IR_PTR, 0);

	i->global = g;
	i->ctype = pointer;
	return i;
}

Inst *build_string(Builder *b, Str bytes, Type *pointer)
{
	return build_global_address(b, literal(b->m, bytes), pointer);
}

/* Reading back -------------------------------------------------------------------------------- */

bool ir_constant_bytes(const Global *g, int64_t offset, int width, int64_t *value)
{
	uint64_t v = 0;

	if (!g->is_constant || offset < 0 || ir_constant_pointer(g, offset) ||
	    (g->var && offset + width > (int64_t)((g->size + 7) & ~7u)))
		return false;
	for (int k = 0; k < width; k++)
		if (g->bytes && offset + k < g->size)
			v |= (uint64_t)g->bytes[offset + k] << 8 * k;
	*value = (int64_t)v;
	return true;
}

const struct GlobalPointer *ir_constant_pointer(const Global *g, int64_t offset)
{
	for (int k = 0; k < g->pointers.n; k++)
		if (offset < (int64_t)g->pointers.v[k].offset + 8 &&
		    (int64_t)g->pointers.v[k].offset <= offset)
			return &g->pointers.v[k];
	return NULL;
}

/* Uses of addresses in one function: whatever is not a plain read may write. */
static void note_writes(Function *f)
{
	FOR_BLOCKS (b, f)
		FOR_INSTS (i, b) {
			i->aux_ptr = i->op == IR_GLOBAL ? i->global : NULL;
			if (i->op == IR_PTROFF || i->op == IR_PTRADD || i->op == IR_BITCAST)
				i->aux_ptr = i->args[0]->aux_ptr;
		}
	FOR_BLOCKS (b, f)
		FOR_INSTS (i, b)
			for (int a = 0; a < i->n_args; a++) {
				Global *g = i->args[a]->aux_ptr;

				if (!g || i->op == IR_LOAD || i->op == IR_PTROFF ||
				    (i->op == IR_PTRADD && a == 0) ||
				    (i->op == IR_COPY && a == 1) ||
				    (ir_ops[i->op].flags & IRF_COMPARE) || i->op == IR_BITCAST)
					continue;
				if (strcmp(g->section, ".rodata"))
					g->is_constant = false;
			}
}

void ir_find_constant_globals(Module *m)
{
	for (int k = 0; k < m->globals.n; k++) {
		Global *g = m->globals.v[k];
		Var *v = g->var;

		if (v)
			g->is_constant = !v->is_volatile && !type_is_volatile(v->type) &&
					 !v->is_extern && !v->tags.n &&
					 !(v->is_exported && !v->is_const) &&
					 (v->is_const || (!v->is_written && v->init));
	}
	for (int k = 0; k < m->functions.n; k++)
		note_writes(m->functions.v[k]);
}

/* Layout -------------------------------------------------------------------------------------- */

static void mark_live(Global *g)
{
	if (g->is_live)
		return;
	g->is_live = true;
	for (int k = 0; k < g->pointers.n; k++)
		mark_live(g->pointers.v[k].to);
}

static void place(Global *g, uint32_t *end)
{
	uint32_t room = !g->var ? 16 : g->size;

	*end = (*end + g->align - 1) & ~(g->align - 1);
	g->offset = *end;
	*end += g->size > room ? (g->size + 7) & ~7u : room;
}

void ir_layout_globals(Module *m)
{
	static const char *const sections[] = { ".rodata", ".data", ".bss" };
	int kept = 0;

	for (int k = 0; k < m->globals.n; k++)
		m->globals.v[k]->is_live = m->globals.v[k]->var &&
					   (m->globals.v[k]->var->tags.n ||
					    m->globals.v[k]->var->is_exported);
	for (int k = 0; k < m->functions.n; k++)
		FOR_BLOCKS (b, m->functions.v[k])
			FOR_INSTS (i, b)
				if (i->op == IR_GLOBAL)
					mark_live(i->global);
	for (int k = 0; k < m->globals.n; k++)
		if (m->globals.v[k]->is_live)
			m->globals.v[kept++] = m->globals.v[k];
	m->globals.n = kept;
	for (size_t s = 0; s < ARRAY_LEN(sections); s++) {
		uint32_t end = 0;

		for (int k = 0; k < kept; k++)
			if (!strcmp(m->globals.v[k]->section, sections[s]))
				place(m->globals.v[k], &end);
	}
}
