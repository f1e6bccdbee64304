// warning: 5 string_too_long
// compiles
int f(struct xdp_md *ctx)
{
	char a[3] = "four";

	return a[0];
}
