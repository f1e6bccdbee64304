/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The typed tree as text, for `bcc dump --tree` and tests: maps, globals, functions, statements
 * one a line, expressions fully parenthesised. Conversions show as (type)x, addresses as &x,
 * decay as decay(x), members with their offset.
 */
#include "internal.h"

typedef struct Printer {
	StrBuf *out;
	Arena *arena;
	const Unit *unit;
	int indent;
} Printer;

static const char *const operators[] = {
	[OP_ADD] = "+", [OP_SUB] = "-", [OP_MUL] = "*",    [OP_DIV] = "/",    [OP_MOD] = "%",
	[OP_AND] = "&", [OP_OR] = "|",  [OP_XOR] = "^",    [OP_SHL] = "<<",   [OP_SHR] = ">>",
	[OP_EQ] = "==", [OP_NE] = "!=", [OP_LT] = "<",     [OP_LE] = "<=",    [OP_GT] = ">",
	[OP_GE] = ">=", [OP_NEG] = "-", [OP_BITNOT] = "~", [OP_LOGNOT] = "!",
};

static const char *const builtin_names[] = {
	[BUILTIN_MEMCPY] = "memcpy", [BUILTIN_MEMMOVE] = "memmove", [BUILTIN_MEMSET] = "memset",
	[BUILTIN_MEMCMP] = "memcmp", [BUILTIN_BSWAP16] = "bswap16", [BUILTIN_BSWAP32] = "bswap32",
	[BUILTIN_BSWAP64] = "bswap64", [BUILTIN_CLZ32] = "clz32", [BUILTIN_CLZ64] = "clz64",
	[BUILTIN_CTZ32] = "ctz32", [BUILTIN_CTZ64] = "ctz64", [BUILTIN_POPCOUNT32] = "popcount32",
	[BUILTIN_POPCOUNT64] = "popcount64", [BUILTIN_TRAP] = "trap",
	[BUILTIN_UNREACHABLE] = "unreachable", [BUILTIN_BARRIER] = "barrier",
	[BUILTIN_ATOMIC_ADD] = "atomic_add", [BUILTIN_FETCH_ADD] = "fetch_add",
	[BUILTIN_FETCH_AND] = "fetch_and", [BUILTIN_FETCH_OR] = "fetch_or",
	[BUILTIN_FETCH_XOR] = "fetch_xor", [BUILTIN_EXCHANGE] = "exchange",
	[BUILTIN_COMPARE_EXCHANGE] = "compare_exchange", [BUILTIN_LOAD_BYTE] = "load_byte",
	[BUILTIN_LOAD_HALF] = "load_half", [BUILTIN_LOAD_WORD] = "load_word",
	[BUILTIN_AS_USER] = "as_user", [BUILTIN_AS_KERNEL] = "as_kernel",
	[BUILTIN_AS_TRUSTED] = "as_trusted",
};

static void print_expr(Printer *p, const Expr *e);
static void print_stmt(Printer *p, const Stmt *s);
static void print_block(Printer *p, const Stmt *s);

static const char *type_of(Printer *p, Type *t)
{
	return type_name(p->arena, t);
}

static void print_name(Printer *p, const Var *v)
{
	if (v->name)
		sb_puts(p->out, v->name->text);
	else if (v->is_param)
		sb_printf(p->out, "$%d", v->param_index);
	else
		sb_puts(p->out, "$");
}

static void print_string(Printer *p, Str s)
{
	sb_putc(p->out, '"');
	for (size_t i = 0; i + 1 < s.n || (i < s.n && s.p[i]); i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < ' ' || c > '~' || c == '"' || c == '\\')
			sb_printf(p->out, "\\x%02x", c);
		else
			sb_putc(p->out, (char)c);
	}
	sb_putc(p->out, '"');
}

static void print_int(Printer *p, const Expr *e)
{
	if (type_is_pointer(e->type))
		sb_printf(p->out, "(%s)%#llx", type_of(p, e->type), (unsigned long long)e->i);
	else if (type_strip(e->type)->size == 16)
		sb_printf(p->out, "0x%llx%016llx", (unsigned long long)e->i_hi,
			  (unsigned long long)e->i);
	else if (type_is_signed(e->type))
		sb_printf(p->out, "%lld", (long long)e->i);
	else
		sb_printf(p->out, "%lluu", (unsigned long long)e->i);
	if (!type_is_pointer(e->type) && type_strip(e->type)->size == 8)
		sb_putc(p->out, 'l');
}

static void print_init(Printer *p, const Init *init)
{
	sb_putc(p->out, '{');
	for (int i = 0; i < init->items.n; i++) {
		const InitItem *item = &init->items.v[i];

		if (i)
			sb_puts(p->out, ", ");
		if (item->bit_width)
			sb_printf(p->out, "bits %u+%u: ", item->bit_offset, item->bit_width);
		else
			sb_printf(p->out, "%llu: ", (unsigned long long)item->offset);
		print_expr(p, item->value);
	}
	sb_putc(p->out, '}');
}

