// error: 4 indirect_call
static int g(int (*callback)(int))
{
	return callback(1);
}
int f(struct xdp_md *ctx)
{
	return 0;
}
