/* SPDX-License-Identifier: Apache-2.0 */
/*
 * __builtin_* functions: those that are decided while parsing (constant_p, choose_expr, offsetof,
 * object_size), and those that become EXPR_BUILTIN nodes. memcpy, memmove, memset and memcmp are
 * also known by their plain names; a program may declare its own.
 */
#include "internal.h"

Symbol *builtin_declare(Lang *l, const char *name, int64_t value,
			Expr *(*parse_call)(Lang *l, Symbol *s, Loc loc))
{
	Symbol *s = scope_declare_external(l, SYMBOL_BUILTIN, atom_intern(l, name, strlen(name)),
					   NULL, 0);

	s->parse_call = parse_call;
	s->value = value;
	return s;
}

Expr *expr_builtin(Lang *l, Builtin b, Type *type, Loc loc)
{
	Expr *e = expr_new(l, EXPR_BUILTIN, type, loc);

	e->builtin = b;
	return e;
}

/* Arguments of a built-in with a fixed number of them; NULL after a diagnostic. */
static Expr *arguments(Lang *l, const Symbol *s, int least, int most, Loc loc)
{
	Expr *call = expr_new(l, EXPR_BUILTIN, l->t_void, loc);

	parse_arguments(l, call);
	for (int i = 0; i < call->args.n; i++) {
		if (expr_is_error(l, call->args.v[i]))
			return NULL;
	}
	if (call->args.n >= least && call->args.n <= most)
		return call;
	if (!l->panic)
		diag_report(l->diags, loc, DIAG_argument_count, "'%s' takes %d arguments, not %d",
			    s->name->text, least, call->args.n);
	return NULL;
}

/* Decided at once ----------------------------------------------------------------------------- */

static Expr *parse_constant_p(Lang *l, Symbol *s, Loc loc)
{
	int64_t value;
	Expr *call, *e, *at;
	bool constant;

	l->unevaluated++;
	call = arguments(l, s, 1, 1, loc);
	l->unevaluated--;
	if (!call)
		return expr_error(l, loc);
	e = at = call->args.v[0];
	while (at->kind == EXPR_CONVERT)
		at = at->a;
	constant = e->kind == EXPR_FLOAT || constant_value(l, e, &value) ||
		   (at->kind == EXPR_ADDRESS && at->a->kind == EXPR_STRING);
	return expr_int(l, constant, l->t_int, loc);
}

static Expr *parse_expect(Lang *l, Symbol *s, Loc loc)
{
	Expr *call = arguments(l, s, 2, 3, loc);

	return call ? expr_convert(l, call->args.v[0], l->t_long, loc) : expr_error(l, loc);
}

/* The size is known only where the object itself is in sight: -1 (or 0) means that it is not. */
static Expr *parse_object_size(Lang *l, Symbol *s, Loc loc)
{
	Expr *call = arguments(l, s, 2, 2, loc), *at;
	int64_t kind = 0;

	if (!call)
		return expr_error(l, loc);
	constant_value(l, call->args.v[1], &kind);
	at = call->args.v[0];
	while (at->kind == EXPR_CONVERT)
		at = at->a;
	if (at->kind == EXPR_ADDRESS && (at->a->kind == EXPR_VAR || at->a->kind == EXPR_STRING))
		return expr_int(l, (int64_t)type_size(l, at->a->type), l->t_ulong, loc);
	return expr_int(l, kind & 2 ? 0 : -1, l->t_ulong, loc);
}

static Expr *parse_strlen(Lang *l, Symbol *s, Loc loc)
{
	Expr *call = arguments(l, s, 1, 1, loc), *at;

	if (!call)
		return expr_error(l, loc);
	at = call->args.v[0];
	while (at->kind == EXPR_CONVERT)
		at = at->a;
	if (at->kind == EXPR_ADDRESS && at->a->kind == EXPR_STRING)
		return expr_int(l, (int64_t)strnlen(at->a->str.p, at->a->str.n), l->t_ulong, loc);
	diag_report(l->diags, loc, DIAG_unsupported_builtin, "'%s' works on string literals only",
		    s->name->text);
	return expr_error(l, loc);
}

/* The first argument is the value: assume_aligned. */
static Expr *parse_first(Lang *l, Symbol *s, Loc loc)
{
	Expr *call = arguments(l, s, 1, 3, loc);

	return call ? call->args.v[0] : expr_error(l, loc);
}

static Expr *parse_assume(Lang *l, Symbol *s, Loc loc)
{
	arguments(l, s, 1, 1, loc);
	return expr_cast(l, expr_int(l, 0, l->t_int, loc), l->t_void, loc);
}

