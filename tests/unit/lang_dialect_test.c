/* SPDX-License-Identifier: Apache-2.0 */
/* lang: maps and their methods, programs and their parameters, helpers, printing, packets, tags. */
#include "lang_testing.h"

#include <linux/bpf.h>

static const char *answer_config(void *self, const char *name)
{
	(void)self;
	return strcmp(name, "ARCH_HAS_SYSCALL_WRAPPER") == 0 ? "y" : NULL;
}

static const Host host = { .config = answer_config,
			   .kernel_version = KVERSION(6, 1),
			   .cpus_possible = 8,
			   .cpus_online = 4 };

#define REGS                                                                                    \
	"struct pt_regs { unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, " \
	"dx, si, di, orig_ax, ip, cs, flags, sp, ss; };\n"

/* Maps */

static void maps_have_the_sizes_and_types_of_their_declarations(void **state)
{
	Compiled *c = compile_clean("struct key { u32 pid; char comm[16]; };\n"
				    "BPF_HASH(counts, struct key, u32, 77);\n"
				    "BPF_HASH(plain);\n"
				    "BPF_ARRAY(slots, u16, 5);\n"
				    "BPF_PERCPU_ARRAY(percpu, u64, 1);\n"
				    "BPF_HISTOGRAM(dist);\n"
				    "BPF_HISTOGRAM(by_key, struct key);\n"
				    "BPF_TABLE(\"lru_hash\", u32, u64, recent, 9);\n"
				    "BPF_PERF_OUTPUT(events);\n"
				    "BPF_RINGBUF_OUTPUT(ring, 8);\n"
				    "BPF_STACK_TRACE(stacks, 1000);\n"
				    "BPF_QUEUE(work, u64, 10);\n",
				    &host);

	assert_int_equal(map_named(c, "counts")->type, BPF_MAP_TYPE_HASH);
	assert_int_equal(map_named(c, "counts")->key_size, 20);
	assert_int_equal(map_named(c, "counts")->value_size, 4);
	assert_int_equal(map_named(c, "counts")->max_entries, 77);
	assert_int_equal(map_named(c, "plain")->max_entries, 10240);
	assert_int_equal(map_named(c, "slots")->value_size, 2);
	assert_int_equal(map_named(c, "percpu")->type, BPF_MAP_TYPE_PERCPU_ARRAY);
	assert_int_equal(map_named(c, "dist")->type, BPF_MAP_TYPE_ARRAY);
	assert_int_equal(map_named(c, "by_key")->type, BPF_MAP_TYPE_HASH);
	assert_int_equal(map_named(c, "recent")->type, BPF_MAP_TYPE_LRU_HASH);
	assert_true(map_named(c, "events")->entries_are_cpus);
	assert_int_equal(map_named(c, "ring")->type, BPF_MAP_TYPE_RINGBUF);
	assert_int_equal(map_named(c, "ring")->key_size, 0);
	assert_int_equal(map_named(c, "ring")->max_entries, 8 * 4096);
	assert_int_equal(map_named(c, "stacks")->max_entries, 1024);
	assert_int_equal(map_named(c, "stacks")->value_size, 127 * 8);
	assert_int_equal(map_named(c, "work")->key_size, 0);
	assert_int_equal(map_named(c, "work")->value_size, 8);
	compiled_free(c);
	(void)state;
}

static void maps_are_pinned_nested_published_and_tagged(void **state)
{
	Compiled *c = compile_clean(
		"BPF_TABLE_PINNED(\"hash\", u64, u32, kept, 8, \"/sys/fs/bpf/kept\");\n"
		"BPF_TABLE(\"array:/sys/fs/bpf/a\", int, u32, also, 8);\n"
		"BPF_ARRAY(inside, u64, 4);\n"
		"BPF_ARRAY_OF_MAPS(outside, \"inside\", 3);\n"
		"BPF_TABLE_PUBLIC(\"hash\", u64, u64, open, 8);\n"
		"BPF_TABLE(\"extern\", u64, u64, elsewhere, 8);\n"
		"BPF_HISTOGRAM(h) __attribute__((btf_decl_tag(\"view:log2\")));\n"
		"__bcc_tag(\"tool\", \"name\" \"d\");\n",
		&host);

	assert_string_equal(map_named(c, "kept")->pin_path, "/sys/fs/bpf/kept");
	assert_string_equal(map_named(c, "also")->pin_path, "/sys/fs/bpf/a");
	assert_string_equal(map_named(c, "outside")->inner, "inside");
	assert_true(map_named(c, "open")->is_public);
	assert_true(map_named(c, "elsewhere")->is_extern);
	assert_string_equal(map_named(c, "h")->tags.v[0], "view:log2");
	assert_string_equal(c->unit->tags.v[0], "tool:named");
	compiled_free(c);
	(void)state;
}

