/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lexer, preprocessor and pool macros: text in, text out. Spaces between tokens are compared as one
 * space; where a line begins does not matter. The examples of C11 6.10.3.5 are among them.
 */
#include "lang/internal.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdlib.h>
#include <cmocka.h>

/* A kernel and a disk for the tests ------------------------------------------------------------ */

static const char *read_file(void *self, const char *path, size_t *size)
{
	static const struct { const char *path, *text; } files[] = {
		{ "a.h", "#ifndef A_H\n#define A_H\nint a;\n#endif\n" },
		{ "once.h", "#pragma once\nint once;" },
		{ "dir/b.h", "#include \"c.h\"\nint b = __LINE__;\n" },
		{ "dir/c.h", "int c;\n" },
		{ "deep.h", "#include \"deep.h\"\n" },
		{ "open.h", "#if 1\nint open;\n" },
		{ "linux/sched.h", "int not_this_one;\n" },
	};

	(void)self;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		if (!strcmp(files[i].path, path)) {
			*size = strlen(files[i].text);
			return files[i].text;
		}
	}
	return NULL;
}

static const char *config(void *self, const char *name)
{
	(void)self;
	if (!strcmp(name, "NET_NS") || !strcmp(name, "ARCH_HAS_SYSCALL_WRAPPER"))
		return "y";
	if (!strcmp(name, "XFS_FS"))
		return "m";
	return !strcmp(name, "HZ") ? "250" : NULL;
}

static bool has(void *self, HostQuestion q, const char *a, const char *b)
{
	(void)self;
	if (q == HOST_TRACEPOINT)
		return !strcmp(a, "sched") && !strcmp(b, "sched_switch");
	if (q == HOST_HELPER)
		return !strcmp(a, "ringbuf_output");
	return q == HOST_KPROBE && !a;
}

typedef struct Result {
	Arena *arena;
	Sources sources;
	Diags diags;
	StrBuf out;
} Result;

static Result *run(const char *text, const char *const *cflags, int n)
{
	static const Host host = { .read_file = read_file, .config = config, .has = has,
				   .kernel_version = (6 << 16) + (1 << 8) + 4, .cpus_online = 2 };
	LangOptions options = { .name = "test.c", .cflags = cflags, .n_cflags = n };
	Result *r = calloc(1, sizeof(*r));

	r->arena = arena_new();
	r->sources.arena = r->arena;
	diags_init(&r->diags, r->arena, &r->sources);
	lang_preprocess(r->arena, text, strlen(text), &options, &host, &r->sources, &r->diags,
	&r->out);
	return r;
}

