/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What code is selected for small functions: operands and addresses folded, comparisons part of the
 * jump, extensions free, values kept across calls, stack places shared.
 */
#include "unit/bpf_testing.h"

static void expect_code(Maker *m, const char *expected)
{
	char *got = disassembled(m);

	assert_string_equal(got, expected);
	free(got);
	arena_free(m->arena);
}

static void constants_become_immediates(void **state)
{
	Maker m;

	(void)state;
	maker_open(&m);
	give_back(&m, add(&m, IR_ADD, IR_I32, 2, add_load(&m, IR_I32, m.ctx, 8, 4, false),
			  number(&m, IR_I32, -7)));
	expect_code(&m, "0: (61) r0 = *(u32 *)(r1 +8)\n"
			"1: (04) w0 += -7\n"
			"2: (95) exit\n");
}

static void constant_offsets_are_folded_into_accesses(void **state)
{
	Maker m;
	Inst *p;

	(void)state;
	maker_open(&m);
	p = add(&m, IR_PTROFF, IR_PTR, 1, m.ctx, NULL);
	p->imm = 16;
	add_store(&m, p, 4, 4, number(&m, IR_I32, 5));
	give_back(&m, add_load(&m, IR_I32, p, 8, 4, false));
	expect_code(&m, "0: (62) *(u32 *)(r1 +20) = 5\n"
			"1: (61) r0 = *(u32 *)(r1 +24)\n"
			"2: (95) exit\n");
}

static void a_comparison_is_part_of_its_branch(void **state)
{
	Maker m;
	Block *yes, *no;

	(void)state;
	maker_open(&m);
	yes = ir_block(m.f);
	no = ir_block(m.f);
	branch_if(&m, add(&m, IR_SGT, IR_I32, 2, add_load(&m, IR_I32, m.ctx, 0, 4, false),
			  number(&m, IR_I32, 3)), yes, no);
	m.b = yes;
	give_back(&m, number(&m, IR_I32, 1));
	m.b = no;
	give_back(&m, number(&m, IR_I32, 2));
	expect_code(&m, "0: (61) r1 = *(u32 *)(r1 +0)\n"
			"1: (66) if w1 s> 0x3 goto pc+2\n"
			"2: (b7) r0 = 2\n"
			"3: (95) exit\n"
			"4: (b7) r0 = 1\n"
			"5: (95) exit\n");
}

static void a_tested_bit_is_one_jump(void **state)
{
	Maker m;
	Inst *bit;
	Block *yes, *no;

	(void)state;
	maker_open(&m);
	yes = ir_block(m.f);
	no = ir_block(m.f);
	bit = add(&m, IR_AND, IR_I64, 2, add_load(&m, IR_I64, m.ctx, 0, 8, false),
		  number(&m, IR_I64, 0x40));
	branch_if(&m, add(&m, IR_NE, IR_I32, 2, bit, number(&m, IR_I64, 0)), yes, no);
	m.b = yes;
	give_back(&m, number(&m, IR_I32, 1));
	m.b = no;
	give_back(&m, number(&m, IR_I32, 2));
	expect_code(&m, "0: (79) r1 = *(u64 *)(r1 +0)\n"
			"1: (45) if r1 & 0x40 goto pc+2\n"
			"2: (b7) r0 = 2\n"
			"3: (95) exit\n"
			"4: (b7) r0 = 1\n"
			"5: (95) exit\n");
}

static void zero_extension_of_a_load_is_free(void **state)
{
	Maker m;

	(void)state;
	maker_open(&m);
	add_store(&m, m.ctx, 8, 8, add(&m, IR_ZEXT, IR_I64, 1,
				       add_load(&m, IR_I32, m.ctx, 0, 2, false), NULL));
	give_back(&m, number(&m, IR_I32, 0));
	expect_code(&m, "0: (69) r2 = *(u16 *)(r1 +0)\n"
			"1: (7b) *(u64 *)(r1 +8) = r2\n"
			"2: (b7) r0 = 0\n"
			"3: (95) exit\n");
}

static void zero_extension_of_a_truncation_is_one_move(void **state)
{
	Maker m;
	Inst *low;

	(void)state;
	maker_open(&m);
	low = add(&m, IR_TRUNC, IR_I32, 1, add_load(&m, IR_I64, m.ctx, 0, 8, false), NULL);
	add_store(&m, m.ctx, 8, 8, add(&m, IR_ZEXT, IR_I64, 1, low, NULL));
	give_back(&m, number(&m, IR_I32, 0));
	expect_code(&m, "0: (79) r2 = *(u64 *)(r1 +0)\n"
			"1: (bc) w2 = w2\n"
			"2: (7b) *(u64 *)(r1 +8) = r2\n"
			"3: (b7) r0 = 0\n"
			"4: (95) exit\n");
}

static void division_by_a_power_of_two_is_a_shift(void **state)
{
	Maker m;

	(void)state;
	maker_open(&m);
	give_back(&m, add(&m, IR_UDIV, IR_I32, 2, add_load(&m, IR_I32, m.ctx, 0, 4, false),
			  number(&m, IR_I32, 16)));
	expect_code(&m, "0: (61) r0 = *(u32 *)(r1 +0)\n"
			"1: (74) w0 >>= 4\n"
			"2: (95) exit\n");
}

