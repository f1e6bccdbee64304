/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arena: chunks of growing size, handed out front to back and freed at once.
 * Memory is zeroed because chunks come from calloc and are never reused.
 */
#include "base.h"

#include <stdlib.h>

enum { FIRST_CHUNK = 16 << 10, LARGEST_CHUNK = 256 << 10, ALIGNMENT = 16 };

typedef struct Chunk {
	struct Chunk *next;
	size_t used, size;
	_Alignas(ALIGNMENT) char data[];
} Chunk;

struct Arena {
	Chunk *chunk;
	size_t next_size;
	size_t used;
};

static void *must(void *p)
{
	if (!p) {
		fputs("bcc: out of memory\n", stderr);
		abort();
	}
	return p;
}

Arena *arena_new(void)
{
	Arena *a = must(calloc(1, sizeof(*a)));

	a->next_size = FIRST_CHUNK;
	return a;
}

void arena_free(Arena *a)
{
	if (!a)
		return;
	for (Chunk *c = a->chunk, *next; c; c = next) {
		next = c->next;
		free(c);
	}
	free(a);
}

static Chunk *add_chunk(Arena *a, size_t at_least)
{
	size_t size = a->next_size > at_least ? a->next_size : at_least;
	Chunk *c = must(calloc(1, sizeof(*c) + size));

	c->size = size;
	c->next = a->chunk;
	a->chunk = c;
	if (a->next_size < LARGEST_CHUNK)
		a->next_size *= 2;
	return c;
}

void *arena_alloc(Arena *a, size_t size)
{
	Chunk *c = a->chunk;
	void *p;

	size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	if (!c || c->size - c->used < size)
		c = add_chunk(a, size);
	p = c->data + c->used;
	c->used += size;
	a->used += size;
	return p;
}

void *arena_copy(Arena *a, const void *p, size_t size)
{
	void *copy = arena_alloc(a, size);

	if (size)
		memcpy(copy, p, size);
	return copy;
}

char *arena_strndup(Arena *a, const char *s, size_t n)
{
	char *copy = arena_alloc(a, n + 1);

	memcpy(copy, s, n);
	return copy;
}

char *arena_strdup(Arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_vprintf(Arena *a, const char *fmt, va_list ap)
{
	va_list measure;
	char *text;
	int n;

	va_copy(measure, ap);
	n = vsnprintf(NULL, 0, fmt, measure);
	va_end(measure);
	text = arena_alloc(a, (size_t)n + 1);
	vsnprintf(text, (size_t)n + 1, fmt, ap);
	return text;
}

char *arena_printf(Arena *a, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return text;
}

size_t arena_used(const Arena *a)
{
	return a->used;
}

void *vec_grow(Arena *a, void **v, int *n, int *cap, size_t elem_size)
{
	if (*n == *cap) {
		int larger = *cap ? *cap * 2 : 8;
		void *grown = arena_alloc(a, (size_t)larger * elem_size);

		if (*n)
			memcpy(grown, *v, (size_t)*n * elem_size);
		*v = grown;
		*cap = larger;
	}
	return (char *)*v + (size_t)(*n)++ * elem_size;
}
