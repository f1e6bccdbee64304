// error: 9 map_method_arguments
// error: 10 map_method_arguments
// message: counts.update(&key, &value)
BPF_HASH(counts, u32);
int f(struct xdp_md *ctx)
{
	u32 key = 1;

	counts.update(&key);
	counts.delete(key);
	return 0;
}
