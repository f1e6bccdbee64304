/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lang: types, layouts, conversions, initialisers, constant evaluation and diagnostics of the
 * parser, seen through the printed tree, and through _Static_assert where C itself can ask.
 * The Host knows nothing, so only what the text and the built-in headers declare exists.
 */
#include "lang/lang.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

typedef struct Parsed {
	Arena *arena;
	Sources sources;
	Diags diags;
	Unit *unit;
	StrBuf tree;
} Parsed;

static void parse(Parsed *p, const char *text)
{
	static const Host host = { .kernel_version = 0x60100,
				   .cpus_possible = 2,
				   .cpus_online = 2 };
	static const LangOptions options = { .name = "test.c" };

	memset(p, 0, sizeof(*p));
	p->arena = arena_new();
	p->sources.arena = p->arena;
	diags_init(&p->diags, p->arena, &p->sources);
	p->diags.limit = 100;
	p->unit = lang_parse(p->arena, text, strlen(text), &options, &host, &p->sources, &p->diags);
	lang_print_unit(p->unit, &p->tree);
}

static void done(Parsed *p)
{
	sb_free(&p->tree);
	arena_free(p->arena);
}

static void show(const Parsed *p, const char *text)
{
	StrBuf out = { 0 };

	diags_render(&p->diags, &out, false);
	print_error("--- text:\n%s\n--- tree:\n%s\n--- diagnostics:\n%s\n", text,
		    p->tree.p ? p->tree.p : "", out.p ? out.p : "");
	sb_free(&out);
}

/* The text is accepted without any diagnostic; the tree contains `part` (NULL: not asked). */
static void accepts(const char *text, const char *part)
{
	Parsed p;
	bool good;

	parse(&p, text);
	good = !p.diags.list.n && (!part || strstr(p.tree.p, part));
	if (!good)
		show(&p, text);
	assert_true(good);
	done(&p);
}

/* As accepts, for statements of a function with some variables around. */
static void body(const char *statements, const char *part)
{
	char text[2048];

	snprintf(text, sizeof(text),
		 "struct s { int a; unsigned b:3; char c[4]; struct s *next; };\n"
		 "static int f(int i, unsigned u, long l, unsigned long ul, char c, unsigned char "
		 "uc,\n"
		 "\tshort h, struct s *p, int *ip, void *vp, const char *str)\n{ struct s s = {}; "
		 "int arr[4] = {};\n"
		 "%s\nreturn 0; }",
		 statements);
	accepts(text, part);
}

/* The text gives this diagnostic at line:column, with a hint containing `hint` (NULL: not asked).
 */
static void reports(const char *text, DiagTag tag, int line, int column, const char *hint)
{
	Parsed p;
	bool found = false;

	parse(&p, text);
	for (int i = 0; i < p.diags.list.n; i++) {
		const Diag *d = p.diags.list.v[i];
		SourcePos pos;

		if (d->tag == tag && sources_resolve(&p.sources, d->loc, &pos) &&
		    pos.line == line && pos.column == column &&
		    (!hint || (d->hint && strstr(d->hint, hint))))
			found = true;
	}
	if (!found)
		show(&p, text);
	assert_true(found);
	done(&p);
}

static int errors_of(const char *text)
{
	Parsed p;
	int n;

	parse(&p, text);
	n = p.diags.errors;
	done(&p);
	return n;
}

/* Types and layouts --------------------------------------------------------------------------- */

static void declarators_read_inside_out(void **state)
{
	(void)state;
	accepts("int *(*f)[3]; int g(void) { return !f; }", "global f: int *(*)[3]");
	accepts("extern int (*table[4])(int, char *); int g(void) { return table[0] == 0; }",
		"global table: int (*[4])(int, char *)");
	accepts("const char *const p = \"x\"; int g(void) { return *p; }",
		"global p: const char *const");
	accepts("volatile unsigned long long v; int g(void) { return v; }",
		"global v: volatile unsigned long long");
	accepts("char a[2][3]; int g(void) { return a[1][2]; }", "global a: char [2][3]");
	accepts("static int g(int a[5], int h(int)) { return sizeof(a) + !h; }",
		"function g: int (int *, int (*)(int))");
	accepts("typedef int T; static int g(T T) { return T; }", "param T: T");
	accepts("unsigned int long unsigned_long; int g(void) { return unsigned_long; }",
		"unsigned long");
}

