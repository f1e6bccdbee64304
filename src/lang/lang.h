/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lang: source text in the BCC dialect -> typed program (Unit).
 *
 * A pure function of the text, the options and what the Host answers (BTF, tracepoint formats,
 * configuration, files): no system call is made here. Everything of one compilation lives in one
 * Arena. The typed tree is explicit: every conversion, array decay and address is a node, so that
 * whoever walks it (src/ir/build*.c) never has to know the rules of C.
 */
#ifndef BCC_LANG_H
#define BCC_LANG_H

#include "base/base.h"

typedef struct Atom Atom;
typedef struct Type Type;
typedef struct Member Member;
typedef struct Expr Expr;
typedef struct Stmt Stmt;
typedef struct Var Var;
typedef struct Func Func;
typedef struct MapDecl MapDecl;
typedef struct Unit Unit;
struct Btf;

/* What the outside answers ------------------------------------------------------------------- */

typedef enum HostQuestion {
	HOST_TRACEPOINT,           /* a = category, b = event */
	HOST_RAW_TRACEPOINT,       /* a = event */
	HOST_KPROBE,               /* a = function; NULL: kprobes at all */
	HOST_FENTRY,               /* a = function; NULL: trampolines at all */
	HOST_KSYM,                 /* a = symbol in kallsyms */
	HOST_MAP_TYPE,             /* a = "ringbuf", ... as in facts/map_types.def */
	HOST_HELPER,               /* a = helper name without bpf_ */
} HostQuestion;

/* All members may be NULL (the answer is then "no" or "unknown"); `self` is passed back.
 * Answers must stay valid as long as the compilation. Nothing is asked that the text does not need. */
typedef struct Host {
	void *self;
	const struct Btf *(*btf)(void *self);                      /* vmlinux; asked on first need */
	const struct Btf *(*module_btf)(void *self, const char *module);
	const char *(*tracepoint_format)(void *self, const char *category, const char *event);
	/* CONFIG_X without the prefix: "y", "m", a number or string as in the config; NULL if unset */
	const char *(*config)(void *self, const char *name);
	bool (*has)(void *self, HostQuestion q, const char *a, const char *b);
	/* Contents of a user file for #include; *size set; NULL if it cannot be read. */
	const char *(*read_file)(void *self, const char *path, size_t *size);
	uint32_t kernel_version;                                   /* LINUX_VERSION_CODE */
	int cpus_possible, cpus_online;
} Host;

typedef struct LangOptions {
	const char *name;          /* shown in diagnostics, e.g. "opensnoop.bpf.c" */
	const char *const *cflags; /* -DNAME[=V] -UNAME -IDIR -include FILE -w ..., one a string */
	int n_cflags;
	bool libbpf_style;         /* SEC() programs; detected from the text as well */
} LangOptions;

/* Names -------------------------------------------------------------------------------------- */

/* An interned identifier: equal names are the same pointer. Tables hang off it directly. */
struct Atom {
	const char *text;
	uint32_t len, hash;
	uint16_t keyword;          /* token kind if a keyword, else 0 */
	bool pool_macro_sought, pool_symbol_sought;
	struct Macro *macro;       /* current definition, NULL if none */
	struct Symbol *symbol;     /* innermost ordinary identifier in scope */
	struct Symbol *tag;        /* innermost struct/union/enum tag in scope */
	Atom *next;                /* in the intern table */
};

/* Types -------------------------------------------------------------------------------------- */

typedef enum TypeKind {
	TYPE_VOID,
	TYPE_BOOL,
	TYPE_INT,                  /* size 1, 2, 4, 8, 16; is_signed; char is a TYPE_INT with is_char */
	TYPE_FLOAT,                /* only in constants: folded, never in code */
	TYPE_POINTER,              /* base = pointee */
	TYPE_ARRAY,                /* base = element, count; count 0 and !complete: [] */
	TYPE_FUNC,                 /* base = return type, params, variadic */
	TYPE_STRUCT,
	TYPE_UNION,
	TYPE_ENUM,                 /* base = underlying integer */
	TYPE_TYPEDEF,              /* sugar: name, base */
	TYPE_QUALIFIED,            /* sugar: const/volatile/restrict/space on base */
} TypeKind;

