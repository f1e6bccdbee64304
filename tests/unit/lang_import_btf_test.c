/* SPDX-License-Identifier: Apache-2.0 */
/* lang: types from BTF and back, on a small blob and on the live kernel's. */
#include "lang_testing.h"

static Arena *arena;
static const Btf *btf;
static bool btf_was_asked;

static const Btf *give_btf(void *self)
{
	(void)self;
	btf_was_asked = true;
	return btf;
}

static const Host host = { .btf = give_btf };

/* struct node { struct node *next; unsigned a:3, b:5; union { int x; char y[8]; }; const char
 * __user *p; }; enum color { RED = -1, GREEN = 7 }; typedef struct node node_t; struct packed {
 * char a; int b; }; */
static const Btf *small_btf(void)
{
	BtfWriter *w = btf_writer_new(arena);
	uint32_t i = btf_add_int(w, "int", 4, BTF_INT_SIGNED, 32);
	uint32_t u = btf_add_int(w, "unsigned int", 4, 0, 32);
	uint32_t c = btf_add_int(w, "char", 1, BTF_INT_SIGNED, 8);
	uint32_t array = btf_add_array(w, c, u, 8);
	uint32_t user =
		btf_add_ref(w, BTF_KIND_TYPE_TAG, "user", btf_add_ref(w, BTF_KIND_CONST, NULL, c));
	uint32_t string = btf_add_ref(w, BTF_KIND_PTR, NULL, user);
	uint32_t next = btf_add_ref(w, BTF_KIND_PTR, NULL, 0), anonymous, node;
	uint32_t size;
	const uint8_t *blob;

	anonymous = btf_begin_struct(w, BTF_KIND_UNION, "", 8);
	btf_add_member(w, "x", i, 0, 0);
	btf_add_member(w, "y", array, 0, 0);
	node = btf_begin_struct(w, BTF_KIND_STRUCT, "node", 32);
	btf_add_member(w, "next", next, 0, 0);
	btf_add_member(w, "a", u, 64, 3);
	btf_add_member(w, "b", u, 67, 5);
	btf_add_member(w, "", anonymous, 96, 0);
	btf_add_member(w, "p", string, 192, 0);
	btf_patch_ref(w, next, node);
	btf_begin_enum(w, "color", 4, true);
	btf_add_enumerator(w, "RED", -1);
	btf_add_enumerator(w, "GREEN", 7);
	btf_add_ref(w, BTF_KIND_TYPEDEF, "node_t", node);
	btf_begin_struct(w, BTF_KIND_STRUCT, "packed", 5);
	btf_add_member(w, "a", c, 0, 0);
	btf_add_member(w, "b", i, 8, 0);
	blob = btf_finish(w, &size);
	return btf_open(arena, blob, size, NULL, NULL);
}

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	btf = small_btf();
	btf_was_asked = false;
	return btf ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void structs_of_the_kernel_are_found_by_name(void **state)
{
	compiled_free(compile_clean(
		"_Static_assert(sizeof(struct node) == 32, \"\");\n"
		"_Static_assert(sizeof(node_t) == 32 && _Alignof(node_t) == 8, \"\");\n"
		"_Static_assert(__builtin_offsetof(struct node, y) == 12, \"\");\n"
		"_Static_assert(sizeof(struct packed) == 5 && _Alignof(struct packed) == 1, "
		"\"\");\n"
		"_Static_assert(RED == -1 && GREEN == 7 && sizeof(enum color) == 4, \"\");\n"
		"struct mine { char c; struct node n; };\n"
		"_Static_assert(sizeof(struct mine) == 40, \"\");\n"
		"static int f(struct node *n) { return n->next->a + n->b + n->x + n->y[1] + "
		"n->p[0]; }\n",
		&host));
	(void)state;
}

static void bit_fields_keep_the_kernels_offsets(void **state)
{
	Compiled *c = compile_clean(
		"struct node *n; static int f(struct node *n) { return n->b; }\n", &host);
	Expr *e = func_named(c, "f")->body->list.v[0]->expr;

	while (e->kind == EXPR_CONVERT)
		e = e->a;
	assert_int_equal(e->kind, EXPR_MEMBER);
	assert_int_equal(e->member->bit_offset, 67);
	assert_int_equal(e->member->bit_width, 5);
	compiled_free(c);
	(void)state;
}

static void user_pointers_are_marked(void **state)
{
	Compiled *c = compile_clean(
		"static const char *f(struct node *n) { typeof(n->p) q = n->p; return q; }\n",
		&host);
	Var *q = local_named(func_named(c, "f"), "q");

	assert_int_equal(type_space(q->type), TYPE_SPACE_USER);
	compiled_free(c);
	(void)state;
}

