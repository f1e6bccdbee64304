/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random programs for comparing compilers. Each is an XDP program that reads 64 input bytes of the
 * packet, computes with integers of all widths and signs, structs with bit-fields, a union, arrays,
 * global data, packet bytes, pointers to members, loops, switches, jumps, helper calls, inlined
 * functions and subprograms, and writes a digest of all its variables back. Nothing in it is
 * undefined: every variable is initialised, shift counts and indices are masked, divisors are odd
 * and unsigned, and both compilers wrap signed arithmetic and let any types alias.
 */
#include "differential/generate.h"

#include <stdlib.h>

enum { MAX_FUNCTIONS = 3, GLOBALS = 3 };

typedef struct IntType { const char *name; int bits; bool is_signed; } IntType;

static const IntType types[] = {
	{ "u8", 8, false }, { "s8", 8, true }, { "u16", 16, false }, { "s16", 16, true },
	{ "u32", 32, false }, { "s32", 32, true }, { "u64", 64, false }, { "s64", 64, true },
};

static const char *const fields[] = { "a", "b", "c", "d", "e", "f[1]", "g", "h", "n.x", "n.y", "n.z" };

typedef struct Generator {
	uint64_t state;
	StrBuf *out;
	int indent;
	int n_vars;                /* v0 ... visible */
	int n_functions, arity[MAX_FUNCTIONS];
	int loops;                 /* nesting */
	int program;
	int labels;
	bool turned, in_function, has_struct;      /* the function has a parameter struct S *p */
	bool takes_struct[MAX_FUNCTIONS];
} Generator;

static uint32_t random_below(Generator *g, uint32_t n)
{
	g->state ^= g->state << 13;
	g->state ^= g->state >> 7;
	g->state ^= g->state << 17;
	return (uint32_t)((g->state >> 20) % n);
}

static const IntType *random_type(Generator *g)
{
	return &types[random_below(g, ARRAY_LEN(types))];
}

