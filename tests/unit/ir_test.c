/* SPDX-License-Identifier: Apache-2.0 */
/* The IR itself, its checker and the passes of the optimiser on code written by hand. */
#include "ir_testing.h"

static Block *two_way(Test *t, Inst *condition, Block **no)
{
	Block *yes = NULL;

	*no = NULL;
	branch(t, condition, &yes, no);
	return yes;
}

static Inst *argument(Test *t)
{
	return load(t, IR_I64, 8, t->ctx, 112);
}

static Inst *give(Test *t, Inst *value)
{
	return add(t, IR_RET, IR_VOID, 1, value);
}

static Inst *returned(Test *t)
{
	Inst *i = find(t, IR_RET);

	assert_non_null(i);
	return i->args[0];
}

/* ir.c ------------------------------------------------------------------------------------------ */

static void constants_are_shared_and_come_back_after_removal(void **state)
{
	Test *t = test_start(2);
	Inst *c = ir_const(t->f, IR_I64, 7);

	(void)state;
	assert_ptr_equal(ir_const(t->f, IR_I64, 7), c);
	assert_ptr_not_equal(ir_const(t->f, IR_I32, 7), c);
	assert_ptr_equal(ir_const(t->f, IR_I32, 0xffffffff), ir_const(t->f, IR_I32, -1));
	for (int n = 0; n < 500; n++)
		ir_const(t->f, IR_I64, n * 3);
	ir_remove(c);
	assert_ptr_equal(ir_const(t->f, IR_I64, 7), c);
	assert_ptr_equal(c->block, t->f->entry);
	test_end(t);
}

static void removing_an_edge_removes_the_phi_argument(void **state)
{
	Test *t = test_start(2);
	Block *no, *yes = two_way(t, number32(t, 1), &no), *join = ir_block(t->f);
	Inst *phi;

	(void)state;
	ir_branch(yes, join);
	ir_branch(no, join);
	t->b = join;
	phi = add(t, IR_PHI, IR_I32, 2, number32(t, 10), number32(t, 20));
	ret(t);
	assert_true(ir_check(t->f, "test"));
	ir_remove_edge(yes, join);
	assert_int_equal(phi->n_args, 1);
	assert_int_equal(phi->args[0]->imm, 20);
	test_end(t);
}

static void dominators_and_loop_depth_of_nested_loops(void **state)
{
	Test *t = test_start(2);
	Block *outer = ir_block(t->f), *inner = ir_block(t->f), *after = ir_block(t->f);
	Block *entry = t->f->entry, *lost = ir_block(t->f);

	(void)state;
	ir_branch(entry, outer);
	ir_branch(outer, inner);
	t->b = inner;
	ir_branch_if(inner, number32(t, 1), inner, after);
	t->b = after;
	Block *out = ir_block(t->f);
	ir_branch_if(after, number32(t, 1), outer, out);
	t->b = out;
	ret(t);
	ir_branch(lost, out);
	ir_loops(t->f);
	assert_ptr_equal(outer->idom, entry);
	assert_ptr_equal(after->idom, inner);
	assert_true(ir_dominates(entry, out));
	assert_false(ir_dominates(out, inner));
	assert_int_equal(inner->loop_depth, 2);
	assert_int_equal(after->loop_depth, 1);
	assert_int_equal(out->loop_depth, 0);
	assert_int_equal(out->preds.n, 1);         /* the unreachable block is gone */
	test_end(t);
}

/* check.c, print.c ---------------------------------------------------------------------- */

static bool refused(Test *t)
{
	return !ir_check(t->f, "test") && reported(t, DIAG_internal_error);
}

static void checker_finds_operands_of_different_types(void **state)
{
	Test *t = test_start(2);

	(void)state;
	add(t, IR_ADD, IR_I64, 2, argument(t), number32(t, 1));
	ret(t);
	assert_true(refused(t));
	test_end(t);
}

static void checker_finds_a_use_that_is_not_dominated(void **state)
{
	Test *t = test_start(2);
	Block *no, *yes = two_way(t, number32(t, 1), &no);
	Inst *v = argument(t);

	(void)state;
	(void)yes;
	ret(t);
	t->b = no;
	give(t, add(t, IR_TRUNC, IR_I32, 1, v));
	assert_true(refused(t));
	test_end(t);
}

