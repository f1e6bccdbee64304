/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smallest program: a line of trace output whenever a process is created.
 *   bcc run examples/hello_world.c
 */
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