static void print_args(Printer *p, const Expr *e)
{
	sb_putc(p->out, '(');
	for (int i = 0; i < e->args.n; i++) {
		if (i)
			sb_puts(p->out, ", ");
		print_expr(p, e->args.v[i]);
	}
	sb_putc(p->out, ')');
}

static void print_two(Printer *p, const Expr *e, const char *op, const char *suffix)
{
	sb_putc(p->out, '(');
	print_expr(p, e->a);
	sb_printf(p->out, " %s%s ", op, suffix);
	print_expr(p, e->b);
	if (e->scale > 1)
		sb_printf(p->out, " * %llu", (unsigned long long)e->scale);
	sb_putc(p->out, ')');
}

static void print_conditional(Printer *p, const Expr *e)
{
	sb_putc(p->out, '(');
	print_expr(p, e->a);
	sb_puts(p->out, " ? ");
	if (e->b)
		print_expr(p, e->b);
	sb_puts(p->out, " : ");
	print_expr(p, e->c);
	sb_putc(p->out, ')');
}

static void print_prefixed(Printer *p, const char *prefix, const Expr *a, const char *suffix)
{
	sb_puts(p->out, prefix);
	print_expr(p, a);
	sb_puts(p->out, suffix);
}

static void print_address(Printer *p, const Expr *e)
{
	bool decay = type_strip(e->a->type)->kind == TYPE_ARRAY &&
		     type_strip(type_strip(e->type)->base)->kind != TYPE_ARRAY;

	print_prefixed(p, decay ? "decay(" : "&", e->a, decay ? ")" : "");
}

static void print_member(Printer *p, const Expr *e)
{
	print_expr(p, e->a);
	sb_printf(p->out, ".%s@%llu", e->member->name ? e->member->name->text : "?",
		  (unsigned long long)e->offset);
}

static void print_increment(Printer *p, const Expr *e)
{
	const char *op = e->step < 0 ? "--" : "++";

	print_prefixed(p, e->is_postfix ? "" : op, e->a, e->is_postfix ? op : "");
}

static void print_value(Printer *p, const Expr *e)
{
	switch (e->kind) {
	case EXPR_INT: print_int(p, e); break;
	case EXPR_FLOAT: sb_printf(p->out, "%g", e->f); break;
	case EXPR_STRING: print_string(p, e->str); break;
	case EXPR_VAR: print_name(p, e->var); break;
	case EXPR_FUNC: sb_puts(p->out, e->func->name->text); break;
	case EXPR_MAP: sb_puts(p->out, e->map->name->text); break;
	default:
		sb_printf(p->out, "(%s)", type_of(p, e->type));
		print_init(p, e->init);
	}
}

static void print_call(Printer *p, const Expr *e)
{
	if (e->kind == EXPR_CALL)
		sb_puts(p->out, e->func->name->text);
	else if (e->kind == EXPR_KFUNC)
		sb_puts(p->out, e->kfunc);
	else if (e->kind == EXPR_BUILTIN)
		sb_printf(p->out, "@%s", builtin_names[e->builtin]);
	else if (helper_by_id(e->helper))
		sb_printf(p->out, "bpf_%s", helper_by_id(e->helper)->name);
	else
		sb_printf(p->out, "helper_%d", e->helper);
	print_args(p, e);
}

static void print_expr(Printer *p, const Expr *e)
{
	switch (e->kind) {
	case EXPR_DEREF: print_prefixed(p, "*", e->a, ""); break;
	case EXPR_MEMBER: print_member(p, e); break;
	case EXPR_ADDRESS: print_address(p, e); break;
	case EXPR_UNARY: print_prefixed(p, operators[e->op], e->a, ""); break;
	case EXPR_BINARY: print_two(p, e, operators[e->op], ""); break;
	case EXPR_POINTER_ADD: print_two(p, e, "+p", ""); break;
	case EXPR_POINTER_DIFF: print_two(p, e, "-p", ""); break;
	case EXPR_LOGICAL_AND: print_two(p, e, "&&", ""); break;
	case EXPR_LOGICAL_OR: print_two(p, e, "||", ""); break;
	case EXPR_COMMA: print_two(p, e, ",", ""); break;
	case EXPR_CONDITIONAL: print_conditional(p, e); break;
	case EXPR_CONVERT:
		sb_printf(p->out, "(%s)", type_of(p, e->type));
		print_expr(p, e->a);
		break;
	case EXPR_ASSIGN: print_two(p, e, "=", ""); break;
	case EXPR_ASSIGN_OP: print_two(p, e, operators[e->op], "="); break;
	case EXPR_INCREMENT: print_increment(p, e); break;
	case EXPR_STATEMENT:
		sb_puts(p->out, "({\n");
		p->indent++;
		print_block(p, e->stmt);
		p->indent--;
		sb_printf(p->out, "%*s})", p->indent * 2, "");
		break;
	case EXPR_CALL:
	case EXPR_HELPER:
	case EXPR_KFUNC:
	case EXPR_BUILTIN: print_call(p, e); break;
	default: print_value(p, e);
	}
}

