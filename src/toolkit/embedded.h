/* SPDX-License-Identifier: Apache-2.0 */
/* The tools that are in the binary: their sources, sorted by name (made by tools/embed). */
#ifndef BCC_TOOLKIT_EMBEDDED_H
#define BCC_TOOLKIT_EMBEDDED_H

#include <stddef.h>

typedef struct EmbeddedTool {
	const char *name, *area, *file, *description, *source;
	size_t size;               /* of the source, without the final NUL */
} EmbeddedTool;

extern const EmbeddedTool embedded_tools[];
extern const int embedded_tool_count;

#endif
