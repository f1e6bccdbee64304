/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bcc: one binary with all tools in it. Called as `bcc TOOL ...`, `bcc COMMAND ...`, or through a
 * link that has the name of a tool.
 */
#include "cmd.h"

#include <stdlib.h>
#include <unistd.h>

static const char source_options[] =
	"options:\n"
	"  -D NAME[=VALUE]  define a macro       -U NAME  undefine it\n"
	"  -I DIR           where to look for #include files\n"
	"  --program NAME=TYPE  type of a program whose name does not tell (xdp, kprobe, ...)\n";

#define DETAILS_COMPILE \
	"  -D, -U, -I, --program NAME=TYPE  as for bcc check\n" \
	"  --btf FILE       types of another kernel\n" \
	"  -o FILE          the object; default: the file's name with .o\n\n" \
	"examples:\n" \
	"  bcc compile probe.c -o probe.o   # for bpftool prog load, libbpf, bcc run\n" \
	"  bcc compile xdp.c --program pass=xdp -DLIMIT=3\n"

const Command commands[] = {
	{ "run", "[-D...] [-I...] [--attach NAME=TARGET] [-d SECONDS] [--json] FILE [arguments]",
	  "Compile a program, attach it, show its output, events and maps", cmd_run,
	  "A file with TOOL() is run as a tool and gets the arguments. An object (.o) is run as\n"
	  "it is.\n\n"
	  "options:\n"
	  "  -D, -U, -I, --program NAME=TYPE  as for bcc check\n"
	  "  --attach NAME=[KIND:]TARGET[,WORD...]\n"
	  "                   attach program NAME to this, besides what its section says; again for\n"
	  "                   more. KINDs and their targets:\n"
	  "                     kprobe kretprobe   vfs_read, vfs_read+8, \"vfs_*\"\n"
	  "                     fentry fexit lsm   vfs_read, file_open\n"
	  "                     tracepoint         sched:sched_switch\n"
	  "                     raw_tracepoint tp_btf  sched_switch\n"
	  "                     uprobe uretprobe   /bin/bash:readline, c:malloc, /bin/x:0x1234,\n"
	  "                                        \"c:mem*\"; WORD pid=N for one process\n"
	  "                     perf_event         99hz, page-faults:1; WORDs cpu=N, pid=N\n"
	  "                     xdp                eth0; WORD generic, native or offload\n"
	  "                     tc                 eth0; WORDs ingress, egress, clsact\n"
	  "                     socket_filter      eth0, any\n"
	  "                     cgroup             a directory below the mount of cgroup2\n"
	  "                     netns              self, a name, a path (sk_lookup, flow_dissector)\n"
	  "                     iter               task; its output is printed\n"
	  "  -d SECONDS       end after this time (default: Ctrl-C)\n"
	  "  --json           events and maps as JSON, one object a line\n\n"
	  "examples:\n"
	  "  bcc run examples/hello_world.c\n"
	  "  bcc run tools/process/opensnoop.bpf.c -x\n"
	  "  bcc run --attach count=uprobe:c:malloc,pid=1234 malloc.c\n"
	  "  bcc run --attach drop=eth0,generic xdp.c\n" },
	{ "compile", "[-D...] [-I...] [--program NAME=TYPE] FILE [-o OUT.o]",
	  "Compile a program to a BPF object file", cmd_compile, "options:\n" DETAILS_COMPILE },
	{ "check", "[-D...] [-I...] [--program NAME=TYPE] FILE...",
	  "Compile and report errors, without loading anything (needs no privileges)", cmd_check,
	  NULL },
	{ "dump", "[--asm | --ir [--after PASS] | --tree | --preprocessed | --btf] [-O0] FILE",
	  "Show what the compiler makes of a program (FILE may be the name of a tool)", cmd_dump,
	  "options:\n"
	  "  --asm            BPF instructions with source lines (default)\n"
	  "  --ir             the intermediate form, --after PASS: as that pass leaves it\n"
	  "  --tree           the typed program\n"
	  "  --preprocessed   the text after preprocessing\n"
	  "  --btf            types and declaration tags of the object\n"
	  "  -O0              without optimisation\n\n"
	  "examples:\n"
	  "  bcc dump opensnoop\n"
	  "  bcc dump --ir --after mem2reg probe.c\n" },
	{ "list", "[--json]", "List the tools", cmd_list, NULL },
	{ "doctor", "[--json]",
	  "Show what this kernel offers, what is missing, why, and what is lost", cmd_doctor,
	  NULL },
	{ "help", "[COMMAND | TOOL]", "Show help", cmd_help, NULL },
	{ NULL, NULL, NULL, NULL, NULL },
};

