/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of bpf: making an OBJECT out of a Unit and its Module. object.c makes maps and data,
 * object_btf.c their types and tags, assemble.c the programs.
 */
#ifndef BCC_BPF_ASSEMBLE_H
#define BCC_BPF_ASSEMBLE_H

#include "bpf/machine.h"
#include "btf/btf.h"

/* A Function's code, made once however many programs use it. */
typedef struct CodedFunction {
	Function *function;
	Code code;
	uint32_t btf_id;
} CodedFunction;

/* A source line that some instruction came from; sources_resolve counts lines at every call. */
typedef struct KnownLine {
	Loc start, end;
	const char *file;
	int line;
	uint32_t file_off, text_off; /* in the BTF's strings */
} KnownLine;

typedef struct Assembler {
	Arena *arena;
	Unit *unit;
	Module *module;
	Sources *sources;
	Diags *diags;
	BpfObject *o;
	BtfWriter *btf;
	VEC(CodedFunction *) coded;
	VEC(KnownLine) lines;      /* by start */
} Assembler;

/* The whole object; NULL after diagnostics. `module` has no functions for the declarations only. */
BpfObject *assemble_object(Arena *arena, Unit *unit, Module *module, const char *name);
int assemble_data_index(const Assembler *a, const char *section);   /* -1: there is none */

/* assemble.c */
bool assemble_programs(Assembler *a);

/* object_btf.c */
void btf_describe_maps(Assembler *a);
void btf_describe_data(Assembler *a);
void btf_describe_unit(Assembler *a);
uint32_t btf_describe_function(Assembler *a, const Function *f);

#endif
