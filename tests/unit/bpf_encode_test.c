/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Encoding and disassembly: every kind of instruction as the verifier's log shows it, the tables of
 * opcodes.def against linux/bpf.h, jumps over blocks in every layout.
 */
#include "unit/bpf_testing.h"

static char *text_of(const struct bpf_insn *insns, int n)
{
	BpfObject o = { 0 };
	BpfProgram p = { .name = "test" };
	StrBuf sb = { 0 };

	p.insns.v = (struct bpf_insn *)insns;
	p.insns.n = n;
	bpf_disassemble(&o, &p, NULL, &sb);
	return sb.p;
}

static void instructions_read_as_in_the_verifier_log(void **state)
{
	static const struct { struct bpf_insn insn; const char *text; } cases[] = {
		{ { .code = 0xbf, .dst_reg = 6, .src_reg = 1 }, "0: (bf) r6 = r1\n" },
		{ { .code = 0xb4, .dst_reg = 2, .imm = -1 }, "0: (b4) w2 = -1\n" },
		{ { .code = 0x0f, .dst_reg = 1, .src_reg = 2 }, "0: (0f) r1 += r2\n" },
		{ { .code = 0x3c, .dst_reg = 1, .src_reg = 2 }, "0: (3c) w1 /= w2\n" },
		{ { .code = 0xc7, .dst_reg = 3, .imm = 63 }, "0: (c7) r3 s>>= 63\n" },
		{ { .code = 0x87, .dst_reg = 3 }, "0: (87) r3 = -r3\n" },
		{ { .code = 0xdc, .dst_reg = 3, .imm = 32 }, "0: (dc) r3 = be32 r3\n" },
		{ { .code = 0x69, .dst_reg = 3, .src_reg = 1, .off = 8 },
		  "0: (69) r3 = *(u16 *)(r1 +8)\n" },
		{ { .code = 0x73, .dst_reg = 10, .src_reg = 1, .off = -8 },
		  "0: (73) *(u8 *)(r10 -8) = r1\n" },
		{ { .code = 0x7a, .dst_reg = 10, .off = -8, .imm = -5 },
		  "0: (7a) *(u64 *)(r10 -8) = -5\n" },
		{ { .code = 0xdb, .dst_reg = 1, .src_reg = 2, .imm = BPF_ADD },
		  "0: (db) lock *(u64 *)(r1 +0) += r2\n" },
		{ { .code = 0xc3, .dst_reg = 1, .src_reg = 2, .imm = BPF_OR | BPF_FETCH },
		  "0: (c3) r2 = atomic_fetch_or((u32 *)(r1 +0), r2)\n" },
		{ { .code = 0xdb, .dst_reg = 1, .src_reg = 2, .imm = BPF_CMPXCHG },
		  "0: (db) r0 = atomic64_cmpxchg((u64 *)(r1 +0), r0, r2)\n" },
		{ { .code = 0x20, .imm = 14 }, "0: (20) r0 = *(u32 *)skb[14]\n" },
		{ { .code = 0x85, .imm = 5 }, "0: (85) call bpf_ktime_get_ns#5\n" },
		{ { .code = 0x85, .src_reg = 1, .imm = 7 }, "0: (85) call pc+7\n" },
		{ { .code = 0x05, .off = -3 }, "0: (05) goto pc-3\n" },
		{ { .code = 0xd6, .dst_reg = 1, .imm = 5, .off = 2 },
		  "0: (d6) if w1 s<= 0x5 goto pc+2\n" },
		{ { .code = 0x2d, .dst_reg = 1, .src_reg = 2, .off = 2 },
		  "0: (2d) if r1 > r2 goto pc+2\n" },
		{ { .code = 0x95 }, "0: (95) exit\n" },
	};

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(cases); k++) {
		char *text = text_of(&cases[k].insn, 1);

		assert_string_equal(text, cases[k].text);
		free(text);
	}
}

static void a_wide_constant_is_one_line(void **state)
{
	const struct bpf_insn insns[] = {
		{ .code = 0x18, .dst_reg = 2, .imm = 0x55667788 }, { .imm = 0x11223344 },
		{ .code = 0x95 },
	};
	char *text = text_of(insns, 3);

	(void)state;
	assert_string_equal(text, "0: (18) r2 = 0x1122334455667788\n2: (95) exit\n");
	free(text);
}

static void cut_off_code_is_shown_as_far_as_it_goes(void **state)
{
	const struct bpf_insn insns[] = { { .code = 0x95 }, { .code = 0x18, .dst_reg = 2 } };
	char *text = text_of(insns, 2);

	(void)state;
	assert_string_equal(text, "0: (95) exit\n");
	free(text);
}

static void the_inverse_of_an_inverse_jump_is_itself(void **state)
{
	static const uint8_t jumps[] = {
#define JUMP_OP(code, text, inverse, swapped) code,
#include "bpf/opcodes.def"
	};

	(void)state;
	for (size_t k = 0; k < ARRAY_LEN(jumps); k++) {
		uint8_t inverse = jump_inverse(jumps[k]);

		assert_int_equal(jump_swapped(jump_swapped(jumps[k])), jumps[k]);
		if (jumps[k] != BPF_JSET)
			assert_int_equal(jump_inverse(inverse), jumps[k]);
		else
			assert_int_equal(inverse, 0);
	}
}

static void sizes_have_codes_both_ways(void **state)
{
	(void)state;
	for (int bytes = 1; bytes <= 8; bytes *= 2)
		assert_int_equal(size_bytes(size_code(bytes)), bytes);
}

/* A block whose jump is taken to the next one in the layout gets the inverse jump. */
static void jumps_fall_through_to_the_next_block(void **state)
{
	Maker m;
	Block *a, *b, *end;
	char *text;

	(void)state;
	maker_open(&m);
	a = ir_block(m.f);
	b = ir_block(m.f);
	end = ir_block(m.f);
	branch_if(&m, add(&m, IR_EQ, IR_I32, 2, add_load(&m, IR_I64, m.ctx, 0, 8, false),
			  number(&m, IR_I64, 0)), a, b);
	m.b = a;
	add_store(&m, m.ctx, 8, 4, number(&m, IR_I32, 1));
	branch(&m, end);
	m.b = b;
	branch(&m, end);
	m.b = end;
	give_back(&m, number(&m, IR_I32, 0));
	text = disassembled(&m);
	assert_string_equal(text, "0: (79) r2 = *(u64 *)(r1 +0)\n"
				  "1: (55) if r2 != 0x0 goto pc+2\n"
				  "2: (b7) r2 = 1\n"
				  "3: (63) *(u32 *)(r1 +8) = r2\n"
				  "4: (b7) r0 = 0\n"
				  "5: (95) exit\n");
	free(text);
	arena_free(m.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(instructions_read_as_in_the_verifier_log),
		cmocka_unit_test(a_wide_constant_is_one_line),
		cmocka_unit_test(cut_off_code_is_shown_as_far_as_it_goes),
		cmocka_unit_test(the_inverse_of_an_inverse_jump_is_itself),
		cmocka_unit_test(sizes_have_codes_both_ways),
		cmocka_unit_test(jumps_fall_through_to_the_next_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
