/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ir: the program in static single assignment form.
 *
 * A Function is a list of Blocks; a Block is a list of Insts that ends with one terminator; an Inst
 * is at the same time the value that it computes. There are three value types: I32, I64 and PTR (64
 * bits). Narrower C types exist only in memory accesses and in explicit extensions: a C `char` or
 * `short` value is an I32 that was loaded zero- or sign-extended. An I32 has no defined upper half.
 *
 * Memory is addressed as [pointer + offset]. ALLOCA makes stack objects; mem2reg turns those
 * that are only loaded and stored whole into values. What a pointer leads to (its Space) is found
 * by pass_spaces; loads through pointers that BPF may not follow become probe reads in pass_reads.
 */
#ifndef BCC_IR_H
#define BCC_IR_H

#include "base/base.h"
#include "lang/lang.h"

typedef struct Inst Inst;
typedef struct Block Block;
typedef struct Function Function;
typedef struct Module Module;

typedef enum IrType { IR_VOID, IR_I32, IR_I64, IR_PTR } IrType;

/* Operations: ir_ops.def lists X(OP, "name", arity (-1: any), flags). */
typedef enum IrOp {
#define X(op, name, arity, flags) IR_##op,
#include "ir_ops.def"
#undef X
	IR_OP_COUNT
} IrOp;

enum {
	IRF_PURE = 1,              /* no effect, no memory: may be removed, moved, merged */
	IRF_TERMINATOR = 2,
	IRF_EFFECT = 4,            /* must stay, in order */
	IRF_READS = 8,             /* reads memory */
	IRF_WRITES = 16,           /* writes memory */
	IRF_COMMUTES = 32,
	IRF_COMPARE = 64,          /* result is I32 0 or 1; operands are both I32 or both 64-bit */
};

typedef struct IrOpInfo { const char *name; int arity; unsigned flags; } IrOpInfo;
extern const IrOpInfo ir_ops[IR_OP_COUNT];

/* What memory a pointer leads to. A lattice: SPACE_NONE (not a pointer / not yet known) below all,
 * SPACE_UNKNOWN above all. */
typedef enum Space {
	SPACE_NONE,
	SPACE_CONTEXT,             /* the program's context */
	SPACE_STACK,
	SPACE_MAP_VALUE,           /* value of a map, ring-buffer record, global data */
	SPACE_PACKET,              /* from data/data_meta of a packet context */
	SPACE_PACKET_END,          /* data_end */
	SPACE_TRUSTED,             /* a kernel object that the verifier follows by BTF */
	SPACE_HELPER_OBJECT,       /* struct bpf_sock and the like, returned by helpers: plain loads */
	SPACE_KERNEL,              /* kernel memory: bpf_probe_read_kernel */
	SPACE_USER,                /* user memory: bpf_probe_read_user */
	SPACE_MAP,                 /* address of a map itself, for helpers */
	SPACE_CALLBACK,            /* address of a subprogram */
	SPACE_UNKNOWN,             /* an argument register, a stored pointer: the read that works for both */
} Space;

struct Inst {
	IrOp op;
	IrType type;
	uint8_t width;             /* LOAD, STORE, ATOMIC: bytes; EXTEND/TRUNC: bits kept */
	bool is_signed;            /* LOAD: sign-extends into the value type; ADD, SUB, MUL: as signed
	                            * arithmetic of C, does not overflow */
	bool is_volatile;
	bool may_be_null;          /* spaces: the pointer was not compared with NULL yet */
	Space space;               /* of a PTR value, set by pass_spaces */
	uint8_t atomic;            /* ATOMIC: AtomicKind */
	int id;                    /* number for printing and for tables indexed by value */
	int n_args;
	Inst **args;
	int64_t imm;               /* CONST value; LOAD/STORE/ATOMIC/PTROFF offset; sizes;
	                            * BITCAST: the Space that the program says the pointer has, or 0 */
	uint32_t align;            /* ALLOCA */
	int helper;                /* CALL_HELPER: facts/helpers.def id */
	union {
		MapDecl *map;      /* MAP */
		struct Global *global; /* GLOBAL */
		Function *callee;  /* CALL, FUNC */
		const char *kfunc; /* CALL_KFUNC */
		Var *var;          /* ALLOCA, PARAM: the C variable, for messages; may be NULL */
	};
	uint32_t btf_id;           /* CALL_KFUNC, KSYM */
	Type *ctype;               /* C type of the value where known (pointers: decides spaces) */
	const Member *member;      /* LOAD/STORE/PTROFF: the field accessed, for messages and relocations */
	Type *record;              /* the struct that `member` belongs to */
	Block *targets[2];         /* BR: [0]; CONDBR: [0] if true, [1] if false */
	Loc loc;
	Block *block;
	Inst *prev, *next;
	Inst *forward;             /* replaced by this value; see ir_forward */
	int n_uses;                /* valid after ir_count_uses */
	int aux;                   /* scratch of the running pass */
	void *aux_ptr;
};

