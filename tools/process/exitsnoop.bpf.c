/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exitsnoop: which processes end, how old they are, and why. A process ends with its last thread;
 * kernels that do not say which one that is count the first thread's end.
 */
#include <bcc/tool.h>
#include <linux/sched.h>

TOOL("exitsnoop", "Trace the end of processes: age and exit status or signal.");
EXAMPLE("exitsnoop", "all processes that end");
EXAMPLE("exitsnoop -x", "only those that fail or are killed");
EXAMPLE("exitsnoop --utc", "with time (UTC)");
EXAMPLE("exitsnoop -p 181", "wait for process 181");
EXAMPLE("exitsnoop --per-thread", "each thread");
STATUS(no_root, 77);
STATUS(load, 70);

FLAG(timestamp, 't', "time of day with milliseconds");
FLAG(utc, 0, "the same in UTC");
OPTION(pid_t, pid, 'p', "PID", "trace this process only, end with it");
OPTION(text_t, label, 0, "LABEL", "put this in a column of each row") OPTIONAL_VALUE("exit");
FLAG(failed, 'x', "failures and signals only");
FLAG(per_thread, 0, "each thread");
END_AFTER_EVENT_IF(pid);

struct exit {
	walltime_ms_t time COLUMN_IF(timestamp | utc, "TIME-%Z", "%-13s") TIGHT UTC_IF(utc);
	option_text_t label COLUMN("LABEL", "%-6s") ONLY_IF(label) SHOWS(label) TIGHT;
	comm_t comm COLUMN("PCOMM", "%-16s");
	pid_t pid COLUMN("PID", "%-7d");
	pid_t ppid COLUMN("PPID", "%-7d");
	pid_t tid COLUMN("TID", "%-7d");
	ns_t age_ns COLUMN("AGE(s)", "%-7.2f") IN(s);
	exit_code_t exit_code COLUMN("EXIT_CODE", "%-10s");
};
EVENTS(exits, struct exit);

TRACEPOINT_PROBE(sched, sched_process_exit)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	u64 id = bpf_get_current_pid_tgid();
	u32 process = id >> 32;
	int code = task->exit_code;
	struct exit *e;

	if (pid && pid != process)
		return 0;
	if (failed && !code)
		return 0;
#if __btf_has_field(struct trace_event_raw_sched_process_exit, group_dead)
	if (!per_thread && !args->group_dead)
		return 0;
#else
	if (!per_thread && process != (u32)id)
		return 0;
#endif
	e = EVENT_RESERVE(exits, struct exit);
	if (!e)
		return 0;
	bpf_get_current_comm(&e->comm, sizeof(e->comm));
	e->pid = process;
	e->ppid = task->real_parent->tgid;
	e->tid = id;
	e->age_ns = bpf_ktime_get_ns() - task->start_time;
	e->exit_code = code;
	EVENT_SUBMIT(exits, e);
	return 0;
}
