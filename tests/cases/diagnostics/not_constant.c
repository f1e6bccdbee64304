// error: 5 not_constant
int f(struct xdp_md *ctx)
{
	int a = 1;
	static int b = a;

	return b;
}