static void sizes_and_offsets(void **state)
{
	(void)state;
	accepts("struct a { char c; long l; short s; };\n"
		"_Static_assert(sizeof(struct a) == 24 && __builtin_offsetof(struct a, s) == 16);",
		NULL);
	accepts("struct a { char c; long l; } __attribute__((packed)); "
		"_Static_assert(sizeof(struct a) == 9);",
		NULL);
	accepts("struct __attribute__((packed)) a { char c; int i; }; _Static_assert(sizeof(struct "
		"a) == 5);",
		NULL);
	accepts("struct a { char c; int i __attribute__((packed)); }; _Static_assert(sizeof(struct "
		"a) == 5);",
		NULL);
	accepts("struct a { char c; int i __attribute__((aligned(16))); };\n"
		"_Static_assert(sizeof(struct a) == 32 && _Alignof(struct a) == 16);", NULL);
	accepts("union u { char c[5]; int i; }; _Static_assert(sizeof(union u) == 8);", NULL);
	accepts("struct a { int n; long data[]; }; _Static_assert(sizeof(struct a) == 8);", NULL);
	accepts("struct a { int n; char data[0]; }; _Static_assert(sizeof(struct a) == 4);", NULL);
	accepts("struct e {}; _Static_assert(sizeof(struct e) == 0);", NULL);
	accepts("struct a { __int128 x; char c; }; _Static_assert(sizeof(struct a) == 32);", NULL);
	accepts("#pragma pack(push, 2)\nstruct a { char c; long l; };\n#pragma pack(pop)\nstruct b "
		"{ char c; long l; };\n"
		"_Static_assert(sizeof(struct a) == 10 && sizeof(struct b) == 16);",
		NULL);
	accepts("typedef long __attribute__((aligned(4))) l4; struct a { char c; l4 l; };\n"
		"_Static_assert(__builtin_offsetof(struct a, l) == 4);", NULL);
	accepts("enum e { A }; enum b { B = -1 }; enum w { W = 1ull << 40 };\n"
		"_Static_assert(sizeof(enum e) == 4 && sizeof(enum w) == 8 && (enum e)-1 > 0 && "
		"(enum b)-1 < 0);",
		NULL);
	accepts("enum __attribute__((packed)) e { A, B }; _Static_assert(sizeof(enum e) == 1);",
		NULL);
}

static void bitfields_share_units_of_their_type(void **state)
{
	(void)state;
	accepts("struct a { unsigned x:3, y:30; }; _Static_assert(sizeof(struct a) == 8);", NULL);
	accepts("struct a { unsigned x:3; unsigned char y:6; }; _Static_assert(sizeof(struct a) == "
		"4);",
		NULL);
	accepts("struct a { char c; unsigned x:8; int :0; unsigned y:1; }; "
		"_Static_assert(sizeof(struct a) == 8);",
		NULL);
	accepts("struct a { unsigned x:3, y:30; } __attribute__((packed)); "
		"_Static_assert(sizeof(struct a) == 5);",
		NULL);
	accepts("struct a { unsigned long x:33; unsigned y:31; }; _Static_assert(sizeof(struct a) "
		"== 8);",
		NULL);
	accepts("struct a { int x:3; }; _Static_assert(_Alignof(struct a) == 4);", NULL);
	body("s.b = 9;", "(s.b@4 = 9u)");
	body("i = s.b << 2;", "(i = ((int)s.b@4 << 2))");
}

