// error: 5 missing_body
static int g(int a);
int f(struct xdp_md *ctx)
{
	return g(1);
}
