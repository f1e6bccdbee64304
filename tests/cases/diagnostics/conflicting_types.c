// error: 3 conflicting_types
static int g(int a);
static long g(int a)
{
	return a;
}
int f(struct xdp_md *ctx)
{
	return g(1);
}
