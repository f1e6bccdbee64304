/* SPDX-License-Identifier: Apache-2.0 */
/*
 * biosnoop: one row for each block I/O. Who submitted it is learnt where its accounting starts (in
 * the submitter's context), what it covers when it is issued (at completion nothing is left), the
 * time at its end. Kernels between 5.16 and 6.4 may have inlined the first: then who gives the request
 * to the scheduler, or to the driver if there is none, is taken for the submitter, as it mostly is.
 * Likewise the end is taken from the completion of the request, if not from its accounting.
 */
#include <bcc/tool.h>
#include <linux/blkdev.h>

TOOL("biosnoop", "Trace block I/O: process, disk, sector, size and latency.");
EXAMPLE("biosnoop", "all block I/O");
EXAMPLE("biosnoop -Q", "with time in the queue");
EXAMPLE("biosnoop -d sdc", "disk sdc only");
EXAMPLE("biosnoop -P", "with sequential or random");

FLAG(queue, 'Q', "QUE(ms) column: time between creation and issue");
OPTION_DEFAULT(disk_t, disk, 0, 'd', "DISK", "this disk only, e.g. sda");
FLAG(pattern, 'P', "P column: S if it continues the disk's last I/O, else R");

struct io {
	ktime_ns_t ts COLUMN("TIME(s)", "%-11.6f");
	comm_t comm COLUMN("COMM", "%-14.14s");
	pid_t pid COLUMN("PID", "%-7d");
	disk_t disk COLUMN("DISK", "%-9s");
	u8 write COLUMN("T", "%-1s") NAMES("R,W");
	u64 sector COLUMN("SECTOR", "%-10d");
	bytes_t bytes COLUMN("BYTES", "%-7d") TIGHT;
	u8 order COLUMN("P", "%-1s") ONLY_IF(pattern) NAMES("?,S,R");
	ns_t queue_ns COLUMN("QUE(ms)", "%7.2f") ONLY_IF(queue) IN(ms);
	ns_t latency_ns COLUMN("LAT(ms)", "%7.2f") IN(ms);
};
EVENTS(ios, struct io);

struct request_state {
	u64 created, issued, sector;
	u32 pid, bytes;
	comm_t comm;
};
BPF_HASH(requests, struct request *, struct request_state);
BPF_HASH(next_sector, u32, u64, 1024);
COUNT_REFUSED;

#if __kernel_has_raw_tracepoint(block_io_start) || __kernel_has_kprobe(__blk_account_io_start) || \
	__kernel_has_kprobe(blk_account_io_start) || __kernel_has_fentry(__blk_account_io_start) || \
	__kernel_has_fentry(blk_account_io_start) || LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
enum { START_AT_INSERT = 0 };
#else
enum { START_AT_INSERT = 1 };
#endif

static disk_t disk_of(struct request *rq)
{
#if __btf_has_field(struct request_queue, disk)
	struct gendisk *gendisk = rq->q->disk;
#else
	struct gendisk *gendisk = rq->rq_disk;
#endif
	return gendisk ? gendisk->major << 20 | gendisk->first_minor : 0;
}

static int created(struct request *rq)
{
	struct request_state s = {};

	if (disk && disk != disk_of(rq))
		return 0;
	s.created = bpf_ktime_get_ns();
	s.pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(&s.comm, sizeof(s.comm));
	TRACK(requests, &rq, &s);
	return 0;
}

static int issued(struct request *rq)
{
	struct request_state *s, missed = { .comm = "?" };

	if (disk && disk != disk_of(rq))
		return 0;
	s = requests.lookup(&rq);
	if (!s) {
		if (START_AT_INSERT)
			created(rq);
		else
			TRACK(requests, &rq, &missed);
		s = requests.lookup(&rq);
	}
	if (s) {
		s->issued = bpf_ktime_get_ns();
		s->sector = rq->__sector;
		s->bytes = rq->__data_len;
	}
	return 0;
}

