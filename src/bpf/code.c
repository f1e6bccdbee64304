/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The back end's list of steps: one Function of optimised IR -> Code.
 * `arena` keeps the Code; machine code on the way to it lives there as well.
 */
#include "bpf/machine.h"

bool code_function(Arena *arena, Function *f, Diags *diags, Code *code)
{
	MFunc *m;

	lower_function(f);
	ir_dominators(f);
	ir_loops(f);
	ir_count_uses(f);
	m = select_function(arena, f, diags);
	if (!allocate_registers(m)) {
		diag_report(diags, f->source ? f->source->loc : 0, DIAG_internal_error,
			    "no registers could be found for function '%s'", f->name);
		return false;
	}
	peephole(m);
	layout_blocks(m);
	return frame_assign(m) && encode_function(m, code);
}