static void checker_finds_a_missing_terminator(void **state)
{
	Test *t = test_start(2);

	(void)state;
	argument(t);
	assert_true(refused(t));
	test_end(t);
}

static void checker_finds_an_edge_without_pred(void **state)
{
	Test *t = test_start(2);
	Block *to = ir_block(t->f);

	(void)state;
	ir_branch(t->b, to);
	to->preds.n = 0;
	t->b = to;
	ret(t);
	assert_true(refused(t));
	test_end(t);
}

static void checker_finds_a_phi_with_too_few_arguments(void **state)
{
	Test *t = test_start(2);
	Block *to = ir_block(t->f);

	(void)state;
	ir_branch(t->b, to);
	t->b = to;
	add(t, IR_PHI, IR_I32, 0);
	ret(t);
	assert_true(refused(t));
	test_end(t);
}

static void printer_shows_insts_with_their_operands(void **state)
{
	Test *t = test_start(2);
	StrBuf out = { 0 };

	(void)state;
	store(t, 4, local(t, 8), 4, number32(t, 5));
	ret(t);
	ir_print_function(t->f, &out);
	assert_non_null(strstr(out.p, "program i32 probe(1)\nb0:\n"));
	assert_non_null(strstr(out.p, "= alloca.ptr 8 align 8\n"));
	assert_non_null(strstr(out.p, "+4], 5\n"));
	assert_non_null(strstr(out.p, "\tret 0\n"));
	sb_free(&out);
	test_end(t);
}

/* mem2reg -------------------------------------------------------------------------------- */

static void mem2reg_joins_the_values_of_two_branches(void **state)
{
	Test *t = test_start(2);
	Inst *cell = local(t, 4);
	Block *no, *yes = two_way(t, add(t, IR_NE, IR_I32, 2, argument(t), number(t, 0)), &no);
	Block *join = ir_block(t->f);

	(void)state;
	store(t, 4, cell, 0, number32(t, 10));
	ir_branch(yes, join);
	t->b = no;
	store(t, 4, cell, 0, number32(t, 20));
	ir_branch(no, join);
	t->b = join;
	give(t, load(t, IR_I32, 4, cell, 0));
	RUN(t, pass_mem2reg);
	RUN(t, pass_dead_code);
	assert_int_equal(count(t, IR_ALLOCA), 0);
	assert_int_equal(count(t, IR_PHI), 1);
	assert_int_equal(returned(t)->op, IR_PHI);
	test_end(t);
}

static void mem2reg_takes_structs_apart_and_follows_copies(void **state)
{
	Test *t = test_start(2);
	Inst *a = local(t, 16), *b = local(t, 16), *v = argument(t), *i;

	(void)state;
	i = add(t, IR_FILL, IR_VOID, 2, a, number32(t, 0));
	i->imm = 16;
	store(t, 8, a, 8, v);
	i = add(t, IR_COPY, IR_VOID, 2, b, a);
	i->imm = 16;
	give(t, add(t, IR_TRUNC, IR_I32, 1, load(t, IR_I64, 8, b, 8)));
	RUN(t, pass_mem2reg);
	RUN(t, pass_dead_code);
	assert_int_equal(count(t, IR_ALLOCA), 0);
	assert_ptr_equal(returned(t)->args[0], v);
	test_end(t);
}

static void mem2reg_reads_parts_of_a_value_with_shifts(void **state)
{
	Test *t = test_start(2);
	Inst *u = local(t, 8);

	(void)state;
	store(t, 8, u, 0, number(t, 0x1122334455667788));
	give(t, load(t, IR_I32, 2, u, 4));
	RUN(t, pass_mem2reg);
	RUN(t, pass_fold);
	RUN(t, pass_dead_code);
	assert_int_equal(count(t, IR_ALLOCA), 0);
	assert_int_equal(returned(t)->op, IR_CONST);
	assert_int_equal(returned(t)->imm, 0x3344);
	test_end(t);
}