static void declarations_of_the_program_win(void **state)
{
	compiled_free(
		compile_clean("struct node { char mine; }; enum { RED = 5 }; typedef int node_t;\n"
			      "_Static_assert(sizeof(struct node) == 1 && RED == 5, \"\");\n"
			      "_Static_assert(sizeof(node_t) == 4, \"\");\n",
			      &host));
	(void)state;
}

static void programs_without_kernel_types_do_not_ask_for_btf(void **state)
{
	compiled_free(compile_clean(
		"BPF_HASH(m, u32, u64); struct own { int a; };\n"
		"int f(void *ctx) { u32 k = bpf_get_current_pid_tgid() >> 32; struct own o = {};\n"
		"struct task_struct *t = (void *)bpf_get_current_task();\n"
		"m.increment(k); bpf_trace_printk(\"x\"); return o.a + (t != 0); }\n",
		&host));
	assert_false(btf_was_asked);
	(void)state;
}

/* Type text of an emitted type. */
static const char *emitted(Compiled *c, Type *t, const Btf **out)
{
	BtfWriter *w = btf_writer_new(arena);
	uint32_t id = lang_emit_type(c->unit, w, t), size;
	const uint8_t *blob = btf_finish(w, &size);

	*out = btf_open(arena, blob, size, NULL, NULL);
	assert_non_null(*out);
	return btf_type_text(arena, *out, id, NULL);
}

static Type *type_of_global(Compiled *c, const char *name)
{
	for (int i = 0; i < c->unit->globals.n; i++)
		if (!strcmp(c->unit->globals.v[i]->name->text, name))
			return c->unit->globals.v[i]->type;
	fail_msg("no global %s", name);
	return NULL;
}

static void types_are_written_with_tags_and_cycles(void **state)
{
	Compiled *c = compile_clean(
		"struct list { struct list *next; struct list **back; int (*call)(struct list *l, "
		"...);\n"
		"  unsigned lo:4, hi:28; char name[16] "
		"__attribute__((btf_decl_tag(\"heading:NAME\")));\n"
		"  struct node *kernel; union { u64 a; u8 b; }; const volatile int *cv; };\n"
		"struct list used __attribute__((section(\".data\")));\n",
		&host);
	const Btf *out;
	uint32_t list, node;
	const struct btf_type *t;

	assert_string_equal(emitted(c, type_of_global(c, "used"), &out), "struct list");
	list = btf_find(out, "list", BTF_KIND_STRUCT);
	assert_int_not_equal(list, 0);
	assert_int_equal(btf_find(out, "node", BTF_KIND_STRUCT), 0);
	node = btf_find(out, "node", BTF_KIND_FWD);
	assert_int_not_equal(node, 0);
	t = btf_type(out, list);
	assert_string_equal(btf_type_text(arena, out, btf_member_at(out, t, 0)->type, NULL),
			    "struct list *");
	assert_string_equal(btf_type_text(arena, out, btf_member_at(out, t, 1)->type, NULL),
			    "struct list **");
	assert_int_equal(btf_member_bit_width(t, btf_member_at(out, t, 4)), 28);
	compiled_free(c);
	(void)state;
}

static void live_kernel_types_agree_with_their_btf(void **state)
{
	size_t size;
	char *blob = file_read("/sys/kernel/btf/vmlinux", &size);
	Compiled *c;
	uint64_t expected;

	if (!blob)
		skip();
	btf = btf_open(arena, blob, size, NULL, NULL);
	assert_non_null(btf);
	c = compile_clean("static int f(struct task_struct *t) {\n"
			  "return t->mm->mmap_base + t->real_parent->tgid + t->comm[0] + "
			  "t->nsproxy->count.refs.counter"
			  " + sizeof(struct sock) + t->signal->rlim[0].rlim_cur; }\n"
			  "static int g(struct sock *sk) { return sk->sk_family + "
			  "sk->__sk_common.skc_dport; }\n",
			  &host);
	assert_true(btf_size_of(btf, btf_find(btf, "task_struct", BTF_KIND_STRUCT), &expected));
	for (int i = 0; i < c->unit->funcs.n; i++) {
		Type *t = type_strip(c->unit->funcs.v[i]->params.v[0]->type)->base;

		if (t->name && !strcmp(t->name->text, "task_struct"))
			assert_int_equal(type_size(c->unit->lang, t), expected);
	}
	assert_true(arena_used(c->arena) < 2 << 20);
	compiled_free(c);
	free(blob);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(structs_of_the_kernel_are_found_by_name, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(bit_fields_keep_the_kernels_offsets, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(user_pointers_are_marked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(declarations_of_the_program_win, set_up, tear_down),
		cmocka_unit_test_setup_teardown(programs_without_kernel_types_do_not_ask_for_btf,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(types_are_written_with_tags_and_cycles, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(live_kernel_types_agree_with_their_btf, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
