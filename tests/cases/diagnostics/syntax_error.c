// error: 4 syntax_error
int f(struct xdp_md *ctx)
{
	int a = 1
	return a;
}
