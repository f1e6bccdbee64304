// Structs that the program defines in part get the kernel's layout; questions are answered by BTF.
// type: raw_tracepoint
// args: 0 0 0 0
// run: reads = 0
// run: questions = 0
// global: wrong = 0
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

struct task_struct {
	int pid;
	int tgid;
	struct task_struct *group_leader;
	char comm[16];
} __attribute__((preserve_access_index));

struct task_struct___old {
	long state;
	int no_such_member;
} __attribute__((preserve_access_index));

struct task_struct___new {
	unsigned int __state;
} __attribute__((preserve_access_index));

#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)
struct mm_struct___part {
	unsigned long task_size;
	struct {
		int mm_users;
	};
};
#pragma clang attribute pop

struct plain {
	int a, b;
};

struct sock___part {
	int b;
};

struct absent_struct {
	int x;
} __attribute__((preserve_access_index));

enum bpf_map_type___part {
	BPF_MAP_TYPE_HASH___part = 77,
};

enum absent_enum {
	ABSENT_ENUMERATOR = 3,
};

int wrong;

static long state_of(void *task)
{
	struct task_struct___new *t = task;

	if (bpf_core_field_exists(t->__state))
		return BPF_CORE_READ(t, __state);
	return BPF_CORE_READ((struct task_struct___old *)task, state);
}

SEC("raw_tp/sys_enter")
int reads(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	unsigned long long id = bpf_get_current_pid_tgid();
	struct task_struct___old *old = (void *)task;
	char comm[16], other[16];
	int pid = 0;

	wrong += BPF_CORE_READ(task, pid) != (int)id;
	wrong += BPF_CORE_READ(task, tgid) != (int)(id >> 32);
	wrong += BPF_CORE_READ(task, group_leader, pid) != (int)(id >> 32);
	wrong += BPF_CORE_READ_INTO(&pid, task, pid) != 0 || pid != (int)id;
	wrong += bpf_core_read(&pid, sizeof(pid), &task->tgid) || pid != (int)(id >> 32);
	wrong += BPF_CORE_READ_STR_INTO(&comm, task, comm) <= 0;
	bpf_get_current_comm(other, sizeof(other));
	for (int i = 0; i < 16 && comm[i]; i++)
		wrong += comm[i] != other[i];
	wrong += state_of(task) != 0;
	if (bpf_core_field_exists(old->no_such_member))
		wrong += old->no_such_member;
	return 0;
}

SEC("raw_tp/sys_exit")
int questions(void *ctx)
{
	struct task_struct *task = 0;

	wrong += !bpf_core_field_exists(task->pid);
	wrong += !bpf_core_field_exists(struct task_struct, comm);
	wrong += bpf_core_field_exists(struct task_struct___old, no_such_member);
	wrong += bpf_core_field_size(task->comm) != 16;
	wrong += bpf_core_field_offset(struct task_struct, tgid) !=
		bpf_core_field_offset(struct task_struct, pid) + 4;
	wrong += !bpf_core_type_exists(struct task_struct);
	wrong += !bpf_core_type_exists(struct task_struct___new);
	wrong += bpf_core_type_exists(struct absent_struct);
	wrong += bpf_core_type_size(struct task_struct) < 1000;
	wrong += bpf_core_type_exists(struct never_mentioned);
	wrong += !bpf_core_enum_value_exists(enum bpf_map_type___part, BPF_MAP_TYPE_HASH___part);
	wrong += bpf_core_enum_value(enum bpf_map_type___part, BPF_MAP_TYPE_HASH___part) != 1;
	wrong += bpf_core_enum_value_exists(enum absent_enum, ABSENT_ENUMERATOR);
	wrong += !__builtin_preserve_type_info(*(struct task_struct *)0, 0);
	wrong += !__builtin_preserve_field_info(task->pid, 2);
	wrong += __builtin_preserve_enum_value(
		*(enum bpf_map_type___part *)BPF_MAP_TYPE_HASH___part, 1) != 1;
	wrong += bpf_core_field_exists(struct mm_struct___part, task_size) != 1;
	wrong += !bpf_core_type_id_kernel(struct task_struct);
	return 0;
}

char license[] SEC("license") = "GPL";
