// warning: 6 int_conversion
// compiles
int f(struct xdp_md *ctx)
{
	int a = 1;
	char *p = a + 1;

	return !p;
}
