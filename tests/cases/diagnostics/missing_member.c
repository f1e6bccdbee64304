// error: 19 missing_member
// message: ask before: if (bpf_core_field_exists(...))
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

struct task_struct {
	int pid;
	int no_such_member;
} __attribute__((preserve_access_index));

SEC("raw_tp/sys_enter")
int look(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	if (bpf_core_field_exists(task->no_such_member))
		return task->no_such_member;
	return task->no_such_member + task->pid;
}
