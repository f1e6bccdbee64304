// SPDX-License-Identifier: Apache-2.0
/* Time on the run queue as a histogram; the task's state was renamed once, both names work. */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

#define MOST_ENTRIES 10240
#define SLOTS 26
#define RUNNING 0

struct task_struct___old {
	volatile long state;
} __attribute__((preserve_access_index));

struct task_struct___new {
	unsigned int __state;
} __attribute__((preserve_access_index));

struct hist {
	__u32 slots[SLOTS];
	char comm[TASK_COMM_LEN];
};

const volatile bool by_process = false;
const volatile bool by_namespace = false;
const volatile bool in_milliseconds = false;
const volatile pid_t target = 0;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MOST_ENTRIES);
	__type(key, u32);
	__type(value, u64);
} starts SEC(".maps");

static struct hist zero;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, MOST_ENTRIES);
	__type(key, u32);
	__type(value, struct hist);
} hists SEC(".maps");

static __always_inline u64 log2(u32 v)
{
	u32 shift, r;

	r = (v > 0xFFFF) << 4;
	v >>= r;
	shift = (v > 0xFF) << 3;
	v >>= shift;
	r |= shift;
	shift = (v > 0xF) << 2;
	v >>= shift;
	r |= shift;
	shift = (v > 0x3) << 1;
	v >>= shift;
	r |= shift;
	r |= (v >> 1);
	return r;
}

static __always_inline u64 log2l(u64 v)
{
	u32 high = v >> 32;

	return high ? log2(high) + 32 : log2(v);
}

static __always_inline __s64 state_of(void *task)
{
	struct task_struct___new *t = task;

	if (bpf_core_field_exists(t->__state))
		return BPF_CORE_READ(t, __state);
	return BPF_CORE_READ((struct task_struct___old *)task, state);
}

static int enqueue(u32 tgid, u32 pid)
{
	u64 now;

	if (!pid || (target && target != (pid_t)tgid))
		return 0;
	now = bpf_ktime_get_ns();
	bpf_map_update_elem(&starts, &pid, &now, BPF_ANY);
	return 0;
}

static unsigned int namespace_of(struct task_struct *task)
{
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	unsigned int level = BPF_CORE_READ(pid, level);
	struct upid upid;

	bpf_core_read(&upid, sizeof(upid), &pid->numbers[level]);
	return BPF_CORE_READ(upid.ns, ns.inum);
}

static int on_switch(struct task_struct *prev, struct task_struct *next)
{
	struct hist *hist;
	u64 *start, slot;
	u32 pid, key;
	s64 delta;

	if (state_of(prev) == RUNNING)
		enqueue(BPF_CORE_READ(prev, tgid), BPF_CORE_READ(prev, pid));
	pid = BPF_CORE_READ(next, pid);
	start = bpf_map_lookup_elem(&starts, &pid);
	if (!start)
		return 0;
	delta = bpf_ktime_get_ns() - *start;
	if (delta < 0)
		goto done;
	if (by_process)
		key = BPF_CORE_READ(next, tgid);
	else if (by_namespace)
		key = namespace_of(next);
	else
		key = -1;
	hist = bpf_map_lookup_elem(&hists, &key);
	if (!hist) {
		bpf_map_update_elem(&hists, &key, &zero, BPF_NOEXIST);
		hist = bpf_map_lookup_elem(&hists, &key);
		if (!hist)
			goto done;
	}
	if (!hist->comm[0])
		bpf_probe_read_kernel_str(&hist->comm, sizeof(hist->comm), next->comm);
	delta /= in_milliseconds ? 1000000U : 1000U;
	slot = log2l(delta);
	if (slot >= SLOTS)
		slot = SLOTS - 1;
	__sync_fetch_and_add(&hist->slots[slot], 1);
done:
	bpf_map_delete_elem(&starts, &pid);
	return 0;
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(sched_wakeup, struct task_struct *task)
{
	return enqueue(task->tgid, task->pid);
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(sched_wakeup_new, struct task_struct *task)
{
	return enqueue(task->tgid, task->pid);
}

SEC("tp_btf/sched_switch")
int BPF_PROG(sched_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	return on_switch(prev, next);
}

SEC("raw_tp/sched_wakeup")
int BPF_PROG(handle_wakeup, struct task_struct *task)
{
	return enqueue(BPF_CORE_READ(task, tgid), BPF_CORE_READ(task, pid));
}

SEC("raw_tp/sched_switch")
int BPF_PROG(handle_switch, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	return on_switch(prev, next);
}

char LICENSE[] SEC("license") = "GPL";
