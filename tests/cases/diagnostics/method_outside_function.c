// error: 4 method_outside_function
BPF_HASH(counts, u32);
u32 key;
u64 *value = counts.lookup(&key);
int f(struct xdp_md *ctx)
{
	return 0;
}
