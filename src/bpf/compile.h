/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compiler as one thing: source text -> OBJECT, in two steps, so that a tool's command line
 * (declared in its source) can bind options as constants before code is made.
 */
#ifndef BCC_BPF_COMPILE_H
#define BCC_BPF_COMPILE_H

#include "bpf/object.h"
#include "lang/lang.h"

typedef struct BpfCompileOptions {
	LangOptions lang;
	int optimise;              /* 0 or 2 */
	bool check_ir;             /* run the IR checker between passes */
	const char *print_after;   /* pass name (see passes.c) after which the IR is printed to `dump` */
	StrBuf *dump;              /* NULL: nothing printed */
	/* --program NAME=TYPE: pairs of function name and program type name */
	const char *const *program_types;
	int n_program_types;       /* pairs */
} BpfCompileOptions;

typedef struct BpfCompilation BpfCompilation;

/* Parses and checks. Always returns an object; see bpf_compile_diags. `text` as for lang_parse. */
BpfCompilation *bpf_compile_begin(const char *text, size_t size, const BpfCompileOptions *options,
				  const Host *host);
const Diags *bpf_compile_diags(const BpfCompilation *c);
const Sources *bpf_compile_sources(const BpfCompilation *c);
/* The declarations only: maps, data and BTF with tags, no programs. For the toolkit to read options
 * from. Valid until bpf_compile_free. NULL after errors. */
const BpfObject *bpf_compile_declarations(BpfCompilation *c);
/* The same after errors, as far as they leave any: for the command line of a tool whose programs
 * cannot be compiled here (help without privileges). NULL if nothing can be said. */
const BpfObject *bpf_compile_outline(BpfCompilation *c);
/* Gives a `const volatile` global its value; false if there is none. */
bool bpf_compile_bind(BpfCompilation *c, const char *global, int64_t value);
/* Generates code. The object lives as long as the compilation. NULL after errors. */
const BpfObject *bpf_compile_finish(BpfCompilation *c);
void bpf_compile_free(BpfCompilation *c);

#endif
