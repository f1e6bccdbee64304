/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of lang: tokens, symbols, scopes and the parser's state, grouped by the file that owns
 * them. Three layers: preprocessor (tokens out), parser (C and GNU C), dialect (what BCC adds).
 *
 * Names that no program text declares are found on demand, in this order: the pool (declarations
 * of the built-in headers, one snippet each, indexed by name when the binary is built), the helper
 * table, BTF. So a program that includes twenty kernel headers costs no more than what it uses.
 */
#ifndef BCC_LANG_INTERNAL_H
#define BCC_LANG_INTERNAL_H

#include "btf/btf.h"
#include "facts/facts.h"
#include "lang/lang.h"

typedef struct Lang Lang;
typedef struct Symbol Symbol;
typedef struct Scope Scope;
typedef struct Pp Pp;

/* Tokens -------------------------------------------------------------------------------------- */

typedef enum TokenKind {
	TOK_EOF, TOK_IDENT, TOK_NUMBER, TOK_CHAR, TOK_STRING,
	TOK_PRAGMA,                /* #pragma or _Pragma that the parser must see; text = its words */
	TOK_OTHER,                 /* a stray character */
#define PUNCT(token, spelling) TOK_##token,
#define KEYWORD(token, spelling)
#include "tokens.def"
#undef PUNCT
#undef KEYWORD
	TOK_FIRST_KEYWORD,
	/* every distinct KEYWORD token; kept in step with tokens.def by a static assertion in lexer.c */
	TOK_AUTO = TOK_FIRST_KEYWORD, TOK_BREAK, TOK_CASE, TOK_CHAR_KEYWORD, TOK_CONST, TOK_CONTINUE,
	TOK_DEFAULT, TOK_DO, TOK_DOUBLE, TOK_ELSE, TOK_ENUM, TOK_EXTERN, TOK_FLOAT, TOK_FOR, TOK_GOTO,
	TOK_IF, TOK_INLINE, TOK_INT, TOK_LONG, TOK_REGISTER, TOK_RESTRICT, TOK_RETURN, TOK_SHORT,
	TOK_SIGNED, TOK_SIZEOF, TOK_STATIC, TOK_STRUCT, TOK_SWITCH, TOK_TYPEDEF, TOK_UNION, TOK_UNSIGNED,
	TOK_VOID, TOK_VOLATILE, TOK_WHILE, TOK_ALIGNAS, TOK_ATOMIC, TOK_ALIGNOF, TOK_BOOL, TOK_GENERIC,
	TOK_NORETURN, TOK_STATIC_ASSERT, TOK_THREAD_LOCAL, TOK_TYPEOF, TOK_ATTRIBUTE, TOK_ASM,
	TOK_EXTENSION, TOK_INT128, TOK_UINT128, TOK_AUTO_TYPE, TOK_LABEL, TOK_BUILTIN_OFFSETOF,
	TOK_BUILTIN_TYPES_COMPATIBLE_P, TOK_BUILTIN_CHOOSE_EXPR,
	TOK_BCC_MAP, TOK_BCC_TRAMPOLINE, TOK_BCC_TAG,
	TOK_COUNT
} TokenKind;

typedef struct Token {
	TokenKind kind;
	bool at_line_start, after_space;
	bool no_expand;            /* painted: a macro name met during its own expansion */
	bool from_macro;           /* came out of a macro body; loc is then the place of the invocation */
	Loc loc;
	Str text;                  /* spelling */
	Atom *atom;                /* identifiers and keywords */
} Token;

/* lexer.c, literal.c ---------------------------------------------------------------------------- */

Atom *atom_intern(Lang *l, const char *text, size_t n);
const char *token_kind_text(TokenKind kind);      /* "';'", "identifier": for messages */
/* Value of a pp-number as C reads it. False after a diagnostic. Floats set *is_float and *f. */
bool literal_number(Lang *l, const Token *t, uint64_t *value, Type **type, bool *is_float, double *f);
bool literal_char(Lang *l, const Token *t, int64_t *value);
/* Adjacent string tokens joined, escapes resolved, final NUL included in n. */
Str literal_string(Lang *l, const Token *tokens, int n);

/* preprocess.c, macro.c, include.c, condition.c, pool.c ------------------------------------------ */

void pp_start(Lang *l, const char *text, size_t size);   /* options' -D/-U/-include are applied */
void pp_next(Lang *l, Token *out);                       /* next token after preprocessing; keywords set */
/* Parsing a pool snippet in the middle of the program: tokens come from `entry` until TOK_EOF, then
 * pp_pop_snippet returns to where the program was. Nests. */
struct PoolEntry;
void pp_push_snippet(Lang *l, const struct PoolEntry *entry);
void pp_pop_snippet(Lang *l);

