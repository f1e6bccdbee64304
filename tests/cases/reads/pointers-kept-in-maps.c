// type: raw_tracepoint
// args: 0
// run: put = 0
// run: get = 0
#include <linux/sched.h>
struct kept { struct task_struct *task; u64 when; };
BPF_HASH(by_thread, u32, struct task_struct *);
BPF_HASH(kept, u32, struct kept);

int put(void *ctx)
{
	struct task_struct *t = (void *)bpf_get_current_task();
	u32 key = 1;
	struct kept k = { .task = t };

	by_thread.update(&key, &t);
	kept.update(&key, &k);
	return 0;
}

int get(void *ctx)
{
	u32 key = 1, pid = bpf_get_current_pid_tgid();
	struct task_struct **tp = by_thread.lookup(&key), *t;
	struct kept *k = kept.lookup(&key);

	if (!tp || !k)
		return 1;
	t = *tp;
	if (t->pid != pid || (*tp)->pid != pid)
		return 2;
	return k->task->pid == pid && k->task->group_leader->tgid == t->tgid ? 0 : 3;
}
