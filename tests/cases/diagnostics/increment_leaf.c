// error: 8 increment_leaf
// error: 9 increment_leaf
struct pair { u32 a, b; };
BPF_HASH(pairs, u32, struct pair);
BPF_HASH(bytes, u32, u8);
int f(struct xdp_md *ctx)
{
	pairs.increment(1);
	bytes.atomic_increment(1);
	return 0;
}
