/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Methods of maps: NAME.lookup(&key) and its kin become helper calls in the typed tree. Which
 * methods a map has, what they take and which helper they are is map_methods.def; the few that mean
 * several steps are built here as statement expressions.
 *
 * A method is no C function: its name is looked up in the map, wrong pointer types for keys and
 * values are warnings, a wrong number of arguments is an error. A lookup gives a pointer to the
 * value type; the node carries the map, so that the conversion to another pointer stays quiet.
 */
#include "lang/dialect.h"

#include <linux/bpf.h>

#define G(id) (1u << GROUP_##id)

typedef struct Method {
	const char *name;
	uint32_t groups;
	const char *params;
	int helper;
	const char *args;
	char result;
} Method;

static const Method methods[] = {
#define GROUP(id, name)
#define METHOD(name, groups, params, helper, args, result) \
	{ #name, groups, params, helper, args, result },
#include "map_methods.def"
#undef GROUP
#undef METHOD
};

/* Everything that building one call needs. */
typedef struct Call {
	Lang *l;
	MapDecl *map;
	const Method *method;
	Expr **args; /* decayed, not converted */
	int n_args;
	Loc loc;
} Call;

static const Method *find_method(const MapDecl *map, Str name)
{
	for (size_t i = 0; i < ARRAY_LEN(methods); i++)
		if ((methods[i].groups & map->methods) && str_is(name, methods[i].name))
			return &methods[i];
	return NULL;
}

const char *const *map_method_names(const MapDecl *map, Arena *a, int *n)
{
	VEC(const char *) names = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(methods); i++)
		if (methods[i].groups & map->methods)
			vec_push(a, &names, methods[i].name);
	*n = names.n;
	return names.v;
}

/* Arguments ------------------------------------------------------------------------------------ */

static const char *describe_parameter(char class)
{
	switch (class) {
	case 'K': return "&key";
	case 'V': return "&value";
	case 'k': return "key";
	case 'v': return "amount";
	case 'c': return "ctx";
	case 'p': return "pointer";
	default: return "number";
	}
}

static char *describe_call(Call *c)
{
	StrBuf sb = { 0 };
	const char *p = c->method->params;
	bool optional = false;
	char *text;

	sb_printf(&sb, "%s.%s(", c->map->name->text, c->method->name);
	for (int i = 0; *p; p++) {
		if (*p == '?') {
			optional = true;
			sb_puts(&sb, " [");
			continue;
		}
		sb_printf(&sb, "%s%s", i++ ? ", " : "", describe_parameter(*p));
	}
	sb_puts(&sb, optional ? "])" : ")");
	text = arena_strdup(c->l->arena, sb.p);
	sb_free(&sb);
	return text;
}

static bool check_count(Call *c)
{
	const char *params = c->method->params, *optional = strchr(params, '?');
	int most = (int)strlen(params) - (optional ? 1 : 0);
	int least = optional ? (int)(optional - params) : most;
	Diag *d;

	if (c->n_args >= least && c->n_args <= most)
		return true;
	d = diag_report(c->l->diags, c->loc, DIAG_map_method_arguments,
			"%s of the map '%s' takes %d argument%s, not %d", c->method->name,
			c->map->name->text, c->n_args < least ? least : most,
			(c->n_args < least ? least : most) == 1 ? "" : "s", c->n_args);
	diag_hint(c->l->diags, d, "%s", describe_call(c));
	return false;
}

/* Same bytes as far as a map cares: equal types, or scalars of one size. */
static bool same_bytes(Lang *l, Type *a, Type *b)
{
	if (type_equal(a, b))
		return true;
	if (type_size(l, a) != type_size(l, b))
		return false;
	return (type_is_scalar(a) && type_is_scalar(b)) || type_strip(a)->kind == TYPE_ARRAY ||
	       type_strip(b)->kind == TYPE_ARRAY;
}

static bool is_untyped(Type *pointee)
{
	pointee = type_strip(pointee);
	return pointee->kind == TYPE_VOID || (pointee->kind == TYPE_INT && pointee->size == 1);
}

