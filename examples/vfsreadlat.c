/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Latency of vfs_read() as a histogram, every five seconds.
 *   bcc run examples/vfsreadlat.c [interval [count]]
 */
#include <bcc/tool.h>

TOOL("vfsreadlat", "Show the latency of vfs_read() as a histogram.");
INTERVAL_COUNT_DEFAULT(5);
BANNER("Tracing... Hit Ctrl-C to end.");

BPF_HASH(start, u32, u64);
BPF_HISTOGRAM(dist) LOG2("usecs");

int kprobe__vfs_read(struct pt_regs *ctx)
{
	u32 thread = bpf_get_current_pid_tgid();
	u64 now = bpf_ktime_get_ns();

	start.update(&thread, &now);
	return 0;
}

int kretprobe__vfs_read(struct pt_regs *ctx)
{
	u32 thread = bpf_get_current_pid_tgid();
	u64 *began = start.lookup(&thread);

	if (!began)
		return 0;
	dist.increment(bpf_log2l((bpf_ktime_get_ns() - *began) / 1000));
	start.delete(&thread);
	return 0;
}
