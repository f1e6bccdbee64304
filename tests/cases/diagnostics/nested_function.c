// error: 7 nested_function
int f(struct xdp_md *ctx)
{
	if (ctx->ingress_ifindex) {
	return 1;
}
static int g(int a)
{
	return a;
}
}
