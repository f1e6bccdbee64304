/* SPDX-License-Identifier: Apache-2.0 */
/* pass_reads and pass_expand: probe reads, their merging, copies as loads and stores. */
#include "ir_testing.h"

enum { READ = HELPER_PROBE_READ, READ_KERNEL = HELPER_PROBE_READ_KERNEL,
       READ_USER = HELPER_PROBE_READ_USER };

static Inst *current_task(Test *t)
{
	return add(t, IR_BITCAST, IR_PTR, 1, helper(t, 35, 0));
}

static Inst *argument(Test *t)
{
	return add(t, IR_BITCAST, IR_PTR, 1, load(t, IR_I64, 8, t->ctx, 112));
}

/* something that needs the value */
static void use(Test *t, Inst *v)
{
	helper(t, 23, 2, v->type == IR_I32 ? add(t, IR_ZEXT, IR_I64, 1, v) : v, number(t, 0));
}

static void loads_of_kernel_memory_become_reads_by_the_fitting_helper(void **state)
{
	Test *t = test_start(PROG_KPROBE);

	(void)state;
	use(t, load(t, IR_I64, 8, current_task(t), 16));
	use(t, load(t, IR_I64, 8, argument(t), 8));
	ret(t);
	RUN(t, pass_spaces);
	RUN(t, pass_reads);
	assert_int_equal(count_calls(t, READ_KERNEL), 1);
	assert_int_equal(count_calls(t, READ), 1);
	FOR_BLOCKS(b, t->f)
		FOR_INSTS(i, b)
			assert_true(i->op != IR_LOAD || i->args[0]->space == SPACE_STACK ||
				    i->args[0]->space == SPACE_CONTEXT);
	test_end(t);
}

static void packet_programs_read_unknown_memory_as_kernel_memory(void **state)
{
	Test *t = test_start(PROG_XDP);
	Inst *p = load(t, IR_PTR, 8, map(t, 2, 4, 8), 0);

	(void)state;
	use(t, load(t, IR_I64, 8, p, 0));
	ret(t);
	RUN(t, pass_spaces);
	p->space = SPACE_UNKNOWN;
	RUN(t, pass_reads);
	assert_int_equal(count_calls(t, READ_KERNEL), 1);
	assert_int_equal(count_calls(t, READ), 0);
	test_end(t);
}

static void unused_reads_disappear(void **state)
{
	Test *t = test_start(PROG_KPROBE);

	(void)state;
	load(t, IR_I64, 8, current_task(t), 16);
	ret(t);
	RUN(t, pass_spaces);
	RUN(t, pass_reads);
	assert_int_equal(count_calls(t, READ_KERNEL), 0);
	test_end(t);
}

static void neighbouring_reads_of_one_object_are_one_call(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Inst *task = current_task(t), *x = load(t, IR_I32, 4, task, 20);
	Inst *e = local(t, 16), *y, *call;

	(void)state;
	store(t, 8, e, 0, number(t, 1));
	y = load(t, IR_I64, 8, task, 24);
	use(t, x);
	use(t, y);
	ret(t);
	RUN(t, pass_spaces);
	RUN(t, pass_reads);
	assert_int_equal(count_calls(t, READ_KERNEL), 1);
	call = find(t, IR_CALL_HELPER)->next->next;
	while (call->op != IR_CALL_HELPER)
		call = call->next;
	assert_int_equal(call->args[1]->imm, 12);
	/* the fields keep their alignment on the stack */
	assert_int_equal(x->imm % 4, 0);
	assert_int_equal(y->imm % 8, 0);
	test_end(t);
}

static void a_repeated_read_on_a_condition_is_done_once(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Inst *task = current_task(t), *x = load(t, IR_I64, 8, task, 16);
	Block *yes = NULL, *no = NULL;

	(void)state;
	branch(t, add(t, IR_NE, IR_I32, 2, x, number(t, 0)), &yes, &no);
	use(t, load(t, IR_I64, 8, task, 16));
	ret(t);
	t->b = no;
	/* further bytes may not be there */
	use(t, load(t, IR_I64, 8, task, 24));
	ret(t);
	RUN(t, pass_spaces);
	RUN(t, pass_reads);
	assert_int_equal(count_calls(t, READ_KERNEL), 2);
	test_end(t);
}