static void anonymous_members_are_passed(void **state)
{
	(void)state;
	accepts("struct a { int x; union { int y; struct { char p, q; }; }; };\n"
		"_Static_assert(__builtin_offsetof(struct a, q) == 5);", NULL);
	accepts("struct in { int v; }; struct out { long l; struct in; };\n"
		"static int g(struct out *o) { return o->v; }", ".v@8");
	accepts("struct a { int m[4]; struct { short t; } s[2]; };\n"
		"_Static_assert(__builtin_offsetof(struct a, s[1].t) == 18);", NULL);
	accepts("struct a { int x; int y; };\n"
		"_Static_assert((unsigned long)&((struct a *)0)->y == 4);", NULL);
}

static void tags_of_the_program_win(void **state)
{
	(void)state;
	accepts("struct later; static struct later *g; struct later { int x; };\n"
		"int h(void) { return g->x; }", ".x@0");
	accepts("struct node { struct leaf *l; }; struct leaf { int x; };\n"
		"static int h(struct node *n) { return n->l->x; }", ".x@0");
	accepts("int h(void) { struct t { char c; }; { struct t { long l; }; "
		"_Static_assert(sizeof(struct t) == 8); }\n"
		"_Static_assert(sizeof(struct t) == 1); return 0; }",
		NULL);
	accepts("typedef unsigned char u64; _Static_assert(sizeof(u64) == 1);", NULL);
	accepts("u64 before; typedef unsigned char u64; _Static_assert(sizeof(u64) == 1 && "
		"sizeof(before) == 8);",
		NULL);
}

/* Expressions --------------------------------------------------------------------------------- */

static void conversions_are_explicit(void **state)
{
	(void)state;
	body("l = i;", "(l = (long)i)");
	body("i = l;", "(i = (int)l)");
	body("i = c + uc;", "(i = ((int)c + (int)uc))");
	body("l = i + u;", "(l = (long)((unsigned int)i + u))");
	body("ul = i + ul;", "(ul = ((unsigned long)i + ul))");
	body("i = u < i;", "(i = (u < (unsigned int)i))");
	body("l = l << c;", "(l = (l << (long)(int)c))");
	body("c <<= 2;", "(c <<= 2)");
	body("uc += i;", "(uc += i)");
	body("i = !p;", "(i = !p)");
	body("_Bool b = l;", "{0: (_Bool)l}");
	body("i = -uc;", "(i = -(int)uc)");
	body("i = (char)300;", "(i = 44)");
	body("l = i ? u : l;", "(l = (i ? (long)u : l))");
	body("vp = p;", "(vp = (void *)p)");
	body("i = p ? 1 : 2;", "(i = (p ? 1 : 2))");
	body("ul = 0 ?: ul;", "(ul = ul)");
	body("p = 0;", "(p = (struct s *)0)");
	body("__int128 w = l; l = w;", "{0: (__int128)l}");
}

static void pointers_are_scaled(void **state)
{
	(void)state;
	body("ip = ip + i;", "(ip +p (long)i * 4)");
	body("ip = ip - 1;", "(ip +p -1l * 4)");
	body("l = &p[2] - p;", "((p +p 2l * 24) -p p * 24)");
	body("vp += 3;", "(vp += 3l)");
	body("p += 3;", "(p += 3l * 24)");
	body("i = arr[i];", "*(decay(arr) +p (long)i * 4)");
	body("i = 2[arr];", "*(decay(arr) +p 2l * 4)");
	body("i = p->next->c[1];", "*(decay(**p.next@16.c@5) +p 1l)");
	body("i = *&i;", "(i = i)");
	body("i = &s.c == 0;", "(i = (&s.c@5 == (char (*)[4])0))");
	body("i = ip == vp;", "(ip == (int *)vp)");
}

