// warning: 7 condition_assignment
// compiles
int f(struct xdp_md *ctx)
{
	int a = ctx->ingress_ifindex;

	if (a = 1)
		return 1;
	return a;
}
