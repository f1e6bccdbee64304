// error: 8 argument_count
static int g(int a)
{
	return a;
}
int f(struct xdp_md *ctx)
{
	return g(1, 2);
}
