// error: 6 const_assignment
int f(struct xdp_md *ctx)
{
	const int a = 1;

	a = 2;
	return a;
}
