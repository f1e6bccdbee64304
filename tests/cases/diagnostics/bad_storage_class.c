// error: 4 bad_storage_class
int f(struct xdp_md *ctx)
{
	int long char a = 1;

	return a;
}