static void mem2reg_leaves_objects_whose_address_goes_to_a_helper(void **state)
{
	Test *t = test_start(2);
	Inst *comm = local(t, 16);

	(void)state;
	store(t, 8, comm, 0, number(t, 0));
	helper(t, 16, 2, comm, number(t, 16));
	ret(t);
	RUN(t, pass_mem2reg);
	RUN(t, pass_dead_code);
	assert_int_equal(count(t, IR_ALLOCA), 1);
	assert_int_equal(count(t, IR_STORE), 1);
	test_end(t);
}

/* fold ------------------------------------------------------------------------------------------- */

static Inst *folded(Test *t, Inst *value)
{
	give(t, value->type == IR_I32 ? value : add(t, IR_TRUNC, IR_I32, 1, value));
	RUN(t, pass_fold);
	RUN(t, pass_dead_code);
	return returned(t);
}

static void fold_computes_constants(void **state)
{
	Test *t = test_start(2);
	Inst *v = add(t, IR_MUL, IR_I64, 2, number(t, 6), number(t, 7));

	(void)state;
	v = folded(t, add(t, IR_SUB, IR_I64, 2, v, number(t, 2)));
	assert_int_equal(v->op, IR_CONST);
	assert_int_equal(v->imm, 40);
	test_end(t);
}

static void fold_divides_by_powers_of_two_with_shifts(void **state)
{
	Test *t = test_start(2);

	(void)state;
	folded(t, add(t, IR_UDIV, IR_I64, 2, argument(t), number(t, 16)));
	assert_int_equal(count(t, IR_UDIV), 0);
	assert_int_equal(find(t, IR_LSHR)->args[1]->imm, 4);
	test_end(t);
}

static void fold_drops_masks_that_narrow_loads_make_needless(void **state)
{
	Test *t = test_start(2);
	Inst *v = load(t, IR_I32, 1, t->ctx, 0);

	(void)state;
	assert_ptr_equal(folded(t, add(t, IR_AND, IR_I32, 2, v, number32(t, 255))), v);
	test_end(t);
}

static void fold_turns_the_test_of_a_comparison_around(void **state)
{
	Test *t = test_start(2);
	Inst *less = add(t, IR_ULT, IR_I32, 2, argument(t), number(t, 5));
	Inst *v = folded(t, add(t, IR_EQ, IR_I32, 2, less, number32(t, 0)));

	(void)state;
	assert_int_equal(v->op, IR_UGE);
	test_end(t);
}

static void fold_keeps_an_upper_bound_an_upper_bound(void **state)
{
	Test *t = test_start(2);
	Inst *v = folded(t, add(t, IR_ULT, IR_I32, 2, argument(t), number(t, 1)));

	(void)state;
	assert_int_equal(v->op, IR_ULT);
	test_end(t);
}

static void fold_knows_that_stack_objects_are_not_null(void **state)
{
	Test *t = test_start(2);
	Inst *v = folded(t, add(t, IR_EQ, IR_I32, 2, local(t, 8), ir_const(t->f, IR_PTR, 0)));

	(void)state;
	assert_int_equal(v->op, IR_CONST);
	assert_int_equal(v->imm, 0);
	test_end(t);
}

/* simplify_cfg ---------------------------------------------------------------------------- */

static void simplify_cfg_follows_constant_branches(void **state)
{
	Test *t = test_start(2);
	Block *no, *yes = two_way(t, number32(t, 0), &no);

	(void)state;
	(void)yes;
	helper(t, 6, 0);
	ret(t);
	t->b = no;
	ret(t);
	RUN(t, pass_simplify_cfg);
	assert_ptr_equal(t->f->entry, t->f->last);
	assert_int_equal(count(t, IR_CALL_HELPER), 0);
	test_end(t);
}

