/* SPDX-License-Identifier: Apache-2.0 */
/*
 * execsnoop: which programs are started. The arguments are collected when execve() begins, because
 * they are gone afterwards, and kept by process (an exec from another thread takes over the
 * leader's id); the row is sent when it returns.
 */
#include <bcc/tool.h>
#include <linux/sched.h>

TOOL("execsnoop", "Trace new programs: execve() and execveat().");
EXAMPLE("execsnoop", "programs that were started");
EXAMPLE("execsnoop -x", "failed attempts, too");
EXAMPLE("execsnoop -T -U", "with time and user");
EXAMPLE("execsnoop -q", "arguments in quotes");
EXAMPLE("execsnoop -n main -l tpkg", "name contains main, arguments contain tpkg");

FLAG(time, 'T', "time of day (HH:MM:SS)");
FLAG(timestamp, 't', "seconds since the first event");
FLAG(fails, 'x', "failed calls, too");
CONTAINER_FILTERS;
OPTION_DEFAULT(uid_t, uid, -1, 'u', "USER", "trace this user only (number or login name)");
FLAG(quote, 'q', "put arguments in quotes");
OPTION(pattern_t, name, 'n', "REGEX", "only programs whose name matches");
OPTION(pattern_t, line, 'l', "REGEX", "only programs whose arguments match");
FLAG(print_uid, 'U', "UID column");
FLAG(print_cpu, 'C', "CPU column");
FLAG(print_pcomm, 'M', "name of the parent process");
OPTION_DEFAULT(u32, max_args, 20, 0, "N", "arguments shown, file name included (default 20)");
OPTION(pid_t, ppid, 'P', "PID", "only children of this process");

struct exec {
	walltime_t time COLUMN_IF(time, "TIME", "%-9s") TIGHT;
	ktime_ns_t ts COLUMN_IF(timestamp, "TIME(s)", "%-8.3f") TIGHT;
	uid_t uid COLUMN_IF(print_uid, "UID", "%-6d") TIGHT;
	comm_t comm COLUMN("PCOMM", "%-16s") HEADING_IF(print_pcomm, "COMM") MATCHES(name);
	pid_t pid COLUMN("PID", "%-7d");
	comm_t pcomm COLUMN_IF(print_pcomm, "PCOMM", "%-16s");
	pid_t ppid COLUMN("PPID", "%-7d") PARENT_OF(pid) NONE(0, "?");
	u32 cpu COLUMN_IF(print_cpu, "CPU", "%-4d");
	int ret COLUMN("RET", "%3d");
	u32 size;
	args_t args COLUMN("ARGS", "%s") QUOTED_IF(quote) MATCHES(line);
};
EVENTS(execs, struct exec);
BPF_HASH(calls, u32, struct exec, 256);
COUNT_REFUSED;

enum { ARGUMENT = 128 };

/* Appends one argument; false: it is the last one, or there is no room. */
static inline bool add_argument(struct exec *e, const char *text)
{
	u32 at = e->size;
	long n;

	if (at > sizeof(e->args) - ARGUMENT)
		return false;
	n = bpf_probe_read_user_str(&e->args[at], ARGUMENT, text);
	if (n < 0 || n > ARGUMENT)
		return false;
	if (n == 0) {                              /* "" before Linux 6.8 */
		e->args[at] = '\0';
		n = 1;
	}
	e->size = at + n;
	return true;
}

static void add_arguments(struct exec *e, const char *const *argv)
{
	for (u32 i = 1; i <= 60; i++) {
		const char *text = NULL;

		bpf_probe_read_user(&text, sizeof(text), &argv[i]);
		if (!text)
			return;
		if (i >= max_args) {
			u32 at = e->size;

			if (at <= sizeof(e->args) - ARGUMENT) {
				__builtin_memcpy(&e->args[at], "...", 4);
				e->size = at + 4;
			}
			return;
		}
		if (!add_argument(e, text))
			return;
	}
}

static int enter(const char *file, const char *const *argv)
{
	u32 process = bpf_get_current_pid_tgid() >> 32;
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct exec *e;

	if (uid != (uid_t)-1 && uid != (uid_t)bpf_get_current_uid_gid())
		return 0;
	if (OTHER_CONTAINER())
		return 0;
	if (ppid && ppid != task->real_parent->tgid)
		return 0;
	e = EVENT_SCRATCH(execs);
	if (!e)
		return 0;
	e->size = 0;
	add_argument(e, file);
	add_arguments(e, argv);
	TRACK(calls, &process, e);
	return 0;
}

static int leave(long ret)
{
	u32 process = bpf_get_current_pid_tgid() >> 32;
	struct exec *e = calls.lookup(&process);
	struct task_struct *task, *parent;
	u32 size;

	if (!e)
		return 0;
	if (fails || ret == 0) {
		task = (struct task_struct *)bpf_get_current_task();
		parent = task->real_parent;
		e->ts = bpf_ktime_get_ns();
		e->uid = bpf_get_current_uid_gid();
		e->pid = process;
		e->ppid = parent->tgid;
		bpf_get_current_comm(&e->comm, sizeof(e->comm));
		bpf_probe_read_kernel_str(&e->pcomm, sizeof(e->pcomm), parent->comm);
		e->cpu = bpf_get_smp_processor_id();
		e->ret = ret;
		size = e->size;
		if (size <= sizeof(e->args))
			EVENT_OUTPUT(execs, e, offsetof(struct exec, args) + size);
	}
	calls.delete(&process);
	return 0;
}

TRACEPOINT_PROBE(syscalls, sys_enter_execve)
{
	return enter(args->filename, args->argv);
}

TRACEPOINT_PROBE(syscalls, sys_exit_execve)
{
	return leave(args->ret);
}

TRACEPOINT_PROBE(syscalls, sys_enter_execveat)
{
	return enter(args->filename, args->argv);
}

TRACEPOINT_PROBE(syscalls, sys_exit_execveat)
{
	return leave(args->ret);
}
