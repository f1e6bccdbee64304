// error: 3 static_assertion
struct event { u64 stamp; };
_Static_assert(sizeof(struct event) == 4, "four bytes");
int f(struct xdp_md *ctx)
{
	return 0;
}
