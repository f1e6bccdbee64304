// error: 6 not_a_pointer
int f(struct xdp_md *ctx)
{
	int a = 1;

	return *a;
}