/* A pointer to a key or value of the map; `what` is "key" or "value". */
static Expr *pointer_argument(Call *c, Expr *arg, Type *want, const char *what)
{
	Lang *l = c->l;
	Type *t = type_strip(arg->type);
	bool is_key = *what == 'k';
	Diag *d;

	if (expr_is_error(l, arg))
		return arg;
	if (t->kind != TYPE_POINTER) {
		d = diag_report(l->diags, arg->loc, DIAG_map_method_arguments,
				"%s wants the address of a %s, found '%s'", c->method->name, what,
				type_text(l, arg->type));
		diag_hint(l->diags, d,
			  is_key ? "put the key in a variable and write '&' before it"
				 : "put the value in a variable and write '&' before it");
		return expr_int(l, 0, l->t_void_ptr, arg->loc);
	}
	if (want && !is_untyped(t->base) && !same_bytes(l, t->base, want)) {
		d = diag_report(
			l->diags, arg->loc, is_key ? DIAG_map_key_type : DIAG_map_value_type,
			"the %s type of the map '%s' is '%s', this is a pointer to '%s'", what,
			c->map->name->text, type_text(l, want), type_text(l, t->base));
		diag_hint(l->diags, d, "use a variable of type '%s'", type_text(l, want));
	}
	return expr_cast(l, arg, l->t_void_ptr, arg->loc);
}

static Expr *plain_pointer(Call *c, Expr *arg)
{
	if (type_is_pointer(arg->type))
		return expr_cast(c->l, arg, c->l->t_void_ptr, arg->loc);
	return expr_convert(c->l, arg, c->l->t_void_ptr, arg->loc);
}

static Expr *argument(Call *c, int i)
{
	Expr *arg = c->args[i];
	Lang *l = c->l;

	switch (c->method->params[i]) {
	case 'K': return pointer_argument(c, arg, c->map->key, "key");
	case 'V': return pointer_argument(c, arg, c->map->leaf, "value");
	case 'c':
	case 'p': return plain_pointer(c, arg);
	case 'i': return expr_convert(l, arg, l->t_int, arg->loc);
	case 'u': return expr_convert(l, arg, l->t_uint, arg->loc);
	default: return expr_convert(l, arg, l->t_ullong, arg->loc);
	}
}

static bool has_inner_maps(const MapDecl *m)
{
	return m->type == BPF_MAP_TYPE_ARRAY_OF_MAPS || m->type == BPF_MAP_TYPE_HASH_OF_MAPS;
}

static Type *result_type(Call *c)
{
	Lang *l = c->l;

	switch (c->method->result) {
	case 'i': return l->t_int;
	case 'q': return l->t_ullong;
	case 'n': return l->t_void;
	case 'V':
		return c->map->leaf && !has_inner_maps(c->map) ? type_pointer(l, c->map->leaf)
							       : l->t_void_ptr;
	default: return l->t_void_ptr;
	}
}

/* Methods that are one helper call ------------------------------------------------------------- */

static Expr *template_argument(Call *c, char code)
{
	switch (code) {
	case 'M': return dialect_map_address(c->l, c->map, c->loc);
	case 'C': return dialect_long(c->l, BPF_F_CURRENT_CPU, c->loc);
	case 'N': return dialect_long(c->l, BPF_NOEXIST, c->loc);
	case 'Z': return dialect_long(c->l, 0, c->loc);
	default: return argument(c, code - '0');
	}
}

static Expr *build_plain(Call *c)
{
	Expr *args[6], *e;
	int n = 0;

	for (const char *p = c->method->args; *p; p++)
		args[n++] = template_argument(c, *p);
	e = dialect_helper(c->l, c->method->helper, result_type(c), c->loc, n, args);
	e->map = c->map;
	return e;
}

/* Methods of several steps --------------------------------------------------------------------- */

static Expr *lookup_with(Call *c, Var *key)
{
	Expr *args[] = { dialect_map_address(c->l, c->map, c->loc),
			 dialect_value(c->l, key, c->loc) };
	Expr *e = dialect_helper(c->l, 1, type_pointer(c->l, c->map->leaf), c->loc, 2, args);

	e->map = c->map;
	return e;
}

static Expr *insert_with(Call *c, Var *key, Expr *value)
{
	Expr *args[] = { dialect_map_address(c->l, c->map, c->loc),
			 dialect_value(c->l, key, c->loc), value,
			 dialect_long(c->l, BPF_NOEXIST, c->loc) };

	return dialect_helper(c->l, 2, c->l->t_int, c->loc, 4, args);
}

static Expr *assign_var(Call *c, Var *v, Expr *value)
{
	return expr_assign(c->l, expr_var(c->l, v, c->loc), value, c->loc);
}

