/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which functions are programs, of which type, and where they attach.
 *
 * A function that the program's text defines and that is not static is a program. Its kind comes
 * from its section, else from the prefix of its name (facts/probe_kinds.def), else its type comes
 * from the type of its context; if nothing tells, the loader must say. Also here: the trampoline
 * form, __bcc_trampoline(name, parameters...) { body }.
 */
#include "lang/dialect.h"
#include "lang/pp.h"

#include <linux/bpf.h>

/* Names ---------------------------------------------------------------------------------------- */

/* CAT__EVT -> CAT:EVT, split at the last "__". */
static const char *event_target(Lang *l, const char *name)
{
	const char *split = NULL;

	for (const char *p = strstr(name, "__"); p; p = strstr(p + 1, "__"))
		split = p;
	if (!split || split == name || !split[2])
		return NULL;
	return arena_printf(l->arena, "%.*s:%s", (int)(split - name), name, split + 2);
}

/* MOD__FN -> "FN" in vmlinux, else "MOD:FN"; *function is FN. */
static const char *module_target(Lang *l, const char *name, const char **function)
{
	const char *split = strstr(name + 1, "__");

	*function = name;
	if (!split || !split[2])
		return name;
	*function = split + 2;
	if ((size_t)(split - name) == strlen("vmlinux") && starts_with(name, "vmlinux"))
		return *function;
	return arena_printf(l->arena, "%.*s:%s", (int)(split - name), name, *function);
}

static void set_kind(Func *f, const ProbeKindInfo *kind)
{
	f->program_type = kind->program_type;
	f->attach_type = kind->attach_type;
	f->attach_kind = kind->attach;
}

static void classify_by_name(Lang *l, Func *f, const ProbeKindInfo *kind)
{
	const char *rest = f->name->text + strlen(kind->prefix);

	set_kind(f, kind);
	f->kernel_name = rest;
	switch (kind->attach) {
	case ATTACH_TRACEPOINT: f->attach_target = event_target(l, rest); break;
	case ATTACH_FENTRY:
	case ATTACH_FEXIT: f->attach_target = module_target(l, rest, &f->kernel_name); break;
	case ATTACH_NONE: break;
	default: f->attach_target = rest;
	}
}

/* "tracepoint/sched/sched_switch" -> "sched:sched_switch"; others: what follows the first '/'. */
static void classify_by_section(Lang *l, Func *f, const ProbeKindInfo *kind)
{
	const char *target = strchr(f->section, '/');
	char *slash;

	set_kind(f, kind);
	if (!target || !target[1] || kind->section[strlen(kind->section) - 1] != '/')
		return;
	target++;
	if (kind->attach == ATTACH_TRACEPOINT) {
		char *event = arena_strdup(l->arena, target);

		slash = strchr(event, '/');
		if (slash)
			*slash = ':';
		target = event;
	}
	if (starts_with(kind->section, "ksyscall") || starts_with(kind->section, "kretsyscall"))
		target = arena_printf(l->arena, "sys_%s", target);
	f->attach_target = target;
}

/* Contexts ------------------------------------------------------------------------------------- */

static const char *context_name(const Func *f)
{
	Type *t = f->context ? type_strip(f->context) : NULL;

	return t && t->kind == TYPE_STRUCT && t->name ? t->name->text : NULL;
}

static void classify_by_context(Lang *l, Func *f)
{
	const char *name = context_name(f);

	if (!name)
		return;
	if (starts_with(name, "tracepoint__")) {
		f->program_type = BPF_PROG_TYPE_TRACEPOINT;
		f->attach_target = event_target(l, name + strlen("tracepoint__"));
		return;
	}
	if (starts_with(name, "bpf_iter__")) {
		f->program_type = BPF_PROG_TYPE_TRACING;
		f->attach_type = BPF_TRACE_ITER;
		f->attach_kind = ATTACH_ITER;
		f->attach_target = name + strlen("bpf_iter__");
		return;
	}
	for (int i = 1; program_type_info(i); i++) {
		const char *context = program_type_info(i)->context;

		if (context && strcmp(context, name) == 0) {
			f->program_type = i;
			return;
		}
	}
}