static Expr *parse_unsupported(Lang *l, Symbol *s, Loc loc)
{
	Expr *call = expr_error(l, loc);

	parse_arguments(l, call);
	call->args.n = 0;
	diag_report(l->diags, loc, DIAG_unsupported_builtin, "'%s' does not exist in BPF programs",
		    s->name->text);
	return call;
}

/* Memory -------------------------------------------------------------------------------------- */

static Expr *pointer_argument(Lang *l, Expr *e, const Symbol *s)
{
	if (type_is_pointer(e->type))
		return e;
	if (type_is_integer(e->type))
		return expr_convert(l, e, l->t_void_ptr, e->loc);
	diag_report(l->diags, e->loc, DIAG_incompatible_types, "'%s' needs a pointer, not '%s'",
		    s->name->text, type_text(l, e->type));
	return expr_error(l, e->loc);
}

/* memcpy and its kin: the pointers keep their own types, which say what memory they lead to. */
static Expr *parse_memory(Lang *l, Symbol *s, Loc loc)
{
	Expr *call = arguments(l, s, 3, 3, loc);
	Builtin b = (Builtin)s->value;

	if (!call)
		return expr_error(l, loc);
	call->builtin = b;
	call->type = b == BUILTIN_MEMCMP ? l->t_int : l->t_void_ptr;
	call->args.v[0] = pointer_argument(l, call->args.v[0], s);
	call->args.v[1] = b == BUILTIN_MEMSET ? expr_convert(l, call->args.v[1], l->t_int, loc)
					      : pointer_argument(l, call->args.v[1], s);
	call->args.v[2] = expr_convert(l, call->args.v[2], l->t_ulong, loc);
	if (b != BUILTIN_MEMCMP && call->args.v[0]->kind == EXPR_ADDRESS)
		mark_written(l, call->args.v[0]->a);
	return call;
}

/* Bits ---------------------------------------------------------------------------------------- */

typedef struct BitBuiltin {
	const char *name;
	Builtin builtin;
	int size;                  /* of the argument */
} BitBuiltin;

static const BitBuiltin bit_builtins[] = {
	{ "__builtin_bswap16", BUILTIN_BSWAP16, 2 },
	{ "__builtin_bswap32", BUILTIN_BSWAP32, 4 },
	{ "__builtin_bswap64", BUILTIN_BSWAP64, 8 },
	{ "__builtin_clz", BUILTIN_CLZ32, 4 },
	{ "__builtin_clzl", BUILTIN_CLZ64, 8 },
	{ "__builtin_clzll", BUILTIN_CLZ64, 8 },
	{ "__builtin_ctz", BUILTIN_CTZ32, 4 },
	{ "__builtin_ctzl", BUILTIN_CTZ64, 8 },
	{ "__builtin_ctzll", BUILTIN_CTZ64, 8 },
	{ "__builtin_popcount", BUILTIN_POPCOUNT32, 4 },
	{ "__builtin_popcountl", BUILTIN_POPCOUNT64, 8 },
	{ "__builtin_popcountll", BUILTIN_POPCOUNT64, 8 },
};

static uint64_t fold_bits(Builtin b, uint64_t x)
{
	switch (b) {
	case BUILTIN_BSWAP16: return __builtin_bswap16((uint16_t)x);
	case BUILTIN_BSWAP32: return __builtin_bswap32((uint32_t)x);
	case BUILTIN_BSWAP64: return __builtin_bswap64(x);
	case BUILTIN_CLZ32: return (uint32_t)x ? (uint64_t)__builtin_clz((uint32_t)x) : 32;
	case BUILTIN_CLZ64: return x ? (uint64_t)__builtin_clzll(x) : 64;
	case BUILTIN_CTZ32: return (uint32_t)x ? (uint64_t)__builtin_ctz((uint32_t)x) : 32;
	case BUILTIN_CTZ64: return x ? (uint64_t)__builtin_ctzll(x) : 64;
	case BUILTIN_POPCOUNT32: return (uint64_t)__builtin_popcount((uint32_t)x);
	default: return (uint64_t)__builtin_popcountll(x);
	}
}

static Type *unsigned_of(Lang *l, int size)
{
	return size == 2 ? l->t_ushort : size == 4 ? l->t_uint : l->t_ulong;
}

