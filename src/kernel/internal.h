/* SPDX-License-Identifier: Apache-2.0 */
/* kernel, inside: what its files share. */
#ifndef BCC_KERNEL_INTERNAL_H
#define BCC_KERNEL_INTERNAL_H

#include "kernel.h"

/* version.c: memory for the life of the process */
Arena *kernel_arena(void);

/* tracefs.c: root descriptor of a file system that need not be mounted; -errno. */
int kernel_detached_mount(const char *type);

/* kallsyms.c: one line of /proc/kallsyms, cut up in place */
typedef struct KallsymsLine {
	uint64_t address;
	char type;
	char *name, *module;       /* module "" for vmlinux */
} KallsymsLine;
/* False: no such line. */
bool kernel_cut_symbol_line(char *text, KallsymsLine *line);
/* Hands out every line until `each` returns false. 0, or -errno if it cannot be read. */
int kernel_each_symbol(bool (*each)(void *self, const KallsymsLine *line), void *self);

/* tracefs.c */
bool kernel_has_event_of_any_category(const char *event);

/* config.c: "CONFIG_NAME=value" at the start of a line but the first. */
bool kernel_find_config_value(const char *text, const char *name, Str *value);

/* config.c, vmlinux.c: parts of kernel_release_btf */
void kernel_release_config(void);
bool kernel_btf_is_open(void);

#endif
