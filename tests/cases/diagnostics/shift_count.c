// warning: 5 shift_count
// compiles
int f(struct xdp_md *ctx)
{
	return ctx->ingress_ifindex << 32;
}
