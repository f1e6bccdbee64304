/* SPDX-License-Identifier: Apache-2.0 */
/*
 * symbols: names <-> addresses of user space files. Here: the functions of an ELF file, with their
 * place in the file as uprobes want it; and where a library is that a program calls by its name.
 * Functions returning int give 0 (or a count), else -errno with *err set; err may be NULL.
 * Nothing is kept between calls; a SymbolFile belongs to its caller.
 */
#ifndef BCC_SYMBOLS_H
#define BCC_SYMBOLS_H

#include "base/base.h"

#include <sys/types.h>

/* elf.c: symtab and dynsym of one file ---------------------------------------------------------- */

typedef struct SymbolFile SymbolFile;

typedef struct FileSymbol {
	const char *name;          /* without version; valid as long as the file is open */
	uint64_t address, size;    /* as linked */
	uint64_t offset;           /* in the file */
	bool is_resolver;          /* STT_GNU_IFUNC: returns the function that will be called */
} FileSymbol;

/* path is for opening, shown_path (NULL: the same) for messages. NULL with err set: no such file, not
 * ELF, damaged. */
SymbolFile *symbols_open(const char *path, const char *shown_path, Error *err);
void symbols_close(SymbolFile *f);               /* NULL is fine */
/* A function by name; the default version of it if there are several. The error says whether the
 * file is stripped, and names that are near. */
int symbols_find(SymbolFile *f, const char *name, FileSymbol *out, Error *err);
/* Each function that has code in the file; those of symtab first, so a name may come twice. Return
 * false to stop. */
typedef bool FileSymbolFn(void *self, const FileSymbol *s);
void symbols_each(SymbolFile *f, FileSymbolFn *each, void *self);
/* Address -> offset in the file through the program headers; false: not in a loaded segment. */
bool symbols_file_offset(const SymbolFile *f, uint64_t address, uint64_t *offset);
/* Made by the Go compiler, whose stacks move: a uretprobe would crash it. */
bool symbols_is_go(const SymbolFile *f);

/* library.c: which file is meant ---------------------------------------------------------------- */

/* "c", "libc.so.6", "bash", "/bin/bash" -> a path to open. Names without '/' are libraries, else
 * programs in PATH. With a pid: what that process has mapped comes first, and paths are those of its
 * mount namespace (/proc/PID/root/...). shown (may be NULL) gets the path as the process sees it. */
int symbols_resolve_file(const char *name, pid_t pid, char *path, char *shown, size_t size, Error *err);

#endif
