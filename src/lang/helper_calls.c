/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of kernel helpers by name: bpf_x(...), with the checks and conversions of the declaration
 * in facts/helpers.def. Some names of the dialect are helpers with another order of arguments. A
 * map may be given as NAME or &NAME. Also the dialect's functions that are constants or not
 * possible yet.
 */
#include "lang/dialect.h"

#include <linux/bpf.h>

static const HelperAlias aliases[] = {
	{ "bpf_trace_printk_", "int bpf_trace_printk_(const char *fmt, u64 fmt_size, ...)", 6,
	  NULL },
	{ "bpf_tail_call_", "void bpf_tail_call_(void *map, void *ctx, int index)", 12, "102" },
	{ "bcc_get_stackid_", "int bcc_get_stackid_(void *ctx, void *map, u64 flags)", 27, NULL },
	{ "bcc_get_stackid", "int bcc_get_stackid(void *map, void *ctx, u64 flags)", 27, "102" },
	{ "bpf_map_lookup_elem_", "void *bpf_map_lookup_elem_(void *map, void *key)", 1, NULL },
	{ "bpf_map_update_elem_",
	  "int bpf_map_update_elem_(void *map, void *key, void *value, u64 flags)", 2, NULL },
	{ "bpf_map_delete_elem_", "int bpf_map_delete_elem_(void *map, void *key)", 3, NULL },
};

const HelperAlias *helper_alias(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(aliases); i++)
		if (strcmp(aliases[i].name, name) == 0)
			return &aliases[i];
	return NULL;
}

/* Conversion of arguments ---------------------------------------------------------------------- */

static bool check_count(Lang *l, Symbol *helper, Expr *call, const HelperInfo *info, Loc loc)
{
	const HelperAlias *alias = helper_alias(helper->name->text);
	Type *fn = type_strip(helper->type);
	int want = fn->params.n, got = call->args.n;
	Diag *d;

	if (got == want || (got > want && fn->variadic && got <= 5))
		return true;
	if (got > want && fn->variadic)
		d = diag_report(l->diags, loc, DIAG_helper_arguments,
				"'%s' takes at most 5 arguments, not %d", helper->name->text, got);
	else
		d = diag_report(l->diags, loc, DIAG_helper_arguments,
				"'%s' takes %d argument%s, not %d", helper->name->text, want,
				want == 1 ? "" : "s", got);
	diag_hint(l->diags, d, "%s", alias ? alias->declaration : info->declaration);
	return false;
}

/* Class of the declaration's argument `i`, see HelperInfo.args. */
static char class_of(const HelperInfo *info, const HelperAlias *alias, int i)
{
	if (alias && alias->order) {
		const char *place = strchr(alias->order, '0' + i);

		return place ? info->args[place - alias->order] : 'i';
	}
	return i < (int)strlen(info->args) ? info->args[i] : '.';
}

static Expr *map_argument(Lang *l, Expr *arg)
{
	MapDecl *map = dialect_map_of(arg);

	if (map)
		return dialect_map_address(l, map, arg->loc);
	/* the pointer to an inner map that a lookup gave, or the integer it was kept in */
	return expr_cast(l, arg, l->t_void_ptr, arg->loc);
}

static Expr *convert_argument(Lang *l, Expr *arg, Type *to, char class)
{
	if (class == 'm')
		return map_argument(l, arg);
	if (class == 'f')
		return expr_cast(l, arg, l->t_void_ptr, arg->loc);
	if (!to)
		return expr_promote(l, arg);
	return expr_convert(l, arg, to, arg->loc);
}

/* The map that the call names, or NULL. */
static MapDecl *map_of_call(const HelperInfo *info, Expr *e)
{
	const char *place = strchr(info->args, 'm');

	return place && place - info->args < e->args.n
		       ? dialect_map_of(e->args.v[place - info->args])
		       : NULL;
}

static bool gives_value(const HelperInfo *info, const MapDecl *map)
{
	return (info->result == 'V' || info->result == 'M') && map->leaf &&
	       map->type != BPF_MAP_TYPE_ARRAY_OF_MAPS && map->type != BPF_MAP_TYPE_HASH_OF_MAPS;
}

/* What the map says about the call: type of a value found, type of events sent. */
static void learn_from_map(Lang *l, const HelperInfo *info, Expr *e)
{
	MapDecl *map = map_of_call(info, e);

	if (!map)
		return;
	if (gives_value(info, map)) {
		e->type = type_pointer(l, map->leaf);
		e->map = map;
	}
	switch (info->id) {
	case 25:  /* perf_event_output(ctx, map, flags, data, size) */
	case 111: /* skb_output */
	case 121: /* xdp_output */ map_record_event(map, e->args.v[3]); break;
	case 130: /* ringbuf_output(map, data, size, flags) */
		map_record_event(map, e->args.v[1]);
		break;
	}
}

