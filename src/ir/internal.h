/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of ir: the builder's state and what its files give each other; services of the passes.
 *
 * The builder walks the typed tree once. Scalars become Insts; structs, unions, arrays and 128-bit
 * integers are never values: they are built into a destination in memory (a Place). Every local
 * variable is an ALLOCA; mem2reg makes values of those that need no address.
 */
#ifndef BCC_IR_INTERNAL_H
#define BCC_IR_INTERNAL_H

#include "ir/ir.h"

/* An object in memory: [base + offset], or a bit-field in it. */
typedef struct Place {
	Inst *base;
	int64_t offset;
	Type *type;
	int bit;                   /* bit-field: first bit, counted from `offset` (0..7) */
	int bit_width;             /* 0: no bit-field */
	int64_t record_at; /* bit-field: where its struct begins, and how long it is: accesses */
	uint64_t record_size;      /* stay within */
	const Member *member;
	Type *record;
	bool is_volatile;
} Place;

/* A 128-bit integer as its two halves. */
typedef struct Wide {
	Inst *low, *high;
} Wide;

typedef struct Builder {
	Module *m;
	Unit *unit;
	Arena *arena;
	Diags *diags;
	Function *f;
	Func *source;
	Block *block;              /* NULL: what follows cannot be reached */
	Loc loc;
	Inst *result_place;        /* where a struct is returned to */
	VEC(Function *) queue;     /* functions whose bodies are still to be built */
} Builder;

/* build.c */
Function *build_function_of(Builder *b, Func *func);
IrType build_type(Type *t);                      /* of a scalar; IR_VOID for void */
Inst *build_alloca(Builder *b, Type *t, Var *var);
Inst *build_alloca_bytes(Builder *b, uint64_t size, uint32_t align, Var *var);
Inst *build_global_address(Builder *b, Global *g, Type *pointer);
Inst *build_string(Builder *b, Str bytes, Type *pointer);
void build_error(Builder *b, Loc loc, DiagTag tag, const char *message, const char *hint);
bool returns_in_memory(Type *function_type);

/* emit.c: Insts at the end of the current block; operations on constants are done at once */
Inst *emit(Builder *b, IrOp op, IrType type, int n_args);
Inst *emit1(Builder *b, IrOp op, IrType type, Inst *a);
Inst *emit2(Builder *b, IrOp op, IrType type, Inst *a, Inst *c);
Inst *emit_const(Builder *b, IrType type, int64_t value);
Inst *emit_offset(Builder *b, Inst *pointer, int64_t offset);
Inst *emit_extend(Builder *b, Inst *i, bool is_signed);          /* I32 to I64 */
Inst *emit_wide(Builder *b, Inst *i, bool is_signed);            /* any scalar to I64 or PTR */
Inst *emit_is_nonzero(Builder *b, Inst *i);
Inst *emit_phi(Builder *b, IrType type, int n, ...);             /* args in order of preds */
void emit_branch(Builder *b, Block *to);
void emit_branch_if(Builder *b, Inst *condition, Block *if_true, Block *if_false);
Block *new_block(Builder *b);
void start_block(Builder *b, Block *block);

/* build_expr.c, build_operator.c */
Inst *build_value(Builder *b, Expr *e);          /* scalar, or NULL for void; effects included */
void build_effects(Builder *b, Expr *e);         /* the value is not used */
void build_condition(Builder *b, Expr *e, Block *if_true, Block *if_false);
void build_into(Builder *b, Expr *e, Place to);  /* aggregate or scalar, into memory */
Inst *build_convert(Builder *b, Inst *value, Type *from, Type *to);
bool expr_constant(Expr *e, int64_t *value);     /* an integer constant as it stands in the tree */
Inst *build_operator(Builder *b, Operator op, Type *type, Inst *x, Inst *y);
Inst *build_pointer_add(Builder *b, Inst *pointer, Expr *index, uint64_t scale, Type *type);
Inst *build_adapted(Builder *b, Inst *i, IrType type,
		    bool is_signed); /* brings a value to a type */
Inst *build_pointer_diff(Builder *b, Expr *e);
Inst *build_assign_op(Builder *b, Expr *e);
Inst *build_increment(Builder *b, Expr *e);

/* build_stmt.c */
void build_stmt(Builder *b, Stmt *s);
/* A statement expression: the expression that gives its value is left to the caller; NULL: none. */
Expr *build_until_last(Builder *b, Stmt *block);

