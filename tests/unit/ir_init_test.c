/* SPDX-License-Identifier: Apache-2.0 */
/* pass_init and pass_stack: every byte of the stack that is read was written; places are shared. */
#include "ir_testing.h"

static void padding_of_a_key_is_zeroed_by_widening_the_store_beside_it(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Inst *key = local(t, 16), *x, *s;

	(void)state;
	x = load(t, IR_I32, 4, t->ctx, 8);
	s = store(t, 4, key, 0, x);
	store(t, 8, key, 8, number(t, 7));
	helper(t, 1, 2, map(t, 1, 16, 8), key);
	ret(t);
	RUN(t, pass_spaces);
	RUN(t, pass_init);
	assert_int_equal(count(t, IR_STORE), 2);
	assert_int_equal(s->width, 8);
	assert_int_equal(s->args[1]->op, IR_ZEXT);
	test_end(t);
}

static void complete_objects_cost_nothing(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Inst *key = local(t, 8);

	(void)state;
	store(t, 4, key, 0, number32(t, 1));
	store(t, 4, key, 4, number32(t, 2));
	helper(t, 1, 2, map(t, 1, 8, 8), key);
	ret(t);
	RUN(t, pass_spaces);
	RUN(t, pass_init);
	assert_int_equal(count(t, IR_STORE), 2);
	test_end(t);
}

static void bytes_written_on_one_way_only_are_zeroed_before_it(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Inst *key = local(t, 8), *first;
	Block *yes = NULL, *join = NULL;

	(void)state;
	branch(t, load(t, IR_I32, 4, t->ctx, 0), &yes, &join);
	store(t, 8, key, 0, number(t, 5));
	go_to(t, join);
	helper(t, 1, 2, map(t, 1, 8, 8), key);
	ret(t);
	RUN(t, pass_spaces);
	RUN(t, pass_init);
	assert_int_equal(count(t, IR_STORE), 2);
	first = find(t, IR_STORE);
	assert_ptr_equal(first->block, t->f->entry);
	assert_int_equal(first->args[1]->imm, 0);
	test_end(t);
}

static void buffers_filled_by_helpers_are_initialised(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Inst *e = local(t, 24);

	(void)state;
	helper(t, 16, 2, offset(t, e, 8), number(t, 16));
	store(t, 8, e, 0, number(t, 1));
	helper(t, 25, 5, t->ctx, map(t, 4, 4, 4), number(t, 0), e, number(t, 24));
	ret(t);
	RUN(t, pass_spaces);
	RUN(t, pass_init);
	assert_int_equal(count(t, IR_STORE), 1);
	test_end(t);
}

static void keys_that_are_too_short_are_continued_with_zeros(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Inst *key = local(t, 4);

	(void)state;
	store(t, 4, key, 0, load(t, IR_I32, 4, t->ctx, 8));
	helper(t, 1, 2, map(t, 1, 8, 8), key);
	ret(t);
	RUN(t, pass_spaces);
	RUN(t, pass_init);
	assert_int_equal(key->imm, 8);
	assert_int_equal(find(t, IR_STORE)->width, 8);
	test_end(t);
}

static void zeroing_stays_out_of_loops(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Inst *key = local(t, 8), *phi, *next, *zero;
	Block *loop = ir_block(t->f), *out = NULL;

	(void)state;
	go_to(t, loop);
	phi = add(t, IR_PHI, IR_I32, 2, number32(t, 0), number32(t, 0));
	store(t, 1, key, 0, phi);
	helper(t, 1, 2, map(t, 1, 8, 8), key);
	next = add(t, IR_ADD, IR_I32, 2, phi, number32(t, 1));
	phi->args[1] = next;
	branch(t, add(t, IR_ULT, IR_I32, 2, next, number32(t, 9)), &loop, &out);
	t->b = out;
	ret(t);
	RUN(t, pass_spaces);
	RUN(t, pass_init);
	zero = find(t, IR_STORE);
	assert_ptr_equal(zero->block, t->f->entry);
	assert_int_equal(zero->width, 8);
	test_end(t);
}

static void an_address_that_escapes_is_initialised_as_a_whole(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Inst *box = local(t, 8), *object = local(t, 16);

	(void)state;
	store(t, 8, object, 0, number(t, 1));
	store(t, 8, box, 0, object);
	ret(t);
	RUN(t, pass_spaces);
	RUN(t, pass_init);
	assert_int_equal(count(t, IR_STORE), 3);
	test_end(t);
}

/* Sharing ------------------------------------------------------------------------------------- */

static Inst *filled_buffer(Test *t, int64_t size)
{
	Inst *buffer = local(t, size);

	helper(t, 16, 2, buffer, number(t, size));
	return buffer;
}

static void objects_that_never_live_together_share_their_place(void **state)
{
	Test *t = test_start(PROG_KPROBE);

	(void)state;
	for (int k = 0; k < 4; k++) {
		Inst *e = filled_buffer(t, 200);

		helper(t, 25, 5, t->ctx, map(t, 4, 4, 4), number(t, 0), e, number(t, 200));
	}
	ret(t);
	RUN(t, pass_spaces);
	RUN(t, pass_init);
	RUN(t, pass_stack);
	assert_int_equal(count(t, IR_ALLOCA), 1);
	assert_int_equal(find(t, IR_ALLOCA)->imm, 200);
	test_end(t);
}

static void objects_that_live_together_are_apart_and_too_many_are_an_error(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Inst *a = filled_buffer(t, 300), *b = filled_buffer(t, 300);

	(void)state;
	helper(t, 25, 5, t->ctx, map(t, 4, 4, 4), number(t, 0), a, number(t, 300));
	helper(t, 25, 5, t->ctx, map(t, 4, 4, 4), number(t, 0), b, number(t, 300));
	ret(t);
	RUN(t, pass_spaces);
	RUN(t, pass_init);
	RUN(t, pass_stack);
	assert_true(reported(t, DIAG_stack_too_large));
	test_end(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(padding_of_a_key_is_zeroed_by_widening_the_store_beside_it),
		cmocka_unit_test(complete_objects_cost_nothing),
		cmocka_unit_test(bytes_written_on_one_way_only_are_zeroed_before_it),
		cmocka_unit_test(buffers_filled_by_helpers_are_initialised),
		cmocka_unit_test(keys_that_are_too_short_are_continued_with_zeros),
		cmocka_unit_test(zeroing_stays_out_of_loops),
		cmocka_unit_test(an_address_that_escapes_is_initialised_as_a_whole),
		cmocka_unit_test(objects_that_never_live_together_share_their_place),
		cmocka_unit_test(objects_that_live_together_are_apart_and_too_many_are_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
