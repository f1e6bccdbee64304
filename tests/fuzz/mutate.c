/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mutations that leave most of the input sound. A text is changed by tokens, lines and bracketed
 * groups, with words of tests/fuzz/c.dict; a blob by words of 1 to 8 bytes with numbers that are
 * likely to be sizes, indexes or limits. libFuzzer calls this as its custom mutator.
 */
#include "fuzz.h"

#include <ctype.h>
#include <stdlib.h>

enum { MAX_TOKENS = 16384, MAX_WORDS = 1024, MAX_TEXT = 1 << 16 };

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max) __attribute__((weak));
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
				 uint8_t *out, size_t max, unsigned seed);

static uint64_t state;

static uint32_t pick(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return below ? (uint32_t)(state >> 32) % below : 0;
}

static void seed_with(unsigned seed)
{
	state = (seed + 1) * 0x9e3779b97f4a7c15ull;
	pick(1);
	pick(1);
}

/* Dictionary ----------------------------------------------------------------------------------- */

static Str words[MAX_WORDS];
static int n_words = -1;

/* "..." with \\, \" and \xNN, in place. */
static void take_word(char *p)
{
	char *start = p, *out = p;

	while (*p && *p != '"') {
		if (p[0] == '\\' && p[1] == 'x' && p[2] && p[3]) {
			char hex[3] = { p[2], p[3], 0 };

			*out++ = (char)strtoul(hex, NULL, 16);
			p += 4;
			continue;
		}
		p += *p == '\\' && p[1];
		*out++ = *p++;
	}
	if (n_words < MAX_WORDS && out > start)
		words[n_words++] = (Str){ start, (size_t)(out - start) };
}

static void need_words(void)
{
	size_t size;
	char *text, *line;

	if (n_words >= 0)
		return;
	n_words = 0;
	text = file_read("tests/fuzz/c.dict", &size);
	for (line = text; line && *line;) {
		char *end = strchr(line, '\n'), *quote = strchr(line, '"');

		if (end)
			*end++ = 0;
		if (*line != '#' && quote && (!end || quote < end))
			take_word(quote + 1);
		line = end;
	}
}

static Str some_word(void)
{
	static const char *const numbers[] = {
		"0", "1", "2", "3", "4", "7", "8", "15", "16", "31", "32", "33", "63", "64", "65",
		"127", "128", "255", "256", "511", "512", "513", "1023", "4096", "65535", "65536",
		"0x7fffffff", "0x80000000", "0xffffffff", "0x100000000", "0x7fffffffffffffff",
		"0x8000000000000000", "0xffffffffffffffff", "-1", "1u", "1ull", "1000000000",
		"99999999999999999999", "1e9", "0b101", "'a'", "1.5",
	};

	need_words();
	if (!n_words || !pick(4))
		return str_of(numbers[pick(ARRAY_LEN(numbers))]);
	return words[pick((uint32_t)n_words)];
}

/* Texts ---------------------------------------------------------------------------------------- */

typedef struct Token { uint32_t at, n; } Token;

typedef struct Text {
	char *p;
	size_t n, max;
	Token tokens[MAX_TOKENS];
	uint32_t n_tokens;
} Text;

static size_t quoted_length(const char *p, size_t n)
{
	size_t i = 1;

	while (i < n && p[i] != p[0] && p[i] != '\n')
		i += p[i] == '\\' ? 2 : 1;
	return i < n ? i + 1 : n;
}

static size_t comment_length(const char *p, size_t n)
{
	const char *end = p[1] == '/' ? memchr(p, '\n', n) : memmem(p + 2, n - 2, "*/", 2);

	return end ? (size_t)(end - p) + (p[1] == '/' ? 0 : 2) : n;
}

static size_t token_length(const char *p, size_t n)
{
	size_t i = 1;

	if (n > 1 && p[0] == '/' && (p[1] == '/' || p[1] == '*'))
		return comment_length(p, n);
	if (p[0] == '"' || p[0] == '\'')
		return quoted_length(p, n);
	if (isalnum((unsigned char)p[0]) || p[0] == '_') {
		while (i < n && (isalnum((unsigned char)p[i]) || p[i] == '_'))
			i++;
	} else if (n > 1 && strchr("<>=&|+-", p[0]) && (p[1] == p[0] || p[1] == '=')) {
		i = 2;
	} else if (n > 1 && p[0] == '-' && p[1] == '>') {
		i = 2;
	}
	return i;
}

static void cut(Text *t)
{
	t->n_tokens = 0;
	for (size_t i = 0; i < t->n && t->n_tokens < MAX_TOKENS;) {
		size_t n;

		if (isspace((unsigned char)t->p[i])) {
			i++;
			continue;
		}
		n = token_length(t->p + i, t->n - i);
		t->tokens[t->n_tokens++] = (Token){ (uint32_t)i, (uint32_t)n };
		i += n;
	}
}

