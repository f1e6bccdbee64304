// Functions of the kernel, by their id in BTF; one that does not exist is asked about.
// since: 6.2
// run: tasks = 1
// run: absent = 7
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

extern struct task_struct *bpf_task_from_pid(s32 pid) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;
extern void bpf_no_such_function(int x) __ksym __weak;

SEC("xdp")
int tasks(struct xdp_md *ctx)
{
	struct task_struct *task = bpf_task_from_pid(bpf_get_current_pid_tgid());
	int pid;

	if (!task)
		return -1;
	pid = task->pid;
	bpf_task_release(task);
	return pid == (int)bpf_get_current_pid_tgid();
}

SEC("xdp")
int absent(struct xdp_md *ctx)
{
	if (bpf_ksym_exists(bpf_no_such_function))
		bpf_no_such_function(1);
	else if (bpf_ksym_exists(bpf_task_release))
		return 7;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
