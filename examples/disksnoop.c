/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line for each block I/O with its size and latency. The length is remembered at issue, because
 * it is 0 at completion.
 *   bcc run examples/disksnoop.c
 */
#include <bcc/tool.h>
#include <linux/blkdev.h>

TOOL("disksnoop", "Trace block I/O: type, size and latency.");

struct io {
	ktime_ns_t ts COLUMN("TIME(s)", "%-18.9f");
	u8 type COLUMN("T", "%-2s") NAMES("R,W,M");
	u32 bytes COLUMN("BYTES", "%-7d");
	ns_t latency_ns COLUMN("LAT(ms)", "%8.2f") IN(ms);
};
EVENTS(ios, struct io);

struct state {
	u64 start;
	u32 bytes;
};
BPF_HASH(requests, struct request *, struct state);

static int issued(struct request *rq)
{
	struct state s = { bpf_ktime_get_ns(), rq->__data_len };

	requests.update(&rq, &s);
	return 0;
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 11, 0)
RAW_TRACEPOINT_PROBE(block_rq_issue)
{
	return issued((struct request *)ctx->args[0]);
}
#else
int kprobe__blk_mq_start_request(struct pt_regs *ctx, struct request *rq)
{
	return issued(rq);
}
#endif

RAW_TRACEPOINT_PROBE(block_rq_complete)
{
	struct request *rq = (struct request *)ctx->args[0];
	struct state *s = requests.lookup(&rq);
	struct io *io = s ? EVENT_RESERVE(ios, struct io) : NULL;

	if (!io)
		return 0;
	io->ts = bpf_ktime_get_ns();
	io->type = rq->cmd_flags & 1 ? 1 : s->bytes ? 0 : 2;
	io->bytes = s->bytes;
	io->latency_ns = io->ts - s->start;
	EVENT_SUBMIT(ios, io);
	requests.delete(&rq);
	return 0;
}
