/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: any bytes as each of the texts that a kernel hands out: the format of a tracepoint
 * (that a program then reads fields of), lines of kallsyms and of the trace pipe, a configuration.
 */
#include "fuzz.h"
#include "bpf/compile.h"
#include "kernel/internal.h"
#include "runtime/runtime.h"

#include <stdlib.h>

static const uint8_t *seed(size_t *size)
{
	static const char text[] =
		"name: sched_switch\nID: 1\nformat:\n"
		"\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n\n"
		"\tfield:char prev_comm[16];\toffset:8;\tsize:16;\tsigned:0;\n"
		"\tfield:pid_t prev_pid;\toffset:24;\tsize:4;\tsigned:1;\n"
		"\tfield:__data_loc char[] name;\toffset:28;\tsize:4;\tsigned:1;\n"
		"\tfield:const struct task_struct * task;\toffset:32;\tsize:8;\tsigned:0;\n"
		"\tfield:unsigned long args[6];\toffset:40;\tsize:48;\tsigned:0;\n\n"
		"print fmt: \"%d\", REC->prev_pid\n"
		"ffffffff81000000 T vfs_read\t[module]\n"
		"            curl-3180  [001] d..31  1034.203712: bpf_trace_printk: hello\n"
		"           <...>-12 ( 12) [000] .....  1.000001: bpf_trace_printk: hello\n"
		"CONFIG_BPF=y\nCONFIG_HZ=250\nCONFIG_NAME=\"text\"\n";

	*size = sizeof(text) - 1;
	return (const uint8_t *)text;
}

const FuzzTarget fuzz_target = { .is_text = true, .seed = seed };

static const char *format;

static const char *answer_format(void *self, const char *category, const char *event)
{
	(void)self;
	(void)category;
	(void)event;
	return format;
}

static void compile(int optimise)
{
	static const char text[] =
		"TRACEPOINT_PROBE(fuzz, event) {\n"
		"	char text[16], *p = (char *)&args->prev_comm;\n"
		"	struct tracepoint__fuzz__event copy = *args;\n"
		"	TP_DATA_LOC_READ_STR(text, name, 16);\n"
		"	bpf_probe_read_kernel(text, sizeof(args->args), args);\n"
		"	return p[0] + args->prev_pid + sizeof(copy) + (long)args->task;\n"
		"}\n";
	BpfCompileOptions options = { .lang.name = "fuzz.c", .optimise = optimise, .check_ir = true };
	BpfCompilation *c;
	Host host;

	fuzz_host(&host, 0);
	host.tracepoint_format = answer_format;
	c = bpf_compile_begin(text, sizeof(text) - 1, &options, &host);
	bpf_compile_finish(c);
	for (int i = 0; i < bpf_compile_diags(c)->list.n; i++)
		if (bpf_compile_diags(c)->list.v[i]->tag == DIAG_internal_error)
			abort();
	bpf_compile_free(c);
}

static void read_lines(const char *text)
{
	for (const char *end; *text; text = *end ? end + 1 : end) {
		char *line, *other;
		KallsymsLine symbol;
		TraceLine trace;

		end = strchrnul(text, '\n');
		line = strndup(text, (size_t)(end - text));
		other = strdup(line);
		kernel_cut_symbol_line(line, &symbol);
		runtime_trace_parse(other, &trace);
		free(line);
		free(other);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	Str value;

	format = text;
	compile(0);
	compile(2);
	read_lines(text);
	if (kernel_find_config_value(text, "HZ", &value) && value.p + value.n > text + strlen(text))
		abort();
	free(text);
	return 0;
}
