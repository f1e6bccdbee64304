// error: 7 unknown_member
struct event { u64 stamp; };
int f(struct xdp_md *ctx)
{
	struct event e = {};

	return e.stmap;
}
