// error: 3 histogram_leaf
// message: u64
BPF_TABLE("histogram", int, u32, dist, 64);
int f(struct xdp_md *ctx)
{
	return 0;
}