static void done(Result *r)
{
	sb_free(&r->out);
	arena_free(r->arena);
	free(r);
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Without spaces, except one between words and between equal punctuators (- - is not --). */
static char *squeezed(Arena *a, const char *s)
{
	char *out = arena_alloc(a, strlen(s) * 2 + 1), *p = out;
	bool space = false;
	char quote = 0;

	for (; *s; s++) {
		if (!quote && isspace((unsigned char)*s)) {
			space = true;
			continue;
		}
		if (space && p > out && ((is_word(p[-1]) && is_word(*s)) ||
					 (p[-1] == *s && strchr("+-&|<>=#", *s))))
			*p++ = ' ';
		space = false;
		if (quote && *s == '\\' && s[1])
			*p++ = *s++;
		else if (*s == '"' || *s == '\'')
			quote = !quote ? *s : quote == *s ? 0 : quote;
		*p++ = *s;
	}
	return out;
}

static void compare(Result *r, const char *wanted)
{
	char *found = squeezed(r->arena, r->out.p ? r->out.p : "");

	if (strcmp(found, squeezed(r->arena, wanted))) {
		StrBuf text = { 0 };

		diags_render(&r->diags, &text, false);
		print_message("found:  %s\nwanted: %s\n%s", found, wanted, text.p ? text.p : "");
		sb_free(&text);
	}
	assert_string_equal(found, squeezed(r->arena, wanted));
}

static void gives(const char *text, const char *wanted)
{
	Result *r = run(text, NULL, 0);

	compare(r, wanted);
	assert_int_equal(r->diags.errors + r->diags.warnings, 0);
	done(r);
}

/* The first diagnostic has this tag,
at this line; the output is as wanted (NULL: not looked at). */
static void complains(const char *text, DiagTag tag, int line, const char *wanted)
{
	Result *r = run(text, NULL, 0);
	SourcePos pos = { 0 };

	assert_true(r->diags.list.n > 0);
	assert_string_equal(diag_tag_name(r->diags.list.v[0]->tag), diag_tag_name(tag));
	sources_resolve(&r->sources, r->diags.list.v[0]->loc, &pos);
	assert_int_equal(pos.line, line);
	if (wanted)
		compare(r, wanted);
	done(r);
}

/* Tests ---------------------------------------------------------------------------------------- */

static void standard_examples_of_redefinition_and_rescanning(void **state)
{
	static const char macros[] =
		"#define x 3\n#define f(a) f(x * (a))\n#undef x\n#define x 2\n#define g f\n"
		"#define z z[0]\n"
		"#define h g(~\n#define m(a) a(w)\n#define w 0,1\n#define t(a) a\n#define p() int\n"
		"#define q(x) x\n#define r(x,y) x ## y\n#define str(x) # x\n";
	char text[1024];

	(void)state;
	snprintf(text, sizeof(text), "%sf(y+1) + f(f(z)) %% t(t(g)(0) + t)(1);\n"
		 "g(x+(3,4)-w) | h 5) & m\n(f)^m(m);\n", macros);
	gives(text, "f(2 * (y+1)) + f(2 * (f(2 * (z[0])))) % f(2 * (0)) + t(1);"
	      "f(2 * (2+(3,4)-0,1)) | f(2 * (~ 5)) & f(2 * (0,1))^m(0,1);");
	snprintf(text, sizeof(text), "%sp() i[q()] = { q(1), r(2,3), r(4,), r(,5), r(,) };\n"
		 "char c[2][6] = { str(hello), str() };\n", macros);
	gives(text, "int i[] = { 1, 23, 4, 5, }; char c[2][6] = { \"hello\", \"\" };");
}

static void standard_examples_of_stringify_and_paste(void **state)
{
	static const char macros[] =
		"#define str(s) # s\n#define xstr(s) str(s)\n"
		"#define debug(s, t) printf(\"x\" # s \"= %d, x\" # t \"= %s\", x ## s, x ## t)\n"
		"#define INCFILE(n) vers ## n\n#define glue(a, b) a ## b\n"
		"#define xglue(a, b) glue(a, b)\n"
		"#define HIGHLOW \"hello\"\n#define LOW LOW \", world\"\n";
	char text[1024];

	(void)state;
	snprintf(text, sizeof(text),
	"%sdebug(1, 2);\nfputs(str(strncmp(\"abc\\0d\", \"abc\", '\\4')"
		 " // this goes away\n== 0) str(: @\\n), s);\nxstr(INCFILE(2).h)\n"
		 "glue(HIGH, LOW);\n"
		 "xglue(HIGH, LOW)\n", macros);
	gives(text, "printf(\"x\" \"1\" \"= %d, x\" \"2\" \"= %s\", x1, x2);"
	      "fputs(\"strncmp(\\\"abc\\\\0d\\\", \\\"abc\\\", '\\\\4') == 0\" \": @\\n\", s);"
	      "\"vers2.h\" \"hello\"; \"hello\" \", world\"");
	gives("#define hash_hash # ## #\n#define mkstr(a) # a\n#define in_between(a) mkstr(a)\n"
	      "#define join(c, d) in_between(c hash_hash d)\nchar p[] = join(x, y);\n",
	      "char p[] = \"x ## y\";");
}

static void standard_examples_of_placemarkers_and_variable_arguments(void **state)
{
	(void)state;
	gives("#define t(x,y,z) x ## y ## z\nint j[] = { t(1,2,3), t(,4,5), t(6,,7), t(8,9,),\n"
	      "t(10,,), t(,11,), t(,,12), t(,,) };\n",
	      "int j[] = { 123, 45, 67, 89, 10, 11, 12, };");
	gives("#define debug(...) fprintf(stderr, __VA_ARGS__)\n"
	      "#define showlist(...) puts(#__VA_ARGS__)\n"
	      "#define report(test, ...) ((test)?puts(#test):\\\nprintf(__VA_ARGS__))\n"
	      "debug(\"Flag\");\ndebug(\"X = %d\\n\", x);\n"
	      "showlist(The first, second, and third items.);\n"
	      "report(x>y, \"x is %d but y is %d\", x, y);\n",
	      "fprintf(stderr, \"Flag\"); fprintf(stderr, \"X = %d\\n\", x);"
	      "puts(\"The first, second, and third items.\");"
	      "((x>y)?puts(\"x>y\"): printf(\"x is %d but y is %d\", x, y));");
	gives("#define OBJ_LIKE (1-1)\n#define OBJ_LIKE /* white space */ (1-1) /* other */\n"
	      "#define FUNC_LIKE(a)   ( a )\n"
	      "#define FUNC_LIKE( a )( /* note the white space */ \\\n a /* o */)\n"
	      "OBJ_LIKE FUNC_LIKE(3)\n", "(1-1) (3)");
}

static void macros_do_not_call_themselves(void **state)
{
	(void)state;
	gives("#define a b\n#define b a\na b\n", "a b");
	gives("#define f(x) x f\nf(1)(2)\n", "1 f(2)");
	gives("#define foo foo + 1\nfoo\n", "foo + 1");
	gives("#define id(x) x\nid(id(id(3)))\n", "3");
	gives("#define NIL(xxx) xxx\n#define G_0(arg) NIL(G_1)(arg)\n"
	      "#define G_1(arg) NIL(arg)\nG_0(42)\n", "42");
	gives("#define f(a) a*g\n#define g(a) f(a)\nf(2)(9)\n", "2*9*g");
}

static void invocations_cross_lines_lists_and_comments(void **state)
{
	(void)state;
	gives("#define f(a, b) a-b\nf\n(\n1 /* , */\n, 2\n)\n", "1-2");
	gives("#define f(a) [a]\n#define g f\n#define h f(\ng(1) h 2) f\n", "[1] [2] f");
	gives("#define f(a) [a]\n#define x f\nx (1) f +\n", "[1] f +");
	gives("#define f(a) <a>\nf((1,2)) f({) f()\n", "<(1,2)> <{> <>");
	gives("#define f(a) [a]\nf(1\n#undef f\n#define f 2\n) f\n", "[1] 2");
}

static void gnu_variable_arguments(void **state)
{
	(void)state;
	gives("#define e(fmt, args...) p(fmt, ##args)\ne(a) e(a,) e(a, b) e(a, b, c)\n",
	      "p(a) p(a) p(a, b) p(a, b, c)");
	gives("#define e(...) p(0, ##__VA_ARGS__)\ne() e(1) e(1,2)\n", "p(0) p(0,1) p(0,1,2)");
	gives("#define X 7\n#define e(f, ...) p(f, ##__VA_ARGS__)\ne(1, X)\n", "p(1, 7)");
	gives("#define F(a, ...) f(a __VA_OPT__(,) __VA_ARGS__)\nF(1) F(1, 2) F(1,)\n",
	      "f(1) f(1, 2) f(1)");
	gives("#define G(x, ...) __VA_OPT__(a ## x) ## b\nG(1) G(1, 2)\n", "b a1b");
}

static void conditions_compute_as_c_does(void **state)
{
	static const char *const yes[] = {
		"1", "!0", "-1 < 0", "-1 > 0u", "0x10 == 020", "0b101 == 5", "'a' == 97",
		"'\\377' < 0",
		"1 ? 2 : 1 / 0", "0 && 1 / 0 || 1", "1 || 1 / 0", "(2 + 3) * 4 == 20", "7 % 4 == 3",
		"~0 == -1",
		"1 << 3 == 8", "-8 >> 1 == -4", "(3 & 6) == 2 && (3 | 6) == 7 && (3 ^ 6) == 5",
		"18446744073709551615u == -1", "undefined_name == 0", "defined X",
		"defined(X) && !defined Y",
		"X + 1 == 3", "F(2) == 4", "0xffffffffffffffffull > 1", "2 - 1 - 1 == 0",
		"1 == 1 != 0",
		"__has_include(<linux/sched.h>)", "!__has_include(\"nope.h\")",
		"__has_include(\"a.h\")",
		"-9223372036854775807 - 1 < 0", "(-9223372036854775807 - 1) / -1 != 0 || 1",
		"'ab' == 24930",
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
		snprintf(text, sizeof(text),
		"#define X 2\n#define F(a) (a * 2)\n#if %s\nyes\n#else\nno: %s\n#endif\n",
			 yes[i], yes[i]);
		gives(text, "yes");
		snprintf(text, sizeof(text),
		"#define X 2\n#define F(a) (a * 2)\n#if !(%s)\nno: %s\n#endif\n",
			 yes[i], yes[i]);
		gives(text, "");
	}
}

static void groups_are_chosen_and_skipped(void **state)
{
	(void)state;
	gives("#if 0\na\n#elif 1\nb\n#elif 1\nc\n#else\nd\n#endif\n", "b");
	gives("#if 0\na\n#elif 0\nb\n#else\nd\n#endif\n", "d");
	gives("#ifdef X\na\n#endif\n#ifndef X\nb\n#else\nc\n#endif\n", "b");
	gives("#define Y\n#ifdef X\n#elifdef Y\nb\n#endif\n", "b");
	gives("#if 0\n#if 1\nx\n#else\ny\n#endif\n#else\nz\n#endif\n", "z");
	gives("#if 0\ndon't \"look /* here\n#error no\n#garbage\n*/ \"#endif\"\n#endif\nz\n", "z");
	gives("#if 0 /* comment\n#else\n*/\na\n#endif\nb\n", "b");
	gives("#if 1\n#elif 1 / 0\n#endif\nok\n", "ok");
	gives("# /* null */\n  #  define  A  1\nA\n", "1");
	gives("#if 0\na \\\n#endif\n#endif\nb\n", "b");
}

static void splices_and_comments_vanish(void **state)
{
	(void)state;
	gives("in\\\nt a/**/b; x /\\\n* c *\\\n/ y // z \\\n still comment\n w", "int a b; x y w");
	gives("\"a\\\nb\" +\\\n+ -\\\n> 1\\\n2 fo\\\n\\\no\n", "\"ab\" ++ -> 12 foo");
	gives("#def\\\nine A(x) \\\n x + \\\n x\nA(1)\n", "1 + 1");
	gives("a\\  \nb", "ab");
	gives("x /* \303\244\303\266 */ \"\303\274\" // \377", "x \"\303\274\"");
	gives("<: %: <% %> :>", "<: %: <% %> :>");
}

static void included_files_are_found(void **state)
{
	(void)state;
	gives("#include \"a.h\"\n#include \"a.h\"\nx", "int a; x");
	gives("#include \"once.h\"\n#include \"once.h\"\nx", "int once; x");
	gives("#include \"dir/b.h\"\n__LINE__", "int c; int b = 2; 2");
	gives("#define NAME \"a.h\"\n#include NAME\nx", "int a; x");
	gives("#define H(x) <linux/x.h>\n#include H(sched)\nx", "x");
	gives("#include <linux/sched.h>\n#include <uapi/linux/ptrace.h>\n#include <net/sock.h>\nx",
	      "x");
	complains("\n#include \"nope.h\"\nx", DIAG_header_not_found, 2, "x");
	complains("#include <linux/sched2.h>\nx", DIAG_header_not_found, 1, "x");
	complains("#include \"deep.h\"\nx", DIAG_include_too_deep, 1, "x");
	complains("#include \"open.h\"\nx", DIAG_conditional_mismatch, 1, "int open; x");
	complains("#include\nx", DIAG_bad_directive, 1, "x");
}

static void options_define_and_include(void **state)
{
	static const char *const cflags[] = {
		"-DA", "-DB=2 + 1", "-DF(x)=[x]", "-D", "C=c", "-UA", "-I", "dir", "-include",
		"once.h", "-w",
		"-O2", "-Wno-everything", "-std=gnu11",
	};
	static const char *const license[] = { "-DBPF_LICENSE=GPL" };
	static const char *const unknown[] = { "-?" };
	Result *r = run("#include \"c.h\"\nA B F(3) C", cflags, ARRAY_LEN(cflags));

	(void)state;
	compare(r, "int once; int c; A 2 + 1 [3] c");
	assert_int_equal(r->diags.errors + r->diags.warnings, 0);
	done(r);
	r = run("x", license, 1);
	assert_int_equal(r->diags.list.v[0]->tag, DIAG_license_by_option);
	done(r);
	r = run("x", unknown, 1);
	assert_int_equal(r->diags.list.v[0]->tag, DIAG_unknown_cflag);
	done(r);
}

static void places_and_counters(void **state)
{
	(void)state;
	gives("__LINE__\n\n__LINE__ __FILE__", "1 3 \"test.c\"");
	gives("#line 100\n__LINE__\n#line 7 \"other.c\"\n__LINE__ __FILE__\n"
	      "# 20 \"third.c\" 1\n__LINE__ __FILE__\n",
	      "100 7 \"other.c\" 20 \"third.c\"");
	gives("#define L __LINE__\n#define f(x) x L\n\nf(__LINE__)\n", "4 4");
	gives("__COUNTER__ __COUNTER__\n#if __COUNTER__ == 2\nyes\n#endif\n", "0 1 yes");
	complains("#line 50 \"x.c\"\n\n#bad\n", DIAG_bad_directive, 51, "");
}

static void pragmas_reach_the_parser_or_vanish(void **state)
{
	(void)state;
	gives("#define N 4\n#pragma unroll N\nfor", "#pragma unroll 4\nfor");
	gives("#pragma unroll\nfor", "#pragma unroll\nfor");
	gives("#pragma clang diagnostic push\n#pragma GCC poison x\nfor", "for");
	gives("#define U _Pragma(\"unroll\")\nU for", "#pragma unroll\nfor");
	gives("#pragma clang loop unroll(full)\nfor", "#pragma clang loop unroll(full)\nfor");
	complains("_Pragma(1) x", DIAG_bad_directive, 1, NULL);
}

static void the_kernel_answers_questions(void **state)
{
	(void)state;
	gives("#if __kernel_has_tracepoint(sched, sched_switch)\nyes\n#endif\n"
	      "#if __kernel_has_tracepoint(sched, nothing)\nno\n#endif\n", "yes");
	gives("#if defined(__kernel_has_tracepoint) && __kernel_has_kprobes && "
	      "!__kernel_has_kprobe(f)\nyes\n#endif",
	      "yes");
	gives("#if __kernel_has_helper(bpf_ringbuf_output) && !__kernel_has_map_type(arena)\n"
	      "yes\n#endif", "yes");
	gives("#define sched 1\n#if __kernel_has_tracepoint(sched, sched_switch)\nyes\n#endif",
	      "yes");
	gives("#if __btf_has_field(struct sock, sk_prot) || __btf_has_type(struct sock)\nno\n"
	      "#endif\nx", "x");
	gives("CONFIG_NET_NS CONFIG_HZ CONFIG_XFS_FS CONFIG_XFS_FS_MODULE CONFIG_NOTHING",
	      "1 250 CONFIG_XFS_FS 1 CONFIG_NOTHING");
	gives("#if IS_ENABLED(CONFIG_XFS_FS) && !IS_BUILTIN(CONFIG_XFS_FS) && "
	      "!IS_ENABLED(CONFIG_NOTHING)\nyes\n#endif",
	      "yes");
	gives("#if LINUX_VERSION_CODE == KERNEL_VERSION(6, 1, 4)\nyes\n#endif", "yes");
}

static void map_macros_fill_in_their_defaults(void **state)
{
	(void)state;
	gives("BPF_HASH(h);", "__bcc_map(general, \"hash\", u64, u64, h, 10240, 0);");
	gives("BPF_HASH(h, u32);", "__bcc_map(general, \"hash\", u32, u64, h, 10240, 0);");
	gives("BPF_HASH(h, u32, struct v, 7);",
	      "__bcc_map(general, \"hash\", u32, struct v, h, 7, 0);");
	gives("BPF_ARRAY(a); BPF_PERCPU_ARRAY(p, u32, 1);",
	      "__bcc_map(general, \"array\", int, u64, a, 10240, 0);"
	      "__bcc_map(general, \"percpu_array\", int, u32, p, 1, 0);");
	gives("BPF_LRU_HASH(l, u32, u64);",
	      "__bcc_map(general, \"lru_hash\", u32, u64, l, 10240, 0);");
	gives("BPF_HISTOGRAM(d); BPF_HISTOGRAM(e, struct k, 3);",
	      "__bcc_map(general, \"histogram\", int, u64, d, 64, 0)"
	      "__attribute__((btf_decl_tag(\"view:log2\")));"
	      "__bcc_map(general, \"histogram\", struct k, u64, e, 3, 0)"
	      "__attribute__((btf_decl_tag(\"view:log2\")));");
	gives("BPF_PERF_OUTPUT(e);", "__bcc_map(perf_output, \"perf_output\", int, u32, e, 0, 0);");
	gives("BPF_QUEUE(q, int, 5); BPF_STACK(s, int, 5, 1);",
	      "__bcc_map(queue, \"queue\", void, int, q, 5, 0);"
	      "__bcc_map(queue, \"stack\", void, int, s, 5, 1);");
	gives("BPF_TABLE_PINNED(\"hash\", u64, u64, s, 1024, \"/p\");"
	      "BPF_TABLE_PUBLIC(\"hash\", u64, u64, s, 9);",
	      "__bcc_map(general, \"hash\", u64, u64, s, 1024, 0, \"/p\");"
	      "__bcc_map(general, \"hash\", u64, u64, s, 9, 0, public);");
	gives("BPF_HASH_OF_MAPS(m, u32, \"in\");",
	      "__bcc_map(general, \"hash_of_maps$\" \"in\", u32, int, m, 10240, 0);");
	gives("#define general 1\n#define hash(x) 2\nBPF_HASH(h);",
	      "__bcc_map(general, \"hash\", u64, u64, h, 10240, 0);");
}

static void probe_macros_paste_names_as_written(void **state)
{
	(void)state;
	gives("#define sched 5\nTRACEPOINT_PROBE(sched, sched_switch) {}",
	      "int tracepoint__sched__sched_switch("
	      "struct tracepoint__sched__sched_switch *args) {}");
	gives("KFUNC_PROBE(f, int a, int b) {} KRETFUNC_PROBE(g) {}",
	      "__bcc_trampoline(kfunc__vmlinux__f, int a, int b) {}"
	      "__bcc_trampoline(kretfunc__vmlinux__g) {}");
	gives("MODULE_KFUNC_PROBE(m, f) {} LSM_PROBE(h, int r) {}",
	      "__bcc_trampoline(kfunc__m__f) {} __bcc_trampoline(lsm__h, int r) {}");
}

static void pool_macros_belong_to_their_headers(void **state)
{
	(void)state;
	gives("current READ min(1, 2) NULL", "current READ min(1, 2) ((void *)0)");
	gives("#include <linux/fs.h>\nREAD", "0");
	gives("#include <linux/sched.h>\nPF_KTHREAD SIGKILL EIO", "0x00200000 9 5");
	gives("AF_INET6 ETH_P_IP", "10 0x0800");
	gives("TOOL FLAG(x) EVENTS", "TOOL FLAG(x) EVENTS");
	gives("#undef PAGE_SIZE\nPAGE_SIZE\n#define PAGE_SIZE 1\nPAGE_SIZE", "PAGE_SIZE 1");
	gives("#define ETH_HLEN 4\n#include <linux/if_ether.h>\nETH_HLEN", "4");
	gives("#ifdef REQ_WRITE\nno\n#endif\n#ifdef bio_dev\nyes\n#endif\n#if IFNAMSIZ != 16\n"
	      "no\n#endif", "yes");
}

static void garbage_is_reported_where_it_stands(void **state)
{
	(void)state;
	complains("a\n@ b", DIAG_stray_character, 2, "a b");
	complains("\"abc\nd", DIAG_unterminated_literal, 1, NULL);
	complains("\n\n/* abc", DIAG_unterminated_comment, 3, "");
	complains("#unknown\nx", DIAG_bad_directive, 1, "x");
	complains("#if\n#endif\nx", DIAG_condition_syntax, 1, "x");
	complains("#if 1 +\n#endif\nx", DIAG_condition_syntax, 1, "x");
	complains("#if 1 / 0\n#endif\nx", DIAG_division_by_zero_in_condition, 1, "x");
	complains("#if 1.0\n#endif\nx", DIAG_condition_syntax, 1, "x");
	complains("#if (1\n#endif\nx", DIAG_condition_syntax, 1, "x");
	complains("#else\nx", DIAG_conditional_mismatch, 1, "x");
	complains("#endif\nx", DIAG_conditional_mismatch, 1, "x");
	complains("#if 1\n#else\n#else\n#endif\nx", DIAG_conditional_mismatch, 3, "x");
	complains("x\n#if 1\ny", DIAG_conditional_mismatch, 2, "x y");
	complains("\n#error some text\nx", DIAG_user_error, 2, "x");
	complains("#warning w\nx", DIAG_user_warning, 1, "x");
	complains("#define 1\nx", DIAG_bad_macro, 1, "x");
	complains("#define f(a, a) 1\nf", DIAG_bad_macro, 1, "f");
	complains("#define f(a) #b\nf", DIAG_bad_macro, 1, "f");
	complains("#define f a ##\nf", DIAG_bad_macro, 1, "f");
	complains("#define defined 1\nx", DIAG_bad_macro, 1, "x");
	complains("#define a 1\n#define a 2\na", DIAG_macro_redefined, 2, "2");
	complains("#define f(a, b) a b\nf(1)", DIAG_macro_arguments, 2, "1");
	complains("#define f(a) a\nf(1, 2)", DIAG_macro_arguments, 2, "1");
	complains("#define f(a) a\nx f(1", DIAG_unterminated_macro_call, 2, NULL);
	complains("#define f(a, b) a ## b\nf(+, /)", DIAG_bad_paste, 2, "+ /");
	complains("#endif x\n", DIAG_extra_tokens, 1, NULL);
}

/* Each would need more time and memory than there is. */
static void bombs_are_stopped(void **state)
{
	StrBuf text = { 0 };
	Result *r;

	(void)state;
	sb_puts(&text, "#define x0 x\n");
	for (int i = 1; i < 60; i++)
		sb_printf(&text, "#define x%d x%d x%d\n", i, i - 1, i - 1);
	sb_puts(&text, "x59\n");
	complains(text.p, DIAG_macro_too_large, 61, NULL);
	sb_clear(&text);
	sb_puts(&text, "#define f(x) x x\n");
	for (int i = 0; i < 100; i++)
		sb_puts(&text, "f(");
	sb_puts(&text, "1");
	for (int i = 0; i < 100; i++)
		sb_puts(&text, ")");
	complains(text.p, DIAG_macro_too_large, 2, NULL);
	sb_clear(&text);
	sb_puts(&text, "#if ");
	for (int i = 0; i < 100000; i++)
		sb_puts(&text, "(");
	complains(text.p, DIAG_condition_syntax, 1, NULL);
	sb_clear(&text);
	for (int i = 0; i < 100000; i++)
		sb_puts(&text, "__LINE__\n");
	r = run(text.p, NULL, 0);
	assert_int_equal(r->diags.errors, 0);
	done(r);
	sb_free(&text);
}

/* Literals ------------------------------------------------------------------------------------- */

typedef struct Front {
	Lang l;
	Sources sources;
	Diags diags;
	Type types[8];
} Front;

static Front *front_new(void)
{
	Front *f = calloc(1, sizeof(*f));
	Lang *l = &f->l;

	l->arena = arena_new();
	f->sources.arena = l->arena;
	l->sources = &f->sources;
	l->diags = &f->diags;
	diags_init(l->diags, l->arena, l->sources);
	l->t_int = &f->types[0], l->t_uint = &f->types[1], l->t_long = &f->types[2];
	l->t_ulong = &f->types[3], l->t_llong = &f->types[4], l->t_ullong = &f->types[5];
	l->t_float = &f->types[6], l->t_double = &f->types[7];
	return f;
}

static void front_free(Front *f)
{
	arena_free(f->l.arena);
	free(f);
}

static void integers_have_the_types_of_c(void **state)
{
	static const struct { const char *text; uint64_t value; int type; } numbers[] = {
		{ "0", 0, 0 }, { "2147483647", INT32_MAX, 0 }, { "2147483648", 2147483648u, 2 },
		{ "0x80000000", 0x80000000u, 1 }, { "0xffffffffffffffff", UINT64_MAX, 3 }, { "017",
		15, 0 },
		{ "1u", 1, 1 }, { "1UL", 1, 3 }, { "1ll", 1, 4 }, { "1ULL", 1, 5 }, { "1lu", 1, 3 },
		{ "0b1010", 10, 0 }, { "4294967296", 4294967296, 2 }, { "4294967295u", 4294967295u,
		1 },
	};
	static const char *const bad[] = { "08", "0x", "1x", "1lul", "0b2", "1lL",
	"18446744073709551616", "1e", "1.2.3" };
	Front *f = front_new();
	uint64_t value;
	bool is_float;
	double d;
	Type *type;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		Token t = { .kind = TOK_NUMBER, .text = str_of(numbers[i].text) };

		assert_true(literal_number(&f->l, &t, &value, &type, &is_float, &d));
		assert_true(value == numbers[i].value);
		assert_ptr_equal(type, &f->types[numbers[i].type]);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		Token t = { .kind = TOK_NUMBER, .text = str_of(bad[i]) };

		assert_false(literal_number(&f->l, &t, &value, &type, &is_float, &d));
	}
	front_free(f);
}

