/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One cell: the printf-like format of a column, and the text and JSON of a value by its meaning.
 * Text is made safe for terminals: control characters of names are shown as '?', and newlines in
 * arguments as \n.
 */
#include "toolkit/internal.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>

/* Formats -------------------------------------------------------------------------------------- */

bool format_parse(const char *text, Format *f)
{
	Format r = { .width = 0, .precision = -1 };

	if (*text++ != '%')
		return false;
	for (;; text++) {
		if (*text == '-')
			r.left = true;
		else if (*text == '0')
			r.zero = true;
		else if (*text == '+')
			r.plus = true;
		else if (*text == ' ')
			r.space = true;
		else if (*text == '#')
			r.alternate = true;
		else
			break;
	}
	while (isdigit((unsigned char)*text) && r.width < 1000)
		r.width = r.width * 10 + (*text++ - '0');
	if (*text == '.')
		for (r.precision = 0, text++; isdigit((unsigned char)*text) && r.precision < 1000;)
			r.precision = r.precision * 10 + (*text++ - '0');
	while (*text == 'l' || *text == 'h' || *text == 'z')
		text++;
	if (!*text || !strchr("duxXofsi", *text) || text[1])
		return false;
	r.conversion = *text == 'i' ? 'd' : *text;
	*f = r;
	return true;
}

static void pad(StrBuf *out, int n)
{
	while (n-- > 0)
		sb_putc(out, ' ');
}

void format_text(const Format *f, const char *text, size_t n, StrBuf *out)
{
	int missing;

	if (f->conversion == 's' && f->precision >= 0 && n > (size_t)f->precision)
		n = (size_t)f->precision;
	missing = (size_t)f->width > n ? f->width - (int)n : 0;
	if (!f->left)
		pad(out, missing);
	sb_add(out, text, n);
	if (f->left)
		pad(out, missing);
}

/* The same for text that stands at the end of `out` already, from `start` on. */
static void fit_text(const Format *f, StrBuf *out, size_t start)
{
	size_t n = out->n - start, missing;

	if (f->precision >= 0 && n > (size_t)f->precision)
		out->p[out->n = start + (n = (size_t)f->precision)] = '\0';
	missing = (size_t)f->width > n ? (size_t)f->width - n : 0;
	pad(out, (int)missing);
	if (!f->left && missing && n) {
		memmove(out->p + start + missing, out->p + start, n);
		memset(out->p + start, ' ', missing);
	}
}

/* The heading has the width of the cells; zero-padded numbers have it on the left. */
void format_heading(const Format *f, const char *heading, StrBuf *out, bool last)
{
	Format h = { .left = f->left || f->zero, .width = f->width, .conversion = 's',
		     .precision = -1 };

	if (last && h.left)
		h.width = 0;
	format_text(&h, heading, strlen(heading), out);
}

static void format_number(const Format *f, uint64_t raw, StrBuf *out)
{
	char spec[32];

	snprintf(spec, sizeof(spec), "%%%s%s%s%s%s*.*ll%c", f->left ? "-" : "", f->zero ? "0" : "",
		 f->plus ? "+" : "", f->space ? " " : "", f->alternate ? "#" : "", f->conversion);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	sb_printf(out, spec, f->width, f->precision, (long long)raw);
#pragma GCC diagnostic pop
}

static void format_double(const Format *f, double value, StrBuf *out)
{
	char spec[32];

	snprintf(spec, sizeof(spec), "%%%s%s%s%s*.*f", f->left ? "-" : "", f->zero ? "0" : "",
		 f->plus ? "+" : "", f->space ? " " : "");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	sb_printf(out, spec, f->width, f->precision < 0 ? 6 : f->precision, value);
#pragma GCC diagnostic pop
}

/* Values --------------------------------------------------------------------------------------- */

uint64_t column_raw(const Column *c, const uint8_t *data, size_t size)
{
	uint64_t v = 0;
	int bits;

	if (c->size > 8 || (size_t)c->offset + c->size > size)
		return 0;
	bits = (int)c->size * 8;
	memcpy(&v, data + c->offset, c->size);
	if (c->bit_width) {
		v >>= c->bit_offset & 7;
		bits = (int)c->bit_width;
		v &= bits < 64 ? (1ULL << bits) - 1 : ~0ULL;
	}
	if (c->is_signed && bits && bits < 64 && v >> (bits - 1) & 1)
		v |= ~0ULL << bits;
	return v;
}

static struct timespec fixed_clock;

void column_set_clock(const struct timespec *fixed)
{
	struct timespec none = { 0 };

	fixed_clock = fixed ? *fixed : none;
}

static struct timespec now(void)
{
	struct timespec t = fixed_clock;

	if (!t.tv_sec)
		clock_gettime(CLOCK_REALTIME, &t);
	return t;
}