/* build_memory.c */
Place build_place(Builder *b, Expr *e);          /* of an lvalue; others go to a temporary */
Place build_pointed(Builder *b, Expr *pointer, Type *type); /* what a pointer expression leads to */
Inst *build_address(Builder *b, Place p);
Inst *load_place(Builder *b, Place p);
void store_place(Builder *b, Place p, Inst *value);
void copy_place(Builder *b, Place to, Place from);
Place place_of(Inst *base, Type *type);
Place build_temporary(Builder *b, Type *type);
void build_init(Builder *b, Init *init, Place to, uint64_t room);
bool type_is_volatile(Type *t);

/* build_data.c */
bool global_constant(Builder *b, Var *v, Inst **value);  /* a scalar that never changes */

/* build_extern.c: what the kernel provides */
bool extern_constant(Builder *b, Var *v, int64_t *value);
Inst *extern_address(Builder *b, Var *v);        /* NULL: an ordinary global */

/* build_call.c, build_builtin.c */
Inst *build_call(Builder *b, Expr *e, Place *result);    /* result: where a struct goes */
Inst *build_helper(Builder *b, Expr *e);
Inst *build_builtin(Builder *b, Expr *e);

/* build_wide.c: 128-bit integers */
bool type_is_wide(Type *t);
Wide build_wide(Builder *b, Expr *e);
Wide load_wide(Builder *b, Place p);
void store_wide(Builder *b, Place p, Wide v);
Wide wide_of_scalar(Builder *b, Inst *value, Type *from);
Wide wide_operator(Builder *b, Operator op, Type *type, Wide x, Wide y, Expr *at);
Wide wide_assign_op(Builder *b, Expr *e);
Inst *wide_compare(Builder *b, Operator op, Type *type, Wide x, Wide y);
Inst *wide_to_scalar(Builder *b, Wide v, Type *to);

/* evaluate.c: what a pure operation gives for constants; false: not a constant operation */
bool ir_evaluate(IrOp op, IrType type, int width, IrType arg_type, int64_t x, int64_t y,
		 int64_t *out);
IrOp ir_inverse(IrOp compare);                   /* !(a op b) */
IrOp ir_swapped(IrOp compare);                   /* b op a */

/* simplify_cfg.c: changing edges */
bool ir_has_edge(const Block *from, const Block *to);
int ir_pred_index(const Block *b, const Block *pred);    /* -1: is none */
/* Gives `to` one more predecessor; its PHIs get what they have for `like`, except that values
 * which are PHIs of `through` are replaced by those that come from `from`. */
void ir_add_edge_like(Block *from, Block *to, const Block *like, const Block *through);
void ir_retarget(Block *from, Block *old, Block *to);    /* the edge from -> to exists already */
/* The constant that `i`, an inst of block b or one that dominates it, is when b is entered from
 * its predecessor k; false if it is not known. */
bool ir_value_from(const Block *b, const Inst *i, int k, int64_t *value);

/* bits.c: the bits of a value that may be 1; of an I32 only the lower 32 count */
uint64_t ir_possible_bits(const Inst *i);
bool ir_is_nonnegative(const Inst *i);

/* fold.c and its parts: what pass_fold does to one inst. They return the value that replaces it,
 * the inst itself if it was changed in place, or NULL. */
typedef struct Folder {
	Function *f;
	Inst *at;                  /* new insts go before it */
} Folder;
Inst *fold_arithmetic(Folder *d, Inst *i);
Inst *fold_compare(Folder *d, Inst *i);
Inst *fold_width(Folder *d, Inst *i);
Inst *fold_memory(Folder *d, Inst *i);
Inst *fold_new1(Folder *d, IrOp op, IrType type, Inst *a);
Inst *fold_new2(Folder *d, IrOp op, IrType type, Inst *a, Inst *b);
static inline Inst *fold_const(Folder *d, IrType type, int64_t v)
{
	return ir_const(d->f, type == IR_PTR ? IR_PTR : type, v);
}

/* Constant data: bytes at an offset of a global that never changes; beyond a literal's end: 0. */
bool ir_constant_bytes(const Global *g, int64_t offset, int width, int64_t *value);
/* The pointer stored at an offset of constant data, NULL if there is none. */
const struct GlobalPointer *ir_constant_pointer(const Global *g, int64_t offset);
/* Marks the globals that no function writes or lets escape. */
void ir_find_constant_globals(Module *m);

#endif
