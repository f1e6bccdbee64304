// Programs of several kinds that the kernel accepts without kprobes and trampolines.
// since: 5.16
// loads
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>

char _license[] SEC("license") = "GPL";

struct event {
	int pid;
	char comm[TASK_COMM_LEN];
	u64 when;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(u32));
	__uint(value_size, sizeof(u32));
} buffer SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, 1024);
	__uint(key_size, sizeof(u32));
	__uint(value_size, 127 * sizeof(u64));
} stacks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, u64);
} per_task SEC(".maps");

extern int LINUX_KERNEL_VERSION __kconfig;
extern bool CONFIG_NO_SUCH_THING __kconfig __weak;

const volatile pid_t target = 0;
int total;

SEC("raw_tp/sched_switch")
int BPF_PROG(on_switch_raw, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	total += BPF_CORE_READ(next, real_parent, pid);
	if (LINUX_KERNEL_VERSION < KERNEL_VERSION(4, 0, 0))
		total = -1;
	if (CONFIG_NO_SUCH_THING)
		total = -2;
	return 0;
}

SEC("tp_btf/sched_switch")
int BPF_PROG(on_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	u64 *slot = bpf_task_storage_get(&per_task, next, 0, BPF_LOCAL_STORAGE_GET_F_CREATE);
	struct event *e;

	if (slot)
		*slot = bpf_ktime_get_ns();
	if (target && next->pid != target)
		return 0;
	total += next->pid + prev->real_parent->tgid;
	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return 0;
	e->pid = BPF_CORE_READ(prev, group_leader, pid);
	e->when = bpf_ktime_get_ns();
	bpf_get_current_comm(&e->comm, sizeof(e->comm));
	bpf_ringbuf_submit(e, 0);
	return 0;
}

SEC("iter/task")
int dump_task(struct bpf_iter__task *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct task_struct *task = ctx->task;

	if (!task)
		return 0;
	if (ctx->meta->seq_num == 0)
		BPF_SEQ_PRINTF(seq, "pid comm\n");
	BPF_SEQ_PRINTF(seq, "%d %s\n", task->pid, task->comm);
	return 0;
}

SEC("tp/sched/sched_process_exec")
int on_exec(struct trace_event_raw_sched_process_exec *ctx)
{
	struct event event = {};
	char name[64];
	unsigned offset = ctx->__data_loc_filename & 0xffff;

	bpf_probe_read_str(name, sizeof(name), (void *)ctx + offset);
	bpf_printk("%s %d", name, bpf_get_stackid(ctx, &stacks, 0));
	bpf_printk("%d %d %d %s", 1, 2, 3, name);
	event.pid = bpf_get_current_pid_tgid() >> 32;
	bpf_perf_event_output(ctx, &buffer, BPF_F_CURRENT_CPU, &event, sizeof(event));
	return 0;
}

SEC("perf_event")
int on_sample(struct bpf_perf_event_data *ctx)
{
	total += PT_REGS_IP(&ctx->regs) != 0;
	return 0;
}

SEC("tc")
int on_packet(struct __sk_buff *skb)
{
	void *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = data;
	struct iphdr *ip = data + sizeof(*eth);

	if ((void *)(ip + 1) > end)
		return 0;
	switch (eth->h_proto) {
	case bpf_htons(0x0800):
		return ip->protocol == IPPROTO_TCP;
	default:
		return 2;
	}
}

SEC("cgroup/connect4")
int on_connect(struct bpf_sock_addr *ctx)
{
	ctx->user_port = bpf_htons(80);
	return 1;
}

SEC("sockops")
int on_sock(struct bpf_sock_ops *ops)
{
	return ops->op == BPF_SOCK_OPS_TCP_CONNECT_CB;
}

SEC("sk_msg")
int on_message(struct sk_msg_md *msg)
{
	return SK_PASS;
}

SEC("syscall")
int on_demand(void *ctx)
{
	return total;
}