/* Which memory a pointer leads to, as far as a declaration says it (__user, __percpu, ...). */
typedef enum TypeSpace { TYPE_SPACE_NONE, TYPE_SPACE_USER, TYPE_SPACE_PERCPU, TYPE_SPACE_RCU } TypeSpace;

enum { QUAL_CONST = 1, QUAL_VOLATILE = 2, QUAL_RESTRICT = 4 };

typedef struct Enumerator { Atom *name; int64_t value; Loc loc; } Enumerator;
typedef struct Param { Atom *name; Type *type; Loc loc; } Param;

struct Type {
	TypeKind kind;
	bool is_signed, is_char, is_packed, complete, variadic;
	bool is_packet_header;     /* BPF_PACKET_HEADER */
	bool from_btf;             /* members are filled from BTF at first need (type_complete) */
	bool preserve_access_index;
	bool being_defined;        /* between { and } */
	bool resolve_tried;        /* type_complete has asked pool and BTF about this tag already */
	uint8_t quals;             /* TYPE_QUALIFIED */
	TypeSpace space;           /* TYPE_QUALIFIED */
	uint32_t align;            /* bytes; TYPE_TYPEDEF: attribute aligned on it, 0: that of base */
	uint64_t size;             /* bytes; valid if complete */
	Type *base;
	uint64_t count;            /* TYPE_ARRAY */
	Atom *name;                /* tag or typedef name; NULL if anonymous */
	Loc loc;
	VEC(Member) members;       /* struct/union, in order of declaration */
	VEC(Enumerator) enumerators;
	VEC(Param) params;         /* TYPE_FUNC */
	VEC(const char *) tags;    /* btf_decl_tag on the type */
	const struct Btf *btf;     /* where it came from */
	uint32_t btf_id;           /* its id there */
	uint32_t out_id;           /* its id in the object's BTF once emitted, else 0 */
	uint32_t out_forward_id;   /* id of a forward declaration of it there, else 0 */
	Type *pointer_to;          /* cache: the pointer type to this one */
};

struct Member {
	Atom *name;                /* NULL: anonymous struct/union, or unnamed bit-field padding */
	Type *type;
	Loc loc;
	uint64_t offset;           /* bytes from the start of the struct (bit-field: of the byte of bit 0) */
	uint32_t bit_offset;       /* bit-fields: bits from the start of the struct, little-endian count */
	uint16_t bit_width;        /* 0: no bit-field */
	bool is_bitfield;          /* also with width 0, which only ends a storage unit */
	bool is_packed;            /* attribute packed on the member */
	bool is_missing;           /* the kernel's struct has no such member (core.c) */
	uint32_t align;            /* attribute aligned on the member; 0: none */
	VEC(const char *) tags;    /* btf_decl_tag on the member */
};

/* Typed tree --------------------------------------------------------------------------------- */