static Expr *bit_operation(Lang *l, Builtin b, int size, Expr *value, Loc loc)
{
	bool swap = b == BUILTIN_BSWAP16 || b == BUILTIN_BSWAP32 || b == BUILTIN_BSWAP64;
	Type *type = unsigned_of(l, size);
	Expr *e = expr_builtin(l, b, swap ? type : l->t_int, loc);
	int64_t known;

	value = expr_convert(l, value, type, value->loc);
	if (constant_value(l, value, &known))
		return expr_int(l, (int64_t)fold_bits(b, (uint64_t)known), e->type, loc);
	vec_push(l->arena, &e->args, value);
	return e;
}

static Expr *parse_bits(Lang *l, Symbol *s, Loc loc)
{
	const BitBuiltin *b = &bit_builtins[s->value];
	Expr *call = arguments(l, s, 1, 1, loc);

	return call ? bit_operation(l, b->builtin, b->size, call->args.v[0], loc)
		    : expr_error(l, loc);
}

/* ffs(x) = x ? ctz(x) + 1 : 0, with x evaluated once in a variable of its own. */
static Expr *parse_ffs(Lang *l, Symbol *s, Loc loc)
{
	Expr *call = arguments(l, s, 1, 1, loc), *block, *x, *count;
	int size = (int)s->value;
	Var *v;

	if (!call)
		return expr_error(l, loc);
	block = expr_block(l, loc);
	v = expr_block_var(l, block, expr_convert(l, call->args.v[0], unsigned_of(l, size), loc));
	x = expr_var(l, v, loc);
	count = bit_operation(l, size == 4 ? BUILTIN_CTZ32 : BUILTIN_CTZ64, size,
			      expr_var(l, v, loc), loc);
	count = expr_binary(l, OP_ADD, count, expr_int(l, 1, l->t_int, loc), loc);
	return expr_block_value(l, block,
				expr_conditional(l, x, count, expr_int(l, 0, l->t_int, loc), loc));
}

/* add_overflow(a, b, r): computed wider, stored cut, and compared with what was stored. */
static Expr *parse_overflow(Lang *l, Symbol *s, Loc loc)
{
	Expr *call = arguments(l, s, 3, 3, loc), *block, *wide, *stored;
	Type *type = l->t_long;
	Var *v, *result;

	if (!call)
		return expr_error(l, loc);
	for (int i = 0; i < 3; i++) {
		Type *t = call->args.v[i]->type;

		if (i == 2)
			t = type_is_pointer(t) ? type_strip(t)->base : l->t_void;
		if (!type_is_integer(t)) {
			diag_report(l->diags, loc, DIAG_incompatible_types,
				    "'%s' takes two integers and a "
				    "pointer to an integer",
				    s->name->text);
			return expr_error(l, loc);
		}
		if (type_size(l, t) > 4)
			type = l->t_int128;
	}
	block = expr_block(l, loc);
	wide = expr_binary(l, (Operator)s->value, expr_cast(l, call->args.v[0], type, loc),
			   expr_cast(l, call->args.v[1], type, loc), loc);
	v = expr_block_var(l, block, wide);
	result = expr_block_var(l, block, call->args.v[2]);
	stored = expr_deref(l, expr_var(l, result, loc), loc);
	expr_block_effect(
		l, block,
		expr_assign(l, stored, expr_cast(l, expr_var(l, v, loc), stored->type, loc), loc));
	return expr_block_value(l, block,
				expr_cast(l,
					  expr_binary(l, OP_NE, stored, expr_var(l, v, loc), loc),
					  l->t_bool, loc));
}

static Expr *parse_abs(Lang *l, Symbol *s, Loc loc)
{
	Expr *call = arguments(l, s, 1, 1, loc), *block, *x;
	Var *v;

	if (!call)
		return expr_error(l, loc);
	block = expr_block(l, loc);
	v = expr_block_var(
		l, block,
		expr_convert(l, call->args.v[0], s->value == 4 ? l->t_int : l->t_long, loc));
	x = expr_var(l, v, loc);
	return expr_block_value(
		l, block,
		expr_conditional(l, expr_binary(l, OP_LT, x, expr_int(l, 0, l->t_int, loc), loc),
				 expr_unary(l, OP_NEG, x, loc), x, loc));
}

/* The rest ------------------------------------------------------------------------------------ */

static Expr *parse_plain(Lang *l, Symbol *s, Loc loc)
{
	Expr *call = arguments(l, s, 0, 0, loc);

	return call ? expr_builtin(l, (Builtin)s->value, l->t_void, loc) : expr_error(l, loc);
}

