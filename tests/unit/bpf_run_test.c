/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs generated code on the live kernel (BPF_PROG_TEST_RUN of BPF_PROG_TYPE_SYSCALL programs,
 * whose context is plain memory) and compares with an interpreter of the IR that was compiled. IR
 * comes from hand-made functions and from a generator of random ones: arithmetic of all widths,
 * branches, loops, PHIs that permute, stack variables, helper calls between, more values alive
 * than registers exist.
 */
#include "unit/bpf_testing.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <unistd.h>

enum { CTX_WORDS = 24, N_INPUTS = 8, MAX_VALUES = 4096, STACK_BYTES = 1024 };

/* The interpreter ---------------------------------------------------------------------------- */

typedef struct Interp {
	uint64_t *value;
	uint8_t memory[STACK_BYTES];
	uint64_t ctx[CTX_WORDS];
	int steps;
} Interp;

static uint64_t trim(const Inst *i, uint64_t v)
{
	return i->type == IR_I32 ? (uint32_t)v : v;
}

static int64_t as_signed(const Inst *i, uint64_t v)
{
	return i->type == IR_I32 ? (int32_t)v : (int64_t)v;
}

static uint64_t swap(uint64_t v, int width)
{
	return width == 16 ? __builtin_bswap16((uint16_t)v) :
	       width == 32 ? __builtin_bswap32((uint32_t)v) : __builtin_bswap64(v);
}

static uint64_t sign_from(uint64_t v, int bits)
{
	return (uint64_t)((int64_t)(v << (64 - bits)) >> (64 - bits));
}

static uint64_t arithmetic(const Inst *i, uint64_t a, uint64_t b)
{
	const Inst *x = i->args[0];
	int64_t sa = as_signed(x, a), sb = i->n_args > 1 ? as_signed(i->args[1], b) : 0;
	int bits = i->type == IR_I32 ? 32 : 64;

	switch (i->op) {
	case IR_ADD: case IR_PTRADD: return a + b;
	case IR_SUB: return a - b;
	case IR_MUL: return a * b;
	case IR_UDIV: return b ? a / b : 0;
	case IR_UMOD: return b ? a % b : a;
	case IR_SDIV: return !sb ? 0 : sb == -1 ? -a : (uint64_t)(sa / sb);
	case IR_SMOD: return !sb ? a : sb == -1 ? 0 : (uint64_t)(sa % sb);
	case IR_AND: return a & b;
	case IR_OR: return a | b;
	case IR_XOR: return a ^ b;
	case IR_SHL: return a << (b & (bits - 1));
	case IR_LSHR: return a >> (b & (bits - 1));
	case IR_ASHR: return (uint64_t)(sa >> (b & (bits - 1)));
	case IR_NEG: return -a;
	case IR_BSWAP: return swap(a, i->width);
	case IR_EQ: return a == b;
	case IR_NE: return a != b;
	case IR_ULT: return a < b;
	case IR_ULE: return a <= b;
	case IR_UGT: return a > b;
	case IR_UGE: return a >= b;
	case IR_SLT: return sa < sb;
	case IR_SLE: return sa <= sb;
	case IR_SGT: return sa > sb;
	case IR_SGE: return sa >= sb;
	case IR_ZEXT: return (uint32_t)a;
	case IR_SEXT: return sign_from(a, i->width);
	case IR_TRUNC: return (uint32_t)a;
	case IR_BITCAST: return a;
	case IR_PTROFF: return a + (uint64_t)i->imm;
	default: fail_msg("interpreter does not know %s", ir_ops[i->op].name);
	}
	return 0;
}

static uint64_t load(Interp *in, const Inst *i)
{
	uint64_t v = 0;

	memcpy(&v, (void *)(in->value[i->args[0]->id] + (uint64_t)i->imm), i->width);
	return i->is_signed ? sign_from(v, i->width * 8) : v;
}

