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

/* Tokens ------------------------------------------------------------------------------------- */

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
	bool from_pool;            /* came out of the body of a pool macro */
	bool from_macro;           /* came out of a macro body; loc is then the place of the invocation */
	Loc loc;
	Str text;                  /* spelling */
	Atom *atom;                /* identifiers and keywords */
} Token;

/* lexer.c, literal.c ------------------------------------------------------------------------- */

Atom *atom_intern(Lang *l, const char *text, size_t n);
const char *token_kind_text(TokenKind kind);      /* "';'", "identifier": for messages */
/* Value of a pp-number as C reads it. False after a diagnostic. Floats set *is_float and *f. */
bool literal_number(Lang *l, const Token *t, uint64_t *value, Type **type, bool *is_float, double *f);
bool literal_char(Lang *l, const Token *t, int64_t *value);
/* Adjacent string tokens joined, escapes resolved, final NUL included in n. */
Str literal_string(Lang *l, const Token *tokens, int n);

/* preprocess.c, macro.c, include.c, condition.c, pool.c -------------------------------------- */

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
bool pool_find(PoolKind kind, const char *name, PoolEntry *out);
bool pool_has_header(const char *path);                  /* known to #include, maybe without content */

/* Symbols and scopes (scope.c) --------------------------------------------------------------- */

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
/* Declares at file scope, marked is_external: what resolve.c finds in the helper table and in BTF.
 * Names that the program itself declares stay in front of it. */
Symbol *scope_declare_external(Lang *l, SymbolKind kind, Atom *name, Type *type, Loc loc);
Symbol *scope_find_here(Lang *l, Atom *name, bool tag);  /* in the current scope only; or NULL */
/* Takes the names of all scopes inside file scope out of sight, and puts them back. */
Scope *scope_suspend(Lang *l);
void scope_resume(Lang *l, Scope *suspended);

/* The state ---------------------------------------------------------------------------------- */

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
	int depth;                 /* of nesting, against overflow of the stack */
	bool panic;                /* a syntax error was reported; quiet until the next ; or } */
	bool abandoned;            /* nested too deeply: only TOK_EOF from now on */
	int unevaluated;           /* > 0 inside sizeof, typeof, ...: variables are not marked used */
	uint32_t n_tokens;         /* read so far: tells whether anything was consumed */
	Loc previous_end;          /* right behind the token before the current one */
	int pending_unroll;        /* #pragma unroll met, for the next loop */
	struct Labels *labels;     /* of the function being parsed (statement.c) */
	VEC(uint32_t) packs;       /* #pragma pack; the last one counts */
	VEC(Var *) statics;        /* variables of static storage, in order */
	VEC(struct PendingCall { Func *func; Loc loc; }) pending_calls; /* of functions without body yet */
	const Btf *btf;            /* vmlinux once asked for */
	bool btf_asked;
	struct Attrs *leading;            /* attributes in front of the external declaration, until taken */
	const char *tag_section;   /* attribute section behind the last struct specifier, or NULL */
	int access_index_depth;    /* of #pragma clang attribute push (preserve_access_index) */
	int diagnostic_depth;      /* of #pragma GCC diagnostic push */
	int int_conversion_ignored; /* the depth at which -Wint-conversion was switched off; 0: not */
	int attribute_depth;       /* of #pragma clang attribute push */
	int asks_for_field;        /* > 0: a member that does not exist is no error */
	struct Dialect *dialect;   /* dialect.c */
	/* common types */
	Type *t_void, *t_bool, *t_char, *t_schar, *t_uchar, *t_short, *t_ushort, *t_int, *t_uint,
		*t_long, *t_ulong, *t_llong, *t_ullong, *t_int128, *t_uint128, *t_float, *t_double,
		*t_void_ptr, *t_char_ptr;
	Type *t_error;             /* an int that was reported already: stays quiet */
};