static void floats_are_exact_enough_to_fold(void **state)
{
	static const struct { const char *text; double value; } numbers[] = {
		{ "1000000.0", 1000000.0 }, { "1e6", 1e6 }, { ".5", .5 }, { "0x1.8p1", 3.0 },
		{ "1.5e-3", 1.5e-3 },
		{ "3.f", 3.0 }, { "123456789012345678901234567890.0",
		123456789012345678901234567890.0 },
	};
	Front *f = front_new();
	uint64_t value;
	bool is_float;
	double d;
	Type *type;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		Token t = { .kind = TOK_NUMBER, .text = str_of(numbers[i].text) };

		assert_true(literal_number(&f->l, &t, &value, &type, &is_float, &d));
		assert_true(is_float);
		assert_true(d > numbers[i].value * (1 - 1e-15));
		assert_true(d < numbers[i].value * (1 + 1e-15));
	}
	front_free(f);
}

static void characters_and_strings_resolve_escapes(void **state)
{
	static const struct { const char *text; int64_t value; } chars[] = {
		{ "'a'", 'a' }, { "'\\n'", '\n' }, { "'\\0'", 0 }, { "'\\377'", -1 }, { "'\\x41'",
		'A' },
		{ "'\\''", '\'' }, { "'\\e'", 27 }, { "L'\303\244'", 0xe4 }, { "'ab'", 24930 },
		{ "'\"'", '"' },
	};
	Front *f = front_new();
	Token parts[2] = { { .kind = TOK_STRING, .text = STR("\"a\\t\\\"\\x42\\101\\0\"") },
			   { .kind = TOK_STRING, .text = STR("u8\"\303\274\\u00fc\"") } };
	int64_t value;
	Str s;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(chars); i++) {
		Token t = { .kind = TOK_CHAR, .text = str_of(chars[i].text) };

		assert_true(literal_char(&f->l, &t, &value));
		assert_int_equal(value, chars[i].value);
	}
	assert_false(literal_char(&f->l, &(Token){ .kind = TOK_CHAR, .text = STR("''") }, &value));
	s = literal_string(&f->l, parts, 2);
	assert_int_equal(s.n, 11);
	assert_memory_equal(s.p, "a\t\"BA\0\303\274\303\274", 11);
	front_free(f);
}

