// error: 4 incomplete_type
int f(struct xdp_md *ctx)
{
	struct found_nowhere x;

	return 0;
}
