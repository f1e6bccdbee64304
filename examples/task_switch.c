/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counts context switches by previous and next thread for one second.
 *   bcc run examples/task_switch.c
 */
#include <bcc/tool.h>

TOOL("task_switch", "Count context switches for one second.");
OPTION_DEFAULT(seconds_t, duration, 1, 'd', "SECONDS", "how long (default 1)") ROLE(duration);
REPORT_NO_BLANK;

struct key {
	u32 prev, next;
};
BPF_HASH(stats, struct key, u64, 1024) LINES("task_switch[{prev%5d}->{next%5d}]={value}");

TRACEPOINT_PROBE(sched, sched_switch)
{
	struct key key = { args->prev_pid, args->next_pid };

	stats.increment(key);
	return 0;
}
