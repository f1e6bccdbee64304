// run: fields = 0
// run: unions = 0
// run: copies = 0
struct point { int x, y; };
struct mixed {
	unsigned char tag;
	unsigned a : 3, b : 5;
	int c : 12;
	struct point p[2];
	union { u64 whole; u32 half[2]; };
	char name[8];
};

int fields(struct xdp_md *ctx)
{
	struct mixed m = { .tag = 7, .b = 31, .c = -5, .p[1] = { 3, 4 }, .name = "abc" };

	m.a = 9;                   /* 3 bits: 1 */
	if (m.tag != 7 || m.a != 1 || m.b != 31 || m.c != -5)
		return 1;
	m.c += 2047 + 5;
	if (m.c != 2047)
		return 2;
	m.c++;
	if (m.c != -2048)
		return 3;
	if (m.p[0].x || m.p[1].y != 4 || m.whole || m.name[2] != 'c' || m.name[3])
		return 4;
	return sizeof(m) == 40 ? 0 : (int)sizeof(m);
}

int unions(struct xdp_md *ctx)
{
	struct mixed m = {};

	m.whole = 0x1122334455667788;
	if (m.half[0] != 0x55667788 || m.half[1] != 0x11223344)
		return 1;
	return ((union { u32 w; u8 b[4]; }){ .w = 0x01020304 }).b[0] == 4 ? 0 : 2;
}

static struct point swap_of(struct point p)
{
	return (struct point){ p.y, p.x };
}

int copies(struct xdp_md *ctx)
{
	struct point a = { 1, 2 }, b = a, c[3] = { [0 ... 1] = { 8, 9 }, };

	b.x = 5;
	a = swap_of(a);
	if (a.x != 2 || a.y != 1 || b.x != 5 || b.y != 2)
		return 1;
	c[2] = swap_of(c[1]);
	return c[2].x == 9 && c[2].y == 8 && c[0].x == 8 ? 0 : 2;
}
