// run: f = 0
struct big { u64 a, b, c; u8 d; };

static struct big make(u64 a, u32 b, u16 c, u8 d, s8 e, s64 f, int g)
{
	struct big r = { a + b, c + d, e + f + g };

	if (a == 100)
		return (struct big){ .d = 9 };
	return r;
}

static struct big change(struct big x)
{
	x.a = 0;
	x.d++;
	return x;
}

static u8 narrow(int x)
{
	return x;
}

static void none(int *p)
{
	if (!*p)
		return;
	*p = 5;
}

int f(struct xdp_md *ctx)
{
	struct big x = make(1, 2, 3, 4, -5, 6, 7), y;
	int n = 1;

	if (x.a != 3 || x.b != 7 || x.c != 8 || x.d)
		return 1;
	y = change(x);
	if (x.a != 3 || y.a || y.d != 1 || change(y).d != 2)
		return 2;
	if (make(100, 0, 0, 0, 0, 0, 0).d != 9 || narrow(0x1ff) != 255)
		return 3;
	none(&n);
	return n == 5 ? 0 : 4;
}