static Type *context_type(Lang *l, const Func *f)
{
	Type *t = f->params.n ? type_strip(f->params.v[0]->type) : NULL;

	return t && t->kind == TYPE_POINTER ? type_unqualified(t->base) : l->t_void;
}

static void classify(Lang *l, Func *f)
{
	const ProbeKindInfo *kind = f->section ? probe_kind_by_section(f->section) : NULL;

	f->kernel_name = f->name->text;
	f->context = context_type(l, f);
	if (kind) {
		classify_by_section(l, f, kind);
		return;
	}
	kind = f->section ? NULL : probe_kind_by_prefix(f->name->text);
	if (kind)
		classify_by_name(l, f, kind);
	else
		classify_by_context(l, f);
}

static void check_names(Lang *l, Func *f)
{
	for (int i = 0; i < f->params.n; i++) {
		Diag *d;

		if (f->params.v[i]->name)
			continue;
		d = diag_report(l->diags, f->params.v[i]->loc, DIAG_parameter_name,
				"parameter %d of the program '%s' has no name", i + 1,
				f->name->text);
		diag_hint(l->diags, d, i ? "name it" : "name it, for example 'ctx'");
	}
}

static bool is_libbpf_style(Lang *l)
{
	Dialect *d = l->dialect;

	if (!d->libbpf_style)
		d->libbpf_style = (l->options && l->options->libbpf_style) ||
				  pp_header_included(l, "bpf/bpf_helpers.h");
	return d->libbpf_style;
}

/* In libbpf's style only functions in sections are programs; the others are subprograms. */
static bool is_program(Lang *l, const Func *f)
{
	if (l->snippet_depth || f->is_static)
		return false;
	if (f->section && strcmp(f->section, ".text"))
		return true;
	return !is_libbpf_style(l);
}

void dialect_function_begin(Lang *l, Func *f, Stmt *prologue)
{
	if (!is_program(l, f))
		return;
	f->is_entry = true;
	classify(l, f);
	check_names(l, f);
	if (l->dialect->trampoline == f)
		params_bind_words(l, f, prologue);
	else if (f->params.n > 1)
		params_bind(l, f, prologue);
}

void dialect_function_end(Lang *l, Func *f)
{
	if (l->dialect->trampoline == f)
		l->dialect->trampoline = NULL;
}

/* Trampolines ---------------------------------------------------------------------------------- */

/* int name(unsigned long long *ctx, parameters...), the latter as words of ctx. */
static Type *parse_trampoline_type(Lang *l, Loc loc)
{
	Type *fn = type_function(l, l->t_int), *declared = type_function(l, l->t_int);
	Param context = { dialect_atom(l, "ctx"), type_pointer(l, l->t_ullong), loc };

	vec_push(l->arena, &fn->params, context);
	if (accept(l, TOK_COMMA) && l->token.kind != TOK_RPAREN)
		parse_parameters(l, declared);
	else
		expect(l, TOK_RPAREN);
	for (int i = 0; i < declared->params.n; i++)
		vec_push(l->arena, &fn->params, declared->params.v[i]);
	return fn;
}

void dialect_parse_trampoline(Lang *l)
{
	Specifiers specifiers = { .type = l->t_int };
	Atom *name;
	Type *type;
	Func *f;
	Loc loc;

	if (l->leading)
		attrs_merge(l, &specifiers.attrs, l->leading);
	l->leading = NULL;
	next_token(l);
	if (!expect(l, TOK_LPAREN))
		return;
	name = l->token.atom;
	loc = specifiers.loc = l->token.loc;
	if (l->token.kind != TOK_IDENT) {
		expected(l, "the name of the program");
		return;
	}
	next_token(l);
	type = parse_trampoline_type(l, loc);
	parse_attributes(l, &specifiers.attrs);
	if (l->panic || l->token.kind != TOK_LBRACE) {
		expected(l, "the body of the program, '{'");
		return;
	}
	f = function_declare(l, name, type, &specifiers, loc);
	l->dialect->trampoline = f;
	parse_function_body(l, f);
}
