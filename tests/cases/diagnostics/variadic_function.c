// error: 2 variadic_function
static int g(int a, ...)
{
	return a;
}
int f(struct xdp_md *ctx)
{
	return g(1);
}
