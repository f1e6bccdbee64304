// type: raw_tracepoint
// args: 0
// run: f = 0
#include <linux/sched.h>
#include <linux/nsproxy.h>
#include <linux/pid_namespace.h>
static struct task_struct *leader(struct task_struct *t)
{
	return t->group_leader;
}

static inline u32 pid_of(struct task_struct *t, int which)
{
	struct task_struct *from = which ? t : t->group_leader;

	return from->pid;
}

int f(void *ctx)
{
	struct task_struct *t = (struct task_struct *)bpf_get_current_task(), **tp = &t;
	u64 id = bpf_get_current_pid_tgid();
	struct list_head *next = &t->group_leader->tasks;
	struct task_struct *back = container_of(next, struct task_struct, tasks);
	struct pid *pid = t->thread_pid;
	unsigned long as_number = (unsigned long)t;
	char name[16] = {}, own[16];

	if ((*tp)->pid != (u32)id || leader(t)->pid != id >> 32 || pid_of(t, 1) != (u32)id)
		return 1;
	if (back->pid != id >> 32 || back->group_leader != back)
		return 2;
	if (!pid->numbers[0].nr || pid->numbers[pid->level].nr == 0)
		return 3;
	if (((struct task_struct *)as_number)->tgid != id >> 32)
		return 4;
	if (*(u32 *)((char *)t + offsetof(struct task_struct, tgid)) != id >> 32)
		return 5;
	bpf_get_current_comm(own, sizeof(own));
	for (int i = 0; i < 16; i++)
		name[i] = t->comm[i];
	if (name[0] != own[0] || name[3] != own[3] || *t->comm != own[0])
		return 6;
	if (t->nsproxy->pid_ns_for_children->level > 32 || !t->mm->pgd)
		return 7;
	if (t->real_parent->real_parent == t || !(t->flags | 1))
		return 8;
	return min_t(u32, t->pid, 0xffffffff) == (u32)id && ntohs(htons(t->pid)) == (u16)t->pid ? 0 : 9;
}
