/* SPDX-License-Identifier: Apache-2.0 */
/* pass_validity: what is reported, and above all what is not. */
#include "ir_testing.h"

enum { RESERVE = HELPER_RINGBUF_RESERVE, SUBMIT = HELPER_RINGBUF_SUBMIT };

static Inst *lookup(Test *t)
{
	Inst *key = ir_new_stack(t->f, 4, 4, 0);

	store(t, 4, key, 0, number32(t, 0));
	return helper(t, 1, 2, map(t, 1, 4, 16), key);
}

static Inst *null(Test *t)
{
	return ir_const(t->f, IR_PTR, 0);
}

static void check(Test *t)
{
	RUN(t, pass_spaces);
	RUN(t, pass_reads);
	RUN(t, pass_validity);
}

/* NULL tests ---------------------------------------------------------------------------------- */

static void a_value_used_without_a_test_is_reported_at_its_use(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Inst *v = lookup(t), *use = store(t, 8, v, 8, number(t, 1));

	(void)state;
	ret(t);
	check(t);
	assert_int_equal(t->diags.list.n, 1);
	assert_int_equal(t->diags.list.v[0]->tag, DIAG_null_check_missing);
	assert_int_equal(t->diags.list.v[0]->loc, use->loc);
	assert_int_equal(t->diags.list.v[0]->notes.v[0].loc, v->loc);
	assert_string_equal(t->diags.list.v[0]->message,
			    "the value of map 'counts' may be NULL here");
	test_end(t);
}

static void a_tested_value_is_fine_on_the_right_side_only(void **state)
{
	for (int wrong = 0; wrong < 2; wrong++) {
		Test *t = test_start(PROG_KPROBE);
		Inst *v = lookup(t);
		Block *yes = NULL, *no = NULL;

		(void)state;
		branch(t, add(t, IR_EQ, IR_I32, 2, v, null(t)), &yes, &no);
		if (wrong)
			store(t, 8, v, 0, number(t, 1));
		ret(t);
		t->b = no;
		store(t, 8, v, 0, number(t, 1));
		ret(t);
		check(t);
		assert_int_equal(reported(t, DIAG_null_check_missing), wrong);
		test_end(t);
	}
}

static void a_test_of_the_merged_pointer_counts(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Block *found = NULL, *join = NULL, *use = NULL, *out = NULL;
	Inst *v, *phi;

	(void)state;
	branch(t, load(t, IR_I32, 4, t->ctx, 0), &found, &join);
	v = lookup(t);
	go_to(t, join);
	phi = add(t, IR_PHI, IR_PTR, 2, null(t), v);
	branch(t, add(t, IR_NE, IR_I32, 2, phi, null(t)), &use, &out);
	store(t, 8, phi, 0, number(t, 1));
	ret(t);
	t->b = out;
	ret(t);
	check(t);
	assert_int_equal(t->diags.list.n, 0);
	test_end(t);
}

/* ok = 0; if (p) ok = 1; if (ok) *p = 1; */
static void a_flag_that_follows_the_test_counts(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Block *set = NULL, *join = NULL, *use = NULL, *out = NULL;
	Inst *v = lookup(t), *flag;

	(void)state;
	branch(t, add(t, IR_NE, IR_I32, 2, v, null(t)), &set, &join);
	go_to(t, join);
	flag = add(t, IR_PHI, IR_I32, 2, number32(t, 0), number32(t, 1));
	branch(t, flag, &use, &out);
	store(t, 8, v, 0, number(t, 1));
	ret(t);
	t->b = out;
	ret(t);
	check(t);
	assert_int_equal(t->diags.list.n, 0);
	test_end(t);
}

