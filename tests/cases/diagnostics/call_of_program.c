// error: 8 call_of_program
int g(struct xdp_md *ctx)
{
	return 1;
}
int f(struct xdp_md *ctx)
{
	return g(ctx);
}
