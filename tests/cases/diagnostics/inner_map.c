// error: 2 inner_map
BPF_ARRAY_OF_MAPS(outer, "inner", 4);
int f(struct xdp_md *ctx)
{
	return 0;
}
