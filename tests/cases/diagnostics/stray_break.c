// error: 5 stray_break
int f(struct xdp_md *ctx)
{
	if (ctx->ingress_ifindex)
		break;
	return 0;
}
