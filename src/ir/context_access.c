/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accesses to the context: constant aligned offsets within it, stores only where they are allowed
 * ("invalid bpf_context access off=… size=…").
 */
#include "ir/validity.h"

static const char *context_text(const Function *f)
{
	const char *name = ir_context_name(f);

	return name ? arena_printf(f->module->arena, "struct %s", name) : "the context";
}

static void check_place(const Function *f, const Inst *i, int64_t offset)
{
	uint32_t size = spaces_context_size(ir_context_name(f));
	Diags *d = f->module->diags;

	if (offset < 0 || (size && offset + i->width > size))
		diag_hint(d, diag_report(d, i->loc, DIAG_context_access,
					 "byte %lld is outside of %s", (long long)offset,
					 context_text(f)),
			  "use the members of %s only", context_text(f));
	else if (offset % i->width)
		diag_hint(d, diag_report(d, i->loc, DIAG_context_access,
					 "an access of %d bytes at byte %lld of %s is not aligned",
					 i->width, (long long)offset, context_text(f)),
			  "load the bytes one by one");
}

static void check_store(const Function *f, const Inst *i, int64_t offset)
{
	Diags *d = f->module->diags;
	const ProgramTypeInfo *info = program_type_info(ir_program_type(f));
	Diag *diag;

	if (spaces_context_writable(ir_context_name(f), ir_program_type(f), offset, i->width))
		return;
	diag = diag_report(d, i->loc, DIAG_context_access, "%s%s%s of %s may not be written%s%s",
			   i->member && i->member->name ? "'" : "",
			   i->member && i->member->name ? i->member->name->text : "this part",
			   i->member && i->member->name ? "'" : "", context_text(f),
			   info ? " by a program of type " : "", info ? info->name : "");
	diag_hint(d, diag, "keep the value in a local variable");
}

void check_context_access(Function *f)
{
	FOR_BLOCKS(b, f) {
		FOR_INSTS(i, b) {
			Address a;

			if ((i->op != IR_LOAD && i->op != IR_STORE && i->op != IR_ATOMIC) ||
			    i->args[0]->space != SPACE_CONTEXT)
				continue;
			a = ir_address(i->args[0]);
			if (a.root->op != IR_PARAM || a.variable)
				continue;
			check_place(f, i, a.offset + i->imm);
			if (i->op != IR_LOAD)
				check_store(f, i, a.offset + i->imm);
		}
	}
}
