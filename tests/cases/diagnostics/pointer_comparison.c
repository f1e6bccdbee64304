// warning: 8 pointer_comparison
// compiles
int f(struct xdp_md *ctx)
{
	int a = 1;
	long b = 2;

	return &a == &b;
}
