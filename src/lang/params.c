/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters of programs. The kernel hands over one pointer, the context; parameters behind it are
 * locals that are read from it on entry: from registers (kprobes, uprobes), from the registers that
 * the first register points to (system calls behind wrappers), or from the words of the context
 * (trampolines). Reads of parameters that are not used disappear as dead code.
 *
 * The architecture is told by the members that struct pt_regs has.
 */
#include "lang/dialect.h"

#include <linux/bpf.h>

enum { MOST_REGISTERS = 6, MOST_WORDS = 12 };

static const struct {
	const char *known_by; /* member of struct pt_regs on this architecture only */
	const char *function[MOST_REGISTERS];
	const char *syscall[MOST_REGISTERS];
	const char *result;        /* of a function that returned; NULL: its first parameter's */
} architectures[] = {
	{ "di", { "di", "si", "dx", "cx", "r8", "r9" }, { "di", "si", "dx", "r10", "r8", "r9" },
	  "ax" },
	{ "orig_gpr2",
	  { "gprs[2]", "gprs[3]", "gprs[4]", "gprs[5]", "gprs[6]", NULL },
	  { "orig_gpr2", "gprs[3]", "gprs[4]", "gprs[5]", "gprs[6]", NULL },
	  NULL },
	{ "pstate",
	  { "regs[0]", "regs[1]", "regs[2]", "regs[3]", "regs[4]", "regs[5]" },
	  { "orig_x0", "regs[1]", "regs[2]", "regs[3]", "regs[4]", "regs[5]" },
	  NULL },
	{ "gpr",
	  { "gpr[3]", "gpr[4]", "gpr[5]", "gpr[6]", "gpr[7]", "gpr[8]" },
	  { "gpr[3]", "gpr[4]", "gpr[5]", "gpr[6]", "gpr[7]", "gpr[8]" },
	  NULL },
	{ "a0", { "a0", "a1", "a2", "a3", "a4", "a5" }, { "a0", "a1", "a2", "a3", "a4", "a5" },
	  NULL },
	{ "regs",
	  { "regs[4]", "regs[5]", "regs[6]", "regs[7]", "regs[8]", "regs[9]" },
	  { "regs[4]", "regs[5]", "regs[6]", "regs[7]", "regs[8]", "regs[9]" },
	  NULL },
};

/* The row of `architectures` that the struct's members fit, -1 if none. */
static int find_architecture(Lang *l, Type *regs)
{
	if (!type_is_record(regs))
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(architectures); i++)
		if (type_find_member(l->unit, regs, dialect_atom(l, architectures[i].known_by),
				     NULL))
			return (int)i;
	return -1;
}

/* regs.NAME or regs.NAME[INDEX] of `*pointer`. */
static Expr *read_register(Lang *l, Expr *pointer, const char *name, Loc loc)
{
	const char *bracket = strchr(name, '[');
	Atom *member = atom_intern(l, name, bracket ? (size_t)(bracket - name) : strlen(name));
	Expr *e = expr_member(l, expr_deref(l, pointer, loc), member, loc);

	if (bracket)
		e = expr_index(l, e, expr_int(l, bracket[1] - '0', l->t_int, loc), loc);
	return expr_rvalue(l, e);
}

static bool check_type(Lang *l, Var *v)
{
	Diag *d;

	if (type_is_integer(v->type) || type_is_pointer(v->type))
		return true;
	d = diag_report(l->diags, v->loc, DIAG_program_parameter_type,
			"the parameter '%s' has the type '%s', which no register carries",
			v->name ? v->name->text : "?", type_text(l, v->type));
	diag_hint(l->diags, d, "use a pointer or an integer");
	return false;
}

static void become_local(Lang *l, Stmt *prologue, Var *v, Expr *value)
{
	v->is_param = false;
	if (check_type(l, v))
		dialect_declare(l, prologue, v,
				expr_cast(l, value, type_unqualified(v->type), v->loc), v->loc);
	else
		dialect_declare(l, prologue, v, NULL, v->loc);
}

static bool check_count(Lang *l, Func *f, int most)
{
	Diag *d;

	if (f->params.n - 1 <= most)
		return true;
	d = diag_report(l->diags, f->params.v[most + 1]->loc, DIAG_program_parameters,
			"the program '%s' has %d parameters besides its context", f->name->text,
			f->params.n - 1);
	diag_hint(l->diags, d, "at most %d can be had; drop the last ones", most);
	return false;
}

/* Registers ------------------------------------------------------------------------------------ */

