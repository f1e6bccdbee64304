/* SPDX-License-Identifier: Apache-2.0 */
/* String views, text buffers, hashing and nearest names. */
#include "base.h"

#include <stdlib.h>

Str str_of(const char *s)
{
	return (Str){ s, strlen(s) };
}

bool str_eq(Str a, Str b)
{
	return a.n == b.n && !memcmp(a.p, b.p, a.n);
}

bool str_is(Str a, const char *s)
{
	return str_eq(a, str_of(s));
}

bool str_starts(Str a, const char *prefix)
{
	size_t n = strlen(prefix);

	return a.n >= n && !memcmp(a.p, prefix, n);
}

bool starts_with(const char *s, const char *prefix)
{
	return !strncmp(s, prefix, strlen(prefix));
}

bool ends_with(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && !strcmp(s + n - m, suffix);
}

/* FNV-1a, folded so that the low bits depend on all bytes. */
uint32_t hash_bytes(const void *p, size_t n)
{
	const unsigned char *bytes = p;
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ bytes[i]) * 16777619u;
	return h ^ h >> 15;
}

enum { LONGEST_NAME = 64 };

static int smallest(int a, int b, int c)
{
	int ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Insertions, deletions, changes, and swaps of neighbours that turn a into b. */
static int edit_distance(const char *a, const char *b)
{
	int rows[3][LONGEST_NAME + 1];
	int n = (int)strlen(a), m = (int)strlen(b);

	if (n > LONGEST_NAME || m > LONGEST_NAME)
		return n + m;
	for (int j = 0; j <= m; j++)
		rows[0][j] = j;
	for (int i = 1; i <= n; i++) {
		int *row = rows[i % 3], *above = rows[(i + 2) % 3], *second = rows[(i + 1) % 3];

		row[0] = i;
		for (int j = 1; j <= m; j++) {
			row[j] = smallest(above[j] + 1, row[j - 1] + 1,
					  above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    second[j - 2] + 1 < row[j])
				row[j] = second[j - 2] + 1;
		}
	}
	return rows[n % 3][m];
}

const char *closest_name(const char *name, const char *const *candidates, int n)
{
	int best_distance = (int)strlen(name) / 3 + 1;
	const char *best = NULL;

	for (int i = 0; i < n; i++) {
		int d = edit_distance(name, candidates[i]);

		if (d < best_distance) {
			best_distance = d;
			best = candidates[i];
		}
	}
	return best;
}

static void reserve(StrBuf *sb, size_t more)
{
	size_t need = sb->n + more + 1;

	if (need <= sb->cap)
		return;
	sb->cap = need > sb->cap * 2 ? need + 64 : sb->cap * 2;
	sb->p = realloc(sb->p, sb->cap);
	if (!sb->p)
		abort();
}

void sb_add(StrBuf *sb, const char *bytes, size_t n)
{
	reserve(sb, n);
	if (n)
		memcpy(sb->p + sb->n, bytes, n);
	sb->n += n;
	sb->p[sb->n] = '\0';
}

void sb_puts(StrBuf *sb, const char *s)
{
	sb_add(sb, s, strlen(s));
}

void sb_putc(StrBuf *sb, char c)
{
	sb_add(sb, &c, 1);
}

void sb_vprintf(StrBuf *sb, const char *fmt, va_list ap)
{
	va_list measure;
	int n;

	va_copy(measure, ap);
	n = vsnprintf(NULL, 0, fmt, measure);
	va_end(measure);
	if (n < 0)                         /* a width beyond int */
		return;
	reserve(sb, (size_t)n);
	vsnprintf(sb->p + sb->n, (size_t)n + 1, fmt, ap);
	sb->n += (size_t)n;
}

void sb_printf(StrBuf *sb, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	sb_vprintf(sb, fmt, ap);
	va_end(ap);
}

void sb_clear(StrBuf *sb)
{
	sb->n = 0;
	if (sb->p)
		sb->p[0] = '\0';
}

void sb_free(StrBuf *sb)
{
	free(sb->p);
	*sb = (StrBuf){ 0 };
}
