// error: 6 duplicate_case
int f(struct xdp_md *ctx)
{
	switch (ctx->ingress_ifindex) {
	case 1: return 1;
	case 0 ... 2: return 2;
	}
	return 0;
}