void clock_text(const char *format, bool utc, StrBuf *out)
{
	struct timespec t = now();
	char text[128];
	struct tm tm;

	if (utc)
		gmtime_r(&t.tv_sec, &tm);
	else
		localtime_r(&t.tv_sec, &tm);
	if (utc)
		tm.tm_zone = "UTC";
	sb_add(out, text, strftime(text, sizeof(text), format, &tm));
}

static void wall_clock(const Column *c, StrBuf *out)
{
	struct timespec t = now();

	clock_text("%H:%M:%S", c->utc, out);
	if (c->semantic == SEM_WALLTIME_MS)
		sb_printf(out, ".%03ld", t.tv_nsec / 1000000);
}

/* The bytes of a text member: up to the first NUL, within what was submitted. */
static Str text_bytes(const Column *c, const uint8_t *data, size_t size)
{
	size_t room = c->offset < size ? size - c->offset : 0;
	Str s = { (const char *)data + c->offset, 0 };

	if (room > c->size)
		room = c->size;
	s.n = strnlen(s.p, room);
	return s;
}

static bool is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

static void printable(Str s, StrBuf *out)
{
	for (size_t i = 0, run; i < s.n; i += run + 1) {
		for (run = 0; i + run < s.n && !is_control(s.p[i + run]);)
			run++;
		sb_add(out, s.p + i, run);
		if (i + run < s.n)
			sb_putc(out, '?');
	}
}

static void one_argument(const Column *c, Str s, StrBuf *out)
{
	if (c->quoted)
		sb_putc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char ch = (unsigned char)s.p[i];

		if (ch == '\n')
			sb_puts(out, "\\n");
		else if (ch == '"' && c->quoted)
			sb_puts(out, "\\\"");
		else
			sb_putc(out, ch < ' ' || ch == 0x7f ? '?' : (char)ch);
	}
	if (c->quoted)
		sb_putc(out, '"');
}

/* NUL-separated; `each` argument is handed out in turn. */
static bool next_argument(const Column *c, const uint8_t *data, size_t size, size_t *at, Str *s)
{
	size_t end = c->offset + (size_t)c->size < size ? c->offset + (size_t)c->size : size;
	size_t start = c->offset + *at;

	if (start >= end)
		return false;
	s->p = (const char *)data + start;
	s->n = strnlen(s->p, end - start);
	*at += s->n + 1;
	return true;
}

/* The path, behind the directories that follow it. */
static void whole_path(const Column *c, const uint8_t *data, size_t size, StrBuf *out)
{
	size_t at = 0, start = out->n;
	Str parts[40];
	int n = 0;

	while (n < (int)ARRAY_LEN(parts) && next_argument(c, data, size, &at, &parts[n]))
		n++;
	for (int i = n - 1; i > 0; i--) {
		if (out->n == start || parts[i].n)
			sb_putc(out, '/');
		printable(parts[i], out);
	}
	if (n > 1)
		sb_putc(out, '/');
	if (n)
		printable(parts[0], out);
}

static void exit_code_text(int code, StrBuf *out)
{
	int signal = code & 0x7f, status = code >> 8 & 0xff;

	if (!(code & 0xff)) {
		if (status)
			sb_printf(out, "code %d", status);
		else
			sb_puts(out, "0");
		return;
	}
	sb_printf(out, "signal %d (%s)", signal, signal_name(signal) ? signal_name(signal) : "?");
	if (code & 0x80)
		sb_puts(out, ", core dumped ");
}

static void address_text(const uint8_t *data, StrBuf *out)
{
	char text[INET6_ADDRSTRLEN] = "?";
	uint32_t family;

	memcpy(&family, data + 16, 4);
	inet_ntop(family == AF_INET ? AF_INET : AF_INET6, data, text, sizeof(text));
	sb_puts(out, text);
}

static const char *disk_text(const Tool *t, const Column *c, uint32_t dev)
{
	const char *name = dev && t->names.disk ? t->names.disk(t->names.self, dev) : NULL;

	if (name)
		return name;
	return c->unknown ? c->unknown : "<unknown>";
}

static void syscall_text(int number, StrBuf *out)
{
	const char *name = syscall_name(number);

	if (name)
		sb_puts(out, name);
	else
		sb_printf(out, "[unknown: %d]", number);
}

static void ksym_text(const Tool *t, uint64_t address, StrBuf *out)
{
	const char *name = t->names.ksym ? t->names.ksym(t->names.self, address) : NULL;

	if (name)
		sb_puts(out, name);
	else
		sb_printf(out, "0x%llx", (unsigned long long)address);
}

static void option_text(const Column *c, StrBuf *out)
{
	const Option *o = c->shows;

	if (o && o->text)
		sb_puts(out, *o->text || !o->optional ? o->text : o->optional);
}

