// warning: 6 incompatible_pointer
// compiles
int f(struct xdp_md *ctx)
{
	int a = 1;
	char **p = &a;

	return !p;
}
