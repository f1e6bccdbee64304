// run: f = 0
// global: calls = 4
static int calls;
static int once(int x)
{
	calls++;
	return x;
}

int f(struct xdp_md *ctx)
{
	if (once(0) && once(1))
		return 1;
	if (!(once(1) || once(1)))
		return 2;
	if ((once(0) ? once(7) : 3) != 3 || (once(4) ?: once(5)) != 4)
		return 3;
	return 0;
}