static uint64_t atomic(Interp *in, const Inst *i)
{
	void *p = (void *)(in->value[i->args[0]->id] + (uint64_t)i->imm);
	uint64_t old = 0, v = in->value[i->args[1]->id], now;

	memcpy(&old, p, i->width);
	switch (i->atomic) {
	case ATOMIC_ADD: case ATOMIC_FETCH_ADD: now = old + v; break;
	case ATOMIC_AND: case ATOMIC_FETCH_AND: now = old & v; break;
	case ATOMIC_OR: case ATOMIC_FETCH_OR: now = old | v; break;
	case ATOMIC_XOR: case ATOMIC_FETCH_XOR: now = old ^ v; break;
	case ATOMIC_XCHG: now = v; break;
	default: now = old == in->value[i->args[2]->id] ? v : old;
	}
	memcpy(p, &now, i->width);
	return old;
}

static void interpret_inst(Interp *in, const Inst *i, uint32_t *stack_top)
{
	uint64_t *v = in->value, a = i->n_args > 0 ? v[i->args[0]->id] : 0;

	switch (i->op) {
	case IR_CONST: v[i->id] = trim(i, (uint64_t)i->imm); break;
	case IR_UNDEF: v[i->id] = 0; break;
	case IR_PARAM: v[i->id] = (uint64_t)in->ctx; break;
	case IR_ALLOCA:
		v[i->id] = (uint64_t)(in->memory + *stack_top);
		*stack_top += ((uint32_t)i->imm + 7) & ~7u;
		break;
	case IR_LOAD: v[i->id] = trim(i, load(in, i)); break;
	case IR_STORE: memcpy((void *)(a + (uint64_t)i->imm), &v[i->args[1]->id], i->width); break;
	case IR_ATOMIC: v[i->id] = trim(i, atomic(in, i)); break;
	case IR_CALL_HELPER: v[i->id] = 0; break;
	default:
		v[i->id] = trim(i, arithmetic(i, a, i->n_args > 1 ? v[i->args[1]->id] : 0));
	}
}

static void enter_block(Interp *in, const Block *from, const Block *to)
{
	uint64_t incoming[256];
	int edge = 0, n = 0;

	while (to->preds.v[edge] != from)
		edge++;
	for (Inst *p = to->first; p && p->op == IR_PHI; p = p->next)
		incoming[n++] = in->value[p->args[edge]->id];
	n = 0;
	for (Inst *p = to->first; p && p->op == IR_PHI; p = p->next)
		in->value[p->id] = incoming[n++];
}

static uint32_t interpret(Interp *in, const Function *f)
{
	const Block *b = f->entry, *next;
	uint32_t stack_top = 0;

	for (;;) {
		const Inst *i = b->first;

		assert_true(in->steps++ < 100000);
		while (i && i->op == IR_PHI)
			i = i->next;
		for (; !(ir_ops[i->op].flags & IRF_TERMINATOR); i = i->next)
			interpret_inst(in, i, &stack_top);
		if (i->op == IR_RET)
			return (uint32_t)in->value[i->args[0]->id];
		next = i->op == IR_BR || in->value[i->args[0]->id] ? i->targets[0] : i->targets[1];
		enter_block(in, b, next);
		b = next;
	}
}

/* Running ------------------------------------------------------------------------------------ */

static void describe(Maker *m, const Code *code, const char *log)
{
	StrBuf sb = { 0 };
	BpfObject o = { .arena = m->arena };
	BpfProgram p = { .name = "test" };

	ir_print_function(m->f, &sb);
	p.insns.v = code->insns.v;
	p.insns.n = code->insns.n;
	bpf_disassemble(&o, &p, NULL, &sb);
	fputs(sb.p, stderr);
	fputs(log, stderr);
	sb_free(&sb);
}

