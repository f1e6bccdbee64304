/* SPDX-License-Identifier: Apache-2.0 */
/*
 * C through parser, builder and passes, run by the interpreter, against what the C compiler of this
 * test makes of the very same text. Each case is compiled three times: as built, with the passes
 * that are needed, with all of them.
 */
#include "ir_interpreter.h"

#include <setjmp.h>
#include <cmocka.h>

typedef struct Inputs { long v[8]; } Inputs;
#define in_t struct Inputs

static const char prelude[] =
	"struct Inputs { long v[8]; };\n"
	"struct pair { int a; long b; };\n"
	"struct bits { unsigned x:3; int y:7; unsigned long z:33; char t; };\n"
	"struct packed_bits { char c; int i; short s; } __attribute__((packed));\n"
	"union word { long l; int i[2]; unsigned char c[8]; };\n"
	"static const int table[4] = { 5, -6, 70000, 8 };\n"
	"static struct pair make_pair(int a, long b) { struct pair p = { a, b }; return p; }\n"
	"static long sum_pair(struct pair p) { p.a ^= 1; return p.a + p.b; }\n"
	"static int clamp(int x, int low, int high) {\n"
	"	if (x < low) return low;\n"
	"	if (x > high) return high;\n"
	"	return x; }\n"
	"static int is_prefix(const char *s, const char *of) {\n"
	"	for (int i = 0; i < 8 && s[i]; i++) if (s[i] != of[i]) return 0;\n"
	"	return 1; }\n";

struct pair { int a; long b; };
struct bits { unsigned x:3; int y:7; unsigned long z:33; char t; };
struct packed_bits { char c; int i; short s; } __attribute__((packed));
union word { long l; int i[2]; unsigned char c[8]; };
static const int table[4] = { 5, -6, 70000, 8 };

static struct pair make_pair(int a, long b)
{
	struct pair p = { a, b };

	return p;
}

static long sum_pair(struct pair p)
{
	p.a ^= 1;
	return p.a + p.b;
}

static int clamp(int x, int low, int high)
{
	if (x < low)
		return low;
	if (x > high)
		return high;
	return x;
}

static int is_prefix(const char *s, const char *of)
{
	for (int i = 0; i < 8 && s[i]; i++)
		if (s[i] != of[i])
			return 0;
	return 1;
}

static const Inputs inputs[] = {
	{ { 0 } },
	{ { 1, 2, 3, 4, 5, 6, 7, 8 } },
	{ { -1, -2, -3, 100, 255, 256, 65535, -65536 } },
	{ { 0x7fffffff, 0x80000000, 0xffffffff, 1l << 40, -(1l << 40), 0x123456789abcdef, 7, 9 } },
	{ { 3, 1, 0, 2, -1, 5, 128, -128 } },
};

/* The same text as C for this test and as a string for ours. */
#define CASES(X) \
X(arithmetic, { \
	unsigned char c = in->v[0]; short s = in->v[7]; unsigned u = in->v[2]; \
	return (c + s) * 3L - (u >> 3) + (in->v[3] ^ ~u) + (s * 4) + (u % 7) + (in->v[1] & 0xf0); }) \
X(narrow_types_wrap, { \
	unsigned char c = 250; signed char d = 120; unsigned short h = 65530; _Bool b = in->v[1] & 6; \
	c += in->v[0]; d += 10; h += 10; c++; \
	return c * 1000000L + d * 1000 + h + b; }) \
X(comparisons_by_signedness, { \
	int i = in->v[0]; unsigned u = in->v[0]; \
	return (i < 5) + (u < 5u) * 2 + (i > -1L) * 4 + ((unsigned long)i > 7) * 8 + (i == u) * 16; }) \
X(short_circuit, { \
	int n = 0; \
	if (in->v[0] > 1 && n++ >= 0 || in->v[1] < 0 && (n += 10)) n += 100; \
	return n + (in->v[2] && in->v[3]) * 1000 + (in->v[4] || in->v[5]) * 2000; }) \
X(conditionals, { \
	long x = in->v[0] ?: -7, y = in->v[1] > 3 ? in->v[2] : in->v[3] < 0 ? 11 : 12; \
	return x * 3 + y + !in->v[4] + !!in->v[5]; }) \