static void wrong_map_declarations_are_errors(void **state)
{
	expect_diag("BPF_TABLE(\"hsh\", u32, u64, m, 8);", &host, DIAG_unknown_map_type,
		    "\"hash\"");
	expect_diag("BPF_HASH(m, struct nowhere);", &host, DIAG_map_type_incomplete, "incomplete");
	expect_diag("struct e {}; BPF_HASH(m, struct e);", &host, DIAG_map_type_incomplete,
		    "no bytes");
	expect_diag("BPF_TABLE(\"histogram\", int, u32, m, 8);", &host, DIAG_histogram_leaf, "u32");
	expect_diag("BPF_HASH(m); BPF_HASH(m);", &host, DIAG_redefinition, "m");
	expect_diag("BPF_RINGBUF_OUTPUT(m, 3);", &host, DIAG_map_size, "power of two");
	expect_diag("BPF_ARRAY(m, u64, 0);", &host, DIAG_map_size, "no room");
	(void)state;
}

#define IN_FUNCTION(declarations, body) declarations "\nint f(void *ctx) {\n" body "\nreturn 0; }\n"

static void a_lookup_is_a_helper_call_with_a_typed_result(void **state)
{
	Compiled *c = compile_clean(
		IN_FUNCTION("struct v { int a; }; BPF_HASH(m, u32, struct v);",
			    "u32 k = 1; struct v *p = m.lookup(&k); char *any = m.lookup(&k);"
			    "if (p && any) m.delete(&k); m.update(&k, &(struct v){ 1 });"),
		&host);
	Expr *e = initial_value(func_named(c, "f"), "p");

	assert_int_equal(e->kind, EXPR_HELPER);
	assert_int_equal(e->helper, 1);
	assert_int_equal(e->args.n, 2);
	assert_int_equal(e->args.v[0]->kind, EXPR_MAP);
	assert_ptr_equal(e->args.v[0]->map, map_named(c, "m"));
	assert_ptr_equal(type_strip(type_strip(e->type)->base),
			 type_strip(map_named(c, "m")->leaf));
	compiled_free(c);
	(void)state;
}

static void methods_of_several_steps_are_statement_expressions(void **state)
{
	Compiled *c = compile_clean(
		IN_FUNCTION("BPF_HASH(m, u32, u64); BPF_HISTOGRAM(h); BPF_ARRAY(a);",
			    "u32 k = 1; u64 zero = 0, *leaf = &zero;"
			    "u64 *p = m.lookup_or_try_init(&k, leaf);"
			    "u64 *q = m.lookup_or_init(&k, &zero);"
			    "m.increment(k); m.increment(k, *p + *q); h.increment(bpf_log2l(k));"
			    "a.atomic_increment(0, 5);"),
		&host);
	Expr *e = initial_value(func_named(c, "f"), "p");

	assert_int_equal(e->kind, EXPR_STATEMENT);
	assert_int_equal(vec_last(&e->stmt->list)->kind, STMT_EXPR);
	assert_true(type_is_pointer(e->type));
	compiled_free(c);
	(void)state;
}