static void constants_fold(void **state)
{
	(void)state;
	accepts("_Static_assert(1 + 2 * 3 == 7 && (7 & ~2) == 5 && -7 / 2 == -3 && -7 % 3 == -1);",
		NULL);
	accepts("_Static_assert((unsigned)-1 > 0 && -1 > 0u && (unsigned char)257 == 1 && (signed "
		"char)255 == -1);",
		NULL);
	accepts("_Static_assert(1ull << 63 == 0x8000000000000000 && -1 >> 1 == -1 && ~0u >> 31 == "
		"1);",
		NULL);
	accepts("_Static_assert((0 && 1 / 2) == 0 && (1 || 0) == 1 && (0 ? 2 : 3) == 3);", NULL);
	accepts("_Static_assert('a' == 97 && sizeof('a') == 4 && sizeof(\"abc\") == 4 && '\\n' == "
		"10);",
		NULL);
	accepts("_Static_assert(sizeof(1 ? 1 : 2l) == 8 && sizeof(char) + 0u == 1 && "
		"sizeof((char)1 + (char)1) == 4);",
		NULL);
	accepts("_Static_assert(__builtin_constant_p(3) && __builtin_bswap32(0x01020304) == "
		"0x04030201);",
		NULL);
	accepts("_Static_assert(__builtin_clz(1) == 31 && __builtin_ctzll(8) == 3 && "
		"__builtin_popcount(255) == 8);",
		NULL);
	accepts("_Static_assert(__builtin_types_compatible_p(int, const int) && "
		"!__builtin_types_compatible_p(int, char));",
		NULL);
	accepts("_Static_assert(__builtin_choose_expr(1, 5, \"no\") == 5);", NULL);
	accepts("_Static_assert(_Generic(1ul, int: 1, unsigned long: 2, default: 3) == 2);", NULL);
	accepts("static const int n = 4; static char a[n * 2]; _Static_assert(sizeof(a) == 8);",
		NULL);
	accepts("enum { A, B = A + 5, C }; _Static_assert(C == 6);", NULL);
	accepts("_Static_assert((unsigned __int128)1 << 100 >> 98 == 4);", NULL);
	accepts("_Static_assert(1.5 + 1.5 == 3 && (int)2.9 == 2 && 1e3 > 999);", NULL);
}

static void floats_in_comparisons_become_integers(void **state)
{
	(void)state;
	body("if (ul >= 1000000.0) return 1;", "if (ul >= 1000000ul)");
	body("if (l > 1.5) return 1;", "if (l > 1l)");
	body("if (l < 1.5) return 1;", "if (l < 2l)");
	body("if (l <= -1.5) return 1;", "if (l <= -2l)");
	body("if (2.5 < i) return 1;", "if (i > 2)");
	body("if (u > 1e30) return 1;", ", 0)");
	body("ul = 2.5e3;", "(ul = 2500ul)");
}

static void gnu_expressions(void **state)
{
	(void)state;
	body("i = ({ int t = i; t + 1; });", "do (t + 1)");
	body("l = l ?: 5;", "(l ?  : 5l)");
	body("__auto_type q = p->c; q++;", "var q: char * = {0: decay(*p.c@5)}");
	body("typeof(p->a) q = 1; q++;", "var q: int");
	body("p = &(struct s){ .a = 1 };", "&(struct s){0: 1}");
	body("switch (i) { case 1 ... 3: case 7: break; default: ; }", "case 1 ... 3");
	body("__label__ out; goto out; out: ;", "goto out");
	body("out: ; int z; if (!i) goto out; z = 1; i = z;", "label out");
	body("asm volatile(\"\" ::: \"memory\");", "@barrier()");
	body("__asm__ __volatile__(\"\" : \"=r\"(l) : \"0\"(ul));", "(l = (long)ul)");
	body("for (int k = 0, m = 1; k < m; k++) ;", "var m: int = {0: 1}");
	body("do i--; while (i);", "do-while i");
	body("i = sizeof(int[3]) + sizeof arr;", "(i = 28)");
	body("#pragma unroll\nfor (i = 0; i < 4; i++) ;", "unroll -1");
	body("#pragma clang loop unroll_count(8)\nwhile (i) i--;", "unroll 8");
	body("if (__builtin_expect(!!(i), 0)) i++;", "if");
	body("(void)p; l = (i, u);", "(l = (long)(i , u))");
	body("str = __func__;", "decay(\"f\")");
}

