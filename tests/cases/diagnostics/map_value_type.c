// compiles
// warning: 8 map_value_type
BPF_HASH(counts, u32, u64);
int f(struct xdp_md *ctx)
{
	u32 key = 1, value = 2;

	counts.update(&key, &value);
	return 0;
}