/* if (c) r = 1; else r = 0;  if (r) ... decides twice what was decided once */
static void simplify_cfg_threads_decisions_that_are_known(void **state)
{
	Test *t = test_start(2);
	Block *no, *yes = two_way(t, add(t, IR_NE, IR_I32, 2, argument(t), number(t, 0)), &no);
	Block *join = ir_block(t->f), *then = NULL, *other = NULL;

	(void)state;
	ir_branch(yes, join);
	ir_branch(no, join);
	t->b = join;
	branch(t, add(t, IR_PHI, IR_I32, 2, number32(t, 1), number32(t, 0)), &then, &other);
	give(t, number32(t, 7));
	t->b = other;
	give(t, number32(t, 8));
	RUN(t, pass_simplify_cfg);
	assert_int_equal(count(t, IR_CONDBR), 1);
	assert_int_equal(count(t, IR_PHI), 0);
	test_end(t);
}

/* gvn, dead_code, memory ------------------------------------------------------------------ */

static void gvn_makes_one_of_two_equal_computations(void **state)
{
	Test *t = test_start(2);
	Inst *v = argument(t), *w = argument(t);
	Inst *x = add(t, IR_ADD, IR_I64, 2, v, w), *y = add(t, IR_ADD, IR_I64, 2, w, v);

	(void)state;
	give(t, add(t, IR_EQ, IR_I32, 2, x, y));
	RUN(t, pass_gvn);
	assert_int_equal(count(t, IR_ADD), 1);
	test_end(t);
}

static void gvn_decides_a_branch_on_what_is_known(void **state)
{
	Test *t = test_start(2);
	Inst *p = argument(t);
	Inst *is_null = add(t, IR_EQ, IR_I32, 2, p, number(t, 0));
	Block *no, *yes = two_way(t, is_null, &no), *again = NULL, *dead = NULL;

	(void)state;
	(void)yes;
	ret(t);
	t->b = no;
	branch(t, add(t, IR_NE, IR_I32, 2, p, number(t, 0)), &again, &dead);
	give(t, number32(t, 1));
	t->b = dead;
	give(t, number32(t, 2));
	RUN(t, pass_gvn);
	RUN(t, pass_simplify_cfg);
	assert_int_equal(count(t, IR_CONDBR), 1);
	assert_int_equal(count(t, IR_RET), 2);
	test_end(t);
}

static void dead_code_drops_helpers_that_only_tell_something(void **state)
{
	Test *t = test_start(2);

	(void)state;
	helper(t, 14, 0);                          /* get_current_pid_tgid */
	helper(t, 6, 2, number(t, 0), number(t, 0)); /* trace_printk */
	ret(t);
	RUN(t, pass_dead_code);
	assert_int_equal(count_calls(t, 14), 0);
	assert_int_equal(count_calls(t, 6), 1);
	test_end(t);
}

static void dead_code_makes_unused_fetch_add_a_plain_add(void **state)
{
	Test *t = test_start(2);
	Inst *i = add(t, IR_ATOMIC, IR_I64, 2, t->ctx, number(t, 1));

	(void)state;
	i->width = 8;
	i->atomic = ATOMIC_FETCH_ADD;
	ret(t);
	RUN(t, pass_dead_code);
	assert_int_equal(i->atomic, ATOMIC_ADD);
	assert_int_equal(i->type, IR_VOID);
	test_end(t);
}

static void memory_forwards_stores_but_not_over_a_helper_that_writes(void **state)
{
	Test *t = test_start(2);
	Inst *cell = local(t, 16), *v = argument(t), *first, *second;

	(void)state;
	store(t, 8, cell, 0, v);
	first = load(t, IR_I64, 8, cell, 0);
	helper(t, 16, 2, cell, number(t, 16));
	second = load(t, IR_I64, 8, cell, 0);
	give(t, add(t, IR_EQ, IR_I32, 2, first, second));
	RUN(t, pass_memory);
	assert_ptr_equal(returned(t)->args[0], v);
	assert_ptr_equal(returned(t)->args[1], second);
	test_end(t);
}

static void memory_drops_zeros_that_a_helper_overwrites(void **state)
{
	Test *t = test_start(2);
	Inst *event = local(t, 24), *m = map(t, 1, 8, 24), *key = local(t, 8);

	(void)state;
	store(t, 8, key, 0, number(t, 1));
	for (int k = 0; k < 3; k++)
		store(t, 8, event, 8 * k, number(t, 0));
	helper(t, 16, 2, offset(t, event, 8), number(t, 16));  /* get_current_comm */
	helper(t, 2, 4, m, key, event, number(t, 0));          /* map_update_elem */
	ret(t);
	RUN(t, pass_memory);
	assert_int_equal(count(t, IR_STORE), 2);
	test_end(t);
}

