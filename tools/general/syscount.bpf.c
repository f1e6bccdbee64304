/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syscount: which system calls, or processes, are most frequent or take most time. Counted when the
 * call returns; calls that never return (exit) do not count.
 */
#include <bcc/tool.h>
#include <linux/sched.h>

TOOL("syscount", "Count system calls and their latency.");
EXAMPLE("syscount", "the ten most frequent system calls, at Ctrl-C");
EXAMPLE("syscount -i 1 -d 10", "each second for ten seconds");
EXAMPLE("syscount -P", "by process");
EXAMPLE("syscount -L -T 5", "the five that take most time");
EXAMPLE("syscount -e ENOENT", "that fail with ENOENT");

OPTION(pid_t, pid, 'p', "PID", "trace this process only");
OPTION(tid_t, tid, 't', "TID", "trace this thread only");
OPTION(pid_t, ppid, 'c', "PPID", "trace children of this process only") DEFINES;
OPTION(seconds_t, interval, 'i', "SECONDS", "time between reports") ROLE(interval);
OPTION(seconds_t, duration, 'd', "SECONDS", "end after this time") ROLE(duration);
OPTION_DEFAULT(u32, top, 10, 'T', "N", "rows of a report (default 10)") ROLE(top);
FLAG(failures, 'x', "failed calls only");
OPTION(errno_t, errno, 'e', "ERRNO", "only calls that fail with this error (number or name)");
FLAG(latency, 'L', "time spent in the calls");
FLAG(milliseconds, 'm', "times in milliseconds instead of microseconds");
FLAG(process, 'P', "count by process");
FLAG(list, 'l', "list the known system calls") ACTION(list_syscalls);
OPTION_DEFAULT(syscall_t, syscall, -1, 0, "NAME", "trace this system call only");
EXEC(pid);
BANNER("Tracing {?failures:failed }syscalls, printing top {top}... Ctrl+C to quit.");
BANNER_IF(syscall, "Tracing {?failures:failed }syscall '{syscall}'... Ctrl+C to quit.");
GOODBYE("Detaching...");
REPORT_TIME("[%H:%M:%S]");
REPORT_BLANK_AFTER;

struct call {
	syscall_t nr COLUMN("SYSCALL", "%-22s");
};
struct counts {
	u64 count COLUMN("COUNT", "%8d");
	ns_t time_ns COLUMN("TIME (us)", "%16.3f") IN(us) ONLY_IF(latency)
		HEADING_IF(milliseconds, "TIME (ms)") FORMAT_IF(milliseconds, "%16.6f")
		IN_IF(milliseconds, ms);
};
BPF_HASH(calls, struct call, struct counts) TABLE SORTED_BY(count)
	SORTED_BY_IF(latency, time_ns) ONLY_IF(!process);

struct caller {
	pid_t pid COLUMN("PID", "%-6d");
};
struct caller_counts {
	comm_t comm COLUMN("COMM", "%-15s");
	u64 count COLUMN("COUNT", "%8d");
	ns_t time_ns COLUMN("TIME (us)", "%16.3f") IN(us) ONLY_IF(latency)
		HEADING_IF(milliseconds, "TIME (ms)") FORMAT_IF(milliseconds, "%16.6f")
		IN_IF(milliseconds, ms);
};
BPF_HASH(callers, struct caller, struct caller_counts) TABLE SORTED_BY(count)
	SORTED_BY_IF(latency, time_ns) ONLY_IF(process);

BPF_HASH(starts, u64, u64);
COUNT_REFUSED;

static bool is_other_task(u64 id)
{
	if (pid)
		return pid != id >> 32;
	if (tid)
		return tid != (u32)id;
#if OPTION_ppid
	return ppid != ((struct task_struct *)bpf_get_current_task())->real_parent->tgid;
#else
	return false;
#endif
}

static void count_call(int nr, u64 time)
{
	struct call key = { nr };
	struct counts zero = {}, *c = calls.lookup_or_try_init(&key, &zero);

	if (!c) {
		__sync_fetch_and_add(&__bcc_refused, 1);
		return;
	}
	__sync_fetch_and_add(&c->count, 1);
	if (latency)
		__sync_fetch_and_add(&c->time_ns, time);
}

static void count_caller(u64 id, u64 time)
{
	struct caller key = { id >> 32 };
	struct caller_counts zero = {}, *c = callers.lookup(&key);

	if (!c) {
		bpf_get_current_comm(&zero.comm, sizeof(zero.comm));
		c = callers.lookup_or_try_init(&key, &zero);
	}
	if (!c) {
		__sync_fetch_and_add(&__bcc_refused, 1);
		return;
	}
	__sync_fetch_and_add(&c->count, 1);
	if (latency)
		__sync_fetch_and_add(&c->time_ns, time);
}

ONLY_IF(latency)
TRACEPOINT_PROBE(raw_syscalls, sys_enter)
{
	u64 id = bpf_get_current_pid_tgid(), now;

	if (is_other_task(id) || (syscall != -1 && syscall != (int)args->id))
		return 0;
	now = bpf_ktime_get_ns();
	TRACK(starts, &id, &now);
	return 0;
}

TRACEPOINT_PROBE(raw_syscalls, sys_exit)
{
	u64 id = bpf_get_current_pid_tgid(), time = 0;

	if (is_other_task(id) || (int)args->id == -1)
		return 0;
	if (syscall != -1 && syscall != (int)args->id)
		return 0;
	if (latency) {
		u64 *start = starts.lookup(&id);

		if (!start)
			return 0;
		time = bpf_ktime_get_ns() - *start;
		starts.delete(&id);
	}
	if (errno && args->ret != -errno)
		return 0;
	if (failures && args->ret >= 0)
		return 0;
	if (process)
		count_caller(id, time);
	else
		count_call(args->id, time);
	return 0;
}
