// loads
#include <uapi/linux/ptrace.h>
#include <linux/sched.h>
struct event { u32 pid; u64 when; char comm[TASK_COMM_LEN]; int stack; };
BPF_PERF_OUTPUT(perf);
BPF_RINGBUF_OUTPUT(ring, 8);
BPF_STACK_TRACE(stacks, 1024);
BPF_HISTOGRAM(dist, u64);

RAW_TRACEPOINT_PROBE(sched_switch)
{
	struct event e = {}, *r;

	e.pid = bpf_get_current_pid_tgid() >> 32;
	e.when = bpf_ktime_get_ns();
	bpf_get_current_comm(&e.comm, sizeof(e.comm));
	e.stack = stacks.get_stackid(ctx, 0);
	perf.perf_submit(ctx, &e, sizeof(e));
	ring.ringbuf_output(&e, sizeof(e), BPF_RB_NO_WAKEUP);
	r = ring.ringbuf_reserve(sizeof(*r));
	if (!r)
		return 0;
	*r = e;
	if (ring.ringbuf_query(BPF_RB_RING_SIZE) == 1)
		ring.ringbuf_discard(r, 0);
	else
		ring.ringbuf_submit(r, 0);
	dist.increment(bpf_log2l(e.when));
	dist.atomic_increment(bpf_log2(e.pid));
	return 0;
}

TRACEPOINT_PROBE(sched, sched_process_exec)
{
	char name[32];

	TP_DATA_LOC_READ_STR(name, filename, sizeof(name));
	bpf_trace_printk("%s %d %lu\n", name, args->pid, sizeof(name));
	perf.perf_submit(args, name, sizeof(name));
	return 0;
}

TRACEPOINT_PROBE(sched, sched_switch)
{
	char comm[16];

	__builtin_memcpy(comm, args->next_comm, 16);
	bpf_trace_printk("to %s\n", comm);
	return args->prev_pid + (args->prev_state & 1);
}

int tracepoint__sched__sched_wakeup(struct tracepoint__sched__sched_wakeup *args)
{
	u64 slot = bpf_log2l(args->pid);

	dist.increment(slot, 2);
	return 0;
}
