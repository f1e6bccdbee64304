// error: 10 unknown_map_method
// error: 11 unknown_map_method
// message: did you mean 'lookup'?
BPF_HASH(counts, u32);
BPF_PERF_OUTPUT(events);
int f(struct xdp_md *ctx)
{
	u32 key = 1;

	counts.lokup(&key);
	events.increment(key);
	return 0;
}
