/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of the preprocessor. Tokens are read from a stack of inputs: texts (the program, included
 * files, pool snippets) and token lists (bodies of macros, arguments, a token pushed back).
 * A macro is disabled as long as the list of its expansion is on the stack; its name met meanwhile
 * is painted (Token.no_expand) for good. An input with a barrier is not left by reading: its end is
 * TOK_EOF until whoever pushed it pops it.
 */
#ifndef BCC_LANG_PP_H
#define BCC_LANG_PP_H

#include "lang/internal.h"

/* Macros --------------------------------------------------------------------------------------- */

typedef enum MacroKind { MACRO_OBJECT, MACRO_FUNCTION, MACRO_BUILTIN } MacroKind;

/* What body tokens are besides their text; # and ## themselves are not in the body. */
enum {
	MARK_STRINGIFY = 1,        /* # before this parameter */
	MARK_PASTE = 2,            /* ## between this token and the next */
	MARK_PASTED = 4,           /* ## between the token before and this one */
	MARK_COMMA = 8,            /* a comma with ## and the variable arguments behind it (GNU) */
	MARK_VA_OPT = 16,          /* __VA_OPT__: the next `length` body tokens are its contents */
};

typedef struct BodyMark {
	int16_t param;             /* index, -1: no parameter */
	uint16_t flags;
	int32_t length;
} BodyMark;

typedef struct Macro {
	Atom *name;
	Loc loc;
	MacroKind kind;
	int builtin;               /* index in builtin_macros.def */
	bool is_variadic, from_pool, from_options;
	int disabled;              /* level + 1 of the expansion in progress, 0: none */
	Atom **params;
	int n_params;              /* the variable ones count as one */
	int n_body;
	Token *body;
	BodyMark *marks;           /* NULL: an object-like body without ## */
} Macro;

/* Inputs --------------------------------------------------------------------------------------- */

typedef struct Input {
	struct Input *below;
	bool is_text, barrier;
	/* token list */
	bool is_first, first_after_space, first_at_line_start;
	const Token *next, *end;
	Macro *macro;              /* being expanded, enabled again at the end; NULL: none */
	Macro *body_of;            /* the list is this macro's own body: tokens get `loc` */
	int was_disabled;
	Loc loc;
	Token one;                 /* the list, if it is one token */
	/* text */
	bool is_pool, is_options, in_directive, line_start;
	const char *text, *at;
	Loc base;                  /* 0: tokens have no place of their own */
	uint32_t size;
	const char *name;          /* shown; path of a user file */
	const char *directory;     /* of a user file, NULL if unknown */
	int conditions;            /* those of this text start at this index */
	const char *line_at;       /* line `line_no` was counted up to here */
	int line_no, line_shift;
} Input;

typedef struct Condition {
	Loc loc;                   /* of #if */
	bool was_taken, had_else;
} Condition;

typedef struct UserFile {
	const char *text;          /* NULL: cannot be read */
	size_t size;
	bool once;
} UserFile;

struct Pp {
	Input *input, *unused;     /* unused: free list */
	VEC(Condition) conditions;
	VEC(Token) scratch;        /* a stack: arguments and results being put together */
	VEC(int) starts;           /* a stack: where arguments start in scratch */
	VEC(const char *) directories;
	HashMap files;             /* path -> UserFile */
	HashMap headers;           /* built-in headers included so far */
	HashMap pool_macros;       /* pool meaning of names that the program redefined */
	char *text;                /* spelling being put together */
	size_t text_n, text_cap;
	int level;                 /* pool snippets being read */
	int depth, include_depth, n_includes;
	uint64_t work;             /* tokens made by macros */
	uint32_t counter;
	bool stopped;              /* a limit was exceeded: nothing but TOK_EOF from now on */
	Atom *sought;              /* the pool is being asked for this macro */
	Atom *a_defined, *a_va_args, *a_va_opt, *a_pragma;
};

/* lexer.c */
/* The next token of a text, no directives, no macros. TOK_EOF at the end and, in a directive, at
 * the end of its line. */
void lex_token(Lang *l, Input *in, Token *t);
/* End of the token that starts at `p`, and its kind; not for white space and comments. */
const char *scan_token(const char *p, TokenKind *kind);
/* From a place in a line to the start of the next logical line that begins with #, just behind the
 * #; NULL and in->at at the end of the text if there is none. */
const char *lex_skip_to_hash(Lang *l, Input *in);

/* literal.c */
bool pp_number(Lang *l, const Token *t, uint64_t *value, bool *is_unsigned);

/* preprocess.c */
void pp_raw(Lang *l, Token *t);                  /* next token, macros not expanded */
void pp_expanded(Lang *l, Token *t);             /* macros expanded; keywords are still TOK_IDENT */
Input *pp_push_text(Lang *l, const char *name, const char *text, size_t size, Loc base);
void pp_push_list(Lang *l, const Token *tokens, int n, bool barrier);
void pp_push_back(Lang *l, const Token *t);
Input *pp_push_input(Lang *l);
void pp_pop_input(Lang *l);
void pp_stop(Lang *l);
void pp_rest_of_line(Lang *l, bool warn);        /* of a directive */
void pp_text_start(Pp *pp);
void pp_text_add(Lang *l, const char *p, size_t n);
/* Spelling of the rest of a directive, with single spaces; expands macros if asked. */
char *pp_line_text(Lang *l, bool expand);

/* macro.c */
Macro *pp_find_macro(Lang *l, Atom *a);
Macro *pp_macro_of(Lang *l, Token *t);           /* NULL if the name is not to be expanded */
void pp_define(Lang *l, Input *in);              /* #define: behind the word */
void pp_undefine(Lang *l, Atom *a);
bool macro_expand(Lang *l, Macro *m, const Token *name); /* false: no invocation */
/* A token of this macro's body must not be taken for the program macro of the same name. */
bool macro_shields(const Macro *m, const Token *t);
/* Arguments of a builtin macro as text, unexpanded; NULL if there is no '('. */
char *macro_raw_argument(Lang *l, const Token *name);
char *pp_spell(Lang *l, const Token *t, int n);  /* tokens as text, with their spaces */

/* builtin_macros.c */
void builtin_macros_init(Lang *l);
bool builtin_expand(Lang *l, Macro *m, const Token *name);

/* include.c */
void pp_include(Lang *l, Input *in, Loc loc);
bool pp_has_include(Lang *l, const char *name);  /* with its <> or "" */
void pp_pragma_once(Lang *l, Input *in);
bool pp_header_included(Lang *l, const char *header);
void pp_mark_included(Lang *l, const char *header);
int pp_line(Lang *l, Loc loc, const char **file);

/* condition.c */
bool pp_condition(Lang *l, Loc loc);             /* the expression of #if, to the end of the line */

/* pool.c and build/gen/pool.c */
extern const char pool_strings[];
typedef uint32_t PoolString;                     /* offset in pool_strings */
typedef struct PoolRecord { PoolString name, text, header; uint16_t line; uint8_t kind; } PoolRecord;
typedef struct PoolInclude { PoolString header, includes; } PoolInclude;
extern const PoolString pool_headers[];          /* sorted by name */
extern const int pool_header_count;
extern const PoolInclude pool_includes[];
extern const int pool_include_count;
extern const PoolRecord pool_records[];
extern const uint16_t pool_table[];              /* index + 1 in pool_records, 0 = free */
extern const uint32_t pool_table_size;           /* a power of two */
const char *pool_canonical_header(const char *path);

#endif
