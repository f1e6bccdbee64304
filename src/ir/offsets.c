/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pass_offsets: where constant offsets are added to pointers, for good.
 *
 *   - into loads and stores: the context must be accessed with the register as the kernel gave it
 *     ("dereference of modified ctx ptr", all kernels);
 *   - for the arguments of calls, when the pointer may be NULL, right before the call and so behind
 *     the comparison ("pointer arithmetic on map_value_or_null prohibited, null-check it first").
 * Runs last, as value numbering would merge what is made apart here. Needs: pass_spaces.
 */
#include "ir/addresses.h"

static void renew(Inst *call)
{
	for (int k = 0; k < call->n_args; k++) {
		Inst *pointer = call->args[k];
		int64_t offset = 0;

		if (pointer->op != IR_PTROFF || !pointer->may_be_null)
			continue;
		while (pointer->op == IR_PTROFF) {
			offset += pointer->imm;
			pointer = pointer->args[0];
		}
		call->args[k] = ir_emit_offset(call, pointer, offset);
	}
}

void pass_offsets(Function *f)
{
	FOR_BLOCKS(b, f) {
		FOR_INSTS(i, b) {
			switch (i->op) {
			case IR_LOAD:
			case IR_STORE:
			case IR_ATOMIC:
				ir_fold_offset(i);
				break;
			case IR_CALL_HELPER:
			case IR_CALL:
			case IR_CALL_KFUNC:
				renew(i);
				break;
			default:
				break;
			}
		}
	}
}
