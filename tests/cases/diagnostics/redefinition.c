// error: 4 redefinition
// error: 8 redefinition
struct event { u64 stamp; };
struct event { u32 other; };
int f(struct xdp_md *ctx)
{
	int a = 1;
	int a = 2;

	return a;
}
