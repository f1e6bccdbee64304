// run: f = 0
// global: counter = 16
// global: zero = 4
// global: touched = 98
struct pair { u16 a; u32 b; char name[6]; };
static int counter = 5;
u64 big = 1ull << 40, zero;
struct pair table[3] = { [1] = { 1, 2, "ab" }, [2].b = 70000 };
static const u8 squares[] = { 0, 1, 4, 9, 16, 25 };
const volatile int option = 3;
volatile u8 touched;

static int next(void)
{
	static int calls = 10;

	return ++calls;
}

int f(struct xdp_md *ctx)
{
	u32 i = ctx->rx_queue_index & 3;

	counter += next();
	zero = big >> 38;
	table[i].a += 3;
	table[2].b++;
	touched = table[1].name[1];
	if (squares[i + 2] != 4 || option != 3)
		return 1;
	return next() == 12 ? 0 : 2;
}