static bool check_stackid(Lang *l, Expr *e, Loc loc)
{
	MapDecl *map = e->helper == 27 && e->args.n > 1 ? dialect_map_of(e->args.v[1]) : NULL;

	if (!map || map->is_extern || map->type == BPF_MAP_TYPE_STACK_TRACE)
		return true;
	diag_hint(l->diags,
		  diag_report(l->diags, loc, DIAG_stackid_on_other_map,
			      "'%s' is no stack trace map", map->name->text),
		  "declare it with BPF_STACK_TRACE(%s, entries)", map->name->text);
	return false;
}

Expr *dialect_helper_call(Lang *l, Symbol *helper, Expr *call, Loc loc)
{
	const HelperAlias *alias = helper_alias(helper->name->text);
	const HelperInfo *info = helper_by_id((int)helper->value);
	Type *fn = type_strip(helper->type);
	Expr *e;
	Str ignored;

	if (info->id == 6 && helper->is_external && !alias && call->args.n &&
	    dialect_string_of(call->args.v[0], &ignored) &&
	    !(l->options && l->options->libbpf_style))
		return printk_call(l, call, loc);
	if (!check_count(l, helper, call, info, loc))
		return expr_error(l, loc);
	e = expr_new(l, EXPR_HELPER, fn->base, loc);
	e->helper = info->id;
	for (int i = 0; i < call->args.n; i++) {
		int from = alias && alias->order ? alias->order[i] - '0' : i;
		Type *to = from < fn->params.n ? fn->params.v[from].type : NULL;

		vec_push(l->arena, &e->args,
			 convert_argument(l, call->args.v[from], to, class_of(info, alias, from)));
	}
	if (!check_stackid(l, e, loc))
		return expr_error(l, loc);
	learn_from_map(l, info, e);
	return e;
}

/* Helpers that the program declares itself
 * --------------------------------------------------------- */

/* The number in `static long (*bpf_new)(void *) = (void *)BPF_FUNC_new`; 0 if it is none. */
static int constant_helper(Lang *l, const Var *v)
{
	Type *t = type_strip(v->type);
	int64_t id;

	if (t->kind != TYPE_POINTER || type_strip(t->base)->kind != TYPE_FUNC || !v->init ||
	    v->init->items.n != 1 || !v->init->items.v[0].value ||
	    !constant_value(l, v->init->items.v[0].value, &id) || id <= 0 || id > 1 << 20)
		return 0;
	return (int)id;
}

Expr *dialect_constant_call(Lang *l, Symbol *s, Loc loc)
{
	int id = s->var ? constant_helper(l, s->var) : 0;
	Symbol helper = *s;
	Expr *call;

	if (!id)
		return NULL;
	call = expr_new(l, EXPR_HELPER, l->t_int, loc);
	parse_arguments(l, call);
	if (!helper_by_id(id)) {
		diag_report(l->diags, loc, DIAG_helper_arguments, "no helper has the number %d",
			    id);
		return expr_error(l, loc);
	}
	helper.kind = SYMBOL_HELPER;
	helper.type = type_strip(s->type)->base;
	helper.value = id;
	return dialect_helper_call(l, &helper, call, loc);
}

/* Functions that are no helpers ---------------------------------------------------------------- */

Expr *helper_parse_usdt(Lang *l, Symbol *s, Loc loc)
{
	Expr *call = expr_new(l, EXPR_CALL, l->t_int, loc);
	Diag *d;

	parse_arguments(l, call);
	if (call->args.n != s->value) {
		d = diag_report(l->diags, loc, DIAG_helper_arguments,
				"'%s' takes %d arguments, not %d", s->name->text, (int)s->value,
				call->args.n);
		diag_hint(l->diags, d,
			  s->value == 3 ? "bpf_usdt_readarg(number, ctx, &variable)"
					: "bpf_usdt_readarg_p(number, ctx, buffer, size)");
		return expr_error(l, loc);
	}
	d = diag_report(
		l->diags, loc, DIAG_usdt_not_bound,
		"'%s' is not bound to an enabled USDT probe, so it has no arguments to read",
		l->function && l->function->name ? l->function->name->text : "this function");
	diag_hint(l->diags, d, "enable the probe for this function before the program is compiled");
	return expr_error(l, loc);
}

/* Processors online when the program is compiled. */
Expr *helper_parse_num_cpus(Lang *l, Symbol *s, Loc loc)
{
	Expr *call = expr_new(l, EXPR_CALL, l->t_int, loc);
	int n = l->host && l->host->cpus_online > 0 ? l->host->cpus_online : 1;

	parse_arguments(l, call);
	if (call->args.n)
		diag_report(l->diags, loc, DIAG_helper_arguments, "'%s' takes no arguments",
			    s->name->text);
	return expr_int(l, n, l->t_int, loc);
}
