// run: count = 0
// run: count = 0
// map: dist[3] = 2
// map: values[5] = 2
// map: keyed[7] = 2
BPF_HISTOGRAM(dist);
BPF_ARRAY(values, u64, 8);
BPF_HISTOGRAM(keyed, u64);
BPF_PERCPU_ARRAY(scratch, struct { u64 a; u64 b; }, 1);

int count(struct xdp_md *ctx)
{
	int zero = 0;
	typeof(scratch.leaf) *s = scratch.lookup(&zero);

	if (!s)
		return 1;
	s->a = 4;
	dist.increment(bpf_log2l(s->a));
	values.increment(5);
	keyed.increment(7);
	return sizeof(values.key) == 4 && values.max_entries == 8 ? 0 : 2;
}