static void atomics_and_builtins(void **state)
{
	(void)state;
	body("__sync_fetch_and_add(ip, 1);", "@atomic_add(ip, 1)");
	body("i = __sync_fetch_and_add(ip, 1);", "@fetch_add(ip, 1)");
	body("__sync_fetch_and_sub(&l, i);", "@atomic_add(&l, -(long)i)");
	body("i = __sync_lock_test_and_set(ip, 1);", "@exchange(ip, 1)");
	body("i = __sync_val_compare_and_swap(ip, 1, 2);", "@compare_exchange(ip, 2, 1)");
	body("__builtin_memcpy(&s, p, sizeof(s));", "@memcpy(&s, p, 24ul)");
	body("__builtin_memset(arr, 0, 4);", "@memset(decay(arr), 0, 4ul)");
	body("u = __builtin_bswap32(u);", "@bswap32(u)");
}

/* Initialisers -------------------------------------------------------------------------------- */

static void initialisers_are_flattened(void **state)
{
	(void)state;
	body("int a[] = { 1, [3] = 4, 5 };", "a: int [5] = {0: 1, 12: 4, 16: 5}");
	body("int a[4] = { [0 ... 2] = 7 };", "{0: 7, 4: 7, 8: 7}");
	body("struct s t = { 1, .c = \"ab\", p };", "{0: 1, 5: \"ab\", 16: p}");
	body("struct s t = {}; t.a = 1;", "t: struct s = {}");
	body("struct s t = { .b = 5 };", "{bits 32+3: 5u}");
	body("struct { int x; struct { int y, z; } in; int w; } t = { 1, 2, 3, 4 }; t.x++;",
	     "{0: 1, 4: 2, 8: 3, 12: 4}");
	body("struct { struct { int y, z; } in[2]; } t = { { { 1 }, { .z = 2 } } }; t.in[0].y++;",
	     "{0: 1, 12: 2}");
	body("struct { struct { int y; } in; } t = { .in.y = 3 }; t.in.y++;", "{0: 3}");
	body("char t[] = \"abc\"; t[0] = 0;", "t: char [4] = {0: \"abc\"}");
	body("char t[2] = \"ab\"; t[0] = 0;", "t: char [2] = {0: \"ab\"}");
	body("char t[2][3] = { \"a\", \"b\" }; t[0][0] = 0;", "{0: \"a\", 3: \"b\"}");
	body("struct s t = s;", "t: struct s = {0: s}");
	body("union { int a; long b; } t = { .b = l }; t.a = 0;", "{0: l}");
	body("struct s t[2] = { s, { .a = 2 } }; t[0].a = 1;", "{0: s, 24: 2}");
	accepts("struct p { int x, y; }; static const struct p a = (struct p){ 1, 2 }; int g(void) "
		"{ return a.y; }",
		"global a: const struct p = {0: 1, 4: 2}");
	accepts("static const char *const names[] = { \"a\", [2] = \"c\" }; int g(int i) { return "
		"names[i][0]; }",
		"{0: (const char *)decay(\"a\"), 16: (const char *)decay(\"c\")}");
	accepts("const volatile int option = 3; int g(void) { return option; }",
		"global option: const volatile int");
}

static void options_can_be_bound(void **state)
{
	Parsed p;

	(void)state;
	parse(&p, "const volatile unsigned char option = 3; int plain; int g(void) { return option "
		  "+ plain; }");
	assert_true(lang_bind(p.unit, "option", 257));
	assert_int_equal(p.unit->globals.v[0]->bound_value, 1);
	assert_false(lang_bind(p.unit, "plain", 1));
	assert_false(lang_bind(p.unit, "absent", 1));
	done(&p);
}