static Expr *is_null(Call *c, Var *v)
{
	return expr_unary(c->l, OP_LOGNOT, dialect_value(c->l, v, c->loc), c->loc);
}

/* `return 0;` of whatever type the enclosing function has. */
static void return_zero(Call *c, Stmt *block)
{
	Stmt *s = stmt_new(c->l, STMT_RETURN, c->loc);
	Type *type = c->l->function->type->base;

	if (type_is_aggregate(type))
		s->expr = expr_rvalue(c->l, dialect_zero_object(c->l, type, c->loc));
	else if (type_strip(type)->kind != TYPE_VOID)
		s->expr = expr_cast(c->l, expr_int(c->l, 0, c->l->t_int, c->loc), type, c->loc);
	vec_push(c->l->arena, &block->list, s);
}

/* lookup; if there is none, insert the initial value and look up again. */
static Expr *build_lookup_or(Call *c, bool returns)
{
	Lang *l = c->l;
	Stmt *block = dialect_block(l, c->loc), *missing;
	Var *key = dialect_local(l, block, "key", l->t_void_ptr, argument(c, 0), c->loc);
	Var *init = dialect_local(l, block, "init", l->t_void_ptr, argument(c, 1), c->loc);
	Var *leaf = dialect_local(l, block, "leaf", type_pointer(l, c->map->leaf),
				  lookup_with(c, key), c->loc);

	missing = dialect_if(l, block, is_null(c, leaf), c->loc)->body;
	dialect_do(l, missing, insert_with(c, key, dialect_value(l, init, c->loc)));
	dialect_do(l, missing, assign_var(c, leaf, lookup_with(c, key)));
	if (returns)
		return_zero(c, dialect_if(l, missing, is_null(c, leaf), c->loc)->body);
	return dialect_statement_value(l, block, dialect_value(l, leaf, c->loc), c->loc);
}

/* *leaf += amount, atomically if asked. */
static Expr *add_to(Call *c, Var *leaf, Expr *amount, bool atomic)
{
	Lang *l = c->l;
	Expr *object = expr_deref(l, dialect_value(l, leaf, c->loc), c->loc), *sum;

	if (atomic) {
		Expr *e = expr_builtin(l, BUILTIN_ATOMIC_ADD, l->t_void, c->loc);

		vec_push(l->arena, &e->args, dialect_value(l, leaf, c->loc));
		vec_push(l->arena, &e->args, expr_cast(l, amount, c->map->leaf, c->loc));
		return e;
	}
	sum = expr_binary(l, OP_ADD, expr_rvalue(l, object), amount, c->loc);
	object = expr_deref(l, dialect_value(l, leaf, c->loc), c->loc);
	return expr_assign(l, object, expr_cast(l, sum, c->map->leaf, c->loc), c->loc);
}

static bool can_increment(Call *c, bool atomic)
{
	Type *leaf = c->map->leaf;
	uint64_t size = leaf ? type_size(c->l, leaf) : 0;
	Diag *d;

	if (leaf && type_is_integer(leaf) && (!atomic || size == 4 || size == 8))
		return true;
	d = diag_report(c->l->diags, c->loc, DIAG_increment_leaf,
			"%s cannot add to values of type '%s'", c->method->name,
			leaf ? type_text(c->l, leaf) : "void");
	diag_hint(c->l->diags, d,
		  atomic ? "the value type must be an integer of 4 or 8 bytes"
			 : "the value type must be an integer; else look the value up");
	return false;
}

