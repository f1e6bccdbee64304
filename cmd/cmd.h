/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cmd: the bcc command. One function a subcommand: it gets its arguments (argv[0] is its own name)
 * and returns the exit status: 0 done, 1 failure, 2 wrong usage. Only this folder prints.
 */
#ifndef BCC_CMD_H
#define BCC_CMD_H

#include "base/base.h"
#include "bpf/compile.h"
#include "toolkit/embedded.h"
#include "toolkit/toolkit.h"

enum { STATUS_OK = 0, STATUS_FAILED = 1, STATUS_USAGE = 2 };

typedef struct Command {
	const char *name, *arguments, *summary;
	int (*run)(int argc, char **argv);
	const char *details;       /* options and examples for --help */
} Command;

extern const Command commands[];
const Command *command_by_name(const char *name);

int cmd_run(int argc, char **argv);
int cmd_compile(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_dump(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_help(int argc, char **argv);

/* tool.c */
const EmbeddedTool *embedded_tool(const char *name);
/* Compiles and runs the source of a tool. `flags`: -D, -I for the compiler. */
typedef struct SourceText {
	const char *name, *text;
	size_t size;
	const char *const *flags;
	int n_flags;
} SourceText;
int run_tool(const char *program, const SourceText *source, int argc, char **argv);
/* Does the text declare a tool? */
bool is_tool_source(const char *text);

/* print.c: how things are said */
void print_diags(const Diags *d);
void print_error(const char *who, const Error *e);   /* message, remedy, log */
int PRINTF_LIKE(2, 3) usage_failure(const char *command, const char *fmt, ...);
void print_command_help(const Command *c);
void print_buffer(FILE *to, StrBuf *text);           /* and frees it */
bool wants_colour(int fd);

/* memory.c: for tool_run's `attached` */
void forget_compiler(void *self);

/* attach.c: NAME=[KIND:]TARGET[,pid=N][,cpu=N][,egress]... of --attach. False: usage error printed. */
bool take_attach_request(Arena *arena, const char *text, AttachRequest *out);

/* arguments.c: what compile, check, dump and run have in common */
typedef struct SourceArguments {
	const char *command;
	VEC(const char *) files;
	VEC(const char *) flags;             /* -D.. -I.. -U.. -include */
	VEC(const char *) programs;          /* --program NAME=TYPE: pairs */
	const char *output;                  /* -o */
	const char *btf;                     /* --btf FILE */
	int verbose;
	Arena *arena;
} SourceArguments;
/* Takes argv[*i] if it is a common option. 1 taken, 0 not one, -1 usage error was printed. */
int take_source_argument(SourceArguments *a, int argc, char **argv, int *i);
/* Reads a file, "-" for standard input; an error is printed. malloc'ed. */
char *read_source(const char *command, const char *path, size_t *size);
void compile_options(const SourceArguments *a, const char *name, BpfCompileOptions *out);
/* The compiler's view of this machine, or of the BTF file given. NULL: error was printed. */
const Host *source_host(const SourceArguments *a);

#endif