/* The pool: built at build time from src/headers by build/mkpool; see src/headers/README.md. */
typedef enum PoolKind { POOL_MACRO, POOL_TAG, POOL_SYMBOL } PoolKind;
typedef struct PoolEntry {
	const char *name;
	PoolKind kind;
	const char *text;          /* macro: "NAME(params) body"; else complete declarations */
	const char *header;        /* "linux/sched.h"; "" = the prelude, always visible */
	int line;                  /* of the snippet in its header */
} PoolEntry;
const PoolEntry *pool_find(PoolKind kind, const char *name);
bool pool_has_header(const char *path);                  /* known to #include, maybe without content */

/* Symbols and scopes (scope.c) ------------------------------------------------------------------- */

typedef enum SymbolKind {
	SYMBOL_VAR, SYMBOL_FUNC, SYMBOL_TYPEDEF, SYMBOL_ENUMERATOR, SYMBOL_TAG, SYMBOL_MAP,
	SYMBOL_HELPER,             /* helper id in `value`; type = its C function type */
	SYMBOL_BUILTIN,            /* __builtin_x and dialect functions handled while parsing calls */
	SYMBOL_KFUNC,
} SymbolKind;

struct Symbol {
	SymbolKind kind;
	Atom *name;
	Type *type;                /* VAR, FUNC, TYPEDEF, TAG, ENUMERATOR, HELPER */
	Var *var;
	Func *func;
	MapDecl *map;
	int64_t value;
	Expr *(*parse_call)(Lang *l, Symbol *s, Loc loc);  /* BUILTIN: current token is after '(' */
	Loc loc;
	Scope *scope;
	bool is_external;          /* from pool, helper table or BTF: a program's declaration hides it */
	Symbol *shadowed;          /* what the Atom meant before */
	Symbol *next_in_scope;
};

struct Scope {
	Scope *parent;
	Symbol *symbols;           /* restored on leaving */
	bool is_file, is_function;
};

void scope_enter(Lang *l);
void scope_leave(Lang *l);
/* Declares in the current scope (file scope if is_external). */
Symbol *scope_declare(Lang *l, SymbolKind kind, Atom *name, Type *type, Loc loc);

/* The state -------------------------------------------------------------------------------------- */

struct Lang {
	Arena *arena;
	const LangOptions *options;
	const Host *host;
	Sources *sources;
	Diags *diags;
	Unit *unit;
	Atom **atoms;              /* intern table */
	uint32_t n_atoms, cap_atoms;
	Pp *pp;
	Token token;               /* current */
	Token ahead[2];            /* looked ahead */
	int n_ahead;
	Scope *scope, *file_scope;
	Func *function;            /* being parsed; NULL at file scope */
	Stmt *loop, *breakable, *switch_stmt;
	int snippet_depth;         /* > 0 while a pool snippet is parsed */
	const Btf *btf;            /* vmlinux once asked for */
	bool btf_asked;
	struct Dialect *dialect;   /* dialect.c */
	/* common types */
	Type *t_void, *t_bool, *t_char, *t_schar, *t_uchar, *t_short, *t_ushort, *t_int, *t_uint,
		*t_long, *t_ulong, *t_llong, *t_ullong, *t_int128, *t_uint128, *t_float, *t_double,
		*t_void_ptr, *t_char_ptr;
};

/* type.c, layout.c ------------------------------------------------------------------------------- */

void types_init(Lang *l);
Type *type_pointer(Lang *l, Type *base);
Type *type_array(Lang *l, Type *element, uint64_t count, bool complete);
Type *type_function(Lang *l, Type *result);
Type *type_qualified(Lang *l, Type *base, unsigned quals, TypeSpace space);
unsigned type_quals(Type *t);
Type *type_unqualified(Type *t);                 /* keeps typedefs unless a qualifier is below */
bool type_equal(Type *a, Type *b);               /* compatible, qualifiers ignored at top level */
Type *type_usual(Lang *l, Type *a, Type *b);     /* usual arithmetic conversions */
Type *type_promoted(Lang *l, Type *t);
/* Offsets, size, alignment of a struct or union whose members' types are set (bit_width given). */
void layout_record(Lang *l, Type *t, uint32_t min_align, uint32_t pack);

/* parser core (parser.c) --------------------------------------------------------------------------- */

void parse_unit(Lang *l);
void next_token(Lang *l);
const Token *peek_token(Lang *l, int n);         /* n = 0: after the current one */
bool accept(Lang *l, TokenKind kind);
bool expect(Lang *l, TokenKind kind);            /* diagnostic if absent */
void skip_to(Lang *l, TokenKind a, TokenKind b); /* recovery: past nested brackets */
/* Parses external declarations of a snippet at file scope and returns; used by resolve_*. */
void parse_snippet(Lang *l, const PoolEntry *entry);

/* declaration.c, declarator.c, record.c, attribute.c, initializer.c ----------------------------------- */

bool starts_declaration(Lang *l);                /* the current token begins a type or declaration */
Type *parse_type_name(Lang *l);
void parse_declaration(Lang *l, Stmt *block);    /* block NULL: file scope */
Init *parse_initializer(Lang *l, Type **type);   /* completes [] arrays */

