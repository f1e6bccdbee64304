// error: 3 unknown_map_type
// message: did you mean "hash"?
BPF_TABLE("hsh", u32, u64, counts, 16);
int f(struct xdp_md *ctx)
{
	return 0;
}