/* type.c, layout.c --------------------------------------------------------------------------- */

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
uint64_t type_size(Lang *l, Type *t);            /* completes; 0 if incomplete */
uint32_t type_align(Lang *l, Type *t);
bool type_is_record(Type *t);                    /* struct or union */
bool type_is_scalar(Type *t);                    /* integer, float or pointer */
bool type_is_float(Type *t);
Type *type_enum_base(Type *t);                   /* stripped; an enum's integer for an enum */
Type *type_typedef(Lang *l, Atom *name, Type *base, Loc loc);
const char *type_text(Lang *l, Type *t);         /* type_name in the compilation's arena */
/* Offsets, size, alignment of a struct or union whose members' types are set (bit_width given). */
void layout_record(Lang *l, Type *t, uint32_t min_align, uint32_t pack);

/* parser core (parser.c) --------------------------------------------------------------------- */

void parse_unit(Lang *l);
void next_token(Lang *l);
const Token *peek_token(Lang *l, int n);         /* n = 0: after the current one */
bool accept(Lang *l, TokenKind kind);
bool expect(Lang *l, TokenKind kind);            /* diagnostic if absent */
void skip_to(Lang *l, TokenKind a, TokenKind b); /* recovery: past nested brackets */
/* Syntax error at the current token: "expected WHAT before ..."; quiet while l->panic. */
void expected(Lang *l, const char *what);
bool nest(Lang *l);                              /* one level deeper; false (reported) if too deep */
void unnest(Lang *l);
/* Parses external declarations of a snippet at file scope and returns; used by resolve_*. */
void parse_snippet(Lang *l, const PoolEntry *entry);

/* attribute.c, specifier.c, declaration.c, declarator.c, record.c, function.c, initializer.c --- */

typedef struct Attrs {
	const char *section;
	uint32_t align;            /* 0: none */
	bool packed, always_inline, noinline, used, weak, packet_header, preserve_access_index;
	bool syscall, result;      /* BPF_KSYSCALL, BPF_KRETPROBE: where parameters come from */
	TypeSpace space;
	uint32_t mode_size;        /* attribute mode(DI) and kin; 0: none */
	VEC(const char *) tags;    /* btf_decl_tag */
} Attrs;

/* Any number of __attribute__((...)), _Alignas(...) and asm("name"); adds to *attrs. Known beside GCC's:
 * btf_decl_tag("..."), btf_type_tag("user"), bcc_packet_header (BPF_PACKET_HEADER). */
void parse_attributes(Lang *l, Attrs *attrs);
void attrs_merge(Lang *l, Attrs *to, const Attrs *from);

enum { STORAGE_TYPEDEF = 1, STORAGE_EXTERN = 2, STORAGE_STATIC = 4, STORAGE_INLINE = 8,
       STORAGE_REGISTER = 16, STORAGE_THREAD = 32 };

typedef struct Specifiers {
	Type *type;                /* qualified */
	unsigned storage;
	bool is_auto_type;
	bool is_tag_only;          /* a struct/union/enum specifier: may stand without declarator */
	Attrs attrs;
	Loc loc;
} Specifiers;

void parse_specifiers(Lang *l, Specifiers *s);
/* Declarator over `base`: returns the whole type; *name stays NULL if abstract. */
Type *parse_declarator(Lang *l, Type *base, Atom **name, Loc *loc, Attrs *attrs);
/* Parameters up to and including ')'; the current token is after '('. Fills fn->params, variadic. */
void parse_parameters(Lang *l, Type *fn);
Type *parse_record(Lang *l);                     /* current token is struct or union */
Type *parse_enum(Lang *l);
/* Declares a function at file scope, or finds it again. */
Func *function_declare(Lang *l, Atom *name, Type *type, const Specifiers *s, Loc loc);
/* The current token is '{': declares the parameters from f->type, calls dialect_function_begin,
 * parses the body, calls dialect_function_end, adds f to Unit.funcs. */