static void variables_know_their_uses(void **state)
{
	Parsed p;
	const Stmt *s;

	(void)state;
	parse(&p, "static int g(void) { int a = 1, b = 2, c[2] = {}, d; b = a; c[0] = sizeof(d); "
		  "return *&c[a]; }");
	s = p.unit->funcs.v[0]->body;
	assert_true(s->list.v[0]->var->is_used && !s->list.v[0]->var->is_written);
	assert_true(s->list.v[1]->var->is_written && !s->list.v[1]->var->address_taken);
	assert_true(s->list.v[2]->var->is_written && s->list.v[2]->var->address_taken);
	assert_false(s->list.v[3]->var->is_used);
	done(&p);
}

static void functions_and_helpers(void **state)
{
	(void)state;
	accepts("static int add(int a, long b); int g(void *c) { return add(1, 2); }\n"
		"static int add(int a, long b) { return a + b; }", "add(1, 2l)");
	accepts("static unsigned long (*now)(void) = (void *)5; int g(void *c) { return now() > 3; "
		"}",
		"bpf_ktime_get_ns()");
	accepts("struct pair { int a, b; }; static struct pair mk(int a) { return (struct pair){ "
		"a, a }; }\n"
		"int g(void *c) { return mk(3).b; }",
		"mk(3).b@4");
	accepts("static __attribute__((always_inline)) inline int h(void) { return 1; };\nint "
		"g(void *c) { return h(); }",
		"h()");
	accepts("int g(void *ctx) { return bpf_get_smp_processor_id() == 0; }",
		"bpf_get_smp_processor_id()");
}

static void declaration_tags_are_kept(void **state)
{
	Parsed p;

	(void)state;
	parse(&p, "#define T(x) __attribute__((btf_decl_tag(x)))\nstruct e { int a T(\"m\"); } "
		  "T(\"t\");\n"
		  "struct e v T(\"v1\") T(\"v2\"); static int T(\"f\") g(void) { return v.a; }");
	assert_int_equal(p.diags.errors, 0);
	assert_int_equal(p.unit->globals.v[0]->tags.n, 2);
	assert_string_equal(p.unit->globals.v[0]->tags.v[1], "v2");
	assert_string_equal(p.unit->globals.v[0]->type->tags.v[0], "t");
	assert_string_equal(p.unit->globals.v[0]->type->members.v[0].tags.v[0], "m");
	assert_string_equal(p.unit->funcs.v[0]->tags.v[0], "f");
	done(&p);
}

static void spaces_of_pointers_are_kept(void **state)
{
	Parsed p;

	(void)state;
	parse(&p, "struct a { char __attribute__((address_space(1))) *u; int "
		  "__attribute__((btf_type_tag(\"percpu\"))) *c;\n"
		  "int *plain; }; struct a v; int g(void) { return v.plain == 0; }");
	assert_int_equal(type_space(p.unit->globals.v[0]->type->members.v[0].type),
			 TYPE_SPACE_USER);
	assert_int_equal(type_space(p.unit->globals.v[0]->type->members.v[1].type),
			 TYPE_SPACE_PERCPU);
	assert_int_equal(type_space(p.unit->globals.v[0]->type->members.v[2].type),
			 TYPE_SPACE_NONE);
	done(&p);
}

/* Diagnostics --------------------------------------------------------------------------------- */

static void syntax_errors_point_at_the_gap(void **state)
{
	(void)state;
	reports("int g(void)\n{\n\tint a = 1\n\treturn a;\n}", DIAG_syntax_error, 3, 11, "';'");
	reports("int g(int a)\n{\n\treturn (a + 1;\n}", DIAG_syntax_error, 3, 15, "')'");
	reports("int g(void)\n{\n\treturn 1 +;\n}", DIAG_syntax_error, 3, 12, NULL);
	reports("int g(void)\n{\n\tif (1) {\n\treturn 1;\n}\n", DIAG_syntax_error, 6, 1, NULL);
	reports("struct a {\n\tint x\n\tint y;\n};", DIAG_syntax_error, 2, 7, NULL);
	reports("}\nint x;", DIAG_syntax_error, 1, 1, NULL);
	assert_int_equal(
		errors_of("int g(void)\n{\n\tint a = 1\n\treturn a;\n}\nint h(void) { return 0; }"),
		1);
}

