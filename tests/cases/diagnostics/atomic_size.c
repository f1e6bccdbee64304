// error: 6 atomic_size
int f(struct xdp_md *ctx)
{
	short a = 1;

	__sync_fetch_and_add(&a, 1);
	return a;
}
