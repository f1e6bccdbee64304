/* SPDX-License-Identifier: Apache-2.0 */
/* pass_spaces: which memory pointers lead to. */
#include "ir_testing.h"

static void registers_of_a_kprobe_are_unknown_and_what_they_lead_to_too(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Inst *word = load(t, IR_I64, 8, t->ctx, 112);
	Inst *p = add(t, IR_BITCAST, IR_PTR, 1, word), *q = load(t, IR_PTR, 8, p, 16);

	(void)state;
	ret(t);
	RUN(t, pass_spaces);
	assert_int_equal(t->ctx->space, SPACE_CONTEXT);
	assert_int_equal(p->space, SPACE_UNKNOWN);
	assert_int_equal(q->space, SPACE_UNKNOWN);
	test_end(t);
}

static void casts_through_integers_and_arithmetic_keep_the_space(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Inst *task = helper(t, 35, 0);
	Inst *sum = add(t, IR_ADD, IR_I64, 2, task, number(t, 64));
	Inst *less = add(t, IR_SUB, IR_I64, 2, sum, number(t, 3));
	Inst *p = add(t, IR_BITCAST, IR_PTR, 1, less);

	(void)state;
	ret(t);
	RUN(t, pass_spaces);
	assert_int_equal(task->space, SPACE_KERNEL);
	assert_int_equal(p->space, SPACE_KERNEL);
	test_end(t);
}

static void lookups_give_map_values_that_may_be_null(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Inst *key = local(t, 4), *m = map(t, 1, 4, 8);
	Inst *v = helper(t, 1, 2, m, key), *part = offset(t, v, 4);

	(void)state;
	ret(t);
	RUN(t, pass_spaces);
	assert_int_equal(key->space, SPACE_STACK);
	assert_int_equal(m->space, SPACE_MAP);
	assert_int_equal(part->space, SPACE_MAP_VALUE);
	assert_true(part->may_be_null);
	test_end(t);
}

static void merged_kernel_and_stack_pointers_are_read_as_kernel_memory(void **state)
{
	assert_int_equal(ir_join_spaces(SPACE_KERNEL, SPACE_STACK, false), SPACE_KERNEL);
	assert_int_equal(ir_join_spaces(SPACE_USER, SPACE_STACK, false), SPACE_UNKNOWN);
	assert_int_equal(ir_join_spaces(SPACE_STACK, SPACE_MAP_VALUE, false), SPACE_MAP_VALUE);
	assert_int_equal(ir_join_spaces(SPACE_NONE, SPACE_USER, false), SPACE_USER);
	assert_int_equal(ir_join_spaces(SPACE_CONTEXT, SPACE_KERNEL, true), SPACE_KERNEL);
	(void)state;
}

static void a_loop_over_a_kernel_list_reaches_its_fixpoint(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Inst *task = helper(t, 35, 0), *first = add(t, IR_BITCAST, IR_PTR, 1, task), *phi, *next;
	Block *loop = ir_block(t->f), *out = NULL;

	(void)state;
	go_to(t, loop);
	phi = add(t, IR_PHI, IR_PTR, 2, first, first);
	next = load(t, IR_PTR, 8, phi, 8);
	next->ctype = pointer_to(t, type_of_struct(t, "task_struct", 64));
	branch(t, add(t, IR_NE, IR_I32, 2, next, ir_const(t->f, IR_PTR, 0)), &loop, &out);
	phi->args[1] = next;
	t->b = out;
	ret(t);
	RUN(t, pass_spaces);
	assert_int_equal(phi->space, SPACE_KERNEL);
	assert_int_equal(next->space, SPACE_KERNEL);
	test_end(t);
}

static void trampoline_arguments_that_lead_to_structs_are_trusted(void **state)
{
	Test *t = test_start(PROG_TRACING);
	Type *file = type_of_struct(t, "file", 64), *text = NEW(t->arena, Type);
	Inst *a = load(t, IR_PTR, 8, t->ctx, 0), *b = load(t, IR_PTR, 8, t->ctx, 8);
	Inst *inode = load(t, IR_PTR, 8, a, 32), *behind = load(t, IR_PTR, 8, a, 64);

	(void)state;
	*text = (Type){ .kind = TYPE_INT, .size = 1, .complete = true };
	t->source.attach_kind = ATTACH_FENTRY;
	a->ctype = pointer_to(t, file);
	b->ctype = pointer_to(t, text);
	inode->ctype = behind->ctype = pointer_to(t, type_of_struct(t, "inode", 64));
	ret(t);
	RUN(t, pass_spaces);
	assert_int_equal(a->space, SPACE_TRUSTED);
	assert_int_equal(b->space, SPACE_UNKNOWN);
	assert_int_equal(inode->space, SPACE_TRUSTED);
	/* beyond the object that the verifier knows */
	assert_int_equal(ir_access_space(a, 64, 8), SPACE_KERNEL);
	assert_int_equal(behind->space, SPACE_KERNEL);
	test_end(t);
}

static void packet_fields_of_the_context_are_packet_pointers(void **state)
{
	Test *t = test_start(PROG_XDP);
	Inst *data = load(t, IR_I32, 4, t->ctx, 0), *end = load(t, IR_I32, 4, t->ctx, 4);
	Inst *wide = add(t, IR_ZEXT, IR_I64, 1, data);
	Inst *p = add(t, IR_BITCAST, IR_PTR, 1, wide), *q = offset(t, p, 14);

	(void)state;
	ret(t);
	RUN(t, pass_spaces);
	assert_int_equal(q->space, SPACE_PACKET);
	assert_int_equal(end->space, SPACE_PACKET_END);
	test_end(t);
}

static void variable_offsets_into_a_tracepoint_record_are_kernel_memory(void **state)
{
	Test *t = test_start(PROG_TRACEPOINT);
	Inst *loc = load(t, IR_I32, 4, t->ctx, 8), *wide = add(t, IR_ZEXT, IR_I64, 1, loc);
	Inst *p = add(t, IR_PTRADD, IR_PTR, 2, t->ctx, wide);

	(void)state;
	ret(t);
	RUN(t, pass_spaces);
	assert_int_equal(p->space, SPACE_KERNEL);
	test_end(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registers_of_a_kprobe_are_unknown_and_what_they_lead_to_too),
		cmocka_unit_test(casts_through_integers_and_arithmetic_keep_the_space),
		cmocka_unit_test(lookups_give_map_values_that_may_be_null),
		cmocka_unit_test(merged_kernel_and_stack_pointers_are_read_as_kernel_memory),
		cmocka_unit_test(a_loop_over_a_kernel_list_reaches_its_fixpoint),
		cmocka_unit_test(trampoline_arguments_that_lead_to_structs_are_trusted),
		cmocka_unit_test(packet_fields_of_the_context_are_packet_pointers),
		cmocka_unit_test(variable_offsets_into_a_tracepoint_record_are_kernel_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
