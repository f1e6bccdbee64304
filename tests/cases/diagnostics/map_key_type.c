// compiles
// warning: 8 map_key_type
BPF_HASH(counts, u64);
int f(struct xdp_md *ctx)
{
	u32 key = 1;

	counts.delete(&key);
	return 0;
}