static void reads_far_apart_or_on_both_sides_of_an_effect_stay_apart(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Inst *task = current_task(t), *x, *y, *z;

	(void)state;
	x = load(t, IR_I64, 8, task, 0);
	y = load(t, IR_I64, 8, task, 512);
	use(t, x);
	use(t, y);
	helper(t, 109, 1, number(t, 9));
	z = load(t, IR_I64, 8, task, 8);
	use(t, z);
	ret(t);
	RUN(t, pass_spaces);
	RUN(t, pass_reads);
	assert_int_equal(count_calls(t, READ_KERNEL), 3);
	test_end(t);
}

static void a_read_that_is_only_stored_goes_to_its_destination(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Inst *e = local(t, 16), *call;

	(void)state;
	store(t, 8, e, 8, load(t, IR_I64, 8, current_task(t), 32));
	ret(t);
	RUN(t, pass_spaces);
	RUN(t, pass_reads);
	assert_int_equal(count(t, IR_STORE), 0);
	assert_int_equal(count(t, IR_LOAD), 0);
	assert_int_equal(count(t, IR_ALLOCA), 1);
	call = t->f->entry->last->prev;
	assert_int_equal(call->helper, READ_KERNEL);
	assert_int_equal(ir_address(call->args[0]).offset, 8);
	test_end(t);
}

static void struct_copies_are_read_into_place(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Inst *to = local(t, 40), *copy;

	(void)state;
	copy = add(t, IR_COPY, IR_VOID, 2, to, argument(t));
	copy->imm = 40;
	ret(t);
	RUN(t, pass_spaces);
	RUN(t, pass_reads);
	assert_int_equal(count(t, IR_COPY), 0);
	assert_int_equal(count_calls(t, READ), 1);
	test_end(t);
}

static void keys_in_kernel_memory_are_copied_to_the_stack(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Inst *lookup = helper(t, 1, 2, map(t, 1, 6, 8), offset(t, current_task(t), 100));

	(void)state;
	ret(t);
	RUN(t, pass_spaces);
	RUN(t, pass_reads);
	assert_int_equal(lookup->args[1]->space, SPACE_STACK);
	assert_int_equal(count_calls(t, READ_KERNEL), 1);
	test_end(t);
}

static void stores_to_kernel_memory_are_errors(void **state)
{
	Test *t = test_start(PROG_KPROBE);

	(void)state;
	store(t, 8, current_task(t), 16, number(t, 0));
	ret(t);
	RUN(t, pass_spaces);
	RUN(t, pass_reads);
	assert_true(reported(t, DIAG_write_to_kernel_memory));
	test_end(t);
}

static void stores_through_pointers_kept_on_the_stack_are_not(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Inst *array = local(t, 16), *object = local(t, 8);

	(void)state;
	store(t, 8, array, 0, object);
	store(t, 8, load(t, IR_PTR, 8, array, 0), 0, number(t, 1));
	ret(t);
	RUN(t, pass_spaces);
	RUN(t, pass_reads);
	assert_false(reported(t, DIAG_write_to_kernel_memory));
	test_end(t);
}

/* Expansion ----------------------------------------------------------------------------------- */

static void copies_on_the_stack_use_the_widest_aligned_accesses(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Inst *a = local(t, 24), *b = local(t, 24), *copy;

	(void)state;
	copy = add(t, IR_COPY, IR_VOID, 2, a, b);
	copy->imm = 22;
	ret(t);
	RUN(t, pass_spaces);
	RUN(t, pass_expand);
	assert_int_equal(count(t, IR_COPY), 0);
	assert_int_equal(count(t, IR_LOAD), 4);    /* 8 + 8 + 4 + 2 */
	test_end(t);
}