static void wrong_method_calls_are_reported(void **state)
{
	expect_diag(IN_FUNCTION("BPF_HASH(m);", "u64 k = 0; m.lokup(&k);"), &host,
		    DIAG_unknown_map_method, "lookup");
	expect_diag(IN_FUNCTION("BPF_PERF_OUTPUT(m);", "u64 k = 0; m.lookup(&k);"), &host,
		    DIAG_unknown_map_method, "perf_submit");
	expect_diag(IN_FUNCTION("BPF_HASH(m);", "u64 k = 0; m.update(&k);"), &host,
		    DIAG_map_method_arguments, "takes 2 arguments");
	expect_diag(IN_FUNCTION("BPF_HASH(m);", "u64 k = 0; m.delete(k);"), &host,
		    DIAG_map_method_arguments, "address");
	expect_diag(IN_FUNCTION("BPF_HASH(m, u64);", "u32 k = 0; m.delete(&k);"), &host,
		    DIAG_map_key_type, "u64");
	expect_diag(IN_FUNCTION("BPF_HASH(m);", "u64 k = 0; u8 *b = 0; u32 v = 0; m.update(&k, &v);"
						"m.update(&k, b);"),
		    &host, DIAG_map_value_type, NULL);
	expect_diag(IN_FUNCTION("BPF_HASH(m);", "m.get_stackid(ctx, 0);"), &host,
		    DIAG_stackid_on_other_map, "BPF_STACK_TRACE");
	expect_diag(IN_FUNCTION("BPF_ARRAY(m);", "int k = 0; u64 v = 1; m.insert(&k, &v);"), &host,
		    DIAG_insert_on_array, "update");
	expect_diag(
		IN_FUNCTION("struct v { int a; }; BPF_HASH(m, u32, struct v);", "m.increment(1);"),
		&host, DIAG_increment_leaf, "struct v");
	(void)state;
}

static void pseudo_members_have_the_types_of_key_and_leaf(void **state)
{
	compiled_free(compile_clean("struct key { u64 a, b; }; BPF_HASH(m, struct key, u16, 12);\n"
				    "_Static_assert(sizeof(m.key) == 16, \"\"); "
				    "_Static_assert(sizeof(m.leaf) == 2, \"\");\n"
				    "_Static_assert(m.max_entries == 12, \"\");\n"
				    "int f(void *ctx) { typeof(m.leaf) v = 1; return v; }\n",
				    &host));
	(void)state;
}

static void maps_remember_what_is_submitted_through_them(void **state)
{
	Compiled *c = compile_clean(
		IN_FUNCTION(
			"struct e { int a; }; struct g { u64 b; };"
			"BPF_PERF_OUTPUT(p); BPF_RINGBUF_OUTPUT(r, 1); BPF_RINGBUF_OUTPUT(q, 1);",
			"struct e e = {}; struct g *g = r.ringbuf_reserve(sizeof(*g));"
			"p.perf_submit(ctx, (void *)&e, sizeof(e)); if (g) r.ringbuf_submit(g, 0);"
			"bpf_ringbuf_output(&q, &e, sizeof(e), 0);"),
		&host);

	assert_string_equal(map_named(c, "p")->event->name->text, "e");
	assert_string_equal(map_named(c, "r")->event->name->text, "g");
	assert_string_equal(map_named(c, "q")->event->name->text, "e");
	compiled_free(c);
	(void)state;
}

/* Programs */

static void expect_program(const Compiled *c, const char *name, int type, AttachKind kind,
			   const char *target, const char *kernel_name)
{
	Func *f = func_named(c, name);

	assert_true(f->is_entry);
	assert_int_equal(f->program_type, type);
	assert_int_equal(f->attach_kind, kind);
	if (target)
		assert_string_equal(f->attach_target, target);
	else
		assert_null(f->attach_target);
	assert_string_equal(f->kernel_name, kernel_name);
	assert_int_equal(f->params.n, 1);
}