/* Text of a value for %s, without padding. */
void column_text(const Tool *t, Column *c, const uint8_t *data, size_t size, StrBuf *out)
{
	uint64_t raw = column_raw(c, data, size);
	size_t start = out->n;
	Str s;

	switch (c->semantic) {
	case SEM_WALLTIME:
	case SEM_WALLTIME_MS:
		wall_clock(c, out);
		return;
	case SEM_OPTION_TEXT:
		option_text(c, out);
		return;
	case SEM_ARGS:
		for (size_t at = 0; next_argument(c, data, size, &at, &s);) {
			if (out->n > start)
				sb_putc(out, ' ');
			one_argument(c, s, out);
		}
		return;
	case SEM_WHOLE_PATH:
		whole_path(c, data, size, out);
		return;
	case SEM_EXIT_CODE:
		exit_code_text((int)raw, out);
		return;
	case SEM_IPADDR:
		if ((size_t)c->offset + 20 <= size)
			address_text(data + c->offset, out);
		return;
	case SEM_DISK:
		sb_puts(out, disk_text(t, c, (uint32_t)raw));
		return;
	case SEM_SYSCALL:
		syscall_text((int)raw, out);
		return;
	case SEM_REQ_FLAGS:
		req_flags_text(&t->names, (uint32_t)raw, out);
		return;
	case SEM_KSYM:
		ksym_text(t, raw, out);
		return;
	default:
		break;
	}
	if (c->n_names)
		sb_puts(out, raw < (uint64_t)c->n_names ? c->names[raw] : "?");
	else if (c->is_text)
		printable(text_bytes(c, data, size), out);
	else if (c->is_signed)
		sb_printf(out, "%lld", (long long)raw);
	else
		sb_printf(out, "%llu", (unsigned long long)raw);
}

static double scaled(Column *c, uint64_t raw)
{
	uint64_t base = semantic_unit(c->semantic);

	if (c->semantic == SEM_KTIME) {
		if (!c->has_origin)
			c->origin = raw;
		c->has_origin = true;
		return (double)(int64_t)(raw - c->origin) / 1e9;
	}
	if (base && c->unit)
		return (double)raw * (double)base / (double)c->unit;
	return c->is_signed ? (double)(int64_t)raw : (double)raw;
}

static bool is_none(const Column *c, uint64_t raw)
{
	uint64_t mask = c->size < 8 ? (1ULL << c->size * 8) - 1 : ~0ULL;

	return c->has_none && c->size && c->size <= 8 &&
	       (raw & mask) == ((uint64_t)c->none_value & mask);
}

void column_cell(const Tool *t, Column *c, const uint8_t *data, size_t size, StrBuf *out)
{
	uint64_t raw = column_raw(c, data, size);
	size_t start = out->n;

	if (is_none(c, raw)) {
		Format f = { .left = c->format.left || c->format.zero, .width = c->format.width,
			     .precision = -1, .conversion = 's' };

		format_text(&f, c->none_text, strlen(c->none_text), out);
	} else if (c->format.conversion == 's') {
		column_text(t, c, data, size, out);
		fit_text(&c->format, out, start);
	} else if (c->format.conversion == 'f') {
		format_double(&c->format, scaled(c, raw), out);
	} else {
		if (c->unit)
			raw = (uint64_t)scaled(c, raw);
		format_number(&c->format, raw, out);
	}
}

static void json_arguments(const Column *c, const uint8_t *data, size_t size, StrBuf *out)
{
	bool first = true;
	Str s;

	sb_putc(out, '[');
	for (size_t at = 0; next_argument(c, data, size, &at, &s); first = false) {
		if (!first)
			sb_putc(out, ',');
		json_string(out, s.p, s.n);
	}
	sb_putc(out, ']');
}

void column_json(const Tool *t, Column *c, const uint8_t *data, size_t size, StrBuf *out)
{
	uint64_t raw = column_raw(c, data, size);
	StrBuf text = { 0 };

	if (is_none(c, raw)) {
		sb_puts(out, "null");
	} else if (c->semantic == SEM_ARGS) {
		json_arguments(c, data, size, out);
	} else if (c->is_text && c->semantic != SEM_WHOLE_PATH && c->size) {
		Str s = text_bytes(c, data, size);

		json_string(out, s.p, s.n);
	} else if (c->n_names || semantic_json(c->semantic) == JSON_TEXT) {
		column_text(t, c, data, size, &text);
		json_string(out, text.p ? text.p : "", text.n);
		sb_free(&text);
	} else if (c->is_bool) {
		sb_puts(out, raw ? "true" : "false");
	} else if (c->is_signed) {
		sb_printf(out, "%lld", (long long)raw);
	} else {
		sb_printf(out, "%llu", (unsigned long long)raw);
	}
}
