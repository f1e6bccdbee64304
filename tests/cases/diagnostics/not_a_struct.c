// error: 4 not_a_struct
int f(struct xdp_md *ctx)
{
	return ctx.ingress_ifindex;
}