/* -1: the verifier had to follow too many paths; anything else that it refuses is a failure. */
static int load_code(Maker *m, const Code *code)
{
	static char log[1 << 20];
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .prog_flags = BPF_F_SLEEPABLE);
	int fd = bpf_prog_load(BPF_PROG_TYPE_SYSCALL, "test", "GPL", code->insns.v,
			       (size_t)code->insns.n, &opts);

	if (fd == -E2BIG)
		return -1;
	if (fd >= 0)
		return fd;
	opts.log_buf = log;
	opts.log_size = sizeof(log);
	opts.log_level = 1;
	bpf_prog_load(BPF_PROG_TYPE_SYSCALL, "test", "GPL", code->insns.v, (size_t)code->insns.n, &opts);
	describe(m, code, log);
	fail_msg("not loaded: %s", strerror(-fd));
	return -1;
}

static uint64_t random64(void)
{
	static const uint64_t edges[] = { 0, 1, 2, 7, 31, 32, 63, 64, 127, 128, 255, 256, 0x7fff, 0x8000,
		0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000, 0x7fffffffffffffff,
		0x8000000000000000, 0xffffffffffffffff, 0xffffffff80000000, 0xfffffffffffffffe };

	if (random() % 3 == 0)
		return edges[(size_t)random() % ARRAY_LEN(edges)];
	return (uint64_t)random() << 42 ^ (uint64_t)random() << 21 ^ (uint64_t)random();
}

/* Compiles, runs on random contexts and compares result and memory with the interpreter. */
static void check_function(Maker *m, int runs)
{
	Code code = { 0 };
	Interp in;
	int fd;
	/* Interpreting needs the function as it was before lowering changed it; results first. */
	uint64_t inputs[N_INPUTS][CTX_WORDS], outputs[N_INPUTS][CTX_WORDS], ctx[CTX_WORDS];
	uint32_t results[N_INPUTS];

	assert_true(m->f->n_values < MAX_VALUES);
	for (int k = 0; k < runs; k++) {
		memset(&in, 0, sizeof(in));
		in.value = calloc(MAX_VALUES, sizeof(uint64_t));
		for (int w = 0; w < CTX_WORDS; w++)
			in.ctx[w] = inputs[k][w] = random64();
		results[k] = interpret(&in, m->f);
		memcpy(outputs[k], in.ctx, sizeof(in.ctx));
		free(in.value);
	}
	assert_true(code_function(m->arena, m->f, &m->diags, &code));
	fd = load_code(m, &code);
	for (int k = 0; fd >= 0 && k < runs; k++) {
		LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = inputs[k], .ctx_size_in = sizeof(ctx));

		memcpy(ctx, inputs[k], sizeof(ctx));
		opts.ctx_in = ctx;
		assert_int_equal(bpf_prog_test_run_opts(fd, &opts), 0);
		if (opts.retval != results[k] || memcmp(ctx, outputs[k], sizeof(ctx))) {
			describe(m, &code, "wrong result");
			for (int w = 0; w < CTX_WORDS; w++)
				if (ctx[w] != outputs[k][w])
					print_error("word %d: in %llx is %llx, not %llx\n", w,
						    (long long)inputs[k][w], (long long)ctx[w],
						    (long long)outputs[k][w]);
		}
		assert_int_equal(opts.retval, results[k]);
		assert_memory_equal(ctx, outputs[k], sizeof(ctx));
	}
	if (fd >= 0)
		close(fd);
	arena_free(m->arena);
}

/* Cases -------------------------------------------------------------------------------------- */

static const IrOp binary_ops[] = { IR_ADD, IR_SUB, IR_MUL, IR_UDIV, IR_SDIV, IR_UMOD, IR_SMOD, IR_AND,
	IR_OR, IR_XOR, IR_SHL, IR_LSHR, IR_ASHR };
static const IrOp compare_ops[] = { IR_EQ, IR_NE, IR_ULT, IR_ULE, IR_UGT, IR_UGE, IR_SLT, IR_SLE,
	IR_SGT, IR_SGE };