static void several_errors_in_one_go(void **state)
{
	(void)state;
	assert_int_equal(errors_of("int g(int n)\n{\n\tint a = ;\n\tn = zzz;\n\tn = zzz + "
				   "1;\n\tn->x = 1;\n\treturn 1 1;\n}\n"
				   "foo_t v;\nint h(void) { return qqq; }"),
			 6);
	assert_int_equal(errors_of("int f(int a b) { return 1; }\nint g(void) { return yyy; }"), 2);
	assert_int_equal(errors_of("struct s { int a; foo_t b; int c; };\nstatic int g(struct s "
				   "*p) { return p->c + p->b; }"),
			 1);
}

static void names_are_suggested(void **state)
{
	(void)state;
	reports("int g(int counter)\n{\n\treturn conter;\n}", DIAG_undeclared_identifier, 3, 9,
		"counter");
	reports("struct s { int length; };\nstatic int g(struct s *p)\n{\n\treturn p->lenght;\n}",
		DIAG_unknown_member, 4, 12, "length");
	reports("int g(void)\n{\n\treturn bpf_ktime_get_nss();\n}", DIAG_undeclared_function, 3, 9,
		"bpf_ktime_get_ns");
	reports("int g(void)\n{\n\tunsinged x = 1;\n\treturn x;\n}", DIAG_unknown_type, 3, 2,
		"unsigned");
	reports("struct s { int abc; };\nstruct s v = { .abd = 1 };", DIAG_bad_designator, 2, 17,
		"abc");
}

static void type_errors_say_what_to_write(void **state)
{
	(void)state;
	reports("struct s { int a; };\nstatic int g(struct s *p)\n{\n\treturn p.a;\n}",
		DIAG_not_a_struct, 4, 10, "->a");
	reports("struct s { int a; };\nint g(void)\n{\n\tstruct s v = {};\n\treturn v->a;\n}",
		DIAG_not_a_pointer, 5, 10, ".a");
	reports("static int g(long *p)\n{\n\tchar **q = p;\n\treturn !q;\n}",
		DIAG_incompatible_pointer, 3, 13, "cast");
	reports("static int g(int *p)\n{\n\tp = 5;\n\treturn !p;\n}", DIAG_int_conversion, 3, 6,
		NULL);
	reports("static int g(const int *p)\n{\n\t*p = 5;\n\treturn 0;\n}", DIAG_const_assignment,
		3, 5, NULL);
	reports("int g(int a)\n{\n\ta + 1 = 2;\n\treturn 0;\n}", DIAG_not_assignable, 3, 8, NULL);
	reports("static int f(int a) { return a; }\nint g(void)\n{\n\treturn f(1, 2);\n}",
		DIAG_argument_count, 4, 9, NULL);
	reports("static int g(void *p)\n{\n\treturn *p;\n}", DIAG_not_a_pointer, 3, 9, "cast");
	reports("static int g(struct nowhere *p)\n{\n\treturn p->x;\n}", DIAG_incomplete_type, 3,
		12, NULL);
	reports("int f(void *c) { return 0; }\nint g(void *c)\n{\n\treturn f(c);\n}",
		DIAG_call_of_program, 4, 9, "static");
	reports("static int f(int);\nint g(void *c)\n{\n\treturn f(1);\n}", DIAG_missing_body, 4, 9,
		NULL);
	reports("static int g(int (*f)(int))\n{\n\treturn f(1);\n}", DIAG_indirect_call, 3, 9,
		NULL);
	reports("int g(int n)\n{\n\tchar a[n];\n\treturn a[0];\n}", DIAG_variable_length_array, 3,
		9, NULL);
	reports("int g(int n)\n{\n\treturn n * 1.5;\n}", DIAG_floating_point, 3, 11, NULL);
	reports("int g(void)\n{\n\tdouble d;\n\treturn 0;\n}", DIAG_floating_point, 3, 9, NULL);
	reports("int g(int a)\n{\n\tif (a = 1)\n\t\treturn 1;\n\treturn 0;\n}",
		DIAG_condition_assignment, 3, 8, "==");
	reports("int g(int a)\n{\n\treturn a / 0;\n}", DIAG_division_by_zero, 3, 11, NULL);
	reports("int x;\nint y = x;\nint g(void) { return y; }", DIAG_not_constant, 2, 9, NULL);
}