static Expr *build_increment(Call *c, bool atomic)
{
	Lang *l = c->l;
	bool inserts = c->map->type == BPF_MAP_TYPE_HASH;
	Stmt *block = dialect_block(l, c->loc), *found, *absent;
	Expr *amount = c->n_args > 1 ? c->args[1] : expr_int(l, 1, l->t_int, c->loc);
	Var *key, *pointer, *leaf, *fresh;
	Stmt *branch;

	if (!c->map->key || !can_increment(c, atomic))
		return expr_error(l, c->loc);
	key = dialect_local(l, block, "key", c->map->key,
			    expr_convert(l, c->args[0], type_unqualified(c->map->key), c->loc),
			    c->loc);
	pointer = dialect_local(l, block, "key_pointer", l->t_void_ptr,
				expr_address(l, expr_var(l, key, c->loc), c->loc), c->loc);
	amount = expr_convert(l, amount, type_unqualified(c->map->leaf), c->loc);
	/* with an insertion one of two paths needs the amount: evaluate it before */
	if (inserts && !expr_is_constant(amount))
		amount = dialect_value(
			l, dialect_local(l, block, "amount", c->map->leaf, amount, c->loc), c->loc);
	leaf = dialect_local(l, block, "leaf", type_pointer(l, c->map->leaf),
			     lookup_with(c, pointer), c->loc);
	branch = dialect_if(l, block, dialect_value(l, leaf, c->loc), c->loc);
	found = branch->body;
	dialect_do(l, found, add_to(c, leaf, amount, atomic));
	if (inserts) {
		branch->other = absent = dialect_block(l, c->loc);
		fresh = dialect_local(l, absent, "fresh", c->map->leaf, amount, c->loc);
		dialect_do(l, absent,
			   insert_with(
				   c, pointer,
				   expr_cast(l, expr_address(l, expr_var(l, fresh, c->loc), c->loc),
					     l->t_void_ptr, c->loc)));
	}
	return dialect_statement_value(l, block, NULL, c->loc);
}

/* perf_submit_skb(skb, packet bytes, meta, meta bytes): the packet's length is in the flags. */
static Expr *build_submit_skb(Call *c)
{
	Lang *l = c->l;
	Expr *length = expr_cast(l, argument(c, 1), l->t_ullong, c->loc);
	Expr *shifted = expr_binary(l, OP_SHL, length, expr_int(l, 32, l->t_int, c->loc), c->loc);
	Expr *flags =
		expr_binary(l, OP_OR, shifted, dialect_long(l, BPF_F_CURRENT_CPU, c->loc), c->loc);
	Expr *args[] = { argument(c, 0), dialect_map_address(l, c->map, c->loc), flags,
			 argument(c, 2), argument(c, 3) };

	return dialect_helper(l, 25, l->t_int, c->loc, 5, args);
}

/* The global `__bcc_lost_MAP`, which the runtime reads. */
static Var *lost_counter(Call *c)
{
	Lang *l = c->l;
	MapDecl *map = c->map;
	const char *name = arena_printf(l->arena, "__bcc_lost_%s", map->name->text);
	Var *v = map->lost;

	if (v)
		return v;
	v = var_new(l, atom_intern(l, name, strlen(name)),
		    type_qualified(l, l->t_ullong, QUAL_VOLATILE, TYPE_SPACE_NONE), map->loc);
	v->is_global = v->is_static = v->is_volatile = v->is_used = v->is_written = true;
	vec_push(l->arena, &v->tags, "counter:lost");
	vec_push(l->arena, &l->unit->globals, v);
	return map->lost = v;
}

/* A helper call whose failure means that a record is lost: result != 0, or NULL. */
static Expr *build_counted(Call *c, bool fails_with_null)
{
	Lang *l = c->l;
	Stmt *block = dialect_block(l, c->loc);
	Var *result = dialect_local(l, block, "result", result_type(c), build_plain(c), c->loc);
	Expr *failed = fails_with_null ? is_null(c, result) : dialect_value(l, result, c->loc);
	Expr *count = expr_builtin(l, BUILTIN_ATOMIC_ADD, l->t_void, c->loc);

	vec_push(l->arena, &count->args,
		 expr_address(l, expr_var(l, lost_counter(c), c->loc), c->loc));
	vec_push(l->arena, &count->args, expr_int(l, 1, l->t_ullong, c->loc));
	dialect_do(l, dialect_if(l, block, failed, c->loc)->body, count);
	return dialect_statement_value(l, block, dialect_value(l, result, c->loc), c->loc);
}

static Expr *build(Call *c)
{
	const char *name = c->method->name;

	if (strcmp(name, "ringbuf_output") == 0)
		return build_counted(c, false);
	if (strcmp(name, "ringbuf_reserve") == 0)
		return build_counted(c, true);
	if (c->method->helper)
		return build_plain(c);
	if (strcmp(name, "perf_submit_skb") == 0)
		return build_submit_skb(c);
	if (strcmp(name, "increment") == 0)
		return build_increment(c, false);
	if (strcmp(name, "atomic_increment") == 0)
		return build_increment(c, true);
	return c->map->leaf ? build_lookup_or(c, strcmp(name, "lookup_or_init") == 0)
			    : expr_error(c->l, c->loc);
}