/* Puts bytes in the place of [from, to). They may be of the text itself. */
static void replace(Text *t, size_t from, size_t to, const char *bytes, size_t n)
{
	static char copy[MAX_TEXT];

	if (from > to || to > t->n || n > sizeof(copy) || t->n - (to - from) + n > t->max)
		return;
	memcpy(copy, bytes, n);
	memmove(t->p + from + n, t->p + to, t->n - to);
	memcpy(t->p + from, copy, n);
	t->n = t->n - (to - from) + n;
}

static Token some_token(const Text *t)
{
	return t->n_tokens ? t->tokens[pick(t->n_tokens)] : (Token){ 0, 0 };
}

static Token some_line(const Text *t)
{
	size_t at = pick((uint32_t)t->n + 1), end = at;

	while (at && t->p[at - 1] != '\n')
		at--;
	while (end < t->n && t->p[end] != '\n')
		end++;
	return (Token){ (uint32_t)at, (uint32_t)(end - at + (end < t->n)) };
}

/* A bracketed group with its brackets. */
static Token some_group(const Text *t)
{
	uint32_t first = pick(t->n_tokens);
	int depth = 0;

	for (uint32_t tries = 0; tries < 200 && first < t->n_tokens; tries++, first++)
		if (strchr("({[", t->p[t->tokens[first].at]))
			break;
	for (uint32_t i = first; i < t->n_tokens; i++) {
		char c = t->p[t->tokens[i].at];

		depth += c == '(' || c == '{' || c == '[';
		depth -= c == ')' || c == '}' || c == ']';
		if (depth <= 0)
			return (Token){ t->tokens[first].at, t->tokens[i].at + 1 -
					t->tokens[first].at };
	}
	return some_token(t);
}

static Token some_run(const Text *t)
{
	uint32_t first = pick(t->n_tokens), last = first + pick(12);

	if (!t->n_tokens)
		return (Token){ 0, 0 };
	if (last >= t->n_tokens)
		last = t->n_tokens - 1;
	return (Token){ t->tokens[first].at,
			t->tokens[last].at + t->tokens[last].n - t->tokens[first].at };
}

static bool is_operator(const Text *t, Token k)
{
	return k.n && strchr("+-*/%&|^<>=!~.?:,", t->p[k.at]);
}

/* What a token is replaced by: one of the same kind, so that the result often still compiles. */
static void replace_alike(Text *t)
{
	static const char *const operators[] = {
		"+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", "<", ">", "<=", ">=", "==", "!=",
		"&&", "||", "=", "+=", "-=", "*=", "/=", "%=", "<<=", ">>=", ",", "?:", ".", "->",
	};
	Token k = some_token(t);

	if (is_operator(t, k)) {
		const char *op = operators[pick(ARRAY_LEN(operators))];

		replace(t, k.at, k.at + k.n, op, strlen(op));
		return;
	}
	for (int tries = 0; tries < 30 && k.n; tries++) {
		Token other = some_token(t);
		bool is_word = isalpha((unsigned char)t->p[k.at]) || t->p[k.at] == '_';
		bool other_is = isalpha((unsigned char)t->p[other.at]) || t->p[other.at] == '_';

		if (is_word != other_is || is_operator(t, other) ||
		    (other.n == k.n && !memcmp(t->p + k.at, t->p + other.at, k.n)))
			continue;
		replace(t, k.at, k.at + k.n, t->p + other.at, other.n);
		return;
	}
}

static void swap(Text *t, Token a, Token b)
{
	static char kept[MAX_TEXT];

	if (a.at > b.at) {
		Token c = a;

		a = b;
		b = c;
	}
	if (a.at + a.n > b.at || a.n > sizeof(kept))
		return;
	memcpy(kept, t->p + a.at, a.n);
	replace(t, a.at, a.at + a.n, t->p + b.at, b.n);
	b.at += b.n - a.n;
	replace(t, b.at, b.at + b.n, kept, a.n);
}

static void put_word(Text *t, bool instead)
{
	Token k = some_token(t);
	Str word = some_word();
	char text[256];
	int n = snprintf(text, sizeof(text), " %.*s ", (int)word.n, word.p);

	if (n > 0 && n < (int)sizeof(text))
		replace(t, k.at, k.at + (instead ? k.n : 0), text, (size_t)n);
}

static void change_byte(Text *t)
{
	size_t at = pick((uint32_t)t->n);
	char byte = (char)pick(256);

	if (t->n)
		replace(t, at, at + pick(2), &byte, pick(2));
}

