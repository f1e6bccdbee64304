// run: f = 0
int f(struct xdp_md *ctx)
{
	int a = 7, b = 3, c;
	unsigned u = 5;

	if (a + b * 2 != 13 || a - b - 1 != 3 || (a & b | 4 ^ 1) != 7)
		return 1;
	if (a << 1 + 1 != 28 || (1 | 2 == 2) != 1 || !a == b)
		return 2;
	c = (a++, b--, a + b);
	if (c != 10 || a != 8 || b != 2)
		return 3;
	if (-u / 2 != 0x7ffffffd || a % 3u != 2 || u / 2 != 2)
		return 4;
	a += b *= 3;
	if (a != 14 || b != 6 || (a ^= b) != 8 || (a <<= 2) != 32 || (a >>= 3) != 4)
		return 5;
	if (!(a && b || c / 0x7fffffff) || (a ? b ? 1 : 2 : 3) != 1)
		return 6;
	c = sizeof a + sizeof(int[3]) + _Alignof(long);
	if (c != 24)
		return 7;
	return ~-b == 5 && +b == 6 && - -b == 6 ? 0 : 8;
}
