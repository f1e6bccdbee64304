/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of toolkit: what its files share beyond toolkit.h. */
#ifndef BCC_TOOLKIT_INTERNAL_H
#define BCC_TOOLKIT_INTERNAL_H

#include "toolkit/toolkit.h"

/* The BTF type below typedefs and qualifiers. */
const struct btf_type *plain_type(const Btf *b, uint32_t id);
/* Size, signedness and such of a scalar or char array. */
typedef struct TypeShape {
	uint32_t size;
	bool is_signed, is_bool, is_text, is_array;
	uint64_t count;
	uint32_t element;          /* bytes */
} TypeShape;
TypeShape type_shape(const Btf *b, uint32_t id);
/* spec.c: another object of the same declarations takes the place of the one that was read. */
int tool_take_object(Tool *t, const BpfObject *object, Error *err);
/* options.c: the options of the declarations and those that every tool has. */
void read_options(Tool *t);
/* rows.c: a map's entry as a row. */
void rows_pair(const Tool *t, View *v, const uint8_t *key, const uint8_t *value, StrBuf *out);
void rows_pairs(const Tool *t, Columns *columns, const uint8_t *data, size_t size, StrBuf *out);

#endif
