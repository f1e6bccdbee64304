// error: 4 not_initialisable
int f(struct xdp_md *ctx)
{
	char a[4] = 1;

	return a[0];
}