static void every_operation_with_registers(void **state)
{
	(void)state;
	for (size_t op = 0; op < ARRAY_LEN(binary_ops); op++)
		for (int round = 0; round < 2; round++) {
			Maker m;
			IrType t = round ? IR_I64 : IR_I32;
			int width = round ? 8 : 4;

			maker_open(&m);
			add_store(&m, m.ctx, 0, width,
				  add(&m, binary_ops[op], t, 2, add_load(&m, t, m.ctx, 0, width, false),
				      add_load(&m, t, m.ctx, 8, width, false)));
			give_back(&m, number(&m, IR_I32, 0));
			check_function(&m, N_INPUTS);
		}
}

static void every_operation_with_constants(void **state)
{
	static const int64_t constants[] = { 0, 1, 2, 3, 7, 8, 10, 1000, 0x10000, 0x7fffffff, 0x80000000,
		0xffffffff, 0x123456789, -1, -2, -7, -8, -4096, INT64_MIN };

	(void)state;
	for (size_t op = 0; op < ARRAY_LEN(binary_ops); op++)
		for (int round = 0; round < 2; round++) {
			Maker m;
			IrType t = round ? IR_I64 : IR_I32;
			int width = round ? 8 : 4;

			maker_open(&m);
			for (size_t c = 0; c < ARRAY_LEN(constants); c++)
				add_store(&m, m.ctx, (int64_t)c * 8, width,
					  add(&m, binary_ops[op], t, 2,
					      add_load(&m, t, m.ctx, (int64_t)c * 8, width, false),
					      number(&m, t, constants[c])));
			give_back(&m, number(&m, IR_I32, -1));
			check_function(&m, N_INPUTS);
		}
}

static void comparisons_as_values_and_branches(void **state)
{
	static const int64_t constants[] = { 0, 1, -1, 0x7fffffff, 0x80000000, 0xffffffff };

	(void)state;
	for (size_t op = 0; op < ARRAY_LEN(compare_ops); op++)
		for (int round = 0; round < 2; round++)
			for (size_t c = 0; c <= ARRAY_LEN(constants); c++) {
				Maker m;
				IrType t = round ? IR_I64 : IR_I32;
				int width = round ? 8 : 4;
				Inst *a, *b, *v;
				Block *yes, *no;

				maker_open(&m);
				a = add_load(&m, t, m.ctx, 0, width, false);
				b = c < ARRAY_LEN(constants) ? number(&m, t, constants[c]) :
				    add_load(&m, t, m.ctx, 8, width, false);
				v = add(&m, compare_ops[op], IR_I32, 2, a, b);
				add_store(&m, m.ctx, 16, 4, v);
				yes = ir_block(m.f);
				no = ir_block(m.f);
				v = add(&m, compare_ops[op], IR_I32, 2, b, a);
				v = add(&m, IR_XOR, IR_I32, 2, v, number(&m, IR_I32, 1));
				branch_if(&m, v, yes, no);
				m.b = yes;
				give_back(&m, number(&m, IR_I32, 5));
				m.b = no;
				give_back(&m, number(&m, IR_I32, 6));
				check_function(&m, N_INPUTS);
			}
}

static void phis_that_swap_in_a_loop(void **state)
{
	Maker m;
	Block *loop, *out;
	Inst *a, *b, *i, *next;

	(void)state;
	maker_open(&m);
	loop = ir_block(m.f);
	out = ir_block(m.f);
	Inst *x = add_load(&m, IR_I64, m.ctx, 0, 8, false);
	Inst *y = add_load(&m, IR_I64, m.ctx, 8, 8, false);

	branch(&m, loop);
	m.b = loop;
	a = add(&m, IR_PHI, IR_I64, 2, x, NULL);
	b = add(&m, IR_PHI, IR_I64, 2, y, a);
	a->args[1] = b;
	i = add(&m, IR_PHI, IR_I32, 2, number(&m, IR_I32, 0), NULL);
	next = add(&m, IR_ADD, IR_I32, 2, i, number(&m, IR_I32, 1));
	i->args[1] = next;
	branch_if(&m, add(&m, IR_ULT, IR_I32, 2, next, number(&m, IR_I32, 5)), loop, out);
	m.b = out;
	add_store(&m, m.ctx, 0, 8, a);
	add_store(&m, m.ctx, 8, 8, b);
	give_back(&m, i);
	check_function(&m, N_INPUTS);
}

