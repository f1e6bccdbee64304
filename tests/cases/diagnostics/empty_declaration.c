// warning: 5 empty_declaration
// compiles
int f(struct xdp_md *ctx)
{
	int;
	return 0;
}
