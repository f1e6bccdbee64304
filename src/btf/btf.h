/* SPDX-License-Identifier: Apache-2.0 */
/*
 * btf: the kernel's type format. One reader for vmlinux, modules, files and our own objects, which
 * touches as little of the blob as a question needs (vmlinux is 5 MB and usually mapped, not read),
 * and a writer. Format: Documentation/bpf/btf.rst; kinds up to DECL_TAG/TYPE_TAG/ENUM64 (6.0).
 * Blobs may be corrupt: every access is checked, wrong ids and offsets read as "nothing".
 */
#ifndef BCC_BTF_H
#define BCC_BTF_H

#include "base/base.h"

#include <linux/btf.h>

typedef struct Btf Btf;

/* The blob is not copied and must outlive the reader. `base`: the BTF that a module's or split BTF
 * continues; NULL otherwise. NULL with err set if the header is wrong. */
Btf *btf_open(Arena *arena, const void *blob, size_t size, const Btf *base, Error *err);
uint32_t btf_type_count(const Btf *b);                 /* ids are 1 .. count */
const struct btf_type *btf_type(const Btf *b, uint32_t id); /* NULL: no such id, or void (0) */
const char *btf_string(const Btf *b, uint32_t off);    /* "" if out of range */
const char *btf_type_name(const Btf *b, const struct btf_type *t);
/* First type of the name and kind (BTF_KIND_*); 0 if none. ENUM finds ENUM64 as well; STRUCT and
 * UNION find a full definition, not a forward one. */
uint32_t btf_find(const Btf *b, const char *name, int kind);
/* Enumerator by name over all enums: true, with its value and the enum's type id. */
bool btf_find_enumerator(const Btf *b, const char *name, int64_t *value, uint32_t *enum_id);
uint32_t btf_skip(const Btf *b, uint32_t id);          /* through typedefs, qualifiers and type tags */
bool btf_size_of(const Btf *b, uint32_t id, uint64_t *size);

/* Parts that follow a struct btf_type; vlen counts them, out of range gives NULL. */
int btf_vlen(const struct btf_type *t);
int btf_kind(const struct btf_type *t);
bool btf_kflag(const struct btf_type *t);
const struct btf_member *btf_member_at(const Btf *b, const struct btf_type *t, int i);
uint32_t btf_member_bit_offset(const struct btf_type *t, const struct btf_member *m);
uint32_t btf_member_bit_width(const struct btf_type *t, const struct btf_member *m); /* 0: no bit-field */
bool btf_enum_at(const Btf *b, const struct btf_type *t, int i, const char **name, int64_t *value);
const struct btf_param *btf_param_at(const Btf *b, const struct btf_type *t, int i);
const struct btf_array *btf_array_of(const Btf *b, const struct btf_type *t);
const struct btf_var_secinfo *btf_secinfo_at(const Btf *b, const struct btf_type *t, int i);
uint32_t btf_int_bits(const Btf *b, const struct btf_type *t); /* the BTF_INT_* word */
/* Declaration tags of a type, variable or (component >= 0) member: calls `each` with every text. */
void btf_each_tag(const Btf *b, uint32_t id, int component,
		  void (*each)(void *self, const char *tag), void *self);

/* C text of a type, e.g. "struct sock *" or, with a name, "char comm[16]". */
char *btf_type_text(Arena *a, const Btf *b, uint32_t id, const char *name);

/* Writer --------------------------------------------------------------------------------------- */

typedef struct BtfWriter BtfWriter;

BtfWriter *btf_writer_new(Arena *arena);
uint32_t btf_add_string(BtfWriter *w, const char *s);                 /* shared; offset */
uint32_t btf_add_int(BtfWriter *w, const char *name, uint32_t bytes, int encoding, uint32_t bits);
/* PTR, TYPEDEF, CONST, VOLATILE, RESTRICT, TYPE_TAG, FWD */
uint32_t btf_add_ref(BtfWriter *w, int kind, const char *name, uint32_t type);
uint32_t btf_add_array(BtfWriter *w, uint32_t element, uint32_t index, uint32_t count);
uint32_t btf_begin_struct(BtfWriter *w, int kind, const char *name, uint32_t size);
void btf_add_member(BtfWriter *w, const char *name, uint32_t type, uint32_t bit_offset, uint32_t bit_width);
uint32_t btf_begin_enum(BtfWriter *w, const char *name, uint32_t size, bool is_signed); /* ENUM64 if size 8 */
void btf_add_enumerator(BtfWriter *w, const char *name, int64_t value);
uint32_t btf_begin_func_proto(BtfWriter *w, uint32_t result);
void btf_add_param(BtfWriter *w, const char *name, uint32_t type);
uint32_t btf_add_func(BtfWriter *w, const char *name, uint32_t proto, int linkage);
uint32_t btf_add_var(BtfWriter *w, const char *name, uint32_t type, int linkage);
uint32_t btf_begin_datasec(BtfWriter *w, const char *name, uint32_t size);
void btf_add_secinfo(BtfWriter *w, uint32_t var, uint32_t offset, uint32_t size);
uint32_t btf_add_decl_tag(BtfWriter *w, const char *tag, uint32_t type, int component);
/* Sets the target of a reference type added before its target was known. */
void btf_patch_ref(BtfWriter *w, uint32_t id, uint32_t type);
/* A struct may be begun before its members' types exist: reserve its id, then define it. Members
 * must be added right after btf_begin_*; types needed by them are added before. */
uint32_t btf_next_id(const BtfWriter *w);
/* The blob, in the writer's arena. */
const uint8_t *btf_finish(BtfWriter *w, uint32_t *size);

#endif
