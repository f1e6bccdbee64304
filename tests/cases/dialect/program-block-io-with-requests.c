// program: trace_pid_start kprobe
// since: 5.16
// program: trace_req_done kprobe
// loads
#include <uapi/linux/ptrace.h>
#include <linux/blk-mq.h>
#include <linux/blkdev.h>
#define DISK_NAME_LEN 32

typedef struct disk_key {
	char disk[DISK_NAME_LEN];
	u64 slot;
} disk_key_t;

struct val_t {
	u64 ts;
	u32 pid;
	char name[TASK_COMM_LEN];
};
BPF_HASH(start, struct request *);
BPF_HASH(infobyreq, struct request *, struct val_t);
BPF_HISTOGRAM(dist, disk_key_t);

int trace_pid_start(struct pt_regs *ctx, struct request *req)
{
	struct val_t val = {};

	if (bpf_get_current_comm(&val.name, sizeof(val.name)) == 0) {
		val.pid = bpf_get_current_pid_tgid() >> 32;
		val.ts = bpf_ktime_get_ns();
		infobyreq.update(&req, &val);
	}
	u64 ts = bpf_ktime_get_ns();
	start.update(&req, &ts);
	return 0;
}

int trace_req_done(struct pt_regs *ctx, struct request *req)
{
	u64 *tsp, delta;
	struct val_t *valp = infobyreq.lookup(&req);

	tsp = start.lookup(&req);
	if (tsp == 0)
		return 0;
	delta = bpf_ktime_get_ns() - *tsp;
	delta /= 1000;
	if (req->__data_len > 0 && (req->cmd_flags & REQ_OP_MASK) == REQ_OP_WRITE) {
		disk_key_t key = { .slot = bpf_log2l(delta) };
		void *disk_name = (void *)req->q->disk->disk_name;

		bpf_probe_read_kernel(&key.disk, sizeof(key.disk), disk_name);
		dist.atomic_increment(key);
	}
	if (valp)
		bpf_trace_printk("%s %d\n", valp->name, valp->pid);
	infobyreq.delete(&req);
	start.delete(&req);
	return 0;
}
