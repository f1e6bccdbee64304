/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runqlat: how long runnable tasks wait for a CPU: from wakeup, or being preempted, to running.
 * The plain tracepoints say which threads; processes and namespaces need the tasks themselves, so
 * these options use the raw tracepoints and the kernel's types.
 */
#include <bcc/tool.h>

TOOL("runqlat", "Summarise run queue latency (time waiting for a CPU) as a histogram.");
EXAMPLE("runqlat", "until Ctrl-C");
EXAMPLE("runqlat 1 10", "each second, ten times");
EXAMPLE("runqlat -mT 1", "milliseconds, with time of day");
EXAMPLE("runqlat -P", "one histogram a process");
EXAMPLE("runqlat -p 185", "process 185 only");

FLAG(timestamp, 'T', "time of day on each report");
FLAG(milliseconds, 'm', "milliseconds instead of microseconds");
FLAG(pids, 'P', "one histogram a process") DEFINES;
FLAG(tids, 'L', "one histogram a thread");
FLAG(pidnss, 0, "one histogram a PID namespace") DEFINES;
OPTION(pid_t, pid, 'p', "PID", "trace this process only") DEFINES;
INTERVAL_COUNT;
BANNER("Tracing run queue latency... Hit Ctrl-C to end.");
REPORT_TIME_IF(timestamp, "%H:%M:%S");

struct key {
	u32 id SECTION("pid") SECTION_IF(pidnss, "pidns") SECTION_IF(tids, "tid");
	u64 slot;
};
BPF_HASH(queued, u32, u64);
BPF_HISTOGRAM(dist) LOG2("usecs") LABEL_IF(milliseconds, "msecs")
	ONLY_IF(!pids & !tids & !pidnss);
BPF_HISTOGRAM(dists, struct key, 65536) LOG2("usecs") LABEL_IF(milliseconds, "msecs")
	ONLY_IF(pids | tids | pidnss);
COUNT_REFUSED;

static int enqueue(u32 process, u32 thread)
{
	u64 now;

	if (!thread || (pid && pid != process))
		return 0;
	now = bpf_ktime_get_ns();
	TRACK(queued, &thread, &now);
	return 0;
}

/* `id`: what the histograms are by. */
static void dequeue(u32 thread, u32 id)
{
	u64 *since = queued.lookup(&thread);
	u64 delta;

	if (!since)
		return;
	delta = (bpf_ktime_get_ns() - *since) / (milliseconds ? 1000000 : 1000);
	if (pids || tids || pidnss) {
		struct key key = { .id = id, .slot = bpf_log2l(delta) };

		dists.atomic_increment(key);
	} else {
		dist.atomic_increment(bpf_log2l(delta));
	}
	queued.delete(&thread);
}

#if OPTION_pid || OPTION_pids || OPTION_pidnss

/* By its own id: an exiting task has no nsproxy any more. */
static u32 namespace_of(struct task_struct *task)
{
	struct pid *id = task->thread_pid;

	return id ? id->numbers[id->level].ns->ns.inum : 0;
}

static u32 id_of(struct task_struct *task)
{
	return tids ? task->pid : pidnss ? namespace_of(task) : task->tgid;
}

static bool is_running(struct task_struct *task)
{
#if __btf_has_field(struct task_struct, __state)
	return task->__state == 0;
#else
	return task->state == 0;
#endif
}

RAW_TRACEPOINT_PROBE(sched_wakeup)
{
	struct task_struct *task = (struct task_struct *)ctx->args[0];

	return enqueue(task->tgid, task->pid);
}

RAW_TRACEPOINT_PROBE(sched_wakeup_new)
{
	struct task_struct *task = (struct task_struct *)ctx->args[0];

	return enqueue(task->tgid, task->pid);
}

RAW_TRACEPOINT_PROBE(sched_switch)
{
	bool preempted = ctx->args[0];
	struct task_struct *prev = (struct task_struct *)ctx->args[1];
	struct task_struct *next = (struct task_struct *)ctx->args[2];

	if (preempted || is_running(prev))
		enqueue(prev->tgid, prev->pid);
	dequeue(next->pid, id_of(next));
	return 0;
}

#else

TRACEPOINT_PROBE(sched, sched_wakeup)
{
	return enqueue(0, args->pid);
}

TRACEPOINT_PROBE(sched, sched_wakeup_new)
{
	return enqueue(0, args->pid);
}

TRACEPOINT_PROBE(sched, sched_switch)
{
	/* 0: still runnable; 0x100: preempted, whatever its state */
	if (!(args->prev_state & 0xff))
		enqueue(0, args->prev_pid);
	dequeue(args->next_pid, args->next_pid);
	return 0;
}

#endif
