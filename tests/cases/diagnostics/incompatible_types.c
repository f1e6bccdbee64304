// error: 6 incompatible_types
struct event { u64 stamp; };
int f(struct xdp_md *ctx)
{
	struct event e = {};
	int a = e;

	return a;
}
