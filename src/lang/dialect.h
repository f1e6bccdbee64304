/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of the dialect: its state and what its files share. The hooks that the parser calls are
 * declared in internal.h; everything here is used by dialect files only.
 */
#ifndef BCC_LANG_DIALECT_H
#define BCC_LANG_DIALECT_H

#include "lang/internal.h"

/* One BTF type that was converted. */
typedef struct ImportedType {
	const Btf *btf;
	uint32_t id;
	Type *type;
} ImportedType;

/* A reference in the written BTF whose target was being written when it was needed. */
typedef struct BtfFixup {
	uint32_t id;
	Type *target;
} BtfFixup;

typedef struct Dialect {
	ImportedType *imported;    /* open hash table */
	uint32_t n_imported, cap_imported;
	int import_depth;
	VEC(Type *) missing_tracepoints;  /* empty structs that stand for events that do not exist */
	VEC(BtfFixup) fixups;      /* emit_btf.c, these three */
	VEC(Type *) written;       /* types that have an id in it */
	BtfWriter *writer;
	bool libbpf_style;         /* the text has shown that it is written in libbpf's way */
	Func *trampoline;          /* function whose parameters come from the words of its context */
	int temporaries;           /* numbers the locals that the dialect makes */
} Dialect;

/* Method groups: which macro declared a map decides which methods it has. */
typedef enum MapGroup {
#define GROUP(id, name) GROUP_##id,
#define METHOD(...)
#include "map_methods.def"
#undef GROUP
#undef METHOD
	GROUP_COUNT
} MapGroup;

const char *map_group_name(MapGroup g);

/* dialect.c: tree building --------------------------------------------------------------------- */

/* Btf of the running kernel, asked for at the first call; NULL if there is none. */
const Btf *dialect_btf(Lang *l);
Atom *dialect_atom(Lang *l, const char *text);
/* `value`, converted, in a new variable declared in `block`. */
Var *dialect_local(Lang *l, Stmt *block, const char *name, Type *type, Expr *value, Loc loc);
Stmt *dialect_declare(Lang *l, Stmt *block, Var *v, Expr *value, Loc loc);
Expr *dialect_value(Lang *l, Var *v, Loc loc);           /* rvalue of a variable */
void dialect_do(Lang *l, Stmt *block, Expr *e);           /* appends an expression statement */
Stmt *dialect_if(Lang *l, Stmt *block, Expr *condition, Loc loc);  /* the new IF; body is a block */
Stmt *dialect_block(Lang *l, Loc loc);
/* ({ block; value; }); value NULL: of type void. */
Expr *dialect_statement_value(Lang *l, Stmt *block, Expr *value, Loc loc);
/* An object of the type with all bytes zero; an lvalue. */
Expr *dialect_zero_object(Lang *l, Type *type, Loc loc);
/* A call of a helper with arguments that are already as it wants them. */
Expr *dialect_helper(Lang *l, int helper, Type *result, Loc loc, int n, Expr *const *args);
Expr *dialect_map_address(Lang *l, MapDecl *map, Loc loc);
/* The map that an expression is the address of (NAME, &NAME, casts), or NULL. */
MapDecl *dialect_map_of(Expr *e);
/* The bytes of a string literal, through decay and casts; false if it is something else. */
bool dialect_string_of(Expr *e, Str *text);
Expr *dialect_long(Lang *l, uint64_t value, Loc loc);     /* constant of type u64 */

/* resolve.c */
Symbol *resolve_in_pool(Lang *l, Atom *name);             /* NULL: not there */
Type *resolve_mention(Lang *l, TypeKind kind, Atom *name);

/* maps.c */
void map_set_sizes(Lang *l, MapDecl *m);                  /* of key and value, from their types */
void map_set_limits(Lang *l, MapDecl *m, int64_t entries, int64_t flags);
void map_declare(Lang *l, MapDecl *m);                    /* the name is the map from here on */
void map_record_event(MapDecl *map, Expr *data);          /* 2.6 */
/* The text of the string literals at the current token, as a C string; NULL with a diagnostic. */
char *dialect_parse_string(Lang *l, const char *what);

/* map_methods.c: which method, by name */
const char *const *map_method_names(const MapDecl *map, Arena *a, int *n);

/* params.c */
/* Binds the parameters behind the first to the registers (or words) of the context. */
void params_bind(Lang *l, Func *f, Stmt *prologue);
void params_bind_words(Lang *l, Func *f, Stmt *prologue);

/* printk.c */
Expr *printk_call(Lang *l, Expr *call, Loc loc);

/* packet.c: dialect functions on packets */
Expr *packet_parse_load(Lang *l, Symbol *s, Loc loc);     /* load_byte(skb, off) ... */
Expr *packet_parse_extract(Lang *l, Symbol *s, Loc loc);  /* bpf_dext_pkt */
Expr *packet_parse_insert(Lang *l, Symbol *s, Loc loc);   /* bpf_dins_pkt */
Expr *packet_parse_checksum(Lang *l, Symbol *s, Loc loc); /* incr_cksum_l3, incr_cksum_l4 */

/* helper_calls.c */
/* Other names and argument orders of helpers: declaration, helper id; NULL if it is none. */
typedef struct HelperAlias {
	const char *name, *declaration;
	int id;
	const char *order;         /* argument of the declaration for each of the helper's; NULL: same */
} HelperAlias;
const HelperAlias *helper_alias(const char *name);
Expr *helper_parse_usdt(Lang *l, Symbol *s, Loc loc);     /* bpf_usdt_readarg, bpf_usdt_readarg_p */
Expr *helper_parse_num_cpus(Lang *l, Symbol *s, Loc loc);

/* import_btf.c */
/* Type of a named struct, union or enum in the kernel's BTF; NULL if there is none. */
Type *import_btf_tag(Lang *l, TypeKind kind, Atom *name);

#endif