void parse_function_body(Lang *l, Func *f);
bool starts_declaration(Lang *l);                /* the current token begins a type or declaration */
bool names_type(Lang *l, Atom *name, Loc loc);   /* the typedef is declared, or is found on demand */
bool token_starts_type(TokenKind kind);          /* keywords; says nothing about identifiers */
Type *parse_type_name(Lang *l);
void parse_declaration(Lang *l, Stmt *block);    /* block NULL: file scope */
Init *parse_initializer(Lang *l, Type **type);   /* completes [] arrays */

/* suggest.c: the nearest name, for hints; NULL if none is near */
const char *suggest_name(Lang *l, const Atom *name, bool callable);
const char *suggest_type(Lang *l, const Atom *name);
const char *suggest_member(Lang *l, Type *record, const Atom *name);

/* expression.c, postfix.c, binary.c, convert.c, constant.c, builtin.c ------------------------ */

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
Expr *expr_conditional(Lang *l, Expr *a, Expr *b, Expr *c, Loc loc);  /* b NULL: a ?: c */
Expr *expr_index(Lang *l, Expr *a, Expr *b, Loc loc);
Expr *expr_string(Lang *l, Str bytes, Loc loc);  /* bytes with the final NUL */
Expr *expr_error(Lang *l, Loc loc);              /* stands for what was reported already */
Expr *expr_promote(Lang *l, Expr *e);            /* rvalue, integer promotions (bit-fields too) */
Expr *expr_condition(Lang *l, Expr *e, const char *of);  /* scalar rvalue for if, while, !, && */
Expr *expr_fold(Lang *l, Expr *e);               /* e, or the constant that it is */
Expr *expr_builtin(Lang *l, Builtin b, Type *type, Loc loc);  /* arguments are pushed by the caller */
bool expr_is_error(Lang *l, const Expr *e);
bool pointers_agree(Type *a, Type *b);           /* no warning is due when one becomes the other */
bool expr_is_null(Expr *e);                      /* null pointer constant */
bool expr_is_constant(const Expr *e);            /* EXPR_INT or EXPR_FLOAT */
int64_t wrap_integer(Type *t, int64_t value);    /* cut to the type's width, extended by its sign */
Expr *fold_node(Lang *l, Expr *e);               /* if its operands are constants; looks no deeper */
Expr *fold_float(Lang *l, Operator op, Expr *a, Expr *b, Loc loc); /* one operand at least is float */
Expr *expr_float(Lang *l, double value, Type *type, Loc loc);
Expr *expr_logical(Lang *l, ExprKind kind, Expr *a, Expr *b, Loc loc);
Expr *expr_assign_op(Lang *l, Operator op, Expr *to, Expr *value, Loc loc);
Expr *expr_increment(Lang *l, Expr *e, int step, bool is_postfix, Loc loc);
Expr *expr_decay(Lang *l, Expr *array);          /* array -> pointer, without marking its address taken */
uint64_t pointer_scale(Lang *l, Type *pointer, Loc loc);  /* size of what it points to */
void mark_address_taken(Lang *l, Expr *lvalue);
void mark_written(Lang *l, Expr *lvalue);
Expr *parse_conditional(Lang *l);
Expr *parse_binary(Lang *l);                     /* binary operators of all levels */
Expr *parse_cast(Lang *l);                       /* a cast expression or what binds tighter */
Expr *parse_postfix(Lang *l, Expr *e);           /* what may follow a primary expression */
Expr *parse_primary(Lang *l);
Expr *parse_call(Lang *l, Symbol *callee, Loc loc);  /* current token is '(' */
Expr *call_function(Lang *l, Func *f, Expr *call, Loc loc);  /* checks and converts arguments */
Expr *parse_compound_literal(Lang *l, Type *type, Loc loc);  /* current token is '{' */
Expr *parse_keyword_builtin(Lang *l);            /* offsetof, types_compatible_p, choose_expr */
Expr *parse_asm(Lang *l);                        /* current token is asm; an expression of type void */
void atomics_init(Lang *l);                      /* __sync_*, __atomic_* (atomic.c) */
/* ({ T v = value; ...; result; }) made by the parser itself; variables have no name. */
Expr *expr_block(Lang *l, Loc loc);
Var *expr_block_var(Lang *l, Expr *block, Expr *value);
void expr_block_effect(Lang *l, Expr *block, Expr *effect);
Expr *expr_block_value(Lang *l, Expr *block, Expr *value);  /* the last statement; returns block */
Symbol *builtin_declare(Lang *l, const char *name, int64_t value,
			Expr *(*parse_call)(Lang *l, Symbol *s, Loc loc));
