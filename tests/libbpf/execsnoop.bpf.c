// SPDX-License-Identifier: Apache-2.0
/* New processes with their arguments: an event too large for the stack lies in a hash. */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

#define ARGUMENT_LENGTH 128
#define MOST_ARGUMENTS 20
#define ROOM (MOST_ARGUMENTS * ARGUMENT_LENGTH)
#define LAST_START (ROOM - ARGUMENT_LENGTH)

struct event {
	pid_t pid, ppid;
	uid_t uid;
	int result;
	int arguments;
	unsigned int size;
	char comm[TASK_COMM_LEN];
	char text[ROOM];
};

const volatile bool show_failed = true;
const volatile int most_arguments = MOST_ARGUMENTS;
static const struct event empty = {};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, pid_t);
	__type(value, struct event);
} execs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(u32));
	__uint(value_size, sizeof(u32));
} events SEC(".maps");

static __always_inline bool is_valid_size(u64 n)
{
	return n <= ARGUMENT_LENGTH;
}

SEC("tracepoint/syscalls/sys_enter_execve")
int enter_execve(struct trace_event_raw_sys_enter *ctx)
{
	pid_t pid = bpf_get_current_pid_tgid() >> 32;
	const char **argv = (const char **)ctx->args[1];
	struct task_struct *task;
	const char *argument;
	struct event *event;
	long n;
	int i;

	if (bpf_map_update_elem(&execs, &pid, &empty, BPF_NOEXIST))
		return 0;
	event = bpf_map_lookup_elem(&execs, &pid);
	if (!event)
		return 0;
	event->pid = pid;
	event->uid = (u32)bpf_get_current_uid_gid();
	task = (struct task_struct *)bpf_get_current_task();
	event->ppid = (pid_t)BPF_CORE_READ(task, real_parent, tgid);
	event->arguments = 0;
	event->size = 0;
	n = bpf_probe_read_user_str(event->text, ARGUMENT_LENGTH, (const char *)ctx->args[0]);
	if (n > 0 && is_valid_size(n))
		event->size += n;
	event->arguments++;
#pragma unroll
	for (i = 1; i < MOST_ARGUMENTS && i < most_arguments; i++) {
		if (bpf_probe_read_user(&argument, sizeof(argument), &argv[i]) || !argument)
			return 0;
		if (event->size > LAST_START)
			return 0;
		n = bpf_probe_read_user_str(&event->text[event->size], ARGUMENT_LENGTH, argument);
		if (n < 0 || !is_valid_size(n))
			return 0;
		event->arguments++;
		event->size += n;
	}
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_execve")
int exit_execve(struct trace_event_raw_sys_exit *ctx)
{
	pid_t pid = bpf_get_current_pid_tgid() >> 32;
	struct event *event = bpf_map_lookup_elem(&execs, &pid);
	size_t size;

	if (!event)
		return 0;
	event->result = ctx->ret;
	if (show_failed || event->result >= 0) {
		bpf_get_current_comm(&event->comm, sizeof(event->comm));
		size = __builtin_offsetof(struct event, text) + event->size;
		if (size <= sizeof(*event))
			bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, event, size);
	}
	bpf_map_delete_elem(&execs, &pid);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