typedef enum ExprKind {
	/* values */
	EXPR_INT,                  /* i: value in two's complement (128 bits: high word i_hi) */
	EXPR_FLOAT,                /* f; only until folded */
	EXPR_STRING,               /* str: bytes with the final NUL; lvalue of type char[n] */
	EXPR_VAR,                  /* var; lvalue */
	EXPR_FUNC,                 /* func; only as callee or callback address */
	EXPR_MAP,                  /* map: address of the map, for helpers; type void * */
	EXPR_COMPOUND,             /* compound literal: var + init; lvalue */
	/* access */
	EXPR_DEREF,                /* a; lvalue */
	EXPR_MEMBER,               /* a (lvalue or struct value), member, offset; lvalue if a is */
	EXPR_ADDRESS,              /* a: lvalue -> pointer; also array decay (type = pointer to element) */
	/* arithmetic: operands are already converted to the type computed in */
	EXPR_UNARY,                /* op NEG, BITNOT, LOGNOT (result int) */
	EXPR_BINARY,               /* op ADD..SHR; comparisons (result int); a, b */
	EXPR_POINTER_ADD,          /* a pointer, b 64-bit integer (may be negated), scale bytes */
	EXPR_POINTER_DIFF,         /* (a - b) / scale; type long */
	EXPR_LOGICAL_AND, EXPR_LOGICAL_OR,
	EXPR_CONDITIONAL,          /* a ? b : c; b NULL: GNU a ?: c */
	EXPR_COMMA,
	EXPR_CONVERT,              /* a to type: integer, pointer, bool (compares with 0), void */
	/* effects */
	EXPR_ASSIGN,               /* a = b (b converted to a's type); structs copy */
	EXPR_ASSIGN_OP,            /* a op= b; compute in compute_type (pointer: scale); a evaluated once */
	EXPR_INCREMENT,            /* ++/--: step (+1/-1), is_postfix; pointer: scale */
	EXPR_STATEMENT,            /* ({ ... }): stmt (a block), value of its last expression */
	/* calls */
	EXPR_CALL,                 /* func(args): a function of the program */
	EXPR_HELPER,               /* helper id; args (EXPR_MAP among them) */
	EXPR_KFUNC,                /* kernel function by name (btf_id in vmlinux) */
	EXPR_BUILTIN,              /* builtin; args */
} ExprKind;

typedef enum Operator {
	OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_MOD, OP_AND, OP_OR, OP_XOR, OP_SHL, OP_SHR,
	OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE,
	OP_NEG, OP_BITNOT, OP_LOGNOT,
} Operator;                        /* signedness comes from the operand type */

typedef enum Builtin {
	BUILTIN_MEMCPY,            /* dst, src, size: any constant size is expanded inline */
	BUILTIN_MEMMOVE, BUILTIN_MEMSET, BUILTIN_MEMCMP,
	BUILTIN_BSWAP16, BUILTIN_BSWAP32, BUILTIN_BSWAP64,
	BUILTIN_CLZ32, BUILTIN_CLZ64, BUILTIN_CTZ32, BUILTIN_CTZ64, BUILTIN_POPCOUNT32, BUILTIN_POPCOUNT64,
	BUILTIN_TRAP, BUILTIN_UNREACHABLE,
	BUILTIN_BARRIER,           /* asm volatile("" ...): nothing moves across */
	/* atomics: pointer, value[, expected]; the result is the old value */
	BUILTIN_ATOMIC_ADD,        /* no result used: plain atomic add (any kernel) */
	BUILTIN_FETCH_ADD, BUILTIN_FETCH_AND, BUILTIN_FETCH_OR, BUILTIN_FETCH_XOR,
	BUILTIN_EXCHANGE, BUILTIN_COMPARE_EXCHANGE,
	/* packet loads of the classic kind: skb, offset (section 5.2) */
	BUILTIN_LOAD_BYTE, BUILTIN_LOAD_HALF, BUILTIN_LOAD_WORD,
	/* an explicit mark that a pointer value is of a space (used by headers): a */
	BUILTIN_AS_USER, BUILTIN_AS_KERNEL, BUILTIN_AS_TRUSTED,
} Builtin;

struct Expr {
	ExprKind kind;
	Type *type;                /* of the value; after decay and promotion as C has it */
	Loc loc;
	bool is_lvalue, is_postfix;
	Operator op;
	Builtin builtin;
	Expr *a, *b, *c;
	int64_t i, i_hi;
	double f;
	Str str;
	Var *var;
	Func *func;
	MapDecl *map;
	const Member *member;      /* EXPR_MEMBER: the last member of the path */
	uint64_t offset;           /* EXPR_MEMBER: bytes from a to the member (anonymous ones passed) */
	uint64_t scale;
	Type *compute_type;
	int step;
	int helper;                /* helper id, facts/helpers.def */
	const char *kfunc;
	uint32_t kfunc_btf_id;
	VEC(Expr *) args;
	Stmt *stmt;
	struct Init *init;         /* EXPR_COMPOUND */
};