static void more_values_across_calls_than_registers(void **state)
{
	Maker m;
	Inst *v[16], *sum;

	(void)state;
	maker_open(&m);
	for (int k = 0; k < 16; k++)
		v[k] = add_load(&m, IR_I64, m.ctx, k * 8, 8, false);
	add_helper(&m, BPF_FUNC_ktime_get_ns);
	sum = v[0];
	for (int k = 1; k < 16; k++)
		sum = add(&m, IR_XOR, IR_I64, 2, add(&m, IR_MUL, IR_I64, 2, sum, v[k]), v[15 - k]);
	add_helper(&m, BPF_FUNC_ktime_get_ns);
	for (int k = 0; k < 16; k++)
		add_store(&m, m.ctx, k * 8, 8, add(&m, IR_SUB, IR_I64, 2, v[k], sum));
	give_back(&m, add(&m, IR_TRUNC, IR_I32, 1, sum, NULL));
	check_function(&m, N_INPUTS);
}

static void atomics_return_the_old_value(void **state)
{
	(void)state;
	for (int kind = ATOMIC_ADD; kind <= ATOMIC_CMPXCHG; kind++)
		for (int width = 4; width <= 8; width += 4) {
			Maker m;
			IrType t = width == 4 ? IR_I32 : IR_I64;
			Inst *p, *i;

			maker_open(&m);
			p = add_alloca(&m, 16);
			add_store(&m, p, 8, 8, add_load(&m, IR_I64, m.ctx, 0, 8, false));
			i = ir_inst(m.f, IR_ATOMIC, t, kind == ATOMIC_CMPXCHG ? 3 : 2);
			i->args[0] = p;
			i->args[1] = add_load(&m, t, m.ctx, 8, width, false);
			if (kind == ATOMIC_CMPXCHG)
				i->args[2] = add_load(&m, t, m.ctx, random() % 2 ? 0 : 16, width, false);
			i->imm = 8;
			i->width = (uint8_t)width;
			i->atomic = (uint8_t)kind;
			ir_append(m.b, i);
			if (kind >= ATOMIC_FETCH_ADD)
				add_store(&m, m.ctx, 24, width, i);
			add_store(&m, m.ctx, 32, 8, add_load(&m, IR_I64, p, 8, 8, false));
			give_back(&m, number(&m, IR_I32, 1));
			check_function(&m, N_INPUTS);
		}
}

/* Random functions --------------------------------------------------------------------------- */

typedef struct Random {
	Maker m;
	Inst *pool[MAX_VALUES];
	int n;
	Inst *slots[4];
	int budget;
} Random;

static Inst *pick(Random *r, IrType type)
{
	for (int tries = 0; tries < 30; tries++) {
		/* mostly recent ones, so that lives have all lengths */
		int back = random() % 4 ? (int)(random() % 12) : (int)(random() % r->n);
		Inst *i = r->pool[back < r->n ? r->n - 1 - back : 0];

		if (i->type == type)
			return i;
	}
	return number(&r->m, type, (int64_t)random64());
}

static void keep(Random *r, Inst *i)
{
	if (r->n < MAX_VALUES)
		r->pool[r->n++] = i;
}