typedef enum AtomicKind {
	ATOMIC_ADD, ATOMIC_AND, ATOMIC_OR, ATOMIC_XOR,           /* no result */
	ATOMIC_FETCH_ADD, ATOMIC_FETCH_AND, ATOMIC_FETCH_OR, ATOMIC_FETCH_XOR,
	ATOMIC_XCHG, ATOMIC_CMPXCHG,                             /* result: old value */
} AtomicKind;

struct Block {
	int id;
	Function *function;
	Inst *first, *last;        /* PHIs first, one terminator last */
	VEC(Block *) preds;        /* order matches the args of PHIs; each edge once */
	Block *next;               /* layout order */
	Block *idom;               /* valid after ir_dominators */
	Block *dom_child, *dom_sibling; /* dominator tree, valid after ir_dominators */
	int dom_in, dom_out;       /* interval of the block in that tree; see ir_dominates */
	int rpo, loop_depth;       /* valid after ir_dominators / ir_loops */
	int unroll;                /* loop header: #pragma unroll, as Stmt.unroll */
	int aux;
	void *aux_ptr;
	Loc loc;
};

/* Global data of the program: an object in .rodata, .data or .bss. */
typedef struct Global {
	const char *name;          /* "" for string literals */
	Var *var;                  /* NULL for literals */
	const char *section;       /* ".rodata", ".data", ".bss" */
	uint32_t offset, size, align;
	uint8_t *bytes;            /* NULL: zero */
	struct Module *module;
	bool is_constant;          /* never written: loads are folded */
	bool is_live;              /* layout: still used, or to be shown in the object */
	VEC(struct GlobalPointer { uint32_t offset; struct Global *to; int64_t addend; }) pointers;
} Global;

struct Function {
	Module *module;
	const char *name;
	Func *source;              /* NULL for generated ones */
	IrType result;
	VEC(Inst *) params;        /* PARAM insts, in the entry block */
	Block *entry;              /* first of the layout list */
	Block *last;
	int n_blocks, n_values;    /* upper bounds of ids handed out */
	bool is_program;           /* an entry function: its one PARAM is the context */
	bool is_subprogram;        /* called with BPF-to-BPF calls (noinline, callback) */
	bool must_inline;
	bool has_dominators;       /* ir_dominators has run since blocks or edges changed */
	int state;                 /* of pass_inline */
	Inst **consts;             /* table of ir_const */
	int n_consts, cap_consts;
};

struct Module {
	Arena *arena;
	Unit *unit;
	Diags *diags;
	VEC(Function *) functions;
	VEC(Global *) globals;
	int optimise;              /* 0: only what is needed for a valid program; 2: all */
	bool check;                /* run ir_check between passes */
	bool is_too_large;         /* reported by pass_inline; the rest is left undone */
	const char *print_after;   /* pass name after which to print to `printed`, NULL: none */
	StrBuf *printed;
};

/* build.c, build_expr.c, build_stmt.c, ...: Unit -> Module --------------------------------------- */

/* Builds what the entry functions reach. Bound options are constants already. */
Module *ir_build(Unit *unit, Diags *diags);
/* The data of one global variable of the program; made on first demand. */
Global *ir_global(Module *m, Var *v);
/* Drops the globals that no code uses (variables with tags stay), assigns section offsets. */
void ir_layout_globals(Module *m);

/* ir.c: making and changing --------------------------------------------------------------------- */

