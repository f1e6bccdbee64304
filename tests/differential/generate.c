/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random programs for comparing compilers. Each is an XDP program that reads 64 input bytes of the
 * packet, computes with integers of all widths and signs, a struct with bit-fields, arrays, loops,
 * switches and inlined functions, and writes a digest of all its variables back. Nothing in
 * it is undefined: every variable is initialised, shift counts and indices are masked, divisors are
 * odd and unsigned, and both compilers wrap signed arithmetic.
 */
#include "differential/generate.h"

#include <stdlib.h>

enum { MAX_VARS = 24, MAX_FUNCTIONS = 3 };

typedef struct IntType { const char *name; int bits; bool is_signed; } IntType;

static const IntType types[] = {
	{ "u8", 8, false }, { "s8", 8, true }, { "u16", 16, false }, { "s16", 16, true },
	{ "u32", 32, false }, { "s32", 32, true }, { "u64", 64, false }, { "s64", 64, true },
};

static const char *const fields[] = { "s.a", "s.b", "s.c", "s.d", "s.e", "s.g", "s.h", "s.n.x", "s.n.y" };

typedef struct Generator {
	uint64_t state;
	StrBuf *out;
	int indent;
	int n_vars;                /* v0 ... visible */
	int n_params;              /* in a function body: p0 ... instead of the struct and array */
	int n_functions, arity[MAX_FUNCTIONS];
	int loops;                 /* nesting */
	int program;
	bool in_function;
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

/* Something that may also be assigned to. */
static void place(Generator *g)
{
	uint32_t kind = g->in_function ? 0 : random_below(g, 8);

	if (kind < 5)
		sb_printf(g->out, "v%u", random_below(g, (uint32_t)g->n_vars));
	else if (kind < 7)
		sb_puts(g->out, fields[random_below(g, ARRAY_LEN(fields))]);
	else
		sb_printf(g->out, "arr[v%u & 7]", random_below(g, (uint32_t)g->n_vars));
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
		/* unsigned 64-bit division by something odd */
		sb_printf(g->out, " ? (u64)(");
		expression(g, depth - 1);
		sb_printf(g->out, ") %s ((u64)(", kind == 3 ? "/" : "%");
		expression(g, depth - 1);
		sb_puts(g->out, ") | 1) : 5");
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
	for (int i = 0; i < g->arity[f]; i++) {
		if (i)
			sb_puts(g->out, ", ");
		sb_puts(g->out, "(");
		expression(g, depth - 1);
		sb_puts(g->out, ")");
	}
	sb_putc(g->out, ')');
}

static void expression(Generator *g, int depth)
{
	static const char *const unary[] = { "-", "~", "!", "+" };
	uint32_t kind = depth <= 0 ? random_below(g, 3) : random_below(g, 14);

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
	int n = g->loops++;

	line(g, "for (int i%d = 0; i%d < %u; i%d++) {", n, n, 1 + random_below(g, 6), n);
	g->indent++;
	if (random_below(g, 3) == 0) {
		start_line(g);
		sb_puts(g->out, "if (");
		expression(g, 2);
		sb_puts(g->out, ")\n");
		line(g, "\t%s;", random_below(g, 2) ? "break" : "continue");
	}
	statements(g, depth - 1);
	if (!g->in_function)
		line(g, "v%u += arr[i%d & 7];", random_below(g, (uint32_t)g->n_vars), n);
	g->indent--;
	line(g, "}");
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
		uint32_t kind = depth <= 0 ? 0 : random_below(g, 10);

		if (kind < 6)
			assignment(g);
		else if (kind < 8)
			condition(g, depth);
		else if (kind == 8 && g->loops < 2)
			loop(g, depth);
		else if (depth > 1 && !g->in_function)
			choice(g, depth);
		else if (!g->in_function && random_below(g, 2))
			line(g, random_below(g, 2) ? "t = s;" : "s = t;");
		else
			assignment(g);
	}
}

static void function(Generator *g, int index)
{
	int arity = 1 + (int)random_below(g, 4);

	g->arity[index] = arity;
	start_line(g);
	sb_printf(g->out, "static %s%s f%d_%d(", random_below(g, 2) ? "inline " : "__attribute__((always_inline)) ",
		  random_type(g)->name, g->program, index);
	for (int i = 0; i < arity; i++)
		sb_printf(g->out, "%s%s v%d", i ? ", " : "", random_type(g)->name, i);
	sb_puts(g->out, ")\n{\n");
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
	g->in_function = false;
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
	line(g, "%s arr[8] = { v1, v2, [4 ... 6] = v3 };", random_type(g)->name);
}

static void digest(Generator *g)
{
	line(g, "u64 h = 0;");
	for (int i = 0; i < g->n_vars; i++)
		line(g, "h = h * 31 + v%d;", i);
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		line(g, "h = (h ^ (h >> 29)) * 31 + %s;", fields[i]);
	line(g, "h += t.a + t.b + t.d + t.h;");
	line(g, "for (int i = 0; i < 8; i++)");
	line(g, "\th = h * 37 + arr[i];");
	line(g, "io->out = h;");
	line(g, "return (int)(h >> 7);");
}

static void program(Generator *g)
{
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
		     "typedef short s16; typedef unsigned int u32; typedef int s32;\n"
		     "typedef unsigned long long u64; typedef long long s64;\n"
		     "#endif\n"
		     "struct io { u8 in[64 + 8]; u64 out; };\n"
		     "struct S {\n\ts8 a;\n\tu16 b : 5;\n\tu16 c : 11;\n\tu32 d;\n\ts64 e;\n\tu8 f[3];\n"
		     "\ts32 g : 7, h : 20;\n\tstruct { u16 x; s8 y; } n;\n};\n\n");
	for (int i = 0; i < n; i++) {
		g.program = i;
		program(&g);
	}
}