/* if (x) { p = lookup(); if (!p) return; } ... if (x) *p: the same x decides twice */
static void repeated_conditions_are_not_contradicted(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Block *tested = NULL, *rest = NULL, *out = NULL, *good = NULL, *use = NULL;
	Inst *x = load(t, IR_I32, 4, t->ctx, 0), *v = lookup(t);

	(void)state;
	branch(t, x, &tested, &rest);
	branch(t, add(t, IR_NE, IR_I32, 2, v, null(t)), &good, &out);
	go_to(t, rest);
	branch(t, x, &use, &out);
	store(t, 8, v, 0, number(t, 1));
	ret(t);
	t->b = out;
	ret(t);
	check(t);
	assert_int_equal(t->diags.list.n, 0);
	test_end(t);
}

static void a_value_passed_to_a_helper_needs_the_test(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Inst *v = lookup(t);

	(void)state;
	helper(t, 16, 2, v, number(t, 16));
	ret(t);
	check(t);
	assert_true(reported(t, DIAG_null_check_missing));
	test_end(t);
}

static void the_initial_value_of_storage_may_be_null(void **state)
{
	Test *t = test_start(PROG_LSM);
	Inst *inode = load(t, IR_PTR, 8, t->ctx, 0);

	(void)state;
	inode->ctype = pointer_to(t, type_of_struct(t, "inode", 64));
	helper(t, 145, 4, map(t, 28, 4, 8), inode, null(t), number(t, 1));
	ret(t);
	check(t);
	assert_int_equal(t->diags.list.n, 0);
	test_end(t);
}

/* Records ------------------------------------------------------------------------------------- */

static void a_record_must_be_given_back_on_every_way(void **state)
{
	for (int leak = 0; leak < 2; leak++) {
		Test *t = test_start(PROG_KPROBE);
		Block *some = NULL, *none = NULL, *early = NULL, *late = NULL;
		Inst *e;

		(void)state;
		e = helper(t, RESERVE, 3, map(t, 27, 0, 0), number(t, 16), number(t, 0));
		branch(t, add(t, IR_NE, IR_I32, 2, e, null(t)), &some, &none);
		branch(t, load(t, IR_I32, 4, t->ctx, 0), &early, &late);
		if (!leak)
			helper(t, HELPER_RINGBUF_DISCARD, 2, e, number(t, 0));
		ret(t);
		t->b = late;
		store(t, 8, e, 0, number(t, 1));
		helper(t, SUBMIT, 2, e, number(t, 0));
		ret(t);
		t->b = none;
		ret(t);
		check(t);
		assert_int_equal(t->diags.list.n, leak);
		assert_int_equal(reported(t, DIAG_ringbuf_not_released), leak);
		test_end(t);
	}
}

/* Helpers ------------------------------------------------------------------------------------- */

static void helpers_are_checked_against_type_kernel_and_licence(void **state)
{
	Test *t = test_start(PROG_XDP);

	(void)state;
	t->host.kernel_version = KVERSION(5, 7);
	t->unit.license = "Proprietary";
	helper(t, 27, 3, t->ctx, map(t, 7, 4, 8), number(t, 0));
	helper(t, RESERVE, 3, map(t, 27, 0, 0), number(t, 8), number(t, 0));
	ret(t);
	RUN(t, pass_spaces);
	RUN(t, pass_validity);
	assert_true(reported(t, DIAG_helper_not_allowed));
	assert_true(reported(t, DIAG_helper_too_new));
	assert_true(reported(t, DIAG_helper_needs_gpl));
	test_end(t);
}

/* Context and packets ------------------------------------------------------------------------- */

static void the_context_is_accessed_aligned_inside_and_not_written(void **state)
{
	Test *t = test_start(PROG_KPROBE);

	(void)state;
	load(t, IR_I64, 8, t->ctx, 160);
	ret(t);
	check(t);
	assert_int_equal(t->diags.list.n, 0);
	test_end(t);

	t = test_start(PROG_XDP);
	load(t, IR_I32, 4, t->ctx, 24);
	load(t, IR_I32, 4, t->ctx, 6);
	store(t, 4, t->ctx, 0, number32(t, 1));
	ret(t);
	RUN(t, pass_spaces);
	RUN(t, pass_validity);
	assert_int_equal(t->diags.list.n, 3);
	test_end(t);

	t = test_start(PROG_SCHED_CLS);
	store(t, 4, t->ctx, 48, number32(t, 1));
	ret(t);
	RUN(t, pass_spaces);
	RUN(t, pass_validity);
	assert_int_equal(t->diags.list.n, 0);
	test_end(t);
}