static void names_decide_what_programs_attach_to(void **state)
{
	Compiled *c = compile_clean(
		REGS
		"static int helper(int a) { return a; }\n"
		"int kprobe__vfs_read(struct pt_regs *ctx) { return helper(0); }\n"
		"int kretprobe__vfs_read(struct pt_regs *ctx) { return 0; }\n"
		"RAW_TRACEPOINT_PROBE(sched_switch) { return 0; }\n"
		"struct mine { u64 pad; };\n"
		"int tracepoint__raw_syscalls__sys_enter(struct mine *ctx) { return 0; }\n"
		"KFUNC_PROBE(vfs_open, const void *path, int n) { return n; }\n"
		"MODULE_KRETFUNC_PROBE(xfs, xfs_file_open, void *inode, int ret) { return ret; }\n"
		"LSM_PROBE(bpf, int cmd) { return cmd; }\n"
		"int syscall__open(struct pt_regs *ctx) { return 0; }\n"
		"int other(struct xdp_md *ctx) { return XDP_PASS; }\n"
		"int filter(struct __sk_buff *skb) { return -1; }\n"
		"int unknown(void *ctx) { return 0; }\n"
		"__attribute__((section(\"fexit/vfs_read\"))) int done(unsigned long long *ctx) { "
		"return 0; }\n"
		"__attribute__((section(\"tp/sched/sched_switch\"))) int sw(void *ctx) { return 0; "
		"}\n",
		&host);

	assert_false(func_named(c, "helper")->is_entry);
	expect_program(c, "kprobe__vfs_read", BPF_PROG_TYPE_KPROBE, ATTACH_KPROBE, "vfs_read",
		       "vfs_read");
	expect_program(c, "kretprobe__vfs_read", BPF_PROG_TYPE_KPROBE, ATTACH_KRETPROBE, "vfs_read",
		       "vfs_read");
	expect_program(c, "raw_tracepoint__sched_switch", BPF_PROG_TYPE_RAW_TRACEPOINT,
		       ATTACH_RAW_TRACEPOINT, "sched_switch", "sched_switch");
	expect_program(c, "tracepoint__raw_syscalls__sys_enter", BPF_PROG_TYPE_TRACEPOINT,
		       ATTACH_TRACEPOINT, "raw_syscalls:sys_enter", "raw_syscalls__sys_enter");
	expect_program(c, "kfunc__vmlinux__vfs_open", BPF_PROG_TYPE_TRACING, ATTACH_FENTRY,
		       "vfs_open", "vfs_open");
	expect_program(c, "kretfunc__xfs__xfs_file_open", BPF_PROG_TYPE_TRACING, ATTACH_FEXIT,
		       "xfs:xfs_file_open", "xfs_file_open");
	assert_int_equal(func_named(c, "kretfunc__xfs__xfs_file_open")->attach_type,
			 BPF_TRACE_FEXIT);
	expect_program(c, "lsm__bpf", BPF_PROG_TYPE_LSM, ATTACH_LSM, "bpf", "bpf");
	expect_program(c, "syscall__open", BPF_PROG_TYPE_KPROBE, ATTACH_NONE, NULL, "open");
	expect_program(c, "other", BPF_PROG_TYPE_XDP, ATTACH_NONE, NULL, "other");
	expect_program(c, "filter", BPF_PROG_TYPE_SOCKET_FILTER, ATTACH_NONE, NULL, "filter");
	expect_program(c, "unknown", 0, ATTACH_NONE, NULL, "unknown");
	expect_program(c, "done", BPF_PROG_TYPE_TRACING, ATTACH_FEXIT, "vfs_read", "done");
	expect_program(c, "sw", BPF_PROG_TYPE_TRACEPOINT, ATTACH_TRACEPOINT, "sched:sched_switch",
		       "sw");
	compiled_free(c);
	(void)state;
}

static void parameters_are_read_from_registers(void **state)
{
	Compiled *c = compile_clean(
		REGS "int kprobe__f(struct pt_regs *ctx, struct sock *sk, int n, u8 c) "
		     "{ return sk ? n + c : 0; }\n"
		     "int syscall__g(struct pt_regs *ctx, const char *name, int a, int b, int d) "
		     "{ return name ? a + b + d : __ctx != 0; }\n",
		&host);
	Func *f = func_named(c, "kprobe__f"), *g = func_named(c, "syscall__g");
	Expr *e = initial_value(f, "n");

	assert_int_equal(e->kind, EXPR_MEMBER);
	assert_string_equal(e->member->name->text, "si");
	assert_string_equal(initial_value(f, "sk")->member->name->text, "di");
	assert_string_equal(initial_value(f, "c")->member->name->text, "dx");
	assert_true(g->syscall_wrapper);
	assert_string_equal(initial_value(g, "__ctx")->member->name->text, "di");
	assert_string_equal(initial_value(g, "name")->member->name->text, "di");
	assert_string_equal(initial_value(g, "d")->member->name->text, "r10");
	compiled_free(c);
	(void)state;
}

