// error: 4 generic_selection
int f(struct xdp_md *ctx)
{
	return _Generic(1, char: 1, long: 2);
}