static void random_width_change(Random *r)
{
	Maker *m = &r->m;
	Inst *i;

	switch (random() % 6) {
	case 0:
		keep(r, add(m, IR_ZEXT, IR_I64, 1, pick(r, IR_I32), NULL));
		return;
	case 1:
		keep(r, add(m, IR_TRUNC, IR_I32, 1, pick(r, IR_I64), NULL));
		return;
	case 2:
		i = add(m, IR_SEXT, IR_I64, 1, pick(r, IR_I32), NULL);
		i->width = 32;
		break;
	case 3:
		i = add(m, IR_SEXT, IR_I32, 1, pick(r, IR_I32), NULL);
		i->width = random() % 2 ? 8 : 16;
		break;
	case 4:
		i = add(m, IR_BSWAP, IR_I64, 1, pick(r, IR_I64), NULL);
		i->width = 64;
		break;
	default:
		i = add(m, IR_BSWAP, IR_I32, 1, pick(r, IR_I32), NULL);
		i->width = random() % 2 ? 16 : 32;
	}
	keep(r, i);
}

static void random_memory(Random *r)
{
	static const int widths[] = { 1, 2, 4, 8 };
	int width = widths[random() % 4];
	IrType t = width == 8 || random() % 3 == 0 ? IR_I64 : IR_I32;
	bool local = random() % 2;
	Inst *p = local ? r->slots[random() % 4] : r->m.ctx;
	int64_t off = random() % (local ? 16 : CTX_WORDS * 8) / width * width;

	if (local && random() % 3 == 0) {
		p = add(&r->m, IR_PTROFF, IR_PTR, 1, p, NULL);
		p->imm = off & 8;
		off &= 7;
	}
	if (random() % 2)
		add_store(&r->m, p, off, width, pick(r, t));
	else
		keep(r, add_load(&r->m, t, p, off, width, random() % 2));
}

static void random_inst(Random *r)
{
	IrType t = random() % 2 ? IR_I32 : IR_I64;
	Inst *a, *b;

	switch (random() % 10) {
	case 0:
		random_width_change(r);
		return;
	case 1:
	case 2:
		random_memory(r);
		return;
	case 3:
		if (random() % 3 == 0)
			add_helper(&r->m, BPF_FUNC_ktime_get_ns);
		return;
	case 4:
		keep(r, add(&r->m, compare_ops[(size_t)random() % ARRAY_LEN(compare_ops)], IR_I32, 2,
			    pick(r, t), random() % 3 ? pick(r, t) : number(&r->m, t, random() % 5)));
		return;
	default:
		a = pick(r, t);
		b = random() % 3 ? pick(r, t) : number(&r->m, t, (int64_t)random64());
		if (random() % 8 == 0)
			keep(r, add(&r->m, IR_NEG, t, 1, a, NULL));
		else
			keep(r, add(&r->m, binary_ops[(size_t)random() % ARRAY_LEN(binary_ops)], t, 2,
				    random() % 8 ? a : b, random() % 8 ? b : a));
	}
}

static void random_region(Random *r, int depth);

static void random_if(Random *r, int depth)
{
	Maker *m = &r->m;
	Block *head = m->b, *yes = ir_block(m->f), *no = ir_block(m->f), *join = ir_block(m->f);
	Inst *yes_values[4], *no_values[4];
	IrType types[4];
	int before = r->n;

	branch_if(m, random() % 4 ? add(m, compare_ops[(size_t)random() % ARRAY_LEN(compare_ops)],
					IR_I32, 2, pick(r, IR_I64), pick(r, IR_I64)) :
		  pick(r, IR_I32), yes, no);
	(void)head;
	for (int k = 0; k < 4; k++)
		types[k] = random() % 2 ? IR_I32 : IR_I64;
	m->b = yes;
	random_region(r, depth - 1);
	for (int k = 0; k < 4; k++)
		yes_values[k] = pick(r, types[k]);
	branch(m, join);
	r->n = before;
	m->b = no;
	if (random() % 2)
		random_region(r, depth - 1);
	for (int k = 0; k < 4; k++)
		no_values[k] = pick(r, types[k]);
	branch(m, join);
	r->n = before;
	m->b = join;
	for (int k = 0; k < 4; k++)
		keep(r, add(m, IR_PHI, types[k], 2, yes_values[k], no_values[k]));
}

