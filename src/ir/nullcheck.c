/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pointers from helpers that may be NULL: used only behind a comparison with NULL ("invalid mem
 * access 'map_value_or_null'"), and ring-buffer records given back on every way out ("Unreleased
 * reference").
 */
#include "ir/validity.h"

/* Uses ---------------------------------------------------------------------------------------- */

/* Whether the helper refuses NULL as argument k. */
static bool refuses_null(const Inst *call, int k)
{
	char class = ir_argument_class(call, k), next = ir_argument_class(call, k + 1);

	if ((class == 'r' || class == 'w' || class == 'b') && next == 'z')
		return ir_argument_size(call, k) > 0;
	return class && strchr("kvrwbxlsa", class) != NULL;
}

static bool uses(Way *w, Inst *pointer)
{
	Match m = way_leads_to_def(w, pointer);

	return m == MATCH_YES || (m == MATCH_MAYBE && w->rough);
}

static WayAnswer visit_use(Way *w, Inst *i)
{
	bool used = false;

	switch (i->op) {
	case IR_LOAD:
	case IR_STORE:
	case IR_ATOMIC:
	case IR_FILL:
		used = uses(w, i->args[0]);
		break;
	case IR_COPY:
		used = uses(w, i->args[0]) || uses(w, i->args[1]);
		break;
	case IR_CALL_HELPER:
		for (int k = 0; k < i->n_args && !used; k++)
			used = refuses_null(i, k) && uses(w, i->args[k]);
		break;
	default:
		break;
	}
	return used ? WAY_FOUND : WAY_ON;
}

/* Messages ------------------------------------------------------------------------------------ */

static const char *what_may_be_null(const Function *f, const Inst *def)
{
	const HelperInfo *h = helper_by_id(def->helper);
	const MapDecl *map = ir_call_map(def);
	const char *name = map && map->name ? map->name->text : NULL;

	if (def->helper == HELPER_RINGBUF_RESERVE)
		return name ? arena_printf(f->module->arena, "the record reserved in '%s'", name) :
		       "the reserved record";
	if (h && h->result == 'V')
		return name ? arena_printf(f->module->arena, "the value of map '%s'", name) :
		       "the value of the map";
	return arena_printf(f->module->arena, "the result of bpf_%s", h ? h->name : "helper");
}

void check_null_tests(Function *f)
{
	Diags *d = f->module->diags;

	FOR_BLOCKS(b, f) {
		FOR_INSTS(i, b) {
			Way w = { .f = f, .def = i, .visit = visit_use };
			const char *what;
			Diag *diag;

			if (i->op != IR_CALL_HELPER || !i->may_be_null || !way_exists(&w))
				continue;
			what = what_may_be_null(f, i);
			diag = diag_report(d, w.found->loc, DIAG_null_check_missing,
					   "%s may be NULL here", what);
			diag_note(d, diag, i->loc, "the pointer comes from here");
			diag_hint(d, diag, "test it before it is used: if (!p) return 0;");
		}
	}
}

/* Records ------------------------------------------------------------------------------------- */

static WayAnswer visit_release(Way *w, Inst *i)
{
	switch (i->op) {
	case IR_RET:
		return WAY_FOUND;
	case IR_UNREACHABLE:
		return WAY_STOP;
	case IR_CALL_HELPER:
	case IR_CALL:
	case IR_CALL_KFUNC:
		for (int k = 0; k < i->n_args; k++) {
			/* reading into the record, or sending it on, does not release it */
			if (i->op == IR_CALL_HELPER && ir_argument_class(i, k) != 'a' &&
			    ir_argument_class(i, k) != '.')
				continue;
			if (way_leads_to_def(w, i->args[k]) == MATCH_YES ||
			    (!w->rough && way_leads_to_def(w, i->args[k]) == MATCH_MAYBE))
				return WAY_STOP;
		}
		return WAY_ON;
	case IR_STORE:
		/* kept in memory: someone may release it from there */
		return way_leads_to_def(w, i->args[1]) == MATCH_NO ? WAY_ON : WAY_STOP;
	default:
		return WAY_ON;
	}
}

void check_records_released(Function *f)
{
	Diags *d = f->module->diags;

	FOR_BLOCKS(b, f) {
		FOR_INSTS(i, b) {
			Way w = { .f = f, .def = i, .drop_null = true, .visit = visit_release };
			Diag *diag;

			if (i->op != IR_CALL_HELPER || i->helper != HELPER_RINGBUF_RESERVE ||
			    !way_exists(&w))
				continue;
			diag = diag_report(d, i->loc, DIAG_ringbuf_not_released,
					   "%s is neither submitted nor discarded on some way to "
					   "the end of the program", what_may_be_null(f, i));
			diag_note(d, diag, w.last_branch ? w.last_branch->loc : w.found->loc,
				  "this way leads to the end");
			diag_hint(d, diag, "call ringbuf_submit or ringbuf_discard before every "
				  "return");
		}
	}
}
