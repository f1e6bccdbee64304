/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of options: text -> number, by the meaning of the option's type. Failures say what was
 * found and what is expected; a message that begins with '!' is shown alone (status 1) because the
 * classic tools do so.
 */
#include "toolkit/internal.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

bool parse_number(const char *text, int64_t *value)
{
	char *end;

	while (isspace((unsigned char)*text))
		text++;
	if (!*text)
		return false;
	errno = 0;
	if (text[0] == '-') {
		*value = strtoll(text, &end, 0);
	} else {
		int base = text[0] == '0' && (text[1] == 'x' || text[1] == 'X') ? 16 : 10;

		*value = (int64_t)strtoull(text, &end, base);
	}
	return !errno && end != text && !*end;
}

/* A decimal number, maybe with a fraction; *rest: what follows. No exponents, no inf or nan. */
static bool parse_decimal(const char *text, double *value, const char **rest)
{
	double scale = 1, v = 0;
	bool any = false;

	for (; isdigit((unsigned char)*text); text++, any = true)
		v = v * 10 + (*text - '0');
	if (*text == '.')
		for (text++; isdigit((unsigned char)*text); text++, any = true)
			v += (*text - '0') * (scale /= 10);
	*value = v;
	*rest = text;
	return any;
}

static const struct { const char *suffix; double seconds; } time_units[] = {
	{ "", 1 }, { "s", 1 }, { "ms", 1e-3 }, { "us", 1e-6 }, { "ns", 1e-9 }, { "m", 60 },
	{ "min", 60 }, { "h", 3600 },
};

/* `plain`: what a number without a unit means. */
static bool parse_time(const char *text, double plain, double *seconds)
{
	const char *rest;
	double v;

	if (!parse_decimal(text, &v, &rest))
		return false;
	if (!*rest) {
		*seconds = v * plain;
		return true;
	}
	for (size_t i = 1; i < ARRAY_LEN(time_units); i++)
		if (!strcmp(rest, time_units[i].suffix)) {
			*seconds = v * time_units[i].seconds;
			return true;
		}
	return false;
}

bool parse_seconds(const char *text, double *seconds)
{
	return parse_time(text, 1, seconds);
}

static bool parse_bytes(const char *text, int64_t *value)
{
	static const char letters[] = "KMGT";
	const char *rest, *letter;
	double v;

	if (!parse_decimal(text, &v, &rest))
		return false;
	if (*rest) {
		letter = strchr(letters, toupper((unsigned char)*rest));
		if (!letter || (rest[1] && strcmp(rest + 1, "B") && strcmp(rest + 1, "iB")))
			return false;
		for (const char *l = letters; l <= letter; l++)
			v *= 1024;
	}
	*value = (int64_t)v;
	return v < 9e18;
}

/* Does the number fit into the option's type? */
static bool fits(const Option *o, int64_t v, bool negative)
{
	int bits;

	if (negative && !o->is_signed)
		return false;
	if (!o->size || o->size >= 8)
		return true;
	bits = (int)o->size * 8;
	if (o->is_signed)
		return v >= -(1LL << (bits - 1)) && v < 1LL << (bits - 1);
	return !((uint64_t)v >> bits);
}

static bool integer_value(Option *o, const char *text, StrBuf *why)
{
	int64_t v;

	if (!parse_number(text, &v)) {
		sb_printf(why, "'%s' is not a number (expected: %s)", text, o->metavar);
		return false;
	}
	if (!fits(o, v, text[0] == '-')) {
		sb_printf(why, "%s is out of range", text);
		return false;
	}
	o->value = v;
	o->number = (double)v;
	return true;
}

static bool id_value(Option *o, const char *text, StrBuf *why)
{
	int64_t v;

	if (!parse_number(text, &v) || v < 0 || v > INT32_MAX) {
		sb_printf(why, "'%s' is not a process or thread id", text);
		return false;
	}
	if (v == 0) {
		sb_puts(why, "0 is no process");
		return false;
	}
	o->value = v;
	return true;
}

