/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of numbers, character constants and strings.
 *
 * Integers follow C11 6.4.4.1 for LP64 with GNU's binary constants. Floating constants are folded
 * by the compiler and never reach BPF code; they are converted here without the C library, whose
 * strtod depends on the locale.
 */
#include "pp.h"

/* Numbers -------------------------------------------------------------------------------------- */

typedef struct Integer {
	uint64_t value;
	bool decimal, is_unsigned, overflow;
	int longs;
} Integer;

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

static bool read_suffix(Str s, Integer *n)
{
	for (size_t i = 0; i < s.n; i++) {
		if ((s.p[i] == 'u' || s.p[i] == 'U') && !n->is_unsigned) {
			n->is_unsigned = true;
		} else if ((s.p[i] == 'l' || s.p[i] == 'L') && !n->longs) {
			n->longs = 1 + (i + 1 < s.n && s.p[i + 1] == s.p[i]);
			i += (size_t)n->longs - 1;
		} else {
			return false;
		}
	}
	return true;
}

static bool read_integer(Str s, Integer *n)
{
	unsigned base = 10;
	size_t i = 0;

	*n = (Integer){ 0 };
	if (s.n > 2 && s.p[0] == '0' && (s.p[1] == 'x' || s.p[1] == 'X'))
		base = 16, i = 2;
	else if (s.n > 2 && s.p[0] == '0' && (s.p[1] == 'b' || s.p[1] == 'B'))
		base = 2, i = 2;
	else if (s.p[0] == '0')
		base = 8;
	n->decimal = base == 10;
	if (digit_value(s.p[i]) >= (int)base)
		return false;
	for (; i < s.n && digit_value(s.p[i]) < (int)base; i++) {
		uint64_t digit = (uint64_t)digit_value(s.p[i]);

		if (n->value > (UINT64_MAX - digit) / base)
			n->overflow = true;
		n->value = n->value * base + digit;
	}
	return read_suffix((Str){ s.p + i, s.n - i }, n);
}

static bool is_floating(Str s)
{
	bool hex = s.n > 1 && s.p[0] == '0' && (s.p[1] == 'x' || s.p[1] == 'X');

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '.' || (hex ? c == 'p' || c == 'P' : c == 'e' || c == 'E'))
			return true;
	}
	return false;
}

static double scale(long double f, unsigned base, int exponent)
{
	long double factor = base;

	if (exponent > 5000 || exponent < -5000)
		return f == 0 || exponent < 0 ? 0 : __builtin_inf();
	for (unsigned e = (unsigned)(exponent < 0 ? -exponent : exponent); e; e >>= 1) {
		if (e & 1)
			f = exponent < 0 ? f / factor : f * factor;
		factor *= factor;
	}
	return (double)f;
}

static bool read_exponent(Str s, size_t *i, int *exponent)
{
	bool negative = false;
	int e = 0;

	++*i;
	if (*i < s.n && (s.p[*i] == '+' || s.p[*i] == '-'))
		negative = s.p[(*i)++] == '-';
	if (*i >= s.n || digit_value(s.p[*i]) > 9)
		return false;
	for (; *i < s.n && digit_value(s.p[*i]) <= 9; ++*i)
		e = e < 100000 ? e * 10 + digit_value(s.p[*i]) : e;
	*exponent += negative ? -e : e;
	return true;
}

static bool read_floating(Str s, double *value)
{
	bool hex = s.n > 1 && (s.p[1] == 'x' || s.p[1] == 'X'), point = false, exact = true;
	int base = hex ? 16 : 10, exponent = 0, digits = 0;
	long double mantissa = 0;
	size_t i = hex ? 2 : 0;

	for (; i < s.n; i++) {
		if (s.p[i] == '.' && !point) {
			point = true;
			continue;
		}
		if (digit_value(s.p[i]) >= base)
			break;
		digits++;
		exact = mantissa < 1e18L;
		if (exact)
			mantissa = mantissa * base + digit_value(s.p[i]);
		exponent += (hex ? 4 : 1) * ((exact ? 0 : 1) - point);
	}
	if (!digits)
		return false;
	if (i < s.n && strchr(hex ? "pP" : "eE", s.p[i])) {
		if (!read_exponent(s, &i, &exponent))
			return false;
	} else if (hex) {
		return false;
	}
	if (i < s.n && strchr("fFlL", s.p[i]))
		i++;
	*value = scale(mantissa, hex ? 2 : 10, exponent);
	return i == s.n;
}