/* Does the I/O begin where the last one of its disk ended? */
static u8 order_of(struct io *io)
{
	u32 key = io->disk;
	u64 *expected = next_sector.lookup(&key), next = io->sector + io->bytes / 512;
	u8 order = !expected ? 0 : *expected == io->sector ? 1 : 2;

	TRACK(next_sector, &key, &next);
	return order;
}

static int done(struct request *rq)
{
	struct request_state *s = requests.lookup(&rq);
	u64 now = bpf_ktime_get_ns();
	struct io *io;

	if (!s)
		return 0;
	io = s->issued ? EVENT_RESERVE(ios, struct io) : NULL;
	if (io) {
		io->ts = now;
		__builtin_memcpy(io->comm, s->comm, sizeof(io->comm));
		io->pid = s->pid;
		io->disk = disk_of(rq);
		io->write = (rq->cmd_flags & 0xff) == REQ_OP_WRITE;
		io->bytes = s->bytes;
		io->sector = s->sector;
		io->order = pattern ? order_of(io) : 0;
		io->queue_ns = s->created ? s->issued - s->created : 0;
		io->latency_ns = now - s->issued;
		EVENT_SUBMIT(ios, io);
	}
	requests.delete(&rq);
	return 0;
}

#if __kernel_has_raw_tracepoint(block_io_start)
RAW_TRACEPOINT_PROBE(block_io_start)
{
	return created((struct request *)ctx->args[0]);
}
#elif __kernel_has_fentry(__blk_account_io_start)
KFUNC_PROBE(__blk_account_io_start, struct request *rq)
{
	return created(rq);
}
#elif __kernel_has_fentry(blk_account_io_start)
KFUNC_PROBE(blk_account_io_start, struct request *rq)
{
	return created(rq);
}
#elif __kernel_has_kprobe(__blk_account_io_start)
int kprobe____blk_account_io_start(struct pt_regs *ctx, struct request *rq)
{
	return created(rq);
}
#elif __kernel_has_kprobe(blk_account_io_start)
int kprobe__blk_account_io_start(struct pt_regs *ctx, struct request *rq)
{
	return created(rq);
}
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(5, 11, 0)
RAW_TRACEPOINT_PROBE(block_rq_insert)
{
	return created((struct request *)ctx->args[0]);
}
#else
#error "ERROR: No found any block io start probe/tp."
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 11, 0)
RAW_TRACEPOINT_PROBE(block_rq_issue)
{
	return issued((struct request *)ctx->args[0]);
}
#elif __kernel_has_fentry(blk_mq_start_request)
KFUNC_PROBE(blk_mq_start_request, struct request *rq)
{
	return issued(rq);
}
#else
int kprobe__blk_mq_start_request(struct pt_regs *ctx, struct request *rq)
{
	return issued(rq);
}
#endif

#if __kernel_has_raw_tracepoint(block_io_done)
RAW_TRACEPOINT_PROBE(block_io_done)
{
	return done((struct request *)ctx->args[0]);
}
#elif __kernel_has_fentry(__blk_account_io_done)
KFUNC_PROBE(__blk_account_io_done, struct request *rq)
{
	return done(rq);
}
#elif __kernel_has_fentry(blk_account_io_done)
KFUNC_PROBE(blk_account_io_done, struct request *rq)
{
	return done(rq);
}
#elif __kernel_has_kprobe(__blk_account_io_done)
int kprobe____blk_account_io_done(struct pt_regs *ctx, struct request *rq)
{
	return done(rq);
}
#elif __kernel_has_kprobe(blk_account_io_done)
int kprobe__blk_account_io_done(struct pt_regs *ctx, struct request *rq)
{
	return done(rq);
}
#else
RAW_TRACEPOINT_PROBE(block_rq_complete)
{
	return done((struct request *)ctx->args[0]);
}
#endif
