// error: 3 missing_tracepoint
// message: sched:sched_swich
TRACEPOINT_PROBE(sched, sched_swich)
{
	return args->prev_pid;
}
