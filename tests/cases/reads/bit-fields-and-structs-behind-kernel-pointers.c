// type: raw_tracepoint
// args: 0
// run: f = 0
#include <linux/sched.h>
#include <linux/fs.h>
int f(void *ctx)
{
	struct task_struct *t = (struct task_struct *)bpf_get_current_task();
	struct sched_entity se = t->se;
	struct { u64 a; struct list_head l; } own = { .l = t->tasks };
	u32 in_execve = t->in_execve, migrated = t->sched_migrated;
	struct qstr q = t->mm->exe_file->f_path.dentry->d_name;
	char first = 0, same[4];

	if (in_execve > 1 || migrated > 1)
		return 1;
	if (se.vruntime > t->se.vruntime || !se.on_rq)
		return 2;
	if (own.l.next != t->tasks.next || own.a)
		return 3;
	bpf_probe_read_kernel(&first, 1, q.name);
	bpf_probe_read_kernel_str(same, sizeof(same), t->mm->exe_file->f_path.dentry->d_name.name);
	return q.len && first == same[0] && first == q.name[0] ? 0 : 4;
}