Function *ir_function(Module *m, const char *name, IrType result);  /* with an empty entry block */
Block *ir_block(Function *f);                                   /* appended to the layout */
Inst *ir_inst(Function *f, IrOp op, IrType type, int n_args);   /* not yet in a block; args zeroed */
void ir_append(Block *b, Inst *i);
void ir_insert_before(Inst *where, Inst *i);
void ir_insert_after(Inst *where, Inst *i);
void ir_remove(Inst *i);                                        /* unlinks from its block */
Inst *ir_const(Function *f, IrType type, int64_t value);        /* shared, lives in the entry block */
void ir_replace(Function *f, Inst *old, Inst *by);              /* in all args; old stays where it is */
/* The cheap way to replace many: mark now, rewrite all args of the function in one sweep. */
void ir_forward(Inst *old, Inst *by);
Inst *ir_resolve(Inst *i);                                      /* follows the marks */
void ir_apply_forwards(Function *f);
/* Terminators with their edges, appended to `b`. The two targets of a branch differ. */
Inst *ir_branch(Block *b, Block *to);
Inst *ir_branch_if(Block *b, Inst *condition, Block *if_true, Block *if_false);
void ir_add_edge(Block *from, Block *to);                       /* only the preds list */
void ir_remove_edge(Block *from, Block *to);                    /* preds and PHI args */
void ir_remove_pred(Block *to, int k);                            /* the same by index */
void ir_count_uses(Function *f);
void ir_dominators(Function *f);                                /* rpo, idom; drops unreachable blocks;
                                                                 * the layout becomes reverse post-order */
bool ir_dominates(const Block *a, const Block *b);
void ir_loops(Function *f);                                     /* loop_depth */
int ir_successors(const Block *b, Block *out[2]);
#define FOR_BLOCKS(b, f) for (Block *b = (f)->entry; b; b = b->next)
#define FOR_INSTS(i, b) for (Inst *i = (b)->first; i; i = i->next)
/* The current inst may be removed in the body. */
#define FOR_INSTS_SAFE(i, b) \
	for (Inst *i = (b)->first, *i##_next; i && (i##_next = i->next, true); i = i##_next)

/* print.c, check.c ------------------------------------------------------------------------------ */

void ir_print(const Module *m, StrBuf *out);
void ir_print_function(const Function *f, StrBuf *out);
/* Verifies the invariants of this header; on failure reports DIAG_internal_error and returns false. */
bool ir_check(Function *f, const char *after_pass);

/* passes.c: the list, in order --------------------------------------------------------------------- */

/* Runs all passes: afterwards every function is valid for src/bpf: no ALLOCA larger than the stack,
 * no load that BPF may not do, no COPY/FILL but expanded ones, helper arguments initialised.
 * Problems of the program become diagnostics. */
void ir_optimise(Module *m);

/* The passes, one file each; listed and ordered in passes.c. */
void pass_inline(Module *m);
void pass_simplify_cfg(Function *f);
void pass_mem2reg(Function *f);        /* with scalar replacement of aggregates */
void pass_fold(Function *f);           /* constant propagation, algebra, branch folding */
void pass_gvn(Function *f);
void pass_dead_code(Function *f);
void pass_unroll(Function *f);
void pass_thread(Function *f);         /* known decisions are not made again */
void pass_choose(Function *f);         /* branches between two constants become arithmetic */
void pass_narrow(Function *f);         /* sign extensions that nobody needs */
void pass_memory(Function *f);         /* redundant loads, dead stores on stack objects */
void pass_widen(Function *f);          /* compares the extended copy of a value that is used extended */
void pass_spaces(Function *f);         /* sets Inst.space */
void pass_reads(Function *f);          /* probe reads for spaces that BPF may not load */
void pass_validity(Function *f);       /* null checks, context access, helpers allowed, ... */
void pass_expand(Function *f);         /* COPY/FILL into loads and stores, wide types */
void pass_init(Function *f);           /* zeroes bytes given to helpers that were not written */
void pass_stack(Function *f);          /* stack objects share places; the limit of 512 bytes */
void pass_offsets(Function *f);        /* last: offsets into accesses, behind NULL tests */

#endif
