/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spaces: what the contexts of program types hold, for pass_spaces and the checks of accesses.
 */
#ifndef BCC_IR_SPACES_H
#define BCC_IR_SPACES_H

#include "ir/addresses.h"

typedef enum ContextKind {
	CONTEXT_PLAIN,             /* registers, tracepoint fields: loaded pointers are UNKNOWN */
	CONTEXT_TRAMPOLINE,        /* one 64-bit word an argument, typed by BTF */
	CONTEXT_ITERATOR,          /* pointers to objects */
} ContextKind;

typedef enum ArgumentKind {
	ARGUMENT_UNKNOWN,          /* no BTF, or the target is not in it */
	ARGUMENT_OBJECT,           /* pointer to a struct or union: the verifier follows it */
	ARGUMENT_USER,             /* pointer tagged as user memory */
	ARGUMENT_OTHER,            /* an integer, or a pointer that the verifier takes for one */
} ArgumentKind;

/* contexts.c */
ContextKind spaces_context_kind(const Function *f);
bool spaces_context_is_memory(const Function *f);
/* The kind of word `index` of a trampoline's or BTF tracepoint's context, from the kernel's BTF. */
ArgumentKind spaces_trampoline_argument(const Function *f, int index);
/* The space of a pointer field of a context struct; SPACE_NONE if it is no such field. */
Space spaces_context_field(const char *context, int64_t offset, int width);
/* Size of the context struct; 0 if it is not fixed. */
uint32_t spaces_context_size(const char *context);
bool spaces_context_writable(const char *context, int program_type, int64_t offset, int width);

#endif