static void packets_are_compared_with_their_end_before_they_are_read(void **state)
{
	for (int tested = 0; tested < 2; tested++) {
		Test *t = test_start(PROG_XDP);
		Inst *data = add(t, IR_ZEXT, IR_I64, 1, load(t, IR_I32, 4, t->ctx, 0));
		Inst *end = add(t, IR_ZEXT, IR_I64, 1, load(t, IR_I32, 4, t->ctx, 4));
		Inst *p = add(t, IR_BITCAST, IR_PTR, 1, data);
		Block *out = NULL, *in = NULL;

		(void)state;
		if (tested) {
			branch(t, add(t, IR_UGT, IR_I32, 2, offset(t, p, 14),
				      add(t, IR_BITCAST, IR_PTR, 1, end)), &out, &in);
			ret(t);
			t->b = in;
		}
		load(t, IR_I32, 2, p, 12);
		ret(t);
		check(t);
		assert_int_equal(reported(t, DIAG_packet_access_unchecked), !tested);
		test_end(t);
	}
}

/* Loops --------------------------------------------------------------------------------------- */

static void loops_that_cannot_end_are_reported(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Block *loop = ir_block(t->f), *out = NULL;
	Inst *x = load(t, IR_I32, 4, t->ctx, 0);

	(void)state;
	go_to(t, loop);
	helper(t, 5, 0);
	branch(t, add(t, IR_NE, IR_I32, 2, x, number32(t, 0)), &loop, &out);
	t->b = out;
	ret(t);
	check(t);
	assert_true(reported(t, DIAG_loop_unbounded));
	test_end(t);

	t = test_start(PROG_KPROBE);
	loop = ir_block(t->f);
	go_to(t, loop);
	ir_branch(t->b, loop);
	check(t);
	assert_true(reported(t, DIAG_loop_unbounded));
	test_end(t);
}

static void loops_that_count_are_not(void **state)
{
	Test *t = test_start(PROG_KPROBE);
	Block *loop = ir_block(t->f), *out = NULL;
	Inst *phi, *next;

	(void)state;
	go_to(t, loop);
	phi = add(t, IR_PHI, IR_I32, 2, number32(t, 0), number32(t, 0));
	next = add(t, IR_ADD, IR_I32, 2, phi, number32(t, 1));
	phi->args[1] = next;
	branch(t, add(t, IR_ULT, IR_I32, 2, next, number32(t, 10)), &loop, &out);
	t->b = out;
	ret(t);
	check(t);
	assert_int_equal(t->diags.list.n, 0);
	test_end(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_used_without_a_test_is_reported_at_its_use),
		cmocka_unit_test(a_tested_value_is_fine_on_the_right_side_only),
		cmocka_unit_test(a_test_of_the_merged_pointer_counts),
		cmocka_unit_test(a_flag_that_follows_the_test_counts),
		cmocka_unit_test(repeated_conditions_are_not_contradicted),
		cmocka_unit_test(a_value_passed_to_a_helper_needs_the_test),
		cmocka_unit_test(the_initial_value_of_storage_may_be_null),
		cmocka_unit_test(a_record_must_be_given_back_on_every_way),
		cmocka_unit_test(helpers_are_checked_against_type_kernel_and_licence),
		cmocka_unit_test(the_context_is_accessed_aligned_inside_and_not_written),
		cmocka_unit_test(packets_are_compared_with_their_end_before_they_are_read),
		cmocka_unit_test(loops_that_cannot_end_are_reported),
		cmocka_unit_test(loops_that_count_are_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
