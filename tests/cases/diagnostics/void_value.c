// error: 7 void_value
static void g(void)
{
}
int f(struct xdp_md *ctx)
{
	int a = g();

	return a;
}
