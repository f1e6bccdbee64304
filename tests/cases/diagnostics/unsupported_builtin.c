// error: 4 unsupported_builtin
int f(struct xdp_md *ctx)
{
	char *p = __builtin_alloca(8);

	return !p;
}