static void statements_are_checked(void **state)
{
	(void)state;
	reports("int g(int a)\n{\n\tswitch (a) { case 1: case 2: case 1: ; }\n\treturn 0;\n}",
		DIAG_duplicate_case, 3, 31, NULL);
	reports("int g(int a)\n{\n\tbreak;\n\treturn 0;\n}", DIAG_stray_break, 3, 2, NULL);
	reports("int g(int a)\n{\n\tgoto nowhere;\n\treturn 0;\n}", DIAG_undefined_label, 3, 7,
		NULL);
	reports("int g(int a)\n{\nx:\nx:\n\treturn 0;\n}", DIAG_duplicate_label, 4, 1, NULL);
	reports("static void g(void)\n{\n\treturn 1;\n}", DIAG_return_value, 3, 2, NULL);
	reports("int g(void)\n{\n\treturn;\n}", DIAG_return_value, 3, 2, "return 0");
	reports("int a; int a[2];", DIAG_conflicting_types, 1, 12, NULL);
	reports("struct s { int a; }; struct s { int b; };", DIAG_redefinition, 1, 29, NULL);
	reports("struct s { int a, a; };", DIAG_duplicate_member, 1, 19, NULL);
	reports("struct s { int a:40; };", DIAG_bitfield_width, 1, 18, NULL);
	reports("int a[2] = { 1, 2, 3 };", DIAG_excess_initializer, 1, 20, NULL);
	reports("_Static_assert(0, \"no\");", DIAG_static_assertion, 1, 1, NULL);
	reports("int g(void)\n{\n\tasm(\"nop\");\n\treturn 0;\n}", DIAG_unsupported_asm, 3, 2,
		NULL);
}

static void deep_nesting_is_refused(void **state)
{
	static const char *const units[] = { "(",       "{",        "-",          "({",
					     "a[",      "f(",       "struct s {", "(int)",
					     "if (1) ", "1 ? 1 : ", "int (*",     "[",
					     "{.a = ",  "do ",      "typeof(",    "a = " };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		StrBuf text = { 0 };

		sb_puts(&text, "int g(int a)\n{ int b = ");
		for (int k = 0; k < 20000; k++)
			sb_puts(&text, units[i]);
		assert_true(errors_of(text.p) > 0);
		sb_free(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(declarators_read_inside_out),
		cmocka_unit_test(sizes_and_offsets),
		cmocka_unit_test(bitfields_share_units_of_their_type),
		cmocka_unit_test(anonymous_members_are_passed),
		cmocka_unit_test(tags_of_the_program_win),
		cmocka_unit_test(conversions_are_explicit),
		cmocka_unit_test(pointers_are_scaled),
		cmocka_unit_test(constants_fold),
		cmocka_unit_test(floats_in_comparisons_become_integers),
		cmocka_unit_test(gnu_expressions),
		cmocka_unit_test(atomics_and_builtins),
		cmocka_unit_test(initialisers_are_flattened),
		cmocka_unit_test(options_can_be_bound),
		cmocka_unit_test(variables_know_their_uses),
		cmocka_unit_test(functions_and_helpers),
		cmocka_unit_test(declaration_tags_are_kept),
		cmocka_unit_test(spaces_of_pointers_are_kept),
		cmocka_unit_test(syntax_errors_point_at_the_gap),
		cmocka_unit_test(several_errors_in_one_go),
		cmocka_unit_test(names_are_suggested),
		cmocka_unit_test(type_errors_say_what_to_write),
		cmocka_unit_test(statements_are_checked),
		cmocka_unit_test(deep_nesting_is_refused),
	};

	return cmocka_run_group_tests_name("lang parse", tests, NULL, NULL);
}
