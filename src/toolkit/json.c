/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing JSON strings. Names of files and processes are arbitrary bytes; what is not valid UTF-8
 * (surrogates and overlong forms included) becomes U+FFFD, so that every line is valid JSON.
 */
#include "toolkit/toolkit.h"

/* Bytes of the valid UTF-8 sequence at p, or 0. */
static size_t utf8_length(const unsigned char *p, size_t n)
{
	static const struct { unsigned char mask, lead; uint32_t least; } forms[] = {
		{ 0x80, 0x00, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 },
		{ 0xf8, 0xf0, 0x10000 },
	};

	for (size_t length = 1; length <= ARRAY_LEN(forms) && length <= n; length++) {
		uint32_t c;

		if ((p[0] & forms[length - 1].mask) != forms[length - 1].lead)
			continue;
		c = p[0] & (unsigned char)~forms[length - 1].mask;
		for (size_t i = 1; i < length; i++) {
			if ((p[i] & 0xc0) != 0x80)
				return 0;
			c = c << 6 | (p[i] & 0x3f);
		}
		if (c < forms[length - 1].least || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
			return 0;
		return length;
	}
	return 0;
}

static void escaped(StrBuf *out, unsigned char c)
{
	static const char *const shorts[] = {
		['"'] = "\\\"", ['\\'] = "\\\\", ['\n'] = "\\n", ['\t'] = "\\t", ['\r'] = "\\r",
		['\b'] = "\\b", ['\f'] = "\\f",
	};

	if (c < ARRAY_LEN(shorts) && shorts[c])
		sb_puts(out, shorts[c]);
	else
		sb_printf(out, "\\u%04x", c);
}

void json_string(StrBuf *out, const char *text, size_t n)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t start = 0, i = 0;

	sb_putc(out, '"');
	while (i < n) {
		size_t length = utf8_length(p + i, n - i);

		if (length > 1 || (length == 1 && p[i] >= ' ' && p[i] != '"' && p[i] != '\\' &&
				   p[i] != 0x7f)) {
			i += length;
			continue;
		}
		sb_add(out, text + start, i - start);
		if (length)
			escaped(out, p[i]);
		else
			sb_puts(out, "\xef\xbf\xbd");
		start = ++i;
	}
	sb_add(out, text + start, n - start);
	sb_putc(out, '"');
}

void json_key(StrBuf *out, bool *first, const char *name)
{
	sb_puts(out, *first ? "{" : ",");
	*first = false;
	json_string(out, name, strlen(name));
	sb_putc(out, ':');
}
