/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sizes of block I/O in kilobytes, as a power-of-two and as a linear histogram.
 *   bcc run examples/bitehist.c
 */
#include <bcc/tool.h>

TOOL("bitehist", "Show block I/O sizes as histograms.");
BANNER("Tracing... Hit Ctrl-C to end.");

BPF_HISTOGRAM(dist) LOG2("kbytes") TITLE("log2 histogram");
BPF_HISTOGRAM(dist_linear, int, 1025) LINEAR("kbytes") TITLE("linear histogram");

RAW_TRACEPOINT_PROBE(block_rq_complete)
{
	u32 kbytes = (u32)ctx->args[2] / 1024;

	dist.increment(bpf_log2l(kbytes));
	dist_linear.increment(kbytes);
	return 0;
}