/* An initialiser, flattened. The whole object is zeroed first (padding included), then the items
 * are stored in order. A scalar has one item at offset 0; zero_only means no item is not constant 0. */
typedef struct InitItem {
	uint64_t offset;
	uint32_t bit_offset;       /* bit-field: bits from the start of the object */
	uint16_t bit_width;
	Type *type;
	Expr *value;               /* scalar, struct value, or EXPR_STRING for a char array */
} InitItem;

typedef struct Init {
	VEC(InitItem) items;
} Init;

struct Var {
	Atom *name;
	Type *type;
	Loc loc;
	bool is_param, is_global, is_static, is_extern, is_volatile, is_const;
	bool address_taken, is_used, is_written;
	bool is_exported;          /* libbpf style: the loader's program may read and write it */
	int param_index;
	uint32_t align;            /* attribute aligned; 0: that of the type */
	const char *section;       /* attribute section, NULL if none */
	Init *init;                /* NULL: none */
	VEC(const char *) tags;    /* btf_decl_tag */
	/* `const volatile` options bound by the tool before code is generated (lang_bind) */
	bool is_bound;
	int64_t bound_value;
	void *ir;                  /* for src/ir */
};

typedef enum StmtKind {
	STMT_EXPR, STMT_DECL, STMT_BLOCK, STMT_IF,
	STMT_LOOP,                 /* for/while/do: init, cond, step, body; do: test_after */
	STMT_SWITCH, STMT_CASE,    /* CASE: also default; body is the statement that follows */
	STMT_BREAK, STMT_CONTINUE, STMT_GOTO, STMT_LABEL, STMT_RETURN, STMT_EMPTY,
} StmtKind;

struct Stmt {
	StmtKind kind;
	Loc loc;
	Expr *expr;                /* EXPR, RETURN (may be NULL), IF/SWITCH/LOOP condition (NULL: for ever) */
	Stmt *init, *body, *other; /* LOOP init; IF then/else; LOOP/SWITCH/CASE/LABEL body */
	Expr *step;                /* LOOP */
	bool test_after;           /* do ... while */
	int unroll;                /* LOOP: #pragma unroll: 0 none, -1 full, N times */
	Var *var;                  /* DECL: one variable (init inside it) */
	VEC(Stmt *) list;          /* BLOCK: statements; SWITCH: its CASE statements in order */
	bool is_default;           /* CASE */
	int64_t low, high;         /* CASE, inclusive */
	Stmt *target;              /* GOTO: the LABEL; BREAK/CONTINUE: the LOOP or SWITCH */
	Atom *label;
	void *ir;                  /* for src/ir: block of a label, case, loop */
	void *ir2;
};

/* Programs and maps -------------------------------------------------------------------------- */

struct Func {
	Atom *name;
	Type *type;                /* TYPE_FUNC */
	Loc loc, end_loc;
	VEC(Var *) params;
	Stmt *body;                /* NULL: declaration only */
	bool is_static, is_noinline, is_variadic, is_used;
	bool is_entry;             /* becomes a BPF program */
	const char *section;       /* attribute section, NULL if none */
	/* entry functions (lang/probes.c): */
	int program_type;          /* enum bpf_prog_type, 0 if the loader must say */
	int attach_type;           /* enum bpf_attach_type; -1 none */
	int attach_kind;           /* AttachKind of facts/facts.h */
	const char *attach_target; /* "fn", "category:event", "module:fn"; NULL if none by name */
	const char *kernel_name;   /* name without prefix, not yet cut to 15 */
	Type *context;             /* pointee of the first parameter as written; may be void */
	bool is_syscall, wants_result;  /* BPF_KSYSCALL, BPF_KRETPROBE */
	bool syscall_wrapper;      /* parameters come from the nested pt_regs (3.4) */
	VEC(const char *) tags;
	void *ir;
};