static void names_are_interned_once(void **state)
{
	Front *f = front_new();
	char name[32];
	Atom *first = atom_intern(&f->l, "name7", 5);

	(void)state;
	for (int i = 0; i < 5000; i++) {
		int n = snprintf(name, sizeof(name), "name%d", i);

		assert_string_equal(atom_intern(&f->l, name, (size_t)n)->text, name);
	}
	assert_ptr_equal(atom_intern(&f->l, "name7 and more", 5), first);
	assert_int_equal(atom_intern(&f->l, "__inline__", 10)->keyword, TOK_INLINE);
	assert_int_equal(first->keyword, 0);
	assert_string_equal(token_kind_text(TOK_SHL_ASSIGN), "'<<='");
	assert_string_equal(token_kind_text(TOK_TYPEOF), "'typeof'");
	front_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(standard_examples_of_redefinition_and_rescanning),
		cmocka_unit_test(standard_examples_of_stringify_and_paste),
		cmocka_unit_test(standard_examples_of_placemarkers_and_variable_arguments),
		cmocka_unit_test(macros_do_not_call_themselves),
		cmocka_unit_test(invocations_cross_lines_lists_and_comments),
		cmocka_unit_test(gnu_variable_arguments),
		cmocka_unit_test(conditions_compute_as_c_does),
		cmocka_unit_test(groups_are_chosen_and_skipped),
		cmocka_unit_test(splices_and_comments_vanish),
		cmocka_unit_test(included_files_are_found),
		cmocka_unit_test(options_define_and_include),
		cmocka_unit_test(places_and_counters),
		cmocka_unit_test(pragmas_reach_the_parser_or_vanish),
		cmocka_unit_test(the_kernel_answers_questions),
		cmocka_unit_test(map_macros_fill_in_their_defaults),
		cmocka_unit_test(probe_macros_paste_names_as_written),
		cmocka_unit_test(pool_macros_belong_to_their_headers),
		cmocka_unit_test(garbage_is_reported_where_it_stands),
		cmocka_unit_test(bombs_are_stopped),
		cmocka_unit_test(integers_have_the_types_of_c),
		cmocka_unit_test(floats_are_exact_enough_to_fold),
		cmocka_unit_test(characters_and_strings_resolve_escapes),
		cmocka_unit_test(names_are_interned_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
