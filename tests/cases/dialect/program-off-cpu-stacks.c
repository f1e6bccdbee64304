// program: oncpu kprobe
// loads
#include <uapi/linux/ptrace.h>
#include <linux/sched.h>
#define MINBLOCK_US 1ULL
#define MAXBLOCK_US 0xffffffffffffffffULL
#define THREAD_FILTER (tgid == 1234 || !(t->flags & PF_KTHREAD))
#define STATE_FILTER (1)

struct key_t {
	u64 pid : 32;
	u64 tgid : 32;
	int user_stack_id;
	int kernel_stack_id;
	char name[TASK_COMM_LEN];
};
BPF_HASH(counts, struct key_t);
BPF_HASH(start, u32);
BPF_STACK_TRACE(stack_traces, 16384);

struct warn_event_t {
	u32 pid;
	u32 tgid;
	u32 t_start;
	u32 t_end;
};
BPF_PERF_OUTPUT(warn_events);

int oncpu(struct pt_regs *ctx, struct task_struct *prev)
{
	u32 pid = prev->pid;
	u32 tgid = prev->tgid;
	u64 ts, *tsp;
	struct task_struct *t = prev;

	if (THREAD_FILTER && STATE_FILTER) {
		ts = bpf_ktime_get_ns();
		start.update(&pid, &ts);
	}

	pid = bpf_get_current_pid_tgid();
	tgid = bpf_get_current_pid_tgid() >> 32;
	tsp = start.lookup(&pid);
	if (tsp == 0)
		return 0;

	u64 t_start = *tsp;
	u64 t_end = bpf_ktime_get_ns();
	start.delete(&pid);
	if (t_start > t_end) {
		struct warn_event_t event = {
			.pid = pid,
			.tgid = tgid,
			.t_start = t_start,
			.t_end = t_end,
		};
		warn_events.perf_submit(ctx, &event, sizeof(event));
		return 0;
	}
	u64 delta = t_end - t_start;
	delta = delta / 1000;
	if ((delta < MINBLOCK_US) || (delta > MAXBLOCK_US))
		return 0;

	struct key_t key = {};

	key.pid = pid;
	key.tgid = tgid;
	key.user_stack_id = stack_traces.get_stackid(ctx, BPF_F_USER_STACK);
	key.kernel_stack_id = stack_traces.get_stackid(ctx, 0);
	bpf_get_current_comm(&key.name, sizeof(key.name));
	counts.increment(key, delta);
	return 0;
}