typedef struct MapValue {
	uint32_t index;
	MapDecl *map;              /* one of the two */
	Func *func;
} MapValue;

struct MapDecl {
	Atom *name;
	Loc loc;
	int type;                  /* enum bpf_map_type */
	Type *key, *leaf;          /* NULL if the kind has none */
	uint32_t key_size, value_size, max_entries, flags;
	uint32_t methods;          /* set of lang/map_methods.def groups */
	bool entries_are_cpus;     /* perf output: one entry for each possible CPU */
	bool is_extern, is_public, is_shared;
	const char *pin_path;
	const char *inner;         /* name of the inner map */
	Type *definition;          /* struct that defines it in libbpf's style, else NULL */
	VEC(MapValue) values;      /* entries that the loader fills in: inner maps, programs */
	Type *event;               /* struct handed to perf_submit/ringbuf_* (section 2.6) */
	Var *lost;                 /* counts the records that a full ring buffer refused; NULL: none */
	VEC(const char *) tags;
	int index;                 /* position in Unit.maps */
};

struct Unit {
	Arena *arena;
	VEC(Func *) funcs;         /* with a body, in order; pool inlines among them (is_static) */
	VEC(Var *) globals;        /* used or tagged */
	VEC(MapDecl *) maps;
	VEC(const char *) tags;    /* tool-level tags: TOOL(), ... as "key:value" */
	const char *license;       /* "GPL" unless the program says otherwise */
	Type *types_of_tags;
	const Host *host;
	Sources *sources;
	Diags *diags;
	struct Lang *lang;         /* the state, for type services below */
};

/* lang.c ------------------------------------------------------------------------------------- */

/* Compiles text to a Unit. Diagnostics go to `diags`; the Unit is returned even with errors (then
 * not fit for code). `text` must end with NUL and live as long as the arena. */
Unit *lang_parse(Arena *arena, const char *text, size_t size, const LangOptions *options,
		 const Host *host, Sources *sources, Diags *diags);
/* Gives a `const volatile` global its value for this compilation; false if there is none such. */
bool lang_bind(Unit *unit, const char *global, int64_t value);
/* Preprocessed text (bcc dump --preprocessed). */
void lang_preprocess(Arena *arena, const char *text, size_t size, const LangOptions *options,
		     const Host *host, Sources *sources, Diags *diags, StrBuf *out);

/* type.c: services on types that later rooms need --------------------------------------------- */

Type *type_strip(Type *t);                       /* without typedefs and qualifiers */
bool type_complete(Unit *u, Type *t);            /* fills members and size of a BTF type; false: incomplete */
/* Through anonymous members. */
const Member *type_find_member(Unit *u, Type *t, const Atom *name, uint64_t *offset);
bool type_is_integer(Type *t);                   /* also bool and enum */
bool type_is_pointer(Type *t);
bool type_is_aggregate(Type *t);                 /* struct, union, array, and 16-byte integers */
bool type_is_signed(Type *t);
TypeSpace type_space(Type *t);                   /* of the pointee of a pointer type */
const char *type_name(Arena *a, Type *t);        /* as a C programmer writes it */

/* print_tree.c --------------------------------------------------------------------------------- */

/* The typed tree as text: maps, globals, functions (bcc dump --tree). */
void lang_print_unit(const Unit *u, StrBuf *out);

/* emit_btf.c ----------------------------------------------------------------------------------- */

struct BtfWriter;
/* Adds the type and what it needs; returns its id in the writer's blob (0 = void). */
uint32_t lang_emit_type(Unit *u, struct BtfWriter *w, Type *t);

#endif
