// warning: 5 division_by_zero
// compiles
int f(struct xdp_md *ctx)
{
	return ctx->ingress_ifindex / 0;
}