static void misaligned_stack_accesses_are_done_in_parts(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Inst *a = local(t, 16), *x;

	(void)state;
	store(t, 4, a, 2, number32(t, 0x01020304));
	x = load(t, IR_I64, 8, a, 6);
	use(t, x);
	ret(t);
	RUN(t, pass_spaces);
	RUN(t, pass_expand);
	FOR_BLOCKS(b, t->f)
		FOR_INSTS(i, b)
			if (i->op == IR_LOAD || i->op == IR_STORE)
				assert_int_equal(i->imm % i->width, 0);
	assert_int_equal(count(t, IR_STORE), 2);
	assert_int_equal(count(t, IR_LOAD), 4);
	test_end(t);
}

static void offsets_move_into_context_accesses(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Inst *x = load(t, IR_I64, 8, offset(t, t->ctx, 100), 12);

	(void)state;
	use(t, x);
	ret(t);
	RUN(t, pass_spaces);
	RUN(t, pass_expand);
	assert_ptr_equal(x->args[0], t->ctx);
	assert_int_equal(x->imm, 112);
	test_end(t);
}

static void offsets_of_pointers_that_may_be_null_are_added_behind_the_test(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Inst *v = helper(t, 1, 2, map(t, 1, 4, 32), ir_new_stack(t->f, 4, 4, 0));
	Inst *part = offset(t, v, 8), *call;
	Block *yes = NULL, *no = NULL;

	(void)state;
	branch(t, add(t, IR_NE, IR_I32, 2, v, ir_const(t->f, IR_PTR, 0)), &yes, &no);
	call = helper(t, 16, 2, part, number(t, 16));
	ret(t);
	t->b = no;
	ret(t);
	RUN(t, pass_spaces);
	RUN(t, pass_offsets);
	assert_ptr_not_equal(call->args[0], part);
	assert_ptr_equal(call->args[0]->block, call->block);
	test_end(t);
}

static void large_fills_and_copies_of_map_values_are_one_call(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Inst *v = helper(t, 1, 2, map(t, 1, 4, 4096), local(t, 4)), *fill, *copy;

	(void)state;
	fill = add(t, IR_FILL, IR_VOID, 2, v, number32(t, 0));
	fill->imm = 4096;
	copy = add(t, IR_COPY, IR_VOID, 2, v, offset(t, v, 2048));
	copy->imm = 2048;
	ret(t);
	RUN(t, pass_spaces);
	RUN(t, pass_expand);
	assert_int_equal(count_calls(t, READ_KERNEL), 2);
	assert_int_equal(count(t, IR_STORE), 0);
	test_end(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loads_of_kernel_memory_become_reads_by_the_fitting_helper),
		cmocka_unit_test(packet_programs_read_unknown_memory_as_kernel_memory),
		cmocka_unit_test(unused_reads_disappear),
		cmocka_unit_test(neighbouring_reads_of_one_object_are_one_call),
		cmocka_unit_test(a_repeated_read_on_a_condition_is_done_once),
		cmocka_unit_test(reads_far_apart_or_on_both_sides_of_an_effect_stay_apart),
		cmocka_unit_test(a_read_that_is_only_stored_goes_to_its_destination),
		cmocka_unit_test(struct_copies_are_read_into_place),
		cmocka_unit_test(keys_in_kernel_memory_are_copied_to_the_stack),
		cmocka_unit_test(stores_to_kernel_memory_are_errors),
		cmocka_unit_test(stores_through_pointers_kept_on_the_stack_are_not),
		cmocka_unit_test(copies_on_the_stack_use_the_widest_aligned_accesses),
		cmocka_unit_test(misaligned_stack_accesses_are_done_in_parts),
		cmocka_unit_test(offsets_move_into_context_accesses),
		cmocka_unit_test(offsets_of_pointers_that_may_be_null_are_added_behind_the_test),
		cmocka_unit_test(large_fills_and_copies_of_map_values_are_one_call),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