/* __builtin_bcc_load_byte(skb, offset) and kin; __builtin_bcc_as_user(pointer) and kin. */
static Expr *parse_packet_load(Lang *l, Symbol *s, Loc loc)
{
	Expr *call = arguments(l, s, 2, 2, loc);

	if (!call)
		return expr_error(l, loc);
	call->builtin = (Builtin)s->value;
	call->type = l->t_ulong;
	call->args.v[0] = pointer_argument(l, call->args.v[0], s);
	call->args.v[1] = expr_convert(l, call->args.v[1], l->t_ulong, loc);
	return call;
}

static Expr *parse_space_mark(Lang *l, Symbol *s, Loc loc)
{
	Expr *call = arguments(l, s, 1, 1, loc);

	if (!call)
		return expr_error(l, loc);
	call->builtin = (Builtin)s->value;
	call->args.v[0] = pointer_argument(l, call->args.v[0], s);
	call->type = type_unqualified(call->args.v[0]->type);
	return call;
}

static const struct {
	const char *name;
	int value;
	Expr *(*parse)(Lang *l, Symbol *s, Loc loc);
} builtins[] = {
	{ "__builtin_constant_p", 0, parse_constant_p },
	{ "__builtin_expect", 0, parse_expect },
	{ "__builtin_expect_with_probability", 0, parse_expect },
	{ "__builtin_object_size", 0, parse_object_size },
	{ "__builtin_dynamic_object_size", 0, parse_object_size },
	{ "__builtin_strlen", 0, parse_strlen },
	{ "__builtin_assume_aligned", 0, parse_first },
	{ "__builtin_preserve_access_index", 0, core_parse_access },
	{ "__builtin_preserve_field_info", 0, core_parse_field_info },
	{ "__builtin_preserve_type_info", 0, core_parse_type_of_value },
	{ "__builtin_preserve_enum_value", 0, core_parse_enum_value },
	{ "__builtin_btf_type_id", 1, core_parse_type_of_value },
	{ "__builtin_bcc_type_info", 0, core_parse_type_info },
	{ "__builtin_bcc_enum_value", 0, core_parse_enum_value },
	{ "__builtin_bcc_ksym_exists", 0, core_parse_ksym_exists },
	{ "__builtin_assume", 0, parse_assume },
	{ "__builtin_prefetch", 0, parse_assume },
	{ "__builtin_memcpy", BUILTIN_MEMCPY, parse_memory },
	{ "__builtin_memcpy_inline", BUILTIN_MEMCPY, parse_memory },
	{ "__builtin_memmove", BUILTIN_MEMMOVE, parse_memory },
	{ "__builtin_memset", BUILTIN_MEMSET, parse_memory },
	{ "__builtin_memcmp", BUILTIN_MEMCMP, parse_memory },
	{ "__builtin_bcmp", BUILTIN_MEMCMP, parse_memory },
	{ "memcpy", BUILTIN_MEMCPY, parse_memory },
	{ "memmove", BUILTIN_MEMMOVE, parse_memory },
	{ "memset", BUILTIN_MEMSET, parse_memory },
	{ "memcmp", BUILTIN_MEMCMP, parse_memory },
	{ "__builtin_ffs", 4, parse_ffs },
	{ "__builtin_ffsl", 8, parse_ffs },
	{ "__builtin_ffsll", 8, parse_ffs },
	{ "__builtin_abs", 4, parse_abs },
	{ "__builtin_labs", 8, parse_abs },
	{ "__builtin_llabs", 8, parse_abs },
	{ "__builtin_add_overflow", OP_ADD, parse_overflow },
	{ "__builtin_sub_overflow", OP_SUB, parse_overflow },
	{ "__builtin_mul_overflow", OP_MUL, parse_overflow },
	{ "__builtin_trap", BUILTIN_TRAP, parse_plain },
	{ "__builtin_abort", BUILTIN_TRAP, parse_plain },
	{ "__builtin_unreachable", BUILTIN_UNREACHABLE, parse_plain },
	{ "__sync_synchronize", BUILTIN_BARRIER, parse_plain },
	{ "__builtin_bcc_load_byte", BUILTIN_LOAD_BYTE, parse_packet_load },
	{ "__builtin_bcc_load_half", BUILTIN_LOAD_HALF, parse_packet_load },
	{ "__builtin_bcc_load_word", BUILTIN_LOAD_WORD, parse_packet_load },
	{ "__builtin_bcc_as_user", BUILTIN_AS_USER, parse_space_mark },
	{ "__builtin_bcc_as_kernel", BUILTIN_AS_KERNEL, parse_space_mark },
	{ "__builtin_bcc_as_trusted", BUILTIN_AS_TRUSTED, parse_space_mark },
	{ "__builtin_alloca", 0, parse_unsupported },
	{ "__builtin_va_start", 0, parse_unsupported },
	{ "__builtin_va_end", 0, parse_unsupported },
	{ "__builtin_return_address", 0, parse_unsupported },
	{ "__builtin_frame_address", 0, parse_unsupported },
	{ "alloca", 0, parse_unsupported },
};

