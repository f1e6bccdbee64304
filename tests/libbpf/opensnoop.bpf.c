// SPDX-License-Identifier: Apache-2.0
/* Opened files: entry and exit of the system calls joined by a hash, events by a perf buffer. */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>

#define NAME_LENGTH 255

struct start {
	const char *path;
	int flags;
};

struct event {
	__u64 when;
	pid_t pid;
	uid_t uid;
	int result;
	int flags;
	char comm[TASK_COMM_LEN];
	char path[NAME_LENGTH];
};

const volatile pid_t target_pid = 0;
const volatile pid_t target_thread = 0;
const volatile uid_t target_uid = -1;
const volatile bool failed_only = false;

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, u32);
	__type(value, struct start);
} starts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(u32));
	__uint(value_size, sizeof(u32));
} events SEC(".maps");

static __always_inline bool is_wanted(u32 pid, u32 thread)
{
	u32 uid;

	if (target_thread && target_thread != thread)
		return false;
	if (target_pid && target_pid != pid)
		return false;
	if (target_uid != (uid_t)-1) {
		uid = (u32)bpf_get_current_uid_gid();
		if (target_uid != uid)
			return false;
	}
	return true;
}

static __always_inline int note_start(const char *path, int flags)
{
	u64 id = bpf_get_current_pid_tgid();
	u32 thread = (u32)id;
	struct start start = {};

	if (!is_wanted(id >> 32, thread))
		return 0;
	start.path = path;
	start.flags = flags;
	bpf_map_update_elem(&starts, &thread, &start, BPF_ANY);
	return 0;
}

SEC("tracepoint/syscalls/sys_enter_open")
int enter_open(struct trace_event_raw_sys_enter *ctx)
{
	return note_start((const char *)ctx->args[0], (int)ctx->args[1]);
}

SEC("tracepoint/syscalls/sys_enter_openat")
int enter_openat(struct trace_event_raw_sys_enter *ctx)
{
	return note_start((const char *)ctx->args[1], (int)ctx->args[2]);
}

static __always_inline int show(struct trace_event_raw_sys_exit *ctx)
{
	struct event event = {};
	struct start *start;
	u32 thread = bpf_get_current_pid_tgid();

	start = bpf_map_lookup_elem(&starts, &thread);
	if (!start)
		return 0;
	event.result = ctx->ret;
	if (failed_only && event.result >= 0)
		goto done;
	event.when = bpf_ktime_get_ns();
	event.pid = bpf_get_current_pid_tgid() >> 32;
	event.uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(&event.comm, sizeof(event.comm));
	bpf_probe_read_user_str(&event.path, sizeof(event.path), start->path);
	event.flags = start->flags;
	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &event, sizeof(event));
done:
	bpf_map_delete_elem(&starts, &thread);
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_open")
int exit_open(struct trace_event_raw_sys_exit *ctx)
{
	return show(ctx);
}

SEC("tracepoint/syscalls/sys_exit_openat")
int exit_openat(struct trace_event_raw_sys_exit *ctx)
{
	return show(ctx);
}

char LICENSE[] SEC("license") = "GPL";
