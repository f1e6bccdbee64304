// run: widths = 0
// run: signs = 0
int widths(struct xdp_md *ctx)
{
	unsigned char a = 250, b = 10;
	signed char c = -128;
	unsigned short d = 65535;

	if (a + b != 260)
		return 1;
	if ((unsigned char)(a + b) != 4)
		return 2;
	if (-c != 128)
		return 3;
	if (++d != 0)
		return 4;
	if (a << 8 != 64000)
		return 5;
	c >>= 1;
	return c == -64 ? 0 : 6;
}

int signs(struct xdp_md *ctx)
{
	int i = -1;
	unsigned u = 1;
	long long l = -5;

	if (i < u)                 /* -1 becomes unsigned */
		return 1;
	if (!(l < u))              /* unsigned fits in long long */
		return 2;
	if (l >> 1 != -3)
		return 3;
	if ((unsigned long long)l >> 63 != 1)
		return 4;
	if ((int)0x80000000u >= 0)
		return 5;
	return (short)40000 == -25536 ? 0 : 6;
}