void builtins_init(Lang *l)
{
	for (size_t i = 0; i < ARRAY_LEN(builtins); i++)
		builtin_declare(l, builtins[i].name, builtins[i].value, builtins[i].parse);
	for (size_t i = 0; i < ARRAY_LEN(bit_builtins); i++)
		builtin_declare(l, bit_builtins[i].name, (int64_t)i, parse_bits);
	atomics_init(l);
}

/* Built-ins whose arguments are types --------------------------------------------------------- */

static bool offset_step(Lang *l, Type **t, uint64_t *offset)
{
	Loc loc = l->token.loc;
	uint64_t at;
	int64_t index;
	const Member *m;

	if (accept(l, TOK_LBRACKET)) {
		bool good = parse_constant(l, &index);

		expect(l, TOK_RBRACKET);
		if (!good || type_strip(*t)->kind != TYPE_ARRAY)
			return false;
		*t = type_strip(*t)->base;
		*offset += (uint64_t)index * type_size(l, *t);
		return true;
	}
	if (!l->token.atom) {
		expected(l, "the name of a member");
		return false;
	}
	m = type_find_member(l->unit, *t, l->token.atom, &at);
	if (!m) {
		const char *near = suggest_member(l, *t, l->token.atom);
		Diag *d = diag_report(l->diags, loc, DIAG_unknown_member, "'%s' has no member '%s'",
				      type_text(l, *t), l->token.atom->text);

		if (near)
			diag_hint(l->diags, d, "did you mean '%s'?", near);
	} else if (m->is_bitfield) {
		diag_report(l->diags, loc, DIAG_bitfield_address,
			    "the bit-field '%s' has no offset in bytes", l->token.atom->text);
	}
	next_token(l);
	if (!m)
		return false;
	*t = m->type;
	*offset += at;
	return true;
}

static Expr *parse_offsetof(Lang *l, Loc loc)
{
	Type *t = parse_type_name(l);
	uint64_t offset = 0;
	bool good = t != l->t_error;

	expect(l, TOK_COMMA);
	if (good)
		good = offset_step(l, &t, &offset);
	while (good && (l->token.kind == TOK_LBRACKET || accept(l, TOK_DOT)))
		good = offset_step(l, &t, &offset);
	if (!good)
		skip_to(l, TOK_RPAREN, TOK_SEMICOLON);
	expect(l, TOK_RPAREN);
	return good ? expr_int(l, (int64_t)offset, l->t_ulong, loc) : expr_error(l, loc);
}

static Expr *parse_types_compatible(Lang *l, Loc loc)
{
	Type *a = parse_type_name(l), *b;
	bool same;

	if (!expect(l, TOK_COMMA))
		return expr_error(l, loc);
	b = parse_type_name(l);
	expect(l, TOK_RPAREN);
	a = type_strip(a);
	b = type_strip(b);
	same = type_equal(a, b) && a->is_char == b->is_char &&
	       (a->kind != TYPE_INT || b->kind != TYPE_INT || a->name == b->name);
	return expr_int(l, same, l->t_int, loc);
}

static Expr *parse_choose(Lang *l, Loc loc)
{
	int64_t which = 0;
	bool known = parse_constant(l, &which);
	Expr *a, *b;

	expect(l, TOK_COMMA);
	l->unevaluated += !which;
	a = parse_assignment(l);
	l->unevaluated -= !which;
	expect(l, TOK_COMMA);
	l->unevaluated += !!which;
	b = parse_assignment(l);
	l->unevaluated -= !!which;
	expect(l, TOK_RPAREN);
	return !known ? expr_error(l, loc) : which ? a : b;
}

Expr *parse_keyword_builtin(Lang *l)
{
	TokenKind kind = l->token.kind;
	Loc loc = l->token.loc;

	next_token(l);
	if (!expect(l, TOK_LPAREN))
		return expr_error(l, loc);
	if (kind == TOK_BUILTIN_OFFSETOF)
		return parse_offsetof(l, loc);
	if (kind == TOK_BUILTIN_CHOOSE_EXPR)
		return parse_choose(l, loc);
	return parse_types_compatible(l, loc);
}