static void line(Generator *g, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void line(Generator *g, const char *fmt, ...)
{
	va_list ap;

	for (int i = 0; i < g->indent; i++)
		sb_putc(g->out, '\t');
	va_start(ap, fmt);
	sb_vprintf(g->out, fmt, ap);
	va_end(ap);
	sb_putc(g->out, '\n');
}

static void constant(Generator *g)
{
	static const char *const edges[] = {
		"0", "1", "2", "-1", "7", "31", "63", "127", "128", "255", "256", "-128", "32767", "32768",
		"65535", "65536", "0x7fffffff", "0x80000000u", "0xffffffffu", "0x100000000ll",
		"-2147483647", "0x7fffffffffffffffll", "0x8000000000000000ull", "0xffffffffffffffffull",
	};

	if (random_below(g, 3))
		sb_puts(g->out, edges[random_below(g, ARRAY_LEN(edges))]);
	else
		sb_printf(g->out, "%d", (int)random_below(g, 2000) - 1000);
}

/* vN, to be masked */
static unsigned variable(Generator *g)
{
	return random_below(g, (uint32_t)g->n_vars);
}

static const char *field(Generator *g)
{
	return fields[random_below(g, ARRAY_LEN(fields))];
}

static void global(Generator *g)
{
	switch (random_below(g, 4)) {
	case 0: sb_printf(g->out, "g%d_%u", g->program, random_below(g, GLOBALS)); return;
	case 1: sb_printf(g->out, "ga%d[v%u & 3]", g->program, variable(g)); return;
	case 2: sb_printf(g->out, "gs%d.%s", g->program, field(g)); return;
	default: sb_printf(g->out, "gt%d[v%u & 1].%s", g->program, variable(g), field(g));
	}
}

static void packet_byte(Generator *g)
{
	static const char *const wide[] = { "u16", "u32", "s32", "u64", "s16" };

	if (random_below(g, 2))
		sb_printf(g->out, "io->in[%u]", random_below(g, 64));
	else
		sb_printf(g->out, "(*(%s *)(io->in + %u))", wide[random_below(g, ARRAY_LEN(wide))],
			  random_below(g, 64));
}

static void part_of_union(Generator *g)
{
	static const char *const parts[] = { "w", "h[1]", "q[2]", "b[5]", "bits.lo", "bits.mid", "bits.hi" };

	if (random_below(g, 3))
		sb_printf(g->out, "u.%s", parts[random_below(g, ARRAY_LEN(parts))]);
	else
		sb_printf(g->out, "u.b[v%u & 15]", variable(g));
}

/* Seldom at a variable index: clang 14 makes |= of the additions to stack addresses then. */
static void element(Generator *g)
{
	if (random_below(g, 12) == 0)
		sb_printf(g->out, "sa[v%u & 1].%s", variable(g), field(g));
	else
		sb_printf(g->out, "sa[%u].%s", random_below(g, 2), field(g));
}

/* Something that may also be assigned to. */
static void place(Generator *g)
{
	uint32_t kind = g->in_function ? random_below(g, 12) : random_below(g, 24);

	if (kind < 9 || (kind == 10 && g->in_function && !g->has_struct))
		sb_printf(g->out, "v%u", variable(g));
	else if (kind == 9)
		global(g);
	else if (g->in_function)
		g->has_struct ? sb_printf(g->out, "p->%s", field(g)) : global(g);
	else if (kind < 13)
		sb_printf(g->out, "s.%s", field(g));
	else if (kind < 15)
		sb_printf(g->out, "arr[v%u & 7]", variable(g));
	else if (kind < 17)
		element(g);
	else if (kind < 19)
		packet_byte(g);
	else if (kind < 21)
		part_of_union(g);
	else if (kind < 23)
		sb_printf(g->out, "(*q%u)", random_below(g, 3));
	else
		sb_puts(g->out, random_below(g, 2) ? "flag" : "vol");
}

static void expression(Generator *g, int depth);

static void binary(Generator *g, int depth)
{
	static const char *const plain[] = { "+", "-", "*", "&", "|", "^", "<", "<=", ">", ">=", "==", "!=",
					     "&&", "||", "," };
	uint32_t kind = random_below(g, 20);

	sb_putc(g->out, '(');
	expression(g, depth - 1);
	if (kind < 2) {
		sb_printf(g->out, " %s (", kind ? "<<" : ">>");
		expression(g, depth - 1);
		sb_puts(g->out, " & 7)");
	} else if (kind < 3) {
		sb_puts(g->out, " ? (u64)(");
		expression(g, depth - 1);
		sb_puts(g->out, ") / 3 : 9");
	} else if (kind < 5) {
		/* unsigned division by something odd */
		const char *type = random_below(g, 3) ? "u64" : "u32";

		sb_printf(g->out, " ? (%s)(", type);
		expression(g, depth - 1);
		sb_printf(g->out, ") %s ((%s)(", kind == 3 ? "/" : "%", type);
		expression(g, depth - 1);
		sb_puts(g->out, ") | 1) : 5");
	} else if (kind < 6) {
		sb_printf(g->out, " %s (", random_below(g, 2) ? "<<" : ">>");
		expression(g, depth - 1);
		sb_printf(g->out, " & 31)");
	} else {
		sb_printf(g->out, " %s ", plain[random_below(g, ARRAY_LEN(plain))]);
		expression(g, depth - 1);
	}
	sb_putc(g->out, ')');
}

static void call(Generator *g, int depth)
{
	int f = (int)random_below(g, (uint32_t)g->n_functions);

	sb_printf(g->out, "f%d_%d(", g->program, f);
	if (g->takes_struct[f])
		sb_printf(g->out, random_below(g, 2) ? "&s, " : "&sa[%u], ", random_below(g, 2));
	for (int i = 0; i < g->arity[f]; i++) {
		if (i)
			sb_puts(g->out, ", ");
		sb_puts(g->out, "(");
		expression(g, depth - 1);
		sb_puts(g->out, ")");
	}
	sb_putc(g->out, ')');
}

static void other_expression(Generator *g, int depth)
{
	switch (random_below(g, 4)) {
	case 0:
		sb_puts(g->out, "(");
		expression(g, depth - 1);
		sb_puts(g->out, " ?: ");
		expression(g, depth - 1);
		sb_puts(g->out, ")");
		return;
	case 1:
		sb_printf(g->out, "({ %s x = ", random_type(g)->name);
		expression(g, depth - 1);
		sb_puts(g->out, "; x + (x >> 3); })");
		return;
	case 2:
		sb_puts(g->out, "(u8)(bpf_ktime_get_ns() == 0)");
		return;
	default:
		sb_printf(g->out, "(%s)(", random_below(g, 2) ? "bool" : "enum E");
		expression(g, depth - 1);
		sb_puts(g->out, ")");
	}
}

static void expression(Generator *g, int depth)
{
	static const char *const unary[] = { "-", "~", "!", "+" };
	uint32_t kind = depth <= 0 ? random_below(g, 3) : random_below(g, 17);

	if (kind == 0) {
		constant(g);
	} else if (kind < 3) {
		place(g);
	} else if (kind < 9) {
		binary(g, depth);
	} else if (kind == 9) {
		sb_printf(g->out, "(%s", unary[random_below(g, ARRAY_LEN(unary))]);
		sb_puts(g->out, "(");
		expression(g, depth - 1);
		sb_puts(g->out, "))");
	} else if (kind < 12) {
		sb_printf(g->out, "((%s)", random_type(g)->name);
		expression(g, depth - 1);
		sb_putc(g->out, ')');
	} else if (kind == 12) {
		sb_putc(g->out, '(');
		expression(g, depth - 1);
		sb_puts(g->out, " ? ");
		expression(g, depth - 1);
		sb_puts(g->out, " : ");
		expression(g, depth - 1);
		sb_putc(g->out, ')');
	} else if (kind == 13) {
		static const int widths[] = { 16, 32, 64 };

		sb_printf(g->out, "__builtin_bswap%d(", widths[random_below(g, 3)]);
		expression(g, depth - 1);
		sb_putc(g->out, ')');
	} else if (kind == 14) {
		other_expression(g, depth);
	} else if (g->n_functions && !g->in_function) {
		call(g, depth);
	} else {
		constant(g);
	}
}

static void start_line(Generator *g)
{
	for (int i = 0; i < g->indent; i++)
		sb_putc(g->out, '\t');
}

static void assignment(Generator *g)
{
	static const char *const operators[] = { "=", "=", "=", "+=", "-=", "*=", "&=", "|=", "^=" };
	uint32_t kind = random_below(g, 8);

	start_line(g);
	if (kind == 0) {
		place(g);
		sb_puts(g->out, random_below(g, 2) ? "++" : "--");
	} else if (kind == 1) {
		place(g);
		sb_puts(g->out, random_below(g, 2) ? " <<= " : " >>= ");
		sb_printf(g->out, "%u", random_below(g, 8));
	} else {
		place(g);
		sb_printf(g->out, " %s ", operators[random_below(g, ARRAY_LEN(operators))]);
		expression(g, 3);
	}
	sb_puts(g->out, ";\n");
}

/* Whole objects, pointers, builtins */
static void other_assignment(Generator *g)
{
	static const char *const objects[] = { "s", "t", "sa[1]", "sa[0]", "*r" };
	const char *a = objects[random_below(g, ARRAY_LEN(objects))];
	const char *b = objects[random_below(g, ARRAY_LEN(objects))];

	switch (random_below(g, 10)) {
	case 0:
		line(g, "%s = %s;", a, b);
		return;
	case 1:
		line(g, "{ u8 *b = io->in + (v%u & 63); if ((void *)(b + 2) <= end) v%u ^= *b; }",
		     variable(g), variable(g));
		return;
	case 2:
		line(g, "%s = gs%d;", a, g->program);
		return;
	case 3:
		line(g, "gs%d = %s;", g->program, b);
		return;
	case 4:
		/* once: clang gives each inlined call stack of its own */
		if (g->turned)
			return;
		g->turned = true;
		start_line(g);
		sb_printf(g->out, "%s = turn(%s, ", a, b);
		expression(g, 2);
		sb_puts(g->out, ");\n");
		return;
	case 5:
		line(g, "q0 = v%u ? &s.d : &sa[%u].d;", variable(g), random_below(g, 2));
		return;
	case 6:
		line(g, "q1 = v%u > 5 ? &t.e : &s.e; q2 = &arr8[v%u & 15];", variable(g), variable(g));
		return;
	case 7:
		line(g, "r = v%u & 4 ? &s : &sa[%u];", variable(g), random_below(g, 2));
		return;
	case 8:
		line(g, "__builtin_memcpy(%s, io->in + %u, 8);", random_below(g, 2) ? "&u" : "arr8",
		     random_below(g, 56));
		return;
	default:
		line(g, "v%u += __sync_fetch_and_add(&ga%d[v%u & 3], v%u);", variable(g), g->program,
		     variable(g), variable(g));
	}
}

static void statements(Generator *g, int depth);

static void condition(Generator *g, int depth)
{
	start_line(g);
	sb_puts(g->out, "if (");
	expression(g, 3);
	sb_puts(g->out, ") {\n");
	g->indent++;
	statements(g, depth - 1);
	g->indent--;
	if (random_below(g, 2)) {
		line(g, "} else {");
		g->indent++;
		statements(g, depth - 1);
		g->indent--;
	}
	line(g, "}");
}

static void loop(Generator *g, int depth)
{
	static const char *const ways_out[] = { "break", "continue", "goto" };
	static const char *const counters[] = { "int", "u8", "u64", "u32", "s64" };
	int n = g->loops++, label = g->labels++;
	uint32_t kind = random_below(g, 4), limit = 1 + random_below(g, 6);
	const char *counter = counters[random_below(g, ARRAY_LEN(counters))];

	if (kind == 0)
		line(g, "for (%s i%d = %u; i%d > 0; i%d--) {", counter, n, limit, n, n);
	else if (kind == 1)
		line(g, "{ %s i%d = 0; while (i%d++ < %u) {", counter, n, n, limit);
	else
		line(g, "for (%s i%d = 0; i%d < %u; i%d++) {", counter, n, n, limit, n);
	g->indent++;
	if (random_below(g, 2) == 0) {
		const char *way = ways_out[random_below(g, 3)];

		start_line(g);
		sb_puts(g->out, "if (");
		expression(g, 2);
		sb_puts(g->out, ")\n");
		if (!strcmp(way, "goto"))
			line(g, "\tgoto out%d_%d;", g->program, label);
		else
			line(g, "\t%s;", way);
	}
	statements(g, depth - 1);
	if (!g->in_function)
		line(g, "v%u += %s[i%d & 7];", variable(g), random_below(g, 2) ? "arr" : "arr8", n);
	g->indent--;
	line(g, kind == 1 ? "} }" : "}");
	line(g, "out%d_%d: ;", g->program, label);
	g->loops--;
}

static void choice(Generator *g, int depth)
{
	start_line(g);
	sb_puts(g->out, "switch ((");
	expression(g, 2);
	sb_puts(g->out, ") & 7) {\n");
	for (int i = 0; i < 3; i++) {
		if (i == 1)
			line(g, "case 2 ... 4:");
		else
			line(g, "case %d:", i * 3);
		g->indent++;
		statements(g, depth - 2);
		if (random_below(g, 4))
			line(g, "break;");
		g->indent--;
	}
	line(g, "default:");
	g->indent++;
	assignment(g);
	g->indent--;
	line(g, "}");
}

static void statements(Generator *g, int depth)
{
	uint32_t n = 1 + random_below(g, 3);

	for (uint32_t i = 0; i < n; i++) {
		uint32_t kind = depth <= 0 ? 0 : random_below(g, 12);

		if (kind < 6)
			assignment(g);
		else if (kind < 8)
			condition(g, depth);
		else if (kind == 8 && g->loops < 2)
			loop(g, depth);
		else if (depth > 1 && !g->in_function)
			choice(g, depth);
		else if (!g->in_function)
			other_assignment(g);
		else
			assignment(g);
	}
}

static void function(Generator *g, int index)
{
	static const char *const kinds[] = { "inline ", "__attribute__((always_inline)) ", "",
					     "__attribute__((noinline)) " };
	uint32_t kind = random_below(g, ARRAY_LEN(kinds));
	int arity = 1 + (int)random_below(g, kind == 3 || kind == 2 ? 4 : kind ? 7 : 4);

	g->arity[index] = arity;
	g->takes_struct[index] = random_below(g, 2);
	start_line(g);
	sb_printf(g->out, "static %s%s f%d_%d(%s", kinds[kind], random_type(g)->name, g->program, index,
		  g->takes_struct[index] ? "struct S *p, " : "");
	for (int i = 0; i < arity; i++)
		sb_printf(g->out, "%s%s v%d", i ? ", " : "", random_type(g)->name, i);
	sb_puts(g->out, ")\n{\n");
	g->has_struct = g->takes_struct[index];
	g->indent++;
	g->in_function = true;
	g->n_vars = arity;
	statements(g, 1);
	if (random_below(g, 2)) {
		start_line(g);
		sb_puts(g->out, "if (");
		expression(g, 2);
		sb_puts(g->out, ")\n");
		line(g, "\treturn v0;");
	}
	start_line(g);
	sb_puts(g->out, "return ");
	expression(g, 3);
	sb_puts(g->out, ";\n");
	g->in_function = g->has_struct = false;
	g->indent--;
	line(g, "}\n");
}

static void declare(Generator *g)
{
	int n = 4 + (int)random_below(g, 6);

	g->n_vars = 0;
	for (int i = 0; i < n; i++) {
		const IntType *t = random_type(g);

		line(g, "%s v%d = *(%s *)(io->in + %u);", t->name, i, t->name, 8 * random_below(g, 8));
		g->n_vars++;
	}
	line(g, "struct S s = { .a = v0, .b = v1, .n = { v2, v3 }, .h = v0 }, t = {};");
	line(g, "struct S sa[2] = { s, { .e = v1 } };");
	line(g, "struct S *r = &t;");
	line(g, "%s arr[8] = { v1, v2, [4 ... 6] = v3 };", types[random_below(g, 6)].name);
	line(g, "u8 arr8[16] = { v1, v2 }; union U u; __builtin_memset(&u, 0, sizeof(u)); u.w = v0;");
	line(g, "u32 *q0 = &s.d; s64 *q1 = &s.e; u8 *q2 = arr8;");
	line(g, "bool flag = io->in[%u] & 1; volatile u32 vol = v1;", random_below(g, 64));
}

static void digest(Generator *g)
{
	line(g, "u64 h = 0;");
	for (int i = 0; i < g->n_vars; i++)
		line(g, "h = h * 31 + v%d;", i);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		line(g, "h = (h ^ (h >> 29)) * 31 + s.%s + gs%d.%s;", fields[i], g->program, fields[i]);
	line(g, "h += t.a + t.b + t.d + t.h + *q0 + *q1 + *q2 + r->d + flag + vol + u.w;");
	line(g, "for (int i = 0; i < 2; i++)");
	line(g, "\th = h * 33 + sa[i].a + sa[i].c * 3 + sa[i].d + sa[i].e + sa[i].n.x + ga%d[i];",
	     g->program);
	line(g, "for (int i = 0; i < 8; i++)");
	line(g, "\th = h * 37 + arr[i] + arr8[i];");
	for (int i = 0; i < GLOBALS; i++)
		line(g, "h = h * 41 + g%d_%d;", g->program, i);
	line(g, "io->out = h;");
	line(g, "return (int)(h >> 7);");
}

static void globals(Generator *g)
{
	for (int i = 0; i < GLOBALS; i++) {
		start_line(g);
		sb_printf(g->out, "%s%s g%d_%d", i == 1 ? "volatile " : "", random_type(g)->name,
			  g->program, i);
		if (random_below(g, 2))
			sb_printf(g->out, " = %d", (int)random_below(g, 200) - 100);
		sb_puts(g->out, ";\n");
	}
	line(g, "u64 ga%d[4] = { 1, [2] = %u };", g->program, random_below(g, 1000));
	line(g, "struct S gs%d = { .c = 99, .e = -3, .g = -2 }, gt%d[2];\n", g->program, g->program);
}

static void program(Generator *g)
{
	g->labels = 0;
	g->turned = false;
	globals(g);
	g->n_functions = 0;
	for (int i = (int)random_below(g, MAX_FUNCTIONS + 1); i > 0; i--) {
		function(g, g->n_functions);
		g->n_functions++;
	}
	line(g, "SEC(\"xdp\") int p%d(struct xdp_md *ctx)\n{", g->program);
	g->indent++;
	line(g, "void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;");
	line(g, "struct io *io = data;\n");
	line(g, "if (data + sizeof(*io) > end)");
	line(g, "\treturn 1;");
	declare(g);
	for (int i = 0; i < 3; i++)
		statements(g, 3);
	digest(g);
	g->indent--;
	line(g, "}\n");
}

void generate_programs(uint64_t seed, int n, StrBuf *out)
{
	Generator g = { .state = seed * 0x9e3779b97f4a7c15ull + 1, .out = out };

	for (int i = 0; i < 8; i++)
		random_below(&g, 2);
	sb_printf(out, "/* seed %llu */\n", (unsigned long long)seed);
	sb_puts(out, "#include <linux/bpf.h>\n"
		     "#ifndef SEC\n#define SEC(name) __attribute__((section(name), used))\n#endif\n"
		     "#ifdef DIFFERENTIAL_TYPES\n"
		     "typedef unsigned char u8; typedef signed char s8; typedef unsigned short u16;\n"
		     "typedef short s16; typedef unsigned int u32; typedef int s32; typedef _Bool bool;\n"
		     "typedef unsigned long long u64; typedef long long s64;\n"
		     "static u64 (*bpf_ktime_get_ns)(void) = (void *)5;\n"
		     "#endif\n"
		     "struct io { u8 in[64 + 8]; u64 out; };\n"
		     "enum E { LOW, HIGH = 70000 };\n"
		     "struct S {\n\ts8 a;\n\tu16 b : 5;\n\tu16 c : 11;\n\tu32 d;\n\ts64 e;\n\tu8 f[3];\n"
		     "\ts32 g : 7, h : 20;\n\tstruct { u16 x; s8 y; u64 z : 33; } n;\n};\n"
		     "union U {\n\tu64 w;\n\tu32 h[2];\n\tu16 q[4];\n\ts8 b[16];\n"
		     "\tstruct { u32 lo : 9, mid : 14; s32 hi : 9; } bits;\n};\n\n"
		     "static inline struct S turn(struct S x, u32 k)\n{\n\tstruct S y = x;\n\n"
		     "\ty.d = x.d + k;\n\ty.e ^= x.h;\n\ty.n.x = x.n.y;\n\ty.f[k & 1] = k;\n"
		     "\tif (k & 8)\n\t\treturn x;\n\treturn y;\n}\n\n");
	for (int i = 0; i < n; i++) {
		g.program = i;
		program(&g);
	}
}
