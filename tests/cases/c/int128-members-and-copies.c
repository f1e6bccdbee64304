// run: f = 0
struct wide { unsigned __int128 v; u8 tail; };

int f(struct xdp_md *ctx)
{
	struct wide a = { .v = ((unsigned __int128)0x1122334455667788ull << 64) | 7, .tail = 3 }, b = a;

	if (sizeof(a) != 32 || b.tail != 3)
		return 1;
	if ((u64)(b.v >> 64) != 0x1122334455667788ull || (u64)b.v != 7)
		return 2;
	b.v += 1;
	return (u64)b.v == 8 && b.v != a.v ? 0 : 3;
}
