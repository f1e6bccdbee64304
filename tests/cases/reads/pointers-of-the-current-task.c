// type: raw_tracepoint
// args: 0
// run: same_group = 0
// run: chain = 0
#include <linux/sched.h>

int same_group(void *ctx)
{
	struct task_struct *t = (struct task_struct *)bpf_get_current_task();
	u64 id = bpf_get_current_pid_tgid();

	if (t->tgid != id >> 32)
		return 1;
	if (t->pid != (u32)id)
		return 2;
	return t->group_leader->pid == (u32)(id >> 32) ? 0 : 3;
}

static int leader_of(struct task_struct *t)
{
	return t->group_leader->tgid;
}

int chain(void *ctx)
{
	struct task_struct *t = (struct task_struct *)bpf_get_current_task();
	struct task_struct *p = t->real_parent;
	char comm[16], own[16];

	if (leader_of(t) != bpf_get_current_pid_tgid() >> 32)
		return 1;
	if (p->real_parent == t)
		return 2;
	bpf_probe_read_kernel_str(comm, sizeof(comm), t->comm);
	bpf_get_current_comm(&own, sizeof(own));
	for (int i = 0; i < 4; i++)
		if (comm[i] != own[i])
			return 3;
	return t->comm[1] == own[1] && t->comm[0] == own[0] ? 0 : 4;
}
