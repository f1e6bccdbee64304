/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of bpf: machine code before it has registers.
 *
 * A MFunc is a list of MBlocks in layout order; a MBlock is a list of MInsts. Registers 0 to 10
 * are the machine's own, from FIRST_VREG on they are virtual; select makes virtual ones, allocate
 * replaces them. A block's last MInst may be an M_JCC: it goes to succ[0] if taken, else to
 * succ[1]. Unconditional jumps have no MInst: encode adds those that the layout does not save.
 * MInsts have the machine's two-address form; copies (M_MOV) that this needs are removed by
 * coalescing.
 */
#ifndef BCC_BPF_MACHINE_H
#define BCC_BPF_MACHINE_H

#include "bpf/object.h"
#include "ir/ir.h"

enum {
	R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, FP,
	FIRST_VREG,
	N_REGS = 10,               /* allocatable */
	CALL_CLOBBERS = 0x3f,      /* set of r0 to r5 */
	STACK_LIMIT = 512,
};

typedef enum MKind {
	M_MOV,                     /* dst = src, or imm if src < 0; code says 32 or 64 bits */
	M_ALU,                     /* dst = dst op src, or imm if src < 0; NEG and END too */
	M_LDIMM,                   /* dst = imm (64 bits), or what `ref` refers to, plus imm */
	M_LEA,                     /* dst = address of object + off */
	M_LOAD,                    /* dst = [src + off] */
	M_STORE,                   /* [dst + off] = src, or imm if src < 0 */
	M_ATOMIC,                  /* [dst + off] op= src; imm = operation with BPF_FETCH */
	M_SET,                     /* dst = src jump-condition src2 (or imm); negated: the opposite */
	M_CALL,                    /* r0 = call; clobbers r0 to r5; n_args say which of r1.. are read */
	M_SKB,                     /* r0 = packet[src (or imm)]; reads r6, clobbers r0 to r5 */
	M_JCC,                     /* if dst condition src (or imm) goto succ[0] */
	M_EXIT,
} MKind;

typedef struct MInst MInst;
typedef struct MBlock MBlock;

struct MInst {
	uint8_t kind;
	uint8_t code;              /* opcode byte; the BPF_X bit is set by encode */
	uint8_t n_args;            /* M_CALL */
	bool negated;              /* M_SET */
	int dst, src, src2;        /* registers; -1: none */
	int off;
	int object;                /* base register is FP: stack object accessed; -1: none */
	int64_t imm;
	const Inst *ref;           /* M_LDIMM: MAP, GLOBAL, FUNC, KSYM; M_CALL: the call */
	Loc loc;
	MInst *prev, *next;
};

struct MBlock {
	int id;
	int depth;                 /* loop nesting */
	MInst *first, *last;
	MBlock *succ[2];
	int n_succ;
	MBlock *next;
	uint64_t *live_in, *live_out;
	uint32_t at;               /* encode: index of the first instruction */
	bool placed;               /* layout */
	int n_preds;
};

/* Something that lives on the stack: a variable or a spilled register. */
typedef struct MObject {
	uint32_t size, align;
	int offset;                /* from r10, negative; valid after frame_assign */
	bool is_spill;
	const Inst *variable;      /* the ALLOCA */
	uint64_t *overlaps;        /* set of objects alive at the same time; NULL: all */
} MObject;

typedef struct MVreg {
	uint8_t level;             /* 0: from select; 1: reloaded in a block; 2: at one instruction */
	int slot;                  /* > 0: it only holds what this object's slot has */
} MVreg;

typedef struct MFunc {
	Arena *arena;
	Function *ir;
	Diags *diags;
	MBlock *entry, *last;
	int n_blocks;
	VEC(MVreg) vregs;          /* by register number; 0 to FP are placeholders */
	VEC(MObject) objects;
	uint32_t stack_bytes;
} MFunc;

/* A Function's finished code; what refers to outside of it is listed in refs. */
typedef struct Code {
	VEC(struct bpf_insn) insns;
	VEC(struct CodeRef { uint32_t insn; const Inst *inst; int64_t addend; }) refs;
	VEC(struct CodeLine { uint32_t insn; Loc loc; }) lines;
	uint32_t stack_bytes;
} Code;

/* machine.c ---------------------------------------------------------------------------------- */

MBlock *machine_block(MFunc *m, int depth);
int machine_vreg(MFunc *m, int level);
int machine_object(MFunc *m, uint32_t size, uint32_t align, const Inst *variable);
MInst *machine_inst(MFunc *m, MKind kind, uint8_t code, Loc loc);   /* not in a block */
void machine_append(MBlock *b, MInst *i);
void machine_insert_before(MBlock *b, MInst *where, MInst *i);
void machine_insert_after(MBlock *b, MInst *where, MInst *i);
void machine_remove(MBlock *b, MInst *i);
/* Registers read and written; `out` has room for 8. */
int machine_uses(const MInst *i, int *out);
int machine_defs(const MInst *i, int *out);
bool machine_is_copy(const MInst *i);              /* 64-bit register to register */
uint8_t jump_inverse(uint8_t op);                  /* 0: none */
uint8_t jump_swapped(uint8_t op);
uint8_t size_code(int bytes);
int size_bytes(uint8_t code);