static void memory_keeps_volatile_accesses(void **state)
{
	Test *t = test_start(2);
	Inst *cell = local(t, 8);

	(void)state;
	store(t, 8, cell, 0, number(t, 1))->is_volatile = true;
	load(t, IR_I64, 8, cell, 0)->is_volatile = true;
	ret(t);
	RUN(t, pass_memory);
	RUN(t, pass_dead_code);
	assert_int_equal(count(t, IR_STORE), 1);
	assert_int_equal(count(t, IR_LOAD), 1);
	test_end(t);
}

/* widen ------------------------------------------------------------------------------------------- */

static void widen_compares_the_copy_that_is_used_as_index(void **state)
{
	Test *t = test_start(2);
	Inst *n = add(t, IR_TRUNC, IR_I32, 1, argument(t));
	Inst *small = add(t, IR_ULT, IR_I32, 2, n, number32(t, 16)), *index;
	Block *no, *yes = two_way(t, small, &no);

	(void)state;
	(void)yes;
	index = add(t, IR_ZEXT, IR_I64, 1, n);
	give(t, load(t, IR_I32, 1, add(t, IR_PTRADD, IR_PTR, 2, t->ctx, index), 0));
	t->b = no;
	ret(t);
	RUN(t, pass_widen);
	RUN(t, pass_gvn);
	assert_int_equal(count(t, IR_ZEXT), 1);
	assert_ptr_equal(find(t, IR_ULT)->args[0], find(t, IR_PTRADD)->args[1]);
	test_end(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(constants_are_shared_and_come_back_after_removal),
		cmocka_unit_test(removing_an_edge_removes_the_phi_argument),
		cmocka_unit_test(dominators_and_loop_depth_of_nested_loops),
		cmocka_unit_test(checker_finds_operands_of_different_types),
		cmocka_unit_test(checker_finds_a_use_that_is_not_dominated),
		cmocka_unit_test(checker_finds_a_missing_terminator),
		cmocka_unit_test(checker_finds_an_edge_without_pred),
		cmocka_unit_test(checker_finds_a_phi_with_too_few_arguments),
		cmocka_unit_test(printer_shows_insts_with_their_operands),
		cmocka_unit_test(mem2reg_joins_the_values_of_two_branches),
		cmocka_unit_test(mem2reg_takes_structs_apart_and_follows_copies),
		cmocka_unit_test(mem2reg_reads_parts_of_a_value_with_shifts),
		cmocka_unit_test(mem2reg_leaves_objects_whose_address_goes_to_a_helper),
		cmocka_unit_test(fold_computes_constants),
		cmocka_unit_test(fold_divides_by_powers_of_two_with_shifts),
		cmocka_unit_test(fold_drops_masks_that_narrow_loads_make_needless),
		cmocka_unit_test(fold_turns_the_test_of_a_comparison_around),
		cmocka_unit_test(fold_keeps_an_upper_bound_an_upper_bound),
		cmocka_unit_test(fold_knows_that_stack_objects_are_not_null),
		cmocka_unit_test(simplify_cfg_follows_constant_branches),
		cmocka_unit_test(simplify_cfg_threads_decisions_that_are_known),
		cmocka_unit_test(gvn_makes_one_of_two_equal_computations),
		cmocka_unit_test(gvn_decides_a_branch_on_what_is_known),
		cmocka_unit_test(dead_code_drops_helpers_that_only_tell_something),
		cmocka_unit_test(dead_code_makes_unused_fetch_add_a_plain_add),
		cmocka_unit_test(memory_forwards_stores_but_not_over_a_helper_that_writes),
		cmocka_unit_test(memory_drops_zeros_that_a_helper_overwrites),
		cmocka_unit_test(memory_keeps_volatile_accesses),
		cmocka_unit_test(widen_compares_the_copy_that_is_used_as_index),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