static void a_value_across_a_call_is_in_a_preserved_register(void **state)
{
	Maker m;
	Inst *v;

	(void)state;
	maker_open(&m);
	v = add_load(&m, IR_I64, m.ctx, 0, 8, false);
	v = add(&m, IR_SUB, IR_I64, 2, add_helper(&m, BPF_FUNC_ktime_get_ns), v);
	give_back(&m, add(&m, IR_TRUNC, IR_I32, 1, v, NULL));
	expect_code(&m, "0: (79) r6 = *(u64 *)(r1 +0)\n"
			"1: (85) call bpf_ktime_get_ns#5\n"
			"2: (1f) r0 -= r6\n"
			"3: (95) exit\n");
}

static void stack_addresses_are_made_where_they_are_needed(void **state)
{
	Maker m;
	Inst *p, *call;

	(void)state;
	maker_open(&m);
	p = add_alloca(&m, 16);
	add_store(&m, p, 0, 8, number(&m, IR_I64, 0));
	add_store(&m, p, 8, 8, number(&m, IR_I64, 0));
	call = add(&m, IR_CALL_HELPER, IR_I64, 2, p, number(&m, IR_I64, 16));
	call->helper = BPF_FUNC_get_current_comm;
	give_back(&m, add_load(&m, IR_I32, p, 4, 4, false));
	expect_code(&m, "0: (7a) *(u64 *)(r10 -16) = 0\n"
			"1: (7a) *(u64 *)(r10 -8) = 0\n"
			"2: (bf) r1 = r10\n"
			"3: (07) r1 += -16\n"
			"4: (b7) r2 = 16\n"
			"5: (85) call bpf_get_current_comm#16\n"
			"6: (61) r0 = *(u32 *)(r10 -12)\n"
			"7: (95) exit\n");
}

/* Two objects of 300 bytes fit into 512 if they are never alive at the same time. */
static void variables_that_do_not_overlap_share_the_stack(void **state)
{
	Maker m;
	Inst *p;
	Code code = { 0 };

	(void)state;
	maker_open(&m);
	for (int k = 0; k < 2; k++) {
		p = add_alloca(&m, 300);
		add_store(&m, p, 0, 8, add_load(&m, IR_I64, m.ctx, k * 8, 8, false));
		add_store(&m, m.ctx, 8 * k, 8, add_load(&m, IR_I64, p, 0, 8, false));
	}
	give_back(&m, number(&m, IR_I32, 0));
	assert_true(code_function(m.arena, m.f, &m.diags, &code));
	assert_int_equal(code.stack_bytes, 304);
	arena_free(m.arena);
}

static void too_much_stack_is_an_error_of_the_program(void **state)
{
	Maker m;
	Inst *p[2];
	Code code = { 0 };

	(void)state;
	maker_open(&m);
	for (int k = 0; k < 2; k++)
		p[k] = add_alloca(&m, 300);
	for (int k = 0; k < 2; k++)
		add_store(&m, p[k], 0, 8, add_load(&m, IR_I64, m.ctx, k * 8, 8, false));
	for (int k = 0; k < 2; k++)
		add_store(&m, m.ctx, 8 * k, 8, add_load(&m, IR_I64, p[k], 0, 8, false));
	give_back(&m, number(&m, IR_I32, 0));
	assert_false(code_function(m.arena, m.f, &m.diags, &code));
	assert_int_equal(m.diags.list.v[0]->tag, DIAG_stack_too_large);
	arena_free(m.arena);
}

/* A loop is entered at its body and has one jump a turn. */
static void a_counted_loop_has_one_jump(void **state)
{
	Maker m;
	Block *top, *body, *out;
	Inst *i, *next;

	(void)state;
	maker_open(&m);
	top = ir_block(m.f);
	body = ir_block(m.f);
	out = ir_block(m.f);
	branch(&m, top);
	m.b = top;
	i = add(&m, IR_PHI, IR_I32, 2, number(&m, IR_I32, 0), NULL);
	branch_if(&m, add(&m, IR_ULT, IR_I32, 2, i, number(&m, IR_I32, 8)), body, out);
	m.b = body;
	add_store(&m, m.ctx, 0, 4, i);
	next = add(&m, IR_ADD, IR_I32, 2, i, number(&m, IR_I32, 1));
	i->args[1] = next;
	branch(&m, top);
	m.b = out;
	give_back(&m, number(&m, IR_I32, 0));
	expect_code(&m, "0: (b7) r2 = 0\n"
			"1: (63) *(u32 *)(r1 +0) = r2\n"
			"2: (04) w2 += 1\n"
			"3: (a6) if w2 < 0x8 goto pc-3\n"
			"4: (b7) r0 = 0\n"
			"5: (95) exit\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(constants_become_immediates),
		cmocka_unit_test(constant_offsets_are_folded_into_accesses),
		cmocka_unit_test(a_comparison_is_part_of_its_branch),
		cmocka_unit_test(a_tested_bit_is_one_jump),
		cmocka_unit_test(zero_extension_of_a_load_is_free),
		cmocka_unit_test(zero_extension_of_a_truncation_is_one_move),
		cmocka_unit_test(division_by_a_power_of_two_is_a_shift),
		cmocka_unit_test(a_value_across_a_call_is_in_a_preserved_register),
		cmocka_unit_test(stack_addresses_are_made_where_they_are_needed),
		cmocka_unit_test(variables_that_do_not_overlap_share_the_stack),
		cmocka_unit_test(too_much_stack_is_an_error_of_the_program),
		cmocka_unit_test(a_counted_loop_has_one_jump),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
