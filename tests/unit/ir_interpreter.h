/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An interpreter of the IR, the oracle of its passes: a function gives the same before and after.
 * Memory is one flat array; addresses are offsets into it plus a base, so that 0 stays NULL and
 * everything outside is caught. Helpers are answered by rules that only depend on their arguments.
 */
#ifndef IR_INTERPRETER_H
#define IR_INTERPRETER_H

#include "ir/ir.h"

typedef struct Interpreter {
	uint8_t memory[1 << 16];
	uint32_t globals_end, stack;   /* offsets of what is handed out next */
	uint64_t steps, limit;
	uint64_t trace;                /* hash of all helper calls with what they were given */
	char error[128];               /* "" if none */
} Interpreter;

enum { INTERPRETER_BASE = 0x10000, INTERPRETER_CONTEXT = 0x100 };

/* Empties memory, lays out the module's globals. */
void interpreter_start(Interpreter *in, const Module *m);
/* Runs; `context` is copied to memory and its address given as the first argument. */
uint64_t interpreter_run(Interpreter *in, Function *f, const void *context, size_t size);

#endif