const Command *command_by_name(const char *name)
{
	for (const Command *c = commands; c->name; c++)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}

static int run_embedded(const EmbeddedTool *tool, int argc, char **argv)
{
	SourceText source = { .name = tool->file, .text = tool->source, .size = tool->size };

	return run_tool(tool->name, &source, argc, argv);
}

int cmd_list(int argc, char **argv)
{
	bool json = argc == 2 && !strcmp(argv[1], "--json");

	if (argc > 1 && !json)
		return usage_failure("list", "unexpected argument '%s'", argv[1]);
	for (int i = 0; i < embedded_tool_count; i++) {
		const EmbeddedTool *t = &embedded_tools[i];

		if (json)
			printf("{\"name\":\"%s\",\"area\":\"%s\",\"description\":\"%s\"}\n",
			       t->name, t->area, t->description);
		else
			printf("%-14s %-11s %s\n", t->name, t->area, t->description);
	}
	return STATUS_OK;
}

static void print_help(FILE *to)
{
	fputs("usage: bcc TOOL [options]\n"
	      "       bcc COMMAND [options]\n\n"
	      "Trace the running kernel: compiles small C programs to BPF, loads them, shows what\n"
	      "they see.\n\n"
	      "commands:\n", to);
	for (const Command *c = commands; c->name; c++)
		fprintf(to, "  %-10s %s\n", c->name, c->summary);
	fputs("  --version  Show the version\n\n"
	      "tools:\n", to);
	for (int i = 0; i < embedded_tool_count; i++)
		fprintf(to, "  %-14s %s\n", embedded_tools[i].name, embedded_tools[i].description);
	fputs("\nexamples:\n"
	      "  bcc opensnoop -p 1234            # files that a process opens\n"
	      "  bcc help opensnoop               # options of a tool\n"
	      "  bcc run examples/hello_world.c   # a program of your own\n", to);
}

int cmd_help(int argc, char **argv)
{
	static char help[] = "--help";
	char *arguments[] = { help, NULL };
	const EmbeddedTool *tool;
	const Command *c;

	if (argc < 2) {
		print_help(stdout);
		return STATUS_OK;
	}
	c = command_by_name(argv[1]);
	if (c) {
		print_command_help(c);
		if (c->run == cmd_check)
			printf("\n%s", source_options);
		return STATUS_OK;
	}
	tool = embedded_tool(argv[1]);
	if (tool)
		return run_embedded(tool, 1, arguments);
	return usage_failure("help", "there is no command or tool '%s'", argv[1]);
}

static int unknown_command(const char *name)
{
	const char *names[256], *near;
	int n = 0;

	for (const Command *c = commands; c->name; c++)
		names[n++] = c->name;
	for (int i = 0; i < embedded_tool_count && n < 256; i++)
		names[n++] = embedded_tools[i].name;
	near = closest_name(name, names, n);
	fprintf(stderr, "bcc: error: there is no command or tool '%s'", name);
	if (near)
		fprintf(stderr, " (did you mean %s?)", near);
	fputs("\nusage: bcc TOOL | COMMAND [options]; bcc --help lists them\n", stderr);
	return STATUS_USAGE;
}

static bool is_help(const char *word)
{
	return !strcmp(word, "--help") || !strcmp(word, "-h");
}

static int run_command(const Command *c, int argc, char **argv)
{
	char *arguments[] = { argv[0], argv[0], NULL };

	if (argc > 1 && is_help(argv[1]))
		return cmd_help(2, arguments);
	return c->run(argc, argv);
}

static int dispatch(int argc, char **argv)
{
	const char *base = strrchr(argv[0], '/');
	const EmbeddedTool *tool = embedded_tool(base ? base + 1 : argv[0]);
	const Command *c;

	if (tool)
		return run_embedded(tool, argc - 1, argv + 1);
	if (argc < 2) {
		print_help(stderr);
		return STATUS_USAGE;
	}
	if (is_help(argv[1]))
		return cmd_help(1, argv);
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts("bcc " BCC_VERSION);
		return STATUS_OK;
	}
	tool = embedded_tool(argv[1]);
	if (tool)
		return run_embedded(tool, argc - 2, argv + 2);
	c = command_by_name(argv[1]);
	return c ? run_command(c, argc - 1, argv + 1) : unknown_command(argv[1]);
}

int main(int argc, char **argv)
{
	int status = argc > 0 ? dispatch(argc, argv) : STATUS_USAGE;

	if (fflush(stdout) && status == STATUS_OK)
		status = STATUS_FAILED;
	return status;
}
