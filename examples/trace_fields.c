/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trace output, shown by fields: only the process id and the message.
 *   bcc run examples/trace_fields.c
 */
#include <bcc/tool.h>

TOOL("trace_fields", "Show the fields of trace output: who creates processes.");
TRACE_HEADING("PID MESSAGE");
TRACE_LINES("{pid} {message}");

#if __kernel_has_tracepoint(syscalls, sys_enter_clone)

TRACEPOINT_PROBE(syscalls, sys_enter_clone)
{
	bpf_trace_printk("Hello, World!\n");
	return 0;
}

TRACEPOINT_PROBE(syscalls, sys_enter_clone3)
{
	bpf_trace_printk("Hello, World!\n");
	return 0;
}

#else

int kprobe__sys_clone(void *ctx)
{
	bpf_trace_printk("Hello, World!\n");
	return 0;
}

#endif
