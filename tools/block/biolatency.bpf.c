/* SPDX-License-Identifier: Apache-2.0 */
/*
 * biolatency: how block device I/O latency is distributed, from issue (or, with -Q, from queueing)
 * to completion. Requests are told apart by their address; the first completion counts.
 */
#include <bcc/tool.h>
#include <linux/blkdev.h>

TOOL("biolatency", "Summarise block device I/O latency as a histogram.");
EXAMPLE("biolatency", "until Ctrl-C");
EXAMPLE("biolatency 1 10", "each second, ten times");
EXAMPLE("biolatency -mT 1", "milliseconds, with time of day");
EXAMPLE("biolatency -Q", "with the time in the queue of the kernel");
EXAMPLE("biolatency -D", "one histogram a disk");
EXAMPLE("biolatency -F", "one histogram a set of flags");
EXAMPLE("biolatency -e", "average and total, too");

FLAG(timestamp, 'T', "time of day on each report");
FLAG(queued, 'Q', "count the time in the queue of the kernel, too");
FLAG(milliseconds, 'm', "milliseconds instead of microseconds");
FLAG(disks, 'D', "one histogram a disk");
FLAG(flags, 'F', "one histogram a set of request flags");
FLAG(extension, 'e', "average, total and count");
FLAG(json, 'j', "print JSON, one object a line");
OPTION_DEFAULT(disk_t, disk, 0, 'd', "DISK", "this disk only, e.g. sda");
INTERVAL_COUNT;
REFUSE(disks & flags, "ERROR: can only use -D or -F. Exiting.");
BANNER("Tracing block device I/O... Hit Ctrl-C to end.");
REPORT_TIME_IF(timestamp, "%H:%M:%S");

struct disk_key {
	disk_t disk SECTION("disk") UNKNOWN("?");
	u64 slot;
};
struct flags_key {
	req_flags_t flags SECTION("flags");
	u64 slot;
};
struct totals {
	u64 total, count;
};
BPF_HASH(starts, struct request *, u64);
BPF_HISTOGRAM(dist) LOG2("usecs") LABEL_IF(milliseconds, "msecs") ONLY_IF(!disks & !flags);
BPF_HISTOGRAM(disk_dist, struct disk_key, 10240) LOG2("usecs") LABEL_IF(milliseconds, "msecs")
	ONLY_IF(disks);
BPF_HISTOGRAM(flags_dist, struct flags_key, 10240) LOG2("usecs") LABEL_IF(milliseconds, "msecs")
	ONLY_IF(flags);
BPF_ARRAY(totals, struct totals, 1) AVERAGE("usecs") LABEL_IF(milliseconds, "msecs")
	ONLY_IF(extension);
COUNT_REFUSED;

static disk_t disk_of(struct request *rq)
{
#if __btf_has_field(struct request_queue, disk)
	struct gendisk *gendisk = rq->q->disk;
#else
	struct gendisk *gendisk = rq->rq_disk;
#endif
	return gendisk ? gendisk->major << 20 | gendisk->first_minor : 0;
}

static int start(struct request *rq)
{
	u64 now;

	if (disk && disk != disk_of(rq))
		return 0;
	now = bpf_ktime_get_ns();
	TRACK(starts, &rq, &now);
	return 0;
}

static int end(struct request *rq)
{
	u64 *began = starts.lookup(&rq), delta, slot;

	if (!began)
		return 0;
	delta = (bpf_ktime_get_ns() - *began) / (milliseconds ? 1000000 : 1000);
	slot = bpf_log2l(delta);
	if (disks) {
		struct disk_key key = { .disk = disk_of(rq), .slot = slot };

		disk_dist.atomic_increment(key);
	} else if (flags) {
		struct flags_key key = { .flags = rq->cmd_flags, .slot = slot };

		flags_dist.atomic_increment(key);
	} else {
		dist.atomic_increment(slot);
	}
	if (extension) {
		struct totals *t = totals.lookup(&(int){ 0 });

		if (t) {
			__sync_fetch_and_add(&t->total, delta);
			__sync_fetch_and_add(&t->count, 1);
		}
	}
	starts.delete(&rq);
	return 0;
}

/* Queued: since 6.5 there is a tracepoint where accounting starts; before, the function, unless it
 * was inlined: then where the scheduler gets the request; those that bypass it start at issue. */
#if __kernel_has_raw_tracepoint(block_io_start)
ONLY_IF(queued)
RAW_TRACEPOINT_PROBE(block_io_start)
{
	return start((struct request *)ctx->args[0]);
}
#elif __kernel_has_fentry(__blk_account_io_start)
ONLY_IF(queued)
KFUNC_PROBE(__blk_account_io_start, struct request *rq)
{
	return start(rq);
}
#elif __kernel_has_fentry(blk_account_io_start)
ONLY_IF(queued)
KFUNC_PROBE(blk_account_io_start, struct request *rq)
{
	return start(rq);
}
#elif __kernel_has_kprobe(__blk_account_io_start)
ONLY_IF(queued)
int kprobe____blk_account_io_start(struct pt_regs *ctx, struct request *rq)
{
	return start(rq);
}
#elif __kernel_has_kprobe(blk_account_io_start)
ONLY_IF(queued)
int kprobe__blk_account_io_start(struct pt_regs *ctx, struct request *rq)
{
	return start(rq);
}
#else
#define START_AT_INSERT
ONLY_IF(queued)
RAW_TRACEPOINT_PROBE(block_rq_insert)
{
	return start((struct request *)ctx->args[0]);
}
#endif

/* Issued: before 5.11 the tracepoint had another first argument, so the function is used. */
static int issue(struct request *rq)
{
#ifdef START_AT_INSERT
	if (queued && starts.lookup(&rq))
		return 0;
	return start(rq);
#else
	return queued ? 0 : start(rq);
#endif
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 11, 0)
RAW_TRACEPOINT_PROBE(block_rq_issue)
{
	return issue((struct request *)ctx->args[0]);
}
#elif __kernel_has_fentry(blk_mq_start_request)
KFUNC_PROBE(blk_mq_start_request, struct request *rq)
{
	return issue(rq);
}
#else
int kprobe__blk_mq_start_request(struct pt_regs *ctx, struct request *rq)
{
	return issue(rq);
}
#endif

RAW_TRACEPOINT_PROBE(block_rq_complete)
{
	return end((struct request *)ctx->args[0]);
}
