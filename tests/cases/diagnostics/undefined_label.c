// error: 4 undefined_label
int f(struct xdp_md *ctx)
{
	goto out;
	return 0;
}
