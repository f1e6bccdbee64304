/* SPDX-License-Identifier: Apache-2.0 */
/*
 * May the program call its helpers: by its type, by the kernel it is compiled for, by its licence.
 */
#include "ir/validity.h"

enum { SHOWN_TYPES = 5, LAST_PROGRAM_TYPE = 32 };

/* The licences that license_is_gpl_compatible() of the kernel knows. */
static bool is_gpl_compatible(const char *license)
{
	static const char *const known[] = {
		"GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL",
		"Dual MPL/GPL",
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (strcmp(license, known[i]) == 0)
			return true;
	return false;
}

static void check_type(const Function *f, const Inst *call, const HelperInfo *h)
{
	int type = ir_program_type(f), shown = 0;
	const ProgramTypeInfo *info = program_type_info(type);
	Diags *d = f->module->diags;
	StrBuf types = { 0 };
	Diag *diag;

	if (!info || helper_allowed(h, type))
		return;
	diag = diag_report(d, call->loc, DIAG_helper_not_allowed,
			   "bpf_%s may not be called in a program of type %s", h->name, info->name);
	for (int t = 1; t <= LAST_PROGRAM_TYPE; t++) {
		if (!program_type_info(t) || !helper_allowed(h, t))
			continue;
		if (shown++ < SHOWN_TYPES)
			sb_printf(&types, "%s%s", types.n ? ", " : "", program_type_info(t)->name);
	}
	if (types.n)
		diag_hint(d, diag, "bpf_%s is for programs of type %s%s", h->name, types.p,
			  shown > SHOWN_TYPES ? " and others" : "");
	sb_free(&types);
}

static void check_version(const Function *f, const Inst *call, const HelperInfo *h)
{
	const Host *host = f->module->unit ? f->module->unit->host : NULL;
	Diags *d = f->module->diags;
	Diag *diag;

	if (!host || !host->kernel_version || host->kernel_version >= h->since)
		return;
	if (host->has && host->has(host->self, HOST_HELPER, h->name, NULL))
		return;
	diag = diag_report(d, call->loc, DIAG_helper_too_new,
			   "bpf_%s came with Linux %u.%u; this is for Linux %u.%u", h->name,
			   h->since >> 16, h->since >> 8 & 255, host->kernel_version >> 16,
			   host->kernel_version >> 8 & 255);
	diag_hint(d, diag, "put the call under #if __kernel_has_helper(%s) and write another way "
		  "for older kernels", h->name);
}

static void check_license(const Function *f, const Inst *call, const HelperInfo *h)
{
	const char *license = f->module->unit ? f->module->unit->license : NULL;
	Diags *d = f->module->diags;

	if (!h->gpl_only || !license || is_gpl_compatible(license))
		return;
	diag_hint(d, diag_report(d, call->loc, DIAG_helper_needs_gpl,
				 "bpf_%s is for GPL-compatible programs; the licence of this "
				 "one is '%s'", h->name, license),
		  "#define BPF_LICENSE GPL, or Dual MIT/GPL");
}

void check_helpers_allowed(Function *f)
{
	FOR_BLOCKS(b, f) {
		FOR_INSTS(i, b) {
			const HelperInfo *h = NULL;

			if (i->op == IR_CALL_HELPER)
				h = helper_by_id(i->helper);
			if (!h)
				continue;
			check_type(f, i, h);
			check_version(f, i, h);
			check_license(f, i, h);
		}
	}
}
