// error: 4 stray_case
int f(struct xdp_md *ctx)
{
	case 1: return 1;
	return 0;
}
