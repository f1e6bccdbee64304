/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pass_validity: the list of checks. Each reports errors at the line of the source, with what to
 * write instead; the same place in several programs is reported once (diag_report sees to that).
 * Needs: pass_spaces, pass_reads. Changes nothing.
 */
#include "ir/validity.h"

void pass_validity(Function *f)
{
	if (!f->entry)
		return;
	ir_dominators(f);
	check_helpers_allowed(f);
	check_null_tests(f);
	check_records_released(f);
	check_context_access(f);
	check_packet_access(f);
	check_loops_bounded(f);
}
