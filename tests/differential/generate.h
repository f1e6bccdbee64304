/* SPDX-License-Identifier: Apache-2.0 */
/* Random programs for comparing compilers: see generate.c. */
#ifndef BCC_DIFFERENTIAL_GENERATE_H
#define BCC_DIFFERENTIAL_GENERATE_H

#include "base/base.h"

/* Appends a source file with n XDP programs p0 ... p(n-1); equal seeds give equal text. */
void generate_programs(uint64_t seed, int n, StrBuf *out);

#endif