static inline bool bit_test(const uint64_t *set, int i)
{
	return set[i >> 6] >> (i & 63) & 1;
}

static inline void bit_set(uint64_t *set, int i)
{
	set[i >> 6] |= 1ull << (i & 63);
}

static inline void bit_clear(uint64_t *set, int i)
{
	set[i >> 6] &= ~(1ull << (i & 63));
}

static inline bool fits_imm(int64_t v)
{
	return v == (int32_t)v;
}

static inline bool fits_offset(int64_t v)
{
	return v == (int16_t)v;
}

/* The steps of code_function, in order. ------------------------------------------------------ */

void lower_function(Function *f);                  /* lower.c: what the machine has not */
MFunc *select_function(Arena *arena, Function *f, Diags *diags); /* select*.c */
void layout_blocks(MFunc *m);                      /* layout.c */
void machine_liveness(MFunc *m);                   /* liveness.c: live_in, live_out */
bool allocate_registers(MFunc *m);                 /* allocate.c, spill.c */
void peephole(MFunc *m);                           /* peephole.c */
bool frame_assign(MFunc *m);                       /* frame.c: false after a diagnostic */
bool encode_function(MFunc *m, Code *code);        /* encode.c */
/* All of them. False after a diagnostic. */
bool code_function(Arena *arena, Function *f, Diags *diags, Code *code); /* code.c */

/* select.c for select_control.c and select_memory.c ------------------------------------------ */

typedef struct Selector {
	Arena *arena;
	MFunc *m;
	Function *f;
	MBlock *block;
	MBlock **blocks;           /* by Block id */
	MBlock *edge[2];           /* of the block's two ways out: block made for it; NULL: none */
	Loc loc;
	uint8_t *needed;           /* by value id: must be in a register */
	uint8_t *want_clean;       /* I32 whose upper half must be zero */
	int *vreg;                 /* by value id; 0: none yet */
	int *phi_in;               /* by value id of a PHI: register that the predecessors set */
	int *object;               /* by value id of an ALLOCA */
	int *leaf_vreg, *leaf_epoch; /* leaves put into a register since `epoch` began */
	int epoch;                 /* counts blocks and calls */
	VEC(Inst *) work;
} Selector;

/* A branch condition in terms of machine jumps. */
typedef struct Condition {
	uint8_t jump;              /* BPF_JEQ... */
	bool is_32, negated;
	Inst *a, *b;               /* b NULL: imm */
	int64_t imm;
} Condition;

bool select_is_leaf(const Inst *v);
bool select_const(const Inst *v, int64_t *value);      /* a CONST, as its type sees it */
/* What `v` is a constant distance from (one step), NULL if nothing; adds to *offset. */
Inst *select_step(Inst *v, int64_t *offset);
Inst *select_root(Inst *v, int64_t *offset);      /* strips constant offsets; adds to *offset */
void select_need(Selector *s, Inst *v);
MInst *select_emit(Selector *s, MKind kind, uint8_t code, int dst, int src, int64_t imm);
int select_register(Selector *s, Inst *v);          /* a register that has the value now */
void select_put(Selector *s, int reg, Inst *v);     /* copies or makes the value in reg */
int select_result(Selector *s, Inst *v);

void select_condition_of(Inst *v, Condition *c);          /* select_control.c */
void select_need_condition(Selector *s, Inst *v);
void select_compare(Selector *s, Inst *i);
void select_call(Selector *s, Inst *i);
void select_terminator(Selector *s, Inst *i);
void select_phi_inputs(Selector *s, Block *b);

/* select_memory.c */
void select_need_memory(Selector *s, Inst *i);     /* operands of LOAD, STORE, ATOMIC */
void select_load(Selector *s, Inst *i);
void select_store(Selector *s, Inst *i);
void select_atomic(Selector *s, Inst *i);
void select_skb(Selector *s, Inst *i);

/* frame.c */
void frame_objects(MFunc *m, int *object_of);      /* makes an object for each ALLOCA; sets overlaps */

/* allocate.c and spill.c */
typedef struct SpillSet {
	int *rep;                  /* by vreg: the one that stands for all that it was merged with */
	int *slot_of;              /* by vreg: object of its slot, -1: not spilled */
	MInst **remake;            /* by vreg: what makes it again; NULL: a load from the slot */
} SpillSet;
void spill_rewrite(MFunc *m, const SpillSet *spills);

#endif
