// warning: 5 excess_initializer
// compiles
int f(struct xdp_md *ctx)
{
	int a[2] = { 1, 2, 3 };

	return a[0];
}