static bool has_syscall_wrapper(Lang *l, const Func *f)
{
	const char *set = NULL;

	if (!f->is_syscall && !starts_with(f->name->text, "syscall__") &&
	    !starts_with(f->name->text, "kprobe____x64_sys_"))
		return false;
	if (l->host && l->host->config)
		set = l->host->config(l->host->self, "ARCH_HAS_SYSCALL_WRAPPER");
	return set && *set == 'y';
}

/* The context as pointer to struct pt_regs: what it is, or what a void pointer is taken for. */
static Expr *context_registers(Lang *l, Func *f)
{
	Var *v = f->params.v[0];
	Type *t = type_strip(v->type), *regs;
	Expr *context = dialect_value(l, v, v->loc);

	if (t->kind != TYPE_POINTER)
		return NULL;
	if (type_strip(t->base)->kind != TYPE_VOID)
		return context;
	regs = resolve_mention(l, TYPE_STRUCT, dialect_atom(l, "pt_regs"));
	return expr_cast(l, context, type_pointer(l, regs), v->loc);
}

/* struct pt_regs *__ctx = (void *)ctx->first register; visible to the program. */
static Expr *nested_registers(Lang *l, Func *f, Stmt *prologue, Expr *context, const char *first)
{
	const char *own = f->params.v[0]->name ? f->params.v[0]->name->text : "ctx";
	Atom *name = dialect_atom(l, arena_printf(l->arena, "__%s", own));
	Var *v = var_new(l, name, context->type, f->loc);

	v->is_used = true;
	dialect_declare(l, prologue, v,
			expr_cast(l, read_register(l, context, first, f->loc), v->type, f->loc),
			f->loc);
	scope_declare(l, SYMBOL_VAR, name, v->type, f->loc)->var = v;
	return dialect_value(l, v, f->loc);
}

static void report_context(Lang *l, Func *f)
{
	Diag *d = diag_report(
		l->diags, f->params.v[1]->loc, DIAG_program_context,
		"'%s' has parameters behind its context, which is '%s' and holds no registers",
		f->name->text, type_text(l, f->params.v[0]->type));

	diag_hint(l->diags, d,
		  "make the context 'struct pt_regs *ctx', or read what is needed from it; "
		  "a function that is no program is declared 'static'");
}

void params_bind(Lang *l, Func *f, Stmt *prologue)
{
	Expr *context = context_registers(l, f);
	int row = context ? find_architecture(l, type_strip(type_strip(context->type)->base)) : -1;
	int n = f->params.n;
	const char *const *names;

	f->syscall_wrapper = has_syscall_wrapper(l, f);
	if (row < 0)
		report_context(l, f);
	else if (f->syscall_wrapper)
		context = nested_registers(l, f, prologue, context, architectures[row].function[0]);
	if (!check_count(l, f, MOST_REGISTERS))
		n = MOST_REGISTERS + 1;
	names = row < 0         ? NULL
		: f->is_syscall || f->syscall_wrapper ? architectures[row].syscall
				: architectures[row].function;
	if (names && f->wants_result && architectures[row].result)
		names = &architectures[row].result;
	if (f->wants_result && !check_count(l, f, 1))
		n = 2;
	for (int i = 1; i < f->params.n; i++) {
		Expr *value = i < n && names && names[i - 1]
				      ? read_register(l, context, names[i - 1], f->params.v[i]->loc)
				      : expr_error(l, f->params.v[i]->loc);

		become_local(l, prologue, f->params.v[i], value);
	}
	f->params.n = 1;
}

/* Words ---------------------------------------------------------------------------------------- */

/* A struct pointer among a trampoline's words is an object that the verifier follows by BTF. */
static Expr *trusted(Lang *l, const Func *f, Expr *value, Type *type, Loc loc)
{
	Type *t = type_strip(type);
	Expr *e;

	if (f->program_type == BPF_PROG_TYPE_RAW_TRACEPOINT || t->kind != TYPE_POINTER ||
	    !type_is_record(t->base) ||
	    type_space(type) != TYPE_SPACE_NONE)
		return value;
	e = expr_builtin(l, BUILTIN_AS_TRUSTED, type_unqualified(type), loc);
	vec_push(l->arena, &e->args, expr_cast(l, value, type_unqualified(type), loc));
	return e;
}

void params_bind_words(Lang *l, Func *f, Stmt *prologue)
{
	check_count(l, f, MOST_WORDS);
	for (int i = 1; i < f->params.n; i++) {
		Var *v = f->params.v[i];
		Expr *index = expr_int(l, i - 1, l->t_int, v->loc);
		Expr *word = expr_rvalue(
			l, expr_index(l, dialect_value(l, f->params.v[0], v->loc), index, v->loc));

		become_local(l, prologue, v, trusted(l, f, word, v->type, v->loc));
	}
	f->params.n = 1;
}