/* Arguments up to and including ')'; the current token is after '('. Decayed, not converted. */
void parse_arguments(Lang *l, Expr *call);
void builtins_init(Lang *l);                     /* __builtin_*, __sync_*, __atomic_* symbols */

/* statement.c -------------------------------------------------------------------------------- */

Stmt *parse_block(Lang *l);                      /* current token is '{' */
Stmt *parse_statement(Lang *l);
void parse_block_items(Lang *l, Stmt *block);    /* up to and including '}' */
struct Labels *labels_begin(Lang *l);            /* of a new function; returns those before */
void labels_end(Lang *l, struct Labels *outer);  /* reports labels that are used but not defined */
Stmt *stmt_new(Lang *l, StmtKind kind, Loc loc);
Var *var_new(Lang *l, Atom *name, Type *type, Loc loc);  /* not declared in a scope */

/* Dialect: hooks that the parser calls (dialect.c, maps.c, map_methods.c, probes.c, resolve.c, ...) -- */

void dialect_init(Lang *l);
/* __bcc_map(...), __bcc_tag(...) at file scope, current token is the keyword. */
void dialect_parse_map(Lang *l);
void dialect_parse_tag(Lang *l);
/* __bcc_trampoline(name, params...) { body }: parses all of it. */
void dialect_parse_trampoline(Lang *l);
/* A variable in the section ".maps", up to its ';' or ','; and one in "maps", which is refused. */
void dialect_define_map(Lang *l, Atom *name, Type *type, const Attrs *attrs, Loc loc);
void dialect_refuse_old_map(Lang *l, Atom *name, Loc loc);
/* `map.` was read; the current token is the member's name. Method calls and pseudo members. */
Expr *dialect_map_member(Lang *l, MapDecl *map, Loc loc);
/* A call of a helper; args were parsed. Checks and converts them, special cases included. */
Expr *dialect_helper_call(Lang *l, Symbol *helper, Expr *call, Loc loc);
/* A call through `s`, a pointer variable that is a constant helper number: static long (*f)(...) =
 * (void *)BPF_FUNC_x. NULL: it is none, nothing was parsed. The current token is after '('. */
Expr *dialect_constant_call(Lang *l, Symbol *s, Loc loc);
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

/* core.c: what clang leaves to the loader as relocations */
void core_relocate_record(Lang *l, Type *t);     /* preserve_access_index: to the kernel's layout */
Expr *core_missing_field(Lang *l, Expr *base, Atom *name, Loc loc);
Expr *core_parse_access(Lang *l, Symbol *s, Loc loc);
Expr *core_parse_field_info(Lang *l, Symbol *s, Loc loc);
Expr *core_parse_type_info(Lang *l, Symbol *s, Loc loc);
Expr *core_parse_type_of_value(Lang *l, Symbol *s, Loc loc);
Expr *core_parse_enum_value(Lang *l, Symbol *s, Loc loc);
Expr *core_parse_ksym_exists(Lang *l, Symbol *s, Loc loc);

/* resolve.c: names that the program does not declare ----------------------------------------- */

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