/* expression.c, postfix.c, binary.c, convert.c, constant.c, builtin.c ---------------------------------- */

Expr *parse_expression(Lang *l);
Expr *parse_assignment(Lang *l);
Expr *parse_initial_value(Lang *l);              /* an assignment expression, not yet decayed */
bool parse_constant(Lang *l, int64_t *value);    /* constant integer expression with diagnostic */
bool constant_value(Lang *l, Expr *e, int64_t *value); /* folds; false if not constant (no diagnostic) */
Expr *expr_new(Lang *l, ExprKind kind, Type *type, Loc loc);
Expr *expr_int(Lang *l, int64_t value, Type *type, Loc loc);
Expr *expr_var(Lang *l, Var *v, Loc loc);
Expr *expr_rvalue(Lang *l, Expr *e);             /* decay of arrays and functions */
Expr *expr_convert(Lang *l, Expr *e, Type *to, Loc loc);  /* implicit, with checks and warnings */
Expr *expr_cast(Lang *l, Expr *e, Type *to, Loc loc);     /* explicit */
Expr *expr_binary(Lang *l, Operator op, Expr *a, Expr *b, Loc loc);
Expr *expr_unary(Lang *l, Operator op, Expr *a, Loc loc);
Expr *expr_deref(Lang *l, Expr *pointer, Loc loc);
Expr *expr_address(Lang *l, Expr *lvalue, Loc loc);
Expr *expr_member(Lang *l, Expr *base, Atom *name, Loc loc);
Expr *expr_assign(Lang *l, Expr *to, Expr *value, Loc loc);
Expr *expr_comma(Lang *l, Expr *a, Expr *b, Loc loc);
/* Arguments up to and including ')'; the current token is after '('. Decayed, not converted. */
void parse_arguments(Lang *l, Expr *call);
void builtins_init(Lang *l);                     /* __builtin_*, __sync_*, __atomic_* symbols */

/* statement.c ---------------------------------------------------------------------------------------- */

Stmt *parse_block(Lang *l);                      /* current token is '{' */
Stmt *parse_statement(Lang *l);
Stmt *stmt_new(Lang *l, StmtKind kind, Loc loc);
Var *var_new(Lang *l, Atom *name, Type *type, Loc loc);  /* not declared in a scope */

/* Dialect: hooks that the parser calls (dialect.c, maps.c, map_methods.c, probes.c, resolve.c, ...) -------- */

void dialect_init(Lang *l);
/* __bcc_map(...), __bcc_tag(...) at file scope, current token is the keyword. */
void dialect_parse_map(Lang *l);
void dialect_parse_tag(Lang *l);
/* __bcc_trampoline(name, params...) { body }: parses all of it. */
void dialect_parse_trampoline(Lang *l);
/* `map.` was read; the current token is the member's name. Method calls and pseudo members. */
Expr *dialect_map_member(Lang *l, MapDecl *map, Loc loc);
/* A call of a helper; args were parsed. Checks and converts them, special cases included. */
Expr *dialect_helper_call(Lang *l, Symbol *helper, Expr *call, Loc loc);
/* A member that `type` does not have: aliases such as sk->sk_dport. NULL: really none. */
Expr *dialect_member_alias(Lang *l, Expr *base, Atom *name, Loc loc);
/* Reading, writing, and address of a field of a packet header (section 5.1). */
Expr *dialect_packet_field(Lang *l, Expr *member);
Expr *dialect_packet_assign(Lang *l, Expr *member, Expr *value, Loc loc);
/* After the parameters of a function definition are declared, before its body: decides the probe
 * kind; statements to put in front of the body (bound parameters) are appended to `prologue`. */
void dialect_function_begin(Lang *l, Func *f, Stmt *prologue);
void dialect_function_end(Lang *l, Func *f);
void dialect_unit_end(Lang *l);                  /* licence, checks over the whole unit */

/* resolve.c: names that the program does not declare ------------------------------------------------------- */

/* Pool, helper table, BTF typedefs and enumerators, in this order; declares and returns it, or NULL
 * without a diagnostic. `types_only`: the caller only wants to know about a typedef. */
Symbol *resolve_symbol(Lang *l, Atom *name, bool types_only, Loc loc);
/* A struct/union/enum tag that is used but not declared: pool, tracepoint formats, BTF. NULL: none. */
Type *resolve_tag(Lang *l, TypeKind kind, Atom *name, Loc loc);
/* import_btf.c */
Type *import_btf_type(Lang *l, const Btf *btf, uint32_t id);
bool import_btf_members(Lang *l, Type *t);
/* tracepoint.c: struct tracepoint__CAT__EVT from the format text; NULL if there is no such event. */
Type *tracepoint_struct(Lang *l, Atom *tag, Loc loc);

#endif
