// error: 2 map_declaration
__bcc_map(nothing, "hash", u32, u64, counts, 16, 0);
int f(struct xdp_md *ctx)
{
	return 0;
}