static void parameters_of_trampolines_are_words_of_the_context(void **state)
{
	Compiled *c = compile_clean("KFUNC_PROBE(vfs_open, struct sock *sk, short n) "
				    "{ return sk ? n : (int)ctx[0]; }\n",
				    &host);
	Func *f = func_named(c, "kfunc__vmlinux__vfs_open");
	Expr *e = initial_value(f, "sk");

	assert_int_equal(e->kind, EXPR_BUILTIN);
	assert_int_equal(e->builtin, BUILTIN_AS_TRUSTED);
	assert_int_equal(initial_value(f, "n")->kind, EXPR_DEREF);
	compiled_free(c);
	(void)state;
}

static void impossible_parameters_are_errors(void **state)
{
	expect_diag(REGS
		    "int f(struct pt_regs *c, int a, int b, int d, int e, int g, int h, int i) "
		    "{ return 0; }",
		    &host, DIAG_program_parameters, "at most 6");
	expect_diag("int f(struct xdp_md *c, int a) { return a; }", &host, DIAG_program_context,
		    "static");
	expect_diag(REGS "struct s { int a; }; int f(struct pt_regs *c, struct s s) { return 0; }",
		    &host, DIAG_program_parameter_type, "struct s");
	expect_diag("int f(void *) { return 0; }", &host, DIAG_parameter_name, "no name");
	expect_diag("int f(void *ctx) { return 0; } int g(void *ctx) { return f(ctx); }", &host,
		    DIAG_call_of_program, "static");
	(void)state;
}

/* Names and helpers */

static void helpers_are_found_and_converted(void **state)
{
	Compiled *c = compile_clean(
		IN_FUNCTION("BPF_HASH(m, u32, u64); BPF_STACK_TRACE(stacks, 8);"
			    "static u64 (*own)(void) = (void *)BPF_FUNC_ktime_get_ns;",
			    "char comm[16]; u32 k = 0; u64 now = bpf_ktime_get_ns(), again = own();"
			    "bpf_get_current_comm(&comm, sizeof(comm)); u64 *v = "
			    "bpf_map_lookup_elem(&m, &k);"
			    "int id = bcc_get_stackid(stacks, ctx, 0); int cpus = bpf_num_cpus();"
			    "return now + again + (v ? *v : 0) + id + cpus + comm[0];"),
		&host);
	Func *f = func_named(c, "f");

	assert_int_equal(initial_value(f, "now")->helper, 5);
	assert_int_equal(initial_value(f, "again")->kind, EXPR_HELPER);
	assert_int_equal(initial_value(f, "again")->helper, 5);
	assert_int_equal(initial_value(f, "id")->helper, 27);
	assert_int_equal(initial_value(f, "id")->args.v[1]->kind, EXPR_MAP);
	assert_int_equal(initial_value(f, "v")->args.v[0]->kind, EXPR_MAP);
	assert_int_equal(initial_value(f, "cpus")->i, 4);
	compiled_free(c);
	(void)state;
}

static void wrong_helper_calls_are_errors(void **state)
{
	expect_diag(IN_FUNCTION("", "bpf_ktime_get_ns(1);"), &host, DIAG_helper_arguments, "no");
	expect_diag(IN_FUNCTION("", "bpf_get_current_comm(ctx);"), &host, DIAG_helper_arguments,
		    "buf_size");
	expect_diag(IN_FUNCTION("", "u64 x; bpf_usdt_readarg(1, ctx, &x);"), &host,
		    DIAG_usdt_not_bound, "'f'");
	(void)state;
}

static void printing_copies_the_format_to_the_stack(void **state)
{
	Compiled *c = compile_clean(
		IN_FUNCTION("", "int r = bpf_trace_printk(\"pid %d \" \"%s\\n\", 5, \"x\");"
				"return r;"),
		&host);
	Expr *e = initial_value(func_named(c, "f"), "r");

	assert_int_equal(e->helper, 6);
	assert_int_equal(e->args.n, 4);
	assert_int_equal(e->args.v[0]->kind, EXPR_ADDRESS);
	assert_int_equal(e->args.v[0]->a->kind, EXPR_COMPOUND);
	assert_int_equal(e->args.v[1]->i, sizeof("pid %d %s\n"));
	compiled_free(c);
	(void)state;
}

