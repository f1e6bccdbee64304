/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ELF form of an OBJECT, what writer and reader must agree on.
 *
 * It is what libbpf expects of a compiler: a section for each kind of program, .text for the
 * subprograms, .maps with a variable for each map (described by BTF), data sections, license,
 * .BTF and .BTF.ext. The section .bcc, which others skip, says in text what ELF has no place for:
 * lines of words, "program NAME key value ..." and "map NAME key value ...".
 * Calls of kernel functions and kernel variables carry their BTF id in the instruction.
 */
#ifndef BCC_BPF_ELF_FORM_H
#define BCC_BPF_ELF_FORM_H

#include "bpf/object.h"

#include <elf.h>

#define ELF_PRIVATE_SECTION ".bcc"

enum { BTF_EXT_MAGIC = 0xeb9f, INSN_BYTES = sizeof(struct bpf_insn) };

typedef struct BtfExtHeader {
	uint16_t magic;
	uint8_t version, flags;
	uint32_t hdr_len, func_off, func_len, line_off, line_len, core_off, core_len;
} BtfExtHeader;

typedef struct BtfExtSection {
	uint32_t name_off, n;      /* records follow */
} BtfExtSection;

typedef struct BtfExtFunc {
	uint32_t insn_off, type_id;
} BtfExtFunc;

typedef struct BtfExtLine {
	uint32_t insn_off, file_name_off, line_off, line_col;
} BtfExtLine;

static inline bool is_wide_insn(const struct bpf_insn *i)
{
	return i->code == (BPF_LD | BPF_IMM | BPF_DW);
}

static inline bool is_local_call(const struct bpf_insn *i)
{
	return i->code == (BPF_JMP | BPF_CALL) && i->src_reg == BPF_PSEUDO_CALL;
}

#endif