static void report_bad_number(Lang *l, const Token *t)
{
	Diag *d = diag_report(l->diags, t->loc, DIAG_bad_number, "'%.*s' is not a number",
			      (int)(t->text.n < 60 ? t->text.n : 60), t->text.p);

	if (t->text.n > 1 && t->text.p[0] == '0' && digit_value(t->text.p[1]) < 10)
		diag_hint(l->diags, d, "a leading 0 makes it octal, with digits 0 to 7");
}

static bool checked_integer(Lang *l, const Token *t, Integer *n)
{
	if (!read_integer(t->text, n)) {
		report_bad_number(l, t);
		return false;
	}
	if (n->overflow) {
		diag_report(l->diags, t->loc, DIAG_number_too_large,
			    "the number %.*s does not fit in 64 bits",
			    (int)(t->text.n < 80 ? t->text.n : 80), t->text.p);
		return false;
	}
	return true;
}

bool pp_number(Lang *l, const Token *t, uint64_t *value, bool *is_unsigned)
{
	Integer n;

	*value = 0;
	*is_unsigned = false;
	if (is_floating(t->text)) {
		diag_report(l->diags, t->loc, DIAG_condition_syntax,
			    "a floating constant cannot be used in #if");
		return false;
	}
	if (!checked_integer(l, t, &n))
		return false;
	*value = n.value;
	*is_unsigned = n.is_unsigned || n.value > INT64_MAX;
	return true;
}

static Type *integer_type(Lang *l, const Integer *n)
{
	bool either = n->is_unsigned || !n->decimal;

	if (!n->longs && !n->is_unsigned && n->value <= INT32_MAX)
		return l->t_int;
	if (!n->longs && either && n->value <= UINT32_MAX)
		return l->t_uint;
	if (!n->is_unsigned && n->value <= INT64_MAX)
		return n->longs == 2 ? l->t_llong : l->t_long;
	return n->longs == 2 ? l->t_ullong : l->t_ulong;
}

bool literal_number(Lang *l, const Token *t, uint64_t *value, Type **type, bool *is_float,
		    double *f)
{
	Integer n;

	*value = 0;
	*type = l->t_int;
	*is_float = is_floating(t->text);
	if (*is_float) {
		char last = t->text.p[t->text.n - 1];

		*type = last == 'f' || last == 'F' ? l->t_float : l->t_double;
		*f = 0;
		if (read_floating(t->text, f))
			return true;
		report_bad_number(l, t);
		return false;
	}
	if (!checked_integer(l, t, &n))
		return false;
	*value = n.value;
	*type = integer_type(l, &n);
	return true;
}

/* Characters ----------------------------------------------------------------------------------- */

typedef struct Quoted {
	Str body;                  /* between the quotes */
	char prefix;               /* 0, 'L', 'u', 'U', '8' */
	Loc loc;                   /* of the token */
} Quoted;

static Quoted unquote(const Token *t)
{
	Str s = t->text;
	Quoted q = { .loc = t->loc };
	size_t open = 0;

	while (open < s.n && s.p[open] != '"' && s.p[open] != '\'')
		q.prefix = s.p[open++];
	if (open < s.n) {
		bool closed = s.n > open + 1 && s.p[s.n - 1] == s.p[open] &&
			(t->kind == TOK_STRING || t->kind == TOK_CHAR);

		q.body = (Str){ s.p + open + 1, s.n - open - 1 - closed };
	}
	return q;
}

static uint32_t read_utf8(Str s, size_t *i)
{
	unsigned char c = (unsigned char)s.p[(*i)++];
	int more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0 ? 1 : 0;
	uint32_t code = more ? c & (0x3fu >> more) : c;

	for (; more && *i < s.n && ((unsigned char)s.p[*i] & 0xc0) == 0x80; more--)
		code = code << 6 | ((unsigned char)s.p[(*i)++] & 0x3f);
	return code;
}

