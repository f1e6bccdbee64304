/* SPDX-License-Identifier: Apache-2.0 */
/* btf, inside: the reader's state. */
#ifndef BCC_BTF_INTERNAL_H
#define BCC_BTF_INTERNAL_H

#include "btf.h"

typedef struct NamedType { uint32_t name_off, local; } NamedType;

/* "local" numbers count this blob's own types from 0; ids continue those of the base. */
struct Btf {
	Arena *arena;
	const Btf *base;
	const uint8_t *types;
	const char *strings;
	uint32_t types_size, strings_size;
	uint32_t first_id;         /* id of local type 0 */
	uint32_t strings_base;     /* offset of strings[0] */
	/* what the walk has met so far */
	bool indexed;              /* it has come to the end */
	uint32_t walked;           /* bytes of types behind it */
	bool signed_enums;         /* some enum carries the flag for signed */
	uint32_t n_types;
	uint32_t *sparse;          /* offset of local types 0, 16, 32, ... */
	NamedType *named;          /* types that are often asked for, in order */
	uint32_t n_named;
	uint32_t n_sought;         /* names sought so far without a hash table */
	uint32_t *hash;            /* by name: index in named + 1, 0 = empty; linear probing */
	uint32_t hash_cap;         /* 0: no hash table yet */
	VEC(uint32_t) enums;       /* local numbers of all enums */
	VEC(uint32_t) tags;        /* and of all declaration tags */
};

/* reader.c: makes the walk come to the end */
void btf_need_index(const Btf *b);

#endif
