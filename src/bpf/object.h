/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The OBJECT: what passes from the compiler to the runtime. Programs, maps, global data and BTF,
 * in memory or, convertible both ways, as a standard BPF ELF file. What a tool shows travels inside
 * it as BTF declaration tags.
 */
#ifndef BCC_BPF_OBJECT_H
#define BCC_BPF_OBJECT_H

#include "base/base.h"
#include "facts/facts.h"

#include <linux/bpf.h>

typedef enum BpfRelocKind {
	RELOC_MAP,                 /* ld_imm64: fd of maps[index] */
	RELOC_DATA,                /* ld_imm64: address in data[index] at offset `addend` */
	RELOC_CALLBACK,            /* ld_imm64: subprogram at instruction `addend` of the same program */
	RELOC_KFUNC,               /* call: kernel function, BTF id `addend` in vmlinux */
	RELOC_KSYM,                /* ld_imm64: kernel variable, BTF id `addend` in vmlinux */
} BpfRelocKind;

typedef struct BpfReloc {
	BpfRelocKind kind;
	uint32_t insn;             /* index of the instruction */
	int index;                 /* map or data section */
	int64_t addend;
} BpfReloc;

/* One subprogram (or the main function) within a program's instructions, with its BTF function. */
typedef struct BpfFuncInfo { uint32_t insn, btf_id; } BpfFuncInfo;

typedef struct BpfLineInfo {
	uint32_t insn;
	uint32_t file_name_off, line_off;   /* into the strings of the object's BTF */
	uint32_t line, column;
	Loc loc;                            /* in the compilation's Sources, 0 if read from a file */
} BpfLineInfo;

typedef struct BpfProgram {
	const char *name;          /* C function name */
	const char *kernel_name;   /* as the kernel shall show it: at most 15 characters */
	const char *section;       /* ELF section, e.g. "kprobe/do_sys_open" */
	int type;                  /* enum bpf_prog_type; 0: the loader must say */
	int expected_attach_type;  /* enum bpf_attach_type; -1: none */
	AttachKind attach;
	const char *attach_target; /* NULL: the loader must say */
	bool attached_by_name;
	bool sleepable;
	VEC(struct bpf_insn) insns; /* main function first, then the subprograms that it calls */
	VEC(BpfReloc) relocs;
	VEC(BpfFuncInfo) funcs;
	VEC(BpfLineInfo) lines;
	uint32_t stack_bytes;      /* used by the main function */
} BpfProgram;

/* An entry of a map of maps or of a program array that the program's text gives. */
typedef struct BpfEntry {
	uint32_t index;
	int map, program;          /* one of the two; the other is -1 */
} BpfEntry;

typedef struct BpfMap {
	const char *name;          /* C name */
	int type;                  /* enum bpf_map_type */
	uint32_t key_size, value_size, max_entries, flags;
	bool entries_are_cpus;     /* max_entries is the number of possible CPUs */
	uint32_t btf_key, btf_value; /* type ids in the object's BTF, 0: none */
	uint32_t btf_event;        /* struct that is submitted through it, 0: unknown */
	uint32_t btf_var;          /* BTF variable that carries its declaration tags, 0: none */
	const char *pin_path;      /* NULL: not pinned */
	int inner;                 /* index of the inner map, -1: none */
	VEC(BpfEntry) entries;     /* filled in by the loader */
} BpfMap;

/* A section of global data, loaded as an array map of one element. */
typedef struct BpfData {
	const char *name;          /* ".rodata", ".data", ".bss" */
	uint8_t *bytes;
	uint32_t size;
	bool read_only;
	uint32_t btf_datasec;      /* type id of the DATASEC, 0: none */
} BpfData;

typedef struct BpfObject {
	Arena *arena;              /* owns everything of the object */
	const char *name;          /* of the source, for messages */
	const char *license;
	uint32_t kernel_version;   /* compiled for; LINUX_VERSION_CODE */
	VEC(BpfProgram) programs;
	VEC(BpfMap) maps;
	VEC(BpfData) data;
	const uint8_t *btf;        /* .BTF blob; NULL: none */
	uint32_t btf_size;
} BpfObject;

/* object_copy.c ----------------------------------------------------------------------------------- */

/* A copy that owns everything it needs; the compilation may then be freed. */
BpfObject *bpf_object_copy(Arena *a, const BpfObject *from);

/* elf_write.c / elf_read.c ------------------------------------------------------------------- */

/* Writes the object as an ELF relocatable for libbpf and bpftool. 0, or -errno with err set. */
int bpf_object_write(const BpfObject *o, const char *path, Error *err);
/* Reads one back (also from clang, as far as its relocations are known). NULL with err set. */
BpfObject *bpf_object_read(Arena *arena, const char *path, Error *err);

/* disasm.c ----------------------------------------------------------------------------------- */

/* One line an instruction, in the form of the kernel's verifier log, with source lines if known. */
void bpf_disassemble(const BpfObject *o, const BpfProgram *p, const Sources *sources, StrBuf *out);

#endif