/* Statements ---------------------------------------------------------------------------------- */

static void line(Printer *p)
{
	sb_printf(p->out, "%*s", p->indent * 2, "");
}

static void print_inner(Printer *p, const Stmt *s)
{
	p->indent++;
	if (s && s->kind == STMT_BLOCK)
		print_block(p, s);
	else if (s)
		print_stmt(p, s);
	p->indent--;
}

static void print_block(Printer *p, const Stmt *s)
{
	for (int i = 0; i < s->list.n; i++)
		print_stmt(p, s->list.v[i]);
}

static void print_with(Printer *p, const char *word, const Expr *e)
{
	sb_puts(p->out, word);
	if (e) {
		sb_putc(p->out, ' ');
		print_expr(p, e);
	}
	sb_putc(p->out, '\n');
}

static void print_var(Printer *p, const char *word, const Var *v)
{
	sb_printf(p->out, "%s ", word);
	print_name(p, v);
	sb_printf(p->out, ": %s", type_of(p, v->type));
	if (v->init) {
		sb_puts(p->out, " = ");
		print_init(p, v->init);
	}
	for (int i = 0; i < v->tags.n; i++)
		sb_printf(p->out, " [%s]", v->tags.v[i]);
	sb_putc(p->out, '\n');
}

static void print_loop(Printer *p, const Stmt *s)
{
	if (s->unroll)
		sb_printf(p->out, "unroll %d ", s->unroll);
	print_with(p, s->test_after ? "do-while" : "while", s->expr);
	if (s->init)
		print_inner(p, s->init);
	print_inner(p, s->body);
	if (s->step) {
		line(p);
		print_with(p, "step", s->step);
	}
}

static void print_case(Printer *p, const Stmt *s)
{
	if (s->is_default)
		sb_puts(p->out, "default\n");
	else if (s->low == s->high)
		sb_printf(p->out, "case %lld\n", (long long)s->low);
	else
		sb_printf(p->out, "case %lld ... %lld\n", (long long)s->low, (long long)s->high);
	print_inner(p, s->body);
}

static void print_if(Printer *p, const Stmt *s)
{
	print_with(p, "if", s->expr);
	print_inner(p, s->body);
	if (!s->other)
		return;
	line(p);
	sb_puts(p->out, "else\n");
	print_inner(p, s->other);
}

static void print_stmt(Printer *p, const Stmt *s)
{
	line(p);
	switch (s->kind) {
	case STMT_EXPR: print_with(p, "do", s->expr); break;
	case STMT_DECL: print_var(p, "var", s->var); break;
	case STMT_BLOCK:
		sb_puts(p->out, "block\n");
		print_inner(p, s);
		break;
	case STMT_IF: print_if(p, s); break;
	case STMT_LOOP: print_loop(p, s); break;
	case STMT_SWITCH:
		print_with(p, "switch", s->expr);
		print_inner(p, s->body);
		break;
	case STMT_CASE: print_case(p, s); break;
	case STMT_BREAK: sb_puts(p->out, "break\n"); break;
	case STMT_CONTINUE: sb_puts(p->out, "continue\n"); break;
	case STMT_GOTO: sb_printf(p->out, "goto %s\n", s->label->text); break;
	case STMT_LABEL:
		sb_printf(p->out, "label %s\n", s->label->text);
		print_inner(p, s->body);
		break;
	case STMT_RETURN: print_with(p, "return", s->expr); break;
	case STMT_EMPTY: sb_puts(p->out, "empty\n"); break;
	}
}

/* The unit ------------------------------------------------------------------------------------ */

static void print_map(Printer *p, const MapDecl *m)
{
	sb_printf(p->out, "map %s: type %d", m->name->text, m->type);
	if (m->key)
		sb_printf(p->out, " key %s", type_of(p, m->key));
	if (m->leaf)
		sb_printf(p->out, " leaf %s", type_of(p, m->leaf));
	sb_printf(p->out, " entries %u\n", m->max_entries);
}

static void print_function(Printer *p, const Func *f)
{
	sb_printf(p->out, "%s %s: %s\n", f->is_entry ? "program" : "function", f->name->text,
		  type_of(p, f->type));
	p->indent = 1;
	for (int i = 0; i < f->params.n; i++) {
		line(p);
		print_var(p, "param", f->params.v[i]);
	}
	print_block(p, f->body);
}

void lang_print_unit(const Unit *u, StrBuf *out)
{
	Printer p = { .out = out, .arena = u->arena, .unit = u };

	for (int i = 0; i < u->tags.n; i++)
		sb_printf(out, "tag %s\n", u->tags.v[i]);
	for (int i = 0; i < u->maps.n; i++)
		print_map(&p, u->maps.v[i]);
	for (int i = 0; i < u->globals.n; i++)
		print_var(&p, "global", u->globals.v[i]);
	for (int i = 0; i < u->funcs.n; i++)
		print_function(&p, u->funcs.v[i]);
}