static void edit_text(Text *t)
{
	Token a, b;

	cut(t);
	a = some_token(t);
	switch (pick(18)) {
	case 0: replace(t, a.at, a.at + a.n, "", 0); break;
	case 1: b = some_token(t); replace(t, a.at, a.at, t->p + b.at, b.n); break;
	case 2: swap(t, a, some_token(t)); break;
	case 3: case 4: case 5: case 6: replace_alike(t); break;
	case 7: case 8: put_word(t, true); break;
	case 9: put_word(t, false); break;
	case 10: a = some_line(t); replace(t, a.at, a.at + a.n, "", 0); break;
	case 11: a = some_line(t); b = some_line(t); replace(t, a.at, a.at, t->p + b.at, b.n); break;
	case 12: swap(t, some_line(t), some_line(t)); break;
	case 13: a = some_group(t); replace(t, a.at, a.at + a.n, "", 0); break;
	case 14: b = some_group(t); replace(t, a.at, a.at, t->p + b.at, b.n); break;
	case 15: b = some_run(t); replace(t, a.at, a.at, t->p + b.at, b.n); break;
	case 16: a = some_group(t); b = some_group(t);
		 replace(t, a.at, a.at + a.n, t->p + b.at, b.n); break;
	default: change_byte(t); break;
	}
}

static size_t mutate_text(uint8_t *data, size_t size, size_t max)
{
	static Text t;

	t.p = (char *)data;
	t.n = size;
	t.max = max;
	for (uint32_t n = 1 + pick(4); n; n--)
		edit_text(&t);
	return t.n;
}

/* Blobs ---------------------------------------------------------------------------------------- */

static uint64_t some_number(const uint8_t *data, size_t size)
{
	uint64_t other = 0;
	size_t at = pick((uint32_t)size) & ~3ul;

	switch (pick(6)) {
	case 0: return pick(16);
	case 1: return (1ull << pick(64)) - pick(3);
	case 2: return ~0ull - pick(4);
	case 3: return size + pick(3) - 1;
	case 4: return pick(1 << 16);
	default:
		memcpy(&other, data + at, size - at < 8 ? size - at : 8);
		return other;
	}
}

static void change_word(uint8_t *data, size_t size)
{
	size_t width = (size_t)1 << pick(4), at = pick((uint32_t)size);
	uint64_t word = 0;

	at -= pick(8) ? at % width : 0;
	if (at + width > size)
		width = 1;
	memcpy(&word, data + at, width);
	word = pick(3) ? some_number(data, size) : word + pick(9) - 4;
	memcpy(data + at, &word, width);
}

static size_t mutate_blob(uint8_t *data, size_t size, size_t max)
{
	Text t = { .p = (char *)data, .n = size, .max = max };

	for (uint32_t n = 1 + pick(4); n && t.n; n--) {
		size_t at = pick((uint32_t)t.n) & ~3ul, length = (1 + pick(16)) * 4, to;

		if (at + length > t.n)
			length = t.n - at;
		switch (pick(16)) {
		case 0: replace(&t, at, at + length, "", 0); break;
		case 1: to = pick((uint32_t)t.n) & ~3ul; replace(&t, to, to, t.p + at, length); break;
		case 2: t.n = pick(8) ? t.n : pick((uint32_t)t.n + 1); break;
		default: change_word(data, t.n); break;
		}
	}
	return t.n;
}

size_t fuzz_mutate(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	seed_with(seed);
	if (size < 8 && fuzz_target.seed) {
		const uint8_t *first = fuzz_target.seed(&size);

		size = size < max ? size : max;
		memcpy(data, first, size);
	}
	return fuzz_target.is_text ? mutate_text(data, size, max) : mutate_blob(data, size, max);
}

/* libFuzzer ------------------------------------------------------------------------------------ */

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned seed)
{
	if (seed % 8 == 0 && size && LLVMFuzzerMutate)
		return LLVMFuzzerMutate(data, size, max);
	return fuzz_mutate(data, size, max, seed);
}

/* Lines of the one, with some of the other's among them. */
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
				 uint8_t *out, size_t max, unsigned seed)
{
	static Text text, other;
	Token to, first, last;

	if (a_size > max || !b_size)
		return 0;
	seed_with(seed);
	memcpy(out, a, a_size);
	text.p = (char *)out;
	text.n = a_size;
	text.max = max;
	other.p = (char *)b;
	other.n = b_size;
	to = some_line(&text);
	first = some_line(&other);
	last = some_line(&other);
	if (last.at < first.at)
		last = first;
	replace(&text, to.at, to.at, other.p + first.at, last.at + last.n - first.at);
	return text.n;
}
