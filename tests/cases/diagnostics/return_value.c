// error: 5 return_value
int f(struct xdp_md *ctx)
{
	if (ctx->ingress_ifindex)
		return;
	return 0;
}