X(loops, { \
	long sum = 0; \
	for (int i = 0; i < 10; i++) { \
		if (i == in->v[0]) continue; \
		if (i == in->v[1] + 5) break; \
		sum += i * i; } \
	int k = 3; \
	while (k-- > 0) sum += k; \
	do sum *= 2; while (++k < 2); \
	return sum; }) \
X(goto_out_of_loops, { \
	int i = 0, j = 0; \
	for (; i < 5; i++) for (j = 0; j < 5; j++) if (i * j > (in->v[1] & 15)) goto out; \
out: \
	return i * 10 + j; }) \
X(switches, { \
	long r = 0; \
	switch ((int)in->v[0]) { \
	case 0: r = 1; break; \
	case 1: r = 2; \
	case 2: case 3: r += 10; break; \
	case -1: r = 4; break; \
	case 5 ... 9: r = 5; break; \
	case 0x7fffffff: r = 6; break; \
	default: r = 7; } \
	switch (in->v[1]) { case 2: r += 100; } \
	return r; }) \
X(structs_by_value, { \
	struct pair p = make_pair(in->v[0], in->v[1]), q = p; \
	q.a = 7; \
	struct pair *r = in->v[2] > 0 ? &p : &q; \
	r->b++; \
	return sum_pair(p) * 31 + sum_pair(q) * 17 + make_pair(3, 4).b; }) \
X(bit_fields, { \
	struct bits f = { .x = 5, .y = -3 }; \
	f.x += in->v[0]; f.y = in->v[1]; f.z = in->v[3]; f.t = 1; f.z >>= 1; \
	long cut = f.y * 100L; \
	return f.x + cut + f.z + f.t + (f.y = in->v[2]); }) \
X(packed_structs, { \
	struct packed_bits p = { 1, in->v[1], 3 }; \
	p.i += 5; p.s = in->v[2]; \
	return p.c + p.i * 3L + p.s + (long)sizeof(p); }) \
X(unions, { \
	union word w = { .l = in->v[5] }; \
	w.c[1] = 0x55; w.i[1] ^= 3; \
	return w.l + w.i[0] + w.c[6]; }) \
X(arrays_and_pointers, { \
	int a[5] = { 1, 2, [3] = 9 }, *p = a, *end = a + 5; \
	long sum = 0; \
	a[in->v[1] & 3] += 100; \
	while (p < end) sum = sum * 3 + *p++; \
	return sum + (end - a) + p[-2] + table[in->v[0] & 3] + *(&table[1] + 1); }) \
X(strings, { \
	char s[8] = "read"; const char *op = in->v[0] > 0 ? "write" : "read"; long word; \
	__builtin_memcpy(&word, s, 8); \
	return word + is_prefix(op, "readv") * 3 + is_prefix("wr", op) + op[1] + sizeof("abc"); }) \
X(memory_builtins, { \
	char a[16], b[16]; \
	__builtin_memset(a, 7, 16); __builtin_memcpy(b, a, 16); b[9] = in->v[0]; \
	return (__builtin_memcmp(a, b, 16) > 0) + (__builtin_memcmp(a, b, 9) == 0) * 2 + \
	       (__builtin_memcmp(b, a, 16) > 0) * 4 + b[15]; }) \
X(bit_builtins, { \
	unsigned u = in->v[0] | 1; unsigned long l = in->v[3] | 2; \
	return __builtin_clz(u) + __builtin_ctzl(l) * 100 + __builtin_popcountl(l) * 10000 + \
	       __builtin_bswap16(in->v[1]) + __builtin_bswap32(u) + __builtin_bswap64(l); }) \
X(statement_expressions, { \
	long r = ({ long t = in->v[0]; if (t < 0) t = -t; t + 1; }); \
	return r + ({ struct pair p = { 1, 2 }; p; }).b; }) \
X(compound_literals, { \
	struct pair *p = &(struct pair){ in->v[0] & 0xffff, 5 }; \
	p->a += 2; \
	return p->a + p->b + (int[]){ 1, 2, 3 }[in->v[1] & 1]; }) \
