/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base: memory, arrays, strings, source locations, diagnostics, errors.
 *
 * Every other room stands on this header and has no list, string or error type of its own.
 * Ownership is simple: whatever takes an Arena * allocates from it and is freed with it.
 * Two kinds of failure are kept apart:
 *   - Diags collects what is wrong with the user's source text (file:line:column, caret, remedy);
 *   - Error carries one failure at run time (what was done to what, the cause, the remedy).
 */
#ifndef BCC_BASE_H
#define BCC_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/* arena.c ------------------------------------------------------------------------------------ */

typedef struct Arena Arena;

Arena *arena_new(void);
void arena_free(Arena *a);                       /* frees everything allocated from it; NULL is fine */
void *arena_alloc(Arena *a, size_t size);        /* zeroed, 16-byte aligned, never NULL (aborts) */
void *arena_copy(Arena *a, const void *p, size_t size);
char *arena_strndup(Arena *a, const char *s, size_t n);
char *arena_strdup(Arena *a, const char *s);
char *arena_printf(Arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
char *arena_vprintf(Arena *a, const char *fmt, va_list ap);
size_t arena_used(const Arena *a);               /* bytes handed out, for statistics */

#define NEW(arena, T) ((T *)arena_alloc((arena), sizeof(T)))
#define NEW_ARRAY(arena, T, n) ((T *)arena_alloc((arena), sizeof(T) * (size_t)(n)))

/* Growable array in an arena: VEC(int) xs = {0}; vec_push(arena, &xs, 5); xs.v[i], xs.n */
#define VEC(T) struct { T *v; int n, cap; }
#define vec_push(arena, vec, ...) \
	(*(typeof((vec)->v))vec_grow((arena), (void **)&(vec)->v, &(vec)->n, &(vec)->cap, \
				     sizeof(*(vec)->v)) = (__VA_ARGS__))
#define vec_pop(vec) ((vec)->v[--(vec)->n])
#define vec_last(vec) ((vec)->v[(vec)->n - 1])
/* Makes room for one more element, counts it, and returns its address. */
void *vec_grow(Arena *a, void **v, int *n, int *cap, size_t elem_size);

/* str.c -------------------------------------------------------------------------------------- */

/* A view of bytes that somebody else owns; not terminated. */
typedef struct Str {
	const char *p;
	size_t n;
} Str;

#define STR(lit) ((Str){ (lit), sizeof(lit) - 1 })
Str str_of(const char *s);                       /* view of a C string */
bool str_eq(Str a, Str b);
bool str_is(Str a, const char *s);
bool str_starts(Str a, const char *prefix);
bool starts_with(const char *s, const char *prefix);
bool ends_with(const char *s, const char *suffix);
uint32_t hash_bytes(const void *p, size_t n);
/* The candidate nearest to `name` by edit distance (at most a third of its length), or NULL. */
const char *closest_name(const char *name, const char *const *candidates, int n);

/* Growable text buffer on the heap; `p` is always terminated once something was added. */
typedef struct StrBuf {
	char *p;
	size_t n, cap;
} StrBuf;

void sb_add(StrBuf *sb, const char *bytes, size_t n);
void sb_puts(StrBuf *sb, const char *s);
void sb_putc(StrBuf *sb, char c);
void sb_printf(StrBuf *sb, const char *fmt, ...) PRINTF_LIKE(2, 3);
void sb_vprintf(StrBuf *sb, const char *fmt, va_list ap);
void sb_clear(StrBuf *sb);                       /* empties, keeps the memory */
void sb_free(StrBuf *sb);

/* hashmap.c ---------------------------------------------------------------------------------- */

/* String-keyed map; keys are not copied. A zeroed HashMap is empty; memory from the arena. */
typedef struct HashMap {
	Arena *arena;
	struct HashSlot *slots;
	uint32_t n, cap;
} HashMap;

void *hashmap_get(const HashMap *m, Str key);
bool hashmap_has(const HashMap *m, Str key);
void hashmap_put(HashMap *m, Str key, void *value);  /* replaces */

/* source.c ----------------------------------------------------------------------------------- */

/* A place in the source texts: an offset in the concatenation of all of them; 0 = nowhere. */
typedef uint32_t Loc;

typedef struct SourceFile {
	const char *name;          /* as shown to the user */
	const char *text;          /* terminated by a NUL byte */
	uint32_t size;
	Loc base;                  /* Loc of text[0] */
	Loc included_from;         /* Loc of the #include, 0 for a main text */
	bool builtin;              /* embedded header */
	int first_line;            /* number of the first line if not 1 (part of a file), else 0 */
} SourceFile;

typedef struct SourceMarker SourceMarker;

typedef struct Sources {
	Arena *arena;
	VEC(SourceFile) files;
	VEC(SourceMarker *) markers;  /* #line directives in order of Loc */
	Loc next;
} Sources;

typedef struct SourcePos {
	const char *file;
	int line, column;          /* from 1; column counts bytes, tabs as one */
	Str text;                  /* the whole line */
	Loc included_from;
} SourcePos;

/* Adds a text (not copied; must live as long as the Sources and end with NUL); returns its index. */
int sources_add(Sources *s, const char *name, const char *text, size_t size, Loc included_from);
/* From the line after `loc` on, positions are reported as `file` (NULL: unchanged) and `line`. */
void sources_mark_line(Sources *s, Loc loc, const char *file, int line);
bool sources_resolve(const Sources *s, Loc loc, SourcePos *pos);
const SourceFile *sources_file(const Sources *s, Loc loc);

/* diag.c ------------------------------------------------------------------------------------- */

typedef enum Severity { SEV_NOTE, SEV_WARNING, SEV_ERROR } Severity;

/* The stable tags: diagnostics.def lists X(tag, SEVERITY, "one line that explains it"). */
typedef enum DiagTag {
#define X(tag, severity, explanation) DIAG_##tag,
#include "diagnostics.def"
#undef X
	DIAG_COUNT
} DiagTag;

typedef struct Diag {
	DiagTag tag;
	Severity severity;
	Loc loc;
	char *message;             /* what is wrong */
	char *hint;                /* what to write instead; NULL if none */
	VEC(struct DiagNote { Loc loc; char *message; }) notes;
} Diag;

typedef struct Diags {
	Arena *arena;
	Sources *sources;
	VEC(Diag *) list;
	int errors, warnings;
	int limit;                 /* errors kept, and 5 times as many warnings; further ones are only
				    * counted (default 20) */
	bool no_warnings;          /* -w */
} Diags;

void diags_init(Diags *d, Arena *arena, Sources *sources);
/* Reports; the severity is the tag's. Returns the Diag so that hints and notes can be added
 * (never NULL: what is not kept goes to a scratch Diag). The same tag at the same Loc is reported once. */
Diag *diag_report(Diags *d, Loc loc, DiagTag tag, const char *fmt, ...) PRINTF_LIKE(4, 5);
void diag_hint(Diags *d, Diag *diag, const char *fmt, ...) PRINTF_LIKE(3, 4);
void diag_note(Diags *d, Diag *diag, Loc loc, const char *fmt, ...) PRINTF_LIKE(4, 5);
const char *diag_tag_name(DiagTag tag);
const char *diag_tag_explanation(DiagTag tag);
/* file:line:column: error: message [tag], source line, caret, hint, notes; with colour if asked. */
void diags_render(const Diags *d, StrBuf *out, bool colour);

/* error.c ------------------------------------------------------------------------------------ */

/* One failure at run time. Zeroed means no error. Text is owned by the Error. */
typedef struct Error {
	int code;                  /* errno-like, positive; 0 = none */
	char message[512];         /* what was being done to what, and the cause */
	char remedy[512];          /* what to do about it; may be empty */
	char *log;                 /* verifier log or similar, malloc'ed; NULL if none */
} Error;

/* Sets and returns -code, so that `return error_set(err, ENOENT, …)` reads well. NULL err is fine. */
int error_set(Error *err, int code, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* As error_set, with ": " and the description of errno `code` appended. */
int error_errno(Error *err, int code, const char *fmt, ...) PRINTF_LIKE(3, 4);
int error_remedy(Error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);  /* -err->code, NULL: -EINVAL */
/* Puts "context: " in front of the message; returns -err->code. */
int error_context(Error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);
void error_clear(Error *err);

/* file.c ------------------------------------------------------------------------------------- */

/* Reads a whole file (also of /proc and /sys, whose size is unknown). The result is malloc'ed,
 * terminated by NUL, owned by the caller; NULL and errno on failure. */
char *file_read(const char *path, size_t *size);

#endif
