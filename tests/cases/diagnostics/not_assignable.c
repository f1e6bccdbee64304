// error: 6 not_assignable
int f(struct xdp_md *ctx)
{
	int a = 1;

	a + 1 = 2;
	return a;
}
