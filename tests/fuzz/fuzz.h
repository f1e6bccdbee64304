/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the fuzz targets have in common. A target defines LLVMFuzzerTestOneInput and `fuzz_target`;
 * it is linked with host.c and mutate.c and either clang's libFuzzer (make fuzz) or alone.c, a
 * program that reads files and makes mutations of them by itself (make check).
 * A finding is a crash, a hang, a report of a sanitizer, or an abort() of the target's own checks.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include "lang/lang.h"

typedef struct FuzzTarget {
	bool is_text;              /* mutated by tokens and lines, else by words of 1 to 8 bytes */
	/* An input to begin with that is no file; NULL: none. Valid for the life of the process. */
	const uint8_t *(*seed)(size_t *size);
} FuzzTarget;

extern const FuzzTarget fuzz_target;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* host.c: a kernel that exists nowhere and is the same everywhere. Which of its questions are
 * answered by yes differs with `variant`: 0 all, 1 none, else some. */
void fuzz_host(Host *host, size_t variant);
const uint8_t *fuzz_btf(size_t *size);

/* mutate.c: changes data in place; the new size, at most `max`. The same seed does the same. */
size_t fuzz_mutate(uint8_t *data, size_t size, size_t max, unsigned seed);

#endif