static bool uid_value(const Tool *t, Option *o, const char *text, StrBuf *why)
{
	int64_t v;
	uint32_t uid;

	if (parse_number(text, &v) && text[0] != '-' && v < UINT32_MAX) {
		o->value = v;
	} else if (t->names.uid && t->names.uid(t->names.self, text, &uid)) {
		o->value = uid;
	} else {
		sb_printf(why, "'%s' is neither a user number nor a login name", text);
		return false;
	}
	return true;
}

static bool time_value(Option *o, const char *text, StrBuf *why)
{
	double unit = (double)semantic_unit(o->semantic) / 1e9;

	if (!parse_time(text, unit, &o->number) || o->number / unit > 9e18) {
		sb_printf(why, "'%s' is not a time (a number, maybe with s, ms, us, m or h)", text);
		return false;
	}
	o->value = (int64_t)(o->number / unit + 0.5);
	return true;
}

static bool errno_value(Option *o, const char *text, StrBuf *why)
{
	int64_t v;

	if (parse_number(text, &v) && v > 0 && v < 4096)
		o->value = v;
	else
		o->value = errno_number(text);
	if (o->value <= 0)
		sb_printf(why, "couldn't map %s to an errno", text);
	return o->value > 0;
}

static bool syscall_value(Option *o, const char *text, StrBuf *why)
{
	o->value = syscall_number(text);
	if (o->value < 0)
		sb_printf(why, "!Error: syscall '%s' not found. Exiting.", text);
	return o->value >= 0;
}

static bool disk_value(const Tool *t, Option *o, const char *text, StrBuf *why)
{
	uint32_t dev;

	if (!t->names.disk_number || !t->names.disk_number(t->names.self, text, &dev)) {
		sb_printf(why, "!no such disk '%s'", text);
		return false;
	}
	o->value = dev;
	return true;
}

static bool open_flags_value(Option *o, const char *text, StrBuf *why)
{
	uint32_t flag;

	if (!open_flag(text, &flag)) {
		sb_printf(why, "!Bad flag: %s", text);
		return false;
	}
	o->value |= flag;
	return true;
}

static bool ports_value(const Tool *t, Option *o, const char *text, StrBuf *why)
{
	for (const char *p = text;;) {
		size_t n = strcspn(p, ",");
		const char *item = arena_strndup(t->arena, p, n);
		int64_t port;

		if (!parse_number(item, &port) || port < 0 || port > 65535) {
			sb_printf(why, "'%.*s' is not a port (0 to 65535)", (int)n, p);
			return false;
		}
		vec_push(t->arena, &o->list, port);
		if (!p[n])
			break;
		p += n + 1;
	}
	o->value = o->list.n > 255 ? 255 : o->list.n;
	return true;
}

static bool pattern_value(Option *o, const char *text, StrBuf *why)
{
	char message[128];
	regex_t compiled;
	int rc = regcomp(&compiled, text, REG_EXTENDED | REG_NOSUB);

	if (rc) {
		regerror(rc, &compiled, message, sizeof(message));
		sb_printf(why, "'%s' is not a regular expression: %s", text, message);
		return false;
	}
	regfree(&compiled);
	o->value = 1;
	return true;
}

bool option_value(const Tool *t, Option *o, const char *text, StrBuf *why)
{
	o->text = text;
	switch (o->semantic) {
	case SEM_PID:
	case SEM_TID:
		return id_value(o, text, why);
	case SEM_UID:
		return uid_value(t, o, text, why);
	case SEM_NS:
	case SEM_US:
	case SEM_MS:
	case SEM_SECONDS:
		return time_value(o, text, why);
	case SEM_BYTES:
		if (parse_bytes(text, &o->value))
			return true;
		sb_printf(why, "'%s' is not a size (a number, maybe with K, M or G)", text);
		return false;
	case SEM_ERRNO:
		return errno_value(o, text, why);
	case SEM_SYSCALL:
		return syscall_value(o, text, why);
	case SEM_DISK:
		return disk_value(t, o, text, why);
	case SEM_OPEN_FLAGS:
		return open_flags_value(o, text, why);
	case SEM_PORTS:
		return ports_value(t, o, text, why);
	case SEM_PATTERN:
		return pattern_value(o, text, why);
	case SEM_TEXT:
	case SEM_FILE:
		o->value = 1;
		return true;
	default:
		return integer_value(o, text, why);
	}
}
