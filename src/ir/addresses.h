/* SPDX-License-Identifier: Apache-2.0 */
/*
 * addresses: what the passes about memory share (spaces, reads, expand, init, stack, validity):
 * taking an address apart, alignment, sizes of helper arguments, and short ways to make Insts.
 */
#ifndef BCC_IR_ADDRESSES_H
#define BCC_IR_ADDRESSES_H

#include "facts/facts.h"
#include "ir/ir.h"

/* Program types that passes ask for by name (enum bpf_prog_type). */
enum {
	PROG_KPROBE = 2, PROG_SCHED_CLS = 3, PROG_SCHED_ACT = 4, PROG_TRACEPOINT = 5, PROG_XDP = 6,
	PROG_PERF_EVENT = 7, PROG_RAW_TRACEPOINT = 17, PROG_RAW_TRACEPOINT_WRITABLE = 24,
	PROG_TRACING = 26, PROG_STRUCT_OPS = 27, PROG_LSM = 29, PROG_SYSCALL = 31,
};

/* Helpers that passes make or know by number. */
enum {
	HELPER_MAP_LOOKUP = 1, HELPER_PROBE_READ = 4, HELPER_RINGBUF_RESERVE = 131,
	HELPER_RINGBUF_SUBMIT = 132, HELPER_RINGBUF_DISCARD = 133,
	HELPER_PROBE_READ_USER = 112, HELPER_PROBE_READ_KERNEL = 113,
};

/* A pointer value as root + constant offset [+ something variable]. */
typedef struct Address {
	Inst *root;                /* no PTROFF, PTRADD, BITCAST or 64-bit ADD/SUB of a pointer */
	int64_t offset;
	bool variable;             /* an unknown amount is added as well */
} Address;

/* addresses.c */
Address ir_address(Inst *pointer);
/* Largest power of two (at most 4096) that surely divides the value; roots are aligned to 8. */
uint32_t ir_alignment(const Inst *value);
/* LOAD, STORE, ATOMIC: constant offsets move from the pointer into imm. */
void ir_fold_offset(Inst *access);
bool ir_is_const(const Inst *value, int64_t *number);
int ir_program_type(const Function *f);          /* 0: unknown, or f is no program */
const char *ir_context_name(const Function *f);  /* C name of the context struct, NULL if unknown */
/* The declaration of the map that a helper call works on; NULL if it is not visible. */
MapDecl *ir_call_map(const Inst *call);
/* Class letter of argument k of a helper call; '.' beyond the list, 'i' for unknown helpers. */
char ir_argument_class(const Inst *call, int k);
/* Bytes that the helper reads or writes through argument k: -1 if not a constant. */
int64_t ir_argument_size(const Inst *call, int k);
/* Whether the helper may be called in this program, as far as type and kernel are known. */
bool ir_helper_usable(const Function *f, int helper);

/* New Insts, placed before `where`, with its place in the source. */
Inst *ir_emit(Inst *where, IrOp op, IrType type, int n_args);
Inst *ir_emit_offset(Inst *where, Inst *pointer, int64_t offset);  /* pointer itself if 0 */
Inst *ir_emit_load(Inst *where, IrType type, int width, Inst *pointer, int64_t offset);
Inst *ir_emit_store(Inst *where, int width, Inst *pointer, int64_t offset, Inst *value);
Inst *ir_emit_binary(Inst *where, IrOp op, IrType type, Inst *a, Inst *b);
Inst *ir_emit_call3(Inst *where, int helper, Inst *a, Inst *b, Inst *c);
/* An ALLOCA in the entry block. */
Inst *ir_new_stack(Function *f, int64_t size, uint32_t align, Loc loc);

/* spaces.c */
Space ir_join_spaces(Space a, Space b, bool context_is_memory);
/* The space of an access of `width` bytes at pointer + offset: that of the pointer, but an object
 * that the verifier follows by BTF only as far as its type reaches. */
Space ir_access_space(Inst *pointer, int64_t offset, uint64_t width);

#endif