X(wide_integers, { \
	unsigned __int128 x = (unsigned __int128)in->v[3] << 64 | (unsigned long)in->v[5]; \
	unsigned __int128 y = x + (unsigned long)in->v[2]; \
	y = (y << 3) - x; y ^= (unsigned __int128)1 << 70; \
	return (long)y + (long)(y >> 64) * 3 + (x < y) + (x == y) * 2 + (__int128)in->v[0] * in->v[1]; }) \
X(signed_division, { \
	long a = in->v[0], b = in->v[7] | 1; int c = in->v[2]; \
	return a / b + a % b + c / 8 + c % 8 + c / -3; }) \
X(atomics, { \
	long cell = in->v[0]; int word = 3; \
	__sync_fetch_and_add(&cell, 5); \
	long old = __sync_fetch_and_add(&cell, in->v[1]); \
	old += __sync_val_compare_and_swap(&word, 3, 9) + __sync_lock_test_and_set(&cell, 1); \
	return old * 10 + cell + word; }) \
X(inlining, { \
	int n = clamp(in->v[0], 2, clamp(in->v[1], 0, 50)); \
	if (clamp(n, 0, 1)) n += 1000; \
	return n; }) \
X(shadowing_and_comma, { \
	int x = 1; \
	{ int x = 2; x += in->v[0]; if (x > 2) { long x = 5; in->v[1] += x; } } \
	for (int i = 0, j = 9; i < j; i++, j--) x += i * j; \
	return x + (in->v[0], in->v[1]); }) \
X(compound_assignment_once, { \
	long a[4] = { 1, 2, 3, 4 }; int i = 0; \
	a[i++] += 10; a[i++] <<= 2; a[++i] -= in->v[1]; \
	return a[0] + a[1] * 10 + a[2] * 100 + a[3] * 1000 + i; })

#define X(name, ...) static long name(in_t *in) __VA_ARGS__
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wparentheses"
#pragma GCC diagnostic ignored "-Wimplicit-fallthrough"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wunused-value"
CASES(X)
#pragma GCC diagnostic pop
#undef X

typedef struct Case { const char *name, *text; long (*native)(in_t *in); } Case;

static const Case cases[] = {
#define X(name, ...) { #name, "long entry(struct Inputs *in) " #__VA_ARGS__, name },
	CASES(X)
#undef X
};

static Interpreter in;

/* level -1: as built */
static Module *compile(Arena *arena, const char *text, int level)
{
	static const char *const flags[] = { "-w" };
	LangOptions options = { .name = "case.c", .cflags = flags, .n_cflags = 1 };
	Host host = { .kernel_version = (6 << 16) + (1 << 8) };
	Sources *sources = NEW(arena, Sources);
	Diags *diags = NEW(arena, Diags);
	Unit *unit;
	Module *m;
	StrBuf report = { 0 };

	sources->arena = arena;
	diags_init(diags, arena, sources);
	unit = lang_parse(arena, text, strlen(text), &options, &host, sources, diags);
	if (!diags->errors) {
		m = ir_build(unit, diags);
		m->check = true;
		if (level >= 0) {
			m->optimise = level;
			ir_optimise(m);
		}
		if (!diags->errors)
			return m;
	}
	diags_render(diags, &report, false);
	fail_msg("%s", report.p);
	return NULL;
}

static Function *program(Module *m)
{
	for (int k = 0; k < m->functions.n; k++)
		if (m->functions.v[k]->is_program)
			return m->functions.v[k];
	return NULL;
}

static void run_case(const Case *c, int level)
{
	Arena *arena = arena_new();
	Module *m = compile(arena, arena_printf(arena, "%s%s", prelude, c->text), level);

	for (size_t k = 0; k < ARRAY_LEN(inputs); k++) {
		Inputs copy = inputs[k];
		long expected = c->native(&copy), got;

		interpreter_start(&in, m);
		got = (long)interpreter_run(&in, program(m), &inputs[k], sizeof(inputs[k]));
		if (in.error[0] || got != expected)
			fail_msg("%s, level %d, inputs %zu: %ld instead of %ld %s", c->name, level, k,
				 got, expected, in.error);
	}
	arena_free(arena);
}

