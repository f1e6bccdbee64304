// error: 4 array_size
int f(struct xdp_md *ctx)
{
	char a[-1];

	return sizeof(a);
}
