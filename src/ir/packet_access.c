/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Direct packet access needs a comparison with data_end before it. Reported is only what cannot be
 * right: an access that no comparison with the end of the packet comes before on any way.
 */
#include "ir/validity.h"

enum { CONDITION_DEPTH = 5 };

static bool is_packet(Space s)
{
	return s == SPACE_PACKET || s == SPACE_PACKET_END;
}

/* a comparison of packet pointers somewhere in the condition */
static bool tests_packet(const Inst *i, int depth)
{
	if (depth > CONDITION_DEPTH)
		return true;
	if (ir_ops[i->op].flags & IRF_COMPARE && is_packet(i->args[0]->space) &&
	    is_packet(i->args[1]->space))
		return true;
	if (i->op != IR_PHI && !(ir_ops[i->op].flags & IRF_PURE))
		return false;
	for (int k = 0; k < i->n_args; k++)
		if (i->args[k] != i && tests_packet(i->args[k], depth + 1))
			return true;
	return false;
}

/* Block.aux = 1: a test of packet pointers may have been made before the block. */
static void mark_tested(Function *f)
{
	bool changed = true;

	FOR_BLOCKS(b, f)
		b->aux = 0;
	while (changed) {
		changed = false;
		FOR_BLOCKS(b, f) {
			Block *succ[2];
			int n = ir_successors(b, succ);
			bool tested = b->aux || (b->last->op == IR_CONDBR &&
						 tests_packet(b->last->args[0], 0));

			for (int k = 0; k < n && tested; k++) {
				changed |= !succ[k]->aux;
				succ[k]->aux = 1;
			}
		}
	}
}

static Inst *packet_pointer(const Inst *i)
{
	switch (i->op) {
	case IR_LOAD:
	case IR_STORE:
	case IR_ATOMIC:
	case IR_FILL:
		return i->args[0]->space == SPACE_PACKET ? i->args[0] : NULL;
	case IR_COPY:
		return i->args[0]->space == SPACE_PACKET ? i->args[0] :
		       i->args[1]->space == SPACE_PACKET ? i->args[1] : NULL;
	default:
		return NULL;
	}
}

void check_packet_access(Function *f)
{
	Diags *d = f->module->diags;
	bool any = false;

	FOR_BLOCKS(b, f)
		FOR_INSTS(i, b)
			any |= packet_pointer(i) != NULL;
	if (!any)
		return;
	mark_tested(f);
	FOR_BLOCKS(b, f) {
		FOR_INSTS(i, b) {
			if (b->aux || !packet_pointer(i))
				continue;
			diag_hint(d, diag_report(d, i->loc, DIAG_packet_access_unchecked,
						 "the packet may end before these bytes: no "
						 "comparison with data_end comes before this"),
				  "if ((void *)(p + 1) > data_end) return ...; before *p is used");
		}
	}
}