/* Checks of single methods --------------------------------------------------------------------- */

static bool check_stackid(Call *c)
{
	if (strcmp(c->method->name, "get_stackid") != 0 || c->map->is_extern ||
	    c->map->type == BPF_MAP_TYPE_STACK_TRACE)
		return true;
	diag_hint(c->l->diags,
		  diag_report(c->l->diags, c->loc, DIAG_stackid_on_other_map,
			      "get_stackid on '%s', which is no stack trace map",
			      c->map->name->text),
		  "declare it with BPF_STACK_TRACE(%s, entries)", c->map->name->text);
	return false;
}

static void check_insert(Call *c)
{
	if (strcmp(c->method->name, "insert") != 0 ||
	    (c->map->type != BPF_MAP_TYPE_ARRAY && c->map->type != BPF_MAP_TYPE_PERCPU_ARRAY))
		return;
	diag_hint(c->l->diags,
		  diag_report(c->l->diags, c->loc, DIAG_insert_on_array,
			      "insert on the array '%s' always fails: its elements exist",
			      c->map->name->text),
		  "use update");
}

/* Readers of the map get what is submitted through it (2.6). */
static void note_event(Call *c)
{
	const char *name = c->method->name;

	if (strcmp(name, "perf_submit") == 0)
		map_record_event(c->map, c->args[1]);
	else if (strcmp(name, "ringbuf_output") == 0 || strcmp(name, "ringbuf_submit") == 0)
		map_record_event(c->map, c->args[0]);
}

static void report_unknown(Lang *l, MapDecl *map, const Token *t)
{
	int n;
	const char *const *names = map_method_names(map, l->arena, &n);
	char *name = arena_strndup(l->arena, t->text.p, t->text.n);
	const char *closest = closest_name(name, names, n);
	Diag *d = diag_report(l->diags, t->loc, DIAG_unknown_map_method,
			      "the map '%s' has no method '%s'", map->name->text, name);
	StrBuf list = { 0 };

	for (int i = 0; i < n; i++)
		sb_printf(&list, "%s%s", i ? ", " : "", names[i]);
	if (closest)
		diag_hint(l->diags, d, "did you mean '%s'? It has: %s", closest,
			  list.p ? list.p : "none");
	else
		diag_hint(l->diags, d, "its methods are: %s", list.p ? list.p : "none");
	sb_free(&list);
}

/* sizeof(NAME.key), typeof(NAME.leaf), NAME.max_entries */
static Expr *pseudo_member(Lang *l, MapDecl *map, const Token *t)
{
	if (str_is(t->text, "key") && map->key)
		return dialect_zero_object(l, map->key, t->loc);
	if (str_is(t->text, "leaf") && map->leaf)
		return dialect_zero_object(l, map->leaf, t->loc);
	if (str_is(t->text, "max_entries"))
		return expr_int(l, map->max_entries, l->t_uint, t->loc);
	if (str_is(t->text, "flags"))
		return expr_int(l, map->flags, l->t_uint, t->loc);
	return NULL;
}

Expr *dialect_map_member(Lang *l, MapDecl *map, Loc loc)
{
	const Token name = l->token;
	Expr *holder, *e;
	Call c;

	if (!name.atom) {
		expected(l, "the name of a map method");
		return expr_error(l, name.loc);
	}
	next_token(l);
	if (l->token.kind != TOK_LPAREN) {
		e = pseudo_member(l, map, &name);
		if (!e)
			report_unknown(l, map, &name);
		return e ? e : expr_error(l, name.loc);
	}
	next_token(l);
	holder = expr_new(l, EXPR_CALL, l->t_void, name.loc);
	parse_arguments(l, holder);
	c = (Call){ l, map, find_method(map, name.text), holder->args.v, holder->args.n, name.loc };
	if (!c.method) {
		report_unknown(l, map, &name);
		return expr_error(l, loc);
	}
	if (!l->function) {
		diag_report(l->diags, loc, DIAG_method_outside_function,
			    "'%s.%s' is called outside of any function", map->name->text,
			    c.method->name);
		return expr_error(l, loc);
	}
	if (!check_count(&c) || !check_stackid(&c))
		return expr_error(l, loc);
	check_insert(&c);
	note_event(&c);
	return build(&c);
}
