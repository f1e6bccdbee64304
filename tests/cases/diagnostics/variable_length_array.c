// error: 5 variable_length_array
int f(struct xdp_md *ctx)
{
	int n = ctx->ingress_ifindex;
	char a[n];

	return a[0];
}