static int write_utf8(uint32_t code, char *out)
{
	if (code < 0x80)
		return out[0] = (char)code, 1;
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | (code >> 18 & 7));
	out[1] = (char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

static uint32_t read_digits(Str s, size_t *i, int base, size_t most)
{
	uint64_t value = 0;

	for (size_t n = 0; n < most && *i < s.n && digit_value(s.p[*i]) < base; n++, ++*i) {
		value = value * (uint64_t)base + (uint64_t)digit_value(s.p[*i]);
		if (value > UINT32_MAX)
			value = UINT32_MAX;
	}
	return (uint32_t)value;
}

static uint32_t simple_escape(Lang *l, const Quoted *q, char c)
{
	static const char from[] = "abefnrtvE\\'\"?", to[] = "\a\b\033\f\n\r\t\v\033\\'\"?";
	const char *at = c ? strchr(from, c) : NULL;

	if (at)
		return (unsigned char)to[at - from];
	diag_report(l->diags, q->loc, DIAG_bad_escape, "unknown escape sequence '\\%c'",
		    c >= ' ' && c < 127 ? c : '?');
	return (unsigned char)c;
}

/* One character of the body: its value, and whether it is a code point (else a byte). */
static uint32_t read_character(Lang *l, const Quoted *q, size_t *i, bool *is_code)
{
	Str s = q->body;
	uint32_t limit = q->prefix && q->prefix != '8' ? UINT32_MAX - 1 : 0xff, value;
	char c = s.p[*i];

	*is_code = false;
	if (c != '\\' || *i + 1 >= s.n) {
		*is_code = true;
		return read_utf8(s, i);
	}
	c = s.p[++*i];
	if (c >= '0' && c <= '7') {
		value = read_digits(s, i, 8, 3);
	} else if (c == 'x') {
		++*i;
		if (*i >= s.n || digit_value(s.p[*i]) > 15)
			diag_report(l->diags, q->loc, DIAG_bad_escape, "'\\x' without digits");
		value = read_digits(s, i, 16, SIZE_MAX);
	} else if (c == 'u' || c == 'U') {
		++*i;
		*is_code = true;
		value = read_digits(s, i, 16, c == 'u' ? 4 : 8);
		return value > 0x10ffff ? 0xfffd : value;
	} else {
		++*i;
		return simple_escape(l, q, c);
	}
	if (value > limit) {
		diag_report(l->diags, q->loc, DIAG_escape_too_large,
			    "the escape sequence does not fit in a character");
		value &= limit;
	}
	return value;
}

bool literal_char(Lang *l, const Token *t, int64_t *value)
{
	Quoted q = unquote(t);
	bool wide = q.prefix != 0, is_code;
	uint32_t v = 0;
	int n = 0;
	size_t at;

	for (size_t i = 0; i < q.body.n; n++) {
		at = i;
		uint32_t c = read_character(l, &q, &i, &is_code);

		if (!wide && is_code && c >= 0x80) {
			/* a plain constant counts bytes */
			c = (unsigned char)q.body.p[at];
			i = at + (q.body.p[at] == '\\' ? i - at : 1);
		}
		v = wide ? c : v << 8 | (c & 0xff);
	}
	*value = wide || n > 1 ? (int32_t)v : (signed char)v;
	if (n == 0 || n > (wide ? 1 : 4)) {
		diag_report(l->diags, t->loc, DIAG_bad_character_constant,
			    n ? "more characters than fit in a character constant" :
				"empty character constant");
		return false;
	}
	return true;
}

static void append(Lang *l, Str *out, size_t *cap, const char *bytes, size_t n)
{
	if (!n)
		return;
	if (out->n + n > *cap) {
		char *larger;

		*cap = (out->n + n) * 2 + 16;
		larger = arena_alloc(l->arena, *cap);
		if (out->n)
			memcpy(larger, out->p, out->n);
		out->p = larger;
	}
	memcpy((char *)out->p + out->n, bytes, n);
	out->n += n;
}

/* Bytes up to the next backslash are taken as they are, whatever their encoding. */
static void append_body(Lang *l, const Quoted *q, Str *out, size_t *cap)
{
	for (size_t i = 0, start; i < q->body.n;) {
		char bytes[4];
		bool is_code;
		uint32_t c;

		for (start = i; i < q->body.n && q->body.p[i] != '\\'; i++)
			;
		append(l, out, cap, q->body.p + start, i - start);
		if (i + 1 >= q->body.n)
			break;
		c = read_character(l, q, &i, &is_code);
		if (!is_code || c < 0x80)
			append(l, out, cap, &(char){ (char)c }, 1);
		else
			append(l, out, cap, bytes, (size_t)write_utf8(c, bytes));
	}
}

Str literal_string(Lang *l, const Token *tokens, int n)
{
	Str out = { NULL, 0 };
	size_t cap = 0;

	for (int i = 0; i < n; i++) {
		Quoted q = unquote(&tokens[i]);

		if (q.prefix && q.prefix != '8') {
			Diag *d = diag_report(l->diags, q.loc, DIAG_wide_string,
					      "strings of wide characters are not supported");

			diag_hint(l->diags, d, "leave out the '%c' in front of the quote",
				  q.prefix);
			q.prefix = 0;
		}
		append_body(l, &q, &out, &cap);
	}
	append(l, &out, &cap, "", 1);
	return out;
}