static void random_loop(Random *r, int depth)
{
	Maker *m = &r->m;
	Block *loop = ir_block(m->f), *out = ir_block(m->f), *entry = m->b;
	Inst *phis[5], *i, *next;
	int before = r->n;

	(void)entry;
	for (int k = 0; k < 5; k++)
		phis[k] = pick(r, k % 2 ? IR_I32 : IR_I64);
	branch(m, loop);
	m->b = loop;
	for (int k = 0; k < 5; k++) {
		phis[k] = add(m, IR_PHI, k % 2 ? IR_I32 : IR_I64, 2, phis[k], NULL);
		keep(r, phis[k]);
	}
	i = add(m, IR_PHI, IR_I32, 2, number(m, IR_I32, 0), NULL);
	random_region(r, depth - 1);
	for (int k = 0; k < 5; k++)
		phis[k]->args[1] = random() % 2 ? phis[(k + 2) % 4] : pick(r, phis[k]->type);
	for (int k = 0; k < 5; k++)
		if (phis[k]->args[1]->type != phis[k]->type)
			phis[k]->args[1] = pick(r, phis[k]->type);
	next = add(m, IR_ADD, IR_I32, 2, i, number(m, IR_I32, 1));
	i->args[1] = next;
	branch_if(m, add(m, IR_ULT, IR_I32, 2, next, number(m, IR_I32, 3)), loop, out);
	m->b = out;
	r->n = before;
	for (int k = 0; k < 5; k++)
		keep(r, phis[k]);
}

static void random_region(Random *r, int depth)
{
	int n = 3 + (int)(random() % 14);

	while (n-- > 0 && r->budget-- > 0) {
		if (depth > 0 && random() % 14 == 0)
			random_if(r, depth);
		else if (depth > 0 && random() % 40 == 0)
			random_loop(r, depth);
		else
			random_inst(r);
	}
}

static void random_function(unsigned seed)
{
	static Random r;
	const char *size = getenv("BPF_RUN_SIZE");
	Inst *result;

	srandom(seed);
	memset(&r, 0, sizeof(r));
	r.budget = size ? atoi(size) : 40 + (int)(seed % 7) * 60;
	maker_open(&r.m);
	for (int k = 0; k < 4; k++) {
		r.slots[k] = add_alloca(&r.m, 16);
	}
	for (int k = 0; k < 4; k++) {
		add_store(&r.m, r.slots[k], 0, 8, number(&r.m, IR_I64, k));
		add_store(&r.m, r.slots[k], 8, 8, number(&r.m, IR_I64, -k));
	}
	for (int k = 0; k < 6; k++)
		keep(&r, add_load(&r.m, k % 2 ? IR_I32 : IR_I64, r.m.ctx, k * 8, k % 2 ? 4 : 8, false));
	for (int k = 0; k < 25; k++)
		random_region(&r, 3);
	for (int k = 0; k < CTX_WORDS; k++)
		add_store(&r.m, r.m.ctx, k * 8, 8, pick(&r, IR_I64));
	result = pick(&r, IR_I32);
	give_back(&r.m, result);
	check_function(&r.m, 4);
}

static void random_functions_compute_what_the_ir_says(void **state)
{
	const char *env = getenv("BPF_RUN_SEED"), *count = getenv("BPF_RUN_COUNT");
	unsigned first = env ? (unsigned)atoi(env) : 1, n = count ? (unsigned)atoi(count) : 150;

	(void)state;
	for (unsigned seed = first; seed < first + n; seed++) {
		if (count)
			print_message("seed %u\n", seed);
		random_function(seed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_operation_with_registers),
		cmocka_unit_test(every_operation_with_constants),
		cmocka_unit_test(comparisons_as_values_and_branches),
		cmocka_unit_test(phis_that_swap_in_a_loop),
		cmocka_unit_test(more_values_across_calls_than_registers),
		cmocka_unit_test(atomics_return_the_old_value),
		cmocka_unit_test(random_functions_compute_what_the_ir_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