static void c_means_the_same_as_built(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(cases); k++)
		run_case(&cases[k], -1);
}

static void c_means_the_same_with_the_needed_passes(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(cases); k++)
		run_case(&cases[k], 0);
}

static void c_means_the_same_with_all_passes(void **state)
{
	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(cases); k++)
		run_case(&cases[k], 2);
}

/* What the passes make of C ---------------------------------------------------------------- */

static int count_ops(const Function *f, IrOp op)
{
	int n = 0;

	FOR_BLOCKS (b, f)
		FOR_INSTS (i, b)
			n += i->op == op;
	return n;
}

static void marked_loops_are_unrolled_and_others_stay(void **state)
{
	Arena *arena = arena_new();
	Module *m = compile(arena,
			    "int f(void *ctx) { int n = 0;\n"
			    "#pragma unroll\n"
			    "for (int i = 0; i < 5; i++)\n"
			    "#pragma unroll\n"
			    "for (int j = 0; j < i; j++) n += i * j;\n"
			    "return n; }\n", 2);
	Module *stays = compile(arena, "struct c { long v; };\n"
				"int f(struct c *ctx) { int n = 0;\n"
				"for (int i = 0; i < 100; i++) n += ctx->v >> (i & 31); return n; }\n", 2);

	(void)state;
	assert_int_equal(count_ops(program(m), IR_CONDBR), 0);
	assert_int_equal(program(m)->last->last->args[0]->imm, 0 + 2 * 1 + 3 * 3 + 4 * 6);
	assert_int_equal(count_ops(program(stays), IR_CONDBR), 1);
	arena_free(arena);
}

static void copies_beyond_a_string_give_zeros(void **state)
{
	Arena *arena = arena_new();
	Module *m = compile(arena,
			    "static long op(const char *s)\n"
			    "{ long r; __builtin_memcpy(&r, s, 8); return r; }\n"
			    "long f(void *ctx) { char t[] = \"stop\"; long r;\n"
			    "__builtin_memcpy(&r, t, 8); return r ^ op(\"stop\") ^ op(\"a\"); }\n", 2);

	(void)state;
	assert_int_equal(program(m)->last->last->args[0]->imm, 'a');
	assert_int_equal(m->globals.n, 0);
	arena_free(arena);
}

static void globals_that_never_change_are_constants(void **state)
{
	Arena *arena = arena_new();
	Module *m = compile(arena,
			    "static int limit = 5; static const char name[] = \"abc\"; static int count;\n"
			    "static const char *const names[] = { \"x\", \"yz\" };\n"
			    "int f(void *ctx) { count++; return limit + name[1] + names[1][1]; }\n", 2);

	(void)state;
	assert_int_equal(program(m)->last->last->args[0]->imm, 5 + 'b' + 'z');
	assert_int_equal(m->globals.n, 1);
	assert_string_equal(m->globals.v[0]->section, ".bss");
	arena_free(arena);
}

static void recursion_is_an_error_of_the_program(void **state)
{
	static const char text[] = "static int g(int n) { return n ? g(n - 1) : 0; }\n"
				   "int f(void *ctx) { return g(3); }\n";
	Arena *arena = arena_new();
	LangOptions options = { .name = "case.c" };
	Host host = { 0 };
	Sources sources = { .arena = arena };
	Diags diags;
	Unit *unit;

	(void)state;
	diags_init(&diags, arena, &sources);
	unit = lang_parse(arena, text, sizeof(text) - 1, &options, &host, &sources, &diags);
	assert_int_equal(diags.errors, 0);
	ir_optimise(ir_build(unit, &diags));
	assert_int_equal(diags.list.v[0]->tag, DIAG_recursive_call);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(c_means_the_same_as_built),
		cmocka_unit_test(c_means_the_same_with_the_needed_passes),
		cmocka_unit_test(c_means_the_same_with_all_passes),
		cmocka_unit_test(marked_loops_are_unrolled_and_others_stay),
		cmocka_unit_test(copies_beyond_a_string_give_zeros),
		cmocka_unit_test(globals_that_never_change_are_constants),
		cmocka_unit_test(recursion_is_an_error_of_the_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
