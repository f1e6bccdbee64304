// error: 6 bad_designator
// error: 7 bad_designator
struct event { u64 stamp; };
int f(struct xdp_md *ctx)
{
	struct event e = { .stmap = 1 };
	int a[2] = { [2] = 1 };

	return e.stamp + a[0];
}
