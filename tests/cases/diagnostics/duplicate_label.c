// error: 7 duplicate_label
int f(struct xdp_md *ctx)
{
out:
	if (ctx->ingress_ifindex)
		goto out;
out:
	return 0;
}