static void doubtful_formats_are_warnings(void **state)
{
	expect_diag(IN_FUNCTION("", "bpf_trace_printk(\"%5d\", 1);"), &host, DIAG_printk_format,
		    "%5d");
	expect_diag(IN_FUNCTION("", "bpf_trace_printk(\"%d %d\", 1);"), &host, DIAG_printk_format,
		    "2 conversions");
	expect_diag(IN_FUNCTION("", "bpf_trace_printk(\"%sx\", ctx);"), &host, DIAG_printk_format,
		    "direct");
	expect_diag(IN_FUNCTION("", "bpf_trace_printk(\"%d %d %d %d\", 1, 2, 3);"), &host,
		    DIAG_printk_format, "three");
	expect_diag(IN_FUNCTION("", "bpf_trace_printk(\"%d %d %d %d\", 1, 2, 3, 4);"), &host,
		    DIAG_printk_arguments, "not 4");
	(void)state;
}

/* Packets */

static void fields_of_packet_headers_are_packet_loads(void **state)
{
	Compiled *c = compile_clean(
		"#include <bcc/proto.h>\n"
		"int f(struct __sk_buff *skb) { u8 *cursor = 0;\n"
		"struct ethernet_t *eth = cursor_advance(cursor, sizeof(*eth));\n"
		"struct ip_t *ip = cursor_advance(cursor, sizeof(*ip));\n"
		"u64 type = eth->type, dst = eth->dst, ver = ip->ver, hlen = ip->hlen;\n"
		"ip->ttl = 5; ip->hlen = 6;\n"
		"incr_cksum_l3(&ip->hchecksum, 1, (u16)2);\n"
		"return type + dst + ver + hlen; }\n",
		&host);
	Func *f = func_named(c, "f");
	Expr *e = initial_value(f, "type");

	assert_int_equal(e->kind, EXPR_BUILTIN);
	assert_int_equal(e->builtin, BUILTIN_LOAD_HALF);
	assert_int_equal(initial_value(f, "ver")->op, OP_SHR);
	assert_int_equal(initial_value(f, "hlen")->op, OP_AND);
	compiled_free(c);
	(void)state;
}

/* Licence */

static void expect_license(const char *text, const char *license)
{
	Compiled *c = compile_clean(text, &host);

	assert_string_equal(c->unit->license, license);
	compiled_free(c);
}

static void the_licence_comes_from_macro_or_section(void **state)
{
	expect_license("int f(void *ctx) { return 0; }", "GPL");
	expect_license("#define BPF_LICENSE Dual BSD/GPL\nint f(void *ctx) { return 0; }",
		       "Dual BSD/GPL");
	expect_license("char name[] __attribute__((section(\"license\"))) = \"Dual MIT/GPL\";",
		       "Dual MIT/GPL");
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(maps_have_the_sizes_and_types_of_their_declarations),
		cmocka_unit_test(maps_are_pinned_nested_published_and_tagged),
		cmocka_unit_test(wrong_map_declarations_are_errors),
		cmocka_unit_test(a_lookup_is_a_helper_call_with_a_typed_result),
		cmocka_unit_test(methods_of_several_steps_are_statement_expressions),
		cmocka_unit_test(wrong_method_calls_are_reported),
		cmocka_unit_test(pseudo_members_have_the_types_of_key_and_leaf),
		cmocka_unit_test(maps_remember_what_is_submitted_through_them),
		cmocka_unit_test(names_decide_what_programs_attach_to),
		cmocka_unit_test(parameters_are_read_from_registers),
		cmocka_unit_test(parameters_of_trampolines_are_words_of_the_context),
		cmocka_unit_test(impossible_parameters_are_errors),
		cmocka_unit_test(helpers_are_found_and_converted),
		cmocka_unit_test(wrong_helper_calls_are_errors),
		cmocka_unit_test(printing_copies_the_format_to_the_stack),
		cmocka_unit_test(doubtful_formats_are_warnings),
		cmocka_unit_test(fields_of_packet_headers_are_packet_loads),
		cmocka_unit_test(the_licence_comes_from_macro_or_section),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
