/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bpf_trace_printk("format", ...) of the dialect: the literal is copied to the stack and given with
 * its size; up to three values follow. What old kernels refuse in formats is warned about at its
 * place; newer kernels accept more, so it is never an error.
 */
#include "lang/dialect.h"

#include <ctype.h>

enum { MOST_VALUES = 3 };

typedef struct Format {
	Lang *l;
	Loc loc;
	int conversions, strings;
} Format;

static void warn(Format *f, const char *what, const char *hint)
{
	diag_hint(f->l->diags, diag_report(f->l->diags, f->loc, DIAG_printk_format, "%s", what),
		  "%s", hint);
}

/* Bytes of a conversion that every kernel takes, behind the '%'; 0 if it is another one. */
static size_t plain_conversion(const char *p)
{
	static const char *const known[] = {
		"lld", "llu", "llx", "ld", "lu", "lx", "pS", "d", "u", "x", "p", "s",
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (starts_with(p, known[i]))
			return strlen(known[i]);
	return 0;
}

static void check_conversion(Format *f, const char *p)
{
	size_t n = plain_conversion(p);
	char text[96];

	f->conversions++;
	if (!n) {
		snprintf(text, sizeof(text),
			 "bpf_trace_printk may not know the conversion '%%%.*s'",
			 (int)strcspn(p, " ,;:\n") > 16 ? 16 : (int)strcspn(p, " ,;:\n"), p);
		warn(f, text, "all kernels know %d %u %x with l or ll, %p and %s");
		return;
	}
	if (*p == 's' && ++f->strings == 2)
		warn(f, "bpf_trace_printk prints one %s in old kernels",
		     "print the strings one by one");
	if ((*p == 's' || *p == 'p') && p[n] && !isspace((unsigned char)p[n]) &&
	    !ispunct((unsigned char)p[n]))
		warn(f, "text follows %p or %s directly", "put a space or punctuation behind it");
}

static void check_format(Format *f, Str text)
{
	const char *p = text.p, *end = text.p + text.n;

	for (; p < end && *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (!isprint(c) && !isspace(c)) {
			warn(f, "the format has bytes that are not printable ASCII",
			     "use ASCII text");
			break;
		}
	}
	for (p = text.p; p < end && *p; p++) {
		if (*p != '%')
			continue;
		if (p[1] == '%')
			p++;
		else
			check_conversion(f, p + 1);
	}
	if (f->conversions > MOST_VALUES)
		warn(f, "bpf_trace_printk prints at most three values",
		     "print the others in a second call");
}

/* The literal as an object on the stack. */
static Expr *stack_copy(Lang *l, Str text, Loc loc)
{
	Type *type = type_array(l, l->t_char, text.n, true);
	Expr *object = dialect_zero_object(l, type, loc);
	InitItem item = { .type = type, .value = expr_string(l, text, loc) };

	vec_push(l->arena, &object->init->items, item);
	return expr_rvalue(l, object);
}

static bool can_pass(Lang *l, int values, Loc loc)
{
	Diag *d;

	if (values <= MOST_VALUES)
		return true;
	d = diag_report(l->diags, loc, DIAG_printk_arguments,
			"bpf_trace_printk takes at most three values, not %d", values);
	diag_hint(l->diags, d, "print the others in a second call");
	return false;
}

static void count_values(Lang *l, const Format *f, int values, Loc loc)
{
	if (values != f->conversions && f->conversions <= MOST_VALUES)
		diag_report(l->diags, loc, DIAG_printk_format, "%d value%s for a format with %d conversion%s",
			    values, values == 1 ? "" : "s", f->conversions,
			    f->conversions == 1 ? "" : "s");
}

Expr *printk_call(Lang *l, Expr *call, Loc loc)
{
	Format f = { .l = l, .loc = call->args.v[0]->loc };
	int values = call->args.n - 1;
	Expr *args[2 + MOST_VALUES];
	Str text;

	dialect_string_of(call->args.v[0], &text);
	if (!can_pass(l, values, loc))
		return expr_error(l, loc);
	check_format(&f, text);
	count_values(l, &f, values, loc);
	args[0] = stack_copy(l, text, loc);
	args[1] = expr_int(l, (int64_t)text.n, l->t_uint, loc);
	for (int i = 0; i < values; i++) {
		Expr *value = expr_promote(l, call->args.v[i + 1]);

		if (!type_is_scalar(value->type)) {
			diag_report(l->diags, value->loc, DIAG_incompatible_types,
				    "'%s' cannot be printed", type_text(l, value->type));
			value = expr_error(l, value->loc);
		}
		args[2 + i] = value;
	}
	return dialect_helper(l, 6, l->t_int, loc, 2 + values, args);
}
